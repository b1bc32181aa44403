#include "base/hash.h"
#include "base/map.h"
#include "base/spec.h"

SPEC("a map gives back what was set last, whatever it grew to")
{
    auto_arena a = arena_new(4096);
    Map *m = map_new(a);
    int values[3000];
    for (int i = 0; i < 3000; i++) expect(map_set(m, arena_fmt(a, "key %d", i), &values[i]) == NULL);
    expect_int(3000, (int)map_len(m));
    for (int i = 0; i < 3000; i++) expect(map_get(m, arena_fmt(a, "key %d", i)) == &values[i]);
    expect(map_set(m, S("key 7"), &values[8]) == &values[7]);
    expect(map_get(m, S("key 7")) == &values[8]);
    expect_int(3000, (int)map_len(m));
    expect(map_get(m, S("key")) == NULL);
}

SPEC("keys are copied, may be empty and may hold any byte")
{
    auto_arena a = arena_new(4096);
    Map *m = map_new(a);
    char key[] = "one";
    map_set(m, str_of(key), key);
    key[0] = 'x';
    expect(map_get(m, S("one")) == key);
    map_set(m, S(""), key);
    map_set(m, S("\0a"), key);
    expect(map_get(m, S("")) == key && map_get(m, S("\0a")) == key && map_get(m, S("\0b")) == NULL);
}

SPEC("CRC-32C agrees with the published check value, in one piece or many")
{
    expect(hash_crc32c(0, S("123456789")) == 0xE3069283u);
    expect(hash_crc32c(hash_crc32c(0, S("1234")), S("56789")) == 0xE3069283u);
    expect(hash_crc32c(0, S("")) == 0);
}
