#pragma once
/** Reading every stored piece of every document, and mending what cannot be opened: for `hindsight doctor documents`. */
#include "app/cx.h"

typedef enum DocumentFaultKind {
    FAULT_SNAPSHOT,                /* a damaged snapshot: written anew from the log when somebody opens the document */
    FAULT_HISTORY,                 /* a damaged or missing update that a later snapshot covers: the past around it is gone */
    FAULT_LOST,                    /* one that no snapshot covers: the document cannot be opened */
    FAULT_STATE,                   /* a snapshot that says something else than the log up to it */
} DocumentFaultKind;
typedef struct DocumentFault { DocumentFaultKind kind; Str document; int64_t revision; } DocumentFault;
typedef struct DocumentsVerified { int64_t documents, updates, snapshots, bytes; } DocumentsVerified;

/** Reads all documents whole: checksums, counted revisions, well-formed updates, and the log replayed beside the newest sound
 *  snapshot. Calls `found` for each fault; its strings are valid during the call. Cost: the whole history, once; memory for
 *  one document. Fails: only when the database does. */
Err documents_verify(Cx *cx, void (*found)(void *ctx, const DocumentFault *fault), void *ctx, DocumentsVerified *ret);
/** Lets a document with FAULT_LOST be opened again, with all that can still be read; what the damaged updates said is missing
 *  until somebody comes who still has it. *ret_skipped: how many. Not within a write; cx->store reads.
 *  Fails: ERR_NOT_FOUND; ERR_CONFLICT when it can be opened as it is. */
Err document_salvage(Cx *cx, Str id, int64_t *ret_skipped);
