/* LD_PRELOAD: the clocks of a process are off by the milliseconds that stand in the file named by TEST_CLOCK: the wall
 * clock by the first eight bytes, the steady one by the next eight. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

int clock_gettime(clockid_t id, struct timespec *to)
{
    static int (*real)(clockid_t, struct timespec *);
    static volatile const long long *off;
    if (!real) {
        const char *name = getenv("TEST_CLOCK");
        int fd = name ? open(name, O_RDONLY) : -1;
        void *at = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
        off = at == MAP_FAILED ? NULL : at;
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    }
    int bad = real(id, to);
    if (bad || !off) return bad;
    if (id == CLOCK_REALTIME) to->tv_sec += off[0] / 1000;
    if (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE) to->tv_sec += off[1] / 1000;
    return 0;
}
