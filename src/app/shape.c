#include "app/shape.h"
#include "base/time.h"

SHAPE(ref_shape, Ref, "Another record",
    FIELD(Ref, id, READ_ONLY, "Id"),
    FIELD(Ref, name, READ_ONLY, "What people read"));
SHAPE(user_ref_shape, UserRef, "A person",
    FIELD(UserRef, id, READ_ONLY, "Id"),
    FIELD(UserRef, name, READ_ONLY, "Name"),
    FIELD(UserRef, avatar_color, READ_ONLY, "Colour, 1 to 6"));
SHAPE(record_ref_shape, RecordRef, "A numbered record",
    FIELD(RecordRef, id, READ_ONLY, "Id"),
    FIELD(RecordRef, reference, READ_ONLY, "Human reference, such as INC-42"),
    FIELD(RecordRef, title, READ_ONLY, "Title"));

Str field_json_name(Arena *a, const Field *f)
{
    Str name = str_of(f->name);
    if (f->type != FIELD_TIME || !str_ends(name, S("_ms"))) return name;
    return arena_fmt(a, STR_FMT "_at", (int)(name.len - 3), name.at);
}

Str shape_title(Arena *a, const Shape *shape)
{
    Str name = str_of(shape->name);
    if (str_ends(name, S("_shape"))) name.len -= 6;
    char *to = arena_bytes(a, name.len + 1, 1);
    size_t n = 0;
    bool upper = true;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (c == '_') { upper = true; continue; }
        to[n++] = upper && c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        upper = false;
    }
    return (Str){ to, n };
}

bool shape_has(const Shape *shape, Present present, size_t offset)
{
    for (size_t i = 0; shape->fields[i].name; i++)
        if (shape->fields[i].offset == offset && present >> i & 1) return true;
    return false;
}

/** The key without building a string: x_ms is written x_at for times. */
static void put_key(const Field *f, Buf *to)
{
    size_t n = strlen(f->name);
    bool time = f->type == FIELD_TIME && n > 3 && !memcmp(f->name + n - 3, "_ms", 3);
    buf_byte(to, '"');
    buf_add(to, (Str){ f->name, time ? n - 3 : n });
    buf_add(to, time ? S("_at\":") : S("\":"));
}

static void put_many(const Field *f, const void *at, Buf *to)
{
    const struct { char *at; size_t len, room; } *list = at;
    buf_byte(to, '[');
    for (size_t i = 0; i < list->len; i++) {
        if (i) buf_byte(to, ',');
        shape_json(f->of, list->at + i * f->of->size, to);
    }
    buf_byte(to, ']');
}

static void put_strs(const Strs *list, Buf *to)
{
    buf_byte(to, '[');
    for (size_t i = 0; i < list->len; i++) {
        if (i) buf_byte(to, ',');
        buf_json(to, list->at[i]);
    }
    buf_byte(to, ']');
}

static void put_value(const Field *f, const char *at, Buf *to)
{
    bool nullable = f->flags & NULLABLE;
    char text[TIME_TEXT_MAX];
    switch (f->type) {
    case FIELD_STR:
        if (nullable && ((const Str *)at)->len == 0) buf_add(to, S("null"));
        else buf_json(to, *(const Str *)at);
        break;
    case FIELD_INT:
        if (nullable && *(const int64_t *)at == 0) buf_add(to, S("null"));
        else buf_fmt(to, "%lld", (long long)*(const int64_t *)at);
        break;
    case FIELD_REAL: buf_fmt(to, "%.10g", *(const double *)at); break;
    case FIELD_BOOL: buf_add(to, *(const bool *)at ? S("true") : S("false")); break;
    case FIELD_TIME:
        if (*(const int64_t *)at == 0) buf_add(to, S("null"));
        else buf_fmt(to, "\"%s\"", time_rfc3339(*(const int64_t *)at, text));
        break;
    case FIELD_STRS: put_strs((const Strs *)at, to); break;
    case FIELD_JSON:
        if (((const Str *)at)->len) buf_add(to, *(const Str *)at);
        else buf_add(to, f->flags & (MAP | OBJECT) ? S("{}") : S("null"));
        break;
    case FIELD_ONE:
        if (((const Str *)at)->len == 0) buf_add(to, S("null"));
        else shape_json(f->of, at, to);
        break;
    case FIELD_MANY: put_many(f, at, to); break;
    }
}

void shape_json(const Shape *shape, const void *value, Buf *to)
{
    bool first = true;
    buf_byte(to, '{');
    for (const Field *f = shape->fields; f->name; f++) {
        if (f->flags & WRITE_ONLY) continue;
        if (!first) buf_byte(to, ',');
        first = false;
        put_key(f, to);
        put_value(f, (const char *)value + f->offset, to);
    }
    buf_byte(to, '}');
}
