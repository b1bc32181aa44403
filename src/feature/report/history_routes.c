/* The history of a report over HTTP. */
#include "app/app.h"
#include "feature/report/history.h"
#include "feature/report/rules.h"

SHAPE(report_history_shape, HistoryEntry, "A version of the text",
    FIELD(HistoryEntry, revision, READ_ONLY, "What names it"),
    FIELD(HistoryEntry, before_revision, READ_ONLY | NULLABLE, "session, restored: what the text was before it"),
    FIELD(HistoryEntry, kind, READ_ONLY, "How it came about", .values = report_version_kinds),
    FIELD(HistoryEntry, id, READ_ONLY | NULLABLE, "Of a named one"),
    FIELD(HistoryEntry, name, READ_ONLY | NULLABLE, "Its name; published: the title then"),
    FIELD(HistoryEntry, number, READ_ONLY | NULLABLE, "published: counted from 1"),
    FIELD_AT(HistoryEntry, began_ms, READ_ONLY | NULLABLE, "session: its first edit"),
    FIELD_AT(HistoryEntry, made_ms, READ_ONLY, "When; session: its last edit"),
    FIELD_AT(HistoryEntry, of_ms, READ_ONLY | NULLABLE, "restored: from when the text is"),
    FIELD_OF(HistoryEntry, authors, FIELD_MANY, &user_ref_shape, READ_ONLY, "session: who wrote"),
    FIELD_OF(HistoryEntry, by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who named, published or restored it"));

SHAPE(report_compared_shape, Compared, "What changed between two versions",
    FIELD(Compared, from_revision, READ_ONLY, "The older one"), FIELD(Compared, to_revision, READ_ONLY, "The newer one"),
    FIELD(Compared, inserted, READ_ONLY, "Words that came"), FIELD(Compared, deleted, READ_ONLY, "Words that went"),
    FIELD_OF(Compared, blocks, FIELD_MANY, &diff_block_shape, READ_ONLY, "Both texts woven into one, block by block"));

typedef struct NameInput { Str name; int64_t revision; } NameInput;
SHAPE(report_name_input_shape, NameInput, "A version to name", FIELD(NameInput, name, REQUIRED, "Its name", .max = 200),
    FIELD(NameInput, revision, NULLABLE, "Which; the present one when left out"));
typedef struct RestoreInput { int64_t revision; } RestoreInput;
SHAPE(report_restore_input_shape, RestoreInput, "A version to bring back", FIELD(RestoreInput, revision, REQUIRED, "Which"));

Err report_history_get(Cx *cx, Req *req, Res *res)
{
    HistoryEntries page = { 0 };
    Cursor after, last = { 0 };
    int64_t limit = req_limit(req), shown;
    TRY(req_cursor(cx, req, &after));
    TRY(report_history(cx, req_param(req, "report"), after.id.len ? after.at : INT64_MAX, limit + 1, &page));
    shown = page.len > (size_t)limit ? limit : (int64_t)page.len;
    while (page.len > (size_t)limit && shown > 1 && page.at[shown - 1].revision == page.at[shown].revision) shown--;
    if (page.len > (size_t)shown) {
        last = (Cursor){ page.at[shown - 1].revision, S("r") };
        page.len = (size_t)shown + 1;
    }
    res_list(cx, res, &report_history_shape, page.at, sizeof *page.at, page.len, last.id.len ? shown : limit, last, -1);
    return OK;
}

static Err revision_of(Cx *cx, Req *req, const char *name, int64_t *ret)
{
    Str given = req_query(req, name);
    if (given.len && (!str_int(given, ret) || *ret < 1)) return fail_field(cx->arena, str_of(name), "%s is a revision: a number from 1", name);
    return OK;
}

Err report_history_compare(Cx *cx, Req *req, Res *res)
{
    Compared c;
    int64_t from = 0, to = 0;
    TRY(revision_of(cx, req, "from", &from));
    TRY(revision_of(cx, req, "to", &to));
    if (!from) return fail_field(cx->arena, S("from"), "say from which revision");
    TRY(report_compare(cx, req_param(req, "report"), from, to, &c));
    res_json(cx, res, &report_compared_shape, &c);
    return OK;
}

Err report_history_post(Cx *cx, Req *req, Res *res)
{
    HistoryEntry e;
    NameInput *in = BODY(req, NameInput);
    TRY(report_history_name(cx, req_param(req, "report"), in->name, in->revision, &e));
    res_created(cx, res, &report_history_shape, &e, S(""), 1);
    return OK;
}

Err report_history_patch(Cx *cx, Req *req, Res *res)
{
    res_none(res);
    return report_history_rename(cx, req_param(req, "report"), req_param(req, "mark"), BODY(req, NameInput)->name);
}

Err report_history_delete(Cx *cx, Req *req, Res *res)
{
    res_none(res);
    return report_history_unname(cx, req_param(req, "report"), req_param(req, "mark"));
}

Err report_history_restore(Cx *cx, Req *req, Res *res)
{
    Report r;
    TRY(report_restore(cx, req_param(req, "report"), BODY(req, RestoreInput)->revision));
    TRY(report_get(cx, req_param(req, "report"), &r));
    res_record(cx, res, &report_shape, &r, r.version);
    return OK;
}
