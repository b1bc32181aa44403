#pragma once
#include "base/json.h"

/** What an RFC 6901 pointer points at: "/a/0/b" from `alert`, "#/a" from `root`, "" the alert
 *  itself. NULL when there is nothing. Cost: length of the pointer. */
const Json *generic_pointer(Arena *a, const Json *root, const Json *alert, Str pointer);

/** True for "/…" and "#/…": what is not one is text with {pointers} in it. */
bool generic_is_pointer(Str value);
/** Fails: ERR_INVALID naming "mapping.title". `text`: JSON; empty is fine. */
Err generic_check_mapping(Arena *a, Str text);
