#include "store/words.h"
#include <pthread.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utext.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"

#define MARK_BEGIN 0xE000
#define MARK_END 0xE001
#define MATCH_MAX_BYTES 512             /* a match may be longer than its word: it may hold accents */
#define BEFORE_CHARS 40                 /* of a snippet that stand before its first match */

static UBreakIterator *breaks;          /* cloned for each use: a clone is cheap, opening reads the rules */
static const UNormalizer2 *compatible;

static void prepare(void)
{
    UErrorCode status = U_ZERO_ERROR;
    breaks = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    compatible = unorm2_getNFKDInstance(&status);
    if (U_FAILURE(status)) bug("ICU has no word rules: %s", u_errorName(status));
}

static void prepare_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
}

bool word_char(uint32_t c)
{
    if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    int8_t type = u_charType((UChar32)c);
    return u_isalnum((UChar32)c) || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
}

static bool is_accent(uint32_t c) { return c >= 0x300 && c < 0x370; }

uint32_t word_fold(uint32_t c)
{
    if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (is_accent(c)) return 0;
    if (c == UTF8_BAD) return 0xFFFD;
    if ((c >= 0x4E00 && c < 0xA000) || (c >= 0xAC00 && c < 0xD7A4)) return c;      /* Han, Hangul: as they are */
    UChar parts[18];
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = unorm2_getDecomposition(compatible, (UChar32)c, parts, 18, &status);
    if (U_SUCCESS(status) && n > 0) {
        int32_t i = 0;
        UChar32 base;
        U16_NEXT(parts, i, n, base);
        bool plain = true;
        while (i < n) { UChar32 next; U16_NEXT(parts, i, n, next); plain &= is_accent((uint32_t)next); }
        if (plain) c = (uint32_t)base;
    }
    return (uint32_t)u_foldCase((UChar32)c, U_FOLD_CASE_DEFAULT);
}

/** Adds the pieces of letters and digits of one word that ICU found. */
static void add_pieces(Arena *a, Str word, bool dense, size_t max, Words *ret)
{
    char folded[WORD_MAX_BYTES + 4];
    size_t len = 0;
    for (size_t i = 0, w; i <= word.len; i += w) {
        uint32_t c = ' ';
        w = 1;
        if (i < word.len) c = utf8_next(word, i, &w);
        if (c != UTF8_BAD && word_char(c)) {
            uint32_t f = word_fold(c);
            if (f && len < WORD_MAX_BYTES - 3) len += utf8_put(folded + len, f);
            continue;
        }
        if (len && ret->len < max) *list_add(a, ret) = (Word){ arena_str(a, (Str){ folded, len }), dense };
        len = 0;
    }
}

void words_cut(Arena *a, Str text, size_t max, Words *ret)
{
    prepare_once();
    *ret = (Words){ 0 };
    UErrorCode status = U_ZERO_ERROR;
    UText *view = utext_openUTF8(NULL, text.at ? text.at : "", (int64_t)text.len, &status);
    UBreakIterator *at = ubrk_clone(breaks, &status);
    if (U_SUCCESS(status)) ubrk_setUText(at, view, &status);
    if (U_FAILURE(status)) bug("ICU cannot read text: %s", u_errorName(status));
    int32_t from = ubrk_first(at), to;
    while (ret->len < max && (to = ubrk_next(at)) != UBRK_DONE) {
        int32_t kind = ubrk_getRuleStatus(at);
        Str word = str_sub(text, (size_t)from, (size_t)(to - from));
        from = to;
        if (kind >= UBRK_WORD_NONE_LIMIT) add_pieces(a, word, kind >= UBRK_WORD_KANA, max, ret);
    }
    ubrk_close(at);
    utext_close(view);
}

/** Bytes of `text` from `i` that `word` matches; 0 when it does not begin there. */
static size_t match_at(Str text, size_t i, const Word *word, bool prefix)
{
    size_t k = 0, end = i;
    while (k < word->folded.len) {
        if (end >= text.len) return 0;
        size_t w, kw;
        uint32_t have = utf8_next(text, end, &w);
        uint32_t f = word_fold(have);
        end += w;
        if (end - i > MATCH_MAX_BYTES) return 0;
        if (f == 0) continue;
        if (f != utf8_next(word->folded, k, &kw)) return 0;
        k += kw;
    }
    if (prefix || word->dense || end >= text.len) return end - i;
    size_t w;
    uint32_t next = utf8_next(text, end, &w);
    return next != UTF8_BAD && word_char(next) && !is_accent(next) ? 0 : end - i;
}

/** The longest match of any word at `i`, which begins a word when `boundary`. */
static size_t any_match(Str text, size_t i, const Words *words, bool boundary)
{
    size_t longest = 0;
    list_each(words, k) {
        const Word *word = &words->at[k];
        if (!boundary && !word->dense) continue;
        size_t n = match_at(text, i, word, k + 1 == words->len);
        if (n > longest) longest = n;
    }
    return longest;
}

/** Where the first match begins; text.len when there is none. */
static size_t first_match(Str text, const Words *words)
{
    bool boundary = true;
    for (size_t i = 0, w; i < text.len; i += w) {
        uint32_t c = utf8_next(text, i, &w);
        bool in_word = c != UTF8_BAD && word_char(c);
        if (in_word && any_match(text, i, words, boundary)) return i;
        boundary = !in_word;
    }
    return text.len;
}

/** About BEFORE_CHARS characters before `at`, at the beginning of a word when one is near. */
static size_t snippet_start(Str text, size_t at)
{
    size_t from = at;
    for (size_t n = 0; from > 0 && n < BEFORE_CHARS; n++) {
        from--;
        while (from > 0 && ((unsigned char)text.at[from] & 0xC0) == 0x80) from--;
    }
    if (from == 0) return 0;
    for (size_t i = from; i < at && i < from + 20; i++)
        if (text.at[i] == ' ' || text.at[i] == '\n') return i + 1;
    return from;
}

static void put_char(Buf *out, Str text, size_t i, size_t w)
{
    unsigned char c = (unsigned char)text.at[i];
    if (c > ' ') buf_add(out, str_sub(text, i, w));
    else if (out->len && out->at[out->len - 1] != ' ') buf_byte(out, ' ');
}

static void put_mark(Buf *out, uint32_t mark)
{
    char bytes[4];
    buf_add(out, (Str){ bytes, utf8_put(bytes, mark) });
}

Str words_snippet(Arena *a, Str text, const Words *words, size_t max_chars)
{
    prepare_once();
    Buf out = buf_new(a, max_chars * 16 + 64);
    size_t at = first_match(text, words);
    size_t i = at < text.len ? snippet_start(text, at) : 0, chars = 0, marked_until = 0;
    if (i > 0) buf_add(&out, S("…"));
    bool boundary = true;
    for (size_t w; i < text.len && (chars < max_chars || i < marked_until); i += w, chars++) {
        uint32_t c = utf8_next(text, i, &w);
        bool in_word = c != UTF8_BAD && word_char(c);
        size_t n = in_word && i >= marked_until ? any_match(text, i, words, boundary) : 0;
        if (n) { put_mark(&out, MARK_BEGIN); marked_until = i + n; }
        if (c != MARK_BEGIN && c != MARK_END && c != UTF8_BAD) put_char(&out, text, i, w);
        if (marked_until && i + w == marked_until) put_mark(&out, MARK_END);
        boundary = !in_word;
    }
    if (i < text.len) buf_add(&out, S("…"));
    return str_trim(buf_str(&out));
}
