#include "base/id.h"
#include <pthread.h>
#include "base/map.h"
#include "base/spec.h"

SPEC("ids are UUIDs of version 7 that carry their time")
{
    auto_arena a = arena_new(256);
    Str id = id_new(a, 0x0193abcdef12);
    expect(id_valid(id));
    expect_str("0193abcd-ef12-7", str_sub(id, 0, 15));
    expect(id.at[19] == '8' || id.at[19] == '9' || id.at[19] == 'a' || id.at[19] == 'b');
}

SPEC("ids ascend, also within one millisecond and when the clock steps back a little")
{
    auto_arena a = arena_new(1024);
    Str last = id_new(a, 1800000000000);
    for (int i = 0; i < 10000; i++) {
        Str id = id_new(a, 1800000000000 - i % 3);
        expect(str_cmp(last, id) < 0);
        last = id;
    }
}

typedef struct Maker { Arena *arena; Str ids[1000]; } Maker;

static void *make_ids(void *arg)
{
    Maker *m = arg;
    for (int i = 0; i < 1000; i++) m->ids[i] = id_new(m->arena, 1900000000000);
    return NULL;
}

SPEC("threads that make ids at the same time never make the same one")
{
    auto_arena a = arena_new(1024);
    pthread_t threads[4];
    Maker *makers = arena_array(a, Maker, 4);
    for (int i = 0; i < 4; i++) {
        makers[i].arena = arena_new(1024);
        pthread_create(&threads[i], NULL, make_ids, &makers[i]);
    }
    Map *seen = map_new(a);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        for (int k = 0; k < 1000; k++) map_set(seen, makers[i].ids[k], a);
        arena_free(makers[i].arena);
    }
    expect_int(4000, (int)map_len(seen));
}

SPEC("only the form of a UUID is one")
{
    expect(id_valid(S("0193ABCD-ef12-7000-8000-0123456789ab")));
    expect(!id_valid(S("0193abcd-ef12-7000-8000-0123456789a")));
    expect(!id_valid(S("0193abcd-ef12-7000-8000-0123456789ag")));
    expect(!id_valid(S("0193abcdef1207000-8000-0123456789ab0")));
    expect(!id_valid(S("")));
}

SPEC("secrets are URL-safe, as long as their bytes need, and different each time")
{
    auto_arena a = arena_new(256);
    Str one = id_secret(a, 32), two = id_secret(a, 32);
    expect_int(43, (int)one.len);
    expect_int(22, (int)id_secret(a, 16).len);
    expect_int(86, (int)id_secret(a, 64).len);
    expect(!str_eq(one, two));
    for (size_t i = 0; i < one.len; i++)
        expect(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", one.at[i]));
}
