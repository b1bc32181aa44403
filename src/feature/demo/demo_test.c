#include "app/app.h"
#include "base/spec.h"
#include "feature/alert/alert.h"
#include "feature/comment/comment.h"
#include "feature/demo/demo.h"
#include "feature/followup/followup.h"
#include "feature/notify/notify.h"
#include "feature/report/report.h"
#include "feature/warroom/warroom.h"
#include "feature/timeline/timeline.h"

static const int64_t now_ms = (int64_t)1795190400 * 1000;      /* 20 Nov 2026, 16:00 UTC */

static Err load(App *app, Arena *a)
{
    Store *s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Err e = demo_feature.jobs[0].run(&cx, S(""));
    store_give(s);
    return e;
}

SPEC("sample data gives every screen something to show, in both languages, and nothing of it lies "
     "in the future")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, now_ms);
    expect_ok(load(app, a));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Incidents incidents = { 0 };
    FollowUps todo = { 0 };
    ReportCounts reports;
    expect_ok(incident_list(&cx, &(IncidentFilter){ 0 }, (Cursor){ 0 }, 200, &incidents));
    expect_ok(followup_list(&cx, &(FollowUpFilter){ .overdue = true }, (Cursor){ 0 }, 200, &todo));
    expect_ok(report_counts(&cx, &(ReportFilter){ 0 }, &reports));
    expect(incidents.len >= 40 && todo.len > 0);
    expect(reports.draft > 0 && reports.in_review > 0 && reports.published > 20);
    size_t active = 0, chinese = 0;
    list_each(&incidents, i) {
        const Incident *one = &incidents.at[i];
        active += one->active;
        chinese += (unsigned char)one->title.at[0] >= 0xE4;
        expect(one->declared_ms <= now_ms && one->resolved_ms <= now_ms && one->updated_ms <= now_ms);
    }
    expect(active >= 2 && chinese >= 8);
}

SPEC("loading sample data again adds nothing")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, now_ms);
    expect_ok(load(app, a));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    int64_t before = 0, after = 0;
    expect_ok(incident_total(&cx, &(IncidentFilter){ 0 }, &before));
    expect_ok(load(app, a));
    expect_ok(incident_total(&cx, &(IncidentFilter){ 0 }, &after));
    expect_int(before, after);
}

SPEC("sample data has people talking about reports, and nobody begins with more than four unread notifications")
{
    auto_arena a = arena_new(1 << 16);
    App *app = given_a_system(a, now_ms);
    expect_ok(load(app, a));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Reports reports = { 0 };
    Users people = { 0 };
    size_t open = 0, settled = 0, replies = 0, unread = 0;
    expect_ok(report_list(&cx, &(ReportFilter){ 0 }, (Cursor){ 0 }, 200, &reports));
    list_each(&reports, i) {
        Threads threads = { 0 };
        expect_ok(comment_list(&cx, reports.at[i].id, S(""), 0, S(""), 50, &threads));
        list_each(&threads, k) {
            open += str_eq(threads.at[k].state, S("open"));
            settled += str_eq(threads.at[k].state, S("resolved"));
            replies += threads.at[k].comments.len - 1;
            expect(threads.at[k].updated_ms <= now_ms);
        }
    }
    expect(open >= 3 && settled >= 2 && replies >= 5);
    expect_ok(user_list_all(&cx, &people));
    list_each(&people, i) {
        Cx own = cx;
        int64_t n = 0;
        own.actor = (Actor){ .id = people.at[i].id, .role = ROLE_ADMIN };
        expect_ok(notify_unread(&own, &n));
        expect(n <= 4);
        unread += (size_t)n;
    }
    expect(unread > 0);
}

SPEC("sample data: what was said about an incident stands in its room, in both languages, and what matters is proposed")
{
    auto_arena a = arena_new(64 << 10);
    App *app = given_a_system(a, 1794330000000);
    expect_ok(load(app, a));
    auto_store s = store_take(app->db);
    Cx cx = app_cx(app, a, s);
    Incidents all = { 0 };
    int64_t said = 0, rooms = 0;
    size_t proposed = 0, threads = 0, evidence = 0;
    expect_ok(incident_list(&cx, &(IncidentFilter){ 0 }, (Cursor){ 0 }, 200, &all));
    list_each(&all, i) {
        Messages messages = { 0 };
        Proposals proposals = { 0 };
        expect_ok(message_list(&cx, all.at[i].id, &(MessageFilter){ 0 }, (Cursor){ 0 }, 200, &messages));
        expect_ok(proposal_list(&cx, all.at[i].id, S("proposed"), (Cursor){ 0 }, 50, &proposals));
        said += (int64_t)messages.len;
        rooms += messages.len > 0;
        proposed += proposals.len;
        list_each(&messages, k) { threads += messages.at[k].replies > 0; evidence += messages.at[k].event_id.len > 0; }
    }
    expect(rooms >= 6 && said >= 25 && proposed >= 5 && threads >= 3 && evidence >= 8);
}
