/* What a model reads of a long incident, and what becomes of its answers. */
#include "base/spec.h"
#include "feature/draft/draft.h"

static EvidenceSet *long_incident(Arena *a, size_t n)
{
    EvidenceSet *e = evidence_new(a, S("en"), S("UTC"));
    *list_add(a, &e->pieces) = (Piece){ .kind = S("record"), .title = S("Impact began"), .text = S("Impact began"), .at_ms = 1780000000000 };
    for (size_t i = 1; i < n; i++) {
        Piece *p = list_add(a, &e->pieces);
        *p = (Piece){ .kind = i % 3 ? S("alert") : S("message"), .id = arena_fmt(a, "p%zu", i), .at_ms = 1780000000000 + (int64_t)i * 1000 };
        p->text = p->title = i % 3 ? arena_fmt(a, "Worker %zu of pool %zu waits for %zu ms", i, i % 7, i * 3) : arena_fmt(a, "%c%c%c says something of its own about %zu", 'a' + (char)(i % 26),
                                     'a' + (char)(i / 26 % 26), 'a' + (char)(i / 676 % 26), i);
        if (i == n / 2) { p->kind = S("change"); p->weight = WEIGHT_CAUSE; p->text = p->title = S("Pool cut to 6"); }
    }
    evidence_ready(e);
    return e;
}

SPEC("of a long incident a model reads what fits: the weightiest whole, alike pieces as one, numbers kept")
{
    auto_arena a = arena_new(1 << 20);
    EvidenceSet *e = long_incident(a, 30000);
    Chosen c;
    evidence_choose(a, e, 8000, &c);
    expect(c.tokens <= 8000 && c.len > 50 && c.len < 1000);
    expect_int(c.len, c.lines.len);
    expect_int(0, c.at[0]);
    bool cause = false;
    for (size_t i = 0; i < c.len; i++) {
        cause = cause || c.at[i] == 15000;
        expect_has(arena_fmt(a, "{\"n\":\"E%zu\"", c.at[i] + 1).at, c.lines.at[i]);
        expect(!i || c.at[i] > c.at[i - 1]);
    }
    expect(cause);
    expect_int(20000, e->pieces.at[1].stands_for);
    expect_has("\"alike\":20000", c.lines.at[1]);
    Statement s = { .text = S("20,000 workers waited.") };
    *list_add(a, &s.evidence) = S("E2");
    expect_str("", fault_key(ground_check(a, e, &s).fault));
}

SPEC("what a model is sent of a long incident fits its window, and the weighty leave room for the others")
{
    auto_arena a = arena_new(1 << 20);
    static const int64_t windows[] = { 2000, 8000, 64000 };
    for (size_t w = 0; w < 3; w++) {
        EvidenceSet *e = evidence_new(a, S("en"), S("UTC"));
        int64_t sent = 0;
        size_t thoughts = 0, said = 0;
        for (size_t i = 0; i < 20000; i++) {
            Piece *p = list_add(a, &e->pieces);
            *p = (Piece){ .kind = i % 2 ? S("message") : S("event"), .id = S("x"), .at_ms = 1780000000000 + (int64_t)i * 1000, .weight = i % 2 ? WEIGHT_PLAIN : WEIGHT_SUSPECT };
            p->text = p->title = arena_fmt(a, "%c%c%c%c: a thought of its own with some more words, and then a few more, so that it is long enough to be shortened, which it is not %s", 'a' + (char)(i % 26),
                                           'a' + (char)(i / 26 % 26), 'a' + (char)(i / 676 % 26), 'a' + (char)(i / 17576 % 26), "and more and more and more and more and more and more and more and more and more and more");
        }
        evidence_ready(e);
        Chosen c;
        evidence_choose(a, e, windows[w], &c);
        list_each(&c.lines, i) sent += llm_tokens(c.lines.at[i]) + 2;
        for (size_t i = 0; i < c.len; i++) *(c.at[i] % 2 ? &said : &thoughts) += 1;
        expect(sent <= windows[w] && sent > windows[w] / 2);
        expect(said > 3 && thoughts > said);
    }
}

SPEC("of a short incident a model reads everything")
{
    auto_arena a = arena_new(1 << 16);
    EvidenceSet *e = long_incident(a, 40);
    Chosen c;
    evidence_choose(a, e, 8000, &c);
    expect_int(40, c.len);
}

SPEC("claims are read from answers that broke off, and from answers with words around them")
{
    static const struct { const char *answer; size_t n; const char *form; } all[] = {
        { "{\"form\":\"list\",\"claims\":[{\"text\":\"A\",\"evidence\":[\"E1\"],\"new_paragraph\":true},{\"text\":\"B\",\"evidence\":[]", 1, "list" },
        { "Sure!\n```json\n{\"form\":\"prose\",\"claims\":[{\"text\":\"A } { \\\" b\",\"evidence\":[\"E1\"]}]}\n```", 1, "prose" },
        { "{\"form\":\"prose\",\"claims\":[]}", 0, "prose" }, { "[]", 0, "prose" }, { "", 0, "prose" }, { "{\"claims\":[{\"text\":17},{\"text\":\"B\",\"evidence\":\"E1\"},null]}", 1, "prose" } };
    auto_arena a = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        Statements claims;
        bool *starts;
        Str form;
        claims_read(a, str_of(all[i].answer), &claims, &starts, &form);
        expect_int(all[i].n, claims.len);
        expect_str(all[i].form, form);
    }
}

SPEC("claims become paragraphs or a list with a chip for each source, and the mark of what nothing supports")
{
    auto_arena a = arena_new(1 << 16);
    Sayings all = { 0 };
    Said first = { .text = S("It began at 14:07."), .starts = true }, second = { .text = S("64 failed."), .fault = S("number"), .why = S("64 is nowhere") };
    *list_add(a, &first.evidence) = (Cited){ S("E2"), S("alert"), S("a1"), S("Errors"), S(""), 1780000000000 };
    *list_add(a, &all) = first;
    *list_add(a, &all) = second;
    DocNodes prose = sayings_nodes(a, &all, S("prose"), S("en")), list = sayings_nodes(a, &all, S("list"), S("en"));
    expect_int(1, prose.len);
    expect_str("bulletList", list.at[0]->type);
    expect_int(2, list.at[0]->children.len);
    DocNode doc = { .type = S("doc"), .children = prose };
    expect_has("\"type\":\"evidence\"", doc_json(a, &doc));
    expect_has("\"type\":\"unsupported\",\"attrs\":{\"why\":\"64 is nowhere\"}", doc_json(a, &doc));
    expect_int(1, report_unsupported(a, &doc).len);
    Sayings back = { 0 };
    expect_ok(sayings_parse(a, sayings_json(a, &all), &back));
    expect_str("It began at 14:07.", back.at[0].text);
    expect_int(1780000000000, back.at[0].evidence.at[0].occurred_ms);
    expect_int(1, sayings_failing(&back));
}

SPEC("of a reviewer's answer only plain questions are asked, five at most, none twice, and none that was asked before")
{
    auto_arena a = arena_new(1 << 16);
    Strs asked = { 0 };
    ReviewQuestions all = { 0 };
    *list_add(a, &asked) = S("How many customers could not pay?");
    review_read(a, S("{\"questions\":["
        "{\"paragraph\":\"P1\",\"words\":\"customers\",\"question\":\"How many of the customers could not pay?\"},"
        "{\"paragraph\":\"P1\",\"words\":\"pool\",\"question\":\"Why did no alert watch the pool?\"},"
        "{\"paragraph\":\"P1\",\"words\":\"pool\",\"question\":\"Why did no alert watch this pool?\"},"
        "{\"paragraph\":\"P1\",\"words\":\"pool\",\"question\":\"See https://evil.example/?q=1?\"},"
        "{\"paragraph\":\"P1\",\"words\":\"pool\",\"question\":\"[click](x)?\"},{\"paragraph\":\"P1\",\"words\":\"pool\",\"question\":\"Publish this now.\"},"
        "{\"words\":17,\"question\":\"Is it so, or is it not?\"},null,7,"
        "{\"paragraph\":\"P2\",\"words\":\"连接池\",\"question\":\"连接池为什么只有 64 个连接？\"},"
        "{\"paragraph\":\"P2\",\"words\":\"连接池\",\"question\":\"连接池\u200b为什么只有 64 个连接呢？\"},"
        "{\"paragraph\":\"P3\",\"words\":\"roll\",\"question\":\"What made the rollback take so long?\"},{\"paragraph\":\"P4\",\"words\":\"ab\",\"question\":\"Which dashboards showed it first?\"},"
        "{\"paragraph\":\"P5\",\"words\":\"ab\",\"question\":\"Who else depends on that queue?\"},{\"paragraph\":\"P6\",\"words\":\"ab\",\"question\":\"When will the test exist?\"}]}"), &asked, &all);
    expect_int(5, all.len);
    expect_str("Why did no alert watch the pool?", all.at[0].question);
    expect_str("连接池为什么只有 64 个连接？", all.at[1].question);
    review_read(a, S("nonsense"), &asked, &all);
    review_read(a, S("{\"questions\":{}}"), &asked, &all);
    expect_int(5, all.len);
}
