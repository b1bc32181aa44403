/* What is told: rows that are written in the transaction of what happened, so that nothing between can lose it. */
#include "app/app.h"
#include "base/id.h"
#include "feature/chat/rules.h"
#include "sql.gen.h"

/** Is it for everybody? What happens out of sight is told nowhere. */
static Err is_open(Cx *cx, const Event *e, Incident *ret, bool *ret_open)
{
    *ret_open = false;
    if (e->audience.len) return OK;
    Err x = incident_row(cx, e->subject, ret);                /* a follow-up without an incident is about itself */
    if (err_is(x, ERR_NOT_FOUND)) return OK;
    TRY(x);
    *ret_open = !ret->audience.len;
    return OK;
}

static Str name_of(Cx *cx, const Event *e, Str place)
{
    return arena_fmt(cx->arena, "%s:" STR_FMT ":" STR_FMT ":%lld:" STR_FMT, e->kind, STR_ARG(e->subject), STR_ARG(e->object), (long long)e->version, STR_ARG(place));
}

/** Can we post there? */
static Err reaches(Cx *cx, const ChatRoom *room, bool *ret)
{
    *ret = str_eq(room->source, S("slack"));
    return *ret ? OK : hook_reaches(cx, room, ret);
}

static Err tell(Cx *cx, const Event *e, Str text)
{
    ChatRooms rooms = { 0 };
    TRY(room_list(cx, e->subject, &rooms));
    list_each(&rooms, i) {
        bool can;
        TRY(reaches(cx, &rooms.at[i], &can));
        if (can) TRY(post_add(cx, &(Post){ .id = name_of(cx, e, rooms.at[i].channel), .source = rooms.at[i].source, .channel = rooms.at[i].channel, .incident = e->subject, .text = text }));
    }
    static const struct { const char *source, *setting; } webhooks[] = { { "mattermost", "chat.mattermost_url" }, { "teams", "chat.teams_url" } };
    for (size_t i = 0; i < 2; i++) {
        if (!setting_str(cx, webhooks[i].setting).len) continue;
        TRY(post_add(cx, &(Post){ .id = name_of(cx, e, str_of(webhooks[i].source)), .source = str_of(webhooks[i].source), .incident = e->subject, .text = text }));
    }
    return OK;
}

static Err incident_news(Cx *cx, const Event *event)
{
    Incident i;
    bool open;
    TRY(is_open(cx, event, &i, &open));
    if (!open) return OK;
    Arena *a = cx->arena;
    Str link = app_link(cx, arena_fmt(a, "/incidents/" STR_FMT, STR_ARG(i.reference)));
    return tell(cx, event, arena_fmt(a, STR_FMT ": " STR_FMT "\n" STR_FMT " · " STR_FMT " · " STR_FMT, STR_ARG(i.reference), STR_ARG(slack_words(a, event->title)),
                                     STR_ARG(slack_words(a, i.title)), STR_ARG(i.severity), STR_ARG(link)));
}

/** Roles that somebody answers for; who looks on joins and leaves as they like. */
static Err role_news(Cx *cx, const Event *event)
{
    const Json *data;
    TRY(json_read(cx->arena, event->data, &data));
    Str role = json_str_at(data, S("role"));
    return str_eq(role, S("responder")) || str_eq(role, S("observer")) ? OK : incident_news(cx, event);
}

/* ---- what is said in the war room */

/** In each channel of the incident: said, changed, taken back. */
static Err message_news(Cx *cx, const Event *event)
{
    static const struct { const char *kind, *post; } kinds[] = { { "message.added", "say" }, { "message.edited", "edit" }, { "message.deleted", "delete" } };
    Incident i;
    bool open;
    ChatRooms rooms = { 0 };
    const char *post = "say";
    if (str_eq(event->source, S("import"))) return OK;
    for (size_t k = 0; k < 3; k++) if (str_eq(str_of(event->kind), str_of(kinds[k].kind))) post = kinds[k].post;
    TRY(is_open(cx, event, &i, &open));
    if (!open && !str_eq(str_of(post), S("delete"))) return OK;
    TRY(room_list(cx, event->subject, &rooms));
    list_each(&rooms, k) {
        const ChatRoom *room = &rooms.at[k];
        bool say = str_eq(str_of(post), S("say")), can;
        TRY(reaches(cx, room, &can));
        if (!can || str_eq(room->source, event->source) || (!say && !str_eq(room->source, S("slack")))) continue;      /* webhooks only say */
        Str id = say ? arena_fmt(cx->arena, "message:" STR_FMT ":" STR_FMT, STR_ARG(event->object), STR_ARG(room->channel)) : name_of(cx, event, room->channel);
        TRY(post_add(cx, &(Post){ .id = id, .kind = post, .source = room->source, .channel = room->channel, .incident = event->subject, .message = event->object }));
    }
    return OK;
}

/** Somebody here reacted. What comes from Slack has no actor. */
static Err reaction_news(Cx *cx, const Event *event)
{
    Incident i;
    bool open;
    const Json *data;
    ChatRooms rooms = { 0 };
    TRY(is_open(cx, event, &i, &open));
    if (!open || !cx->actor.id.len) return OK;
    TRY(json_read(cx->arena, event->data, &data));
    Str reaction = json_str_at(data, S("reaction"));
    bool on = json_is(json_get(data, S("on")), JS_TRUE);
    TRY(room_list(cx, event->subject, &rooms));
    list_each(&rooms, k) {
        if (!str_eq(rooms.at[k].source, S("slack"))) continue;
        auto_stmt q = stmt_begin(cx->arena, cx->store, on ? &sql_chat_reaction_add : &sql_chat_reaction_remove);
        const struct { const char *name; Str value; } texts[] = { { "source", S("slack") }, { "channel", rooms.at[k].channel }, { "message", event->object }, { "reaction", reaction }, { "user", cx->actor.id } };
        for (size_t t = 0; t < 5; t++) stmt_str(&q, texts[t].name, texts[t].value);
        TRY(stmt_exec(&q));
        Str id = arena_fmt(cx->arena, STR_FMT ":" STR_FMT, STR_ARG(name_of(cx, event, rooms.at[k].channel)), STR_ARG(id_new(cx->arena, cx->now_ms)));
        TRY(post_add(cx, &(Post){ .id = id, .kind = "react", .source = S("slack"), .channel = rooms.at[k].channel, .incident = event->subject, .message = event->object, .text = reaction }));
    }
    return OK;
}

const Listener chat_listeners[] = {
    { "message.added", LISTEN_NOW, message_news },            { "message.edited", LISTEN_NOW, message_news },
    { "message.deleted", LISTEN_NOW, message_news },          { "message.reacted", LISTEN_NOW, reaction_news },
    { "incident.created", LISTEN_NOW, incident_news },        { "incident.status_changed", LISTEN_NOW, incident_news },
    { "incident.severity_changed", LISTEN_NOW, incident_news }, { "incident.reopened", LISTEN_NOW, incident_news },
    { "incident.role_assigned", LISTEN_NOW, role_news },      { "incident.responder_left", LISTEN_NOW, role_news },
    { "followup.added", LISTEN_NOW, incident_news },          { "followup.status_changed", LISTEN_NOW, incident_news },
    { 0 },
};
