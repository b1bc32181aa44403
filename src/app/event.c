#include "app/event.h"
#include "app/app.h"

static bool hears(const Listener *l, Str kind)
{
    Str want = str_of(l->kind);
    if (str_ends(want, S("*"))) return str_starts(kind, str_sub(want, 0, want.len - 1));
    return str_eq(kind, want);
}

static Str event_json(Arena *a, const Cx *cx, const Event *e)
{
    Buf b = buf_new(a, 1 << 20);
    const struct { const char *name; Str value; } texts[] = {
        { "kind", str_of(e->kind) }, { "subject", e->subject }, { "object", e->object }, { "title", e->title },
        { "source", e->source }, { "audience", e->audience }, { "actor", cx->actor.id }, { "actor_name", cx->actor.name },
    };
    buf_byte(&b, '{');
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_fmt(&b, "\"%s\":", texts[i].name);
        buf_json(&b, texts[i].value);
        buf_byte(&b, ',');
    }
    buf_fmt(&b, "\"occurred_ms\":%lld,\"version\":%lld,\"data\":", (long long)e->occurred_ms,
            (long long)e->version);
    buf_add(&b, e->data);
    buf_byte(&b, '}');
    return buf_str(&b);
}

Err event_emit(Cx *cx, const Event *given)
{
    Event e = *given;
    if (!e.occurred_ms) e.occurred_ms = cx->now_ms;
    if (str_empty(e.data)) e.data = S("{}");
    if (str_empty(e.source)) e.source = S("hindsight");
    Str kind = str_of(e.kind), later = { 0 };
    for (size_t i = 0; features[i]; i++) {
        for (const Listener *l = features[i]->listeners; l && l->kind; l++) {
            if (!hears(l, kind)) continue;
            if (l->when == LISTEN_NOW) { TRY(l->hear(cx, &e)); continue; }
            if (!later.len) later = event_json(cx->arena, cx, &e);
            /* The job names feature and listener, so that each retries on its own. */
            Str payload = arena_fmt(cx->arena, "%s %s\n" STR_FMT, features[i]->name, l->kind, STR_ARG(later));
            TRY(job_add(cx, "event.hear", payload, 0, S("")));
        }
    }
    return OK;
}

/** The LATER half: one job per event and listener. */
static Err hear_later(Cx *cx, Str payload)
{
    Str head = str_before(payload, '\n'), feature = str_before(head, ' '), pattern = str_after(head, ' ');
    json_t *v;
    TRY(json_parse(cx->arena, str_after(payload, '\n'), &v));
    Event e = { .kind = arena_cstr(cx->arena, json_str(v, "kind")), .subject = json_str(v, "subject"), .object = json_str(v, "object"),
        .title = json_str(v, "title"), .source = json_str(v, "source"), .audience = json_str(v, "audience"),
        .data = json_text(cx->arena, json_object_get(v, "data")),
        .occurred_ms = json_integer_value(json_object_get(v, "occurred_ms")), .version = json_integer_value(json_object_get(v, "version")) };
    cx->actor.name = json_str(v, "actor_name");
    for (size_t i = 0; features[i]; i++)
        for (const Listener *l = features[i]->listeners;
             l && l->kind && str_eq(feature, str_of(features[i]->name)); l++)
            if (l->when == LISTEN_LATER && str_eq(pattern, str_of(l->kind))) return l->hear(cx, &e);
    return OK;                                  /* a listener of another version: nobody is left to hear */
}

const JobKind event_job = { .name = "event.hear", .run = hear_later };

Err live_touch(Cx *cx, Str topic, const char *kind, Str id, int64_t version, Str audience)
{
    Buf b = buf_new(cx->arena, 4096);
    buf_add(&b, S("{\"topic\":"));
    buf_json(&b, topic);
    buf_fmt(&b, ",\"kind\":\"%s\",\"id\":", kind);
    buf_json(&b, id);
    buf_fmt(&b, ",\"version\":%lld,\"audience\":", (long long)version);
    buf_json(&b, audience);
    buf_byte(&b, '}');
    return store_notify(cx->store, cx->arena, S("live"), buf_str(&b));
}
