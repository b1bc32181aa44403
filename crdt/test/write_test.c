/** Writing as an author: text with marks, lists, maps, trees. Same edits, same structs as Yjs: see
 *  also peers.mjs. */
#include "spec.h"

static const CrdtAttr bold = { { (const uint8_t *)"bold", 4 }, { (const uint8_t *)"{}", 2 } };
static const CrdtAttr plain = { { (const uint8_t *)"bold", 4 }, { (const uint8_t *)"null", 4 } };

SPEC("text takes the marks of what stands before it, unless told otherwise")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("bold"), &bold, 1)),
           ok(crdt_text_insert(d, t, 4, CRDT_STR("er"), NULL, 0)),
           ok(crdt_text_insert(d, t, 6, CRDT_STR(" plain"), &bold, 0)));
    expect_delta(d, "t",
                 "[{\"insert\":\"bolder\",\"attributes\":{\"bold\":{}}},{\"insert\":\" plain\"}]");
}

SPEC("formatting covers a range and is taken off again")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("the quick fox"), NULL, 0)),
           ok(crdt_text_format(d, t, 4, 5, &bold, 1)));
    expect_delta(d, "t",
                 "[{\"insert\":\"the \"},{\"insert\":\"quick\",\"attributes\":{\"bold\":{}}},{\"insert\":\" fox\"}]");
    commit(d, ok(crdt_text_format(d, t, 0, 13, &plain, 1)));
    expect_delta(d, "t", "[{\"insert\":\"the quick fox\"}]");
}

SPEC("deleting marked text takes its marks along")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("ab"), NULL, 0)),
           ok(crdt_text_insert(d, t, 1, CRDT_STR("XYZ"), &bold, 1)));
    commit(d, ok(crdt_text_delete(d, t, 1, 3)));
    expect_delta(d, "t", "[{\"insert\":\"ab\"}]");
    CrdtDoc *e = given_doc(2);
    apply(e, state_of(d));
    expect_delta(e, "t", "[{\"insert\":\"ab\"}]");
}

SPEC("embeds and nodes inside text count one unit")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t"), map;
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("ab"), NULL, 0)),
           ok(crdt_text_embed(d, t, 1, CRDT_STR("{\"image\":\"x\"}"), &bold, 1)),
           ok(crdt_insert_node(d, t, 3, CRDT_MAP, CRDT_STR(""), &map)), ok(crdt_set(d, map,
                                                            CRDT_STR("k"), CRDT_STR("1"))));
    expect(crdt_length(d, t) == 4);
    expect_delta(d, "t",
                 "[{\"insert\":\"a\"},{\"insert\":{\"image\":\"x\"},\"attributes\":{\"bold\":{}}},{\"insert\":\"b\"},{\"insert\":{\"k\":1}}]");
}

SPEC("runs can be read one by one with their marks")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    commit(d, ok(crdt_text_insert(d, t, 0, CRDT_STR("aé"), NULL, 0)),
           ok(crdt_text_insert(d, t, 2, CRDT_STR("b"), &bold, 1)));
    CrdtRuns runs = { .doc = d, .node = t };
    CrdtRun run;
    expect(crdt_runs_next(&runs,
                          &run) && run.units == 2 && run.text.len == 3 && run.mark_count == 0);
    expect(crdt_runs_next(&runs, &run) && run.mark_count == 1 && run.marks[0].key.len == 4);
    expect(run.marks[0].value.kind == CRDT_VALUE_OBJECT);
    expect(!crdt_runs_next(&runs, &run));
    crdt_runs_done(&runs);
}

SPEC("a list is filled, read and emptied")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode a = root(d, "a"), text;
    commit(d, ok(crdt_insert(d, a, 0, CRDT_STR("[1,2,3]"))),
           ok(crdt_insert(d, a, 1, CRDT_STR("[\"x\"]"))),
           ok(crdt_insert_binary(d, a, CRDT_END, hex("00ff"))), ok(crdt_insert_node(d, a, 5,
                                                            CRDT_TEXT, CRDT_STR(""), &text)),
           ok(crdt_text_insert(d, text, 0, CRDT_STR("in"), NULL, 0)));
    expect_json(d, "a", CRDT_ARRAY, "[1,\"x\",2,3,{\"0\":0,\"1\":255},\"in\"]");
    commit(d, ok(crdt_delete(d, a, 1, 3)));
    expect_json(d, "a", CRDT_ARRAY, "[1,{\"0\":0,\"1\":255},\"in\"]");
    CrdtValue v;
    expect(crdt_child_at(d, a, 1, &v) && v.kind == CRDT_VALUE_BINARY && v.text.len == 2);
    expect(crdt_child_at(d, a, 2, &v) && v.node.id == text.id);
    expect(!crdt_child_at(d, a, 3, &v));
}

SPEC("writes outside the range, on the wrong kind or outside a transaction change nothing")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t"), m;
    expect_err(CRDT_BUSY, crdt_text_insert(d, t, 0, CRDT_STR("x"), NULL, 0));
    commit(d, ok(crdt_insert_node(d, root(d, "a"), 0, CRDT_MAP, CRDT_STR(""), &m)));
    CrdtBytes before = state_of(d);
    expect_ok(crdt_begin(d));
    expect_err(CRDT_BUSY, crdt_begin(d));
    expect_err(CRDT_BUSY, crdt_apply(d, hex("0000"), NULL, NULL));
    expect_err(CRDT_RANGE, crdt_text_insert(d, t, 1, CRDT_STR("x"), NULL, 0));
    expect_err(CRDT_RANGE, crdt_text_delete(d, t, 0, 1));
    expect_err(CRDT_RANGE, crdt_insert(d, root(d, "a"), 2, CRDT_STR("[1]")));
    expect_err(CRDT_RANGE, crdt_delete(d, root(d, "a"), 0, 2));
    expect_err(CRDT_RANGE, crdt_delete(d, root(d, "a"), 1, UINT64_MAX));
    expect_err(CRDT_KIND, crdt_text_insert(d, m, 0, CRDT_STR("x"), NULL, 0));
    expect_err(CRDT_KIND, crdt_insert(d, m, 0, CRDT_STR("[1]")));
    expect_err(CRDT_KIND, crdt_set(d, CRDT_NONE, CRDT_STR("k"), CRDT_STR("1")));
    expect_err(CRDT_KIND, crdt_set(d, (CrdtNode){ 999 }, CRDT_STR("k"), CRDT_STR("1")));
    expect_err(CRDT_MALFORMED, crdt_set(d, m, CRDT_STR("k"), CRDT_STR("{")));
    expect_err(CRDT_MALFORMED, crdt_set(d, m, CRDT_STR("\xff"), CRDT_STR("1")));
    expect_err(CRDT_MALFORMED, crdt_text_insert(d, t, 0, CRDT_STR("\xff"), NULL, 0));
    expect(take_commit(d).len == 0);
    expect_bytes(state_of(d), before);
}

SPEC("values are read as what they are")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode m = root(d, "m");
    CrdtValue v, f;
    commit(d,
           ok(crdt_set(d, m, CRDT_STR("o"),
                       CRDT_STR(" {\"a\": [1, {\"b\":null}], \"s\":\"\\ud83d\\ude00\"} "))),
           ok(crdt_set_string(d, m, CRDT_STR("s"), CRDT_STR("\"quoted\"\n"))), ok(crdt_set_binary(d,
                                                            m, CRDT_STR("b"), hex("0102"))));
    expect(crdt_get(d, m, CRDT_STR("o"), &v) && v.kind == CRDT_VALUE_OBJECT && !v.is_json);
    expect(crdt_value_field(&v, CRDT_STR("s"), &f) && crdt_value_is(&f, CRDT_STR("😀")));
    expect(!crdt_value_field(&v, CRDT_STR("none"), &f));
    expect(crdt_get(d, m, CRDT_STR("s"), &v) && crdt_value_is(&v, CRDT_STR("\"quoted\"\n")));
    expect(!crdt_get(d, m, CRDT_STR("none"), &v));
    expect_json(d, "m", CRDT_MAP,
                "{\"o\":{\"a\":[1,{\"b\":null}],\"s\":\"😀\"},\"s\":\"\\\"quoted\\\"\\n\",\"b\":{\"0\":1,\"1\":2}}");
}

static const char article[] =
    "{\"type\":\"doc\",\"content\":[{\"type\":\"heading\",\"attrs\":{\"level\":2},\"content\":[{\"type\":\"text\",\"text\":\"Summary\"}]},"
    "{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"It \"},{\"type\":\"text\",\"text\":\"broke\",\"marks\":[{\"type\":\"bold\"},"
    "{\"type\":\"link\",\"attrs\":{\"href\":\"/x\"}}]},{\"type\":\"text\",\"text\":\" 😀.\"}]},"
    "{\"type\":\"bulletList\",\"content\":[{\"type\":\"listItem\",\"content\":[{\"type\":\"paragraph\"}]}]}]}";

SPEC("trap 23: a ProseMirror tree is written as y-prosemirror stores it and read back the same")
{
    CrdtDoc *d = given_doc(1), *e = given_doc(2);
    CrdtNode x = root(d, "default");
    CrdtBytes update = commit(d, ok(crdt_insert_prosemirror(d, x, 0, crdt_str(article), NULL)));
    apply(e, update);
    CrdtBuf *b = given_buf();
    expect_ok(crdt_prosemirror_json(e, root(e, "default"), b));
    expect_bytes(crdt_buf_bytes(b), crdt_str(article));
    expect_xml(e, "default",
               "<heading level=\"2\">Summary</heading><paragraph>It <bold><link href=\"/x\">broke</link></bold> 😀."
                             "</paragraph><bulletlist><listitem><paragraph></paragraph></listitem></bulletlist>");
    expect(crdt_length(e, root(e, "default")) == 3);
}

SPEC("a tree goes in where it is told, one node or many, into an element too")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode x = root(d, "x");
    CrdtValue v;
    commit(d, ok(crdt_insert_prosemirror(d, x, 0, CRDT_STR("{\"type\":\"b\"}"), NULL)),
           ok(crdt_insert_prosemirror(
               d, x, 0, CRDT_STR("[{\"type\":\"a\"},{\"type\":\"text\",\"text\":\"t\"}]"), NULL)));
    expect(crdt_child_at(d, x, 2, &v));
    commit(d, ok(crdt_insert_prosemirror(
                  d, v.node, CRDT_END,
                  CRDT_STR("{\"type\":\"c\",\"attrs\":{\"n\":null,\"k\":\"v\"}}"), NULL)));
    expect_xml(d, "x", "<a></a>t<b><c k=\"v\"></c></b>");
}

SPEC("two marks of one type on one text are kept apart")
{
    CrdtDoc *d = given_doc(1);
    commit(d, ok(crdt_insert_prosemirror(d, root(d, "x"), 0,
                                         CRDT_STR("{\"type\":\"text\",\"text\":\"t\",\"marks\":[{"
                                                  "\"type\":\"c\",\"attrs\":{\"id\":1}},{\"type\":"
                                                  "\"c\",\"attrs\":{\"id\":2}}]}"),
                                         NULL)));
    CrdtBuf *b = given_buf();
    expect_ok(crdt_prosemirror_json(d, root(d, "x"), b));
    expect_bytes(crdt_buf_bytes(b),
                 crdt_str("{\"type\":\"doc\",\"content\":[{\"type\":\"text\",\"text\":\"t\",\"marks\":"
        "[{\"type\":\"c\",\"attrs\":{\"id\":1}},{\"type\":\"c\",\"attrs\":{\"id\":2}}]}]}"));
}

SPEC("a tree of the wrong shape is refused before anything is written")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode x = root(d, "x");
    const char *const wrong[] = { "", "{", "1", "[1]", "{}", "{\"type\":1}", "{\"type\":\"text\"}",
                                 "{\"type\":\"p\",\"content\":{}}",
        "{\"type\":\"p\",\"content\":[{\"type\":\"q\"},{\"type\":\"text\",\"text\":\"x\",\"marks\":[{}]}]}", "{\"type\":\"p\",\"attrs\":[]}" };
    expect_ok(crdt_begin(d));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CrdtFault fault = { 999, NULL };
        expect_err(CRDT_MALFORMED, crdt_insert_prosemirror(d, x, 0, crdt_str(wrong[i]), &fault));
        expect(fault.offset <= strlen(wrong[i]) && fault.what != NULL);
    }
    expect(take_commit(d).len == 0);
}

SPEC("an edit of a large text near the last one does not search from the start")
{
    CrdtDoc *d = given_doc(1);
    CrdtNode t = root(d, "t");
    for (uint64_t i = 0; i < 20000; i++) { /* two places far apart, alternating words: many items */
        expect_ok(crdt_begin(d));
        expect_ok(crdt_text_insert(d, t, i % 2 ? crdt_length(d, t) : crdt_length(d, t) / 2,
                                   CRDT_STR("ab"), NULL, 0));
        expect_ok(crdt_text_delete(d, t, crdt_length(d, t) / 2, 1));
        expect_ok(crdt_commit(d, NULL));
    }
    expect(crdt_length(d, t) == 20000);
}

SPEC("reading a long list, and a text as a list, takes no longer per element at the end")
{
    CrdtDoc *d = given_doc(1);
    CrdtBuf *json = given_buf();
    expect_ok(crdt_buf_add(json, "[0", 2));
    for (int i = 1; i < 200000; i++)
        expect_ok(crdt_buf_add(json, ",1", 2));
    expect_ok(crdt_buf_add(json, "]", 1));
    commit(d, ok(crdt_insert(d, root(d, "a"), 0, crdt_buf_bytes(json))),
           ok(crdt_text_insert(d, root(d, "t"), 0, CRDT_STR("aé😀b"), NULL, 0)));
    CrdtBuf *out = given_buf();
    expect_ok(crdt_node_json(d, root(d, "a"), CRDT_ARRAY, out));
    expect_bytes(crdt_buf_bytes(out), crdt_buf_bytes(json));
    expect_json(d, "t", CRDT_ARRAY, "[\"a\",\"é\",\"😀\",\"\",\"b\"]");
}

SPEC("cutting one long list from the wrong end is work that is limited")
{
    enum { LONG = 3000 };
    CrdtDoc *b = given_doc_with(&(CrdtOptions){ .client = 2, .max_steps = 500000 });
    CrdtBuf *list = given_buf(), *cuts = given_buf();
    CrdtBytes head = hex("0101010008010161 b817");
    expect_ok(crdt_buf_add(list, head.at, head.len));
    expect_ok(crdt_buf_add(cuts, "\0\1\1", 3));
    expect_ok(crdt_write_varuint(cuts, LONG / 2));
    for (int i = 0; i < LONG; i++)
        expect_ok(crdt_buf_add(list, "\x7d\x01", 2));
    for (uint64_t i = LONG; i > 0; i -= 2) { /* from the end on, as nobody honest writes it */
        expect_ok(crdt_write_varuint(cuts, i - 1));
        expect_ok(crdt_write_varuint(cuts, 1));
    }
    expect_ok(crdt_buf_add(list, "\0", 1));
    apply(b, crdt_buf_bytes(list));
    CrdtErr err = CRDT_LIMIT;
    int tries = 0;
    for (; err == CRDT_LIMIT && tries < 100; tries++)
        err = crdt_apply(b, crdt_buf_bytes(cuts), NULL, NULL);
    expect(err == CRDT_OK && tries > 1);
    expect(crdt_length(b, root(b, "a")) == LONG / 2);
}

static uint32_t chance(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)*state * below) >> 32);
}

/** A text and what it should be, edited at random places; many deletions lie between its units. */
static void edit_and_compare(CrdtDoc *d, CrdtDoc *other, bool as_list, uint32_t seed)
{
    enum { MOST = 600, EDITS = 6000 };
    char want[MOST + 60], piece[2] = "";
    uint32_t len = 0, near = 0;
    CrdtBuf *update = given_buf();
    for (uint32_t n = 0; n < EDITS; n++) {
        uint32_t at = chance(&seed, 5) == 0 ? near = chance(&seed, len + 1) : near + chance(&seed, 3);
        at = at > len ? len : at;
        uint32_t gone = len > 60 && chance(&seed, 2) ? chance(&seed, len - at < 3 ? len - at + 1 : 3) : 0;
        uint32_t come = gone == 0 && len < MOST;
        CrdtDoc *writer = chance(&seed, 40) == 0 ? other : d;
        CrdtNode t = root(writer, "t");
        piece[0] = (char)('a' + n % 26);
        char json[8];
        snprintf(json, sizeof json, "[\"%c\"]", piece[0]);
        crdt_buf_clear(update);
        expect_ok(crdt_begin(writer));
        if (as_list) {
            expect_ok(crdt_delete(writer, t, at, gone));
            expect_ok(crdt_insert(writer, t, at, crdt_str(come ? json : "[]")));
        } else {
            CrdtBytes text = { (uint8_t *)piece, come };
            expect_ok(crdt_text_delete(writer, t, at, gone));
            expect_ok(crdt_text_insert(writer, t, at, text, NULL, 0));
        }
        expect_ok(crdt_commit(writer, update));
        if (update->len > 0)
            apply(writer == d ? other : d, crdt_buf_bytes(update));
        memmove(want + at + come, want + at + gone, len - at - gone);
        memcpy(want + at, piece, come);
        len += come - gone;
        if (n % 500 == 499 && !as_list) {
            want[len] = 0;
            expect_text(d, "t", want);
        }
    }
    for (uint32_t i = 0; as_list && i < len; i++) {
        CrdtValue v;
        expect(crdt_child_at(d, root(d, "t"), i, &v) && v.text.at[0] == (uint8_t)want[i]);
    }
    expect_equal(d, other);
}

SPEC("a write lands at its index however much was deleted around it, in a text and in a list")
{
    for (uint32_t seed = 1; seed < 4; seed++) {
        edit_and_compare(given_doc(1), given_doc(2), false, seed);
        edit_and_compare(given_doc(3), given_doc(4), true, seed);
    }
}
