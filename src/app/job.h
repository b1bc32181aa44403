#pragma once
/** Slow or outside work: a row written in the transaction of its cause, claimed with a lease, retried with growing
 *  pauses, idempotent, dead-lettered with its error, visible to administrators. Several nodes share the queue. */
#include "app/cx.h"

typedef struct JobKind {
    const char *name;                               /* "setup.demo"; unique */
    Err (*run)(Cx *cx, Str payload);                /* cx has a reading store; write with cx_write. MAY run twice */
    int64_t every_ms;                               /* > 0: runs by itself this often, on one node at a time; payload "" */
    int max_attempts;                               /* 0 = 8 */
    int64_t lease_ms;                               /* 0 = 60,000: how long one run may take before another node may retry */
    bool slow;                                      /* waits for somebody else for long: runs on threads of its own, so that it holds up nothing */
} JobKind;

/** Queues one. Within a write. `unique_key` (may be empty): while a job with this key waits, no second is added, and
 *  the earlier of the two times counts. */
Err job_add(Cx *cx, const char *kind, Str payload, int64_t run_at_ms, Str unique_key);
/** For long jobs: progress shown to people and the lease renewed. */
Err job_progress(Cx *cx, int64_t done, int64_t total);
/** Should the running job fail, it is not tried again before this time: what another side asked for. */
void job_not_before(int64_t at_ms);

typedef struct JobRow {
    Str id, kind, payload, state;
    int64_t run_at_ms, attempts, done, total;
    Str error;
    int64_t created_ms;
} JobRow;
typedef LIST(JobRow) JobRows;
/** Newest first. Empty filters match all; `before_*` continue a list. For the administrator's page. */
Err job_list(Cx *cx, Str state, Str kind, int64_t before_ms, Str before_id, int64_t limit, JobRows *ret);
/** A dead job gets all its attempts again. Within a write. Fails: ERR_NOT_FOUND. */
Err job_revive(Cx *cx, Str id);

/** The runner threads of this node. */
typedef struct Jobs Jobs;
Err  jobs_start(App *app, Arena *a, Jobs **ret);
void jobs_wake(Jobs *jobs);            /* a job was added somewhere; NULL is fine */
void jobs_stop(Jobs *jobs);            /* finishes what runs; NULL is fine */
/** Runs one due job on this thread; false when none is due. For tests and the command line. */
bool job_run_one(App *app);
