#include "base/rand.h"
#include <sys/random.h>
#include "base/err.h"

void rand_bytes(void *to, size_t len)
{
    for (size_t got = 0; got < len;) {
        ssize_t n = getrandom((char *)to + got, len - got, 0);
        if (n <= 0) bug("no random bytes from the system");
        got += (size_t)n;
    }
}

uint64_t rand_u64(void)
{
    uint64_t v;
    rand_bytes(&v, sizeof v);
    return v;
}
