#pragma once
/** Inside catalog/ only. */
#include "feature/catalog/catalog.h"

/** What is different between channels and services. */
typedef struct Kind {
    const char *name, *plural;
    const Sql *insert, *select, *refs, *update, *remove;
    bool has_tier;
} Kind;
extern const Kind catalog_channel, catalog_service;

/** By name; `text` and `team` filter and may be empty. */
Err item_list(Cx *cx, const Kind *kind, Str text, Str team, Services *ret);
Err item_get(Cx *cx, const Kind *kind, Str id, bool removed_too, Service *ret);
/** By id or name. Fails: ERR_NOT_FOUND. */
Err item_find(Cx *cx, const Kind *kind, Str given, Ref *ret);
Err item_add(Cx *cx, const Kind *kind, const Service *item, Str *ret_id);
Err item_change(Cx *cx, const Kind *kind, const Service *item);
Err item_remove(Cx *cx, const Kind *kind, const Service *item);
Channel channel_of(const Service *s);
Service item_of(const Channel *c);
