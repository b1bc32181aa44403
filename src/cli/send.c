/** change and mail: what scripts and mail servers tell a server of, over its API; they open no database. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/rand.h"
#include "cli/cli.h"
#include "net/client.h"

enum { TRIES = 3, MAIL_BYTES = 2 << 20, TEMPORARY = 75 };   /* 75: EX_TEMPFAIL, a mail server keeps the message and tries again */

static Str host_of(Str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    Str rest = at < 0 ? url : str_sub(url, (size_t)at + 3, url.len);
    rest = str_before(rest, '/');
    if (str_starts(rest, S("["))) return str_before(str_sub(rest, 1, rest.len), ']');
    return str_before(rest, ':');
}

Str server_url(Cli *cli, Str path)
{
    Str server = opt(cli, "server");
    while (str_ends(server, S("/"))) server.len--;
    return arena_fmt(cli->arena, STR_FMT STR_FMT, STR_ARG(server), STR_ARG(path));
}

Err server_open(Cli *cli, Client **ret)
{
    ClientOptions set = { .allow = host_of(opt(cli, "server")), .user_agent = S("hindsight"), .ca_file = opt(cli, "ca-file") };
    return client_open(cli->arena, &set, ret);
}

/** Posts; a server that is not there, or is busy, is asked again a second later. */
static Err post(Cli *cli, Str path, const HttpHeader *headers, size_t n, Str body, ClientRes *ret)
{
    Client *client;
    TRY(server_open(cli, &client));
    ClientReq req = { .method = S("POST"), .url = server_url(cli, path), .headers = headers, .n_headers = n, .body = body };
    Err e = OK;
    for (int i = 0; i < TRIES; i++) {
        if (i) nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
        e = client_call(client, cli->arena, &req, ret);
        if (!e.info && ret->status != 429 && ret->status < 500) break;
        if (e.info && !err_is(e, ERR_UNAVAILABLE)) break;
    }
    client_close(client);
    return e;
}

static bool is_temporary(Err e, const ClientRes *res)
{
    return err_is(e, ERR_UNAVAILABLE) || (!e.info && (res->status == 429 || res->status >= 500));
}

static Exit outcome(Cli *cli, Err e, const ClientRes *res)
{
    if (e.info) return complain_err(cli, e, EXIT_FAILED);
    if (res->status < 300) return EXIT_OK;
    json_t *problem = NULL;
    Err parsed = json_parse(cli->arena, res->body, &problem);
    Str detail = parsed.info || !json_is_object(problem) ? S("") : json_str(problem, "detail");
    return complain(EXIT_FAILED, "the server answered %d%s" STR_FMT, res->status, detail.len ? ": " : "", STR_ARG(detail));
}

/* ---- change */

Exit token_of(Cli *cli, const char *scope, Str *ret)
{
    Str path = opt(cli, "token-file");
    *ret = opt(cli, "token");
    if (!path.len)
        return ret->len ? EXIT_OK : complain(EXIT_USAGE, "%s needs a token of the scope %s: HINDSIGHT_TOKEN, or --token-file", cli->command->name, scope);
    FILE *f = fopen(arena_cstr(cli->arena, path), "r");
    if (!f) return complain(EXIT_USAGE, "cannot read " STR_FMT ": %s", STR_ARG(path), strerror(errno));
    char line[1000] = "";
    bool read = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    *ret = str_trim(arena_str(cli->arena, str_of(line)));
    return read && ret->len ? EXIT_OK : complain(EXIT_USAGE, STR_FMT " holds no token", STR_ARG(path));
}

static void add_text(Buf *b, const char *name, Str value)
{
    if (!value.len) return;
    buf_fmt(b, ",\"%s\":", name);
    buf_json(b, value);
}

static Str change_body(Cli *cli)
{
    Buf b = buf_new(cli->arena, 1 << 20);
    Str key = opt(cli, "key"), services = opt(cli, "service"), one;
    if (!key.len) key = arena_fmt(cli->arena, "cli:%016llx%016llx", (unsigned long long)rand_u64(), (unsigned long long)rand_u64());
    buf_add(&b, S("{\"dedup_key\":"));
    buf_json(&b, key);
    add_text(&b, "kind", opt(cli, "kind"));
    add_text(&b, "title", opt(cli, "title"));
    add_text(&b, "description", opt(cli, "description"));
    add_text(&b, "author", opt(cli, "author"));
    add_text(&b, "url", opt(cli, "url"));
    add_text(&b, "state", opt(cli, "state"));
    add_text(&b, "source", opt(cli, "source"));
    buf_add(&b, S(",\"service_ids\":["));
    for (bool first = true; str_next(&services, ',', &one);) {
        if (!str_trim(one).len) continue;
        if (!first) buf_byte(&b, ',');
        buf_json(&b, str_trim(one));
        first = false;
    }
    buf_add(&b, S("]"));
    if (opt(cli, "environment").len) {
        buf_add(&b, S(",\"labels\":{\"environment\":"));
        buf_json(&b, opt(cli, "environment"));
        buf_byte(&b, '}');
    }
    buf_byte(&b, '}');
    return buf_str(&b);
}

Exit run_change(Cli *cli)
{
    Str token;
    if (!opt(cli, "title").len) return complain(EXIT_USAGE, "change needs --title");
    Exit code = token_of(cli, "ingest", &token);
    if (code) return code;
    HttpHeader headers[] = { { .name = S("Content-Type"), .value = S("application/json") },
                             { .name = S("Authorization"), .value = arena_fmt(cli->arena, "Bearer " STR_FMT, STR_ARG(token)) } };
    ClientRes res = { 0 };
    Err e = post(cli, S("/api/v1/changes"), headers, 2, change_body(cli), &res);
    code = outcome(cli, e, &res);
    json_t *made = NULL;
    if (code || json_parse(cli->arena, res.body, &made).info || !json_is_object(made)) return code;
    Str id = json_str(made, "id");
    printf(STR_FMT "\n", STR_ARG(id));
    return EXIT_OK;
}

/* ---- mail */

/** All of standard input, at most MAIL_BYTES: of a longer message the end is left out, which is attachments. */
static Str read_mail(Cli *cli)
{
    char *at = arena_bytes(cli->arena, MAIL_BYTES, 1);
    size_t len = fread(at, 1, MAIL_BYTES, stdin);
    char rest[4096];
    while (fread(rest, 1, sizeof rest, stdin) > 0) continue;     /* who writes into a closed pipe takes it for a failure */
    return (Str){ at, len };
}

Exit run_mail(Cli *cli)
{
    Str key = opt(cli, "to"), part;
    if (!key.len) return complain(EXIT_USAGE, "mail needs --to KEY");
    for (Str rest = key; str_next(&rest, '/', &part);)
        if (part.len) key = part;
    Str body = read_mail(cli);
    if (!str_trim(body).len) return complain(EXIT_USAGE, "there is no message on standard input");
    HttpHeader type = { .name = S("Content-Type"), .value = S("message/rfc822") };
    ClientRes res = { 0 };
    Err e = post(cli, arena_fmt(cli->arena, "/in/mail/" STR_FMT, STR_ARG(key)), &type, 1, body, &res);
    if (is_temporary(e, &res)) {
        Exit code = outcome(cli, e, &res);
        return code ? (Exit)TEMPORARY : EXIT_OK;
    }
    return outcome(cli, e, &res);
}
