#pragma once
/** Alerts: what monitoring systems say. Intake, routing into incidents, and the evidence that they
 *  leave.
 *
 *  The same (source, dedup_key) while firing is one alert: it is updated, never doubled. The same
 *  bytes again change nothing. A notice of an earlier firing that comes late changes nothing
 *  either: the source's own start times decide. When it fires again after its end, that is a new
 *  alert. Every payload is kept as received; what fits nothing is kept in quarantine with the
 *  reason.
 *
 *  Events (subject: the incident; object: the first alert):
 *      alert.attached      {"alerts":[{"id","title","severity"}],"count":n}
 *      alert.resolved      the same
 *      alert.acknowledged  the same
 *      alert.remarked      {"author","text","alert_id"}: what somebody said of it at its source */
#include "feature/incident/incident.h"

typedef struct SourceRef { Str id, name, kind; } SourceRef;

typedef struct Alert {
    Str id;
    SourceRef source;
    Str dedup_key, status, severity, title, description;   /* status: firing, resolved */
    Str labels, links;                   /* JSON object of strings; JSON array of {"title","url"} */
    Str note;                            /* what of the payload was left out; usually empty */
    Str group_key;
    /* 0 = not known */
    int64_t started_ms, ended_ms, acknowledged_ms, received_ms, last_received_ms;
    int64_t flapping_ms;                 /* since when it comes and goes; 0: it does not */
    int64_t count;                       /* how often it came with news */
    RecordRef incident;
    Ref channel;
    int64_t version;
    Str audience;                        /* "" or that of its private incident */
    int64_t n;                           /* order of arrival in this database */
} Alert;
typedef LIST(Alert) Alerts;
extern const Shape alert_shape;

/** One by id. The caller has checked access. Fails: ERR_NOT_FOUND. */
Err alert_get(Cx *cx, Str id, Alert *ret);
/** The alerts of an incident by start, at most `limit`; `incident` of each is filled. The caller
 *  has checked access to the incident. Cost: an index walk and two look-ups. */
Err alert_list_of(Cx *cx, Str incident, int64_t limit, Alerts *ret);
/** Attaches it to an incident (and takes it off another): event alert.attached. Attaching it where
 *  it is changes nothing. Within a write. Fails: ERR_NOT_FOUND. */
Err alert_attach(Cx *cx, Str alert, Str incident);

/** An alert that Hindsight raises itself (a monitor): routed, grouped and stored like one that came in, of the built-in source
 *  "Monitors". Within a write. */
struct AlertIn;
Err alert_take(Cx *cx, const struct AlertIn *in);

/** What happened before this database knew of it: sample data and imports. Stored as it is, routed
 *  nowhere; attached to `incident` when that is not empty, without an event. Within a write. */
typedef struct AlertPast { Str integration, dedup_key, severity, title, description, labels, links,
    incident, channel_id; int64_t started_ms, ended_ms; } AlertPast;
Err alert_record(Cx *cx, const AlertPast *past, Str *ret_id);

/** A source of alerts of a kind ("alertmanager"); `channel`: id or name, may be empty. `ret_url`:
 *  the address to post to, with its key. `ret_id` may be NULL. Within a write. Fails: ERR_INVALID
 *  naming the field. */
Err integration_add(Cx *cx, Str kind, Str name, Str channel, Str *ret_id, Str *ret_url);
/** A routing rule from the JSON that POST /api/v1/routing-rules takes: for sample data. Within a write.
 *  Fails: ERR_INVALID naming the field. */
Err routing_rule_add(Cx *cx, Str json, Str *ret_id);
