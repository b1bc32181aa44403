/** From main() to a command and its exit code. */
#include "cli/cli.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "base/version.h"

Exit complain(Exit code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("hindsight: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return code;
}

/* The layers below tell people, not programs, what is wrong; the code follows from the sentence. cli_test.c and
 * tests/bad_days hold the two together. */
static const struct { const char *part; Exit code; } known_errors[] = {
    { "newer version of Hindsight", EXIT_NEWER },
    { "is full", EXIT_FULL },
    { "No space left", EXIT_FULL },
    { "another server is running", EXIT_FOLDER },
    { "is in use by another program", EXIT_PORT },
    { "needs more rights than this user has", EXIT_PORT },
    { "to listen on", EXIT_PORT },
    { "cannot listen on", EXIT_PORT },
    { "secret.key", EXIT_FOLDER },
    { "cannot write /", EXIT_FOLDER },
};

Exit complain_err(Cli *cli, Err e, Exit otherwise)
{
    Str text = err_text(cli->arena, e);
    Exit code = otherwise;
    for (size_t i = 0; i < sizeof known_errors / sizeof *known_errors; i++)
        if (str_find(text, str_of(known_errors[i].part)) >= 0) { code = known_errors[i].code; break; }
    return complain(code, STR_FMT, STR_ARG(text));
}

/* ---- data folder */

#define LEAST_FREE_BYTES (4ll << 20)

static Exit folder_make(Cli *cli, const char *path)
{
    bool chosen_by_us = opt_source(cli, "data") == FROM_DEFAULT;
    for (char *p = (char *)path + 1; chosen_by_us && *p; p++) {
        if (*p != '/') continue;
        *p = 0;
        mkdir(path, 0755);
        *p = '/';
    }
    if (mkdir(path, 0700) == 0) {
        fprintf(stderr, "hindsight: made the data folder %s\n", path);
        return EXIT_OK;
    }
    if (errno == ENOENT)
        return complain(
            EXIT_FOLDER,
            "there is no data folder %s: make it (mkdir -p %s), or name another with --data", path,
            path);
    if (errno == ENOSPC)
        return complain(EXIT_FULL, "the disk that should hold %s is full: make room and try again",
                        path);
    return complain(EXIT_FOLDER, "cannot make the data folder %s: %s", path, strerror(errno));
}

Exit folder_prepare(Cli *cli)
{
    const char *path = arena_cstr(cli->arena, opt(cli, "data"));
    struct stat at;
    if (stat(path, &at)) {
        if (errno != ENOENT)
            return complain(EXIT_FOLDER, "the data folder %s cannot be used: %s", path,
                            strerror(errno));
        Exit code = folder_make(cli, path);
        if (code) return code;
    } else if (!S_ISDIR(at.st_mode)) return complain(EXIT_FOLDER, "the data folder %s is not a folder", path);
    if (access(path, W_OK | X_OK))
        return complain(EXIT_FOLDER,
                        "the data folder %s must not be written by this user (%s): change its "
                        "owner, or name another with --data",
                        path, strerror(errno));
    struct statvfs disk;
    if (statvfs(path, &disk) == 0 && (int64_t)disk.f_bavail * (int64_t)disk.f_frsize < LEAST_FREE_BYTES)
        return complain(EXIT_FULL, "the disk that holds %s is full: make room and try again", path);
    return EXIT_OK;
}

/* ---- the database */

Str database_url(const Cli *cli)
{
    Str url = opt(cli, "database");
    if (!url.len) return arena_fmt(cli->arena, STR_FMT "/hindsight.db", STR_ARG(opt(cli, "data")));
    return str_starts(url, S("sqlite:")) ? str_after(url, ':') : url;
}

Str database_shown(const Cli *cli)
{
    Str url = database_url(cli);
    ptrdiff_t scheme = str_find(url, S("://")), at = str_index(url, '@');
    if (scheme < 0 || at < 0) return url;
    Str who = str_before(str_sub(url, (size_t)scheme + 3, (size_t)at - (size_t)scheme - 3), ':');
    return arena_fmt(cli->arena, STR_FMT "://" STR_FMT STR_FMT,
                     STR_ARG(str_sub(url, 0, (size_t)scheme)), STR_ARG(who),
                     STR_ARG(str_sub(url, (size_t)at, url.len)));
}

static Exit check_url(Cli *cli)
{
    Str url = database_url(cli);
    if (str_find(url, S("://")) < 0 || str_starts(url, S("postgres://"))
        || str_starts(url, S("postgresql://")))
        return EXIT_OK;
    return complain(EXIT_DATABASE,
                    "\"" STR_FMT "\" is not a database that is known here: use "
                                 "postgres://USER@HOST/NAME, or the path of a SQLite file",
                    STR_ARG(database_shown(cli)));
}

AppOptions cli_app_options(const Cli *cli)
{
    int64_t workers = 0;
    (void)str_int(opt(cli, "workers"), &workers);
    bool https = str_starts(opt(cli, "public-url"), S("https://"));
    return (AppOptions){ .database = database_url(cli), .data_dir = opt(cli, "data"), .listen = opt(cli, "listen"), .public_url = opt(cli, "public-url"),
        .trusted_proxies = opt(cli, "trusted-proxies"), .workers = (int)workers,
        .secure_cookies = opt(cli, "secure-cookies").len ? opt_is(cli, "secure-cookies") : https, .access_log = opt_is(cli, "access-log") };
}

Str public_url(const Cli *cli, int port)
{
    Str url = opt(cli, "public-url"), where = opt(cli, "listen");
    if (url.len) return str_ends(url, S("/")) ? str_sub(url, 0, url.len - 1) : url;
    size_t i = where.len;
    while (i > 0 && where.at[i - 1] != ':') i--;
    Str host = str_sub(where, 0, i ? i - 1 : 0);
    bool any = str_empty(host) || str_eq(host, S("0.0.0.0")) || str_eq(host, S("[::]"))
               || str_eq(host, S("*"));
    int64_t given = 0;
    (void)str_int(str_sub(where, i, where.len), &given);
    return arena_fmt(cli->arena, "http://" STR_FMT ":%d", STR_ARG(any ? S("127.0.0.1") : host),
                     port ? port : (int)given);
}

Exit system_open(Cli *cli, App **ret)
{
    Exit code = check_url(cli);
    if (!code) code = folder_prepare(cli);
    if (code) return code;
    AppOptions o = cli_app_options(cli);
    if (!o.public_url.len) o.public_url = public_url(cli, 0);
    Err e = app_open(cli->arena, &o, ret);
    return e.info ? complain_err(cli, e, EXIT_DATABASE) : EXIT_OK;
}

/* ---- the program */

static Str topic_of(int argc, char **argv)
{
    return argc > 1 && argv[1][0] != '-' ? str_of(argv[1]) : S("");
}

/** Standard output that could not be written (a full disk behind a pipe) is a failure, too. */
static Exit flushed(Exit code)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    return complain(code ? code : EXIT_FAILED, "cannot write the output: %s", strerror(errno));
}

int cli_main(int argc, char **argv, char **env)
{
    auto_arena a = arena_new(64 << 10);
    Cli *cli = arena_make(a, Cli);
    cli->arena = a;
    umask(0077);
    if (argc > 1 && !strcmp(argv[1], "help")) {              /* hindsight help serve = hindsight serve --help */
        for (int i = 1; i + 1 < argc; i++) argv[i] = argv[i + 1];
        argv[argc - 1] = (char *)"--help";
    }
    Err e = cli_parse(cli, argc, argv, env);
    if (e.info) return complain(EXIT_USAGE, STR_FMT, STR_ARG(err_text(a, e)));
    if (cli->wants_version) { printf("hindsight %s\n", HINDSIGHT_VERSION); return flushed(EXIT_OK); }
    if (cli->wants_help) { help_print(cli, topic_of(argc, argv), stdout); return flushed(EXIT_OK); }
    return flushed(cli->command->run(cli));
}
