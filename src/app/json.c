#include "app/shape.h"
#include "base/err.h"

enum { JSON_MAX_DEPTH = 64 };

static void decref(void *value) { json_decref(value); }

/** jansson's own nesting limit is 2048; ours is checked before it sees the text. */
static bool too_deep(Str text)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (in_string) {
            if (c == '\\') i++;
            else if (c == '"') in_string = false;
        } else if (c == '"') in_string = true;
        else if (c == '{' || c == '[') { if (++depth > JSON_MAX_DEPTH) return true; }
        else if (c == '}' || c == ']') depth--;
    }
    return false;
}

Err json_parse(Arena *a, Str text, json_t **ret)
{
    if (too_deep(text))
        return fail(a, ERR_INVALID, "the JSON is nested deeper than %d levels", JSON_MAX_DEPTH);
    json_error_t e;
    json_t *value = json_loadb(text.at ? text.at : "", text.len,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
    if (!value) {
        Str why = str_of(e.text);
        if (json_error_code(&e) == json_error_out_of_memory)
            return fail(a, ERR_TOO_LARGE, "the JSON is too large");
        return fail(a, ERR_INVALID, "not JSON: " STR_FMT " at line %d, column %d", STR_ARG(why),
                    e.line, e.column);
    }
    arena_defer(a, decref, value);
    *ret = value;
    return OK;
}

static int add_chunk(const char *at, size_t len, void *buf)
{
    buf_add(buf, (Str){ at, len });
    return 0;
}

Str json_text(Arena *a, const json_t *value)
{
    if (!value) return S("");
    Buf b = buf_new(a, 64u << 20);
    json_dump_callback(value, add_chunk, &b, JSON_COMPACT | JSON_ENCODE_ANY);
    return buf_str(&b);
}

Str json_str(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? (Str){ json_string_value(v), json_string_length(v) } : S("");
}

Str strs_json(Arena *a, Strs list)
{
    Buf b = buf_new(a, 16u << 20);
    buf_byte(&b, '[');
    list_each(&list, i) {
        if (i) buf_byte(&b, ',');
        buf_json(&b, list.at[i]);
    }
    buf_byte(&b, ']');
    return buf_str(&b);
}

Strs strs_parse(Arena *a, Str json)
{
    Strs list = { 0 };
    json_t *value = NULL, *item;
    size_t i;
    if (str_empty(json) || json_parse(a, json, &value).info) return list;
    json_array_foreach(value, i, item)
        if (json_is_string(item))
            *list_add(a, &list) = (Str){ json_string_value(item), json_string_length(item) };
    return list;
}
