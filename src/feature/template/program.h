#pragma once
/** Inside of the template language: what parse.c makes and run.c walks. */
#include "feature/template/language.h"

/** Characters that stand for values while Markdown is parsed (plane 15, private use). */
#define VALUE_FIRST 0xF0000u
#define VALUE_LAST  0xFFF00u

typedef enum PartKind { PART_TEXT, PART_VALUE, PART_BLOCK, PART_EACH, PART_IF } PartKind;
typedef struct Part Part;
typedef LIST(Part) Parts;
struct Part {
    PartKind kind;
    Str text;                /* PART_TEXT */
    const Name *name;
    int level;               /* the loop that the name belongs to, counted from the outermost; -1: none */
    BlockMode mode;
    Parts body, otherwise;
};
struct Program { Parts parts; };
