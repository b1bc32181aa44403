/* Publishing: what the document shows at that moment, with live blocks as they stand, is kept as a version. */
#include "app/audit.h"
#include "base/map.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/report/history.h"
#include "feature/report/rules.h"
#include "sql.gen.h"

typedef struct Metrics { ReportMetrics items; } MetricsBox;
static SHAPE(metrics_shape, MetricsBox, "As stored",
             FIELD_OF(MetricsBox, items, FIELD_MANY, &report_metric_shape, 0, ""));

Err report_version(Cx *cx, Str report, int64_t number, Version *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_version_get);
    stmt_str(&q, "report", report);
    stmt_int(&q, "number", number);
    bool found = stmt_step(&q);
    if (found)
        *ret = (Version){ stmt_col_int(&q, 0),
                          stmt_col_int(&q, 1),
                          stmt_col_str(&q, 2),
                          stmt_col_str(&q, 3),
                          stmt_col_str(&q, 4),
                          .published_ms = stmt_col_int(&q, 5),
                          .published_by = { .id = stmt_col_str(&q, 6) } };
    TRY(stmt_end(&q));
    return found ? OK
                 : fail(cx->arena, ERR_NOT_FOUND, "there is no version %lld of this report",
                        (long long)number);
}

Err report_versions(Cx *cx, Str report, Versions *ret)
{
    Strs people = { 0 };
    Map *users;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_version_list);
    stmt_str(&q, "report", report);
    while (stmt_step(&q)) {
        *list_add(cx->arena, ret) = (Version){ .number = stmt_col_int(&q, 0), .revision = stmt_col_int(&q, 1), .title = stmt_col_str(&q, 2),
                                               .published_ms = stmt_col_int(&q, 3), .published_by = { .id = stmt_col_str(&q, 4) } };
        ids_add(cx->arena, &people, stmt_col_str(&q, 4));
    }
    TRY(stmt_end(&q));
    TRY(user_refs(cx, people, &users));
    list_each(ret, i) ret->at[i].published_by = user_ref(users, ret->at[i].published_by.id);
    return OK;
}

/* Live blocks show what every reader of the report may see: its own incidents, and public ones. */
static Err expand(Cx *cx, const Report *r, DocNode *doc)
{
    Strs own = { 0 };
    TRY(report_incident_ids(cx, r->id, &own));
    return template_expand_live(
        cx, r->language, cx->actor.time_zone.len ? cx->actor.time_zone : S("UTC"), &own, r->audience,
        doc);
}

Err report_content(Cx *cx, const Report *r, bool published, DocNode **ret)
{
    if (published && r->published_version) {
        Version v;
        TRY(report_version(cx, r->id, r->published_version, &v));
        return doc_from_json(cx->arena, v.content, ret);
    }
    TRY(document_read(cx, r->id, ret));
    return expand(cx, r, *ret);
}

Err report_edition(Cx *cx, Str id, int64_t version, Edition *ret)
{
    Edition e = { 0 };
    TRY(report_get(cx, id, &e.report));
    e.metrics = e.report.metrics;
    if (version == EDITION_READERS) version = e.report.published_version;
    if (version) {                                           /* title and figures as they were, too */
        Version v;
        TRY(report_version(cx, id, version, &v));
        e.metrics = (ReportMetrics){ 0 };
        TRY(report_version_metrics(cx, &v, &e.metrics));
        TRY(doc_from_json(cx->arena, v.content, &e.doc));
        e.report.title = v.title;
        e.version = version;
    } else TRY(report_content(cx, &e.report, false, &e.doc));
    *ret = e;
    return OK;
}

static int64_t heading_level(const DocNode *n) { return doc_is(n, "heading") ? doc_get_int(n, "level", 2) : 99; }

static bool says_something(Arena *a, const DocNode *n)
{
    return str_trim(doc_plain(a, n)).len || doc_is(n, "image") || doc_is(n, "liveBlock") || doc_is(n, "table");
}

Strs report_empty_sections(Arena *a, const DocNode *doc)
{
    Strs empty = { 0 };
    list_each(&doc->children, i) {
        const DocNode *h = doc->children.at[i];
        if (!doc_is(h, "heading") || !doc_get_bool(h, "required")) continue;
        bool written = false;
        for (size_t k = i + 1; k < doc->children.len && heading_level(doc->children.at[k]) > heading_level(h) && !written; k++)
            written = !doc_is(doc->children.at[k], "heading") && says_something(a, doc->children.at[k]);
        if (!written) *list_add(a, &empty) = str_trim(doc_plain(a, h));
    }
    return empty;
}

/* The workspace may ask that required sections are written. */
static Err sections_written(Cx *cx, const Report *r)
{
    DocNode *doc;
    if (!str_eq(setting_str(cx, "report.required_sections"), S("must be written"))) return OK;
    TRY(document_read(cx, r->id, &doc));
    Strs empty = report_empty_sections(cx->arena, doc);
    return empty.len ? fail(cx->arena, ERR_CONFLICT, "nothing is written yet in the required section " STR_FMT, STR_ARG(empty.at[0])) : OK;
}

static void unsupported_in(Arena *a, const DocNode *n, Strs *to)
{
    if (doc_is(n, "text") && doc_find_mark(n, "unsupported") && to->len < 100) *list_add(a, to) = n->text;
    list_each(&n->children, i) unsupported_in(a, n->children.at[i], to);
}

Strs report_unsupported(Arena *a, const DocNode *doc)
{
    Strs all = { 0 };
    unsupported_in(a, doc, &all);
    return all;
}

/* The workspace may ask that nothing is published which a model wrote and the evidence does not support. */
static Err claims_settled(Cx *cx, const Report *r)
{
    DocNode *doc;
    if (!str_eq(setting_str(cx, "report.unsupported_claims"), S("must be settled"))) return OK;
    TRY(document_read(cx, r->id, &doc));
    Strs all = report_unsupported(cx->arena, doc);
    return all.len ? fail(cx->arena, ERR_CONFLICT, "nothing supports this claim of the AI: “" STR_FMT "”; correct it, remove it or stand by it", STR_ARG(utf8_clip(all.at[0], 200))) : OK;
}

Err report_publish(Cx *cx, Str id)
{
    Report r;
    DocNode *doc;
    TRY(report_get(cx, id, &r));
    if (str_eq(r.state, S("archived")))
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " is archived: reopen it first",
                    STR_ARG(r.reference));
    if (!r.can_publish)
        return fail(cx->arena, ERR_FORBIDDEN,
                    STR_FMT " needs %lld approval(s) before you may publish it; a manager may "
                            "publish it without",
                    STR_ARG(r.reference), (long long)setting_int(cx, "report.approvals"));
    TRY(sections_written(cx, &r));
    TRY(claims_settled(cx, &r));
    TRY(report_content(cx, &r, false, &doc));
    Str text = doc_json(cx->arena, doc);
    if (text.len > 2 * DOC_MAX_BYTES)
        return fail(cx->arena, ERR_TOO_LARGE, STR_FMT " is over %u MiB: split it before you publish it", STR_ARG(r.reference), 2 * DOC_MAX_BYTES >> 20);
    Buf metrics = buf_new(cx->arena, 64 << 10);
    shape_json(&metrics_shape, &(MetricsBox){ r.metrics }, &metrics);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_version_add);
    stmt_str(&q, "report", r.id);
    stmt_int(&q, "number", r.published_version + 1);
    stmt_int(&q, "revision", r.revision);
    stmt_str(&q, "title", r.title);
    stmt_str(&q, "content", text);
    stmt_str(&q, "metrics", buf_str(&metrics));
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_str_or_null(&q, "user", cx->actor.id);
    TRY(stmt_exec(&q));
    r.state = S("published");
    r.published_ms = cx->now_ms;
    r.published_by.id = cx->actor.id;
    r.published_version++;
    r.published_revision = r.revision;
    r.meta_changed = false;
    TRY(report_text_changed(cx, &r));
    r.published_digest = r.digest;
    TRY(report_history_close(cx, r.id));
    TRY(report_save(cx, &r, 1));
    TRY(report_tell_incidents(cx, &r));
    TRY(audit_add(cx, "report.published", "report", r.id,
                  arena_fmt(cx->arena, "{\"version\":%lld}", (long long)r.published_version)));
    return report_news(cx, &r, "published", arena_fmt(cx->arena, STR_FMT " published", STR_ARG(r.reference)),
                       arena_fmt(cx->arena, "{\"version\":%lld}", (long long)r.published_version));
}

Err report_version_metrics(Cx *cx, const Version *v, ReportMetrics *ret)
{
    json_t *root, *item;
    size_t i;
    TRY(json_parse(cx->arena, v->metrics, &root));
    json_array_foreach(json_object_get(root, "items"), i, item)
        *list_add(cx->arena, ret) = (ReportMetric){ json_str(item, "key"), json_str(item, "value"), json_str(item, "source"), json_str(item, "original") };
    return OK;
}
