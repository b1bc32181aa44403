/* The door to hindsight-image: files in and out, one line back, a deadline. */
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
#include "feature/attachment/convert.h"

#define DEADLINE_MS 40000

/* Beside the program itself. */
static Err program_path(Arena *a, const char **ret)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return fail(a, ERR_UNAVAILABLE, "cannot find where this program lies");
    while (n > 0 && self[n - 1] != '/') n--;
    *ret = arena_fmt(a, "%.*shindsight-image", (int)n, self).at;
    if (access(*ret, X_OK) == 0) return OK;
    return fail(
        a, ERR_UNAVAILABLE,
        "pictures cannot be taken in: the program hindsight-image is not beside the server");
}

static Err disk_failed(Arena *a, const char *what)
{
    int e = errno;
    return fail(a, ERR_UNAVAILABLE, "%s: %s", what, e == ENOSPC ? "the disk is full" : strerror(e));
}

/* A file without a name: gone with its last descriptor, also when we are killed. */
static Err nameless(Arena *a, Str folder, int *ret)
{
    int fd = open(arena_cstr(a, folder), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        char *name = (char *)arena_fmt(a, STR_FMT "/upload-XXXXXX", STR_ARG(folder)).at;
        fd = mkostemp(name, O_CLOEXEC);
        if (fd >= 0) unlink(name);
    }
    if (fd < 0) return disk_failed(a, "cannot keep the upload");
    *ret = fd;
    return OK;
}

static void close_fd(int *fd) { if (*fd >= 0) close(*fd); }
#define auto_fd [[gnu::cleanup(close_fd)]] int

static Err write_all(Arena *a, int fd, Str bytes)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = write(fd, bytes.at + done, bytes.len - done);
        if (n < 0 && errno != EINTR) return disk_failed(a, "cannot keep the upload");
        if (n > 0) done += (size_t)n;
    }
    if (lseek(fd, 0, SEEK_SET) < 0) return disk_failed(a, "cannot keep the upload");
    return OK;
}

static Err start(Arena *a, const char *path, int in, int out, int say, pid_t *ret)
{
    posix_spawn_file_actions_t files;
    char *argv[] = { (char *)"hindsight-image", NULL }, *env[] = { (char *)"LC_ALL=C", (char *)"VIPS_CONCURRENCY=1", NULL };
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, say, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    int e = posix_spawn(ret, path, &files, NULL, argv, env);
    posix_spawn_file_actions_destroy(&files);
    return e ? fail(a, ERR_UNAVAILABLE, "cannot start hindsight-image: %s", strerror(e)) : OK;
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

static Err outcome(Arena *a, int status, Str said, Converted *ret)
{
    if (!WIFEXITED(status))
        return fail_field(a, S("body"), "the picture takes too much time or memory to read");
    switch (WEXITSTATUS(status)) {
    case 0: break;
    case 2: return fail_field(a, S("body"), STR_FMT, STR_ARG(said));
    case 3: return fail(a, ERR_TOO_LARGE, STR_FMT, STR_ARG(said));
    default: return fail(a, ERR_UNAVAILABLE, "the picture could not be converted: " STR_FMT, STR_ARG(said));
    }
    Str rest = said, line, format, width, height;
    while (str_next(&rest, '\n', &line)) {}                  /* the last line; libraries may warn before */
    rest = line;
    if (!str_next(&rest, ' ', &format) || !str_next(&rest, ' ', &width) || !str_next(&rest, ' ', &height)
        || !str_int(width, &ret->width) || !str_int(height, &ret->height))
        return fail(a, ERR_INTERNAL, "hindsight-image said \"" STR_FMT "\"", STR_ARG(said));
    ret->format = format;
    return OK;
}

Err image_convert(Arena *a, Str folder, Str upload, Converted *ret)
{
    const char *path;
    auto_fd in = -1, out = -1, ear = -1;
    int ends[2], status = 0;
    pid_t pid;
    TRY(program_path(a, &path));
    TRY(nameless(a, folder, &in));
    TRY(nameless(a, folder, &out));
    TRY(write_all(a, in, upload));
    if (pipe2(ends, O_CLOEXEC) != 0) return disk_failed(a, "cannot make a pipe");
    ear = ends[0];
    Err e = start(a, path, in, out, ends[1], &pid);
    close(ends[1]);
    TRY(e);
    Str said = listen_to(a, ear, pid, &status);
    TRY(outcome(a, status, said, ret));
    struct stat s;
    if (fstat(out, &s) != 0 || s.st_size <= 0 || lseek(out, 0, SEEK_SET) < 0)
        return disk_failed(a, "cannot read the converted picture");
    ret->bytes = s.st_size;
    ret->fd = out;
    out = -1;
    return OK;
}
