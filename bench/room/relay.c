/* The floor: a relay that receives WebSocket frames and sends them to the others of the same path, and does nothing else.
 * No document, no storage, no rights. What a room server costs above this is what it does; the rest is the kernel's.
 *     relay PORT */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "wire.h"

typedef struct Peer {
    int fd;
    int open;                     /* the handshake is done */
    struct Peer *next, **here;    /* in its path */
    char path[256];
    Bytes in, out;
} Peer;

enum { PATHS = 4096 };
static Peer *paths[PATHS];
static int loop;

static Peer **path_of(const char *path)
{
    unsigned h = 5381;
    for (; *path; path++) h = h * 33 + (unsigned char)*path;
    return &paths[h % PATHS];
}

static void drop(Peer *p)
{
    if (p->open) { *p->here = p->next; if (p->next) p->next->here = p->here; }
    close(p->fd);
    free(p->in.at);
    free(p->out.at);
    free(p);
}

static void watch(Peer *p, uint32_t events)
{
    epoll_ctl(loop, EPOLL_CTL_MOD, p->fd, &(struct epoll_event){ events, { .ptr = p } });
}

static void send_all(Peer *p, const uint8_t *at, size_t n)
{
    ssize_t gone = p->out.len ? 0 : send(p->fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (gone < 0) gone = 0;
    if ((size_t)gone == n) return;
    bytes_add(&p->out, at + gone, n - (size_t)gone);
    watch(p, EPOLLIN | EPOLLOUT);
}

static void send_frame(Peer *p, int opcode, const uint8_t *payload, size_t n)
{
    Bytes b = { 0 };
    bytes_room(&b, n + 14);
    b.len = ws_head(b.at, opcode, n, 0);
    bytes_add(&b, payload, n);
    send_all(p, b.at, b.len);
    free(b.at);
}

/** A broadcast builds its frame once. */
static void broadcast(Peer *from, const Wire *w)
{
    static Bytes b;
    b.len = 0;
    bytes_room(&b, w->len + 14);
    b.len = ws_head(b.at, w->opcode, w->len, 0);
    bytes_add(&b, w->payload, w->len);
    for (Peer *p = *path_of(from->path); p; p = p->next)
        if (p != from && !strcmp(p->path, from->path)) send_all(p, b.at, b.len);
}

static int message(Peer *p, const Wire *w)
{
    static const uint8_t nothing[] = { 0, 1, 2, 0, 0 };
    if (w->opcode == 8) return 0;
    if (w->opcode == 9) { send_frame(p, 10, w->payload, w->len); return 1; }
    if (w->opcode != 2) return 1;
    if (w->len >= 2 && w->payload[0] == 0 && w->payload[1] == 0) send_frame(p, 2, nothing, sizeof nothing);
    else broadcast(p, w);
    return 1;
}

static int handshake(Peer *p)
{
    bytes_byte(&p->in, 0);
    char *text = (char *)p->in.at, *end = strstr(text, "\r\n\r\n"), *key = strcasestr(text, "sec-websocket-key: ");
    p->in.len--;
    if (!end) return p->in.len < 8000;
    if (!key || sscanf(text, "GET %255s", p->path) != 1) return 0;
    char joined[128], accept[64], answer[256];
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    snprintf(joined, sizeof joined, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key + 19);
    EVP_Digest(joined, strlen(joined), digest, &n, EVP_sha1(), NULL);
    EVP_EncodeBlock((unsigned char *)accept, digest, (int)n);
    int len = snprintf(answer, sizeof answer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                              "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    send_all(p, (uint8_t *)answer, (size_t)len);
    p->open = 1;
    p->here = path_of(p->path);
    p->next = *p->here;
    if (p->next) p->next->here = &p->next;
    *p->here = p;
    bytes_drop(&p->in, (size_t)(end + 4 - text));
    return 1;
}

static int heard(Peer *p)
{
    static uint8_t read[65536];
    ssize_t n = recv(p->fd, read, sizeof read, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return 1;
    if (n <= 0) return 0;
    uint8_t *at = read;
    size_t left = (size_t)n;
    if (p->in.len || !p->open) { bytes_add(&p->in, read, left); at = p->in.at; left = p->in.len; }
    if (!p->open) return handshake(p);
    Wire w;
    while (ws_take(at, left, &w)) {
        if (!message(p, &w)) return 0;
        at += w.whole;
        left -= w.whole;
    }
    if (p->in.len) bytes_drop(&p->in, p->in.len - left);
    else if (left) bytes_add(&p->in, at, left);
    return 1;
}

static void flush(Peer *p)
{
    ssize_t n = send(p->fd, p->out.at, p->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) bytes_drop(&p->out, (size_t)n);
    if (!p->out.len) watch(p, EPOLLIN);
}

static void welcome(int door)
{
    int fd = accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    Peer *p = calloc(1, sizeof *p);
    if (!p) exit(1);
    p->fd = fd;
    epoll_ctl(loop, EPOLL_CTL_ADD, fd, &(struct epoll_event){ EPOLLIN, { .ptr = p } });
}

int main(int n, char **arg)
{
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons((uint16_t)(n > 1 ? atoi(arg[1]) : 1236)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    if (bind(door, (struct sockaddr *)&where, sizeof where) || listen(door, 1024)) { perror("relay"); return 1; }
    loop = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(loop, EPOLL_CTL_ADD, door, &(struct epoll_event){ EPOLLIN, { .ptr = NULL } });
    puts("relay listening");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(loop, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            Peer *p = events[i].data.ptr;
            if (!p) { welcome(door); continue; }
            if (events[i].events & EPOLLOUT) flush(p);
            if (events[i].events & ~(uint32_t)EPOLLOUT && !heard(p)) drop(p);
        }
    }
}
