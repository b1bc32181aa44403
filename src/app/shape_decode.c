/** JSON from outside into structs, with an error that names the field. Nothing is guessed: an unknown field, a wrong
 *  type, a word that is not allowed or a text over its limit is refused. */
#include <math.h>
#include "app/shape.h"
#include "base/err.h"
#include "base/time.h"
#include "base/utf8.h"

typedef struct Decode { Arena *arena; DecodeMode mode; int depth; } Decode;

static Str path_of(Arena *a, Str at, Str name)
{
    return str_empty(at) ? name : arena_fmt(a, STR_FMT "." STR_FMT, STR_ARG(at), STR_ARG(name));
}

static const char *json_kind(const json_t *v)
{
    static const char *const names[] = { [JSON_OBJECT] = "an object",
                                         [JSON_ARRAY] = "an array",
                                         [JSON_STRING] = "a string",
                                         [JSON_INTEGER] = "a number",
                                         [JSON_REAL] = "a number with decimals",
                                         [JSON_TRUE] = "true",
                                         [JSON_FALSE] = "false",
                                         [JSON_NULL] = "null" };
    return names[json_typeof(v)];
}

static Err wrong(Decode *d, Str path, const char *want, const json_t *got)
{
    return fail_field(d->arena, path, STR_FMT " must be %s, not %s", STR_ARG(path), want, json_kind(got));
}

static bool is_control(unsigned char c, bool multiline)
{
    return (c < 0x20 && !(multiline && (c == '\n' || c == '\t' || c == '\r'))) || c == 0x7f;
}

static Err take_text(Decode *d, const Field *f, Str path, const json_t *v, Str *ret)
{
    if (!json_is_string(v)) return wrong(d, path, "a string", v);
    bool multiline = f->flags & MULTILINE;
    Str s = { json_string_value(v), json_string_length(v) };
    if (!multiline) s = str_trim(s);
    size_t max = f->max ? f->max : multiline ? 10000 : 500;
    if (s.len > max)
        return fail_field(d->arena, path, STR_FMT " is too long: %zu bytes, at most %zu",
                          STR_ARG(path), s.len, max);
    for (size_t i = 0; i < s.len; i++)
        if (is_control((unsigned char)s.at[i], multiline))
            return fail_field(d->arena, path, STR_FMT " holds a control character (U+%04X)",
                              STR_ARG(path), (unsigned char)s.at[i]);
    if (f->values && s.len) {
        Buf words = buf_new(d->arena, 4096);
        for (const char *const *w = f->values; *w; w++) {
            if (str_eq(s, str_of(*w))) { *ret = arena_str(d->arena, s); return OK; }
            buf_fmt(&words, "%s%s", words.len ? ", " : "", *w);
        }
        return fail_field(d->arena, path, STR_FMT " must be one of: " STR_FMT, STR_ARG(path),
                          STR_ARG(buf_str(&words)));
    }
    *ret = arena_str(d->arena, s);
    return OK;
}

static Err take_time(Decode *d, Str path, const json_t *v, int64_t *ret)
{
    if (!json_is_string(v)) return wrong(d, path, "a time such as 2026-11-10T14:07:30Z", v);
    int64_t ms;
    if (!time_parse((Str){ json_string_value(v), json_string_length(v) }, &ms) || ms <= 0)
        return fail_field(d->arena, path, STR_FMT " is not a time such as 2026-11-10T14:07:30Z",
                          STR_ARG(path));
    *ret = ms;
    return OK;
}

static Err take_strs(Decode *d, const Field *f, Str path, const json_t *v, Strs *ret)
{
    if (!json_is_array(v)) return wrong(d, path, "an array of strings", v);
    size_t max = f->max ? f->max : 100, i;
    if (json_array_size(v) > max)
        return fail_field(d->arena, path, STR_FMT " has more than %zu items", STR_ARG(path), max);
    Field item = { .values = f->values, .flags = f->flags };
    json_t *one;
    json_array_foreach(v, i, one) {
        Str at = arena_fmt(d->arena, STR_FMT "[%zu]", STR_ARG(path), i);
        TRY(take_text(d, &item, at, one, list_add(d->arena, ret)));
    }
    return OK;
}

static Err take_raw(Decode *d, const Field *f, Str path, json_t *v, Str *ret)
{
    if (f->flags & (MAP | OBJECT) && !json_is_object(v)) return wrong(d, path, "an object", v);
    const char *key;
    json_t *one;
    if (f->flags & MAP) {
        if (json_object_size(v) > 200)
            return fail_field(d->arena, path, STR_FMT " has more than 200 entries", STR_ARG(path));
        json_object_foreach(v, key, one) {
            Field item = { .flags = MULTILINE, .max = 4000 };
            Str text, at = path_of(d->arena, path, str_of(key));
            if (strlen(key) > 200)
                return fail_field(d->arena, path, STR_FMT " has a name over 200 bytes",
                                  STR_ARG(path));
            TRY(take_text(d, &item, at, one, &text));
        }
    }
    Str text = json_text(d->arena, v);
    size_t max = f->max ? f->max : 64 << 10;
    if (text.len > max)
        return fail_field(d->arena, path, STR_FMT " is larger than %zu bytes", STR_ARG(path), max);
    *ret = text;
    return OK;
}

static Err take_object(Decode *d, const Shape *shape, json_t *v, Str path, void *ret, Present *ret_present);

static Err take_many(Decode *d, const Field *f, Str path, const json_t *v, void *ret)
{
    if (!json_is_array(v)) return wrong(d, path, "an array", v);
    size_t n = json_array_size(v), max = f->max ? f->max : 100;
    if (n > max) return fail_field(d->arena, path, STR_FMT " has more than %zu items", STR_ARG(path), max);
    struct { char *at; size_t len, room; } *list = ret;
    *list = (typeof(*list)){ arena_bytes(d->arena, n * f->of->size, alignof(max_align_t)), n, n };
    json_t *one;
    size_t i;
    json_array_foreach(v, i, one) {
        Str at = arena_fmt(d->arena, STR_FMT "[%zu]", STR_ARG(path), i);
        Decode whole = { d->arena, DECODE_CREATE, d->depth + 1 };
        TRY(take_object(&whole, f->of, one, at, list->at + i * f->of->size, NULL));
    }
    return OK;
}

static Err take_number(Decode *d, const Field *f, Str path, const json_t *v, char *at)
{
    if (f->type == FIELD_REAL) {
        if (!json_is_number(v)) return wrong(d, path, "a number", v);
        *(double *)at = json_number_value(v);
        return OK;
    }
    if (json_is_real(v) && floor(json_real_value(v)) == json_real_value(v) && fabs(json_real_value(v)) < 9e15)
        *(int64_t *)at = (int64_t)json_real_value(v);
    else if (json_is_integer(v)) *(int64_t *)at = json_integer_value(v);
    else return wrong(d, path, "a whole number", v);
    return OK;
}

static Err take_value(Decode *d, const Field *f, Str path, json_t *v, char *at)
{
    if (json_is_null(v)) {
        if (!(f->flags & NULLABLE))
            return fail_field(d->arena, path, STR_FMT " must not be null", STR_ARG(path));
        return OK;                            /* the struct was zeroed by the caller */
    }
    switch (f->type) {
    case FIELD_STR: return take_text(d, f, path, v, (Str *)at);
    case FIELD_INT:
    case FIELD_REAL: return take_number(d, f, path, v, at);
    case FIELD_BOOL:
        if (!json_is_boolean(v)) return wrong(d, path, "true or false", v);
        *(bool *)at = json_is_true(v);
        return OK;
    case FIELD_TIME: return take_time(d, path, v, (int64_t *)at);
    case FIELD_STRS: return take_strs(d, f, path, v, (Strs *)at);
    case FIELD_JSON: return take_raw(d, f, path, v, (Str *)at);
    case FIELD_ONE: return take_object(d, f->of, v, path, at, NULL);
    case FIELD_MANY: return take_many(d, f, path, v, at);
    }
    bug("field type %d", (int)f->type);
}

static const Field *field_by_name(Arena *a, const Shape *shape, Str name, size_t *ret_index)
{
    for (size_t i = 0; shape->fields[i].name; i++)
        if (str_eq(field_json_name(a, &shape->fields[i]), name)) { *ret_index = i; return &shape->fields[i]; }
    return NULL;
}

/** Were all REQUIRED fields given something? */
static Err check_required(Decode *d, const Shape *shape, const json_t *v, Str path)
{
    for (const Field *f = shape->fields; f->name; f++) {
        Str name = field_json_name(d->arena, f), at = path_of(d->arena, path, name);
        const json_t *given = json_object_getn(v, name.at, name.len);
        if (!(f->flags & REQUIRED)) continue;
        bool empty =
            json_is_string(given)
            && str_empty(str_trim((Str){ json_string_value(given), json_string_length(given) }));
        if (d->mode == DECODE_CREATE ? !given || empty : given && empty)
            return fail_field(d->arena, at, STR_FMT " is missing: %s", STR_ARG(at), f->doc);
    }
    return OK;
}

static Err take_object(Decode *d, const Shape *shape, json_t *v, Str path, void *ret, Present *ret_present)
{
    if (!json_is_object(v)) return wrong(d, str_empty(path) ? S("the body") : path, "an object", v);
    if (d->depth > 32) return fail_field(d->arena, path, "nested too deep");
    Present present = 0;
    const char *key;
    size_t key_len;
    json_t *one;
    json_object_keylen_foreach(v, key, key_len, one) {
        size_t i;
        Str name = { key, key_len }, at = path_of(d->arena, path, name);
        const Field *f = field_by_name(d->arena, shape, name, &i);
        if (!f) return fail_field(d->arena, at, "there is no field " STR_FMT, STR_ARG(at));
        if (f->flags & READ_ONLY) return fail_field(d->arena, at, STR_FMT " cannot be set", STR_ARG(at));
        d->depth++;
        TRY(take_value(d, f, at, one, (char *)ret + f->offset));
        d->depth--;
        present |= (Present)1 << i;
    }
    TRY(check_required(d, shape, v, path));
    if (ret_present) *ret_present = present;
    return OK;
}

Err shape_decode_value(Arena *a, const Shape *shape, DecodeMode mode, json_t *value, Str path,
                       void *ret, Present *ret_present)
{
    Decode d = { a, mode, 0 };
    return take_object(&d, shape, value, path, ret, ret_present);
}

Err shape_decode(Arena *a, const Shape *shape, DecodeMode mode, Str json, void *ret, Present *ret_present)
{
    json_t *value;
    TRY(json_parse(a, json, &value));
    return shape_decode_value(a, shape, mode, value, S(""), ret, ret_present);
}
