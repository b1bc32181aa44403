#include "base/spec.h"
#include "feature/catalog/catalog.h"
#include "feature/incident/spec_incident.h"

static Metric metric(const Incident *i, const char *key)
{
    list_each(&i->metrics, k) if (str_eq(i->metrics.at[k].key, str_of(key))) return i->metrics.at[k];
    return (Metric){ 0 };
}

SPEC("a declared incident has a reference, inherits the team of its channel, and does not guess "
     "when the impact began")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Card payments fail"), .severity = S("SEV-2"), .channel_id = S("Payments") }, &i));
    expect_str("INC-1", i.reference);
    expect_str("triage", i.status);
    expect_str("Payments Core", i.team.name);
    expect_int(T0, i.declared_ms);
    expect_int(0, i.impact_started_ms);
    expect_str("Ann Archer", i.declared_by.name);
    expect_str("pending", metric(&i, "time_to_resolve").status);
}

SPEC("each change of status brings the moments that follow from it")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t"), .impact_started_ms = T0 - 5 * MINUTE, .detected_ms = T0 - MINUTE }, &i));
    w.now_ms = T0 + 2 * MINUTE;
    expect_ok(status_as(&w, w.ann, i.id, "investigating"));
    w.now_ms = T0 + 10 * MINUTE;
    expect_ok(status_as(&w, w.ann, i.id, "monitoring"));
    w.now_ms = T0 + 20 * MINUTE;
    expect_ok(status_as(&w, w.ann, i.id, "resolved"));
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(T0 + 2 * MINUTE, i.acknowledged_ms);
    expect_int(T0 + 10 * MINUTE, i.mitigated_ms);
    expect_int(T0 + 20 * MINUTE, i.resolved_ms);
    expect_int(T0 + 20 * MINUTE, i.impact_ended_ms);
    expect_int(4 * MINUTE, metric(&i, "time_to_detect").value_ms);
    expect_int(3 * MINUTE, metric(&i, "time_to_acknowledge").value_ms);
    expect_int(15 * MINUTE, metric(&i, "time_to_mitigate").value_ms);
    expect_int(25 * MINUTE, metric(&i, "time_to_resolve").value_ms);
    expect_str("pending", metric(&i, "time_to_report").status);
}

SPEC("reopening takes back the resolution; what was canceled is reopened first")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    expect_ok(status_as(&w, w.ann, i.id, "closed"));
    expect_ok(status_as(&w, w.ann, i.id, "investigating"));
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect(i.active && !i.resolved_ms && !i.closed_ms);
    expect_ok(status_as(&w, w.ann, i.id, "canceled"));
    expect_err(ERR_CONFLICT, status_as(&w, w.ann, i.id, "resolved"));
    expect_err(ERR_INVALID, status_as(&w, w.ann, i.id, "merged"));
}

SPEC("the same status again changes nothing, not even the version")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i, j;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    expect_ok(status_as(&w, w.ann, i.id, "triage"));
    expect_ok(severity_as(&w, w.ann, i.id, "unknown"));
    expect_ok(get_as(&w, w.ann, i.id, &j));
    expect_int(i.version, j.version);
}

SPEC("correcting a time recomputes the metrics; moments in the wrong order make them invalid")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t"), .impact_started_ms = T0 - 5 * MINUTE, .detected_ms = T0 }, &i));
    expect_ok(edit_as(&w, w.ann, i.id, BIT(impact_started_ms), (IncidentInput){ .impact_started_ms = T0 - 9 * MINUTE }, MATCH_ANY));
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(9 * MINUTE, metric(&i, "time_to_detect").value_ms);
    expect_ok(edit_as(&w, w.ann, i.id, BIT(detected_ms), (IncidentInput){ .detected_ms = T0 - 10 * MINUTE }, MATCH_ANY));
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_str("invalid", metric(&i, "time_to_detect").status);
}

SPEC("a time that cannot be true is refused by its name, and nothing changes")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i, j;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t"), .impact_started_ms = T0 - 5 * MINUTE }, &i));
    Err e = edit_as(&w, w.ann, i.id, BIT(detected_ms), (IncidentInput){ .detected_ms = T0 + 10 * MINUTE }, MATCH_ANY);
    expect(err_is(e, ERR_INVALID));
    expect_str("detected_at", e.info->field);
    e = edit_as(&w, w.ann, i.id, BIT(mitigated_ms), (IncidentInput){ .mitigated_ms = T0 - 6 * MINUTE }, MATCH_ANY);
    expect(err_is(e, ERR_INVALID));
    expect_str("mitigated_at", e.info->field);
    expect_err(ERR_INVALID, edit_as(&w, w.ann, i.id, BIT(resolved_ms), (IncidentInput){ .resolved_ms = T0 }, MATCH_ANY));
    expect_ok(get_as(&w, w.ann, i.id, &j));
    expect_int(i.version, j.version);
}

SPEC("an edit of an older version is refused")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    expect_ok(edit_as(&w, w.ann, i.id, BIT(title), (IncidentInput){ .title = S("u") }, i.version));
    expect_err(ERR_STALE, edit_as(&w, w.ann, i.id, BIT(title), (IncidentInput){ .title = S("v") }, i.version));
}

SPEC("the impact of an incident reaches from the earliest start to the latest end of its impacts")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t") }, &i));
    Impact one = { .kind = S("availability"), .title = S("Checkout fails"), .started_ms = T0 - 9 * MINUTE, .ended_ms = T0 - 3 * MINUTE };
    Impact two = { .kind = S("latency"), .title = S("Ledger late"), .started_ms = T0 - 12 * MINUTE, .ended_ms = T0 - 5 * MINUTE };
    expect_ok(impact_as(&w, w.ann, i.id, one));
    expect_ok(impact_as(&w, w.ann, i.id, two));
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(T0 - 12 * MINUTE, i.impact_started_ms);
    expect_int(T0 - 3 * MINUTE, i.impact_ended_ms);
    expect_int(9 * MINUTE, metric(&i, "impact_duration").value_ms);
    /* A correction of the whole goes to the impact that it comes from. */
    expect_ok(edit_as(&w, w.ann, i.id, BIT(impact_started_ms), (IncidentInput){ .impact_started_ms = T0 - 11 * MINUTE }, MATCH_ANY));
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(T0 - 11 * MINUTE, i.impacts.at[0].started_ms);
    expect_err(ERR_INVALID, edit_as(&w, w.ann, i.id, BIT(impact_started_ms), (IncidentInput){ .impact_started_ms = T0 - 2 * MINUTE }, MATCH_ANY));
    two.ended_ms = T0 - 20 * MINUTE;
    expect_err(ERR_INVALID, impact_as(&w, w.ann, i.id, two));
}

SPEC("a private incident is invisible to outsiders in lists, counts, references and by its number")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident secret, open;
    expect_ok(declare(&w, (IncidentInput){ .title = S("Leaked key"), .visibility = S("private"), .commander_id = w.bob.id }, &secret));
    expect_ok(declare(&w, (IncidentInput){ .title = S("Slow search") }, &open));
    const struct { Actor who; size_t sees; } askers[] = { { w.ann, 2 }, { w.bob, 2 }, { w.cat, 1 } };
    for (int k = 0; k < 3; k++) {
        auto_store s = store_take(w.app->db);
        Cx cx = reader(&w, askers[k].who, s);
        Incidents page = { 0 };
        RecordRefs refs = { 0 };
        int64_t total = 0;
        expect_ok(incident_list(&cx, &(IncidentFilter){ 0 }, (Cursor){ 0 }, 50, &page));
        expect_ok(incident_total(&cx, &(IncidentFilter){ 0 }, &total));
        expect_ok(incident_refs(&cx, (Strs){ (Str[]){ secret.id, open.id }, 2, 2 }, &refs));
        expect_int(askers[k].sees, page.len);
        expect_int(askers[k].sees, total);
        expect_int(askers[k].sees, refs.len);
        page = (Incidents){ 0 };
        expect_ok(incident_list(&cx, &(IncidentFilter){ .q = S("leaked") }, (Cursor){ 0 }, 50, &page));
        expect_int(askers[k].sees - 1, page.len);
    }
    auto_store s = store_take(w.app->db);
    Cx cat = reader(&w, w.cat, s);
    Str id;
    cat.actor.role = ROLE_ADMIN;                       /* an administrator is no exception */
    expect_err(ERR_NOT_FOUND, incident_resolve(&cat, S("INC-1"), &id));
    expect_err(ERR_NOT_FOUND, incident_resolve(&cat, secret.id, &id));
}

SPEC("an incident made private keeps the people who work on it, and made public is seen by all")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t"), .commander_id = w.bob.id }, &i));
    expect_ok(edit_as(&w, w.ann, i.id, BIT(visibility), (IncidentInput){ .visibility = S("private") }, MATCH_ANY));
    auto_store s = store_take(w.app->db);
    Cx bob = reader(&w, w.bob, s), cat = reader(&w, w.cat, s);
    Str id;
    expect_ok(incident_resolve(&bob, S("INC-1"), &id));
    expect_err(ERR_NOT_FOUND, incident_resolve(&cat, S("INC-1"), &id));
    expect_ok(edit_as(&w, w.ann, i.id, BIT(visibility), (IncidentInput){ .visibility = S("public") }, MATCH_ANY));
    expect_ok(incident_resolve(&cat, S("inc-1"), &id));
}

SPEC("merging brings people, services and impact along, and cannot be done twice or in a circle")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i, into, secret;
    Strs services = { (Str[]){ S("payment-api") }, 1, 1 };
    expect_ok(declare(&w, (IncidentInput){ .title = S("a"), .commander_id = w.bob.id, .service_ids = services, .impact_started_ms = T0 - MINUTE }, &i));
    expect_ok(declare(&w, (IncidentInput){ .title = S("b") }, &into));
    expect_ok(declare(&w, (IncidentInput){ .title = S("c"), .visibility = S("private") }, &secret));
    expect_ok(merge_as(&w, w.ann, i.id, into.id));
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_ok(get_as(&w, w.ann, into.id, &into));
    expect_str("merged", i.status);
    expect_str("INC-2", i.merged_into.reference);
    expect_str("payment-api", into.services.at[0].name);
    expect_str("Bob Baker", into.roles.at[0].user.name);
    expect_int(T0 - MINUTE, into.impact_started_ms);
    expect_str("not_applicable", metric(&i, "time_to_resolve").status);
    expect_err(ERR_CONFLICT, merge_as(&w, w.ann, into.id, i.id));
    expect_err(ERR_INVALID, merge_as(&w, w.ann, into.id, into.id));
    expect_err(ERR_CONFLICT, merge_as(&w, w.ann, secret.id, into.id));
}

SPEC("people take roles and leave them, and it stays known that they were there")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("t"), .commander_id = w.ann.id }, &i));
    expect_str("Ann Archer", i.commander.name);
    w.now_ms += MINUTE;
    expect_ok(role_as(&w, w.ann, i.id, "responder", S("bob@example.com")));
    expect_ok(role_as(&w, w.ann, i.id, "responder", w.bob.id));
    w.now_ms += MINUTE;
    expect_ok(leave_as(&w, w.ann, i.id, "incident_commander", w.ann.id));
    expect_err(ERR_NOT_FOUND, leave_as(&w, w.ann, i.id, "incident_commander", w.ann.id));
    expect_ok(get_as(&w, w.ann, i.id, &i));
    expect_int(2, i.roles.len);
    expect_int(T0 + 2 * MINUTE, i.roles.at[0].left_ms);
    expect_int(0, i.commander.id.len);
}

/** Titles of all pages of two, one after the other. */
static Str in_pages(Cx *cx, const IncidentFilter *f)
{
    Cursor after = { 0 };
    Buf got = buf_new(cx->arena, 100);
    for (int turn = 0; turn < 5; turn++) {
        Incidents page = { 0 };
        Err e = incident_list(cx, f, after, 2, &page);
        if (e.info) return err_text(cx->arena, e);
        list_each(&page, k) buf_add(&got, page.at[k].title);
        if (page.len < 2) break;
        after = (Cursor){ page.at[1].rank, page.at[1].id };
    }
    return buf_str(&got);
}

SPEC("lists page by cursor without losing or repeating an incident, in every order, also when "
     "several words of a filter are looked for")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    static const char *const severities[] = { "SEV-3", "SEV-1", "SEV-2", "SEV-1", "unknown" };
    for (int k = 0; k < 5; k++) {
        Incident i;
        w.now_ms = T0 + k * MINUTE;
        expect_ok(declare(&w, (IncidentInput){ .title = arena_fmt(a, "n%d", k), .severity = str_of(severities[k]) }, &i));
        if (k == 4) expect_ok(status_as(&w, w.ann, i.id, "resolved"));
    }
    static const struct { const char *sort, *order; } orders[] = {
        { "active", "n3n2n1n0n4" }, { "newest", "n4n3n2n1n0" }, { "oldest", "n0n1n2n3n4" }, { "severity", "n3n1n2n0n4" },
    };
    auto_store s = store_take(w.app->db);
    Cx cx = reader(&w, w.ann, s);
    Strs all = { 0 };
    for (int k = 0; k < 5; k++) *list_add(a, &all) = str_of(severities[k]);
    for (int o = 0; o < 4; o++) {
        expect_str(orders[o].order, in_pages(&cx, &(IncidentFilter){ .sort = str_of(orders[o].sort) }));
        expect_str(orders[o].order, in_pages(&cx, &(IncidentFilter){ .sort = str_of(orders[o].sort), .severity = all }));
    }
    Incidents page = { 0 };
    int64_t total = 0;
    expect_ok(incident_page(&cx, &(IncidentFilter){ .severity = all }, (Cursor){ 0 }, 2, &page, &total));
    expect_int(2, page.len);
    expect_int(5, total);
    int64_t active = 0;
    expect_ok(incident_total(&cx, &(IncidentFilter){ .active = true }, &active));
    expect_int(4, active);
}

enum { OF_SERVICE = 501 };
static Err add_to_service(Cx *cx, void *arg)
{
    Str *service = arg;
    Service v = { .name = S("checkout-web"), .tier = 1 };
    Incident made;
    TRY(service_add(cx, &v, service));
    for (int k = 0; k < OF_SERVICE; k++) {
        IncidentInput in = { .title = k ? S("errors") : S("latency"), .severity = k % 2 ? S("SEV-1") : S("SEV-2") };
        *list_add(cx->arena, &in.service_ids) = *service;
        TRY(incident_add(cx, &in, &made));
    }
    return OK;
}

SPEC("incidents of a service are found among others, also when it has hundreds, and together with "
     "other filters")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Str service;
    Incident other;
    expect_ok(declare(&w, (IncidentInput){ .title = S("errors"), .severity = S("SEV-1") }, &other));
    expect_ok(write_as(&w, w.ann, add_to_service, &service));
    auto_store s = store_take(w.app->db);
    Cx cx = reader(&w, w.ann, s);
    IncidentFilter f = { 0 };
    *list_add(a, &f.service) = service;
    Incidents page = { 0 };
    int64_t total;
    expect_ok(incident_page(&cx, &f, (Cursor){ 0 }, 10, &page, &total));
    expect_int(10, (int64_t)page.len);
    expect_int(OF_SERVICE, total);
    *list_add(a, &f.severity) = S("SEV-2");
    f.q = S("latency");
    expect_ok(incident_page(&cx, &f, (Cursor){ 0 }, 10, &page, &total));
    expect_int(1, total);
    expect_str("latency", page.at[0].title);
}

SPEC("the CSV of incidents has the rows of the list and defuses formulas")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    Incident i;
    expect_ok(declare(&w, (IncidentInput){ .title = S("=cmd|' /C calc'!A0"), .severity = S("SEV-1") }, &i));
    auto_store s = store_take(w.app->db);
    Cx cx = reader(&w, w.ann, s);
    Str text;
    expect_ok(incident_csv(&cx, &(IncidentFilter){ 0 }, &text));
    expect_has("INC-1,'=cmd|' /C calc'!A0,SEV-1,triage", text);
}

SPEC("the time to report runs from resolution to publication, and is not asked for where no report "
     "is required")
{
    auto_arena a = arena_new(4096);
    Incident i = { .status = S("resolved"), .resolved_ms = T0, .kind = S("standard") };
    incident_metrics(a, &i);
    expect_str("pending", metric(&i, "time_to_report").status);
    i.published_ms = T0 + 60 * MINUTE;
    incident_metrics(a, &i);
    expect_int(60 * MINUTE, metric(&i, "time_to_report").value_ms);
    i.published_ms = 0;
    i.no_report_reason = S("a drill");
    incident_metrics(a, &i);
    expect_str("not_applicable", metric(&i, "time_to_report").status);
}

static Err set_factors(Cx *cx, void *json) { return setting_set(cx, S("incident.causes"), *(Str *)json); }

SPEC("contributing factors are told in the language of who asks, and a list with two of one key is refused")
{
    auto_arena a = arena_new(4096);
    World w = given_a_world(a);
    auto_store s = store_take(w.app->db);
    Cx ann = reader(&w, w.ann, s);
    Causes en = { 0 }, zh = { 0 };
    expect_ok(incident_cause_list(&ann, &en));
    ann.actor.locale = S("zh");
    expect_ok(incident_cause_list(&ann, &zh));
    expect_str("Code defect", en.at[0].name);
    expect_str("代码缺陷", zh.at[0].name);
    Cx all = app_cx(w.app, a, NULL);
    Str twice = S("[{\"key\":\"a\",\"name\":\"A\"},{\"key\":\"a\",\"name\":\"B\"}]"), odd = S("[{\"key\":\"A b\",\"name\":\"A\"}]"), ours = S("[{\"key\":\"a\",\"name\":\"Ours\"}]");
    Err e = cx_write(&all, set_factors, &twice);
    expect(err_is(e, ERR_INVALID));
    expect_str("factors[1].key", e.info->field);
    expect_err(ERR_INVALID, cx_write(&all, set_factors, &odd));
    expect_ok(cx_write(&all, set_factors, &ours));
    zh = (Causes){ 0 };
    expect_ok(incident_cause_list(&ann, &zh));
    expect_int(1, zh.len);
    expect_str("Ours", zh.at[0].name);
}
