/* Confluence Cloud: pages over its REST API v2 (https://developer.atlassian.com/cloud/confluence/rest/v2), attachments over v1, which v2
 * cannot write. A page is known by an anchor in its text, and by its id once that was noted: whoever asks again after a crash finds it by
 * its title, which is unique in a space. */
#include <sodium.h>
#include "app/shape.h"
#include "integration/confluence/confluence.h"
#include "net/url.h"
#include "port/integration.h"

enum { TIME_MS = 30000, MOST_ANSWER = 12 << 20, TRIES = 5 };

/* -- the place ------------------------------------------------------------------------------------------------------------ */

static Str after(Str s, Str what)
{
    ptrdiff_t at = str_find(s, what);
    return at < 0 ? S("") : str_sub(s, (size_t)at + what.len, s.len);
}

static bool all_of(Str s, const char *allowed)
{
    for (size_t i = 0; i < s.len; i++) if (!strchr(allowed, s.at[i])) return false;
    return s.len > 0;
}

static Str first_part(Str s) { return str_before(str_before(str_before(s, '/'), '?'), '#'); }

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* "acme.atlassian.net/wiki/home" is https://acme.atlassian.net; tokens with scopes work at api.atlassian.com/ex/confluence/ID. */
static Err site_of(Arena *a, Str given, Str *ret)
{
    Str scheme = str_starts(given, S("http://")) ? S("http://") : S("https://"), rest = given;
    if (str_starts(rest, scheme)) rest = str_sub(rest, scheme.len, rest.len);
    Str host = first_part(rest), cloud = first_part(after(rest, S("/ex/confluence/")));
    if (!all_of(host, LETTERS DIGITS "-.:[]") || str_find(rest, S("://")) >= 0)
        return fail_field(a, S("site"), "this is no address like https://example.atlassian.net");
    *ret = cloud.len ? arena_fmt(a, STR_FMT STR_FMT "/ex/confluence/" STR_FMT, STR_ARG(scheme), STR_ARG(host), STR_ARG(cloud))
                     : arena_fmt(a, STR_FMT STR_FMT, STR_ARG(scheme), STR_ARG(host));
    return cloud.len && !all_of(cloud, LETTERS DIGITS "-") ? fail_field(a, S("site"), "the id of the site is not one") : OK;
}

Err confluence_place(Arena *a, ExportPlace *place)
{
    Str space = after(place->space, S("/spaces/")), page = after(place->parent, S("/pages/")), id = after(place->parent, S("pageId="));
    TRY(site_of(a, str_trim(place->site), &place->site));
    place->space = first_part(space.len ? space : str_trim(place->space));
    if (!all_of(place->space, LETTERS DIGITS "~_-."))
        return fail_field(a, S("space"), "the key of a space is short, such as ENG: it stands in the address of its pages after /spaces/");
    place->parent = id.len ? str_before(id, '&') : first_part(page.len ? page : str_trim(place->parent));
    if (place->parent.len && !all_of(place->parent, DIGITS))
        return fail_field(a, S("parent"), "the page above is the number in its address after /pages/, or that address");
    place->account = str_trim(place->account);
    place->secret = str_trim(place->secret);
    if (str_index(place->account, '@') <= 0) return fail_field(a, S("account"), "the account is the e-mail that the API token belongs to");
    return OK;
}

/* -- calls ---------------------------------------------------------------------------------------------------------------- */

typedef struct Ask { const char *method; Str path, body, type; bool upload; } Ask;      /* path: after the site */

/* What Confluence says is wrong: v2 {"errors":[{"title","detail"}]}, v1 and the gate before both {"message"}. */
static Str said(Arena *a, const ClientRes *res)
{
    json_t *root;
    if (json_parse(a, res->body, &root).info) return S("");
    json_t *first = json_array_get(json_object_get(root, "errors"), 0);
    Str title = json_str(first, "title"), detail = json_str(first, "detail"), message = json_str(root, "message");
    Str all = title.len && detail.len ? arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(title), STR_ARG(detail)) : title.len ? title : message;
    return arena_str(a, str_sub(all, 0, 400));
}

static Err refused(ExportCall *c, const ClientRes *res)
{
    Arena *a = c->arena;
    Str why = said(a, res);
    int64_t seconds = 0;
    const char *colon = why.len ? ": " : "";
    str_int(str_trim(client_header(res, "Retry-After")), &seconds);
    if (seconds > 0 && seconds < 86400) c->retry_after_ms = seconds * 1000;
    switch (res->status) {
    case 400: case 422: return fail(a, ERR_INVALID, "Confluence refuses this (%d)%s" STR_FMT, res->status, colon, STR_ARG(why));
    case 401: return fail_field(a, S("secret"), "Confluence does not accept this account and API token (401)%s" STR_FMT, colon, STR_ARG(why));
    case 403: return fail(a, ERR_FORBIDDEN, "this account may not do that in Confluence (403)%s" STR_FMT, colon, STR_ARG(why));
    case 404: return fail(a, ERR_NOT_FOUND, "Confluence finds nothing there, or hides it from this account (404)%s" STR_FMT, colon, STR_ARG(why));
    case 409: return fail(a, ERR_CONFLICT, "somebody else changed the page at the same time (409)%s" STR_FMT, colon, STR_ARG(why));
    case 413: return fail(a, ERR_TOO_LARGE, "this is too large for Confluence (413)%s" STR_FMT, colon, STR_ARG(why));
    case 429: return fail(a, ERR_TOO_MANY, "Confluence asks to wait (429)%s" STR_FMT, colon, STR_ARG(why));
    default:
        if (res->status >= 300 && res->status < 400)
            return fail(a, ERR_INVALID, "the site answers with a redirect (%d): enter the address that it leads to", res->status);
        return fail(a, ERR_UNAVAILABLE, "Confluence answers %d%s" STR_FMT, res->status, colon, STR_ARG(why));
    }
}

/* The one place from which something is sent: always to the site, redirects are answers. */
static Err ask(ExportCall *c, const Ask *what, json_t **ret)
{
    Arena *a = c->arena;
    Str pair = arena_fmt(a, STR_FMT ":" STR_FMT, STR_ARG(c->place->account), STR_ARG(c->place->secret));
    size_t room = sodium_base64_ENCODED_LEN(pair.len, sodium_base64_VARIANT_ORIGINAL);
    char *basic = arena_bytes(a, room, 1);
    sodium_bin2base64(basic, room, (const unsigned char *)pair.at, pair.len, sodium_base64_VARIANT_ORIGINAL);
    HttpHeader headers[4] = { { S("Authorization"), arena_fmt(a, "Basic %s", basic) }, { S("Accept"), S("application/json") } };
    size_t n = 2;
    if (what->body.len) headers[n++] = (HttpHeader){ S("Content-Type"), what->type.len ? what->type : S("application/json") };
    if (what->upload) headers[n++] = (HttpHeader){ S("X-Atlassian-Token"), S("nocheck") };
    ClientRes res = { 0 };
    ClientReq req = { .method = str_of(what->method), .url = arena_fmt(a, STR_FMT "/wiki" STR_FMT, STR_ARG(c->place->site), STR_ARG(what->path)), .headers = headers, .n_headers = n,
                      .body = what->body, .deadline_ms = TIME_MS, .max_bytes = MOST_ANSWER };
    c->retry_after_ms = 0;
    TRY(client_call(c->client, a, &req, &res));
    if (res.status < 200 || res.status > 299) return refused(c, &res);
    json_t *root = NULL;
    if (json_parse(a, res.body, &root).info || !json_is_object(root))
        return fail(a, ERR_UNAVAILABLE, "what answers at " STR_FMT " is not Confluence", STR_ARG(c->place->site));
    *ret = root;
    return OK;
}

static Err get(ExportCall *c, Str path, json_t **ret) { return ask(c, &(Ask){ .method = "GET", .path = path }, ret); }

/* -- test ----------------------------------------------------------------------------------------------------------------- */

typedef struct Space { Str id, name; } Space;

static Err space_of(ExportCall *c, Space *ret)
{
    json_t *root;
    TRY(get(c, arena_fmt(c->arena, "/api/v2/spaces?keys=" STR_FMT "&limit=1", STR_ARG(url_encode(c->arena, c->place->space))), &root));
    json_t *first = json_array_get(json_object_get(root, "results"), 0);
    *ret = (Space){ json_str(first, "id"), json_str(first, "name") };
    return ret->id.len ? OK : fail_field(c->arena, S("space"), "there is no space " STR_FMT " that this account may see", STR_ARG(c->place->space));
}

static bool may_add_pages(const json_t *operations)
{
    for (size_t i = 0; i < json_array_size(operations); i++) {
        const json_t *o = json_array_get(operations, i);
        if (str_eq(json_str(o, "operation"), S("create")) && str_eq(json_str(o, "targetType"), S("page"))) return true;
    }
    return false;
}

static Err test(ExportCall *c, Str *ret_name)
{
    Space space;
    json_t *root;
    TRY(space_of(c, &space));
    TRY(get(c, arena_fmt(c->arena, "/api/v2/spaces/" STR_FMT "/operations", STR_ARG(url_encode(c->arena, space.id))), &root));
    if (!may_add_pages(json_object_get(root, "operations")))
        return fail_field(c->arena, S("space"), "this account may read " STR_FMT ", but not add pages to it", STR_ARG(space.name));
    *ret_name = space.name;
    if (!c->place->parent.len) return OK;
    Err e = get(c, arena_fmt(c->arena, "/api/v2/pages/" STR_FMT, STR_ARG(c->place->parent)), &root);
    if (err_is(e, ERR_NOT_FOUND)) return fail_field(c->arena, S("parent"), "there is no page " STR_FMT " that this account may see", STR_ARG(c->place->parent));
    TRY(e);
    if (!str_eq(json_str(root, "spaceId"), space.id)) return fail_field(c->arena, S("parent"), "that page is in another space");
    *ret_name = arena_fmt(c->arena, STR_FMT " › " STR_FMT, STR_ARG(space.name), STR_ARG(json_str(root, "title")));
    return OK;
}

/* -- pages ---------------------------------------------------------------------------------------------------------------- */

/* Where people read it. What Confluence gives as its own address is shown to people, never called. */
static Str address_of(ExportCall *c, json_t *page)
{
    json_t *links = json_object_get(page, "_links");
    Str base = json_str(links, "base"), path = json_str(links, "webui");
    if (!path.len || path.at[0] != '/') path = arena_fmt(c->arena, "/pages/viewpage.action?pageId=" STR_FMT, STR_ARG(json_str(page, "id")));
    if (!str_starts(base, S("https://")) || !doc_link_ok(base)) base = arena_fmt(c->arena, STR_FMT "/wiki", STR_ARG(c->place->site));
    return arena_fmt(c->arena, STR_FMT STR_FMT, STR_ARG(base), STR_ARG(path));
}

static ExportedPage page_of(ExportCall *c, json_t *page)
{
    return (ExportedPage){ arena_str(c->arena, json_str(page, "id")), address_of(c, page), json_integer_value(json_object_get(json_object_get(page, "version"), "number")) };
}

/* The page as it is now; `ret->id` empty when it is gone or in the trash. */
static Err look_at(ExportCall *c, Str id, ExportedPage *ret)
{
    json_t *page = NULL;
    *ret = (ExportedPage){ 0 };
    Err e = get(c, arena_fmt(c->arena, "/api/v2/pages/" STR_FMT, STR_ARG(url_encode(c->arena, id))), &page);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    Str status = json_str(page, "status");
    if (!str_eq(status, S("trashed")) && !str_eq(status, S("deleted"))) *ret = page_of(c, page);
    return OK;
}

/* The page of this name, when it is ours; of somebody else's, ERR_CONFLICT. */
static Err find(ExportCall *c, const ExportPage *what, Str space, Str title, bool must_be_ours, ExportedPage *ret)
{
    json_t *root;
    if (!title.len) return OK;
    TRY(get(c, arena_fmt(c->arena, "/api/v2/pages?space-id=" STR_FMT "&status=current&body-format=storage&limit=1&title=" STR_FMT, STR_ARG(url_encode(c->arena, space)),
            STR_ARG(url_encode(c->arena, title))), &root));
    json_t *page = json_array_get(json_object_get(root, "results"), 0);
    Str text = json_str(json_object_get(json_object_get(page, "body"), "storage"), "value");
    if (page && str_find(text, confluence_mark(c->arena, what->id)) >= 0) *ret = page_of(c, page);
    else if (page && must_be_ours)
        return fail(c->arena, ERR_CONFLICT, "there is a page \"" STR_FMT "\" in the space that is not of this report: rename or move it, or rename the report", STR_ARG(title));
    return OK;
}

static void member(Buf *b, const char *name, Str value)
{
    buf_fmt(b, "%s\"%s\":", b->len > 1 ? "," : "", name);
    buf_json(b, value);
}

static Str page_json(ExportCall *c, const ExportPage *what, Str storage, Str space, const ExportedPage *old)
{
    Buf b = buf_new(c->arena, 64u << 20);
    buf_byte(&b, '{');
    if (old) member(&b, "id", old->id);
    else member(&b, "spaceId", space);
    if (!old && c->place->parent.len) member(&b, "parentId", c->place->parent);
    member(&b, "status", S("current"));
    member(&b, "title", what->title);
    buf_add(&b, S(",\"body\":{\"representation\":\"storage\",\"value\":"));
    buf_json(&b, storage);
    buf_byte(&b, '}');
    if (old) {
        buf_fmt(&b, ",\"version\":{\"number\":%lld,\"message\":", (long long)old->version + 1);
        buf_json(&b, what->note);
        buf_byte(&b, '}');
    }
    buf_byte(&b, '}');
    return buf_str(&b);
}

static Err create(ExportCall *c, const ExportPage *what, Str storage, Str space, ExportedPage *ret)
{
    json_t *page;
    TRY(ask(c, &(Ask){ .method = "POST", .path = S("/api/v2/pages"), .body = page_json(c, what, storage, space, NULL) }, &page));
    *ret = page_of(c, page);
    return ret->id.len ? OK : fail(c->arena, ERR_UNAVAILABLE, "Confluence made a page and did not say which");
}

/* Somebody may write at the same moment: their version is read, and ours put on top of it. Theirs stays in the history of the page. */
static Err update(ExportCall *c, const ExportPage *what, Str storage, ExportedPage *page)
{
    for (int left = TRIES;; left--) {
        json_t *now;
        Err e = ask(c, &(Ask){ .method = "PUT", .path = arena_fmt(c->arena, "/api/v2/pages/" STR_FMT, STR_ARG(url_encode(c->arena, page->id))),
                               .body = page_json(c, what, storage, S(""), page) }, &now);
        if (!e.info) { *page = page_of(c, now); return OK; }
        if (!err_is(e, ERR_CONFLICT) || left <= 1) return e;
        TRY(look_at(c, page->id, page));
        if (!page->id.len) return fail(c->arena, ERR_UNAVAILABLE, "the page was removed at this moment");
    }
}

/* -- attachments ---------------------------------------------------------------------------------------------------------- */

/* Names never change what they show, so those that are there already stay. */
static Err names_there(ExportCall *c, Str page, Strs *ret)
{
    json_t *root;
    TRY(get(c, arena_fmt(c->arena, "/api/v2/pages/" STR_FMT "/attachments?limit=250", STR_ARG(url_encode(c->arena, page))), &root));
    json_t *all = json_object_get(root, "results");
    for (size_t i = 0; i < json_array_size(all); i++) *list_add(c->arena, ret) = json_str(json_array_get(all, i), "title");
    return OK;
}

static Err upload(ExportCall *c, Str page, const ExportPicture *p)
{
    unsigned char raw[16];
    char boundary[33];
    json_t *done;
    randombytes_buf(raw, sizeof raw);
    sodium_bin2hex(boundary, sizeof boundary, raw, sizeof raw);
    Buf b = buf_new(c->arena, p->bytes.len + 2000);
    buf_fmt(&b, "--%s\r\nContent-Disposition: form-data; name=\"minorEdit\"\r\n\r\ntrue\r\n--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" STR_FMT
            "\"\r\nContent-Type: " STR_FMT "\r\n\r\n", boundary, boundary, STR_ARG(p->name), STR_ARG(p->type));
    buf_add(&b, p->bytes);
    buf_fmt(&b, "\r\n--%s--\r\n", boundary);
    return ask(c, &(Ask){ .method = "PUT", .path = arena_fmt(c->arena, "/rest/api/content/" STR_FMT "/child/attachment", STR_ARG(url_encode(c->arena, page))),
                          .body = buf_str(&b), .type = arena_fmt(c->arena, "multipart/form-data; boundary=%s", boundary), .upload = true }, &done);
}

static Err pictures(ExportCall *c, const ExportPage *what, Str page)
{
    Strs there = { 0 };
    if (what->n_pictures) TRY(names_there(c, page, &there));
    for (size_t i = 0; i < what->n_pictures; i++) {
        bool known = false;
        Str name = what->picture_name(what->arg, i);
        list_each(&there, k) known = known || str_eq(there.at[k], name);
        if (known) continue;
        auto_arena a = arena_new(64 << 10);                  /* one picture in memory at a time */
        ExportPicture p;
        ExportCall one = *c;
        TRY(what->picture(what->arg, i, &p));
        one.arena = a;
        Err e = upload(&one, page, &p);
        c->retry_after_ms = one.retry_after_ms;
        if (e.info) return fail(c->arena, e.info->kind, "the picture " STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(e.info->message));
    }
    return OK;
}

/* A new page comes first, because attachments need one; later pictures come first, so that readers never see a gap. */
static Err put(ExportCall *c, const ExportPage *what, ExportedPage *page)
{
    Space space;
    Str storage;
    ExportedPage known = { 0 };
    TRY(confluence_storage(c->arena, what->id, what->doc, &storage));
    if (page->id.len) TRY(look_at(c, page->id, &known));
    if (!known.id.len) {
        TRY(space_of(c, &space));
        TRY(find(c, what, space.id, what->title, true, &known));
        if (!known.id.len && !str_eq(what->former_title, what->title)) TRY(find(c, what, space.id, what->former_title, false, &known));
    }
    if (known.id.len) {
        *page = known;
        TRY(pictures(c, what, page->id));
        return update(c, what, storage, page);
    }
    Err e = create(c, what, storage, space.id, page);
    if (!err_is(e, ERR_INVALID)) TRY(e);
    if (e.info) {                                            /* perhaps the title is taken, by what we ourselves asked for a moment ago and heard no answer to */
        TRY(find(c, what, space.id, what->title, true, page));
        if (!page->id.len) return e;
    }
    return pictures(c, what, page->id);
}

static const Exporter exporter = { .kind = "confluence", .title = "Confluence", .place = confluence_place, .test = test, .put = put };
const Integration confluence_integration = { .name = "confluence", .exporter = &exporter };
