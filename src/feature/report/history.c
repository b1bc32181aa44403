/* Versions: points in the log of the document. */
#include "feature/report/history.h"
#include "base/id.h"
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/report/rules.h"
#include "sql.gen.h"

const char *const report_version_kinds[] = { "session", "named", "published", "restored", NULL };

enum { PAUSE_MS = 10 * 60 * 1000, LONGEST_MS = 3 * 60 * 60 * 1000, LOG_PAGE = 2000 };

typedef struct Session { int64_t first, last, began_ms, ended_ms; Strs authors; bool closed, stored; } Session;
typedef LIST(Session) Sessions;

static Err sessions(Cx *cx, Str report, int64_t after, int64_t before, int64_t limit, Sessions *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_session_list);
    stmt_str(&q, "report", report);
    stmt_int(&q, "before", before);
    stmt_int(&q, "after", after);
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (Session){ stmt_col_int(&q, 0), stmt_col_int(&q, 1), stmt_col_int(&q, 2), stmt_col_int(&q, 3),
                                               strs_parse(cx->arena, stmt_col_str(&q, 4)), stmt_col_int(&q, 5), true };
    return stmt_end(&q);
}

static Err keep(Cx *cx, Str report, const Session *s)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, s->stored ? &sql_report_session_extend : &sql_report_session_add);
    stmt_str(&q, "report", report);
    stmt_int(&q, "first", s->first);
    stmt_int(&q, "last", s->last);
    stmt_int(&q, "began_ms", s->began_ms);
    stmt_int(&q, "ended_ms", s->ended_ms);
    stmt_str(&q, "authors", strs_json(cx->arena, s->authors));
    return stmt_exec(&q);
}

static bool goes_on(const Session *s, const LogEntry *e)
{
    return s->last && !s->closed && s->authors.len && e->at_ms - s->ended_ms <= PAUSE_MS && e->at_ms - s->began_ms <= LONGEST_MS;
}

Err report_history_note(Cx *cx, Str report)
{
    Sessions last = { 0 };
    TRY(sessions(cx, report, 0, INT64_MAX, 1, &last));
    Session s = last.len ? last.at[0] : (Session){ 0 };
    bool changed = false;
    for (int64_t after = s.last;;) {
        LogEntries log = { 0 };
        TRY(document_log(cx, report, after, LOG_PAGE, &log));
        list_each(&log, i) {
            const LogEntry *e = &log.at[i];
            after = e->revision;
            if (!e->authors.len && e->revision > 1) continue;            /* Hindsight marks places; its first content is a version */
            if (!goes_on(&s, e)) {
                if (changed) TRY(keep(cx, report, &s));
                s = (Session){ .first = e->revision, .began_ms = e->at_ms };
            }
            s.last = e->revision;
            s.ended_ms = e->at_ms;
            list_each(&e->authors, k) ids_add(cx->arena, &s.authors, e->authors.at[k]);
            changed = true;
        }
        if (log.len < LOG_PAGE) break;
    }
    return changed ? keep(cx, report, &s) : OK;
}

Err report_history_close(Cx *cx, Str report)
{
    TRY(report_history_note(cx, report));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_session_close);
    stmt_str(&q, "report", report);
    return stmt_exec(&q);
}

/* -- the list ---------------------------------------------------------------------------------------------------------- */

static Err marks(Cx *cx, Str report, int64_t before, int64_t limit, HistoryEntries *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_mark_list);
    stmt_str(&q, "report", report);
    stmt_int(&q, "before", before);
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (HistoryEntry){ .id = stmt_col_str(&q, 0), .revision = stmt_col_int(&q, 1), .kind = stmt_col_str(&q, 2),
            .name = stmt_col_str(&q, 3), .of_ms = stmt_col_int(&q, 4), .by = { .id = stmt_col_str(&q, 5) }, .made_ms = stmt_col_int(&q, 6), .before_revision = stmt_col_int(&q, 7) };
    return stmt_end(&q);
}

static Err published(Cx *cx, Str report, int64_t before, int64_t limit, HistoryEntries *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_published_list);
    stmt_str(&q, "report", report);
    stmt_int(&q, "before", before);
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (HistoryEntry){ .kind = S("published"), .number = stmt_col_int(&q, 0), .revision = stmt_col_int(&q, 1),
            .name = stmt_col_str(&q, 2), .made_ms = stmt_col_int(&q, 3), .by = { .id = stmt_col_str(&q, 4) } };
    return stmt_end(&q);
}

static Err written(Cx *cx, Str report, int64_t before, int64_t limit, HistoryEntries *ret)
{
    Sessions all = { 0 };
    TRY(sessions(cx, report, 0, before, limit, &all));
    list_each(&all, i) {
        HistoryEntry *e = list_add(cx->arena, ret);
        *e = (HistoryEntry){ .kind = S("session"), .revision = all.at[i].last, .before_revision = all.at[i].first - 1,
                             .began_ms = all.at[i].began_ms, .made_ms = all.at[i].ended_ms };
        list_each(&all.at[i].authors, k) *list_add(cx->arena, &e->authors) = (UserRef){ .id = all.at[i].authors.at[k] };
    }
    return OK;
}

/* Newest first; what was done with a version stands above the session that wrote it. */
static int newer(const void *a, const void *b)
{
    const HistoryEntry *x = a, *y = b;
    if (x->revision != y->revision) return x->revision < y->revision ? 1 : -1;
    bool sx = str_eq(x->kind, S("session")), sy = str_eq(y->kind, S("session"));
    if (sx != sy) return sx ? 1 : -1;
    return (x->made_ms < y->made_ms) - (x->made_ms > y->made_ms);
}

Err report_history(Cx *cx, Str report, int64_t before, int64_t limit, HistoryEntries *ret)
{
    HistoryEntries all = { 0 };
    Strs people = { 0 };
    Map *users;
    TRY(written(cx, report, before, limit, &all));
    TRY(marks(cx, report, before, limit, &all));
    TRY(published(cx, report, before, limit, &all));
    if (all.len) qsort(all.at, all.len, sizeof *all.at, newer);
    while (all.len > (size_t)limit) {                        /* never half of what stands at one revision, unless that is all */
        size_t n = (size_t)limit;
        while (n > 1 && all.at[n - 1].revision == all.at[n].revision) n--;
        all.len = n;
    }
    list_each(&all, i) {
        ids_add(cx->arena, &people, all.at[i].by.id);
        list_each(&all.at[i].authors, k) ids_add(cx->arena, &people, all.at[i].authors.at[k].id);
    }
    TRY(user_refs(cx, people, &users));
    list_each(&all, i) {
        all.at[i].by = user_ref(users, all.at[i].by.id);
        list_each(&all.at[i].authors, k) all.at[i].authors.at[k] = user_ref(users, all.at[i].authors.at[k].id);
    }
    *ret = all;
    return OK;
}

/* -- naming and restoring ---------------------------------------------------------------------------------------------- */

static Err mark(Cx *cx, Str report, const char *kind, Str name, int64_t revision, int64_t of_ms, int64_t before, Str *ret_id)
{
    *ret_id = id_new(cx->arena, cx->now_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_mark_add);
    stmt_str(&q, "id", *ret_id);
    stmt_str(&q, "report", report);
    stmt_int(&q, "revision", revision);
    stmt_str(&q, "kind", str_of(kind));
    stmt_str(&q, "name", name);
    stmt_int(&q, "of_ms", of_ms);
    stmt_int(&q, "before", before);
    stmt_str(&q, "user", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

static Err known_revision(Cx *cx, Str report, int64_t revision)
{
    int64_t now;
    TRY(document_revision(cx, report, &now));
    if (revision >= 1 && revision <= now) return OK;
    return fail_field(cx->arena, S("revision"), "there is no revision %lld of this text: it has %lld", (long long)revision, (long long)now);
}

Err report_history_name(Cx *cx, Str report, Str name, int64_t revision, HistoryEntry *ret)
{
    Report r;
    int64_t now;
    TRY(report_editable(cx, report, &r));
    TRY(document_revision(cx, report, &now));
    if (!revision) revision = now;
    TRY(known_revision(cx, report, revision));
    if (!str_trim(name).len) return fail_field(cx->arena, S("name"), "give the version a name");
    if (revision == now) TRY(report_history_close(cx, report));
    *ret = (HistoryEntry){ .kind = S("named"), .name = str_trim(name), .revision = revision, .made_ms = cx->now_ms,
                           .by = { cx->actor.id, cx->actor.name, cx->actor.avatar_color } };
    TRY(mark(cx, report, "named", ret->name, revision, 0, 0, &ret->id));
    return report_touch(cx, &r, "version_named");
}

Err report_history_rename(Cx *cx, Str report, Str id, Str name)
{
    Report r;
    TRY(report_editable(cx, report, &r));
    if (!str_trim(name).len) return fail_field(cx->arena, S("name"), "give the version a name");
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_mark_rename);
    stmt_str(&q, "report", report);
    stmt_str(&q, "id", id);
    stmt_str(&q, "name", str_trim(name));
    stmt_step(&q);
    bool found = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    return found ? report_touch(cx, &r, "version_named") : fail(cx->arena, ERR_NOT_FOUND, "there is no version of this name");
}

Err report_history_unname(Cx *cx, Str report, Str id)
{
    Report r;
    TRY(report_editable(cx, report, &r));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_mark_remove);
    stmt_str(&q, "report", report);
    stmt_str(&q, "id", id);
    stmt_step(&q);
    bool gone = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    return gone ? report_touch(cx, &r, "version_named") : fail(cx->arena, ERR_NOT_FOUND, "there is no version of this name");
}

/* When the text was last written up to a revision. */
static Err time_of(Cx *cx, Str report, int64_t revision, int64_t *ret)
{
    LogEntries one = { 0 };
    TRY(document_log(cx, report, revision - 1, 1, &one));
    *ret = one.len ? one.at[0].at_ms : 0;
    return OK;
}

/* What the list of versions calls a revision: its name, or when it was published; else when the text was last written. */
static Err called(Cx *cx, Str report, int64_t revision, Str *ret_name, int64_t *ret_ms)
{
    HistoryEntries all = { 0 };
    TRY(time_of(cx, report, revision, ret_ms));
    TRY(published(cx, report, revision + 1, 1, &all));
    TRY(marks(cx, report, revision + 1, 10, &all));
    list_each(&all, i) {
        const HistoryEntry *e = &all.at[i];
        bool named = str_eq(e->kind, S("named"));
        if (e->revision != revision || str_eq(e->kind, S("restored"))) continue;
        if (named) *ret_name = e->name;
        *ret_ms = e->made_ms;
        if (named) return OK;
    }
    return OK;
}

Err report_restore(Cx *cx, Str report, int64_t revision)
{
    Report r;
    int64_t before, now, of_ms;
    Str id, name = S("");
    TRY(report_editable(cx, report, &r));
    TRY(known_revision(cx, report, revision));
    TRY(report_history_close(cx, report));
    TRY(called(cx, report, revision, &name, &of_ms));
    TRY(document_revision(cx, report, &before));
    TRY(document_restore(cx, report, revision));
    TRY(document_revision(cx, report, &now));
    TRY(mark(cx, report, "restored", name, now, of_ms, before, &id));
    TRY(report_history_close(cx, report));
    TRY(report_text_changed(cx, &r));
    TRY(report_author_add(cx, report, cx->actor.id));
    TRY(report_save(cx, &r, 0));
    return report_touch(cx, &r, "text_changed");
}

/* -- comparing --------------------------------------------------------------------------------------------------------- */

enum { BLAME_SESSIONS = 24 };

typedef struct Blame { int64_t revision; Strs authors; Map *keys; } Blame;
typedef LIST(Blame) Blames;

static Err keys_at(Cx *cx, Str report, int64_t revision, Map **ret)
{
    static char here;
    DocNode *doc;
    DiffBlocks blocks = { 0 };
    TRY(document_read_at(cx, report, revision, &doc));
    doc_blocks(cx->arena, doc, &blocks);
    *ret = map_new(cx->arena);
    list_each(&blocks, i) map_set(*ret, blocks.at[i].key, &here);
    return OK;
}

/* What stood when each session ended, newest first, and who wrote in it. */
static Err blames(Cx *cx, Str report, int64_t from, int64_t to, Blames *ret)
{
    Sessions all = { 0 };
    TRY(sessions(cx, report, from, to + 1, BLAME_SESSIONS, &all));
    list_each(&all, i) {
        Blame *b = list_add(cx->arena, ret);
        *b = (Blame){ all.at[i].last, all.at[i].authors, NULL };
        TRY(keys_at(cx, report, b->revision, &b->keys));
    }
    return OK;
}

/* A block that came was written in the oldest session since which it has stood; one that went, went in the session after the
 * last that still had it. */
static void find_authors(const Blames *all, DiffBlock *b)
{
    bool went = str_eq(b->op, S("delete"));
    const Blame *found = NULL;
    for (size_t i = 0; i < all->len; i++) {
        bool there = map_get(all->at[i].keys, b->key) != NULL;
        if (there == went) break;
        found = &all->at[i];
    }
    if (found) b->author_ids = found->authors;
}

static int64_t words_in(Str text)
{
    int64_t n = 0;
    for (Str rest = text, one; str_next(&rest, ' ', &one);) n += str_trim(one).len > 0;
    return n;
}

Err report_compare(Cx *cx, Str report, int64_t from, int64_t to, Compared *ret)
{
    DocNode *before, *after;
    Blames all = { 0 };
    Strs people = { 0 };
    Map *users;
    int64_t now;
    Compared c = { .from_revision = from, .to_revision = to };
    TRY(document_revision(cx, report, &now));
    if (!to) c.to_revision = now;
    TRY(known_revision(cx, report, c.from_revision));
    TRY(known_revision(cx, report, c.to_revision));
    TRY(document_read_at(cx, report, c.from_revision, &before));
    TRY(document_read_at(cx, report, c.to_revision, &after));
    doc_diff(cx->arena, before, after, &c.blocks);
    if (c.from_revision < c.to_revision) TRY(blames(cx, report, c.from_revision, c.to_revision, &all));
    list_each(&c.blocks, i) {
        DiffBlock *b = &c.blocks.at[i];
        if (str_eq(b->op, S("equal"))) continue;
        find_authors(&all, b);
        list_each(&b->author_ids, k) ids_add(cx->arena, &people, b->author_ids.at[k]);
        list_each(&b->spans, k) {
            if (str_eq(b->spans.at[k].op, S("insert"))) c.inserted += words_in(b->spans.at[k].text);
            if (str_eq(b->spans.at[k].op, S("delete"))) c.deleted += words_in(b->spans.at[k].text);
        }
    }
    TRY(user_refs(cx, people, &users));
    list_each(&c.blocks, i)
        list_each(&c.blocks.at[i].author_ids, k)
            *list_add(cx->arena, &c.blocks.at[i].authors) = user_ref(users, c.blocks.at[i].author_ids.at[k]);
    *ret = c;
    return OK;
}
