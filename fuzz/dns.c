/* Any bytes as the answer of a name server, read for every type of record that a monitor asks for. */
#include "app/probe_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const Str records[] = { S_INIT("A"), S_INIT("AAAA"), S_INIT("CNAME"), S_INIT("MX"), S_INIT("NS"), S_INIT("TXT") };
    if (!size || size > 16 << 10) return -1;
    auto_arena a = arena_new(1 << 14);
    ProbeRes res = { 0 };
    probe_read_dns(a, data + 1, (int)size - 1, records[data[0] % 6], &res);
    if (str_empty(res.error) && res.records.len > 64 << 10) __builtin_trap();
    return 0;
}
