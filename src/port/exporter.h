#pragma once
/** Where reports go to be read beside Hindsight: a page of a wiki. An integration turns a report into such a page, and finds it again;
 *  the exchange feature says which report, keeps what was written, and tries again.
 *
 *  Everything is called from a job, may be stopped at any line and is run again: putting a page twice gives one page. */
#include "base/err.h"
#include "net/client.h"

struct DocNode;

/** What an administrator says: where, and as whom. Text as it was typed until `place` has put it right. */
typedef struct ExportPlace {
    Str site;                    /* "https://example.atlassian.net" */
    Str space;                   /* key of the space */
    Str parent;                  /* id of the page above, or empty: the top of the space */
    Str account, secret;         /* e-mail and API token */
} ExportPlace;

typedef struct ExportPicture { Str name, type, bytes; } ExportPicture;       /* "pool-1f3e.png", "image/png" */

/** A report as it goes out. Names of pictures never change what they show, so one that is there already is not sent again. */
typedef struct ExportPage {
    Str id;                      /* of the report: what its page is known by */
    Str title, former_title;     /* former: what it was called when it was last tried; may be empty */
    Str note;                    /* what is said of this version */
    const struct DocNode *doc;   /* flat (doc_flat); images name a picture */
    size_t n_pictures;
    Str  (*picture_name)(void *arg, size_t i);
    Err  (*picture)(void *arg, size_t i, ExportPicture *ret);                /* its bytes; asked for only when they are sent */
    void *arg;
} ExportPage;

typedef struct ExportedPage { Str id, url; int64_t version; } ExportedPage;

/** One piece of work with a place. */
typedef struct ExportCall {
    Arena *arena;
    Client *client;
    const ExportPlace *place;
    int64_t retry_after_ms;      /* after an error: how long the other side asks to wait; 0: it does not say */
} ExportCall;

typedef struct Exporter {
    const char *kind, *title;
    /** Puts right what was typed: addresses that were copied become what is meant. Pure. Fails: ERR_INVALID naming the field. */
    Err (*place)(Arena *a, ExportPlace *place);
    /** Asks whether pages can be written there, and what the place is called ("Engineering › Post-mortems"). Writes nothing.
     *  Fails: ERR_INVALID naming the field that is wrong; what the other side said is in the message. */
    Err (*test)(ExportCall *call, Str *ret_name);
    /** Makes the page or brings it up to date. `page`: what is known of it, also after an error; id empty: perhaps nothing was made yet,
     *  perhaps it was and nobody took note. Fails: ERR_INVALID, ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_CONFLICT, ERR_TOO_LARGE (trying again does not help),
     *  ERR_TOO_MANY, ERR_UNAVAILABLE (it may). */
    Err (*put)(ExportCall *call, const ExportPage *what, ExportedPage *page);
} Exporter;

/** The exporter of a kind, or NULL. */
const Exporter *exporter_find(Str kind);
/** Begins work with a place; `allow` as in ClientOptions. Only the host of the place is ever called, and redirects are not followed.
 *  Fails: ERR_UNAVAILABLE. */
Err  exporter_open(Arena *a, const ExportPlace *place, Str allow, ExportCall *ret);
void exporter_close(ExportCall *call);
#define auto_export_call [[gnu::cleanup(exporter_close)]] ExportCall
