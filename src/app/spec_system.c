/** For specs: a whole system without a server. */
#include "app/app.h"
#include "base/spec.h"
#include "store/spec_database.h"

static void close_app(void *app)
{
    App *a = app;
    a->db = NULL;                      /* the arena closes it with the rest of the spec's database */
    app_close(a);
}

App *given_a_system(Arena *a, int64_t now_ms)
{
    const Schema *all[APP_SCHEMAS_MAX];
    size_t n = app_schemas(spec_database_kind(), all);
    AppOptions options = { .now_ms = now_ms, .public_url = S("http://hindsight.test") };
    App *app = NULL;
    Err e = app_adopt(a, &options, given_a_database(a, all, n), &app);
    if (e.info) bug("no system for a spec: " STR_FMT, STR_ARG(err_text(a, e)));
    arena_defer(a, close_app, app);
    return app;
}
