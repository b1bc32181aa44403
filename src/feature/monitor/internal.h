#pragma once
/** Inside the room of monitors. */
#include "feature/monitor/monitor.h"

enum { HOUR_MS = 3600 * 1000, KEEP_HOURS = 30 * 24 };
#define DAY_MS (24ll * HOUR_MS)
#define HIDDEN "••••••"

Err  monitors_serve(App *app);
void monitors_quiesce(App *app);
void monitors_stop(App *app);
void monitors_heard(App *app, Str channel, Str payload);
/** What can be wrong with a monitor that somebody gave; fills what follows from the rest. Fails: ERR_INVALID naming the field. */
Err  monitor_check(Cx *cx, Monitor *m);
Err  monitor_sweep_job(Cx *cx, Str payload);

/** Does what came back hold? Empty, or a sentence on the first assertion that does not. `now_ms` for certificates. */
Str  assertions_fail(Arena *a, const Assertions *all, const ProbeRes *res, int64_t now_ms);
/** A value within JSON text by a path like data.items[0].id; false when there is none. Texts as they are, others as JSON. */
bool json_at_path(Arena *a, Str json, Str path, Str *ret);
extern const char *const assertion_on[], *const assertion_ops[];
