#include "feature/home/home.h"

static SHAPE(waiting_shape, Waiting, "A post-mortem that waits for you",
    FIELD(Waiting, action, READ_ONLY, "write, review, publish; start: a resolved incident that needs one"),
    FIELD(Waiting, title, READ_ONLY, ""),
    FIELD(Waiting, severity, READ_ONLY, ""),
    FIELD(Waiting, language, READ_ONLY | NULLABLE, "Of its text"),
    FIELD_OF(Waiting, report, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, "Null: to be started"),
    FIELD_OF(Waiting, incident, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, "What it is about"),
    FIELD_OF(Waiting, by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "review: whose it is; write: who asked for changes"),
    FIELD_AT(Waiting, due_ms, READ_ONLY | NULLABLE, "When it should be published"),
    FIELD_AT(Waiting, since_ms, READ_ONLY | NULLABLE, "start: when it was resolved; else when it changed last"),
    FIELD(Waiting, overdue, READ_ONLY, ""),
    FIELD(Waiting, word_count, READ_ONLY, "Words to read"));

static SHAPE(remembered_shape, Remembered, "An incident of this week a year ago",
    FIELD(Remembered, id, READ_ONLY, "UUIDv7"),
    FIELD(Remembered, reference, READ_ONLY, "INC-42"),
    FIELD(Remembered, title, READ_ONLY, ""),
    FIELD(Remembered, severity, READ_ONLY, ""),
    FIELD(Remembered, summary, READ_ONLY | MULTILINE, "Markdown"),
    FIELD_AT(Remembered, began_ms, READ_ONLY, ""),
    FIELD_OF(Remembered, report, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, "Its published post-mortem"),
    FIELD(Remembered, follow_ups, READ_ONLY, "How many it has"),
    FIELD(Remembered, follow_ups_settled, READ_ONLY, "With nothing left to do"),
    FIELD(Remembered, follow_ups_wont_do, READ_ONLY, "Of those, decided not to do"));

static SHAPE(home_shape, Home, "What waits for you",
    FIELD_OF(Home, active_incidents, FIELD_MANY, &incident_row_shape, READ_ONLY, "The worst first"),
    FIELD(Home, active_total, READ_ONLY, "How many are active; -1: over 1,000"),
    FIELD_OF(Home, reports_waiting, FIELD_MANY, &waiting_shape, READ_ONLY, "The first due first"),
    FIELD_OF(Home, my_follow_ups, FIELD_MANY, &followup_row_shape, READ_ONLY, "Overdue first; then those to verify"),
    FIELD(Home, my_follow_ups_total, READ_ONLY, "How many are not settled; -1: over 1,000"),
    FIELD_OF(Home, recently_published, FIELD_MANY, &report_row_shape, READ_ONLY, "Newest first"),
    FIELD_OF(Home, year_ago, FIELD_MANY, &remembered_shape, READ_ONLY, "The worst first"),
    FIELD(Home, new_workspace, READ_ONLY, "You can see no incident yet"));

static Err show(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Home h;
    TRY(home_get(cx, &h));
    res_json(cx, res, &home_shape, &h);
    return OK;
}

static const Route routes[] = {
    { GET, "/api/v1/home", ROLE_VIEWER, show, .reply = &home_shape,
      .doc = "What waits for you: active incidents, post-mortems, follow-ups; and this week a year ago" },
    { 0 },
};

const Feature home_feature = { .name = "home", .routes = routes };
