#include "base/list.h"
#include "base/spec.h"

SPEC("memory is zeroed and aligned, small and large, again after a reset")
{
    auto_arena a = arena_new(256);
    for (int round = 0; round < 2; round++) {
        for (size_t size = 1; size < 2000; size = size * 3 + 1) {
            char *p = arena_bytes(a, size, 64);
            expect((uintptr_t)p % 64 == 0);
            for (size_t i = 0; i < size; i++) expect(p[i] == 0);
            memset(p, 0xAA, size);
        }
        arena_reset(a);
    }
}

SPEC("a large piece does not waste the rest of the block in use")
{
    auto_arena a = arena_new(1024);
    arena_bytes(a, 100, 1);
    size_t before = arena_size(a);
    arena_bytes(a, 5000, 1);
    expect(arena_size(a) >= before + 5000);
    size_t with_large = arena_size(a);
    arena_bytes(a, 100, 1);
    expect_int((long long)with_large, (long long)arena_size(a));
}

SPEC("a reset gives back all but the first block, however large the others are")
{
    auto_arena a = arena_new(1024);
    size_t empty = arena_size(a);
    arena_bytes(a, 100000, 1);
    arena_reset(a);
    expect_int((long long)empty, (long long)arena_size(a));
    for (int i = 0; i < 100; i++) arena_bytes(a, 500, 1);
    arena_reset(a);
    expect_int((long long)empty, (long long)arena_size(a));
}

static void note(void *what) { char *at = *(char **)what; strcat(at, at[0] ? "2" : "1"); }
static void note_b(void *what) { strcat(*(char **)what, "b"); }

SPEC("deferred closers run newest first, once")
{
    char text[16] = "", *at = text;
    Arena *a = arena_new(64);
    arena_defer(a, note, &at);
    arena_defer(a, note_b, &at);
    arena_reset(a);
    expect_str("b2", str_of(text));
    arena_free(a);
    expect_str("b2", str_of(text));
}

SPEC("copied text ends with a NUL and outlives its source")
{
    auto_arena a = arena_new(64);
    char source[] = "abc";
    Str copy = arena_str(a, (Str){ source, 2 });
    source[0] = 'x';
    expect_str("ab", copy);
    expect_int(0, copy.at[2]);
    expect_str("", arena_str(a, (Str){ 0 }));
    expect_str("7 is 7", arena_fmt(a, "%d is %s", 7, "7"));
}

SPEC("a list keeps its items while it grows")
{
    auto_arena a = arena_new(64);
    LIST(int64_t) list = { 0 };
    for (int64_t i = 0; i < 1000; i++) *list_add(a, &list) = i * i;
    expect_int(1000, (int)list.len);
    for (int64_t i = 0; i < 1000; i++) expect(list.at[i] == i * i);
}
