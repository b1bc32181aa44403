#include "port/change_source.h"
#include "base/map.h"

static const char *const kinds[] = { "deploy", "code", "config", "feature_flag", "infrastructure", "migration", NULL };

static bool is_for(Arena *a, const ChangeMap *map, const Json *root)
{
    if (!map->when) return true;
    Str word = str_after(str_of(map->when), '=');
    Str path = str_before(str_of(map->when), '=');
    Str found = alert_text_at(a, root, root, arena_cstr(a, path));
    if (word.len) return str_eq(found, word);
    const Json *there = alert_at(root, root, path);
    return found.len || json_is_nest(there);
}

typedef struct Mapping { Arena *arena; const ChangeMap *map; const Json *root, *body; Str path; ChangeIn *in; } Mapping;

static Str field_of(const Mapping *m, const char *text)
{
    Str first = str_before(str_of(text), '|');
    if (str_index(first, '{') >= 0) first = str_before(str_after(first, '{'), '}');
    if (str_starts(first, S("$."))) return str_sub(first, 2, first.len);
    return m->path.len ? arena_fmt(m->arena, STR_FMT "." STR_FMT, STR_ARG(m->path), STR_ARG(first)) : first;
}

static Str text_at(const Mapping *m, const char *text) { return alert_text_at(m->arena, m->root, m->body, text); }

/** Without case; "*" stands for any. */
static const char *meaning(const AlertWord *words, Str word)
{
    for (; words && words->word; words++)
        if (str_eq_nocase(str_of(words->word), word) || !strcmp(words->word, "*")) return words->means;
    return NULL;
}

static Err not_known(const Mapping *m, const char *text, Str word)
{
    Str field = field_of(m, text);
    if (!word.len) return fail_field(m->arena, field, STR_FMT " is missing", STR_ARG(field));
    return fail_field(m->arena, field, STR_FMT ": \"%.*s\" is not known here", STR_ARG(field),
                      (int)(word.len < 100 ? word.len : 100), word.at);
}

static Err time_at(const Mapping *m, const char *paths, int64_t *ret_ms)
{
    Str rest = str_of(paths), path;
    while (str_next(&rest, '|', &path)) {
        const Json *found = alert_at(m->root, m->body, path);
        if (json_is_nothing(found) || (found->kind == JS_TEXT && !found->text.len)) continue;
        if (alert_time(found, ret_ms)) return OK;
        Str field = field_of(m, arena_cstr(m->arena, path));
        return fail_field(m->arena, field, STR_FMT " is not a time", STR_ARG(field));
    }
    return OK;
}

static void add_service(const Mapping *m, Str name)
{
    name = alert_line(m->arena, name, 200);
    if (!name.len || m->in->services.len >= 50) return;
    list_each(&m->in->services, i)
        if (str_eq(m->in->services.at[i], name)) return;
    *list_add(m->arena, &m->in->services) = name;
}

static void find_services(const Mapping *m)
{
    Str rest = str_of(m->map->services), text;
    while (str_next(&rest, ';', &text)) {
        const Json *found = alert_at(m->root, m->body, text);
        if (json_is(found, JS_LIST)) json_items(found, one) add_service(m, alert_scalar(one));
        else add_service(m, text_at(m, arena_cstr(m->arena, text)));
    }
}

static Err find_state(const Mapping *m, bool *ret_ignored)
{
    if (!m->map->state) return OK;
    Str word = text_at(m, m->map->state);
    const char *means = meaning(m->map->states, word);
    if (!means) return not_known(m, m->map->state, word);
    *ret_ignored = !strcmp(means, "ignored");
    m->in->state = strcmp(means, "told") ? str_of(means) : S("");
    return OK;
}

static Err find_kind(const Mapping *m, bool *ret_ignored)
{
    const char *text = m->map->kind;
    for (size_t i = 0; kinds[i]; i++)
        if (!strcmp(text, kinds[i])) { m->in->kind = str_of(text); return OK; }
    Str word = text_at(m, text);
    const char *means = meaning(m->map->kinds, word);
    for (size_t i = 0; !means && kinds[i]; i++)
        if (str_eq_nocase(word, str_of(kinds[i]))) means = kinds[i];
    if (!means) return not_known(m, text, word);
    *ret_ignored |= !strcmp(means, "ignored");
    m->in->kind = str_of(means);
    return OK;
}

static Err find_times(const Mapping *m)
{
    ChangeIn *in = m->in;
    bool ended = in->state.len && !str_eq(in->state, S("in_progress"));
    TRY(time_at(m, m->map->started, &in->started_ms));
    TRY(time_at(m, m->map->ended, &in->ended_ms));
    TRY(time_at(m, m->map->at, &in->told_ms));
    if (ended && !in->ended_ms) in->ended_ms = in->told_ms;
    if (!ended && !in->started_ms) in->started_ms = in->told_ms;
    if (!in->told_ms) in->told_ms = ended ? in->ended_ms : in->started_ms;
    if (!ended) in->ended_ms = 0;
    if (in->ended_ms && in->started_ms > in->ended_ms) in->started_ms = in->ended_ms;
    return OK;
}

static Err one_change(const Mapping *m, bool *ret_ignored)
{
    Arena *a = m->arena;
    const ChangeMap *map = m->map;
    ChangeIn *in = m->in;
    Str path = m->path.len ? m->path : S("body");
    if (!json_is(m->body, JS_OBJECT)) return fail_field(a, path, STR_FMT " must be an object", STR_ARG(path));
    TRY(find_state(m, ret_ignored));
    if (*ret_ignored) return OK;
    TRY(find_kind(m, ret_ignored));
    if (*ret_ignored) return OK;
    Str key = text_at(m, map->key);
    if (!key.len && !map->keyless) return not_known(m, map->key, key);
    in->dedup_key = alert_key(a, key);
    in->title = alert_line(a, text_at(m, map->title), 300);
    if (!in->title.len) return not_known(m, map->title, S(""));
    in->description = alert_text(a, text_at(m, map->description));
    in->author = alert_line(a, text_at(m, map->author), 200);
    in->url = text_at(m, map->url);
    for (size_t i = 0; i < in->url.len; i++)
        if ((unsigned char)in->url.at[i] <= ' ') in->url.len = 0;
    if (in->url.len > 2000 || (!str_starts(in->url, S("https://")) && !str_starts(in->url, S("http://")))) in->url = S("");
    find_services(m);
    TRY(find_times(m));
    in->labels = alert_map_labels(a, m->root, m->body, map->labels);
    return map->fix ? map->fix(a, m->root, m->body, in, ret_ignored) : OK;
}

static Err add_one(Arena *a, const ChangeMap *map, const Json *root, const Json *body, Str path, ChangesIn *ret)
{
    ChangeIn in = { .labels = S("{}") };
    bool ignored = false;
    TRY(one_change(&(Mapping){ a, map, root, body, path, &in }, &ignored));
    if (!ignored) *list_add(a, ret) = in;
    return OK;
}

static Err add_list(Arena *a, const ChangeMap *map, const Json *root, ChangesIn *ret)
{
    Str path = str_of(map->list);
    const Json *list = alert_at(root, root, path);
    size_t i = 0;
    if (!json_is(list, JS_LIST)) return fail_field(a, path, STR_FMT " must be a list", STR_ARG(path));
    if (list->count > ALERT_MAX_PER_PAYLOAD)
        return fail_field(a, path, STR_FMT " has %u entries; at most %d fit into one payload", STR_ARG(path),
                          list->count, ALERT_MAX_PER_PAYLOAD);
    json_items(list, one)
        TRY(add_one(a, map, root, one, arena_fmt(a, STR_FMT "[%zu]", STR_ARG(path), i++), ret));
    return OK;
}

Err change_map(Arena *a, const ChangeMap *maps, Str content_type, Str payload, ChangesIn *ret)
{
    const Json *root;
    *ret = (ChangesIn){ 0 };
    TRY(alert_body(a, content_type, payload, &root));
    if (!json_is(root, JS_OBJECT)) return fail_field(a, S("body"), "the body must be an object");
    for (const ChangeMap *map = maps; map->title || map->when; map++) {
        if (!is_for(a, map, root)) continue;
        if (!map->title) return OK;
        return map->list ? add_list(a, map, root, ret) : add_one(a, map, root, root, S(""), ret);
    }
    return fail_field(a, S("body"), "the body is none of the notices that are known here");
}

/* ---- what several vendors share */

void change_label(Arena *a, ChangeIn *in, const char *name, Str value)
{
    Buf out = buf_new(a, in->labels.len + 10 * value.len + 500);
    buf_fmt(&out, "{\"%s\":", name);
    buf_json(&out, value);
    if (in->labels.len > 2) buf_byte(&out, ',');
    buf_add(&out, in->labels.len > 2 ? str_sub(in->labels, 1, in->labels.len) : S("}"));
    in->labels = buf_str(&out);
}

void change_count_commits(Arena *a, const Json *commits, ChangeIn *in)
{
    static const char *const lists[] = { "added", "removed", "modified" };
    Map *files = map_new(a);
    size_t n = json_count(commits), n_files = 0;
    json_items(commits, commit)
        for (size_t list = 0; list < 3 && n_files < 10000; list++)
            json_items(json_get(commit, str_of(lists[list])), file) {
                Str name = alert_scalar(file);
                if (!name.len || map_get(files, name)) continue;
                map_set(files, name, in);
                n_files++;
            }
    if (n) change_label(a, in, "commits", arena_fmt(a, "%zu", n));
    if (n_files) change_label(a, in, "files", arena_fmt(a, "%zu", n_files));
}

/** The title has line breaks as spaces; what follows the first line of the message in it is cut. */
void change_first_line(ChangeIn *in, Str message)
{
    Str first = str_trim(str_before(message, '\n'));
    if (!first.len || first.len == message.len) return;
    ptrdiff_t at = str_find(in->title, str_sub(first, 0, 60));
    if (at >= 0 && (size_t)at + first.len <= in->title.len) in->title.len = (size_t)at + first.len;
}

bool change_has_word(Str text, Str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (str_eq_nocase(str_sub(text, i, word.len), word)) return true;
    return false;
}
