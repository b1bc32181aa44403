#pragma once
/** What the workspace is called and how it speaks, and the administrator's pages over app/: settings, audit, jobs. */
#include "app/feature.h"

/** What every page needs to know. */
typedef struct Workspace { Str name, report_word; bool sample_data; } Workspace;
extern const Shape workspace_shape;
void workspace_get(Cx *cx, Workspace *ret);

/** One severity: what the workspace calls it, and when it applies. `key` is SEV-1 … SEV-4 or unknown. */
typedef struct Severity { Str key, name, color, description; } Severity;
typedef LIST(Severity) Severities;
extern const Shape severity_shape;
/** All five, most severe first. */
void severity_list(Cx *cx, Severities *ret);
