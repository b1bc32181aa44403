#include "base/spec.h"
#include "feature/chat/rules.h"
#include "feature/incident/spec_incident.h"

SPEC("chat: a request is Slack's when its own example of a signature says so, within five minutes either way")
{
    auto_arena a = arena_new(4096);
    /* The example of docs.slack.dev/authentication/verifying-requests-from-slack. */
    Str secret = S("8f742231b10e8888abcd99yyyzzz85a5"), at = S("1531420618");
    Str sum = S("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
    Str body = S("token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&"
                 "user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
                 "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c");
    int64_t now = 1531420618000;
    expect(slack_signed(a, secret, at, sum, body, now));
    expect(slack_signed(a, secret, at, sum, body, now + 300 * 1000));
    expect(slack_signed(a, secret, at, sum, body, now - 300 * 1000));
    expect(!slack_signed(a, secret, at, sum, body, now + 301 * 1000));
    expect(!slack_signed(a, secret, at, sum, body, now - 301 * 1000));
    expect(!slack_signed(a, S(""), at, sum, body, now));
    expect(!slack_signed(a, S("another"), at, sum, body, now));
    expect(!slack_signed(a, secret, S("1531420619"), sum, body, now));
    expect(!slack_signed(a, secret, at, sum, S("text=other"), now));
    expect(!slack_signed(a, secret, at, S("v1=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"), body, now));
}

SPEC("chat: nothing in a text that goes to Slack is a mention or a link by itself, and bold stays bold")
{
    auto_arena a = arena_new(4096);
    expect_str("&lt;!channel&gt; &amp; *bold*", slack_words(a, S("<!channel> & **bold**")));
}

typedef struct Adding { Post post; int n; } Adding;
static Err add_posts(Cx *cx, void *arg)
{
    Adding *x = arg;
    for (int i = 0; i < x->n; i++) TRY(post_add(cx, &x->post));
    return OK;
}

static int64_t jobs_of(World *w, const char *kind)
{
    JobRows rows = { 0 };
    auto_store s = store_take(w->app->db);
    Cx cx = app_cx(w->app, w->arena, s);
    return job_list(&cx, S(""), str_of(kind), 0, S(""), 100, &rows).info ? -1 : (int64_t)rows.len;
}

SPEC("chat: news that are told twice wait once, for one job")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail") }, &i));
    Adding x = { { .id = S("k"), .source = S("slack"), .channel = S("C1"), .incident = i.id, .text = S("news") }, 2 };
    expect_ok(write_as(&w, w.ann, add_posts, &x));
    expect_int(1, jobs_of(&w, "chat.post"));
}

static Err link_slack(Cx *cx, void *arg)
{
    const Incident *i = arg;
    return room_link(cx, &(ChatRoom){ .source = S("slack"), .channel = S("C1"), .name = S("inc-1"), .incident_id = i->id });
}

SPEC("chat: what happens to an incident waits for its channel from the moment it is written, before any job has run")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail") }, &i));
    expect_ok(write_as(&w, w.ann, link_slack, &i));
    int64_t before = jobs_of(&w, "chat.post");
    expect_ok(status_as(&w, w.ann, i.id, "investigating"));
    expect_int(0, before);
    expect_int(1, jobs_of(&w, "chat.post"));
}

SPEC("chat: the token of the bot goes to Slack's own hosts only, encrypted")
{
    Str api = S("https://slack.com/api");
    expect(slack_stands_there(S("https://files.slack.com/files-pri/T1-F1/a.png"), api));
    expect(slack_stands_there(S("https://slack.com/x"), api));
    expect(slack_stands_there(S("http://127.0.0.1:9/files/x"), S("http://127.0.0.1:9/api")));
    const Str others[] = { S("http://files.slack.com/a"), S("https://slack.com.example.org/a"), S("https://evilslack.com/a"), S("https://slack.com@example.org/a"),
                           S("https://files.slack.com:80@x.org/"), S("https://drive.example.com/a"), S("http://127.0.0.1:8/files/x"), S(""), S("files.slack.com") };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) expect(!slack_stands_there(others[i], api));
}

SPEC("chat: an envelope of Socket Mode is what a request would be, under the same name, and is acknowledged by its id")
{
    auto_arena a = arena_new(4096);
    SlackEnvelope e;
    SlackArrived in;
    Str event = S("{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"event\":{\"type\":\"message\"}}");
    expect_ok(slack_request(a, S("application/json"), event, &in));
    expect_ok(slack_envelope(a, arena_fmt(a, "{\"envelope_id\":\"e\\\"1\",\"type\":\"events_api\",\"payload\":" STR_FMT "}", STR_ARG(event)), &e));
    expect_str("slack:Ev1", e.what.name);
    expect(str_eq(in.name, e.what.name) && str_eq(in.body, e.what.body));
    expect_str("{\"envelope_id\":\"e\\\"1\"}", slack_acknowledgement(a, &e));
    expect_ok(slack_envelope(a, S("{\"type\":\"disconnect\",\"reason\":\"warning\"}"), &e));
    expect_str("warning", e.reason);
    expect_str("", e.what.name);
    expect_err(ERR_INVALID, slack_envelope(a, S("no json"), &e));
    expect_err(ERR_INVALID, slack_envelope(a, S("{\"envelope_id\":\"e\",\"type\":\"events_api\",\"payload\":{\"type\":\"event_callback\"}}"), &e));
}

SPEC("chat: a webhook of Mattermost is told its channel, one of Teams gets a card, and nobody is called by either")
{
    auto_arena a = arena_new(4096);
    expect_str("{\"text\":\"INC-1 @\u200ball \\u003cb> & more\",\"channel\":\"town\"}", hook_payload(a, S("mattermost"), S("town"), S("INC-1 @all &lt;b&gt; &amp; more")));
    Str card = hook_payload(a, S("teams"), S(""), S("INC-1"));
    const Json *top;
    expect_ok(json_read(a, card, &top));
    const Json *content = json_get(json_at(json_get(top, S("attachments")), 0), S("content"));
    expect_str("AdaptiveCard", json_str_at(content, S("type")));
    expect_str("INC-1", json_str_at(json_at(json_get(content, S("body")), 0), S("text")));
}

SPEC("chat: a request that is no text is refused before it is kept")
{
    auto_arena a = arena_new(4096);
    SlackArrived in;
    const Str bad[] = { S("command=/hindsight&text=note\0x"), S("command=/hindsight&text=\xff"), S("payload=%7B%22a%22%3A%00%7D"), S("payload=%FF") };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect_err(ERR_INVALID, slack_request(a, S("application/x-www-form-urlencoded"), bad[i], &in));
    expect_ok(slack_request(a, S("application/x-www-form-urlencoded"), S("command=%2Fhindsight&text=note+x"), &in));
    expect_str("command", str_of(in.kind));
}
