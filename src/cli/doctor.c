/** doctor: looks at everything that has to be right, changes nothing, and says how to mend what is not. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>
#include "base/log.h"
#include "base/time.h"
#include "base/version.h"
#include "cli/cli.h"
#include "feature/account/account.h"
#include "store/inspect.h"

typedef struct Doctor { Cli *cli; int wrong, warned; Database *db; bool served; int missing_steps; } Doctor;

[[gnu::format(printf, 3, 4)]] static void say(const char *mark, const char *what, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    printf("%-5s %-10s ", mark, what);
    vprintf(fmt, ap);
    putchar('\n');
    va_end(ap);
}
#define good(what, ...) say("ok", what, __VA_ARGS__)
#define warn(d, what, ...) ((d)->warned++, say("warn", what, __VA_ARGS__))
#define wrong(d, what, ...) ((d)->wrong++, say("WRONG", what, __VA_ARGS__))

static const char *path_in(Doctor *d, const char *name)
{
    return arena_fmt(d->cli->arena, STR_FMT "/%s", STR_ARG(opt(d->cli, "data")), name).at;
}

static bool check_folder(Doctor *d)
{
    const char *path = arena_cstr(d->cli->arena, opt(d->cli, "data"));
    struct stat at;
    if (stat(path, &at)) {
        wrong(d, "folder", "%s: %s. Make it (mkdir -p %s), or name another with --data", path,
              strerror(errno), path);
        return false;
    }
    if (!S_ISDIR(at.st_mode)) {
        wrong(d, "folder", "%s is not a folder. Name another with --data", path);
        return false;
    }
    if (access(path, R_OK | W_OK | X_OK)) {
        wrong(d, "folder", "%s: %s. Change its owner: chown -R USER %s", path, strerror(errno),
              path);
        return false;
    }
    if (at.st_mode & 077) warn(d, "folder", "%s can be read by others. chmod 700 %s", path, path);
    else good("folder", "%s", path);
    return true;
}

static void check_space(Doctor *d)
{
    struct statvfs disk;
    if (statvfs(arena_cstr(d->cli->arena, opt(d->cli, "data")), &disk)) return;
    long long free_mb = (long long)disk.f_bavail * (long long)disk.f_frsize >> 20;
    if (free_mb < 100)
        wrong(d, "space", "%lld MB free. Make room: writing stops when the disk is full", free_mb);
    else if (free_mb < 1024) warn(d, "space", "%lld MB free. Make room before it runs out", free_mb);
    else good("space", "%lld MB free", free_mb);
    if (disk.f_files && disk.f_favail < 1000)
        wrong(d, "space", "only %lld files more fit on this disk. Remove some",
              (long long)disk.f_favail);
}

static void check_key(Doctor *d)
{
    const char *path = path_in(d, "secret.key");
    if (opt(d->cli, "secret-key").len) { good("key", "from HINDSIGHT_SECRET_KEY"); return; }
    struct stat at;
    char hex[66] = { 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) { good("key", "%s will be made at the first start", path); return; }
    if (fd < 0) {
        wrong(d, "key", "%s: %s. Give it to the user who runs the server", path, strerror(errno));
        return;
    }
    bool whole = read(fd, hex, 64) == 64 && strspn(hex, "0123456789abcdefABCDEF") == 64;
    if (fstat(fd, &at)) at.st_mode = 0;
    close(fd);
    if (!whole)
        wrong(d, "key",
              "%s is not 64 hex digits. Put it back from a backup: stored secrets cannot be read "
              "without it",
              path);
    else if (at.st_mode & 077) warn(d, "key", "%s can be read by others. chmod 600 %s", path, path);
    else good("key", "%s", path);
}

static void check_clock(Doctor *d)
{
    char text[TIME_TEXT_MAX];
    int64_t now = clock_ms(), built = 1764000000000;         /* later than this was written */
    if (now < built)
        wrong(d, "clock",
              "it says %s. Set it: timestamps and sign-ins depend on it (timedatectl set-ntp true)",
              time_rfc3339(now, text));
    else good("clock", "%s", time_rfc3339(now, text));
}

static bool check_database(Doctor *d)
{
    Arena *a = d->cli->arena;
    Str url = database_url(d->cli);
    bool file = str_find(url, S("://")) < 0;
    if (file && access(arena_cstr(a, url), F_OK) && errno == ENOENT) {
        good("database", STR_FMT " will be made at the first start", STR_ARG(url));
        return false;
    }
    Err e = database_open(a, &(DatabaseOptions){ .url = url, .readers = 2 }, &d->db);
    if (!e.info) e = database_ping(d->db, a);
    if (e.info) { wrong(d, "database", STR_FMT, STR_ARG(err_text(a, e))); return false; }
    e = database_verify(d->db, a);
    if (e.info) {
        wrong(d, "database", STR_FMT ". Stop the server and restore a backup",
              STR_ARG(err_text(a, e)));
        return false;
    }
    good("database", STR_FMT " answers and is sound, %lld MB", STR_ARG(database_shown(d->cli)),
         (long long)(database_bytes(d->db) >> 20));
    return true;
}

static bool check_schema(Doctor *d)
{
    const Schema *all[APP_SCHEMAS_MAX];
    size_t n = app_schemas(database_kind(d->db), all);
    Err e = database_pending(d->db, d->cli->arena, all, n, &d->missing_steps);
    if (e.info) { wrong(d, "schema", STR_FMT, STR_ARG(err_text(d->cli->arena, e))); return false; }
    if (d->missing_steps) good("schema", "%d steps will be applied at the next start", d->missing_steps);
    else good("schema", "up to date with version %s", HINDSIGHT_VERSION);
    return d->missing_steps == 0;
}

static Cx doctor_cx(Doctor *d, Store *s)
{
    static App nothing;            /* rules that only read ask nothing of it but the clock */
    return (Cx){ .arena = d->cli->arena, .store = s, .app = &nothing, .actor = { .role = ROLE_ADMIN, .scopes = SCOPE_ALL }, .now_ms = clock_ms(), .if_match = MATCH_ANY };
}

static void check_people(Doctor *d)
{
    auto_store s = store_take(d->db);
    Cx cx = doctor_cx(d, s);
    Users all = { 0 };
    Err e = user_list_all(&cx, &all);
    if (e.info) { wrong(d, "people", STR_FMT, STR_ARG(err_text(d->cli->arena, e))); return; }
    int admins = 0;
    list_each(&all, i) admins += str_eq(all.at[i].role, S("admin"));
    if (!all.len) good("people", "nobody yet: the first person is made in the browser");
    else if (!admins)
        wrong(d, "people", "no administrator is left. hindsight user role --email E --role admin");
    else good("people", "%zu, %d of them administrators", all.len, admins);
}

static void check_jobs(Doctor *d)
{
    auto_store s = store_take(d->db);
    Cx cx = doctor_cx(d, s);
    JobRows dead = { 0 };
    Err e = job_list(&cx, S("dead"), S(""), 0, S(""), 20, &dead);
    if (e.info) { wrong(d, "jobs", STR_FMT, STR_ARG(err_text(d->cli->arena, e))); return; }
    if (!dead.len) { good("jobs", "none failed for good"); return; }
    list_each (&dead, i)
        wrong(d, "jobs", STR_FMT " failed %lld times: " STR_FMT, STR_ARG(dead.at[i].kind),
              (long long)dead.at[i].attempts, STR_ARG(dead.at[i].error));
    say("", "", "mend the cause, then: Settings, Jobs, Retry");
}

/** Whether the port can be taken; binds and lets go at once. Returns an errno, 0 when it is free. */
static int try_port(const char *host, const char *port)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *found = NULL;
    if (getaddrinfo(*host ? host : NULL, port, &hints, &found) || !found) return EADDRNOTAVAIL;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), code = 0;
    if (fd < 0) code = errno;
    if (!code) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    if (!code && bind(fd, found->ai_addr, found->ai_addrlen)) code = errno;
    if (fd >= 0) close(fd);
    freeaddrinfo(found);
    return code;
}

static void check_port(Doctor *d)
{
    Arena *a = d->cli->arena;
    Str where = opt(d->cli, "listen");
    size_t i = where.len;
    while (i > 0 && where.at[i - 1] != ':') i--;
    Str host = str_sub(where, 0, i ? i - 1 : 0);
    if (host.len > 1 && host.at[0] == '[') host = str_sub(host, 1, host.len - 2);
    int code = try_port(arena_cstr(a, host), arena_cstr(a, str_sub(where, i, where.len)));
    if (code == EADDRINUSE && d->served)
        good("port", STR_FMT " is in use by the server that runs", STR_ARG(where));
    else if (code == EADDRINUSE)
        wrong(d, "port",
              STR_FMT " is in use by another program. Stop it, or choose another with --listen",
              STR_ARG(where));
    else if (code == EACCES)
        wrong(d, "port", STR_FMT " needs more rights than this user has. Choose a port above 1023",
              STR_ARG(where));
    else if (code)
        wrong(d, "port", STR_FMT ": %s. Choose another with --listen", STR_ARG(where),
              strerror(code));
    else good("port", STR_FMT " is free", STR_ARG(where));
}

/** A server holds the lock of its database as long as it runs. */
static bool is_served(Doctor *d)
{
    Str url = database_url(d->cli);
    if (str_find(url, S("://")) >= 0) return false;      /* nodes share it; none owns it */
    int fd = open(arena_fmt(d->cli->arena, STR_FMT ".lock", STR_ARG(url)).at, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool held = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
    close(fd);
    return held;
}

static void check_config(Doctor *d)
{
    const Cli *cli = d->cli;
    if (cli->config_file.len) good("config", STR_FMT, STR_ARG(cli->config_file));
    for (int i = 0; options[i].name; i++)
        if (cli->sources[i] == FROM_ENV) good("config", "%s from the environment", options[i].name);
}

Exit run_doctor(Cli *cli)
{
    Doctor d = { .cli = cli };
    log_level_set(LOG_ERROR);
    good("version", "%s", HINDSIGHT_VERSION);
    check_config(&d);
    check_clock(&d);
    if (check_folder(&d)) {
        check_space(&d);
        check_key(&d);
        d.served = is_served(&d);
        if (check_database(&d) && check_schema(&d)) { check_people(&d); check_jobs(&d); }
    }
    check_port(&d);
    database_close(d.db);
    if (d.wrong) printf("\n%d thing%s wrong.\n", d.wrong, d.wrong == 1 ? " is" : "s are");
    else printf("\nAll is well%s.\n", d.warned ? ", but for the warnings" : "");
    return d.wrong ? EXIT_FAILED : EXIT_OK;
}
