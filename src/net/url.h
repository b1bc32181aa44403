#pragma once
/** Pieces of URLs and headers: percent-decoding, query parameters, cookies. Pure functions over
 *  views. */
#include "base/arena.h"

/** How `+` reads: as itself in paths, as a space in queries and form bodies. */
typedef enum UrlPlus { URL_PLUS_IS_PLUS, URL_PLUS_IS_SPACE } UrlPlus;

/** Decodes %XX (and `+`, see UrlPlus) into `a`; a view of `s` itself when nothing is encoded.
 *  False for a cut or wrong escape; `*ret` is then untouched. Bytes are not checked: the result
 *  may hold any byte, NUL too; ask url_is_text. Source: RFC 3986 §2.1. */
bool url_decode(Arena *a, Str s, UrlPlus plus, Str *ret);
/** True when `s` is well-formed UTF-8 without control characters (U+0000–001F, U+007F). */
bool url_is_text(Str s);
/** Percent-encodes all but unreserved characters (RFC 3986 §2.3), into `a`. */
Str  url_encode(Arena *a, Str s);
/** Takes the next `name=value` off a query or form body, both still encoded; empty pieces are
 *  skipped. False when nothing is left. */
bool url_next_param(Str *rest, Str *ret_name, Str *ret_value);
/** The value of a cookie in a Cookie header, without optional quotes; the first one when it is
 *  sent twice. False when there is none. Source: RFC 6265 §4.2.1. */
bool url_cookie(Str header, Str name, Str *ret);
/** True when a comma-separated header value contains `token` (ASCII case ignored). Source: RFC
 *  9110 §5.6.1. */
bool url_has_token(Str header, Str token);
/** True when an Accept-Encoding header allows `coding` (its q is not 0; `*` counts). Source: RFC
 *  9110 §12.5.3. */
bool url_accepts_coding(Str header, Str coding);
