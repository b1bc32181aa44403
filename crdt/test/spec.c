/** The runner: crdt-spec [words] runs the specs whose sentence holds the words; prints "N passed, N
 *  failed" last. */
#include <sys/wait.h>
#include <unistd.h>

#include "spec.h"

static Spec *first, **last = &first;

enum { KEPT = 8192 };
static CrdtDoc *docs[KEPT];
static CrdtBuf bufs[KEPT];
static size_t doc_count, buf_count;

void spec_add(Spec *spec)
{
    *last = spec;
    last = &spec->next;
}

void spec_fail(const char *file, int line, const char *what, const char *detail)
{
    printf("    %s:%d: %s %s\n", file, line, what, detail);
    fflush(stdout);
    _exit(1);
}

void *counted(void *context, void *old, size_t old_bytes, size_t new_bytes)
{
    Counter *c = context;
    if (new_bytes == 0) {
        c->held -= old_bytes;
        free(old);
        return NULL;
    }
    if (new_bytes > old_bytes && ++c->calls == c->fail_at)
        return NULL;
    void *p = realloc(old, new_bytes);
    if (p != NULL)
        c->held += new_bytes - old_bytes;
    return p;
}

CrdtDoc *given_doc_with(const CrdtOptions *options)
{
    expect(doc_count < KEPT);
    expect_ok(crdt_open(options, &docs[doc_count]));
    return docs[doc_count++];
}

CrdtDoc *given_doc(uint64_t client)
{
    return given_doc_with(&(CrdtOptions){ .client = client });
}

CrdtBuf *given_buf(void)
{
    expect(buf_count < KEPT);
    bufs[buf_count] = (CrdtBuf){ 0 };
    return &bufs[buf_count++];
}

CrdtBytes hex(const char *text)
{
    CrdtBuf *b = given_buf();
    for (; text[0] != 0 && text[0] != '-' && text[0] != '\n';) {
        if (text[0] == ' ') {
            text++;
            continue;
        }
        char pair[3] = { text[0], text[1], 0 };
        uint8_t v = (uint8_t)strtol(pair, NULL, 16);
        expect_ok(crdt_buf_add(b, &v, 1));
        text += 2;
    }
    return crdt_buf_bytes(b);
}

CrdtNode root(CrdtDoc *d, const char *name)
{
    CrdtNode node;
    expect_ok(crdt_root_make(d, crdt_str(name), &node));
    return node;
}

void ok(CrdtErr err)
{
    expect_ok(err);
}

CrdtBytes take_commit(CrdtDoc *d)
{
    CrdtBuf *b = given_buf();
    expect_ok(crdt_commit(d, b));
    return crdt_buf_bytes(b);
}

void apply(CrdtDoc *d, CrdtBytes update)
{
    CrdtFault fault = { 0 };
    CrdtErr err = crdt_apply(d, update, NULL, &fault);
    if (err != CRDT_OK)
        spec_fail(__FILE__, __LINE__, crdt_err_text(err), fault.what ? fault.what : "");
}

CrdtBytes state_of(CrdtDoc *d)
{
    CrdtBuf *b = given_buf();
    expect_ok(crdt_encode(d, b));
    return crdt_buf_bytes(b);
}

CrdtBytes vector_of(CrdtDoc *d)
{
    CrdtBuf *b = given_buf();
    expect_ok(crdt_encode_state_vector(d, b));
    return crdt_buf_bytes(b);
}

CrdtBytes deletes_of(CrdtDoc *d)
{
    CrdtBuf *b = given_buf();
    expect_ok(crdt_encode_delete_set(d, b));
    return crdt_buf_bytes(b);
}

void expect_bytes_at(const char *file, int line, CrdtBytes got, CrdtBytes want)
{
    if (got.len == want.len && (got.len == 0 || memcmp(got.at, want.at, got.len) == 0))
        return;
    printf("    got  ");
    for (size_t i = 0; i < got.len; i++)
        printf("%02x", got.at[i]);
    printf("\n    want ");
    for (size_t i = 0; i < want.len; i++)
        printf("%02x", want.at[i]);
    printf("\n");
    spec_fail(file, line, "bytes differ", "");
}

static void expect_string(const char *file, int line, CrdtBuf *got, const char *want)
{
    if (got->len == strlen(want) && (got->len == 0 || memcmp(got->at, want, got->len) == 0))
        return;
    printf("    got  %.*s\n    want %s\n", (int)got->len, (const char *)got->at, want);
    spec_fail(file, line, "text differs", "");
}

void expect_text_at(const char *file, int line, CrdtDoc *d, const char *name, const char *want)
{
    CrdtBuf *b = given_buf();
    expect_ok(crdt_text(d, crdt_root(d, crdt_str(name)), b));
    expect_string(file, line, b, want);
}

void expect_json_at(const char *file, int line, CrdtDoc *d, const char *name, CrdtKind kind,
                    const char *want)
{
    CrdtBuf *b = given_buf();
    expect_ok(crdt_node_json(d, root(d, name), kind, b));
    expect_string(file, line, b, want);
}

void expect_delta_at(const char *file, int line, CrdtDoc *d, const char *name, const char *want)
{
    CrdtBuf *b = given_buf();
    expect_ok(crdt_text_delta(d, root(d, name), b));
    expect_string(file, line, b, want);
}

void expect_xml_at(const char *file, int line, CrdtDoc *d, const char *name, const char *want)
{
    CrdtBuf *b = given_buf();
    expect_ok(crdt_xml(d, root(d, name), b));
    expect_string(file, line, b, want);
}

void expect_equal_at(const char *file, int line, CrdtDoc *a, CrdtDoc *b)
{
    expect_bytes_at(file, line, vector_of(a), vector_of(b));
    expect_bytes_at(file, line, deletes_of(a), deletes_of(b));
    for (size_t i = 0; crdt_root_at(a, i, NULL).id != 0; i++) {
        CrdtBytes name;
        CrdtNode in_a = crdt_root_at(a, i, &name), in_b;
        expect_ok(crdt_root_make(b, name, &in_b));
        CrdtBuf *x = given_buf(), *y = given_buf();
        expect_ok(crdt_text_delta(a, in_a, x));
        expect_ok(crdt_text_delta(b, in_b, y));
        expect_ok(crdt_node_json(a, in_a, CRDT_ARRAY, x));
        expect_ok(crdt_node_json(b, in_b, CRDT_ARRAY, y));
        expect_bytes_at(file, line, crdt_buf_bytes(x), crdt_buf_bytes(y));
    }
}

static void clean(void)
{
    while (doc_count > 0)
        crdt_close(docs[--doc_count]);
    while (buf_count > 0)
        crdt_buf_done(&bufs[--buf_count]);
}

/** Runs a spec in a process of its own: a failure, a crash or a leak ends only that. */
static bool runs(const Spec *s)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        s->run();
        clean();
        exit(0);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;
    for (const Spec *s = first; s != NULL; s = s->next) {
        if (argc > 1 && strstr(s->says, argv[1]) == NULL)
            continue;
        if (runs(s)) {
            passed++;
        } else {
            printf("  FAILED %s (%s)\n", s->says, s->file);
            failed++;
        }
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
