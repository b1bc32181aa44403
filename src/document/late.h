#pragma once
/** Letters that somebody typed into a block while Hindsight exchanged it. Inside document/ only; late.c says how. */
#include "document/storage.h"

/** A block of the root that went: the id of its item, and what it said. */
typedef struct LateBlock { uint64_t client, clock; Str said; } LateBlock;
typedef LIST(LateBlock) LateBlocks;

/** Remembers for a day that the update `revision`, which does nothing else, deleted these. Within a write. */
Err late_watch(Cx *cx, Str id, int64_t revision, const LateBlocks *blocks);
/** Somebody wrote in a document: is there anything that could have come late? Then it is looked at soon. Within a write. Cost: one read. */
Err late_expect(Cx *cx, Str id);
/** Looks, and brings back what came late. A job. */
Err late_job(Cx *cx, Str id);
/** What `is` says that `was` did not: letters, those written in several places divided by spaces. */
Str late_letters(Arena *a, Str was, Str is);
