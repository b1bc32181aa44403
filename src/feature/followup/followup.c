/* The rules of follow-ups. */
#include "base/id.h"
#include "base/time.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/followup/rules.h"
#include "sql.gen.h"

const char *const followup_statuses[] = { "open", "in_progress", "done", "verified", "not_effective", "wont_do", NULL };
const char *const followup_kinds[] = { "prevent", "detect", "mitigate", "process", "document", "train", "investigate", NULL };
const char *const followup_priorities[] = { "urgent", "high", "medium", "low", NULL };

static Err check(Cx *cx, const FollowUp *f)
{
    if (str_empty(f->title)) return fail_field(cx->arena, S("title"), "say what must change");
    if (followup_place_of(followup_statuses, f->status) < 0)
        return fail_field(cx->arena, S("status"), "no such status: " STR_FMT, STR_ARG(f->status));
    if (followup_place_of(followup_kinds, f->kind) < 0)
        return fail_field(cx->arena, S("kind"), "no such kind: " STR_FMT, STR_ARG(f->kind));
    if (followup_place_of(followup_priorities, f->priority) < 0)
        return fail_field(cx->arena, S("priority"), "no such priority: " STR_FMT,
                          STR_ARG(f->priority));
    if (str_eq(f->status, S("wont_do")) && str_empty(f->wont_do_reason))
        return fail_field(cx->arena, S("wont_do_reason"), "say why it will not be done");
    if (f->due_ms >= followup_no_due) return fail_field(cx->arena, S("due_at"), "due_at is too far away");
    return OK;
}

/* ---- adding */

/** Only those see it who may see the incident and the report it belongs to: a report may be private by another incident. */
static Err seen_by(Cx *cx, FollowUp *f, Str incident_audience)
{
    Strs both = { 0 };
    Str report = S("");
    if (f->report.id.len) TRY(incident_report_audience_of(cx, f->report.id, &report));
    ids_add(cx->arena, &both, incident_audience);
    ids_add(cx->arena, &both, report);
    return access_shared(cx, both, &f->audience);
}

/** Takes channel, team and audience from the incident, or from the incident of the report. */
static Err inherit(Cx *cx, FollowUp *f, Str incident, Str report)
{
    if (report.len) {
        Str of = S(""), readers;
        TRY(incident_report_named(cx, S("report_id"), report, &f->report, &of, &readers));
        if (str_empty(incident)) incident = of;
    }
    if (str_empty(incident)) return OK;
    Str id;
    Err seen = incident_resolve(cx, incident, &id);
    if (err_is(seen, ERR_NOT_FOUND))
        return fail_field(cx->arena, S("incident_id"), "there is no incident " STR_FMT,
                          STR_ARG(incident));
    TRY(seen);
    Incident i;
    TRY(incident_row(cx, id, &i));
    f->incident = (RecordRef){ i.id, i.reference, i.title };
    TRY(seen_by(cx, f, i.audience));
    if (str_empty(f->channel_id)) f->channel_id = i.channel_id;
    if (str_empty(f->team_id)) f->team_id = i.team_id;
    return OK;
}

static Err place(Cx *cx, FollowUp *f, const FollowUpInput *in)
{
    UserRef owner;
    Ref ref;
    if (in->owner_id.len) {
        TRY(user_named(cx, S("owner_id"), in->owner_id, &owner));
        f->owner_id = owner.id;
    }
    if (in->team_id.len) { TRY(team_named(cx, S("team_id"), in->team_id, &ref)); f->team_id = ref.id; }
    if (in->channel_id.len) {
        TRY(channel_named(cx, S("channel_id"), in->channel_id, &ref));
        f->channel_id = ref.id;
    }
    return OK;
}

static Str or_else(Str given, Str otherwise) { return str_empty(given) ? otherwise : given; }

Err followup_add(Cx *cx, const FollowUpInput *in, FollowUp *ret)
{
    FollowUp f = {
        .id = id_new(cx->arena, cx->now_ms), .title = in->title, .description = in->description,
        .status = or_else(in->status, S("open")), .kind = or_else(in->kind, S("prevent")),
        .priority = or_else(in->priority, S("medium")), .due_ms = in->due_ms, .labels = in->labels,
        .risk_reduction = in->risk_reduction, .effectiveness_check = in->effectiveness_check,
        .effectiveness_due_ms = in->effectiveness_due_ms, .effectiveness_note = in->effectiveness_note,
        .wont_do_reason = in->wont_do_reason, .audience = in->audience, .predecessor.id = in->predecessor_id,
        .created_ms = cx->now_ms, .version = 1,
    };
    TRY(check(cx, &f));
    TRY(place(cx, &f, in));
    TRY(inherit(cx, &f, in->incident_id, in->report_id));
    bool finished = followup_place_of(followup_statuses, f.status) >= 2 && !str_eq(f.status, S("wont_do"));
    if (finished) f.completed_ms = cx->now_ms;
    if (str_eq(f.status, S("verified"))) f.verified_ms = cx->now_ms, f.verified_by.id = cx->actor.id;
    TRY(followup_insert(cx, &f));
    TRY(followup_put_services(cx, f.id, in->service_ids));
    TRY(followup_note(cx, f.id, "created", S(""), f.title));
    TRY(followup_index(cx, &f));
    TRY(followup_tell_count(cx, f.incident.id));
    Buf data = buf_new(cx->arena, 4096);
    buf_fmt(&data, "{\"reference\":\"" STR_FMT "\",\"title\":", STR_ARG(f.reference));
    buf_json(&data, f.title);
    buf_byte(&data, '}');
    TRY(followup_news(
        cx, &f, "followup.added",
        arena_fmt(cx->arena, STR_FMT " added: " STR_FMT, STR_ARG(f.reference), STR_ARG(f.title)),
        buf_str(&data)));
    TRY(followup_tell_owner(cx, &f));
    TRY(followup_tell_pages(cx, &f));
    return followup_get(cx, f.id, ret);
}

/* ---- status */

/** open, in_progress, done and wont_do may follow each other in any order; a verdict needs something that was done. */
static Err move(Cx *cx, FollowUp *f, Str to)
{
    bool verdict = str_eq(to, S("verified")) || str_eq(to, S("not_effective"));
    bool was_done = str_eq(f->status, S("done")) || str_eq(f->status, S("verified"))
                    || str_eq(f->status, S("not_effective"));
    if (verdict && !was_done)
        return fail(cx->arena, ERR_CONFLICT,
                    STR_FMT " is not done yet, so nobody can say whether it worked",
                    STR_ARG(f->reference));
    f->status = to;
    if (str_eq(to, S("done"))) f->completed_ms = cx->now_ms;
    if (str_eq(to, S("open")) || str_eq(to, S("in_progress")) || str_eq(to, S("wont_do")))
        f->completed_ms = 0;
    f->verified_ms = verdict ? cx->now_ms : 0;
    f->verified_by.id = verdict ? cx->actor.id : S("");
    if (!str_eq(to, S("wont_do"))) f->wont_do_reason = S("");
    return OK;
}

Err followup_set_status(Cx *cx, Str id, Str status, Str reason)
{
    FollowUp f;
    TRY(followup_row(cx, id, &f));
    Str from = f.status;
    if (str_eq(from, status)) return OK;
    TRY(move(cx, &f, status));
    if (str_eq(status, S("wont_do"))) f.wont_do_reason = reason;
    TRY(check(cx, &f));
    TRY(followup_note(cx, f.id, "status", from, status));
    TRY(followup_save(cx, &f));
    return followup_tell_status(cx, &f, from);
}

/* ---- editing */

#define NAMED(member) shape_has(&followup_edit_shape, present, offsetof(FollowUpInput, member))
typedef struct Text { const char *name; size_t in, row; } Text;
#define TEXT(member) { #member, offsetof(FollowUpInput, member), offsetof(FollowUp, member) }
static const Text texts[] = { TEXT(title), TEXT(description), TEXT(kind), TEXT(priority), TEXT(risk_reduction),
                              TEXT(effectiveness_check), TEXT(effectiveness_note), TEXT(wont_do_reason) };

static Err edit_texts(Cx *cx, FollowUp *f, Present present, const FollowUpInput *in, int *changed)
{
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        if (!shape_has(&followup_edit_shape, present, texts[k].in)) continue;
        Str *is = (Str *)(void *)((char *)f + texts[k].row);
        Str to = *(const Str *)(const void *)((const char *)in + texts[k].in);
        if (str_eq(*is, to)) continue;
        TRY(followup_note(cx, f->id, texts[k].name, *is, to));
        *is = to;
        ++*changed;
    }
    return OK;
}

static Str time_text(Arena *a, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    return ms ? arena_str(a, str_of(time_rfc3339(ms, text))) : S("");
}

static Err edit_times(Cx *cx, FollowUp *f, Present present, const FollowUpInput *in, int *changed)
{
    if (NAMED(due_ms) && in->due_ms != f->due_ms) {
        TRY(followup_note(cx, f->id, "due_at", time_text(cx->arena, f->due_ms), time_text(cx->arena, in->due_ms)));
        f->due_ms = in->due_ms;
        ++*changed;
    }
    if (NAMED(effectiveness_due_ms) && in->effectiveness_due_ms != f->effectiveness_due_ms) {
        TRY(followup_note(cx, f->id, "effectiveness_due_at", time_text(cx->arena, f->effectiveness_due_ms),
                 time_text(cx->arena, in->effectiveness_due_ms)));
        f->effectiveness_due_ms = in->effectiveness_due_ms;
        ++*changed;
    }
    return OK;
}

static Strs two(Arena *a, Str x, Str y)
{
    Strs both = { 0 };
    ids_add(a, &both, x);
    ids_add(a, &both, y);
    return both;
}

/** Owner, team, channel: the history keeps their names, which outlive them. */
static Err edit_place(Cx *cx, FollowUp *f, Present present, const FollowUpInput *in, int *changed)
{
    FollowUp was = *f;
    if (NAMED(owner_id)) f->owner_id = S("");
    if (NAMED(team_id)) f->team_id = S("");
    if (NAMED(channel_id)) f->channel_id = S("");
    FollowUpInput named = { .owner_id = NAMED(owner_id) ? in->owner_id : S(""), .team_id = NAMED(team_id) ? in->team_id : S(""),
                            .channel_id = NAMED(channel_id) ? in->channel_id : S("") };
    TRY(place(cx, f, &named));
    Map *names;
    if (!str_eq(was.owner_id, f->owner_id)) {
        TRY(user_refs(cx, two(cx->arena, was.owner_id, f->owner_id), &names));
        TRY(followup_note(cx, f->id, "owner", user_ref(names, was.owner_id).name, user_ref(names, f->owner_id).name));
        ++*changed;
    }
    if (!str_eq(was.team_id, f->team_id)) {
        TRY(team_refs(cx, two(cx->arena, was.team_id, f->team_id), &names));
        TRY(followup_note(cx, f->id, "team", ref_of(names, was.team_id).name, ref_of(names, f->team_id).name));
        ++*changed;
    }
    if (!str_eq(was.channel_id, f->channel_id)) {
        TRY(channel_refs(cx, two(cx->arena, was.channel_id, f->channel_id), &names));
        TRY(followup_note(cx, f->id, "channel", ref_of(names, was.channel_id).name,
                 ref_of(names, f->channel_id).name));
        ++*changed;
    }
    return OK;
}

static Err edit_lists(Cx *cx, FollowUp *f, Present present, const FollowUpInput *in, int *changed)
{
    if (NAMED(labels)) {
        Str was = strs_json(cx->arena, f->labels), to = strs_json(cx->arena, in->labels);
        if (!str_eq(was, to)) { TRY(followup_note(cx, f->id, "labels", was, to)); f->labels = in->labels; ++*changed; }
    }
    if (!NAMED(service_ids)) return OK;
    FollowUps one = { .at = f, .len = 1, .room = 1 };
    Strs self = two(cx->arena, f->id, S("")), was = { 0 }, now = { 0 };
    TRY(followup_services_of(cx, self, &one, &was));
    TRY(followup_put_services(cx, f->id, in->service_ids));
    TRY(followup_services_of(cx, self, &one, &now));
    if (str_eq(strs_json(cx->arena, was), strs_json(cx->arena, now))) return OK;
    Map *names;
    Buf from = buf_new(cx->arena, 8192), to = buf_new(cx->arena, 8192);
    TRY(service_refs(cx, was, &names));
    list_each(&was, k) buf_fmt(&from, "%s" STR_FMT, k ? ", " : "", STR_ARG(ref_of(names, was.at[k]).name));
    TRY(service_refs(cx, now, &names));
    list_each(&now, k) buf_fmt(&to, "%s" STR_FMT, k ? ", " : "", STR_ARG(ref_of(names, now.at[k]).name));
    ++*changed;
    return followup_note(cx, f->id, "services", buf_str(&from), buf_str(&to));
}

static Err edit_incident(Cx *cx, FollowUp *f, Present present, const FollowUpInput *in, int *changed)
{
    if (!NAMED(incident_id)) return OK;
    FollowUp was = *f;
    f->incident = (RecordRef){ 0 };
    TRY(seen_by(cx, f, S("")));
    TRY(inherit(cx, f, in->incident_id, S("")));
    if (str_eq(was.incident.id, f->incident.id)) return OK;
    if (str_empty(f->audience) && was.audience.len)
        return fail_field(cx->arena, S("incident_id"),
                          "the incident is private: everyone would see this follow-up outside of it");
    RecordRefs names = { 0 };
    if (was.incident.id.len) TRY(incident_refs(cx, two(cx->arena, was.incident.id, S("")), &names));
    ++*changed;
    return followup_note(cx, f->id, "incident", names.len ? names.at[0].reference : S(""), f->incident.reference);
}

Err followup_edit(Cx *cx, Str id, Present present, const FollowUpInput *in)
{
    FollowUp f;
    TRY(followup_row(cx, id, &f));
    TRY(cx_match(cx, f.version));
    int changed = 0;
    Str from = f.status, audience = f.audience, incident = f.incident.id, owner = f.owner_id;
    TRY(edit_texts(cx, &f, present, in, &changed));
    if (NAMED(status) && in->status.len && !str_eq(in->status, from)) {
        Str reason = f.wont_do_reason;
        TRY(move(cx, &f, in->status));
        if (str_eq(f.status, S("wont_do"))) f.wont_do_reason = reason;
        TRY(followup_note(cx, f.id, "status", from, f.status));
        changed++;
    }
    TRY(edit_times(cx, &f, present, in, &changed));
    TRY(edit_place(cx, &f, present, in, &changed));
    TRY(edit_lists(cx, &f, present, in, &changed));
    TRY(edit_incident(cx, &f, present, in, &changed));
    if (!changed) return OK;
    TRY(check(cx, &f));
    TRY(followup_save(cx, &f));
    if (!str_eq(incident, f.incident.id)) {
        TRY(followup_tell_count(cx, incident));
        TRY(followup_tell_count(cx, f.incident.id));
    }
    if (!str_eq(audience, f.audience)) TRY(followup_tell_readers(cx, &f));
    if (!str_eq(owner, f.owner_id)) TRY(followup_tell_owner(cx, &f));
    return str_eq(from, f.status)
               ? followup_news(cx, &f, "followup.changed",
                      arena_fmt(cx->arena, STR_FMT " changed", STR_ARG(f.reference)), S("{}"))
               : followup_tell_status(cx, &f, from);
}

/* ---- did it work? */

static Err try_again(Cx *cx, FollowUp *f, Str title)
{
    FollowUps one = { .at = f, .len = 1, .room = 1 };
    Strs services = { 0 };
    FollowUp next;
    TRY(followup_services_of(cx, two(cx->arena, f->id, S("")), &one, &services));
    FollowUpInput again = {
        .title = or_else(title, f->title), .description = f->description, .kind = f->kind, .priority = f->priority,
        .owner_id = f->owner_id, .team_id = f->team_id, .channel_id = f->channel_id, .labels = f->labels, .service_ids = services,
        .incident_id = f->incident.id, .report_id = f->report.id, .risk_reduction = f->risk_reduction,
        .effectiveness_check = f->effectiveness_check, .audience = f->audience, .predecessor_id = f->id,
    };
    TRY(followup_add(cx, &again, &next));
    f->successor.id = next.id;
    return followup_note(cx, f->id, "successor", S(""), next.reference);
}

Err followup_verify(Cx *cx, Str id, const VerifyInput *in, FollowUp *ret)
{
    FollowUp f;
    TRY(followup_row(cx, id, &f));
    Str from = f.status;
    TRY(move(cx, &f, in->effective ? S("verified") : S("not_effective")));
    TRY(followup_note(cx, f.id, "status", from, f.status));
    if (in->note.len) {
        TRY(followup_note(cx, f.id, "effectiveness_note", f.effectiveness_note, in->note));
        f.effectiveness_note = in->note;
    }
    if (!in->effective && str_eq(in->then, S("reopen"))) {
        TRY(move(cx, &f, S("open")));
        TRY(followup_note(cx, f.id, "status", S("not_effective"), S("open")));
    }
    if (!in->effective && str_eq(in->then, S("new"))) TRY(try_again(cx, &f, in->title));
    TRY(followup_save(cx, &f));
    TRY(followup_tell_status(cx, &f, from));
    return followup_get(cx, f.id, ret);
}

/* ---- what happens to the incident happens to its follow-ups */

/** Follow-ups, found by `by` ("of_incident", "of_report"), are seen by those who may see what they belong to now. */
static Err readers_changed(Cx *cx, const char *by, Str id)
{
    FollowUps all = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_followup_belonging, by, NULL);
    stmt_str(&q, "id", id);
    while (stmt_step(&q)) list_add(cx->arena, &all)->id = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    list_each(&all, k) {
        FollowUp f;
        Incident i = { 0 };
        TRY(followup_row(cx, all.at[k].id, &f));
        Str was = f.audience;
        if (f.incident.id.len) TRY(incident_row(cx, f.incident.id, &i));
        TRY(seen_by(cx, &f, i.audience));
        if (str_eq(was, f.audience)) continue;
        auto_stmt set = stmt_begin(cx->arena, cx->store, &sql_followup_set_audience);
        stmt_str(&set, "id", f.id);
        stmt_str(&set, "audience", f.audience);
        TRY(stmt_exec(&set));
        TRY(followup_index(cx, &f));
        TRY(followup_tell_count(cx, f.incident.id));
        TRY(followup_tell_readers(cx, &f));
    }
    return OK;
}

static Err visibility_changed(Cx *cx, const Event *event)
{
    TRY(readers_changed(cx, "of_incident", event->subject));
    return followup_tell_count(cx, event->subject);
}

static Err report_readers_changed(Cx *cx, const Event *event)
{
    return readers_changed(cx, "of_report", event->object);
}

static Err field_changed(Cx *cx, const Event *event)
{
    json_t *data;
    TRY(json_parse(cx->arena, event->data, &data));
    Str field = json_str(data, "field");
    bool channel = str_eq(field, S("channel_id"));
    if (!channel && !str_eq(field, S("team_id"))) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store,
                             channel ? &sql_followup_move_channel : &sql_followup_move_team);
    stmt_str(&q, "incident", event->subject);
    stmt_str(&q, "was", json_str(data, "from"));
    stmt_str_or_null(&q, "became", json_str(data, "to"));
    return stmt_exec(&q);
}

static Err merged(Cx *cx, const Event *event)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_followup_move_incident);
    stmt_str(&q, "incident", event->subject);
    stmt_str(&q, "into", event->object);
    stmt_step(&q);
    bool moved = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    if (!moved) return OK;
    TRY(readers_changed(cx, "of_incident", event->object));
    TRY(followup_tell_count(cx, event->subject));
    return followup_tell_count(cx, event->object);
}

const Listener followup_listeners[] = {
    { "incident.visibility_changed", LISTEN_NOW, visibility_changed },
    { "report.access_changed", LISTEN_NOW, report_readers_changed },
    { "incident.field_changed", LISTEN_NOW, field_changed },
    { "incident.merged", LISTEN_NOW, merged },
    { 0 },
};
