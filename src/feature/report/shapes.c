#include "feature/report/rules.h"

const char *const report_states[] = { "draft", "in_review", "published", "archived", NULL };
const char *const report_metric_keys[] = { "severity", "started_at", "ended_at", "duration", "responders", "customers_affected", NULL };
static const char *const decisions[] = { "pending", "approved", "changes_requested", NULL };
static const char *const commenters[] = { "readers", "writers", NULL };
static const char *const sources[] = { "incident", "override", NULL };
static const char *const languages[] = { "en", "zh", NULL };

static SHAPE(reviewer_shape, Reviewer, "Somebody who was asked to review",
    FIELD_OF(Reviewer, user, FIELD_ONE, &user_ref_shape, READ_ONLY, "Who"),
    FIELD(Reviewer, state, READ_ONLY, "What they decided", .values = decisions),
    FIELD(Reviewer, note, READ_ONLY | NULLABLE | MULTILINE, "What they said"),
    FIELD_AT(Reviewer, decided_ms, READ_ONLY | NULLABLE, "When"),
    FIELD(Reviewer, revision, READ_ONLY | NULLABLE, "Of the text that was decided about"),
    FIELD(Reviewer, edited_since, READ_ONLY, "Whether the text says something else now"));

static SHAPE(report_incident_shape, ReportIncident, "An incident of a report",
    FIELD(ReportIncident, id, READ_ONLY, "UUIDv7"), FIELD(ReportIncident, reference, READ_ONLY, "INC-42"),
    FIELD(ReportIncident, title, READ_ONLY, "Title"), FIELD(ReportIncident, severity, READ_ONLY, "SEV-1 … SEV-4, unknown"));

SHAPE(report_metric_shape, ReportMetric, "A key figure: taken from the incident, or written over",
    FIELD(ReportMetric, key, READ_ONLY, "Which", .values = report_metric_keys),
    FIELD(ReportMetric, value, READ_ONLY | NULLABLE, "As text: SEV-1, a time, milliseconds, a count; null is not known"),
    FIELD(ReportMetric, source, READ_ONLY, "Where it comes from", .values = sources),
    FIELD(ReportMetric, original, READ_ONLY | NULLABLE, "What the incident says, when it is written over"));

SHAPE(report_linked_shape, LinkedDocument, "A document elsewhere",
    FIELD(LinkedDocument, title, REQUIRED, "What it is", .max = 300), FIELD(LinkedDocument, url, REQUIRED, "http or https", .max = 2000));

#define NAMES \
    FIELD(Report, id, READ_ONLY, "UUIDv7; also of its document"), \
    FIELD(Report, reference, READ_ONLY, "PM-7"), \
    FIELD(Report, title, READ_ONLY, "Title"), \
    FIELD(Report, state, READ_ONLY, "Where it stands", .values = report_states), \
    FIELD(Report, language, READ_ONLY, "Of its text", .values = languages), \
    FIELD(Report, severity, READ_ONLY, "The highest of its incidents, or what was written over it"), \
    FIELD_OF(Report, owner, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who is responsible"), \
    FIELD_OF(Report, authors, FIELD_MANY, &user_ref_shape, READ_ONLY, "Everybody who wrote"), \
    FIELD_OF(Report, reviewers, FIELD_MANY, &reviewer_shape, READ_ONLY, "Who was asked to review"), \
    FIELD_OF(Report, incidents, FIELD_MANY, &report_incident_shape, READ_ONLY, "What it is about"), \
    FIELD_OF(Report, channel, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "Inherited from the incident"), \
    FIELD_OF(Report, team, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "Inherited from the incident"), \
    FIELD(Report, visibility, READ_ONLY, "public or private, as its incidents"), \
    FIELD_OF(Report, template, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "What it was made from"), \
    FIELD_OF(Report, metrics, FIELD_MANY, &report_metric_shape, READ_ONLY, "Key figures"), \
    FIELD_AT(Report, due_ms, READ_ONLY | NULLABLE, "When it should be published"), \
    FIELD(Report, due_by_policy, READ_ONLY, "Whether that date is the policy's, which follows severity and end of the incident"), \
    FIELD(Report, overdue, READ_ONLY, "Due and not published"), \
    FIELD_AT(Report, began_ms, READ_ONLY | NULLABLE, "When the incident began"), \
    FIELD_AT(Report, created_ms, READ_ONLY, "When it was created"), \
    FIELD_AT(Report, updated_ms, READ_ONLY, "Last change of record or text"), \
    FIELD_AT(Report, published_ms, READ_ONLY | NULLABLE, "When it was published last"), \
    FIELD_OF(Report, published_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "By whom"), \
    FIELD(Report, published_version, READ_ONLY | NULLABLE, "How often it was published"), \
    FIELD(Report, changed_since_published, READ_ONLY, "Whether the published page lacks later edits"), \
    FIELD(Report, excerpt, READ_ONLY | MULTILINE, "Its first words"), \
    FIELD(Report, word_count, READ_ONLY, "Words; each Chinese character counts one"), \
    FIELD(Report, version, READ_ONLY, "Of the record; edits of the text do not change it")

const Shape report_shape = { "Report", sizeof(Report), (const Field[]){
    NAMES,
    FIELD_OF(Report, linked_documents, FIELD_MANY, &report_linked_shape, READ_ONLY, "Documents elsewhere"),
    FIELD_OF(Report, created_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who created it"),
    FIELD(Report, can_edit, READ_ONLY, "Whether you may write"),
    FIELD(Report, can_publish, READ_ONLY, "Whether you may publish it now"),
    FIELD(Report, can_comment, READ_ONLY, "Whether you may comment on it"),
    FIELD(Report, comments_by, READ_ONLY, "Who may comment", .values = commenters),
    { 0 } }, "A post-mortem" };

const Shape report_row_shape = { "ReportRow", sizeof(Report), (const Field[]){
    NAMES,
    FIELD(Report, snippet, READ_ONLY | NULLABLE | MULTILINE, "Where the search matched, marked by U+E000 … U+E001"),
    { 0 } }, "A post-mortem in a list" };

const Shape report_new_shape = { "ReportNew", sizeof(ReportInput), (const Field[]){
    FIELD(ReportInput, incident_ids, REQUIRED, "Ids or references of one or more incidents", .max = 20),
    FIELD(ReportInput, template_id, NULLABLE, "Chosen by rule when left out"),
    FIELD(ReportInput, title, NULLABLE, "Default: the incident's", .max = 300),
    FIELD(ReportInput, language, NULLABLE, "Default: the template's", .values = languages),
    FIELD(ReportInput, owner_id, NULLABLE, "Default: you; id, e-mail address or me"),
    FIELD_AT(ReportInput, due_ms, NULLABLE, "Default: by policy"),
    { 0 } }, "What creates a report" };

const Shape report_edit_shape = { "ReportEdit", sizeof(ReportInput), (const Field[]){
    FIELD(ReportInput, title, REQUIRED, "Title", .max = 300),
    FIELD(ReportInput, owner_id, NULLABLE, "Id, e-mail address or me"),
    FIELD_AT(ReportInput, due_ms, NULLABLE, "When it should be published; it no longer follows the policy then"),
    FIELD(ReportInput, due_by_policy, 0, "true: the date of the policy again"),
    FIELD(ReportInput, channel_id, NULLABLE, "Id or name"),
    FIELD(ReportInput, team_id, NULLABLE, "Id or name"),
    FIELD(ReportInput, language, 0, "Of its text", .values = languages),
    FIELD_OF(ReportInput, linked_documents, FIELD_MANY, &report_linked_shape, 0, "Documents elsewhere", .max = 50),
    FIELD(ReportInput, comments_by, 0, "Who may comment", .values = commenters),
    FIELD_RAW(ReportInput, metric_overrides, OBJECT, "{\"customers_affected\":\"12,316\"}; null undoes", .max = 4000),
    FIELD(ReportInput, incident_ids, 0, "Ids or references of one or more incidents", .max = 20),
    { 0 } }, "What can be changed about a report" };

SHAPE(report_counts_shape, ReportCounts, "How many reports there are",
    FIELD(ReportCounts, draft, READ_ONLY, "Drafts"), FIELD(ReportCounts, in_review, READ_ONLY, "In review"),
    FIELD(ReportCounts, published, READ_ONLY, "Published"), FIELD(ReportCounts, archived, READ_ONLY, "Archived"),
    FIELD(ReportCounts, total, READ_ONLY, "All of them"));

SHAPE(report_version_shape, Version, "A report as it was published",
    FIELD(Version, number, READ_ONLY, "Counted from 1"), FIELD(Version, title, READ_ONLY, "Its title then"),
    FIELD(Version, revision, READ_ONLY, "Of the document"), FIELD_AT(Version, published_ms, READ_ONLY, "When"),
    FIELD_OF(Version, published_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "By whom"));

SHAPE(report_share_shape, Share, "A secret link that shows a report to people without an account",
    FIELD(Share, url, READ_ONLY | NULLABLE, "The link; null when there is none, or (created_at is set) when it was sealed with another secret.key"),
    FIELD_AT(Share, expires_ms, NULLABLE, "When it stops working; null is never"),
    FIELD(Share, password, WRITE_ONLY | NULLABLE, "Asked of whoever opens it; none when left out", .max = 200),
    FIELD(Share, has_password, READ_ONLY, "Whether it asks for a password"),
    FIELD(Share, allow, 0, "Which names it may show: people, services; none when left out", .max = 2),
    FIELD_AT(Share, created_ms, READ_ONLY | NULLABLE, "When it was made"),
    FIELD_OF(Share, created_by, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who made it"));

static const char *const dues[] = { "none", "1 day", "2 days", "3 days", "5 days", "7 days", "14 days", "30 days",
                                    "1 business day", "2 business days", "3 business days", "5 business days", "10 business days", NULL };
static const char *const approvals_of[] = { "any text", "the present text", NULL };
static const char *const required_sections[] = { "should be written", "must be written", NULL };
static const char *const unsupported[] = { "may be published", "must be settled", NULL };
const Setting report_settings[] = {
    { .key = "report.required_sections", .type = SETTING_CHOICE, .standard = "should be written", .title = "Required sections before publishing",
      .help = "must be written: nobody publishes a report while one of them is empty", .options = required_sections },
    { .key = "report.unsupported_claims", .type = SETTING_CHOICE, .standard = "must be settled", .title = "Claims of the AI that nothing supports",
      .help = "must be settled: nobody publishes a report while it holds one; somebody corrects it, removes it or stands by it", .options = unsupported },
    { .key = "report.due_sev_1", .type = SETTING_CHOICE, .standard = "3 days", .title = "SEV-1: report due within", .help = "Counted from the end of the incident", .options = dues },
    { .key = "report.due_sev_2", .type = SETTING_CHOICE, .standard = "5 business days", .title = "SEV-2: report due within", .help = "Counted from the end of the incident", .options = dues },
    { .key = "report.due_sev_3", .type = SETTING_CHOICE, .standard = "10 business days", .title = "SEV-3: report due within", .help = "Counted from the end of the incident", .options = dues },
    { .key = "report.due_sev_4", .type = SETTING_CHOICE, .standard = "none", .title = "SEV-4: report due within", .help = "Counted from the end of the incident", .options = dues },
    { .key = "report.approvals", .type = SETTING_INT, .standard = "1", .title = "Approvals needed to publish",
      .help = "Managers may always publish. 0: everybody who may write may publish.", .min = 0, .max = 10 },
    { .key = "report.approvals_of", .type = SETTING_CHOICE, .standard = "any text", .title = "Approvals count for",
      .help = "the present text: who approved must do so again when the text says something else afterwards", .options = approvals_of },
    { 0 },
};
