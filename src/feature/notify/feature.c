/* Notifications over HTTP: everybody reads and marks only their own. */
#include "app/app.h"
#include "base/time.h"
#include "feature/notify/rules.h"
#include "sql.gen.h"

static const char *const record_kinds[] = { "report", "follow_up", "incident", NULL };

static SHAPE(notification_shape, Notification, "Something that happened and concerns you",
    FIELD(Notification, id, READ_ONLY, "UUIDv7"),
    FIELD(Notification, kind, READ_ONLY, "What happened", .values = notify_kinds),
    FIELD(Notification, record_kind, READ_ONLY, "What it is about", .values = record_kinds),
    FIELD(Notification, record_id, READ_ONLY, "Its id"),
    FIELD(Notification, reference, READ_ONLY, "PM-7, FU-31, INC-42"),
    FIELD(Notification, title, READ_ONLY, "Its title then"),
    FIELD(Notification, path, READ_ONLY, "Where it stands in Hindsight"),
    FIELD(Notification, thread_id, READ_ONLY | NULLABLE, "Of a comment: its thread"),
    FIELD(Notification, comment_id, READ_ONLY | NULLABLE, "Of a comment, or of a message in a war room: itself"),
    FIELD(Notification, excerpt, READ_ONLY | NULLABLE | MULTILINE, "The first words of a comment or note"),
    FIELD_OF(Notification, actor, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who did it; null is the clock"),
    FIELD_AT(Notification, created_ms, READ_ONLY, "When"),
    FIELD_AT(Notification, read_ms, READ_ONLY | NULLABLE, "When you read it"));

typedef struct Count { int64_t unread; } Count;
static SHAPE(notification_count_shape, Count, "How much is new", FIELD(Count, unread, READ_ONLY, "Unread notifications"));

static Err list(Cx *cx, Req *req, Res *res)
{
    Notifications page = { 0 };
    Cursor after, last = { 0 };
    int64_t limit = req_limit(req);
    TRY(req_cursor(cx, req, &after));
    TRY(notify_list(cx, req_flag(req, "unread"), after.at, after.id, limit + 1, &page));
    if (page.len > (size_t)limit) last = (Cursor){ page.at[limit - 1].created_ms, page.at[limit - 1].id };
    res_list(cx, res, &notification_shape, page.at, sizeof *page.at, page.len, limit, last, -1);
    return OK;
}

static Err count(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Count c = { 0 };
    TRY(notify_unread(cx, &c.unread));
    res_json(cx, res, &notification_count_shape, &c);
    return OK;
}

/* -- marking ----------------------------------------------------------------------------------------------------------- */

static Err mark(Cx *cx, Str id, Str thread, int64_t upto_ms, int64_t read_ms)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_notify_mark, stmt_if(id.len, "id"), stmt_if(thread.len, "thread"),
                                stmt_if(upto_ms, "upto"), NULL);
    stmt_str(&q, "actor", cx->actor.id);
    stmt_str(&q, "id", id);
    stmt_str(&q, "thread", thread);
    stmt_int(&q, "upto_ms", upto_ms);
    stmt_int(&q, "read_ms", read_ms);
    stmt_step(&q);
    bool changed = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    return changed ? notify_tell_pages(cx, cx->actor.id, id) : OK;
}

static Err mark_read(Cx *cx, Req *req, Res *res)
{
    TRY(mark(cx, req_param(req, "notification"), S(""), 0, cx->now_ms));
    return count(cx, req, res);
}

static Err mark_unread(Cx *cx, Req *req, Res *res)
{
    TRY(mark(cx, req_param(req, "notification"), S(""), 0, 0));
    return count(cx, req, res);
}

typedef struct ReadInput { int64_t until_ms; Str thread_id; } ReadInput;
static SHAPE(notification_read_input_shape, ReadInput, "Which to mark as read",
    FIELD_AT(ReadInput, until_ms, NULLABLE, "Those up to this time; default: all that there are"),
    FIELD(ReadInput, thread_id, NULLABLE, "Only those about this thread of comments"));

static Err mark_all(Cx *cx, Req *req, Res *res)
{
    ReadInput *in = BODY(req, ReadInput);
    TRY(mark(cx, S(""), in->thread_id, in->until_ms ? in->until_ms : cx->now_ms, cx->now_ms));
    return count(cx, req, res);
}

/* -- settings ---------------------------------------------------------------------------------------------------------- */

typedef struct Choice { Str kind; bool in_app; } Choice;
static SHAPE(notification_setting_shape, Choice, "Whether you want to hear of something",
    FIELD(Choice, kind, READ_ONLY, "What happens", .values = notify_kinds),
    FIELD(Choice, in_app, REQUIRED, "In the application"));

static Err choices(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Strs off = { 0 };
    Choice all[16];
    size_t n = 0;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_off_list);
    stmt_str(&q, "user", cx->actor.id);
    while (stmt_step(&q)) *list_add(cx->arena, &off) = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    for (; notify_kinds[n]; n++) {
        all[n] = (Choice){ str_of(notify_kinds[n]), true };
        list_each(&off, i) all[n].in_app = all[n].in_app && !str_eq(off.at[i], all[n].kind);
    }
    res_list(cx, res, &notification_setting_shape, all, sizeof *all, n, (int64_t)n, (Cursor){ 0 }, (int64_t)n);
    return OK;
}

static Err choose(Cx *cx, Req *req, Res *res)
{
    bool on = BODY(req, Choice)->in_app;
    auto_stmt q = stmt_begin(cx->arena, cx->store, on ? &sql_notify_off_remove : &sql_notify_off_add);
    stmt_str(&q, "user", cx->actor.id);
    stmt_str(&q, "kind", req_param(req, "notification_kind"));
    TRY(stmt_exec(&q));
    return choices(cx, req, res);
}

/* -- who may ----------------------------------------------------------------------------------------------------------- */

static Err resolve(Cx *cx, Str given, Str *ret_id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_notify_find);
    stmt_str(&q, "id", given);
    bool found = stmt_step(&q), own = found && str_eq(stmt_col_str(&q, 0), cx->actor.id), sees = false;
    Str audience = found ? stmt_col_str(&q, 1) : S("");
    TRY(stmt_end(&q));
    if (own) TRY(access_sees(cx, audience, &sees));
    if (!own || !sees) return fail(cx->arena, ERR_NOT_FOUND, "there is no notification " STR_FMT, STR_ARG(given));
    *ret_id = given;
    return OK;
}

static Err resolve_kind(Cx *cx, Str given, Str *ret_id)
{
    for (size_t i = 0; notify_kinds[i]; i++)
        if (str_eq(given, str_of(notify_kinds[i]))) { *ret_id = given; return OK; }
    return fail(cx->arena, ERR_NOT_FOUND, "there are no notifications of kind " STR_FMT, STR_ARG(given));
}

static const Resolver resolvers[] = { { "notification", resolve }, { "notification_kind", resolve_kind }, { 0 } };

#define ALL "/api/v1/notifications"
static const Route routes[] = {
    { GET, ALL, ROLE_VIEWER, list, .reply = &notification_shape, .flags = REPLY_LIST, .query = "unread", .doc = "What concerns you, newest first" },
    { GET, "/api/v1/notification-counts", ROLE_VIEWER, count, .reply = &notification_count_shape, .doc = "How many of your notifications are unread" },
    { POST, "/api/v1/notifications-read", ROLE_VIEWER, mark_all, &notification_read_input_shape, &notification_count_shape, .doc = "Marks your notifications as read" },
    { POST, ALL "/:notification/read", ROLE_VIEWER, mark_read, .reply = &notification_count_shape, .doc = "Marks one as read" },
    { POST, ALL "/:notification/unread", ROLE_VIEWER, mark_unread, .reply = &notification_count_shape, .doc = "Marks one as unread" },
    { GET, "/api/v1/notification-settings", ROLE_VIEWER, choices, .reply = &notification_setting_shape, .flags = REPLY_LIST, .doc = "Of what you want to hear" },
    { PUT, "/api/v1/notification-settings/:notification_kind", ROLE_VIEWER, choose, &notification_setting_shape, &notification_setting_shape,
      .flags = REPLY_LIST | NO_MATCH, .doc = "Switches one kind on or off" },
    { 0 },
};

const Feature notify_feature = {
    .name = "notify", .schema = &notify_schema, .routes = routes, .resolvers = resolvers, .listeners = notify_listeners, .jobs = notify_jobs,
};
