/* Two incidents that were one. */
#include "feature/incident/rules.h"
#include "sql.gen.h"

static Err check_merge(Cx *cx, const Incident *i, const Incident *into)
{
    if (str_eq(i->id, into->id))
        return fail_field(cx->arena, S("into"), "an incident cannot be merged into itself");
    if (str_eq(i->status, S("merged")))
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " was merged already", STR_ARG(i->reference));
    if (str_eq(into->status, S("merged")) || str_eq(into->status, S("canceled")))
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " is " STR_FMT ": choose another",
                    STR_ARG(into->reference), STR_ARG(into->status));
    if (i->audience.len && !into->audience.len)
        return fail(cx->arena, ERR_CONFLICT,
                    STR_FMT " is private and " STR_FMT
                            " is public: merging would show it to everyone",
                    STR_ARG(i->reference), STR_ARG(into->reference));
    return OK;
}

static Err bring_people(Cx *cx, Str from, Str into)
{
    UserRefs there = { 0 };
    TRY(incident_responders(cx, from, &there));
    list_each(&there, k) {
        Strs now = { 0 };
        TRY(incident_roles_held(cx, into, there.at[k].id, &now));
        if (!now.len) TRY(incident_role_add(cx, into, S("responder"), there.at[k].id));
    }
    return OK;
}

Err incident_merge(Cx *cx, Str id, Str into_id)
{
    Incident i, into;
    TRY(incident_row(cx, id, &i));
    TRY(cx_match(cx, i.version));
    TRY(incident_row(cx, into_id, &into));
    TRY(check_merge(cx, &i, &into));
    Strs services = { 0 };
    Incidents none = { 0 };
    TRY(incident_services_of(cx, (Strs){ .at = (Str[]){ id, into_id }, .len = 2, .room = 2 }, &none, &services));
    TRY(incident_put_services(cx, into_id, services));
    TRY(bring_people(cx, id, into_id));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_impact_move);
    stmt_str(&q, "id", id);
    stmt_str(&q, "into", into_id);
    TRY(stmt_exec(&q));
    TRY(incident_row(cx, into_id, &into));
    if (i.impact_started_ms && (!into.impact_started_ms || i.impact_started_ms < into.impact_started_ms))
        into.impact_started_ms = i.impact_started_ms;
    TRY(incident_impact_sum(cx, &into));
    i.status = S("merged");
    i.merged_into.id = into_id;
    TRY(incident_save(cx, &i));
    bool hidden = incident_is_hidden_beside(&into, &i);
    TRY(incident_news(cx, &i, "merged", into_id,
                      hidden ? S("Merged into a private incident") : arena_fmt(cx->arena, "Merged into " STR_FMT, STR_ARG(into.reference)),
                      DATA(cx, { "into", hidden ? S("") : into_id }, { "reference", hidden ? S("") : into.reference }, { "title", hidden ? S("") : into.title })));
    return incident_news(
        cx, &into, "merged_from", id,
        arena_fmt(cx->arena, STR_FMT " was merged into this: " STR_FMT, STR_ARG(i.reference),
                  STR_ARG(i.title)),
        DATA(cx, { "from", id }, { "reference", i.reference }, { "title", i.title }));
}
