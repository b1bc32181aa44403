#include "feature/notify/notify.h"
#include "base/id.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/notify/rules.h"
#include "sql.gen.h"

const char *const notify_kinds[] = { "mention", "review_requested", "approved", "changes_requested", "published", "comment", "reply",
                                     "report_overdue", "follow_up_assigned", "follow_up_overdue", NULL };

static Err is_off(Cx *cx, Str user, const char *kind, bool *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_off_has);
    stmt_str(&q, "user", user);
    stmt_str(&q, "kind", str_of(kind));
    *ret = stmt_step(&q);
    return stmt_end(&q);
}

Err notify_tell_pages(Cx *cx, Str user, Str id)
{
    return live_touch(cx, S("notifications"), "changed", id, 0, arena_fmt(cx->arena, "user:" STR_FMT, STR_ARG(user)));
}

static Err tell_one(Cx *cx, const Tell *t, Str user)
{
    bool off = false, sees = false;
    Cx reader = *cx;
    reader.actor = (Actor){ .id = user, .role = ROLE_VIEWER };
    TRY(is_off(cx, user, t->kind, &off));
    TRY(access_sees(&reader, t->audience, &sees));
    if (off || !sees) return OK;
    Str id = id_new(cx->arena, cx->now_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_insert);
    const struct { const char *name; Str value; } texts[] = {
        { "id", id }, { "user", user }, { "kind", str_of(t->kind) }, { "record_kind", t->record_kind }, { "record", t->record_id },
        { "reference", t->reference }, { "title", utf8_clip(t->title, 300) },
        { "thread", t->thread_id }, { "comment", t->comment_id }, { "excerpt", utf8_clip(t->excerpt, 300) },
        { "actor", t->actor_id }, { "audience", t->audience }, { "cause", t->cause },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) stmt_str(&q, texts[i].name, texts[i].value);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_step(&q);
    bool added = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    if (!added) return OK;
    TRY(event_emit(cx, &(Event){ .kind = "notification.added", .subject = user, .object = id, .title = t->title,
                                 .audience = arena_fmt(cx->arena, "user:" STR_FMT, STR_ARG(user)) }));
    return notify_tell_pages(cx, user, id);
}

Err notify_tell(Cx *cx, const Tell *what, Strs people)
{
    Strs told = { 0 };
    list_each(&people, i) {
        bool again = str_empty(people.at[i]) || str_eq(people.at[i], what->actor_id);
        list_each(&told, k) again = again || str_eq(told.at[k], people.at[i]);
        if (again) continue;
        *list_add(cx->arena, &told) = people.at[i];
        TRY(tell_one(cx, what, people.at[i]));
    }
    return OK;
}

/* -- reading ----------------------------------------------------------------------------------------------------------- */

static Str path_of(Arena *a, const Notification *n)
{
    if (str_eq(n->record_kind, S("follow_up"))) return arena_fmt(a, "/follow-ups/" STR_FMT, STR_ARG(n->reference));
    if (str_eq(n->record_kind, S("incident")))
        return arena_fmt(a, "/incidents/" STR_FMT "?tab=room&message=" STR_FMT, STR_ARG(n->reference), STR_ARG(n->comment_id));
    if (n->thread_id.len)
        return arena_fmt(a, "/reports/" STR_FMT "/edit?panel=comments&thread=" STR_FMT, STR_ARG(n->reference),
                         STR_ARG(n->thread_id));
    return arena_fmt(a, str_eq(n->kind, S("published")) ? "/reports/" STR_FMT : "/reports/" STR_FMT "/edit",
                     STR_ARG(n->reference));
}

Err notify_list(Cx *cx, bool unread_only, int64_t before_ms, Str before_id, int64_t limit, Notifications *ret)
{
    Strs people = { 0 };
    Map *users;
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_notify_list, stmt_if(unread_only, "unread"),
                                stmt_if(before_id.len, "after"), NULL);
    stmt_str(&q, "actor", cx->actor.id);
    if (before_id.len) { stmt_int(&q, "at", before_ms); stmt_str(&q, "after", before_id); }
    stmt_int(&q, "limit", limit);
    Notifications all = { 0 };
    while (stmt_step(&q)) {
        Notification *n = list_add(cx->arena, &all);
        *n = (Notification){ .id = stmt_col_str(&q, 0), .kind = stmt_col_str(&q, 1), .record_kind = stmt_col_str(&q, 2),
            .record_id = stmt_col_str(&q, 3), .reference = stmt_col_str(&q, 4), .title = stmt_col_str(&q, 5),
            .thread_id = stmt_col_str(&q, 6), .comment_id = stmt_col_str(&q, 7), .excerpt = stmt_col_str(&q, 8),
            .actor = { .id = stmt_col_str(&q, 9) }, .created_ms = stmt_col_int(&q, 10), .read_ms = stmt_col_int(&q, 11) };
        n->path = path_of(cx->arena, n);
        ids_add(cx->arena, &people, n->actor.id);
    }
    TRY(stmt_end(&q));
    TRY(user_refs(cx, people, &users));
    list_each(&all, i) all.at[i].actor = user_ref(users, all.at[i].actor.id);
    *ret = all;
    return OK;
}

Err notify_unread(Cx *cx, int64_t *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_unread);
    stmt_str(&q, "actor", cx->actor.id);
    int64_t n = stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
    TRY(stmt_end(&q));
    *ret = n;
    return OK;
}
