/** verify: recomputes the chains of hashes of timelines. */
#include "base/log.h"
#include "base/time.h"
#include "cli/cli.h"
#include "feature/timeline/timeline.h"

typedef struct Tally { long long incidents, entries, broken; } Tally;

static Err verify_one(Cx *cx, const Chain *c, Tally *t)
{
    int64_t entries, broken;
    TRY(timeline_verify(cx, c->incident, &entries, &broken));
    t->incidents++;
    t->entries += entries;
    if (!broken) return OK;
    t->broken++;
    printf("WRONG %-10s " STR_FMT ": entry %lld of its timeline is not what was written, or the view says something else than the log. "
           "A backup from before shows what it said\n", "timeline", STR_ARG(c->reference), (long long)broken);
    return OK;
}

/** Chains are read five hundred at a time, each with memory of its own. */
static Err verify_all(Cx *cx, Tally *t)
{
    for (Str after = S("");;) {
        Chains page = { 0 };
        TRY(timeline_chains(cx, after, &page));
        if (!page.len) return OK;
        list_each(&page, k) {
            auto_arena a = arena_new(64 * 1024);
            Cx own = *cx;
            own.arena = a;
            TRY(verify_one(&own, &page.at[k], t));
        }
        after = page.at[page.len - 1].incident;
    }
}

static Exit verify(Cli *cli, App *app)
{
    auto_store s = store_take(app->db);
    Cx cx = { .arena = cli->arena, .store = s, .app = app, .actor = { .role = ROLE_ADMIN, .scopes = SCOPE_ALL }, .now_ms = clock_ms() };
    Tally t = { 0 };
    Err e = verify_all(&cx, &t);
    if (e.info) return complain_err(cli, e, EXIT_DATABASE);
    if (!t.broken) printf("ok    %-10s %lld incidents, %lld entries: every chain is whole\n", "timelines", t.incidents, t.entries);
    else printf("\n%lld of %lld timelines %s changed behind the program's back.\n", t.broken, t.incidents, t.broken == 1 ? "was" : "were");
    return t.broken ? EXIT_FAILED : EXIT_OK;
}

Exit run_verify(Cli *cli)
{
    App app = { 0 };
    log_level_set(LOG_ERROR);
    Exit code = database_current(cli, &app.db);
    if (!code) code = verify(cli, &app);
    database_close(app.db);
    return code;
}
