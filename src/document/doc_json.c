/* ProseMirror's JSON of a document: {"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"…"}]}]}. */
#include <stdlib.h>
#include "document/node.h"

static void value_into(Buf *to, const json_t *v)
{
    char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    if (!text) bug("out of memory");
    buf_add(to, str_of(text));
    free(text);
}

static void node_into(Buf *to, const DocNode *n, int depth)
{
    buf_add(to, S("{\"type\":"));
    buf_json(to, n->type);
    if (n->attrs && json_object_size(n->attrs)) { buf_add(to, S(",\"attrs\":")); value_into(to, n->attrs); }
    if (n->marks.len) {
        buf_add(to, S(",\"marks\":["));
        list_each(&n->marks, i) {
            if (i) buf_byte(to, ',');
            buf_add(to, S("{\"type\":"));
            buf_json(to, n->marks.at[i].type);
            if (n->marks.at[i].attrs) { buf_add(to, S(",\"attrs\":")); value_into(to, n->marks.at[i].attrs); }
            buf_byte(to, '}');
        }
        buf_byte(to, ']');
    }
    if (doc_is(n, "text")) { buf_add(to, S(",\"text\":")); buf_json(to, n->text); }
    if (n->children.len && depth < DOC_MAX_DEPTH) {
        buf_add(to, S(",\"content\":["));
        list_each(&n->children, i) {
            if (i) buf_byte(to, ',');
            node_into(to, n->children.at[i], depth + 1);
        }
        buf_byte(to, ']');
    }
    buf_byte(to, '}');
}

Str doc_json(Arena *a, const DocNode *doc)
{
    Buf b = buf_new(a, SIZE_MAX / 4);                        /* whole, however large: doc_from_json has the limit */
    node_into(&b, doc, 0);
    return buf_str(&b);
}

static void release(void *value) { json_decref(value); }

static Str kept(Arena *a, const json_t *v) { return arena_str(a, (Str){ json_string_value(v), json_string_length(v) }); }

static json_t *attrs_from(Arena *a, json_t *object)
{
    json_t *attrs = json_object_get(object, "attrs");
    if (!json_is_object(attrs) || !json_object_size(attrs)) return NULL;
    json_incref(attrs);
    arena_defer(a, release, attrs);
    return attrs;
}

static Err node_from(Arena *a, json_t *v, int depth, DocNode **ret)
{
    json_t *type = json_object_get(v, "type"), *text = json_object_get(v, "text");
    if (!json_is_string(type)) return fail(a, ERR_INVALID, "every node of a document needs a type");
    if (depth > DOC_MAX_DEPTH) return fail(a, ERR_TOO_LARGE, "the document is nested more than %d deep", DOC_MAX_DEPTH);
    DocNode *n = arena_make(a, DocNode);
    n->type = kept(a, type);
    n->attrs = attrs_from(a, v);
    if (json_is_string(text)) n->text = kept(a, text);
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(v, "marks"), i, item) {
        json_t *mark = json_object_get(item, "type");
        if (!json_is_string(mark)) return fail(a, ERR_INVALID, "every mark of a document needs a type");
        *list_add(a, &n->marks) = (DocMark){ kept(a, mark), attrs_from(a, item) };
    }
    json_array_foreach(json_object_get(v, "content"), i, item) {
        DocNode *child;
        TRY(node_from(a, item, depth + 1, &child));
        *list_add(a, &n->children) = child;
    }
    *ret = n;
    return OK;
}

Err doc_from_json(Arena *a, Str json, DocNode **ret)
{
    if (json.len > 2 * DOC_MAX_BYTES) return fail(a, ERR_TOO_LARGE, "the document is over %u bytes", 2 * DOC_MAX_BYTES);
    json_error_t error;
    json_t *root = json_loadb(json.at, json.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!root) return fail(a, ERR_INVALID, "not JSON: %s at line %d", error.text, error.line);
    DocNode *doc = NULL;
    Err e = node_from(a, root, 0, &doc);
    json_decref(root);
    if (!e.info && !doc_is(doc, "doc")) return fail(a, ERR_INVALID, "the outermost node must be \"doc\"");
    if (!e.info) *ret = doc;
    return e;
}
