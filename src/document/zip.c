#include <errno.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#include "base/utf8.h"
#include "document/zip.h"

/* -- writing ----------------------------------------------------------------------------------------------------------- */

static void put16(unsigned char **p, unsigned v) { *(*p)++ = (unsigned char)v; *(*p)++ = (unsigned char)(v >> 8); }
static void put32(unsigned char **p, uint32_t v) { put16(p, v & 0xFFFF); put16(p, v >> 16); }

static void out(ZipOut *z, const void *bytes, size_t n)
{
    for (const char *at = bytes; n && !z->error;) {
        ssize_t w = write(z->fd, at, n);
        if (w < 0 && errno != EINTR) z->error = errno;
        if (w > 0) { at += w; n -= (size_t)w; z->at += (uint64_t)w; }
    }
    if (z->at > 0xFFFFFFFEu) z->too_large = true;
}

ZipOut zip_begin(Arena *a, int fd, int64_t when_ms) { return (ZipOut){ .arena = a, .fd = fd, .when_ms = when_ms }; }

/* Time and date as DOS knew them, in UTC; never before 1980. */
static uint32_t dos_time(int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    struct tm t;
    if (!gmtime_r(&s, &t) || t.tm_year < 80) return 0x00210000u;
    return (uint32_t)(t.tm_year - 80) << 25 | (uint32_t)(t.tm_mon + 1) << 21 | (uint32_t)t.tm_mday << 16
         | (uint32_t)t.tm_hour << 11 | (uint32_t)t.tm_min << 5 | (uint32_t)t.tm_sec / 2;
}

/* The fields that both headers share, from "version needed" on. */
static void put_entry(unsigned char **p, const ZipOut *z, const ZipEntryOut *e)
{
    put16(p, 20);
    put16(p, 1 << 11);                                       /* names are UTF-8 */
    put16(p, e->method);
    put32(p, dos_time(z->when_ms));
    put32(p, e->crc);
    put32(p, e->packed);
    put32(p, e->size);
    put16(p, (unsigned)e->name.len);
    put16(p, 0);
}

static Str deflated(Arena *a, Str bytes)
{
    uLong room = compressBound(bytes.len) + 64;
    Bytef *to = (Bytef *)arena_bytes(a, room, 1);
    z_stream s = { .next_in = (Bytef *)(uintptr_t)bytes.at, .avail_in = (uInt)bytes.len, .next_out = to, .avail_out = (uInt)room };
    if (deflateInit2(&s, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) bug("zlib does not start");
    int end = deflate(&s, Z_FINISH);
    size_t n = s.total_out;
    deflateEnd(&s);
    return end == Z_STREAM_END ? (Str){ (char *)to, n } : S("");
}

void zip_add(ZipOut *z, Str name, Str bytes, enum ZipHow how)
{
    unsigned char head[30], *p = head;
    if (z->error || z->too_large) return;
    if (bytes.len > 0xF0000000u || z->at + bytes.len > 0xFFFF0000u || z->entries.len >= 65000) { z->too_large = true; return; }
    Str packed = how == ZIP_DEFLATE && bytes.len ? deflated(z->arena, bytes) : S("");
    bool smaller = packed.len && packed.len < bytes.len;
    ZipEntryOut e = { .name = arena_str(z->arena, name), .crc = (uint32_t)crc32(crc32(0, NULL, 0), (const Bytef *)bytes.at, (uInt)bytes.len),
                      .packed = (uint32_t)(smaller ? packed.len : bytes.len), .size = (uint32_t)bytes.len, .offset = (uint32_t)z->at, .method = smaller ? 8 : 0 };
    put32(&p, 0x04034b50);
    put_entry(&p, z, &e);
    out(z, head, sizeof head);
    out(z, name.at, name.len);
    if (smaller) out(z, packed.at, packed.len);
    else out(z, bytes.at, bytes.len);
    *list_add(z->arena, &z->entries) = e;
}

Err zip_end(ZipOut *z, int64_t *ret_bytes)
{
    uint64_t from = z->at;
    list_each(&z->entries, i) {
        unsigned char head[46], *p = head;
        const ZipEntryOut *e = &z->entries.at[i];
        put32(&p, 0x02014b50);
        put16(&p, 3 << 8 | 20);
        put_entry(&p, z, e);
        put16(&p, 0);                                        /* remark, disk, attributes */
        put16(&p, 0);
        put16(&p, 0);
        put32(&p, 0100644u << 16);
        put32(&p, e->offset);
        out(z, head, sizeof head);
        out(z, e->name.at, e->name.len);
    }
    unsigned char end[22], *p = end;
    put32(&p, 0x06054b50);
    put32(&p, 0);
    put16(&p, (unsigned)z->entries.len);
    put16(&p, (unsigned)z->entries.len);
    put32(&p, (uint32_t)(z->at - from));
    put32(&p, (uint32_t)from);
    put16(&p, 0);
    out(z, end, sizeof end);
    if (z->too_large) return fail(z->arena, ERR_TOO_LARGE, "the archive would be over 4 GiB");
    if (z->error) return fail(z->arena, ERR_UNAVAILABLE, "cannot write the archive: %s", z->error == ENOSPC ? "the disk is full" : strerror(z->error));
    *ret_bytes = (int64_t)z->at;
    return OK;
}

/* -- reading ----------------------------------------------------------------------------------------------------------- */

static unsigned get16(Str s, size_t at) { return (unsigned char)s.at[at] | (unsigned)(unsigned char)s.at[at + 1] << 8; }
static uint32_t get32(Str s, size_t at) { return get16(s, at) | (uint32_t)get16(s, at + 2) << 16; }

static Err damaged(Arena *a) { return fail_field(a, S("body"), "the archive is damaged"); }

/* The end record stands in the last 64 KiB. */
static ptrdiff_t find_end(Str b)
{
    if (b.len < 22) return -1;
    for (size_t at = b.len - 22, least = b.len > 65557 ? b.len - 65557 : 0;; at--) {
        if (get32(b, at) == 0x06054b50) return (ptrdiff_t)at;
        if (at == least) return -1;
    }
}

Err zip_read(Arena *a, Str b, uint64_t most_bytes, Zip *ret)
{
    Zip z = { .arena = a, .bytes = b, .budget = most_bytes };
    ptrdiff_t end = zip_is(b) ? find_end(b) : -1;
    if (end < 0) return fail_field(a, S("body"), "this is no zip archive, or it is cut short");
    size_t n = get16(b, (size_t)end + 10), at = get32(b, (size_t)end + 16);
    if (n > ZIP_MOST_ENTRIES) return fail(a, ERR_TOO_LARGE, "the archive holds over %d files", ZIP_MOST_ENTRIES);
    for (size_t i = 0; i < n; i++) {
        if (at > b.len || b.len - at < 46 || get32(b, at) != 0x02014b50) return damaged(a);
        size_t name = get16(b, at + 28), extra = get16(b, at + 30), remark = get16(b, at + 32);
        ZipEntry e = { .method = (uint16_t)get16(b, at + 10), .packed = get32(b, at + 20), .size = get32(b, at + 24), .offset = get32(b, at + 42) };
        if (b.len - at - 46 < name) return damaged(a);
        e.name = str_sub(b, at + 46, name);
        if (get16(b, at + 8) & 1) return fail_field(a, S("body"), "the archive is encrypted");
        if (utf8_valid(e.name) && e.name.len && e.name.at[e.name.len - 1] != '/') *list_add(a, &z.entries) = e;
        at += 46 + name + extra + remark;
    }
    *ret = z;
    return OK;
}

const ZipEntry *zip_find(const Zip *z, Str name)
{
    list_each(&z->entries, i) if (str_eq(z->entries.at[i].name, name)) return &z->entries.at[i];
    return NULL;
}

Err zip_unpack(Zip *z, const ZipEntry *e, Str *ret)
{
    Str b = z->bytes;
    if (e->size > z->budget) return fail(z->arena, ERR_TOO_LARGE, "unpacked, the archive is too large");
    if (e->offset > b.len || b.len - e->offset < 30 || get32(b, e->offset) != 0x04034b50) return damaged(z->arena);
    uint64_t from = e->offset + 30 + get16(b, e->offset + 26) + get16(b, e->offset + 28);
    if (from > b.len || e->packed > b.len - from) return damaged(z->arena);
    z->budget -= e->size;
    if (e->method == 0) {
        if (e->packed != e->size) return damaged(z->arena);
        *ret = str_sub(b, from, e->size);
        return OK;
    }
    if (e->method != 8) return fail_field(z->arena, S("body"), "the archive is packed by a method that is not known here");
    char *to = arena_bytes(z->arena, e->size + 1, 1);
    z_stream s = { .next_in = (Bytef *)(uintptr_t)(b.at + from), .avail_in = (uInt)e->packed, .next_out = (Bytef *)to, .avail_out = (uInt)e->size + 1 };
    if (inflateInit2(&s, -15) != Z_OK) bug("zlib does not start");
    int end = inflate(&s, Z_FINISH);
    bool whole = end == Z_STREAM_END && s.total_out == e->size;
    inflateEnd(&s);
    if (!whole) return damaged(z->arena);
    *ret = (Str){ to, e->size };
    return OK;
}
