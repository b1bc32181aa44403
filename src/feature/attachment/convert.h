#pragma once
#include "base/err.h"

typedef struct Converted { int fd; int64_t bytes, width, height; Str format; } Converted;
/** Runs hindsight-image over `upload`; `ret->fd` is a nameless file with the result, at its beginning: the caller closes it.
 *  `folder`: where temporary files may lie. Takes at most 40 s. */
Err image_convert(Arena *a, Str folder, Str upload, Converted *ret);
/** The same, but only PNG or JPEG comes out, of the first frame. */
Err image_convert_plain(Arena *a, Str folder, Str picture, Converted *ret);
