#pragma once
/** Chat of other tools, read from what they export or from a pasted transcript: a Slack export (zip), a Mattermost bulk export
 *  (JSONL, or the zip of it), a Discord export (JSON of DiscordChatExporter), and text such as "[14:03] Ana: it is the pool".
 *  Reading touches no database. All of it points into the bytes given or stands in the arena. */
#include "app/shape.h"
#include "app/zone.h"
#include "base/json.h"
#include "base/map.h"

typedef struct ChatAuthor { Str key, name, email; } ChatAuthor;
typedef struct ChatReaction { Str emoji; Strs who; } ChatReaction;              /* who: keys of authors */
typedef struct ChatFile { Str name, url, type; int64_t bytes; } ChatFile;
typedef struct ChatMessage {
    Str id, thread, author, text;                                               /* thread: id of what it replies to */
    int64_t at_ms, edited_ms;
    bool pinned;
    LIST(ChatReaction) reactions;
    LIST(ChatFile) files;
} ChatMessage;
typedef LIST(ChatMessage) ChatMessages;
typedef struct ChatChannel { Str id, name; int64_t messages; } ChatChannel;    /* messages: of the one that was read; else 0 */

typedef struct ChatHow {
    Str channel;               /* id or name; empty: one whose name holds `hint`, else the first */
    Str hint;                  /* "inc-42" */
    Str zone;                  /* pasted text: whose clocks; empty: UTC */
    Civil day;                 /* pasted text: the day of its first time */
    int64_t since_ms, until_ms;/* 0: no bound */
} ChatHow;

typedef struct Chat {
    Str source;                /* slack, mattermost, discord, import */
    LIST(ChatAuthor) authors;
    Map *author_at;            /* chat_author's: by key, the place in the list and one */
    LIST(ChatChannel) channels;
    ChatChannel channel;       /* the one that was read */
    ChatMessages messages;     /* in the order of time, within the bounds */
    int64_t outside, skipped;  /* left out by the bounds; joins and other noise */
    int64_t values;            /* JSON values read so far, at most: each takes memory */
} Chat;

enum { CHAT_MESSAGES_MOST = 5000, CHAT_UNPACKED_MOST = 64 << 20, CHAT_VALUES_MOST = 1500000 };

/** Finds out what it is and reads it. Fails: ERR_INVALID that says what was expected, ERR_TOO_LARGE. */
Err chat_read(Arena *a, Str bytes, const ChatHow *how, Chat *ret);

/** The author of this key; NULL when nobody has it. Valid until another is added. */
const ChatAuthor *chat_author_get(const Chat *c, Str key);
/** Pasted messages have no ids: `scope`, who, when and what is one; the same said again at the same time is numbered. */
void chat_name_pasted(Arena *a, Str scope, Chat *c);

/** A list of objects, and no line like "[14:03] Ana: …". */
bool chat_is_list(Str text);

/* ---- between the readers */
/** The author of this key, added when new; NULL when there are too many. */
ChatAuthor *chat_author(Arena *a, Chat *c, Str key, Str name, Str email);
/** JSON, as long as all of it together has at most CHAT_VALUES_MOST values. */
Err chat_json(Arena *a, Chat *c, Str text, const Json **ret);
/** Adds it when it lies within the bounds; NULL when it does not. */
ChatMessage *chat_add(Arena *a, Chat *c, const ChatHow *how, ChatMessage m);
/** Picks the channel to read by `how` out of c->channels. */
Err chat_pick(Arena *a, Chat *c, const ChatHow *how);
Err chat_slack(Arena *a, Str bytes, const ChatHow *how, Chat *ret);
/** One file of an export: a list of messages. */
Err chat_slack_list(Arena *a, Str json, const ChatHow *how, Chat *ret);
Err chat_mattermost(Arena *a, Str lines, const ChatHow *how, Chat *ret);
Err chat_discord(Arena *a, Str json, const ChatHow *how, Chat *ret);
Err chat_pasted(Arena *a, Str text, const ChatHow *how, Chat *ret);
