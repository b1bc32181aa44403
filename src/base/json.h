#pragma once
/** JSON from outside, read fast: a strict reader (RFC 8259) whose values stand in an arena and point into the text. For what
 *  comes in by thousands a second; bodies of the API go through app/shape.h. Why there are two: docs/decisions/012.
 *
 *  What jansson refuses is refused: two members of one name, a name with a NUL, numbers that no int64 or double holds,
 *  ill-formed UTF-8, lone surrogates, anything behind the value. Any value may stand alone. Source: RFC 8259. */
#include "base/buf.h"
#include "base/err.h"

enum { JSON_DEPTH_MOST = 64 };

typedef enum JsonKind { JS_NULL, JS_FALSE, JS_TRUE, JS_INT, JS_REAL, JS_TEXT, JS_LIST, JS_OBJECT } JsonKind;

typedef struct Json Json;
struct Json {
    JsonKind kind;
    uint32_t count;                 /* of items or members */
    Str name;                       /* of a member */
    union {
        struct { Str text; union { int64_t n; double real; }; };      /* a number's text is as it was written */
        struct { const Json *first; const Json **slots; uint64_t mask; };    /* slots: of an object with many members */
    };
    const Json *next;               /* item or member; NULL for the last */
};

/** Reads all of `text`, of which views are kept. One pass; 56 bytes a value. Fails: ERR_INVALID, saying what and where. */
Err json_read(Arena *a, Str text, const Json **ret);

/** True when it is there and of this kind. The functions below take NULL, and values of other kinds, for empty ones. */
static inline bool json_is(const Json *v, JsonKind kind) { return v && v->kind == kind; }
/** Neither there nor anything: missing or null. */
static inline bool json_is_nothing(const Json *v) { return !v || v->kind == JS_NULL; }
/** A list or an object. */
static inline bool json_is_nest(const Json *v) { return v && v->kind >= JS_LIST; }
static inline size_t json_count(const Json *v) { return json_is_nest(v) ? v->count : 0; }
/** The member of this name, or NULL. Does not walk objects with many members. */
const Json *json_get(const Json *object, Str name);
/** An item by its place, or NULL. Walks. */
const Json *json_at(const Json *list, size_t at);
/** A text, or "". */
static inline Str json_str_of(const Json *v) { return json_is(v, JS_TEXT) ? v->text : S(""); }
/** A whole number, or 0. */
static inline int64_t json_int_of(const Json *v) { return json_is(v, JS_INT) ? v->n : 0; }
/** A member that is a text, or "". */
static inline Str json_str_at(const Json *object, Str name) { return json_str_of(json_get(object, name)); }
/** for each item of a list, each member of an object: const Json *x */
#define json_items(list, x) for (const Json *x = json_is(list, JS_LIST) ? (list)->first : NULL; x; x = x->next)
#define json_members(object, x) for (const Json *x = json_is(object, JS_OBJECT) ? (object)->first : NULL; x; x = x->next)

/** The value as JSON without spaces. Numbers are as they were written. */
Str json_compact(Arena *a, const Json *v);
