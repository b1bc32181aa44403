#pragma once
#include "base/arena.h"

/** What went wrong, in the caller's terms. The kind decides the HTTP status (one table in app/router.c);
 *  the message is for a person and says what they can do. */
typedef enum ErrKind {
    ERR_INVALID = 1,    /* the input is wrong; the message names the field */
    ERR_NOT_FOUND,      /* no such thing, or not for this person */
    ERR_CONFLICT,       /* it exists already, or the state does not allow it */
    ERR_STALE,          /* somebody changed the record meanwhile (If-Match) */
    ERR_FORBIDDEN,      /* signed in, but not allowed */
    ERR_UNAUTHENTICATED,/* not signed in */
    ERR_TOO_LARGE,      /* over a limit */
    ERR_TOO_MANY,       /* too often */
    ERR_UNAVAILABLE,    /* a database, disk or service does not answer now; trying again may help */
    ERR_INTERNAL,       /* our fault */
    ERR_KINDS
} ErrKind;

typedef struct ErrInfo {
    ErrKind kind;
    Str message;                  /* lives in the arena it was made in */
    Str field;                    /* the input field it is about ("impacts[0].kind"); empty when none */
    const char *file; int line;   /* where it was first noticed */
    const struct ErrInfo *cause;  /* NULL for the first */
    int64_t version;              /* ERR_STALE: the version that is there now; else 0 */
} ErrInfo;

/** The outcome of anything that can fail. Ignoring one is a compile error. */
typedef struct [[nodiscard]] Err { const ErrInfo *info; } Err;   /* info is NULL on success */
#define OK ((Err){ 0 })

[[gnu::format(printf, 7, 8), gnu::nonnull(1)]]
Err err_make(Arena *a, Err cause, ErrKind kind, Str field, const char *file, int line, const char *fmt, ...);
/** True when `e` is a failure of this kind. */
static inline bool err_is(Err e, ErrKind kind) { return e.info && e.info->kind == kind; }
/** The same failure, which also says what version the record has now. */
Err err_with_version(Arena *a, Err e, int64_t version);
/** "message: cause: cause" for logs and the command line. Lives in `a`. */
Str err_text(Arena *a, Err e);
/** Takes note of a failure that must not stop the caller, without losing it: logs it as a warning. */
void err_log(Err e, const char *doing);

#define fail(a, kind, ...) err_make((a), OK, (kind), S(""), __FILE__, __LINE__, __VA_ARGS__)
/** A wrong input field: ERR_INVALID that names it. `field` is a Str. */
#define fail_field(a, field, ...) err_make((a), OK, ERR_INVALID, (field), __FILE__, __LINE__, __VA_ARGS__)
#define TRY(call) do { Err e_ = (call); if (e_.info) return e_; } while (0)
#define TRY_AS(a, call, ...) do { Err e_ = (call); if (e_.info) \
        return err_make((a), e_, e_.info->kind, e_.info->field, __FILE__, __LINE__, __VA_ARGS__); } while (0)

/** An impossible state: prints and aborts. Never for input from outside. */
#define bug(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
[[gnu::noreturn, gnu::format(printf, 3, 4)]] void bug_at(const char *file, int line, const char *fmt, ...);
