#pragma once
/** Where alerts come from. An integration turns the bytes that a monitoring system posts into
 *  alerts; the alert feature stores, groups and routes them. */
#include "app/cx.h"
#include "base/json.h"
#include "app/shape.h"
#include "net/server.h"

/** One alert as a payload tells it. Views into the payload or the arena. */
typedef struct AlertIn {
    Str dedup_key;               /* what makes it the same alert while it fires; REQUIRED */
    bool resolved;
    bool acknowledged;
    Str severity;                /* "SEV-1" … "SEV-4", "unknown" */
    Str title, description;
    Str labels;                  /* JSON object of strings */
    Str links;                   /* JSON array of {"title","url"} */
    int64_t started_ms, ended_ms;/* 0 = not told (or 0001-01-01) */
    int64_t acknowledged_ms;     /* with acknowledged: when; 0 = not told */
    bool is_remark;              /* only says what somebody said or did about it at the source (a note, a responder): that goes
                                    onto the timeline of its incident, and the alert stays as it is */
    Str remark, remark_by;       /* with is_remark: what, and who */
    Str group_key;               /* alerts of one group join one incident; may be empty */
    Str note;
        /* what of the payload was left out ("9,936 of 10,000 labels …"); usually empty */
} AlertIn;
typedef LIST(AlertIn) AlertsIn;

typedef struct SourceConfig { Str mapping; /* JSON, generic only */ Str name; } SourceConfig;

struct AlertMap;

typedef struct AlertSource {
    const char *kind;
        /* "alertmanager": in the URL and in settings */
    const char *title, *description;
    /* Markdown; {{url}} is replaced by the intake URL */
    const char *instructions;
    /* a whole payload: the demo and *Send a test* */
    const char *sample;
    /** A source that is nothing but a table (port/alert_map.h) has a map; any other has a `decode`. */
    const struct AlertMap *map;
    /** Payload → alerts, in order. Fails: ERR_INVALID naming the field. Pure: no store, no
     *  clock. */
    Err (*decode)(Arena *a, const SourceConfig *config, Str content_type, Str payload,
        AlertsIn *ret);
    /** Of a source of changes, in place of both: rows up to one of zeros (port/change_source.h). */
    const struct ChangeMap *changes;
    /** MAY be NULL (it signs nothing): a sentence on what its signing secret is called on the other side, and where it stands. */
    const char *secret;
    /** With `secret`: checks the signature of a request, once an administrator has given the secret. Fails: ERR_FORBIDDEN. */
    Err (*verify)(Arena *a, const HttpReq *req, Str secret);
    /** MAY be NULL: checks who sent a request where that needs no secret of an administrator's, before anything is kept. May
     *  call out through app/fetch.h. `*ret_visit`: an address that is called once the request is stored (it confirms a
     *  subscription), or "". Fails: ERR_FORBIDDEN; ERR_UNAVAILABLE when it cannot be told now. */
    Err (*prove)(Cx *cx, const HttpReq *req, Str *ret_visit);
    /** MAY be NULL (the body): what is decoded, kept and replayed, when it stands in more than the body. */
    Str (*payload)(Arena *a, const HttpReq *req);
    /** MAY be NULL: what the sender expects as answer body (PagerDuty Events v2). Else
     *  {"accepted":n}. */
    Str (*reply)(Arena *a, const AlertsIn *alerts);
    int status;                                          /* of the answer; 0 = 202 */
    /** MAY be NULL: the body of a 400 in the sender's own form. Else problem+json. */
    Str (*refuse)(Arena *a, Err why);
    /** MAY be NULL: a source that is looked into, by a job every minute: hands each new message to `take`, which stores it
     *  durably or keeps it in quarantine, and marks it there only after that. `secret` as given by an administrator, or "". */
    Err (*collect)(Cx *cx, const SourceConfig *config, Str secret, Err (*take)(Cx *cx, void *arg, Str payload), void *arg);
    /** MAY be NULL (no mapping): checks a mapping when it is saved. Fails: ERR_INVALID naming
     *  "mapping.title". */
    Err (*check)(Arena *a, Str mapping);
} AlertSource;

/** Payload → alerts, in order, by the map or the `decode` of a source. Fails: ERR_INVALID naming the field. */
Err alerts_decode(Arena *a, const AlertSource *source, const SourceConfig *config, Str content_type,
    Str payload, AlertsIn *ret);

