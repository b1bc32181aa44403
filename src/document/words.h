#pragma once
/** Times, durations and numbers as people read them, in English and Chinese (ICU knows the zones). */
#include "base/arena.h"

typedef enum WordsTime {
    WORDS_CLOCK,       /* 14:07 */
    WORDS_CLOCK_S,     /* 14:07:30 */
    WORDS_DATE,        /* 10 November 2026 · 2026年11月10日 */
    WORDS_DAY,         /* Tue 10 Nov 2026 · 2026年11月10日 周二 */
    WORDS_DATE_TIME,   /* 10 Nov 2026, 14:07 · 2026年11月10日 14:07 */
} WordsTime;
/** `ms` in a time zone ("Europe/Berlin"; unknown or empty = UTC). 0 gives "". */
Str words_time(Arena *a, int64_t ms, WordsTime form, Str locale, Str time_zone);
/** "UTC", "CET", "GMT+8": what to say behind a time. */
Str words_zone(Arena *a, int64_t ms, Str locale, Str time_zone);
/** Is `ms` outside of Monday to Friday, 9 to 18, in a time zone (unknown or empty = UTC)? `n` times, in one go. */
void words_out_of_hours(Str time_zone, const int64_t *ms, size_t n, bool *ret);
/** How far the clocks of a time zone are ahead of UTC at that moment (unknown or empty = UTC). */
int64_t words_offset_ms(Str time_zone, int64_t ms);
/** "50 m 40 s", "1 h 13 m", "3 d 2 h" · "50 分 40 秒", "1 小时 13 分". Two units at most; negative gives "". */
Str words_duration(Arena *a, int64_t ms, Str locale);
/** The same in prose: "50 minutes", "1 hour 13 minutes". */
Str words_duration_long(Arena *a, int64_t ms, Str locale);
/** 12,316 */
Str words_number(Arena *a, int64_t n);
static inline bool words_zh(Str locale) { return locale.len >= 2 && locale.at[0] == 'z' && locale.at[1] == 'h'; }
