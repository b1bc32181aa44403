#pragma once
/** Inside of notifications. */
#include "feature/incident/incident.h"
#include "feature/notify/notify.h"

/* notify.c */
Err notify_tell_pages(Cx *cx, Str user, Str id);
/* listen.c */
extern const Listener notify_listeners[];
extern const JobKind notify_jobs[];
