#include "base/buf.h"
#include "base/spec.h"
#include "store/search.h"
#include "store/spec_database.h"
#include "store/words.h"

static Database *given_a_search(Arena *a)
{
    const Schema *schemas[] = { search_schema(spec_database_kind()) };
    return given_a_database(a, schemas, 1);
}

typedef struct Put { Arena *arena; SearchDoc doc; } Put;
static Err put(Store *s, void *arg) { return search_put(s, ((Put *)arg)->arena, &((Put *)arg)->doc); }
static Err remove_doc(Store *s, void *arg)
{
    Put *p = arg;
    return search_remove(s, p->arena, p->doc.kind, p->doc.id);
}

static void given(Database *db, Arena *a, const char *id, const char *title, const char *body)
{
    Put p = { a, { S("report"), str_of(id), str_of(title), str_of(body), S(""), 1000 } };
    Err e = database_write(db, a, put, &p);
    if (e.info) bug(STR_FMT, STR_ARG(err_text(a, e)));
}

/** The ids that are found, joined by spaces. */
static Str found_as(Database *db, Arena *a, const char *query, const char *kinds, const char *audiences)
{
    auto_store s = store_take(db);
    SearchHits hits;
    Err e = search_find(s, a, str_of(query), str_of(kinds), str_of(audiences), 50, &hits);
    if (e.info) return err_text(a, e);
    Str ids = S("");
    list_each (&hits, i)
        ids =
            arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(ids), i ? " " : "", STR_ARG(hits.at[i].id));
    return ids;
}
static Str found(Database *db, Arena *a, const char *query) { return found_as(db, a, query, "", ""); }

static Str snippet(Database *db, Arena *a, const char *query)
{
    auto_store s = store_take(db);
    SearchHits hits;
    Err e = search_find(s, a, str_of(query), S(""), S(""), 1, &hits);
    if (e.info) return err_text(a, e);
    return hits.len ? hits.at[0].snippet : S("(nothing)");
}

SPEC("search finds documents that have all the words, in any case and with or without accents")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "one", "Checkout is slow", "The café database ran out of connections");
    given(db, a, "two", "Login fails", "The café is open");
    expect_str("one", found(db, a, "CAFE connections"));
    expect_str("one", found(db, a, "checkout database"));
    expect_str("", found(db, a, "checkout login"));
}

SPEC("the last word of a search may be unfinished")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "one", "Checkout is slow", "");
    expect_str("one", found(db, a, "slow chec"));
    expect_str("", found(db, a, "chec slow"));
}

SPEC("Chinese is found by words, by parts of words and across words")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "one", "支付服务不可用", "数据库连接池耗尽,导致订单无法提交。");
    given(db, a, "two", "登录变慢", "缓存失效");
    expect_str("one", found(db, a, "数据库"));
    expect_str("one", found(db, a, "支付 订单"));
    expect_str("one", found(db, a, "连接池耗尽"));
    expect_str("one", found(db, a, "接池耗"));
    expect_str("one", found(db, a, "池"));
    expect_str("two", found(db, a, "缓存"));
    expect_str("", found(db, a, "缓存 订单"));
}

SPEC("English and Chinese in one text are both found")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "one", "Redis 集群故障", "主节点 OOM 后 failover 失败");
    expect_str("one", found(db, a, "redis 集群"));
    expect_str("one", found(db, a, "失败 failover"));
}

SPEC("a match in the title ranks above one in the text")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "text", "Login fails", "the certificate expired");
    given(db, a, "title", "Certificate expired", "login fails for all");
    given(db, a, "later", "Another thing", "a certificate was there");
    expect(str_starts(found(db, a, "certificate"), S("title ")));
}

SPEC("among equal matches the newer one comes first")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    for (int i = 1; i <= 3; i++) {
        Put p = { a, { S("incident"), arena_fmt(a, "at%d", i), S("disk full"), S("again"), S(""), i == 2 ? 9000000 : i * 1000 } };
        expect_ok(database_write(db, a, put, &p));
    }
    expect_str("at2 at3 at1", found(db, a, "disk"));
}

SPEC("putting a document again replaces it, and a removed one is not found")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "one", "Checkout", "old words");
    given(db, a, "one", "Checkout", "new words");
    expect_str("", found(db, a, "old"));
    expect_str("one", found(db, a, "new"));
    Put p = { a, { S("report"), S("one"), S(""), S(""), S(""), 0 } };
    expect_ok(database_write(db, a, remove_doc, &p));
    expect_str("", found(db, a, "new"));
}

SPEC("private documents are found only by their audience")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    Put p = { a, { S("incident"), S("secret"), S("breach of keys"), S(""), S("incident:7"), 1 } };
    expect_ok(database_write(db, a, put, &p));
    given(db, a, "open", "keys rotated", "");
    expect_str("open", found(db, a, "keys"));
    expect_str("open", found_as(db, a, "keys", "", "[\"incident:8\"]"));
    expect_int(11, (int)found_as(db, a, "keys", "", "[\"incident:8\",\"incident:7\"]").len);
    expect_str("secret", found_as(db, a, "keys", "[\"incident\"]", "[\"incident:7\"]"));
    expect_str("open", found_as(db, a, "keys", "[\"report\",\"alert\"]", "[\"incident:7\"]"));
}

typedef struct Flood { Arena *arena; const char *kind; int from, to; } Flood;
static Err flood(Store *s, void *arg)
{
    Flood *f = arg;
    for (int i = f->from; i < f->to; i++) {
        SearchDoc doc = { str_of(f->kind), arena_fmt(f->arena, "%s-%d", f->kind, i), S("The disk is full again on the host"), S("/var is at 100 %"), S(""), 2000 };
        TRY(search_put(s, f->arena, &doc));
    }
    return OK;
}

SPEC("newer documents of one kind, however many, hide none of another kind")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "the report", "Disk full", "");
    expect_ok(database_write(db, a, flood, &(Flood){ a, "alert", 0, 700 }));
    expect(str_starts(found(db, a, "disk full"), S("the report alert-")));
    expect_str("the report", found_as(db, a, "disk full", "[\"report\"]", ""));
}

SPEC("a word that hundreds of documents have is taken as it is, not as the beginning of others")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "the drive", "Diskette", "");
    expect_ok(database_write(db, a, flood, &(Flood){ a, "report", 0, 200 }));
    expect(str_starts(found(db, a, "disk"), S("the drive report-")));
    expect_ok(database_write(db, a, flood, &(Flood){ a, "report", 200, 400 }));
    expect(str_starts(found(db, a, "disk"), S("report-")));
    expect_str("the drive", found(db, a, "diske"));
}

SPEC("a snippet shows the text around the match, with every match marked")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "one", "x",
          "First there was nothing of interest to be told, and then for a long time\n\n  the "
          "Database "
          "gave up; the database came back.");
    expect_str("…told, and then for a long time the \uE000Database\uE001 gave up; the "
               "\uE000database\uE001 came back.",
               snippet(db, a, "database"));
    given(db, a, "two", "x", "数据库连接池耗尽");
    expect_str("数据库\uE000连接\uE001池耗尽", snippet(db, a, "连接"));
}

SPEC("a match only in the title shows the beginning of the text")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "one", "Checkout", "It began at noon.");
    expect_str("It began at noon.", snippet(db, a, "checkout"));
}

SPEC("marks, operators and quotes in a search are not syntax")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    given(db, a, "one", "INC-42: api.example.com/v1 failed", "don't panic_now");
    expect_str("one", found(db, a, "INC-42"));
    expect_str("one", found(db, a, "api.example.com"));
    expect_str("one", found(db, a, "\"don't\" + panic"));
    expect_str("", found(db, a, "NEAR( * : ' \\ & | ! <-> OR"));
    expect_str("", found(db, a, "  \t "));
    expect_str("", found(db, a, ""));
}

SPEC("a text far over the limit is clipped between characters and still found")
{
    auto_arena a = arena_new(4096);
    Database *db = given_a_search(a);
    Buf body = buf_new(a, 2 << 20);
    buf_add(&body, S("begin "));
    for (int i = 0; body.len < 600 << 10; i++) buf_fmt(&body, "w%d 订单号%d ", i, i);
    Put p = { a, { S("report"), S("big"), S("big"), buf_str(&body), S(""), 1 } };
    expect_ok(database_write(db, a, put, &p));
    expect_str("big", found(db, a, "begin w77"));
}
