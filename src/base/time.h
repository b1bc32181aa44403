#pragma once
#include "base/str.h"

#define TIME_TEXT_MAX 32

/** Now, Unix time in ms. The only place that asks the wall clock. */
int64_t clock_ms(void);
/** Monotonic ms, for measuring and deadlines. */
int64_t clock_monotonic_ms(void);
/** "2026-11-10T14:07:30.000Z" into `to` (TIME_TEXT_MAX bytes); returns `to`. Years 0000 to 9999. */
const char *time_rfc3339(int64_t ms, char to[TIME_TEXT_MAX]);
/** Parses RFC 3339 with any offset and 0 to 9 decimals (more are cut), also with a space for 'T'.
 *  False on anything else; `ret_ms` untouched. Source: RFC 3339 §5.6. */
bool time_parse(Str text, int64_t *ret_ms);
/** "HTTP date" of RFC 9110 §5.6.7, e.g. for Last-Modified, into `to`; returns `to`. */
const char *time_http(int64_t ms, char to[TIME_TEXT_MAX]);
/** Days since 1970-01-01 of a civil date (proleptic Gregorian). */
int64_t time_days(int64_t year, unsigned month, unsigned day);
/** The civil date of days since 1970-01-01. */
void time_civil(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day);
