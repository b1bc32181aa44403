/* The war room over HTTP. Messages resolve through their incident, so who may not see it finds nothing. */
#include "app/limit.h"
#include "feature/account/account.h"
#include "feature/attachment/attachment.h"
#include "feature/timeline/timeline.h"
#include "feature/warroom/rules.h"
#include "sql.gen.h"

/** The member at_ms is just "at" outside. */
#define AT(T, flags_, doc_) { .name = "at", .doc = doc_, .type = FIELD_TIME, .flags = (flags_), .offset = offsetof(T, at_ms) }

static const char *const kinds[] = { "text", "command", NULL };
static const char *const file_kinds[] = { "image", "file", "link", NULL };

static SHAPE(message_author_shape, MessageAuthor, "Who said it",
    FIELD(MessageAuthor, name, READ_ONLY, "Their name"),
    FIELD(MessageAuthor, id, READ_ONLY | NULLABLE, "A person of the workspace; null: somebody known only outside"),
    FIELD(MessageAuthor, key, READ_ONLY | NULLABLE, "Their id outside"),
    FIELD(MessageAuthor, avatar_color, READ_ONLY, "1 to 6; 0 outside"));

static SHAPE(message_reaction_shape, MessageReaction, "Who reacted how",
    FIELD(MessageReaction, reaction, READ_ONLY, "An emoji, or its :name:"),
    FIELD_OF(MessageReaction, people, FIELD_MANY, &message_author_shape, READ_ONLY, "Who"),
    FIELD(MessageReaction, mine, READ_ONLY, "You among them"));

static SHAPE(message_file_shape, MessageFile, "What came with a message",
    FIELD(MessageFile, id, READ_ONLY | NULLABLE, "Of a picture that is kept here"),
    FIELD(MessageFile, kind, READ_ONLY, "A picture kept here, a file known by name, a page", .values = file_kinds),
    FIELD(MessageFile, name, READ_ONLY, "Its name, or the title that the page had"),
    FIELD(MessageFile, type, READ_ONLY | NULLABLE, "Its content type"),
    FIELD(MessageFile, url, READ_ONLY | NULLABLE, "Where it is"),
    FIELD(MessageFile, frozen, READ_ONLY, "Kept as it was when it was said; type is the address of what it shows"),
    FIELD(MessageFile, bytes, READ_ONLY, "0: not known"), FIELD(MessageFile, width, READ_ONLY, ""), FIELD(MessageFile, height, READ_ONLY, ""));

SHAPE(message_shape, Message, "What somebody said about an incident",
    FIELD(Message, id, READ_ONLY, "UUIDv7"),
    FIELD(Message, incident_id, READ_ONLY, "Its incident"),
    FIELD(Message, thread_id, READ_ONLY | NULLABLE, "The message it replies to; null: in the room itself"),
    FIELD(Message, kind, READ_ONLY, "Words, or a command", .values = kinds),
    FIELD(Message, body, READ_ONLY | MULTILINE, "Plain text; **bold**, `code`, links and @Name are shown as such"),
    FIELD_RAW(Message, data, READ_ONLY | OBJECT, "Of a command: what it did"),
    FIELD(Message, source, READ_ONLY, "Where it was said", .values = message_sources),
    FIELD_OF(Message, author, FIELD_ONE, &message_author_shape, READ_ONLY, "Who said it"),
    FIELD_OF(Message, mentions, FIELD_MANY, &user_ref_shape, READ_ONLY, "Who is mentioned"),
    FIELD_OF(Message, reactions, FIELD_MANY, &message_reaction_shape, READ_ONLY, "Reactions"),
    FIELD_OF(Message, files, FIELD_MANY, &message_file_shape, READ_ONLY, "Pictures, files, links"),
    AT(Message, READ_ONLY, "When it was said"),
    FIELD_AT(Message, edited_ms, READ_ONLY | NULLABLE, "When it was changed last"),
    FIELD_AT(Message, deleted_ms, READ_ONLY | NULLABLE, "When it was taken back: its words are gone"),
    FIELD_AT(Message, pinned_ms, READ_ONLY | NULLABLE, "When it was pinned"),
    FIELD_OF(Message, pinned_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who pinned it"),
    FIELD(Message, replies, READ_ONLY, "How many replies its thread has"),
    FIELD_AT(Message, last_reply_ms, READ_ONLY | NULLABLE, "When the last one came"),
    FIELD(Message, event_id, READ_ONLY | NULLABLE, "The timeline event made of it"),
    FIELD(Message, url, READ_ONLY | NULLABLE, "Where it stands outside"),
    FIELD(Message, can_edit, READ_ONLY, "Whether you may change it"),
    FIELD(Message, can_delete, READ_ONLY, "Whether you may delete it"),
    FIELD(Message, version, READ_ONLY, "Grows with each change"));

typedef struct MessageNew { Str body, thread_id, client_id; Strs mention_ids, file_ids; } MessageNew;
static SHAPE(message_new_shape, MessageNew, "Something to say",
    FIELD(MessageNew, body, MULTILINE, "Plain text; needed when there are no pictures", .max = MESSAGE_BODY_MAX),
    FIELD(MessageNew, thread_id, NULLABLE, "The message it replies to", .max = 36),
    FIELD(MessageNew, client_id, NULLABLE, "A name of your own for it: sent twice, it is there once", .max = 64),
    FIELD(MessageNew, mention_ids, 0, "Ids of people who are mentioned: they are told", .max = 50),
    FIELD(MessageNew, file_ids, 0, "Ids of pictures that were added before", .max = MESSAGE_FILES_MAX));

static SHAPE(message_edit_shape, MessageNew, "Other words",
    FIELD(MessageNew, body, REQUIRED | MULTILINE, "Plain text", .max = MESSAGE_BODY_MAX),
    FIELD(MessageNew, mention_ids, 0, "Ids of people who are mentioned", .max = 50));

static const char *const orders[] = { "newest", "oldest", NULL };

static Err list(Cx *cx, Req *req, Res *res)
{
    Messages page = { 0 };
    Cursor after, last = { 0 };
    Strs sort = { 0 };
    MessageFilter f = { .pinned = req_flag(req, "pinned"), .q = req_query(req, "q") };
    int64_t limit = req_limit(req);
    TRY(req_filter(cx, req, "sort", orders, &sort));
    TRY(req_cursor(cx, req, &after));
    if (f.q.len > 200) return fail_field(cx->arena, S("q"), "q has at most 200 bytes");
    f.ascending = sort.len == 1 && str_eq(sort.at[0], S("oldest"));
    TRY(message_list(cx, req_param(req, "incident"), &f, after, limit + 1, &page));
    if (page.len > (size_t)limit) last = (Cursor){ page.at[limit - 1].at_ms, page.at[limit - 1].id };
    res_list(cx, res, &message_shape, page.at, sizeof *page.at, page.len, limit, last, -1);
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res)
{
    Message m;
    TRY(message_get(cx, req_param(req, "message"), &m));
    res_record(cx, res, &message_shape, &m, m.version);
    return OK;
}

static Err thread(Cx *cx, Req *req, Res *res)
{
    Message first;
    Messages page = { 0 };
    Cursor after, last = { 0 };
    int64_t limit = req_limit(req);
    TRY(req_cursor(cx, req, &after));
    TRY(message_get(cx, req_param(req, "message"), &first));
    MessageFilter f = { .thread = first.thread_id.len ? first.thread_id : first.id, .ascending = true };
    TRY(message_list(cx, first.incident_id, &f, after, limit + 1, &page));
    if (page.len > (size_t)limit) last = (Cursor){ page.at[limit - 1].at_ms, page.at[limit - 1].id };
    res_list(cx, res, &message_shape, page.at, sizeof *page.at, page.len, limit, last, -1);
    return OK;
}

static Err obey(Cx *cx, Message *m)
{
    CommandDone done = { 0 };
    TRY(command_run(cx, m->incident_id, m->body, m->id, &done));
    TRY(message_done(cx, m->id, &done));
    return message_get(cx, m->id, m);
}

static Err say(Cx *cx, Req *req, Res *res)
{
    const MessageNew *new = BODY(req, MessageNew);
    Message m;
    TRY(limit_take(cx, arena_fmt(cx->arena, "say:" STR_FMT, STR_ARG(cx->actor.id)), 60, 120));
    MessageIn in = { .incident = req_param(req, "incident"), .source = S("war_room"), .channel = cx->actor.id, .source_id = new->client_id,
                     .thread_id = new->thread_id, .author = message_actor(cx), .body = new->body, .mention_ids = new->mention_ids };
    list_each(&new->file_ids, k)
        *list_add(cx->arena, &in.files) = (MessageFile){ .id = new->file_ids.at[k], .kind = S("image") };
    Str known = S("");
    if (new->client_id.len) TRY(message_known(cx, in.source, in.channel, in.source_id, &known));
    bool command = command_is(in.body);
    if (command) in.kind = S("command");
    else if (str_starts(in.body, S("//"))) in.body = str_sub(in.body, 1, in.body.len);
    if (known.len) TRY(message_get(cx, known, &m));          /* it was edited since, perhaps: what was said first stays said */
    else TRY(message_put(cx, &in, &m, NULL));
    if (command && !known.len) TRY(obey(cx, &m));
    if (!str_eq(m.incident_id, in.incident))
        return fail_field(cx->arena, S("client_id"), "that message was said about another incident");
    res_created(cx, res, &message_shape, &m, arena_fmt(cx->arena, "/api/v1/messages/" STR_FMT, STR_ARG(m.id)), m.version);
    return OK;
}

static Err edit(Cx *cx, Req *req, Res *res)
{
    const MessageNew *new = BODY(req, MessageNew);
    TRY(message_edit_own(cx, req_param(req, "message"), new->body, new->mention_ids));
    return show(cx, req, res);
}

static Err remove_one(Cx *cx, Req *req, Res *res)
{
    res_none(res);
    return message_delete_own(cx, req_param(req, "message"));
}

static Err react_to(Cx *cx, Req *req, Res *res, bool on)
{
    TRY(limit_take(cx, arena_fmt(cx->arena, "react:" STR_FMT, STR_ARG(cx->actor.id)), 120, 240));
    TRY(message_react(cx, req_param(req, "message"), message_actor(cx), req_param(req, "emoji"), on));
    return show(cx, req, res);
}

static Err react(Cx *cx, Req *req, Res *res) { return react_to(cx, req, res, true); }
static Err unreact(Cx *cx, Req *req, Res *res) { return react_to(cx, req, res, false); }

static Err pin(Cx *cx, Req *req, Res *res)
{
    TRY(message_pin(cx, req_param(req, "message"), true));
    return show(cx, req, res);
}

static Err unpin(Cx *cx, Req *req, Res *res)
{
    TRY(message_pin(cx, req_param(req, "message"), false));
    return show(cx, req, res);
}

typedef struct Uploaded { Str id, name, format, url; int64_t width, height, bytes; } Uploaded;
static SHAPE(message_upload_shape, Uploaded, "A picture to say something with",
    FIELD(Uploaded, id, READ_ONLY, "UUIDv7: for file_ids"), FIELD(Uploaded, name, READ_ONLY, "Its name"),
    FIELD(Uploaded, format, READ_ONLY, "png, jpeg or webp"), FIELD(Uploaded, url, READ_ONLY, "Where it is"),
    FIELD(Uploaded, width, READ_ONLY, ""), FIELD(Uploaded, height, READ_ONLY, ""), FIELD(Uploaded, bytes, READ_ONLY, ""));

static Err upload(Cx *cx, Req *req, Res *res)
{
    Attachment f;
    TRY(limit_take(cx, arena_fmt(cx->arena, "upload:" STR_FMT, STR_ARG(cx->actor.id)), 60, 60));
    if (!req->http->body.len) return fail_field(cx->arena, S("body"), "send the bytes of a picture as the body");
    TRY(attachment_add_said(cx, req_param(req, "incident"), req_query(req, "name"), req->http->body, &f));
    Uploaded up = { f.id, f.name, f.format, f.url, f.width, f.height, f.bytes };
    res_created(cx, res, &message_upload_shape, &up, f.url, 1);
    return OK;
}

/* ---- what is new */

typedef struct SeenInput { int64_t at_ms; } SeenInput;
static SHAPE(message_seen_shape, SeenInput, "How far you have read",
    AT(SeenInput, REQUIRED, "When the last message that you read was said"));

typedef struct WarRoom { Str id, first_unread_id; int64_t unread, seen_ms, proposals; ChatRooms rooms; Heres here; ImportProgress import; } WarRoom;
static const char *const import_states[] = { "running", "failed", "stopped", NULL };
static SHAPE(import_progress_shape, ImportProgress, "An import that is under way, or did not end well",
    FIELD(ImportProgress, state, READ_ONLY, "stopped: cut off; what came in is here, and importing again brings the rest", .values = import_states),
    FIELD(ImportProgress, error, READ_ONLY | NULLABLE, "Why it failed"),
    FIELD(ImportProgress, done, READ_ONLY, "How many messages were looked at"), FIELD(ImportProgress, total, READ_ONLY, "Of how many"),
    FIELD_OF(ImportProgress, by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who began it"));
static SHAPE(message_here_shape, Here, "Somebody who has the room open",
    FIELD(Here, id, READ_ONLY, "Who"), FIELD_OF(Here, user, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who"),
    FIELD(Here, typing, READ_ONLY, "Writes something"));
static SHAPE(message_room_shape, ChatRoom, "A channel outside that is the room of the incident",
    FIELD(ChatRoom, id, READ_ONLY, "UUIDv7"), FIELD(ChatRoom, source, READ_ONLY, "Which tool", .values = message_sources),
    FIELD(ChatRoom, name, READ_ONLY, "What it is called there"), FIELD(ChatRoom, url, READ_ONLY | NULLABLE, "Where it is"),
    FIELD_AT(ChatRoom, created_ms, READ_ONLY, "Since when"));
static SHAPE(war_room_shape, WarRoom, "The war room for you",
    FIELD(WarRoom, id, READ_ONLY, "Of the incident"),
    FIELD(WarRoom, unread, READ_ONLY, "How many messages of others you have not read; at most 1,000"),
    FIELD(WarRoom, first_unread_id, READ_ONLY | NULLABLE, "The first of them in the room itself"),
    FIELD_AT(WarRoom, seen_ms, READ_ONLY | NULLABLE, "How far you have read"),
    FIELD(WarRoom, proposals, READ_ONLY, "How many messages are proposed for the timeline"),
    FIELD_OF(WarRoom, here, FIELD_MANY, &message_here_shape, READ_ONLY, "Who has it open"),
    FIELD_OF(WarRoom, rooms, FIELD_MANY, &message_room_shape, READ_ONLY, "Channels outside"),
    FIELD_OF(WarRoom, import, FIELD_ONE, &import_progress_shape, READ_ONLY | NULLABLE, "The last import, unless it is done"));

static Err new_to(Cx *cx, WarRoom *w)
{
    auto_stmt seen = stmt_begin(cx->arena, cx->store, &sql_message_seen_get);
    stmt_str(&seen, "incident", w->id);
    stmt_str(&seen, "user", cx->actor.id);
    if (stmt_step(&seen)) w->seen_ms = stmt_col_int(&seen, 0);
    TRY(stmt_end(&seen));
    const Sql *const both[] = { &sql_message_unread, &sql_message_first_unread };
    for (size_t k = 0; k < 2; k++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, both[k]);
        stmt_str(&q, "incident", w->id);
        stmt_int(&q, "at_ms", w->seen_ms);
        stmt_str(&q, "user", cx->actor.id);
        if (stmt_step(&q)) { if (k) w->first_unread_id = stmt_col_str(&q, 0); else w->unread = stmt_col_int(&q, 0); }
        TRY(stmt_end(&q));
    }
    return OK;
}

static Err war_room(Cx *cx, Req *req, Res *res)
{
    WarRoom w = { .id = req_param(req, "incident") };
    TRY(new_to(cx, &w));
    TRY(room_list(cx, w.id, &w.rooms));
    TRY(presence_list(cx, w.id, &w.here));
    TRY(proposal_count(cx, w.id, &w.proposals));
    TRY(import_progress(cx, w.id, &w.import));
    res_json(cx, res, &war_room_shape, &w);
    return OK;
}

static Err seen(Cx *cx, Req *req, Res *res)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_seen_put);
    stmt_str(&q, "incident", req_param(req, "incident"));
    stmt_str(&q, "user", cx->actor.id);
    int64_t at_ms = BODY(req, SeenInput)->at_ms;
    stmt_int(&q, "at_ms", at_ms > cx->now_ms ? cx->now_ms : at_ms);
    TRY(stmt_exec(&q));
    return war_room(cx, req, res);
}

typedef struct PresenceInput { Str state; } PresenceInput;
static const char *const presence_states[] = { "here", "typing", "away", NULL };
static SHAPE(message_presence_shape, PresenceInput, "Whether you have the room open",
    FIELD(PresenceInput, state, REQUIRED, "here and typing fade by themselves: say them again", .values = presence_states));

static Err present(Cx *cx, Req *req, Res *res)
{
    TRY(limit_take(cx, arena_fmt(cx->arena, "present:" STR_FMT, STR_ARG(cx->actor.id)), 60, 120));
    res_none(res);
    return presence_tell(cx, req_param(req, "incident"), BODY(req, PresenceInput)->state);
}

/* ---- what is proposed */

static SHAPE(proposal_reason_shape, ProposalReason, "Why a message is proposed",
    FIELD(ProposalReason, reason, READ_ONLY, "The rule", .values = proposal_reasons),
    FIELD(ProposalReason, detail, READ_ONLY | NULLABLE, "The emoji, the words, the link, the cause, who pinned it"));
static SHAPE(proposal_shape, Proposal, "A message that may belong on the timeline",
    FIELD_OF(Proposal, message, FIELD_ONE, &message_shape, READ_ONLY, "What was said"),
    FIELD_OF(Proposal, reasons, FIELD_MANY, &proposal_reason_shape, READ_ONLY, "Why"),
    FIELD(Proposal, kind, READ_ONLY, "The kind of event it would become", .values = timeline_hand_kinds),
    FIELD(Proposal, state, READ_ONLY, "", .values = proposal_states));

static Err proposals(Cx *cx, Req *req, Res *res)
{
    Proposals page = { 0 };
    Cursor after, last = { 0 };
    Strs state = { 0 };
    int64_t limit = req_limit(req), total = 0;
    TRY(req_filter(cx, req, "state", proposal_states, &state));
    TRY(req_cursor(cx, req, &after));
    TRY(proposal_list(cx, req_param(req, "incident"), state.len == 1 ? state.at[0] : S("proposed"), after, limit + 1, &page));
    TRY(proposal_count(cx, req_param(req, "incident"), &total));
    if (page.len > (size_t)limit) last = (Cursor){ page.at[limit - 1].message.at_ms, page.at[limit - 1].message.id };
    res_list(cx, res, &proposal_shape, page.at, sizeof *page.at, page.len, limit, last, state.len ? -1 : total);
    return OK;
}

static Err answer_proposal(Cx *cx, Req *req, Res *res)
{
    Proposal p;
    TRY(proposal_get(cx, req_param(req, "message"), &p));
    res_json(cx, res, &proposal_shape, &p);
    return OK;
}

static Err dismiss(Cx *cx, Req *req, Res *res)
{
    TRY(proposal_decide(cx, req_param(req, "message"), "dismissed"));
    return answer_proposal(cx, req, res);
}

static Err propose_again(Cx *cx, Req *req, Res *res)
{
    TRY(proposal_decide(cx, req_param(req, "message"), "proposed"));
    return answer_proposal(cx, req, res);
}

typedef struct EventWish { Str kind, title; } EventWish;
static SHAPE(message_event_shape, EventWish, "What the event should be",
    FIELD(EventWish, kind, NULLABLE, "Default: as proposed, or message", .values = timeline_hand_kinds),
    FIELD(EventWish, title, NULLABLE, "Default: its first words", .max = 1000));

static Err onto_timeline(Cx *cx, Req *req, Res *res)
{
    Str event;
    EventWish *wish = BODY(req, EventWish);
    TRY(message_to_timeline(cx, req_param(req, "message"), wish->kind, wish->title, &event));
    return show(cx, req, res);
}

static Err off_timeline(Cx *cx, Req *req, Res *res)
{
    TRY(message_off_timeline(cx, req_param(req, "message")));
    return show(cx, req, res);
}

/* ---- who may */

static Err find_message(Cx *cx, Str given, Str *ret_id)
{
    Str incident = S(""), id;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_incident);
    stmt_str(&q, "id", given);
    bool found = stmt_step(&q);
    if (found) incident = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    Err e = found ? incident_resolve(cx, incident, &id) : OK;
    if (!found || err_is(e, ERR_NOT_FOUND)) return fail(cx->arena, ERR_NOT_FOUND, "there is no message " STR_FMT, STR_ARG(given));
    *ret_id = given;
    return e;
}

const Resolver warroom_resolvers[] = { { "message", find_message }, { 0 } };

#define ALL "/api/v1/incidents/:incident/messages"
#define ONE "/api/v1/messages/:message"
const Route warroom_routes[] = {
    { GET, ALL, ROLE_VIEWER, list, .reply = &message_shape, .flags = REPLY_LIST, .query = "sort pinned q",
      .doc = "What was said, newest first: the room itself; with q or pinned replies too" },
    { POST, ALL, ROLE_RESPONDER, say, &message_new_shape, &message_shape, .doc = "Says something; a line such as /sev SEV-1 or /decision … does it (status, sev, role, decision, hypothesis, followup, star, time)" },
    { POST, ALL "/files", ROLE_RESPONDER, upload, .reply = &message_upload_shape, .flags = RAW_BODY | OWN_WRITES, .query = "name",
      .body_bytes = 20u << 20, .doc = "Adds a picture to say something with: the bytes are the body (PNG, JPEG, WebP, GIF; at most 20 MiB)" },
    { GET, "/api/v1/incidents/:incident/war-room", ROLE_VIEWER, war_room, .reply = &war_room_shape, .doc = "What is new to you, and which channels outside belong to it" },
    { POST, "/api/v1/incidents/:incident/war-room/read", ROLE_VIEWER, seen, &message_seen_shape, &war_room_shape, .doc = "Notes how far you have read" },
    { POST, "/api/v1/incidents/:incident/chat-preview", ROLE_RESPONDER, import_preview, .reply = &chat_preview_shape, .flags = RAW_BODY | COMPUTES,
      .query = "channel zone day since until people", .body_bytes = 20u << 20,
      .doc = "Reads an export of Slack (zip), Mattermost (JSONL) or Discord (JSON), or a pasted transcript, and shows what would be imported" },
    { POST, "/api/v1/incidents/:incident/chat-import", ROLE_RESPONDER, import_run, .reply = &chat_imported_shape, .flags = RAW_BODY | OWN_WRITES,
      .query = "channel zone day since until people", .body_bytes = 20u << 20, .doc = "Imports it: what is here already stays as it is" },
    { GET, ONE, ROLE_VIEWER, show, .reply = &message_shape, .doc = "One message" },
    { GET, ONE "/thread", ROLE_VIEWER, thread, .reply = &message_shape, .flags = REPLY_LIST, .doc = "Its replies, oldest first" },
    { PATCH, ONE, ROLE_RESPONDER, edit, &message_edit_shape, &message_shape, .doc = "Changes your own words" },
    { DELETE, ONE, ROLE_RESPONDER, remove_one, .doc = "Deletes your own message, or anybody's as a manager; a tombstone stays" },
    { PUT, ONE "/reactions/:emoji", ROLE_RESPONDER, react, .reply = &message_shape, .flags = NO_MATCH, .doc = "Reacts with an emoji" },
    { DELETE, ONE "/reactions/:emoji", ROLE_RESPONDER, unreact, .reply = &message_shape, .flags = NO_MATCH, .doc = "Takes a reaction back" },
    { POST, "/api/v1/incidents/:incident/war-room/presence", ROLE_VIEWER, present, .body = &message_presence_shape, .doc = "Says that you have the room open, or write" },
    { GET, "/api/v1/incidents/:incident/proposals", ROLE_VIEWER, proposals, .reply = &proposal_shape, .flags = REPLY_LIST, .query = "state",
      .doc = "Messages that may belong on the timeline, each with why" },
    { DELETE, ONE "/proposal", ROLE_RESPONDER, dismiss, .reply = &proposal_shape, .flags = NO_MATCH, .doc = "Does not belong on the timeline" },
    { PUT, ONE "/proposal", ROLE_RESPONDER, propose_again, .reply = &proposal_shape, .flags = NO_MATCH, .doc = "Proposes it again after it was dismissed" },
    { POST, ONE "/timeline", ROLE_RESPONDER, onto_timeline, &message_event_shape, &message_shape, .doc = "Makes it a timeline event, starred, with the message as evidence" },
    { DELETE, ONE "/timeline", ROLE_RESPONDER, off_timeline, .reply = &message_shape, .flags = NO_MATCH, .doc = "Takes that event off the timeline again" },
    { PUT, ONE "/pin", ROLE_RESPONDER, pin, .reply = &message_shape, .flags = NO_MATCH, .doc = "Pins it" },
    { DELETE, ONE "/pin", ROLE_RESPONDER, unpin, .reply = &message_shape, .flags = NO_MATCH, .doc = "Unpins it" },
    { 0 },
};
