/* A tree for programs that know text only: what stands for something (a mention, a time, a citation) becomes what it shows. */
#include "base/time.h"
#include "document/node.h"
#include "document/words.h"

typedef struct Flat { Arena *a; const FlatOptions *o; } Flat;

static Str address(const Flat *f, Str href)
{
    if (!doc_link_ok(href) || href.at[0] == '#') return S("");
    if (href.at[0] != '/') return str_index(href, ':') >= 0 ? href : S("");
    return f->o->outside || !f->o->site.len ? S("") : arena_fmt(f->a, STR_FMT STR_FMT, STR_ARG(f->o->site), STR_ARG(href));
}

/* The text that replaces an inline node, with its marks and perhaps a link. */
static DocNode *text_instead(Flat *f, const DocNode *n, Str text, Str href)
{
    DocNode *t = arena_make(f->a, DocNode);
    *t = (DocNode){ .type = S("text"), .text = text };
    list_each(&n->marks, i) *list_add(f->a, &t->marks) = n->marks.at[i];
    Str to = href.len ? address(f, href) : S("");
    if (to.len && !doc_has_mark(t, "link")) doc_mark_attr(f->a, doc_mark(f->a, t, "link"), "href", to);
    return t;
}

static DocNode *mention(Flat *f, const DocNode *n)
{
    Str kind = doc_get(n, "kind"), label = doc_get(n, "label").len ? doc_get(n, "label") : doc_get(n, "id");
    if (str_eq(kind, S("person"))) {
        if (f->o->no_people) return text_instead(f, n, words_zh(f->o->locale) ? S("（一位同事）") : S("(a colleague)"), S(""));
        return text_instead(f, n, str_starts(label, S("@")) ? label : arena_fmt(f->a, "@" STR_FMT, STR_ARG(label)), S(""));
    }
    const char *path = str_eq(kind, S("incident")) ? "incidents" : str_eq(kind, S("report")) ? "reports" : str_eq(kind, S("follow_up")) ? "follow-ups" : NULL;
    return text_instead(f, n, label, path ? arena_fmt(f->a, "/%s/" STR_FMT, path, STR_ARG(doc_get(n, "id"))) : S(""));
}

static DocNode *timestamp(Flat *f, const DocNode *n)
{
    Str at = doc_get(n, "at");
    int64_t ms;
    if (!time_parse(at, &ms)) return text_instead(f, n, at, S(""));
    Str text = words_time(f->a, ms, WORDS_DATE_TIME, f->o->locale, f->o->time_zone), zone = words_zone(f->a, ms, f->o->locale, f->o->time_zone);
    return text_instead(f, n, arena_fmt(f->a, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(zone)), S(""));
}

/* Links go where the reader can go. */
static DocNode *text(Flat *f, const DocNode *n)
{
    const DocMark *link = doc_find_mark(n, "link");
    DocNode *t = arena_make(f->a, DocNode);
    *t = (DocNode){ .type = n->type, .text = n->text };
    list_each(&n->marks, i) {
        const DocMark *m = &n->marks.at[i];
        if (m != link) { *list_add(f->a, &t->marks) = *m; continue; }
        Str to = address(f, doc_mark_get(m, "href"));
        if (to.len) doc_mark_attr(f->a, doc_mark(f->a, t, "link"), "href", to);
    }
    return t;
}

/* A citation stands behind the words that it supports: in brackets it is told from them. */
static DocNode *citation(Flat *f, const DocNode *n)
{
    Str title = doc_get(n, "title").len ? doc_get(n, "title") : doc_get(n, "kind");
    return text_instead(f, n, arena_fmt(f->a, "[" STR_FMT "]", STR_ARG(title)), doc_get(n, "url"));
}

static DocNode *flat(Flat *f, const DocNode *n, int depth)
{
    if (doc_is(n, "text")) return text(f, n);
    if (doc_is(n, "mention")) return mention(f, n);
    if (doc_is(n, "timestamp")) return timestamp(f, n);
    if (doc_is(n, "evidence")) return citation(f, n);
    DocNode *c = doc_node(f->a, "");
    c->type = n->type;
    if (doc_is(n, "heading")) doc_attr_int(f->a, c, "level", doc_get_int(n, "level", 2));      /* no guide, no key */
    else c->attrs = n->attrs;
    if (depth < DOC_MAX_DEPTH)
        list_each(&n->children, i)
            if (!doc_is(n->children.at[i], "liveBlock")) *list_add(f->a, &c->children) = flat(f, n->children.at[i], depth + 1);
    return c;
}

DocNode *doc_flat(Arena *a, const DocNode *doc, const FlatOptions *options)
{
    Flat f = { a, options };
    return flat(&f, doc, 0);
}
