#include "feature/check/check.h"
#include "base/spec.h"

static WordingFounds checked(Arena *a, const char *markdown, Strs dismissed)
{
    DocNode *doc;
    WordingFounds found = { 0 };
    if (!import_markdown(a, str_of(markdown), &doc).info) check_wording(a, doc, (Strs){ 0 }, dismissed, &found);
    return found;
}

SPEC("wording is found where it stands: which block, and from where to where in UTF-16 units")
{
    auto_arena a = arena_new(4096);
    WordingFounds found = checked(a, "# Summary\n\n- 😀 It was **human** error.\n\n`careless` code\n", (Strs){ 0 });
    expect_int(1, found.len);
    expect_str("human_error", found.at[0].rule);
    expect_str("human error", found.at[0].words);
    expect_int(1, found.at[0].block);
    expect_int(10, found.at[0].from);
    expect_int(21, found.at[0].to);
    expect(found.at[0].proposes && found.at[0].reason.len > 20);
}

SPEC("code and quotations are left alone, and counted")
{
    auto_arena a = arena_new(4096);
    WordingFounds found = checked(a, "```\nhuman error\n```\n\n> Who did this? Human error!\n\nThat was `careless` and sloppy.\n", (Strs){ 0 });
    expect_int(1, found.len);
    expect_str("sloppy", found.at[0].words);
    expect_int(2, found.at[0].block);
    expect_int(22, found.at[0].from);
}

SPEC("words that were dismissed are not found again, whatever their case")
{
    auto_arena a = arena_new(4096);
    Str pair[] = { S("human_error"), S("Human error") };
    expect_int(1, checked(a, "It was human error, and careless.", (Strs){ pair, 2, 2 }).len);
    expect_int(2, checked(a, "It was human error, and careless.", (Strs){ 0 }).len);
}
