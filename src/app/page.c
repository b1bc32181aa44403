#include <zlib.h>
#include "app/page.h"
#include "net/mime.h"

/** From tools/embed_assets.sh; ends with a zero name. Text is stored as gzip. */
typedef struct Asset { const char *name, *at; uint64_t len, gzip; } Asset;
extern const Asset assets[];

static const Asset *asset_find(Str path)
{
    for (const Asset *f = assets; f->name; f++)
        if (str_eq(path, str_of(f->name))) return f;
    return NULL;
}

Str page_asset_path(Str start)
{
    for (const Asset *f = assets; f->name; f++)
        if (str_starts(str_of(f->name), start)) return str_of(f->name);
    return S("");
}

Str page_asset_text(Arena *a, Str start)
{
    const Asset *f = asset_find(page_asset_path(start));
    if (!f || !f->gzip) return f ? (Str){ f->at, f->len } : S("");
    Buf b = buf_new(a, 4u << 20);
    unsigned char piece[16384];
    z_stream s = { .next_in = (Bytef *)(uintptr_t)f->at, .avail_in = (uInt)f->len };
    if (inflateInit2(&s, 15 + 16) != Z_OK) bug("zlib does not start");
    for (int state = Z_OK; state == Z_OK;) {
        s.next_out = piece;
        s.avail_out = sizeof piece;
        state = inflate(&s, Z_NO_FLUSH);
        buf_add(&b, (Str){ (char *)piece, sizeof piece - s.avail_out });
    }
    inflateEnd(&s);
    return buf_str(&b);
}

/** Names with a content hash ("app-3F2A9C1B.js") never change. */
static bool is_hashed(Str name)
{
    ptrdiff_t dash = -1, dot = -1;
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '-') dash = (ptrdiff_t)i;
        if (name.at[i] == '.') { dot = (ptrdiff_t)i; if (dash >= 0 && dot - dash == 9) return true; }
    }
    return false;
}

static bool is_place(Str path)
{
    static const char *const machines[] = { "/api", "/in/", "/ws/", "/files/", "/assets/", "/v2/", "/share/", "/public/", "/metrics", "/healthz", "/readyz" };
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        if (str_starts(path, str_of(machines[i]))) return false;
    return true;
}

bool page_asset(HttpReq *req, HttpRes *ret)
{
    if (!str_eq(req->method, S("GET")) && !str_eq(req->method, S("HEAD"))) return false;
    const Asset *f = str_eq(req->path, S("/")) ? NULL : asset_find(req->path);
    bool shell = !f && is_place(req->path);
    if (shell) f = asset_find(S("/index.html"));
    if (!f) return false;
    *ret = (HttpRes){ .status = 200, .body = { f->at, f->len }, .body_is_gzip = f->gzip };
    ret->type = str_of(mime_type(str_of(f->name)));
    http_set(ret, "Cache-Control",
             !shell && is_hashed(str_of(f->name)) ? S("public, max-age=31536000, immutable")
                                                  : S("no-cache"));
    return true;
}

void page_headers(HttpRes *res, const Route *route)
{
    bool cached = false;
    for (size_t i = 0; i < res->n_headers; i++)
        if (str_eq_nocase(res->headers[i].name, S("Cache-Control"))) cached = true;
    if (!cached) http_set(res, "Cache-Control", S("no-store"));
    (void)route;
    http_set(res, "X-Content-Type-Options", S("nosniff"));
    http_set(res, "Referrer-Policy", S("same-origin"));
    if (!str_starts(res->type, S("text/html"))) return;
    http_set(res, "Content-Security-Policy",
             S("default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr "
               "'unsafe-inline'; "
               "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri "
               "'none'; form-action 'self'; frame-ancestors 'none'"));
    http_set(res, "X-Frame-Options", S("DENY"));
    http_set(res, "Cross-Origin-Opener-Policy", S("same-origin"));
    http_set(res, "Permissions-Policy", S("camera=(), microphone=(), geolocation=()"));
}

Str page_message(Arena *a, Str title, Str text)
{
    Buf b = buf_new(a, 64 << 10);
    buf_add(&b, S("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta "
                  "name=\"viewport\" content=\"width=device-width\">"
                  "<meta name=\"color-scheme\" content=\"light dark\"><title>"));
    buf_html(&b, title);
    Str css = page_asset_path(S("/assets/page-"));
    if (css.len) {
        buf_add(&b, S("</title><link rel=\"stylesheet\" href=\""));
        buf_html(&b, css);
        buf_add(&b, S("\"><main class=\"message\"><h1>"));
    } else buf_add(&b, S("</title><main><h1>"));
    buf_html(&b, title);
    buf_add(&b, S("</h1><p>"));
    buf_html(&b, text);
    buf_add(&b, S("</p><p><a href=\"/\">Hindsight</a></p></main></html>"));
    return buf_str(&b);
}
