/* Any bytes as the text of a block: what is found lies inside of it, in order, and does not overlap. */
#include <stdlib.h>
#include "feature/check/blameless.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 16);
    Str names[] = { S("Maria Lopez"), S("王小明") };
    Wordings found;
    size_t end = 0;
    blameless_find(a, (Str){ (const char *)data, size }, (Strs){ names, 2, 2 }, &found);
    list_each(&found, i) {
        const Wording *w = &found.at[i];
        if (w->from < end || w->to <= w->from || w->to > size) abort();
        end = w->to;
    }
    return 0;
}
