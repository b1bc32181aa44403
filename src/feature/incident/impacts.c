/* Impacts: who felt it and how much; the times of the whole follow from theirs. */
#include "base/id.h"
#include "feature/catalog/catalog.h"
#include "feature/incident/rules.h"
#include "sql.gen.h"

void incident_impact_times(Incident *i, const Impacts *impacts)
{
    int64_t start = 0, end = 0;
    bool any = false, open = false;
    list_each(impacts, k) {
        const Impact *m = &impacts->at[k];
        if (!m->started_ms) continue;
        any = true;
        if (!start || m->started_ms < start) start = m->started_ms;
        if (!m->ended_ms) open = true;
        if (m->ended_ms > end) end = m->ended_ms;
    }
    if (!any) return;
    i->impact_started_ms = start;
    i->impact_ended_ms = open ? 0 : end;
}

Err incident_impact_sum(Cx *cx, Incident *i)
{
    Impacts all = { 0 };
    TRY(incident_read_impacts(cx, i->id, &all));
    incident_impact_times(i, &all);
    TRY(incident_check_times(cx, i));
    return incident_save(cx, i);
}

static Err check_impact(Cx *cx, Impact *m)
{
    if (str_empty(m->kind)) return fail_field(cx->arena, S("kind"), "an impact needs a kind");
    if (str_empty(m->title)) return fail_field(cx->arena, S("title"), "an impact needs a title");
    if (m->ended_ms && !m->started_ms)
        return fail_field(cx->arena, S("started_at"), "an impact that ended has a start");
    if (m->ended_ms && m->ended_ms < m->started_ms)
        return fail_field(cx->arena, S("ended_at"), "the impact cannot end before it started");
    if (m->started_ms > cx->now_ms + 60000)
        return fail_field(cx->arena, S("started_at"), "started_at lies in the future");
    if (m->ended_ms > cx->now_ms + 60000)
        return fail_field(cx->arena, S("ended_at"), "ended_at lies in the future");
    if (m->customers_affected < 0)
        return fail_field(cx->arena, S("customers_affected"), "cannot be negative");
    if (m->requests_affected < 0) return fail_field(cx->arena, S("requests_affected"), "cannot be negative");
    if (!(m->cost >= 0 && m->cost < 1e15)) return fail_field(cx->arena, S("cost"), "must be 0 or more");
    bool iso = m->currency.len == 3;
    for (size_t k = 0; k < m->currency.len; k++) iso &= m->currency.at[k] >= 'A' && m->currency.at[k] <= 'Z';
    if (m->currency.len ? !iso : m->cost > 0)
        return fail_field(cx->arena, S("currency"), "name the currency by three letters, like EUR");
    Strs ids = { 0 };
    list_each(&m->service_ids, k) {
        Ref service;
        TRY(service_named(cx, arena_fmt(cx->arena, "service_ids[%zu]", k), m->service_ids.at[k], &service));
        ids_add(cx->arena, &ids, service.id);
    }
    m->service_ids = ids;
    return OK;
}

Err incident_impact_put(Cx *cx, Str incident, Impact *m)
{
    Incident i;
    TRY(incident_row(cx, incident, &i));
    TRY(check_impact(cx, m));
    bool is_new = str_empty(m->id);
    if (is_new) m->id = id_new(cx->arena, cx->now_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store,
                             is_new ? &sql_incident_impact_add : &sql_incident_impact_set);
    stmt_str(&q, "id", m->id);
    stmt_str(&q, "incident", incident);
    stmt_str(&q, "kind", m->kind);
    stmt_str(&q, "title", m->title);
    stmt_str(&q, "description", m->description);
    stmt_int_or_null(&q, "started_ms", m->started_ms);
    stmt_int_or_null(&q, "ended_ms", m->ended_ms);
    stmt_str(&q, "service_ids", strs_json(cx->arena, m->service_ids));
    stmt_int(&q, "customers", m->customers_affected);
    stmt_int(&q, "requests", m->requests_affected);
    stmt_real(&q, "cost", m->cost);
    stmt_str(&q, "currency", m->currency);
    stmt_step(&q);
    bool missing = stmt_changes(&q) == 0;
    TRY(stmt_end(&q));
    if (missing)
        return fail(cx->arena, ERR_NOT_FOUND, "no impact " STR_FMT " on " STR_FMT, STR_ARG(m->id),
                    STR_ARG(i.reference));
    TRY(incident_impact_sum(cx, &i));
    Str action = is_new ? S("added") : S("changed");
    return incident_news(
        cx, &i, "field_changed", S(""),
        arena_fmt(cx->arena, "Impact " STR_FMT ": " STR_FMT, STR_ARG(action), STR_ARG(m->title)),
        DATA(cx, { "field", S("impacts") }, { "action", action }, { "to", m->title },
             { "started_at", incident_time(cx->arena, m->started_ms) },
             { "ended_at", incident_time(cx->arena, m->ended_ms) }));
}

Err incident_impact_remove(Cx *cx, Str incident, Str impact)
{
    Incident i;
    TRY(incident_row(cx, incident, &i));
    Impacts all = { 0 };
    TRY(incident_read_impacts(cx, incident, &all));
    Str title = S("");
    list_each(&all, k) if (str_eq(all.at[k].id, impact)) title = all.at[k].title;
    if (str_empty(title))
        return fail(cx->arena, ERR_NOT_FOUND, "no impact " STR_FMT " on " STR_FMT, STR_ARG(impact),
                    STR_ARG(i.reference));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_impact_remove);
    stmt_str(&q, "id", impact);
    stmt_str(&q, "incident", incident);
    TRY(stmt_exec(&q));
    TRY(incident_impact_sum(cx, &i));
    return incident_news(
        cx, &i, "field_changed", S(""),
        arena_fmt(cx->arena, "Impact removed: " STR_FMT, STR_ARG(title)),
        DATA(cx, { "field", S("impacts") }, { "action", S("removed") }, { "from", title }));
}
