#include "feature/attachment/retention.h"
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/app.h"
#include "base/log.h"
#include "document/document.h"
#include "sql.gen.h"

enum { ROUND = 200 };
#define DAY_MS 86400000ll

const Setting attachment_settings[] = {
    { .key = "files.keep_unused_days", .type = SETTING_INT, .standard = "30", .min = 1, .max = 3650, .title = "Keep unused pictures",
      .help = "Days after which a picture is removed that was uploaded, but is in no report and was in none of its earlier texts." },
    { .key = "files.fetch_allow", .type = SETTING_TEXT, .standard = "", .max = 2000, .title = "Fetch pasted pictures from",
      .help = "Besides the public internet: addresses, blocks and host names, such as 10.0.0.0/8 or .corp.example. Pictures that somebody pastes from a page are fetched by the server." },
    { 0 },
};

/* An error of a piece of work whose arena ends here. */
static Err outlive(Cx *cx, Err e)
{
    return e.info ? fail(cx->arena, e.info->kind, STR_FMT, STR_ARG(err_text(cx->arena, e))) : OK;
}

/* ---- rows */

typedef struct Found { Str used, unused; } Found;        /* JSON arrays of ids */

static Err settle(Cx *cx, void *arg)
{
    const Found *f = arg;
    auto_stmt keep = stmt_begin(cx->arena, cx->store, &sql_attachment_keep);
    stmt_str(&keep, "ids", f->used);
    TRY(stmt_exec(&keep));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_attachment_remove);
    stmt_str(&q, "ids", f->unused);
    return stmt_exec(&q);
}

/** Which of `ids` any document other than those they were uploaded to ever spoke of: somebody may have copied a picture along. */
static Err elsewhere(Cx *cx, const Strs *ids, bool *used)
{
    Strs documents = { 0 };
    TRY(document_all(cx, &documents));
    list_each(&documents, d) {
        auto_arena a = arena_new(64 << 10);
        Cx one = *cx;
        one.arena = a;
        bool *here = arena_array(a, bool, ids->len);
        TRY(outlive(cx, document_ever_said(&one, documents.at[d], ids, here)));
        list_each(ids, i) used[i] = used[i] || here[i];
        if (d % 100 == 99) TRY(job_progress(cx, (int64_t)d, (int64_t)documents.len));
    }
    return OK;
}

static Err round_of_rows(Cx *cx, int64_t before_ms, bool *ret_more)
{
    Strs ids = { 0 }, reports = { 0 }, used = { 0 }, left = { 0 }, unused = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_attachment_unsettled);
    stmt_int(&q, "before_ms", before_ms);
    stmt_int(&q, "limit", ROUND);
    while (stmt_step(&q)) {
        *list_add(cx->arena, &ids) = stmt_col_str(&q, 0);
        *list_add(cx->arena, &reports) = stmt_col_str(&q, 1);
    }
    TRY(stmt_end(&q));
    *ret_more = ids.len == ROUND;
    list_each(&ids, i) {
        bool said = false;
        Strs one = { .at = &ids.at[i], .len = 1, .room = 1 };
        if (reports.at[i].len) TRY(document_ever_said(cx, reports.at[i], &one, &said));
        *list_add(cx->arena, said ? &used : &left) = ids.at[i];
    }
    bool *there = arena_array(cx->arena, bool, left.len + 1);
    if (left.len) TRY(elsewhere(cx, &left, there));
    list_each(&left, i) *list_add(cx->arena, there[i] ? &used : &unused) = left.at[i];
    if (unused.len) log_info("removing %zu unused pictures", unused.len);
    return cx_write(cx, settle, &(Found){ strs_json(cx->arena, used), strs_json(cx->arena, unused) });
}

/* ---- files */

static bool is_hash(const char *name)
{
    return strspn(name, "0123456789abcdef") == 64;
}

static Err is_named(Cx *cx, Str hash, bool *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_attachment_by_hash);
    stmt_str(&q, "hash", hash);
    *ret = stmt_step(&q);
    return stmt_end(&q);
}

/* Somebody may upload the same picture at this moment. So the file is put aside first, then looked for once more: an upload
 * that was recorded before finds it back in its place; one that is recorded later misses it, and stores it again. */
static Err remove_file(Cx *cx, Str path, Str hash)
{
    const char *from = arena_cstr(cx->arena, path), *aside = arena_fmt(cx->arena, "%s.unused", from).at;
    bool named;
    if (rename(from, aside) != 0) return OK;
    Err e = is_named(cx, hash, &named);
    if (e.info || named) { if (rename(aside, from) != 0) log_warn("%s is left beside its name", aside); return e; }
    unlink(aside);
    return OK;
}

static Err sweep_folder(Cx *cx, Str folder, int64_t before_ms)
{
    DIR *d = opendir(arena_cstr(cx->arena, folder));
    if (!d) return OK;
    Err e = OK;
    for (struct dirent *f; !e.info && (f = readdir(d));) {
        struct stat s;
        Str path = arena_fmt(cx->arena, STR_FMT "/%s", STR_ARG(folder), f->d_name), hash = str_sub(str_of(f->d_name), 0, 64);
        if (!is_hash(f->d_name) || stat(path.at, &s) != 0 || !S_ISREG(s.st_mode)) continue;
        if ((int64_t)s.st_mtime * 1000 >= before_ms) continue;
        bool named;
        if (f->d_name[64]) { unlink(path.at); continue; }    /* what a kill left of an upload */
        e = is_named(cx, hash, &named);
        if (!e.info && !named) e = remove_file(cx, path, arena_str(cx->arena, hash));
    }
    closedir(d);
    return e;
}

static Err sweep_files(Cx *cx)
{
    Str data = cx->app->options.data_dir;
    int64_t before_ms = cx->now_ms - DAY_MS;
    for (int i = 0; data.len && i < 256; i++) {
        auto_arena a = arena_new(16 << 10);
        Cx one = *cx;
        one.arena = a;
        Err e = sweep_folder(&one, arena_fmt(a, STR_FMT "/files/%02x", STR_ARG(data), i), before_ms);
        TRY(outlive(cx, e));
    }
    return OK;
}

Err attachment_sweep(Cx *cx, Str payload)
{
    (void)payload;
    bool more = true;
    int64_t before_ms = cx->now_ms - setting_int(cx, "files.keep_unused_days") * DAY_MS;
    while (more) TRY(round_of_rows(cx, before_ms, &more));
    return sweep_files(cx);
}
