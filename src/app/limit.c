#include "app/limit.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include "app/app.h"
#include "base/hash.h"
#include "base/time.h"

/* A fixed table: each key has four places it may take; the one that was idle longest gives way. An attacker who makes
 * many keys can only make the limiter forget, never make it grow. */
enum { BUCKETS = 1 << 14, WAYS = 4 };
typedef struct Bucket { uint64_t key; double tokens; int64_t at_ms; } Bucket;
struct Limits { pthread_mutex_t lock; Bucket buckets[BUCKETS]; };

Limits *limits_new(void)
{
    Limits *l = calloc(1, sizeof *l);
    if (!l) bug("out of memory");
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void limits_free(Limits *l)
{
    if (!l) return;
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static Bucket *find(Limits *l, uint64_t key, double burst, int64_t now)
{
    Bucket *set = &l->buckets[key & (BUCKETS - WAYS)], *oldest = set;
    for (Bucket *b = set; b < set + WAYS; b++) {
        if (b->key == key) return b;
        if (b->at_ms < oldest->at_ms) oldest = b;
    }
    *oldest = (Bucket){ key, burst, now };
    return oldest;
}

Err limit_take(Cx *cx, Str key, double burst, double per_minute)
{
    Limits *l = cx->app->limits;
    int64_t now = cx->app->options.now_ms ? cx->now_ms : clock_monotonic_ms();
    double wait_s = 0;
    pthread_mutex_lock(&l->lock);
    Bucket *b = find(l, hash_str(key) | 1, burst, now);
    b->tokens = fmin(burst, b->tokens + (double)(now - b->at_ms) * per_minute / 60000);
    b->at_ms = now;
    if (b->tokens >= 1) b->tokens -= 1;
    else wait_s = ceil((1 - b->tokens) * 60 / per_minute);
    pthread_mutex_unlock(&l->lock);
    if (wait_s == 0) return OK;
    return fail(cx->arena, ERR_TOO_MANY, "too many attempts; try again in %d seconds", (int)wait_s);
}
