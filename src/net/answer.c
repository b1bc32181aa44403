#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include "net/server_impl.h"
#include "net/url.h"
#include "net/ws.h"

#define MOST_UNPACKED (64 << 20)

/** A header; false when it cannot stand in a head (a line break in it). */
static bool put(struct MHD_Response *to, Arena *a, Str name, Str value)
{
    if (value.len && (memchr(value.at, '\n', value.len) || memchr(value.at, '\r', value.len) ||
                      memchr(value.at, 0, value.len)))
        return false;
    /* libmicrohttpd takes no empty value. */
    return str_empty(value) ||
           MHD_add_response_header(to, arena_cstr(a, name), arena_cstr(a, value)) == MHD_YES;
}

/** Unpacks for a client that does not take gzip. False for bytes that are none, or too many. */
static bool unpack(Arena *a, Str packed, Str *ret)
{
    z_stream z = { .next_in = (Bytef *)packed.at, .avail_in = (uInt)packed.len };
    if (packed.len > MOST_UNPACKED || inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) return false;
    size_t room = packed.len * 4 + 1024, len = 0;
    char *to = malloc(room);
    int state = Z_OK;
    while (to && state == Z_OK && room <= MOST_UNPACKED) {
        z.next_out = (Bytef *)to + len;
        z.avail_out = (uInt)(room - len);
        state = inflate(&z, Z_NO_FLUSH);
        len = room - z.avail_out;
        if (state != Z_OK || z.avail_out) break;
        char *more = realloc(to, room *= 2);
        if (!more) break;
        to = more;
    }
    inflateEnd(&z);
    if (!to || state != Z_STREAM_END) { free(to); return false; }
    arena_defer(a, free, to);
    *ret = (Str){ to, len };
    return true;
}

static struct MHD_Response *of_text(Str body)
{
    return MHD_create_response_from_buffer(body.len, (void *)(body.len ? body.at : ""),
                                           MHD_RESPMEM_PERSISTENT);
}

static void finish(Request *r, int status, struct MHD_Response *answer)
{
    if (!answer) bug("out of memory");
    if (atomic_load(&r->server->stopping) && status != 101)
        MHD_add_response_header(answer, "Connection", "close");
    r->status = (unsigned)status;
    r->answer = answer;
}

/** The answer when the answer cannot be given. */
static void finish_refused(Request *r, int status, Str detail)
{
    HttpRes res = { 0 };
    answer_refusal(r, status, detail, &res);
    struct MHD_Response *answer = of_text(res.body);
    if (answer) put(answer, r->http.arena, S("Content-Type"), res.type);
    if (answer && status == 426) put(answer, r->http.arena, S("Sec-WebSocket-Version"), S("13"));
    finish(r, status, answer);
}

void answer_refusal(Request *r, int status, Str detail, HttpRes *ret)
{
    *ret = (HttpRes){ .status = status };
    if (r->server->set.refuse) r->server->set.refuse(r->server->set.ctx, &r->http, status, detail, ret);
    if (!str_empty(ret->type)) return;
    ret->type = S("text/plain; charset=utf-8");
    ret->body = arena_fmt(r->http.arena, STR_FMT "\n", STR_ARG(detail));
}

/** After the 101 was written: the socket leaves for the live loop, libmicrohttpd forgets it. */
static void hand_over(void *arg, struct MHD_Connection *mhd, void *con_cls, const char *extra,
                      size_t extra_bytes, MHD_socket fd, struct MHD_UpgradeResponseHandle *handle)
{
    (void)mhd, (void)con_cls;
    Request *r = arg;
    /* libmicrohttpd closes its own descriptor, without shutting the connection down, and frees
     * what it holds for it. */
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy >= 0) {
        live_adopt(r->server->set.live, copy, (Str){ extra, extra_bytes }, r->upgrade,
                   r->upgrade_data, seat_release, r->conn->seat);
        r->conn->seat = NULL;
        r->upgrade = NULL;
    }
    MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

static void make_upgrade(Request *r, const HttpRes *res)
{
    Str accept, detail = S("upgrades are not served here");
    int status = r->server->set.live ? ws_handshake(&r->http, &accept, &detail) : 501;
    r->upgrade = res->upgrade;
    r->upgrade_data = res->upgrade_data;
    if (status != 101) { finish_refused(r, status, detail); return; }
    Arena *a = r->http.arena;
    struct MHD_Response *answer = MHD_create_response_for_upgrade(hand_over, r);
    bool ok = answer && put(answer, a, S("Upgrade"), S("websocket")) &&
              put(answer, a, S("Sec-WebSocket-Accept"), accept) &&
              put(answer, a, S("Sec-WebSocket-Protocol"), res->upgrade_protocol);
    for (size_t i = 0; ok && i < res->n_headers; i++)
        ok = put(answer, a, res->headers[i].name, res->headers[i].value);
    if (ok) { finish(r, 101, answer); return; }
    if (answer) MHD_destroy_response(answer);
    finish_refused(r, 500, S("the answer holds a header that cannot be sent"));
}

void answer_make(Request *r, const HttpRes *res)
{
    if (res->upgrade) { make_upgrade(r, res); return; }
    Arena *a = r->http.arena;
    Str body = res->body;
    bool packed = res->body_is_gzip && res->fd <= 0;
    if (packed && !url_accepts_coding(http_header(&r->http, "Accept-Encoding"), S("gzip"))) {
        packed = false;
        if (!unpack(a, res->body, &body)) {
            finish_refused(r, 500, S("the answer could not be unpacked"));
            return;
        }
    }
    struct MHD_Response *answer =
        res->fd > 0 ? MHD_create_response_from_fd64((uint64_t)res->fd_bytes, res->fd) : of_text(body);
    bool ok = answer && put(answer, a, S("Content-Type"), res->type);
    if (packed) ok = ok && put(answer, a, S("Content-Encoding"), S("gzip"));
    if (res->body_is_gzip) ok = ok && put(answer, a, S("Vary"), S("Accept-Encoding"));
    for (size_t i = 0; ok && i < res->n_headers; i++)
        ok = put(answer, a, res->headers[i].name, res->headers[i].value);
    if (ok) {
        atomic_fetch_add(&r->server->bytes_out, res->fd > 0 ? res->fd_bytes : (int64_t)body.len);
        finish(r, res->status, answer);
        return;
    }
    if (answer) MHD_destroy_response(answer);   /* closes res->fd */
    else if (res->fd > 0) close(res->fd);
    finish_refused(r, 500, S("the answer holds a header that cannot be sent"));
}
