/* Another template under a text that was begun. What somebody wrote is never lost: a section counts as written when it says
 * something that none of the `untouched` texts (what the templates filled in by themselves) says in that section. */
#include "app/fold.h"
#include "feature/template/template.h"

typedef struct Part { DocNode *heading; DocNode *body; bool used; } Part;       /* body: a "doc"; heading NULL in front of the first */
typedef LIST(Part) Parts;

static bool is_section(const DocNode *n)
{
    return doc_is(n, "heading") && (doc_get_int(n, "level", 2) <= 2 || doc_get(n, "section").len);
}

static Parts parts_of(Arena *a, const DocNode *doc)
{
    Parts all = { 0 };
    *list_add(a, &all) = (Part){ .body = doc_node(a, "doc") };
    list_each(&doc->children, i) {
        DocNode *n = doc->children.at[i];
        if (is_section(n)) *list_add(a, &all) = (Part){ .heading = n, .body = doc_node(a, "doc") };
        else *list_add(a, &all.at[all.len - 1].body->children) = n;
    }
    return all;
}

static Str title_of(Arena *a, const Part *p) { return fold_key(a, str_trim(doc_plain(a, p->heading))); }

/* The part of the same key, else of the same heading. */
static Part *find(Arena *a, Parts *all, const Part *like)
{
    Str key = doc_get(like->heading, "section"), title = title_of(a, like);
    for (size_t i = 1; key.len && i < all->len; i++)
        if (!all->at[i].used && str_eq(doc_get(all->at[i].heading, "section"), key)) return &all->at[i];
    for (size_t i = 1; i < all->len; i++)
        if (!all->at[i].used && str_eq(title_of(a, &all->at[i]), title)) return &all->at[i];
    return NULL;
}

static Str said(Arena *a, const Part *p)
{
    Str text;
    return render_markdown(a, p->body, &text).info ? S("") : str_trim(text);
}

static bool is_written(Arena *a, const Part *p, Parts *untouched, size_t n)
{
    Str text = said(a, p);
    if (!text.len) return false;
    for (size_t i = 0; i < n; i++) {
        Part *was = find(a, &untouched[i], p);
        if (was && str_eq(said(a, was), text)) return false;
    }
    return true;
}

static void put(Arena *a, DocNode *doc, DocNode *heading, const DocNode *body)
{
    if (heading) *list_add(a, &doc->children) = heading;
    list_each(&body->children, i) *list_add(a, &doc->children) = body->children.at[i];
}

/* The heading of the new template; the words that somebody chose for it stay. */
static DocNode *heading_for(Arena *a, const Part *wanted, const Part *now, Parts *untouched, size_t n)
{
    bool renamed = true;
    for (size_t i = 0; i < n && renamed; i++) {
        Part *was = find(a, &untouched[i], now);
        renamed = !was || !str_eq(title_of(a, was), title_of(a, now));
    }
    if (!renamed) return wanted->heading;
    DocNode *h = arena_make(a, DocNode);
    *h = *wanted->heading;
    h->children = now->heading->children;
    return h;
}

/* A section that the new template does not have: its heading belongs to the writer now. */
static DocNode *heading_alone(Arena *a, const Part *p)
{
    DocNode *h = doc_node(a, "heading");
    doc_attr_int(a, h, "level", doc_get_int(p->heading, "level", 2));
    h->children = p->heading->children;
    return h;
}

DocNode *template_merge(Arena *a, const DocNode *now, const DocNodes *untouched, const DocNode *wanted)
{
    Parts have = parts_of(a, now), want = parts_of(a, wanted), *was = arena_array(a, Parts, untouched->len + 1);
    DocNode *doc = doc_node(a, "doc");
    list_each(untouched, i) was[i] = parts_of(a, untouched->at[i]);
    put(a, doc, NULL, have.at[0].body);
    for (size_t i = 1; i < want.len; i++) {
        Part *w = &want.at[i], *h = find(a, &have, w);
        if (h) h->used = true;
        if (h && is_written(a, h, was, untouched->len)) put(a, doc, heading_for(a, w, h, was, untouched->len), h->body);
        else put(a, doc, w->heading, w->body);
    }
    for (size_t i = 1; i < have.len; i++)
        if (!have.at[i].used && is_written(a, &have.at[i], was, untouched->len)) put(a, doc, heading_alone(a, &have.at[i]), have.at[i].body);
    return doc;
}
