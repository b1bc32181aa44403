#include "base/spec.h"
#include "feature/incident/spec_incident.h"
#include "feature/warroom/rules.h"

typedef struct Putting { MessageIn in; Message *ret; bool changed; } Putting;
static Err put(Cx *cx, void *arg) { Putting *p = arg; return message_put(cx, &p->in, p->ret, &p->changed); }

static MessageIn from_slack(Str incident, const char *id, const char *body)
{
    return (MessageIn){ .incident = incident, .source = S("slack"), .channel = S("C1"), .source_id = str_of(id), .body = str_of(body),
                        .author = { .name = S("Zoë"), .key = S("U7") } };
}

static Err put_as(World *w, MessageIn in, Message *ret, bool *ret_changed)
{
    Putting p = { in, ret, false };
    TRY(write_as(w, w->ann, put, &p));
    if (ret_changed) *ret_changed = p.changed;
    return OK;
}

typedef struct Deed { Str id; MessageAuthor who; const char *reaction; bool on; } Deed;
static Err react(Cx *cx, void *arg) { Deed *d = arg; return message_react(cx, d->id, d->who, str_of(d->reaction), d->on); }
static Err bury(Cx *cx, void *arg) { return message_delete(cx, *(Str *)arg); }

static Err read_message(World *w, Str id, Message *ret)
{
    auto_store s = store_take(w->app->db);
    Cx cx = reader(w, w->ann, s);
    return message_get(&cx, id, ret);
}

SPEC("war room: a message that a chat tool delivers twice is there once, and one that was edited there is corrected")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    Message m, again;
    bool changed = false;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail") }, &i));
    expect_ok(put_as(&w, from_slack(i.id, "1.1", "it is the pool"), &m, &changed));
    expect(changed);
    expect_ok(put_as(&w, from_slack(i.id, "1.1", "it is the pool"), &again, &changed));
    expect(!changed);
    expect_str(arena_cstr(a, m.id), again.id);
    expect_int(m.version, again.version);
    MessageIn edit = from_slack(i.id, "1.1", "it is the connection pool");
    edit.edited_ms = w.now_ms;
    expect_ok(put_as(&w, edit, &again, &changed));
    expect(changed);
    expect_str("it is the connection pool", again.body);
    expect_int(w.now_ms, again.edited_ms);
    expect_ok(put_as(&w, from_slack(i.id, "1.1", "it is the pool"), &again, &changed));        /* the first delivery, late */
    expect(!changed);
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(1, i.counts.messages);
}

SPEC("war room: replies that arrive before what they reply to find their thread")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    Message first, reply, second;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail") }, &i));
    MessageIn in = from_slack(i.id, "2.1", "yes"), more = from_slack(i.id, "2.2", "no");
    in.thread = more.thread = S("2.0");
    expect_ok(put_as(&w, in, &reply, NULL));
    expect_str("", reply.thread_id);
    MessageIn root = from_slack(i.id, "2.0", "is it the pool?");
    root.thread = S("2.0");                                        /* Slack names the first message in itself, too */
    expect_ok(put_as(&w, root, &first, NULL));
    expect_int(1, first.replies);
    expect_ok(put_as(&w, more, &second, NULL));
    expect_str(arena_cstr(a, first.id), second.thread_id);
    expect_ok(read_message(&w, reply.id, &reply));
    expect_str(arena_cstr(a, first.id), reply.thread_id);
    expect_ok(read_message(&w, first.id, &first));
    expect_int(2, first.replies);
}

SPEC("war room: what was deleted leaves its place and nothing else, and does not come back with a late delivery")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    Message m;
    bool changed = true;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail") }, &i));
    expect_ok(put_as(&w, from_slack(i.id, "3.1", "the password is hunter2"), &m, NULL));
    expect_ok(write_as(&w, w.bob, react, &(Deed){ m.id, { .id = w.bob.id, .name = w.bob.name }, "👀", true }));
    expect_ok(write_as(&w, w.ann, bury, &m.id));
    expect_ok(put_as(&w, from_slack(i.id, "3.1", "the password is hunter2"), &m, &changed));
    expect(!changed);
    expect_str("", m.body);
    expect(m.deleted_ms > 0);
    expect_int(0, m.reactions.len);
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(0, i.counts.messages);
}

SPEC("war room: a reaction counts once for each who reacted, and can be taken back")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    Message m;
    MessageAuthor bob = { .id = w.bob.id, .name = w.bob.name }, outside = { .name = S("Zoë"), .key = S("U7") };
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail") }, &i));
    expect_ok(put_as(&w, from_slack(i.id, "4.1", "the graph turned"), &m, NULL));
    for (int k = 0; k < 2; k++) {
        expect_ok(write_as(&w, w.bob, react, &(Deed){ m.id, bob, "⭐", true }));
        expect_ok(write_as(&w, w.ann, react, &(Deed){ m.id, outside, "⭐", true }));
    }
    expect_ok(read_message(&w, m.id, &m));
    expect_int(1, m.reactions.len);
    expect_int(2, m.reactions.at[0].people.len);
    expect_ok(write_as(&w, w.bob, react, &(Deed){ m.id, bob, "⭐", false }));
    expect_ok(read_message(&w, m.id, &m));
    expect_str("Zoë", m.reactions.at[0].people.at[0].name);
    expect_err(ERR_INVALID, write_as(&w, w.bob, react, &(Deed){ m.id, bob, "two words", true }));
    expect_str("⭐", emoji_of(a, S("star")));
    expect_str("👍", emoji_of(a, S("+1::skin-tone-3")));
    expect_str(":partyparrot:", emoji_of(a, S("partyparrot")));
}

typedef struct Who { const char *key, *name, *email; MessageAuthor *ret; } Who;
static Err who_is(Cx *cx, void *arg) { Who *x = arg; return author_of(cx, S("slack"), str_of(x->key), str_of(x->name), str_of(x->email), x->ret); }
typedef struct Set { const char *key; Str user; } Set;
static Err set_author(Cx *cx, void *arg) { Set *s = arg; return author_set(cx, S("slack"), str_of(s->key), s->user); }

SPEC("war room: somebody outside is found by address, then by a name that one person alone has; a person's word counts more")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    Message m;
    MessageAuthor found;
    expect_ok(write_as(&w, w.ann, who_is, &(Who){ "U1", "somebody", "BOB@example.com", &found }));
    expect_str(arena_cstr(a, w.bob.id), found.id);
    expect_ok(write_as(&w, w.ann, who_is, &(Who){ "U2", "cat cole", "", &found }));
    expect_str(arena_cstr(a, w.cat.id), found.id);
    expect_ok(write_as(&w, w.ann, who_is, &(Who){ "U7", "Zoë", "zoe@elsewhere.example", &found }));
    expect_str("", found.id);
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail") }, &i));
    expect_ok(put_as(&w, from_slack(i.id, "5.1", "hello"), &m, NULL));
    expect_str("Zoë", m.author.name);
    expect_ok(write_as(&w, w.ann, set_author, &(Set){ "U7", w.bob.id }));
    expect_ok(read_message(&w, m.id, &m));
    expect_str(arena_cstr(a, w.bob.id), m.author.id);
    expect_ok(write_as(&w, w.ann, who_is, &(Who){ "U7", "Zoë", "", &found }));
    expect_str(arena_cstr(a, w.bob.id), found.id);
}

static Err link_room(Cx *cx, void *arg) { return room_link(cx, arg); }

SPEC("war room: a channel outside is the room of one incident, and follows it when it is merged")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i, j;
    Str found;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail") }, &i));
    expect_ok(declare(&w, (IncidentInput){ .title = S("Checkout is slow") }, &j));
    ChatRoom room = { .source = S("slack"), .channel = S("T1/C1"), .name = S("#inc-1"), .incident_id = i.id };
    expect_ok(write_as(&w, w.ann, link_room, &room));
    expect_ok(merge_as(&w, w.ann, i.id, j.id));
    auto_store s = store_take(w.app->db);
    Cx cx = reader(&w, w.ann, s);
    expect_ok(room_of(&cx, S("slack"), S("T1/C1"), &found));
    expect_str(arena_cstr(a, j.id), found);
    expect_ok(room_of(&cx, S("slack"), S("T1/C9"), &found));
    expect_str("", found);
}

typedef struct Said { Str incident; const char *line; CommandDone done; } Said;
static Err obey(Cx *cx, void *arg) { Said *s = arg; return command_run(cx, s->incident, str_of(s->line), S(""), &s->done); }

static Err proposals_of(World *w, Str incident, Proposals *ret)
{
    auto_store s = store_take(w->app->db);
    Cx cx = reader(w, w->ann, s);
    return proposal_list(&cx, incident, S("proposed"), (Cursor){ 0 }, 50, ret);
}

SPEC("war room: when a hypothesis is confirmed, the message that said it first is proposed")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    Message m, later;
    Proposals all = { 0 };
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail") }, &i));
    static const char *const said[] = { "is the database slow?", "I believe the connection pool is exhausted on checkout", "yes, connection pool exhausted" };
    for (int k = 0; k < 3; k++) {
        MessageIn in = from_slack(i.id, arena_fmt(a, "6.%d", k).at, said[k]);
        in.at_ms = w.now_ms - (3 - k) * MINUTE;
        expect_ok(put_as(&w, in, k == 1 ? &m : &later, NULL));
    }
    expect_ok(write_as(&w, w.ann, obey, &(Said){ .incident = i.id, .line = "/hypothesis Connection pool exhausted" }));
    expect_ok(write_as(&w, w.ann, obey, &(Said){ .incident = i.id, .line = "/hypothesis confirmed" }));
    while (job_run_one(w.app)) {}
    expect_ok(proposals_of(&w, i.id, &all));
    expect_int(1, all.len);
    expect_str(arena_cstr(a, m.id), all.at[0].message.id);
    expect_str("cause", all.at[0].reasons.at[0].reason);
    expect_str("hypothesis", all.at[0].kind);
}

SPEC("war room: words, links and pictures that matter are found by rule, in English and Chinese, and small talk is not")
{
    auto_arena a = arena_new(4096);
    static const struct { const char *said, *reason, *kind; } cases[] = {
        { "Let's roll back 812", "decision", "decision" }, { "我们决定先切流量", "decision", "decision" },
        { "已回滚到上一版本", "state", "action_taken" }, { "error rate is back to normal", "state", "note" },
        { "see https://grafana.corp/d/x1/pay?orgId=1.", "graph", "graph" }, { "https://github.com/acme/api/pull/812", "link", "message" },
        { "anybody for lunch?", NULL, "message" }, { "she recovereds", NULL, "message" }, { "https://example.com/", NULL, "message" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        ProposalReasons found = { 0 };
        Str kind;
        signals_of(a, &(Message){ .body = str_of(cases[k].said) }, &found, &kind);
        expect_int(cases[k].reason != NULL, found.len);
        if (cases[k].reason) expect_str(cases[k].reason, found.at[0].reason);
        expect_str(cases[k].kind, kind);
    }
    Strs links = links_of(a, S("(https://a.example/x), http://b.example/y!"));
    expect_int(2, links.len);
    expect_str("https://a.example/x", links.at[0]);
}

SPEC("war room: a command that is not understood says how to write it and does nothing")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail"), .severity = S("SEV-3") }, &i));
    static const char *const wrong[] = { "/sev", "/sev 9", "/status", "/status nowhere", "/role", "/role king", "/role scribe @Nobody", "/time", "/time lunch 12:00",
        "/time mitigated soon", "/decision", "/followup", "/star", "/hypothesis confirmed", "/frobnicate now" };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        expect_err(ERR_INVALID, write_as(&w, w.ann, obey, &(Said){ .incident = i.id, .line = wrong[k] }));
    Said role = { .incident = i.id, .line = "/ROLE ic @bob baker" };
    expect_ok(write_as(&w, w.ann, obey, &role));
    expect_str("Bob Baker is incident commander", role.done.text);
    expect(command_is(S("/sev 1")) && !command_is(S("/etc/hosts")) && !command_is(S("//sev")) && !command_is(S("/ sev")) && !command_is(S("a /sev")));
}

SPEC("war room: the title of a linked page is its text, and nothing that is no text")
{
    auto_arena a = arena_new(4096);
    expect_str("Checkout & payments <p99>", title_of_page(a, S("<html><head><title data-x=\"1\"> Checkout &amp; payments &lt;p99&gt;\n</title>")));
    expect_str("", title_of_page(a, S("<html><body>no title")));
    expect_str("", title_of_page(a, S("<title>never ends")));
    expect_str("", title_of_page(a, S("<title>\xff\xfe</title>")));
}
