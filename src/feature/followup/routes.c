/* Follow-ups over HTTP. */
#include "base/csv.h"
#include "base/time.h"
#include "feature/account/account.h"
#include "feature/followup/rules.h"
#include "sql.gen.h"

static SHAPE(change_shape, FollowUpChange, "What changed, and who did it",
    FIELD(FollowUpChange, field, READ_ONLY, ""), FIELD(FollowUpChange, from, READ_ONLY, ""), FIELD(FollowUpChange, to, READ_ONLY, ""),
    FIELD_OF(FollowUpChange, actor, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Null: Hindsight"),
    FIELD_AT(FollowUpChange, changed_ms, READ_ONLY, ""));

#define ROW_FIELDS \
    FIELD(FollowUp, id, READ_ONLY, "UUIDv7"), \
    FIELD(FollowUp, reference, READ_ONLY, "FU-31"), \
    FIELD(FollowUp, title, READ_ONLY, ""), \
    FIELD(FollowUp, description, READ_ONLY | MULTILINE, "Markdown"), \
    FIELD(FollowUp, status, READ_ONLY, "open, in_progress, done, verified, not_effective, wont_do"), \
    FIELD(FollowUp, kind, READ_ONLY, "prevent, detect, mitigate, process, document, train, investigate"), \
    FIELD(FollowUp, priority, READ_ONLY, "urgent, high, medium, low"), \
    FIELD_OF(FollowUp, owner, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who does it"), \
    FIELD_OF(FollowUp, team, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, ""), \
    FIELD_OF(FollowUp, channel, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, ""), \
    FIELD_AT(FollowUp, due_ms, READ_ONLY | NULLABLE, ""), \
    FIELD(FollowUp, labels, READ_ONLY, ""), \
    FIELD_OF(FollowUp, services, FIELD_MANY, &ref_shape, READ_ONLY, ""), \
    FIELD_OF(FollowUp, incident, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, ""), \
    FIELD_OF(FollowUp, report, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, ""), \
    FIELD(FollowUp, risk_reduction, READ_ONLY | MULTILINE, "How it makes things better"), \
    FIELD(FollowUp, effectiveness_check, READ_ONLY | MULTILINE, "What would show that it worked"), \
    FIELD_AT(FollowUp, effectiveness_due_ms, READ_ONLY | NULLABLE, "By when to look"), \
    FIELD(FollowUp, effectiveness_note, READ_ONLY | MULTILINE, "What was seen"), \
    FIELD(FollowUp, wont_do_reason, READ_ONLY | NULLABLE, ""), \
    FIELD_OF(FollowUp, predecessor, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, "What it tries again"), \
    FIELD_OF(FollowUp, successor, FIELD_ONE, &record_ref_shape, READ_ONLY | NULLABLE, "What tries it again"), \
    FIELD(FollowUp, overdue, READ_ONLY, ""), \
    FIELD(FollowUp, settled, READ_ONLY, "Nothing is left to do or to verify"), \
    FIELD_AT(FollowUp, completed_ms, READ_ONLY | NULLABLE, ""), \
    FIELD_AT(FollowUp, verified_ms, READ_ONLY | NULLABLE, ""), \
    FIELD_OF(FollowUp, verified_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, ""), \
    FIELD_OF(FollowUp, created_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, ""), \
    FIELD(FollowUp, version, READ_ONLY, ""), \
    FIELD_AT(FollowUp, created_ms, READ_ONLY, ""), \
    FIELD_AT(FollowUp, updated_ms, READ_ONLY, ""), \
    FIELD(FollowUp, can_edit, READ_ONLY, "May the asker change it")

const Shape followup_row_shape = { "FollowUpRow", sizeof(FollowUp), (const Field[]){ ROW_FIELDS, { 0 } }, "A follow-up in a list" };
SHAPE(followup_shape, FollowUp, "What must change, who does it, by when, and whether it worked", ROW_FIELDS,
    FIELD_OF(FollowUp, history, FIELD_MANY, &change_shape, READ_ONLY, "Newest first"));

#define INPUT_FIELDS \
    FIELD(FollowUpInput, title, REQUIRED, "What must change, in one sentence", .max = 300), \
    FIELD(FollowUpInput, description, MULTILINE, "Markdown", .max = 20000), \
    FIELD(FollowUpInput, status, 0, "Default open", .values = followup_statuses), \
    FIELD(FollowUpInput, kind, 0, "Default prevent", .values = followup_kinds), \
    FIELD(FollowUpInput, priority, 0, "Default medium", .values = followup_priorities), \
    FIELD(FollowUpInput, owner_id, NULLABLE, "Id, e-mail address or me"), \
    FIELD(FollowUpInput, team_id, NULLABLE, "Id or name; default the incident's"), \
    FIELD(FollowUpInput, channel_id, NULLABLE, "Id or name; default the incident's"), \
    FIELD_AT(FollowUpInput, due_ms, NULLABLE, ""), \
    FIELD(FollowUpInput, labels, 0, "", .max = 20), \
    FIELD(FollowUpInput, service_ids, 0, "Ids or names"), \
    FIELD(FollowUpInput, incident_id, NULLABLE, "Id or reference"), \
    FIELD(FollowUpInput, risk_reduction, MULTILINE | NULLABLE, "How it makes things better", .max = 5000), \
    FIELD(FollowUpInput, effectiveness_check, MULTILINE | NULLABLE, "What would show that it worked", .max = 5000), \
    FIELD_AT(FollowUpInput, effectiveness_due_ms, NULLABLE, "By when to look"), \
    FIELD(FollowUpInput, effectiveness_note, MULTILINE | NULLABLE, "What was seen", .max = 5000), \
    FIELD(FollowUpInput, wont_do_reason, MULTILINE | NULLABLE, "Required with status wont_do", .max = 2000)

const Shape followup_new_shape = { "FollowUpNew", sizeof(FollowUpInput), (const Field[]){ INPUT_FIELDS,
    FIELD(FollowUpInput, report_id, NULLABLE, "Id or reference"), { 0 } }, "A follow-up to add" };
const Shape followup_edit_shape = { "FollowUpEdit", sizeof(FollowUpInput), (const Field[]){ INPUT_FIELDS, { 0 } },
    "What can be changed about a follow-up" };

static const char *const sorts[] = { "due", "priority", "newest", "updated", NULL };
#define FILTERS "status kind priority owner team channel service incident report open closed overdue to_verify q sort"

static Err filter_of(Cx *cx, Req *req, FollowUpFilter *f)
{
    Strs sort = { 0 }, owners = { 0 }, incidents = { 0 }, reports = { 0 };
    TRY(req_filter(cx, req, "status", followup_statuses, &f->status));
    TRY(req_filter(cx, req, "kind", followup_kinds, &f->kind));
    TRY(req_filter(cx, req, "priority", followup_priorities, &f->priority));
    TRY(req_filter(cx, req, "team", NULL, &f->team));
    TRY(req_filter(cx, req, "channel", NULL, &f->channel));
    TRY(req_filter(cx, req, "service", NULL, &f->service));
    TRY(req_filter(cx, req, "owner", NULL, &owners));
    TRY(req_filter(cx, req, "incident", NULL, &incidents));
    TRY(req_filter(cx, req, "report", NULL, &reports));
    TRY(req_filter(cx, req, "sort", sorts, &sort));
    list_each(&owners, k) {
        UserRef user;
        if (str_eq(owners.at[k], S("none"))) { f->nobody = true; continue; }
        TRY(user_named(cx, S("owner"), owners.at[k], &user));
        ids_add(cx->arena, &f->owner, user.id);
    }
    list_each(&incidents, k) {
        Str id;
        TRY(incident_resolve(cx, incidents.at[k], &id));
        ids_add(cx->arena, &f->incident, id);
    }
    list_each(&reports, k) {
        RecordRef report;
        Str incident, audience;
        TRY(incident_report_named(cx, S("report"), reports.at[k], &report, &incident, &audience));
        ids_add(cx->arena, &f->report, report.id);
    }
    if (f->nobody && f->owner.len)
        return fail_field(cx->arena, S("owner"), "none cannot be combined with people");
    if (sort.len) f->sort = sort.at[0];
    f->open = req_flag(req, "open");
    f->closed = req_flag(req, "closed");
    f->overdue = req_flag(req, "overdue");
    f->to_verify = req_flag(req, "to_verify");
    f->q = req_query(req, "q");
    return OK;
}

static Err page(Cx *cx, Req *req, Res *res, const FollowUpFilter *f)
{
    Cursor after, last = { 0 };
    TRY(req_cursor(cx, req, &after));
    int64_t limit = req_limit(req), total = -1;
    FollowUps all = { 0 };
    TRY(followup_page(cx, f, after, limit + 1, &all, &total));
    if (all.len > (size_t)limit) last = (Cursor){ all.at[limit - 1].sort_key, all.at[limit - 1].id };
    res_list(cx, res, &followup_row_shape, all.at, sizeof *all.at, all.len, limit, last, total);
    return OK;
}

static Err list(Cx *cx, Req *req, Res *res)
{
    FollowUpFilter f = { 0 };
    TRY(filter_of(cx, req, &f));
    return page(cx, req, res, &f);
}

static Err of_incident(Cx *cx, Req *req, Res *res)
{
    FollowUpFilter f = { 0 };
    ids_add(cx->arena, &f.incident, req_param(req, "incident"));
    return page(cx, req, res, &f);
}

static Err csv(Cx *cx, Req *req, Res *res)
{
    FollowUpFilter f = { 0 };
    Str text;
    TRY(filter_of(cx, req, &f));
    TRY(followup_csv(cx, &f, &text));
    res_text(res, 200, "text/csv; charset=utf-8", text);
    http_set(&res->http, "Content-Disposition", S("attachment; filename=\"follow-ups.csv\""));
    return OK;
}

typedef struct Counts { int64_t open, mine, overdue, to_verify, closed; } Counts;
static SHAPE(counts_shape, Counts, "How many there are; null: more than 1,000",
    FIELD(Counts, open, READ_ONLY, "Not settled"), FIELD(Counts, mine, READ_ONLY, "Not settled and yours"),
    FIELD(Counts, overdue, READ_ONLY, ""), FIELD(Counts, to_verify, READ_ONLY, "Done, and nobody has looked whether it worked"),
    FIELD(Counts, closed, READ_ONLY, "Settled"));

static Err counts(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Counts c;
    FollowUpFilter mine = { .open = true };
    ids_add(cx->arena, &mine.owner, cx->actor.id);
    TRY(followup_total(cx, &(FollowUpFilter){ .open = true }, &c.open));
    TRY(followup_total(cx, &mine, &c.mine));
    TRY(followup_total(cx, &(FollowUpFilter){ .overdue = true }, &c.overdue));
    TRY(followup_total(cx, &(FollowUpFilter){ .to_verify = true }, &c.to_verify));
    TRY(followup_total(cx, &(FollowUpFilter){ .closed = true }, &c.closed));
    res_json(cx, res, &counts_shape, &c);
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res)
{
    FollowUp f;
    TRY(followup_get(cx, req_param(req, "followup"), &f));
    res_record(cx, res, &followup_shape, &f, f.version);
    return OK;
}

static Err created(Cx *cx, Res *res, const FollowUpInput *in)
{
    FollowUp f;
    TRY(followup_add(cx, in, &f));
    Str at = arena_fmt(cx->arena, "/api/v1/follow-ups/" STR_FMT, STR_ARG(f.reference));
    res_created(cx, res, &followup_shape, &f, at, f.version);
    return OK;
}

static Err add(Cx *cx, Req *req, Res *res) { return created(cx, res, BODY(req, FollowUpInput)); }

static Err add_to_incident(Cx *cx, Req *req, Res *res)
{
    FollowUpInput *in = BODY(req, FollowUpInput);
    in->incident_id = req_param(req, "incident");
    return created(cx, res, in);
}

static Err edit(Cx *cx, Req *req, Res *res)
{
    TRY(followup_edit(cx, req_param(req, "followup"), req->present, BODY(req, FollowUpInput)));
    return show(cx, req, res);
}

static const char *const thens[] = { "nothing", "reopen", "new", NULL };
static SHAPE(verify_shape, VerifyInput, "Whether it worked",
    FIELD(VerifyInput, effective, 0, "True: verified"),
    FIELD(VerifyInput, note, MULTILINE, "What was seen", .max = 5000),
    FIELD(VerifyInput, then, 0, "When it was not: nothing, reopen it, or add a new one that follows it", .values = thens),
    FIELD(VerifyInput, title, 0, "Of the new one; default the same", .max = 300));

static Err verify(Cx *cx, Req *req, Res *res)
{
    if (!BODY_HAS(req, VerifyInput, effective))
        return fail_field(cx->arena, S("effective"), "say whether it worked");
    FollowUp f;
    TRY(followup_verify(cx, req_param(req, "followup"), BODY(req, VerifyInput), &f));
    res_record(cx, res, &followup_shape, &f, f.version);
    return OK;
}

typedef struct BulkInput {
    Strs ids;
    Str owner_id, priority, status, wont_do_reason;
    int64_t due_ms;
} BulkInput;
static SHAPE(bulk_shape, BulkInput, "The same change to many; all or none",
    FIELD(BulkInput, ids, REQUIRED, "Ids or references", .max = 200),
    FIELD(BulkInput, owner_id, NULLABLE, ""), FIELD_AT(BulkInput, due_ms, NULLABLE, ""),
    FIELD(BulkInput, priority, 0, "", .values = followup_priorities), FIELD(BulkInput, status, 0, "", .values = followup_statuses),
    FIELD(BulkInput, wont_do_reason, MULTILINE | NULLABLE, "", .max = 2000));
typedef struct BulkReply { int64_t changed; } BulkReply;
static SHAPE(bulk_reply_shape, BulkReply, "What was done", FIELD(BulkReply, changed, READ_ONLY, "How many"));

/** The bit of a field in followup_edit_shape. */
static Present bit(size_t offset)
{
    for (int i = 0; followup_edit_shape.fields[i].name; i++)
        if (followup_edit_shape.fields[i].offset == offset) return (Present)1 << i;
    bug("no such field");
}

static Err bulk(Cx *cx, Req *req, Res *res)
{
    BulkInput *b = BODY(req, BulkInput);
    Present present = 0;
    if (BODY_HAS(req, BulkInput, owner_id)) present |= bit(offsetof(FollowUpInput, owner_id));
    if (BODY_HAS(req, BulkInput, due_ms)) present |= bit(offsetof(FollowUpInput, due_ms));
    if (BODY_HAS(req, BulkInput, priority)) present |= bit(offsetof(FollowUpInput, priority));
    if (BODY_HAS(req, BulkInput, status)) present |= bit(offsetof(FollowUpInput, status));
    if (BODY_HAS(req, BulkInput, wont_do_reason)) present |= bit(offsetof(FollowUpInput, wont_do_reason));
    FollowUpInput in = { .owner_id = b->owner_id, .due_ms = b->due_ms, .priority = b->priority, .status = b->status,
                         .wont_do_reason = b->wont_do_reason };
    cx->if_match = MATCH_ANY;
    list_each(&b->ids, k) {
        Str id;
        TRY(followup_resolve(cx, b->ids.at[k], &id));
        TRY_AS(cx->arena, followup_edit(cx, id, present, &in), STR_FMT, STR_ARG(b->ids.at[k]));
    }
    res_json(cx, res, &bulk_reply_shape, &(BulkReply){ (int64_t)b->ids.len });
    return OK;
}

/* ---- export */

static Str names(Arena *a, const Refs *refs)
{
    Buf b = buf_new(a, 64 * 1024);
    list_each(refs, k) buf_fmt(&b, "%s" STR_FMT, k ? "; " : "", STR_ARG(refs->at[k].name));
    return buf_str(&b);
}

static Str at(Arena *a, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    return ms ? arena_str(a, str_of(time_rfc3339(ms, text))) : S("");
}

Err followup_csv(Cx *cx, const FollowUpFilter *filter, Str *ret)
{
    enum { ROWS_MOST = 10000, ROWS_PAGE = 200 };
    Buf b = buf_new(cx->arena, 16 << 20);
    csv_row(&b, (Str[]){ S("reference"),
                         S("title"),
                         S("status"),
                         S("priority"),
                         S("kind"),
                         S("owner"),
                         S("team"),
                         S("channel"),
                         S("due_at"),
                         S("overdue"),
                         S("services"),
                         S("incident"),
                         S("report"),
                         S("effectiveness_check"),
                         S("effectiveness_due_at"),
                         S("effectiveness_note"),
                         S("wont_do_reason"),
                         S("completed_at"),
                         S("verified_at"),
                         S("created_at"),
                         { 0 } });
    Cursor after = { 0 };
    for (int64_t n = 0; n < ROWS_MOST;) {
        FollowUps all = { 0 };
        TRY(followup_list(cx, filter, after, ROWS_PAGE, &all));
        list_each(&all, k) {
            const FollowUp *f = &all.at[k];
            Arena *a = cx->arena;
            const Str fields[] = { f->reference,
                                   f->title,
                                   f->status,
                                   f->priority,
                                   f->kind,
                                   f->owner.name,
                                   f->team.name,
                                   f->channel.name,
                                   at(a, f->due_ms),
                                   f->overdue ? S("true") : S("false"),
                                   names(a, &f->services),
                                   f->incident.reference,
                                   f->report.reference,
                                   f->effectiveness_check,
                                   at(a, f->effectiveness_due_ms),
                                   f->effectiveness_note,
                                   f->wont_do_reason,
                                   at(a, f->completed_ms),
                                   at(a, f->verified_ms),
                                   at(a, f->created_ms) };
            for (size_t c = 0; c < sizeof fields / sizeof *fields; c++) csv_field(&b, c == 0, fields[c]);
            csv_end(&b);
        }
        n += (int64_t)all.len;
        if (all.len < ROWS_PAGE) break;
        after = (Cursor){ all.at[all.len - 1].sort_key, all.at[all.len - 1].id };
    }
    if (buf_full(&b)) return fail(cx->arena, ERR_TOO_LARGE, "the table is over 16 MiB: filter it");
    *ret = buf_str(&b);
    return OK;
}

#define ALL "/api/v1/follow-ups"
static const Route routes[] = {
    { GET, ALL, ROLE_VIEWER, list, .reply = &followup_row_shape, .flags = REPLY_LIST, .query = FILTERS,
      .doc = "Follow-ups, the most urgent first; owner=me, owner=none" },
    { GET, ALL ".csv", ROLE_VIEWER, csv, .query = FILTERS, .doc = "The same list as CSV, at most 10,000 rows" },
    { GET, ALL "/counts", ROLE_VIEWER, counts, .reply = &counts_shape, .doc = "How many are open, yours, overdue, to be verified, closed" },
    { POST, ALL, ROLE_RESPONDER, add, .body = &followup_new_shape, .reply = &followup_shape, .doc = "Adds a follow-up" },
    { POST, ALL "/bulk", ROLE_RESPONDER, bulk, .body = &bulk_shape, .reply = &bulk_reply_shape, .doc = "The same change to many; all or none" },
    { GET, ALL "/:followup", ROLE_VIEWER, show, .reply = &followup_shape, .doc = "One follow-up with its history" },
    { PATCH, ALL "/:followup", ROLE_RESPONDER, edit, .body = &followup_edit_shape, .reply = &followup_shape, .doc = "Changes a follow-up" },
    { POST, ALL "/:followup/verify", ROLE_RESPONDER, verify, .body = &verify_shape, .reply = &followup_shape,
      .doc = "Says whether it worked; when not, opens it again or adds a new one" },
    { GET, "/api/v1/incidents/:incident/follow-ups", ROLE_VIEWER, of_incident, .reply = &followup_row_shape, .flags = REPLY_LIST,
      .doc = "Follow-ups of an incident" },
    { POST, "/api/v1/incidents/:incident/follow-ups", ROLE_RESPONDER, add_to_incident, .body = &followup_new_shape, .reply = &followup_shape,
      .doc = "Adds one to an incident, whose channel, team and visibility it inherits" },
    { 0 },
};

static const Resolver resolvers[] = { { "followup", followup_resolve }, { 0 } };

const Feature followup_feature = {
    .name = "followup", .schema = &followup_schema, .routes = routes, .resolvers = resolvers, .listeners = followup_listeners,
};
