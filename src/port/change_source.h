#pragma once
/** Where changes come from: deploys, pushes, flags, infrastructure. As with alerts a source is a table (alert_map.h says
 *  how its texts are read), one row for each form of body that the vendor sends; the change feature stores what it tells.
 *
 *  A change that begins and ends is one change: every notice of it has the same key, and the state that was told last
 *  counts, whatever order they come in. Pure: no store, no clock. */
#include "port/alert_map.h"

/** One change as a payload tells it. Views into the payload or the arena. */
typedef struct ChangeIn {
    Str dedup_key;               /* what makes it the same change; empty: a new one each time */
    Str kind;                    /* deploy, code, config, feature_flag, infrastructure, migration */
    Str state;                   /* in_progress, succeeded, failed, canceled; empty: not told */
    Str title, description, author, url;
    Strs services;               /* names as the source has them */
    Str labels;                  /* JSON object of strings */
    int64_t started_ms, ended_ms;/* 0 = not told */
    int64_t told_ms;             /* when the source said this; 0 = not told */
} ChangeIn;
typedef LIST(ChangeIn) ChangesIn;

typedef struct ChangeMap {
    const char *when;            /* this row is for bodies where this text gives something ("deployment_status.id"), or, with
                                    "=", this word ("object_kind=push"); NULL: for any. A row without `key` accepts a body
                                    that tells of no change (a ping) */
    const char *list;            /* path of a list of changes in the body; NULL: the body is the change */
    const char *key;             /* text */
    bool keyless;                /* without a key it is a new change; else refused, naming the first path of `key` */
    const char *kind;            /* a kind, or a text that begins with "{" or has a dot; looked up in `kinds` */
    const AlertWord *kinds;      /* word → kind, or ignored; NULL: the words are kinds */
    const char *title, *description, *author, *url;    /* texts */
    const char *services;        /* texts divided by ";": each gives a name, or the names of a list */
    const char *state;           /* text; NULL: not told */
    const AlertWord *states;     /* word → in_progress, succeeded, failed, canceled, told (without a state), ignored; "*" any */
    const char *started, *ended; /* paths divided by "|" */
    const char *at;              /* when the notice was made: orders notices, and is the end of what has ended, else the start */
    const char *labels;          /* as in AlertMap */
    /** MAY be NULL: last word on each. Sets *ret_ignored for what is no change. */
    Err (*fix)(Arena *a, const Json *root, const Json *body, ChangeIn *in, bool *ret_ignored);
} ChangeMap;

/** What a body tells, by the first row of `maps` (up to one of zeros) that is for it. Nothing is fine.
 *  Fails: ERR_INVALID naming the field, when no row is for it, too. */
Err change_map(Arena *a, const ChangeMap *maps, Str content_type, Str payload, ChangesIn *ret);

/** For `fix`: labels `commits` and `files` of a push: how many, each file once (GitHub and GitLab have the same form). */
void change_count_commits(Arena *a, const Json *commits, ChangeIn *in);
/** For `fix`: of a commit message that went into the title only its first line stays there. */
void change_first_line(ChangeIn *in, Str message);
/** Does the word stand in the text, without regard to case? */
bool change_has_word(Str text, Str word);
/** One label more. */
void change_label(Arena *a, ChangeIn *in, const char *name, Str value);
