/* Who suggested what. A mark in the text says whose it is, but marks are written by browsers: whoever may write could write another's
 * name into one. So what is shown comes from the log of the document, where the server noted who wrote each edit. */
#include "base/map.h"
#include "document/document.h"
#include "feature/account/account.h"
#include "feature/review/review.h"

enum { MOST = 500 };
typedef LIST(DocumentSaid) Claims;

static void claim(Cx *cx, Claims *claims, Str user, Str at)
{
    if (!user.len || !at.len || claims->len >= MOST) return;
    list_each(claims, i) if (str_eq(claims->at[i].one, user) && str_eq(claims->at[i].other, at)) return;
    DocumentSaid one = { .one = user, .other = at };
    *list_add(cx->arena, claims) = one;
}

static void claims_in(Cx *cx, const DocNode *n, Claims *claims)
{
    static const char *const marks[] = { "insertion", "deletion", "proposed" };
    json_t *layers;
    Str text = doc_get(n, "suggested");
    for (size_t i = 0; i < 3; i++) {
        const DocMark *m = doc_find_mark(n, marks[i]);
        if (m) claim(cx, claims, doc_mark_get(m, "user"), doc_mark_get(m, "at"));
    }
    if (doc_is(n, "paragraphBreak")) claim(cx, claims, doc_get(n, "user"), doc_get(n, "at"));
    if (text.len && !json_parse(cx->arena, text, &layers).info)
        for (size_t i = 0; i < json_array_size(layers); i++) {
            json_t *layer = json_array_get(layers, i);
            claim(cx, claims, json_str(layer, "user"), json_str(layer, "at"));
        }
    list_each(&n->children, i) claims_in(cx, n->children.at[i], claims);
}

Err review_suggestion_authors(Cx *cx, Str report, SuggestionAuthors *ret)
{
    DocNode *doc;
    Claims claims = { 0 };
    Strs people = { 0 };
    Map *users;
    TRY(document_read_whole(cx, report, INT64_MAX, &doc));
    claims_in(cx, doc, &claims);
    if (claims.len) TRY(document_first_said(cx, report, claims.at, claims.len));
    list_each(&claims, i) {
        const DocumentSaid *c = &claims.at[i];
        bool own = false;
        list_each(&c->authors, k) own = own || str_eq(c->authors.at[k], c->one);
        Str author = own ? c->one : c->authors.len ? c->authors.at[0] : S("");
        ids_add(cx->arena, &people, author);
        *list_add(cx->arena, ret) = (SuggestionAuthor){ .claimed_id = c->one, .at = c->other, .author = { .id = author } };
    }
    TRY(user_refs(cx, people, &users));
    list_each(ret, i) if (ret->at[i].author.id.len) ret->at[i].author = user_ref(users, ret->at[i].author.id);
    return OK;
}
