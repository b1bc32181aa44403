/* DOCX → nodes: WordprocessingML of Word, Google Docs, LibreOffice and ourselves. Styles are known by name and outline level, lists by their
 * numbering; what was deleted with tracked changes is gone, what was inserted is there. */
#include <libxml/parser.h>
#include "base/map.h"
#include "base/utf8.h"
#include "document/import.h"
#include "document/import_file.h"
#include "document/import_tree.h"

#define DEEPEST 60

typedef struct Numbering { char levels[10]; int64_t start; } Numbering;
typedef struct Style { int heading; bool title, code, quote, contents, caption, over; } Style;
typedef struct Reader { Arena *a; Map *styles, *links, *numbers; Imported *to; Str href, number; bool field; int depth; } Reader;

static bool is(const xmlNode *n, const char *name) { return n->type == XML_ELEMENT_NODE && str_eq(str_of((const char *)n->name), str_of(name)); }

static Str attr(Arena *a, const xmlNode *n, const char *name)
{
    xmlChar *v = n ? xmlGetNoNsProp((xmlNode *)(uintptr_t)n, (const xmlChar *)name) : NULL;
    for (const xmlAttr *p = n ? n->properties : NULL; p && !v; p = p->next)      /* with any prefix: w:val, r:id */
        if (str_eq(str_of((const char *)p->name), str_of(name))) v = xmlNodeListGetString(n->doc, p->children, 1);
    Str s = v ? arena_str(a, str_of((const char *)v)) : S("");
    if (v) xmlFree(v);
    return s;
}

static const xmlNode *child(const xmlNode *n, const char *name)
{
    for (const xmlNode *c = n ? n->children : NULL; c; c = c->next) if (is(c, name)) return c;
    return NULL;
}

static const xmlNode *find(const xmlNode *n, const char *name, int depth)
{
    for (const xmlNode *c = n ? n->children : NULL; c && depth < DEEPEST; c = c->next) {
        if (is(c, name)) return c;
        const xmlNode *deeper = c->type == XML_ELEMENT_NODE ? find(c, name, depth + 1) : NULL;
        if (deeper) return deeper;
    }
    return NULL;
}

/* <w:b/> is on, <w:b w:val="0"/> is off. */
static bool on(Arena *a, const xmlNode *n)
{
    Str v = attr(a, n, "val");
    return n && !str_eq(v, S("0")) && !str_eq(v, S("false")) && !str_eq(v, S("none"));
}

static void drop(void *doc) { xmlFreeDoc(doc); }

/* The root of a part; NULL when there is none. No entities, no network. */
static Err part(Arena *a, Zip *z, Str name, const xmlNode **ret)
{
    const ZipEntry *e = zip_find(z, name);
    Str text;
    *ret = NULL;
    if (!e) return OK;
    TRY(zip_unpack(z, e, &text));
    if (str_find(text, S("<!DOCTYPE")) >= 0) return fail_field(a, S("body"), "the document holds declarations that no Word document has");
    xmlDocPtr doc = xmlReadMemory(text.at, (int)text.len, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
    if (!doc) return fail_field(a, S("body"), "the document is damaged: " STR_FMT " cannot be read", STR_ARG(name));
    arena_defer(a, drop, doc);
    *ret = xmlDocGetRootElement(doc);
    return OK;
}

/* -- what the text refers to ------------------------------------------------------------------------------------------- */

static void read_styles(Reader *r, const xmlNode *root)
{
    for (const xmlNode *n = root ? root->children : NULL; n; n = n->next) {
        if (!is(n, "style")) continue;
        Str id = attr(r->a, n, "styleId"), name = attr(r->a, child(n, "name"), "val");
        Style *s = arena_make(r->a, Style), *based = map_get(r->styles, attr(r->a, child(n, "basedOn"), "val"));
        int64_t level;
        if (based) *s = *based;
        if (str_starts(name, S("heading ")) || str_starts(name, S("Heading "))) { if (str_int(str_sub(name, 8, 1), &level) && level >= 1 && level <= 6) s->heading = (int)level; }
        else if (str_int(attr(r->a, find(n, "outlineLvl", 0), "val"), &level) && level >= 0 && level < 6) s->heading = (int)level + 1;
        s->title = str_eq_nocase(name, S("Title"));
        s->code = s->code || str_find(name, S("Code")) >= 0 || str_starts(name, S("HTML Preformatted")) || str_find(name, S("Preformatted")) >= 0;
        s->quote = s->quote || str_find(name, S("Quote")) >= 0;
        s->contents = str_starts(name, S("toc ")) || str_starts(name, S("TOC ")) || str_starts(name, S("Contents"));
        s->over = str_eq(name, S("Over"));                   /* ours: who, when, of what */
        s->caption = str_eq_nocase(name, S("caption"));
        if (id.len) map_set(r->styles, id, s);
    }
}

static void read_links(Reader *r, const xmlNode *root)
{
    for (const xmlNode *n = root ? root->children : NULL; n; n = n->next) {
        if (!is(n, "Relationship")) continue;
        Str *target = arena_make(r->a, Str);
        *target = attr(r->a, n, "Target");
        map_set(r->links, attr(r->a, n, "Id"), target);
    }
}

/* numId → for each of nine levels whether it counts ('1' or '-'), and from where. */
static void read_numbers(Reader *r, const xmlNode *root)
{
    Map *kinds = map_new(r->a);
    for (const xmlNode *n = root ? root->children : NULL; n; n = n->next) {
        if (!is(n, "abstractNum")) continue;
        char *levels = (char *)arena_str(r->a, S("---------")).at;
        for (const xmlNode *l = n->children; l; l = l->next) {
            int64_t i;
            if (!is(l, "lvl") || !str_int(attr(r->a, l, "ilvl"), &i) || i < 0 || i > 8) continue;
            Str format = attr(r->a, child(l, "numFmt"), "val");
            levels[i] = str_eq(format, S("bullet")) || str_eq(format, S("none")) ? '-' : '1';
        }
        map_set(kinds, attr(r->a, n, "abstractNumId"), levels);
    }
    for (const xmlNode *n = root ? root->children : NULL; n; n = n->next) {
        const char *levels = is(n, "num") ? map_get(kinds, attr(r->a, child(n, "abstractNumId"), "val")) : NULL;
        if (!levels) continue;
        Numbering *k = arena_make(r->a, Numbering);
        memcpy(k->levels, levels, 9);
        if (!str_int(attr(r->a, find(n, "startOverride", 0), "val"), &k->start) || k->start < 0 || k->start > 100000) k->start = 1;
        map_set(r->numbers, attr(r->a, n, "numId"), k);
    }
}

/* -- runs -------------------------------------------------------------------------------------------------------------- */

static bool is_mono(Str font)
{
    static const char *const names[] = { "Consolas", "Courier", "Mono", "Menlo", "Monaco", NULL };
    for (size_t i = 0; names[i]; i++) if (str_find(font, str_of(names[i])) >= 0) return true;
    return false;
}

static void mark_up(Reader *r, DocNode *t, const xmlNode *properties)
{
    Arena *a = r->a;
    if (r->href.len) doc_mark_attr(a, doc_mark(a, t, "link"), "href", r->href);
    if (!properties) return;
    Str style = attr(a, child(properties, "rStyle"), "val");
    bool code = is_mono(attr(a, child(properties, "rFonts"), "ascii")) || str_find(style, S("Code")) >= 0 || str_find(style, S("Verbatim")) >= 0;
    if (on(a, child(properties, "b")) || str_eq(style, S("Strong"))) doc_mark(a, t, "bold");
    if (on(a, child(properties, "i")) || str_eq(style, S("Emphasis"))) doc_mark(a, t, "italic");
    if (on(a, child(properties, "strike"))) doc_mark(a, t, "strike");
    if (on(a, child(properties, "u")) && !r->href.len) doc_mark(a, t, "underline");
    if (on(a, child(properties, "highlight"))) doc_mark(a, t, "highlight");
    if (code) doc_mark(a, t, "code");
}

static void say(Reader *r, DocNode *p, Str text, const xmlNode *properties)
{
    Buf b = buf_new(r->a, text.len + 1);
    if (!utf8_valid(text)) return;
    for (size_t i = 0; i < text.len; i++) if ((unsigned char)text.at[i] >= ' ' || text.at[i] == '\t') buf_byte(&b, text.at[i]);
    DocNode *t = doc_text(r->a, p, buf_str(&b));
    if (t) mark_up(r, t, properties);
}

static void drawing(Reader *r, DocNode *p, const xmlNode *n)
{
    const xmlNode *blip = find(n, "blip", 0), *data = blip ? blip : find(n, "imagedata", 0);
    const Str *target = data ? map_get(r->links, attr(r->a, data, blip ? "embed" : "id")) : NULL;
    if (!target) return;
    DocNode *i = doc_add(r->a, p, "image");
    int64_t emu;
    doc_attr(r->a, i, "src", *target);
    Str alt = attr(r->a, find(n, "docPr", 0), "descr");
    if (alt.len) doc_attr(r->a, i, "alt", alt);
    if (str_int(attr(r->a, find(n, "extent", 0), "cx"), &emu) && emu > 9525 && emu < 9525ll * 4000) doc_attr_int(r->a, i, "width", emu / 9525);
}

static void inlines(Reader *r, DocNode *p, const xmlNode *n);

static void run(Reader *r, DocNode *p, const xmlNode *n)
{
    const xmlNode *properties = child(n, "rPr");
    if (on(r->a, child(properties, "vanish"))) return;
    for (const xmlNode *c = n->children; c; c = c->next) {
        if (is(c, "fldChar")) {                              /* between "begin" and "separate" stands the formula of a field */
            Str kind = attr(r->a, c, "fldCharType");
            r->field = str_eq(kind, S("begin")) || (r->field && !str_eq(kind, S("separate")) && !str_eq(kind, S("end")));
        } else if (r->field) continue;
        else if (is(c, "t")) {
            xmlChar *v = xmlNodeGetContent(c);
            say(r, p, arena_str(r->a, str_of((const char *)v)), properties);
            xmlFree(v);
        } else if (is(c, "tab")) say(r, p, S("\t"), properties);
        else if (is(c, "br") || is(c, "cr")) { if (!str_eq(attr(r->a, c, "type"), S("page")) && p->children.len) doc_add(r->a, p, "hardBreak"); }
        else if (is(c, "noBreakHyphen")) say(r, p, S("-"), properties);
        else if (is(c, "drawing") || is(c, "pict")) drawing(r, p, c);
        else if (is(c, "AlternateContent")) { const xmlNode *d = find(c, "drawing", 0); if (d) drawing(r, p, d); }
    }
}

static void hyperlink(Reader *r, DocNode *p, const xmlNode *n)
{
    const Str *target = map_get(r->links, attr(r->a, n, "id"));
    Str before = r->href;
    if (target && doc_link_ok(*target) && str_index(*target, ':') > 0) r->href = *target;
    inlines(r, p, n);
    r->href = before;
}

static void inlines(Reader *r, DocNode *p, const xmlNode *n)
{
    if (r->depth++ < DEEPEST)
        for (const xmlNode *c = n->children; c; c = c->next) {
            if (is(c, "r")) run(r, p, c);
            else if (is(c, "hyperlink")) hyperlink(r, p, c);
            else if (is(c, "ins") || is(c, "smartTag") || is(c, "sdt") || is(c, "sdtContent") || is(c, "fldSimple") || is(c, "moveTo")) inlines(r, p, c);
        }
    r->depth--;
}

/* -- blocks ------------------------------------------------------------------------------------------------------------ */

static void blocks(Reader *r, DocNode *to, const xmlNode *n);
static DocNode *last_of(const DocNode *n) { return n->children.len ? n->children.at[n->children.len - 1] : NULL; }

static bool is_list(const DocNode *n) { return n && (doc_is(n, "bulletList") || doc_is(n, "orderedList") || doc_is(n, "taskList")); }

/* The item that a paragraph of this level belongs to: in the list that stands last, as deep as it says. */
static DocNode *item_for(Reader *r, DocNode *to, int level, bool counts, Str number, int64_t start)
{
    bool other = counts && level == 0 && !str_eq(number, r->number);
    if (level == 0) r->number = number;
    for (; level > 0 && is_list(last_of(to)) && last_of(last_of(to)); level--) to = last_of(last_of(to));
    DocNode *l = last_of(to);
    const char *type = counts ? "orderedList" : "bulletList";
    if (!l || !doc_is(l, type) || other) {
        l = doc_add(r->a, to, type);
        if (counts && start != 1) doc_attr_int(r->a, l, "start", start);
    }
    return doc_add(r->a, l, "listItem");
}

/* "☐ " or "☒ " at the start of a paragraph makes it a task. */
static bool task_of(Reader *r, DocNode *to, DocNode *p)
{
    static const struct { const char *sign; bool done; } signs[] = { { "☐", false }, { "☒", true }, { "☑", true }, { "✓", true }, { NULL, false } };
    DocNode *first = p->children.len ? p->children.at[0] : NULL;
    if (!first || !doc_is(first, "text")) return false;
    for (size_t i = 0; signs[i].sign; i++) {
        if (!str_starts(first->text, str_of(signs[i].sign))) continue;
        Str rest = str_sub(first->text, strlen(signs[i].sign), first->text.len);
        while (rest.len && (rest.at[0] == ' ' || rest.at[0] == '\t')) rest = str_sub(rest, 1, rest.len);
        first->text = rest;
        DocNode *l = last_of(to);
        if (!l || !doc_is(l, "taskList")) l = doc_add(r->a, to, "taskList");
        DocNode *item = doc_add(r->a, l, "taskItem");
        doc_attr_bool(r->a, item, "checked", signs[i].done);
        if (!rest.len) { memmove(p->children.at, p->children.at + 1, (p->children.len - 1) * sizeof *p->children.at); p->children.len--; }
        *list_add(r->a, &item->children) = p;
        return true;
    }
    return false;
}

static void code_line(Reader *r, DocNode *to, DocNode *p)
{
    Buf b = buf_new(r->a, DOC_MAX_BYTES);
    list_each(&p->children, i) buf_add(&b, doc_is(p->children.at[i], "hardBreak") ? S("\n") : p->children.at[i]->text);
    DocNode *c = last_of(to);
    bool more = c && doc_is(c, "codeBlock");
    if (!more) c = doc_add(r->a, to, "codeBlock");
    Str before = more && c->children.len ? arena_fmt(r->a, STR_FMT "\n", STR_ARG(doc_plain(r->a, c))) : S("");
    c->children.len = 0;
    doc_text(r->a, c, arena_fmt(r->a, STR_FMT STR_FMT, STR_ARG(before), STR_ARG(buf_str(&b))));
}

static void caption(Reader *r, DocNode *to, DocNode *p)
{
    DocNode *above = last_of(to), *picture = above && doc_is(above, "paragraph") && above->children.len == 1 ? above->children.at[0] : NULL;
    if (picture && doc_is(picture, "image") && !doc_get(picture, "caption").len) doc_attr(r->a, picture, "caption", str_trim(doc_plain(r->a, p)));
    else *list_add(r->a, &to->children) = p;
}

/* Our own boxes are known by their ground. */
static const char *box_of(Str fill)
{
    static const struct { const char *fill, *kind; } boxes[] = { { "F0F5FF", "info" }, { "FFF6E3", "warning" }, { "FFF0EE", "danger" }, { "ECF9F0", "success" }, { NULL, NULL } };
    for (size_t i = 0; boxes[i].fill; i++) if (str_eq_nocase(fill, str_of(boxes[i].fill))) return boxes[i].kind;
    return NULL;
}

static void paragraph(Reader *r, DocNode *to, const xmlNode *n)
{
    static const Style none;
    const xmlNode *properties = child(n, "pPr"), *number = child(properties, "numPr");
    const Style *s = map_get(r->styles, attr(r->a, child(properties, "pStyle"), "val"));
    const Numbering *levels = map_get(r->numbers, attr(r->a, child(number, "numId"), "val"));
    int64_t level = 0;
    if (!s) s = &none;
    DocNode *p = doc_node(r->a, s->heading ? "heading" : "paragraph");
    inlines(r, p, n);
    if (s->contents || s->over) return;
    if (child(properties, "pBdr") && !p->children.len && child(child(properties, "pBdr"), "bottom")) { doc_add(r->a, to, "horizontalRule"); return; }
    if (s->title && !r->to->title.len && to == r->to->doc) { r->to->title = str_trim(doc_plain(r->a, p)); return; }
    if (s->code && !levels) { code_line(r, to, p); return; }
    if (!p->children.len) return;
    if (s->heading) {
        doc_attr_int(r->a, p, "level", s->heading);
        *list_add(r->a, &to->children) = p;
    } else if (levels) {
        if (!str_int(attr(r->a, child(number, "ilvl"), "val"), &level) || level < 0 || level > 8) level = 0;
        DocNode *item = item_for(r, to, (int)level, levels->levels[level] == '1', attr(r->a, child(number, "numId"), "val"), levels->start);
        *list_add(r->a, &item->children) = p;
    } else if (s->caption) caption(r, to, p);
    else if (task_of(r, to, p)) return;
    else if (s->quote || child(child(properties, "pBdr"), "left")) {
        const char *box = box_of(attr(r->a, child(properties, "shd"), "fill")), *type = box ? "callout" : "blockquote";
        DocNode *q = last_of(to);
        if (!q || !doc_is(q, type) || (box && !str_eq(doc_get(q, "kind"), str_of(box)))) q = doc_add(r->a, to, type);
        if (box) doc_attr(r->a, q, "kind", str_of(box));
        *list_add(r->a, &q->children) = p;
    } else *list_add(r->a, &to->children) = p;
}

/* Cells that go on from the row above are added to the one that began there. */
static void table(Reader *r, DocNode *to, const xmlNode *n)
{
    DocNode *t = doc_node(r->a, "table"), *began[64] = { 0 };
    for (const xmlNode *tr = n->children; tr; tr = tr->next) {
        if (!is(tr, "tr")) continue;
        bool head = on(r->a, child(child(tr, "trPr"), "tblHeader"));
        DocNode *row = doc_node(r->a, "tableRow");
        int64_t at = 0;
        for (const xmlNode *tc = tr->children; tc; tc = tc->next) {
            if (!is(tc, "tc")) continue;
            const xmlNode *properties = child(tc, "tcPr"), *merge = child(properties, "vMerge");
            int64_t span = 1;
            if (!str_int(attr(r->a, child(properties, "gridSpan"), "val"), &span) || span < 1 || span > 63) span = 1;
            bool goes_on = merge && !str_eq(attr(r->a, merge, "val"), S("restart"));
            if (goes_on && at < 64 && began[at]) {
                doc_attr_int(r->a, began[at], "rowspan", doc_get_int(began[at], "rowspan", 1) + 1);
            } else {
                DocNode *cell = doc_add(r->a, row, head ? "tableHeader" : "tableCell");
                if (span > 1) doc_attr_int(r->a, cell, "colspan", span);
                blocks(r, cell, tc);
                if (at < 64) began[at] = merge ? cell : NULL;
            }
            at += span;
        }
        if (row->children.len) *list_add(r->a, &t->children) = row;
    }
    if (t->children.len) *list_add(r->a, &to->children) = t;
}

static void blocks(Reader *r, DocNode *to, const xmlNode *n)
{
    if (r->depth++ < DEEPEST)
        for (const xmlNode *c = n->children; c; c = c->next) {
            if (is(c, "p")) paragraph(r, to, c);
            else if (is(c, "tbl")) table(r, to, c);
            else if (is(c, "sdt") || is(c, "sdtContent") || is(c, "ins") || is(c, "customXml")) blocks(r, to, c);
        }
    r->depth--;
}

/* Pages begin with a table of contents or of figures that some program made: the first heading row of Word's own is no text of people. */
Err import_docx(Arena *a, Zip *z, Imported *ret)
{
    Reader r = { .a = a, .styles = map_new(a), .links = map_new(a), .numbers = map_new(a), .to = ret };
    const xmlNode *document, *styles, *links, *numbers;
    TRY(part(a, z, S("word/document.xml"), &document));
    TRY(part(a, z, S("word/styles.xml"), &styles));
    TRY(part(a, z, S("word/_rels/document.xml.rels"), &links));
    TRY(part(a, z, S("word/numbering.xml"), &numbers));
    const xmlNode *body = child(document, "body");
    if (!body) return fail_field(a, S("body"), "this Word document has no text");
    read_styles(&r, styles);
    read_links(&r, links);
    read_numbers(&r, numbers);
    ret->doc = doc_node(a, "doc");
    blocks(&r, ret->doc, body);
    import_tidy(a, ret->doc);
    return OK;
}
