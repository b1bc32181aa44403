/* Load on a room server over the plain y-websocket protocol: N clients type in M documents; every client notes what it
 * receives. Clients are light (they parse updates and keep none of the document), so that the server is the bottleneck
 * and not the client; what they received is judged by Yjs afterwards (verify in run.mjs).
 *     load PORT CLIENTS PATHS [hocuspocus] [awareness]
 * PATHS: a file with one address a line; client i opens line i modulo the lines. With "hocuspocus" a line is the name of a
 * document and every message carries it. Commands on stdin, one line of JSON in answer to each:
 *     run RATE SECONDS PID    types RATE updates a second in all; latency from send to parse, processor time of PID
 *     record 0|1|2            keeps what is received: nothing, one client a document, every client
 *     write FOLDER            waits until everybody has everything, writes DOCUMENT-CLIENT.updates (u32 length, update …)
 *     quit */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "wire.h"

typedef struct Client {
    int fd, opened, synced, closed;
    uint32_t doc, seat;           /* its document, its number there */
    uint64_t id, clock, states;
    Bytes in, out, got;           /* got: recorded updates */
    uint32_t *seen;               /* of each seat of the document: units received */
    double *sent;                 /* of each unit: when, or 0 outside of a measurement */
    size_t sent_room;
} Client;

static int port, n_clients, n_docs, hocuspocus, awareness, record = 2, loop, n_synced, n_closed;
static char **paths;
static Client *clients;
static uint64_t first_id, wanted, delivered, messages, bytes_in, unknown, saved, awareness_in;
static int measuring;
enum { BINS = 4096 };
static uint64_t bins[BINS];

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- latency: a histogram of 1 % wide bins ------------------------------------------------------------------- */

static void note(double ms)
{
    double us = ms * 1000;
    int bin = us < 1 ? 0 : (int)(log(us) * 100);
    bins[bin < BINS ? bin : BINS - 1]++;
    delivered++;
}

static double quantile(double q)
{
    uint64_t upto = (uint64_t)ceil((double)delivered * q), n = 0;
    for (int i = 0; i < BINS; i++)
        if ((n += bins[i]) >= upto && n) return exp((i + 0.5) / 100) / 1000;
    return 0;
}

/* ---- sending ------------------------------------------------------------------------------------------------- */

static int seats_of(uint32_t doc) { return n_clients / n_docs + ((int)doc < n_clients % n_docs); }

static void watch(Client *c, uint32_t events)
{
    epoll_ctl(loop, EPOLL_CTL_MOD, c->fd, &(struct epoll_event){ events, { .ptr = c } });
}

static void gone(Client *c)
{
    if (c->closed) return;
    c->closed = 1;
    n_closed++;
    close(c->fd);
}

static void send_bytes(Client *c, const uint8_t *at, size_t n)
{
    if (c->closed) return;
    ssize_t went = c->out.len ? 0 : send(c->fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (went < 0) went = 0;
    if ((size_t)went == n) return;
    bytes_add(&c->out, at + went, n - (size_t)went);
    watch(c, EPOLLIN | EPOLLOUT);
}

/** One message; the name of the document goes before it where the dialect asks for that. */
static void send_message(Client *c, const Bytes *payload)
{
    static Bytes b, whole;
    whole.len = b.len = 0;
    if (hocuspocus) put_bytes(&whole, paths[c->doc], strlen(paths[c->doc]));
    bytes_add(&whole, payload->at, payload->len);
    bytes_room(&b, whole.len + 14);
    b.len = ws_head(b.at, 2, whole.len, 1);
    bytes_add(&b, whole.at, whole.len);
    send_bytes(c, b.at, b.len);
}

static void keep(Client *c, const uint8_t *update, size_t n)
{
    if (record == 0 || (record == 1 && c->seat)) return;
    uint32_t len = (uint32_t)n;
    bytes_add(&c->got, &len, 4);
    bytes_add(&c->got, update, n);
}

static void say_hello(Client *c)
{
    static const uint8_t step1[] = { 0, 0, 1, 0 };
    Bytes b = { 0 };
    if (hocuspocus) {
        put_uint(&b, 2);
        put_uint(&b, 0);
        put_bytes(&b, "token", 5);
        put_bytes(&b, "load", 4);
        send_message(c, &b);
        b.len = 0;
    }
    bytes_add(&b, step1, sizeof step1);
    send_message(c, &b);
    free(b.at);
}

static void send_cursor(Client *c)
{
    Bytes b = { 0 }, inner = { 0 };
    char state[256];
    int n = snprintf(state, sizeof state, "{\"user\":{\"name\":\"load\",\"color\":\"#30bced\"},\"cursor\":{\"anchor\":{\"type\":null,\"tname\":\"text\",\"item\":"
                                          "{\"client\":%llu,\"clock\":%llu},\"assoc\":0}}}", (unsigned long long)c->id, (unsigned long long)c->clock);
    put_uint(&inner, 1);
    put_uint(&inner, c->id);
    put_uint(&inner, ++c->states);
    put_bytes(&inner, state, (size_t)n);
    put_uint(&b, 1);
    put_bytes(&b, inner.at, inner.len);
    send_message(c, &b);
    free(b.at);
    free(inner.at);
}

/** Types one character behind the last one. */
static void type(Client *c)
{
    static Bytes update, message;
    uint8_t letter = (uint8_t)("abcdefghijklmnopqrstuvwxyz "[c->clock % 27]);
    update.len = message.len = 0;
    put_uint(&update, 1);
    put_uint(&update, 1);
    put_uint(&update, c->id);
    put_uint(&update, c->clock);
    if (c->clock == 0) {
        bytes_byte(&update, 4);
        put_uint(&update, 1);
        put_bytes(&update, "text", 4);
    } else {
        bytes_byte(&update, 0x84);
        put_uint(&update, c->id);
        put_uint(&update, c->clock - 1);
    }
    put_bytes(&update, &letter, 1);
    put_uint(&update, 0);
    put_uint(&message, 0);
    put_uint(&message, 2);
    put_bytes(&message, update.at, update.len);
    if (c->clock == c->sent_room) {
        c->sent_room = c->sent_room ? c->sent_room * 2 : 64;
        c->sent = realloc(c->sent, c->sent_room * sizeof *c->sent);
        if (!c->sent) exit(1);
    }
    c->sent[c->clock++] = measuring ? now_ms() : 0;
    if (measuring) wanted += (uint64_t)seats_of(c->doc) - 1;
    keep(c, update.at, update.len);
    send_message(c, &message);
    if (awareness) send_cursor(c);
}

/* ---- receiving ----------------------------------------------------------------------------------------------- */

typedef struct In { const uint8_t *at, *end; int bad; } In;

static uint64_t get_uint(In *in)
{
    uint64_t n = 0;
    for (int shift = 0; in->at < in->end && shift < 63; shift += 7) {
        uint8_t b = *in->at++;
        n |= (uint64_t)(b & 127) << shift;
        if (b < 128) return n;
    }
    in->bad = 1;
    return 0;
}

static In get_bytes(In *in)
{
    uint64_t n = get_uint(in);
    if (in->bad || n > (uint64_t)(in->end - in->at)) { in->bad = 1; return (In){ in->end, in->end, 1 }; }
    In part = { in->at, in->at + n, 0 };
    in->at += n;
    return part;
}

/** Units [clock, clock + n) of a client arrived. */
static void cover(Client *c, uint64_t id, uint64_t clock, uint64_t n, double at)
{
    uint64_t index = id - first_id;
    if (id < first_id || index >= (uint64_t)n_clients) return;
    Client *from = &clients[index];
    if (from->doc != c->doc) { unknown++; return; }
    uint32_t seen = c->seen[from->seat];
    if (clock + n <= seen || clock > seen) return;              /* known, or a hole: it shows at the end */
    for (uint64_t i = seen; from != c && i < clock + n; i++)
        if (i < from->clock && from->sent[i] > 0 && measuring) note(at - from->sent[i]);
    c->seen[from->seat] = (uint32_t)(clock + n);
}

static void take_update(Client *c, In u, double at)
{
    keep(c, u.at, (size_t)(u.end - u.at));
    for (uint64_t groups = get_uint(&u); groups-- && !u.bad;) {
        uint64_t structs = get_uint(&u), id = get_uint(&u), clock = get_uint(&u);
        while (structs-- && !u.bad && u.at < u.end) {
            uint8_t info = *u.at++, kind = info & 31;
            uint64_t n = 1;
            if (kind == 0 || kind == 10) n = get_uint(&u);
            else {
                if (info & 0x80) { get_uint(&u); get_uint(&u); }
                if (info & 0x40) { get_uint(&u); get_uint(&u); }
                if (!(info & 0xC0)) {
                    if (get_uint(&u) == 1) get_bytes(&u); else { get_uint(&u); get_uint(&u); }
                    if (info & 0x20) get_bytes(&u);
                }
                if (kind == 1) n = get_uint(&u);
                else if (kind == 4) { In s = get_bytes(&u); n = (uint64_t)(s.end - s.at); }     /* we type ASCII only */
                else return;                                    /* first content of the document: not ours */
            }
            if (kind != 10) cover(c, id, clock, n, at);
            clock += n;
        }
    }
}

static void take_message(Client *c, const Wire *w, double at)
{
    In in = { w->payload, w->payload + w->len, 0 };
    if (hocuspocus) get_bytes(&in);
    uint64_t kind = get_uint(&in);
    if (kind == 1) awareness_in++;
    if (kind == 100) saved++;
    if (kind != 0 && kind != 4) return;                         /* 4: Hocuspocus's own answer to step 1 */
    uint64_t step = get_uint(&in);
    In payload = get_bytes(&in);
    if (payload.bad) { unknown++; return; }
    if (step == 0) {
        static uint8_t nothing[] = { 0, 1, 2, 0, 0 };
        send_message(c, &(Bytes){ nothing, sizeof nothing, 0 });
        return;
    }
    if (step == 1 && !c->synced) { c->synced = 1; n_synced++; }
    take_update(c, payload, at);
}

static void heard(Client *c)
{
    static uint8_t read[1 << 18];
    ssize_t n = recv(c->fd, read, sizeof read, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) { gone(c); return; }
    double at = now_ms();
    bytes_in += (uint64_t)n;
    uint8_t *from = read;
    size_t left = (size_t)n;
    if (c->in.len || !c->opened) { bytes_add(&c->in, read, left); from = c->in.at; left = c->in.len; }
    if (!c->opened) {
        uint8_t *end = memmem(from, left, "\r\n\r\n", 4);
        if (!end) return;
        if (left < 12 || memcmp(from + 9, "101", 3)) { fprintf(stderr, "refused: %.*s\n", (int)left, from); gone(c); return; }
        c->opened = 1;
        left -= (size_t)(end + 4 - from);
        from = end + 4;
        say_hello(c);
    }
    Wire w;
    while (!c->closed && ws_take(from, left, &w)) {
        if (w.opcode == 2) { messages++; take_message(c, &w, at); }
        else if (w.opcode == 8) gone(c);
        else if (w.opcode == 9) { uint8_t pong[6]; send_bytes(c, pong, ws_head(pong, 10, 0, 1)); }
        from += w.whole;
        left -= w.whole;
    }
    if (c->in.len) bytes_drop(&c->in, c->in.len - left);
    else if (left) bytes_add(&c->in, from, left);
}

static void turn(int timeout_ms)
{
    struct epoll_event events[512];
    int ready = epoll_wait(loop, events, 512, timeout_ms);
    for (int i = 0; i < ready; i++) {
        Client *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) {
            ssize_t n = send(c->fd, c->out.at, c->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n > 0) bytes_drop(&c->out, (size_t)n);
            if (!c->out.len) watch(c, EPOLLIN);
        }
        if (events[i].events & ~(uint32_t)EPOLLOUT) heard(c);
    }
}

/* ---- commands ------------------------------------------------------------------------------------------------ */

static void open_client(Client *c)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to)) { perror("connect"); exit(1); }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(loop, EPOLL_CTL_ADD, c->fd, &(struct epoll_event){ EPOLLIN, { .ptr = c } });
    Bytes b = { 0 };
    bytes_room(&b, 2048);
    b.len = (size_t)snprintf((char *)b.at, b.room, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", hocuspocus ? "/" : paths[c->doc], port);
    send_bytes(c, b.at, b.len);
    free(b.at);
}

static void open_all(void)
{
    double began = now_ms();
    for (int i = 0; i < n_clients; i++) {
        open_client(&clients[i]);
        while (i - n_synced - n_closed > 50) turn(100);
    }
    while (n_synced + n_closed < n_clients && now_ms() - began < 120000) turn(100);
    printf("{\"synced\":%d,\"closed\":%d,\"ms\":%.0f}\n", n_synced, n_closed, now_ms() - began);
    fflush(stdout);
}

static void cpu_of(int pid, double *user, double *sys)
{
    char name[64], text[1024] = "";
    unsigned long u = 0, s = 0;
    snprintf(name, sizeof name, "/proc/%d/stat", pid);
    FILE *f = fopen(name, "r");
    if (f && fgets(text, sizeof text, f)) {
        const char *rest = strrchr(text, ')');
        if (rest) sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s);
    }
    if (f) fclose(f);
    *user = (double)u / (double)sysconf(_SC_CLK_TCK);
    *sys = (double)s / (double)sysconf(_SC_CLK_TCK);
}

static double spent(const struct rusage *r)
{
    return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) + (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

/** Until everybody has everything that was typed; false after `most_ms` without. */
static int settle(double most_ms)
{
    double until = now_ms() + most_ms;
    for (;;) {
        int missing = 0;
        for (int i = 0; i < n_clients && !missing; i++)
            for (int j = i % n_docs; j < n_clients && !missing; j += n_docs)
                missing = i != j && clients[i].seen[clients[j].seat] < clients[j].clock;
        if (!missing) return 1;
        if (now_ms() > until) return 0;
        for (double some = now_ms() + 20; now_ms() < some;) turn(5);
    }
}

static void run(double rate, double seconds, int pid)
{
    memset(bins, 0, sizeof bins);
    wanted = delivered = messages = bytes_in = saved = awareness_in = 0;
    for (int i = 0; i < n_clients; i++) memset(clients[i].sent, 0, clients[i].clock * sizeof(double));
    struct rusage mine0, mine1;
    double u0, s0, u1, s1, began = now_ms(), end = began + seconds * 1000;
    uint64_t n = 0;
    cpu_of(pid, &u0, &s0);
    getrusage(RUSAGE_SELF, &mine0);
    measuring = 1;
    for (double t; (t = now_ms()) < end;) {
        uint64_t due = (uint64_t)((t - began) * rate / 1000);
        for (int burst = 0; n < due && burst < 64; burst++) {
            Client *c = &clients[n++ % (uint64_t)n_clients];
            if (!c->closed) type(c);
        }
        turn(n < due ? 0 : 1);
    }
    double took = (now_ms() - began) / 1000;
    int whole = settle(10000);
    measuring = 0;
    cpu_of(pid, &u1, &s1);
    getrusage(RUSAGE_SELF, &mine1);
    double mine = spent(&mine1) - spent(&mine0);
    printf("{\"rate\":%.0f,\"sent\":%llu,\"sent_per_s\":%.0f,\"delivered\":%llu,\"wanted\":%llu,\"whole\":%d,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.2f,"
           "\"messages\":%llu,\"bytes\":%llu,\"saved\":%llu,\"awareness\":%llu,\"user_s\":%.2f,\"sys_s\":%.2f,\"client_s\":%.2f,\"closed\":%d,\"unknown\":%llu}\n",
           rate, (unsigned long long)n, (double)n / took, (unsigned long long)delivered, (unsigned long long)wanted, whole, quantile(0.5), quantile(0.9), quantile(0.99),
           quantile(1), (unsigned long long)messages, (unsigned long long)bytes_in, (unsigned long long)saved, (unsigned long long)awareness_in, u1 - u0, s1 - s0, mine,
           n_closed, (unsigned long long)unknown);
    fflush(stdout);
}

static void write_all(const char *folder)
{
    int whole = settle(30000), files = 0;
    for (int i = 0; i < n_clients; i++) {
        if (record == 0 || (record == 1 && clients[i].seat)) continue;
        char name[4096];
        snprintf(name, sizeof name, "%s/%u-%u.updates", folder, clients[i].doc, clients[i].seat);
        FILE *f = fopen(name, "w");
        if (!f || fwrite(clients[i].got.at, 1, clients[i].got.len, f) != clients[i].got.len || fclose(f)) { perror(name); exit(1); }
        files++;
    }
    uint64_t typed = 0;
    for (int i = 0; i < n_clients; i++) typed += clients[i].clock;
    printf("{\"whole\":%d,\"files\":%d,\"typed\":%llu}\n", whole, files, (unsigned long long)typed);
    fflush(stdout);
}

static void read_paths(const char *name)
{
    FILE *f = fopen(name, "r");
    char line[1024];
    if (!f) { perror(name); exit(1); }
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        paths = realloc(paths, (size_t)(n_docs + 1) * sizeof *paths);
        if (!paths || !(paths[n_docs++] = strdup(line))) exit(1);
    }
    fclose(f);
}

int main(int n, char **arg)
{
    if (n < 4) { fputs("load PORT CLIENTS PATHS [hocuspocus] [awareness]\n", stderr); return 2; }
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    port = atoi(arg[1]);
    n_clients = atoi(arg[2]);
    read_paths(arg[3]);
    for (int i = 4; i < n; i++) { hocuspocus |= !strcmp(arg[i], "hocuspocus"); awareness |= !strcmp(arg[i], "awareness"); }
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random) return 1;
    first_id = 0x40000000 + random % 0x30000000;
    loop = epoll_create1(EPOLL_CLOEXEC);
    clients = calloc((size_t)n_clients, sizeof *clients);
    for (int i = 0; i < n_clients; i++) {
        Client *c = &clients[i];
        *c = (Client){ .fd = -1, .doc = (uint32_t)(i % n_docs), .seat = (uint32_t)(i / n_docs), .id = first_id + (uint64_t)i };
        c->seen = calloc((size_t)seats_of(c->doc), sizeof *c->seen);
    }
    open_all();
    fcntl(0, F_SETFL, O_NONBLOCK);
    char line[2048], word[2048];
    for (size_t len = 0;;) {
        ssize_t got = read(0, line + len, sizeof line - 1 - len);
        if (got == 0) return 0;
        if (got < 0) { turn(10); continue; }
        len += (size_t)got;
        line[len] = 0;
        for (char *end; (end = strchr(line, '\n'));) {
            double rate, seconds;
            int pid;
            *end = 0;
            if (sscanf(line, "run %lf %lf %d", &rate, &seconds, &pid) == 3) run(rate, seconds, pid);
            else if (sscanf(line, "record %d", &record) == 1) { puts("{}"); fflush(stdout); }
            else if (sscanf(line, "write %2000s", word) == 1) write_all(word);
            else if (!strcmp(line, "quit")) return 0;
            len -= (size_t)(end + 1 - line);
            memmove(line, end + 1, len + 1);
        }
    }
}
