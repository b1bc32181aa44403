#pragma once
/** Inside of comments. */
#include "feature/comment/comment.h"

/* comment.c */
Err comment_thread_of(Cx *cx, Str comment, Str *ret);
