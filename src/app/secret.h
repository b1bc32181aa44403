#pragma once
/** Secrets at rest are sealed with a key that is not in the database: file `secret.key` in the data folder (made at
 *  first start, mode 0600) or HINDSIGHT_SECRET_KEY (64 hex digits). libsodium secretbox, random nonce. */
#include "app/cx.h"
Err secret_seal(Cx *cx, Str plain, Str *ret_sealed);
/** Fails: ERR_UNAVAILABLE when the key is another one. */
Err secret_unseal(Cx *cx, Str sealed, Str *ret_plain);
/** Hash of a random token or key for looking it up (not for passwords): BLAKE2b in hex. */
Str secret_hash(Arena *a, Str token);
