/* Another template for a report that was begun: what people wrote stays (template_merge). */
#include "feature/report/rules.h"
#include "sql.gen.h"

/* What templates filled in by themselves: the text as it was created, and the present template as it would be filled in now. */
static Err untouched_of(Cx *cx, const Report *r, Str incident, DocNodes *ret)
{
    Template t;
    DocNode *doc;
    Err e = document_read_at(cx, r->id, 1, &doc);
    if (!e.info) *list_add(cx->arena, ret) = doc;
    else if (!err_is(e, ERR_NOT_FOUND)) return e;
    e = template_get(cx, r->template.id, &t);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    TRY(template_fill(cx, &t, incident, cx->actor.time_zone, r->owner.name, &doc));
    *list_add(cx->arena, ret) = doc;
    return OK;
}

Err report_change_template(Cx *cx, Str id, Str template_id)
{
    Report r;
    Template t;
    Strs incidents = { 0 };
    DocNode *now, *wanted;
    DocNodes untouched = { 0 };
    TRY(report_get(cx, id, &r));
    if (!r.can_edit)
        return fail(cx->arena, ERR_FORBIDDEN, STR_FMT " is read only for you", STR_ARG(r.reference));
    Err e = template_get(cx, template_id, &t);
    if (err_is(e, ERR_NOT_FOUND) || (!e.info && t.removed))
        return fail_field(cx->arena, S("template_id"), "there is no template " STR_FMT, STR_ARG(template_id));
    TRY(e);
    TRY(report_incident_ids(cx, id, &incidents));
    if (!incidents.len) return fail(cx->arena, ERR_CONFLICT, STR_FMT " has no incident to fill the template in from", STR_ARG(r.reference));
    TRY(document_read(cx, id, &now));
    TRY(untouched_of(cx, &r, incidents.at[0], &untouched));
    TRY(template_fill(cx, &t, incidents.at[0], cx->actor.time_zone, r.owner.name, &wanted));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_set_template);
    stmt_str(&q, "id", id);
    stmt_str(&q, "template_id", t.id);
    stmt_str(&q, "template_name", t.name);
    TRY(stmt_exec(&q));
    TRY(report_write(cx, id, template_merge(cx->arena, now, &untouched, wanted)));
    TRY(report_row(cx, id, &r));
    return report_save(cx, &r, 1);
}
