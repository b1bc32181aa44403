/* Words that say more than facts: before and after, because, confirmed. What each side of such a word means is found by the words and
 * clocks that it shares with the cited pieces; where that is not clear, a claim is refused only for what the pieces cannot show at all. */
#include "base/utf8.h"
#include "feature/draft/ground_impl.h"

typedef struct Side { size_t from, to; } Side;

bool check_says(Str low, size_t i, Str word)
{
    if (i + word.len > low.len || memcmp(low.at + i, word.at, word.len)) return false;
    if (!ch_word(word.at[0])) return true;
    return (!i || !ch_word(low.at[i - 1])) && (i + word.len == low.len || !ch_word(low.at[i + word.len]));
}

/** Where one of `words` stands outside of quotes, from `from` on; its length in `ret`. */
static ptrdiff_t find_word(const Check *c, const char *const *words, size_t from, size_t *ret, size_t *ret_which)
{
    Str low = c->claim->low;
    for (size_t i = from; i < low.len; i++) {
        if (c->quoted[i]) continue;
        for (size_t k = 0; words[k]; k++)
            if (words[k][0] == low.at[i] && check_says(low, i, str_of(words[k]))) { *ret = strlen(words[k]); if (ret_which) *ret_which = k; return (ptrdiff_t)i; }
    }
    return -1;
}

/* ---- what a part of a sentence is about */

static bool is_stop(Str w)
{
    static const char *const words[] = { "the", "and", "was", "were", "for", "that", "with", "from", "had", "has", "have", "its", "this", "which", "after", "before", "then", "been",
        "later", "minutes", "minute", "hours", "hour", "seconds", "into", "did", "not", "are", "but", "when", NULL };
    for (size_t i = 0; words[i]; i++) if (str_eq(w, str_of(words[i]))) return true;
    return false;
}

/** The next word of at least three letters (its first five), or two Han characters; moves on. */
static bool next_token(Str s, size_t *i, size_t to, Str *ret)
{
    while (*i < to) {
        unsigned char b = (unsigned char)s.at[*i];
        if (ch_word(s.at[*i])) {
            size_t from = *i;
            while (*i < to && ch_word(s.at[*i])) (*i)++;
            *ret = str_sub(s, from, *i - from);
            if (ret->len < 3 || is_stop(*ret)) continue;
            if (ret->len > 5) ret->len = 5;
            return true;
        }
        if (b >= 0xE3 && b <= 0xE9 && *i + 6 <= to && (unsigned char)s.at[*i + 3] >= 0xE3 && (unsigned char)s.at[*i + 3] <= 0xE9) {
            *ret = str_sub(s, *i, 6);
            *i += 3;
            return true;
        }
        (*i)++;
    }
    return false;
}

/** Begins a word of `text` with this? (Anywhere, for Han characters.) */
bool check_has_token(Str text, Str token)
{
    for (size_t from = 0; from + token.len <= text.len;) {
        const char *hit = memmem(text.at + from, text.len - from, token.at, token.len);
        if (!hit) return false;
        size_t i = (size_t)(hit - text.at);
        if (!ch_word(token.at[0]) || !i || !ch_word(text.at[i - 1])) return true;
        from = i + 1;
    }
    return false;
}

static int score(const Check *c, Side side, const Looked *l)
{
    int n = 0;
    Str token;
    for (size_t i = side.from; next_token(c->claim->low, &i, side.to, &token);) n += check_has_token(l->reading->low, token) || check_has_token(l->aka, token);
    return n;
}

static bool clock_is(const Clock *x, int64_t local_ms)
{
    int64_t minute = ((local_ms % 86400000 + 86400000) % 86400000) / 60000;
    return x->hour % 24 * 60 + x->minute == minute;
}

/** The time that a side means: its only clock, else that of the piece which it clearly speaks of. 0: not clear. */
static int64_t time_of(const Check *c, Side side)
{
    const Clock *clock = NULL;
    int clocks = 0, best = 0, second = 0;
    int64_t at = 0;
    list_each(&c->claim->clocks, i)
        if (c->claim->clocks.at[i].from >= side.from && c->claim->clocks.at[i].to <= side.to) { clock = &c->claim->clocks.at[i]; clocks++; }
    if (clocks == 1)
        list_each(&c->instants, i)
            if (clock_is(clock, c->instants.at[i].local_ms) || clock_is(clock, c->instants.at[i].ms)) return c->instants.at[i].ms;
    for (size_t i = 0; i < c->n_cited; i++) {
        int64_t ms = c->cited[i]->piece->at_ms;
        int n = ms ? score(c, side, c->cited[i]) : 0;
        if (n > best) { if (ms != at) second = best; best = n; at = ms; }
        else if (n > second && ms != at) second = n;
    }
    return best > second ? at : 0;
}

static size_t clause_start(const Check *c, size_t i)
{
    while (i && !strchr(".;!?", c->claim->low.at[i - 1])) i--;
    return i;
}

static size_t clause_end(const Check *c, size_t i, const char *ends)
{
    Str low = c->claim->low;
    while (i < low.len && (!strchr(ends, low.at[i]) || (i + 1 < low.len && ch_digit(low.at[i + 1])))) i++;
    return i;
}

static bool is_blank(const Check *c, Side s) { return !str_trim(str_sub(c->claim->low, s.from, s.to - s.from)).len; }

static size_t distinct_times(const Check *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_cited; i++) n += c->cited[i]->piece->at_ms != 0;
    return n < c->instants.len ? c->instants.len : n;
}

/* ---- order */

enum { LEFT_FIRST, RIGHT_FIRST };

static bool judge(Check *c, Side first, Side later, size_t from, size_t to)
{
    if (is_blank(c, first) || is_blank(c, later)) return true;
    int64_t a = time_of(c, first), b = time_of(c, later);
    return !a || !b || a <= b || check_fault(c, FAULT_ORDER, from, to);
}

static bool between_times(Check *c, size_t at, size_t len, Str word)
{
    if (distinct_times(c) > 1 || check_said(c, word, false)) return true;
    return check_fault(c, FAULT_ORDER, at, at + len);
}

static bool order_english(Check *c)
{
    static const char *const words[] = { "before", "prior to", "ahead of", "after", "following the", "then", "followed by", "subsequently", NULL };
    static const int which[] = { LEFT_FIRST, LEFT_FIRST, LEFT_FIRST, RIGHT_FIRST, RIGHT_FIRST, LEFT_FIRST, LEFT_FIRST, LEFT_FIRST };
    size_t len, k;
    for (ptrdiff_t i = find_word(c, words, 0, &len, &k); i >= 0; i = find_word(c, words, (size_t)i + len, &len, &k)) {
        size_t at = (size_t)i, start = clause_start(c, at), end = at + len;
        bool weak = k >= 5 && k != 6;                       /* "then": says an order only if both sides are clear */
        Side left = { start, at }, right = { end, clause_end(c, end, ",.;") };
        if (is_blank(c, left)) {                            /* After x, y */
            left = (Side){ right.to + 1 < c->claim->low.len ? right.to + 1 : right.to, clause_end(c, right.to + 1, ".;") };
            if (left.to < left.from) left.to = left.from;
        }
        if (!weak && !between_times(c, at, len, str_of(words[k]))) return false;
        if (!(which[k] == LEFT_FIRST ? judge(c, left, right, left.from < at ? left.from : at, right.to) : judge(c, right, left, left.from < at ? left.from : at, right.to)))
            return false;
    }
    return true;
}

static bool order_chinese(Check *c)
{
    static const char *const words[] = { "之前", "以前", "之后", "以后", "随后", "然后", "接着", NULL };
    size_t len, k;
    for (ptrdiff_t i = find_word(c, words, 0, &len, &k); i >= 0; i = find_word(c, words, (size_t)i + len, &len, &k)) {
        size_t at = (size_t)i, start = clause_start(c, at), end = at + len;
        Side left = { start, at }, right = { end, clause_end(c, end, ".;") };
        if (k < 4 && !between_times(c, at, len, str_of(words[k]))) return false;
        if (k < 4) {                                        /* x 在 y 之后 · 在 y 之后，x: what stands between 在 and the word is y */
            for (size_t j = at; j > start; j--)
                if (check_says(c->claim->low, j - 1, S("在"))) {
                    Side y = { j + 2, at }, x = { start, j - 1 };
                    left = y;
                    if (!is_blank(c, x) && !strchr(",", c->claim->low.at[j - 2 < start ? start : j - 2])) right = x;
                    break;
                }
            if (!(k < 2 ? judge(c, right, left, left.from, end) : judge(c, left, right, left.from, end))) return false;
        } else if (!judge(c, left, right, left.from, right.to)) return false;
    }
    return true;
}

bool check_order(Check *c) { return order_english(c) && order_chinese(c); }

/* ---- cause */

static bool hedged(const Check *c)
{
    static const char *const words[] = { "suspected", "suspect", "thought", "hypothesis", "may have", "might have", "could have", "possibly", "perhaps", "believed", "ruled out", "not",
        "怀疑", "可能", "假设", "曾认为", "曾经认为", "起初认为", "排除", "并非", "不是", "没有导致", "未导致", NULL };
    size_t len;
    return find_word(c, words, 0, &len, NULL) >= 0;
}

bool check_has_weight(const Check *c, Weight w)
{
    for (size_t i = 0; i < c->n_cited; i++) if (c->cited[i]->piece->weight == w) return true;
    return false;
}

static bool same_script(const Check *c, Side side, const Looked *l)
{
    bool han = false, latin = false, piece_han = false, piece_latin = false;
    for (size_t i = side.from; i < side.to; i++) { han = han || (unsigned char)c->claim->low.at[i] >= 0xE3; latin = latin || ch_alpha(c->claim->low.at[i]); }
    for (size_t i = 0; i < l->reading->low.len; i++) { piece_han = piece_han || (unsigned char)l->reading->low.at[i] >= 0xE3; piece_latin = piece_latin || ch_alpha(l->reading->low.at[i]); }
    return (han && piece_han) || (!han && latin && piece_latin);
}

static int own_score(const Check *c, Side side, const Looked *l)
{
    int n = 0;
    Str token;
    for (size_t i = side.from; next_token(c->claim->low, &i, side.to, &token);) n += check_has_token(l->reading->low, token);
    return n;
}

/** "The deployment was caused by the errors": what is marked as the cause is what the effect speaks of, and the cause speaks of something else. */
static bool turned_round(const Check *c, Side cause, Side effect)
{
    int marked_cause = 0, marked_effect = 0, other_cause = 0, other_effect = 0;
    for (size_t i = 0; i < c->n_cited; i++) {
        const Looked *l = c->cited[i];
        int x = own_score(c, cause, l), y = own_score(c, effect, l);
        bool marked = l->piece->weight == WEIGHT_CAUSE;
        int *best_cause = marked ? &marked_cause : &other_cause, *best_effect = marked ? &marked_effect : &other_effect;
        if (x > *best_cause) *best_cause = x;
        if (y > *best_effect) *best_effect = y;
    }
    return marked_effect > other_effect && marked_effect >= marked_cause && other_cause > 0 && other_cause >= marked_cause;
}

/** `cause` must speak of what is marked as a cause, and that must not be later than what it brought about. */
static bool judge_cause(Check *c, Side cause, Side effect, size_t from, size_t to)
{
    bool hedge = hedged(c);
    if (!check_has_weight(c, WEIGHT_CAUSE)) return (hedge && (check_has_weight(c, WEIGHT_SUSPECT) || check_has_weight(c, WEIGHT_REJECTED))) || check_fault(c, FAULT_CAUSE, from, to);
    if (hedge || is_blank(c, cause)) return true;
    int marked = -1, other = 0;
    for (size_t i = 0; i < c->n_cited; i++) {
        const Looked *l = c->cited[i];
        int n = same_script(c, cause, l) ? own_score(c, cause, l) : -1;
        if (l->piece->weight == WEIGHT_CAUSE) { if (n > marked) marked = n; }
        else if (n > other) other = n;
    }
    if (marked == 0 && other > 0) return check_fault(c, FAULT_CAUSE, from, to);
    if (turned_round(c, cause, effect)) return check_fault(c, FAULT_CAUSE, from, to);
    int64_t effect_ms = is_blank(c, effect) ? 0 : time_of(c, effect);
    for (size_t i = 0; i < c->n_cited && effect_ms; i++) {
        const Piece *p = c->cited[i]->piece;
        if (p->weight == WEIGHT_CAUSE && str_eq(p->kind, S("change")) && own_score(c, cause, c->cited[i]) > 0 && p->at_ms > effect_ms) return check_fault(c, FAULT_ORDER, from, to);
    }
    return true;
}

bool check_cause(Check *c)
{
    static const char *const right[] = { "caused by", "because of", "because", "due to", "as a result of", "resulted from", "triggered by", "brought about by", "owing to", "root cause was", "root cause",
        "原因是", "根因", "起因", NULL };
    static const char *const left[] = { "caused", "causing", "led to", "leading to", "resulted in", "resulting in", "triggered a", "triggered the", "导致", "造成", "引起", "引发", "致使", NULL };
    static const char *const front[] = { "由于", "因为", NULL };
    size_t len;
    ptrdiff_t i = find_word(c, right, 0, &len, NULL);
    if (i >= 0) {
        Side l = { clause_start(c, (size_t)i), (size_t)i }, r = { (size_t)i + len, clause_end(c, (size_t)i + len, ".;") };
        if (is_blank(c, l)) { r.to = clause_end(c, r.from, ",.;"); l = (Side){ r.to, clause_end(c, r.to + 1, ".;") }; }
        return judge_cause(c, r, l, (size_t)i, r.to);
    }
    if ((i = find_word(c, front, 0, &len, NULL)) >= 0) {
        Side r = { (size_t)i + len, clause_end(c, (size_t)i + len, ",.;") }, l = { r.to, clause_end(c, r.to + 1, ".;") };
        if (!judge_cause(c, r, l.to < l.from ? (Side){ r.to, r.to } : l, (size_t)i, r.to)) return false;
    }
    if ((i = find_word(c, left, 0, &len, NULL)) < 0) return true;
    Side l = { clause_start(c, (size_t)i), (size_t)i }, r = { (size_t)i + len, clause_end(c, (size_t)i + len, ".;") };
    return judge_cause(c, l, r, l.from, r.to);
}

int check_clause_score(const Check *c, size_t at, Str name, const Looked *l)
{
    Str low = c->claim->low;
    size_t from = at, to = at + name.len;
    while (from && !strchr(".;,!?", low.at[from - 1])) from--;
    while (to < low.len && !strchr(".;,!?", low.at[to])) to++;
    return score(c, (Side){ from, at }, l) + score(c, (Side){ at + name.len, to }, l);
}

bool check_verdict(Check *c)
{
    static const char *const yes[] = { "confirmed", "proved", "proven", "turned out to be right", "证实", NULL };
    static const char *const no[] = { "ruled out", "rejected", "dropped", "disproved", "dismissed", "排除", "否定", "推翻", NULL };
    bool confirmed = check_has_weight(c, WEIGHT_CAUSE), rejected = check_has_weight(c, WEIGHT_REJECTED), open = check_has_weight(c, WEIGHT_SUSPECT);
    size_t len;
    ptrdiff_t i = find_word(c, yes, 0, &len, NULL);
    static const char *const unsaid[] = { "not", "never", "ruled out", "rejected", "dropped", "未", "没有", "并未", "排除", "推翻", "否定", NULL };
    size_t skip;
    if (i >= 0 && (rejected || open) && !confirmed && find_word(c, unsaid, 0, &skip, NULL) < 0) return check_fault(c, FAULT_VERDICT, (size_t)i, (size_t)i + len);
    i = find_word(c, no, 0, &len, NULL);
    if (i >= 0 && (confirmed || open) && !rejected && !check_said(c, str_sub(c->claim->low, (size_t)i, len), false)) return check_fault(c, FAULT_VERDICT, (size_t)i, (size_t)i + len);
    return true;
}

bool check_related(Check *c)
{
    Side all = { 0, c->claim->low.len };
    Str token;
    size_t words = 0;
    bool comparable = false;
    for (size_t i = 0; i < all.to && next_token(c->claim->low, &i, all.to, &token);) words++;
    const Reading *r = c->claim;                             /* a figure, a time or a name that stands there relates it */
    if (words < 3 || r->clocks.len || r->spans.len || r->numbers.len || r->identifiers.len) return true;
    for (size_t k = 0; k < c->n_cited; k++) {
        if (score(c, all, c->cited[k]) > 0) return true;
        comparable = comparable || same_script(c, all, c->cited[k]);
    }
    return !comparable || check_fault(c, FAULT_UNRELATED, 0, all.to);
}
