/* Any bytes as a claim and as two pieces of evidence: the check ends, and what it refuses stands in the claim. */
#include <stdlib.h>
#include "feature/draft/ground.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 16);
    Str all = { (const char *)data, size }, part[3] = { 0 };
    for (size_t i = 0; i < 3; i++) str_next(&all, '\n', &part[i]);
    EvidenceSet *e = evidence_new(a, S("en"), S("Asia/Shanghai"));
    *list_add(a, &e->pieces) = (Piece){ .kind = S("alert"), .text = part[1], .aka = S("alert fired"), .at_ms = 1780000000000, .until_ms = 1780000600000 };
    *list_add(a, &e->pieces) = (Piece){ .kind = S("change"), .text = part[2], .at_ms = 1779999000000, .weight = (Weight)(size % 4) };
    *list_add(a, &e->names) = S("Maria Lopez");
    evidence_ready(e);
    Statement s = { .text = part[0] };
    *list_add(a, &s.evidence) = S("E1");
    *list_add(a, &s.evidence) = S("E2");
    Verdict v = ground_check(a, e, &s);
    if (v.words.len && str_find(ground_plain(a, part[0]), v.words) < 0) abort();
    if (!v.fault && v.words.len) abort();
    return 0;
}
