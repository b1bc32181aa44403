/* Any JSON. A mapping says where things stand; without one the usual names are tried.
 *
 * Mapping: an object of
 *     alerts       pointer of the list that holds the alerts; absent: the body, or its member
 *     "alerts" dedup_key, title, description, group_key     value
 *     severity     value, or {"value": value, "map": {"P1": "SEV-1", …}}
 *     status       value, or {"value": value, "resolved": ["ok", …]}
 *     started_at, ended_at                         pointer
 *     labels       pointer of an object, or an object of name → value, or a list of both
 *     links        object of title → value
 * A value is a pointer when it begins with "/" or "#/" (RFC 6901; "/…" from the alert, "#/…" from
 * the whole body), else text in which {pointer} is replaced: "{/host} is {/state}". A list of
 * values: the first that is not empty.
 *
 * A mapping that names something which is not there is an error that names both, so that a wrong
 * mapping shows at once. */
#include "base/utf8.h"
#include "integration/generic/generic.h"
#include "port/alert_build.h"
#include "port/integration.h"

typedef struct Look { Arena *arena; const Json *root, *alert, *mapping; Str path; } Look;

/* ---- pointers */

static const Json *step_into(Arena *a, const Json *at, Str token)
{
    int64_t index;
    if (json_is(at, JS_LIST))
        return str_int(token, &index) && index >= 0 ? json_at(at, (size_t)index) : NULL;
    if (str_find(token, S("~")) >= 0) {
        Buf plain = buf_new(a, token.len + 1);
        for (size_t i = 0; i < token.len; i++) {
            bool escaped = token.at[i] == '~' && i + 1 < token.len && (token.at[i + 1] == '0'
                || token.at[i + 1] == '1');
            buf_byte(&plain, escaped ? (token.at[i + 1] == '1' ? '/' : '~') : token.at[i]);
            i += escaped;
        }
        token = buf_str(&plain);
    }
    return json_get(at, token);
}

const Json *generic_pointer(Arena *a, const Json *root, const Json *alert, Str pointer)
{
    const Json *at = alert;
    if (str_starts(pointer, S("#"))) { at = root; pointer = str_sub(pointer, 1, pointer.len); }
    if (str_empty(pointer)) return at;
    if (pointer.at[0] != '/') return NULL;
    for (size_t from = 1; at && from <= pointer.len;) {
        Str token = str_before(str_sub(pointer, from, pointer.len), '/');
        at = step_into(a, at, token);
        from += token.len + 1;
    }
    return at;
}

bool generic_is_pointer(Str value)
{
    return str_starts(value, S("/")) || str_starts(value, S("#/"));
}

/** "{/host} is {/state}" with what the pointers point at; unknown ones become nothing. */
static Str fill_in(Look *l, Str text)
{
    Buf out = buf_new(l->arena, 4 * ALERT_TEXT_BYTES);
    while (text.len) {
        Str plain = str_before(text, '{');
        buf_add(&out, plain);
        text = str_sub(text, plain.len, text.len);
        if (!text.len) break;
        Str inside = str_before(str_sub(text, 1, text.len), '}');
        if (generic_is_pointer(inside) && inside.len + 2 <= text.len) {
            buf_add(&out, alert_scalar(generic_pointer(l->arena, l->root, l->alert,
                inside)));
            text = str_sub(text, inside.len + 2, text.len);
        } else {
            buf_byte(&out, '{');
            text = str_sub(text, 1, text.len);
        }
    }
    return buf_str(&out);
}

static Str value_text(Look *l, const Json *value)
{
    if (json_is(value, JS_LIST)) {
        json_items(value, one) {
            Str text = json_is(one, JS_TEXT) ? value_text(l, one) : S("");
            if (!str_empty(text)) return text;
        }
        return S("");
    }
    Str text = alert_scalar(value);
    if (!generic_is_pointer(text)) return fill_in(l, text);
    const Json *found = generic_pointer(l->arena, l->root, l->alert, text);
    if (json_is_nest(found)) return json_compact(l->arena, found);
    return str_trim(alert_scalar(found));
}

/* ---- the usual names, tried in this order when the mapping is silent */

static const char *const usual_key[] = { "/dedup_key", "/fingerprint", "/alert_id", "/alert_uid",
    "/alertId", "/incident_id",
    "/event_id", "/id", "/key", "/uuid", "/check_id", "/monitor_id", "/ruleId", "/data/id", NULL };
static const char *const usual_title[] = { "/title", "/summary", "/name", "/alert_name",
    "/alertname", "/rule_name", "/ruleName",
    "/subject", "/event_title", "/monitor_friendly_name", "/monitor_name", "/check_name",
    "/labels/alertname",
    "/annotations/summary", "/message", "/text", "/data/attributes/name",
    "/data/essentials/alertRule", NULL };
static const char *const usual_text[] = { "/description", "/details", "/message", "/body", "/text",
    "/output", "/reason",
    "/annotations/description", "/alert_details", "/data/attributes/cause",
    "/data/essentials/description", NULL };
static const char *const usual_severity[] = { "/severity", "/priority", "/level", "/criticality",
    "/labels/severity",
    "/tags/severity", "/data/essentials/severity", NULL };
static const char *const usual_status[] = { "/status", "/state", "/alert_status",
    "/alert_type_friendly_name", "/event_action",
    "/action", "/event", "/data/essentials/monitorCondition", NULL };
static const char *const usual_start[] = { "/started_at", "/starts_at", "/startsAt", "/start_time",
    "/startTime", "/timestamp",
    "/time", "/created_at", "/date", "/data/attributes/started_at",
    "/data/essentials/firedDateTime", NULL };
static const char *const usual_end[] = { "/ended_at", "/ends_at", "/endsAt", "/end_time",
    "/endTime", "/resolved_at", "/closed_at",
    "/data/attributes/resolved_at", "/data/essentials/resolvedDateTime", NULL };
static const char *const usual_group[] = { "/group_key", "/groupKey", "/group", NULL };
static const char *const usual_labels[] = { "/labels", "/tags", NULL };
static const char *const usual_links[] = { "/url", "/link", "/generatorURL", "/ruleUrl",
    "/monitor_url", "/runbook_url",
    "/dashboard_url", "/annotations/runbook_url", "/data/attributes/url", NULL };
/* Plain members of the alert that say where it is, taken as labels. */
static const char *const usual_places[] = { "service", "host", "hostname", "host_name", "instance",
    "environment", "env", "region",
    "cluster", "namespace", "component", "source", "site", "team", NULL };

static const Json *usual(Look *l, const char *const *pointers)
{
    for (size_t i = 0; pointers[i]; i++) {
        const Json *found = generic_pointer(l->arena, l->root, l->alert, str_of(pointers[i]));
        if (found && !json_is(found, JS_NULL) && !json_is(found, JS_OBJECT) && !json_is(found, JS_LIST))
            return found;
    }
    return NULL;
}

/** The text of a field: by the mapping when it names the field, else by the usual names. */
static Str field_text(Look *l, const char *field, const char *const *pointers)
{
    const Json *mapped = json_get(l->mapping, str_of(field));
    if (mapped) return value_text(l, mapped);
    return str_trim(alert_scalar(usual(l, pointers)));
}

static Str field_path(Look *l, const char *field)
{
    return str_empty(l->path) ? str_of(field) : arena_fmt(l->arena, STR_FMT ".%s", STR_ARG(l->path),
        field);
}

static Str mapped_from(Look *l, const char *field)
{
    const Json *mapped = json_get(l->mapping, str_of(field));
    if (json_is(mapped, JS_OBJECT)) mapped = json_get(mapped, S("value"));
    Str from = json_is(mapped, JS_TEXT) ? alert_scalar(mapped) : S("");
    return str_empty(from) ? S("") : arena_fmt(l->arena, " (the mapping says " STR_FMT ")",
        STR_ARG(utf8_clip(from, 100)));
}

/* ---- fields */

static Err severity_of(Look *l, Str *ret)
{
    const Json *mapped = json_get(l->mapping, S("severity")), *map = NULL;
    Str word;
    if (json_is(mapped, JS_OBJECT)) {
        map = json_get(mapped, S("map"));
        const Json *value = json_get(mapped, S("value"));
        word = value ? value_text(l, value)
            : str_trim(alert_scalar(usual(l, usual_severity)));
    } else word = field_text(l, "severity", usual_severity);
    json_members(map, to)
        if (str_eq_nocase(to->name, word)) { *ret = alert_severity(alert_scalar(to));
            return OK; }
    *ret = alert_severity(word);
    return OK;
}

static bool among(const Json *words, Str word)
{
    json_items(words, one)
        if (json_is(one, JS_TEXT) && str_eq_nocase(one->text, word)) return true;
    return false;
}

static void status_of(Look *l, AlertIn *alert)
{
    const Json *mapped = json_get(l->mapping, S("status")), *words = NULL;
    Str word;
    if (json_is(mapped, JS_OBJECT)) {
        words = json_get(mapped, S("resolved"));
        const Json *value = json_get(mapped, S("value"));
        word = value ? value_text(l, value)
            : str_trim(alert_scalar(usual(l, usual_status)));
    } else word = field_text(l, "status", usual_status);
    alert->resolved = words ? among(words, word) : alert_word_resolved(word);
    alert->acknowledged = str_eq_nocase(word, S("acknowledged"))
        || str_eq_nocase(word, S("acknowledge"));
}

/** A time that the mapping names must be one; a usual name that holds something else ("last
 *  Tuesday") is not told. */
static Err time_of(Look *l, const char *field, const char *const *pointers, int64_t *ret)
{
    const Json *mapped = json_get(l->mapping, str_of(field));
    if (!mapped) {
        if (!alert_time(usual(l, pointers), ret)) *ret = 0;
        return OK;
    }
    Str pointer = alert_scalar(mapped);
    const Json *found = generic_pointer(l->arena, l->root, l->alert, pointer);
    if (alert_time(found, ret)) return OK;
    Str at = field_path(l, field), text = utf8_clip(alert_scalar(found), 60),
        from = mapped_from(l, field);
    return fail_field(l->arena, at, STR_FMT ": \""
        STR_FMT "\" is not a time as RFC 3339 or Unix write it" STR_FMT,
                      STR_ARG(at), STR_ARG(text), STR_ARG(from));
}

/** "name:value" or "name=value"; another word becomes a label of its own. */
static void add_label(AlertLabels *labels, Str text)
{
    char c = str_index(text, ':') >= 0 ? ':' : '=';
    Str name = str_trim(str_before(text, c));
    if (!str_empty(name))
        alert_labels_add(labels, name, str_index(text, c) < 0 ? S("true") : str_trim(str_after(text, c)));
}

/** An object of labels, a list of them, or a text with commas between them. */
static void add_labels(AlertLabels *labels, const Json *found)
{
    Str list = json_str_of(found), text;
    alert_labels_add_all(labels, found);
    json_items(found, one) add_label(labels, alert_scalar(one));
    while (str_next(&list, ',', &text)) add_label(labels, text);
}

static void map_labels(Look *l, AlertLabels *labels, const Json *mapped)
{
    if (json_is(mapped, JS_TEXT))
        add_labels(labels, generic_pointer(l->arena, l->root, l->alert, mapped->text));
    json_members(mapped, value) {
        Str text = value_text(l, value);
        if (!str_empty(value->name) && !str_empty(text)) alert_labels_add(labels, value->name, text);
    }
    json_items(mapped, value)
        if (!json_is(value, JS_LIST)) map_labels(l, labels, value);
}

static void labels_of(Look *l, AlertIn *alert)
{
    AlertLabels labels = { .arena = l->arena };
    Buf note = buf_new(l->arena, 1000);
    const Json *mapped = json_get(l->mapping, S("labels"));
    if (mapped) map_labels(l, &labels, mapped);
    else {
        for (size_t i = 0; usual_places[i]; i++) {
            Str text = alert_scalar(json_get(l->alert, str_of(usual_places[i])));
            if (!str_empty(text)) alert_labels_add(&labels, str_of(usual_places[i]), text);
        }
        for (size_t i = 0; usual_labels[i]; i++)
            add_labels(&labels, generic_pointer(l->arena, l->root, l->alert,
                str_of(usual_labels[i])));
    }
    alert->labels = alert_labels_end(&labels, &note);
    alert->note = buf_str(&note);
}

static Str links_of(Look *l)
{
    Buf links = buf_new(l->arena, 64 << 10);
    const Json *mapped = json_get(l->mapping, S("links"));
    json_members(mapped, value)
        alert_link_add(&links, value->name, value_text(l, value));
    for (size_t i = 0; !mapped && usual_links[i]; i++)
        alert_link_add(&links, S(""), alert_scalar(generic_pointer(l->arena, l->root,
            l->alert, str_of(usual_links[i]))));
    if (mapped) return alert_links_end(&links);
    json_items(json_get(l->alert, S("links")), value) {
        Str url = json_str_at(value, S("url"));
        alert_link_add(&links, json_str_at(value, S("title")), str_empty(url) ? json_str_at(value, S("href"))
            : url);
    }
    return alert_links_end(&links);
}

/** Without a key of its own: the same title with the same labels is the same alert. */
static Str made_key(Arena *a, const AlertIn *alert)
{
    Str both = arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(alert->title), STR_ARG(alert->labels));
    return alert_key_made(a, both);
}

static Err decode_one(Look *l, AlertIn *alert)
{
    Arena *a = l->arena;
    if (!json_is(l->alert, JS_OBJECT))
        return fail_field(a, l->path, STR_FMT " must be an object", STR_ARG(l->path));
    alert->title = alert_line(a, field_text(l, "title", usual_title), ALERT_TITLE_BYTES);
    Str title_path = field_path(l, "title"), key_path = field_path(l, "dedup_key");
    if (str_empty(alert->title)) {
        Str from = mapped_from(l, "title");
        return fail_field(a, title_path, "there is no title"
            STR_FMT "; say in the mapping where it stands", STR_ARG(from));
    }
    alert->description = alert_text(a, field_text(l, "description", usual_text));
    TRY(severity_of(l, &alert->severity));
    status_of(l, alert);
    TRY(time_of(l, "started_at", usual_start, &alert->started_ms));
    TRY(time_of(l, "ended_at", usual_end, &alert->ended_ms));
    if (!alert->resolved) alert->ended_ms = 0;
    labels_of(l, alert);
    alert->links = links_of(l);
    alert->group_key = alert_key(a, field_text(l, "group_key", usual_group));
    alert->dedup_key = alert_key(a, field_text(l, "dedup_key", usual_key));
    if (!str_empty(alert->dedup_key)) return OK;
    if (json_get(l->mapping, S("dedup_key"))) {
        Str from = mapped_from(l, "dedup_key");
        return fail_field(a, key_path, "there is no dedup_key" STR_FMT, STR_ARG(from));
    }
    alert->dedup_key = made_key(a, alert);
    return OK;
}

/** The list of alerts, or NULL when the body is one alert itself. */
static Err find_list(Look *l, const Json **ret_list, Str *ret_path)
{
    const Json *mapped = json_get(l->mapping, S("alerts"));
    *ret_path = S("");
    *ret_list = json_is(l->root, JS_LIST) ? l->root : NULL;
    if (!mapped) {
        const Json *alerts = json_get(l->root, S("alerts"));
        if (json_is(alerts, JS_LIST)) { *ret_list = alerts; *ret_path = S("alerts"); }
        return OK;
    }
    Str pointer = alert_scalar(mapped);
    *ret_list = generic_pointer(l->arena, l->root, l->root, pointer);
    *ret_path = S("alerts");
    if (json_is(*ret_list, JS_LIST)) return OK;
    return fail_field(l->arena, S("alerts"), "there is no list of alerts at " STR_FMT,
        STR_ARG(utf8_clip(pointer, 100)));
}

static Err decode(Arena *a, const SourceConfig *config, Str content_type, Str payload,
    AlertsIn *ret)
{
    (void)content_type;
    Look l = { .arena = a };
    const Json *list;
    Str path;
    TRY(json_read(a, payload, &l.root));
    if (!str_empty(config->mapping))
        TRY_AS(a, json_read(a, config->mapping, &l.mapping), "the mapping is damaged");
    TRY(find_list(&l, &list, &path));
    size_t n = list ? list->count : 1;
    if (n > ALERT_MAX_PER_PAYLOAD)
        return fail_field(a, S("alerts"), "alerts has %zu entries; at most %d fit into one payload",
            n, ALERT_MAX_PER_PAYLOAD);
    AlertsIn out = { 0 };
    for (size_t i = 0; i < n; i++) {
        l.alert = !list ? l.root : i ? l.alert->next : list->first;
        l.path = list ? arena_fmt(a, STR_FMT "[%zu]", STR_ARG(path), i) : S("");
        if (!list && !json_is(l.root, JS_OBJECT))
            return fail_field(a, S("title"), "the payload must be an object or a list of objects");
        TRY(decode_one(&l, list_add(a, &out)));
    }
    *ret = out;
    return OK;
}

static const char instructions[] =
    "Send JSON with `POST` to the address below, one alert or a list of them:\n\n"
    "```sh\n"
    "curl -H 'Content-Type: application/json' {{url}} \\\n"
    "  -d '{\"title\":\"Disk full\",\"dedup_key\":\"disk-db1\",\"severity\":\"critical\",\"status\":\"firing\"}'\n"
    "```\n\n"
    "Send the same `dedup_key` with `\"status\":\"resolved\"` when it is over. For the payload of another product, send one "
    "first and then say in the mapping where title, severity, status and the rest stand.\n";

static const char sample[] =
    "{\"dedup_key\":\"{{id}}\",\"status\":\"firing\",\"severity\":\"info\",\"title\":\"Test alert from Hindsight\","
    "\"description\":\"Sent by the button *Send a test*.\",\"started_at\":\"{{now}}\","
    "\"labels\":{\"service\":\"web\",\"host\":\"web-1\",\"environment\":\"production\"},\"url\":\"https://monitoring.example.com\"}";

static const AlertSource source = {
    .kind = "generic",
    .title = "Webhook (JSON)",
    .description = "Any system that can post JSON, with a mapping for payloads of its own shape.",
    .instructions = instructions,
    .sample = sample,
    .decode = decode,
    .check = generic_check_mapping,
};

const Integration generic_integration = { .name = "generic", .alert_source = &source };
