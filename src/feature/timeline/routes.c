/* The timeline over HTTP. */
#include "base/csv.h"
#include "base/time.h"
#include "feature/timeline/rules.h"
#include "sql.gen.h"

static const char *const visibilities[] = { "internal", "external", NULL };
static const char *const evidence_kinds[] = { "alert", "message", "change", "notice", "image", "url", "incident", "follow_up",
                                              "report", NULL };

static SHAPE(evidence_shape, Evidence, "Where it comes from",
    FIELD(Evidence, kind, REQUIRED, "What the evidence is", .values = evidence_kinds),
    FIELD(Evidence, id, NULLABLE, "Of the record"), FIELD(Evidence, url, NULLABLE, "Where it can be seen", .max = 2000),
    FIELD(Evidence, title, NULLABLE, "In a few words", .max = 1000));

SHAPE(timeline_shape, TimelineEvent, "Something that happened",
    FIELD(TimelineEvent, id, READ_ONLY, "UUIDv7"),
    FIELD_AT(TimelineEvent, occurred_ms, READ_ONLY, "When it happened"),
    FIELD_AT(TimelineEvent, recorded_ms, READ_ONLY, "When we heard of it"),
    FIELD_OF(TimelineEvent, actor, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who; null: Hindsight"),
    FIELD(TimelineEvent, source, READ_ONLY, "Where it came from"),
    FIELD(TimelineEvent, kind, READ_ONLY, "What sort of event"),
    FIELD(TimelineEvent, title, READ_ONLY, "In English; pages word automatic events from kind and data"),
    FIELD(TimelineEvent, body, READ_ONLY | MULTILINE, "Markdown"),
    FIELD_RAW(TimelineEvent, data, READ_ONLY | OBJECT, "What changed, what was known"),
    FIELD_OF(TimelineEvent, evidence, FIELD_ONE, &evidence_shape, READ_ONLY | NULLABLE, ""),
    FIELD(TimelineEvent, starred, READ_ONLY, "Matters for the report"),
    FIELD(TimelineEvent, visibility, READ_ONLY, "internal or external"),
    FIELD(TimelineEvent, phase, READ_ONLY | NULLABLE, "detection, diagnosis, mitigation, resolution, key_moment"),
    FIELD(TimelineEvent, state, READ_ONLY | NULLABLE, "Of a hypothesis: open, confirmed, rejected"),
    FIELD_AT(TimelineEvent, state_ms, READ_ONLY | NULLABLE, "When it was confirmed or rejected"),
    FIELD_AT(TimelineEvent, corrected_from_ms, READ_ONLY | NULLABLE, "The time it had before it was corrected"),
    FIELD(TimelineEvent, hand_made, READ_ONLY, "Written by a person: its words can be changed"),
    FIELD(TimelineEvent, version, READ_ONLY, ""));

#define COMMON_FIELDS \
    FIELD(TimelineEvent, title, 0, "What happened, in one line", .max = 1000), \
    FIELD(TimelineEvent, body, MULTILINE, "Markdown", .max = 20000), \
    FIELD_AT(TimelineEvent, occurred_ms, 0, "Default now"), \
    FIELD_OF(TimelineEvent, evidence, FIELD_ONE, &evidence_shape, NULLABLE, ""), \
    FIELD(TimelineEvent, starred, 0, ""), \
    FIELD(TimelineEvent, visibility, 0, "Default internal", .values = visibilities), \
    FIELD(TimelineEvent, phase, NULLABLE, "", .values = timeline_phases), \
    FIELD(TimelineEvent, state, NULLABLE, "Of a hypothesis", .values = timeline_states), \
    FIELD_AT(TimelineEvent, state_ms, NULLABLE, "When it was confirmed or rejected; default now"), \
    FIELD(TimelineEvent, known, MULTILINE | NULLABLE, "Decision: what was known", .max = 5000), \
    FIELD(TimelineEvent, not_known, MULTILINE | NULLABLE, "Decision: what was not known", .max = 5000)

const Shape timeline_new_shape = { "TimelineNew", sizeof(TimelineEvent), (const Field[]){
    FIELD(TimelineEvent, kind, REQUIRED, "What sort of event", .values = timeline_hand_kinds), COMMON_FIELDS, { 0 } },
    "An event added by hand" };
const Shape timeline_edit_shape = { "TimelineEdit", sizeof(TimelineEvent), (const Field[]){ COMMON_FIELDS, { 0 } },
    "What can be changed about an event; each change is kept" };

enum { LIST_MOST = 1000, FILE_MOST = 50000 };      /* events of an incident come by the thousand; each is small */

static Err filter_of(Cx *cx, Req *req, TimelineFilter *f)
{
    TRY(req_filter(cx, req, "kind", timeline_kinds, &f->kind));
    TRY(req_filter(cx, req, "phase", timeline_phases, &f->phase));
    TRY(req_filter(cx, req, "actor", NULL, &f->actor));
    TRY(req_time(cx, req, "since", &f->since_ms));
    TRY(req_time(cx, req, "until", &f->until_ms));
    f->starred = req_flag(req, "starred");
    f->q = req_query(req, "q");
    return f->q.len > 500 ? fail_field(cx->arena, S("q"), "q is longer than 500 bytes") : OK;
}

static Err list(Cx *cx, Req *req, Res *res)
{
    TimelineFilter f = { 0 };
    Cursor after, last = { 0 };
    TRY(filter_of(cx, req, &f));
    TRY(req_cursor(cx, req, &after));
    int64_t limit = req_limit_to(req, LIST_MOST);
    TimelineEvents page = { 0 };
    TRY(timeline_list(cx, req_param(req, "incident"), &f, after, limit + 1, &page));
    if (page.len > (size_t)limit) last = (Cursor){ page.at[limit - 1].occurred_ms, page.at[limit - 1].id };
    TRY(timeline_name_merged(cx, &page));
    res_list(cx, res, &timeline_shape, page.at, sizeof *page.at, page.len, limit, last, -1);
    return OK;
}

/** Everything that the filter lets through, as a file. */
static Err json_file(Cx *cx, Req *req, Res *res)
{
    TimelineFilter f = { 0 };
    TimelineEvents all = { 0 };
    TRY(filter_of(cx, req, &f));
    TRY(timeline_list(cx, req_param(req, "incident"), &f, (Cursor){ 0 }, FILE_MOST, &all));
    TRY(timeline_name_merged(cx, &all));
    res_list(cx, res, &timeline_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    http_set(&res->http, "Content-Disposition", S("attachment; filename=\"timeline.json\""));
    return OK;
}

static Err csv(Cx *cx, Req *req, Res *res)
{
    TimelineFilter f = { 0 };
    TimelineEvents all = { 0 };
    TRY(filter_of(cx, req, &f));
    TRY(timeline_list(cx, req_param(req, "incident"), &f, (Cursor){ 0 }, FILE_MOST, &all));
    Buf b = buf_new(cx->arena, 16 << 20);
    csv_row(&b, (Str[]){ S("occurred_at"),
                         S("kind"),
                         S("title"),
                         S("body"),
                         S("actor"),
                         S("source"),
                         S("phase"),
                         S("starred"),
                         S("state"),
                         S("evidence"),
                         S("recorded_at"),
                         { 0 } });
    list_each(&all, k) {
        const TimelineEvent *e = &all.at[k];
        char at[TIME_TEXT_MAX], recorded[TIME_TEXT_MAX];
        Str evidence = e->evidence.url.len ? e->evidence.url : e->evidence.title;
        const Str fields[] = { str_of(time_rfc3339(e->occurred_ms, at)),
                               e->kind,
                               e->title,
                               e->body,
                               e->actor.name,
                               e->source,
                               e->phase,
                               e->starred ? S("true") : S("false"),
                               e->state,
                               evidence,
                               str_of(time_rfc3339(e->recorded_ms, recorded)) };
        for (size_t c = 0; c < sizeof fields / sizeof *fields; c++) csv_field(&b, c == 0, fields[c]);
        csv_end(&b);
    }
    if (buf_full(&b)) return fail(cx->arena, ERR_TOO_LARGE, "the table is over 16 MiB: filter it");
    res_text(res, 200, "text/csv; charset=utf-8", buf_str(&b));
    http_set(&res->http, "Content-Disposition", S("attachment; filename=\"timeline.csv\""));
    return OK;
}

/** Everything that stands in the log, as JSON lines with the hashes: evidence that can be checked without us. An entry about
 *  something that the actor may not see says "withheld" in place of its content, so that the chain stays whole. */
static Err log_lines(Cx *cx, Req *req, Res *res)
{
    typedef struct Line { int64_t seq, at_ms; Str action, actor, content, hash, audience; } Line;
    LIST(Line) all = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_timeline_entry_all);
    stmt_str(&q, "incident", req_param(req, "incident"));
    while (stmt_step(&q)) {
        Line *n = list_add(cx->arena, &all);
        *n = (Line){ .seq = stmt_col_int(&q, 0), .action = stmt_col_str(&q, 2), .at_ms = stmt_col_int(&q, 3), .actor = stmt_col_str(&q, 4),
                     .content = stmt_col_str(&q, 5), .hash = stmt_col_str(&q, 6), .audience = stmt_col_str(&q, 7) };
    }
    TRY(stmt_end(&q));
    Buf b = buf_new(cx->arena, 32 << 20);
    list_each(&all, i) {
        const Line *n = &all.at[i];
        bool seen;
        TRY(access_sees(cx, n->audience, &seen));
        buf_fmt(&b, "{\"seq\":%lld,\"action\":\"" STR_FMT "\",\"at_ms\":%lld,\"actor\":", (long long)n->seq, STR_ARG(n->action),
                (long long)n->at_ms);
        buf_json(&b, n->actor);
        buf_add(&b, seen ? S(",\"content\":") : S(",\"withheld\":true"));
        if (seen) buf_json(&b, n->content);
        if (str_empty(n->content)) buf_add(&b, S(",\"redacted\":true"));
        buf_fmt(&b, ",\"hash\":\"" STR_FMT "\"}\n", STR_ARG(n->hash));
    }
    if (buf_full(&b)) return fail(cx->arena, ERR_TOO_LARGE, "the log is over 32 MiB");
    res_text(res, 200, "application/x-ndjson; charset=utf-8", buf_str(&b));
    http_set(&res->http, "Content-Disposition", S("attachment; filename=\"timeline-log.jsonl\""));
    return OK;
}

/** The event of the path, which must be this incident's. */
static Err of_incident(Cx *cx, Req *req, TimelineEvent *ret)
{
    TimelineEvent e;
    TRY(timeline_get(cx, req_param(req, "event"), &e));
    if (!str_eq(e.incident_id, req_param(req, "incident")))
        return fail(cx->arena, ERR_NOT_FOUND, "no timeline event " STR_FMT " in this incident",
                    STR_ARG(e.id));
    *ret = e;
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res)
{
    TimelineEvent e;
    TRY(of_incident(cx, req, &e));
    TimelineEvents one = { .at = &e, .len = 1, .room = 1 };
    TRY(timeline_name_merged(cx, &one));
    res_record(cx, res, &timeline_shape, &e, e.version);
    return OK;
}

static Err add(Cx *cx, Req *req, Res *res)
{
    TimelineEvent *in = BODY(req, TimelineEvent), e;
    in->hand_made = true;
    TRY(timeline_add(cx, req_param(req, "incident"), in));
    TRY(timeline_get(cx, in->id, &e));
    res_created(cx, res, &timeline_shape, &e, S(""), e.version);
    return OK;
}

static Err edit(Cx *cx, Req *req, Res *res)
{
    TimelineEvent e;
    TRY(of_incident(cx, req, &e));
    TRY(timeline_edit(cx, e.id, req->present, BODY(req, TimelineEvent)));
    return show(cx, req, res);
}

static Err take_out(Cx *cx, Req *req, Res *res)
{
    TimelineEvent e;
    TRY(of_incident(cx, req, &e));
    TRY(timeline_remove(cx, e.id));
    res_none(res);
    return OK;
}

static SHAPE(revision_shape, Revision, "What was recorded, and when",
    FIELD(Revision, action, READ_ONLY, "recorded, revised, removed"),
    FIELD_AT(Revision, recorded_ms, READ_ONLY, "When"),
    FIELD_OF(Revision, actor, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "By whom"),
    FIELD_RAW(Revision, content, READ_ONLY, "The event after it"));

static Err history(Cx *cx, Req *req, Res *res)
{
    TimelineEvent e;
    Revisions all = { 0 };
    TRY(of_incident(cx, req, &e));
    TRY(timeline_history(cx, e.id, &all));
    res_list(cx, res, &revision_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len,
             (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

typedef struct Verdict { bool intact; int64_t entries, broken_at; } Verdict;
static SHAPE(verdict_shape, Verdict, "Is the log of the timeline what was written?",
    FIELD(Verdict, intact, READ_ONLY, "Every entry fits the one before it, and the view fits the log"),
    FIELD(Verdict, entries, READ_ONLY, "How many were checked"),
    FIELD(Verdict, broken_at, READ_ONLY | NULLABLE, "Number of the first entry that does not fit"));

static Err verify(Cx *cx, Req *req, Res *res)
{
    Verdict v = { 0 };
    TRY(timeline_verify(cx, req_param(req, "incident"), &v.entries, &v.broken_at));
    v.intact = v.broken_at == 0;
    res_json(cx, res, &verdict_shape, &v);
    return OK;
}

typedef struct Redaction { Str event_id, reason; } Redaction;
static SHAPE(redaction_shape, Redaction, "What must not stay written down",
    FIELD(Redaction, event_id, REQUIRED, "The event; also one that was removed from the view", .max = 100),
    FIELD(Redaction, reason, REQUIRED, "Why; it stays where the words stood", .max = 500));

static Err redact(Cx *cx, Req *req, Res *res)
{
    const Redaction *in = BODY(req, Redaction);
    TRY(timeline_redact(cx, req_param(req, "incident"), in->event_id, in->reason));
    res_none(res);
    return OK;
}

typedef struct Duplicates { Strs ids; } Duplicates;
static SHAPE(duplicates_shape, Duplicates, "Events that tell the same",
    FIELD(Duplicates, ids, REQUIRED, "The one that stays first; 2 to 100", .max = 100));

static Err merge(Cx *cx, Req *req, Res *res)
{
    const Duplicates *in = BODY(req, Duplicates);
    TimelineEvent e;
    TRY(timeline_merge(cx, req_param(req, "incident"), in->ids));
    TRY(timeline_get(cx, in->ids.at[0], &e));
    TimelineEvents one = { .at = &e, .len = 1, .room = 1 };
    TRY(timeline_name_merged(cx, &one));
    res_record(cx, res, &timeline_shape, &e, e.version);
    return OK;
}

static Err split(Cx *cx, Req *req, Res *res)
{
    TimelineEvent e;
    TRY(of_incident(cx, req, &e));
    TRY(timeline_split(cx, e.id));
    return show(cx, req, res);
}

static SHAPE(stretch_shape, Stretch, "From when to when", FIELD_AT(Stretch, started_ms, READ_ONLY, ""), FIELD_AT(Stretch, ended_ms, READ_ONLY, ""));
static SHAPE(responder_shape, Responder, "Who was at it, and for how long",
    FIELD_OF(Responder, user, FIELD_ONE, &user_ref_shape, READ_ONLY, "Who"),
    FIELD(Responder, roles, READ_ONLY, "What roles they had"),
    FIELD_AT(Responder, started_ms, READ_ONLY, "The first thing they did"),
    FIELD_AT(Responder, ended_ms, READ_ONLY, "The last thing they did"),
    FIELD(Responder, active_ms, READ_ONLY, "Five minutes for each thing done, and pauses of up to 30 minutes between two"),
    FIELD(Responder, out_of_hours_ms, READ_ONLY, "How much of it was not between 9 and 18 on Monday to Friday where they are"),
    FIELD_OF(Responder, stretches, FIELD_MANY, &stretch_shape, READ_ONLY, "When they were at it"));

static Err responders(Cx *cx, Req *req, Res *res)
{
    Responders all = { 0 };
    TRY(timeline_responders(cx, req_param(req, "incident"), &all));
    res_list(cx, res, &responder_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

#define ALL "/api/v1/incidents/:incident/timeline"
#define FILTERS "kind phase actor starred since until q"
static const Route routes[] = {
    { GET, ALL, ROLE_VIEWER, list, .reply = &timeline_shape, .flags = REPLY_LIST, .query = FILTERS, .doc = "What happened, in order" },
    { GET, "/api/v1/incidents/:incident/responders", ROLE_VIEWER, responders, .reply = &responder_shape, .flags = REPLY_LIST,
      .doc = "Who worked on it, when, for how long, and how much of it out of hours" },
    { GET, "/api/v1/incidents/:incident/timeline.csv", ROLE_VIEWER, csv, .query = FILTERS, .doc = "The same as CSV" },
    { GET, "/api/v1/incidents/:incident/timeline.json", ROLE_VIEWER, json_file, .reply = &timeline_shape, .flags = REPLY_LIST,
      .query = FILTERS, .doc = "The same as a JSON file, in one piece" },
    { GET, "/api/v1/incidents/:incident/timeline.jsonl", ROLE_VIEWER, log_lines,
      .doc = "The whole log with its hashes, one entry a line, for checking it elsewhere" },
    { POST, ALL, ROLE_RESPONDER, add, .body = &timeline_new_shape, .reply = &timeline_shape, .doc = "Adds a note, decision, hypothesis or action" },
    { GET, ALL "/verify", ROLE_VIEWER, verify, .reply = &verdict_shape, .doc = "Recomputes the chain of hashes" },
    { POST, ALL "/redact", ROLE_MANAGER, redact, .body = &redaction_shape,
      .doc = "Takes the words of an event out of the view and of the log; a tombstone says who did it, when and why" },
    { POST, ALL "/merge", ROLE_RESPONDER, merge, .body = &duplicates_shape, .reply = &timeline_shape,
      .doc = "Folds duplicates into one event; the log keeps them" },
    { POST, ALL "/:event/split", ROLE_RESPONDER, split, .reply = &timeline_shape, .doc = "Takes apart what was folded into this event" },
    { GET, ALL "/:event", ROLE_VIEWER, show, .reply = &timeline_shape, .doc = "One event" },
    { PATCH, ALL "/:event", ROLE_RESPONDER, edit, .body = &timeline_edit_shape, .reply = &timeline_shape,
      .doc = "Stars it, corrects its time, phase or words, gives a verdict on a hypothesis; what was before is kept" },
    { DELETE, ALL "/:event", ROLE_RESPONDER, take_out, .doc = "Takes a hand-made event out of the view; the log keeps it" },
    { GET, ALL "/:event/history", ROLE_VIEWER, history, .reply = &revision_shape, .flags = REPLY_LIST, .doc = "How an event came to be as it is" },
    { 0 },
};

static Err resolve(Cx *cx, Str given, Str *ret_id)
{
    TimelineEvent e;
    TRY(timeline_get(cx, given, &e));
    Str incident;
    Err seen = incident_resolve(cx, e.incident_id, &incident);
    if (err_is(seen, ERR_NOT_FOUND))
        return fail(cx->arena, ERR_NOT_FOUND, "no timeline event " STR_FMT, STR_ARG(given));
    TRY(seen);
    TRY(access_check(cx, e.audience, "timeline event", given));
    *ret_id = e.id;
    return OK;
}

static const Resolver resolvers[] = { { "event", resolve }, { 0 } };

const Feature timeline_feature = {
    .name = "timeline", .schema = &timeline_schema, .routes = routes, .resolvers = resolvers, .listeners = timeline_listeners,
};
