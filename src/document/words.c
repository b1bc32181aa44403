/* Words for times. The pattern table below is ours, so that what a report says does not change with the ICU version. */
#include <unicode/ucal.h>
#include <unicode/udat.h>
#include <unicode/ustring.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "document/words.h"

static const char *const patterns[][2] = {
    [WORDS_CLOCK]     = { "HH:mm", "HH:mm" },
    [WORDS_CLOCK_S]   = { "HH:mm:ss", "HH:mm:ss" },
    [WORDS_DATE]      = { "d MMMM yyyy", "yyyy'年'M'月'd'日'" },
    [WORDS_DAY]       = { "EEE d MMM yyyy", "yyyy'年'M'月'd'日' EEE" },
    [WORDS_DATE_TIME] = { "d MMM yyyy, HH:mm", "yyyy'年'M'月'd'日' HH:mm" },
};

/* Opening a formatter costs fifty times what using it does, and a page uses a few of them hundreds of times. */
enum { KEPT = 12, ZONE_BYTES = 60 };
typedef struct Formatter { const char *pattern; bool zh; char zone[ZONE_BYTES]; UDateFormat *format; } Formatter;
typedef struct Formatters { Formatter at[KEPT]; size_t next; } Formatters;
static pthread_key_t formatters_key;
static pthread_once_t formatters_once = PTHREAD_ONCE_INIT;

static void close_formatters(void *arg)
{
    Formatters *all = arg;
    for (size_t i = 0; i < KEPT; i++) udat_close(all->at[i].format);
    free(all);
}

static void make_key(void) { pthread_key_create(&formatters_key, close_formatters); }

static UDateFormat *open_formatter(const char *pattern, bool zh, Str time_zone)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar zone[64] = { 'U', 'T', 'C', 0 }, form[64];
    if (time_zone.len) u_strFromUTF8(zone, 64, NULL, time_zone.at, (int32_t)time_zone.len, &status);
    u_strFromUTF8(form, 64, NULL, pattern, -1, &status);
    UDateFormat *f = U_FAILURE(status) ? NULL : udat_open(UDAT_PATTERN, UDAT_PATTERN, zh ? "zh_CN" : "en_GB", zone, -1, form, -1, &status);
    return U_FAILURE(status) ? NULL : f;
}

/** One of this thread's; NULL when the zone or pattern is none. */
static UDateFormat *formatter(const char *pattern, bool zh, Str time_zone)
{
    pthread_once(&formatters_once, make_key);
    if (time_zone.len >= ZONE_BYTES) time_zone = S("");
    Formatters *all = pthread_getspecific(formatters_key);
    if (!all) {
        all = calloc(1, sizeof *all);
        if (!all) return NULL;
        pthread_setspecific(formatters_key, all);
    }
    for (size_t i = 0; i < KEPT; i++)
        if (all->at[i].pattern == pattern && all->at[i].zh == zh && str_eq(str_of(all->at[i].zone), time_zone)) return all->at[i].format;
    Formatter *new = &all->at[all->next++ % KEPT];
    udat_close(new->format);
    *new = (Formatter){ .pattern = pattern, .zh = zh, .format = open_formatter(pattern, zh, time_zone) };
    if (time_zone.len) memcpy(new->zone, time_zone.at, time_zone.len);
    return new->format;
}

static Str formatted(Arena *a, int64_t ms, const char *pattern, bool zh, Str time_zone)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar out[128];
    char text[512];
    UDateFormat *f = formatter(pattern, zh, time_zone);
    if (!f) return S("");
    int32_t n = udat_format(f, (UDate)ms, out, 128, NULL, &status), width = 0;
    if (U_FAILURE(status) || n >= 128) return S("");
    u_strToUTF8(text, sizeof text, &width, out, n, &status);
    return U_FAILURE(status) ? S("") : arena_str(a, (Str){ text, (size_t)width });
}

Str words_time(Arena *a, int64_t ms, WordsTime form, Str locale, Str time_zone)
{
    if (!ms) return S("");
    return formatted(a, ms, patterns[form][words_zh(locale)], words_zh(locale), time_zone);
}

Str words_zone(Arena *a, int64_t ms, Str locale, Str time_zone)
{
    if (str_empty(time_zone) || str_eq(time_zone, S("UTC")) || str_eq(time_zone, S("Etc/UTC"))) return S("UTC");
    static const char zone[] = "zzz";
    return formatted(a, ms, zone, words_zh(locale), time_zone);
}

void words_out_of_hours(Str time_zone, const int64_t *ms, size_t n, bool *ret)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar zone[64] = { 'U', 'T', 'C', 0 };
    if (time_zone.len && time_zone.len < 60) u_strFromUTF8(zone, 64, NULL, time_zone.at, (int32_t)time_zone.len, &status);
    UCalendar *c = ucal_open(zone, -1, "en_GB", UCAL_GREGORIAN, &status);
    for (size_t k = 0; k < n; k++) {
        ucal_setMillis(c, (UDate)ms[k], &status);
        int day = ucal_get(c, UCAL_DAY_OF_WEEK, &status), hour = ucal_get(c, UCAL_HOUR_OF_DAY, &status);
        ret[k] = U_SUCCESS(status) && (day == UCAL_SATURDAY || day == UCAL_SUNDAY || hour < 9 || hour >= 18);
    }
    if (c) ucal_close(c);
}

int64_t words_offset_ms(Str time_zone, int64_t ms)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar zone[64] = { 'U', 'T', 'C', 0 };
    if (time_zone.len && time_zone.len < 60) u_strFromUTF8(zone, 64, NULL, time_zone.at, (int32_t)time_zone.len, &status);
    UCalendar *c = ucal_open(zone, -1, "en_GB", UCAL_GREGORIAN, &status);
    ucal_setMillis(c, (UDate)ms, &status);
    int64_t ahead_ms = ucal_get(c, UCAL_ZONE_OFFSET, &status) + ucal_get(c, UCAL_DST_OFFSET, &status);
    if (c) ucal_close(c);
    return U_SUCCESS(status) ? ahead_ms : 0;
}

typedef struct Unit { int64_t ms; const char *one, *many, *zh, *brief; } Unit;
static const Unit units[] = {
    { 86400000, "day", "days", "天", "d" }, { 3600000, "hour", "hours", "小时", "h" },
    { 60000, "minute", "minutes", "分", "m" }, { 1000, "second", "seconds", "秒", "s" },
};

typedef enum Form { BRIEF, LONG } Form;

static Str duration(Arena *a, int64_t ms, Str locale, Form form)
{
    if (ms < 0) return S("");
    Buf b = buf_new(a, 200);
    int shown = 0;
    bool zh = words_zh(locale);
    for (size_t i = 0; i < 4 && shown < 2; i++) {
        int64_t n = ms / units[i].ms;
        if (!n && (shown || i < 3)) { if (shown) break; continue; }
        if (form == LONG && shown && i == 3 && !zh) break;       /* prose rounds to minutes */
        ms -= n * units[i].ms;
        const char *word = zh ? i == 2 && (form == LONG || (!shown && ms < 1000)) ? "分钟" : units[i].zh
                         : form == BRIEF ? units[i].brief : n == 1 ? units[i].one : units[i].many;
        buf_fmt(&b, "%s%lld %s", shown ? " " : "", (long long)n, word);
        shown++;
    }
    return buf_str(&b);
}

Str words_duration(Arena *a, int64_t ms, Str locale) { return duration(a, ms, locale, BRIEF); }
Str words_duration_long(Arena *a, int64_t ms, Str locale) { return duration(a, ms, locale, LONG); }

Str words_number(Arena *a, int64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)(n < 0 ? -n : n));
    Buf b = buf_new(a, 64);
    if (n < 0) buf_byte(&b, '-');
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0) buf_byte(&b, ',');
        buf_byte(&b, digits[i]);
    }
    return buf_str(&b);
}
