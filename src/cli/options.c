/** Where the value of an option comes from: a flag, else the environment, else the configuration file, else its default.
 *  Everything is checked before anything runs, and whatever is wrong is named. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/utf8.h"
#include "cli/cli.h"

const char *const source_names[] = { "default", "file", "environment", "flag" };

const Option options[] = {
    { "data", TYPE_TEXT, "DIR", NULL, IN_ENV | IN_FILE | EVERY, "folder of the database, uploaded files and secret.key" },
    { "database", TYPE_TEXT, "URL", NULL, IN_ENV | IN_FILE | EVERY, "postgres://… or the path of a SQLite file; without it DIR/hindsight.db" },
    { "config", TYPE_TEXT, "FILE", NULL, IN_ENV | EVERY, "configuration file; without it DIR/hindsight.conf when it is there" },
    { "listen", TYPE_TEXT, "ADDR", "127.0.0.1:8080", IN_ENV | IN_FILE, "address and port: 127.0.0.1:8080, [::]:8080, :8080 for every address" },
    { "public-url", TYPE_TEXT, "URL", NULL, IN_ENV | IN_FILE, "where people reach it, for links: https://hindsight.example.com" },
    { "trusted-proxies", TYPE_TEXT, "LIST", NULL, IN_ENV | IN_FILE, "addresses of proxies whose X-Forwarded-* headers count, comma-separated" },
    { "workers", TYPE_INT, "N", "0", IN_ENV | IN_FILE, "threads that answer requests; 0: chosen", 0, 256 },
    { "secure-cookies", TYPE_BOOL, "yes|no", NULL, IN_ENV | IN_FILE, "send cookies over HTTPS only; without it yes when --public-url is https" },
    { "access-log", TYPE_BOOL, "yes|no", "no", IN_ENV | IN_FILE, "a line for each request on standard error" },
    { "secret-key", TYPE_TEXT, "HEX", NULL, IN_ENV | SECRET | NO_FLAG, "64 hex digits instead of DIR/secret.key" },
    { "email", TYPE_TEXT, "E", NULL, 0, "address of the person" },
    { "name", TYPE_TEXT, "N", NULL, 0, "name" },
    { "role", TYPE_TEXT, "R", NULL, 0, "viewer, responder, manager or admin" },
    { "locale", TYPE_TEXT, "L", NULL, 0, "en or zh" },
    { "time-zone", TYPE_TEXT, "Z", NULL, 0, "IANA name: Europe/Berlin" },
    { "password-stdin", TYPE_FLAG, NULL, NULL, 0, "read the password from standard input, one line" },
    { "user", TYPE_TEXT, "E", NULL, 0, "address of the person whose token it is" },
    { "scope", TYPE_TEXT, "S[,S]", NULL, 0, "read, write, ingest, admin" },
    { "expires", TYPE_INT, "DAYS", NULL, 0, "days until it stops working; without it never", 1, 36500 },
    { "channel", TYPE_TEXT, "C", NULL, 0, "channel (id or name) that its alerts belong to" },
    { "server", TYPE_TEXT, "URL", "http://127.0.0.1:8080", IN_ENV, "where the server is" },
    { "token", TYPE_TEXT, "T", NULL, IN_ENV | SECRET | NO_FLAG, "an API token" },
    { "token-file", TYPE_TEXT, "FILE", NULL, 0, "file whose first line is the token; without it HINDSIGHT_TOKEN" },
    { "ca-file", TYPE_TEXT, "FILE", NULL, IN_ENV, "certificates in PEM that are trusted besides the system's" },
    { "location", TYPE_TEXT, "L", NULL, IN_ENV, "what monitors call the place that it looks from" },
    { "allow", TYPE_TEXT, "LIST", NULL, IN_ENV, "what it may look at besides the public internet: 10.0.0.0/8, .corp.example" },
    { "kind", TYPE_TEXT, "K", "deploy", 0, "deploy, code, config, feature_flag, infrastructure or migration" },
    { "title", TYPE_TEXT, "T", NULL, 0, "what was changed, in a line" },
    { "description", TYPE_TEXT, "D", NULL, 0, "more about it" },
    { "service", TYPE_TEXT, "S[,S]", NULL, 0, "services by name" },
    { "author", TYPE_TEXT, "A", NULL, 0, "who made it" },
    { "url", TYPE_TEXT, "URL", NULL, 0, "where to look" },
    { "state", TYPE_TEXT, "S", NULL, 0, "in_progress, succeeded, failed or canceled" },
    { "key", TYPE_TEXT, "K", NULL, 0, "your own name for it: the same key again updates it" },
    { "to", TYPE_TEXT, "KEY", NULL, 0, "key of the integration (the last part of its address), or the whole address" },
    { "environment", TYPE_TEXT, "E", NULL, 0, "production, staging …" },
    { "source", TYPE_TEXT, "S", "script", 0, "what tells it: jenkins, drone …" },
    { "openapi", TYPE_FLAG, NULL, NULL, 0, "print the API as an OpenAPI 3.1 document" },
    { "typescript", TYPE_FLAG, NULL, NULL, 0, "print the API's types for TypeScript" },
    { "routes", TYPE_FLAG, NULL, NULL, 0, "print every route with its role, separated by tabs" },
    { "help", TYPE_FLAG, NULL, NULL, 0, "say how it is used, and end" },
    { "version", TYPE_FLAG, NULL, NULL, 0, "print the version, and end" },
    { 0 },
};

static int option_find(Str name)
{
    for (int i = 0; options[i].name; i++)
        if (str_eq(name, str_of(options[i].name))) return i;
    return -1;
}

static int known(const char *name)
{
    int i = option_find(str_of(name));
    if (i < 0) bug("no option %s", name);
    return i;
}

Str opt(const Cli *cli, const char *name) { return cli->values[known(name)]; }
bool opt_is(const Cli *cli, const char *name) { return str_eq(opt(cli, name), S("yes")); }
Source opt_source(const Cli *cli, const char *name) { return cli->sources[known(name)]; }

/** How many single changes make `a` of `b`; at most short words, so a plain table will do. */
static size_t distance(Str a, Str b)
{
    size_t row[40], n = b.len < 39 ? b.len : 39;
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 0; i < a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t change = diagonal + (a.at[i] != b.at[j]),
                   least = row[j] < row[j + 1] ? row[j] + 1 : row[j + 1] + 1;
            diagonal = row[j + 1];
            row[j + 1] = change < least ? change : least;
        }
    }
    return row[n];
}

/** " (did you mean --listen?)" or "". `need`: flags that the option must have. */
static Str nearest(Arena *a, Str name, unsigned need, const char *before)
{
    size_t best = 4;
    Str found = S("");
    for (int i = 0; options[i].name; i++) {
        size_t d = (options[i].flags & need) == need ? distance(name, str_of(options[i].name)) : 99;
        if (d < best && d < name.len) { best = d; found = str_of(options[i].name); }
    }
    return found.len ? arena_fmt(a, " (did you mean %s" STR_FMT "?)", before, STR_ARG(found)) : S("");
}

static bool word_in(const char *words, const char *word)
{
    for (Str rest = str_of(words ? words : ""), w; str_next(&rest, ' ', &w);)
        if (str_eq(w, str_of(word))) return true;
    return false;
}

/** "yes" or "no" for a word that means it, or NULL. */
static const char *yes_or_no(Str word)
{
    static const char *const yes[] = { "yes", "true", "on", "1" }, *const no[] = { "no", "false", "off", "0" };
    for (int i = 0; i < 4; i++) {
        if (str_eq(word, str_of(yes[i]))) return "yes";
        if (str_eq(word, str_of(no[i]))) return "no";
    }
    return NULL;
}

/** Brings a value into its one form, or says what is wrong with it. `where` is how the person gave it. */
static Err check_value(Arena *a, const Option *o, Str where, Str value, Str *ret)
{
    int64_t n;
    if (!utf8_valid(value)) return fail(a, ERR_INVALID, STR_FMT " is not valid UTF-8", STR_ARG(where));
    if (o->type == TYPE_INT && (!str_int(value, &n) || n < o->min || n > o->max))
        return fail(a, ERR_INVALID,
                    STR_FMT " must be a number from %lld to %lld, not \"" STR_FMT "\"",
                    STR_ARG(where), (long long)o->min, (long long)o->max, STR_ARG(value));
    if (o->type == TYPE_BOOL || o->type == TYPE_FLAG) {
        const char *word = yes_or_no(value);
        if (word) { *ret = str_of(word); return OK; }
        return fail(a, ERR_INVALID, STR_FMT " must be yes or no, not \"" STR_FMT "\"",
                    STR_ARG(where), STR_ARG(value));
    }
    if (str_empty(value)) return fail(a, ERR_INVALID, STR_FMT " is empty", STR_ARG(where));
    *ret = arena_str(a, value);
    return OK;
}

/** A value that came from a lower place than the one that is there already is checked, and then ignored. */
static Err put(Cli *cli, int i, Source source, Str where, Str value)
{
    Str checked;
    TRY(check_value(cli->arena, &options[i], where, value, &checked));
    if (cli->set[i] && cli->sources[i] > source) return OK;
    cli->values[i] = checked;
    cli->sources[i] = source;
    cli->set[i] = true;
    return OK;
}

/* ---- flags */

static bool takes(const Command *c, const Option *o)
{
    if (o->flags & NO_FLAG) return false;
    if (word_in("help version", o->name)) return true;
    return word_in(c->uses, o->name) || (!c->bare && o->flags & EVERY);
}

static Err flag(Cli *cli, int argc, char *const *argv, int *at)
{
    Str arg = str_of(argv[*at]), name = str_sub(str_before(arg, '='), 2, arg.len),
        given = arena_fmt(cli->arena, "--" STR_FMT, STR_ARG(name));
    int i = option_find(name);
    if (i < 0 || !takes(cli->command, &options[i]))
        return fail(cli->arena, ERR_INVALID, "%s has no option " STR_FMT STR_FMT,
                    cli->command->name, STR_ARG(given),
                    STR_ARG(i < 0 ? nearest(cli->arena, name, 0, "--") : S("")));
    if (str_index(arg, '=') >= 0) return put(cli, i, FROM_FLAG, given, str_after(arg, '='));
    bool alone =
        options[i].type == TYPE_FLAG
        || (options[i].type == TYPE_BOOL && (*at + 1 >= argc || !yes_or_no(str_of(argv[*at + 1]))));
    if (alone) return put(cli, i, FROM_FLAG, given, S("yes"));
    if (*at + 1 >= argc || str_starts(str_of(argv[*at + 1]), S("--")))
        return fail(cli->arena, ERR_INVALID, STR_FMT " needs a value: " STR_FMT " %s",
                    STR_ARG(given), STR_ARG(given), options[i].arg);
    return put(cli, i, FROM_FLAG, given, str_of(argv[++*at]));
}

static bool is_help(Str s) { return str_eq(s, S("--help")) || str_eq(s, S("-h")); }

/** How many arguments the words of `c` take up when the first of them say its name; 0 when they do not. */
static int words_match(const Command *c, int argc, char *const *argv)
{
    int i = 1;
    for (Str rest = str_of(c->name), word; str_next(&rest, ' ', &word); i++)
        if (i >= argc || !str_eq(word, str_of(argv[i]))) return 0;
    return i - 1;
}

/** The command that the first words name, or NULL; `ret_next` is the first argument behind them. */
static const Command *command_find(int argc, char *const *argv, int *ret_next)
{
    for (const Command *c = commands; c->name; c++) {
        int n = words_match(c, argc, argv);
        if (!n) continue;
        *ret_next = n + 1;
        return c;
    }
    return NULL;
}

static Err parse_flags(Cli *cli, int argc, char *const *argv)
{
    Arena *a = cli->arena;
    for (int i = 1; i < argc; i++) {
        cli->wants_help |= is_help(str_of(argv[i]));
        cli->wants_version |= str_eq(str_of(argv[i]), S("--version"));
    }
    int i = 1;
    cli->command = command_find(argc, argv, &i);
    if (cli->wants_help || cli->wants_version) return OK;
    if (argc < 2) return fail(a, ERR_INVALID, "say what to do: hindsight serve, or hindsight --help");
    if (!cli->command)
        return fail(a, ERR_INVALID, "there is no command \"%s%s%s\": see hindsight --help", argv[1],
                    argc > 2 && argv[2][0] != '-' ? " " : "",
                    argc > 2 && argv[2][0] != '-' ? argv[2] : "");
    for (; i < argc; i++) {
        if (str_starts(str_of(argv[i]), S("--")) && argv[i][2]) { TRY(flag(cli, argc, argv, &i)); continue; }
        if (!cli->command->operand || cli->operand.len)
            return fail(a, ERR_INVALID, "%s does not know what to do with \"%s\"",
                        cli->command->name, argv[i]);
        cli->operand = str_of(argv[i]);
    }
    if (cli->command->operand && !cli->operand.len)
        return fail(a, ERR_INVALID, "%s needs a word: hindsight %s %s", cli->command->name,
                    cli->command->name, cli->command->operand);
    return OK;
}

/* ---- environment */

/** Kubernetes tells every container about the services around it: one that is named hindsight is no mistake of a person's. */
static bool from_kubernetes(Str name, Str value)
{
    return str_starts(value, S("tcp://")) || str_find(name, S("_SERVICE_HOST")) > 0
           || str_find(name, S("_SERVICE_PORT")) > 0 || str_find(name, S("_TCP")) > 0;
}

static Err parse_env(Cli *cli, char *const *env)
{
    for (; env && *env; env++) {
        Str line = str_of(*env), name = str_before(line, '=');
        if (!str_starts(name, S("HINDSIGHT_")) || from_kubernetes(name, str_after(line, '='))) continue;
        Str low = arena_str(cli->arena, str_sub(name, 10, name.len));
        for (size_t i = 0; i < low.len; i++)
            ((char *)low.at)[i] = low.at[i] == '_'                       ? '-'
                                  : low.at[i] >= 'A' && low.at[i] <= 'Z' ? (char)(low.at[i] + 32)
                                                                         : low.at[i];
        int i = option_find(low);
        if (i < 0 || !(options[i].flags & IN_ENV))
            return fail(cli->arena, ERR_INVALID,
                        "the environment variable " STR_FMT
                        " is not one of ours: see hindsight serve --help",
                        STR_ARG(name));
        TRY(put(cli, i, FROM_ENV, name, str_after(line, '=')));
    }
    return OK;
}

/* ---- configuration file */

static Err read_file(Arena *a, const char *path, Str *ret, bool *ret_missing)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *ret_missing = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (fd < 0)
        return fail(a, ERR_INVALID, "cannot read the configuration file %s: %s", path,
                    strerror(errno));
    size_t room = 256 << 10, n = 0;
    char *text = arena_bytes(a, room, 1);
    ssize_t got;
    while (n < room && (got = read(fd, text + n, room - n)) > 0) n += (size_t)got;
    close(fd);
    if (n == room) return fail(a, ERR_INVALID, "the configuration file %s is larger than 256 KiB", path);
    *ret = (Str){ text, n };
    return OK;
}

static Str unquote(Str s)
{
    bool quoted = s.len >= 2 && (s.at[0] == '"' || s.at[0] == '\'') && s.at[s.len - 1] == s.at[0];
    return quoted ? str_sub(s, 1, s.len - 2) : s;
}

static Err parse_file(Cli *cli, const char *path, Str text)
{
    int number = 0;
    for (Str rest = text, line; str_next(&rest, '\n', &line);) {
        number++;
        line = str_trim(line);
        if (str_empty(line) || line.at[0] == '#') continue;
        Str key = str_trim(str_before(line, '='));
        if (str_index(line, '=') < 0)
            return fail(cli->arena, ERR_INVALID, "%s:%d: expected key = value, not \"" STR_FMT "\"",
                        path, number, STR_ARG(line));
        int i = option_find(key);
        if (i < 0 || !(options[i].flags & IN_FILE))
            return fail(cli->arena, ERR_INVALID, "%s:%d: there is no key \"" STR_FMT "\"" STR_FMT,
                        path, number, STR_ARG(key), STR_ARG(nearest(cli->arena, key, IN_FILE, "")));
        TRY(put(cli, i, FROM_FILE,
                arena_fmt(cli->arena, "%s:%d: " STR_FMT, path, number, STR_ARG(key)),
                unquote(str_trim(str_after(line, '=')))));
    }
    return OK;
}

static Err load_file(Cli *cli)
{
    Str given = opt(cli, "config"), data = opt(cli, "data");
    if (!given.len && !data.len) return OK;
    const char *path = given.len
                           ? arena_cstr(cli->arena, given)
                           : arena_fmt(cli->arena, STR_FMT "/hindsight.conf", STR_ARG(data)).at;
    Str text = S("");
    bool missing;
    Err e = read_file(cli->arena, path, &text, &missing);
    if (e.info && missing && !given.len) return OK;
    TRY(e);
    cli->config_file = str_of(path);
    return parse_file(cli, path, text);
}

/* ---- what only makes sense together */

/** Where data lies when nobody says: a system's place for root, a person's own for anybody else. */
static Str standard_folder(Arena *a)
{
    const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (geteuid() == 0) return S("/var/lib/hindsight");
    if (xdg && xdg[0] == '/') return arena_fmt(a, "%s/hindsight", xdg);
    return home ? arena_fmt(a, "%s/.local/share/hindsight", home) : S("./hindsight-data");
}

static Err check_together(Cli *cli)
{
    Arena *a = cli->arena;
    Str url = opt(cli, "public-url"), key = opt(cli, "secret-key"), where = opt(cli, "listen");
    if (url.len && !str_starts(url, S("http://")) && !str_starts(url, S("https://")))
        return fail(a, ERR_INVALID,
                    "public-url must begin with http:// or https://, not \"" STR_FMT "\"",
                    STR_ARG(url));
    if (where.len && str_index(where, ':') < 0)
        return fail(a, ERR_INVALID,
                    "listen needs an address and a port, like 127.0.0.1:8080, not \"" STR_FMT "\"",
                    STR_ARG(where));
    if (key.len && key.len != 64) return fail(a, ERR_INVALID, "HINDSIGHT_SECRET_KEY must be 64 hex digits");
    return OK;
}

Err cli_parse(Cli *cli, int argc, char *const *argv, char *const *env)
{
    TRY(parse_flags(cli, argc, argv));
    if (cli->wants_help || cli->wants_version) return OK;
    bool calls = word_in(cli->command->uses, "server");
    if (cli->command->bare && !calls) return OK;
    TRY(parse_env(cli, env));
    if (!calls) TRY(load_file(cli));
    if (!calls && !opt(cli, "data").len) {
        cli->values[known("data")] = standard_folder(cli->arena);
        TRY(load_file(cli));
    }
    for (int i = 0; options[i].name; i++)
        if (!cli->set[i] && options[i].standard) cli->values[i] = str_of(options[i].standard);
    return check_together(cli);
}
