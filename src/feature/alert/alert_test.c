#include "app/app.h"
#include "base/spec.h"
#include "base/time.h"
#include "feature/account/account.h"
#include "feature/alert/internal.h"
#include "feature/change/change.h"
#include "feature/incident/rules.h"
#include "feature/timeline/timeline.h"
#include "store/search.h"
#include "sql.gen.h"

static const int64_t noon = 1794319200000;      /* 2026-11-10T14:00:00Z */

/* ---- helpers that speak of alerts */

typedef struct Add { Str kind, channel, id, url; } Add;

static Err add_source(Cx *cx, void *arg)
{
    Add *add = arg;
    return integration_add(cx, add->kind, S("Monitoring"), add->channel, &add->id, &add->url);
}

static Str given_a_source(App *app, Arena *a, const char *kind)
{
    Cx cx = app_cx(app, a, NULL);
    Add add = { .kind = str_of(kind) };
    Err e = cx_write(&cx, add_source, &add);
    if (e.info) { spec_failures++; fprintf(stderr, STR_FMT "\n", STR_ARG(e.info->message)); }
    return add.id;
}

static Err store_it(Cx *cx, void *arg) { return delivery_store(cx, arg); }

/** What the intake does with a payload that was posted, without the socket. */
static Err post(App *app, Arena *a, Str source_id, const char *payload)
{
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Source source = { 0 };
    Delivery *d = arena_make(a, Delivery);
    TRY(source_by_id(&cx, source_id, &source));
    Err e = delivery_prepare(&cx, &source, S("application/json"), str_of(payload), d);
    if (err_is(e, ERR_INVALID)) {
        TRY(quarantine_put(&cx, &source, S("application/json"), str_of(payload), e));
        return e;
    }
    TRY(e);
    return cx_write(&cx, store_it, d);
}

static Alerts all_alerts(App *app, Arena *a)
{
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Alerts list = { 0 };
    Err e = alert_list_newest(&cx, 200, &list);
    if (e.info) { spec_failures++; fprintf(stderr, STR_FMT "\n", STR_ARG(e.info->message)); }
    return list;
}

static Incidents all_incidents(App *app, Arena *a)
{
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Incidents list = { 0 };
    Err e = incident_list(&cx, &(IncidentFilter){ .sort = S("newest") }, (Cursor){ 0 }, 50, &list);
    if (e.info) { spec_failures++; fprintf(stderr, STR_FMT "\n", STR_ARG(e.info->message)); }
    return list;
}

/** Alertmanager's form: one alert of instance `x`, firing since or resolved between these
 *  minutes past noon. */
static const char *am(Arena *a, const char *x, const char *severity, int start, int end)
{
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    time_rfc3339(noon + start * 60000, from);
    time_rfc3339(noon + end * 60000, to);
    return arena_fmt(a,
                     "{\"version\":\"4\",\"groupKey\":\"g\",\"alerts\":[{\"status\":\"%s\","
                     "\"labels\":{\"alertname\":\"Down\",\"instance\":\"%s\","
                     "\"severity\":\"%s\"},\"annotations\":{\"summary\":\"%s is "
                     "down\"},\"startsAt\":\"%s\",\"endsAt\":\"%s\",\"fingerprint\":\"fp-%s\"}]}",
                     end ? "resolved" : "firing", x, severity, x, from,
                     end ? to : "0001-01-01T00:00:00Z", x)
        .at;
}

#define GIVEN(kind) \
    auto_arena a = arena_new(1 << 16); \
    App *app = given_a_system(a, noon + 600000); \
    Str source = given_a_source(app, a, kind)

/* ---- one alert over time */

SPEC("an alert fires, is updated by news, and resolves; it is one row all the time")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 1, 0)));
    app->options.now_ms += 1000;
    expect_ok(post(app, a, source, am(a, "db-1", "info", 1, 0)));
    Alerts list = all_alerts(app, a);
    expect_int(1, list.len);
    expect_str("firing", list.at[0].status);
    expect_str("SEV-4", list.at[0].severity);
    expect_int(2, list.at[0].count);
    expect_int(noon + 60000, list.at[0].started_ms);
    expect_int(noon + 601000, list.at[0].last_received_ms);
    expect_ok(post(app, a, source, am(a, "db-1", "info", 1, 9)));
    list = all_alerts(app, a);
    expect_int(1, list.len);
    expect_str("resolved", list.at[0].status);
    expect_int(noon + 540000, list.at[0].ended_ms);
    expect_str("Monitoring", list.at[0].source.name);
}

SPEC("the same bytes again change nothing, however often and whatever the state")
{
    GIVEN("alertmanager");
    const char *fire = am(a, "db-1", "warning", 1, 0), *end = am(a, "db-1", "warning", 1, 5);
    for (int i = 0; i < 3; i++, app->options.now_ms += 1000) expect_ok(post(app, a, source, fire));
    Alerts list = all_alerts(app, a);
    expect_int(1, list.len);
    expect_int(1, list.at[0].count);
    expect_int(1, list.at[0].version);
    expect_int(noon + 600000, list.at[0].last_received_ms);
    for (int i = 0; i < 3; i++) expect_ok(post(app, a, source, end));
    expect_ok(post(app, a, source, fire));
    list = all_alerts(app, a);
    expect_int(1, list.len);
    expect_str("resolved", list.at[0].status);
    expect_int(2, list.at[0].count);
}

SPEC("when it fires again after its end that is a new alert")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 1, 0)));
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 1, 3)));
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 7, 0)));
    Alerts list = all_alerts(app, a);
    expect_int(2, list.len);
    expect_str("firing", list.at[0].status);
    expect_int(noon + 7 * 60000, list.at[0].started_ms);
    expect_str("resolved", list.at[1].status);
}

SPEC("an end that comes before its beginning is kept, and the late beginning does not fire")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, am(a, "db-1", "critical", 1, 3)));
    expect_ok(post(app, a, source, am(a, "db-1", "critical", 1, 0)));
    Alerts list = all_alerts(app, a);
    expect_int(1, list.len);
    expect_str("resolved", list.at[0].status);
    expect_int(0, all_incidents(app, a).len);
}

SPEC("a late end of an earlier firing leaves the one that fires now alone")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 5, 0)));
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 1, 3)));
    Alerts list = all_alerts(app, a);
    expect_str("firing", list.at[list.len - 1].status);
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 5, 8)));
    expect_str("resolved", all_alerts(app, a).at[list.len - 1].status);
}

SPEC("without times the order of arrival decides: firing again after an end with the same bytes is "
     "a new alert")
{
    GIVEN("generic");
    const char *fire = "{\"title\":\"x\",\"dedup_key\":\"k\"}",
        *end = "{\"title\":\"x\",\"dedup_key\":\"k\",\"status\":\"ok\"}";
    expect_ok(post(app, a, source, end));
    expect_int(0, all_alerts(app, a).len);
    for (int round = 0; round < 2; round++) {
        app->options.now_ms += 1000;
        expect_ok(post(app, a, source, fire));
        expect_ok(post(app, a, source, fire));
        app->options.now_ms += 1000;
        expect_ok(post(app, a, source, end));
        expect_ok(post(app, a, source, end));
    }
    Alerts list = all_alerts(app, a);
    expect_int(2, list.len);
    expect_str("resolved", list.at[0].status);
    expect_str("resolved", list.at[1].status);
    expect_int(2, list.at[0].count);
}

SPEC("the same key from two sources is two alerts")
{
    GIVEN("generic");
    Str other = given_a_source(app, a, "generic");
    expect_ok(post(app, a, source, "{\"title\":\"x\",\"dedup_key\":\"k\"}"));
    expect_ok(post(app, a, other, "{\"title\":\"x\",\"dedup_key\":\"k\"}"));
    expect_int(2, all_alerts(app, a).len);
}

/* ---- incidents */

SPEC("a severe alert declares an incident with its words, and its group joins it while it is open")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, am(a, "db-1", "critical", 1, 0)));
    expect_ok(post(app, a, source, am(a, "db-2", "error", 2, 0)));
    Incidents incidents = all_incidents(app, a);
    expect_int(1, incidents.len);
    expect_str("db-1 is down", incidents.at[0].title);
    expect_str("SEV-1", incidents.at[0].severity);
    expect_int(noon + 60000, incidents.at[0].detected_ms);
    expect_int(0, incidents.at[0].impact_started_ms);
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Incident incident;
    expect_ok(incident_row(&cx, incidents.at[0].id, &incident));
    expect_str("alert", incident.declared_how);
    expect_int(2, incident.counts.alerts);
    Alerts list = { 0 };
    expect_ok(alert_list_of(&cx, incident.id, 10, &list));
    expect_int(2, list.len);
    expect_str("INC-1", list.at[0].incident.reference);
}

static Err resolve_first(Cx *cx, void *arg) { return incident_set_status(cx,
    ((Incidents *)arg)->at[0].id, S("resolved")); }

SPEC("after the incident is over the next alert of the group declares a new one")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, am(a, "db-1", "critical", 1, 0)));
    Incidents incidents = all_incidents(app, a);
    Cx cx = app_cx(app, a, NULL);
    expect_ok(cx_write(&cx, resolve_first, &incidents));
    expect_ok(post(app, a, source, am(a, "db-2", "critical", 2, 0)));
    expect_int(2, all_incidents(app, a).len);
}

SPEC("a mild alert without a rule is only listed; when it grows severe it declares")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 1, 0)));
    expect_int(0, all_incidents(app, a).len);
    expect_ok(post(app, a, source, am(a, "db-1", "critical", 1, 0)));
    expect_int(1, all_incidents(app, a).len);
    expect_int(1, all_alerts(app, a).len);
}

static Err merge_first(Cx *cx, void *arg)
{
    Incidents *all = arg;
    return event_emit(cx, &(Event){ .kind = "incident.merged", .title = S("Merged"),
        .subject = all->at[0].id, .object = all->at[1].id });
}

SPEC("alerts follow their incident into the one that it is merged into")
{
    GIVEN("generic");
    expect_ok(post(app, a, source,
        "[{\"title\":\"a\",\"severity\":\"P1\"},{\"title\":\"b\",\"severity\":\"P1\"}]"));
    Incidents incidents = all_incidents(app, a);
    expect_int(2, incidents.len);
    Cx cx = app_cx(app, a, NULL);
    expect_ok(cx_write(&cx, merge_first, &incidents));
    Alerts list = all_alerts(app, a);
    expect(str_eq(list.at[0].incident.id, incidents.at[1].id) && str_eq(list.at[1].incident.id,
        incidents.at[1].id));
}

SPEC("a storm of alerts joins its incident, and the timeline tells of it without being buried")
{
    GIVEN("alertmanager");
    for (int i = 0; i < 450; i++)
        expect_ok(post(app, a, source, am(a, arena_fmt(a, "db-%d", i).at, "critical", 1, 0)));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Incident incident;
    expect_ok(incident_row(&cx, all_incidents(app, a).at[0].id, &incident));
    expect_int(450, incident.counts.alerts);
    TimelineEvents told = { 0 };
    Strs attached = { .at = (Str[]){ S("alert_attached") }, .len = 1 };
    TimelineFilter filter = { .kind = attached };
    expect_ok(timeline_all(&cx, incident.id, &filter, &told));
    expect_int(202, told.len);              /* 200, then the 300th and the 400th */
}

/* ---- routing rules */

static RoutingRule rule_of(Condition *conditions,
    size_t n) { return (RoutingRule){ .match = { .at = conditions, .len = n } }; }

SPEC("a condition compares labels, and the alert's own fields when there is no such label")
{
    auto_arena a = arena_new(4096);
    Source from = { .name = S("Prod"), .kind = S("generic") };
    AlertIn alert = { .title = S("Disk full"), .severity = S("SEV-2") };
    const Json *labels = NULL;
    expect_ok(json_read(a, S("{\"service\":\"checkout-eu\",\"empty\":\"\"}"), &labels));
    static const struct { const char *label, *op, *value; bool fits; } all[] = {
        { "service", "is", "checkout-eu", true }, { "service", "is", "checkout", false },
            { "service", "is_not", "x", true },
        { "service", "matches", "checkout-.*", true }, { "service", "matches", "checkout", false },
        { "service", "matches", "a|checkout-eu", true },
        { "service", "exists", "", true }, { "empty", "exists", "", true },
        { "missing", "exists", "", false },
        { "missing", "is", "", false }, { "missing", "is_not", "x", true },
        { "missing", "matches", ".*", false },
        { "title", "matches", "Disk.*", true }, { "severity", "is", "SEV-2", true },
        { "source", "is", "Prod", true },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        Condition one = { str_of(all[i].label), str_of(all[i].op), str_of(all[i].value) };
        RoutingRule rule = rule_of(&one, 1);
        bool fits = !all[i].fits;
        expect_ok(rule_matches(a, &rule, &from, &alert, labels, &fits));
        if (fits != all[i].fits)
            fprintf(stderr, "%s %s %s\n", all[i].label, all[i].op, all[i].value);
        expect(fits == all[i].fits);
    }
}

SPEC("an expression made to run for ever is given up, not waited for")
{
    auto_arena a = arena_new(4096);
    Condition one = { S("x"), S("matches"), S("(a+)+(b+)+c") };
    RoutingRule rule = rule_of(&one, 1);
    const Json *labels = NULL;
    bool fits = true;
    char long_text[60];
    memset(long_text, 'a', 50);
    long_text[50] = 0;
    expect_ok(json_read(a, arena_fmt(a, "{\"x\":\"%s\"}", long_text), &labels));
    expect_ok(rule_matches(a, &rule, &(Source){ 0 }, &(AlertIn){ 0 }, labels, &fits));
    expect(!fits);
}

SPEC("the first rule that fits decides severity, channel, group and whether to declare")
{
    auto_arena a = arena_new(4096);
    Condition team = { S("team"), S("is"), S("pay") };
    Str group[] = { S("cluster") };
    RoutingRule both[] = {
        { .id = S("r1"), .match = { .at = &team, .len = 1 }, .severity = S("SEV-1"),
            .channel_id = S("c1"), .declare = true,
          .group_by = { .at = group, .len = 1 } },
        { .id = S("r2"), .channel_id = S("c2") },
    };
    RoutingRules rules = { .at = both, .len = 2 };
    Source from = { .id = S("s"), .channel_id = S("c0") };
    AlertIn x = { .severity = S("SEV-3"), .labels = S("{\"team\":\"pay\",\"cluster\":\"eu\"}"),
        .dedup_key = S("1") }, y = x, z = x;
    y.dedup_key = S("2");
    z.labels = S("{\"team\":\"web\"}");
    Plan px, py, pz, none;
    expect_ok(route_alert(a, &rules, S("SEV-2"), &from, &x, &px));
    expect_ok(route_alert(a, &rules, S("SEV-2"), &from, &y, &py));
    expect_ok(route_alert(a, &rules, S("SEV-2"), &from, &z, &pz));
    expect_ok(route_alert(a, &(RoutingRules){ 0 }, S("SEV-2"), &from, &x, &none));
    expect_str("SEV-1", px.severity);
    expect_str("c1", px.channel_id);
    expect(px.declare && str_eq(px.group, py.group));
    expect_str("c2", pz.channel_id);
    expect_str("SEV-3", pz.severity);
    expect(!pz.declare);
    expect_str("c0", none.channel_id);
    expect(!none.declare);
}

/* ---- what does not fit */

SPEC("a payload that fits nothing is kept with its reason, once however often it comes, and "
     "replayed when the mapping is right")
{
    GIVEN("generic");
    const char *odd = "{\"what\":\"odd\"}";
    expect_err(ERR_INVALID, post(app, a, source, odd));
    expect_err(ERR_INVALID, post(app, a, source, odd));
    expect_int(0, all_alerts(app, a).len);
    auto_store s = store_take(app->db);
    auto_stmt q = stmt_begin_if(a, s, &sql_quarantine_select, NULL);
    stmt_int(&q, "limit", 10);
    expect(stmt_step(&q));
    expect_has("there is no title", stmt_col_str(&q, 3));
    expect_str("title", stmt_col_str(&q, 4));
    expect_int(2, stmt_col_int(&q, 5));
    expect(!stmt_step(&q));
    expect_ok(stmt_end(&q));
}

SPEC("the key in the address finds its source, a wrong one finds nothing")
{
    GIVEN("generic");
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Add add = { .kind = S("pagerduty") };
    expect_ok(cx_write(&cx, add_source, &add));
    expect_has("/in/pagerduty/", add.url);
    Str key = str_sub(add.url, add.url.len - 32, 32);
    Source found = { 0 }, nothing = { 0 };
    expect_ok(source_by_key(&cx, key, &found));
    expect(str_eq(found.id, add.id));
    expect(!str_eq(found.id, source));
    expect_ok(source_by_key(&cx, S("0123456789abcdef0123456789abcdef"), &nothing));
    expect_str("", nothing.id);
    add.kind = S("nothing-like-it");
    expect_err(ERR_INVALID, cx_write(&cx, add_source, &add));
}

static Err record(Cx *cx, void *arg)
{
    Str id;
    AlertPast *past = arg;
    return alert_record(cx, past, &id);
}

SPEC("an alert of the past is stored as it was")
{
    GIVEN("alertmanager");
    Cx cx = app_cx(app, a, NULL);
    AlertPast past = { .integration = source, .dedup_key = S("old"), .severity = S("SEV-2"),
        .title = S("Old"), .started_ms = noon - 86400000,
        .ended_ms = noon - 80000000, .labels = S("{\"service\":\"web\"}") };
    expect_ok(cx_write(&cx, record, &past));
    Alerts list = all_alerts(app, a);
    expect_int(1, list.len);
    expect_str("resolved", list.at[0].status);
    expect_int(noon - 86400000, list.at[0].received_ms);
}

SPEC("alerts are found by search once they have been indexed, each once")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 1, 0)));
    expect_ok(post(app, a, source, am(a, "db-2", "warning", 1, 0)));
    app->options.now_ms += 60000;
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    int64_t done = 0;
    SearchHits hits = { 0 };
    expect_ok(alert_index(&cx, 100, &done));
    expect_int(2, done);
    expect_ok(alert_index(&cx, 100, &done));
    expect_int(0, done);
    expect_ok(search_find(cx.store, a, S("db-1"), S("[\"alert\"]"), S("[]"), 10, &hits));
    expect_int(1, hits.len);
}

/* ---- what a payload tells of others */

typedef struct Hide { Str alert, user; } Hide;

static Err hide_one(Cx *cx, void *arg)
{
    Hide *h = arg;
    Incident secret;
    TRY(user_add(cx, &(User){ .name = S("Eve Ende"), .email = S("eve@example.com") }, S(""), &h->user));
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Breach"), .visibility = S("private") }, &secret));
    return alert_attach(cx, h->alert, secret.id);
}

SPEC("the payload of an alert is not shown to those who may not see another alert in it")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, "{\"version\":\"4\",\"groupKey\":\"g\",\"alerts\":["
        "{\"status\":\"firing\",\"labels\":{\"alertname\":\"Slow\"},\"startsAt\":\"2026-11-10T14:01:00Z\",\"endsAt\":\"0001-01-01T00:00:00Z\"},"
        "{\"status\":\"firing\",\"labels\":{\"alertname\":\"Stolen\"},\"startsAt\":\"2026-11-10T14:01:00Z\",\"endsAt\":\"0001-01-01T00:00:00Z\"}]}"));
    Alerts list = all_alerts(app, a);
    expect_int(2, list.len);
    size_t stolen = str_find(list.at[0].labels, S("Stolen")) >= 0 ? 0 : 1;
    Hide h = { .alert = list.at[stolen].id };
    auto_store s = store_take(app->db);
    Cx all = app_cx(app, a, s), eve = all;
    Str body;
    Cx writer = app_cx(app, a, NULL);
    expect_ok(alert_raw(&all, list.at[!stolen].id, &body));
    expect_ok(cx_write(&writer, hide_one, &h));
    eve.actor = (Actor){ .id = h.user, .role = ROLE_VIEWER, .scopes = SCOPE_ALL };
    expect_err(ERR_NOT_FOUND, alert_raw(&eve, list.at[!stolen].id, &body));
    expect_ok(alert_raw(&all, list.at[!stolen].id, &body));
    expect_has("Stolen", body);
}

/* ---- what is not kept for ever */

static bool has_payload(App *app, Arena *a, const char *title)
{
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Alerts list = all_alerts(app, a);
    Str body;
    list_each(&list, i)
        if (str_eq(list.at[i].title, str_of(title))) return !alert_raw(&cx, list.at[i].id, &body).info;
    return false;
}

SPEC("old payloads are removed, but for those of alerts that belong to an incident or still fire")
{
    GIVEN("alertmanager");
    expect_ok(post(app, a, source, am(a, "of-incident", "critical", 1, 0)));
    expect_ok(post(app, a, source, am(a, "of-incident", "critical", 1, 5)));
    expect_ok(post(app, a, source, am(a, "firing", "info", 1, 0)));
    expect_ok(post(app, a, source, am(a, "over", "info", 1, 0)));
    expect_ok(post(app, a, source, am(a, "over", "info", 1, 5)));
    app->options.now_ms += 399ll * 86400000;
    expect_ok(post(app, a, source, am(a, "late", "info", 1, 5)));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    expect_ok(alert_sweep_job(&cx, S("")));
    expect(has_payload(app, a, "over is down"));
    cx.now_ms += 2ll * 86400000;
    expect_ok(alert_sweep_job(&cx, S("")));
    expect(!has_payload(app, a, "over is down"));
    expect(has_payload(app, a, "of-incident is down"));
    expect(has_payload(app, a, "firing is down"));
    expect(has_payload(app, a, "late is down"));
    expect_int(4, all_alerts(app, a).len);
}

static Err link_first_change(Cx *cx, void *arg)
{
    Changes *told = arg;
    Incident made;
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Checkout fails") }, &made));
    TRY(change_proposals(cx, made.id, told));
    return told->len == 3 ? change_link(cx, made.id, told->at[1].id, S("suspect")) : OK;
}

SPEC("the payload of a change that an incident links is kept as long as the change; others go")
{
    GIVEN("changes");
    for (int i = 0; i < 3; i++)
        expect_ok(post(app, a, source, arena_fmt(a, "{\"id\":\"%d\",\"title\":\"checkout %d\",\"kind\":\"migration\"}", i, i).at));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Changes told = { 0 };
    Change change;
    cx.now_ms += 60000;
    expect_ok(cx_write(&cx, link_first_change, &told));
    expect_int(3, told.len);
    cx.now_ms += 401ll * 86400000;
    expect_ok(alert_sweep_job(&cx, S("")));
    list_each(&told, i) {
        expect_ok(change_get(&cx, told.at[i].id, &change));
        auto_stmt q = stmt_begin(a, s, &sql_delivery_body);
        stmt_int(&q, "n", change.payload_n);
        expect_int(i == 1, stmt_step(&q));
        expect_ok(stmt_end(&q));
    }
}

SPEC("an alert was taken when its source says so, but not before it began nor after now")
{
    static const char form[] = "{\"event\":\"acknowledged\",\"data\":{\"id\":\"%s\",\"attributes\":{\"name\":\"Shop\",\"started_at\":\"2026-11-10T14:02:00Z\",\"acknowledged_at\":\"%s\"}}}";
    static const struct { const char *told; int64_t minutes; } cases[] = {
        { "2026-11-10T14:05:00Z", 5 }, { "2026-11-10T13:00:00Z", 2 }, { "2026-11-10T18:00:00Z", 10 } };
    GIVEN("better_stack");
    for (size_t i = 0; i < 3; i++) {
        expect_ok(post(app, a, source, arena_fmt(a, form, cases[i].told, cases[i].told).at));
        expect_int(noon + cases[i].minutes * 60000, all_alerts(app, a).at[0].acknowledged_ms);
    }
}

#define PAGERDUTY "{\"routing_key\":\"k\",\"event_action\":\"%s\",\"dedup_key\":\"db\",\"payload\":{\"summary\":\"Database is down\",\"source\":\"db-1\",\"severity\":\"critical\"}}"

SPEC("an acknowledgement at the source is a line on the timeline, and an incident in triage is being looked into")
{
    GIVEN("pagerduty");
    expect_ok(post(app, a, source, arena_fmt(a, PAGERDUTY, "trigger").at));
    expect_ok(post(app, a, source, arena_fmt(a, PAGERDUTY, "acknowledge").at));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    TimelineEvents events = { 0 };
    Incidents list = all_incidents(app, a);
    expect_int(1, list.len);
    expect_str("investigating", list.at[0].status);
    expect_ok(timeline_all(&cx, list.at[0].id, &(TimelineFilter){ 0 }, &events));
    int lines = 0;
    list_each(&events, i) lines += str_eq(events.at[i].kind, S("acknowledged"));
    expect_int(1, lines);
}

/* ---- alerts of an incident that turns private */

static Err turn_private(Cx *cx, void *incident)
{
    IncidentInput in = { 0 };
    Present present;
    Str ann;
    TRY(user_add(cx, &(User){ .name = S("Ann Abel"), .email = S("ann@example.com") }, S(""), &ann));
    cx->actor = (Actor){ .id = ann, .role = ROLE_RESPONDER, .scopes = SCOPE_ALL };
    TRY(shape_decode(cx->arena, &incident_edit_shape, DECODE_PATCH, S("{\"visibility\":\"private\"}"), &in, &present));
    return incident_edit(cx, *(Str *)incident, present, &in);
}

SPEC("alerts of an incident that turns private are in no list, count or search of outsiders, nor is news of them")
{
    GIVEN("alertmanager");
    Str id;
    Alerts seen = { 0 };
    Cx write = app_cx(app, a, NULL);
    expect_ok(post(app, a, source, am(a, "db-1", "critical", 1, 0)));
    expect_ok(post(app, a, source, am(a, "db-2", "info", 1, 0)));
    Str incident = all_incidents(app, a).at[0].id;
    auto_store s = store_take(app->db);
    Cx eve = app_cx(app, a, s);
    eve.actor = (Actor){ .id = S("eve"), .role = ROLE_VIEWER, .scopes = SCOPE_ALL };
    expect_ok(alert_list_newest(&eve, 10, &seen));
    expect_int(2, seen.len);
    Str hidden = str_starts(seen.at[0].title, S("db-1")) ? seen.at[0].id : seen.at[1].id;
    expect_ok(cx_write(&write, turn_private, &incident));
    seen = (Alerts){ 0 };
    expect_ok(alert_list_newest(&eve, 10, &seen));
    expect_int(1, seen.len);
    expect_err(ERR_NOT_FOUND, alert_resolve(&eve, hidden, &id));
    SearchHits hits = { 0 };
    Str audiences;
    expect_ok(access_audiences(&eve, &audiences));
    Cx job = app_cx(app, a, s);
    expect_ok(alert_index_job(&job, S("")));
    expect_ok(search_match(s, a, S("db-1"), S("[\"alert\"]"), audiences, 10, &hits));
    expect_int(0, hits.len);
    /* And one that fires into it afterwards. */
    expect_ok(post(app, a, source, am(a, "db-1", "warning", 2, 0)));
    seen = (Alerts){ 0 };
    expect_ok(alert_list_newest(&eve, 10, &seen));
    expect_int(1, seen.len);
}

static Err add_rule_json(Cx *cx, void *arg)
{
    Str id;
    return routing_rule_add(cx, *(Str *)arg, &id);
}

/* ---- what keeps many from burying what matters */

static TimelineEvents timeline_of(App *app, Arena *a, Str incident)
{
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    TimelineEvents events = { 0 };
    Err e = timeline_all(&cx, incident, &(TimelineFilter){ 0 }, &events);
    if (e.info) { spec_failures++; fprintf(stderr, STR_FMT "\n", STR_ARG(e.info->message)); }
    return events;
}

static const char *pagerduty(Arena *a, const char *type, const char *data)
{
    return arena_fmt(a, "{\"event\":{\"event_type\":\"incident.%s\",\"occurred_at\":\"2026-11-10T14:05:00Z\",\"agent\":{\"summary\":\"Ann\"},\"data\":%s}}", type, data).at;
}

SPEC("notes and responders of PagerDuty stand once on the timeline of the incident, and leave the alert as it is")
{
    GIVEN("pagerduty_webhook");
    const char *note = pagerduty(a, "annotated", "{\"id\":\"N1\",\"incident\":{\"id\":\"P1\"},\"content\":\"The pool is full\"}");
    expect_ok(post(app, a, source, note));                        /* before anything is known of it */
    expect_ok(post(app, a, source, pagerduty(a, "triggered", "{\"id\":\"P1\",\"title\":\"Ledger is slow\",\"urgency\":\"high\"}")));
    note = pagerduty(a, "annotated", "{\"id\":\"N2\",\"incident\":{\"id\":\"P1\"},\"content\":\"The pool is full\"}");
    expect_ok(post(app, a, source, note));
    expect_ok(post(app, a, source, note));
    expect_ok(post(app, a, source, pagerduty(a, "responder.added", "{\"incident\":{\"id\":\"P1\"},\"user\":{\"summary\":\"Bo\"}}")));
    Alerts alerts = all_alerts(app, a);
    expect_int(1, alerts.len);
    expect_int(1, alerts.at[0].count);
    TimelineEvents events = timeline_of(app, a, alerts.at[0].incident.id);
    int notes = 0;
    list_each(&events, i)
        if (str_eq(events.at[i].title, S("Ann: The pool is full")) || str_eq(events.at[i].title, S("Ann: asked Bo to respond"))) notes++;
    expect_int(2, notes);
}

SPEC("an alert that comes and goes becomes one that flaps, and has ended when it was quiet for a while")
{
    GIVEN("pagerduty_webhook");
    const char *on = "{\"id\":\"P1\",\"title\":\"Ledger is slow\",\"urgency\":\"low\"}";
    for (int i = 0; i < 20; i++) {
        app->options.now_ms += 30000;
        expect_ok(post(app, a, source, arena_fmt(a, "{\"n\":%d,\"event\":{\"event_type\":\"incident.%s\",\"data\":%s}}", i, i % 2 ? "resolved" : "triggered", on).at));
    }
    Alerts alerts = all_alerts(app, a);
    expect_int(5, alerts.len);
    expect_str("firing", alerts.at[0].status);
    expect(alerts.at[0].flapping_ms > 0);
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    app->options.now_ms += 29 * 60000;
    cx.now_ms = app->options.now_ms;
    expect_ok(alert_calm_job(&cx, S("")));
    expect_str("firing", all_alerts(app, a).at[0].status);
    app->options.now_ms += 2 * 60000;
    cx.now_ms = app->options.now_ms;
    expect_ok(alert_calm_job(&cx, S("")));
    expect_str("resolved", all_alerts(app, a).at[0].status);
    expect_int(5, all_alerts(app, a).len);
}

SPEC("a rule that declares nothing and counts for a time only is a maintenance window")
{
    GIVEN("alertmanager");
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    char from[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
    time_rfc3339(noon, from);
    time_rfc3339(noon + 3600000, until);
    Str json = arena_fmt(a, "{\"name\":\"Upgrade of db-1\",\"match\":[{\"label\":\"instance\",\"op\":\"is\",\"value\":\"db-1\"}],\"declare\":false,"
        "\"active_from_at\":\"%s\",\"active_until_at\":\"%s\"}", from, until);
    expect_ok(cx_write(&cx, add_rule_json, &json));
    expect_ok(post(app, a, source, am(a, "db-1", "critical", 1, 0)));
    expect_int(0, all_incidents(app, a).len);
    expect_ok(post(app, a, source, am(a, "db-2", "critical", 1, 0)));
    expect_int(1, all_incidents(app, a).len);
    app->options.now_ms = noon + 3600000 + 1;
    expect_ok(post(app, a, source, am(a, "db-1", "critical", 2, 0)));        /* it still fires when the window is over */
    Alerts alerts = all_alerts(app, a);
    list_each(&alerts, i) expect(alerts.at[i].incident.id.len > 0);
}

SPEC("ten thousand alerts in a minute make a few incidents and one for the storm, whose timeline stays readable")
{
    GIVEN("alertmanager");
    for (int p = 0; p < 20; p++) {
        Buf body = buf_new(a, 4 << 20);
        buf_add(&body, S("{\"version\":\"4\",\"alerts\":["));
        for (int i = 0; i < 500; i++)
            buf_fmt(&body, "%s{\"status\":\"firing\",\"labels\":{\"alertname\":\"Down\",\"severity\":\"critical\",\"instance\":\"i%d\"},\"startsAt\":\"2026-11-10T14:00:00Z\","
                    "\"endsAt\":\"0001-01-01T00:00:00Z\",\"fingerprint\":\"f%d\"}", i ? "," : "", p * 500 + i, p * 500 + i);
        buf_add(&body, S("]}"));
        expect_ok(post(app, a, source, buf_str(&body).at));
    }
    Incidents list = all_incidents(app, a);
    expect_int(21, list.len);
    int storms = 0;
    list_each(&list, i) {
        if (!str_starts(list.at[i].title, S("Alert storm from Monitoring"))) continue;
        storms++;
        expect(timeline_of(app, a, list.at[i].id).len < 150);
        auto_store s = store_take(app->db);
        Cx cx = app_cx(app, a, s);
        Incident row;
        expect_ok(incident_row(&cx, list.at[i].id, &row));
        expect_int(9980, row.counts.alerts);
    }
    expect_int(1, storms);
}
