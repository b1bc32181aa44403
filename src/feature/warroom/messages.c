/* The rules of messages: one row for each, however often it arrives. */
#include "base/id.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/attachment/attachment.h"
#include "feature/warroom/rules.h"
#include "sql.gen.h"
#include "store/search.h"

const char *const message_sources[] = { "war_room", "slack", "mattermost", "teams", "discord", "import", NULL };

enum { AHEAD_MS = 60 * 1000, REACTIONS_MAX = 500, REACTION_BYTES = 64 };
static const int64_t EARLIEST_MS = 946684800000;                   /* 2000-01-01 */

MessageAuthor message_actor(const Cx *cx)
{
    return (MessageAuthor){ .id = cx->actor.id, .name = cx->actor.name, .avatar_color = cx->actor.avatar_color };
}

/* ---- telling */

static Err touch(Cx *cx, const Message *m, const Incident *i, const char *kind)
{
    Str topic = arena_fmt(cx->arena, "messages:" STR_FMT, STR_ARG(m->incident_id));
    return live_touch(cx, topic, kind, m->id, m->version, i->audience);
}

/** `reaction` (empty: none) was added or taken back. */
static Err tell_all(Cx *cx, const Message *m, const Incident *i, const char *kind, bool quiet, Str reaction, bool on)
{
    Strs people = { 0 };
    if (quiet) return OK;                                    /* imports tell once, at their end */
    TRY(touch(cx, m, i, kind));
    list_each(&m->mentions, k) *list_add(cx->arena, &people) = m->mentions.at[k].id;
    Buf b = buf_new(cx->arena, 64 << 10);
    buf_add(&b, S("{\"source\":"));
    buf_json(&b, m->source);
    buf_add(&b, S(",\"channel\":"));
    buf_json(&b, m->channel);
    buf_add(&b, S(",\"thread\":"));
    buf_json(&b, m->thread_id);
    buf_fmt(&b, ",\"people\":" STR_FMT ",\"body\":", STR_ARG(strs_json(cx->arena, people)));
    buf_json(&b, utf8_clip(m->body, 300));
    if (reaction.len) {
        buf_add(&b, S(",\"reaction\":"));
        buf_json(&b, reaction);
        buf_fmt(&b, ",\"on\":%s", on ? "true" : "false");
    }
    buf_byte(&b, '}');
    return event_emit(cx, &(Event){ .kind = arena_fmt(cx->arena, "message.%s", kind).at, .subject = m->incident_id, .object = m->id,
                                    .title = arena_fmt(cx->arena, "Message in " STR_FMT, STR_ARG(i->reference)),
                                    .data = buf_str(&b), .source = m->source, .version = m->version, .audience = i->audience });
}

static Err tell(Cx *cx, const Message *m, const Incident *i, const char *kind, bool quiet) { return tell_all(cx, m, i, kind, quiet, S(""), false); }

Err message_tell(Cx *cx, const Message *m, const char *kind, bool quiet)
{
    Incident i;
    TRY(incident_row(cx, m->incident_id, &i));
    return tell(cx, m, &i, kind, quiet);
}

Err message_search_put(Cx *cx, const Message *m, const Incident *i)
{
    SearchDoc doc = { .kind = S("message"), .id = m->id, .title = S(""), .body = m->body, .audience = i->audience, .at_ms = m->at_ms };
    return search_put(cx->store, cx->arena, &doc);
}

/* ---- names */

Err message_known(Cx *cx, Str source, Str channel, Str source_id, Str *ret_id)
{
    *ret_id = S("");
    if (!source_id.len) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_ref_get);
    stmt_str(&q, "source", source);
    stmt_str(&q, "channel", channel);
    stmt_str(&q, "source_id", source_id);
    if (stmt_step(&q)) *ret_id = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

Err message_find(Cx *cx, Str source, Str channel, Str source_id, Str *ret_id)
{
    TRY(message_known(cx, source, channel, source_id, ret_id));
    return ret_id->len ? OK : fail(cx->arena, ERR_NOT_FOUND, "there is no message " STR_FMT, STR_ARG(source_id));
}

Err message_ref_put(Cx *cx, Str id, Str source, Str channel, Str source_id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_ref_insert);
    stmt_str(&q, "source", source);
    stmt_str(&q, "channel", channel);
    stmt_str(&q, "source_id", source_id);
    stmt_str(&q, "message", id);
    return stmt_exec(&q);
}

Err message_ref_of(Cx *cx, Str id, Str source, Str channel, Str *ret)
{
    *ret = S("");
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_ref_by_message);
    stmt_str(&q, "message", id);
    stmt_str(&q, "source", source);
    stmt_str(&q, "channel", channel);
    if (stmt_step(&q)) *ret = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

/* ---- checking what arrives */

static bool is_source(Str source)
{
    for (size_t i = 0; message_sources[i]; i++)
        if (str_eq(source, str_of(message_sources[i]))) return true;
    return false;
}

static Err check(Cx *cx, const MessageIn *in)
{
    if (!is_source(in->source)) return fail_field(cx->arena, S("source"), "no such source: " STR_FMT, STR_ARG(in->source));
    if (in->body.len > MESSAGE_BODY_MAX) return fail_field(cx->arena, S("body"), "a message has at most %d bytes", MESSAGE_BODY_MAX);
    if (!utf8_valid(in->body)) return fail_field(cx->arena, S("body"), "the text is not UTF-8");
    if (!str_trim(in->body).len && !in->files.len) return fail_field(cx->arena, S("body"), "say something");
    if (in->files.len > MESSAGE_FILES_MAX) return fail_field(cx->arena, S("files"), "a message has at most %d files", MESSAGE_FILES_MAX);
    if (!in->author.id.len && !str_trim(in->author.name).len) return fail_field(cx->arena, S("author"), "who said it?");
    if (in->at_ms && in->at_ms < EARLIEST_MS) return fail_field(cx->arena, S("at"), "at is before the year 2000");
    if (in->source_id.len > 200 || in->channel.len > 200) return fail_field(cx->arena, S("source_id"), "at most 200 bytes");
    return OK;
}

/** Who is mentioned: people who may see the incident; others are left out, so that nobody hears of what is private. */
static Err mentioned(Cx *cx, const Incident *i, const Strs *given, Strs *ret)
{
    if (given->len > 50) return fail_field(cx->arena, S("mention_ids"), "a message mentions at most 50 people");
    list_each(given, k) {
        UserRef user;
        bool sees = false;
        TRY(user_named(cx, arena_fmt(cx->arena, "mention_ids[%zu]", k), given->at[k], &user));
        Cx reader = *cx;
        reader.actor = (Actor){ .id = user.id, .role = ROLE_VIEWER };
        TRY(access_sees(&reader, i->audience, &sees));
        if (sees) ids_add(cx->arena, ret, user.id);
    }
    return OK;
}

/** The first message of the thread that this is a reply in; empty when it stands in the room or its first is not there yet. */
static Err thread_of(Cx *cx, const MessageIn *in, Str *ret)
{
    Str id = in->thread_id;
    *ret = S("");
    if (!id.len && str_eq(in->thread, in->source_id)) return OK;
    if (!id.len) TRY(message_known(cx, in->source, in->channel, in->thread, &id));
    if (!id.len) return OK;
    Message first;
    TRY(message_get(cx, id, &first));
    if (!str_eq(first.incident_id, in->incident))
        return fail_field(cx->arena, S("thread_id"), "that message is in the room of another incident");
    *ret = first.thread_id.len ? first.thread_id : first.id;
    return OK;
}

/* ---- files */

static Err file_put(Cx *cx, Str message, const Incident *i, size_t k, MessageFile f)
{
    bool image = str_eq(f.kind, S("image"));
    if (image) {
        Attachment kept;
        TRY(attachment_use(cx, i->id, f.id, &kept));
        f = (MessageFile){ .id = kept.id, .kind = S("image"), .name = f.name.len ? f.name : kept.name, .url = kept.url,
            .type = arena_fmt(cx->arena, "image/" STR_FMT, STR_ARG(kept.format)), .bytes = kept.bytes, .width = kept.width,
            .height = kept.height };
    } else if (f.url.len && !str_starts(f.url, S("https://")) && !str_starts(f.url, S("http://"))) f.url = S("");
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_file_insert);
    stmt_str(&q, "message", message);
    stmt_int(&q, "position", (int64_t)k);
    stmt_str(&q, "id", f.id);
    stmt_str(&q, "kind", f.kind);
    stmt_str(&q, "name", utf8_clip(f.name, 300));
    stmt_str(&q, "type", utf8_clip(f.type, 100));
    stmt_str(&q, "url", f.url.len > 2000 ? S("") : f.url);
    stmt_int(&q, "bytes", f.bytes);
    stmt_int(&q, "width", f.width);
    stmt_int(&q, "height", f.height);
    return stmt_exec(&q);
}

static Err files_put(Cx *cx, Str message, const Incident *i, const MessageFiles *files)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_message_file_clear, "sent", NULL);
    stmt_str(&q, "message", message);
    TRY(stmt_exec(&q));
    list_each(files, k) TRY(file_put(cx, message, i, k, files->at[k]));
    return OK;
}

static bool same_files(const MessageFiles *was, const MessageFiles *now)
{
    size_t sent = 0;
    while (sent < was->len && !was->at[sent].frozen) sent++;               /* they come last */
    if (sent != now->len) return false;
    for (size_t k = 0; k < sent; k++) {
        const MessageFile *a = &was->at[k], *b = &now->at[k];
        bool image = str_eq(a->kind, S("image"));
        if (!str_eq(a->kind, b->kind) || !str_eq(a->id, b->id)) return false;
        if (!image && (!str_eq(a->name, b->name) || a->bytes != b->bytes)) return false;
    }
    return true;
}

/* ---- adding */

static Err replied(Cx *cx, Str thread, int64_t delta, int64_t at_ms)
{
    if (!thread.len || !delta) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_replied);
    stmt_str(&q, "id", thread);
    stmt_int(&q, "delta", delta);
    stmt_int(&q, "at_ms", at_ms);
    return stmt_exec(&q);
}

/** Replies that came before what they reply to find it now. */
static Err join_waiting(Cx *cx, const MessageIn *in, Str id)
{
    if (!in->source_id.len) return OK;
    const Sql *const both[] = { &sql_message_waiting_count, &sql_message_waiting_join };
    int64_t n = 0, last_ms = 0;
    for (size_t k = 0; k < 2; k++) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, both[k]);
        stmt_str(&q, "source", in->source);
        stmt_str(&q, "channel", in->channel);
        stmt_str(&q, "ref", in->source_id);
        stmt_str(&q, "incident", in->incident);
        if (k) stmt_str(&q, "id", id);
        if (stmt_step(&q) && !k) n = stmt_col_int(&q, 0), last_ms = stmt_col_int(&q, 1);
        TRY(stmt_end(&q));
        if (!n) return OK;
    }
    return replied(cx, id, n, last_ms);
}

static Err insert(Cx *cx, const MessageIn *in, Str id, Str thread, Strs mentions)
{
    bool waits = !thread.len && in->thread.len && !str_eq(in->thread, in->source_id);
    int64_t at_ms = !in->at_ms || in->at_ms > cx->now_ms + AHEAD_MS ? cx->now_ms : in->at_ms;
    const struct { const char *name; Str value; } texts[] = {
        { "id", id }, { "incident", in->incident }, { "thread", thread }, { "thread_ref", waits ? in->thread : S("") },
        { "kind", in->kind.len ? in->kind : S("text") }, { "body", in->body }, { "data", in->data.len ? in->data : S("{}") },
        { "url", in->url.len > 2000 ? S("") : in->url }, { "source", in->source }, { "channel", in->channel },
        { "author", in->author.id }, { "author_key", utf8_clip(in->author.key, 200) },
        { "author_name", utf8_clip(str_trim(in->author.name), 200) }, { "mentions", strs_json(cx->arena, mentions) },
    };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_insert);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) stmt_str(&q, texts[i].name, texts[i].value);
    stmt_int(&q, "at_ms", at_ms);
    stmt_int(&q, "edited_ms", in->edited_ms);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(replied(cx, thread, 1, at_ms));
    return in->source_id.len ? message_ref_put(cx, id, in->source, in->channel, in->source_id) : OK;
}

static Err add(Cx *cx, const MessageIn *in, const Incident *i, Strs mentions, Message *ret)
{
    Str id = id_new(cx->arena, cx->now_ms), thread;
    TRY(thread_of(cx, in, &thread));
    TRY(insert(cx, in, id, thread, mentions));
    TRY(files_put(cx, id, i, &in->files));
    TRY(join_waiting(cx, in, id));
    TRY(incident_count(cx, in->incident, INCIDENT_MESSAGES, 1));
    TRY(message_get(cx, id, ret));
    TRY(message_search_put(cx, ret, i));
    TRY(proposal_look(cx, ret));
    return tell(cx, ret, i, "added", in->quiet);
}

/* ---- correcting */

static Err correct(Cx *cx, Str id, Str body, Str data, Strs mentions, int64_t edited_ms)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_correct);
    stmt_str(&q, "id", id);
    stmt_str(&q, "body", body);
    stmt_str(&q, "data", data);
    stmt_str(&q, "mentions", strs_json(cx->arena, mentions));
    stmt_int(&q, "edited_ms", edited_ms);
    return stmt_exec(&q);
}

static Err arrived_again(Cx *cx, const MessageIn *in, Str id, const Incident *i, Strs mentions, Message *ret, bool *ret_changed)
{
    TRY(message_get(cx, id, ret));
    bool same_body = str_eq(ret->body, in->body), files = same_files(&ret->files, &in->files);
    bool older = in->edited_ms < ret->edited_ms;           /* the news of an edit were overtaken by a later one */
    *ret_changed = !ret->deleted_ms && !older && (!same_body || !files);
    if (!*ret_changed) return OK;
    int64_t edited_ms = in->edited_ms ? in->edited_ms : same_body ? ret->edited_ms : cx->now_ms;
    TRY(correct(cx, id, in->body, in->data.len ? in->data : ret->data, mentions, edited_ms));
    if (!files) TRY(files_put(cx, id, i, &in->files));
    TRY(message_get(cx, id, ret));
    TRY(message_search_put(cx, ret, i));
    TRY(proposal_look(cx, ret));
    return tell(cx, ret, i, "edited", in->quiet);
}

Err message_put(Cx *cx, const MessageIn *in, Message *ret, bool *ret_changed)
{
    Incident i;
    Str id;
    Strs mentions = { 0 };
    bool changed = true;
    TRY(check(cx, in));
    TRY(incident_row(cx, in->incident, &i));
    TRY(mentioned(cx, &i, &in->mention_ids, &mentions));
    TRY(message_known(cx, in->source, in->channel, in->source_id, &id));
    if (id.len) TRY(arrived_again(cx, in, id, &i, mentions, ret, &changed));
    else TRY(add(cx, in, &i, mentions, ret));
    if (ret_changed) *ret_changed = changed;
    return OK;
}

Err message_edit_own(Cx *cx, Str id, Str body, Strs mention_ids)
{
    Message m;
    Incident i;
    Strs mentions = { 0 };
    TRY(message_get(cx, id, &m));
    TRY(cx_match(cx, m.version));
    if (!m.can_edit) return fail(cx->arena, ERR_FORBIDDEN, "only its author may change a message, and only where it was written");
    TRY(incident_row(cx, m.incident_id, &i));
    TRY(mentioned(cx, &i, &mention_ids, &mentions));
    if (!str_trim(body).len && !m.files.len) return fail_field(cx->arena, S("body"), "say something, or delete the message");
    if (str_eq(body, m.body)) return OK;
    TRY(correct(cx, id, body, m.data, mentions, cx->now_ms));
    TRY(message_get(cx, id, &m));
    TRY(message_search_put(cx, &m, &i));
    TRY(proposal_look(cx, &m));
    return tell(cx, &m, &i, "edited", false);
}

Err message_event_set(Cx *cx, Str id, Str event)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_event_set);
    stmt_str(&q, "id", id);
    stmt_str(&q, "event", event);
    return stmt_exec(&q);
}

Err message_done(Cx *cx, Str id, const CommandDone *done)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_data_set);
    stmt_str(&q, "id", id);
    stmt_str(&q, "data", done->data);
    return stmt_exec(&q);
}

/* ---- taking back */

static Err clear(Cx *cx, const Sql *sql, Str message)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, sql);
    stmt_str(&q, "message", message);
    return stmt_exec(&q);
}

Err message_delete(Cx *cx, Str id)
{
    Message m;
    TRY(message_get(cx, id, &m));
    if (m.deleted_ms) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_bury);
    stmt_str(&q, "id", id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    TRY(clear(cx, &sql_message_reaction_clear, id));
    if (!m.event_id.len)                                    /* what became evidence is frozen */
        list_each(&m.files, k) if (str_eq(m.files.at[k].kind, S("image"))) TRY(attachment_drop(cx, m.files.at[k].id));
    TRY(clear(cx, &sql_message_file_clear, id));
    TRY(replied(cx, m.thread_id, -1, 0));
    TRY(incident_count(cx, m.incident_id, INCIDENT_MESSAGES, -1));
    TRY(proposal_remove(cx, id));
    TRY(search_remove(cx->store, cx->arena, S("message"), id));
    TRY(message_get(cx, id, &m));
    return message_tell(cx, &m, "deleted", false);
}

Err message_delete_own(Cx *cx, Str id)
{
    Message m;
    TRY(message_get(cx, id, &m));
    TRY(cx_match(cx, m.version));
    if (m.deleted_ms) return OK;
    if (!m.can_delete) return fail(cx->arena, ERR_FORBIDDEN, "only its author, or a manager, may delete a message");
    return message_delete(cx, id);
}

/* ---- reactions and pins */

static Err reaction_check(Cx *cx, const Message *m, Str reaction)
{
    if (m->deleted_ms) return fail(cx->arena, ERR_CONFLICT, "the message was deleted");
    bool odd = !reaction.len || reaction.len > REACTION_BYTES || !utf8_valid(reaction);
    for (size_t i = 0; i < reaction.len; i++) odd = odd || (unsigned char)reaction.at[i] <= ' ' || reaction.at[i] == 0x7f;
    if (odd) return fail_field(cx->arena, S("emoji"), "a reaction is an emoji or its :name:");
    return OK;
}

static Err reaction_count(Cx *cx, Str id, int64_t *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_reaction_count);
    stmt_str(&q, "message", id);
    if (stmt_step(&q)) *ret = stmt_col_int(&q, 0);
    return stmt_end(&q);
}

Err message_react(Cx *cx, Str id, MessageAuthor who, Str reaction, bool on)
{
    return message_react_how(cx, id, who, reaction, on, false);
}

Err message_react_how(Cx *cx, Str id, MessageAuthor who, Str reaction, bool on, bool quiet)
{
    Message m;
    int64_t n = 0;
    TRY(message_get(cx, id, &m));
    TRY(reaction_check(cx, &m, reaction));
    if (on) TRY(reaction_count(cx, id, &n));
    if (n >= REACTIONS_MAX) return fail(cx->arena, ERR_CONFLICT, "a message has at most %d reactions", REACTIONS_MAX);
    auto_stmt q = stmt_begin(cx->arena, cx->store, on ? &sql_message_reaction_add : &sql_message_reaction_remove);
    stmt_str(&q, "message", id);
    stmt_str(&q, "reaction", reaction);
    stmt_str(&q, "who", who.id.len ? who.id : arena_fmt(cx->arena, STR_FMT ":" STR_FMT, STR_ARG(m.source), STR_ARG(who.key.len ? who.key : who.name)));
    if (on) stmt_str(&q, "name", who.id.len ? S("") : utf8_clip(who.name, 200)), stmt_int(&q, "now_ms", cx->now_ms);
    stmt_step(&q);
    bool changed = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    if (!changed) return OK;
    TRY(message_get(cx, id, &m));
    TRY(proposal_look(cx, &m));
    Incident i;
    TRY(incident_row(cx, m.incident_id, &i));
    return tell_all(cx, &m, &i, "reacted", quiet, reaction, on);
}

Err message_pin(Cx *cx, Str id, bool on) { return message_pin_how(cx, id, on, false); }

Err message_pin_how(Cx *cx, Str id, bool on, bool quiet)
{
    Message m;
    TRY(message_get(cx, id, &m));
    if (m.deleted_ms) return fail(cx->arena, ERR_CONFLICT, "the message was deleted");
    if ((m.pinned_ms > 0) == on) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_pin_set);
    stmt_str(&q, "id", id);
    stmt_int(&q, "pinned_ms", on ? cx->now_ms : 0);
    stmt_str(&q, "by", on ? cx->actor.id : S(""));
    TRY(stmt_exec(&q));
    TRY(message_get(cx, id, &m));
    TRY(proposal_look(cx, &m));
    return message_tell(cx, &m, on ? "pinned" : "unpinned", quiet);
}
