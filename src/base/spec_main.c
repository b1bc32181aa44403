#include <stdlib.h>
#include <string.h>
#include "base/spec.h"

Spec *spec_list;
int spec_failures;
static bool skipped;

void spec_skip(const char *why)
{
    skipped = true;
    printf("skip (%s) ", why);
}

static int by_place(const void *a, const void *b)
{
    const Spec *x = *(Spec *const *)a, *y = *(Spec *const *)b;
    int order = strcmp(x->file, y->file);
    return order ? order : x->line - y->line;
}

int main(int argc, char **argv)
{
    size_t n = 0;
    for (Spec *s = spec_list; s; s = s->next) n++;
    Spec **all = calloc(n + 1, sizeof *all);
    if (!all) return 2;
    n = 0;
    for (Spec *s = spec_list; s; s = s->next) all[n++] = s;
    qsort(all, n, sizeof *all, by_place);
    int passed = 0, failed = 0, skips = 0;
    for (size_t i = 0; i < n; i++) {
        Spec *s = all[i];
        if (argc > 1 && !strstr(s->says, argv[1]) && !strstr(s->file, argv[1])) continue;
        int before = spec_failures;
        skipped = false;
        s->run();
        bool ok = spec_failures == before;
        if (skipped) skips++; else if (ok) passed++; else failed++;
        printf("%s %s\n", skipped ? "skip" : ok ? "ok  " : "FAIL", s->says);
        fflush(stdout);
    }
    free(all);
    printf("specs: %d passed, %d failed, %d skipped\n", passed, failed, skips);
    return failed != 0;
}
