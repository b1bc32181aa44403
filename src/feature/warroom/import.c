/* What all readers of chat share, and which of them is asked. */
#include <sodium.h>
#include <stdlib.h>
#include "base/json.h"
#include "base/utf8.h"
#include "document/zip.h"
#include "feature/warroom/import.h"
#include "feature/warroom/warroom.h"

enum { AUTHORS_MOST = 20000 };

const ChatAuthor *chat_author_get(const Chat *c, Str key)
{
    const char *place = c->author_at ? map_get(c->author_at, key) : NULL;
    return place ? &c->authors.at[(uintptr_t)place - 1] : NULL;
}

ChatAuthor *chat_author(Arena *a, Chat *c, Str key, Str name, Str email)
{
    ChatAuthor *x = (ChatAuthor *)(uintptr_t)chat_author_get(c, key);
    if (x) {
        if (name.len && !str_eq(x->name, name) && str_eq(x->name, x->key)) x->name = name;
        return x;
    }
    if (c->authors.len >= AUTHORS_MOST) return NULL;
    if (!c->author_at) c->author_at = map_new(a);
    x = list_add(a, &c->authors);
    *x = (ChatAuthor){ key, name.len ? name : key, email };
    map_set(c->author_at, key, (void *)(uintptr_t)c->authors.len);
    return x;
}

void chat_name_pasted(Arena *a, Str scope, Chat *c)
{
    Map *said = map_new(a);                                   /* how often so far */
    list_each(&c->messages, k) {
        ChatMessage *m = &c->messages.at[k];
        unsigned char sum[16];
        char hex[33];
        if (m->id.len) continue;
        Str what = arena_fmt(a, STR_FMT "\n%lld\n" STR_FMT, STR_ARG(m->author), (long long)m->at_ms, STR_ARG(m->text));
        int64_t *n = map_get(said, what);
        if (n) ++*n;
        else map_set(said, what, n = arena_make(a, int64_t));
        Str all = arena_fmt(a, STR_FMT "\n%lld\n%lld\n" STR_FMT, STR_ARG(m->author), (long long)m->at_ms, (long long)*n, STR_ARG(m->text));
        crypto_generichash(sum, sizeof sum, (const unsigned char *)all.at, all.len, NULL, 0);
        sodium_bin2hex(hex, sizeof hex, sum, sizeof sum);
        m->id = arena_fmt(a, STR_FMT ":%s", STR_ARG(scope), hex);
    }
}

ChatMessage *chat_add(Arena *a, Chat *c, const ChatHow *how, ChatMessage m)
{
    if ((how->since_ms && m.at_ms < how->since_ms) || (how->until_ms && m.at_ms > how->until_ms)) { c->outside++; return NULL; }
    if (!str_trim(m.text).len && !m.files.len) { c->skipped++; return NULL; }
    m.text = utf8_clip(m.text, MESSAGE_BODY_MAX);
    ChatMessage *to = list_add(a, &c->messages);
    *to = m;
    return to;
}

Err chat_pick(Arena *a, Chat *c, const ChatHow *how)
{
    const ChatChannel *found = NULL;
    list_each(&c->channels, i) {
        const ChatChannel *x = &c->channels.at[i];
        if (how->channel.len && (str_eq(x->id, how->channel) || str_eq_nocase(x->name, how->channel))) found = x;
        if (!how->channel.len && !found && how->hint.len && str_find(x->name, how->hint) >= 0) found = x;
    }
    if (!found && how->channel.len) return fail_field(a, S("channel"), "there is no channel " STR_FMT " in it", STR_ARG(how->channel));
    if (!found && c->channels.len) found = &c->channels.at[0];
    if (!found) return fail_field(a, S("body"), "there is no channel in it");
    c->channel = *found;
    return OK;
}

Err chat_json(Arena *a, Chat *c, Str text, const Json **ret)
{
    for (size_t i = 0; i < text.len; i++) c->values += text.at[i] == ',' || text.at[i] == '[' || text.at[i] == '{';
    if (c->values > CHAT_VALUES_MOST) return fail(a, ERR_TOO_LARGE, "the export holds too much: export one channel and a shorter time");
    return json_read(a, text, ret);
}

static int by_time(const void *a, const void *b)
{
    const ChatMessage *x = a, *y = b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

bool chat_is_list(Str text)
{
    Str t = str_trim(str_sub(text, 0, 4096));
    return str_starts(t, S("[")) && str_starts(str_trim(str_sub(t, 1, t.len)), S("{"));
}

static Err read_any(Arena *a, Str bytes, const ChatHow *how, Chat *ret)
{
    if (zip_is(bytes)) return chat_slack(a, bytes, how, ret);
    if (str_starts(bytes, S("\xef\xbb\xbf"))) bytes = str_sub(bytes, 3, bytes.len);
    if (!utf8_valid(bytes)) return fail_field(a, S("body"), "this is neither a zip nor text in UTF-8");
    Str t = str_trim(bytes);
    if (!t.len) return fail_field(a, S("body"), "there is nothing in it");
    const Json *v;
    if (chat_is_list(t)) return chat_slack_list(a, t, how, ret);
    if (t.at[0] != '{') return chat_pasted(a, bytes, how, ret);
    Str line = str_trim(str_before(t, '\n'));
    if (!chat_json(a, ret, line, &v).info && json_str_at(v, S("type")).len && !json_get(v, S("messages"))) return chat_mattermost(a, t, how, ret);
    return chat_discord(a, t, how, ret);
}

Err chat_read(Arena *a, Str bytes, const ChatHow *how, Chat *ret)
{
    *ret = (Chat){ 0 };
    TRY(read_any(a, bytes, how, ret));
    if (ret->messages.len > CHAT_MESSAGES_MOST)
        return fail_field(a, S("since"), "that is %zu messages; at most %d are taken at a time: choose a shorter time", ret->messages.len, CHAT_MESSAGES_MOST);
    list_each(&ret->messages, i) ret->channel.messages++;
    /* qsort may swap equal ones: those of one time keep their order by the place in the list. */
    ChatMessages *m = &ret->messages;
    for (size_t i = 1; i < m->len; i++)
        if (m->at[i].at_ms < m->at[i - 1].at_ms) { qsort(m->at, m->len, sizeof *m->at, by_time); break; }
    return OK;
}
