#pragma once
/** Changes: deploys, configuration, feature flags, infrastructure, migrations, told by pipelines.
 *  Most incidents begin with one, so an incident links those that matter: suspect, caused, fixed,
 *  or dismissed (looked at, and it was not this).
 *
 *  Event change.linked {"relation","before","change_id","kind","title"} with the incident as
 *  subject, the change as object. */
#include "feature/incident/incident.h"

extern const char *const change_kinds[], *const change_relations[], *const change_states[];

/** Why a change is proposed: a word for programs, what it is about, and what it adds to the score. */
typedef struct Why { Str reason, value; int64_t points; } Why;
typedef LIST(Why) Whys;

typedef struct Change {
    Str id, kind, title, description;
    Strs service_ids;
    Refs services;
    Str author, url, source;
    Str labels;                     /* JSON object of strings */
    Str dedup_key;                  /* the sender's own name for it: sent again it is updated */
    Str state;                      /* in_progress, succeeded, failed, canceled; empty: not told */
    int64_t occurred_ms, ended_ms;  /* start and end; 0 = not told */
    int64_t told_ms;                /* C only: when the source said so; 0: now */
    bool any_order;                 /* C only: notices of its source may come in any order: the earliest start counts */
    int64_t payload_n;              /* C only: the payload that told of it last; 0: none */
    int64_t created_ms, version;
    Str relation;                   /* only as one of an incident's changes */
    int64_t linked_ms;
    Str proposed;                   /* only as a proposal: suspect, or fixed */
    int64_t score;
    Whys why;
} Change;
typedef LIST(Change) Changes;
extern const Shape change_shape;

/** Adds one, or updates the one with the same dedup_key. `service_ids` are ids or names; names that
 *  the catalogue lacks become the label `service`. Empty occurred_ms = now; of an update: as it was, and what is empty stays.
 *  A state that was told later wins, in whatever order they come. Within a write. Fails:
 *  ERR_INVALID naming the field. */
Err change_add(Cx *cx, const Change *change, Str *ret_id);
/** Fails: ERR_NOT_FOUND. */
Err change_get(Cx *cx, Str id, Change *ret);
/** Those linked to an incident, by time; dismissed ones too. The caller has checked access to
 *  the incident. */
Err change_list_of(Cx *cx, Str incident, int64_t limit, Changes *ret);
/** What may have caused the incident (began in the day before its start) or ended it, most likely first: proposals, of which
 *  the caller makes links. Nothing is stored: other times or services of the incident give other proposals, and what is
 *  linked, dismissed too, is none. The caller has checked access. Source: docs/internals/change.md. */
Err change_proposals(Cx *cx, Str incident, Changes *ret);
/** Links it, or changes the relation. The same relation again changes nothing. Within a write. */
Err change_link(Cx *cx, Str incident, Str change, Str relation);
typedef LIST(int64_t) PayloadNumbers;
/** The payloads from `from` to `upto`, in order, that told last of a change which an incident links: they are kept. */
Err change_payloads_held(Cx *cx, int64_t from, int64_t upto, PayloadNumbers *ret);
