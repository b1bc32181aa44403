/* Settings, the test of what was entered, and the tables of chat. */
#include "app/limit.h"
#include "feature/chat/rules.h"
#include "sql.gen.h"

static Err is_address(Cx *cx, Str value)
{
    if (!value.len || str_starts(value, S("https://")) || str_starts(value, S("http://"))) return OK;
    return fail_field(cx->arena, S("value"), "an address begins with https://");
}

static Err is_app_token(Cx *cx, Str value)
{
    if (!value.len || str_starts(value, S("xapp-"))) return OK;
    return fail_field(cx->arena, S("value"), "an app-level token begins with xapp-");
}

const Setting chat_settings[] = {
    { "chat.slack_signing_secret", SETTING_SECRET, "", "Slack: signing secret", "Basic Information → App Credentials of your Slack app. What Slack sends is checked by it.", .max = 200 },
    { "chat.slack_bot_token", SETTING_SECRET, "", "Slack: bot token", "OAuth & Permissions → Bot User OAuth Token (xoxb-…).", .max = 500 },
    { "chat.slack_app_token", SETTING_SECRET, "", "Slack: app-level token", "Basic Information → App-Level Tokens (xapp-…, scope connections:write). With it Slack needs no way to this server: Socket Mode.", .max = 500, .check = is_app_token },
    { "chat.slack_api", SETTING_TEXT, "https://slack.com/api", "Slack: address of the Web API", "https://slack-gov.com/api for GovSlack.", .max = 300, .check = is_address },
    { "chat.mattermost_url", SETTING_SECRET, "", "Mattermost: incoming webhook", "Its address. News of incidents are posted there; empty: none.", .max = 1000, .check = is_address },
    { "chat.mattermost_token", SETTING_SECRET, "", "Mattermost: token of the outgoing webhook", "What people say in linked channels comes in with it.", .max = 200 },
    { "chat.teams_url", SETTING_SECRET, "", "Microsoft Teams: incoming webhook", "Its address. News of incidents are posted there; empty: none.", .max = 2000, .check = is_address },
    { "chat.teams_secret", SETTING_SECRET, "", "Microsoft Teams: security token of the outgoing webhook", "As Teams shows it when the webhook is made.", .max = 500 },
    { "chat.allow", SETTING_TEXT, "", "Chat tools: what may be called besides the public internet", "Addresses, blocks and host names, separated by commas: \"10.0.0.0/8, chat.corp.example\".", .max = 1000 },
    { 0 },
};

typedef struct Found { Str team, user, url; } Found;
static SHAPE(slack_found_shape, Found, "What Slack says of the bot token",
    FIELD(Found, team, READ_ONLY, "The workspace"),
    FIELD(Found, user, READ_ONLY, "The bot"),
    FIELD(Found, url, READ_ONLY, "Its address"));

static Err test(Cx *cx, Req *req, Res *res)
{
    (void)req;
    const Json *top;
    TRY(limit_take(cx, S("slack test"), 10, 20));
    TRY(slack_call(cx, "auth.test", S(""), &top));
    Found f = { json_str_at(top, S("team")), json_str_at(top, S("user")), json_str_at(top, S("url")) };
    res_json(cx, res, &slack_found_shape, &f);
    return OK;
}

typedef struct RoomInput { Str source, channel, name, webhook; } RoomInput;
static const char *const sources[] = { "slack", "mattermost", "teams", NULL };
static SHAPE(chat_room_input_shape, RoomInput, "A channel outside that becomes the room of the incident",
    FIELD(RoomInput, source, REQUIRED, "Which tool", .values = sources),
    FIELD(RoomInput, channel, REQUIRED, "Its id there", .max = 200),
    FIELD(RoomInput, name, 0, "What it is called; where a webhook of Mattermost without a channel of its own posts", .max = 200),
    FIELD(RoomInput, webhook, 0, "Mattermost, Teams: the incoming webhook of the channel; it is sealed and never shown", .max = 2000));

static Err link_room(Cx *cx, Req *req, Res *res)
{
    const RoomInput *in = BODY(req, RoomInput);
    Incident i;
    TRY(incident_row(cx, req_param(req, "incident"), &i));
    if (i.audience.len) return fail(cx->arena, ERR_CONFLICT, "a private incident has no channel outside");
    if (in->webhook.len && str_eq(in->source, S("slack"))) return fail_field(cx->arena, S("webhook"), "Slack is posted to by its app");
    if (in->webhook.len && !str_starts(in->webhook, S("https://")) && !str_starts(in->webhook, S("http://"))) return fail_field(cx->arena, S("webhook"), "an address begins with https://");
    TRY(room_link(cx, &(ChatRoom){ .source = in->source, .channel = in->channel, .name = in->name, .incident_id = i.id }));
    if (BODY_HAS(req, RoomInput, webhook)) TRY(hook_put(cx, in->source, in->channel, in->webhook));
    res_none(res);
    return OK;
}

/** Says that a channel is the incident's no more; what was said stays. */
static Err unlink_room(Cx *cx, Req *req, Res *res)
{
    ChatRooms rooms = { 0 };
    TRY(room_list(cx, req_param(req, "incident"), &rooms));
    list_each(&rooms, i) {
        const ChatRoom *room = &rooms.at[i];
        if (!str_eq(room->id, req_param(req, "room"))) continue;
        TRY(room_unlink(cx, room->source, room->channel));
        TRY(hook_put(cx, room->source, room->channel, S("")));
        Incident in;
        TRY(incident_row(cx, room->incident_id, &in));
        TRY(live_touch(cx, arena_fmt(cx->arena, "messages:" STR_FMT, STR_ARG(in.id)), "rooms", in.id, in.version, in.audience));
        res_none(res);
        return OK;
    }
    return fail(cx->arena, ERR_NOT_FOUND, "there is no such channel of the incident");
}

static const JobKind jobs[] = {
    { "chat.take", chat_take, .slow = true },
    { "chat.post", post_run, .max_attempts = 12, .slow = true },
    { "chat.channel", chat_channel_run, .slow = true },
    { "chat.picture", slack_picture, .slow = true },
    { "chat.tidy", chat_tidy, .every_ms = 60 * 1000 },
    { 0 },
};

#define IN "/api/v1/chat/"
enum { DOOR = OWN_WRITES | NO_CSRF | RAW_BODY };
static const Route routes[] = {
    { POST, IN "slack", ROLE_PUBLIC, chat_slack_post, .flags = DOOR, .body_bytes = 1 << 20, .doc = "What Slack sends: events, commands, actions; signed by the app" },
    { POST, IN "mattermost", ROLE_PUBLIC, chat_mattermost_post, .flags = DOOR, .doc = "What an outgoing webhook of Mattermost sends, with its token" },
    { POST, IN "teams", ROLE_PUBLIC, chat_teams_post, .flags = DOOR, .doc = "What an outgoing webhook of Microsoft Teams sends, signed with its secret" },
    { POST, IN "slack/test", ROLE_ADMIN, test, .reply = &slack_found_shape, .flags = OWN_WRITES, .doc = "Asks Slack whether the bot token is right" },
    { POST, IN "mattermost/test", ROLE_ADMIN, hook_test_mattermost, .flags = OWN_WRITES, .doc = "Posts a line by the incoming webhook of Mattermost" },
    { POST, IN "teams/test", ROLE_ADMIN, hook_test_teams, .flags = OWN_WRITES, .doc = "Posts a line by the incoming webhook of Microsoft Teams" },
    { GET, IN "state", ROLE_ADMIN, chat_state_get, .reply = &chat_state_shape, .doc = "Connections to Slack, what waits to come in and to go out, and what failed last" },
    { POST, "/api/v1/incidents/:incident/rooms", ROLE_RESPONDER, link_room, &chat_room_input_shape, .doc = "Makes a channel of another tool the room of the incident" },
    { DELETE, "/api/v1/incidents/:incident/rooms/:room", ROLE_RESPONDER, unlink_room, .flags = NO_MATCH, .doc = "The channel is the room of the incident no more; what was said stays" },
    { 0 },
};

const Feature chat_feature = { .name = "chat", .schema = &chat_schema, .routes = routes, .listeners = chat_listeners, .jobs = jobs, .settings = chat_settings,
                               .serve = chat_serve, .quiesce = chat_quiesce, .stop = chat_stop };
