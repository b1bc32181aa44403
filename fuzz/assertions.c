/* Any bytes as an answer that a monitor looks at, under an assertion of any form: kind, operator, path and value in lines, then the body. */
#include "feature/monitor/internal.h"

static Str line(Str *rest)
{
    Str one = str_before(*rest, '\n');
    *rest = str_sub(*rest, one.len + 1, rest->len);
    return one;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return -1;
    auto_arena a = arena_new(1 << 14);
    Str rest = { (const char *)data + 2, size - 2 };
    Assertion one = { .on = str_of(assertion_on[data[0] % 7]), .op = str_of(assertion_ops[data[1] % 7]), .path = line(&rest), .value = line(&rest) };
    Assertions all = { .at = &one, .len = 1 };
    HttpHeader header = { .name = S("Content-Type"), .value = str_sub(rest, 0, 40) };
    ProbeRes res = { .status = 200, .headers = &header, .n_headers = 1, .body = rest, .records = rest, .latency_ms = 12, .certificate_ms = 1794319650000 };
    Str why = assertions_fail(a, &all, &res, 1794319650000 - 86400000);
    if (why.len > size + 1000) __builtin_trap();
    return 0;
}
