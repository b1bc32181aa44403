#pragma once
/** Inside chat: what comes in from Slack, Mattermost and Teams, and what goes out to them. docs/internals/chat.md tells the whole. */
#include "app/feature.h"
#include "app/setting.h"
#include "base/json.h"
#include "base/map.h"
#include "base/utf8.h"
#include "feature/incident/incident.h"
#include "feature/warroom/warroom.h"
#include "port/outgoing.h"

/* intake.c: signatures are checked, what came is kept, and answered at once */
Err chat_slack_post(Cx *cx, Req *req, Res *res);
Err chat_mattermost_post(Cx *cx, Req *req, Res *res);
Err chat_teams_post(Cx *cx, Req *req, Res *res);
/** True when Slack signed this body, at most five minutes before or after now_ms. Constant time. */
bool slack_signed(Arena *a, Str secret, Str timestamp, Str signature, Str body, int64_t now_ms);

/** What Slack sent: kept under `name` (empty: nothing is to be kept), and answered at once with `answer` (JSON, or text; may be empty). */
typedef struct SlackArrived { Str name; const char *kind; Str body, answer; } SlackArrived;
/** Of a request whose signature was checked. Pure. Fails: ERR_INVALID. */
Err slack_request(Arena *a, Str type, Str body, SlackArrived *ret);
/** An envelope of Socket Mode. Fails: ERR_INVALID. */
typedef struct SlackEnvelope { Str type, id, reason; bool takes_answer; SlackArrived what; } SlackEnvelope;
Err slack_envelope(Arena *a, Str text, SlackEnvelope *ret);
/** What is sent back for it. */
Str slack_acknowledgement(Arena *a, const SlackEnvelope *e);
/** Keeps it and wakes the job; on disk when it returns OK. What is known by its name already changes nothing. */
Err chat_keep(Cx *cx, const SlackArrived *in);

/** What an outgoing webhook of Mattermost or Teams brings. Pure. Fails: ERR_INVALID. */
typedef struct ChatSaid { Str source, channel, id, key, name, text, token; } ChatSaid;
Err mattermost_said(Arena *a, Str type, Str body, ChatSaid *ret);
Err teams_said(Arena *a, Str body, ChatSaid *ret);
/** Says it in the room that the channel is, if it is one. Takes a write of its own. Fails: ERR_INVALID. */
Err chat_say(Cx *cx, const ChatSaid *said, bool *ret_linked);

/* slack_api.c: nothing of it within a write */
/** Calls a method of the Web API with a form. Fails: ERR_INVALID with Slack's own word, ERR_TOO_MANY (the job waits as long as Slack
 *  asks), ERR_UNAVAILABLE. */
Err slack_call(Cx *cx, const char *method, Str form, const Json **ret);
/** The same with another token; `wait_ms` becomes how long Slack asks to wait. */
typedef struct SlackCall { const char *method, *token; Str form; int64_t wait_ms; } SlackCall;
Err slack_call_as(Cx *cx, SlackCall *call, const Json **ret);
typedef struct SlackPerson { Str key, name, email; } SlackPerson;
/** Who that is; asked once a day at most. Somebody Slack does not tell about is called by their id. */
Err slack_person(Cx *cx, Str key, SlackPerson *ret);
Str chat_allow(Cx *cx);

/* slack_in.c */
/** What is known before the write: people by their ids. */
typedef struct SlackIn { Cx *cx; const Json *top; Str incident; Map *people; } SlackIn;
Err slack_people(SlackIn *in, const Json *message);
Err slack_message_put(SlackIn *in, Cx *cx, Str channel, const Json *message, Message *ret);
Err slack_event(Cx *cx, int64_t n, Str body);
/** Marks a delivery as taken in; false: it was before. Within a write. */
Err inbox_done(Cx *cx, int64_t n, bool *ret_first);

/* slack_command.c */
Err slack_command(Cx *cx, int64_t n, Str form);
Err slack_action(Cx *cx, int64_t n, Str body);
extern const char slack_help[];

/* channel.c */
Err chat_channel_ask(Cx *cx, Str incident, Str person);
Err chat_channel_run(Cx *cx, Str incident);

/* slack_socket.c: Feature.serve, .quiesce, .stop */
Err chat_serve(App *app);
void chat_quiesce(App *app);
void chat_stop(App *app);

/* state.c */
/** How it goes: connections of Socket Mode, what waits, what failed last. */
Err chat_state_get(Cx *cx, Req *req, Res *res);
extern const Shape chat_state_shape;

/* inbox.c */
Err chat_take(Cx *cx, Str payload);
Err chat_tidy(Cx *cx, Str payload);

/* post.c: the queue of what goes out */
/** `kind`: say (NULL), edit, delete, react: of a message, with the emoji as text. */
typedef struct Post { Str id; const char *kind; Str source, channel, incident, message, url, text; } Post;
/** Queues news for another tool, once for each id. Within a write. */
Err post_add(Cx *cx, const Post *post);
/** One that is being sent. */
typedef struct PostRow {
    int64_t n, created_ms, claimed_ms;
    Str source, channel, id, kind, incident, message, url, text, state;
    bool mine, found;
    Str end, error, posted;      /* posted: its id there */
} PostRow;
Err post_run(Cx *cx, Str payload);
/** Text as Slack writes it: nothing in it is a command or a mention. */
Str slack_words(Arena *a, Str text);

/* slack_out.c */
/** Does it in Slack; r->posted becomes its id there. `thread`: what it replies to, there. Fails: ERR_INVALID (never), others (later). */
Err slack_send(Cx *cx, PostRow *r, Str text, Str thread);

/* webhook.c: Mattermost and Teams */
/** The webhook of one channel; empty: none any more. Within a write. */
Err hook_put(Cx *cx, Str source, Str channel, Str address);
/** Can something be posted in that channel? */
Err hook_reaches(Cx *cx, const ChatRoom *room, bool *ret);
/** What a webhook is sent; `channel_name` (may be empty) overrides where a general one of Mattermost posts. Pure. */
Str hook_payload(Arena *a, Str source, Str channel_name, Str text);
/** Posts JSON to a webhook of `who`. Fails: ERR_INVALID with what was answered, ERR_TOO_MANY (the job waits), ERR_UNAVAILABLE. */
Err hook_post(Cx *cx, const char *who, Str url, Str body);
Err hook_send(Cx *cx, const PostRow *r, Str text);
Err hook_test_mattermost(Cx *cx, Req *req, Res *res);
Err hook_test_teams(Cx *cx, Req *req, Res *res);

/* slack_file.c: the job that keeps a picture of Slack's as it is now */
Err slack_picture(Cx *cx, Str payload);
/** Whether the bot's token may go there: the host of the Web API (`api`), or one below it, over https. Pure. */
bool slack_stands_there(Str url, Str api);
/** Queues it for each picture among the files of a message. Within a write. */
Err slack_pictures_ask(Cx *cx, Str message, const Json *from);

/* news.c */
extern const Listener chat_listeners[];

extern const Setting chat_settings[];
