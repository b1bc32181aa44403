#include "feature/check/check.h"
#include "base/utf8.h"
#include "document/document.h"
#include "feature/account/account.h"
#include "sql.gen.h"

#define FOUND_MAX 200
#define TEXT_MAX (256u << 10)    /* bytes of one block; the rest of a longer one is not read */
#define OTHER "\xEF\xBF\xBC"     /* U+FFFC stands for what is not text, one UTF-16 unit */

typedef struct Search { Arena *arena; Strs people, dismissed; WordingFounds *found; int64_t block; } Search;

static bool holds_text(const DocNode *n)
{
    return doc_is(n, "paragraph") || doc_is(n, "heading") || doc_is(n, "codeBlock") || doc_is(n, "detailsSummary");
}

/** The text of a block; code and what is not text as U+FFFC, so that places stay where they are. */
static Str text_of(Arena *a, const DocNode *block)
{
    Buf b = buf_new(a, TEXT_MAX);
    list_each(&block->children, i) {
        const DocNode *n = block->children.at[i];
        bool reads = doc_is(n, "text") && !doc_has_mark(n, "code");
        size_t units = doc_is(n, "text") ? utf8_width_utf16(n->text) : 1;
        if (reads) buf_add(&b, n->text);
        else for (size_t k = 0; k < units && !buf_full(&b); k++) buf_add(&b, S(OTHER));
    }
    return buf_str(&b);
}

static bool is_dismissed(const Search *s, const char *rule, Str words)
{
    for (size_t i = 0; i + 1 < s->dismissed.len; i += 2)
        if (str_eq(s->dismissed.at[i], str_of(rule)) && str_eq_nocase(s->dismissed.at[i + 1], words)) return true;
    return false;
}

static Str reason_of(const char *rule)
{
    for (const WordingRule *r = wording_rules; r->key; r++)
        if (!strcmp(r->key, rule)) return str_of(r->reason);
    return S("");
}

static void check_block(Search *s, const DocNode *n)
{
    Wordings found;
    Str text = text_of(s->arena, n);
    blameless_find(s->arena, text, s->people, &found);
    list_each(&found, i) {
        const Wording *w = &found.at[i];
        Str words = str_sub(text, w->from, w->to - w->from);
        if (is_dismissed(s, w->rule, words) || s->found->len >= FOUND_MAX) continue;
        int64_t from = (int64_t)utf8_width_utf16(str_sub(text, 0, w->from));
        *list_add(s->arena, s->found) = (WordingFound){
            .rule = str_of(w->rule), .reason = reason_of(w->rule), .words = words, .suggestion = w->suggestion,
            .proposes = w->proposes, .block = s->block, .from = from, .to = from + (int64_t)utf8_width_utf16(words) };
    }
}

/** Quotations are counted, but not read: they are what somebody said. */
static void check_node(Search *s, const DocNode *n, bool quoted, int depth)
{
    if (holds_text(n)) {
        if (!quoted && !doc_is(n, "codeBlock")) check_block(s, n);
        s->block++;
        return;
    }
    quoted = quoted || doc_is(n, "blockquote");
    if (depth < DOC_MAX_DEPTH)
        list_each(&n->children, i) check_node(s, n->children.at[i], quoted, depth + 1);
}

void check_wording(Arena *a, const DocNode *doc, Strs people, Strs dismissed, WordingFounds *ret)
{
    *ret = (WordingFounds){ 0 };
    check_node(&(Search){ a, people, dismissed, ret, 0 }, doc, false, 0);
}

static Err dismissed_of(Cx *cx, Str report, Strs *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_wording_dismissed);
    stmt_str(&q, "report", report);
    while (stmt_step(&q)) {
        *list_add(cx->arena, ret) = stmt_col_str(&q, 0);
        *list_add(cx->arena, ret) = stmt_col_str(&q, 1);
    }
    return stmt_end(&q);
}

Err check_report_wording(Cx *cx, Str report, WordingFounds *ret)
{
    DocNode *doc;
    Users users = { 0 };
    Strs people = { 0 }, dismissed = { 0 };
    TRY(document_read(cx, report, &doc));
    TRY(user_list_all(cx, &users));
    list_each(&users, i) *list_add(cx->arena, &people) = users.at[i].name;
    TRY(dismissed_of(cx, report, &dismissed));
    check_wording(cx->arena, doc, people, dismissed, ret);
    return OK;
}

static Err known_rule(Cx *cx, Str rule)
{
    for (const WordingRule *r = wording_rules; r->key; r++)
        if (str_eq(rule, str_of(r->key))) return OK;
    return fail_field(cx->arena, S("rule"), "there is no rule \"" STR_FMT "\"", STR_ARG(rule));
}

Err check_dismiss_wording(Cx *cx, Str report, Str rule, Str words)
{
    TRY(known_rule(cx, rule));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_wording_dismiss);
    stmt_str(&q, "report", report);
    stmt_str(&q, "rule", rule);
    stmt_str(&q, "words", words);
    stmt_str(&q, "by", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

Err check_restore_wording(Cx *cx, Str report, Str rule, Str words)
{
    TRY(known_rule(cx, rule));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_wording_restore);
    stmt_str(&q, "report", report);
    stmt_str(&q, "rule", rule);
    stmt_str(&q, "words", words);
    return stmt_exec(&q);
}
