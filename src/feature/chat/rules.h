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

/* post.c */
typedef struct Post { Str id, source, channel, incident, message, url, text; } Post;
/** Queues news for another tool, once for each id. Within a write. */
Err post_add(Cx *cx, const Post *post);
Err post_run(Cx *cx, Str payload);
/** Text as Slack writes it: nothing in it is a command or a mention. */
Str slack_words(Arena *a, Str text);
extern const Listener chat_listeners[];

extern const Setting chat_settings[];
