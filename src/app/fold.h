#pragma once
/** Names as people mean them: two that differ only in case, width or composition are the same. */
#include "base/buf.h"
/** The form that names are compared, sorted and searched by (Unicode NFKC_Casefold). `text` itself when it is ill-formed. */
Str fold_key(Arena *a, Str text);
/** The folded text as a LIKE pattern that finds it anywhere in a folded column; escape character '\'. At most 200 bytes count. */
Str like_anywhere(Arena *a, Str text);
