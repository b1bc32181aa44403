/* DNS records by the system's resolver (libresolv), echo by ICMP sockets that need no privilege. Both block, so they run on
 * threads that are made when there is work, and end when there is none. */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/list.h"
#include "base/rand.h"
#include "base/time.h"
#include "app/probe_impl.h"

enum { THREADS_MOST = 32, STACK_BYTES = 256 << 10, ANSWER_BYTES = 16 << 10, RECORDS_MOST = 200 };

typedef struct Task {
    struct Task *next;
    Arena *arena;
    ProbeReq req;
    Str allow;
    ProbeRes res;
    ProbeDone done;
    void *arg;
} Task;

struct Slow {
    Prober *wakes;                           /* NULL: it was closed */
    pthread_mutex_t lock;
    Task *todo, *todo_last, *ended;
    int threads;
    size_t busy;                             /* begun and not yet collected */
};

/* ---- DNS */

static const struct { const char *name; int type; } types[] = {
    { "A", ns_t_a }, { "AAAA", ns_t_aaaa }, { "CNAME", ns_t_cname }, { "MX", ns_t_mx }, { "NS", ns_t_ns }, { "TXT", ns_t_txt },
};

static int type_of(Str record)
{
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
        if (str_eq(record, str_of(types[k].name))) return types[k].type;
    return ns_t_a;
}

static Str name_at(Arena *a, ns_msg *m, const unsigned char *from)
{
    char name[NS_MAXDNAME];
    if (ns_name_uncompress(ns_msg_base(*m), ns_msg_end(*m), from, name, sizeof name) < 0) return S("");
    return arena_str(a, str_of(name));
}

static Str texts(Arena *a, const unsigned char *at, size_t n)
{
    Buf b = buf_new(a, 4096);
    for (size_t k = 0; k < n && k + 1 + at[k] <= n; k += 1u + at[k]) buf_add(&b, (Str){ (const char *)at + k + 1, at[k] });
    return buf_str(&b);
}

static Str record_text(Arena *a, ns_msg *m, ns_rr *rr)
{
    const unsigned char *at = ns_rr_rdata(*rr);
    size_t n = ns_rr_rdlen(*rr);
    char text[INET6_ADDRSTRLEN];
    switch (ns_rr_type(*rr)) {
    case ns_t_a: return n == 4 && inet_ntop(AF_INET, at, text, sizeof text) ? arena_str(a, str_of(text)) : S("");
    case ns_t_aaaa: return n == 16 && inet_ntop(AF_INET6, at, text, sizeof text) ? arena_str(a, str_of(text)) : S("");
    case ns_t_mx: {
        if (n < 3) return S("");
        Str name = name_at(a, m, at + 2);
        return arena_fmt(a, "%u " STR_FMT, (unsigned)ns_get16(at), STR_ARG(name));
    }
    case ns_t_cname: case ns_t_ns: return name_at(a, m, at);
    case ns_t_txt: return texts(a, at, n);
    default: return S("");
    }
}

static int by_text(const void *x, const void *y) { return str_cmp(*(const Str *)x, *(const Str *)y); }

void probe_read_dns(Arena *a, const unsigned char *bytes, int n, Str record, ProbeRes *ret)
{
    ns_msg m;
    LIST(Str) all = { 0 };
    int type = type_of(record);
    if (ns_initparse(bytes, n, &m) < 0) { ret->error = S("the answer of the name server cannot be read"); return; }
    for (int k = 0; k < ns_msg_count(m, ns_s_an) && k < RECORDS_MOST; k++) {
        ns_rr rr;
        if (ns_parserr(&m, ns_s_an, k, &rr) < 0 || (int)ns_rr_type(rr) != type) continue;
        *list_add(a, &all) = record_text(a, &m, &rr);
    }
    if (all.len) qsort(all.at, all.len, sizeof *all.at, by_text);
    Buf b = buf_new(a, 64 << 10);
    list_each(&all, k) {
        if (k) buf_byte(&b, '\n');
        buf_add(&b, all.at[k]);
    }
    ret->records = buf_str(&b);
    if (!all.len) ret->error = S("there is no such record");
}

static void ask_dns(Task *t)
{
    struct __res_state state = { 0 };
    unsigned char *answer = arena_bytes(t->arena, ANSWER_BYTES, 1);
    int type = type_of(t->req.record);
    if (res_ninit(&state)) { t->res.error = S("the system's resolver is not set up"); return; }
    int64_t ms = t->req.timeout_ms > 0 ? t->req.timeout_ms : 10000;
    state.retry = 1;
    state.retrans = ms < 1000 ? 1 : (int)(ms / 1000);
    int n = res_nquery(&state, arena_cstr(t->arena, t->req.target), ns_c_in, type, answer, ANSWER_BYTES);
    int h = state.res_h_errno;
    res_nclose(&state);
    if (n >= 0) probe_read_dns(t->arena, answer, n, t->req.record, &t->res);
    else if (h == HOST_NOT_FOUND) t->res.error = arena_fmt(t->arena, "there is no name " STR_FMT, STR_ARG(t->req.target));
    else if (h == NO_DATA) t->res.error = S("there is no such record");
    else t->res.error = S("the name server did not answer");
}

/* ---- echo */

static bool is_reply(const unsigned char *at, ssize_t n, bool v6, uint16_t seq)
{
    return n >= 8 && at[0] == (v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) && ((at[6] << 8) | at[7]) == seq;
}

static Str ping(Task *t, const struct addrinfo *to, int64_t until_ms)
{
    bool v6 = to->ai_family == AF_INET6;
    unsigned char packet[64] = { v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO }, back[1500];
    uint16_t seq;
    rand_bytes(&seq, sizeof seq);
    packet[6] = (unsigned char)(seq >> 8);
    packet[7] = (unsigned char)seq;
    int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    if (fd < 0) return S("this system lets nobody send an echo: see net.ipv4.ping_group_range");
    Str error = S("");
    if (connect(fd, to->ai_addr, to->ai_addrlen) || send(fd, packet, sizeof packet, 0) < 0) error = arena_str(t->arena, str_of(strerror(errno)));
    while (str_empty(error)) {
        int64_t left = until_ms - clock_monotonic_ms();
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (left <= 0 || poll(&p, 1, (int)left) <= 0) { error = S("no echo came back in time"); break; }
        ssize_t n = recv(fd, back, sizeof back, 0);
        if (n < 0) error = arena_str(t->arena, str_of(strerror(errno)));
        else if (is_reply(back, n, v6, seq)) break;
    }
    close(fd);
    return error;
}

static void ask_echo(Task *t, int64_t begun_ms)
{
    struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *found = NULL;
    if (getaddrinfo(arena_cstr(t->arena, t->req.target), NULL, &hints, &found)) {
        t->res.error = arena_fmt(t->arena, "there is no host named " STR_FMT, STR_ARG(t->req.target));
        return;
    }
    Addr addr = addr_of(found->ai_addr);
    if (!probe_allows(t->allow, t->req.target, addr)) t->res.error = probe_refused(t->arena, t->req.target, addr);
    else t->res.error = ping(t, found, begun_ms + (t->req.timeout_ms > 0 ? t->req.timeout_ms : 10000));
    freeaddrinfo(found);
}

/* ---- threads */

static void tasks_free(Task *t)
{
    for (Task *next; t; t = next) {
        next = t->next;
        arena_free(t->arena);
    }
}

static void slow_free(Slow *s)
{
    tasks_free(s->ended);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static void *work(void *arg)
{
    Slow *s = arg;
    pthread_mutex_lock(&s->lock);
    while (s->todo) {
        Task *t = s->todo;
        s->todo = t->next;
        if (!s->todo) s->todo_last = NULL;
        pthread_mutex_unlock(&s->lock);
        int64_t begun = clock_monotonic_ms();
        if (t->req.kind == PROBE_DNS) ask_dns(t);
        else ask_echo(t, begun);
        t->res.latency_ms = clock_monotonic_ms() - begun;
        pthread_mutex_lock(&s->lock);
        t->next = s->ended;
        s->ended = t;
        if (s->wakes) prober_wake(s->wakes);
    }
    bool last = --s->threads == 0 && !s->wakes;
    pthread_mutex_unlock(&s->lock);
    if (last) slow_free(s);
    return NULL;
}

Slow *slow_open(Prober *wakes)
{
    Slow *s = calloc(1, sizeof *s);
    if (!s) bug("out of memory");
    s->wakes = wakes;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void slow_begin(Slow *s, Arena *a, const ProbeReq *req, Str allow, ProbeDone done, void *arg)
{
    Task *t = arena_make(a, Task);
    *t = (Task){ .arena = a, .req = *req, .allow = arena_str(a, allow), .done = done, .arg = arg };
    pthread_mutex_lock(&s->lock);
    if (s->todo_last) s->todo_last->next = t;
    else s->todo = t;
    s->todo_last = t;
    s->busy++;
    if (s->threads < THREADS_MOST) {
        pthread_attr_t small;
        pthread_t id;
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, STACK_BYTES);
        pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
        if (!pthread_create(&id, &small, work, s)) s->threads++;
        pthread_attr_destroy(&small);
    }
    pthread_mutex_unlock(&s->lock);
}

void slow_collect(Slow *s)
{
    pthread_mutex_lock(&s->lock);
    Task *t = s->ended;
    s->ended = NULL;
    pthread_mutex_unlock(&s->lock);
    for (Task *next; t; t = next) {
        next = t->next;
        t->done(t->arg, t->arena, &t->res);
        arena_free(t->arena);
        s->busy--;
    }
}

size_t slow_busy(const Slow *s) { return s->busy; }

void slow_close(Slow *s)
{
    pthread_mutex_lock(&s->lock);
    tasks_free(s->todo);                      /* what nobody has begun is not begun any more */
    s->todo = s->todo_last = NULL;
    s->wakes = NULL;
    bool last = !s->threads;                  /* else the last thread frees it */
    pthread_mutex_unlock(&s->lock);
    if (last) slow_free(s);
}
