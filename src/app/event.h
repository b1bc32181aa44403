#pragma once
/** Upward news. A rule emits an event in the transaction of its change; listeners of features above either act in
 *  the same transaction (NOW) or as a durable job after it (LATER); open pages hear of it after the commit. */
#include "app/cx.h"

typedef struct Event {
    const char *kind;     /* "incident.status_changed": room, then what happened; lower_case */
    Str subject;          /* id of the record it is about (the incident of a timeline event) */
    Str object;           /* id of a second record (alert, follow-up, report); may be empty */
    Str title;            /* English wording for logs and feeds: "Status changed from triage to identified" */
    Str data;             /* JSON object with what changed ({"from":…,"to":…}); empty = {} */
    Str source;           /* "hindsight", "alertmanager", … */
    int64_t occurred_ms;  /* 0 = now */
    int64_t version;      /* of the subject after the change, for live pages */
    Str audience;         /* who may hear of it; "" everyone */
} Event;

/** Writes it to the outbox, runs NOW listeners, queues LATER ones. Fails when a NOW listener fails. Within a write. */
Err event_emit(Cx *cx, const Event *event);

typedef enum ListenWhen { LISTEN_NOW, LISTEN_LATER } ListenWhen;
/** `kind` matches whole ("incident.resolved") or by prefix with a star ("incident.*"). LATER listeners may run twice:
 *  they MUST be idempotent; their cx has a reading store and writes through cx_write. */
typedef struct Listener {
    const char *kind;
    ListenWhen when;
    Err (*hear)(Cx *cx, const Event *event);
} Listener;

/** Tells open pages (after the commit) that something under `topic` changed: "incidents", "incident:ID", … */
Err live_touch(Cx *cx, Str topic, const char *kind, Str id, int64_t version, Str audience);
