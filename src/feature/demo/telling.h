#pragma once
/** Inside demo/ only: a story while it is told. */
#include "feature/demo/demo.h"

typedef struct Telling {
    Cx *cx;                    /* now_ms: the present, which no story passes */
    const Company *company;
    const json_t *story;
    int64_t began_ms;
    Str incident;              /* id, once it is declared */
    Actor commander;
} Telling;

static inline int64_t number(const json_t *o, const char *key)
{
    return (int64_t)json_number_value(json_object_get(o, key));
}

/** A person of the story by key; the commander when there is none. */
Actor story_person(const Telling *t, Str key);
/** The report of the story: made from its template, its text when the story has one, and moved to its state. */
Err story_report(Telling *t, Cx *cx, const json_t *report);
