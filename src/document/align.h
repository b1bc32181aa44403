#pragma once
#include "base/arena.h"
#include "base/str.h"

/** The shortest way from one sequence of numbers to another. `ret_a[i]` is 1 where a[i] stays, `ret_b[k]` where b[k] does;
 *  those that stay pair up in order. Beyond ALIGN_MAX_EDITS differences the middle counts as all different.
 *  Cost: O((n + m) · differences). Source: Myers, "An O(ND) Difference Algorithm", 1986. */
enum { ALIGN_MAX_EDITS = 1500 };
void align(Arena *a, const uint32_t *x, size_t n, const uint32_t *y, size_t m, uint8_t *ret_a, uint8_t *ret_b);
