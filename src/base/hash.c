#include "base/hash.h"
#include <pthread.h>
#include "base/rand.h"

static uint64_t key[2];
static uint32_t crc_table[256];

static void prepare(void)
{
    rand_bytes(key, sizeof key);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0x82F63B78u : c >> 1;
        crc_table[i] = c;
    }
}

static void prepare_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
}

#define ROTL(x, b) ((x) << (b) | (x) >> (64 - (b)))

static void sip_round(uint64_t v[4])
{
    v[0] += v[1]; v[1] = ROTL(v[1], 13); v[1] ^= v[0]; v[0] = ROTL(v[0], 32);
    v[2] += v[3]; v[3] = ROTL(v[3], 16); v[3] ^= v[2];
    v[0] += v[3]; v[3] = ROTL(v[3], 21); v[3] ^= v[0];
    v[2] += v[1]; v[1] = ROTL(v[1], 17); v[1] ^= v[2]; v[2] = ROTL(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t m)
{
    v[3] ^= m;
    sip_round(v); sip_round(v);
    v[0] ^= m;
}

uint64_t hash_str(Str s)
{
    prepare_once();
    uint64_t v[4] = { key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
                      key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573 };
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        uint64_t m;
        memcpy(&m, s.at + i, 8);
        sip_word(v, m);
    }
    uint64_t last = (uint64_t)s.len << 56;
    if (i < s.len) memcpy(&last, s.at + i, s.len - i);
    sip_word(v, last | (uint64_t)s.len << 56);
    v[2] ^= 0xff;
    for (int k = 0; k < 4; k++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint32_t hash_crc32c(uint32_t crc, Str s)
{
    prepare_once();
    crc = ~crc;
    for (size_t i = 0; i < s.len; i++) crc = crc >> 8 ^ crc_table[(crc ^ (unsigned char)s.at[i]) & 0xFF];
    return ~crc;
}
