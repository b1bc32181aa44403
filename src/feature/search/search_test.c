#include "app/app.h"
#include "base/spec.h"
#include "feature/alert/alert.h"
#include "feature/followup/followup.h"
#include "feature/search/search.h"

static const int64_t noon = 1794319200000;

static Err fill(Cx *cx, void *arg)
{
    Incident incident, hidden;
    FollowUp follow_up;
    (void)arg;
    TRY(incident_add(cx, &(IncidentInput){ .title = S("结账页面无法打开"),
        .summary = S("Checkout fails for a third of customers") }, &incident));
    TRY(incident_add(cx, &(IncidentInput){ .title = S("Checkout keys leaked"),
        .visibility = S("private") }, &hidden));
    return followup_add(cx, &(FollowUpInput){ .title = S("Add a probe for checkout"),
        .kind = S("detect"), .incident_id = incident.id }, &follow_up);
}

static FoundList looked(Cx *cx, const char *words)
{
    FoundList list = { 0 };
    Err e = search_all(cx, str_of(words), (Strs){ 0 }, 20, &list);
    if (e.info) { spec_failures++; fprintf(stderr, STR_FMT "\n", STR_ARG(e.info->message)); }
    return list;
}

SPEC("search finds incidents and follow-ups by words in English and Chinese, by prefix, and by reference")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, noon);
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    expect_ok(cx_write(&cx, fill, NULL));
    cx.actor = (Actor){ .id = S("nobody"), .role = ROLE_VIEWER };
    expect_int(2, looked(&cx, "checkout").len);
    expect_int(2, looked(&cx, "check").len);
    expect_int(1, looked(&cx, "结账").len);
    FoundList one = looked(&cx, "inc-1");
    expect_str("INC-1", one.at[0].reference);
    expect_str("triage", one.at[0].state);
    expect_int(0, looked(&cx, "zebra").len);
}

SPEC("search shows nothing of a private incident to somebody outside it, not even by its reference")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, noon);
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    expect_ok(cx_write(&cx, fill, NULL));
    cx.actor = (Actor){ .id = S("nobody"), .role = ROLE_ADMIN };
    expect_int(0, looked(&cx, "leaked").len);
    expect_int(0, looked(&cx, "INC-2").len);
}
