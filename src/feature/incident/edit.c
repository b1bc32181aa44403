/* Editing an incident: a merge patch over its fields; each difference is an event, told once the row is saved. */
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/incident/rules.h"
#include "sql.gen.h"

typedef struct TextField { const char *name; size_t in, row; } TextField;
#define TEXT(member) { #member, offsetof(IncidentInput, member), offsetof(Incident, member) }
static const TextField text_fields[] = {
    TEXT(title),         TEXT(summary),          TEXT(kind),           TEXT(labels),
    TEXT(custom_fields), TEXT(detection),        TEXT(detection_note), TEXT(trigger),
    TEXT(trigger_note),  TEXT(no_report_reason),
};
static Str *text_in(void *record, size_t offset) { return (Str *)(void *)((char *)record + offset); }

/** One difference, told after the row is saved. */
typedef struct Difference {
    const char *kind, *field;
    Str from, to, from_name, to_name;
    int64_t at_ms;
} Difference;
typedef struct Edit {
    Cx *cx;
    Incident *i;
    const IncidentInput *in;
    Present present;
    LIST(Difference) all;
} Edit;
#define NAMED(e, member) shape_has(&incident_edit_shape, (e)->present, offsetof(IncidentInput, member))

static Difference *differs(Edit *e, const char *kind, const char *field, Str from, Str to)
{
    Difference *d = list_add(e->cx->arena, &e->all);
    *d = (Difference){ .kind = kind, .field = field, .from = from, .to = to, .from_name = from, .to_name = to };
    return d;
}

static Err edit_texts(Edit *e)
{
    for (size_t k = 0; k < sizeof text_fields / sizeof *text_fields; k++) {
        if (!shape_has(&incident_edit_shape, e->present, text_fields[k].in)) continue;
        Str *row = text_in(e->i, text_fields[k].row);
        Str to = *(const Str *)(const void *)((const char *)e->in + text_fields[k].in);
        bool object = row == &e->i->labels || row == &e->i->custom_fields;
        if (object && str_empty(to)) to = S("{}");
        if ((row == &e->i->title || row == &e->i->kind) && str_empty(to))
            return fail_field(e->cx->arena, str_of(text_fields[k].name), "%s cannot be empty",
                              text_fields[k].name);
        if (str_eq(*row, to)) continue;
        differs(e, "field_changed", text_fields[k].name, *row, to);
        *row = to;
    }
    return OK;
}

/** With impacts, the start and end of the whole are those of an impact: the correction goes there. */
static Err edit_impact_bounds(Edit *e, Impacts *impacts)
{
    Cx *cx = e->cx;
    Incident *i = e->i;
    int64_t want_start = i->impact_started_ms, want_end = i->impact_ended_ms;
    size_t first = impacts->len, last = impacts->len;
    list_each(impacts, k) {
        if (!impacts->at[k].started_ms) continue;
        if (first == impacts->len || impacts->at[k].started_ms < impacts->at[first].started_ms) first = k;
        if (last == impacts->len || !impacts->at[k].ended_ms
            || (impacts->at[last].ended_ms && impacts->at[k].ended_ms > impacts->at[last].ended_ms)) last = k;
    }
    if (first == impacts->len) return OK;
    impacts->at[first].started_ms = want_start;
    impacts->at[last].ended_ms = want_end;
    incident_impact_times(i, impacts);
    if (i->impact_started_ms != want_start)
        return fail_field(cx->arena, S("impact_started_at"),
                          "another impact starts earlier: correct that impact");
    if (i->impact_ended_ms != want_end)
        return fail_field(cx->arena, S("impact_ended_at"), "another impact ends later: correct that impact");
    for (size_t k = 0; k < impacts->len; k++) {
        if (k != first && k != last) continue;
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_incident_impact_span);
        stmt_str(&q, "id", impacts->at[k].id);
        stmt_int_or_null(&q, "started_ms", impacts->at[k].started_ms);
        stmt_int_or_null(&q, "ended_ms", impacts->at[k].ended_ms);
        TRY(stmt_exec(&q));
    }
    return OK;
}

static Err edit_times(Edit *e)
{
    Cx *cx = e->cx;
    bool bounds = false;
    for (int k = 0; k < INCIDENT_TIMES; k++) {
        if (!shape_has(&incident_edit_shape, e->present, incident_time_fields[k].in)) continue;
        int64_t *row = incident_time_in(e->i, incident_time_fields[k].row),
                to = incident_time_of(e->in, incident_time_fields[k].in);
        if (*row == to) continue;
        if (row == &e->i->declared_ms && !to)
            return fail_field(cx->arena, S("declared_at"), "declared_at is always known");
        bool over = !incident_is_active(e->i->status);
        if (row == &e->i->resolved_ms && (to != 0) != over)
            return fail_field(cx->arena, S("resolved_at"),
                              over ? "reopen the incident to take back its resolution"
                                   : "resolve the incident first: set its status");
        if (row == &e->i->closed_ms && (to != 0) != str_eq(e->i->status, S("closed")))
            return fail_field(cx->arena, S("closed_at"), "follows from the status");
        bounds |= row == &e->i->impact_started_ms || row == &e->i->impact_ended_ms;
        const char *field = arena_fmt(cx->arena, "%s_at", incident_time_fields[k].name).at;
        Difference *d = differs(e, "time_corrected", field, incident_time(cx->arena, *row),
                                incident_time(cx->arena, to));
        d->from_name = str_of(incident_time_fields[k].words);
        d->at_ms = to;
        *row = to;
    }
    if (bounds) {
        Impacts impacts = { 0 };
        TRY(incident_read_impacts(cx, e->i->id, &impacts));
        TRY(edit_impact_bounds(e, &impacts));
    }
    return incident_check_times(cx, e->i);
}

static Err edit_place(Edit *e)
{
    Cx *cx = e->cx;
    Strs channels = { 0 }, teams = { 0 };
    Map *channel, *team;
    Str was_channel = e->i->channel_id, was_team = e->i->team_id;
    if (!NAMED(e, channel_id) && !NAMED(e, team_id)) return OK;
    if (NAMED(e, channel_id) && str_empty(e->in->channel_id)) e->i->channel_id = S("");
    if (NAMED(e, team_id) && str_empty(e->in->team_id)) e->i->team_id = S("");
    TRY(incident_place(cx, e->i, NAMED(e, channel_id) ? e->in->channel_id : S(""),
                       NAMED(e, team_id) ? e->in->team_id : S("")));
    ids_add(cx->arena, &channels, was_channel);
    ids_add(cx->arena, &channels, e->i->channel_id);
    ids_add(cx->arena, &teams, was_team);
    ids_add(cx->arena, &teams, e->i->team_id);
    TRY(channel_refs(cx, channels, &channel));
    TRY(team_refs(cx, teams, &team));
    if (!str_eq(was_channel, e->i->channel_id)) {
        Difference *d = differs(e, "field_changed", "channel_id", was_channel, e->i->channel_id);
        d->from_name = ref_of(channel, was_channel).name;
        d->to_name = ref_of(channel, e->i->channel_id).name;
    }
    if (!str_eq(was_team, e->i->team_id)) {
        Difference *d = differs(e, "field_changed", "team_id", was_team, e->i->team_id);
        d->from_name = ref_of(team, was_team).name;
        d->to_name = ref_of(team, e->i->team_id).name;
    }
    return OK;
}

static Str names_json(Cx *cx, Strs ids)
{
    Map *refs;
    Strs names = { 0 };
    if (service_refs(cx, ids, &refs).info) return S("");
    list_each(&ids, k) ids_add(cx->arena, &names, ref_of(refs, ids.at[k]).name);
    Buf b = buf_new(cx->arena, 4096);
    list_each(&names, k) buf_fmt(&b, "%s" STR_FMT, k ? ", " : "", STR_ARG(names.at[k]));
    return buf_str(&b);
}

static Err edit_services(Edit *e)
{
    if (!NAMED(e, service_ids)) return OK;
    Cx *cx = e->cx;
    Incidents one = { .at = e->i, .len = 1, .room = 1 };
    Strs before = { 0 }, after = { 0 };
    TRY(incident_services_of(cx, (Strs){ .at = &e->i->id, .len = 1, .room = 1 }, &one, &before));
    TRY(incident_put_services(cx, e->i->id, e->in->service_ids));
    e->i->services = (Refs){ 0 };
    TRY(incident_services_of(cx, (Strs){ .at = &e->i->id, .len = 1, .room = 1 }, &one, &after));
    Str from = strs_json(cx->arena, before), to = strs_json(cx->arena, after);
    if (str_eq(from, to)) return OK;
    Difference *d = differs(e, "field_changed", "service_ids", from, to);
    d->from_name = names_json(cx, before);
    d->to_name = names_json(cx, after);
    return OK;
}

static Str causes_text(Cx *cx, const Causes *causes)
{
    Buf b = buf_new(cx->arena, 64 * 1024);
    list_each(causes, k) {
        if (k) buf_add(&b, S(", "));
        buf_add(&b, incident_cause_name(cx, causes->at[k].key));
        if (causes->at[k].note.len) buf_fmt(&b, " (" STR_FMT ")", STR_ARG(causes->at[k].note));
    }
    return buf_str(&b);
}

static Err edit_causes(Edit *e)
{
    if (!NAMED(e, causes)) return OK;
    Causes before = { 0 };
    TRY(incident_read_causes(e->cx, e->i->id, &before));
    TRY(incident_put_causes(e->cx, e->i->id, &e->in->causes));
    Str from = causes_text(e->cx, &before), to = causes_text(e->cx, &e->in->causes);
    if (!str_eq(from, to)) differs(e, "field_changed", "causes", from, to);
    return OK;
}

static Err edit_visibility(Edit *e)
{
    Incident *i = e->i;
    if (!NAMED(e, visibility) || str_eq(i->visibility, e->in->visibility)) return OK;
    Cx *cx = e->cx;
    bool private = str_eq(e->in->visibility, S("private"));
    Str audience = arena_fmt(cx->arena, "incident:" STR_FMT, STR_ARG(i->id));
    differs(e, "visibility_changed", "visibility", i->visibility, e->in->visibility);
    i->visibility = private ? S("private") : S("public");
    i->audience = private ? audience : S("");
    if (!private) return access_set(cx, audience, (Strs){ 0 });
    UserRefs there = { 0 };
    TRY(incident_responders(cx, i->id, &there));
    Strs users = { 0 };
    ids_add(cx->arena, &users, cx->actor.id);
    list_each(&there, k) ids_add(cx->arena, &users, there.at[k].id);
    return incident_members_set(cx, i, users, (Strs){ 0 });
}

static Err edit_state(Edit *e)
{
    if (NAMED(e, severity) && e->in->severity.len && !str_eq(e->in->severity, e->i->severity)) {
        differs(e, "severity_changed", "severity", e->i->severity, e->in->severity);
        e->i->severity = e->in->severity;
    }
    if (NAMED(e, status) && e->in->status.len && !str_eq(e->in->status, e->i->status)) {
        differs(e, "status_changed", "status", e->i->status, e->in->status);
        TRY(incident_change_status(e->cx, e->i, e->in->status));
    }
    return OK;
}

static Err tell(Cx *cx, const Incident *i, const Difference *d)
{
    Str kind = str_of(d->kind);
    if (str_eq(kind, S("status_changed"))) return incident_tell_status(cx, i, d->from, d->to);
    if (str_eq(kind, S("severity_changed"))) return incident_tell_severity(cx, i, d->from, d->to);
    if (str_eq(kind, S("visibility_changed")))
        return incident_news(cx, i, d->kind, S(""), arena_fmt(cx->arena, "Made " STR_FMT, STR_ARG(d->to)),
                             DATA(cx, { "from", d->from }, { "to", d->to }, { "audience", i->audience }));
    if (str_eq(kind, S("time_corrected"))) {
        Str title = str_empty(d->to)
                        ? arena_fmt(cx->arena, "Time of " STR_FMT " removed", STR_ARG(d->from_name))
                        : arena_fmt(cx->arena, "Time of " STR_FMT " %s", STR_ARG(d->from_name),
                                    str_empty(d->from) ? "recorded" : "corrected");
        return incident_news(cx, i, d->kind, S(""), title,
                             DATA(cx, { "field", str_of(d->field) }, { "from", d->from }, { "to", d->to }));
    }
    return incident_news(cx, i, d->kind, S(""), arena_fmt(cx->arena, "Changed %s", d->field),
                         DATA(cx, { "field", str_of(d->field) }, { "from", d->from }, { "to", d->to },
                              { "from_name", d->from_name }, { "to_name", d->to_name }));
}

Err incident_edit(Cx *cx, Str id, Present present, const IncidentInput *in)
{
    Incident i;
    TRY(incident_row(cx, id, &i));
    TRY(cx_match(cx, i.version));
    Edit e = { .cx = cx, .i = &i, .in = in, .present = present };
    TRY(edit_texts(&e));
    TRY(edit_state(&e));
    TRY(edit_times(&e));
    TRY(edit_place(&e));
    TRY(edit_services(&e));
    TRY(edit_causes(&e));
    TRY(edit_visibility(&e));
    if (!e.all.len) return OK;
    TRY(incident_save(cx, &i));
    list_each(&e.all, k) TRY(tell(cx, &i, &e.all.at[k]));
    return OK;
}

Err incident_set_time(Cx *cx, Str id, Str field, int64_t ms)
{
    IncidentInput in = { 0 };
    for (int k = 0; k < INCIDENT_TIMES; k++) {
        if (!str_eq(field, arena_fmt(cx->arena, "%s_at", incident_time_fields[k].name))) continue;
        for (int f = 0; incident_edit_shape.fields[f].name; f++) {
            if (incident_edit_shape.fields[f].offset != incident_time_fields[k].in) continue;
            *incident_time_in(&in, incident_time_fields[k].in) = ms;
            return incident_edit(cx, id, (Present)1 << f, &in);
        }
    }
    return fail_field(cx->arena, field, "an incident has no time " STR_FMT, STR_ARG(field));
}
