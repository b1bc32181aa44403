#include "store/spec_database.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/err.h"
#include "base/hash.h"

#define READERS 4

typedef struct Template { uint64_t key; Str url, name; bool used; struct Template *next; } Template;
typedef struct Made { Str url, name; Database *db; Arena *arena; Template *borrowed; } Made;

static Template *templates;
static Arena *kept;              /* as long as the process */
static pid_t owner;              /* a forked child removes nothing */
static int count;

static bool on_postgres(void)
{
    const char *which = getenv("TEST_DATABASE");
    if (!which || !strcmp(which, "sqlite")) return false;
    if (strcmp(which, "postgres")) bug("TEST_DATABASE is \"%s\"; it is sqlite or postgres", which);
    if (!getenv("TEST_POSTGRES")) bug("TEST_POSTGRES is not set: run through tests/postgres.sh");
    return true;
}

DatabaseKind spec_database_kind(void) { return on_postgres() ? DATABASE_POSTGRES : DATABASE_SQLITE; }

/* ---- PostgreSQL ---- */

/* Copying a database takes PostgreSQL 100 ms, emptying one 10. So the template itself is lent to one spec at a time; what
 * migrations had put into it is kept in the schema "seed", and put back when it returns. */
static const char keep_seed[] =
    "DO $$ DECLARE t name; BEGIN CREATE SCHEMA seed;\n"
    "FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP\n"
    "    EXECUTE format('CREATE TABLE seed.%I AS TABLE public.%I', t, t);\n"
    "END LOOP;\n"
    "CREATE TABLE seed.\" sequences\" AS SELECT sequencename AS s, coalesce(last_value, 0) AS n FROM pg_sequences WHERE schemaname = 'public';\n"
    "END $$";
static const char put_seed[] =
    "SET session_replication_role = replica;\n"     /* no foreign keys while tables are half empty */
    "DO $$ DECLARE t name; q record; BEGIN\n"
    "FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP\n"
    "    EXECUTE format('DELETE FROM public.%I', t);\n"
    "    EXECUTE format('INSERT INTO public.%I SELECT * FROM seed.%I', t, t);\n"
    "END LOOP;\n"
    "FOR q IN SELECT s, n FROM seed.\" sequences\" LOOP PERFORM setval(format('public.%I', q.s)::regclass, greatest(q.n, 1), q.n > 0); END LOOP;\n"
    "END $$";

static void admin_at(const char *url, const char *sql)
{
    PGconn *conn = PQconnectdb(url);
    PGresult *res = PQexec(conn, sql);
    if (PQresultStatus(res) != PGRES_COMMAND_OK) bug("%s: %s", sql, PQerrorMessage(conn));
    PQclear(res);
    PQfinish(conn);
}

static void admin(const char *sql) { admin_at(getenv("TEST_POSTGRES"), sql); }

/** TEST_POSTGRES with another database: scheme://who@host/NAME?options. */
static Str url_of(Arena *a, Str name)
{
    Str url = str_of(getenv("TEST_POSTGRES"));
    ptrdiff_t host = str_find(url, S("://"));
    Str before = str_sub(url, 0, (size_t)host + 3), rest = str_sub(url, (size_t)host + 3, url.len);
    ptrdiff_t options = str_index(rest, '?');
    return arena_fmt(a, STR_FMT STR_FMT "/" STR_FMT STR_FMT, STR_ARG(before),
                     STR_ARG(str_before(rest, '/')), STR_ARG(name),
                     STR_ARG(options < 0 ? S("") : str_sub(rest, (size_t)options, rest.len)));
}

/* ---- SQLite ---- */

static Str new_folder(Arena *a)
{
    const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");   /* syncing costs nothing there */
    Str at = arena_fmt(a, "%s/hindsight-spec-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp((char *)at.at)) bug("cannot make a folder like %s", at.at);
    return at;
}

static void copy_file(const char *from, const char *to)
{
    char bytes[1 << 16];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    if (!in || !out) bug("cannot copy %s to %s", from, to);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, in));)
        if (fwrite(bytes, 1, n, out) != n) bug("cannot write %s", to);
    fclose(in);
    if (fclose(out)) bug("cannot write %s", to);
}

/* ---- both ---- */

static void remove_made(const Made *made)
{
    if (getpid() != owner) return;
    if (on_postgres()) {
        admin(arena_fmt(made->arena, "DROP DATABASE IF EXISTS " STR_FMT " WITH (FORCE)",
                        STR_ARG(made->name))
                  .at);
        return;
    }
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < 4; i++)
        unlink(arena_fmt(made->arena, STR_FMT "%s", STR_ARG(made->url), ends[i]).at);
    rmdir(arena_cstr(made->arena, made->name));
}

static void close_made(void *arg)
{
    Made *made = arg;
    database_close(made->db);
    if (made->borrowed) {
        admin_at(made->url.at, put_seed);
        made->borrowed->used = false;
    } else remove_made(made);
    arena_free(made->arena);
}

static void remove_templates(void)
{
    for (Template *t = templates; t; t = t->next) remove_made(&(Made){ t->url, t->name, NULL, kept, NULL });
    arena_free(kept);
}

/** A new name; with `template`, a copy of it. */
static void make(Arena *a, const Template *template, Str *ret_url, Str *ret_name)
{
    owner = getpid();
    if (on_postgres()) {
        *ret_name = arena_fmt(a, "hindsight_spec_%d_%d", (int)getpid(), ++count);
        admin(arena_fmt(a, "CREATE DATABASE " STR_FMT " TEMPLATE " STR_FMT, STR_ARG(*ret_name),
                        STR_ARG(template ? template->name : S("template0"))).at);
        *ret_url = url_of(a, *ret_name);
        return;
    }
    *ret_name = new_folder(a);
    *ret_url = arena_fmt(a, STR_FMT "/hindsight.db", STR_ARG(*ret_name));
    if (template) copy_file(template->url.at, ret_url->at);
}

static Made *make_for(Arena *a, const Template *template)
{
    Arena *own = arena_new(1024);
    Made *made = arena_make(own, Made);
    made->arena = own;
    make(own, template, &made->url, &made->name);
    arena_defer(a, close_made, made);
    return made;
}

static Made *lend(Arena *a, Template *t)
{
    Arena *own = arena_new(256);
    Made *made = arena_make(own, Made);
    *made = (Made){ t->url, t->name, NULL, own, t };
    t->used = true;
    arena_defer(a, close_made, made);
    return made;
}

static Database *open_url(Arena *a, Str url)
{
    Database *db;
    Err e = database_open(a, &(DatabaseOptions){ .url = url, .readers = READERS }, &db);
    if (e.info) bug(STR_FMT, STR_ARG(err_text(a, e)));
    return db;
}

Str given_a_database_url(Arena *a) { return arena_str(a, make_for(a, NULL)->url); }

Database *given_an_empty_database(Arena *a)
{
    Made *made = make_for(a, NULL);
    return made->db = open_url(a, made->url);
}

static Template *template_of(const Schema *const *schemas, size_t n)
{
    uint64_t key = hash_str((Str){ (const char *)schemas, n * sizeof *schemas });
    for (Template *t = templates; t; t = t->next)
        if (t->key == key) return t;
    if (!kept) {
        kept = arena_new(1024);
        atexit(remove_templates);
    }
    Template *t = arena_make(kept, Template);
    make(kept, NULL, &t->url, &t->name);
    auto_arena a = arena_new(4096);
    Database *db = open_url(a, t->url);
    Err e = database_migrate(db, a, schemas, n, NULL);
    if (e.info) bug(STR_FMT, STR_ARG(err_text(a, e)));
    database_close(db);
    if (on_postgres()) admin_at(t->url.at, keep_seed);
    t->key = key;
    t->next = templates;
    return templates = t;
}

Database *given_a_database(Arena *a, const Schema *const *schemas, size_t n)
{
    Template *t = template_of(schemas, n);
    Made *made = on_postgres() && !t->used ? lend(a, t) : make_for(a, t);
    return made->db = open_url(a, made->url);
}
