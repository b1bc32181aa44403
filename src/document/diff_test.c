#include "base/rand.h"
#include "base/spec.h"
#include "document/align.h"
#include "document/diff.h"

static DocNode *of(Arena *a, const char *markdown)
{
    DocNode *doc;
    if (import_markdown(a, str_of(markdown), &doc).info) bug("markdown");
    return doc;
}

/* "=kept -gone +come" for each block, blocks divided by lines. */
static Str told(Arena *a, const char *before, const char *after)
{
    DiffBlocks all = { 0 };
    Buf b = buf_new(a, 1 << 20);
    doc_diff(a, of(a, before), of(a, after), &all);
    list_each(&all, i) {
        const DiffBlock *x = &all.at[i];
        if (str_eq(x->op, S("equal"))) { buf_add(&b, S("=\n")); continue; }
        buf_fmt(&b, STR_FMT " " STR_FMT ":", STR_ARG(x->op), STR_ARG(x->kind));
        list_each(&x->spans, k) {
            Str op = x->spans.at[k].op;
            buf_fmt(&b, " %c" STR_FMT, str_eq(op, S("equal")) ? '=' : str_eq(op, S("insert")) ? '+' : '-', STR_ARG(x->spans.at[k].text));
        }
        buf_byte(&b, '\n');
    }
    return buf_str(&b);
}

SPEC("the difference of a text to itself is nothing")
{
    auto_arena a = arena_new(16 << 10);
    expect_str("=\n=\n=\n=\n", told(a, "## A\n\none\n\n- x\n- y\n", "## A\n\none\n\n- x\n- y\n"));
}

SPEC("a word that changed is shown in its sentence, in English and in Chinese")
{
    auto_arena a = arena_new(16 << 10);
    expect_str("change paragraph: =The pool ran  -out +dry = at noon.\n", told(a, "The pool ran out at noon.", "The pool ran dry at noon."));
    expect_str("change paragraph: =连接池在 -中 +下 =午耗尽。\n", told(a, "连接池在中午耗尽。", "连接池在下午耗尽。"));
}

SPEC("blocks that came and went stand where they came and went")
{
    auto_arena a = arena_new(16 << 10);
    expect_str("=\ninsert paragraph: +new words here\n=\n", told(a, "one\n\ntwo", "one\n\nnew words here\n\ntwo"));
    expect_str("=\ndelete bullet: -y\n=\n", told(a, "- x\n- y\n- z", "- x\n- z"));
}

SPEC("a block that looks different with the same words is told as such")
{
    auto_arena a = arena_new(16 << 10);
    expect_str("format paragraph: =the pool\n", told(a, "the pool", "the **pool**"));
    expect_str("change heading: =the pool\n", told(a, "the pool", "## the pool"));
}

SPEC("a row of a table is compared as a row")
{
    auto_arena a = arena_new(16 << 10);
    expect_str("=\n=\nchange row: =web\t -3 +4\n", told(a, "| a | b |\n|---|---|\n| api | 1 |\n| web | 3 |", "| a | b |\n|---|---|\n| api | 1 |\n| web | 4 |"));
}

SPEC("a task that was ticked is told, and so is a picture that became another under the same caption")
{
    auto_arena a = arena_new(16 << 10);
    expect_str("change taskDone: =raise the limit\n", told(a, "- [ ] raise the limit", "- [x] raise the limit"));
    expect_str("change image: =Load\n", told(a, "![Load](/files/aa)", "![Load](/files/bb)"));
    DiffBlocks all = { 0 };
    doc_diff(a, of(a, "![Load](/files/aa)"), of(a, "![Load](/files/bb)"), &all);
    expect_str("/files/bb", all.at[0].image);
    expect_str("/files/aa", all.at[0].before_image);
}

SPEC("the heads of a table are told apart from its rows, and a column that came stands in each")
{
    auto_arena a = arena_new(16 << 10);
    expect_str("change headerRow: =service +\tb\nchange row: =payments +\t1\n", told(a, "| service |\n|---|\n| payments |", "| service | b |\n|---|---|\n| payments | 1 |"));
}

SPEC("what stays in an alignment is the same on both sides, whatever is compared")
{
    auto_arena a = arena_new(1 << 20);
    for (int round = 0; round < 300; round++) {
        size_t n = rand_u64() % 60, m = rand_u64() % 60;
        uint32_t x[64], y[64];
        uint8_t kx[64], ky[64];
        for (size_t i = 0; i < n; i++) x[i] = (uint32_t)(rand_u64() % 6);
        for (size_t i = 0; i < m; i++) y[i] = (uint32_t)(rand_u64() % 6);
        align(a, x, n, y, m, kx, ky);
        size_t i = 0, k = 0, kept = 0, best = 0;
        while (true) {
            while (i < n && !kx[i]) i++;
            while (k < m && !ky[k]) k++;
            if (i == n || k == m) break;
            expect_int(x[i], y[k]);
            i++, k++, kept++;
        }
        expect(i == n && k == m);
        /* The longest common subsequence, the slow way. */
        static size_t t[65][65];
        for (size_t p = 0; p <= n; p++)
            for (size_t q = 0; q <= m; q++)
                t[p][q] = !p || !q ? 0 : x[p - 1] == y[q - 1] ? t[p - 1][q - 1] + 1 : t[p - 1][q] > t[p][q - 1] ? t[p - 1][q] : t[p][q - 1];
        best = t[n][m];
        expect_int((long long)best, (long long)kept);
    }
}
