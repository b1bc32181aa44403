#pragma once
/** Alert sources as tables: where in a vendor's JSON the parts of an alert stand, and what its words mean. One table and
 *  alert_map() are a decoder; what a table cannot say goes into `fix`. Pure: no store, no clock.
 *
 *  A *path* names members with dots: data.essentials.alertRule, results.0.host. It begins at the alert, or at the body
 *  with a leading "$.". A *text* is one or more of these divided by "|": a path, or a sentence with paths in braces
 *  ("{host}: {service}"); the first that gives anything counts; a sentence counts when all of its paths do. */
#include "port/alert_build.h"

typedef struct AlertWord { const char *word, *means; } AlertWord;

typedef struct AlertMap {
    const char *list;                /* path of the list of alerts in the body; NULL: the body is the alert */
    const char *key;                 /* text; when it gives nothing the payload is refused, naming its first path */
    const char *title, *description; /* texts */
    const char *severity;            /* text; its word is looked up in `severities`, then in alert_severity() */
    const AlertWord *severities;
    const char *state;               /* text; NULL: always firing */
    const AlertWord *states;         /* word → firing, resolved, acknowledged, ignored (makes no alert); without case. An unknown
                                        word is refused; "*" as last word stands for any, and for none */
    const char *started, *ended;     /* paths divided by "|"; the first that is there must be a time */
    const char *at;                  /* the same, where a notice tells only its own time: the start when it fires, when it was acknowledged, or the end */
    const char *group;               /* text */
    const char *labels;              /* paths divided by "|", all of them: an object gives its members, a list its "name:value",
                                        [name, value] or {"key"|"name"|"tag", "value"}; a path that ends with "," text of such pairs
                                        divided by commas; else the last part of the path is the name, and name=path gives another */
    const char *links;               /* Title=path divided by "|" */
    Err (*fix)(Arena *a, const Json *root, const Json *alert, AlertIn *in);      /* MAY be NULL; last word on each alert */
} AlertMap;

/** The words of the plug-ins of Nagios and its relatives, for what a check found and for why a notice is sent. */
extern const AlertWord alert_plugin_states[], alert_plugin_notices[];

/** The body of a request as alerts. Fails: ERR_INVALID naming the field. */
Err alert_map(Arena *a, const AlertMap *map, const Json *root, AlertsIn *ret);
/** Parses and maps: the decode of a source that is nothing but a table. JSON, or a form
 *  (application/x-www-form-urlencoded) as an object of strings. */
Err alert_map_payload(Arena *a, const AlertMap *map, Str content_type, Str payload, AlertsIn *ret);
/** The body as JSON, be it JSON or a form. Fails: ERR_INVALID. */
Err alert_body(Arena *a, Str content_type, Str payload, const Json **ret);
/** What stands at a path, or NULL. */
const Json *alert_at(const Json *root, const Json *alert, Str path);
/** What a text gives, trimmed; "" for nothing. */
Str alert_text_at(Arena *a, const Json *root, const Json *alert, const char *text);
/** What the paths of an AlertMap's `labels` give, as a JSON object of strings. */
Str alert_map_labels(Arena *a, const Json *root, const Json *alert, const char *paths);
