/** What Yjs 13.6 really sends and holds (recorded by record.mjs), against this engine. */
#include <dirent.h>

#include "spec.h"

enum { UPDATES = 64 };

typedef struct Vector {
    bool keep_deleted;
    CrdtBytes updates[UPDATES];
    size_t count;
    CrdtBytes state, sv, merged, v2, snapshot, snap2;
    const char *positions[8];
    size_t position_count;
    const char *text, *delta, *array, *map, *xml;
} Vector;

static char *read_file(const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "test/vectors/%s", name);
    FILE *f = fopen(path, "rb");
    expect(f != NULL);
    CrdtBuf *b = given_buf();
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        expect_ok(crdt_buf_add(b, chunk, n));
    fclose(f);
    expect_ok(crdt_buf_add(b, "", 1));
    return (char *)b->at;
}

static bool starts(const char *line, const char *word, const char **rest)
{
    size_t n = strlen(word);
    if (strncmp(line, word, n) != 0 || line[n] != ' ')
        return false;
    *rest = line + n + 1;
    return true;
}

static Vector read_vector(const char *name)
{
    Vector v = { 0 };
    const char *rest;
    for (char *line = strtok(read_file(name), "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (starts(line, "gc", &rest))
            v.keep_deleted = rest[0] == 'f';
        else if (starts(line, "update", &rest) && v.count < UPDATES)
            v.updates[v.count++] = hex(rest);
        else if (starts(line, "state", &rest))
            v.state = hex(rest);
        else if (starts(line, "sv", &rest))
            v.sv = hex(rest);
        else if (starts(line, "v2", &rest))
            v.v2 = hex(rest);
        else if (starts(line, "snapshot", &rest))
            v.snapshot = hex(rest);
        else if (starts(line, "snap2", &rest))
            v.snap2 = hex(rest);
        else if (starts(line, "position", &rest) && v.position_count < 8)
            v.positions[v.position_count++] = rest;
        else if (starts(line, "merged", &rest))
            v.merged = hex(rest);
        else if (!starts(line, "text", &v.text) && !starts(line, "delta", &v.delta) &&
                 !starts(line, "array", &v.array) && !starts(line, "map", &v.map))
            starts(line, "xml", &v.xml);
    }
    return v;
}

static void expect_contents(const Vector *v, CrdtDoc *d)
{
    expect_bytes(vector_of(d), v->sv);
    if (v->text != NULL)
        expect_json(d, "t", CRDT_TEXT, v->text);
    if (v->delta != NULL)
        expect_delta(d, "t", v->delta);
    if (v->array != NULL)
        expect_json(d, "a", CRDT_ARRAY, v->array);
    if (v->map != NULL)
        expect_json(d, "m", CRDT_MAP, v->map);
    if (v->xml != NULL)
        expect_json(d, "x", CRDT_XML_FRAGMENT, v->xml);
}

/** The snapshot names the state, in both formats, and holds what it says. */
static void expect_snapshot(const Vector *v, CrdtDoc *d)
{
    CrdtBuf *v1 = given_buf(), *v2 = given_buf();
    CrdtDoc *past;
    if (v->snapshot.len == 0)
        return;
    expect_ok(crdt_snapshot(d, v1));
    expect_bytes(crdt_buf_bytes(v1), v->snapshot);
    expect_ok(crdt_snapshot_to_v2(v->snapshot, v2, NULL));
    expect_bytes(crdt_buf_bytes(v2), v->snap2);
    expect_ok(crdt_open_snapshot(d, v->snapshot, NULL, &past, NULL));
    expect_contents(v, past);
    crdt_close(past);
}

static void expect_positions(const Vector *v, CrdtDoc *d)
{
    for (size_t i = 0; i < v->position_count; i++) {
        char *end;
        uint64_t index = strtoull(v->positions[i], &end, 10), found;
        int64_t assoc = strtoll(end, &end, 10);
        CrdtPosition p, again;
        CrdtNode node;
        CrdtBuf *bytes = given_buf();
        expect_ok(crdt_position_at(d, root(d, "t"), index, assoc, &p));
        expect_ok(crdt_position_encode(&p, bytes));
        expect_bytes(crdt_buf_bytes(bytes), hex(end + 1));
        expect_ok(crdt_position_decode(hex(end + 1), &again, NULL));
        expect(crdt_position_find(d, &again, &node, &found) && found == index);
    }
}

static CrdtDoc *doc_for(const Vector *v)
{
    return given_doc_with(&(CrdtOptions){ .client = 99, .keep_deleted = v->keep_deleted });
}

static void check_vector(const Vector *v)
{
    CrdtDoc *in_order = doc_for(v), *backwards = doc_for(v), *loaded = doc_for(v);
    CrdtDoc *merged = doc_for(v), *merged_here = doc_for(v);
    for (size_t i = 0; i < v->count; i++) {
        apply(in_order, v->updates[i]);
        apply(backwards, v->updates[v->count - 1 - i]);
    }
    expect_contents(v, in_order);
    expect_bytes(state_of(in_order), v->state);
    expect_snapshot(v, in_order);
    expect_positions(v, in_order);
    expect_contents(v, backwards);
    apply(loaded, v->state);
    expect_contents(v, loaded);
    expect_bytes(state_of(loaded), v->state);
    CrdtBuf *to_v2 = given_buf(), *from_v2 = given_buf();
    expect_ok(crdt_update_to_v2(v->state, to_v2, NULL));
    expect_bytes(crdt_buf_bytes(to_v2), v->v2);
    expect_ok(crdt_update_from_v2(v->v2, from_v2, NULL));
    CrdtDoc *applied = doc_for(v), *opened = NULL;
    expect_ok(crdt_apply_v2(applied, v->v2, NULL, NULL));
    expect_bytes(state_of(applied), v->state);
    expect_ok(crdt_load_v2(&(CrdtOptions){ .keep_deleted = v->keep_deleted }, v->v2, &opened, NULL));
    CrdtBytes state = state_of(opened);
    crdt_close(opened);
    expect_bytes(state, v->state);
    CrdtDoc *converted = doc_for(v);
    apply(converted, crdt_buf_bytes(from_v2));
    expect_contents(v, converted);
    expect_bytes(state_of(converted), v->state);
    apply(merged, v->merged);
    expect_contents(v, merged);
    CrdtBuf *b = given_buf();
    expect_ok(crdt_merge_updates(v->updates, v->count, b, NULL, NULL));
    expect(b->len <= v->merged.len);
    apply(merged_here, crdt_buf_bytes(b));
    expect_contents(v, merged_here);
}

#define VECTOR(name, sentence)                                                          \
    SPEC("Yjs: " sentence) { Vector v = read_vector(name ".txt"); check_vector(&v); }

VECTOR("typing", "one author types letter by letter")
VECTOR("concurrent", "three people insert at the same place")
VECTOR("client_order", "trap 4: client ids above 2^31 and 2^32 order as unsigned numbers")
VECTOR("surrogates", "trap 2: an insertion between the halves of a pair")
VECTOR("strange_text", "trap 3: NUL, U+FFFD, empty and odd keys")
VECTOR("values", "trap 17: every kind of value")
VECTOR("marks", "trap 16: formatting, overlapping, ended and nested")
VECTOR("map", "trap 12: the last writer of a key wins")
VECTOR("nested", "trap 13: types inside types, and their deletion")
VECTOR("gc_parent", "trap 8: a struct whose parent was collected")
VECTOR("kept", "trap 13: gc off, deleted content stays")
VECTOR("prosemirror", "trap 23: the document of an editor")
VECTOR("out_of_order", "trap 9: updates arrive backwards")
VECTOR("gap", "trap 9: something is missing; the rest is stored with the state")
VECTOR("overlap", "trap 8: updates that repeat part of others")
VECTOR("attributes", "attributes of texts and elements")
VECTOR("subdocument", "trap 18: an embedded document stays opaque")
VECTOR("contents", "trap 13, 18: every kind of content, half of it deleted and collected")
VECTOR("contents_kept", "trap 13, 18: every kind of content, half of it deleted and kept")
VECTOR("legacy_json", "trap 17: ContentJSON with the word undefined")

SPEC("Yjs: no recorded vector is forgotten")
{
    DIR *dir = opendir("test/vectors");
    expect(dir != NULL);
    size_t files = 0;
    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        files += strstr(e->d_name, ".txt") != NULL;
    closedir(dir);
    expect(files == 20);
}

SPEC("y-protocols: recorded awareness and sync messages are understood")
{
    CrdtAwareness *a;
    CrdtDoc *d = given_doc(9);
    const char *rest;
    size_t heard = 0, synced = 0;
    expect_ok(crdt_awareness_open(NULL, &a));
    for (char *line = strtok(read_file("protocols.messages"),
                             "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (starts(line, "awareness", &rest)) {
            expect_ok(crdt_awareness_apply(a, hex(rest), 0, NULL, NULL, NULL));
            expect(crdt_awareness_count(a) == (++heard < 3));
        }
        if (starts(line, "sync", &rest)) {
            CrdtBytes in = hex(rest), payload;
            CrdtSyncKind kind;
            expect_ok(crdt_sync_read(&in, &kind, &payload));
            expect(in.len == 0 && kind == (CrdtSyncKind)synced++);
            if (kind != CRDT_SYNC_STEP1)
                apply(d, payload);
        }
    }
    crdt_awareness_close(a);
    expect(heard == 3 && synced == 3);
    expect_text(d, "t", "hi");
}
