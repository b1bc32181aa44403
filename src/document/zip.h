#pragma once
/** Zip archives, over zlib: what office documents, exports and imports are packed in. No encryption, no ZIP64, no other methods
 *  than stored and deflate (why own code: docs/decisions). */
#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"

/** Writing: entries go to a file descriptor one behind the other. The first failure sticks and is told by zip_end. */
typedef struct ZipEntryOut { Str name; uint32_t crc, packed, size, offset; uint16_t method; } ZipEntryOut;
typedef struct ZipOut {
    Arena *arena;
    int fd;
    int64_t when_ms;             /* the time that entries carry, so that the same content gives the same bytes */
    LIST(ZipEntryOut) entries;
    uint64_t at;
    int error;                   /* errno of the first failure */
    bool too_large;
} ZipOut;
ZipOut zip_begin(Arena *a, int fd, int64_t when_ms);
/** `name`: UTF-8 with '/' between folders. Bytes that are packed already (pictures) are `stored`. */
enum ZipHow { ZIP_DEFLATE, ZIP_STORED };
void zip_add(ZipOut *z, Str name, Str bytes, enum ZipHow how);
/** Writes the directory. Fails: ERR_UNAVAILABLE (disk), ERR_TOO_LARGE (over 4 GiB). */
Err  zip_end(ZipOut *z, int64_t *ret_bytes);

/** Reading bytes from outside. */
typedef struct ZipEntry { Str name; uint64_t packed, size, offset; uint16_t method; } ZipEntry;
typedef struct Zip { Arena *arena; Str bytes; LIST(ZipEntry) entries; uint64_t budget; } Zip;
#define ZIP_MOST_ENTRIES 5000
/** True when the bytes begin like a zip. */
static inline bool zip_is(Str bytes) { return bytes.len > 4 && memcmp(bytes.at, "PK\x03\x04", 4) == 0; }
/** Reads the directory of `bytes`, which must live as long as the Zip. `most_bytes`: what may be unpacked of it in all.
 *  Fails: ERR_INVALID (no zip, damaged, encrypted, another method), ERR_TOO_LARGE. */
Err  zip_read(Arena *a, Str bytes, uint64_t most_bytes, Zip *ret);
const ZipEntry *zip_find(const Zip *z, Str name);
/** Unpacks one entry. Never more than it says it holds, and counted against the budget. Fails: ERR_INVALID, ERR_TOO_LARGE. */
Err  zip_unpack(Zip *z, const ZipEntry *e, Str *ret);
