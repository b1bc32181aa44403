#include "base/err.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/log.h"

Err err_make(Arena *a, Err cause, ErrKind kind, Str field, const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    Str message = arena_vfmt(a, fmt, ap);
    va_end(ap);
    ErrInfo *e = arena_make(a, ErrInfo);
    *e = (ErrInfo){ kind, message, arena_str(a, field), file, line, cause.info };
    return (Err){ e };
}

Str err_text(Arena *a, Err e)
{
    Buf text = buf_new(a, 4096);
    for (const ErrInfo *i = e.info; i; i = i->cause) {
        if (i != e.info) buf_add(&text, S(": "));
        buf_add(&text, i->message);
    }
    return buf_str(&text);
}

void err_log(Err e, const char *doing)
{
    if (!e.info) return;
    auto_arena a = arena_new(1024);
    Str text = err_text(a, e);
    log_warn("%s: " STR_FMT " (%s:%d)", doing, STR_ARG(text), e.info->file, e.info->line);
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "hindsight: bug at %s:%d: ", file, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}

Err err_with_version(Arena *a, Err e, int64_t version)
{
    ErrInfo *info = arena_make(a, ErrInfo);
    *info = *e.info;
    info->version = version;
    return (Err){ info };
}
