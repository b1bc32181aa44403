/** doctor documents, document salvage: every stored piece of every document is read; what cannot be opened is mended. */
#include "base/log.h"
#include "base/time.h"
#include "cli/cli.h"
#include "document/verify.h"
#include "store/inspect.h"

typedef struct Tally { int wrong, lost; } Tally;

static void found(void *ctx, const DocumentFault *f)
{
    Tally *t = ctx;
    long long revision = (long long)f->revision;
    t->wrong++;
    printf("WRONG %-10s " STR_FMT ": ", "document", STR_ARG(f->document));
    switch (f->kind) {
    case FAULT_SNAPSHOT:
        printf("its snapshot of revision %lld is damaged. Nothing is lost: open /reports/" STR_FMT "/edit, which writes it anew from the log\n", revision, STR_ARG(f->document));
        break;
    case FAULT_HISTORY:
        printf("its update %lld is damaged. What it says now is whole; versions around that revision cannot be shown. A backup from before has them\n", revision);
        break;
    case FAULT_LOST:
        t->lost++;
        printf("its update %lld is damaged and no snapshot covers it: it cannot be opened. Restore a backup, or let it open with all that can still be read: "
               "hindsight document salvage " STR_FMT "\n", revision, STR_ARG(f->document));
        break;
    case FAULT_STATE:
        printf("its snapshot of revision %lld says something else than the log. Restore a backup, and report this: it is a fault of this program\n", revision);
        break;
    }
}

Exit database_current(Cli *cli, Database **ret)
{
    const Schema *all[APP_SCHEMAS_MAX];
    int missing = 0;
    Err e = database_open(cli->arena, &(DatabaseOptions){ .url = database_url(cli), .readers = 2 }, ret);
    if (!e.info) e = database_pending(*ret, cli->arena, all, app_schemas(database_kind(*ret), all), &missing);
    if (e.info) return complain_err(cli, e, EXIT_DATABASE);
    return missing ? complain(EXIT_DATABASE, "the database is not up to date: run hindsight migrate") : EXIT_OK;
}

static Cx cx_of(Cli *cli, App *app, Store *s)
{
    return (Cx){ .arena = cli->arena, .store = s, .app = app, .actor = { .role = ROLE_ADMIN, .scopes = SCOPE_ALL }, .now_ms = clock_ms(), .if_match = MATCH_ANY };
}

static Exit verify_all(Cli *cli, App *app)
{
    auto_store s = store_take(app->db);
    Cx cx = cx_of(cli, app, s);
    Tally tally = { 0 };
    DocumentsVerified v;
    Err e = documents_verify(&cx, found, &tally, &v);
    if (e.info) return complain_err(cli, e, EXIT_DATABASE);
    if (!tally.wrong)
        printf("ok    %-10s %lld, with %lld updates and %lld snapshots, %lld MB: all sound\n", "documents", (long long)v.documents, (long long)v.updates,
               (long long)v.snapshots, (long long)(v.bytes >> 20));
    else printf("\n%d piece%s of %lld documents damaged.\n", tally.wrong, tally.wrong == 1 ? " is" : "s are", (long long)v.documents);
    return tally.wrong ? EXIT_FAILED : EXIT_OK;
}

Exit run_doctor_documents(Cli *cli)
{
    App app = { 0 };
    log_level_set(LOG_ERROR);
    Exit code = database_current(cli, &app.db);
    if (!code) code = verify_all(cli, &app);
    database_close(app.db);
    return code;
}

static Exit salvage(Cli *cli, App *app)
{
    auto_store s = store_take(app->db);
    Cx cx = cx_of(cli, app, s);
    int64_t skipped = 0;
    Err e = document_salvage(&cx, cli->operand, &skipped);
    if (e.info) return complain_err(cli, e, EXIT_FAILED);
    printf("The document can be opened again. %lld update%s could not be read; what %s said comes back when somebody opens it whose browser still has it.\n",
           (long long)skipped, skipped == 1 ? "" : "s", skipped == 1 ? "it" : "they");
    return EXIT_OK;
}

Exit run_document_salvage(Cli *cli)
{
    App app = { 0 };
    Exit code = database_current(cli, &app.db);
    if (!code) code = salvage(cli, &app);
    database_close(app.db);
    return code;
}
