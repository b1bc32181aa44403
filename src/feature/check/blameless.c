/** Two matchers over the tables of blameless_rules.h: word patterns for English, character sequences for Chinese.
 *  Quoted text is skipped by both. Findings are put in order at the end and overlapping ones dropped, the longer first kept. */
#include "feature/check/blameless.h"
#include <stdlib.h>
#include "base/utf8.h"
#include "feature/check/blameless_rules.h"

#define FOUND_MAX 100
#define WORD_MAX 40              /* longer ones are no words of any pattern */
#define QUOTE_MAX 4000           /* bytes; a mark without an end nearer than this is just a mark */

const WordingRule wording_rules[] = {
    { "who_question", "Asking who did it ends the search early. Ask what made it possible, or what made it look right." },
    { "person_as_cause", "A person is made the cause. What let one action have this effect, and what made it reasonable then?" },
    { "human_error", "“Human error” is where the question begins: say what the system did not prevent or show." },
    { "judgement", "A judgement of a person; it helps nobody to change the system. Say what happened." },
    { "failed_to", "What somebody did not do explains nothing. Say what they saw and did, and what made the rest hard." },
    { "counterfactual", "What would have been better is known only afterwards. Say what happened, and what was known then." },
    { 0 },
};

typedef struct Word {
    size_t from, to;
    char text[WORD_MAX];         /* lower case, straight apostrophes; empty: too long */
    bool starts;                 /* a sentence */
    bool capital, apart;         /* written with a capital; something that is no space stands before it */
} Word;
typedef LIST(Word) Words;

typedef struct Text { Arena *arena; Str text; Words words; Strs people; Wordings *found; } Text;

/* ---- words ---- */

static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/** Width of an apostrophe at `i`, 0 when there is none. */
static size_t apostrophe(Str s, size_t i)
{
    if (s.at[i] == '\'') return 1;
    return str_starts(str_sub(s, i, 3), S("’")) ? 3 : 0;
}

static const struct { Str open, close; } quotes[] = {
    { S_INIT("\""), S_INIT("\"") }, { S_INIT("“"), S_INIT("”") }, { S_INIT("「"), S_INIT("」") },
    { S_INIT("『"), S_INIT("』") }, { S_INIT("«"), S_INIT("»") }, { S_INIT("《"), S_INIT("》") },
};

/** Bytes of the quotation that begins at `i`, with its marks; 0 when none does, or it never ends. */
static size_t quotation(Str s, size_t i)
{
    for (size_t q = 0; q < sizeof quotes / sizeof *quotes; q++) {
        Str rest = str_sub(s, i, s.len);
        if (!str_starts(rest, quotes[q].open)) continue;
        Str inside = str_sub(rest, quotes[q].open.len, QUOTE_MAX);
        ptrdiff_t end = str_find(inside, quotes[q].close);
        if (end >= 0) return quotes[q].open.len + (size_t)end + quotes[q].close.len;
    }
    return 0;
}

static void add_word(Text *t, size_t from, size_t to, bool starts, bool apart)
{
    Word *w = list_add(t->arena, &t->words);
    *w = (Word){ .from = from, .to = to, .starts = starts, .apart = apart,
                 .capital = t->text.at[from] >= 'A' && t->text.at[from] <= 'Z' };
    size_t n = 0;
    for (size_t i = from; i < to; n++) {
        size_t quote = apostrophe(t->text, i);
        if (n == WORD_MAX - 1) { n = 0; break; }
        char c = t->text.at[i];
        w->text[n] = quote ? '\'' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        i += quote ? quote : 1;
    }
    w->text[n] = 0;
}

/** Where the word that begins at `i` ends. "'s" at its end is a word of its own ("Maria 's mistake"), as is "'ve". */
static size_t word_end(Str s, size_t i)
{
    size_t begin = i;
    while (i < s.len) {
        size_t quote = apostrophe(s, i);
        bool inner = quote && i > begin && i + quote < s.len && is_letter((unsigned char)s.at[i + quote]);
        if (!is_letter((unsigned char)s.at[i]) && !inner) break;
        if (inner && s.at[i + quote] == 's' && (i + quote + 1 == s.len || !is_letter((unsigned char)s.at[i + quote + 1]))) break;
        i += inner ? quote : 1;
    }
    return i;
}

static void split(Text *t)
{
    Str s = t->text;
    bool starts = true, apart = false;
    for (size_t i = 0; i < s.len;) {
        size_t quoted = quotation(s, i), quote = apostrophe(s, i);
        unsigned char c = (unsigned char)s.at[i];
        bool possessive = quote && i > 0 && is_letter((unsigned char)s.at[i - 1]) && i + quote < s.len && s.at[i + quote] == 's';
        if (quoted) {
            i += quoted;
            apart = true;
        } else if (is_letter(c)) {
            size_t end = word_end(s, i);
            add_word(t, i, end, starts, apart);
            starts = apart = false;
            i = end;
        } else if (possessive) {
            add_word(t, i, i + quote + 1, false, false);
            i += quote + 1;
        } else {
            starts = starts || c == '.' || c == '!' || c == '?' || c == ':' || c == '\n';
            apart = apart || (c != ' ' && c != '-' && c != '\t');
            i++;
        }
    }
}

/* ---- English ---- */

static bool one_of(Str alternatives, const char *word)
{
    Str option;
    while (str_next(&alternatives, '|', &option))
        if (option.len && str_eq(option, str_of(word))) return true;
    return false;
}

/** True when word `i` follows the one before it with nothing but a space or hyphen between. */
static bool follows(const Text *t, size_t i) { return i < t->words.len && !t->words.at[i].apart; }

/** How many words from `i` are the name of somebody known: the full name, or the given one. */
static size_t known_name(const Text *t, size_t i)
{
    if (!t->words.at[i].capital) return 0;
    list_each(&t->people, p) {
        size_t n = 0;
        Str rest = t->people.at[p], part;
        while (str_next(&rest, ' ', &part) && i + n < t->words.len) {
            const Word *w = &t->words.at[i + n];
            if (!str_eq_nocase(part, str_sub(t->text, w->from, w->to - w->from)) || part.len < 3) break;
            n++;
        }
        if (n) return n;
    }
    return 0;
}

/** How many words from `i` mean a person or a group of people; 0: none. */
static size_t somebody(const Text *t, size_t i, bool with_us)
{
    const char *first = t->words.at[i].text;
    if (one_of(S("he|she"), first) || (with_us && one_of(S("we|i|you"), first))) return 1;
    size_t n = known_name(t, i);
    if (n) return n;
    if (one_of(str_of(determiners), first)) n++;
    for (size_t fill = 0; fill < 3 && follows(t, i + n + (n == 0)); fill++, n++) {
        const char *word = t->words.at[i + n].text;
        if (one_of(str_of(roles), word) && !(i + n + 1 < t->words.len && follows(t, i + n + 1)
                                             && one_of(str_of(roles), t->words.at[i + n + 1].text)))
            return n + 1;
        if (!one_of(str_of(fillers), word) && !one_of(str_of(roles), word)) break;
    }
    return i + n < t->words.len && one_of(str_of(roles), t->words.at[i + n].text) ? n + 1 : 0;
}

static bool is_done(const char *word) { return str_ends(str_of(word), S("ed")) || one_of(str_of(irregular), word); }

typedef struct Span { size_t from, to; } Span;          /* words: first, one past the last */

/** Matches what is left of a pattern at word `i`. `*end` becomes one past the last word; `*part` what stood in [ ]. */
static bool matches(const Text *t, Str pattern, size_t first, size_t i, size_t *end, Span *part)
{
    Str element;
    Str rest = pattern;
    if (!str_next(&rest, ' ', &element)) { *end = i; return true; }
    bool optional = str_ends(element, S("?")), opens = str_starts(element, S("[")), closes = str_ends(element, S("]"));
    if (opens) { element = str_sub(element, 1, element.len); part->from = i; }
    if (optional || closes) element.len--;
    if (str_eq(element, S("^"))) return i < t->words.len && t->words.at[i].starts && matches(t, rest, first, i, end, part);
    size_t n = 0;
    if (i < t->words.len && (i == first || follows(t, i))) {
        if (str_eq(element, S("*"))) n = 1;
        else if (str_eq(element, S("<done>"))) n = is_done(t->words.at[i].text);
        else if (str_eq(element, S("<person>"))) n = somebody(t, i, false);
        else if (str_eq(element, S("<who>"))) n = somebody(t, i, true);
        else n = one_of(element, t->words.at[i].text);
    }
    if (closes) part->to = i + n;
    if (n && matches(t, rest, first, i + n, end, part)) return true;
    return optional && matches(t, rest, first, i, end, part);
}

/** A proposal that begins a sentence is written with a capital; $ is the last word found. */
static Str proposed(const Text *t, const char *proposal, Span s)
{
    const Word *first = &t->words.at[s.from], *last = &t->words.at[s.to - 1];
    Str text = str_of(proposal);
    ptrdiff_t at = str_find(text, S("$"));
    if (at >= 0)
        text = arena_fmt(t->arena, STR_FMT "%s", (int)at, text.at, last->text);
    if (!first->starts || !first->capital || text.len == 0 || text.at[0] < 'a' || text.at[0] > 'z') return text;
    Str copy = arena_str(t->arena, text);
    ((char *)copy.at)[0] = (char)(copy.at[0] - 32);
    return copy;
}

static void note(Text *t, const char *rule, size_t from, size_t to, const char *proposal, Str text)
{
    if (t->found->len >= FOUND_MAX * 4) return;
    *list_add(t->arena, t->found) = (Wording){ rule, from, to, text, proposal != NULL };
}

static void find_english(Text *t)
{
    for (size_t p = 0; p < sizeof english / sizeof *english; p++)
        list_each(&t->words, i) {
            size_t end = i;
            Span s = { i, 0 };
            if (!matches(t, str_of(english[p].pattern), i, i, &end, &s) || end == i) continue;
            if (!s.to) s.to = end;
            Str text = english[p].proposal ? proposed(t, english[p].proposal, s) : S("");
            note(t, english[p].rule, t->words.at[s.from].from, t->words.at[s.to - 1].to, english[p].proposal, text);
        }
}

/* ---- Chinese ---- */

/** The longest way to end at `end` with a person: 同学, 值班同学 …; where it begins, or `end` when there is none. */
static size_t person_before(const Text *t, size_t end)
{
    Str before = str_sub(t->text, 0, end);
    size_t longest = 0;
    for (size_t i = 0; i < sizeof chinese_people / sizeof *chinese_people; i++) {
        Str who = str_of(chinese_people[i]);
        if (str_ends(before, who) && who.len > longest) longest = who.len;
    }
    list_each(&t->people, i)
        if (t->people.at[i].len >= 6 && str_ends(before, t->people.at[i]) && t->people.at[i].len > longest)
            longest = t->people.at[i].len;
    return end - longest;
}

static bool stands(const char *options, Str near, bool before)
{
    Str list = str_of(options), option;
    while (str_next(&list, '|', &option))
        if (before ? str_ends(near, option) : str_starts(near, option)) return true;
    return false;
}

static void find_chinese(Text *t, const bool *quoted)
{
    for (size_t p = 0; p < sizeof chinese / sizeof *chinese; p++) {
        const ChinesePattern *rule = &chinese[p];
        Str words = str_of(rule->text);
        bool person = str_starts(words, S("<人>"));
        if (person) words = str_sub(words, S("<人>").len, words.len);
        for (size_t at = 0;;) {
            ptrdiff_t next = str_find(str_sub(t->text, at, t->text.len), words);
            if (next < 0) break;
            size_t from = at + (size_t)next, to = from + words.len;
            at = to;
            size_t begin = person ? person_before(t, from) : from;
            if (quoted[from] || (person && begin == from)) continue;
            if (stands(rule->unless_before, str_sub(t->text, 0, from), true)) continue;
            if (stands(rule->unless_after, str_sub(t->text, to, t->text.len), false)) continue;
            note(t, rule->rule, begin, to, rule->proposal, str_of(rule->proposal));
        }
    }
}

/* ---- together ---- */

static int earlier(const void *a, const void *b)
{
    const Wording *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return x->to > y->to ? -1 : x->to < y->to ? 1 : 0;
}

void blameless_find(Arena *a, Str text, Strs people, Wordings *ret)
{
    *ret = (Wordings){ 0 };
    Text t = { a, text, { 0 }, people, ret };
    bool *quoted = arena_array(a, bool, text.len + 1);
    bool chinese_too = false;
    for (size_t i = 0; i < text.len; i++) {
        size_t n = quotation(text, i);
        chinese_too = chinese_too || (unsigned char)text.at[i] >= 0xE3;
        if (n) memset(quoted + i, 1, n);
        if (n) i += n - 1;
    }
    split(&t);
    find_english(&t);
    if (chinese_too) find_chinese(&t, quoted);
    if (ret->len) qsort(ret->at, ret->len, sizeof *ret->at, earlier);
    size_t kept = 0, end = 0;
    list_each(ret, i)
        if (ret->at[i].from >= end && kept < FOUND_MAX) {
            end = ret->at[i].to;
            ret->at[kept++] = ret->at[i];
        }
    ret->len = kept;
}
