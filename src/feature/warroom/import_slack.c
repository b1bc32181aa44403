/* A Slack export: channels.json, users.json and CHANNEL/YYYY-MM-DD.json in a zip. A zip of a Mattermost export is known by its
 * .jsonl. Source: slack.com/help/articles/220556107. */
#include "base/json.h"
#include "base/map.h"
#include "base/utf8.h"
#include "document/zip.h"
#include "feature/warroom/import.h"
#include "feature/warroom/warroom.h"

typedef struct Slack { Arena *a; Zip zip; Map *names; const ChatHow *how; Chat *to; } Slack;

static Err json_of(Slack *s, Str name, const Json **ret)
{
    Str text;
    const ZipEntry *e = zip_find(&s->zip, name);
    *ret = NULL;
    if (!e) return OK;
    TRY(zip_unpack(&s->zip, e, &text));
    TRY_AS(s->a, chat_json(s->a, s->to, text, ret), STR_FMT, STR_ARG(name));
    return OK;
}

static Err people(Slack *s)
{
    const Json *list;
    TRY(json_of(s, S("users.json"), &list));
    json_items(list, u) {
        const Json *profile = json_get(u, S("profile"));
        Str id = json_str_at(u, S("id")), name = json_str_at(profile, S("real_name"));
        if (!name.len) name = json_str_at(u, S("real_name"));
        if (!name.len) name = json_str_at(profile, S("display_name"));
        if (!name.len) name = json_str_at(u, S("name"));
        if (!id.len) continue;
        ChatAuthor *author = arena_make(s->a, ChatAuthor);
        *author = (ChatAuthor){ id, name.len ? name : id, json_str_at(profile, S("email")) };
        map_set(s->names, id, author);
    }
    return OK;
}

static Err channels(Slack *s)
{
    static const char *const files[] = { "channels.json", "groups.json", NULL };
    for (size_t k = 0; files[k]; k++) {
        const Json *list;
        TRY(json_of(s, str_of(files[k]), &list));
        json_items(list, c) {
            Str name = json_str_at(c, S("name"));
            if (name.len) *list_add(s->a, &s->to->channels) = (ChatChannel){ .id = json_str_at(c, S("id")), .name = name };
        }
    }
    list_each(&s->zip.entries, i) {                          /* an export of one channel may lack the lists */
        Str path = s->zip.entries.at[i].name, name = str_before(path, '/');
        bool known = name.len == path.len || !str_ends(path, S(".json")) || !utf8_valid(name);
        list_each(&s->to->channels, k) known = known || str_eq(s->to->channels.at[k].name, name);
        if (!known) *list_add(s->a, &s->to->channels) = (ChatChannel){ .id = name, .name = name };
    }
    return OK;
}

/* ---- text */

/** <@U1>, <@U1|ana>, <#C1|general>, <!here>, <https://x|words>: what stands between the brackets. */
static void bracket(Buf *b, Str inside, Str (*name)(void *arg, Str id), void *arg)
{
    Str target = str_before(inside, '|'), label = str_after(inside, '|');
    char c = target.len ? target.at[0] : 0;
    if (c == '@') { buf_byte(b, '@'); buf_add(b, label.len ? label : name(arg, str_sub(target, 1, target.len))); }
    else if (c == '#') { buf_byte(b, '#'); buf_add(b, label.len ? label : str_sub(target, 1, target.len)); }
    else if (c == '!') { buf_byte(b, '@'); buf_add(b, label.len ? label : str_before(str_sub(target, 1, target.len), '^')); }
    else if (label.len && !str_eq(label, target)) { buf_add(b, label); buf_add(b, S(" (")); buf_add(b, target); buf_byte(b, ')'); }
    else buf_add(b, target);
}

static size_t entity(Str s, size_t i, char *ret)
{
    static const struct { const char *name; char c; } all[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' } };
    for (size_t k = 0; k < 3; k++)
        if (str_starts(str_sub(s, i, 5), str_of(all[k].name))) { *ret = all[k].c; return strlen(all[k].name); }
    return 0;
}

static bool letter(Str s, size_t i)
{
    unsigned char c = i < s.len ? (unsigned char)s.at[i] : ' ';
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/** *bold* becomes **bold**: a star with a word on one side alone. */
static bool star(Str s, size_t i) { return (i > 0 && letter(s, i - 1)) != letter(s, i + 1); }

Str slack_plain(Arena *a, Str text, Str (*name)(void *arg, Str id), void *arg)
{
    Buf b = buf_new(a, text.len * 2 + 4096);
    for (size_t i = 0; i < text.len;) {
        char c = text.at[i];
        size_t n;
        if (c == '<') {
            ptrdiff_t end = str_index(str_sub(text, i, text.len), '>');
            if (end > 1) { bracket(&b, str_sub(text, i + 1, (size_t)end - 1), name, arg); i += (size_t)end + 1; continue; }
        }
        if (c == '&' && (n = entity(text, i, &c))) { buf_byte(&b, c); i += n; continue; }
        if (c == '*' && star(text, i)) buf_byte(&b, '*');
        buf_byte(&b, c);
        i++;
    }
    return buf_str(&b);
}

static Str name_of(void *arg, Str id)
{
    const ChatAuthor *x = map_get(((Slack *)arg)->names, id);
    return x ? x->name : id;
}

/* ---- messages */

static int64_t ts_ms(Str ts)
{
    int64_t s = 0, us = 0;
    Str frac = str_sub(str_after(ts, '.'), 0, 6);
    if (!str_int(str_before(ts, '.'), &s) || s <= 0 || s > 253402300799) return 0;
    if (frac.len == 6) (void)str_int(frac, &us);
    return s * 1000 + us / 1000;
}

static bool is_noise(Str subtype)
{
    static const char *const kept[] = { "", "bot_message", "file_share", "file_comment", "thread_broadcast", "me_message", "reply_broadcast", NULL };
    for (size_t i = 0; kept[i]; i++) if (str_eq(subtype, str_of(kept[i]))) return false;
    return true;
}

static Str said_by(Slack *s, const Json *m)
{
    Str id = json_str_at(m, S("user")), name = json_str_at(json_get(m, S("user_profile")), S("real_name"));
    if (!id.len) id = json_str_at(m, S("bot_id"));
    if (!name.len) name = json_str_at(json_get(m, S("bot_profile")), S("name"));
    if (!name.len) name = json_str_at(m, S("username"));
    if (!id.len) id = name.len ? name : S("?");
    const ChatAuthor *known = map_get(s->names, id);
    ChatAuthor *author = chat_author(s->a, s->to, id, known ? known->name : name, known ? known->email : S(""));
    if (!known && name.len && author) {                       /* without users.json messages tell who spoke, and so whom a mention means */
        ChatAuthor *told = arena_make(s->a, ChatAuthor);
        *told = *author;
        map_set(s->names, id, told);
    }
    return id;
}

static void file_of(Slack *s, ChatMessage *to, const Json *f)
{
    Str name = json_str_at(f, S("name")), url = json_str_at(f, S("permalink"));
    if (!name.len) name = json_str_at(f, S("title"));
    if (name.len) *list_add(s->a, &to->files) = (ChatFile){ name, url, json_str_at(f, S("mimetype")), json_int_of(json_get(f, S("size"))) };
}

static Str words_of(Slack *s, const Json *m)
{
    Str text = slack_plain(s->a, json_str_at(m, S("text")), name_of, s);
    if (str_trim(text).len) return text;
    json_items(json_get(m, S("attachments")), x) {           /* what apps post: cards */
        Str t = json_str_at(x, S("fallback"));
        if (!t.len) t = json_str_at(x, S("title"));
        if (!t.len) t = json_str_at(x, S("text"));
        if (t.len) return slack_plain(s->a, t, name_of, s);
    }
    return text;
}

static void message(Slack *s, const Json *m)
{
    Str type = json_str_at(m, S("type")), ts = json_str_at(m, S("ts"));
    int64_t at_ms = ts_ms(ts);
    if ((type.len && !str_eq(type, S("message"))) || is_noise(json_str_at(m, S("subtype"))) || !at_ms) { s->to->skipped++; return; }
    Str author = said_by(s, m);
    ChatMessage x = { .id = ts, .at_ms = at_ms, .author = author, .text = words_of(s, m), .thread = json_str_at(m, S("thread_ts")),
                      .edited_ms = ts_ms(json_str_at(json_get(m, S("edited")), S("ts"))), .pinned = json_count(json_get(m, S("pinned_to"))) > 0 };
    json_items(json_get(m, S("files")), f) file_of(s, &x, f);
    if (json_get(m, S("file"))) file_of(s, &x, json_get(m, S("file")));
    json_items(json_get(m, S("reactions")), r) {
        ChatReaction *to = list_add(s->a, &x.reactions);
        to->emoji = json_str_at(r, S("name"));
        json_items(json_get(r, S("users")), u) if (json_str_of(u).len) {
            const ChatAuthor *who = map_get(s->names, json_str_of(u));
            chat_author(s->a, s->to, json_str_of(u), who ? who->name : S(""), who ? who->email : S(""));
            *list_add(s->a, &to->who) = json_str_of(u);
        }
    }
    if (str_eq(x.thread, x.id)) x.thread = S("");
    chat_add(s->a, s->to, s->how, x);
}

/** A day's file, unless the day lies well outside of the bounds: time zones may shift it by a day. */
static bool day_matters(const ChatHow *how, Str file)
{
    int64_t y, m, d;
    enum { DAY_MS = 86400000 };
    if (file.len < 10 || !str_int(str_sub(file, 0, 4), &y) || !str_int(str_sub(file, 5, 2), &m) || !str_int(str_sub(file, 8, 2), &d)) return true;
    if (m < 1 || m > 12 || d < 1 || d > 31) return true;
    int64_t ms = zone_ms(S(""), (Civil){ (int)y, (int)m, (int)d, 0, 0, 0 });
    return (!how->since_ms || ms + 2 * DAY_MS >= how->since_ms) && (!how->until_ms || ms - DAY_MS <= how->until_ms);
}

static Err read_channel(Slack *s)
{
    Str folder = arena_fmt(s->a, STR_FMT "/", STR_ARG(s->to->channel.name));
    list_each(&s->zip.entries, i) {
        const ZipEntry *e = &s->zip.entries.at[i];
        if (!str_starts(e->name, folder) || !str_ends(e->name, S(".json"))) continue;
        if (!day_matters(s->how, str_sub(e->name, folder.len, e->name.len))) continue;
        const Json *list;
        TRY(json_of(s, e->name, &list));
        json_items(list, m) message(s, m);
        if (s->to->messages.len > 4 * CHAT_MESSAGES_MOST) return OK;
    }
    return OK;
}

Err chat_slack(Arena *a, Str bytes, const ChatHow *how, Chat *ret)
{
    Slack s = { .a = a, .names = map_new(a), .how = how, .to = ret };
    TRY(zip_read(a, bytes, CHAT_UNPACKED_MOST, &s.zip));
    list_each(&s.zip.entries, i)
        if (str_ends(s.zip.entries.at[i].name, S(".jsonl"))) {
            Str lines;
            TRY(zip_unpack(&s.zip, &s.zip.entries.at[i], &lines));
            return utf8_valid(lines) ? chat_mattermost(a, lines, how, ret) : fail_field(a, S("body"), "the export is not UTF-8");
        }
    ret->source = S("slack");
    TRY(people(&s));
    TRY(channels(&s));
    TRY(chat_pick(a, ret, how));
    return read_channel(&s);
}

Err chat_slack_list(Arena *a, Str text, const ChatHow *how, Chat *ret)
{
    Slack s = { .a = a, .names = map_new(a), .how = how, .to = ret };
    const Json *list;
    TRY(chat_json(a, ret, text, &list));
    Str name = json_str_at(json_at(list, 0), S("channel_name"));
    ret->source = S("slack");
    *list_add(a, &ret->channels) = (ChatChannel){ .id = name.len ? name : S("file"), .name = name.len ? name : S("file") };
    TRY(chat_pick(a, ret, how));
    json_items(list, m) message(&s, m);
    return OK;
}
