#pragma once
/** How a C struct looks as JSON. One table serves the encoder, the decoder with precise errors, the OpenAPI
 *  page and the UI's types. */
#include <jansson.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

typedef struct Strs { Str *at; size_t len, room; } Strs;          /* a LIST(Str) with a name */
/** Another record by id with what a person reads; null in JSON when the id is empty. */
typedef struct Ref { Str id, name; } Ref;
typedef struct UserRef { Str id, name; int64_t avatar_color; } UserRef;
typedef struct RecordRef { Str id, reference, title; } RecordRef;
typedef LIST(Ref) Refs;
typedef LIST(UserRef) UserRefs;
typedef LIST(RecordRef) RecordRefs;

typedef enum FieldType {
    FIELD_STR, FIELD_INT, FIELD_REAL, FIELD_BOOL,
    FIELD_TIME,    /* int64_t x_ms ↔ "x_at" RFC 3339; 0 = null */
    FIELD_STRS,    /* Strs ↔ ["…"] */
    FIELD_JSON,    /* Str holding JSON text ↔ any value; empty = null */
    FIELD_ONE,     /* an embedded struct ↔ object; null when its first member (a Str) is empty */
    FIELD_MANY,    /* a LIST(struct) ↔ [objects] */
} FieldType;

enum {
    REQUIRED  = 1 << 0,    /* must be in the body of a POST (ignored by PATCH) and not be null or "" */
    READ_ONLY = 1 << 1,    /* never accepted; naming it in a body is an error that says so */
    NULLABLE  = 1 << 2,    /* "" and 0 are null in JSON, and null is accepted */
    MULTILINE = 1 << 3,    /* line breaks are welcome; without it they are refused */
    WRITE_ONLY = 1 << 4,   /* accepted, never shown (passwords) */
    MAP       = 1 << 5,    /* FIELD_JSON: must be an object of strings (labels) */
    OBJECT    = 1 << 6,    /* FIELD_JSON: must be an object */
};

typedef struct Shape Shape;
typedef struct Field {
    const char *name, *doc;
    FieldType type;
    unsigned flags;
    size_t offset;
    size_t max;                        /* bytes of text, number of items; 0 = 500 bytes, 10,000 for MULTILINE, 100 items */
    const char *const *values;         /* the words allowed, ends with NULL; NULL = any text */
    const Shape *of;                   /* FIELD_ONE, FIELD_MANY */
} Field;
struct Shape { const char *name; size_t size; const Field *fields; const char *doc; };

#define FIELD_TYPE_(x) _Generic((x), Str: FIELD_STR, int64_t: FIELD_INT, double: FIELD_REAL, bool: FIELD_BOOL, Strs: FIELD_STRS)
#define FIELD(T, member, flags_, doc_, ...) \
    { .name = #member, .doc = doc_, .type = FIELD_TYPE_(((T *)0)->member), .flags = (flags_), .offset = offsetof(T, member), __VA_ARGS__ }
/** `member` must end in _ms; JSON says _at. */
#define FIELD_AT(T, member, flags_, doc_) \
    { .name = #member, .doc = doc_, .type = FIELD_TIME, .flags = (flags_), .offset = offsetof(T, member) }
#define FIELD_OF(T, member, type_, shape_, flags_, doc_, ...) \
    { .name = #member, .doc = doc_, .type = (type_), .flags = (flags_), .offset = offsetof(T, member), .of = (shape_), __VA_ARGS__ }
#define FIELD_RAW(T, member, flags_, doc_, ...) \
    { .name = #member, .doc = doc_, .type = FIELD_JSON, .flags = (flags_), .offset = offsetof(T, member), __VA_ARGS__ }
/** Declares `const Shape x` for struct T with these fields: SHAPE(followup_shape, Followup, "A follow-up", FIELD(…), FIELD(…)); */
#define SHAPE(x, T, doc_, ...) const Shape x = { #x, sizeof(T), (const Field[]){ __VA_ARGS__, { 0 } }, doc_ }

extern const Shape ref_shape, user_ref_shape, record_ref_shape;

/** Appends the value as JSON. WRITE_ONLY fields are left out. */
void shape_json(const Shape *shape, const void *value, Buf *to);
/** Which fields a body named: bit i = field i. */
typedef uint64_t Present;
bool shape_has(const Shape *shape, Present present, size_t offset);

typedef enum DecodeMode { DECODE_CREATE, DECODE_PATCH } DecodeMode;
/** Fills `ret` (zeroed by the caller) from JSON text. Unknown fields, wrong types, words that are not allowed, too long
 *  or ill-formed text, control characters: ERR_INVALID whose `field` is the path ("impacts[0].kind"). Strings are
 *  trimmed unless MULTILINE. Strict JSON: duplicate keys, trailing bytes and depth over 32 are errors. All in `a`. */
Err shape_decode(Arena *a, const Shape *shape, DecodeMode mode, Str json, void *ret, Present *ret_present);
/** The same from a parsed value; `path` is put before field names ("" at the top). */
Err shape_decode_value(Arena *a, const Shape *shape, DecodeMode mode, json_t *value, Str path,
                       void *ret, Present *ret_present);
/** Name for API pages: "follow_up_shape" → "FollowUp". */
Str shape_title(Arena *a, const Shape *shape);
/** JSON name of a field ("due_ms" → "due_at"). */
Str field_json_name(Arena *a, const Field *f);

/** Parses strict JSON with limits (depth 64). Freed with the arena. Fails: ERR_INVALID with line and column. */
Err json_parse(Arena *a, Str text, json_t **ret);
/** Text of a parsed value, compact, keys in their order. */
Str json_text(Arena *a, const json_t *value);
Str json_str(const json_t *object, const char *key);   /* "" when it is missing or no string; a view into the value */
/** `["a","b"]` for IN LIST() parameters. */
Str strs_json(Arena *a, Strs list);
/** The strings of a JSON array text; anything else gives none. */
Strs strs_parse(Arena *a, Str json);
