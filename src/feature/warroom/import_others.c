/* Mattermost's bulk export (a JSON object a line; docs.mattermost.com/administration-guide/manage/bulk-export-tool.html) and the
 * JSON of DiscordChatExporter (github.com/Tyrrrz/DiscordChatExporter). */
#include "base/json.h"
#include "base/map.h"
#include "base/time.h"
#include "feature/warroom/import.h"
#include "feature/warroom/warroom.h"

/* ---- Mattermost */

typedef struct Matter { Arena *a; Map *names; const ChatHow *how; Chat *to; } Matter;

static Str base_name(Str path)
{
    Str part = path, rest = path;
    while (str_next(&rest, '/', &part)) {}
    return part;
}

static Str poster(Matter *m, Str username)
{
    const ChatAuthor *known = map_get(m->names, username);
    chat_author(m->a, m->to, username, known ? known->name : username, known ? known->email : S(""));
    return username;
}

/* Posts have no id there: who and when is one. */
static void post(Matter *m, const Json *p, Str thread)
{
    int64_t at_ms = json_int_of(json_get(p, S("create_at"))), edited_ms = json_int_of(json_get(p, S("edit_at")));
    Str user = json_str_at(p, S("user"));
    if (at_ms <= 0 || at_ms > 253402300799000 || !user.len) { m->to->skipped++; return; }
    if (str_starts(json_str_at(p, S("type")), S("system_"))) { m->to->skipped++; return; }
    ChatMessage x = { .id = arena_fmt(m->a, STR_FMT ":%lld", STR_ARG(user), (long long)at_ms), .thread = thread, .author = poster(m, user),
                      .text = json_str_at(p, S("message")), .at_ms = at_ms, .edited_ms = edited_ms > 0 ? edited_ms : 0,
                      .pinned = json_is(json_get(p, S("is_pinned")), JS_TRUE) };
    json_items(json_get(p, S("attachments")), f)
        if (json_str_at(f, S("path")).len) *list_add(m->a, &x.files) = (ChatFile){ .name = base_name(json_str_at(f, S("path"))) };
    json_items(json_get(p, S("reactions")), r) {
        Str emoji = json_str_at(r, S("emoji_name")), who = json_str_at(r, S("user"));
        ChatReaction *to = NULL;
        list_each(&x.reactions, i) if (str_eq(x.reactions.at[i].emoji, emoji)) to = &x.reactions.at[i];
        if (!emoji.len || !who.len) continue;
        if (!to) { to = list_add(m->a, &x.reactions); to->emoji = emoji; }
        *list_add(m->a, &to->who) = poster(m, who);
    }
    Str id = x.id;
    chat_add(m->a, m->to, m->how, x);
    if (!thread.len) json_items(json_get(p, S("replies")), r) post(m, r, id);
}

static void matter_head(Matter *m, Str type, const Json *v)
{
    if (str_eq(type, S("user"))) {
        const Json *u = json_get(v, S("user"));
        Str first = json_str_at(u, S("first_name")), last = json_str_at(u, S("last_name")), username = json_str_at(u, S("username"));
        Str full = str_trim(arena_fmt(m->a, STR_FMT " " STR_FMT, STR_ARG(first), STR_ARG(last)));
        ChatAuthor *x = arena_make(m->a, ChatAuthor);
        *x = (ChatAuthor){ username, full.len ? full : username, json_str_at(u, S("email")) };
        if (username.len) map_set(m->names, username, x);
    } else if (str_eq(type, S("channel"))) {
        const Json *c = json_get(v, S("channel"));
        Str shown = json_str_at(c, S("display_name")), name = json_str_at(c, S("name"));
        if (name.len) *list_add(m->a, &m->to->channels) = (ChatChannel){ .id = name, .name = shown.len ? shown : name };
    }
}

Err chat_mattermost(Arena *a, Str lines, const ChatHow *how, Chat *ret)
{
    Matter m = { .a = a, .names = map_new(a), .how = how, .to = ret };
    ret->source = S("mattermost");
    for (int pass = 0; pass < 2; pass++) {
        Str rest = lines, line;
        int64_t n = 0;
        while (str_next(&rest, '\n', &line)) {
            const Json *v;
            n++;
            line = str_trim(line);
            if (!line.len) continue;
            Err e = chat_json(a, ret, line, &v);
            if (err_is(e, ERR_TOO_LARGE)) return e;
            if (e.info) return fail_field(a, S("body"), "line %lld is not JSON", (long long)n);
            Str type = json_str_at(v, S("type"));
            const Json *p = json_get(v, S("post"));
            if (pass == 0) matter_head(&m, type, v);
            else if (str_eq(type, S("post")) && str_eq(json_str_at(p, S("channel")), ret->channel.id)) post(&m, p, S(""));
            if (ret->messages.len > 4 * CHAT_MESSAGES_MOST) return OK;
        }
        if (pass == 0) TRY(chat_pick(a, ret, how));
    }
    return OK;
}

/* ---- Discord */

static Str discord_author(Arena *a, Chat *to, const Json *u)
{
    Str id = json_str_at(u, S("id")), name = json_str_at(u, S("nickname"));
    if (!name.len) name = json_str_at(u, S("name"));
    if (!id.len) id = name.len ? name : S("?");
    chat_author(a, to, id, name, S(""));
    return id;
}

static void discord_message(Arena *a, const ChatHow *how, Chat *to, const Json *m)
{
    static const char *const kept[] = { "", "Default", "Reply", "ThreadStarterMessage", "ChatInputCommand", NULL };
    Str type = json_str_at(m, S("type"));
    bool noise = true;
    ChatMessage x = { .id = json_str_at(m, S("id")), .text = json_str_at(m, S("content")), .pinned = json_is(json_get(m, S("isPinned")), JS_TRUE),
                      .thread = json_str_at(json_get(m, S("reference")), S("messageId")) };
    for (size_t i = 0; kept[i]; i++) noise = noise && !str_eq(type, str_of(kept[i]));
    if (noise || !x.id.len || !time_parse(json_str_at(m, S("timestamp")), &x.at_ms)) { to->skipped++; return; }
    (void)time_parse(json_str_at(m, S("timestampEdited")), &x.edited_ms);
    x.author = discord_author(a, to, json_get(m, S("author")));
    json_items(json_get(m, S("attachments")), f)
        if (json_str_at(f, S("fileName")).len)
            *list_add(a, &x.files) = (ChatFile){ json_str_at(f, S("fileName")), json_str_at(f, S("url")), S(""), json_int_of(json_get(f, S("fileSizeBytes"))) };
    json_items(json_get(m, S("reactions")), r) {
        ChatReaction *to_r = list_add(a, &x.reactions);
        to_r->emoji = json_str_at(json_get(r, S("emoji")), S("name"));
        json_items(json_get(r, S("users")), u) *list_add(a, &to_r->who) = discord_author(a, to, u);
    }
    chat_add(a, to, how, x);
}

Err chat_discord(Arena *a, Str json, const ChatHow *how, Chat *ret)
{
    const Json *v;
    ret->source = S("discord");
    Err e = chat_json(a, ret, json, &v);
    if (err_is(e, ERR_TOO_LARGE)) return e;
    if (e.info) return fail_field(a, S("body"), "this is no export that is known (Slack zip, Mattermost JSONL, Discord JSON, text): " STR_FMT, STR_ARG(e.info->message));
    if (!json_is(json_get(v, S("messages")), JS_LIST)) return fail_field(a, S("body"), "this JSON is no export of Discord: it has no list of messages");
    const Json *c = json_get(v, S("channel"));
    Str name = json_str_at(c, S("name"));
    *list_add(a, &ret->channels) = (ChatChannel){ .id = json_str_at(c, S("id")).len ? json_str_at(c, S("id")) : S("discord"), .name = name.len ? name : S("Discord") };
    TRY(chat_pick(a, ret, &(ChatHow){ 0 }));
    json_items(json_get(v, S("messages")), m) {
        discord_message(a, how, ret, m);
        if (ret->messages.len > 4 * CHAT_MESSAGES_MOST) break;
    }
    return OK;
}
