#pragma once
/** Who did what that matters for trust: sign-ins, roles, tokens, settings, sharing, exports, private records. */
#include "app/cx.h"
#include "app/shape.h"

/** `details`: JSON object or empty. Within a write. */
Err audit_add(Cx *cx, const char *action, const char *kind, Str id, Str details);

/** Details that name the record, as it was called then: {"name":"…"}. */
Str audit_name(Arena *a, Str name);

typedef struct AuditEntry { Str id; int64_t at_ms; Ref user; Str action, kind, subject, details; } AuditEntry;
typedef LIST(AuditEntry) AuditEntries;
/** Newest first. `user`, `action` and `after` (the id of the last entry seen) may be empty. */
Err audit_list(Cx *cx, Str user, Str action, Str after, int64_t limit, AuditEntries *ret);
