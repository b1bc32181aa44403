/* LD_PRELOAD: the wall clock of a process is off by the milliseconds that stand in the file named by TEST_CLOCK. */
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
    if (!bad && id == CLOCK_REALTIME && off) to->tv_sec += *off / 1000;
    return bad;
}
