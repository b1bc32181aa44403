/** The administrator's pages: settings as the features declare them, the audit log, the queue of jobs. */
#include "app/audit.h"
#include "feature/settings/internal.h"

typedef struct SettingView {
    Str key, type, title, help, value, standard;
    Strs options;
    bool secret, is_set;
    int64_t min, max;
} SettingView;
typedef LIST(SettingView) SettingViews;
typedef struct SettingValue { Str value; } SettingValue;
typedef struct AuditView {
    Str id;
    int64_t recorded_ms;
    Ref user;
    Str action, kind, subject, details;
} AuditView;
typedef LIST(AuditView) AuditViews;
typedef struct JobView {
    Str id, kind, state, error;
    int64_t attempts, done, total, run_ms, created_ms;
} JobView;
typedef LIST(JobView) JobViews;

static const char *const type_names[] = { "text", "int", "bool", "choice", "secret", "json", NULL };   /* as SettingType */
static const char *const job_states[] = { "waiting", "running", "dead", NULL };

SHAPE(setting_view_shape, SettingView, "Something that an administrator can change while it runs",
    FIELD(SettingView, key, READ_ONLY, "Its name"),
    FIELD(SettingView, type, READ_ONLY, "What its value is", .values = type_names),
    FIELD(SettingView, title, READ_ONLY, "Its name for people"),
    FIELD(SettingView, help, READ_ONLY, "What it does"),
    FIELD(SettingView, value, READ_ONLY, "As text; empty for secrets", .max = 10000),
    { .name = "default", .doc = "As text, what it is unless changed", .type = FIELD_STR, .flags = READ_ONLY, .offset = offsetof(SettingView, standard) },
    FIELD(SettingView, options, READ_ONLY, "The words of a choice"),
    FIELD(SettingView, secret, READ_ONLY, "Sealed, never shown again"),
    FIELD(SettingView, is_set, READ_ONLY, "A secret: there is one. Else: it differs from its default"),
    FIELD(SettingView, min, READ_ONLY, "Least number; with max 0 there are no bounds"),
    FIELD(SettingView, max, READ_ONLY, "Largest number, or most bytes of text; 0: none"));

SHAPE(setting_value_shape, SettingValue, "The new value of a setting",
    FIELD(SettingValue, value, MULTILINE, "As text: true, 42, words, JSON", .max = 10000));

SHAPE(audit_entry_shape, AuditView, "Who did what that matters for trust",
    FIELD(AuditView, id, READ_ONLY, "UUIDv7"),
    FIELD_AT(AuditView, recorded_ms, READ_ONLY, "When"),
    FIELD_OF(AuditView, user, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "Who; null: Hindsight itself or the command line"),
    FIELD(AuditView, action, READ_ONLY, "What: user.added, session.started, setting.changed …"),
    FIELD(AuditView, kind, READ_ONLY, "Kind of the record it was done to"),
    FIELD(AuditView, subject, READ_ONLY, "Id of that record"),
    FIELD_RAW(AuditView, details, READ_ONLY | OBJECT, "More about it"));

SHAPE(job_view_shape, JobView, "Work that waits, runs, or failed for good",
    FIELD(JobView, id, READ_ONLY, "UUIDv7"),
    FIELD(JobView, kind, READ_ONLY, "What it does"),
    FIELD(JobView, state, READ_ONLY, "dead: failed too often, waits for an administrator", .values = job_states),
    FIELD(JobView, error, READ_ONLY, "Of the last attempt"),
    FIELD(JobView, attempts, READ_ONLY, "So far"),
    FIELD(JobView, done, READ_ONLY, "Progress"),
    FIELD(JobView, total, READ_ONLY, "Progress: of how many; 0: unknown"),
    FIELD_AT(JobView, run_ms, READ_ONLY, "Next attempt"),
    FIELD_AT(JobView, created_ms, READ_ONLY, "Queued"));

static SettingView view(Cx *cx, const Setting *s)
{
    Str value = setting_str(cx, s->key);
    bool secret = s->type == SETTING_SECRET;
    SettingView v = { .key = str_of(s->key), .type = str_of(type_names[s->type]), .title = str_of(s->title), .help = str_of(s->help ? s->help : ""),
                      .value = secret ? S("") : value, .standard = str_of(s->standard), .secret = secret, .min = s->min, .max = s->max };
    v.is_set = secret ? value.len > 0 : !str_eq(value, v.standard);
    for (const char *const *o = s->options; o && *o; o++) *list_add(cx->arena, &v.options) = str_of(*o);
    return v;
}

Err get_settings(Cx *cx, Req *req, Res *res)
{
    (void)req;
    SettingViews all = { 0 };
    for (size_t i = 0; features[i]; i++)
        for (const Setting *s = features[i]->settings; s && s->key; s++)
            *list_add(cx->arena, &all) = view(cx, s);
    res_list(cx, res, &setting_view_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len,
             (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

Err put_setting(Cx *cx, Req *req, Res *res)
{
    Str key = req_param(req, "setting"), value = BODY(req, SettingValue)->value;
    if (str_eq(key, S("incident.severities"))) TRY(severities_check(cx, value));
    if (str_eq(key, S("workspace.name")) && str_empty(str_trim(value)))
        return fail_field(cx->arena, S("value"), "a workspace needs a name");
    TRY(setting_set(cx, key, value));
    TRY(live_touch(cx, S("settings"), "changed", key, 0, S("")));
    SettingView v = view(cx, setting_find(key));
    res_json(cx, res, &setting_view_shape, &v);
    return OK;
}

Err get_audit(Cx *cx, Req *req, Res *res)
{
    Cursor from;
    TRY(req_cursor(cx, req, &from));
    int64_t limit = req_limit(req);
    AuditEntries found = { 0 };
    TRY(audit_list(cx, req_query(req, "user"), req_query(req, "action"), from.id, limit + 1, &found));
    AuditViews all = { 0 };
    list_each(&found, i) {
        const AuditEntry *e = &found.at[i];
        *list_add(cx->arena, &all) = (AuditView){ e->id, e->at_ms, e->user, e->action, e->kind, e->subject, e->details };
    }
    Str last = all.len > (size_t)limit ? all.at[limit - 1].id : S("");
    res_list(cx, res, &audit_entry_shape, all.at, sizeof *all.at, all.len, limit, (Cursor){ 0, last }, -1);
    return OK;
}

Err get_jobs(Cx *cx, Req *req, Res *res)
{
    Cursor from;
    Strs states;
    TRY(req_cursor(cx, req, &from));
    TRY(req_filter(cx, req, "state", job_states, &states));
    int64_t limit = req_limit(req);
    JobRows found = { 0 };
    TRY(job_list(cx, states.len ? states.at[0] : S(""), req_query(req, "kind"), from.at, from.id,
                 limit + 1, &found));
    JobViews all = { 0 };
    list_each(&found, i) {
        const JobRow *j = &found.at[i];
        *list_add(cx->arena, &all) = (JobView){ j->id, j->kind, j->state, j->error, j->attempts, j->done, j->total, j->run_at_ms, j->created_ms };
    }
    Cursor last = all.len > (size_t)limit
                      ? (Cursor){ all.at[limit - 1].created_ms, all.at[limit - 1].id }
                      : (Cursor){ 0 };
    res_list(cx, res, &job_view_shape, all.at, sizeof *all.at, all.len, limit, last, -1);
    return OK;
}

Err retry_job(Cx *cx, Req *req, Res *res)
{
    TRY(job_revive(cx, req_param(req, "job")));
    TRY(audit_add(cx, "job.retried", "job", req_param(req, "job"), S("")));
    res_none(res);
    return OK;
}
