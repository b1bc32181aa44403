#include "port/alert_map.h"
#include "base/utf8.h"

const AlertWord alert_plugin_states[] = {
    { "OK", "info" }, { "UP", "info" }, { "WARNING", "warning" }, { "WARN", "warning" },
    { "CRITICAL", "critical" }, { "CRIT", "critical" }, { "DOWN", "critical" },
    { "UNREACHABLE", "error" }, { "UNREACH", "error" }, { "UNKNOWN", "unknown" },
    { 0 },
};

const AlertWord alert_plugin_notices[] = {
    { "PROBLEM", "firing" }, { "RECOVERY", "resolved" }, { "ACKNOWLEDGEMENT", "acknowledged" },
    { "*", "ignored" },
    { 0 },
};

const Json *alert_at(const Json *root, const Json *alert, Str path)
{
    const Json *at = alert;
    Str part;
    int64_t index;
    if (str_starts(path, S("$"))) {
        at = root;
        path = str_sub(path, path.len > 1 ? 2 : 1, path.len);
    }
    while (at && str_next(&path, '.', &part)) {
        at = json_is(at, JS_LIST) ? str_int(part, &index) && index >= 0 ? json_at(at, (size_t)index) : NULL
                               : json_get(at, part);
    }
    return at;
}

static Str scalar_at(const Json *root, const Json *alert, Str path)
{
    const Json *found = alert_at(root, alert, path);
    if (json_is_nest(found)) return S("");
    return str_trim(alert_scalar(found));
}

/** "{host}: {service}"; "" when one of its paths gives nothing. */
static Str sentence(Arena *a, const Json *root, const Json *alert, Str text)
{
    Buf out = buf_new(a, 4 * ALERT_TEXT_BYTES);
    while (text.len) {
        Str plain = str_before(text, '{');
        buf_add(&out, plain);
        text = str_sub(text, plain.len + 1, text.len);
        if (!text.len) break;
        Str path = str_before(text, '}'), found = scalar_at(root, alert, path);
        if (!found.len) return S("");
        buf_add(&out, found);
        text = str_sub(text, path.len + 1, text.len);
    }
    return str_trim(buf_str(&out));
}

Str alert_text_at(Arena *a, const Json *root, const Json *alert, const char *text)
{
    Str rest = str_of(text), option;
    while (str_next(&rest, '|', &option)) {
        Str found = str_index(option, '{') >= 0 ? sentence(a, root, alert, option) : scalar_at(root, alert, option);
        if (found.len) return found;
    }
    return S("");
}

/** The first path of a text, as the sender knows it: "alerts[2].fingerprint". */
static Str field_name(Arena *a, Str path, const char *text)
{
    Str first = str_before(str_of(text), '|');
    if (str_index(first, '{') >= 0) first = str_before(str_after(first, '{'), '}');
    if (str_starts(first, S("$."))) return str_sub(first, 2, first.len);
    return path.len ? arena_fmt(a, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(first)) : first;
}

typedef struct Mapping { Arena *arena; const AlertMap *map; const Json *root, *alert; Str path; AlertIn *in; } Mapping;

static Err time_at(Mapping *m, const char *paths, int64_t *ret_ms)
{
    Str rest = str_of(paths), path;
    while (str_next(&rest, '|', &path)) {
        const Json *found = alert_at(m->root, m->alert, path);
        if (json_is_nothing(found) || (found->kind == JS_TEXT && !found->text.len)) continue;
        if (alert_time(found, ret_ms)) return OK;
        Str field = field_name(m->arena, m->path, arena_cstr(m->arena, path));
        return fail_field(m->arena, field, STR_FMT " is not a time", STR_ARG(field));
    }
    return OK;
}

static const char *meaning(const AlertWord *words, Str word)
{
    for (; words && words->word; words++)
        if (str_eq_nocase(str_of(words->word), word) || !strcmp(words->word, "*")) return words->means;
    return NULL;
}

static Err state_of(Mapping *m, bool *ret_ignored)
{
    if (!m->map->state) return OK;
    Str word = alert_text_at(m->arena, m->root, m->alert, m->map->state);
    const char *means = meaning(m->map->states, word);
    if (!means) {
        Str field = field_name(m->arena, m->path, m->map->state);
        return word.len ? fail_field(m->arena, field, STR_FMT ": \"%.*s\" is no state that is known here", STR_ARG(field),
                                     (int)(word.len < 100 ? word.len : 100), word.at)
                        : fail_field(m->arena, field, STR_FMT " is missing", STR_ARG(field));
    }
    m->in->resolved = !strcmp(means, "resolved");
    m->in->acknowledged = !strcmp(means, "acknowledged");
    *ret_ignored = !strcmp(means, "ignored");
    return OK;
}

/* ---- labels and links */

/** "name:value", or just a value. */
static void add_text(AlertLabels *labels, Str otherwise, Str text)
{
    Str name = str_trim(str_before(text, ':')), value = str_trim(str_after(text, ':'));
    if (!value.len) { value = name; name = otherwise; }
    if (name.len && value.len) alert_labels_add(labels, name, value);
}

static void add_pair(Mapping *m, AlertLabels *labels, Str otherwise, const Json *one)
{
    Arena *a = m->arena;
    Str name, value;
    if (json_is(one, JS_TEXT)) {
        add_text(labels, otherwise, alert_scalar(one));
        return;
    }
    if (json_is(one, JS_LIST)) {
        name = alert_scalar(json_at(one, 0));
        value = alert_scalar(json_at(one, 1));
    } else {
        name = alert_text_at(a, NULL, one, "key|name|tag");
        value = alert_scalar(json_get(one, S("value")));
    }
    if (name.len && value.len) alert_labels_add(labels, name, value);
}

static void add_labels(Mapping *m, AlertLabels *labels, Str path)
{
    Str name = S(""), part;
    bool commas = str_ends(path, S(","));
    if (commas) path.len--;
    if (str_index(path, '=') >= 0) { name = str_before(path, '='); path = str_after(path, '='); }
    const Json *found = alert_at(m->root, m->alert, path);
    Str value = str_trim(alert_scalar(found)), last = path;
    if (json_is(found, JS_OBJECT)) alert_labels_add_all(labels, found);
    else if (json_is(found, JS_LIST)) {
        json_items(found, one) add_pair(m, labels, name.len ? name : S("tag"), one);
    } else if (commas) {
        while (str_next(&value, ',', &part)) add_text(labels, S("tag"), part);
    } else {
        if (!name.len) while (str_next(&last, '.', &part)) name = part;
        if (value.len) alert_labels_add(labels, name, value);
    }
}

static Str labels_at(Mapping *m, const char *paths, Buf *note)
{
    AlertLabels labels = { .arena = m->arena };
    Str rest = str_of(paths), item;
    while (str_next(&rest, '|', &item)) add_labels(m, &labels, item);
    return alert_labels_end(&labels, note);
}

Str alert_map_labels(Arena *a, const Json *root, const Json *alert, const char *paths)
{
    Buf note = buf_new(a, 1000);
    return labels_at(&(Mapping){ .arena = a, .root = root, .alert = alert }, paths, &note);
}

static void labels_and_links(Mapping *m)
{
    Buf note = buf_new(m->arena, 1000), links = buf_new(m->arena, 64 << 10);
    Str rest, item;
    m->in->labels = labels_at(m, m->map->labels, &note);
    m->in->note = buf_str(&note);
    rest = str_of(m->map->links);
    while (str_next(&rest, '|', &item))
        alert_link_add(&links, str_before(item, '='), scalar_at(m->root, m->alert, str_after(item, '=')));
    m->in->links = alert_links_end(&links);
}

/* ---- one alert, all alerts */

static Err one_alert(Mapping *m, bool *ret_ignored)
{
    Arena *a = m->arena;
    const AlertMap *map = m->map;
    AlertIn *in = m->in;
    Str path = m->path.len ? m->path : S("body");
    if (!json_is(m->alert, JS_OBJECT)) return fail_field(a, path, STR_FMT " must be an object", STR_ARG(path));
    TRY(state_of(m, ret_ignored));
    if (*ret_ignored) return OK;
    Str key = alert_text_at(a, m->root, m->alert, map->key), field = field_name(a, m->path, map->key);
    if (!key.len) return fail_field(a, field, STR_FMT " is missing", STR_ARG(field));
    in->dedup_key = alert_key(a, key);
    Str word = alert_text_at(a, m->root, m->alert, map->severity);
    const char *means = meaning(map->severities, word);
    in->severity = alert_severity(means ? str_of(means) : word);
    in->title = alert_line(a, alert_text_at(a, m->root, m->alert, map->title), ALERT_TITLE_BYTES);
    in->description = alert_text(a, alert_text_at(a, m->root, m->alert, map->description));
    if (!in->title.len) in->title = in->description.len ? alert_line(a, in->description, ALERT_TITLE_BYTES)
                                                        : S("Alert without a name");
    in->group_key = alert_key(a, alert_text_at(a, m->root, m->alert, map->group));
    TRY(time_at(m, map->started, &in->started_ms));
    TRY(time_at(m, map->ended, &in->ended_ms));
    TRY(time_at(m, map->at, in->resolved ? &in->ended_ms : in->acknowledged ? &in->acknowledged_ms : &in->started_ms));
    if (!in->resolved) in->ended_ms = 0;
    labels_and_links(m);
    return map->fix ? map->fix(a, m->root, m->alert, in) : OK;
}

static Err add_alert(Arena *a, const AlertMap *map, const Json *root, const Json *alert, Str path, AlertsIn *ret)
{
    AlertIn in = { .severity = S("unknown"), .labels = S("{}"), .links = S("[]") };
    bool ignored = false;
    TRY(one_alert(&(Mapping){ a, map, root, alert, path, &in }, &ignored));
    if (!ignored) *list_add(a, ret) = in;
    return OK;
}

Err alert_map(Arena *a, const AlertMap *map, const Json *root, AlertsIn *ret)
{
    *ret = (AlertsIn){ 0 };
    if (!map->list) return add_alert(a, map, root, root, S(""), ret);
    Str path = str_of(map->list);
    const Json *list = alert_at(root, root, path);
    size_t i = 0;
    if (!json_is(list, JS_LIST)) return fail_field(a, path, STR_FMT " must be a list", STR_ARG(path));
    if (list->count > ALERT_MAX_PER_PAYLOAD)
        return fail_field(a, path, STR_FMT " has %u entries; at most %d fit into one payload", STR_ARG(path),
                          list->count, ALERT_MAX_PER_PAYLOAD);
    json_items(list, one)
        TRY(add_alert(a, map, root, one, arena_fmt(a, STR_FMT "[%zu]", STR_ARG(path), i++), ret));
    return OK;
}

static int hex(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }

static Str form_text(Arena *a, Str text)
{
    Buf out = buf_new(a, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        bool coded = text.at[i] == '%' && i + 2 < text.len && hex(text.at[i + 1]) >= 0 && hex(text.at[i + 2]) >= 0;
        buf_byte(&out, coded ? (char)(hex(text.at[i + 1]) * 16 + hex(text.at[i + 2])) : text.at[i] == '+' ? ' ' : text.at[i]);
        if (coded) i += 2;
    }
    return buf_str(&out);
}

/** Source: WHATWG URL, application/x-www-form-urlencoded parsing. */
static Err form_body(Arena *a, Str payload, const Json **ret)
{
    Buf json = buf_new(a, 6 * payload.len + 64);
    Str pair;
    buf_byte(&json, '{');
    for (size_t n = 0; str_next(&payload, '&', &pair);) {
        Str name = form_text(a, str_before(pair, '=')), value = form_text(a, str_after(pair, '='));
        if (!utf8_valid(name) || !utf8_valid(value)) return fail_field(a, S("body"), "the form is not UTF-8");
        if (!name.len) continue;
        if (++n > 1000) return fail_field(a, S("body"), "a form has at most 1,000 fields");
        if (json.len > 1) buf_byte(&json, ',');
        buf_json(&json, name);
        buf_byte(&json, ':');
        buf_json(&json, value);
    }
    buf_byte(&json, '}');
    return json_read(a, buf_str(&json), ret);
}

Err alert_body(Arena *a, Str content_type, Str payload, const Json **ret)
{
    if (str_starts(content_type, S("application/x-www-form-urlencoded"))) return form_body(a, payload, ret);
    return json_read(a, payload, ret);
}

Err alert_map_payload(Arena *a, const AlertMap *map, Str content_type, Str payload, AlertsIn *ret)
{
    const Json *root;
    TRY(alert_body(a, content_type, payload, &root));
    return alert_map(a, map, root, ret);
}
