#pragma once
#include "base/str.h"

/** Unguessable bytes from the kernel. Aborts when there are none (the machine is broken). */
void rand_bytes(void *to, size_t len);
uint64_t rand_u64(void);
