/* Facts of a claim, one kind after the other: quotes, times, durations, numbers, names. What each may follow from stands beside it. */
#include "feature/draft/ground.h"
#include <math.h>
#include "base/time.h"
#include "base/utf8.h"
#include "document/words.h"
#include "feature/draft/ground_impl.h"

#define ABOUT 0.1                  /* what "about", "nearly", "约" may be off by */
#define CLOCK_ABOUT_MS 300000      /* and of a clock */

static const struct { const char *key, *en, *zh; } faults[FAULTS] = {
    [FAULT_NONE] = { "", "", "" },
    [FAULT_EMPTY] = { "empty", "says nothing, or too much for one sentence", "没有内容，或一句话过长" },
    [FAULT_UNCITED] = { "uncited", "names no source", "没有注明来源" },
    [FAULT_UNKNOWN_SOURCE] = { "unknown_source", "is no source of this incident", "不是该事件的来源" },
    [FAULT_QUOTE] = { "quote", "is quoted, but none of the sources says it", "是引文，但来源中没有这句话" },
    [FAULT_TIME] = { "time", "is not a time of any of the sources", "与任何来源的时间都不符" },
    [FAULT_DURATION] = { "duration", "follows from no times or durations of the sources", "无法由来源中的时间或时长得出" },
    [FAULT_NUMBER] = { "number", "follows from no figure of the sources", "无法由来源中的数字得出" },
    [FAULT_NAME] = { "name", "is in none of the sources", "在来源中没有出现" },
    [FAULT_ORDER] = { "order", "is not the order of the sources’ times", "与来源的时间先后不符" },
    [FAULT_CAUSE] = { "cause", "says what caused what, and nobody marked that as the cause", "说的是因果，但没有人将其标记为起因" },
    [FAULT_VERDICT] = { "verdict", "is not how the hypothesis ended", "与假设的结论不符" },
    [FAULT_DENIAL] = { "denial", "denies something, and none of the sources does", "是否定的说法，但来源中没有这样说" },
    [FAULT_STATE] = { "state", "is a step that none of the sources speaks of", "这一步在来源中没有提到" },
    [FAULT_UNRELATED] = { "unrelated", "has nothing in common with its sources", "与所引来源没有共同之处" },
};

Str fault_key(Fault fault) { return str_of(faults[fault].key); }

Fault fault_of(Str key)
{
    for (Fault f = FAULT_EMPTY; f < FAULTS; f++) if (str_eq(key, str_of(faults[f].key))) return f;
    return FAULT_NONE;
}

Str verdict_text(Arena *a, const Verdict *v, Str locale)
{
    if (!v->fault) return S("");
    const char *why = words_zh(locale) ? faults[v->fault].zh : faults[v->fault].en;
    return v->words.len ? arena_fmt(a, words_zh(locale) ? "“" STR_FMT "”%s" : "“" STR_FMT "” %s", STR_ARG(v->words), why) : str_of(why);
}

bool check_fault(Check *c, Fault fault, size_t from, size_t to)
{
    if (!c->verdict.fault) c->verdict = (Verdict){ fault, arena_str(c->a, str_trim(str_sub(c->claim->text, from, to - from))) };
    return false;
}

/** In whole words: "24" is not in "2.4.1", "api" not in "capital". */
bool check_words_in(Str text, Str word)
{
    if (!word.len) return true;
    for (size_t from = 0; from + word.len <= text.len;) {
        const char *hit = memmem(text.at + from, text.len - from, word.at, word.len);
        if (!hit) return false;
        size_t i = (size_t)(hit - text.at), end = i + word.len;
        bool left = !i || !ch_word(word.at[0]) || (!ch_word(text.at[i - 1]) && !(text.at[i - 1] == '.' && i > 1 && ch_digit(text.at[i - 2]) && ch_digit(word.at[0])));
        bool right = end >= text.len || !ch_word(word.at[word.len - 1]) || (!ch_word(text.at[end]) && !(text.at[end] == '.' && end + 1 < text.len && ch_digit(text.at[end + 1]) &&
                     ch_digit(word.at[word.len - 1])));
        if (left && right) return true;
        from = i + 1;
    }
    return false;
}

bool check_said(const Check *c, Str low, bool loosely)
{
    for (size_t i = 0; i < c->n_cited; i++)
        if (check_words_in(c->cited[i]->reading->low, low) || (loosely && check_words_in(c->cited[i]->aka, low))) return true;
    return false;
}

/* ---- what is cited */

static Looked *look(EvidenceSet *e, size_t n)
{
    if (e->looked[n]) return e->looked[n];
    Looked *l = arena_make(e->arena, Looked);
    const Piece *p = &e->pieces.at[n];
    *l = (Looked){ p, reading_new(e->arena, p->text), ground_fold(e->arena, p->aka) };
    ground_read(e->arena, l->reading);
    return e->looked[n] = l;
}

static void instant(Check *c, int64_t ms)
{
    if (!ms) return;
    list_each(&c->instants, i) if (c->instants.at[i].ms == ms) return;
    *list_add(c->a, &c->instants) = (Instant){ ms, evidence_local(c->e, ms) };
}

static bool cite(Check *c, const Statement *s)
{
    if (!s->evidence.len) return check_fault(c, FAULT_UNCITED, 0, 0);
    list_each(&s->evidence, i) {
        size_t n;
        if (!evidence_find(c->e, s->evidence.at[i], &n)) {
            c->verdict = (Verdict){ FAULT_UNKNOWN_SOURCE, arena_str(c->a, utf8_clip(s->evidence.at[i], 40)) };
            return false;
        }
        if (c->n_cited == CITED_MOST) return check_fault(c, FAULT_EMPTY, 0, 0);
        Looked *l = look(c->e, n);
        c->cited[c->n_cited++] = l;
        instant(c, l->piece->at_ms);
        instant(c, l->piece->until_ms);
        instant(c, l->piece->also_ms);
    }
    return true;
}

/* ---- quotes */

static bool quote_said(Check *c, size_t from, size_t to)
{
    Str low = str_trim(str_sub(c->claim->low, from, to - from));
    while (low.len && strchr(".,!?;: ", low.at[low.len - 1])) low.len--;
    while (low.len) {                                       /* "a … b": each part */
        ptrdiff_t dots = str_find(low, S("…")), three = str_find(low, S("..."));
        ptrdiff_t cut = dots < 0 ? three : three < 0 || dots < three ? dots : three;
        Str part = str_trim(cut < 0 ? low : str_sub(low, 0, (size_t)cut));
        if (part.len && !check_said(c, part, false)) return check_fault(c, FAULT_QUOTE, from, to);
        if (cut < 0) break;
        low = str_trim(str_sub(low, (size_t)cut + 3, low.len));
    }
    return true;
}

static bool quotes(Check *c)
{
    Str s = c->claim->text;
    for (size_t i = 0; i < s.len; i++) {
        bool single = s.at[i] == '\'' && (!i || !ch_word(s.at[i - 1])) && i + 1 < s.len && s.at[i + 1] != ' ';
        if (s.at[i] != '"' && s.at[i] != '`' && !single) continue;
        size_t end = i + 1;
        while (end < s.len && (s.at[end] != s.at[i] || (single && end + 1 < s.len && ch_word(s.at[end + 1])))) end++;
        if (end >= s.len) { if (single) continue; return check_fault(c, FAULT_QUOTE, i, s.len); }
        if (!quote_said(c, i + 1, end)) return false;
        memset(c->claim->used + i, 1, end + 1 - i);
        memset(c->quoted + i, 1, end + 1 - i);
        i = end;
    }
    return true;
}

/* ---- times */

static void civil(int64_t ms, Day *day, Clock *clock)
{
    int64_t days = ms / 86400000 - (ms % 86400000 < 0), rest = ms - days * 86400000, year;
    unsigned month, d;
    time_civil(days, &year, &month, &d);
    *day = (Day){ (int)year, (int)month, (int)d, 0, 0 };
    *clock = (Clock){ (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), 0, 0, false };
}

static bool clock_fits(const Clock *said, int64_t ms)
{
    Day day;
    Clock is;
    civil(ms, &day, &is);
    if (said->about) {
        int64_t off = llabs((long long)(said->hour * 60 + said->minute - is.hour * 60 - is.minute));
        return off * 60000 <= CLOCK_ABOUT_MS;
    }
    return said->hour % 24 == is.hour && said->minute == is.minute && (said->second < 0 || said->second == is.second);
}

enum { NO_ZONE = -10000 };

/** Minutes east of Greenwich, if a zone is named behind a clock. */
static int zone_of(const Check *c, const Clock *said)
{
    static const struct { const char *name; int minutes; } zones[] = { { "utc", 0 }, { "gmt", 0 }, { "z", 0 }, { "cet", 60 }, { "cest", 120 }, { "eet", 120 }, { "eest", 180 }, { "bst", 60 }, { "est", -300 },
        { "edt", -240 }, { "cdt", -300 }, { "mst", -420 }, { "mdt", -360 }, { "pst", -480 }, { "pdt", -420 }, { "jst", 540 }, { "ist", 330 }, { "sgt", 480 }, { "北京时间", 480 } };
    Str low = c->claim->low, before = str_trim(str_sub(low, 0, said->from));
    size_t at = said->to;
    Str own = str_sub(low, said->from, said->to - said->from);
    if (str_ends(own, S("utc")) || str_ends(own, S("gmt")) || str_ends(own, S("z"))) return 0;
    while (at < low.len && low.at[at] == ' ') at++;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        Str name = str_of(zones[i].name);
        if (check_says(low, at, name) || (name.len > 4 && str_ends(before, name))) return zones[i].minutes;
    }
    return NO_ZONE;
}

static bool clock_known(const Check *c, const Clock *said)
{
    int zone = zone_of(c, said);
    if (zone != NO_ZONE) {                                  /* said of one zone, true in that one only */
        list_each(&c->instants, i) if (clock_fits(said, c->instants.at[i].ms + zone * 60000LL)) return true;
        size_t end = said->to;
        while (end < c->claim->low.len && !strchr(",.;)", c->claim->low.at[end])) end++;
        return check_said(c, str_trim(str_sub(c->claim->low, said->from, end - said->from)), false);
    }
    list_each(&c->instants, i)
        if (clock_fits(said, c->instants.at[i].local_ms) || clock_fits(said, c->instants.at[i].ms)) return true;
    for (size_t i = 0; i < c->n_cited; i++)
        list_each(&c->cited[i]->reading->clocks, k) {
            const Clock *x = &c->cited[i]->reading->clocks.at[k];
            if (x->hour == said->hour && x->minute == said->minute && (said->second < 0 || said->second == x->second)) return true;
        }
    return false;
}

static bool day_fits(const Day *said, const Day *is) { return said->month == is->month && said->day == is->day && (!said->year || !is->year || said->year == is->year); }

static bool day_known(const Check *c, const Day *said)
{
    list_each(&c->instants, i) {
        Day local, utc;
        Clock clock;
        civil(c->instants.at[i].local_ms, &local, &clock);
        civil(c->instants.at[i].ms, &utc, &clock);
        if (day_fits(said, &local) || day_fits(said, &utc)) return true;
    }
    for (size_t i = 0; i < c->n_cited; i++)
        list_each(&c->cited[i]->reading->days, k) if (day_fits(said, &c->cited[i]->reading->days.at[k])) return true;
    return false;
}

static bool times(Check *c)
{
    list_each(&c->claim->clocks, i)
        if (!clock_known(c, &c->claim->clocks.at[i])) return check_fault(c, FAULT_TIME, c->claim->clocks.at[i].from, c->claim->clocks.at[i].to);
    list_each(&c->claim->days, i)
        if (!day_known(c, &c->claim->days.at[i])) return check_fault(c, FAULT_TIME, c->claim->days.at[i].from, c->claim->days.at[i].to);
    return true;
}

/* ---- durations: said, between two times, or the sum of those that are said */

static bool span_fits(const Span *said, double ms)
{
    double off = fabs(said->ms - ms);
    bool cut = said->grain_ms <= 60000 && ms >= said->ms && off < said->grain_ms;          /* prose leaves out seconds */
    return cut || (off <= said->grain_ms / 2 && off <= ms / (said->grain_ms <= 60000 ? 5 : 10)) || (said->about && off <= fabs(ms) * ABOUT) || off < 1;
}

static bool span_known(const Check *c, const Span *said)
{
    double sum = 0;
    for (size_t i = 0; i < c->n_cited; i++)
        list_each(&c->cited[i]->reading->spans, k) {
            const Span *x = &c->cited[i]->reading->spans.at[k];
            sum += x->ms;
            /* "2 hours" may round "1 hour 50 minutes", but 90 s are not 2 s of something else */
            double grain = x->grain_ms < said->grain_ms ? said->grain_ms / 2 : 0.5;
            if (fabs(x->ms - said->ms) <= grain || (said->about && fabs(x->ms - said->ms) <= x->ms * ABOUT)) return true;
        }
    if (sum > 0 && fabs(sum - said->ms) < 1) return true;
    list_each(&c->instants, i)
        for (size_t k = 0; k < i; k++)
            if (span_fits(said, (double)llabs((long long)(c->instants.at[i].ms - c->instants.at[k].ms)))) return true;
    return false;
}

static bool spans(Check *c)
{
    list_each(&c->claim->spans, i)
        if (!span_known(c, &c->claim->spans.at[i])) return check_fault(c, FAULT_DURATION, c->claim->spans.at[i].from, c->claim->spans.at[i].to);
    return true;
}

/* ---- numbers: said of the same thing, counted, or the sum of what is said of the same thing */

static bool same(double a, double b, bool about)
{
    double size = fabs(b) > 1 ? fabs(b) : 1;
    return fabs(a - b) <= (about ? ABOUT * fabs(b) : 1e-9 * size);
}

static bool value_fits(const Number *said, const Number *x)
{
    bool about = said->about || (said->multiplied && !x->multiplied);
    if (said->kind == x->kind) return same(said->value, x->value, about);
    if (said->kind == NUMBER_PERCENT && x->kind == NUMBER_PLAIN) return x->value > 0 && x->value < 1 && same(said->value, x->value * 100, about);
    if (said->kind == NUMBER_PLAIN && x->kind == NUMBER_PERCENT) return said->value > 0 && said->value < 1 && same(said->value * 100, x->value, about);
    return false;
}

static bool same_noun(const Number *a, const Number *b)
{
    return (a->noun.len && (str_eq(a->noun, b->noun) || str_eq(a->noun, b->noun2))) || (a->noun2.len && (str_eq(a->noun2, b->noun) || str_eq(a->noun2, b->noun2)));
}

static bool counts_sources(const Check *c, double value)
{
    size_t alike = 0;
    if ((double)c->n_cited == value && c->n_cited > 1) return true;
    for (size_t i = 0; i < c->n_cited; i++) {
        alike = 0;
        for (size_t k = 0; k < c->n_cited; k++) alike += str_eq(c->cited[i]->piece->kind, c->cited[k]->piece->kind);
        if (alike > 1 && (double)alike == value) return true;
        if (c->cited[i]->piece->stands_for > 1 && (double)c->cited[i]->piece->stands_for == value) return true;
    }
    return false;
}

static bool number_known(const Check *c, const Number *said)
{
    bool equal = false, alike = false, both = false;
    double sum = 0;
    int summed = 0;
    for (size_t i = 0; i < c->n_cited; i++)
        list_each(&c->cited[i]->reading->numbers, k) {
            const Number *x = &c->cited[i]->reading->numbers.at[k];
            bool fits = value_fits(said, x), noun = same_noun(said, x);
            equal = equal || fits;
            alike = alike || noun;
            both = both || (fits && noun);
            if (noun && x->kind == said->kind) { sum += x->value; summed++; }
        }
    if (both || (equal && !alike)) return true;
    if (summed > 1 && same(said->value, sum, said->about)) return true;
    return said->kind == NUMBER_PLAIN && counts_sources(c, said->value);
}

/** "from 5 to 12%": the 5 is a percentage too. */
static void spread_percent(Reading *r)
{
    for (size_t i = 0; i + 1 < r->numbers.len; i++) {
        Number *x = &r->numbers.at[i], *y = &r->numbers.at[i + 1];
        Str between = str_trim(str_sub(r->low, x->to, y->from - x->to));
        bool range = str_eq(between, S("to")) || str_eq(between, S("-")) || str_eq(between, S("至")) || str_eq(between, S("到")) || str_eq(between, S("and"));
        if (range && y->kind == NUMBER_PERCENT && x->kind == NUMBER_PLAIN) x->kind = NUMBER_PERCENT;
    }
}

static bool numbers(Check *c)
{
    spread_percent(c->claim);
    list_each(&c->claim->numbers, i) {
        const Number *n = &c->claim->numbers.at[i];
        if (!number_known(c, n)) return check_fault(c, FAULT_NUMBER, n->from, n->to);
    }
    return true;
}

/* ---- names and identifiers */

static bool identifiers(Check *c)
{
    list_each(&c->claim->identifiers, i) {
        Word w = c->claim->identifiers.at[i];
        if (!check_said(c, str_sub(c->claim->low, w.from, w.to - w.from), true)) return check_fault(c, FAULT_NAME, w.from, w.to);
    }
    return true;
}

static bool is_common(Str low)
{
    static const char *const words[] = { "i", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may", "june",
        "july", "august", "september", "october", "november", "december", "utc", "gmt", "cet", "cst", "api", "http", "https", "dns", "cpu", "tls", "ssl", "sql", "db", "cdn", "sla",
        "slo", "url", "id", "ip", "ok", "ui", "vm", "incident", "english", "chinese", NULL };
    for (size_t i = 0; words[i]; i++) if (str_eq(low, str_of(words[i]))) return true;
    return false;
}

/** Words with which sentences begin before a name: "When Ann …". */
static bool is_opening(Str low)
{
    static const char *const words[] = { "the", "a", "an", "when", "after", "before", "then", "at", "on", "in", "by", "as", "it", "this", "that", "these", "those", "while", "once",
        "because", "during", "for", "from", "to", "with", "no", "only", "both", "all", "and", "but", "later", "until", "since", "at", "there", "they", "we", "our", "its", NULL };
    for (size_t i = 0; words[i]; i++) if (str_eq(low, str_of(words[i]))) return true;
    return false;
}

static size_t word_end(Str s, size_t i)
{
    while (i < s.len && (ch_word(s.at[i]) || (s.at[i] == '-' && i + 1 < s.len && ch_word(s.at[i + 1])))) i++;
    return i;
}

static bool upper(Str s, size_t i) { return i < s.len && s.at[i] >= 'A' && s.at[i] <= 'Z'; }

static bool opens_sentence(Str s, size_t i)
{
    while (i && (s.at[i - 1] == ' ' || s.at[i - 1] == '(' || s.at[i - 1] == '"')) i--;
    return !i || strchr(".!?;:", s.at[i - 1]);
}

static bool capitals(Check *c)
{
    Str s = c->claim->text, low = c->claim->low;
    for (size_t i = 0; i < s.len;) {
        size_t end = word_end(s, i);
        if (end == i) { i++; continue; }
        Str word = str_sub(low, i, end - i);
        bool may = upper(s, i) && !c->claim->used[i] && !is_common(word), sentence = opens_sentence(s, i), pair = end + 1 < s.len && s.at[end] == ' ' && upper(s, end + 1);
        size_t behind = end + (end < s.len && s.at[end] == ' ');
        if (behind < s.len && (unsigned char)s.at[behind] >= 0xE3) sentence = false;          /* a Latin name that opens a Chinese sentence */
        if (sentence && (!pair || is_opening(word))) may = may && end - i > 1 && upper(s, i + 1) && !is_opening(word);       /* "HAProxy …" */
        if (may && sentence && pair && is_common(str_sub(low, end + 1, word_end(s, end + 1) - end - 1))) may = false;
        if (may && !check_said(c, word, true)) return check_fault(c, FAULT_NAME, i, end);
        i = end;
    }
    return true;
}

/** Names that exist elsewhere in the record, wherever they stand in the sentence. */
static bool known_names(Check *c)
{
    list_each(&c->e->names, i) {
        Str name = c->e->names.at[i];
        const char *hit = name.len ? memmem(c->claim->text.at, c->claim->text.len, name.at, name.len) : NULL;
        if (!hit || !check_words_in(c->claim->text, name)) continue;
        size_t from = (size_t)(hit - c->claim->text.at);
        if (!c->quoted[from] && !check_said(c, ground_fold(c->a, name), false)) return check_fault(c, FAULT_NAME, from, from + name.len);
    }
    return true;
}

Verdict ground_check(Arena *a, EvidenceSet *e, const Statement *s)
{
    Check c = { .a = a, .e = e };
    Str text = s->text.len > STATEMENT_BYTES ? S("") : s->text;
    c.claim = reading_new(a, text);
    c.quoted = arena_array(a, bool, c.claim->text.len + 1);
    if (!str_trim(c.claim->text).len) check_fault(&c, FAULT_EMPTY, 0, 0);
    if (c.verdict.fault || !cite(&c, s) || !quotes(&c)) return c.verdict;
    ground_read(a, c.claim);
    if (times(&c) && spans(&c) && numbers(&c) && identifiers(&c) && capitals(&c) && known_names(&c) && check_verdict(&c) && check_cause(&c) && check_order(&c) && check_denial(&c) && check_share(&c) &&
        check_state(&c) && check_agent(&c)) check_related(&c);
    return c.verdict;
}
