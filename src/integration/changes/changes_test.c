#include "port/given_alerts.h"

#define HERE "src/integration/changes/fixtures/"

SPEC("changes come alone and as a list, under the names that people use")
{
    auto_arena a = arena_new(4096);
    expect_str("deploy succeeded 4711: checkout 4.2 [..2026-11-10T14:07:30.000Z]",
               changes_by_file(a, "changes", HERE "done.json"));
    expect_str("deploy in_progress 4711: checkout 4.2 [2026-11-10T14:05:00.000Z..] of checkout {\"environment\":\"production\"}\n"
               "config  : larger pool [2026-11-10T14:07:30.123Z..] of cart of ledger",
               changes_by_file(a, "changes", HERE "several.json"));
}

SPEC("changes: what fits nothing is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    ChangesIn none = { 0 };
    expect_str("title", field_of(changes_as(a, "changes", S("{}"), &none)));
    expect_str("state", field_of(changes_as(a, "changes", S("{\"title\":\"x\",\"state\":\"odd\"}"), &none)));
    expect_str("kind", field_of(changes_as(a, "changes", S("{\"title\":\"x\",\"kind\":\"odd\"}"), &none)));
    expect_str("changes[1]", field_of(changes_as(a, "changes", S("{\"changes\":[{\"title\":\"x\"},7]}"), &none)));
}
