#pragma once
#include <stdio.h>
#include "base/err.h"

/** Tests as sentences. `SPEC("closing twice keeps the first time") { … expect(…); }` registers itself;
 *  the runner (spec_main.c) runs those whose sentence or file matches its first argument. */
typedef struct Spec { const char *says, *file; int line; void (*run)(void); struct Spec *next; } Spec;
extern Spec *spec_list;
extern int spec_failures;
/** Says why this spec cannot run here (a missing tool or sample) and counts it as skipped. */
void spec_skip(const char *why);

#define SPEC_CAT_(a, b) a##b
#define SPEC_CAT(a, b) SPEC_CAT_(a, b)
#define SPEC_N(says_, n) \
    static void SPEC_CAT(spec_run_, n)(void); \
    static Spec SPEC_CAT(spec_, n) = { says_, __FILE__, __LINE__, SPEC_CAT(spec_run_, n), NULL }; \
    [[gnu::constructor]] static void SPEC_CAT(spec_add_, n)(void) \
    { SPEC_CAT(spec_, n).next = spec_list; spec_list = &SPEC_CAT(spec_, n); } \
    static void SPEC_CAT(spec_run_, n)(void)
#define SPEC(says) SPEC_N(says, __COUNTER__)

#define expect(cond) do { if (!(cond)) { spec_failures++; \
    fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #cond); return; } } while (0)
#define expect_int(want, got)                                                                      \
    do {                                                                                           \
        long long w_ = (want), g_ = (got);                                                         \
        if (w_ != g_) {                                                                            \
            spec_failures++;                                                                       \
            fprintf(stderr, "%s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #got, g_,    \
                    w_);                                                                           \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define expect_str(want, got) do { Str w_ = str_of(want), g_ = (got); if (!str_eq(w_, g_)) { spec_failures++; \
    fprintf(stderr, "%s:%d: %s is \"" STR_FMT "\", expected \"" STR_FMT "\"\n", __FILE__, __LINE__, #got, \
            STR_ARG(g_), STR_ARG(w_)); return; } } while (0)
/** The text contains the part. */
#define expect_has(part, got)                                                                      \
    do {                                                                                           \
        Str g_ = (got);                                                                            \
        if (str_find(g_, str_of(part)) < 0) {                                                      \
            spec_failures++;                                                                       \
            fprintf(stderr, "%s:%d: %s lacks \"%s\": " STR_FMT "\n", __FILE__, __LINE__, #got,     \
                    part, STR_ARG(g_));                                                            \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define expect_ok(call) do { Err e_ = (call); if (e_.info) { spec_failures++; \
    fprintf(stderr, "%s:%d: " STR_FMT " (%s:%d)\n", __FILE__, __LINE__, STR_ARG(e_.info->message), \
            e_.info->file, e_.info->line); return; } } while (0)
#define expect_err(kind_, call) do { Err e_ = (call); if (!e_.info || e_.info->kind != (kind_)) { spec_failures++; \
    fprintf(stderr, "%s:%d: expected %s, got " STR_FMT "\n", __FILE__, __LINE__, #kind_, \
            STR_ARG(e_.info ? e_.info->message : S("success"))); return; } } while (0)
