#pragma once
/** The language of templates: Markdown with {{names}}. Names stand in one table (names.c), so a wrong one is refused with
 *  its line, column and the nearest right one, and the editor can list them.
 *
 *      {{incident.title}}                          a value
 *      {{incident.timeline}} {{… snapshot}}        a block as text that people then edit
 *      {{incident.follow_ups live}}                a block that stays in step with the incident
 *      {{#each impacts}} {{title}} {{/each}}       a loop; `number` counts from 1; `this.title` is the same as `title`
 *      {{#if incident.trigger}} … {{else}} … {{/if}}      also {{#unless x}}; a name or a list that is empty is false
 *      {{! a remark }}   \{{ two braces as text
 *
 *  A tag of a loop or condition that stands alone in its line takes the line with it.
 *
 *  Values never pass through the Markdown parser: each is one private character in the source (U+F0000…) that is
 *  replaced in the finished tree. So no value can become structure, markup or a link that we would not allow. */
#include "base/err.h"
#include "document/node.h"

typedef enum NameType {
    NAME_TEXT,          /* empty prints nothing */
    NAME_FACT,          /* a time, duration, person, figure: prints "not recorded" when unknown */
    NAME_LIST,
    NAME_BLOCK,
} NameType;
typedef struct Name { const char *name, *list; NameType type; const char *en, *zh; } Name;
/** All names; `list` is the loop inside which it is known, NULL for everywhere. Ends with a zeroed entry. */
extern const Name template_names[];

typedef struct Program Program;
/** Reads a prefill. Fails: ERR_INVALID naming `field`, with line, column and what was meant. `field` may be empty. */
Err  program_parse(Arena *a, Str field, Str source, const Program **ret);

typedef enum BlockMode { BLOCK_SNAPSHOT, BLOCK_LIVE } BlockMode;
typedef struct ProgramData {
    const json_t *values;            /* {"incident":{"title":"…"},"impacts":[{…}]}: strings, arrays of objects of strings */
    Str locale;
    /** Appends the nodes of a block ("incident.timeline") to `to`. */
    void (*block)(void *ctx, Arena *a, Str name, BlockMode mode, DocNodes *to);
    void *ctx;
} ProgramData;
/** Runs it and appends the blocks that it makes to `parent`. Fails: ERR_TOO_LARGE. */
Err  program_run(Arena *a, const Program *program, const ProgramData *data, DocNode *parent);
/** The nearest known name within that loop ("" outside), or NULL. */
const char *name_nearest(Str list, Str given);
