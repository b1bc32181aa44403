/* The log and its chain. */
#include <sodium.h>
#include "feature/account/account.h"
#include "feature/timeline/rules.h"
#include "sql.gen.h"

Str timeline_content(Arena *a, const TimelineEvent *e)
{
    const struct { const char *name; Str value; } texts[] = {
        { "id", e->id }, { "incident", e->incident_id }, { "kind", e->kind }, { "source", e->source }, { "actor", e->actor.id },
        { "title", e->title }, { "body", e->body }, { "data", e->data }, { "evidence_kind", e->evidence.kind },
        { "evidence_id", e->evidence.id }, { "evidence_url", e->evidence.url }, { "evidence_title", e->evidence.title },
        { "visibility", e->visibility }, { "phase", e->phase }, { "state", e->state },
    };
    const struct { const char *name; int64_t value; } numbers[] = {
        { "occurred_ms", e->occurred_ms }, { "recorded_ms", e->recorded_ms }, { "starred", e->starred },
        { "state_ms", e->state_ms }, { "corrected_from_ms", e->corrected_from_ms }, { "hand_made", e->hand_made },
        { "version", e->version },
    };
    Buf b = buf_new(a, 1 << 20);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_fmt(&b, "%c\"%s\":", i ? ',' : '{', texts[i].name);
        buf_json(&b, texts[i].value);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        buf_fmt(&b, ",\"%s\":%lld", numbers[i].name, (long long)numbers[i].value);
    buf_byte(&b, '}');
    return buf_str(&b);
}

typedef struct Entry { int64_t seq, at_ms; Str event, action, actor, content, hash; } Entry;

static Str entry_hash(Arena *a, Str before, const Entry *e)
{
    Buf head = buf_new(a, 64 * 1024);
    buf_fmt(&head, STR_FMT "\n%lld\n" STR_FMT "\n%lld\n" STR_FMT "\n", STR_ARG(before),
            (long long)e->seq, STR_ARG(e->action), (long long)e->at_ms, STR_ARG(e->actor));
    unsigned char hash[crypto_generichash_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const unsigned char *)head.at, head.len);
    crypto_generichash_update(&state, (const unsigned char *)e->content.at, e->content.len);
    crypto_generichash_final(&state, hash, sizeof hash);
    char hex[2 * sizeof hash + 1];
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return arena_str(a, str_of(hex));
}

/** The chain's next number and the hash before it. The row stays locked until the end of the write, so that two
 *  nodes never take the same number. */
static Err chain_next(Cx *cx, Str incident, int64_t *ret_seq, Str *ret_before)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_chain_next);
        stmt_str(&q, "incident", incident);
        bool found = stmt_step(&q);
        if (found) *ret_seq = stmt_col_int(&q, 0), *ret_before = stmt_col_str(&q, 1);
        TRY(stmt_end(&q));
        if (found) return OK;
        auto_stmt begin = stmt_begin(cx->arena, cx->store, &sql_timeline_chain_begin);
        stmt_str(&begin, "incident", incident);
        TRY(stmt_exec(&begin));
    }
    return fail(cx->arena, ERR_INTERNAL, "the timeline of incident " STR_FMT " has no chain",
                STR_ARG(incident));
}

static Err append(Cx *cx, const TimelineEvent *e, const char *action)
{
    Entry n = { .event = e->id, .action = str_of(action), .at_ms = cx->now_ms, .actor = cx->actor.id,
                .content = timeline_content(cx->arena, e) };
    Str before;
    TRY(chain_next(cx, e->incident_id, &n.seq, &before));
    n.hash = entry_hash(cx->arena, before, &n);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_entry_add);
    stmt_str(&q, "incident", e->incident_id);
    stmt_int(&q, "seq", n.seq);
    stmt_str(&q, "event", n.event);
    stmt_str(&q, "action", n.action);
    stmt_int(&q, "at_ms", n.at_ms);
    stmt_str(&q, "actor", n.actor);
    stmt_str(&q, "content", n.content);
    stmt_str(&q, "hash", n.hash);
    TRY(stmt_exec(&q));
    auto_stmt end = stmt_begin(cx->arena, cx->store, &sql_timeline_chain_end);
    stmt_str(&end, "incident", e->incident_id);
    stmt_str(&end, "hash", n.hash);
    return stmt_exec(&end);
}

Err timeline_write(Cx *cx, const TimelineEvent *e, const char *action)
{
    TRY(append(cx, e, action));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_event_put);
    stmt_str(&q, "id", e->id);
    stmt_str(&q, "incident", e->incident_id);
    stmt_int(&q, "occurred_ms", e->occurred_ms);
    stmt_int(&q, "recorded_ms", e->recorded_ms);
    stmt_str(&q, "actor", e->actor.id);
    stmt_str(&q, "source", e->source);
    stmt_str(&q, "kind", e->kind);
    stmt_str(&q, "title", e->title);
    stmt_str(&q, "body", e->body);
    stmt_str(&q, "data", e->data);
    stmt_str(&q, "evidence_kind", e->evidence.kind);
    stmt_str(&q, "evidence_id", e->evidence.id);
    stmt_str(&q, "evidence_url", e->evidence.url);
    stmt_str(&q, "evidence_title", e->evidence.title);
    stmt_int(&q, "starred", e->starred);
    stmt_str(&q, "visibility", e->visibility);
    stmt_str(&q, "phase", e->phase);
    stmt_str(&q, "state", e->state);
    stmt_int_or_null(&q, "state_ms", e->state_ms);
    stmt_int_or_null(&q, "corrected_from_ms", e->corrected_from_ms);
    stmt_int(&q, "hand_made", e->hand_made);
    stmt_int(&q, "removed", str_eq(str_of(action), S("removed")));
    stmt_int(&q, "version", e->version);
    stmt_str(&q, "audience", e->audience);
    return stmt_exec(&q);
}

/** Does the present view say what the last entry of its event says? */
static Err matches_view(Cx *cx, const Entry *last, bool *ret)
{
    TimelineEvent e = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_event_get);
    stmt_str(&q, "id", last->event);
    bool found = stmt_step(&q);
    if (found) timeline_row(&q, &e);
    TRY(stmt_end(&q));
    bool removed = str_eq(last->action, S("removed"));
    *ret = removed ? !found : found && str_eq(timeline_content(cx->arena, &e), last->content);
    return OK;
}

/** Events on the timeline of which the log knows nothing: somebody wrote them into the table. */
static Err has_unlogged(Cx *cx, Str incident, bool *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_event_unlogged);
    stmt_str(&q, "incident", incident);
    *ret = stmt_step(&q);
    return stmt_end(&q);
}

typedef LIST(Entry) Entries;

/** Does an entry that tells of a redaction name this one, which lost its content, with all that is left of it? */
static bool named_by(Arena *a, const Entry *teller, const Entry *empty)
{
    json_t *content, *data, *one;
    if (json_parse(a, teller->content, &content).info || json_parse(a, json_str(content, "data"), &data).info) return false;
    json_t *entries = json_object_get(json_object_get(data, "redacted"), "entries");
    size_t k;
    json_array_foreach(entries, k, one) {
        if (json_integer_value(json_object_get(one, "seq")) != empty->seq) continue;
        return json_integer_value(json_object_get(one, "at_ms")) == empty->at_ms && str_eq(json_str(one, "action"), empty->action)
               && str_eq(json_str(one, "actor"), empty->actor) && str_eq(json_str(one, "hash"), empty->hash);
    }
    return false;
}

/** An entry without content is sound when the entry of its event that redacted it says so; that one is in the chain. */
static bool is_redacted(Arena *a, const Entries *all, const Entry *empty)
{
    for (size_t k = (size_t)empty->seq; k < all->len; k++) {
        const Entry *e = &all->at[k];
        if (e->content.len && str_eq(e->event, empty->event)) return named_by(a, e, empty);
    }
    return false;
}

static Err read_entries(Cx *cx, Str incident, Entries *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_entry_all);
    stmt_str(&q, "incident", incident);
    while (stmt_step(&q)) {
        Entry *e = list_add(cx->arena, ret);
        *e = (Entry){ .seq = stmt_col_int(&q, 0), .event = stmt_col_str(&q, 1), .action = stmt_col_str(&q, 2),
                      .at_ms = stmt_col_int(&q, 3), .actor = stmt_col_str(&q, 4), .content = stmt_col_str(&q, 5),
                      .hash = stmt_col_str(&q, 6) };
    }
    return stmt_end(&q);
}

Err timeline_verify(Cx *cx, Str incident, int64_t *ret_entries, int64_t *ret_broken)
{
    Entries all = { 0 };
    Str before = S("");
    int64_t broken = 0;
    TRY(read_entries(cx, incident, &all));
    list_each(&all, k) {
        const Entry *e = &all.at[k];
        bool fits = e->seq == (int64_t)k + 1
                    && (e->content.len ? str_eq(e->hash, entry_hash(cx->arena, before, e)) : is_redacted(cx->arena, &all, e));
        if (!fits && !broken) broken = (int64_t)k + 1;
        before = e->hash;
    }
    auto_stmt head = stmt_begin(cx->arena, cx->store, &sql_timeline_chain_head);
    stmt_str(&head, "incident", incident);
    bool begun = stmt_step(&head);
    bool whole = begun && stmt_col_int(&head, 0) == (int64_t)all.len && str_eq(stmt_col_str(&head, 1), before), unlogged;
    TRY(stmt_end(&head));
    TRY(has_unlogged(cx, incident, &unlogged));
    if ((!whole || unlogged) && !broken) broken = (int64_t)all.len + 1;      /* the end was cut off; all of it, without a head */
    Map *last = map_new(cx->arena);
    list_each(&all, k) map_set(last, all.at[k].event, &all.at[k]);
    list_each(&all, k) {
        bool ok = true;
        if (map_get(last, all.at[k].event) == &all.at[k]) TRY(matches_view(cx, &all.at[k], &ok));
        if (!ok && (!broken || all.at[k].seq < broken)) broken = all.at[k].seq;
    }
    *ret_entries = (int64_t)all.len;
    *ret_broken = broken;
    return OK;
}

Err timeline_chains(Cx *cx, Str after, Chains *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_chain_all);
    stmt_str(&q, "after", after);
    while (stmt_step(&q)) {
        Chain *c = list_add(cx->arena, ret);
        *c = (Chain){ stmt_col_str(&q, 0), arena_fmt(cx->arena, "INC-%lld", (long long)stmt_col_int(&q, 1)) };
    }
    return stmt_end(&q);
}

Err timeline_history(Cx *cx, Str id, Revisions *ret)
{
    Strs users = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_entry_of_event);
    stmt_str(&q, "event", id);
    while (stmt_step(&q)) {
        Revision *r = list_add(cx->arena, ret);
        *r = (Revision){ stmt_col_str(&q, 1), stmt_col_int(&q, 2), { .id = stmt_col_str(&q, 3) }, stmt_col_str(&q, 4) };
        ids_add(cx->arena, &users, r->actor.id);
    }
    TRY(stmt_end(&q));
    Map *names;
    TRY(user_refs(cx, users, &names));
    list_each(ret, k) ret->at[k].actor = user_ref(names, ret->at[k].actor.id);
    return OK;
}
