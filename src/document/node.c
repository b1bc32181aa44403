/* The tree in memory: making nodes and reading their attributes. The text of attributes lives in jansson values that are
 * released with the arena, so a view from doc_get() is valid as long as the tree. */
#include <stdlib.h>
#include "document/node.h"

DocNode *doc_node(Arena *a, const char *type)
{
    DocNode *n = arena_make(a, DocNode);
    n->type = str_of(type);
    return n;
}

DocNode *doc_add(Arena *a, DocNode *parent, const char *type)
{
    DocNode *n = doc_node(a, type);
    *list_add(a, &parent->children) = n;
    return n;
}

DocNode *doc_text(Arena *a, DocNode *parent, Str text)
{
    if (str_empty(text)) return NULL;
    DocNode *n = doc_add(a, parent, "text");
    n->text = arena_str(a, text);
    return n;
}

static void release(void *value) { json_decref(value); }

static json_t *attrs_of(Arena *a, DocNode *n)
{
    if (n->attrs) return n->attrs;
    n->attrs = json_object();
    if (!n->attrs) bug("out of memory");
    arena_defer(a, release, n->attrs);
    return n->attrs;
}

void doc_attr(Arena *a, DocNode *n, const char *name, Str value)
{
    json_object_set_new(attrs_of(a, n), name, json_stringn(value.at ? value.at : "", value.len));
}

void doc_attr_int(Arena *a, DocNode *n, const char *name, int64_t value)
{
    json_object_set_new(attrs_of(a, n), name, json_integer(value));
}

void doc_attr_bool(Arena *a, DocNode *n, const char *name, bool value)
{
    json_object_set_new(attrs_of(a, n), name, json_boolean(value));
}

DocMark *doc_mark(Arena *a, DocNode *n, const char *type)
{
    DocMark *m = list_add(a, &n->marks);
    m->type = str_of(type);
    return m;
}

void doc_mark_attr(Arena *a, DocMark *m, const char *name, Str value)
{
    if (!m->attrs) {
        m->attrs = json_object();
        if (!m->attrs) bug("out of memory");
        arena_defer(a, release, m->attrs);
    }
    json_object_set_new(m->attrs, name, json_stringn(value.at ? value.at : "", value.len));
}

static Str string_of(const json_t *object, const char *name)
{
    const json_t *v = object ? json_object_get(object, name) : NULL;
    return json_is_string(v) ? (Str){ json_string_value(v), json_string_length(v) } : S("");
}

Str doc_get(const DocNode *n, const char *name) { return string_of(n->attrs, name); }
Str doc_mark_get(const DocMark *m, const char *name) { return string_of(m->attrs, name); }

int64_t doc_get_int(const DocNode *n, const char *name, int64_t otherwise)
{
    const json_t *v = n->attrs ? json_object_get(n->attrs, name) : NULL;
    int64_t number;
    if (json_is_integer(v)) return json_integer_value(v);
    if (json_is_real(v) && json_real_value(v) > -1e15 && json_real_value(v) < 1e15) return (int64_t)json_real_value(v);
    if (json_is_string(v) && str_int(string_of(n->attrs, name), &number)) return number;
    return otherwise;
}

bool doc_get_bool(const DocNode *n, const char *name)
{
    const json_t *v = n->attrs ? json_object_get(n->attrs, name) : NULL;
    return json_is_true(v) || (json_is_string(v) && str_eq(string_of(n->attrs, name), S("true")));
}

bool doc_has_mark(const DocNode *text, const char *type) { return doc_find_mark(text, type) != NULL; }

const DocMark *doc_find_mark(const DocNode *text, const char *type)
{
    list_each(&text->marks, i)
        if (str_eq(text->marks.at[i].type, str_of(type))) return &text->marks.at[i];
    return NULL;
}

bool doc_is(const DocNode *n, const char *type) { return str_eq(n->type, str_of(type)); }

bool doc_link_ok(Str href)
{
    static const char *const schemes[] = { "http:", "https:", "mailto:", NULL };
    if (str_empty(href)) return false;
    for (size_t i = 0; i < href.len; i++)                    /* browsers skip control bytes: "java\nscript:" */
        if ((unsigned char)href.at[i] <= ' ' || href.at[i] == 0x7f || href.at[i] == '\\') return false;
    for (size_t i = 0; schemes[i]; i++) {
        Str s = str_of(schemes[i]);
        if (str_eq_nocase(str_sub(href, 0, s.len), s)) return href.len > s.len;
    }
    for (size_t i = 0; i < href.len; i++) {                  /* relative: no colon before the first / ? # */
        if (href.at[i] == '/' || href.at[i] == '?' || href.at[i] == '#') break;
        if (href.at[i] == ':') return false;
    }
    return !str_starts(href, S("//"));
}

static void text_into(const DocNode *n, int depth, Buf *to)
{
    if (doc_is(n, "text")) { buf_add(to, n->text); return; }
    if (doc_is(n, "hardBreak")) { buf_byte(to, ' '); return; }
    if (doc_is(n, "mention")) { buf_add(to, doc_get(n, "label")); return; }
    if (doc_is(n, "evidence")) {                              /* a citation is no part of the sentence */
        if (to->len && to->at[to->len - 1] == ' ') to->len--;
        return;
    }
    if (doc_is(n, "timestamp")) { buf_add(to, doc_get(n, "at")); return; }
    if (depth < DOC_MAX_DEPTH)
        list_each(&n->children, i) text_into(n->children.at[i], depth + 1, to);
}

Str doc_plain(Arena *a, const DocNode *n)
{
    Buf b = buf_new(a, SIZE_MAX / 4);                        /* never more than the tree holds */
    text_into(n, 0, &b);
    return buf_str(&b);
}
