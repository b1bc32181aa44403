/** Tests as sentences, for crdt alone. SPEC("what is true") { … } · expect(…) helpers stop the spec
 *  at the first failure. */
#ifndef CRDT_SPEC_H
#define CRDT_SPEC_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../crdt.h"

typedef struct Spec {
    const char *says, *file;
    void (*run)(void);
    struct Spec *next;
} Spec;
void spec_add(Spec *spec);
[[gnu::noreturn]] void spec_fail(const char *file, int line, const char *what, const char *detail);

#define SPEC_CAT2(a, b) a##b
#define SPEC_CAT(a, b) SPEC_CAT2(a, b)
#define SPEC(sentence) SPEC_AS(sentence, SPEC_CAT(spec_, __LINE__))
#define SPEC_AS(sentence, name)                                                        \
    static void SPEC_CAT(name, _run)(void);                                            \
    [[gnu::constructor]] static void SPEC_CAT(name, _add)(void)                        \
    {                                                                                  \
        static Spec spec = { sentence, __FILE__, SPEC_CAT(name, _run), NULL };         \
        spec_add(&spec);                                                               \
    }                                                                                  \
    static void SPEC_CAT(name, _run)(void)

#define expect(condition)                                                              \
    do {                                                                               \
        if (!(condition))                                                              \
            spec_fail(__FILE__, __LINE__, #condition, "");                             \
    } while (0)
#define expect_ok(call)                                                                \
    do {                                                                               \
        CrdtErr err_ = (call);                                                         \
        if (err_ != CRDT_OK)                                                           \
            spec_fail(__FILE__, __LINE__, #call, crdt_err_text(err_));                 \
    } while (0)
#define expect_err(code, call)                                                         \
    do {                                                                               \
        CrdtErr err_ = (call);                                                         \
        if (err_ != (code))                                                            \
            spec_fail(__FILE__, __LINE__, #call " is " #code, crdt_err_text(err_));    \
    } while (0)

/** Memory that counts what it gives, and refuses once: { counted, &counter } is an allocator. */
typedef struct Counter {
    uint64_t calls, fail_at; /* 0: never */
    size_t held;
} Counter;
void *counted(void *context, void *old, size_t old_bytes, size_t new_bytes);

/* What a spec makes is freed when it ends. */
CrdtDoc *given_doc(uint64_t client);
CrdtDoc *given_doc_with(const CrdtOptions *options);
CrdtBuf *given_buf(void);
CrdtBytes hex(const char *text);
CrdtNode root(CrdtDoc *d, const char *name);

/** Runs `edit` in a transaction of `d`; gives the update. */
#define commit(d, ...) (ok(crdt_begin(d)), __VA_ARGS__, take_commit(d))
CrdtBytes take_commit(CrdtDoc *d);
void ok(CrdtErr err); /* inside commit(…) */

void apply(CrdtDoc *d, CrdtBytes update);
CrdtBytes state_of(CrdtDoc *d);
CrdtBytes vector_of(CrdtDoc *d);
CrdtBytes deletes_of(CrdtDoc *d);

#define expect_bytes(got, want) expect_bytes_at(__FILE__, __LINE__, got, want)
#define expect_text(d, name, want) expect_text_at(__FILE__, __LINE__, d, name, want)
#define expect_json(d, name, kind, want) expect_json_at(__FILE__, __LINE__, d, name, kind, want)
#define expect_delta(d, name, want) expect_delta_at(__FILE__, __LINE__, d, name, want)
#define expect_xml(d, name, want) expect_xml_at(__FILE__, __LINE__, d, name, want)
#define expect_equal(a, b) expect_equal_at(__FILE__, __LINE__, a, b)
void expect_bytes_at(const char *file, int line, CrdtBytes got, CrdtBytes want);
void expect_text_at(const char *file, int line, CrdtDoc *d, const char *name, const char *want);
void expect_json_at(const char *file, int line, CrdtDoc *d, const char *name, CrdtKind kind,
                    const char *want);
void expect_delta_at(const char *file, int line, CrdtDoc *d, const char *name, const char *want);
void expect_xml_at(const char *file, int line, CrdtDoc *d, const char *name, const char *want);
void expect_equal_at(const char *file, int line, CrdtDoc *a, CrdtDoc *b);

#endif
