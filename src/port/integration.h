#pragma once
/** An integration is one folder plus one line in integrations.def; it fills the ports it has. */
#include "port/alert_source.h"
#include "port/exporter.h"
#include "port/llm.h"

typedef struct Integration {
    const char *name;                      /* folder, settings prefix and kind in URLs */
    const AlertSource *alert_source;       /* MAY be NULL */
    const Exporter *exporter;              /* MAY be NULL */
    const Llm *llm;                        /* MAY be NULL */
} Integration;

extern const Integration *const integrations[];       /* from integrations.def; ends with NULL */
/** The alert source of a kind, or NULL. */
const AlertSource *alert_source_find(Str kind);
