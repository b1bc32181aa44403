/* Any bytes as a zip archive: read within its budget or refused. */
#include "document/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 16);
    Zip z;
    Str out;
    uint64_t unpacked = 0;
    if (zip_read(a, (Str){ (const char *)data, size }, 1 << 20, &z).info) return 0;
    list_each(&z.entries, i)
        if (!zip_unpack(&z, &z.entries.at[i], &out).info) unpacked += out.len;
    if (unpacked > 1 << 20) __builtin_trap();
    return 0;
}
