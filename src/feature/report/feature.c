#include "app/app.h"
#include "feature/report/rules.h"
#include "sql.gen.h"

static Err serve(App *app)
{
    document_on_change(app, report_document_changed);
    return OK;
}

static const Resolver resolvers[] = { { "report", report_resolve }, { 0 } };

const Feature report_feature = {
    .name = "report", .schema = &report_schema, .routes = report_routes, .resolvers = resolvers, .listeners = report_listeners,
    .settings = report_settings, .serve = serve, .heard = report_heard,
};
