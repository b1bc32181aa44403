#pragma once
/** Reports: the post-mortems. A record (this room) and a live document of the same id (document/).
 *
 *      draft → in_review → published → archived        back to draft when changes are requested
 *
 *  A report inherits channel, team and audience from its incidents and follows them when they change. What was published
 *  is kept as it was (report_version): later edits show only when they are published again.
 *
 *  Events (subject: each incident, or the report when it has none; object: the report):
 *      report.created  report.review_requested  report.approved  report.changes_requested  report.published
 *      report.archived  report.reopened  report.access_changed
 *      report.mentioned (subject: the report) */
#include "feature/template/template.h"

extern const char *const report_states[], *const report_metric_keys[];

typedef struct Reviewer {
    UserRef user;
    Str state, note;                        /* pending, approved, changes_requested */
    int64_t decided_ms, revision;           /* revision: of the text that was decided about; 0: not known */
    bool edited_since;                      /* the text says something else now */
    Str digest;                             /* of what the text said then */
} Reviewer;
typedef LIST(Reviewer) Reviewers;
typedef struct ReportIncident { Str id, reference, title, severity; } ReportIncident;
typedef LIST(ReportIncident) ReportIncidents;
/** A key figure. Values are text: SEV-1, RFC 3339 times, milliseconds of duration, counts, or what somebody wrote over it. */
typedef struct ReportMetric { Str key, value, source, original; } ReportMetric;              /* source: incident, override */
typedef LIST(ReportMetric) ReportMetrics;
typedef struct LinkedDocument { Str title, url; } LinkedDocument;
typedef LIST(LinkedDocument) LinkedDocuments;

typedef struct Report {
    Str id, reference, title, state, language, severity, visibility, audience;
    Str owner_id, channel_id, team_id;
    UserRef owner, created_by, published_by;
    UserRefs authors;
    Reviewers reviewers;
    ReportIncidents incidents;
    Ref channel, team, template;
    ReportMetrics metrics;
    LinkedDocuments linked_documents;
    int64_t due_ms, created_ms, updated_ms, published_ms, began_ms;
    int64_t published_version;              /* 0 = never published */
    bool overdue, changed_since_published, can_edit, can_publish, can_comment, due_by_policy;
    Str comments_by;                        /* readers, writers */
    Str excerpt, snippet;                   /* snippet: only when searched, matches in U+E000 … U+E001 */
    int64_t word_count, version, number, sort_ms;
    Str overrides, figures;                 /* JSON objects of metric key → text: written over, from the incidents */
    int64_t revision, published_revision;   /* of the document */
    bool meta_changed;
    Str digest, published_digest;           /* of what the text says */
} Report;
typedef LIST(Report) Reports;
extern const Shape report_shape, report_row_shape;

typedef struct ReportInput {
    Strs incident_ids;                      /* ids or references */
    Str template_id, title, language, owner_id;
    Str channel_id, team_id;
    int64_t due_ms;
    bool due_by_policy;                     /* true: the date of the policy, which follows the incidents */
    LinkedDocuments linked_documents;
    Str metric_overrides;                   /* JSON object: key → text, null undoes */
    Str comments_by;
} ReportInput;

/** Creates one from a template, filled in; event report.created. `ret` is complete. Within a write.
 *  Fails: ERR_INVALID naming the field. */
Err report_add(Cx *cx, const ReportInput *in, Report *ret);
/** Everything about one. The caller has checked access (resolver, report_resolve). Fails: ERR_NOT_FOUND. */
Err report_get(Cx *cx, Str id, Report *ret);
/** By id or reference ("PM-7"); ERR_NOT_FOUND for unknown and for invisible alike. */
Err report_resolve(Cx *cx, Str given, Str *ret_id);
/** The name of who may see it ("" = everyone). Fails: ERR_NOT_FOUND. */
Err report_audience(Cx *cx, Str id, Str *ret);

typedef struct ReportFilter {
    Strs state, severity, team, channel, service, language, incident;
    Strs cause;                             /* keys of the taxonomy: of one of its incidents */
    Str author, owner, reviewer;            /* user ids; reviewer: whose decision is pending */
    bool overdue;
    Str q, sort;                            /* "updated" (default), "newest", "oldest", "due", "published" */
    int64_t since_ms, until_ms;             /* of when the incident began */
} ReportFilter;
/** A page of rows the actor may see; with `q` the best matches first and no further pages. */
Err report_list(Cx *cx, const ReportFilter *filter, Cursor after, int64_t limit, Reports *ret);
/** The same with how many there are, looking for the words of `q` once. `ret_total` may be NULL; -1 after the first page. */
Err report_list_total(Cx *cx, const ReportFilter *filter, Cursor after, int64_t limit, Reports *ret, int64_t *ret_total);
typedef struct ReportCounts { int64_t draft, in_review, published, archived, total; } ReportCounts;
/** How many there are in each state, of those that the filter (but for its state) leaves. */
Err report_counts(Cx *cx, const ReportFilter *filter, ReportCounts *ret);

/** The content as a tree, with live blocks replaced by what they show now. `published`: as it was published last. */
Err report_content(Cx *cx, const Report *report, bool published, DocNode **ret);
/** A report as it is read at one time: its text with live blocks resolved, title and figures of that time. */
typedef struct Edition { Report report; ReportMetrics metrics; DocNode *doc; int64_t version; } Edition;
enum { EDITION_NOW = 0, EDITION_READERS = -1 /* as published, else as it is now */ };
/** `version`: a number, or one of the above. Fails: ERR_NOT_FOUND. */
Err report_edition(Cx *cx, Str id, int64_t version, Edition *ret);
/** The figures as people read them, labelled in the language of the report. */
typedef struct FigureText { Str label, text; } FigureText;
typedef LIST(FigureText) FigureTexts;
void report_figure_texts(Arena *a, const ReportMetrics *metrics, Str language, Str time_zone, FigureTexts *ret);
/** Takes sections that nobody filled in out of the tree: readers need no headings above nothing. */
void report_prune(Arena *a, DocNode *doc);
/** A page that needs nothing beside itself but its pictures, whose addresses begin with `image_base`. The text should be flat (doc_flat). */
Err report_file_html(Cx *cx, const Edition *e, Str image_base, Str *ret);
/** Replaces the text (imports and sample data): an edit by Hindsight. Within a write. */
Err report_write(Cx *cx, Str id, const DocNode *content);

/** Puts another template under the text; what people wrote stays. Within a write. Fails: ERR_FORBIDDEN, ERR_INVALID (template_id). */
Err report_change_template(Cx *cx, Str id, Str template_id);

/** Titles of required sections in which nothing is written. */
Strs report_empty_sections(Arena *a, const DocNode *doc);
/** Claims of a model that nothing supports and nobody settled (mark "unsupported"), at most 100. */
Strs report_unsupported(Arena *a, const DocNode *doc);
/** Takes note of what was written into its document by Hindsight: excerpt, words, search, whether it changed. Within a write. */
Err report_noted(Cx *cx, Str id);

/** State changes, all within a write; the caller has checked access. Fails: ERR_CONFLICT when the state does not allow it,
 *  ERR_FORBIDDEN when the person may not, ERR_INVALID naming the field. */
/** Asks people for a review; in review already, it says who reviews from now on: what others decided stays, who is
 *  new is asked, and those of `again_ids` (they may be empty) are asked anew. */
Err report_request_review(Cx *cx, Str id, Strs reviewer_ids, Strs again_ids);
Err report_approve(Cx *cx, Str id, Str note);
Err report_request_changes(Cx *cx, Str id, Str note);
Err report_publish(Cx *cx, Str id);
Err report_archive(Cx *cx, Str id);
Err report_reopen(Cx *cx, Str id);
/** Records that somebody wrote. A person who was removed from the authors comes back only by writing again. Within a write. */
Err report_author_add(Cx *cx, Str id, Str user);

/** When a report about an incident of this severity that ended at `from_ms` is due by policy (settings report.due_sev_N);
 *  0: the policy asks for none. */
int64_t report_due(Cx *cx, Str severity, int64_t from_ms);
/** How many of its approvals count: all, or (setting report.approvals_of) those of what the text says now. */
int64_t report_approvals(Cx *cx, const Report *r);

/** The report that a share link opens, and until when (0: until it is revoked). Fails: ERR_NOT_FOUND (also expired and revoked). */
Err report_share_find(Cx *cx, Str secret, Str *ret_id, int64_t *ret_until_ms);
typedef struct SharedReport {
    Str id;
    int64_t until_ms;
    Str password_hash;           /* empty: none is asked for */
    Strs allow;                  /* names that may be shown: people, services */
    const char *cookie; Str pass;/* what a browser shows that gave the password */
} SharedReport;
/** The same with all that the link says. */
Err report_share_open(Cx *cx, Str secret, SharedReport *ret);
/** True when the link asks for no password, or the request comes from a browser that gave it. */
bool report_share_unlocked(const SharedReport *shared, const HttpReq *req);
