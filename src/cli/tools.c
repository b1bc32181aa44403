/** demo and api. */
#include "app/openapi.h"
#include "cli/cli.h"

static const JobKind *job_kind(const char *name)
{
    for (size_t i = 0; features[i]; i++)
        for (const JobKind *k = features[i]->jobs; k && k->name; k++)
            if (!strcmp(k->name, name)) return k;
    return NULL;
}

/** The first run in the browser queues the same job; here it runs at once. */
Exit run_demo(Cli *cli)
{
    const JobKind *demo = job_kind("setup.demo");
    if (!demo) return complain(EXIT_FAILED, "this build has no sample data");
    App *app = NULL;
    Exit code = system_open(cli, &app);
    if (code) return code;
    Store *s = store_take(app->db);
    Cx cx = app_cx(app, cli->arena, s);
    Err e = demo->run(&cx, S(""));
    store_give(s);
    if (e.info) code = complain_err(cli, e, EXIT_FAILED);
    app_close(app);
    return code;
}

Exit run_api(Cli *cli)
{
    bool openapi = opt_is(cli, "openapi"), typescript = opt_is(cli, "typescript");
    if (openapi + typescript + opt_is(cli, "routes") != 1)
        return complain(EXIT_USAGE, "api needs one of --openapi, --typescript and --routes");
    Str page = openapi      ? openapi_page(cli->arena, S(""))
               : typescript ? openapi_typescript(cli->arena)
                            : openapi_routes(cli->arena);
    fwrite(page.at, 1, page.len, stdout);
    return EXIT_OK;
}
