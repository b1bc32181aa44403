/* Services and causes of an incident, and its links to others. */
#include "feature/catalog/catalog.h"
#include "feature/incident/rules.h"
#include "sql.gen.h"

Err incident_put_services(Cx *cx, Str id, Strs services)
{
    Strs ids = { 0 };
    list_each(&services, k) {
        Ref service;
        Str field = arena_fmt(cx->arena, "service_ids[%zu]", k);
        TRY(service_named(cx, field, services.at[k], &service));
        ids_add(cx->arena, &ids, service.id);
    }
    auto_stmt clear = stmt_begin(cx->arena, cx->store, &sql_incident_service_clear);
    stmt_str(&clear, "id", id);
    TRY(stmt_exec(&clear));
    list_each(&ids, k) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_service_add);
        stmt_str(&q, "id", id);
        stmt_str(&q, "service", ids.at[k]);
        TRY(stmt_exec(&q));
    }
    return OK;
}

Err incident_put_causes(Cx *cx, Str id, const Causes *causes)
{
    Causes known = { 0 }, before = { 0 };
    if (causes->len) TRY(incident_cause_list(cx, &known));
    TRY(incident_read_causes(cx, id, &before));
    list_each(causes, k) {
        bool found = false;
        list_each(&known, j) found |= str_eq(known.at[j].key, causes->at[k].key);
        list_each(&before, j) found |= str_eq(before.at[j].key, causes->at[k].key);   /* since removed from the setting */
        Str field = arena_fmt(cx->arena, "causes[%zu].key", k);
        if (!found)
            return fail_field(cx->arena, field,
                              "no contributing factor " STR_FMT " in the settings",
                              STR_ARG(causes->at[k].key));
    }
    auto_stmt clear = stmt_begin(cx->arena, cx->store, &sql_incident_cause_clear);
    stmt_str(&clear, "id", id);
    TRY(stmt_exec(&clear));
    list_each(causes, k) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_cause_add);
        stmt_str(&q, "id", id);
        stmt_int(&q, "position", (int64_t)k);
        stmt_str(&q, "cause", causes->at[k].key);
        stmt_str(&q, "note", causes->at[k].note);
        TRY(stmt_exec(&q));
    }
    return OK;
}

/* ---- links */

bool incident_is_hidden_beside(const Incident *other, const Incident *one) { return other->audience.len && !str_eq(other->audience, one->audience); }

Err incident_link(Cx *cx, Str id, Str other, Str relation)
{
    Incident i, o;
    TRY(incident_row(cx, id, &i));
    TRY(incident_row(cx, other, &o));
    if (str_eq(id, other))
        return fail_field(cx->arena, S("incident"), "an incident cannot be linked to itself");
    static const struct { const char *there, *back; } ways[] = {
        { "related", "related" }, { "caused_by", "causes" }, { "causes", "caused_by" }, { "duplicate", "duplicate" },
        { "recurrence_of", "related" },
    };
    Str back = S("related");
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++)
        if (str_eq(relation, str_of(ways[k].there))) back = str_of(ways[k].back);
    for (int k = 0; k < 2; k++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_link_add);
        stmt_str(&q, "id", k ? other : id);
        stmt_str(&q, "other", k ? id : other);
        stmt_str(&q, "relation", k ? back : relation);
        TRY(stmt_exec(&q));
    }
    TRY(incident_save(cx, &i));
    TRY(incident_save(cx, &o));
    bool hidden = incident_is_hidden_beside(&o, &i);
    return incident_news(cx, &i, "field_changed", hidden ? S("") : other,
                         hidden ? S("Linked to a private incident") : arena_fmt(cx->arena, "Linked to " STR_FMT, STR_ARG(o.reference)),
                         DATA(cx, { "field", S("links") }, { "action", S("added") },
                              { "to", hidden ? S("") : o.reference }, { "relation", relation }));
}

Err incident_unlink(Cx *cx, Str id, Str other)
{
    Incident i, o;
    TRY(incident_row(cx, id, &i));
    TRY(incident_row(cx, other, &o));
    int64_t gone = 0;
    for (int k = 0; k < 2; k++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_link_remove);
        stmt_str(&q, "id", k ? other : id);
        stmt_str(&q, "other", k ? id : other);
        stmt_step(&q);
        gone += stmt_changes(&q);
        TRY(stmt_end(&q));
    }
    if (!gone) return fail(cx->arena, ERR_NOT_FOUND, "these incidents are not linked");
    TRY(incident_save(cx, &i));
    return incident_news(cx, &i, "field_changed", incident_is_hidden_beside(&o, &i) ? S("") : other, S("Link removed"),
                         DATA(cx, { "field", S("links") }, { "action", S("removed") }));
}
