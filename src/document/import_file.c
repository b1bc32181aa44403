/* Which reader a file needs, what its title is, and where its pictures are. */
#include <libxml/parser.h>
#include "base/utf8.h"
#include "document/import_file.h"
#include "document/import_tree.h"

const xmlNode *import_by_id(const xmlNode *n, const char *id)
{
    for (; n; n = n->next) {
        if (n->type != XML_ELEMENT_NODE) continue;
        xmlChar *v = xmlGetProp((xmlNode *)(uintptr_t)n, (const xmlChar *)"id");
        bool hit = v && xmlStrEqual(v, (const xmlChar *)id);
        if (v) xmlFree(v);
        if (hit) return n;
        const xmlNode *deeper = import_by_id(n->children, id);
        if (deeper) return deeper;
    }
    return NULL;
}

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }

Str import_percent(Arena *a, Str s)
{
    Buf b = buf_new(a, s.len + 1);
    for (size_t i = 0; i < s.len; i++) {
        bool hex = s.at[i] == '%' && i + 2 < s.len && digit(s.at[i + 1]) >= 0 && digit(s.at[i + 2]) >= 0;
        buf_byte(&b, hex ? (char)(digit(s.at[i + 1]) * 16 + digit(s.at[i + 2])) : s.at[i]);
        if (hex) i += 2;
    }
    return utf8_valid(buf_str(&b)) ? buf_str(&b) : s;
}

static bool is_blank(const DocNode *n)
{
    if (!doc_is(n, "paragraph")) return false;
    list_each(&n->children, i) {
        const DocNode *c = n->children.at[i];
        if (!doc_is(c, "text")) return false;
        for (size_t k = 0; k < c->text.len; k++)
            if (c->text.at[k] != ' ' && c->text.at[k] != '\t' && !str_starts(str_sub(c->text, k, 2), S("\u00a0")) && !(k && str_starts(str_sub(c->text, k - 1, 2), S("\u00a0")))) return false;
    }
    return true;
}

void import_blocks_clean(Arena *a, DocNode *n)
{
    bool container = !doc_is(n, "paragraph") && !doc_is(n, "heading") && !doc_is(n, "codeBlock") && !doc_is(n, "text");
    if (!container) return;
    size_t kept = 0, blank = 0;
    list_each(&n->children, i) blank += is_blank(n->children.at[i]) || (doc_is(n->children.at[i], "heading") && !n->children.at[i]->children.len);
    bool all = blank == n->children.len && !doc_is(n, "doc");
    list_each(&n->children, i) {
        DocNode *c = n->children.at[i];
        if ((is_blank(c) && !(all && kept == 0)) || (doc_is(c, "heading") && !c->children.len)) continue;
        n->children.at[kept++] = c;
    }
    n->children.len = kept;
    list_each(&n->children, i) import_blocks_clean(a, n->children.at[i]);
}

/* -- title and levels -------------------------------------------------------------------------------------------------- */

/* A single H1 at the start is the title; where H1s are sections, every heading moves down by one. */
static void levels(Arena *a, Imported *f)
{
    size_t tops = 0, at = 0;
    DocNodes *all = &f->doc->children;
    list_each(all, i)
        if (doc_is(all->at[i], "heading") && doc_get_int(all->at[i], "level", 2) == 1) { if (!tops++) at = i; }
    if (!tops) return;
    Str first = str_trim(doc_plain(a, all->at[at]));
    if (at == 0 && (tops == 1 || str_eq(first, f->title)) && (!f->title.len || tops == 1)) {
        if (first.len) f->title = first;
        memmove(all->at, all->at + 1, (all->len - 1) * sizeof *all->at);
        all->len--;
        if (--tops == 0) return;
    }
    list_each(all, i) {
        int64_t level = doc_get_int(all->at[i], "level", 2);
        if (doc_is(all->at[i], "heading")) doc_attr_int(a, all->at[i], "level", level < 6 ? level + 1 : 6);
    }
}

static Str head_of(Str *text)
{
    Str rest = *text, line;
    if (!str_next(&rest, '\n', &line) || !str_eq(str_trim(line), S("---"))) return S("");
    const char *from = rest.at;
    while (str_next(&rest, '\n', &line))
        if (str_eq(str_trim(line), S("---"))) { *text = rest; return (Str){ from, (size_t)(line.at - from) }; }
    return S("");
}

static Err read_markdown(Arena *a, Str text, Imported *ret)
{
    if (!utf8_valid(text)) return fail_field(a, S("body"), "this is neither text in UTF-8 nor a document that is known here");
    ret->head = head_of(&text);
    Str rest = ret->head, line;
    TRY(import_markdown(a, text, &ret->doc));
    while (str_next(&rest, '\n', &line)) {
        if (!str_starts(line, S("title:"))) continue;
        Str value = str_trim(str_sub(line, 6, line.len));
        json_t *v = json_loadb(value.at ? value.at : "", value.len, JSON_DECODE_ANY, NULL);
        ret->title = json_is_string(v) ? arena_str(a, str_of(json_string_value(v))) : value;
        json_decref(v);
    }
    return OK;
}

static bool is_html(Str text)
{
    Str head = str_trim(str_sub(text, 0, 2000));
    return str_starts(head, S("<!DOCTYPE html")) || str_starts(head, S("<!doctype html")) || str_starts(head, S("<html")) || str_starts(head, S("<HTML"))
        || str_starts(head, S("<head")) || str_starts(head, S("<body")) || str_starts(head, S("<meta")) || str_starts(head, S("<div")) || str_starts(head, S("<p")) || str_starts(head, S("<h1"))
        || (str_starts(head, S("<?xml")) && str_find(head, S("<html")) >= 0) || (str_starts(head, S("<!--")) && str_find(head, S("<html")) >= 0);
}

/* -- archives ---------------------------------------------------------------------------------------------------------- */

/* The page of an archive: the largest of those that are nearest to its root; HTML before Markdown; an index is only a list of pages. */
static const ZipEntry *page_of(const Zip *z)
{
    const ZipEntry *best = NULL;
    int64_t most = -1;
    list_each(&z->entries, i) {
        const ZipEntry *e = &z->entries.at[i];
        bool html = str_ends(e->name, S(".html")) || str_ends(e->name, S(".htm")), md = str_ends(e->name, S(".md")) || str_ends(e->name, S(".markdown"));
        if ((!html && !md) || str_starts(e->name, S("__MACOSX/"))) continue;
        int64_t depth = 0;
        for (size_t k = 0; k < e->name.len; k++) depth += e->name.at[k] == '/';
        int64_t points = (int64_t)(e->size > 1 << 30 ? 1 << 30 : e->size) + (html ? 1ll << 32 : 0) + (8 - (depth > 8 ? 8 : depth)) * (1ll << 33);
        if (str_ends(e->name, S("index.html"))) points /= 4;
        if (points > most) { most = points; best = e; }
    }
    return best;
}

static Str folder_of(Str name)
{
    for (size_t i = name.len; i > 0; i--) if (name.at[i - 1] == '/') return str_sub(name, 0, i);
    return S("");
}

static Err read_archive(Arena *a, Str bytes, Imported *ret)
{
    Str text;
    TRY(zip_read(a, bytes, IMPORT_MOST_UNPACKED, &ret->archive));
    ret->zipped = true;
    if (zip_find(&ret->archive, S("word/document.xml"))) {
        ret->folder = S("word/");
        return import_docx(a, &ret->archive, ret);
    }
    const ZipEntry *page = page_of(&ret->archive);
    if (!page) return fail_field(a, S("body"), "there is no page in this archive: a Word document, an HTML or a Markdown file");
    TRY(zip_unpack(&ret->archive, page, &text));
    ret->folder = folder_of(page->name);
    return str_ends(page->name, S("md")) || str_ends(page->name, S("markdown")) ? read_markdown(a, text, ret) : import_html(a, text, ret);
}

static bool says_something(const DocNode *n, int depth)
{
    if (doc_is(n, "text") || doc_is(n, "image")) return true;
    bool any = false;
    if (depth < DOC_MAX_DEPTH) list_each(&n->children, i) any = any || says_something(n->children.at[i], depth + 1);
    return any;
}

Err import_file(Arena *a, Str bytes, Imported *ret)
{
    *ret = (Imported){ 0 };
    if (bytes.len > IMPORT_MOST_BYTES) return fail(a, ERR_TOO_LARGE, "the file is over %u MiB", IMPORT_MOST_BYTES >> 20);
    if (str_starts(bytes, S("\xef\xbb\xbf"))) bytes = str_sub(bytes, 3, bytes.len);
    if (str_starts(bytes, S("\xd0\xcf\x11\xe0"))) return fail_field(a, S("body"), "this is an old Word document (.doc): save it as .docx");
    if (str_starts(bytes, S("%PDF"))) return fail_field(a, S("body"), "text cannot be read out of a PDF reliably: import the document that it was made of");
    if (zip_is(bytes)) TRY(read_archive(a, bytes, ret));
    else if (is_html(bytes)) TRY(import_html(a, bytes, ret));
    else TRY(read_markdown(a, bytes, ret));
    levels(a, ret);
    if (!says_something(ret->doc, 0)) return fail_field(a, S("body"), "there is no text in this file");
    ret->title = utf8_clip(str_trim(ret->title), 250);
    return OK;
}

/* -- pictures ---------------------------------------------------------------------------------------------------------- */

static Err data_address(Arena *a, Str src, Str *ret)
{
    ptrdiff_t comma = str_index(src, ',');
    Buf b = buf_new(a, IMPORT_MOST_BYTES);
    uint32_t bits = 0;
    int n = 0;
    if (comma < 0 || str_find(str_sub(src, 0, (size_t)comma), S(";base64")) < 0) return OK;
    for (size_t i = (size_t)comma + 1; i < src.len; i++) {
        char c = src.at[i];
        int v = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
        if (v < 0) continue;
        bits = bits << 6 | (uint32_t)v;
        if ((n += 6) >= 8) { n -= 8; buf_byte(&b, (char)(bits >> n)); }
    }
    *ret = buf_str(&b);
    return OK;
}

/* "a/b/../c" → "a/c"; never above the root. */
static Str resolved(Arena *a, Str folder, Str path)
{
    LIST(Str) parts = { 0 };
    Str rest = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(str_starts(path, S("/")) ? S("") : folder), STR_ARG(path)), one;
    while (str_next(&rest, '/', &one)) {
        if (str_eq(one, S(".."))) { if (parts.len) parts.len--; }
        else if (one.len && !str_eq(one, S("."))) *list_add(a, &parts) = one;
    }
    Buf b = buf_new(a, 5000);
    list_each(&parts, i) { if (i) buf_byte(&b, '/'); buf_add(&b, parts.at[i]); }
    return buf_str(&b);
}

Err import_picture(Arena *a, Imported *from, Str src, Str *ret)
{
    *ret = S("");
    if (str_starts(src, S("data:"))) return data_address(a, src, ret);
    if (!from->zipped || src.len > 2000) return OK;
    Str path = str_before(str_before(src, '?'), '#');
    const ZipEntry *e = zip_find(&from->archive, resolved(a, from->folder, path));
    if (!e) e = zip_find(&from->archive, resolved(a, from->folder, import_percent(a, path)));
    return e ? zip_unpack(&from->archive, e, ret) : OK;
}
