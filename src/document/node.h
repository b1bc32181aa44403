#pragma once
/** A document as a tree, between the engine and everything that reads or writes it: what ProseMirror calls nodes and
 *  marks, with the names of TipTap's extensions (the list stands in docs/internals/document.md). Lives in one arena. */
#include <jansson.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

/** Deeper nesting is not read from Markdown or JSON, and not followed when rendering. */
#define DOC_MAX_DEPTH 48
/** Largest text that is read or rendered. */
#define DOC_MAX_BYTES (8u << 20)

typedef struct DocMark { Str type; json_t *attrs; } DocMark;          /* {"bold"}, {"link", {"href":…}}; attrs may be NULL */
typedef LIST(DocMark) DocMarks;

typedef struct DocNode DocNode;
typedef LIST(DocNode *) DocNodes;
struct DocNode {
    Str type;             /* "doc", "paragraph", "text", … */
    json_t *attrs;        /* object, or NULL without */
    Str text;             /* type "text" only */
    DocMarks marks;       /* type "text" (and inline nodes) */
    DocNodes children;
};

DocNode *doc_node(Arena *a, const char *type);
DocNode *doc_add(Arena *a, DocNode *parent, const char *type);            /* appended, returned */
DocNode *doc_text(Arena *a, DocNode *parent, Str text);                   /* a text node without marks; NULL for "" */
/** Sets a string attribute; freed with the arena. */
void doc_attr(Arena *a, DocNode *n, const char *name, Str value);
void doc_attr_int(Arena *a, DocNode *n, const char *name, int64_t value);
void doc_attr_bool(Arena *a, DocNode *n, const char *name, bool value);
Str  doc_get(const DocNode *n, const char *name);                         /* string attribute or "" */
int64_t doc_get_int(const DocNode *n, const char *name, int64_t otherwise);
bool doc_get_bool(const DocNode *n, const char *name);
bool doc_has_mark(const DocNode *text, const char *type);
/** The mark of this type, or NULL. */
const DocMark *doc_find_mark(const DocNode *text, const char *type);
/** Appends a mark; its address is valid until the next one is added. */
DocMark *doc_mark(Arena *a, DocNode *n, const char *type);
void doc_mark_attr(Arena *a, DocMark *m, const char *name, Str value);
Str  doc_mark_get(const DocMark *m, const char *name);                    /* string attribute or "" */
bool doc_is(const DocNode *n, const char *type);
/** The text inside a node without any markup, on one line. */
Str  doc_plain(Arena *a, const DocNode *n);
/** True for addresses we let people follow: http, https, mailto, and relative ones within this site. */
bool doc_link_ok(Str href);

/** Markdown (CommonMark with tables, task lists, strike, autolinks: md4c) → nodes of our schema. Raw HTML becomes text;
 *  links only http, https, mailto and relative. `- [ ]` makes task lists; `> [!WARNING]` makes callouts. At most 2 MiB. */
Err  import_markdown(Arena *a, Str markdown, DocNode **ret_doc);
/** Nodes → Markdown that import_markdown reads back to the same tree. Guides are left out. */
Err  render_markdown(Arena *a, const DocNode *doc, Str *ret);
/** Nodes → HTML, everything escaped, no scripts, no styles inline; heading ids for a table of contents; image sources are
 *  rewritten by `image_base` ("/files/", "/share/SECRET/files/"). Unknown nodes show their text. */
typedef struct RenderHtml {
    Str image_base;          /* empty = "/files/" */
    bool toc;                /* begins with the table of contents */
    Str locale, time_zone;   /* for timestamps; empty = en, UTC */
    bool outside;            /* for readers without an account: links into the workspace become text */
    Str incident;            /* "INC-7": where citations lead that say only which event they are; empty: they are text */
} RenderHtml;
Err  render_html(Arena *a, const DocNode *doc, const RenderHtml *options, Str *ret);
/** Only the table of contents (headings of level 1 to 3), or "" with fewer than two headings. Ids as in render_html. */
Err  render_toc(Arena *a, const DocNode *doc, Str *ret);
/** Nodes → plain text, blocks divided by blank lines: for search, excerpts and word counts. */
Err  render_text(Arena *a, const DocNode *doc, Str *ret);
/** A copy in which mentions, times and citations are the text that they show, links lead where the reader can go, and guides and live
 *  blocks (expand them before) are gone: for PDF, DOCX and other forms that know only text. */
typedef struct FlatOptions {
    Str locale, time_zone;
    Str site;                /* "https://hindsight.example.com": put before links into the workspace; empty: they become text */
    bool outside;            /* for readers without an account: likewise */
    bool no_people;          /* mentioned people stay unnamed */
} FlatOptions;
DocNode *doc_flat(Arena *a, const DocNode *doc, const FlatOptions *options);
/** The ProseMirror JSON of the tree, and back. */
Str  doc_json(Arena *a, const DocNode *doc);
Err  doc_from_json(Arena *a, Str json, DocNode **ret);
