#pragma once
/** Rate limits in memory of this node: token buckets by key in a table of fixed size. Thread-safe. */
#include "app/cx.h"

/** Takes one from the bucket `key` that holds `burst` and refills `per_minute`. ERR_TOO_MANY when empty, with how long to wait. */
Err limit_take(Cx *cx, Str key, double burst, double per_minute);

typedef struct Limits Limits;
Limits *limits_new(void);
void limits_free(Limits *l);   /* NULL is fine */
