#include "feature/incident/spec_incident.h"

typedef struct Step { World *w; Actor who; Err (*run)(Cx *cx, void *arg); void *arg; } Step;

static Err as_actor(Cx *cx, void *arg)
{
    Step *s = arg;
    cx->actor = s->who;
    cx->now_ms = s->w->now_ms;
    cx->if_match = MATCH_ANY;
    return s->run(cx, s->arg);
}

Err write_as(World *w, Actor who, Err (*run)(Cx *, void *), void *arg)
{
    Cx cx = app_cx(w->app, w->arena, NULL);
    Step s = { w, who, run, arg };
    return cx_write(&cx, as_actor, &s);
}

Cx reader(World *w, Actor who, Store *store)
{
    Cx cx = app_cx(w->app, w->arena, store);
    cx.actor = who;
    cx.now_ms = w->now_ms;
    cx.if_match = MATCH_ANY;
    return cx;
}

static Err one_user(Cx *cx, const char *name, const char *email, Actor *ret)
{
    *ret = (Actor){ .name = str_of(name), .role = ROLE_RESPONDER, .scopes = SCOPE_ALL };
    return user_add(cx, &(User){ .name = str_of(name), .email = str_of(email), .role = S("responder") }, S(""), &ret->id);
}

static Err people(Cx *cx, void *arg)
{
    World *w = arg;
    TRY(one_user(cx, "Ann Archer", "ann@example.com", &w->ann));
    TRY(one_user(cx, "Bob Baker", "bob@example.com", &w->bob));
    TRY(one_user(cx, "Cat Cole", "cat@example.com", &w->cat));
    TRY(team_add(cx, &(Team){ .name = S("Payments Core") }, &w->team));
    TRY(channel_add(cx, &(Channel){ .name = S("Payments"), .team_id = w->team }, &w->channel));
    return service_add(cx, &(Service){ .name = S("payment-api") }, &w->service);
}

World given_a_world(Arena *a)
{
    World w = { .arena = a, .app = given_a_system(a, T0), .now_ms = T0 };
    Cx cx = app_cx(w.app, a, NULL);
    Err e = cx_write(&cx, people, &w);
    if (e.info) bug("no world: " STR_FMT, STR_ARG(err_text(a, e)));
    return w;
}

typedef struct Adding { IncidentInput in; Incident *ret; } Adding;
static Err add(Cx *cx, void *arg) { Adding *a = arg; return incident_add(cx, &a->in, a->ret); }
Err declare(World *w, IncidentInput in, Incident *ret)
{
    return write_as(w, w->ann, add, &(Adding){ in, ret });
}

Err get_as(World *w, Actor who, Str id, Incident *ret)
{
    auto_store s = store_take(w->app->db);
    Cx cx = reader(w, who, s);
    return incident_get(&cx, id, ret);
}

Present incident_bit(size_t offset)
{
    for (int i = 0; incident_edit_shape.fields[i].name; i++)
        if (incident_edit_shape.fields[i].offset == offset) return (Present)1 << i;
    bug("incident_edit_shape has no such field");
}

typedef struct Editing { Str id; Present present; IncidentInput in; int64_t match; } Editing;
static Err edit(Cx *cx, void *arg)
{
    Editing *e = arg;
    cx->if_match = e->match;
    return incident_edit(cx, e->id, e->present, &e->in);
}
Err edit_as(World *w, Actor who, Str id, Present present, IncidentInput in, int64_t match)
{
    return write_as(w, who, edit, &(Editing){ id, present, in, match });
}

typedef struct Words { Str id, a, b; } Words;
static Err status(Cx *cx, void *arg) { Words *x = arg; return incident_set_status(cx, x->id, x->a); }
static Err severity(Cx *cx, void *arg) { Words *x = arg; return incident_set_severity(cx, x->id, x->a); }
static Err merge(Cx *cx, void *arg) { Words *x = arg; return incident_merge(cx, x->id, x->a); }
static Err join(Cx *cx, void *arg) { Words *x = arg; return incident_role_add(cx, x->id, x->a, x->b); }
static Err leave(Cx *cx, void *arg) { Words *x = arg; return incident_role_leave(cx, x->id, x->a, x->b); }
Err status_as(World *w, Actor who, Str id, const char *to)
{
    return write_as(w, who, status, &(Words){ id, str_of(to), S("") });
}
Err severity_as(World *w, Actor who, Str id, const char *to)
{
    return write_as(w, who, severity, &(Words){ id, str_of(to), S("") });
}
Err merge_as(World *w, Actor who, Str id, Str into)
{
    return write_as(w, who, merge, &(Words){ id, into, S("") });
}
Err role_as(World *w, Actor who, Str id, const char *role, Str user)
{
    return write_as(w, who, join, &(Words){ id, str_of(role), user });
}
Err leave_as(World *w, Actor who, Str id, const char *role, Str user)
{
    return write_as(w, who, leave, &(Words){ id, str_of(role), user });
}

typedef struct Hurt { Str id; Impact *m; } Hurt;
static Err hurt(Cx *cx, void *arg) { Hurt *x = arg; return incident_impact_put(cx, x->id, x->m); }
Err impact_as(World *w, Actor who, Str id, Impact impact)
{
    return write_as(w, who, hurt, &(Hurt){ id, &impact });
}
