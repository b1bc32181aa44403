/** bench DIR: how fast the engine is on recorded documents. DIR holds NAME.updates (u32 LE count,
 *  then u32 LE length and bytes each), NAME.v1 (stored documents), *.sv.* (state vectors). Prints
 *  the best of several runs, one figure a line. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../crdt.h"

static const char *dir;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static CrdtBytes read_file(const char *name)
{
    char path[500];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return (CrdtBytes){ 0 };
    fseek(f, 0, SEEK_END);
    size_t n = (size_t)ftell(f);
    rewind(f);
    uint8_t *at = malloc(n + 1);
    n = fread(at, 1, n, f);
    fclose(f);
    return (CrdtBytes){ at, n };
}

typedef struct Updates {
    CrdtBytes *at;
    size_t count;
} Updates;

static uint32_t u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static Updates read_updates(const char *name)
{
    CrdtBytes file = read_file(name);
    Updates u = { 0 };
    if (file.at == NULL)
        return u;
    u.count = u32(file.at);
    u.at = malloc(u.count * sizeof *u.at);
    const uint8_t *p = file.at + 4;
    for (size_t i = 0; i < u.count; i++) {
        u.at[i] = (CrdtBytes){ p + 4, u32(p) };
        p += 4 + u.at[i].len;
    }
    return u;
}

static void must(CrdtErr err, const char *what)
{
    if (err != CRDT_OK) {
        printf("%s: %s\n", what, crdt_err_text(err));
        exit(1);
    }
}

static CrdtDoc *load(CrdtBytes stored)
{
    CrdtDoc *d;
    must(crdt_load(NULL, stored, &d, NULL), "load");
    return d;
}

static void report(const char *name, double ms, const char *rest)
{
    printf("%-44s %10.3f ms  %s\n", name, ms, rest);
}

static void bench_load(const char *name)
{
    char file[100], label[200];
    snprintf(file, sizeof file, "%s.v1", name);
    CrdtBytes stored = read_file(file);
    if (stored.at == NULL)
        return;
    double best = 1e9, encode = 1e9, text = 1e9;
    CrdtBuf out = { 0 };
    for (int i = 0; i < 21; i++) {
        double t = now_ms();
        CrdtDoc *d = load(stored);
        t = now_ms() - t;
        best = t < best ? t : best;
        crdt_buf_clear(&out);
        t = now_ms();
        must(crdt_encode(d, &out), "encode");
        t = now_ms() - t;
        encode = t < encode ? t : encode;
        if (out.len != stored.len || memcmp(out.at, stored.at, out.len) != 0)
            printf("%s: ENCODED BYTES DIFFER (%zu, stored %zu)\n", name, out.len, stored.len);
        crdt_buf_clear(&out);
        t = now_ms();
        bool is_text = crdt_root(d, CRDT_STR("text")).id != 0;
        CrdtNode root = crdt_root(d, is_text ? CRDT_STR("text") : CRDT_STR("prosemirror"));
        must(is_text ? crdt_text(d, root, &out) : crdt_xml(d, root, &out), "text");
        t = now_ms() - t;
        text = t < text ? t : text;
        crdt_close(d);
    }
    char expected[100], note[100];
    snprintf(expected, sizeof expected, "%s.final.txt", name);
    CrdtBytes want = read_file(expected);
    if (want.at == NULL) {
        snprintf(expected, sizeof expected, "%s.xml", name);
        want = read_file(expected);
    }
    bool same = want.len == out.len && memcmp(want.at, out.at, out.len) == 0;
    snprintf(note, sizeof note, "text %s", same ? "ok" : "DIFFERS");
    snprintf(label, sizeof label, "%s load v1", name);
    report(label, best, note);
    snprintf(label, sizeof label, "%s encode v1", name);
    report(label, encode, "");
    snprintf(label, sizeof label, "%s text or xml", name);
    report(label, text, "");
    crdt_buf_done(&out);

    enum { KEPT = 20 };
    CrdtDoc *kept[KEPT];
    uint64_t bytes = 0;
    for (int i = 0; i < KEPT; i++) {
        kept[i] = load(stored);
        bytes = crdt_stats(kept[i]).bytes;
    }
    for (int i = 0; i < KEPT; i++)
        crdt_close(kept[i]);
    snprintf(label, sizeof label, "%s memory", name);
    printf("%-44s %10.3f MB\n", label, (double)bytes / 1e6);
}

static void bench_apply(const char *base, const char *name, const char *expected)
{
    Updates u = read_updates(name);
    CrdtBytes stored = base != NULL ? read_file(base) : (CrdtBytes){ 0 };
    if (u.count == 0)
        return;
    double best = 1e9;
    bool same = true;
    for (int i = 0; i < 3; i++) {
        CrdtDoc *d = NULL;
        if (base != NULL)
            d = load(stored);
        else
            must(crdt_open(NULL, &d), "open");
        double t = now_ms();
        for (size_t k = 0; k < u.count; k++)
            must(crdt_apply(d, u.at[k], NULL, NULL), "apply");
        t = now_ms() - t;
        best = t < best ? t : best;
        CrdtBytes want = read_file(expected);
        CrdtBuf out = { 0 };
        bool is_text = crdt_root(d, CRDT_STR("text")).id != 0;
        CrdtNode root = crdt_root(d, is_text ? CRDT_STR("text") : CRDT_STR("prosemirror"));
        must(is_text ? crdt_text(d, root, &out) : crdt_xml(d, root, &out), "text");
        same = same && want.len == out.len && memcmp(want.at, out.at, out.len) == 0;
        crdt_buf_done(&out);
        crdt_close(d);
    }
    char note[100];
    snprintf(note, sizeof note, "%zu updates, %.3f us each, text %s", u.count,
             best * 1000 / (double)u.count, same ? "ok" : "DIFFERS");
    report(name, best, note);
}

static void bench_merge(const char *name)
{
    Updates u = read_updates(name);
    double best = 1e9;
    size_t len = 0;
    for (int i = 0; u.count > 0 && i < 5; i++) {
        CrdtBuf out = { 0 };
        double t = now_ms();
        must(crdt_merge_updates(u.at, u.count, &out, NULL, NULL), "merge");
        t = now_ms() - t;
        best = t < best ? t : best;
        len = out.len;
        crdt_buf_done(&out);
    }
    char label[200], note[100];
    snprintf(label, sizeof label, "merge %s", name);
    snprintf(note, sizeof note, "%zu bytes", len);
    report(label, best, note);
}

static void bench_diff(const char *stored_name, const char *sv_name)
{
    CrdtBytes stored = read_file(stored_name), sv = read_file(sv_name);
    if (stored.at == NULL || sv.at == NULL)
        return;
    CrdtDoc *d = load(stored);
    double best = 1e9, bytes = 1e9;
    CrdtBuf out = { 0 };
    for (int i = 0; i < 101; i++) {
        crdt_buf_clear(&out);
        double t = now_ms();
        must(crdt_encode_diff(d, sv, &out), "diff");
        t = now_ms() - t;
        best = t < best ? t : best;
        crdt_buf_clear(&out);
        t = now_ms();
        must(crdt_diff_update(stored, sv, &out, NULL), "diff");
        t = now_ms() - t;
        bytes = t < bytes ? t : bytes;
    }
    char label[200], note[100];
    snprintf(label, sizeof label, "diff %s, %s", stored_name, sv_name);
    snprintf(note, sizeof note, "%zu bytes; without a document %.3f ms", out.len, bytes);
    report(label, best, note);
    crdt_buf_done(&out);
    crdt_close(d);
}

/** B4 as local edits: each keystroke a transaction that gives its update. */
static void bench_local(void)
{
    CrdtBytes trace = read_file("b4.trace"), want = read_file("b4.final.txt");
    if (trace.at == NULL)
        return;
    CrdtDoc *d;
    must(crdt_open(NULL, &d), "open");
    CrdtNode text;
    must(crdt_root_make(d, CRDT_STR("text"), &text), "root");
    uint32_t n = u32(trace.at);
    const uint8_t *p = trace.at + 4;
    CrdtBuf out = { 0 };
    double t = now_ms();
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = u32(p), gone = u32(p + 4), len = u32(p + 8);
        crdt_buf_clear(&out);
        must(crdt_begin(d), "begin");
        must(crdt_text_delete(d, text, at, gone), "delete");
        must(crdt_text_insert(d, text, at, (CrdtBytes){ p + 12, len }, NULL, 0), "insert");
        must(crdt_commit(d, &out), "commit");
        p += 12 + len;
    }
    t = now_ms() - t;
    crdt_buf_clear(&out);
    must(crdt_text(d, text, &out), "text");
    char note[100];
    snprintf(note, sizeof note, "%u edits, %.3f us each, text %s", n, t * 1000 / n,
             out.len == want.len && memcmp(out.at, want.at, out.len) == 0 ? "ok" : "DIFFERS");
    report("B4 local edits", t, note);
    crdt_buf_done(&out);
    crdt_close(d);
}

int main(int argc, char **argv)
{
    dir = argc > 1 ? argv[1] : ".";
    bench_load("b4");
    bench_load("pm");
    bench_load("pmbig");
    bench_load("friendsforever");
    bench_apply(NULL, "b4.updates", "b4.final.txt");
    bench_apply("b4.base.v1", "b4.last10k", "b4.final.txt");
    bench_apply(NULL, "pm.updates", "pm.xml");
    bench_apply("pm.base.v1", "pm.last10k", "pm.xml");
    bench_apply(NULL, "pmbig.updates", "pmbig.xml");
    bench_apply(NULL, "friendsforever.updates", "friendsforever.final.txt");
    bench_merge("b4.first10k");
    bench_merge("b4.last10k");
    bench_merge("pm.last10k");
    bench_diff("b4.v1", "b4.sv.half");
    bench_diff("b4.v1", "b4.sv.m100");
    bench_diff("pm.v1", "pm.sv.m100");
    bench_local();
    return 0;
}
