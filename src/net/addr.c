#include "net/addr.h"
#include <arpa/inet.h>
#include <netinet/in.h>

static const uint8_t v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };

static bool is_v4(Addr a) { return !memcmp(a.byte, v4_prefix, sizeof v4_prefix); }

static Addr from_v4(const uint8_t v4[4])
{
    Addr a;
    memcpy(a.byte, v4_prefix, 12);
    memcpy(a.byte + 12, v4, 4);
    return a;
}

bool addr_parse(Str text, Addr *ret)
{
    char copy[ADDR_TEXT_MAX];
    if (text.len >= 2 && text.at[0] == '[' && text.at[text.len - 1] == ']')
        text = str_sub(text, 1, text.len - 2);
    if (text.len == 0 || text.len >= sizeof copy || memchr(text.at, 0, text.len)) return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    uint8_t v4[4];
    if (inet_pton(AF_INET, copy, v4) == 1) { *ret = from_v4(v4); return true; }
    Addr v6;
    if (inet_pton(AF_INET6, copy, v6.byte) != 1) return false;
    *ret = v6;
    return true;
}

Addr addr_of(const struct sockaddr *from)
{
    Addr a = { 0 };
    if (from && from->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        return from_v4((const uint8_t *)&v4.sin_addr);
    }
    if (from && from->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, from, sizeof v6);
        memcpy(a.byte, &v6.sin6_addr, 16);
    }
    return a;
}

Str addr_text(Addr a, char to[ADDR_TEXT_MAX])
{
    if (is_v4(a)) inet_ntop(AF_INET, a.byte + 12, to, ADDR_TEXT_MAX);
    else inet_ntop(AF_INET6, a.byte, to, ADDR_TEXT_MAX);
    return str_of(to);
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    if (memcmp(a, b, bits / 8)) return false;
    unsigned rest = bits % 8;
    return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

/** Parses "address" or "address/bits" into an address and its length in bits of the 16-byte
 *  form. */
static bool block_parse(Str entry, Addr *ret, unsigned *ret_bits)
{
    Str host = str_before(entry, '/');
    if (!addr_parse(host, ret)) return false;
    *ret_bits = 128;
    if (host.len == entry.len) return true;
    int64_t bits;
    bool v4 = str_index(host, ':') < 0;
    if (!str_int(str_after(entry, '/'), &bits) || bits < 0 || bits > (v4 ? 32 : 128)) return false;
    *ret_bits = (unsigned)bits + (v4 ? 96 : 0);
    return true;
}

static bool next_entry(Str *list, Str *ret)
{
    while (list->len) {
        size_t n = 0;
        while (n < list->len && list->at[n] != ',' && list->at[n] != ' ') n++;
        *ret = str_sub(*list, 0, n);
        *list = str_sub(*list, n + 1, list->len);
        if (!str_empty(*ret)) return true;
    }
    return false;
}

bool addr_in_list(Addr a, Str list)
{
    Str entry;
    while (next_entry(&list, &entry)) {
        Addr block;
        unsigned bits;
        if (block_parse(entry, &block, &bits) && same_bits(a.byte, block.byte, bits)) return true;
    }
    return false;
}

bool addr_list_valid(Str list, Str *ret_bad)
{
    Str entry;
    while (next_entry(&list, &entry)) {
        Addr block;
        unsigned bits;
        if (block_parse(entry, &block, &bits)) continue;
        if (ret_bad) *ret_bad = entry;
        return false;
    }
    return true;
}

typedef struct Block { uint8_t byte[16]; uint8_t bits; } Block;

static bool v4_is_public(const uint8_t *v4)
{
    static const Block special[] = {
        { { 0 }, 8 },                   /* this network */
        { { 10 }, 8 },                  /* private */
        { { 100, 64 }, 10 },            /* shared by carriers; also Alibaba's metadata 100.100.100.200 */
        { { 127 }, 8 },                 /* loopback */
        { { 169, 254 }, 16 },           /* link-local; also cloud metadata 169.254.169.254 */
        { { 172, 16 }, 12 },            /* private */
        { { 192, 0, 0 }, 24 },          /* protocol assignments; Oracle's metadata 192.0.0.192 */
        { { 192, 0, 2 }, 24 },          /* documentation */
        { { 192, 88, 99 }, 24 },        /* 6to4 relay */
        { { 192, 168 }, 16 },           /* private */
        { { 198, 18 }, 15 },            /* benchmarks */
        { { 198, 51, 100 }, 24 },       /* documentation */
        { { 203, 0, 113 }, 24 },        /* documentation */
        { { 224 }, 4 },                 /* multicast */
        { { 240 }, 4 },                 /* reserved, broadcast */
    };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (same_bits(v4, special[i].byte, special[i].bits)) return false;
    return true;
}

bool addr_is_public(Addr a)
{
    static const Block wraps_v4[] = {   /* an IPv4 address follows these bits */
        { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF }, 96 },      /* v4-mapped */
        { { 0, 0x64, 0xFF, 0x9B }, 96 },                           /* NAT64 */
        { { 0x20, 0x02 }, 16 },                                    /* 6to4 */
    };
    static const Block special[] = {
        { { 0 }, 96 },                                             /* unspecified, ::1, v4-compatible */
        { { 0, 0x64, 0xFF, 0x9B, 0, 1 }, 48 },                     /* local NAT64 */
        { { 0x01 }, 64 },                                          /* discard only */
        { { 0x20, 0x01 }, 23 },                                    /* protocol assignments, Teredo, ORCHID */
        { { 0x20, 0x01, 0x0D, 0xB8 }, 32 },                        /* documentation */
        { { 0x3F, 0xFF }, 20 },                                    /* documentation */
        { { 0x5F }, 16 },                                          /* segment routing */
        { { 0xFC }, 7 },                                           /* unique-local; AWS's fd00:ec2::254 */
        { { 0xFE, 0x80 }, 10 },                                    /* link-local */
        { { 0xFE, 0xC0 }, 10 },                                    /* site-local, long gone */
        { { 0xFF }, 8 },                                           /* multicast */
    };
    for (size_t i = 0; i < sizeof wraps_v4 / sizeof *wraps_v4; i++)
        if (same_bits(a.byte, wraps_v4[i].byte, wraps_v4[i].bits))
            return v4_is_public(a.byte + wraps_v4[i].bits / 8);
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (same_bits(a.byte, special[i].byte, special[i].bits)) return false;
    return true;
}

bool host_in_list(Str host, Str list)
{
    for (size_t i = 0; i <= list.len;) {
        size_t n = i;
        while (n < list.len && list.at[n] != ',' && list.at[n] != ' ') n++;
        Str entry = str_sub(list, i, n - i);
        i = n + 1;
        if (str_empty(entry)) continue;
        if (str_eq_nocase(entry, host)) return true;
        if (entry.at[0] == '.' && host.len > entry.len &&
            str_eq_nocase(str_sub(host, host.len - entry.len, entry.len), entry)) return true;
    }
    return false;
}
