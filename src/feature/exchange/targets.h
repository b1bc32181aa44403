#pragma once
/** Places outside where reports become pages: what administrators say of them, and the page of each report. */
#include "feature/exchange/internal.h"
#include "port/integration.h"

typedef struct ExportTarget {
    Str kind, title;
    bool configured;
    Str site, space, parent, account;    /* only for administrators */
    Str secret;                          /* comes in, never goes out */
    bool has_secret;
    Str place;                           /* "Engineering › Post-mortems" */
    int64_t updated_ms, version;
    Str sealed;
} ExportTarget;

/** What is known of a target; not configured: only its names. Fails: ERR_NOT_FOUND (no such kind). */
Err target_get(Cx *cx, Str kind, ExportTarget *ret);
/** The place with its secret. Fails: ERR_CONFLICT (not configured), ERR_UNAVAILABLE (sealed with another key). */
Err target_place(Cx *cx, Str kind, ExportPlace *ret);
/** What administrators allow besides the public internet. */
Str target_allow(Cx *cx);

/* targets.c */
extern const Shape export_target_shape, export_target_row_shape, export_place_shape;
extern const Setting exchange_settings[];
Err targets_list(Cx *cx, Req *req, Res *res);
Err targets_get(Cx *cx, Req *req, Res *res);
Err targets_put(Cx *cx, Req *req, Res *res);
Err targets_test(Cx *cx, Req *req, Res *res);
Err targets_delete(Cx *cx, Req *req, Res *res);
/* target_pages.c */
extern const Shape report_export_shape;
Err target_pages_list(Cx *cx, Req *req, Res *res);
Err target_pages_post(Cx *cx, Req *req, Res *res);
Err target_run(Cx *cx, Str payload);
/* target_doc.c */
/** The report as a page: who wrote it and where, its figures, its text. `ret` lives as long as `x`. */
DocNode *target_doc(Cx *cx, const Export *x);
/** A name that never changes what it shows: "pool-size-9f2c41d7.png". */
Str target_picture_name(Arena *a, const Attachment *f);
