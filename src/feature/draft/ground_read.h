#pragma once
/** What can be checked in a text: times, dates, durations, numbers, identifiers. For ground.c. */
#include "feature/draft/ground.h"

typedef struct Clock { int hour, minute, second; size_t from, to; bool about; } Clock;        /* second -1: not said */
typedef struct Day { int year, month, day; size_t from, to; } Day;                            /* year 0: not said */
typedef struct Span { double ms, grain_ms; size_t from, to; bool about; } Span;
typedef enum NumberKind { NUMBER_PLAIN, NUMBER_PERCENT, NUMBER_BYTES } NumberKind;
typedef struct Number { double value; NumberKind kind; Str noun, noun2; size_t from, to; bool about, multiplied; } Number;
typedef struct Word { size_t from, to; } Word;

typedef struct Reading {
    Str text, low;                    /* plain, folded: same offsets */
    bool *used;                       /* bytes that are accounted for */
    LIST(Clock) clocks;
    LIST(Day) days;
    LIST(Span) spans;
    LIST(Number) numbers;
    LIST(Word) identifiers;
} Reading;

/** Reads `r->text`; what `r->used` marks is passed over. */
void ground_read(Arena *a, Reading *r);
Reading *reading_new(Arena *a, Str text);

static inline bool ch_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool ch_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static inline bool ch_word(char c) { return ch_digit(c) || ch_alpha(c) || c == '_'; }
