#pragma once
/** For the specs of this room: plain blocking sockets that play the other side, byte by byte if need be. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/spec.h"
#include "base/time.h"

#define PATIENCE_MS 60000     /* for what should come at once; a spec that waits this long has failed */

/** A connection to our own server; -1 when it is refused. */
[[maybe_unused]] static int peer_open(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct timeval patience = { PATIENCE_MS / 1000, 0 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) return fd;
    close(fd);
    return -1;
}

/** False when the other side is gone. */
[[maybe_unused]] static bool peer_send(int fd, Str bytes)
{
    while (bytes.len) {
        ssize_t n = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes = str_sub(bytes, (size_t)n, bytes.len);
    }
    return true;
}

[[maybe_unused]] static bool peer_send_slowly(int fd, Str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (!peer_send(fd, str_sub(bytes, i, 1))) return false;
    return true;
}

/** Exactly `n` bytes, or fewer when the other side ends. */
[[maybe_unused]] static Str peer_read(Arena *a, int fd, size_t n)
{
    char *to = arena_bytes(a, n + 1, 1);
    size_t len = 0;
    while (len < n) {
        ssize_t got = recv(fd, to + len, n - len, 0);
        if (got <= 0) break;
        len += (size_t)got;
    }
    return (Str){ to, len };
}

/** Everything until the other side ends. */
[[maybe_unused]] static Str peer_read_all(Arena *a, int fd)
{
    Buf b = buf_new(a, 1 << 27);
    char piece[4096];
    for (ssize_t n; (n = recv(fd, piece, sizeof piece, 0)) > 0;) buf_add(&b, (Str){ piece, (size_t)n });
    return buf_str(&b);
}

/** One head, with its blank line. */
[[maybe_unused]] static Str peer_read_head(Arena *a, int fd)
{
    Buf b = buf_new(a, 1 << 20);
    for (char c; recv(fd, &c, 1, 0) == 1;) {
        buf_byte(&b, c);
        if (str_ends(buf_str(&b), S("\r\n\r\n"))) break;
    }
    return buf_str(&b);
}

/** One answer with its Content-Length, head and body together. */
[[maybe_unused]] static Str peer_read_answer(Arena *a, int fd)
{
    Str head = peer_read_head(a, fd);
    ptrdiff_t at = str_find(head, S("Content-Length: "));
    int64_t n = 0;
    if (at < 0 || !str_int(str_before(str_sub(head, (size_t)at + 16, head.len), '\r'), &n)) return head;
    Str body = peer_read(a, fd, (size_t)n);
    return arena_fmt(a, STR_FMT STR_FMT, STR_ARG(head), STR_ARG(body));
}

/** One request on a connection of its own; all that comes back. */
[[maybe_unused]] static Str peer_ask(Arena *a, int port, Str request)
{
    int fd = peer_open(port);
    if (fd < 0) return S("refused");
    peer_send(fd, request);
    shutdown(fd, SHUT_WR);
    Str answer = peer_read_all(a, fd);
    close(fd);
    return answer;
}
