#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/app.h"
#include "app/fetch.h"
#include "app/limit.h"
#include "app/setting.h"
#include "base/id.h"
#include "base/utf8.h"
#include "feature/attachment/attachment.h"
#include "feature/attachment/convert.h"
#include "feature/attachment/helper.h"
#include "feature/attachment/retention.h"
#include "feature/incident/incident.h"
#include "feature/report/report.h"
#include "sql.gen.h"

#define MOST_FILES 500
#define MOST_BYTES (500ll << 20)          /* of one report */

static SHAPE(attachment_shape, Attachment, "A picture in a report",
    FIELD(Attachment, id, READ_ONLY, "UUIDv7"), FIELD(Attachment, url, READ_ONLY, "Where it is shown: /files/ID"),
    FIELD(Attachment, name, READ_ONLY, "As it was called"), FIELD(Attachment, format, READ_ONLY, "png, jpeg or webp"),
    FIELD(Attachment, width, READ_ONLY, "Pixels"), FIELD(Attachment, height, READ_ONLY, "Pixels"), FIELD(Attachment, bytes, READ_ONLY, "Size"),
    FIELD_AT(Attachment, created_ms, READ_ONLY, "When it came"));

static Err disk_failed(Cx *cx, const char *what)
{
    int e = errno;
    return fail(cx->arena, ERR_UNAVAILABLE, "%s: %s", what, e == ENOSPC ? "the disk is full" : strerror(e));
}

/* data_dir/files/ab/ of a hash; made when missing. */
static Err folder_of(Cx *cx, Str hash, Str *ret)
{
    Str data = cx->app->options.data_dir;
    if (!data.len)
        return fail(cx->arena, ERR_UNAVAILABLE,
                    "pictures need a data folder: start with --data DIR");
    Str files = arena_fmt(cx->arena, STR_FMT "/files", STR_ARG(data)),
        folder =
            hash.len < 2 ? files : arena_fmt(cx->arena, STR_FMT "/%.2s", STR_ARG(files), hash.at);
    if (mkdir(files.at, 0700) != 0 && errno != EEXIST)
        return disk_failed(cx, "cannot make the folder for files");
    if (folder.at != files.at && mkdir(folder.at, 0700) != 0 && errno != EEXIST)
        return disk_failed(cx, "cannot make the folder for files");
    *ret = folder;
    return OK;
}

static Err sync_folder(Cx *cx, Str folder)
{
    auto_fd fd = open(arena_cstr(cx->arena, folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0 ? OK : disk_failed(cx, "cannot write the folder for files");
}

static Err hash_of(Cx *cx, int fd, Str *ret)
{
    crypto_generichash_state state;
    unsigned char sum[32], piece[65536];
    char hex[65];
    if (lseek(fd, 0, SEEK_SET) < 0) return disk_failed(cx, "cannot read the picture");
    crypto_generichash_init(&state, NULL, 0, sizeof sum);
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) != 0;) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return disk_failed(cx, "cannot read the picture");
        crypto_generichash_update(&state, piece, (unsigned long long)n);
    }
    crypto_generichash_final(&state, sum, sizeof sum);
    sodium_bin2hex(hex, sizeof hex, sum, sizeof sum);
    *ret = arena_str(cx->arena, str_of(hex));
    return lseek(fd, 0, SEEK_SET) < 0 ? disk_failed(cx, "cannot read the picture") : OK;
}

static Err copy(Cx *cx, int from, int to)
{
    unsigned char piece[65536];
    for (ssize_t n; (n = read(from, piece, sizeof piece)) != 0;) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return disk_failed(cx, "cannot read the picture");
        for (ssize_t done = 0, w; done < n; done += w)
            if ((w = write(to, piece + done, (size_t)(n - done))) <= 0)
                return disk_failed(cx, "cannot store the picture");
    }
    return OK;
}

/* Under the name of its hash, so the same picture is there once. Content, name and folders are on disk when it returns. */
static Err store(Cx *cx, int fd, Str *ret_hash)
{
    Str folder, hash;
    struct stat s;
    TRY(hash_of(cx, fd, &hash));
    TRY(folder_of(cx, hash, &folder));
    const char *path = arena_fmt(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(hash)).at;
    *ret_hash = hash;
    if (stat(path, &s) == 0 && s.st_size > 0) return sync_folder(cx, folder);
    const char *temporary = arena_fmt(cx->arena, "%s." STR_FMT, path, STR_ARG(id_secret(cx->arena, 8))).at;
    auto_fd to = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0) return disk_failed(cx, "cannot store the picture");
    Err e = copy(cx, fd, to);
    if (!e.info && (fsync(to) != 0 || rename(temporary, path) != 0))
        e = disk_failed(cx, "cannot store the picture");
    if (e.info) { unlink(temporary); return e; }
    TRY(sync_folder(cx, folder));
    TRY(sync_folder(cx, arena_fmt(cx->arena, STR_FMT "/files", STR_ARG(cx->app->options.data_dir))));
    return sync_folder(cx, cx->app->options.data_dir);
}

/* The last part of a path, without what terminals, headers and file systems read as more than text. */
static Str name_clean(Arena *a, Str name)
{
    Str part = S(""), rest = name;
    while (str_next(&rest, '/', &part)) {}
    Buf b = buf_new(a, 1000);
    if (!utf8_valid(part)) return S("image");
    part = utf8_clip(part, 120);
    for (size_t i = 0; i < part.len; i++)
        if ((unsigned char)part.at[i] >= ' ' && !strchr("\"\\<>:|?*\x7f", part.at[i]))
            buf_byte(&b, part.at[i]);
    Str s = str_trim(buf_str(&b));
    return s.len ? s : S("image");
}

/* -- rows -------------------------------------------------------------------------------------------------------------- */

static Attachment read_row(Stmt *q, Arena *a)
{
    Attachment f = { .id = stmt_col_str(q, 0), .report_id = stmt_col_str(q, 1), .name = stmt_col_str(q, 2), .format = stmt_col_str(q, 3),
                     .width = stmt_col_int(q, 4), .height = stmt_col_int(q, 5), .bytes = stmt_col_int(q, 6), .hash = stmt_col_str(q, 7), .created_ms = stmt_col_int(q, 8),
                     .incident_id = stmt_col_str(q, 9) };
    f.url = arena_fmt(a, "/files/" STR_FMT, STR_ARG(f.id));
    return f;
}

Err attachment_get(Cx *cx, Str id, Attachment *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_attachment_get);
    stmt_str(&q, "id", id);
    bool found = stmt_step(&q);
    if (found) *ret = read_row(&q, cx->arena);
    TRY(stmt_end(&q));
    return found ? OK : fail(cx->arena, ERR_NOT_FOUND, "there is no file " STR_FMT, STR_ARG(id));
}

static Err room_left(Cx *cx, const Attachment *f, int64_t more)
{
    bool said = f->incident_id.len > 0;
    auto_stmt q = stmt_begin(cx->arena, cx->store, said ? &sql_attachment_sum_said : &sql_attachment_sum);
    stmt_str(&q, said ? "incident" : "report", said ? f->incident_id : f->report_id);
    int64_t n = 0, bytes = 0;
    if (stmt_step(&q)) { n = stmt_col_int(&q, 0); bytes = stmt_col_int(&q, 1); }
    TRY(stmt_end(&q));
    if (n < MOST_FILES && bytes + more <= MOST_BYTES) return OK;
    return fail(cx->arena, ERR_TOO_LARGE, "%s holds at most %d pictures of %lld MiB together",
                said ? "a war room" : "a report", MOST_FILES, (long long)(MOST_BYTES >> 20));
}

static Err insert(Cx *cx, void *arg)
{
    Attachment *f = arg;
    TRY(room_left(cx, f, f->bytes));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_attachment_insert);
    stmt_str(&q, "id", f->id);
    stmt_str(&q, "report", f->report_id);
    stmt_str(&q, "incident", f->incident_id);
    stmt_str(&q, "name", f->name);
    stmt_str(&q, "format", f->format);
    stmt_int(&q, "width", f->width);
    stmt_int(&q, "height", f->height);
    stmt_int(&q, "bytes", f->bytes);
    stmt_str(&q, "hash", f->hash);
    stmt_str_or_null(&q, "user", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

static Err keep(Cx *cx, Attachment f, Str name, Str bytes, Attachment *ret)
{
    Str folder;
    Converted c = { .fd = -1 };
    TRY(room_left(cx, &f, 0));
    TRY(folder_of(cx, S(""), &folder));
    Err e = image_convert(cx->arena, folder, bytes, &c);
    auto_fd fd = c.fd;
    TRY(e);
    f = (Attachment){ .id = id_new(cx->arena, cx->now_ms), .report_id = f.report_id, .incident_id = f.incident_id,
                      .name = name_clean(cx->arena, name), .format = c.format, .width = c.width, .height = c.height,
                      .bytes = c.bytes, .created_ms = cx->now_ms };
    f.url = arena_fmt(cx->arena, "/files/" STR_FMT, STR_ARG(f.id));
    TRY(store(cx, fd, &f.hash));
    TRY(cx_write(cx, insert, &f));
    TRY(store(cx, fd, &f.hash));                             /* again, if it was swept away as unused meanwhile */
    *ret = f;
    return OK;
}

Err attachment_add(Cx *cx, Str report, Str name, Str bytes, Attachment *ret)
{
    return keep(cx, (Attachment){ .report_id = report, .incident_id = S("") }, name, bytes, ret);
}

Err attachment_add_said(Cx *cx, Str incident, Str name, Str bytes, Attachment *ret)
{
    return keep(cx, (Attachment){ .report_id = S(""), .incident_id = incident }, name, bytes, ret);
}

static Err mark(Cx *cx, const Sql *sql, Str id)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, sql);
    stmt_str(&q, "id", id);
    return stmt_exec(&q);
}

Err attachment_use(Cx *cx, Str incident, Str id, Attachment *ret)
{
    Err e = attachment_get(cx, id, ret);
    if (err_is(e, ERR_NOT_FOUND) || (!e.info && !str_eq(ret->incident_id, incident)))
        return fail_field(cx->arena, S("files"), "there is no picture " STR_FMT " in this war room", STR_ARG(id));
    TRY(e);
    return mark(cx, &sql_attachment_use_one, id);
}

Err attachment_keep(Cx *cx, Strs ids)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_attachment_keep);
    stmt_str(&q, "ids", strs_json(cx->arena, ids));
    return stmt_exec(&q);
}

Err attachment_drop(Cx *cx, Str id) { return mark(cx, &sql_attachment_drop_one, id); }

Err attachment_open(Cx *cx, const Attachment *f, int *ret_fd)
{
    Str folder;
    TRY(folder_of(cx, f->hash, &folder));
    int fd = open(arena_fmt(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(f->hash)).at,
                  O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(cx->arena, ERR_UNAVAILABLE,
                    "the file " STR_FMT " is not in the data folder: put it back from a backup",
                    STR_ARG(f->id));
    *ret_fd = fd;
    return OK;
}

Err attachment_list(Cx *cx, Str report, Attachments *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_attachment_list);
    stmt_str(&q, "report", report);
    while (stmt_step(&q)) *list_add(cx->arena, ret) = read_row(&q, cx->arena);
    return stmt_end(&q);
}

Err attachment_bytes(Cx *cx, const Attachment *f, Str *ret)
{
    auto_fd fd = -1;
    TRY(attachment_open(cx, f, &fd));
    char *to = arena_bytes(cx->arena, (size_t)f->bytes + 1, 1);
    for (int64_t at = 0; at < f->bytes;) {
        ssize_t n = read(fd, to + at, (size_t)(f->bytes - at));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return fail(cx->arena, ERR_UNAVAILABLE, "the file " STR_FMT " is damaged: put it back from a backup", STR_ARG(f->id));
        at += n;
    }
    *ret = (Str){ to, (size_t)f->bytes };
    return OK;
}

Str attachment_folder(Cx *cx) { return cx->app->options.data_dir; }

Err attachment_scratch(Cx *cx, int *ret_fd)
{
    Str folder;
    TRY(folder_of(cx, S(""), &folder));
    return helper_scratch(cx->arena, folder, ret_fd);
}

/* -- routes ------------------------------------------------------------------------------------------------------------ */

static Err upload(Cx *cx, Req *req, Res *res)
{
    Report r;
    Attachment f;
    TRY(report_get(cx, req_param(req, "report"), &r));
    if (!r.can_edit)
        return fail(cx->arena, ERR_FORBIDDEN, STR_FMT " is read only for you",
                    STR_ARG(r.reference));
    TRY(limit_take(cx, arena_fmt(cx->arena, "upload:" STR_FMT, STR_ARG(cx->actor.id)), 60, 60));
    if (!req->http->body.len)
        return fail_field(cx->arena, S("body"), "send the bytes of a picture as the body");
    TRY(attachment_add(cx, r.id, req_query(req, "name"), req->http->body, &f));
    res_created(cx, res, &attachment_shape, &f, f.url, 1);
    return OK;
}

typedef struct FetchAsk { Str url; } FetchAsk;
static SHAPE(fetch_ask_shape, FetchAsk, "A picture of another site",
    FIELD(FetchAsk, url, REQUIRED, "Its address: http or https", .max = 2000));

/* What is wrong with an address is said of the field, so that people read why a picture stayed out. */
static Err refuse(Cx *cx, Err e)
{
    if (!err_is(e, ERR_INVALID) && !err_is(e, ERR_FORBIDDEN) && !err_is(e, ERR_UNAVAILABLE)) return e;
    return fail_field(cx->arena, S("url"), STR_FMT, STR_ARG(e.info->message));
}

/* People paste pages whose pictures stand elsewhere. Their readers must not be sent there: the picture is fetched once,
 * by the server, from where everybody may look, and kept like an upload. */
Err attachment_fetch(Cx *cx, Str report, Str url, Attachment *ret)
{
    Fetched got;
    Fetch what = { .url = url, .allow = setting_str(cx, "files.fetch_allow"), .accept = "image/*",
                   .deadline_ms = 8000, .max_bytes = 20u << 20 };
    Err e = fetch_get(cx, &what, &got);
    if (e.info) return refuse(cx, e);
    if (got.status != 200)
        return fail_field(cx->arena, S("url"), "the other site answers %d", got.status);
    if (!str_starts(got.type, S("image/")))
        return fail_field(cx->arena, S("url"), "there is no picture at that address");
    Str name = url, query;
    if (str_next(&name, '?', &query)) name = query;
    return attachment_add(cx, report, name, got.body, ret);
}

static Err fetch_picture(Cx *cx, Req *req, Res *res)
{
    Report r;
    Attachment f;
    const FetchAsk *ask = req->body;
    TRY(report_get(cx, req_param(req, "report"), &r));
    if (!r.can_edit)
        return fail(cx->arena, ERR_FORBIDDEN, STR_FMT " is read only for you", STR_ARG(r.reference));
    TRY(limit_take(cx, arena_fmt(cx->arena, "fetch:" STR_FMT, STR_ARG(cx->actor.id)), 40, 40));
    TRY(attachment_fetch(cx, r.id, ask->url, &f));
    res_created(cx, res, &attachment_shape, &f, f.url, 1);
    return OK;
}

static Err list(Cx *cx, Req *req, Res *res)
{
    Attachments all = { 0 };
    TRY(attachment_list(cx, req_param(req, "report"), &all));
    res_list(cx, res, &attachment_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len,
             (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static void ascii_into(Buf *b, Str name)
{
    for (size_t i = 0; i < name.len; i++) buf_byte(b, (unsigned char)name.at[i] < 0x80 ? name.at[i] : '_');
}

Err attachment_serve(Cx *cx, const Attachment *f, Res *res)
{
    int fd;
    TRY(attachment_open(cx, f, &fd));
    Buf b = buf_new(cx->arena, 1000);
    buf_add(&b, S("inline; filename=\""));
    ascii_into(&b, f->name);
    buf_byte(&b, '"');
    res->http.status = 200;
    res->http.type = arena_fmt(cx->arena, "image/" STR_FMT, STR_ARG(f->format));
    res->http.fd = fd;
    res->http.fd_bytes = f->bytes;
    http_set(&res->http, "Content-Disposition", buf_str(&b));
    http_set(&res->http, "Content-Security-Policy", S("default-src 'none'; sandbox"));
    http_set(&res->http, "Cross-Origin-Resource-Policy", S("same-origin"));
    http_set(&res->http, "Cache-Control", S("private, max-age=31536000, immutable"));
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res)
{
    Attachment f;
    TRY(attachment_get(cx, req_param(req, "stored"), &f));
    return attachment_serve(cx, &f, res);
}

static Err show_shared(Cx *cx, Req *req, Res *res)
{
    Attachment f;
    SharedReport link;
    TRY(report_share_open(cx, req_param(req, "secret"), &link));
    if (!report_share_unlocked(&link, req->http)) return fail(cx->arena, ERR_NOT_FOUND, "there is no such file");
    TRY(attachment_get(cx, req_param(req, "shared_file"), &f));
    if (!str_eq(f.report_id, link.id))
        return fail(cx->arena, ERR_NOT_FOUND, "there is no file " STR_FMT, STR_ARG(f.id));
    return attachment_serve(cx, &f, res);
}

/* A file is as visible as its report. */
static Err resolve(Cx *cx, Str given, Str *ret_id)
{
    Attachment f;
    Str audience;
    TRY(attachment_get(cx, given, &f));
    if (f.incident_id.len) {
        Err e = incident_resolve(cx, f.incident_id, &audience);
        if (err_is(e, ERR_NOT_FOUND)) return fail(cx->arena, ERR_NOT_FOUND, "there is no file " STR_FMT, STR_ARG(given));
        *ret_id = f.id;
        return e;
    }
    TRY(report_audience(cx, f.report_id, &audience));
    TRY(access_check(cx, audience, "file", given));
    *ret_id = f.id;
    return OK;
}

static const Route routes[] = {
    { POST, "/api/v1/reports/:report/files", ROLE_RESPONDER, upload, .reply = &attachment_shape, .flags = RAW_BODY | OWN_WRITES, .query = "name", .body_bytes = 20u << 20,
      .doc = "Adds a picture: the bytes are the body (PNG, JPEG, WebP, GIF; at most 20 MiB and 50 megapixels)" },
    { POST, "/api/v1/reports/:report/files/fetch", ROLE_RESPONDER, fetch_picture, .body = &fetch_ask_shape, .reply = &attachment_shape, .flags = OWN_WRITES,
      .doc = "Adds a picture from another site: fetched once, by the server, from the public internet only" },
    { GET, "/api/v1/reports/:report/files", ROLE_VIEWER, list, .reply = &attachment_shape, .flags = REPLY_LIST, .doc = "The pictures of a report" },
    { GET, "/files/:stored", ROLE_VIEWER, show, .doc = "A stored picture, for who may read its report" },
    { GET, "/share/:secret/files/:shared_file", ROLE_PUBLIC, show_shared, .doc = "A picture of a shared report" },
    { 0 },
};

static const Resolver resolvers[] = { { "stored", resolve }, { 0 } };

static const JobKind jobs[] = { { .name = "attachment.sweep", .run = attachment_sweep, .every_ms = 24ll * 3600 * 1000, .lease_ms = 600 * 1000 }, { 0 } };

const Feature attachment_feature = { .name = "attachment", .schema = &attachment_schema, .routes = routes, .resolvers = resolvers,
                                     .settings = attachment_settings, .jobs = jobs };
