#pragma once
#include "base/str.h"

/** The Content-Type of a file by the ending of its name (case ignored);
 *  "application/octet-stream" when unknown. For our own assets: what people upload is decoded,
 *  never believed. Static text. */
const char *mime_type(Str file_name);
