#pragma once
/** Inside of reports. */
#include "document/document.h"
#include "feature/report/report.h"

/** Highest severity, earliest start, latest end, everybody, of all incidents of a report. */
typedef struct Gathered {
    Incidents incidents;
    KeyFigures figures;
    Strs services, causes;      /* ids; keys of the taxonomy */
    Str audience;
    int64_t began_ms;
} Gathered;

/* rows.c */
Err report_insert(Cx *cx, const Report *r);
Err report_row(Cx *cx, Str id, Report *ret);                    /* its own row, with incidents; no names */
Err report_save(Cx *cx, Report *r, int64_t step);               /* step 1: the record changed; 0: only its text */
Err report_incident_ids(Cx *cx, Str report, Strs *ret);
Err reports_of_incident(Cx *cx, Str incident, Strs *ret);
Err report_rights(Cx *cx, Report *r);                           /* can_edit, can_publish */
/* metrics.c */
Err  report_gather(Cx *cx, Strs incident_ids, Gathered *ret);
Str  report_figures_json(Arena *a, const KeyFigures *f);
/** When it is due by policy, counted from the end of its first incident; one written long after counts from `created_ms`. */
int64_t report_due_of(Cx *cx, const Gathered *g, Str severity, int64_t created_ms);
void report_metrics(Arena *a, const Str figures, const Str overrides, ReportMetrics *ret);
Err  report_overrides_merge(Cx *cx, Str before, Str patch, Str *ret);
Err  report_refresh(Cx *cx, Report *r);                         /* figures, severity, audience from its incidents; saved */
Err  report_put_kin(Cx *cx, Str report, const Gathered *g);      /* services and causes, for filters */
/* record.c */
Err report_edit(Cx *cx, Str id, Present present, const ReportInput *in);
Err report_author_remove(Cx *cx, Str id, Str user);
Err report_tell_incidents(Cx *cx, const Report *r);             /* its title and state, to each incident */
Err report_text_changed(Cx *cx, Report *r);                     /* excerpt, words, search index; not saved */
Err report_text_noted(Cx *cx, Report *r, DocNode **ret_doc);    /* the same, with the text */
Err report_editable(Cx *cx, Str id, Report *ret);               /* ERR_FORBIDDEN, ERR_CONFLICT (archived) */
/* news.c */
extern const Listener report_listeners[];
void report_heard(App *app, Str channel, Str id);
Err report_news(Cx *cx, const Report *r, const char *kind, Str title, Str data);
Err report_touch(Cx *cx, const Report *r, const char *what);
/** Notes who is mentioned in the text; tells (event report.mentioned) those who were not before. */
Err report_mentions(Cx *cx, const Report *r, const DocNode *doc, bool tell, Str by);
Err report_document_changed(Cx *cx, Str document, Strs authors);
/* publish.c */
typedef struct Version {
    int64_t number, revision;
    Str title, content, metrics;
    UserRef published_by;
    int64_t published_ms;
} Version;
typedef LIST(Version) Versions;
Err report_version(Cx *cx, Str report, int64_t number, Version *ret);
Err report_versions(Cx *cx, Str report, Versions *ret);
Err report_version_metrics(Cx *cx, const Version *v, ReportMetrics *ret);
/* share.c */
typedef struct Share { Str url, password; int64_t expires_ms, created_ms; UserRef created_by; bool has_password; Strs allow; } Share;
Err report_share_get(Cx *cx, Str report, Share *ret);            /* url empty: there is none */
/** `password_hash` of password_make, may be empty. */
Err report_share_make(Cx *cx, Str report, const Share *in, Str password_hash, Share *ret);
extern const char *const report_share_names[];                   /* what allow may hold */
/** Takes out of an edition what a link does not allow: people, names of services. */
Err report_share_redact(Cx *cx, const SharedReport *shared, Edition *e);
Err report_share_remove(Cx *cx, Str report);
/* pages.c */
Err report_page(Cx *cx, Req *req, Res *res);
Err report_share_page(Cx *cx, Req *req, Res *res);
Err report_share_unlock(Cx *cx, Req *req, Res *res);
/* history_routes.c */
Err report_history_get(Cx *cx, Req *req, Res *res);
Err report_history_compare(Cx *cx, Req *req, Res *res);
Err report_history_post(Cx *cx, Req *req, Res *res);
Err report_history_patch(Cx *cx, Req *req, Res *res);
Err report_history_delete(Cx *cx, Req *req, Res *res);
Err report_history_restore(Cx *cx, Req *req, Res *res);
extern const Shape report_history_shape, report_compared_shape, report_name_input_shape, report_restore_input_shape;
/* shapes.c */
extern const Shape report_new_shape, report_edit_shape, report_linked_shape, report_metric_shape,
    report_counts_shape, report_version_shape, report_share_shape;
extern const Setting report_settings[];
extern const Route report_routes[];
