/** user …, token … and integration …: what an administrator does from a shell. */
#include <errno.h>
#include <termios.h>
#include <unistd.h>
#include "cli/cli.h"
#include "feature/account/account.h"
#include "feature/alert/alert.h"
#include "port/integration.h"

/** Opens the system, runs `work` in a write, prints what it wants printed, closes. */
static Exit with_write(Cli *cli, Err (*work)(Cx *cx, void *arg), void *arg)
{
    App *app = NULL;
    Exit code = system_open(cli, &app);
    if (code) return code;
    Cx cx = app_cx(app, cli->arena, NULL);
    Err e = cx_write(&cx, work, arg);
    if (e.info) code = complain_err(cli, e, EXIT_FAILED);
    app_close(app);
    return code;
}

static Exit need(const Cli *cli, const char *name)
{
    if (opt(cli, name).len) return EXIT_OK;
    return complain(EXIT_USAGE, "%s needs --%s", cli->command->name, name);
}

/* ---- passwords */

/** One line from standard input, without its end. */
static Exit read_line(Cli *cli, Str *ret)
{
    char line[1026];
    if (!fgets(line, sizeof line, stdin))
        return complain(EXIT_USAGE, "there is no password on standard input");
    size_t n = strlen(line);
    if (n == sizeof line - 1) return complain(EXIT_USAGE, "the password on standard input is too long");
    while (n && (line[n - 1] == '\n' || line[n - 1] == '\r')) n--;
    *ret = arena_str(cli->arena, (Str){ line, n });
    return EXIT_OK;
}

static Exit ask(Cli *cli, const char *prompt, Str *ret)
{
    struct termios shown, hidden;
    if (tcgetattr(0, &shown)) return complain(EXIT_FAILED, "cannot ask for a password: %s", strerror(errno));
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs(prompt, stderr);
    tcsetattr(0, TCSAFLUSH, &hidden);
    Exit code = read_line(cli, ret);
    tcsetattr(0, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    return code;
}

/** The password that the person wants, or "" when nobody gives one. */
static Exit get_password(Cli *cli, Str *ret)
{
    *ret = S("");
    if (opt_is(cli, "password-stdin")) return read_line(cli, ret);
    if (!isatty(0)) return EXIT_OK;
    Str again;
    Exit code = ask(cli, "Password: ", ret);
    if (!code) code = ask(cli, "Again: ", &again);
    if (!code && !str_eq(*ret, again)) code = complain(EXIT_USAGE, "the two are different");
    return code;
}

/** Hashes outside of any write; a Cx without a store is all that it needs. */
static Exit hash_password(Cli *cli, Str password, Str name, Str email, Str *ret)
{
    *ret = S("");
    if (!password.len) return EXIT_OK;
    Cx cx = { .arena = cli->arena };
    Err e = password_make(&cx, password, name, email, ret);
    return e.info ? complain_err(cli, e, EXIT_FAILED) : EXIT_OK;
}

/* ---- commands */

typedef struct Change {
    User user;
    Str hash, id, token;
    unsigned fields;
    Strs scopes;
    int64_t days;
    Str name;
} Change;

static Err add(Cx *cx, void *arg)
{
    Change *c = arg;
    return user_add(cx, &c->user, c->hash, &c->id);
}

Exit run_user_add(Cli *cli)
{
    Change c = { .user = { .email = opt(cli, "email"), .name = opt(cli, "name"), .role = opt(cli, "role"), .locale = opt(cli, "locale"),
                           .time_zone = opt(cli, "time-zone") } };
    Str password;
    Exit code = need(cli, "email");
    if (!code) code = need(cli, "name");
    if (!code) code = get_password(cli, &password);
    if (!code) code = hash_password(cli, password, c.user.name, c.user.email, &c.hash);
    if (!code) code = with_write(cli, add, &c);
    if (code) return code;
    fprintf(stderr, "added " STR_FMT "%s\n", STR_ARG(c.user.email),
            password.len ? ""
                         : ", who cannot sign in until a password is set: hindsight user password");
    return EXIT_OK;
}

Exit run_user_list(Cli *cli)
{
    App *app = NULL;
    Exit code = system_open(cli, &app);
    if (code) return code;
    Store *s = store_take(app->db);
    Cx cx = app_cx(app, cli->arena, s);
    Users all = { 0 };
    Err e = user_list_every(&cx, &all);
    if (e.info) code = complain_err(cli, e, EXIT_FAILED);
    list_each(&all, i)
        printf(STR_FMT "\t" STR_FMT "\t%s\t" STR_FMT "\n", STR_ARG(all.at[i].email), STR_ARG(all.at[i].role),
               all.at[i].disabled ? "disabled" : "enabled", STR_ARG(all.at[i].name));
    store_give(s);
    app_close(app);
    return code;
}

static Err change(Cx *cx, void *arg)
{
    const Change *c = arg;
    User u;
    TRY(user_find(cx, c->user.email, &u));
    return user_change(cx, u.id, &c->user, c->fields);
}

static Exit change_user(Cli *cli, Change c)
{
    Exit code = need(cli, "email");
    c.user.email = opt(cli, "email");
    return code ? code : with_write(cli, change, &c);
}

Exit run_user_disable(Cli *cli) { return change_user(cli, (Change){ .user.disabled = true, .fields = USER_DISABLED }); }
Exit run_user_enable(Cli *cli) { return change_user(cli, (Change){ .fields = USER_DISABLED }); }
Exit run_user_role(Cli *cli)
{
    Exit code = need(cli, "role");
    return code ? code : change_user(cli, (Change){ .user.role = opt(cli, "role"), .fields = USER_ROLE });
}

static Err set_password(Cx *cx, void *arg)
{
    const Change *c = arg;
    User u;
    TRY(user_find(cx, c->user.email, &u));
    return user_set_password(cx, u.id, c->hash, S(""));
}

Exit run_user_password(Cli *cli)
{
    Change c = { .user.email = opt(cli, "email") };
    Str password;
    Exit code = need(cli, "email");
    if (!code) code = get_password(cli, &password);
    if (!code && !password.len)
        code = complain(EXIT_USAGE,
                        "user password needs --password-stdin when nobody is at the terminal");
    if (!code) code = hash_password(cli, password, S(""), c.user.email, &c.hash);
    return code ? code : with_write(cli, set_password, &c);
}

static Err make_token(Cx *cx, void *arg)
{
    Change *c = arg;
    User u;
    TRY(user_find(cx, c->user.email, &u));
    return token_add(cx, u.id, c->name, c->scopes,
                     c->days ? cx->now_ms + c->days * 24 * 3600 * 1000 : 0, &c->id, &c->token);
}

Exit run_token_create(Cli *cli)
{
    Change c = { .user.email = opt(cli, "user"), .name = opt(cli, "name").len ? opt(cli, "name") : S("command line") };
    Exit code = need(cli, "user");
    if (!code) code = need(cli, "scope");
    if (code) return code;
    (void)str_int(opt(cli, "expires"), &c.days);
    for (Str rest = opt(cli, "scope"), word; str_next(&rest, ',', &word);)
        if (str_trim(word).len) *list_add(cli->arena, &c.scopes) = str_trim(word);
    code = with_write(cli, make_token, &c);
    if (!code) printf(STR_FMT "\n", STR_ARG(c.token));
    return code;
}

typedef struct NewSource { Str kind, name, channel, url; } NewSource;

static Err add_source(Cx *cx, void *arg)
{
    NewSource *s = arg;
    return integration_add(cx, s->kind, s->name, s->channel, NULL, &s->url);
}

Exit run_integration_add(Cli *cli)
{
    NewSource s = { .kind = cli->operand, .name = opt(cli, "name"), .channel = opt(cli, "channel") };
    if (!alert_source_find(s.kind)) {
        Str known = S("");
        for (size_t i = 0; integrations[i]; i++)
            if (integrations[i]->alert_source)
                known = arena_fmt(cli->arena, STR_FMT "%s%s", STR_ARG(known), known.len ? ", " : "",
                                  integrations[i]->name);
        return complain(EXIT_USAGE,
                        "there is no integration \"" STR_FMT "\": the kinds are " STR_FMT,
                        STR_ARG(s.kind), STR_ARG(known));
    }
    Exit code = need(cli, "name");
    if (!code) code = with_write(cli, add_source, &s);
    if (!code) printf(STR_FMT "\n", STR_ARG(s.url));
    return code;
}
