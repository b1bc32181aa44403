#include "base/spec.h"

static Err lower(Arena *a) { return fail(a, ERR_NOT_FOUND, "no user %s", "ann"); }
static Err upper(Arena *a) { TRY_AS(a, lower(a), "cannot assign to %s", "ann"); return OK; }
static Err through(Arena *a) { TRY(upper(a)); return OK; }

SPEC("an error keeps its kind and its causes on the way up, and reads as one line")
{
    auto_arena a = arena_new(256);
    Err e = through(a);
    expect(err_is(e, ERR_NOT_FOUND) && !err_is(e, ERR_INVALID));
    expect_str("cannot assign to ann: no user ann", err_text(a, e));
    expect(e.info->line != e.info->cause->line);
    expect(str_ends(str_of(e.info->file), S("err_test.c")));
}

SPEC("an error about a field names it, also when it is wrapped")
{
    auto_arena a = arena_new(256);
    char field[] = "impacts[0].kind";
    Err e = fail_field(a, str_of(field), "unknown kind");
    field[0] = 'x';
    expect_str("impacts[0].kind", e.info->field);
    Err wrapped = err_make(a, e, e.info->kind, e.info->field, "f", 1, "cannot add the impact");
    expect_str("impacts[0].kind", wrapped.info->field);
}

SPEC("success is no error of any kind and has no text")
{
    auto_arena a = arena_new(256);
    for (int k = 1; k < ERR_KINDS; k++) expect(!err_is(OK, (ErrKind)k));
    expect_str("", err_text(a, OK));
}
