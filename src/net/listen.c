#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>
#include "net/server_impl.h"

/** Splits at the last colon. False when there is none or the port is no port. */
static bool split(Str where, Str *ret_host, int *ret_port)
{
    size_t i = where.len;
    while (i > 0 && where.at[i - 1] != ':') i--;
    int64_t port;
    if (i == 0 || !str_int(str_sub(where, i, where.len), &port) || port < 0 || port > 65535)
        return false;
    *ret_host = str_sub(where, 0, i - 1);
    *ret_port = (int)port;
    return true;
}

static Err explain(Arena *a, Str where, int port)
{
    int code = errno;
    if (code == EADDRINUSE)
        return fail(a, ERR_UNAVAILABLE,
                    "port %d is in use by another program; stop it or choose another with --listen",
                    port);
    if (code == EACCES)
        return fail(a, ERR_UNAVAILABLE,
                    "port %d needs more rights than this user has; choose one above 1023", port);
    if (code == EADDRNOTAVAIL)
        return fail(a, ERR_UNAVAILABLE, "this machine has no address " STR_FMT " to listen on",
                    STR_ARG(where));
    return fail(a, ERR_UNAVAILABLE, "cannot listen on " STR_FMT ": %s", STR_ARG(where), strerror(code));
}

static int try_open(const struct addrinfo *at)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    if (at->ai_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 }, sizeof(int));
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, 1024) == 0) return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &size)) return 0;
    if (bound.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
    return ntohs(((struct sockaddr_in *)&bound)->sin_port);
}

Err listen_open(Arena *a, Str where, int *ret_fd, int *ret_port)
{
    Str host;
    int port;
    if (!split(where, &host, &port))
        return fail_field(a, S("listen"),
                          "listen needs HOST:PORT, like 127.0.0.1:8080; it is \"" STR_FMT "\"",
                          STR_ARG(where));
    if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
        host = str_sub(host, 1, host.len - 2);
    char service[8];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    int bad = getaddrinfo(str_empty(host) ? NULL : arena_cstr(a, host), service, &hints, &found);
    if (bad)
        return fail_field(a, S("listen"), "cannot listen on \"" STR_FMT "\": %s", STR_ARG(where),
                          gai_strerror(bad));
    /* ":8080" means every address of both kinds: one IPv6 socket takes IPv4 as well; IPv4 where
     * there is no IPv6. */
    int fd = -1;
    bool in_use = false, six_first = str_empty(host);
    for (int pass = 0; pass < 2 && fd < 0; pass++)
        for (struct addrinfo *at = found; at && fd < 0 && !in_use; at = at->ai_next) {
            if ((at->ai_family == AF_INET6) != ((pass == 0) == six_first)) continue;
            fd = try_open(at);
            in_use = fd < 0 && errno == EADDRINUSE;
        }
    freeaddrinfo(found);
    if (fd < 0) return explain(a, where, port);
    *ret_fd = fd;
    *ret_port = port_of(fd);
    return OK;
}
