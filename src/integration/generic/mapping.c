/* A mapping is checked when it is saved, so that a wrong one is refused by the name of its field and not
 * by every payload that comes after. */
#include "integration/generic/generic.h"
#include "port/alert_build.h"

static Err check_value(Arena *a, const char *field, const json_t *value)
{
    Str path = arena_fmt(a, "mapping.%s", field);
    if (json_is_array(value)) {
        size_t i;
        json_t *one;
        if (json_array_size(value) > 20)
            return fail_field(a, path, STR_FMT ": at most 20 alternatives", STR_ARG(path));
        json_array_foreach(value, i, one)
            if (!json_is_string(one))
                return fail_field(a, path, STR_FMT "[%zu] must be a string", STR_ARG(path), i);
        return OK;
    }
    if (json_is_string(value) && json_string_length(value) <= 1000) return OK;
    return fail_field(a, path,
        STR_FMT " must be a pointer such as \"/title\" or a text such as \"{/host} is down\"",
        STR_ARG(path));
}

static Err check_pointer(Arena *a, const char *field, const json_t *value)
{
    Str path = arena_fmt(a, "mapping.%s", field), text = alert_scalar(a, value);
    if (json_is_string(value) && (str_empty(text) || generic_is_pointer(text))) return OK;
    return fail_field(a, path, STR_FMT " must be a pointer such as \"/%s\"", STR_ARG(path), field);
}

static Err check_words(Arena *a, const char *field, json_t *object)
{
    const char *key;
    json_t *value, *to;
    bool severity = !strcmp(field, "severity");
    json_object_foreach(object, key, value) {
        Str path = arena_fmt(a, "mapping.%s.%.60s", field, key);
        if (!strcmp(key, "value")) { TRY(check_value(a, arena_fmt(a, "%s.value", field).at, value));
            continue; }
        if (strcmp(key, severity ? "map" : "resolved"))
            return fail_field(a, path, STR_FMT " is not known here", STR_ARG(path));
        if (severity ? !json_is_object(value) : !json_is_array(value))
            return fail_field(a, path, STR_FMT " must be %s", STR_ARG(path), severity
                ? "an object of words" : "a list of words");
        const char *word;
        json_object_foreach(value, word, to)
            if (str_eq(alert_severity(alert_scalar(a, to)), S("unknown"))
                && !str_eq(alert_scalar(a, to), S("unknown")))
                return fail_field(a, path,
                    STR_FMT ".%.60s must be SEV-1, SEV-2, SEV-3, SEV-4 or unknown", STR_ARG(path),
                    word);
    }
    return OK;
}

static Err check_labels(Arena *a, const char *field, json_t *value)
{
    const char *name;
    size_t i;
    json_t *one;
    Str path = arena_fmt(a, "mapping.%s", field);
    if (json_is_string(value)) return check_pointer(a, field, value);
    json_object_foreach(value, name, one)
        TRY(check_value(a, arena_fmt(a, "%s.%.60s", field, name).at, one));
    json_array_foreach(value, i, one) {
        if (json_is_array(one))
            return fail_field(a, path, STR_FMT "[%zu] must be a pointer or an object",
                STR_ARG(path), i);
        TRY(check_labels(a, arena_fmt(a, "%s[%zu]", field, i).at, one));
    }
    if (json_is_object(value) || json_is_array(value)) return OK;
    return fail_field(a, path, STR_FMT " must be a pointer, an object or a list of them",
        STR_ARG(path));
}

Err generic_check_mapping(Arena *a, Str text)
{
    static const char *const known[] = { "alerts", "dedup_key", "title", "description", "severity",
        "status", "started_at",
        "ended_at", "labels", "links", "group_key", NULL };
    const char *field;
    json_t *mapping, *value;
    if (str_empty(text)) return OK;
    TRY_AS(a, json_parse(a, text, &mapping), "the mapping is not JSON");
    if (!json_is_object(mapping))
        return fail_field(a, S("mapping"), "the mapping must be an object");
    json_object_foreach(mapping, field, value) {
        Str path = arena_fmt(a, "mapping.%.60s", field);
        size_t k = 0;
        while (known[k] && strcmp(known[k], field)) k++;
        if (!known[k])
            return fail_field(a, path, STR_FMT " is not a field of a mapping", STR_ARG(path));
        bool words = !strcmp(field, "severity") || !strcmp(field, "status");
        if (words && json_is_object(value)) TRY(check_words(a, field, value));
        else if (!strcmp(field, "labels")) TRY(check_labels(a, field, value));
        else if (!strcmp(field, "links")) {
            if (!json_is_object(value))
                return fail_field(a, path, "mapping.links must be an object of title and address");
            TRY(check_labels(a, field, value));
        } else if (!strcmp(field, "alerts") || !strcmp(field, "started_at")
            || !strcmp(field, "ended_at"))
            TRY(check_pointer(a, field, value));
        else TRY(check_value(a, field, value));
    }
    return OK;
}
