/* Who was at it, and for how long: from the five minutes in which people did something. */
#include "document/words.h"
#include "feature/account/account.h"
#include "feature/timeline/rules.h"
#include "sql.gen.h"

enum { SLOT_MS = 5 * 60 * 1000, PAUSE_SLOTS = 6, EARLY_MS = 60 * 60 * 1000 };

Err timeline_active(Cx *cx, Str incident, Str user, int64_t at_ms)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_activity_add);
    stmt_str(&q, "incident", incident);
    stmt_str(&q, "user", user);
    stmt_int(&q, "slot", at_ms / SLOT_MS);
    return stmt_exec(&q);
}

/** One more slot of a person, later than those before. */
static void extend(Cx *cx, Responder *r, int64_t slot)
{
    int64_t from = slot * SLOT_MS;
    Stretch *last = r->stretches.len ? &r->stretches.at[r->stretches.len - 1] : NULL;
    if (!last || from - last->ended_ms > PAUSE_SLOTS * SLOT_MS) {
        last = list_add(cx->arena, &r->stretches);
        last->started_ms = from;
    }
    last->ended_ms = from + SLOT_MS;
}

static void sum(Cx *cx, Responder *r, Str time_zone)
{
    LIST(int64_t) slots = { 0 };
    list_each(&r->stretches, k)
        for (int64_t at = r->stretches.at[k].started_ms; at < r->stretches.at[k].ended_ms; at += SLOT_MS)
            *list_add(cx->arena, &slots) = at;
    bool *out = arena_array(cx->arena, bool, slots.len + 1);
    words_out_of_hours(time_zone, slots.at, slots.len, out);
    for (size_t k = 0; k < slots.len; k++) r->out_of_hours_ms += out[k] ? SLOT_MS : 0;
    r->active_ms = (int64_t)slots.len * SLOT_MS;
    r->started_ms = r->stretches.at[0].started_ms;
    r->ended_ms = r->stretches.at[r->stretches.len - 1].ended_ms;
}

static int by_start(const void *a, const void *b)
{
    const Responder *x = a, *y = b;
    int64_t d = x->started_ms - y->started_ms;
    return d ? (d > 0) - (d < 0) : str_cmp(x->user.id, y->user.id);
}

Err timeline_responders(Cx *cx, Str incident, Responders *ret)
{
    Incident i;
    TRY(incident_get(cx, incident, &i));
    int64_t begun = i.impact_started_ms && i.impact_started_ms < i.declared_ms ? i.impact_started_ms : i.declared_ms;
    int64_t end = i.resolved_ms ? i.resolved_ms : i.closed_ms ? i.closed_ms : cx->now_ms;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_activity_of);
    stmt_str(&q, "incident", i.id);
    stmt_int(&q, "since", (begun - EARLY_MS) / SLOT_MS);
    stmt_int(&q, "until", end / SLOT_MS);
    Responder *r = NULL;
    Strs ids = { 0 };
    while (stmt_step(&q)) {
        Str user = stmt_col_str(&q, 0);
        if (!r || !str_eq(r->user.id, user)) {
            r = list_add(cx->arena, ret);
            r->user.id = user;
            ids_add(cx->arena, &ids, user);
        }
        extend(cx, r, stmt_col_int(&q, 1));
    }
    TRY(stmt_end(&q));
    Map *names, *zones;
    TRY(user_refs(cx, ids, &names));
    TRY(user_zones(cx, ids, &zones));
    list_each(ret, k) {
        Responder *one = &ret->at[k];
        const Str *zone = map_get(zones, one->user.id);
        one->user = user_ref(names, one->user.id);
        sum(cx, one, zone ? *zone : S(""));
        list_each(&i.roles, j)
            if (str_eq(i.roles.at[j].user.id, one->user.id)) *list_add(cx->arena, &one->roles) = i.roles.at[j].role;
    }
    if (ret->len) qsort(ret->at, ret->len, sizeof *ret->at, by_start);
    return OK;
}
