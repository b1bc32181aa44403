#pragma once
/** The war room: what was said about an incident, wherever it was said. Messages are written here, arrive from chat tools, or
 *  are imported; a message is one row however often it arrives, and threads, reactions, files and edits belong to it.
 *
 *  Whoever may see the incident may read its room; whoever may write incidents may write in it. A deleted message leaves a
 *  tombstone: its words, files and reactions are gone, its place stays.
 *
 *  For chat integrations:
 *  - What arrives is handed over with message_put, message_delete, message_react, message_pin, named by (source, channel,
 *    source_id): the tool, the id of the channel there (unique within the tool: put the workspace before it where needed), and
 *    the id of the message there. A second delivery of the same changes nothing; one that differs corrects.
 *  - room_link says which channel there is the room of which incident; room_of answers for a channel.
 *  - What is said goes out by events (subject: the incident, object: the message), heard with LISTEN_LATER:
 *        message.added  message.edited  message.deleted  message.reacted  message.pinned  message.unpinned
 *    data {"source","channel","thread","people":[ids mentioned]}, of a reaction {"reaction","on"} besides. One whose source is the integration's own came from there and
 *    does not go back. After posting it outside, message_ref_put notes its id there, so that replies and edits find it.
 *    What happens to the incident is heard as "incident.*"; commands are in command_run.
 *
 *  Live topic "messages:INCIDENT" (kinds added, edited, deleted, reacted, pinned, unpinned, presence, proposals). */
#include "app/feature.h"

extern const char *const message_sources[];         /* war_room, slack, mattermost, teams, discord, import */

/** Who said something: a person of the workspace, or somebody known only outside. */
typedef struct MessageAuthor {
    Str name;                  /* for people of the workspace filled in from their record */
    Str id;                    /* user; empty: known only outside */
    Str key;                   /* of somebody outside: their id there ("U024BE7LH") */
    int64_t avatar_color;
} MessageAuthor;
typedef LIST(MessageAuthor) MessageAuthors;

typedef struct MessageFile {
    Str id;
    Str kind;                  /* image: frozen here · file: only its name is kept · link: a page, with the title it had */
    Str name, type, url;       /* url: "/files/ID" of an image of ours, else where it stands outside */
    int64_t bytes, width, height;
    bool frozen;               /* of a link in the text, as it was then; its address is in type */
} MessageFile;
typedef LIST(MessageFile) MessageFiles;

typedef struct MessageReaction { Str reaction; MessageAuthors people; bool mine; } MessageReaction;
typedef LIST(MessageReaction) MessageReactions;

typedef struct Message {
    Str id, incident_id;
    Str thread_id;             /* the message it replies to; empty: in the room itself */
    Str kind;                  /* text, command */
    Str body;                  /* text as it was typed; **bold**, `code`, links and @Name are shown as such */
    Str data;                  /* JSON: of a command what it did */
    Str source, channel;       /* where it was said */
    MessageAuthor author;
    UserRefs mentions;
    MessageReactions reactions;
    MessageFiles files;
    int64_t at_ms, edited_ms, deleted_ms, pinned_ms, version;
    UserRef pinned_by;
    int64_t replies, last_reply_ms;
    Str event_id;              /* the timeline event that was made of it; empty without */
    bool can_edit, can_delete;
    Str url;                   /* where it stands outside; may be empty */
} Message;
typedef LIST(Message) Messages;
extern const Shape message_shape;

/** A message as it arrives. */
typedef struct MessageIn {
    Str incident;
    Str source, channel, source_id;
    Str thread;                /* source_id of the message it replies to, there; may arrive later than its replies */
    Str thread_id;             /* or its id here */
    MessageAuthor author;
    Str kind, body, data, url;
    Strs mention_ids;
    MessageFiles files;        /* an image is named by the id of its attachment */
    int64_t at_ms, edited_ms;  /* 0: now, never */
    bool quiet;                /* imports: nobody is notified, no event, nothing goes out */
} MessageIn;

enum { MESSAGE_BODY_MAX = 40000, MESSAGE_FILES_MAX = 20 };

/** Adds the message, or corrects the one that has this source_id there (words, files, edited_ms); what is deleted stays so.
 *  `ret` is complete; `ret_changed` (MAY be NULL) is false when it was known and the same. Within a write.
 *  Fails: ERR_INVALID naming the field, ERR_NOT_FOUND when the incident is gone. */
Err message_put(Cx *cx, const MessageIn *in, Message *ret, bool *ret_changed);
/** The message of this id there. ERR_NOT_FOUND when it is not known. */
Err message_find(Cx *cx, Str source, Str channel, Str source_id, Str *ret_id);
/** Leaves a tombstone. Within a write. By people: message_delete_own. */
Err message_delete(Cx *cx, Str id);
/** Somebody reacted, or took it back: `reaction` is an emoji, or ":name:" (emoji_of). Within a write. */
Err message_react(Cx *cx, Str id, MessageAuthor who, Str reaction, bool on);
/** Within a write. */
Err message_pin(Cx *cx, Str id, bool on);
/** Notes how a message of here is called where it was posted. Within a write. */
Err message_ref_put(Cx *cx, Str id, Str source, Str channel, Str source_id);
/** How it is called in that channel; empty when it was never posted there. */
Err message_ref_of(Cx *cx, Str id, Str source, Str channel, Str *ret_source_id);
/** Keeps a picture of a message as it is now, beside what was sent: `url` says what it is a picture of (a file of the message, by its
 *  address). Not within a write. A second one of the same changes nothing. Fails like attachment_add_said. */
Err message_picture(Cx *cx, Str message, Str url, Str name, Str bytes);
/** One, complete. ERR_NOT_FOUND. The caller has checked access. */
Err message_get(Cx *cx, Str id, Message *ret);
/** Where it stands in Hindsight: "/incidents/INC-1?tab=room&message=ID". */
Err message_path(Cx *cx, Str incident, Str message, Str *ret);
/** What Slack writes ("<@U1> *look* &lt;here&gt;") as people read it. `name` says who a user id is. Pure. */
Str slack_plain(Arena *a, Str text, Str (*name)(void *arg, Str id), void *arg);
/** How chat tools call an emoji ("star"), or what stands between the colons of ":name:"; "" when they have no name for it. */
Str emoji_name(Str emoji);
/** The emoji that chat tools call by this name ("star", "+1"), else ":name:". */
Str emoji_of(Arena *a, Str name);

/** Who stands behind somebody outside: as told before (author_set), by e-mail address, or by exactly the same name of one person
 *  alone. What is found is kept. `ret->id` is empty when nobody does. Within a write. */
Err author_of(Cx *cx, Str source, Str key, Str name, Str email, MessageAuthor *ret);
/** A person says who it is (`user` empty: nobody here). Their earlier messages follow. Within a write. */
Err author_set(Cx *cx, Str source, Str key, Str user);

/** A channel outside that is the room of an incident. */
typedef struct ChatRoom { Str id, source, channel, name, url, incident_id; int64_t created_ms; } ChatRoom;
typedef LIST(ChatRoom) ChatRooms;
/** A channel is the room of one incident; linking it to another moves it. Within a write. */
Err room_link(Cx *cx, const ChatRoom *room);
Err room_unlink(Cx *cx, Str source, Str channel);
/** The incident whose room it is, or the one that this was merged into; empty when it is none's. */
Err room_of(Cx *cx, Str source, Str channel, Str *ret_incident);
/** The rooms outside of an incident. */
Err room_list(Cx *cx, Str incident, ChatRooms *ret);

typedef struct MessageFilter {
    Str thread;                /* replies of this message; empty: what stands in the room itself */
    bool pinned, ascending;
    Str q;
} MessageFilter;
/** A page, newest first unless ascending; tombstones too. The caller has checked access to the incident. */
Err message_list(Cx *cx, Str incident, const MessageFilter *filter, Cursor after, int64_t limit, Messages *ret);

/* ---- from what was said to the timeline */

typedef struct ProposalReason { Str reason, detail; } ProposalReason;
typedef LIST(ProposalReason) ProposalReasons;
/** Why a message matters: pinned, reaction (which), decision, change of state (the words), image, graph, link, cause (the
 *  hypothesis or cause that it names first). Found by rules, never guessed. */
typedef struct Proposal { Message message; ProposalReasons reasons; Str kind, state; } Proposal;
typedef LIST(Proposal) Proposals;
extern const char *const proposal_reasons[], *const proposal_states[];

/** A page in the order in which they were said. */
Err proposal_list(Cx *cx, Str incident, Str state, Cursor after, int64_t limit, Proposals *ret);
/** Makes it a timeline event, starred, at the time it was said, by who said it, with the message as evidence. `kind` and `title`
 *  may be empty: as proposed, its first words. A second time changes nothing. Within a write. */
Err message_to_timeline(Cx *cx, Str message, Str kind, Str title, Str *ret_event);
/** Notes the event that was made of it in another way. Within a write. */
Err message_event_set(Cx *cx, Str message, Str event);
/** Takes the event back; the message is proposed again. Within a write. */
Err message_off_timeline(Cx *cx, Str message);

/* ---- commands: lines that begin with "/" and a word */

typedef struct CommandDone {
    Str command;               /* "sev" */
    Str text;                  /* one English sentence: what happened */
    Str data;                  /* JSON for pages: {"command","text","value","person",…} */
    Str event_id;              /* the timeline event that it made; may be empty */
} CommandDone;
typedef struct CommandKind { const char *name, *usage, *doc; } CommandKind;
extern const CommandKind command_kinds[];          /* for help; ends with a NULL name */
/** True for "/word …": a path like "/etc/hosts" is none, nor is "//…". */
bool command_is(Str line);
/** Runs it as the actor, who needs the rights for what it does. `message`: the message that it was said with, which becomes its
 *  evidence; may be empty. Within a write. Fails: ERR_INVALID naming `body`, with how to write it. */
Err command_run(Cx *cx, Str incident, Str line, Str message, CommandDone *ret);
