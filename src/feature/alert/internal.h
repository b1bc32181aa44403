#pragma once
/** Inside this room only. */
#include "base/map.h"
#include "feature/alert/alert.h"
#include "port/change_source.h"
#include "port/integration.h"

enum {
    PAYLOAD_BYTES = 2 << 20,       /* larger ones are answered 413 before they are read */
    QUARANTINE_KEPT = 200,         /* newest payloads kept for each integration */
    RULES_MAX = 200,
    STORM_ALERTS = 200,            /* of one incident: the timeline tells of all of them */
    TITLES_TOLD = 20,              /* alerts named in one timeline event; the rest is counted */
};

/* stands for POST /api/v1/alerts */
#define API_INTEGRATION "00000000-0000-7000-8000-0000000000a1"
#define MONITORS_INTEGRATION "00000000-0000-7000-8000-0000000000a2"

/** Where a payload comes from. */
typedef struct Source { Str id, kind, name, channel_id, mapping, secret_sealed; bool enabled; } Source;
/** Found by the key in its address. `ret->id` stays empty when there is none. */
Err source_by_key(Cx *cx, Str key, Source *ret);
Err source_by_id(Cx *cx, Str id, Source *ret);
/** Id → SourceRef *. */
Err source_refs(Cx *cx, Strs ids, Map **ret);

/** Counts alerts received. Within a write. */
Err source_count(Cx *cx, Str id, int64_t received, int64_t at_ms);

/* ---- routing */

typedef struct Condition { Str label, op, value; } Condition;
typedef LIST(Condition) Conditions;
typedef struct RoutingRule {
    Str id, name;
    int64_t position;
    bool enabled;
    Conditions match;
    Str channel_id, severity;
    Strs service_ids;
    bool declare;
    Strs group_by;
    bool is_private;               /* JSON: private */
    int64_t active_from_ms, active_until_ms;    /* it counts only then; 0: from ever, for ever */
    int64_t version;
} RoutingRule;
typedef LIST(RoutingRule) RoutingRules;
extern const Shape routing_rule_shape;

/** What routing decided for one alert. */
typedef struct Plan {
    Str severity, channel_id, rule_id;
    Strs service_ids;
    bool declare, is_private;
    Str group;                     /* hash of the group whose open incident it joins */
} Plan;

Err rule_list(Cx *cx, bool enabled_only, RoutingRules *ret);
/** Does the alert fit every condition? `labels`: its parsed object. Pure. Fails: ERR_INVALID
 *  for a bad expression. */
Err rule_matches(Arena *a, const RoutingRule *rule, const Source *source, const AlertIn *alert,
    const Json *labels, bool *ret);
/** The first rule that fits, or the standard behaviour. `standard`: the setting alerts.declare.
 *  Pure. */
Err route_alert(Arena *a, const RoutingRules *rules, Str standard, const Source *source,
    const AlertIn *alert, Plan *ret);
Err rule_resolve(Cx *cx, Str given, Str *ret_id);

/* ---- intake */

/** A payload on its way in, read and decoded on a worker. */
typedef struct Delivery {
    Source source;
    const AlertSource *port;
    Str content_type, body;
    Str hash;                      /* of source and bytes: 16 bytes */
    AlertsIn alerts;
    ChangesIn changes;
    int64_t flap_count, flap_ms;   /* so many endings within this make it flap; 0: never */
    int64_t storm_incidents;       /* declared in a minute; what is more becomes one. 0: no limit */
    Str visit;                     /* an address to call when it is stored, or "" */
    Plan *plans;
    /* for each alert: the id it gets if it is new; hash of source and dedup_key */
    Str *ids, *keys;
} Delivery;

/** Decodes and routes. Reads only. Fails: ERR_INVALID naming the field when it fits nothing. */
Err delivery_prepare(Cx *cx, const Source *source, Str content_type, Str body, Delivery *ret);
/** Stores the changes of a delivery. `again_ms`: how long ago the same bytes came; -1: never. Within a write. */
Err delivery_changes(Cx *cx, const Delivery *d, int64_t payload_n, int64_t again_ms);
/** What a payload told of: alerts and changes. */
static inline int64_t delivery_count(const Delivery *d) { return (int64_t)(d->alerts.len + d->changes.len); }
/** Prepares alerts that did not come as a payload of their own kind (POST /api/v1/alerts,
 *  replay). */
Err delivery_plan(Cx *cx, Delivery *d);
/** Stores what was prepared. Within a write. */
Err delivery_store(Cx *cx, Delivery *d);
/** An alert that wants into an incident: its place in the delivery and the id that its row has. */
typedef struct Join { size_t i; Str id; bool done; } Join;
/** Puts alerts into the incident of their group, declaring it when there is none. Within a
 *  write. */
Err delivery_join(Cx *cx, const Delivery *d, Join *joins, size_t n);
/** One event about several alerts of one incident. Within a write. */
typedef struct Told { Str incident, id, title, severity; int64_t at_ms; } Told;
typedef LIST(Told) ToldList;
Err tell_incidents(Cx *cx, const char *kind, const char *verb, Str source, const ToldList *list);
/** Keeps a payload that fits nothing and notes the error at its integration. A write of its own. */
Err quarantine_put(Cx *cx, const Source *source, Str content_type, Str body, Err why);
Str hash16(Arena *a, Str one, Str two);
/** The kind's sample as it would be sent now. */
Str sample_now(Cx *cx, const AlertSource *port);
void count_received(int64_t alerts, bool fits);
Err intake_metrics(Cx *cx, Buf *to);
Err intake_post(Cx *cx, Req *req, Res *res);
Err intake_post_keyed(Cx *cx, Req *req, Res *res);
Err intake_enqueue(Cx *cx, Req *req, Res *res);

/* ---- handlers and shapes, for the table in feature.c */
extern const Shape accepted_shape, alert_input_shape, attach_shape, captured_shape,
    integration_shape, kind_shape, preview_alert_shape, preview_shape, quarantined_shape,
    replayed_shape, summary_shape, test_shape, tried_shape;
Err alerts_list(Cx *cx, Req *req, Res *res);
Err alerts_get(Cx *cx, Req *req, Res *res);
Err alerts_raw(Cx *cx, Req *req, Res *res);
/** The payload that told of it last. Fails: ERR_NOT_FOUND when it is not kept, or may tell of private alerts that the actor may not see. */
Err alert_raw(Cx *cx, Str id, Str *ret_body);
Err changes_raw(Cx *cx, Req *req, Res *res);
Err alerts_attach(Cx *cx, Req *req, Res *res);
Err alerts_post(Cx *cx, Req *req, Res *res);
Err alerts_summary(Cx *cx, Req *req, Res *res);
Err integrations_list(Cx *cx, Req *req, Res *res);
Err integrations_get(Cx *cx, Req *req, Res *res);
Err integrations_post(Cx *cx, Req *req, Res *res);
Err integrations_patch(Cx *cx, Req *req, Res *res);
Err integrations_rotate(Cx *cx, Req *req, Res *res);
Err integrations_delete(Cx *cx, Req *req, Res *res);
Err integrations_kinds(Cx *cx, Req *req, Res *res);
Err integrations_test(Cx *cx, Req *req, Res *res);
Err integrations_captured(Cx *cx, Req *req, Res *res);
Err integrations_preview(Cx *cx, Req *req, Res *res);
Err quarantine_list(Cx *cx, Req *req, Res *res);
Err quarantine_raw(Cx *cx, Req *req, Res *res);
Err quarantine_replay(Cx *cx, Req *req, Res *res);
Err quarantine_delete(Cx *cx, Req *req, Res *res);
Err rules_list(Cx *cx, Req *req, Res *res);
Err rules_get(Cx *cx, Req *req, Res *res);
Err rules_post(Cx *cx, Req *req, Res *res);
Err rules_patch(Cx *cx, Req *req, Res *res);
Err rules_delete(Cx *cx, Req *req, Res *res);
Err rules_try(Cx *cx, Req *req, Res *res);
Err integration_resolve(Cx *cx, Str given, Str *ret_id);
Err alert_resolve(Cx *cx, Str given, Str *ret_id);
Err quarantine_resolve(Cx *cx, Str given, Str *ret_id);
/** Sets incident and audience of an alert; counts nothing. */
Err alert_put_into(Cx *cx, Str alert, Str incident, Str audience);
Err alert_hear_merged(Cx *cx, const Event *event);
Err alert_hear_visibility(Cx *cx, const Event *event);
/** The newest alerts that the actor may see. */
Err alert_list_newest(Cx *cx, int64_t limit, Alerts *ret);
/** Indexes alerts that came since the last time, at most `most`; says how many. */
Err alert_index(Cx *cx, int64_t most, int64_t *ret_done);
Err alert_index_job(Cx *cx, Str payload);
/** Calls an address that a source asked to be called: payload {"url"}. */
Err alert_visit_job(Cx *cx, Str payload);
/** Every minute: those that flapped and came no more have ended. */
Err alert_calm_job(Cx *cx, Str payload);
/** Every minute, and for one integration (payload: its id) when it was changed: takes in what waits where a source is looked into. */
Err alert_collect_job(Cx *cx, Str payload);
/** Daily: payloads older than alerts.keep_payloads_days go, but for the latest of what belongs to an incident or fires. */
Err alert_sweep_job(Cx *cx, Str payload);
/** Those that came after number `n` and until settled_ms, in order of arrival, private ones too. */
Err alert_list_newer(Cx *cx, int64_t n, int64_t settled_ms, int64_t limit, Alerts *ret);
