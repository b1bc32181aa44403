#pragma once
/** The templates that every workspace has: read-only, to be copied. They live in the program, not in the database. */
#include "feature/template/template.h"

typedef struct BuiltinSection { const char *key, *heading, *guide, *prefill; bool required; } BuiltinSection;
typedef struct Builtin {
    const char *id, *name, *language, *description;
    const char *severity, *kind;             /* suggested for these; NULL = any */
    const BuiltinSection *sections;
} Builtin;
extern const Builtin template_builtins[];    /* the first of a language is its default; ends with a zeroed entry */
