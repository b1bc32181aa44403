#pragma once
/** Programs beside the server that work on bytes from outside, each alone in a cage (image/cage.h). */
#include "base/err.h"

static inline void helper_close_fd(int *fd);
#define auto_fd [[gnu::cleanup(helper_close_fd)]] int

/** A file without a name in `folder`: gone with its last descriptor, also when we are killed. */
Err helper_scratch(Arena *a, Str folder, int *ret);
/** Writes all of it and goes back to the beginning. */
Err helper_write(Arena *a, int fd, Str bytes);
/** Runs hindsight-NAME with these files as standard input and output. `how`: its only argument, may be NULL. What it said last is in
 *  *ret_said, how it ended in *ret_status (as of waitpid). At most 90 s. Fails: ERR_UNAVAILABLE (it is not there, cannot be started). */
Err helper_run(Arena *a, const char *name, const char *how, int in, int out, int *ret_status, Str *ret_said);

#include <unistd.h>
static inline void helper_close_fd(int *fd) { if (*fd >= 0) close(*fd); }
