/* Times, dates, durations, numbers and identifiers of a text in English or Chinese, each read once, in the order in which one
 * form may hide another: 2026-11-10 14:07 is no sum, 1h13m no identifier, 2.4.1 no number. */
#include "feature/draft/ground_read.h"
#include <stdlib.h>
#include "base/utf8.h"

typedef struct At { Arena *a; Reading *r; Str low; size_t i; } At;

static bool is(Str s, size_t i, const char *word)
{
    if (i >= s.len || s.at[i] != word[0]) return false;
    size_t n = strlen(word);
    return i + n <= s.len && !memcmp(s.at + i, word, n);
}

/** `word` at i, and no letter behind it. */
static bool is_word(Str s, size_t i, const char *word)
{
    if (i >= s.len || s.at[i] != word[0]) return false;
    size_t n = strlen(word);
    return is(s, i, word) && (i + n >= s.len || !ch_word(s.at[i + n]));
}

static char at(Str s, size_t i) { return i < s.len ? s.at[i] : 0; }
static size_t spaces(Str s, size_t i) { while (at(s, i) == ' ') i++; return i; }

static void use(Reading *r, size_t from, size_t to) { memset(r->used + from, 1, to - from); }

/** Digits at i: their value and the end; false without, or with more than `most`. */
static bool digits(Str s, size_t *i, size_t most, int *ret)
{
    size_t k = *i;
    int n = 0;
    while (k < s.len && ch_digit(s.at[k]) && k - *i < most + 1) n = n * 10 + (s.at[k++] - '0');
    if (k == *i || k - *i > most) return false;
    *i = k;
    *ret = n;
    return true;
}

static bool is_about(Str low, size_t i)
{
    static const char *const words[] = { "about", "around", "roughly", "nearly", "almost", "approximately", "some", "over", "under", "more than", "less than", "at least",
        "up to", "~", "约", "大约", "近", "将近", "超过", "不到", "至少", "左右", "大概", NULL };
    while (i && low.at[i - 1] == ' ') i--;
    for (size_t k = 0; words[k]; k++) {
        size_t n = strlen(words[k]);
        if (i >= n && !memcmp(low.at + i - n, words[k], n) && (i == n || (unsigned char)words[k][0] >= 0x80 || !ch_word(low.at[i - n - 1]))) return true;
    }
    return false;
}

static bool about_behind(Str low, size_t i) { return is(low, i, "左右") || is(low, i, "上下"); }

/* ---- numerals of Chinese */

static int han_digit(Str s, size_t i)
{
    static const char *const all[] = { "零", "一", "二", "三", "四", "五", "六", "七", "八", "九" };
    for (int k = 0; k < 10; k++) if (is(s, i, all[k])) return k;
    return is(s, i, "两") ? 2 : -1;
}

/** 三, 十二, 一万三千 …; each character has 3 bytes. */
static bool han_number(Str s, size_t *i, double *ret)
{
    static const struct { const char *word; int n; } tens[] = { { "十", 10 }, { "百", 100 }, { "千", 1000 } };
    size_t k = *i;
    int total = 0, digit = -1;
    while (k < s.len) {
        int d = han_digit(s, k), unit = 0;
        for (size_t n = 0; n < 3; n++) if (is(s, k, tens[n].word)) unit = tens[n].n;
        if (is(s, k, "万") && (total || digit > 0)) {
            total = (total + (digit > 0 ? digit : 0)) * 10000;
            digit = -1;
            k += 3;
            continue;
        }
        if (d < 0 && !unit) break;
        if (unit) { total += (digit < 0 ? 1 : digit) * unit; digit = -1; }
        else digit = d;
        k += 3;
        if (total > 99999999) break;
    }
    if (k == *i) return false;
    *ret = total + (digit > 0 ? digit : 0);
    *i = k;
    return true;
}

/* ---- numbers */

static const struct { const char *word; double n; } number_words[] = {
    { "two", 2 }, { "three", 3 }, { "four", 4 }, { "five", 5 }, { "six", 6 }, { "seven", 7 }, { "eight", 8 }, { "nine", 9 }, { "ten", 10 }, { "eleven", 11 },
    { "twelve", 12 }, { "fifteen", 15 }, { "twenty", 20 }, { "thirty", 30 }, { "forty", 40 }, { "fifty", 50 }, { "sixty", 60 }, { "ninety", 90 }, { "twice", 2 }, { 0 },
};

/** 12,316 · 3.25 */
static bool figure(Str s, size_t *i, double *ret)
{
    char text[40];
    size_t n = 0, k = *i;
    while (k < s.len && n < sizeof text - 1) {
        char c = s.at[k];
        bool comma = c == ',' && ch_digit(at(s, k + 1)) && ch_digit(at(s, k + 2)) && ch_digit(at(s, k + 3)) && !ch_digit(at(s, k + 4));
        bool point = c == '.' && ch_digit(at(s, k + 1)) && !memchr(text, '.', n);
        if (!ch_digit(c) && !comma && !point) break;
        if (!comma) text[n++] = c;
        k++;
    }
    text[n] = 0;
    if (!n || !ch_digit(text[0])) return false;
    *ret = strtod(text, NULL);
    *i = k;
    return true;
}

static bool any_number(Str s, size_t *i, double *ret)
{
    if (ch_digit(at(s, *i))) return figure(s, i, ret);
    for (size_t k = 0; number_words[k].word; k++)
        if (is_word(s, *i, number_words[k].word)) { *ret = number_words[k].n; *i += strlen(number_words[k].word); return true; }
    return han_number(s, i, ret);
}

/* ---- durations */

static const struct { const char *word; double ms; bool han, brief; } time_units[] = {
    { "milliseconds", 1 }, { "millisecond", 1 }, { "毫秒", 1, true }, { "ms", 1, false, true },
    { "seconds", 1e3 }, { "second", 1e3 }, { "secs", 1e3 }, { "sec", 1e3 }, { "秒钟", 1e3, true }, { "秒", 1e3, true }, { "s", 1e3, false, true },
    { "minutes", 6e4 }, { "minute", 6e4 }, { "mins", 6e4 }, { "min", 6e4 }, { "分钟", 6e4, true }, { "分", 6e4, true }, { "m", 6e4, false, true },
    { "hours", 36e5 }, { "hour", 36e5 }, { "hrs", 36e5 }, { "hr", 36e5 }, { "小时", 36e5, true }, { "钟头", 36e5, true }, { "h", 36e5, false, true },
    { "days", 864e5 }, { "day", 864e5 }, { "天", 864e5, true }, { "d", 864e5, false, true }, { "weeks", 6048e5 }, { "week", 6048e5 }, { "周", 6048e5, true }, { 0 },
};

static double time_unit(Str s, size_t *i)
{
    size_t k = *i;
    if (at(s, k) == '-') k++;
    else k = spaces(s, k);
    if (is(s, k, "个")) k += 3;
    for (size_t n = 0; time_units[n].word; n++) {
        bool fits = time_units[n].han ? is(s, k, time_units[n].word) : is_word(s, k, time_units[n].word) ||
                    (time_units[n].brief && is(s, k, time_units[n].word) && ch_digit(at(s, k + strlen(time_units[n].word))));
        if (!fits) continue;
        *i = k + strlen(time_units[n].word);
        return time_units[n].ms;
    }
    return 0;
}

/** "half an hour", "an hour", 半小时, 一个半小时, or a number with its unit; the unit's length in `ret_grain`. */
static bool one_span(Str s, size_t *i, double *ret, double *ret_grain)
{
    size_t k = *i;
    double n = 0, unit;
    if (is(s, k, "half an ") || is(s, k, "half a ")) { n = 0.5; k += is(s, k, "half an ") ? 7 : 6; }
    else if (is(s, k, "an ") || is(s, k, "a ")) { n = 1; k += is(s, k, "an ") ? 2 : 1; }
    else if (is(s, k, "half-")) { n = 0.5; k += 4; }
    else if (is(s, k, "半")) { n = 0.5; k += 3; }
    else if (is_word(s, k, "one")) { n = 1; k += 3; }
    else if (!any_number(s, &k, &n)) return false;
    if (is(s, k, "个半") || is(s, k, "-and-a-half")) { n += 0.5; k += is(s, k, "个半") ? 6 : 11; }
    if (!(unit = time_unit(s, &k))) return false;
    *ret = n * unit;
    *ret_grain = n == 0.5 ? unit / 6 : unit;
    if (is(s, k, "半") && unit == 36e5) { *ret += unit / 2; k += 3; }
    *i = k;
    return true;
}

static bool span(At *t)
{
    size_t k = t->i, from = t->i;
    double ms = 0, grain = 0, more, finer;
    if (is(t->low, k, "百分之") || !one_span(t->low, &k, &ms, &grain)) return false;
    while (true) {
        size_t j = spaces(t->low, k);
        if (is(t->low, j, "and ")) j = spaces(t->low, j + 4);
        if (is(t->low, j, "零")) j += 3;
        if (!one_span(t->low, &j, &more, &finer) || finer >= grain) break;
        ms += more;
        grain = finer;
        k = j;
    }
    *list_add(t->a, &t->r->spans) = (Span){ ms, grain, from, k, is_about(t->low, from) || about_behind(t->low, k) };
    t->i = k;
    return true;
}

/* ---- dates and clocks */

static int month_of(Str s, size_t *i)
{
    static const char *const names[] = { "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december" };
    for (int m = 0; m < 12; m++) {
        char brief[4] = { names[m][0], names[m][1], names[m][2], 0 };
        if (is_word(s, *i, names[m])) { *i += strlen(names[m]); return m + 1; }
        if (is_word(s, *i, brief)) { *i += 3; if (at(s, *i) == '.') (*i)++; return m + 1; }
        if (m == 8 && is_word(s, *i, "sept")) { *i += 4; return 9; }
    }
    return 0;
}

static bool day_ok(int month, int day) { return month >= 1 && month <= 12 && day >= 1 && day <= 31; }

static bool took_day(At *t, size_t to, int year, int month, int day)
{
    if (!day_ok(month, day)) return false;
    *list_add(t->a, &t->r->days) = (Day){ year, month, day, t->i, to };
    t->i = to;
    return true;
}

static size_t ordinal(Str s, size_t i)
{
    return is_word(s, i, "st") || is_word(s, i, "nd") || is_word(s, i, "rd") || is_word(s, i, "th") ? i + 2 : i;
}

static bool day_of_digits(At *t)
{
    Str s = t->low;
    size_t k = t->i, j;
    int a, month, day, year = 0;
    if (!digits(s, &k, 4, &a)) return false;
    if (k - t->i == 4 && (at(s, k) == '-' || at(s, k) == '/') && (j = k + 1, digits(s, &j, 2, &month)) && at(s, j) == at(s, k) && (j++, digits(s, &j, 2, &day)) &&
        !ch_digit(at(s, j))) return took_day(t, j + (at(s, j) == 't' && ch_digit(at(s, j + 1))), a, month, day);
    size_t h = spaces(s, k);                                 /* 2026 年 11 月 10 日 is set with spaces too */
    if (is(s, h, "年")) {
        j = spaces(s, h + 3);
        if (!digits(s, &j, 2, &month) || !is(s, j = spaces(s, j), "月")) return false;
        j = spaces(s, j + 3);
        return digits(s, &j, 2, &day) && (is(s, j = spaces(s, j), "日") || is(s, j, "号")) && took_day(t, j + 3, a, month, day);
    }
    if (k - t->i > 2) return false;
    if (is(s, h, "月")) {
        j = spaces(s, h + 3);
        return digits(s, &j, 2, &day) && (is(s, j = spaces(s, j), "日") || is(s, j, "号")) && took_day(t, j + 3, 0, a, day);
    }
    j = spaces(s, ordinal(s, k));
    if (is(s, j, "of ")) j += 3;
    if (j == k || !(month = month_of(s, &j))) return false;
    k = spaces(s, at(s, j) == ',' ? j + 1 : j);
    size_t y = k;
    if (digits(s, &y, 4, &year) && y - k == 4 && !is(s, y, ":")) return took_day(t, y, year, month, a);
    return took_day(t, j, 0, month, a);
}

static bool day_of_month(At *t)
{
    size_t k = t->i;
    int month = month_of(t->low, &k), day, year;
    k = spaces(t->low, k);
    if (!month || !digits(t->low, &k, 2, &day) || at(t->low, k) == ':') return false;
    k = ordinal(t->low, k);
    size_t y = spaces(t->low, at(t->low, k) == ',' ? k + 1 : k), from = y;
    if (digits(t->low, &y, 4, &year) && y - from == 4) return took_day(t, y, year, month, day);
    return took_day(t, k, 0, month, day);
}

static bool took_clock(At *t, size_t to, int hour, int minute, int second)
{
    if (hour > 24 || minute > 59 || second > 60) return false;
    *list_add(t->a, &t->r->clocks) = (Clock){ hour, minute, second, t->i, to, is_about(t->low, t->i) || about_behind(t->low, to) };
    t->i = to;
    return true;
}

static int half_day(Str s, size_t *i, int hour)
{
    size_t k = spaces(s, *i);
    bool am = is_word(s, k, "am") || is(s, k, "a.m."), pm = is_word(s, k, "pm") || is(s, k, "p.m.");
    if (!am && !pm) return hour;
    *i = k + (at(s, k + 1) == '.' ? 4 : 2);
    return pm && hour < 12 ? hour + 12 : am && hour == 12 ? 0 : hour;
}

static size_t zone_behind(Str s, size_t i)
{
    size_t k = spaces(s, i);
    return is_word(s, k, "utc") || is_word(s, k, "gmt") ? k + 3 : at(s, i) == 'z' && !ch_word(at(s, i + 1)) ? i + 1 : i;
}

static bool clock_western(At *t)
{
    Str s = t->low;
    size_t k = t->i, j;
    int hour, minute = 0, second = -1, skip;
    if (!digits(s, &k, 2, &hour)) return false;
    if (at(s, k) == ':') {
        k++;
        j = k;
        if (!digits(s, &k, 2, &minute) || k - j != 2) return false;
        if (at(s, k) == ':' && (j = k + 1, digits(s, &j, 2, &second))) k = j;
        else second = -1;
        if (at(s, k) == '.' && ch_digit(at(s, k + 1)) && (j = k + 1, digits(s, &j, 9, &skip))) k = j;
        hour = half_day(s, &k, hour);
        if (ch_word(at(s, k)) && at(s, k) != 'z') return false;
        return took_clock(t, zone_behind(s, k), hour, minute, second);
    }
    j = k;
    int full = half_day(s, &j, hour);
    return j != k && took_clock(t, zone_behind(s, j), full, 0, -1);
}

/** Up to two digits, or a numeral of Chinese below 60. */
static bool clock_part(Str s, size_t *i, int *ret)
{
    size_t k = *i;
    double n;
    if (digits(s, i, 2, ret)) return true;
    if (!han_number(s, &k, &n) || n > 59) return false;
    *i = k;
    *ret = (int)n;
    return true;
}

static bool clock_chinese(At *t)
{
    static const struct { const char *word; int add; } parts[] = { { "凌晨", 0 }, { "早上", 0 }, { "上午", 0 }, { "中午", 0 }, { "下午", 12 }, { "晚上", 12 }, { 0 } };
    Str s = t->low;
    size_t k = t->i, j;
    int hour, minute = 0, second = -1, add = 0;
    for (size_t n = 0; parts[n].word; n++) if (is(s, k, parts[n].word)) { add = parts[n].add; k = spaces(s, k + 6); break; }
    bool part = k != t->i, han = !ch_digit(at(s, k));
    if (!clock_part(s, &k, &hour)) return false;
    if (add && hour < 12) hour += add;
    if (at(s, k) == ':' && add >= 0 && k > t->i + 2) {
        k++;
        return digits(s, &k, 2, &minute) && took_clock(t, k, hour, minute, -1);
    }
    k = spaces(s, k);
    if (is(s, k, "点") || is(s, k, "时")) k += 3;
    else return false;
    if (is(s, k, "半")) return took_clock(t, k + 3, hour, 30, -1);
    j = spaces(s, k);
    size_t unit_at = j;
    int unused;
    bool minutes = clock_part(s, &unit_at, &unused) && is(s, spaces(s, unit_at), "分");
    if (han && !part && !minutes) return false;              /* 三点建议 */
    if ((!han || minutes) && clock_part(s, &j, &minute)) {
        size_t unit = spaces(s, j);
        k = is(s, unit, "分") ? unit + 3 : j;
        j = spaces(s, k);
        if (digits(s, &j, 2, &second) && is(s, j = spaces(s, j), "秒")) k = j + 3;
        else second = -1;
    }
    return took_clock(t, k, hour, minute, second);
}

/* ---- numbers with what they count */

static Str noun_at(Str s, size_t *i)
{
    static const char *const none[] = { "of", "and", "to", "in", "at", "the", "with", "for", "or", "on", "by", "from", "were", "was", "is", "are", "than", "per", "had", NULL };
    static const char *const measures[] = { "个", "名", "位", "次", "条", "台", "项", "家", "笔", "倍", "人", NULL };
    size_t k = spaces(s, *i);
    if (at(s, k) == '-') k++;
    size_t from = k;
    while (ch_alpha(at(s, k))) k++;
    if (k > from) {
        *i = k;
        Str word = str_sub(s, from, k - from);
        for (size_t n = 0; none[n]; n++) if (str_eq(word, str_of(none[n]))) return S("");
        return word.len > 3 && word.at[word.len - 1] == 's' ? str_sub(word, 0, word.len - 1) : word;
    }
    for (size_t n = 0; measures[n]; n++) if (is(s, k, measures[n])) { k += 3; break; }
    while (is(s, k, "的") || is(s, k, "受")) k += 3;
    if ((unsigned char)at(s, k) < 0xE3) return S("");
    *i = k + 6;
    return str_sub(s, k, 6);
}

static double multiplier(Str s, size_t *i)
{
    static const struct { const char *word; double n; } all[] = { { "million", 1e6 }, { "billion", 1e9 }, { "thousand", 1e3 }, { "hundred", 1e2 }, { "k", 1e3 }, { 0 } };
    size_t k = spaces(s, *i);
    if (is(s, k, "万")) { *i = k + 3; return 1e4; }
    if (is(s, k, "亿")) { *i = k + 3; return 1e8; }
    for (size_t n = 0; all[n].word; n++)
        if (is_word(s, k, all[n].word) && (n < 4 || k == *i)) { *i = k + strlen(all[n].word); return all[n].n; }
    return 1;
}

static double bytes_unit(Str s, size_t *i)
{
    static const struct { const char *word; double n; } all[] = { { "kb", 1e3 }, { "mb", 1e6 }, { "gb", 1e9 }, { "tb", 1e12 }, { "kib", 1024 }, { "mib", 1048576 },
        { "gib", 1073741824 }, { "tib", 1099511627776 }, { "bytes", 1 }, { 0 } };
    size_t k = spaces(s, *i);
    for (size_t n = 0; all[n].word; n++) if (is_word(s, k, all[n].word)) { *i = k + strlen(all[n].word); return all[n].n; }
    return 0;
}

static bool is_percent(Str s, size_t *i)
{
    size_t k = spaces(s, *i);
    if (at(s, k) == '%') { *i = k + 1; return true; }
    if (is_word(s, k, "percent") || is_word(s, k, "per cent")) { *i = k + (at(s, k + 3) == ' ' ? 8 : 7); return true; }
    return false;
}

/** True when it is a number; false leaves it to the identifiers ("5xx", "2.4.1", "10.0.0.7"). */
static bool number(At *t)
{
    Str s = t->low;
    size_t k = t->i;
    Number n = { .from = t->i };
    bool han = false;
    if (ch_digit(at(s, k)) || !is(s, k, "百分之")) {
        han = !ch_digit(at(s, k)) && !ch_alpha(at(s, k));
        if (!any_number(s, &k, &n.value)) return false;
    } else {
        k += 9;
        if (!any_number(s, &k, &n.value)) return false;
        if (is(s, k, "点") && han_digit(s, k + 3) >= 0) {     /* 百分之七点五 */
            k += 3;
            for (double place = 0.1; han_digit(s, k) >= 0; place /= 10, k += 3) n.value += han_digit(s, k) * place;
        }
        n.kind = NUMBER_PERCENT;
    }
    double times = multiplier(s, &k), bytes;
    n.value *= times;
    n.multiplied = times > 1;
    if (n.kind == NUMBER_PERCENT || is_percent(s, &k)) n.kind = NUMBER_PERCENT;
    else if ((bytes = bytes_unit(s, &k))) { n.kind = NUMBER_BYTES; n.value *= bytes; }
    if (ordinal(s, k) != k) { use(t->r, t->i, k + 2); t->i = k + 2; return true; }
    if (ch_word(at(s, k)) || ((at(s, k) == '.' || at(s, k) == '/' || at(s, k) == ':') && ch_word(at(s, k + 1)))) return false;
    size_t j = k;
    n.noun = noun_at(s, &j);
    if (n.noun.len && (unsigned char)n.noun.at[0] < 0x80) n.noun2 = noun_at(s, &j);
    if (han && j == k) return false;                        /* 一旦, 三思: no count without what is counted */
    if (han && !n.multiplied) {
        static const char *const measures[] = { "个", "名", "位", "次", "条", "台", "项", "家", "笔", "倍", "人", "款", NULL };
        bool counts = false;
        for (size_t m = 0; measures[m]; m++) counts = counts || is(s, k, measures[m]);
        if (!counts || n.value < 2) return false;
    }
    n.to = k;
    n.about = is_about(s, t->i) || about_behind(s, k);
    *list_add(t->a, &t->r->numbers) = n;
    t->i = k;
    return true;
}

/* ---- identifiers */

static bool is_token(char c) { return ch_word(c) || c == '.' || c == ':' || c == '/' || c == '@' || c == '#' || c == '-' || c == '+' || c == '%' || c == '='; }

static bool names_a_part(Str low)
{
    static const char *const parts[] = { "api", "db", "svc", "service", "server", "gateway", "worker", "proxy", "cache", "queue", "prod", "staging", "cluster", "node", "web",
        "app", "auth", "cfg", "job", "cron", "lb", "cdn", "dns", "east", "west", "primary", "replica", "eu", "us", "pool", "broker", "frontend", "backend", "ingress", NULL };
    Str rest = low, part;
    if (str_index(low, '-') < 0) return false;
    while (str_next(&rest, '-', &part))
        for (size_t k = 0; parts[k]; k++) if (str_eq(part, str_of(parts[k]))) return true;
    return false;
}

static void identifier(At *t)
{
    Str s = t->r->text;
    size_t k = t->i, from = t->i;
    bool digit = false, letter = false, mark = false, camel = false;
    while (k < s.len && is_token(s.at[k]) && !t->r->used[k]) k++;
    size_t end = k;
    while (end > from && !ch_word(s.at[end - 1]) && s.at[end - 1] != '%') end--;
    for (size_t i = from; i < end; i++) {
        digit = digit || ch_digit(s.at[i]);
        letter = letter || ch_alpha(s.at[i]);
        mark = mark || s.at[i] == '_' || s.at[i] == '@' || s.at[i] == '/' || s.at[i] == '=' || (s.at[i] == '.' && i + 1 < end) || (s.at[i] == ':' && i + 1 < end);
        camel = camel || (i > from && s.at[i] >= 'A' && s.at[i] <= 'Z' && s.at[i - 1] >= 'a' && s.at[i - 1] <= 'z');
    }
    bool slash_words = mark && !digit && str_index(str_sub(s, from, end - from), '/') > 0 && str_find(str_sub(s, from, end - from), S("//")) < 0 && !camel;
    if (end > from && ((digit && (letter || mark)) || (mark && !slash_words) || camel || names_a_part(str_sub(t->low, from, end - from)))) {
        *list_add(t->a, &t->r->identifiers) = (Word){ from, end };
        use(t->r, from, end);
    }
    t->i = k > from ? k : from + 1;
}

Reading *reading_new(Arena *a, Str text)
{
    Reading *r = arena_make(a, Reading);
    r->text = ground_plain(a, text);
    r->low = ground_fold(a, text);
    r->used = arena_array(a, bool, r->text.len + 1);
    return r;
}

/** A letter, a digit or a Han character before which nothing of the same token stands. */
static bool begins(Str s, size_t i)
{
    if (!i) return true;
    char b = s.at[i - 1];
    if ((unsigned char)s.at[i] >= 0x80) return true;
    return !ch_word(b) && !((b == '.' || b == '@' || b == '/') && i > 1 && ch_word(s.at[i - 2]));
}

void ground_read(Arena *a, Reading *r)
{
    At t = { a, r, r->low, 0 };
    while (t.i < r->low.len) {
        char c = r->low.at[t.i];
        size_t from = t.i;
        bool lead = (unsigned char)c >= 0xC0;
        if (r->used[t.i] || (!ch_word(c) && !lead) || !begins(r->low, t.i)) { t.i++; continue; }
        bool read = clock_chinese(&t) || (ch_digit(c) && (day_of_digits(&t) || clock_western(&t))) || (ch_alpha(c) && day_of_month(&t)) || span(&t) || number(&t);
        if (read) { if (t.i > from) use(r, from, t.i); continue; }
        if (lead) t.i++;
        else identifier(&t);
    }
}
