/** One story. What happens in it is sorted by time and done one after the other, each by its person and at its time; a
 *  story that still runs ends at the present. */
#include <stdlib.h>
#include "base/time.h"
#include "feature/alert/alert.h"
#include "feature/change/change.h"
#include "feature/demo/telling.h"
#include "feature/followup/followup.h"
#include "feature/timeline/timeline.h"
#include "feature/warroom/warroom.h"

typedef Err (*Deed)(Telling *t, Cx *cx, const json_t *what);
typedef struct Step { int64_t at_s; size_t order; Deed deed; const json_t *what; Str by; } Step;
typedef LIST(Step) Steps;

/** Unix ms of a time in seconds from the start; 0 stays "not known" when the key is missing. */
static int64_t time_at(const Telling *t, const json_t *times, const char *key)
{
    const json_t *v = json_object_get(times, key);
    return v ? t->began_ms + json_integer_value(v) * 1000 : 0;
}

static Str look_up(const Map *m, Str name)
{
    const Str *id = map_get(m, name);
    return id ? *id : S("");
}

static Strs service_ids(Telling *t, const json_t *names)
{
    Strs ids = { 0 };
    size_t i;
    json_t *one;
    json_array_foreach(names, i, one) {
        Str id = look_up(t->company->services, str_of(json_string_value(one)));
        if (id.len) *list_add(t->cx->arena, &ids) = id;
    }
    return ids;
}

Actor story_person(const Telling *t, Str key)
{
    const Actor *a = map_get(t->company->people, key);
    return a ? *a : t->commander;
}

/* ---- the deeds */

static Err declare(Telling *t, Cx *cx, const json_t *s)
{
    const json_t *times = json_object_get(s, "times"), *one;
    IncidentInput in = { .title = json_str(s, "title"), .summary = json_str(s, "summary"), .kind = json_str(s, "kind"), .severity = json_str(s, "severity"),
        .channel_id = look_up(t->company->channels, json_str(s, "channel")), .service_ids = service_ids(t, json_object_get(s, "services")),
        .impact_started_ms = time_at(t, times, "impact_started"), .detected_ms = time_at(t, times, "detected"), .declared_ms = cx->now_ms,
        .detection = json_str(s, "detection"), .detection_note = json_str(s, "detection_note"), .trigger = json_str(s, "trigger"), .trigger_note = json_str(s, "trigger_note"),
        .commander_id = t->commander.id, .declared_how = json_array_size(json_object_get(s, "alerts")) ? S("alert") : S("manual") };
    size_t i;
    json_array_foreach(json_object_get(s, "causes"), i, one)
        *list_add(cx->arena, &in.causes) = (Cause){ .key = json_str(one, "key"), .note = json_str(one, "note") };
    Incident made;
    TRY(incident_add(cx, &in, &made));
    t->incident = made.id;
    return OK;
}

static Err set_status(Telling *t, Cx *cx, const json_t *pair)
{
    return incident_set_status(cx, t->incident, str_of(json_string_value(json_array_get(pair, 1))));
}

static Err give_role(Telling *t, Cx *cx, const json_t *pair)
{
    return incident_role_add(cx, t->incident, str_of(json_string_value(json_array_get(pair, 0))),
                             story_person(t, str_of(json_string_value(json_array_get(pair, 1)))).id);
}

/** The end of something that is recorded when it begins: known only once it lies in the past. */
static int64_t ended_by_now(const Telling *t, const json_t *v)
{
    int64_t ended_ms = number(v, "to") ? t->began_ms + number(v, "to") * 1000 : 0;
    return ended_ms > t->cx->now_ms ? 0 : ended_ms;
}

/** The same work, but not before `ms`. */
static Cx not_before(const Cx *cx, int64_t ms)
{
    Cx then = *cx;
    if (then.now_ms < ms) then.now_ms = ms;
    return then;
}

static Err add_impact(Telling *t, Cx *cx, const json_t *v)
{
    Impact i = { .kind = json_str(v, "kind"), .title = json_str(v, "title"), .description = json_str(v, "description"),
        .started_ms = t->began_ms + number(v, "from") * 1000, .ended_ms = ended_by_now(t, v),
        .service_ids = service_ids(t, json_object_get(v, "services")), .customers_affected = number(v, "customers"), .requests_affected = number(v, "requests") };
    Cx then = not_before(cx, i.ended_ms);
    return incident_impact_put(&then, t->incident, &i);
}

static Err add_event(Telling *t, Cx *cx, TimelineEvent *e)
{
    return timeline_add(cx, t->incident, e);
}

/** What the event of an alert carries, as the alert room writes it. */
static Str alert_data(Cx *cx, Str id, const AlertPast *past)
{
    Buf b = buf_new(cx->arena, 4096);
    buf_fmt(&b,
            "{\"count\":1,\"alerts\":[{\"id\":\"" STR_FMT "\",\"severity\":\"" STR_FMT
            "\",\"title\":",
            STR_ARG(id), STR_ARG(past->severity));
    buf_json(&b, past->title);
    buf_add(&b, S("}]}"));
    return buf_str(&b);
}

static Err add_alert(Telling *t, Cx *cx, const json_t *v)
{
    const Str *source = map_get(t->company->sources, S("Prometheus production"));
    AlertPast past = { .integration = source ? *source : S(""), .dedup_key = arena_fmt(cx->arena, STR_FMT "-%lld", STR_ARG(json_str(v, "name")), (long long)t->began_ms),
        .severity = json_str(v, "severity"), .title = json_str(v, "name"), .description = json_str(v, "text"),
        .labels = json_text(cx->arena, json_object_get(v, "labels")), .incident = t->incident,
        .channel_id = look_up(t->company->channels, json_str(t->story, "channel")),
        .started_ms = t->began_ms + number(v, "from") * 1000, .ended_ms = ended_by_now(t, v) };
    Cx then = not_before(cx, past.ended_ms);
    Str id;
    TRY(alert_record(&then, &past, &id));
    Str data = alert_data(cx, id, &past);
    TimelineEvent fired = { .data = data, .kind = S("alert_attached"), .occurred_ms = past.started_ms, .source = S("alertmanager"), .phase = S("detection"), .starred = true,
        .title = arena_fmt(cx->arena, STR_FMT " fires", STR_ARG(past.title)), .body = past.description,
        .evidence = { .kind = S("alert"), .id = id, .title = past.title } };
    TRY(add_event(t, cx, &fired));
    if (!past.ended_ms) return OK;
    TimelineEvent over = { .data = data, .kind = S("alert_resolved"), .occurred_ms = past.ended_ms, .source = S("alertmanager"), .phase = S("resolution"),
        .title = arena_fmt(cx->arena, STR_FMT " is over", STR_ARG(past.title)), .evidence = { .kind = S("alert"), .id = id, .title = past.title } };
    return add_event(t, &then, &over);
}

static Err add_change(Telling *t, Cx *cx, const json_t *v)
{
    Change c = { .kind = json_str(v, "kind"), .title = json_str(v, "title"), .description = json_str(v, "description"), .author = json_str(v, "author"),
        .source = S("pipeline"), .service_ids = service_ids(t, json_object_get(v, "services")), .occurred_ms = t->began_ms + number(v, "at") * 1000 };
    Str id;
    TRY(change_add(cx, &c, &id));
    return change_link(cx, t->incident, id, json_str(v, "relation"));
}

/* ---- the war room */

static Err say(Telling *t, Cx *cx, Str text, Str thread, Message *ret)
{
    MessageIn in = { .incident = t->incident, .source = S("war_room"), .channel = cx->actor.id, .body = text, .thread_id = thread, .quiet = true,
        .author = { .id = cx->actor.id, .name = cx->actor.name }, .at_ms = cx->now_ms };
    return message_put(cx, &in, ret, NULL);
}

/** A message that stands on the timeline is said in the room, too, and is the event's evidence. */
static Err said_in_room(Telling *t, Cx *cx, TimelineEvent *e)
{
    Message m;
    TRY(say(t, cx, e->title, S(""), &m));
    e->source = S("war_room");
    e->evidence = (Evidence){ .kind = S("message"), .id = m.id, .title = e->title };
    TRY(message_path(cx, t->incident, m.id, &e->evidence.url));
    TRY(add_event(t, cx, e));
    return message_event_set(cx, m.id, e->id);
}

/** The message of this incident that begins like this. */
static Err begins_like(Telling *t, Cx *cx, Str words, Str *ret)
{
    Messages all = { 0 };
    *ret = S("");
    if (!words.len) return OK;
    TRY(message_list(cx, t->incident, &(MessageFilter){ 0 }, (Cursor){ 0 }, 200, &all));
    list_each(&all, i) if (str_starts(all.at[i].body, words)) *ret = all.at[i].id;
    return OK;
}

static Err add_chat(Telling *t, Cx *cx, const json_t *v)
{
    Str thread;
    Message m;
    size_t i;
    json_t *one;
    TRY(begins_like(t, cx, json_str(v, "reply"), &thread));
    TRY(say(t, cx, json_str(v, "text"), thread, &m));
    json_array_foreach(json_object_get(v, "react"), i, one) {
        Actor who = story_person(t, str_of(json_string_value(json_array_get(one, 0))));
        TRY(message_react(cx, m.id, (MessageAuthor){ .id = who.id, .name = who.name }, str_of(json_string_value(json_array_get(one, 1))), true));
    }
    return json_is_true(json_object_get(v, "pin")) ? message_pin(cx, m.id, true) : OK;
}

static Err add_said(Telling *t, Cx *cx, const json_t *v)
{
    TimelineEvent e = { .kind = json_str(v, "kind"), .title = json_str(v, "title"), .body = json_str(v, "body"), .phase = json_str(v, "phase"),
        .state = json_str(v, "state"), .starred = json_is_true(json_object_get(v, "star")), .occurred_ms = cx->now_ms,
        .known = json_str(v, "known"), .not_known = json_str(v, "not_known"), .hand_made = true,
        .state_ms = number(v, "verdict") ? t->began_ms + number(v, "verdict") * 1000 : 0,
        .actor = { .id = cx->actor.id, .name = cx->actor.name, .avatar_color = cx->actor.avatar_color } };
    if (str_eq(e.kind, S("message"))) return said_in_room(t, cx, &e);
    Cx then = not_before(cx, e.state_ms);
    return add_event(t, &then, &e);
}

static Err add_follow_up(Telling *t, Cx *cx, const json_t *v)
{
    static const char *const way[] = { "open", "in_progress", "done", "verified", NULL };
    FollowUpInput in = { .title = json_str(v, "title"), .kind = json_str(v, "kind"), .priority = json_str(v, "priority"), .owner_id = story_person(t, json_str(v, "owner")).id,
        .incident_id = t->incident, .due_ms = cx->now_ms + number(v, "due_days") * 86400000, .effectiveness_check = json_str(v, "check"),
        .effectiveness_due_ms = number(v, "check_days") ? cx->now_ms + number(v, "check_days") * 86400000 : 0 };
    FollowUp made;
    TRY(followup_add(cx, &in, &made));
    Str end = json_str(v, "status");
    if (str_eq(end, S("wont_do"))) return followup_set_status(cx, made.id, end, json_str(v, "reason"));
    Cx later = *cx;
    for (int i = 1; way[i] && !str_eq(end, S("open")); i++) {
        later.now_ms += 86400000;
        if (later.now_ms > t->cx->now_ms) later.now_ms = t->cx->now_ms;
        TRY(followup_set_status(&later, made.id, str_of(way[i]), S("")));
        if (str_eq(end, str_of(way[i]))) break;
    }
    return OK;
}

/* ---- their order */

static void plan(Telling *t, Steps *to, int64_t at_s, Deed deed, const json_t *what, Str by)
{
    *list_add(t->cx->arena, to) = (Step){ at_s, to->len, deed, what, by };
}

static int by_time(const void *a, const void *b)
{
    const Step *x = a, *y = b;
    if (x->at_s != y->at_s) return x->at_s < y->at_s ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void plan_roles(Telling *t, Steps *to, int64_t at_s)
{
    static const struct { const char *key, *role; } names[] = {
        { "communications", "communications_lead" }, { "scribe", "scribe" }, { "responder", "responder" },
    };
    const json_t *roles = json_object_get(t->story, "roles");
    for (size_t k = 0; k < 3; k++) {
        size_t i;
        json_t *who;
        json_array_foreach(json_object_get(roles, names[k].key), i, who) {
            json_t *pair = json_pack("[s,s]", names[k].role, json_string_value(who));
            arena_defer(t->cx->arena, (void (*)(void *))json_decref, pair);
            plan(t, to, at_s + 60 * (int64_t)(to->len % 7), give_role, pair, S(""));
        }
    }
}

static void plan_list(Telling *t, Steps *to, const char *list, Deed deed, const char *when, int64_t otherwise)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(t->story, list), i, one) {
        int64_t at_s = when ? number(one, when) : otherwise;
        plan(t, to, at_s < otherwise ? otherwise : at_s, deed, one, json_str(one, "by"));
    }
}

static void plan_all(Telling *t, Steps *to)
{
    int64_t declared_s = number(json_object_get(t->story, "times"), "declared"), last_s = declared_s;
    size_t i;
    json_t *pair;
    plan(t, to, declared_s, declare, t->story, S(""));
    plan_list(t, to, "alerts", add_alert, "from", declared_s);
    plan_list(t, to, "changes", add_change, "at", declared_s);
    plan_roles(t, to, declared_s);
    plan_list(t, to, "impacts", add_impact, NULL, declared_s);
    plan_list(t, to, "timeline", add_said, "at", declared_s);
    plan_list(t, to, "chat", add_chat, "at", declared_s);
    json_array_foreach(json_object_get(t->story, "statuses"), i, pair) {
        last_s = json_integer_value(json_array_get(pair, 0));
        if (last_s > declared_s) plan(t, to, last_s, set_status, pair, S(""));
    }
    plan_list(t, to, "follow_ups", add_follow_up, NULL, last_s);
    const json_t *report = json_object_get(t->story, "report");
    if (json_is_object(report)) plan(t, to, last_s + 3600, story_report, report, json_str(report, "owner"));
    qsort(to->at, to->len, sizeof *to->at, by_time);
}

/** When the story began: so many minutes ago, or on a day at a time of day (UTC). */
static int64_t beginning(const Cx *cx, const json_t *story)
{
    if (json_object_get(story, "minutes_ago")) return cx->now_ms - number(story, "minutes_ago") * 60000;
    int64_t h = 0, m = 0, s = 0;
    Str at = json_str(story, "at"), rest = str_after(at, ':');
    (void)str_int(str_before(at, ':'), &h);
    (void)str_int(str_before(rest, ':'), &m);
    (void)str_int(str_after(rest, ':'), &s);
    int64_t day = cx->now_ms / 86400000 - number(story, "days_ago");
    return ((day * 24 + h) * 60 + m) * 60000 + s * 1000;
}

Err story_tell(Cx *cx, const Company *company, const json_t *story)
{
    Telling t = { .cx = cx, .company = company, .story = story, .began_ms = beginning(cx, story) };
    const json_t *commanders = json_object_get(json_object_get(story, "roles"), "commander");
    t.commander = story_person(&t, str_of(json_string_value(json_array_get(commanders, 0))));
    Steps steps = { 0 };
    plan_all(&t, &steps);
    list_each(&steps, i) {
        const Step *s = &steps.at[i];
        Cx then = *cx;
        then.now_ms = t.began_ms + s->at_s * 1000;
        if (then.now_ms > cx->now_ms) break;                  /* that has not happened yet */
        then.actor = s->by.len ? story_person(&t, s->by) : t.commander;
        TRY_AS(cx->arena, s->deed(&t, &then, s->what), "sample data, “" STR_FMT "”",
               STR_ARG(json_str(story, "title")));
    }
    return OK;
}
