#pragma once
/** Who did what that matters for trust: sign-ins, roles, tokens, settings, sharing, exports, private records. */
#include "app/cx.h"
/** `details`: JSON object or empty. Within a write. */
Err audit_add(Cx *cx, const char *action, const char *kind, Str id, Str details);
