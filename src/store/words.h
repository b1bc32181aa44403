#pragma once
/** Inside store/ only: text cut into words that can be compared. ICU finds the words, in Chinese and Japanese with its
 *  dictionary; each is folded: no case, no accents, full-width forms as plain ones. */
#include "base/list.h"

#define WORD_MAX_BYTES 96

/** `folded` has letters and digits only, at most WORD_MAX_BYTES of them. `dense`: of a script that is written
 *  without spaces, where words are a guess and single characters must be findable too. */
typedef struct Word { Str folded; bool dense; } Word;
typedef LIST(Word) Words;

/** At most `max` words, in order. */
void words_cut(Arena *a, Str text, size_t max, Words *ret);
/** The one code point that stands for `c` in comparisons; 0 when it counts for nothing (an accent). */
uint32_t word_fold(uint32_t c);
/** True when `c` belongs to words: letters, digits, and the marks of scripts that need them. */
bool word_char(uint32_t c);
/** The text from about the first match of any of `words` (the last one as a prefix) on, at most `max_chars` characters,
 *  in one line, with each match between U+E000 and U+E001. Without a match: the beginning. */
Str words_snippet(Arena *a, Str text, const Words *words, size_t max_chars);
