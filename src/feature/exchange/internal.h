#pragma once
/** Inside of exchange. */
#include "base/time.h"
#include "feature/exchange/exchange.h"

static inline Str time_text(Arena *a, int64_t ms)
{
    char utc[TIME_TEXT_MAX];
    return arena_str(a, str_of(time_rfc3339(ms, utc)));
}
/** Writes all of it. Fails: ERR_UNAVAILABLE. */
Err export_write(Cx *cx, int fd, Str bytes, int64_t *ret_bytes);
/** A picture as PNG or JPEG, for forms that know no others. */
typedef struct PlainPicture { Str bytes, format; int64_t width, height; } PlainPicture;
Err export_plain(Cx *cx, const OutPicture *p, PlainPicture *ret);
/** "Owner Ines · Authors … · Published 12 November 2026" */
Str export_byline(Cx *cx, const Export *x);
/** "PM-7 · INC-42" */
Str export_over(Cx *cx, const Export *x);
/* import.c */
extern const Shape import_reply_shape;
Err import_report(Cx *cx, Req *req, Res *res);
