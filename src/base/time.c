#include "base/time.h"
#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_ms(void) { return read_clock(CLOCK_REALTIME); }
int64_t clock_monotonic_ms(void) { return read_clock(CLOCK_MONOTONIC); }

/* Eras of 400 years starting in March, so that the leap day is the last of a year. */
int64_t time_days(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t yoe = year - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void time_civil(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *ret_day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    *ret_month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    *ret_year = yoe + era * 400 + (*ret_month <= 2);
}

const char *time_rfc3339(int64_t ms, char to[TIME_TEXT_MAX])
{
    int64_t days = ms / 86400000 - (ms % 86400000 < 0), year;
    unsigned month, day, rest = (unsigned)(ms - days * 86400000);
    time_civil(days, &year, &month, &day);
    if (year < 0) year = 0;
    if (year > 9999) year = 9999;
    snprintf(to, TIME_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)year, month, day,
             rest / 3600000, rest / 60000 % 60, rest / 1000 % 60, rest % 1000);
    return to;
}

const char *time_http(int64_t ms, char to[TIME_TEXT_MAX])
{
    static const char names[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t days = ms / 86400000 - (ms % 86400000 < 0), year;
    unsigned month, day, rest = (unsigned)(ms - days * 86400000);
    time_civil(days, &year, &month, &day);
    unsigned weekday = (unsigned)((days % 7 + 11) % 7);
    snprintf(to, TIME_TEXT_MAX, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT", names + weekday * 3, day,
             months + (month - 1) * 3, (unsigned)(year % 10000), rest / 3600000, rest / 60000 % 60,
             rest / 1000 % 60);
    return to;
}

/** Takes exactly `n` digits off the front. */
static bool digits(Str *s, size_t n, unsigned *ret)
{
    unsigned v = 0;
    if (s->len < n) return false;
    for (size_t i = 0; i < n; i++) {
        if (s->at[i] < '0' || s->at[i] > '9') return false;
        v = v * 10 + (unsigned)(s->at[i] - '0');
    }
    *s = str_sub(*s, n, s->len);
    *ret = v;
    return true;
}

static bool mark(Str *s, char c)
{
    if (!s->len || s->at[0] != c) return false;
    *s = str_sub(*s, 1, s->len);
    return true;
}

static bool offset_minutes(Str *s, int *ret)
{
    *ret = 0;
    if (mark(s, 'Z') || mark(s, 'z')) return true;
    int sign = mark(s, '+') ? 1 : mark(s, '-') ? -1 : 0;
    unsigned h, m;
    if (!sign || !digits(s, 2, &h) || !mark(s, ':') || !digits(s, 2, &m) || h > 23 || m > 59) return false;
    *ret = sign * (int)(h * 60 + m);
    return true;
}

bool time_parse(Str s, int64_t *ret_ms)
{
    unsigned year, month, day, h, m, sec, ms = 0;
    int offset;
    if (!digits(&s, 4, &year) || !mark(&s, '-') || !digits(&s, 2, &month) || !mark(&s, '-')
        || !digits(&s, 2, &day))
        return false;
    if (!mark(&s, 'T') && !mark(&s, 't') && !mark(&s, ' ')) return false;
    if (!digits(&s, 2, &h) || !mark(&s, ':') || !digits(&s, 2, &m) || !mark(&s, ':')
        || !digits(&s, 2, &sec))
        return false;
    if (mark(&s, '.')) {
        size_t n = 0;
        for (unsigned scale = 100; s.len && s.at[0] >= '0' && s.at[0] <= '9'; scale /= 10, n++) {
            ms += (unsigned)(s.at[0] - '0') * scale;
            s = str_sub(s, 1, s.len);
        }
        if (n == 0 || n > 12) return false;
    }
    if (!offset_minutes(&s, &offset) || s.len) return false;
    static const unsigned length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1 || day > length[month - 1] + (month == 2 && leap)) return false;
    if (h > 23 || m > 59 || sec > 60) return false;
    *ret_ms = ((time_days(year, month, day) * 24 + h) * 60 + (int64_t)m - offset) * 60000 + sec * 1000 + ms;
    return true;
}
