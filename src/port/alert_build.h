#pragma once
/** What every alert source needs to turn foreign JSON into an AlertIn: limits, words for
 *  severities, times in all the forms that monitoring systems use, labels and links. Pure: no
 *  store, no clock. */
#include "port/alert_source.h"

enum {
    ALERT_MAX_PER_PAYLOAD = 1000,   /* more is refused */
    ALERT_MAX_LABELS      = 64,     /* kept of one alert; what is left out is counted in its note */
    ALERT_MAX_LINKS       = 10,
    ALERT_TITLE_BYTES     = 500,    /* longer text is cut at a character, never refused */
    ALERT_TEXT_BYTES      = 10000,
    ALERT_KEY_BYTES       = 1000,   /* longer keys are replaced by their hash */
    ALERT_LABEL_NAME_BYTES = 200, ALERT_LABEL_VALUE_BYTES = 1000,
};

/** "SEV-1" … "SEV-4" or "unknown" for a word of another system, without regard to case: critical,
 *  fatal, page, P1 … SEV-1; error, major, high … SEV-2; warning, minor, medium … SEV-3; info, low …
 *  SEV-4. */
Str alert_severity(Str word);
/** True when the word means that the problem is over: resolved, ok, up, closed, recovery, … */
bool alert_word_resolved(Str word);

/** A time as text (RFC 3339, also +0000 without a colon) or as a Unix number in s, ms, µs or ns,
 *  told apart by size; the number may be a JSON integer, real or digits in a string. Times before
 *  1970-01-02 ("0001-01-01") and null give 0: not told. False when it is none of these; `ret_ms`
 *  untouched. */
bool alert_time(const Json *value, int64_t *ret_ms);

/** Labels being gathered: sorted by name at the end. The first value of a name stays. */
typedef struct AlertLabels {
    Arena *arena;
    struct { Str name, value; } at[ALERT_MAX_LABELS];
    size_t len, left_out, cut;
} AlertLabels;
void alert_labels_add(AlertLabels *l, Str name, Str value);
/** Adds the members of an object: those that people route by (alertname, service, …) first, so that
 *  a limit keeps them. Values that are not strings become JSON text; null is left out. */
void alert_labels_add_all(AlertLabels *l, const Json *object);
/** The JSON object. Appends to `note` what was left out. */
Str  alert_labels_end(AlertLabels *l, Buf *note);

/** Appends {"title","url"} to a JSON array under construction (a Buf that holds "" or "[…"); only
 *  http and https addresses of at most 2,000 bytes; others are left out. */
void alert_link_add(Buf *links, Str title, Str url);
Str  alert_links_end(Buf *links);

/** One line of text: cut to `max_bytes`, line breaks as spaces, no control characters. */
Str  alert_line(Arena *a, Str text, size_t max_bytes);
/** Text of several lines, cut to ALERT_TEXT_BYTES, without control characters. */
Str  alert_text(Arena *a, Str text);
/** A key short enough to keep: itself, or "hash:…" when it is longer than ALERT_KEY_BYTES. */
Str  alert_key(Arena *a, Str key);
/** A key made of what the alert says about itself, for sources that give none. */
Str  alert_key_made(Arena *a, Str text);
/** True when `given` is the HMAC-SHA256 of `text` under `secret` in hex (RFC 2104); takes the same time whatever differs. */
bool alert_signed(Str given, Str secret, Str text);
/** The same with HMAC-SHA512. */
bool alert_signed512(Str given, Str secret, Str text);
/** True when both are the same and not empty; takes the same time whatever differs. For tokens that are sent as they are. */
bool alert_same(Str given, Str secret);
/** The scalar as text ("" for null, objects and arrays). */
Str  alert_scalar(const Json *value);
