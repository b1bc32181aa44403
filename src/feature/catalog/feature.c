#include "feature/catalog/internal.h"
#include "sql.gen.h"

SHAPE(channel_shape, Channel, "Where incidents live: a product area or service group",
    FIELD(Channel, id, READ_ONLY, "UUIDv7"),
    FIELD(Channel, name, REQUIRED, "Unique, without regard to case", .max = 100),
    FIELD(Channel, description, MULTILINE, "What belongs here", .max = 2000),
    FIELD(Channel, team_id, NULLABLE, "The team that owns it, by id or name"),
    FIELD_AT(Channel, created_ms, READ_ONLY, "When it was added"),
    FIELD(Channel, version, READ_ONLY, "Grows with each change"));

SHAPE(service_shape, Service, "Something that runs and can fail",
    FIELD(Service, id, READ_ONLY, "UUIDv7"),
    FIELD(Service, name, REQUIRED, "Unique, without regard to case", .max = 100),
    FIELD(Service, description, MULTILINE, "What it does", .max = 2000),
    FIELD(Service, team_id, NULLABLE, "The team that runs it, by id or name"),
    FIELD(Service, tier, 0, "1 (nothing works without it) to 4; 3 unless said"),
    FIELD(Service, depends_on_ids, 0, "Services that it cannot work without, by id or name", .max = 100),
    FIELD_AT(Service, created_ms, READ_ONLY, "When it was added"),
    FIELD(Service, version, READ_ONLY, "Grows with each change"));

/** Which kind a request is about: its path says so. */
static const Kind *kind_of(const Req *req)
{
    return req->route->body == &channel_shape || req->route->reply == &channel_shape
               ? &catalog_channel
               : &catalog_service;
}

static void reply(Cx *cx, Res *res, const Kind *kind, const Service *item, bool created)
{
    Channel channel = channel_of(item);
    const Shape *shape = kind->has_tier ? &service_shape : &channel_shape;
    const void *value = kind->has_tier ? (const void *)item : &channel;
    if (created)
        res_created(cx, res, shape, value,
                    arena_fmt(cx->arena, "/api/v1/%s/" STR_FMT, kind->plural, STR_ARG(item->id)),
                    item->version);
    else res_record(cx, res, shape, value, item->version);
}

static Err list(Cx *cx, Req *req, Res *res)
{
    const Kind *kind = kind_of(req);
    Services all;
    TRY(item_list(cx, kind, req_query(req, "q"), req_query(req, "team"), &all));
    int64_t n = (int64_t)all.len;
    if (kind->has_tier) {
        res_list(cx, res, &service_shape, all.at, sizeof *all.at, all.len, n, (Cursor){ 0 }, n);
        return OK;
    }
    Channels channels = { 0 };
    list_each(&all, i) *list_add(cx->arena, &channels) = channel_of(&all.at[i]);
    res_list(cx, res, &channel_shape, channels.at, sizeof *channels.at, channels.len, n, (Cursor){ 0 }, n);
    return OK;
}

static Str given_id(const Req *req, const Kind *kind) { return req_param(req, kind->name); }

static Err get(Cx *cx, Req *req, Res *res)
{
    const Kind *kind = kind_of(req);
    Service item;
    TRY(item_get(cx, kind, given_id(req, kind), false, &item));
    reply(cx, res, kind, &item, false);
    return OK;
}

static Err post(Cx *cx, Req *req, Res *res)
{
    const Kind *kind = kind_of(req);
    Service item = kind->has_tier ? *BODY(req, Service) : item_of(BODY(req, Channel));
    Str id;
    TRY(item_add(cx, kind, &item, &id));
    TRY(item_get(cx, kind, id, false, &item));
    reply(cx, res, kind, &item, true);
    return OK;
}

static Err patch(Cx *cx, Req *req, Res *res)
{
    const Kind *kind = kind_of(req);
    Service item, body = kind->has_tier ? *BODY(req, Service) : item_of(BODY(req, Channel));
    TRY(item_get(cx, kind, given_id(req, kind), false, &item));
    TRY(cx_match(cx, item.version));
    bool tier = kind->has_tier;
    if (tier ? BODY_HAS(req, Service, name) : BODY_HAS(req, Channel, name)) item.name = body.name;
    if (tier ? BODY_HAS(req, Service, description) : BODY_HAS(req, Channel, description))
        item.description = body.description;
    if (tier ? BODY_HAS(req, Service, team_id) : BODY_HAS(req, Channel, team_id)) item.team_id = body.team_id;
    if (tier && BODY_HAS(req, Service, tier)) item.tier = body.tier;
    if (tier && BODY_HAS(req, Service, depends_on_ids)) item.depends_on_ids = body.depends_on_ids;
    TRY(item_change(cx, kind, &item));
    return get(cx, req, res);
}

static Err remove_channel(Cx *cx, Req *req, Res *res)
{
    Service item;
    TRY(item_get(cx, &catalog_channel, req_param(req, "channel"), false, &item));
    TRY(cx_match(cx, item.version));
    res_none(res);
    return item_remove(cx, &catalog_channel, &item);
}

static Err remove_service(Cx *cx, Req *req, Res *res)
{
    Service item;
    TRY(item_get(cx, &catalog_service, req_param(req, "service"), false, &item));
    TRY(cx_match(cx, item.version));
    res_none(res);
    return item_remove(cx, &catalog_service, &item);
}

static Err resolve_channel(Cx *cx, Str given, Str *ret_id)
{
    Ref found;
    TRY(item_find(cx, &catalog_channel, given, &found));
    *ret_id = found.id;
    return OK;
}

static Err resolve_service(Cx *cx, Str given, Str *ret_id)
{
    Ref found;
    TRY(item_find(cx, &catalog_service, given, &found));
    *ret_id = found.id;
    return OK;
}

static const Route routes[] = {
    { GET, "/api/v1/channels", ROLE_VIEWER, list, .reply = &channel_shape, .flags = REPLY_LIST, .query = "q team", .doc = "Channels by name" },
    { POST, "/api/v1/channels", ROLE_MANAGER, post, &channel_shape, &channel_shape, .doc = "Adds a channel" },
    { GET, "/api/v1/channels/:channel", ROLE_VIEWER, get, .reply = &channel_shape, .doc = "One channel, by id or name" },
    { PATCH, "/api/v1/channels/:channel", ROLE_MANAGER, patch, &channel_shape, &channel_shape, .doc = "Changes a channel" },
    { DELETE, "/api/v1/channels/:channel", ROLE_MANAGER, remove_channel, .doc = "Removes a channel; its name stays on its incidents" },
    { GET, "/api/v1/services", ROLE_VIEWER, list, .reply = &service_shape, .flags = REPLY_LIST, .query = "q team", .doc = "Services by name" },
    { POST, "/api/v1/services", ROLE_MANAGER, post, &service_shape, &service_shape, .doc = "Adds a service" },
    { GET, "/api/v1/services/:service", ROLE_VIEWER, get, .reply = &service_shape, .doc = "One service, by id or name" },
    { PATCH, "/api/v1/services/:service", ROLE_MANAGER, patch, &service_shape, &service_shape, .doc = "Changes a service" },
    { DELETE, "/api/v1/services/:service", ROLE_MANAGER, remove_service, .doc = "Removes a service; its name stays on its incidents" },
    { 0 },
};

static const Resolver resolvers[] = { { "channel", resolve_channel }, { "service", resolve_service }, { 0 } };

const Feature catalog_feature = { .name = "catalog", .schema = &catalog_schema, .routes = routes, .resolvers = resolvers };
