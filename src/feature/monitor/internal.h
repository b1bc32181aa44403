#pragma once
/** Inside the room of monitors. */
#include "app/app.h"
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

/** The certificates as they are stored. */
typedef struct CertificateChain { Certificates chain; } CertificateChain;
extern const Shape certificate_shape, chain_shape;
Str  chain_text(Arena *a, const Certificates *chain);
/** Puts the secrets of `old` where `m` has them hidden. */
void monitor_unhide(Arena *a, Monitor *m, const Monitor *old);

/** When the occurrence of a window that is under way at that moment ends; 0: none is. */
int64_t window_ends(const MonitorWindow *w, int64_t at_ms);
/** The same for a monitor and all windows: when the last one that is under way ends. */
int64_t windows_until(const MonitorWindows *all, Str monitor, int64_t at_ms);
Err  windows_list(Cx *cx, MonitorWindows *ret);
Err  window_get(Cx *cx, Str id, MonitorWindow *ret);
/** Checks and stores; a new one gets an id. Within a write. Fails: ERR_INVALID naming the field. */
Err  window_put(Cx *cx, MonitorWindow *w);
Err  windows_show(Cx *cx, Req *req, Res *res);
Err  window_add(Cx *cx, Req *req, Res *res);
Err  window_edit(Cx *cx, Req *req, Res *res);
Err  window_remove(Cx *cx, Req *req, Res *res);
extern const Shape window_shape;

/** Does what came back hold? Empty, or a sentence on the first assertion that does not. `now_ms` for certificates. */
Str  assertions_fail(Arena *a, const Assertions *all, const ProbeRes *res, int64_t now_ms);
/** A value within JSON text by a path like data.items[0].id; false when there is none. Texts as they are, others as JSON. */
bool json_at_path(Arena *a, Str json, Str path, Str *ret);
extern const char *const assertion_on[], *const assertion_ops[];
