#pragma once
/** Built-in monitors: Hindsight itself looks, again and again, whether something answers as it should. A monitor that fails
 *  becomes an alert like any other, of the source "Monitors"; its results are kept as evidence.
 *
 *  A look is one or several steps (HTTP requests that hand values on) or one question (certificate, TCP connection, DNS
 *  record, echo), each with assertions. A location is where from: this server ("main"), or a process elsewhere that fetches
 *  its work and reports in (`hindsight probe`). A location sees a monitor failing once more looks in a row failed than it has
 *  retries; the monitor is down when at least half of its locations see that.
 *
 *  domain.md says "check". Here the word is taken: SQL has CHECK, and follow-ups have an effectiveness check. */
#include "feature/alert/alert.h"
#include "app/probe.h"

typedef struct Assertion { Str on, path, op, value; } Assertion;
typedef LIST(Assertion) Assertions;
typedef struct Capture { Str name, path; } Capture;
typedef struct MonitorStep {
    Str method, url, headers, body;          /* headers: JSON object of strings */
    bool follow;
    Assertions assertions;
    LIST(Capture) captures;
} MonitorStep;
typedef struct MonitorConfig { LIST(MonitorStep) steps; Assertions assertions; } MonitorConfig;

typedef ProbeCert Certificate;
typedef LIST(Certificate) Certificates;
typedef struct MonitorPlace { Str location; int64_t failures, since_ms, last_ms, latency_ms; Str error; } MonitorPlace;
typedef LIST(MonitorPlace) MonitorPlaces;
typedef struct MonitorDay { Str monitor; int64_t day_ms, n, failed, latency_sum, latency_ms, latency_max_ms; } MonitorDay;
typedef LIST(MonitorDay) MonitorDays;

typedef struct Monitor {
    Str id, name, kind, target, record;
    MonitorConfig config;
    int64_t interval_s, timeout_ms, retries;
    Str severity, service_id;
    Ref service;
    Strs locations;
    bool enabled;
    Str state;                               /* unknown, up, down, paused */
    int64_t state_ms, last_ms, latency_ms;
    Str error;
    int64_t maintenance_until_ms;            /* 0: none is under way */
    Certificates chain;                      /* shown last, that of the host first */
    MonitorPlaces places;
    MonitorDays days;
    int64_t created_ms, version;
} Monitor;
typedef LIST(Monitor) Monitors;
extern const Shape monitor_shape, monitor_config_shape;
extern const char *const monitor_kinds[];

/** Maintenance: from, to, and perhaps again each day or week at the same hour of its time zone until some day. */
typedef struct MonitorWindow {
    Str id, title;
    int64_t starts_ms, ends_ms;
    Str repeats;                             /* daily, weekly; empty: once */
    int64_t until_ms;                        /* of one that repeats: none begins from then on; 0: no end */
    Str time_zone;
    Strs monitor_ids;                        /* none: all */
    int64_t under_way_until_ms;              /* 0: it is not under way */
    int64_t version;
} MonitorWindow;
typedef LIST(MonitorWindow) MonitorWindows;

typedef struct MonitorFilter { Str id; Strs state, service; Str q; bool enabled; } MonitorFilter;
/** By name, from behind the one with id `after` ("" = from the first). Secrets in headers are hidden unless `secrets`. One whose steps were
 *  sealed with another key says so in `error`; those of `enabled` with `secrets` leave it out: nobody can look for it. */
Err monitor_list(Cx *cx, const MonitorFilter *filter, bool secrets, Str after, int64_t limit, Monitors *ret);
Err monitor_get(Cx *cx, Str id, bool secrets, Monitor *ret);
/** Checks and stores; a new one (version 0) gets an id. Hidden secrets that come back hidden keep their value. Within a write. Fails:
 *  ERR_INVALID naming the field. */
Err monitor_put(Cx *cx, Monitor *m);
Err monitor_remove(Cx *cx, Str id);

/** What a look found. Without an error all is well. */
typedef struct MonitorResult { Str monitor, location; int64_t looked_ms, latency_ms; Str error; Certificates chain; } MonitorResult;
typedef LIST(MonitorResult) MonitorResults;
/** Stores results in the order in which they were made, changes states, fires and resolves alerts. Results of monitors that
 *  are gone, or that do not name the location, are passed over. Within a write. */
Err monitor_report(Cx *cx, const MonitorResults *results);

/** Results of the past of one monitor, for sample data: kept with the outages that they show, without a state or an alert.
 *  Within a write. */
Err monitor_keep(Cx *cx, const MonitorResults *results);

/** Looks under way over one prober. */
typedef struct Look Look;
typedef struct Looks { Prober *prober; Look *first; } Looks;
void looks_open(Str allow, Str ca_file, Looks *ret);
/** What is under way ends with the error "stopped". */
void looks_close(Looks *all);
/** Certificates copied into an arena. */
void certificates_copy(Arena *a, const Certificates *from, Certificates *to);
/** One look, from begin to end; `done` is called once, by prober_run or looks_close. `m` must outlive that. */
typedef struct LookRes { int64_t latency_ms; Str error; Certificates chain; } LookRes;
typedef void (*LookDone)(void *arg, const LookRes *res);
void monitor_look(Looks *all, const Monitor *m, LookDone done, void *arg);

/** Looks for as long as it is told to go on: what is due, from one location. Shared by `serve` and `hindsight probe`. */
typedef struct Round Round;
Round *round_open(Str allow, Str ca_file);
/** What may be reached from now on; see ClientOptions. */
void  round_allow(Round *r, Str allow);
/** The monitors to look at from now on; copied. Those that were there with the same version keep their rhythm; what is new
 *  or was changed is looked at at once. */
void  round_set(Round *r, const Monitors *all, int64_t now_ms);
/** Starts what is due, waits for at most `ms`, appends what was found. */
void  round_run(Round *r, int64_t now_ms, int64_t ms, Arena *a, MonitorResults *ret);
void  round_wake(Round *r);                  /* any thread */
size_t round_busy(const Round *r);
void  round_close(Round *r);                 /* NULL is fine */
