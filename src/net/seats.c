#include <stdlib.h>
#include "base/err.h"
#include "base/hash.h"
#include "net/server_impl.h"

#define BUCKETS 1024

typedef struct Host { struct Host *next; Addr addr; int seats; } Host;

struct Seat { Seats *all; Host *host; };

struct Seats {
    pthread_mutex_t lock;
    int most, most_per_address, taken, refs;
    Host *host[BUCKETS];
};

static void *need(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (!p) bug("out of memory");
    return p;
}

/** One IPv6 customer has 2^64 addresses: count their network, not each. */
static Addr counted_as(Addr a)
{
    static const uint8_t v4_prefix[12] = { [10] = 0xFF, [11] = 0xFF };
    if (memcmp(a.byte, v4_prefix, sizeof v4_prefix)) memset(a.byte + 8, 0, 8);
    return a;
}

static Host **host_slot(Seats *s, Addr addr)
{
    Host **at = &s->host[hash_str((Str){ (const char *)addr.byte, sizeof addr.byte }) % BUCKETS];
    while (*at && !addr_eq((*at)->addr, addr)) at = &(*at)->next;
    return at;
}

Seats *seats_new(int most, int most_per_address)
{
    Seats *s = need(sizeof *s);
    s->most = most;
    s->most_per_address = most_per_address;
    s->refs = 1;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

/** Gives up the lock, and all of it with the last reference. */
static void unlock_and_drop(Seats *s)
{
    bool last = --s->refs == 0;
    pthread_mutex_unlock(&s->lock);
    if (!last) return;
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void seats_drop(Seats *s)
{
    pthread_mutex_lock(&s->lock);
    unlock_and_drop(s);
}

Seat *seats_take(Seats *s, Addr addr, bool limited, SeatState *ret)
{
    Seat *seat = need(sizeof *seat);
    addr = counted_as(addr);
    pthread_mutex_lock(&s->lock);
    Host **slot = host_slot(s, addr);
    if (!*slot) {
        *slot = need(sizeof **slot);
        (*slot)->addr = addr;
    }
    *seat = (Seat){ s, *slot };
    s->refs++;
    s->taken++;
    (*slot)->seats++;
    bool over = s->taken > s->most || (limited && (*slot)->seats > s->most_per_address);
    pthread_mutex_unlock(&s->lock);
    *ret = over ? SEAT_OVER_LIMIT : SEAT_TAKEN;
    return seat;
}

void seat_release(void *what)
{
    Seat *seat = what;
    if (!seat) return;
    Seats *s = seat->all;
    pthread_mutex_lock(&s->lock);
    s->taken--;
    if (--seat->host->seats == 0) {
        Host **slot = host_slot(s, seat->host->addr);
        *slot = seat->host->next;
        free(seat->host);
    }
    free(seat);
    unlock_and_drop(s);
}

int64_t seats_taken(Seats *s)
{
    pthread_mutex_lock(&s->lock);
    int64_t n = s->taken;
    pthread_mutex_unlock(&s->lock);
    return n;
}
