/** crdt-bench DIR [ROW]: how fast the engine is on the documents of DIR (data.mjs makes them).
 *  Prints "row value unit" lines, the best of several runs; with ROW that row once, for a
 *  profiler. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../crdt.h"

static const char *dir;
enum { FRONT_EDITS = 40000 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void must(CrdtErr err)
{
    if (err != CRDT_OK) {
        fprintf(stderr, "bench: %s\n", crdt_err_text(err));
        exit(1);
    }
}

static CrdtBytes read_file(const char *name, const char *ending)
{
    char path[500];
    snprintf(path, sizeof path, "%s/%s%s", dir, name, ending);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    fseek(f, 0, SEEK_END);
    size_t n = (size_t)ftell(f);
    rewind(f);
    uint8_t *at = malloc(n + 1);
    n = fread(at, 1, n, f);
    fclose(f);
    return (CrdtBytes){ at, n };
}

static uint32_t u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* ---- jobs: make, then run (the only part that is measured), then done ------------------------ */

typedef struct Job {
    const char *row;
    void (*make)(struct Job *), (*run)(struct Job *);
    const char *doc;   /* NAME of the document that the result must equal */
    const char *input; /* NAME.ending of what is applied, merged or compared with */
    const char *base;  /* NAME of what is loaded before, without .v1 */
    int runs;
    bool again; /* the same input, document and buffer each time, as in a server */
    CrdtDoc *d;
    CrdtBytes stored, other;
    CrdtBytes *updates;
    uint32_t count;
    CrdtBuf out;
} Job;

static void read_updates(Job *j)
{
    CrdtBytes file = j->other = read_file(j->input, "");
    j->count = u32(file.at);
    j->updates = malloc(j->count * sizeof *j->updates);
    const uint8_t *p = file.at + 4;
    for (uint32_t i = 0; i < j->count; i++) {
        j->updates[i] = (CrdtBytes){ p + 4, u32(p) };
        p += 4 + j->updates[i].len;
    }
}

static void load(Job *j) { must(crdt_load(NULL, j->stored, &j->d, NULL)); }

static void make_stored(Job *j) { j->stored = read_file(j->doc, ".v1"); }
static void make_stored_v2(Job *j) { j->stored = read_file(j->doc, ".v2"); }
static void make_loaded(Job *j)
{
    j->stored = read_file(j->base != NULL ? j->base : j->doc, ".v1");
    load(j);
}
static void make_apply(Job *j)
{
    read_updates(j);
    if (j->base != NULL)
        make_loaded(j);
    else
        must(crdt_open(NULL, &j->d));
}
static void make_diff(Job *j)
{
    j->other = read_file(j->input, "");
    make_loaded(j);
}
static void make_trace(Job *j)
{
    j->other = read_file(j->input, "");
    must(crdt_open(NULL, &j->d));
}

static void run_load(Job *j) { load(j); }
static void run_load_v2(Job *j)
{
    must(crdt_load_v2(NULL, j->stored, &j->d, NULL));
}
static void run_encode(Job *j) { must(crdt_encode(j->d, &j->out)); }
static void run_encode_v2(Job *j)
{
    CrdtBuf v1 = { 0 };
    must(crdt_encode(j->d, &v1));
    must(crdt_update_to_v2(crdt_buf_bytes(&v1), &j->out, NULL));
    crdt_buf_done(&v1);
}
static void run_show(Job *j)
{
    CrdtNode text = crdt_root(j->d, CRDT_STR("text"));
    CrdtNode body = crdt_root(j->d, CRDT_STR("prosemirror"));
    must(text.id != 0 ? crdt_text(j->d, text, &j->out) : crdt_xml(j->d, body, &j->out));
}
static void run_apply(Job *j)
{
    for (uint32_t i = 0; i < j->count; i++)
        must(crdt_apply(j->d, j->updates[i], NULL, NULL));
}
static void run_merge(Job *j)
{
    must(crdt_merge_updates(j->updates, j->count, &j->out, NULL, NULL));
}
static void run_diff(Job *j) { must(crdt_encode_diff(j->d, j->other, &j->out)); }
static void run_diff_bytes(Job *j)
{
    must(crdt_diff_update(j->stored, j->other, &j->out, NULL));
}
static void run_local(Job *j)
{
    CrdtNode text;
    must(crdt_root_make(j->d, CRDT_STR("text"), &text));
    const uint8_t *p = j->other.at + 4;
    for (uint32_t n = u32(j->other.at); n > 0; n--) {
        uint32_t at = u32(p), gone = u32(p + 4), len = u32(p + 8);
        crdt_buf_clear(&j->out);
        must(crdt_begin(j->d));
        must(crdt_text_delete(j->d, text, at, gone));
        must(crdt_text_insert(j->d, text, at, (CrdtBytes){ p + 12, len }, NULL, 0));
        must(crdt_commit(j->d, &j->out));
        p += 12 + len;
    }
}

/** Edits at random within the first 500 units: what was deleted gathers there. peers.mjs does the same. */
static void run_front(Job *j)
{
    CrdtNode text;
    uint32_t random = 1;
    must(crdt_root_make(j->d, CRDT_STR("text"), &text));
    for (int n = 0; n < FRONT_EDITS; n++) {
        random = random * 1103515245 + 12345;
        uint32_t at = (random >> 8) % 500;
        crdt_buf_clear(&j->out);
        must(crdt_begin(j->d));
        must(n % 2 == 0 ? crdt_text_insert(j->d, text, at, CRDT_STR("x"), NULL, 0)
                        : crdt_text_delete(j->d, text, at, 1));
        must(crdt_commit(j->d, &j->out));
    }
}

/** What a profiler collects: everything below here and nothing else. */
[[gnu::noinline]] void measured(Job *j);
void measured(Job *j) { j->run(j); }

static void must_show(Job *j)
{
    bool is_text = crdt_root(j->d, CRDT_STR("text")).id != 0;
    CrdtBytes want = read_file(j->doc, is_text ? ".final.txt" : ".xml");
    j->out.len = 0;
    run_show(j);
    if (want.len != j->out.len || memcmp(want.at, j->out.at, want.len) != 0)
        fprintf(stderr, "crdt: %s of row %s DIFFERS\n", j->doc, j->row);
    free((void *)want.at);
}

static void done(Job *j)
{
    if (j->d != NULL && j->doc != NULL)
        must_show(j);
    crdt_close(j->d);
    crdt_buf_done(&j->out);
    free(j->updates);
    free((void *)j->stored.at);
    free((void *)j->other.at);
    j->d = NULL;
    j->updates = NULL;
    j->stored = j->other = (CrdtBytes){ 0 };
}

/** The best of some runs. */
static double run(Job *j, int runs)
{
    double best = 1e9;
    for (int i = 0; i < runs; i++) {
        if (i == 0 || !j->again)
            j->make(j);
        if (i > 0 && j->again && (j->run == run_load || j->run == run_load_v2)) {
            crdt_close(j->d);
            j->d = NULL;
        }
        crdt_buf_clear(&j->out);
        double t = now_ms();
        measured(j);
        t = now_ms() - t;
        best = t < best ? t : best;
        if (i + 1 == runs || !j->again)
            done(j);
    }
    return best;
}

static Job jobs[] = {
    { "load.b4", make_stored, run_load, "b4", .runs = 21, .again = true },
    { "load.pm", make_stored, run_load, "pm", .runs = 41, .again = true },
    { "load.pmbig", make_stored, run_load, "pmbig", .runs = 21, .again = true },
    { "load_v2.b4", make_stored_v2, run_load_v2, "b4", .runs = 21, .again = true },
    { "load_v2.pm", make_stored_v2, run_load_v2, "pm", .runs = 21, .again = true },
    { "load_v2.pmbig", make_stored_v2, run_load_v2, "pmbig", .runs = 21, .again = true },
    { "apply.b4", make_apply, run_apply, "b4", "b4.updates", .runs = 3 },
    { "apply.pm", make_apply, run_apply, "pm", "pm.updates", .runs = 5 },
    { "apply.pmbig", make_apply, run_apply, "pmbig", "pmbig.updates", .runs = 3 },
    { "apply.friendsforever", make_apply, run_apply, "friendsforever", "friendsforever.updates",
      .runs = 5 },
    { "last10k.b4", make_apply, run_apply, "b4", "b4.last10k", "b4.base", .runs = 7 },
    { "last10k.pm", make_apply, run_apply, "pm", "pm.last10k", "pm.base", .runs = 7 },
    { "merge.first", read_updates, run_merge, .input = "b4.first10k", .runs = 7 },
    { "merge.last", read_updates, run_merge, .input = "b4.last10k", .runs = 7 },
    { "merge.pm", read_updates, run_merge, .input = "pm.last10k", .runs = 7 },
    { "diff.half", make_diff, run_diff, "b4", "b4.sv.half", .runs = 41, .again = true },
    { "diff.m100", make_diff, run_diff, "b4", "b4.sv.m100", .runs = 41, .again = true },
    { "diff.pm", make_diff, run_diff, "pm", "pm.sv.m100", .runs = 41, .again = true },
    { "diff_bytes.half", make_diff, run_diff_bytes, "b4", "b4.sv.half", .runs = 41, .again = true },
    { "diff_bytes.m100", make_diff, run_diff_bytes, "b4", "b4.sv.m100", .runs = 41, .again = true },
    { "diff_bytes.pm", make_diff, run_diff_bytes, "pm", "pm.sv.m100", .runs = 41, .again = true },
    { "encode.b4", make_loaded, run_encode, "b4", .runs = 41, .again = true },
    { "encode.pm", make_loaded, run_encode, "pm", .runs = 41, .again = true },
    { "encode.pmbig", make_loaded, run_encode, "pmbig", .runs = 21, .again = true },
    { "encode_v2.b4", make_loaded, run_encode_v2, "b4", .runs = 21, .again = true },
    { "encode_v2.pm", make_loaded, run_encode_v2, "pm", .runs = 21, .again = true },
    { "encode_v2.pmbig", make_loaded, run_encode_v2, "pmbig", .runs = 21, .again = true },
    { "show.b4", make_loaded, run_show, "b4", .runs = 41, .again = true },
    { "show.pm", make_loaded, run_show, "pm", .runs = 41, .again = true },
    { "show.pmbig", make_loaded, run_show, "pmbig", .runs = 21, .again = true },
    { "local.b4", make_trace, run_local, "b4", "b4.trace", .runs = 2 },
    { "local.front", make_loaded, run_front, .base = "b4", .runs = 3 },
};

/* ---- memory ---------------------------------------------------------------------------------- */

static double held(void)
{
    struct mallinfo2 m = mallinfo2();
    return (double)(m.uordblks + m.hblkhd);
}

static void memory(const char *doc)
{
    enum { KEPT = 20 };
    Job kept[KEPT] = { 0 };
    CrdtBytes stored = read_file(doc, ".v1");
    double before = held();
    for (int i = 0; i < KEPT; i++) {
        kept[i].stored = stored;
        load(&kept[i]);
    }
    printf("memory.%s %.4f MB\n", doc, (held() - before) / KEPT / 1e6);
    for (int i = 0; i < KEPT; i++)
        crdt_close(kept[i].d);
    free((void *)stored.at);
}

static uint64_t calls;

static void *counting(void *context, void *old, size_t old_bytes, size_t new_bytes)
{
    (void)context, (void)old_bytes;
    calls += new_bytes > 0;
    if (new_bytes > 0)
        return realloc(old, new_bytes);
    free(old);
    return NULL;
}

/** How often the allocator is asked for an update: in the second half of a session's end. */
static void allocations(const char *doc, const char *base, const char *updates)
{
    Job j = { .doc = doc, .input = updates };
    read_updates(&j);
    CrdtBytes stored = read_file(base, ".v1");
    CrdtOptions options = { .allocator = &(CrdtAllocator){ .resize = counting } };
    must(crdt_load(&options, stored, &j.d, NULL));
    for (uint32_t i = 0; i < j.count; i++) {
        if (i == j.count / 2)
            calls = 0;
        must(crdt_apply(j.d, j.updates[i], NULL, NULL));
    }
    printf("allocations.%s %.4f per update\n", doc, (double)calls / (j.count - j.count / 2));
    free((void *)stored.at);
    done(&j);
}

int main(int argc, char **argv)
{
    dir = argc > 1 ? argv[1] : ".";
    bool found = false;
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        Job *j = &jobs[i];
        if (argc > 2) {
            if (strcmp(argv[2], j->row) == 0) {
                found = true;
                run(j, 1);
            }
            continue;
        }
        printf("%s %.6f ms\n", j->row, run(j, j->runs));
    }
    if (argc > 2)
        return found ? 0 : 1;
    memory("b4");
    memory("pm");
    memory("pmbig");
    allocations("b4", "b4.base", "b4.last10k");
    allocations("pm", "pm.base", "pm.last10k");
    return 0;
}
