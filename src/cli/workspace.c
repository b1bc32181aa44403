/** export and import: a whole workspace as a folder that people and programs can read, and back identically.
 *
 *      workspace.json        what made it, and how far each room's schema is
 *      tables/NAME.jsonl     every row as a line of JSON, sorted; bytes as {"base64":"…"}
 *      search.jsonl          what search holds
 *      reports/PM-7.md       every report for people, with what is known of it
 *      media/HASH            pictures by the hash of their bytes
 *
 *  Left out: sessions and jobs, which are of the moment, and secret.key: what is sealed with it is exported sealed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/cli.h"
#include "document/document.h"
#include "feature/exchange/exchange.h"
#include "store/search.h"

typedef struct Column { Str name; enum { TEXT_COLUMN, INT_COLUMN, REAL_COLUMN, BLOB_COLUMN } type; bool identity; } Column;
typedef LIST(Column) Columns;
typedef LIST(Str) Lines;
typedef struct Folder { Arena *arena; App *app; Cx *cx; Str path; } Folder;

static const char *const left_out[] = { "account_session", "job", NULL };

static const Sql *sql_of(Folder *f, const char *what, Str table, Str text)
{
    Sql *s = arena_make(f->app->arena, Sql);                 /* prepared statements outlive this call */
    s->name = arena_cstr(f->app->arena, arena_fmt(f->arena, "workspace_%s_" STR_FMT, what, STR_ARG(table)));
    s->text = arena_cstr(f->app->arena, text);
    return s;
}

/* The tables of all rooms in the order in which they are made, so that what is referred to comes first. */
static void tables_of(Folder *f, Lines *ret)
{
    const Schema *all[APP_SCHEMAS_MAX];
    size_t n = app_schemas(database_kind(f->app->db), all);
    for (size_t i = 0; i < n; i++) {
        if (str_eq(str_of(all[i]->room), S("search"))) continue;
        for (size_t k = 0; k < all[i]->n_steps; k++) {
            Str rest = str_of(all[i]->steps[k]);
            for (ptrdiff_t at; (at = str_find(rest, S("CREATE TABLE "))) >= 0;) {
                rest = str_sub(rest, (size_t)at + 13, rest.len);
                Str name = str_trim(str_before(str_before(rest, '('), ' '));
                bool skip = false;
                for (size_t j = 0; left_out[j]; j++) skip = skip || str_eq(name, str_of(left_out[j]));
                if (!skip) *list_add(f->arena, ret) = arena_str(f->arena, name);
            }
        }
    }
}

static Err columns_of(Folder *f, Store *s, Str table, Columns *ret)
{
    bool sqlite = database_kind(f->app->db) == DATABASE_SQLITE;
    auto_stmt q = stmt_begin(f->arena, s, sql_of(f, "columns", table, sqlite
        ? S("SELECT name, type, '' FROM pragma_table_info(:t)")
        : S("SELECT column_name, data_type, is_identity FROM information_schema.columns WHERE table_name = :t AND table_schema = current_schema() ORDER BY ordinal_position")));
    stmt_str(&q, "t", table);
    while (stmt_step(&q)) {
        Str type = stmt_col_str(&q, 1);
        Column c = { .name = stmt_col_str(&q, 0), .identity = str_eq(stmt_col_str(&q, 2), S("YES")) };
        c.type = str_eq_nocase(type, S("BLOB")) || str_eq_nocase(type, S("bytea")) ? BLOB_COLUMN : str_find(type, S("INT")) >= 0 || str_find(type, S("int")) >= 0 ? INT_COLUMN
               : str_find(type, S("REAL")) >= 0 || str_find(type, S("real")) >= 0 || str_find(type, S("ouble")) >= 0 || str_find(type, S("DOUBLE")) >= 0 ? REAL_COLUMN : TEXT_COLUMN;
        *list_add(f->arena, ret) = c;
    }
    TRY(stmt_end(&q));
    return ret->len ? OK : fail(f->arena, ERR_NOT_FOUND, "there is no table " STR_FMT, STR_ARG(table));
}

/* -- bytes ------------------------------------------------------------------------------------------------------------- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void base64_into(Buf *b, Str bytes)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i;
        uint32_t v = (uint32_t)(unsigned char)bytes.at[i] << 16 | (n > 1 ? (uint32_t)(unsigned char)bytes.at[i + 1] << 8 : 0) | (n > 2 ? (unsigned char)bytes.at[i + 2] : 0);
        char four[4] = { digits[v >> 18], digits[v >> 12 & 63], n > 1 ? digits[v >> 6 & 63] : '=', n > 2 ? digits[v & 63] : '=' };
        buf_add(b, (Str){ four, 4 });
    }
}

static Str base64_of(Arena *a, Str text)
{
    Buf b = buf_new(a, text.len + 4);
    uint32_t bits = 0;
    int n = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *d = text.at[i] ? strchr(digits, text.at[i]) : NULL;
        if (!d) continue;
        bits = bits << 6 | (uint32_t)(d - digits);
        if ((n += 6) >= 8) { n -= 8; buf_byte(&b, (char)(bits >> n)); }
    }
    return buf_str(&b);
}

/* -- files ------------------------------------------------------------------------------------------------------------- */

static Err disk(Folder *f, Str path) { return fail(f->arena, ERR_UNAVAILABLE, STR_FMT ": %s", STR_ARG(path), strerror(errno)); }

static Err make_folder(Folder *f, const char *name)
{
    Str path = *name ? arena_fmt(f->arena, STR_FMT "/%s", STR_ARG(f->path), name) : f->path;
    return mkdir(arena_cstr(f->arena, path), 0700) == 0 || errno == EEXIST ? OK : disk(f, path);
}

static Err write_file(Folder *f, Str path, Str bytes)
{
    FILE *to = fopen(arena_cstr(f->arena, path), "wb");
    if (!to) return disk(f, path);
    bool whole = fwrite(bytes.at, 1, bytes.len, to) == bytes.len;
    return (fclose(to) == 0) && whole ? OK : disk(f, path);
}

static Err read_file(Folder *f, Arena *a, Str path, Str *ret)
{
    int fd = open(arena_cstr(f->arena, path), O_RDONLY | O_CLOEXEC);
    struct stat s;
    if (fd < 0) return disk(f, path);
    if (fstat(fd, &s) != 0) { close(fd); return disk(f, path); }
    char *to = arena_bytes(a, (size_t)s.st_size + 1, 1);
    for (off_t at = 0; at < s.st_size;) {
        ssize_t n = read(fd, to + at, (size_t)(s.st_size - at));
        if (n <= 0) { close(fd); return disk(f, path); }
        at += n;
    }
    close(fd);
    *ret = (Str){ to, (size_t)s.st_size };
    return OK;
}

static int by_bytes(const void *a, const void *b) { return str_cmp(*(const Str *)a, *(const Str *)b); }

static Err write_lines(Folder *f, Arena *a, Str path, Lines *lines)
{
    Buf b = buf_new(a, (size_t)8 << 30);
    if (lines->len) qsort(lines->at, lines->len, sizeof *lines->at, by_bytes);
    list_each(lines, i) { buf_add(&b, lines->at[i]); buf_byte(&b, '\n'); }
    return write_file(f, path, buf_str(&b));
}

/* -- out --------------------------------------------------------------------------------------------------------------- */

static Err table_out(Folder *f, Store *s, Str table)
{
    auto_arena a = arena_new(1 << 20);
    Columns columns = { 0 };
    Lines lines = { 0 };
    Buf names = buf_new(a, 1 << 16);
    TRY(columns_of(f, s, table, &columns));
    list_each(&columns, i) buf_fmt(&names, "%s" STR_FMT, i ? ", " : "", STR_ARG(columns.at[i].name));
    auto_stmt q = stmt_begin(a, s, sql_of(f, "select", table, arena_fmt(a, "SELECT " STR_FMT " FROM " STR_FMT, STR_ARG(buf_str(&names)), STR_ARG(table))));
    while (stmt_step(&q)) {
        Buf b = buf_new(a, 512u << 20);
        list_each(&columns, i) {
            const Column *c = &columns.at[i];
            buf_fmt(&b, "%s\"" STR_FMT "\":", i ? "," : "{", STR_ARG(c->name));
            if (stmt_col_is_null(&q, (int)i)) buf_add(&b, S("null"));
            else if (c->type == INT_COLUMN) buf_fmt(&b, "%lld", (long long)stmt_col_int(&q, (int)i));
            else if (c->type == REAL_COLUMN) buf_fmt(&b, "%.17g", stmt_col_real(&q, (int)i));
            else if (c->type == TEXT_COLUMN) buf_json(&b, stmt_col_str(&q, (int)i));
            else { buf_add(&b, S("{\"base64\":\"")); base64_into(&b, stmt_col_blob(&q, (int)i)); buf_add(&b, S("\"}")); }
        }
        buf_byte(&b, '}');
        *list_add(a, &lines) = buf_str(&b);
    }
    TRY(stmt_end(&q));
    return write_lines(f, a, arena_fmt(a, STR_FMT "/tables/" STR_FMT ".jsonl", STR_ARG(f->path), STR_ARG(table)), &lines);
}

static Err search_out(Folder *f, Store *s)
{
    auto_arena a = arena_new(1 << 20);
    Lines lines = { 0 };
    auto_stmt q = stmt_begin(a, s, sql_of(f, "select", S("search"), S("SELECT kind, id, audience, at_ms, title, body FROM search_doc")));
    while (stmt_step(&q)) {
        static const char *const names[] = { "kind", "id", "audience", "at_ms", "title", "body" };
        Buf b = buf_new(a, 8u << 20);
        for (int i = 0; i < 6; i++) {
            buf_fmt(&b, "%s\"%s\":", i ? "," : "{", names[i]);
            if (i == 3) buf_fmt(&b, "%lld", (long long)stmt_col_int(&q, i));
            else buf_json(&b, stmt_col_str(&q, i));
        }
        buf_byte(&b, '}');
        *list_add(a, &lines) = buf_str(&b);
    }
    TRY(stmt_end(&q));
    return write_lines(f, a, arena_fmt(a, STR_FMT "/search.jsonl", STR_ARG(f->path)), &lines);
}

static Err report_out(Folder *f, Str id)
{
    auto_arena a = arena_new(1 << 20);
    Cx cx = *f->cx;
    Export x = { 0 };
    DocNode *doc;
    Str body;
    cx.arena = a;
    TRY(report_get(&cx, id, &x.edition.report));
    x.edition.metrics = x.edition.report.metrics;
    TRY(document_read(&cx, id, &doc));
    TRY(render_markdown(a, doc, &body));
    Str head = export_front_matter(&cx, &x);
    return write_file(f, arena_fmt(a, STR_FMT "/reports/" STR_FMT ".md", STR_ARG(f->path), STR_ARG(x.edition.report.reference)),
                      arena_fmt(a, STR_FMT "# " STR_FMT "\n\n" STR_FMT, STR_ARG(head), STR_ARG(x.edition.report.title), STR_ARG(body)));
}

static Err reports_out(Folder *f, Store *s)
{
    Lines ids = { 0 };
    auto_stmt q = stmt_begin(f->arena, s, sql_of(f, "select", S("reports"), S("SELECT id FROM report ORDER BY id")));
    while (stmt_step(&q)) *list_add(f->arena, &ids) = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    list_each(&ids, i) TRY_AS(f->arena, report_out(f, ids.at[i]), "the report " STR_FMT " cannot be written", STR_ARG(ids.at[i]));
    return OK;
}

static bool is_hash(const char *name) { return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64; }

static Err copy(Folder *f, Str from, Str to)
{
    auto_arena a = arena_new(1 << 16);
    Str bytes;
    TRY(read_file(f, a, from, &bytes));
    return write_file(f, to, bytes);
}

/* Pictures lie in data_dir/files/ab/HASH, and here in media/HASH. */
static Err media_out(Folder *f)
{
    Str files = arena_fmt(f->arena, STR_FMT "/files", STR_ARG(f->app->options.data_dir));
    DIR *outer = opendir(arena_cstr(f->arena, files));
    Err e = OK;
    for (struct dirent *d; outer && !e.info && (d = readdir(outer));) {
        DIR *inner = d->d_name[0] == '.' ? NULL : opendir(arena_fmt(f->arena, STR_FMT "/%s", STR_ARG(files), d->d_name).at);
        for (struct dirent *p; inner && !e.info && (p = readdir(inner));)
            if (is_hash(p->d_name))
                e = copy(f, arena_fmt(f->arena, STR_FMT "/%s/%s", STR_ARG(files), d->d_name, p->d_name), arena_fmt(f->arena, STR_FMT "/media/%s", STR_ARG(f->path), p->d_name));
        if (inner) closedir(inner);
    }
    if (outer) closedir(outer);
    return e;
}

static Str manifest(Folder *f)
{
    const Schema *all[APP_SCHEMAS_MAX];
    size_t n = app_schemas(database_kind(f->app->db), all);
    Buf b = buf_new(f->arena, 1 << 16);
    buf_add(&b, S("{\"format\":\"hindsight-workspace\",\"version\":1,\"schemas\":{"));
    for (size_t i = 0; i < n; i++) buf_fmt(&b, "%s\n  \"%s\": %zu", i ? "," : "", all[i]->room, all[i]->n_steps);
    buf_add(&b, S("\n}}\n"));
    return buf_str(&b);
}

static Err export_all(Folder *f, Store *s)
{
    Lines tables = { 0 };
    static const char *const folders[] = { "", "tables", "reports", "media", NULL };
    for (size_t i = 0; folders[i]; i++) TRY(make_folder(f, folders[i]));
    tables_of(f, &tables);
    list_each(&tables, i) TRY_AS(f->arena, table_out(f, s, tables.at[i]), "the table " STR_FMT " cannot be written", STR_ARG(tables.at[i]));
    TRY(search_out(f, s));
    TRY(reports_out(f, s));
    TRY(media_out(f));
    return write_file(f, arena_fmt(f->arena, STR_FMT "/workspace.json", STR_ARG(f->path)), manifest(f));
}

/* -- in ---------------------------------------------------------------------------------------------------------------- */

static Err row_in(Folder *f, Arena *a, Store *s, const Sql *insert, const Columns *columns, Str line)
{
    json_t *row;
    TRY(json_parse(a, line, &row));
    (void)f;
    auto_stmt q = stmt_begin(a, s, insert);
    list_each(columns, i) {
        const char *name = arena_cstr(a, columns->at[i].name);
        const json_t *v = json_object_get(row, name);
        if (!v || json_is_null(v)) stmt_null(&q, name);
        else if (json_is_integer(v)) stmt_int(&q, name, json_integer_value(v));
        else if (json_is_real(v)) stmt_real(&q, name, json_real_value(v));
        else if (json_is_object(v)) stmt_blob(&q, name, base64_of(a, json_str(v, "base64")));
        else stmt_str(&q, name, (Str){ json_string_value(v), json_string_length(v) });
    }
    return stmt_exec(&q);
}

static Err table_in(Folder *f, Store *s, Str table)
{
    auto_arena a = arena_new(1 << 20);
    auto_arena row = arena_new(1 << 16);
    Columns columns = { 0 };
    Str bytes, line;
    Buf names = buf_new(a, 1 << 16), values = buf_new(a, 1 << 16);
    TRY(columns_of(f, s, table, &columns));
    TRY(read_file(f, a, arena_fmt(a, STR_FMT "/tables/" STR_FMT ".jsonl", STR_ARG(f->path), STR_ARG(table)), &bytes));
    list_each(&columns, i) {
        buf_fmt(&names, "%s" STR_FMT, i ? ", " : "", STR_ARG(columns.at[i].name));
        buf_fmt(&values, "%s:" STR_FMT, i ? ", " : "", STR_ARG(columns.at[i].name));
    }
    const Sql *insert = sql_of(f, "insert", table, arena_fmt(a, "INSERT INTO " STR_FMT " (" STR_FMT ") VALUES (" STR_FMT ")", STR_ARG(table), STR_ARG(buf_str(&names)), STR_ARG(buf_str(&values))));
    for (size_t n = 1; str_next(&bytes, '\n', &line); n++) {
        Err e = row_in(f, row, s, insert, &columns, line);
        if (e.info) return err_make(f->arena, OK, e.info->kind, S(""), __FILE__, __LINE__, "tables/" STR_FMT ".jsonl, line %zu: " STR_FMT, STR_ARG(table), n, STR_ARG(err_text(f->arena, e)));
        arena_reset(row);
    }
    list_each(&columns, i) {
        if (!columns.at[i].identity) continue;
        Str c = columns.at[i].name;
        auto_stmt q = stmt_begin(a, s, sql_of(f, "next", table, arena_fmt(a, "SELECT setval(pg_get_serial_sequence('" STR_FMT "', '" STR_FMT "'), (SELECT coalesce(max(" STR_FMT "), 0) + 1 FROM " STR_FMT "), false)",
            STR_ARG(table), STR_ARG(c), STR_ARG(c), STR_ARG(table))));
        stmt_step(&q);
        TRY(stmt_end(&q));
    }
    return OK;
}

static Err search_in(Folder *f, Store *s)
{
    auto_arena a = arena_new(1 << 20);
    auto_arena row = arena_new(1 << 16);
    Str bytes, line;
    TRY(read_file(f, a, arena_fmt(a, STR_FMT "/search.jsonl", STR_ARG(f->path)), &bytes));
    while (str_next(&bytes, '\n', &line)) {
        json_t *v;
        TRY(json_parse(row, line, &v));
        TRY(search_put(s, row, &(SearchDoc){ json_str(v, "kind"), json_str(v, "id"), json_str(v, "title"), json_str(v, "body"), json_str(v, "audience"), json_integer_value(json_object_get(v, "at_ms")) }));
        arena_reset(row);
    }
    return OK;
}

static Err import_rows(Store *s, void *arg)
{
    Folder *f = arg;
    Lines tables = { 0 };
    tables_of(f, &tables);
    for (size_t i = tables.len; i-- > 0;) {                  /* what the start of a new system puts there */
        auto_stmt q = stmt_begin(f->arena, s, sql_of(f, "clear", tables.at[i], arena_fmt(f->arena, "DELETE FROM " STR_FMT, STR_ARG(tables.at[i]))));
        TRY(stmt_exec(&q));
    }
    list_each(&tables, i) TRY(table_in(f, s, tables.at[i]));
    return search_in(f, s);
}

static Err media_in(Folder *f)
{
    Str media = arena_fmt(f->arena, STR_FMT "/media", STR_ARG(f->path)), files = arena_fmt(f->arena, STR_FMT "/files", STR_ARG(f->app->options.data_dir));
    DIR *d = opendir(arena_cstr(f->arena, media));
    Err e = OK;
    if (mkdir(arena_cstr(f->arena, files), 0700) != 0 && errno != EEXIST) e = disk(f, files);
    for (struct dirent *p; d && !e.info && (p = readdir(d));) {
        if (!is_hash(p->d_name)) continue;
        Str folder = arena_fmt(f->arena, STR_FMT "/%.2s", STR_ARG(files), p->d_name);
        if (mkdir(folder.at, 0700) != 0 && errno != EEXIST) e = disk(f, folder);
        else e = copy(f, arena_fmt(f->arena, STR_FMT "/%s", STR_ARG(media), p->d_name), arena_fmt(f->arena, STR_FMT "/%s", STR_ARG(folder), p->d_name));
    }
    if (d) closedir(d);
    return e;
}

static Err import_all(Folder *f, Store *s)
{
    Str was;
    TRY(read_file(f, f->arena, arena_fmt(f->arena, STR_FMT "/workspace.json", STR_ARG(f->path)), &was));
    if (!str_eq(was, manifest(f)))
        return fail(f->arena, ERR_CONFLICT, "this export was made by another version of Hindsight: import it with that version, then upgrade");
    auto_stmt q = stmt_begin(f->arena, s, sql_of(f, "empty", S("users"), S("SELECT (SELECT COUNT(*) FROM account_user) + (SELECT COUNT(*) FROM incident)")));
    int64_t n = stmt_step(&q) ? stmt_col_int(&q, 0) : 0;
    TRY(stmt_end(&q));
    if (n) return fail(f->arena, ERR_CONFLICT, "the database is not empty: import into a new one");
    TRY(media_in(f));                                        /* before the rows that name them */
    return database_write(f->app->db, f->arena, import_rows, f);
}

static Exit run(Cli *cli, Err (*work)(Folder *f, Store *s))
{
    App *app = NULL;
    Exit code = system_open(cli, &app);
    if (code) return code;
    Store *s = store_take(app->db);
    Cx cx = app_cx(app, cli->arena, s);
    Folder f = { cli->arena, app, &cx, cli->operand };
    Err e = work(&f, s);
    store_give(s);
    if (e.info) code = complain_err(cli, e, EXIT_FAILED);
    app_close(app);
    return code;
}

Exit run_export(Cli *cli) { return run(cli, export_all); }
Exit run_import(Cli *cli) { return run(cli, import_all); }
