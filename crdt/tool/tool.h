/** What the files of crdt-tool share. */
#ifndef CRDT_TOOL_H
#define CRDT_TOOL_H

#include <stdio.h>
#include <stdlib.h>

#include "../internal.h"

/** Exit codes. */
enum { DONE = 0, REFUSED = 1, MISUSED = 2, NO_FILE = 3 };

/** peer.c: answers one JSON object a line until the input ends. */
int peer_run(FILE *in, FILE *out);

/** bench.c: how long the engine takes with these updates, printed as text. */
int bench_run(const CrdtBytes *updates, size_t count, const CrdtOptions *options);

/* peer_json.c: fields of a command, and its answer */
CrdtBytes field(CrdtBytes object, const char *name);
bool has_field(CrdtBytes object, const char *name);
uint64_t number_field(CrdtBytes object, const char *name, uint64_t otherwise);
bool true_field(CrdtBytes object, const char *name);
/** The text of a JSON string; the caller frees the buffer. */
CrdtBuf text_of(CrdtBytes json);
/** The bytes of a JSON string of base64; anything that is not base64 is left out. */
CrdtBuf base64_of(CrdtBytes json);
void add_text(CrdtBuf *out, const char *text);
void add_base64(CrdtBuf *out, CrdtBytes bytes);

/* peer_edit.c: {"op":"insert","path":["t"],"index":0,"text":"x"} */
CrdtNode node_of(CrdtDoc *d, CrdtBytes command);
CrdtKind kind_of(CrdtBytes object, const char *name);
CrdtErr run_op(CrdtDoc *d, CrdtBytes op, CrdtBytes name, CrdtFault *fault);

#endif
