/** crdt-tool load FILE bench: each task often enough to fill a fifth of a second, the best run. */
#include <time.h>

#include "tool.h"

typedef struct Bench {
    const CrdtBytes *updates;
    size_t count;
    const CrdtOptions *options;
    CrdtDoc *doc;
    CrdtBuf state, out;
    CrdtErr err;
} Bench;

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void apply_all(Bench *b)
{
    CrdtDoc *d = NULL;
    b->err = crdt_open(b->options, &d);
    for (size_t i = 0; i < b->count && b->err == CRDT_OK; i++)
        b->err = crdt_apply(d, b->updates[i], NULL, NULL);
    crdt_close(d);
}

static void load_state(Bench *b)
{
    CrdtDoc *d = NULL;
    b->err = crdt_load(b->options, crdt_buf_bytes(&b->state), &d, NULL);
    crdt_close(d);
}

static void encode(Bench *b)
{
    b->err = crdt_encode(b->doc, &b->out);
}

static void encode_v2(Bench *b)
{
    b->err = crdt_update_to_v2(crdt_buf_bytes(&b->state), &b->out, NULL);
}

static void merge(Bench *b)
{
    b->err = crdt_merge_updates(b->updates, b->count, &b->out, NULL, NULL);
}

static void texts(Bench *b)
{
    for (size_t i = 0; b->err == CRDT_OK && crdt_root_at(b->doc, i, NULL).id != 0; i++)
        b->err = crdt_text(b->doc, crdt_root_at(b->doc, i, NULL), &b->out);
}

static void measure(Bench *b, const char *name, void (*task)(Bench *b), size_t parts)
{
    double best = 1e300, start = now_us();
    int runs = 0;
    while (b->err == CRDT_OK && (runs < 3 || (now_us() - start < 2e5 && runs < 1000))) {
        double from = now_us();
        task(b);
        double took = now_us() - from;
        best = took < best ? took : best;
        runs++;
        crdt_buf_clear(&b->out);
    }
    printf("%-24s %10.3f ms", name, best / 1e3);
    if (parts > 1)
        printf("  %8.3f us each", best / (double)parts);
    printf("\n");
}

int bench_run(const CrdtBytes *updates, size_t count, const CrdtOptions *options)
{
    Bench b = { .updates = updates, .count = count, .options = options };
    b.err = crdt_open(options, &b.doc);
    for (size_t i = 0; i < count && b.err == CRDT_OK; i++)
        b.err = crdt_apply(b.doc, updates[i], NULL, NULL);
    if (b.err == CRDT_OK)
        b.err = crdt_encode(b.doc, &b.state);
    measure(&b, "apply", apply_all, count);
    measure(&b, "load", load_state, 1);
    measure(&b, "encode", encode, 1);
    measure(&b, "convert to v2", encode_v2, 1);
    measure(&b, "merge", merge, count);
    measure(&b, "text of all roots", texts, 1);
    crdt_close(b.doc);
    b.doc = NULL;
    if (b.err == CRDT_OK)
        b.err = crdt_load(options, crdt_buf_bytes(&b.state), &b.doc, NULL);
    if (b.err == CRDT_OK)
        printf("memory %llu bytes for %zu stored\n", (unsigned long long)crdt_stats(b.doc).bytes,
               b.state.len);
    crdt_close(b.doc);
    crdt_buf_done(&b.state);
    crdt_buf_done(&b.out);
    if (b.err == CRDT_OK)
        return DONE;
    fprintf(stderr, "crdt-tool: bench: %s\n", crdt_err_text(b.err));
    return REFUSED;
}
