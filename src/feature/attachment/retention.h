#pragma once
/** Pictures that nobody refers to do not stay for ever. */
#include "app/feature.h"

extern const Setting attachment_settings[];
/** The daily job. A row goes when its picture is in no document, not even in what one said at any time before, and older
 *  than files.keep_unused_days; a file goes when no row names it. What is found in a document once is never looked for again. */
Err attachment_sweep(Cx *cx, Str payload);
