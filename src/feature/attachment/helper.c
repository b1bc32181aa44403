/* The door to the programs beside the server: files in and out, one line back, a deadline. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/time.h"
#include "feature/attachment/helper.h"

#define DEADLINE_MS 90000

/* Beside the program itself. */
static Err program_path(Arena *a, const char *name, const char **ret)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return fail(a, ERR_UNAVAILABLE, "cannot find where this program lies");
    while (n > 0 && self[n - 1] != '/') n--;
    *ret = arena_fmt(a, "%.*s%s", (int)n, self, name).at;
    if (access(*ret, X_OK) == 0) return OK;
    return fail(a, ERR_UNAVAILABLE, "this cannot be done now: the program %s is not beside the server", name);
}

static Err disk_failed(Arena *a, const char *what)
{
    int e = errno;
    return fail(a, ERR_UNAVAILABLE, "%s: %s", what, e == ENOSPC ? "the disk is full" : strerror(e));
}

Err helper_scratch(Arena *a, Str folder, int *ret)
{
    int fd = open(arena_cstr(a, folder), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        char *name = (char *)arena_fmt(a, STR_FMT "/upload-XXXXXX", STR_ARG(folder)).at;
        fd = mkostemp(name, O_CLOEXEC);
        if (fd >= 0) unlink(name);
    }
    if (fd < 0) return disk_failed(a, "cannot write a temporary file");
    *ret = fd;
    return OK;
}

Err helper_write(Arena *a, int fd, Str bytes)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = write(fd, bytes.at + done, bytes.len - done);
        if (n < 0 && errno != EINTR) return disk_failed(a, "cannot write a temporary file");
        if (n > 0) done += (size_t)n;
    }
    if (lseek(fd, 0, SEEK_SET) < 0) return disk_failed(a, "cannot write a temporary file");
    return OK;
}

static Err start(Arena *a, const char *path, const char *name, const char *how, int in, int out, int say, pid_t *ret)
{
    posix_spawn_file_actions_t files;
    char *argv[] = { (char *)name, (char *)how, NULL }, *env[] = { (char *)"LC_ALL=C", (char *)"VIPS_CONCURRENCY=1", NULL };
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, say, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    int e = posix_spawn(ret, path, &files, NULL, argv, env);
    posix_spawn_file_actions_destroy(&files);
    return e ? fail(a, ERR_UNAVAILABLE, "cannot start %s: %s", name, strerror(e)) : OK;
}

/* What it says until it closes its end, or the deadline; then it is gone. */
static Str listen_to(Arena *a, int fd, pid_t pid, int *ret_status)
{
    char said[400];
    size_t len = 0;
    int64_t until = clock_monotonic_ms() + DEADLINE_MS;
    for (;;) {
        int64_t left = until - clock_monotonic_ms();
        struct pollfd p = { .fd = fd, .events = POLLIN };
        int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) { kill(pid, SIGKILL); break; }
        char piece[400];
        ssize_t n = read(fd, piece, sizeof piece);
        if (n <= 0) break;
        size_t keep = (size_t)n < sizeof said - len ? (size_t)n : sizeof said - len;
        memcpy(said + len, piece, keep);
        len += keep;
    }
    while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR) {}
    return str_trim(arena_str(a, (Str){ said, len }));
}

Err helper_run(Arena *a, const char *name, const char *how, int in, int out, int *ret_status, Str *ret_said)
{
    const char *path;
    int ends[2];
    pid_t pid;
    TRY(program_path(a, name, &path));
    if (pipe2(ends, O_CLOEXEC) != 0) return disk_failed(a, "cannot make a pipe");
    Err e = start(a, path, name, how, in, out, ends[1], &pid);
    close(ends[1]);
    if (!e.info) *ret_said = listen_to(a, ends[0], pid, ret_status);
    close(ends[0]);
    return e;
}
