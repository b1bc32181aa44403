/* What readers, exports and searches see of a document: no places of comments, and of what is only suggested nothing yet. */
#include "document/clean.h"

bool doc_is_suggested(const DocNode *n)
{
    return doc_find_mark(n, "insertion") || doc_is(n, "paragraphBreak") || doc_get(n, "inserted").len;
}

/** Lists and tables are nothing without what they hold. */
static bool is_nothing_when_empty(const DocNode *n)
{
    static const char *const types[] = { "bulletList", "orderedList", "taskList", "listItem", "taskItem", "table", "tableRow" };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (doc_is(n, types[i])) return true;
    return false;
}

static bool same_marks(const DocNode *a, const DocNode *b)
{
    if (a->marks.len != b->marks.len) return false;
    list_each(&a->marks, i) {
        const DocMark *x = &a->marks.at[i], *y = &b->marks.at[i];
        if (!str_eq(x->type, y->type) || (x->attrs != y->attrs && !json_equal(x->attrs, y->attrs))) return false;
    }
    return true;
}

typedef enum What { COMMENTS, ALL } What;

static void clean_marks(Arena *a, DocNode *n, What what)
{
    DocMarks kept = { 0 };
    list_each(&n->marks, i) {
        Str type = n->marks.at[i].type;
        bool suggested = str_eq(type, S("deletion")) || str_eq(type, S("insertion")) || str_eq(type, S("proposed"));
        bool ours = str_eq(type, S("comment")) || (what == ALL && suggested);
        if (!ours) *list_add(a, &kept) = n->marks.at[i];
    }
    n->marks = kept;
}

static void clean(Arena *a, DocNode *n, What what)
{
    DocNodes kept = { 0 };
    if (n->attrs) json_object_del(n->attrs, "comments");
    list_each(&n->children, i) {
        DocNode *child = n->children.at[i];
        if (what == ALL && doc_is_suggested(child)) continue;
        clean_marks(a, child, what);
        if (what == ALL && child->attrs) {
            json_object_del(child->attrs, "inserted");
            json_object_del(child->attrs, "suggested");
        }
        DocNode *last = kept.len ? kept.at[kept.len - 1] : NULL;
        if (last && doc_is(last, "text") && doc_is(child, "text") && same_marks(last, child)) {
            last->text = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(last->text), STR_ARG(child->text));
            continue;
        }
        bool held = child->children.len > 0;
        clean(a, child, what);
        if (held && child->children.len == 0 && is_nothing_when_empty(child)) continue;
        *list_add(a, &kept) = child;
    }
    n->children = kept;
}

void doc_clean(Arena *a, DocNode *doc) { clean(a, doc, ALL); }
void doc_without_comments(Arena *a, DocNode *doc) { clean(a, doc, COMMENTS); }

int64_t doc_suggestions(const DocNode *n)
{
    int64_t all = doc_find_mark(n, "insertion") || doc_find_mark(n, "deletion") || doc_find_mark(n, "proposed") || doc_get(n, "suggested").len
                || doc_get(n, "inserted").len ? 1 : 0;
    list_each(&n->children, i) all += doc_suggestions(n->children.at[i]);
    return all;
}
