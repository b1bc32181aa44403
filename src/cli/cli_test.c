#include <stdlib.h>
#include <unistd.h>
#include "base/spec.h"
#include "cli/cli.h"

/** Parses as main() would; the lists end with NULL. */
static Err parse(Arena *a, char *const *argv, char *const *env, Cli **ret)
{
    int argc = 0;
    while (argv[argc]) argc++;
    *ret = arena_make(a, Cli);
    (*ret)->arena = a;
    return cli_parse(*ret, argc, argv, env);
}
#define ARGS(...) (char *[]){ (char *)"hindsight", __VA_ARGS__, NULL }
#define ENV(...) (char *[]){ __VA_ARGS__, NULL }

/** A folder with this configuration file in it; removed with the arena. */
static void remove_folder(void *path)
{
    char line[300];
    snprintf(line, sizeof line, "%s/hindsight.conf", (char *)path);
    unlink(line);
    rmdir(path);
}
static char *given_a_folder(Arena *a, const char *config)
{
    char *path = (char *)arena_str(a, S("/tmp/hindsight-cli-XXXXXX")).at;
    if (!mkdtemp(path)) bug("no temporary folder");
    FILE *f = fopen(arena_fmt(a, "%s/hindsight.conf", path).at, "w");
    if (!f) bug("no configuration file");
    fputs(config, f);
    fclose(f);
    arena_defer(a, remove_folder, path);
    return path;
}

SPEC("a flag counts before the environment, the environment before the file, the file before the default")
{
    auto_arena a = arena_new(4096);
    char *dir = given_a_folder(
        a, "# a comment\nlisten = 127.0.0.1:1\n\npublic-url = \"http://file.test\"\nworkers=3\n");
    Cli *cli;
    expect_ok(parse(a, ARGS("serve", "--data", dir, "--listen=127.0.0.1:3"),
                    ENV("HINDSIGHT_LISTEN=127.0.0.1:2", "HINDSIGHT_WORKERS=5", "PATH=/bin"), &cli));
    expect_str("127.0.0.1:3", opt(cli, "listen"));
    expect_str("5", opt(cli, "workers"));
    expect_str("http://file.test", opt(cli, "public-url"));
    expect_str("no", opt(cli, "access-log"));
    expect_int(FROM_FLAG, opt_source(cli, "listen"));
    expect_int(FROM_FILE, opt_source(cli, "public-url"));
}

SPEC("a wrong flag, variable, key or value is an error that names it")
{
    auto_arena a = arena_new(4096);
    char *dir = given_a_folder(a, ""), *bad = given_a_folder(a, "\nlistn = x\n"),
         *worse = given_a_folder(a, "workers = many\n");
    struct { char **argv, **env; const char *names;
    } const wrong[] = {
        { ARGS("serve", "--lsten", "x"), NULL, "--lsten (did you mean --listen?)" },
        { ARGS("serve", "--data", dir, "--workers", "lots"), NULL, "--workers must be a number" },
        { ARGS("serve", "--listen"), NULL, "--listen needs a value" },
        { ARGS("serve", "--data", dir, "--listen", "localhost"), NULL,
          "listen needs an address and a port" },
        { ARGS("serve", "--data", dir, "--public-url", "example.com"), NULL,
          "public-url must begin with" },
        { ARGS("serve", "--secret-key", "00"), NULL, "--secret-key" },
        { ARGS("serve", "extra"), NULL, "\"extra\"" },
        { ARGS("server"), NULL, "\"server\"" },
        { ARGS("user", "add", "--listen", ":1"), NULL, "user add has no option --listen" },
        { ARGS("serve", "--data", dir), ENV("HINDSIGHT_LISTN=x"), "HINDSIGHT_LISTN" },
        { ARGS("serve", "--data", bad), NULL,
          "hindsight.conf:2: there is no key \"listn\" (did you mean listen?)" },
        { ARGS("serve", "--data", worse), NULL, "hindsight.conf:1: workers must be a number" },
        { ARGS("serve", "--data", dir, "--config", "/nowhere.conf"), NULL, "/nowhere.conf" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Cli *cli;
        Err e = parse(a, wrong[i].argv, wrong[i].env, &cli);
        expect(err_is(e, ERR_INVALID));
        expect_has(wrong[i].names, e.info->message);
    }
}

SPEC("variables that Kubernetes makes for a service named hindsight are no mistake")
{
    auto_arena a = arena_new(4096);
    char *dir = given_a_folder(a, "");
    Cli *cli;
    expect_ok(parse(a, ARGS("serve", "--data", dir),
                    ENV("HINDSIGHT_PORT=tcp://10.0.0.7:80", "HINDSIGHT_SERVICE_HOST=10.0.0.7",
                        "HINDSIGHT_SERVICE_PORT_HTTP=80", "HINDSIGHT_PORT_80_TCP_PROTO=tcp"),
                    &cli));
    expect_str("127.0.0.1:8080", opt(cli, "listen"));
}

SPEC("what is yes or no may be said with a word, with =, or with nothing for yes")
{
    auto_arena a = arena_new(4096);
    char *dir = given_a_folder(a, "");
    Cli *cli;
    expect_ok(parse(a, ARGS("serve", "--data", dir, "--access-log", "off", "--secure-cookies"), NULL, &cli));
    expect(!opt_is(cli, "access-log") && opt_is(cli, "secure-cookies"));
    expect_ok(parse(a, ARGS("serve", "--access-log", "--secure-cookies=no", "--data", dir), NULL, &cli));
    expect(opt_is(cli, "access-log") && !opt_is(cli, "secure-cookies"));
}

SPEC("help and version are asked for anywhere, and wrong options beside them do not matter")
{
    auto_arena a = arena_new(4096);
    Cli *cli;
    expect_ok(parse(a, ARGS("--help"), NULL, &cli));
    expect(cli->wants_help && !cli->command);
    expect_ok(parse(a, ARGS("user", "add", "--nonsense", "--help"), NULL, &cli));
    expect(cli->wants_help);
    expect_str("user add", str_of(cli->command->name));
    expect_ok(parse(a, ARGS("serve", "--version"), NULL, &cli));
    expect(cli->wants_version);
}

SPEC("every option that a command names is in the table, and every option has help")
{
    for (const Command *c = commands; c->name; c++)
        for (Str rest = str_of(c->uses), word; str_next(&rest, ' ', &word);) {
            bool found = false;
            for (const Option *o = options; o->name; o++) found |= str_eq(word, str_of(o->name));
            expect(found);
        }
    int n = 0;
    for (const Option *o = options; o->name; o++, n++) expect(o->help && strlen(o->help) > 0);
    expect(n < OPTIONS_MAX);
}

SPEC("the password in a database URL is not printed")
{
    auto_arena a = arena_new(4096);
    Cli *cli;
    char *dir = given_a_folder(a, "");
    expect_ok(parse(a,
                    ARGS("serve", "--data", dir, "--database",
                         "postgres://ann:secret@db.example.com/hindsight"),
                    NULL, &cli));
    expect_str("postgres://ann@db.example.com/hindsight", database_shown(cli));
}

SPEC("people are told an address that they can open, also when it listens everywhere")
{
    auto_arena a = arena_new(4096);
    Cli *cli;
    char *dir = given_a_folder(a, "");
    expect_ok(parse(a, ARGS("serve", "--data", dir, "--listen", ":8080"), NULL, &cli));
    expect_str("http://127.0.0.1:8080", public_url(cli, 0));
    expect_ok(parse(a, ARGS("serve", "--data", dir, "--listen", "[::1]:9"), NULL, &cli));
    expect_str("http://[::1]:9", public_url(cli, 0));
    expect_ok(parse(a, ARGS("serve", "--data", dir, "--public-url", "https://h.example.com/"), NULL, &cli));
    expect_str("https://h.example.com", public_url(cli, 0));
}
