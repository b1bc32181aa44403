#pragma once
/** The catalogue: channels (where incidents live: a product area or service group, owned by a team) and services.
 *  Removing one hides it; its name stays known to the records that mention it. */
#include "app/feature.h"
#include "base/map.h"

typedef struct Channel { Str id, name, description, team_id; int64_t created_ms, version; } Channel;
typedef LIST(Channel) Channels;
extern const Shape channel_shape;

typedef struct Service { Str id, name, description, team_id; int64_t tier, created_ms, version; Strs depends_on_ids; } Service;
typedef LIST(Service) Services;
extern const Shape service_shape;

/** Id → Ref * of channels; removed ones too; unknown ids are not in it. One query. Read with ref_of() of account.h. */
Err channel_refs(Cx *cx, Strs ids, Map **ret);
/** The same for services. */
Err service_refs(Cx *cx, Strs ids, Map **ret);
/** A channel named in a request, by id or name. Fails: ERR_INVALID that names `field`. */
Err channel_named(Cx *cx, Str field, Str given, Ref *ret);
Err service_named(Cx *cx, Str field, Str given, Ref *ret);
/** Ids of the services that any of these needs in order to work, each once, in no particular order. One query. */
Err service_needs(Cx *cx, Strs ids, Strs *ret);
/** Fails: ERR_NOT_FOUND. Removed ones are found. */
Err channel_get(Cx *cx, Str id, Channel *ret);
Err service_get(Cx *cx, Str id, Service *ret);

/** Adds one. Within a write. Fails: ERR_INVALID naming the field, ERR_CONFLICT when the name is taken. A tier of 0 means 3. */
Err channel_add(Cx *cx, const Channel *channel, Str *ret_id);
Err service_add(Cx *cx, const Service *service, Str *ret_id);
