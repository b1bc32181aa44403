#include "document/align.h"
#include <string.h>

/** Walks the remembered frontiers back from the end and notes what stays. */
static void walk_back(int32_t *const *rows, int64_t d, int64_t n, int64_t m, uint8_t *ret_a, uint8_t *ret_b)
{
    int64_t x = n, y = m;
    for (; d >= 0; d--) {
        const int32_t *v = rows[d] + d + 1;              /* frontier before step d, diagonals -d-1 … d+1 */
        int64_t k = x - y;
        int64_t from = k == -d || (k != d && v[k - 1] < v[k + 1]) ? k + 1 : k - 1;
        int64_t px = d ? v[from] : 0, py = d ? px - from : 0;
        while (x > px && y > py) ret_a[--x] = ret_b[--y] = 1;
        if (d) { x = px; y = py; }
    }
}

static void middle(Arena *a, const uint32_t *p, int64_t n, const uint32_t *q, int64_t m, uint8_t *ret_a, uint8_t *ret_b)
{
    int64_t most = n + m < ALIGN_MAX_EDITS ? n + m : ALIGN_MAX_EDITS;
    int32_t **rows = arena_array(a, int32_t *, (size_t)most + 1);
    int32_t *all = arena_array(a, int32_t, (size_t)(2 * most + 4)), *v = all + most + 2;
    for (int64_t d = 0; d <= most; d++) {
        rows[d] = arena_array(a, int32_t, (size_t)(2 * d + 3));
        memcpy(rows[d], v - d - 1, (size_t)(2 * d + 3) * sizeof *v);
        for (int64_t k = -d; k <= d; k += 2) {
            int64_t x = d == 0 ? 0 : k == -d || (k != d && v[k - 1] < v[k + 1]) ? v[k + 1] : v[k - 1] + 1;
            int64_t y = x - k;
            while (x < n && y < m && y >= 0 && p[x] == q[y]) x++, y++;
            v[k] = (int32_t)x;
            if (x >= n && y >= m) { walk_back(rows, d, n, m, ret_a, ret_b); return; }
        }
    }
}

void align(Arena *a, const uint32_t *x, size_t n, const uint32_t *y, size_t m, uint8_t *ret_a, uint8_t *ret_b)
{
    size_t head = 0, tail = 0;
    memset(ret_a, 0, n);
    memset(ret_b, 0, m);
    for (; head < n && head < m && x[head] == y[head]; head++) ret_a[head] = ret_b[head] = 1;
    for (; tail < n - head && tail < m - head && x[n - 1 - tail] == y[m - 1 - tail]; tail++)
        ret_a[n - 1 - tail] = ret_b[m - 1 - tail] = 1;
    n -= head + tail;
    m -= head + tail;
    if (n && m) middle(a, x + head, (int64_t)n, y + head, (int64_t)m, ret_a + head, ret_b + head);
}
