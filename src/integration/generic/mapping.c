/* A mapping is checked when it is saved, so that a wrong one is refused by the name of its field and not
 * by every payload that comes after. */
#include "base/utf8.h"
#include "integration/generic/generic.h"
#include "port/alert_build.h"

static Err check_value(Arena *a, const char *field, const Json *value)
{
    Str path = arena_fmt(a, "mapping.%s", field);
    if (json_is(value, JS_LIST)) {
        size_t i = 0;
        if (value->count > 20)
            return fail_field(a, path, STR_FMT ": at most 20 alternatives", STR_ARG(path));
        json_items(value, one) {
            if (!json_is(one, JS_TEXT))
                return fail_field(a, path, STR_FMT "[%zu] must be a string", STR_ARG(path), i);
            i++;
        }
        return OK;
    }
    if (json_is(value, JS_TEXT) && value->text.len <= 1000) return OK;
    return fail_field(a, path,
        STR_FMT " must be a pointer such as \"/title\" or a text such as \"{/host} is down\"",
        STR_ARG(path));
}

static Err check_pointer(Arena *a, const char *field, const Json *value)
{
    Str path = arena_fmt(a, "mapping.%s", field), text = alert_scalar(value);
    if (json_is(value, JS_TEXT) && (str_empty(text) || generic_is_pointer(text))) return OK;
    return fail_field(a, path, STR_FMT " must be a pointer such as \"/%s\"", STR_ARG(path), field);
}

static Err check_words(Arena *a, const char *field, const Json *object)
{
    bool severity = !strcmp(field, "severity");
    json_members(object, value) {
        const char *key = arena_cstr(a, value->name);
        Str path = arena_fmt(a, "mapping.%s.%.60s", field, key);
        if (!strcmp(key, "value")) { TRY(check_value(a, arena_fmt(a, "%s.value", field).at, value));
            continue; }
        if (strcmp(key, severity ? "map" : "resolved"))
            return fail_field(a, path, STR_FMT " is not known here", STR_ARG(path));
        if (severity ? !json_is(value, JS_OBJECT) : !json_is(value, JS_LIST))
            return fail_field(a, path, STR_FMT " must be %s", STR_ARG(path), severity
                ? "an object of words" : "a list of words");
        json_members(value, to)
            if (str_eq(alert_severity(alert_scalar(to)), S("unknown"))
                && !str_eq(alert_scalar(to), S("unknown")))
                return fail_field(a, path,
                    STR_FMT "." STR_FMT " must be SEV-1, SEV-2, SEV-3, SEV-4 or unknown", STR_ARG(path),
                    STR_ARG(utf8_clip(to->name, 60)));
    }
    return OK;
}

static Err check_labels(Arena *a, const char *field, const Json *value)
{
    size_t i = 0;
    Str path = arena_fmt(a, "mapping.%s", field);
    if (json_is(value, JS_TEXT)) return check_pointer(a, field, value);
    json_members(value, one)
        TRY(check_value(a, arena_fmt(a, "%s." STR_FMT, field, STR_ARG(utf8_clip(one->name, 60))).at, one));
    json_items(value, one) {
        if (json_is(one, JS_LIST))
            return fail_field(a, path, STR_FMT "[%zu] must be a pointer or an object",
                STR_ARG(path), i);
        TRY(check_labels(a, arena_fmt(a, "%s[%zu]", field, i++).at, one));
    }
    if (json_is_nest(value)) return OK;
    return fail_field(a, path, STR_FMT " must be a pointer, an object or a list of them",
        STR_ARG(path));
}

Err generic_check_mapping(Arena *a, Str text)
{
    static const char *const known[] = { "alerts", "dedup_key", "title", "description", "severity",
        "status", "started_at",
        "ended_at", "labels", "links", "group_key", NULL };
    const Json *mapping;
    if (str_empty(text)) return OK;
    TRY_AS(a, json_read(a, text, &mapping), "the mapping is not JSON");
    if (!json_is(mapping, JS_OBJECT))
        return fail_field(a, S("mapping"), "the mapping must be an object");
    json_members(mapping, value) {
        const char *field = arena_cstr(a, value->name);
        Str path = arena_fmt(a, "mapping.%.60s", field);
        size_t k = 0;
        while (known[k] && strcmp(known[k], field)) k++;
        if (!known[k])
            return fail_field(a, path, STR_FMT " is not a field of a mapping", STR_ARG(path));
        bool words = !strcmp(field, "severity") || !strcmp(field, "status");
        if (words && json_is(value, JS_OBJECT)) TRY(check_words(a, field, value));
        else if (!strcmp(field, "labels")) TRY(check_labels(a, field, value));
        else if (!strcmp(field, "links")) {
            if (!json_is(value, JS_OBJECT))
                return fail_field(a, path, "mapping.links must be an object of title and address");
            TRY(check_labels(a, field, value));
        } else if (!strcmp(field, "alerts") || !strcmp(field, "started_at")
            || !strcmp(field, "ended_at"))
            TRY(check_pointer(a, field, value));
        else TRY(check_value(a, field, value));
    }
    return OK;
}
