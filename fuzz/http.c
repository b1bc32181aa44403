/* Any bytes as what a client sends over a connection, to a real server: whatever reaches the
 * handler is well-formed, and every connection ends. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "net/server.h"
#include "net/url.h"

static bool is_clean(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7F) return false;
    return true;
}

static void handle(void *ctx, HttpReq *req)
{
    (void)ctx;
    Str path;
    HttpHeader *params;
    if (str_empty(req->method) || !is_clean(req->method) || !is_clean(req->query) ||
        req->body.len > 1000)
        abort();
    if (!url_decode(req->arena, req->path, URL_PLUS_IS_PLUS, &path) || !url_is_text(path)) abort();
    if (!is_clean(http_header(req, "X")) || !is_clean(http_cookie(req, "a"))) abort();
    if (!str_empty(http_header(req, "Content-Length")) &&
        !str_empty(http_header(req, "Transfer-Encoding")))
        abort();
    http_params(req, &params);
    http_answer(req, &(HttpRes){ .status = 200, .type = S("text/plain"), .body = req->body });
}

static size_t body_limit(void *ctx, const HttpReq *req) { (void)ctx, (void)req; return 1000; }

static int port_of_server(void)
{
    static ServerOptions options = { .handle = handle,
                                     .body_limit = body_limit,
                                     .workers = 1,
                                     .acceptors = 1,
                                     .header_seconds = 5 };
    static Server *server;
    static Arena *arena;                        /* for ever */
    if (!server) {
        arena = arena_new(1000);
        options.listen = S("127.0.0.1:0");
        if (server_start(arena, &options, &server).info) abort();
    }
    return server_port(server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port_of_server()),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct timeval patience = { 20, 0 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) { close(fd); return 0; }
    if (size) (void)!send(fd, data, size, MSG_NOSIGNAL);
    /* An end that comes together with bytes is only noticed by the watch, a second later. */
    struct pollfd ready = { fd, POLLIN, 0 };
    poll(&ready, 1, 1);
    shutdown(fd, SHUT_WR);
    char answer[4096];
    ssize_t n;
    while ((n = recv(fd, answer, sizeof answer, 0)) > 0) {}
    if (n < 0 && errno == EAGAIN) abort();      /* hung */
    struct linger reset = { 1, 0 };             /* no TIME_WAIT: ports would run out */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    return 0;
}
