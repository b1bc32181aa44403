#include "port/alert_build.h"
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include "app/secret.h"
#include "base/time.h"
#include "base/utf8.h"

typedef struct Word { const char *word, *means; } Word;

static const Word severities[] = {
    { "critical", "SEV-1" }, { "crit", "SEV-1" }, { "fatal", "SEV-1" }, { "emergency", "SEV-1" },
        { "emerg", "SEV-1" },
    { "disaster", "SEV-1" }, { "page", "SEV-1" }, { "blocker", "SEV-1" }, { "highest", "SEV-1" },
    { "immediate", "SEV-1" },
    { "p0", "SEV-1" }, { "p1", "SEV-1" }, { "sev0", "SEV-1" }, { "sev1", "SEV-1" },
    { "sev-1", "SEV-1" }, { "s1", "SEV-1" },
    { "1", "SEV-1" }, { "紧急", "SEV-1" }, { "严重", "SEV-1" }, { "致命", "SEV-1" },
    { "error", "SEV-2" }, { "err", "SEV-2" }, { "major", "SEV-2" }, { "high", "SEV-2" },
    { "urgent", "SEV-2" },
    { "alert", "SEV-2" }, { "p2", "SEV-2" }, { "sev2", "SEV-2" }, { "sev-2", "SEV-2" },
    { "s2", "SEV-2" }, { "2", "SEV-2" },
    { "重要", "SEV-2" }, { "高", "SEV-2" },
    { "warning", "SEV-3" }, { "warn", "SEV-3" }, { "minor", "SEV-3" }, { "medium", "SEV-3" },
    { "moderate", "SEV-3" },
    { "average", "SEV-3" }, { "normal", "SEV-3" }, { "p3", "SEV-3" }, { "sev3", "SEV-3" },
    { "sev-3", "SEV-3" },
    { "s3", "SEV-3" }, { "3", "SEV-3" }, { "警告", "SEV-3" }, { "中", "SEV-3" },
    { "info", "SEV-4" }, { "information", "SEV-4" }, { "informational", "SEV-4" },
    { "notice", "SEV-4" }, { "low", "SEV-4" },
    { "lowest", "SEV-4" }, { "debug", "SEV-4" }, { "none", "SEV-4" }, { "ok", "SEV-4" },
    { "trivial", "SEV-4" },
    { "p4", "SEV-4" }, { "p5", "SEV-4" }, { "sev4", "SEV-4" }, { "sev-4", "SEV-4" },
    { "s4", "SEV-4" }, { "4", "SEV-4" },
    { "5", "SEV-4" }, { "提示", "SEV-4" }, { "低", "SEV-4" },
    { 0 },
};

static const char *const resolved_words[] = {
    "resolved", "resolve", "ok", "okay", "up", "closed", "close", "recovered", "recovery", "normal",
        "inactive", "cleared",
    "clear", "success", "green", "deactivated", "healthy", "healed", "done", "fixed", "ended",
    "end", "false", "0", "已恢复",
    "恢复", "已解决", NULL,
};

Str alert_severity(Str word)
{
    word = str_trim(word);
    for (const Word *w = severities; w->word; w++)
        if (str_eq_nocase(word, str_of(w->word))) return str_of(w->means);
    return S("unknown");
}

bool alert_word_resolved(Str word)
{
    word = str_trim(word);
    for (size_t i = 0; resolved_words[i]; i++)
        if (str_eq_nocase(word, str_of(resolved_words[i]))) return true;
    return false;
}

#define DAY_MS 86400000LL
#define LAST_MS 253402300799999LL   /* end of the year 9999 */

/** Keeps what can be a time of an alert; times that mean "not told" become 0. */
static bool keep_time(int64_t ms, int64_t *ret_ms)
{
    if (ms > LAST_MS) return false;
    *ret_ms = ms < DAY_MS ? 0 : ms;
    return true;
}

/** Seconds until the year 5138, then ms, µs and ns: real times of one unit never reach into the
 *  next. */
static bool unix_time(int64_t n, int64_t *ret_ms)
{
    if (n < 0) return keep_time(0, ret_ms);
    if (n < 100000000000LL) return keep_time(n * 1000, ret_ms);
    if (n < 100000000000000LL) return keep_time(n, ret_ms);
    if (n < 100000000000000000LL) return keep_time(n / 1000, ret_ms);
    return keep_time(n / 1000000, ret_ms);
}

static bool real_time(double n, int64_t *ret_ms)
{
    if (!isfinite(n) || n > 9e18) return false;
    if (n < 0) return keep_time(0, ret_ms);
    return n < 1e11 ? keep_time((int64_t)(n * 1000 + 0.5), ret_ms) : unix_time((int64_t)n, ret_ms);
}

static bool text_time(Str text, int64_t *ret_ms)
{
    char fixed[64], *end;
    int64_t n;
    text = str_trim(text);
    bool utc = str_ends(text, S(" UTC"));                       /* "2026-11-10 14:07:30 UTC", as GitLab has it */
    if (utc) text.len -= 4;
    if (str_empty(text)) return keep_time(0, ret_ms);
    if (time_parse(text, &n)) return keep_time(n, ret_ms);
    if (str_int(text, &n)) return unix_time(n, ret_ms);
    if (text.len + 2 > sizeof fixed) return false;
    memcpy(fixed, text.at, text.len);
    fixed[text.len] = 0;
    /* "…+0000", as in PagerDuty's own examples */
    if (text.len > 5 && (text.at[text.len - 5] == '+' || text.at[text.len - 5] == '-')) {
        memmove(fixed + text.len - 1, fixed + text.len - 2, 2);
        fixed[text.len - 2] = ':';
        if (text.len > 6 && fixed[text.len - 6] == ' ') {       /* "… 14:07:30 +0200", as GitLab has it */
            memmove(fixed + text.len - 6, fixed + text.len - 5, 6);
            text.len--;
        }
        if (time_parse((Str){ fixed, text.len + 1 }, &n)) return keep_time(n, ret_ms);
        return false;
    }
    /* "2026-11-10T14:07:30" without an offset is read as UTC */
    if (text.len >= 19 && (text.at[10] == 'T' || text.at[10] == ' ')) {
        fixed[text.len] = 'Z';
        if (time_parse((Str){ fixed, text.len + 1 }, &n)) return keep_time(n, ret_ms);
        return false;
    }
    for (size_t i = 0; i < text.len; i++)
        if ((fixed[i] < '0' || fixed[i] > '9') && fixed[i] != '.') return false;
    double real = strtod(fixed, &end);
    return end == fixed + text.len && end != fixed && real_time(real, ret_ms);
}

bool alert_time(const Json *value, int64_t *ret_ms)
{
    if (json_is_nothing(value)) return keep_time(0, ret_ms);
    if (json_is(value, JS_INT)) return unix_time(value->n, ret_ms);
    if (json_is(value, JS_REAL)) return real_time(value->real, ret_ms);
    if (!json_is(value, JS_TEXT)) return false;
    return text_time(value->text, ret_ms);
}

/** Bytes that neither a database nor a reader wants become spaces. */
static Str clean(Arena *a, Str text, bool keep_lines)
{
    size_t i = 0;
    while (i < text.len && (unsigned char)text.at[i] >= 0x20) i++;
    if (i == text.len) return text;
    char *to = arena_bytes(a, text.len + 1, 1);
    for (i = 0; i < text.len; i++) {
        char c = text.at[i];
        to[i] = (unsigned char)c >= 0x20 || (keep_lines && (c == '\n' || c == '\t')) ? c : ' ';
    }
    return (Str){ to, text.len };
}

void alert_labels_add(AlertLabels *l, Str name, Str value)
{
    Str kept_name = clean(l->arena, utf8_clip(name, ALERT_LABEL_NAME_BYTES), false);
    Str kept = clean(l->arena, utf8_clip(value, ALERT_LABEL_VALUE_BYTES), true);
    for (size_t i = 0; i < l->len; i++)
        if (str_eq(l->at[i].name, kept_name)) return;
    if (l->len == ALERT_MAX_LABELS) { l->left_out++; return; }
    if (kept_name.len < name.len || kept.len < value.len) l->cut++;
    l->at[l->len].name = kept_name;
    l->at[l->len++].value = kept;
}

/** What people route and search by; kept first when there are too many. */
static const char *const important[] = {
    "alertname", "severity", "service", "team", "cluster", "namespace", "job", "instance", "env",
        "environment", "region",
    "host", "app", "component", "pod", NULL,
};

static bool is_important(Str name)
{
    for (size_t i = 0; important[i]; i++)
        if (str_eq(name, str_of(important[i]))) return true;
    return false;
}

static Str label_text(Arena *a, const Json *value)
{
    if (json_is_nest(value)) return json_compact(a, value);
    return alert_scalar(value);
}

void alert_labels_add_all(AlertLabels *l, const Json *object)
{
    bool crowded = json_is(object, JS_OBJECT) && object->count > ALERT_MAX_LABELS;
    for (int pass = crowded ? 0 : 1; pass < 2; pass++)
        json_members(object, x) {
            if (x->kind == JS_NULL || !x->name.len || (crowded && is_important(x->name) != (pass == 0)))
                continue;
            alert_labels_add(l, x->name, l->len < ALERT_MAX_LABELS ? label_text(l->arena, x) : S(""));
        }
}

static int by_name(const void *x, const void *y) { return str_cmp(*(const Str *)x, *(const Str *)y);
    }

Str alert_labels_end(AlertLabels *l, Buf *note)
{
    Buf json = buf_new(l->arena, 1 << 20);
    bool sorted = true;              /* as most senders have them */
    for (size_t i = 1; i < l->len && sorted; i++) sorted = by_name(&l->at[i - 1], &l->at[i]) <= 0;
    if (!sorted) qsort(l->at, l->len, sizeof l->at[0], by_name);
    buf_byte(&json, '{');
    for (size_t i = 0; i < l->len; i++) {
        if (i) buf_byte(&json, ',');
        buf_json(&json, l->at[i].name);
        buf_byte(&json, ':');
        buf_json(&json, l->at[i].value);
    }
    buf_byte(&json, '}');
    if (l->left_out)
        buf_fmt(note, "%zu of %zu labels were left out. ", l->left_out, l->left_out + l->len);
    if (l->cut) buf_fmt(note, "%zu long labels were cut. ", l->cut);
    return buf_str(&json);
}

void alert_link_add(Buf *links, Str title, Str url)
{
    url = str_trim(url);
    if (!str_starts(url, S("https://")) && !str_starts(url, S("http://"))) return;
    if (url.len > 2000) return;
    size_t n = 0;
    /* Quotes inside values are escaped, so this finds objects only; none is shorter than 25 bytes. */
    Str rest = links->len < ALERT_MAX_LINKS * 25 ? S("") : buf_str(links);
    for (ptrdiff_t at; (at = str_find(rest, S("{\"title\":"))) >= 0; n++)
        rest = str_sub(rest, (size_t)at + 9, rest.len);
    if (n >= ALERT_MAX_LINKS) return;
    buf_add(links, links->len ? S(",{\"title\":") : S("[{\"title\":"));
    buf_json(links, alert_line(links->arena, str_empty(title) ? url : title, 200));
    buf_add(links, S(",\"url\":"));
    buf_json(links, url);
    buf_byte(links, '}');
}

Str alert_links_end(Buf *links)
{
    if (!links->len) return S("[]");
    buf_byte(links, ']');
    return buf_str(links);
}

Str alert_line(Arena *a, Str text, size_t max_bytes) { return clean(a,
    utf8_clip(str_trim(text), max_bytes), false); }

Str alert_text(Arena *a, Str text) { return clean(a, utf8_clip(str_trim(text), ALERT_TEXT_BYTES),
    true); }

Str alert_key(Arena *a, Str key)
{
    if (key.len <= ALERT_KEY_BYTES && (!key.len || !memchr(key.at, 0, key.len))) return key;
    Str hash = secret_hash(a, key);
    return arena_fmt(a, "hash:" STR_FMT, STR_ARG(hash));
}

Str alert_key_made(Arena *a, Str text)
{
    return arena_fmt(a, "labels:%.32s", secret_hash(a, text).at);
}

bool alert_same(Str given, Str secret)
{
    return given.len == secret.len && secret.len && sodium_memcmp(given.at, secret.at, secret.len) == 0;
}

bool alert_signed512(Str given, Str secret, Str text)
{
    unsigned char sum[crypto_auth_hmacsha512_BYTES], told[crypto_auth_hmacsha512_BYTES];
    size_t n = 0;
    crypto_auth_hmacsha512_state state;
    crypto_auth_hmacsha512_init(&state, (const unsigned char *)secret.at, secret.len);
    crypto_auth_hmacsha512_update(&state, (const unsigned char *)text.at, text.len);
    crypto_auth_hmacsha512_final(&state, sum);
    return sodium_hex2bin(told, sizeof told, given.at, given.len, NULL, &n, NULL) == 0 && n == sizeof told
           && sodium_memcmp(told, sum, sizeof sum) == 0;
}

bool alert_signed(Str given, Str secret, Str text)
{
    unsigned char sum[crypto_auth_hmacsha256_BYTES], told[crypto_auth_hmacsha256_BYTES];
    size_t n = 0;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.at, secret.len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.at, text.len);
    crypto_auth_hmacsha256_final(&state, sum);
    return sodium_hex2bin(told, sizeof told, given.at, given.len, NULL, &n, NULL) == 0 && n == sizeof told
           && sodium_memcmp(told, sum, sizeof sum) == 0;
}

Str alert_scalar(const Json *value)
{
    if (json_is_nothing(value) || json_is_nest(value)) return S("");
    if (value->kind == JS_TRUE || value->kind == JS_FALSE) return value->kind == JS_TRUE ? S("true") : S("false");
    return value->text;
}
