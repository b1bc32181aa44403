#include "feature/warroom/rules.h"
#include "sql.gen.h"

const Feature warroom_feature = { .name = "warroom", .schema = &warroom_schema, .routes = warroom_routes, .resolvers = warroom_resolvers,
                                  .listeners = warroom_listeners, .settings = warroom_settings, .heard = presence_heard };
