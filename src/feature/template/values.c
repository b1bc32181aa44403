/* Facts → the values that templates name (names.c). All are strings, worded; "" is not known. */
#include "document/words.h"
#include "feature/template/facts.h"

static void put(json_t *to, const char *key, Str value)
{
    json_object_set_new(to, key, json_stringn(value.at ? value.at : "", value.len));
}

typedef struct With { Arena *a; const Facts *f; json_t *to; } With;

static void put_time(With *w, const char *key, int64_t ms)
{
    if (!ms) { put(w->to, key, S("")); return; }
    Str text = words_time(w->a, ms, WORDS_DATE_TIME, w->f->locale, w->f->time_zone), zone = words_zone(w->a, ms, w->f->locale, w->f->time_zone);
    put(w->to, key, arena_fmt(w->a, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(zone)));
}

static void put_span(With *w, const char *key, int64_t from, int64_t to)
{
    put(w->to, key, from && to && to >= from ? words_duration(w->a, to - from, w->f->locale) : S(""));
}

static void put_number(With *w, const char *key, int64_t n) { put(w->to, key, n > 0 ? words_number(w->a, n) : S("")); }

static Str refs_joined(Arena *a, const Refs *refs, Str locale)
{
    Strs names = { 0 };
    list_each(refs, i) *list_add(a, &names) = refs->at[i].name;
    return terms_joined(a, names, locale);
}

static Str holders(With *w, const char *role)
{
    Strs names = { 0 };
    list_each(&w->f->incident.roles, i) {
        const RoleHolder *h = &w->f->incident.roles.at[i];
        if (!role || str_eq(h->role, str_of(role))) ids_add(w->a, &names, h->user.name);
    }
    return terms_joined(w->a, names, w->f->locale);
}

static void times_put(With *w)
{
    const Incident *i = &w->f->incident;
    put_time(w, "created", i->declared_ms);
    put_time(w, "declared", i->declared_ms);
    put_time(w, "started", i->impact_started_ms);
    put_time(w, "detected", i->detected_ms);
    put_time(w, "acknowledged", i->acknowledged_ms);
    put_time(w, "mitigated", i->mitigated_ms);
    put_time(w, "resolved", i->resolved_ms);
    put_time(w, "ended", i->impact_ended_ms);
    put_time(w, "customer_impact_start", i->impact_started_ms);
    put_time(w, "customer_impact_end", i->impact_ended_ms);
    put_span(w, "customer_impact_duration", i->impact_started_ms, i->impact_ended_ms);
    put_span(w, "duration", i->impact_started_ms ? i->impact_started_ms : i->declared_ms, i->resolved_ms);
    list_each(&i->metrics, m) {
        const Metric *metric = &i->metrics.at[m];
        Str value = str_eq(metric->status, S("recorded")) ? words_duration(w->a, metric->value_ms, w->f->locale) : S("");
        put(w->to, arena_cstr(w->a, metric->key), value);
    }
}

static json_t *incident_values(Arena *a, const Facts *f)
{
    const Incident *i = &f->incident;
    With w = { a, f, json_object() };
    int64_t customers = 0;
    Buf impact = buf_new(a, 256 << 10);
    Strs causes = { 0 };
    list_each(&i->impacts, k) {
        if (i->impacts.at[k].customers_affected > customers) customers = i->impacts.at[k].customers_affected;
        Str text = i->impacts.at[k].description.len ? i->impacts.at[k].description : i->impacts.at[k].title;
        if (impact.len && text.len) buf_byte(&impact, '\n');
        buf_add(&impact, text);
    }
    list_each(&i->causes, k) *list_add(a, &causes) = i->causes.at[k].name;
    put(w.to, "id", i->reference);
    put(w.to, "title", i->title);
    put(w.to, "kind", term(i->kind, f->locale));
    put(w.to, "severity", term(i->severity, f->locale));
    put(w.to, "status", term(i->status, f->locale));
    put(w.to, "summary", i->summary);
    put(w.to, "url", f->url);
    times_put(&w);
    put(w.to, "commander", holders(&w, "incident_commander"));
    put(w.to, "communications_lead", holders(&w, "communications_lead"));
    put(w.to, "scribe", holders(&w, "scribe"));
    put(w.to, "responders", holders(&w, NULL));
    put(w.to, "services", refs_joined(a, &i->services, f->locale));
    put(w.to, "channel", i->channel.name);
    put(w.to, "team", i->team.name);
    put(w.to, "customer_impact", buf_str(&impact));
    put_number(&w, "customers_affected", customers);
    put(w.to, "detection", term(i->detection, f->locale));
    put(w.to, "detection_note", i->detection_note);
    put(w.to, "trigger", term(i->trigger, f->locale));
    put(w.to, "trigger_note", i->trigger_note);
    put(w.to, "causes", terms_joined(a, causes, f->locale));
    return w.to;
}

static json_t *impact_values(Arena *a, const Facts *f)
{
    json_t *list = json_array();
    list_each(&f->incident.impacts, k) {
        const Impact *i = &f->incident.impacts.at[k];
        With w = { a, f, json_object() };
        put(w.to, "title", i->title.len ? i->title : term(i->kind, f->locale));
        put(w.to, "kind", term(i->kind, f->locale));
        put_time(&w, "start", i->started_ms);
        put_time(&w, "end", i->ended_ms);
        put_span(&w, "duration", i->started_ms, i->ended_ms);
        put(w.to, "services", refs_joined(a, &i->services, f->locale));
        put(w.to, "description", i->description);
        put_number(&w, "customers_affected", i->customers_affected);
        put_number(&w, "requests_affected", i->requests_affected);
        put(w.to, "cost", i->cost > 0 ? arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(words_number(a, (int64_t)i->cost)), STR_ARG(i->currency)) : S(""));
        json_array_append_new(list, w.to);
    }
    return list;
}

static json_t *event_values(Arena *a, const Facts *f, bool starred)
{
    json_t *list = json_array();
    list_each(&f->events, k) {
        const TimelineEvent *e = &f->events.at[k];
        if (starred && !e->starred) continue;
        With w = { a, f, json_object() };
        put(w.to, "time", words_time(a, e->occurred_ms, WORDS_CLOCK, f->locale, f->time_zone));
        put(w.to, "date", words_time(a, e->occurred_ms, WORDS_DATE, f->locale, f->time_zone));
        put(w.to, "title", facts_event_title(a, f, e));
        put(w.to, "body", e->body);
        put(w.to, "kind", term(e->kind, f->locale));
        put(w.to, "actor", e->actor.name);
        put(w.to, "phase", term(e->phase, f->locale));
        put(w.to, "source", e->source);
        json_array_append_new(list, w.to);
    }
    return list;
}

static json_t *follow_up_values(Arena *a, const Facts *f)
{
    json_t *list = json_array();
    Str base = str_sub(f->url, 0, f->url.len - (sizeof "/incidents/" - 1) - f->incident.reference.len);
    list_each(&f->follow_ups, k) {
        const FollowUp *u = &f->follow_ups.at[k];
        json_t *to = json_object();
        put(to, "id", u->reference);
        put(to, "title", u->title);
        put(to, "description", u->description);
        put(to, "status", term(u->status, f->locale));
        put(to, "kind", term(u->kind, f->locale));
        put(to, "priority", term(u->priority, f->locale));
        put(to, "owner", u->owner.name);
        put(to, "due", words_time(a, u->due_ms, WORDS_DATE, f->locale, f->time_zone));
        put(to, "url", arena_fmt(a, STR_FMT "/follow-ups/" STR_FMT, STR_ARG(base), STR_ARG(u->reference)));
        json_array_append_new(list, to);
    }
    return list;
}

static json_t *responder_values(Arena *a, const Facts *f)
{
    json_t *list = json_array();
    list_each(&f->incident.roles, k) {
        const RoleHolder *h = &f->incident.roles.at[k];
        With w = { a, f, json_object() };
        put(w.to, "name", h->user.name);
        put(w.to, "role", term(h->role, f->locale));
        put_time(&w, "joined", h->joined_ms);
        put_time(&w, "left", h->left_ms);
        json_array_append_new(list, w.to);
    }
    return list;
}

static json_t *cause_values(const Facts *f)
{
    json_t *list = json_array();
    list_each(&f->incident.causes, k) {
        json_t *to = json_object();
        put(to, "name", f->incident.causes.at[k].name);
        put(to, "note", f->incident.causes.at[k].note);
        json_array_append_new(list, to);
    }
    return list;
}

static json_t *change_values(Arena *a, const Facts *f)
{
    json_t *list = json_array();
    list_each(&f->changes, k) {
        const Change *c = &f->changes.at[k];
        With w = { a, f, json_object() };
        put_time(&w, "time", c->occurred_ms);
        put(w.to, "title", c->title);
        put(w.to, "kind", term(c->kind, f->locale));
        put(w.to, "relation", term(c->relation, f->locale));
        put(w.to, "author", c->author);
        put(w.to, "description", c->description);
        put(w.to, "services", refs_joined(a, &c->services, f->locale));
        put(w.to, "url", c->url);
        json_array_append_new(list, w.to);
    }
    return list;
}

static json_t *alert_values(Arena *a, const Facts *f)
{
    json_t *list = json_array();
    list_each(&f->alerts, k) {
        const Alert *x = &f->alerts.at[k];
        With w = { a, f, json_object() };
        put(w.to, "title", x->title);
        put(w.to, "description", x->description);
        put(w.to, "severity", term(x->severity, f->locale));
        put(w.to, "status", term(x->status, f->locale));
        put_time(&w, "started", x->started_ms);
        put_time(&w, "ended", x->ended_ms);
        put_span(&w, "duration", x->started_ms, x->ended_ms);
        put(w.to, "source", x->source.name);
        put(w.to, "count", words_number(a, x->count));
        json_array_append_new(list, w.to);
    }
    return list;
}

static void release(void *value) { json_decref(value); }

json_t *facts_values(Arena *a, const Facts *f)
{
    json_t *all = json_object(), *report = json_object();
    arena_defer(a, release, all);
    put(report, "date", words_time(a, f->now_ms, WORDS_DATE, f->locale, f->time_zone));
    put(report, "owner", f->owner);
    json_object_set_new(all, "report", report);
    json_object_set_new(all, "incident", incident_values(a, f));
    json_object_set_new(all, "impacts", impact_values(a, f));
    json_object_set_new(all, "events", event_values(a, f, false));
    json_object_set_new(all, "starred_events", event_values(a, f, true));
    json_object_set_new(all, "follow_ups", follow_up_values(a, f));
    json_object_set_new(all, "responders", responder_values(a, f));
    json_object_set_new(all, "contributing_factors", cause_values(f));
    json_object_set_new(all, "changes", change_values(a, f));
    json_object_set_new(all, "alerts", alert_values(a, f));
    return all;
}
