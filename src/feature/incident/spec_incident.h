#pragma once
/** For specs of incidents and of what stands on them: a system with three responders, a channel with its team, and a
 *  service. Each step is a write of its own, by somebody, at the world's time. */
#include "app/app.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/incident/rules.h"

#define T0 1780000000000                                           /* 2026-05-28T20:26:40Z */
enum { MINUTE = 60000 };

typedef struct World {
    Arena *arena;
    App *app;
    Actor ann, bob, cat;
    Str team, channel, service;
    int64_t now_ms;
} World;
World given_a_world(Arena *a);
/** Runs a step in a write as somebody; any If-Match. */
Err  write_as(World *w, Actor who, Err (*run)(Cx *, void *), void *arg);
/** A context for reading as somebody. */
Cx   reader(World *w, Actor who, Store *store);
/** Ann declares one. */
Err  declare(World *w, IncidentInput in, Incident *ret);
Err  get_as(World *w, Actor who, Str id, Incident *ret);
/** Ann edits the fields whose bits are in `present`. */
Err  edit_as(World *w, Actor who, Str id, Present present, IncidentInput in, int64_t match);
Present incident_bit(size_t offset);
#define BIT(member) incident_bit(offsetof(IncidentInput, member))
Err  status_as(World *w, Actor who, Str id, const char *status);
Err  severity_as(World *w, Actor who, Str id, const char *severity);
Err  merge_as(World *w, Actor who, Str id, Str into);
Err  role_as(World *w, Actor who, Str id, const char *role, Str user);
Err  leave_as(World *w, Actor who, Str id, const char *role, Str user);
Err  impact_as(World *w, Actor who, Str id, Impact impact);
