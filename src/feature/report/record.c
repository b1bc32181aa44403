/* The record of a report: creating, editing, states, people. */
#include <sodium.h>
#include <unicode/uchar.h>
#include "app/audit.h"
#include "base/id.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/report/rules.h"
#include "store/search.h"
#include "sql.gen.h"

static bool in_state(const Report *r, const char *state) { return str_eq(r->state, str_of(state)); }

/* -- rights ------------------------------------------------------------------------------------------------------------ */

int64_t report_approvals(Cx *cx, const Report *r)
{
    bool of_this = str_eq(setting_str(cx, "report.approvals_of"), S("the present text"));
    int64_t n = 0;
    list_each(&r->reviewers, i) {
        const Reviewer *v = &r->reviewers.at[i];
        n += str_eq(v->state, S("approved")) && !(of_this && v->edited_since);
    }
    return n;
}

static bool is_approved(Cx *cx, const Report *r)
{
    int64_t needed = setting_int(cx, "report.approvals");
    if (!needed) return true;
    if (!in_state(r, "in_review") && !in_state(r, "published")) return false;
    list_each(&r->reviewers, i) if (str_eq(r->reviewers.at[i].state, S("changes_requested"))) return false;
    return report_approvals(cx, r) >= needed;
}

Err report_rights(Cx *cx, Report *r)
{
    bool writes = access_all(cx) || (cx->actor.role >= ROLE_RESPONDER && (cx->actor.scopes & SCOPE_WRITE));
    bool archived = in_state(r, "archived");
    r->can_edit = writes && !archived;
    r->can_comment = !archived && (str_eq(r->comments_by, S("readers")) ? cx->actor.role >= ROLE_VIEWER : writes);
    r->can_publish = r->can_edit && (cx->actor.role >= ROLE_MANAGER || is_approved(cx, r));
    return OK;
}

/* -- text -------------------------------------------------------------------------------------------------------------- */

static int64_t count_words(Str text)
{
    int64_t n = 0;
    bool inside = false;
    for (size_t i = 0, w; i < text.len; i += w) {
        uint32_t c = utf8_next(text, i, &w);
        bool wide = c != UTF8_BAD && u_hasBinaryProperty((UChar32)c, UCHAR_IDEOGRAPHIC);
        bool word = wide || (c != UTF8_BAD && u_isalnum((UChar32)c));
        n += wide || (word && !inside);
        inside = word && !wide;
    }
    return n;
}

static Str excerpt_of(Arena *a, const DocNode *doc)
{
    Buf b = buf_new(a, 64 << 10);
    list_each(&doc->children, i) {
        const DocNode *n = doc->children.at[i];
        if (b.len > 320) break;
        if (doc_is(n, "heading") && b.len > 80) break;
        if (doc_is(n, "heading") || doc_is(n, "table") || doc_is(n, "codeBlock")) continue;
        Str text = str_trim(doc_plain(a, n));
        if (b.len && text.len) buf_byte(&b, ' ');
        buf_add(&b, str_sub(text, 0, 2000));
    }
    Str all = buf_str(&b), cut = utf8_clip(all, 320);
    return cut.len < all.len ? arena_fmt(a, STR_FMT "…", STR_ARG(cut)) : all;
}

static Str digest_of(Arena *a, const DocNode *doc)
{
    unsigned char hash[16];
    char hex[33];
    Str json = doc_json(a, doc);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)json.at, json.len, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return arena_str(a, str_of(hex));
}

Err report_noted(Cx *cx, Str id)
{
    Report r;
    TRY(report_row(cx, id, &r));
    TRY(report_text_changed(cx, &r));
    return report_save(cx, &r, 0);
}

Err report_text_changed(Cx *cx, Report *r)
{
    DocNode *doc;
    return report_text_noted(cx, r, &doc);
}

Err report_text_noted(Cx *cx, Report *r, DocNode **ret_doc)
{
    DocNode *doc;
    Str text;
    TRY(document_read(cx, r->id, &doc));
    *ret_doc = doc;
    TRY(document_revision(cx, r->id, &r->revision));
    TRY(render_text(cx->arena, doc, &text));
    r->digest = digest_of(cx->arena, doc);
    r->excerpt = excerpt_of(cx->arena, doc);
    r->word_count = count_words(text);
    Str body = arena_fmt(cx->arena, STR_FMT "\n" STR_FMT, STR_ARG(r->reference), STR_ARG(text));
    return search_put(cx->store, cx->arena,
                      &(SearchDoc){ S("report"), r->id, r->title, body, r->audience, r->began_ms });
}

Err report_write(Cx *cx, Str id, const DocNode *content)
{
    Report r;
    TRY(report_row(cx, id, &r));
    TRY(document_replace(cx, id, content));
    TRY(report_text_changed(cx, &r));
    TRY(report_save(cx, &r, 0));
    return report_touch(cx, &r, "text_changed");
}

/* -- creating ---------------------------------------------------------------------------------------------------------- */

static Err incident_ids_of(Cx *cx, const Strs *given, Strs *ret)
{
    if (!given->len)
        return fail_field(cx->arena, S("incident_ids"), "a report is about one incident or more");
    list_each(given, i) {
        Str id;
        Err e = incident_resolve(cx, given->at[i], &id);
        if (err_is(e, ERR_NOT_FOUND))
            return fail_field(cx->arena, arena_fmt(cx->arena, "incident_ids[%zu]", i),
                              "there is no incident " STR_FMT, STR_ARG(given->at[i]));
        TRY(e);
        ids_add(cx->arena, ret, id);
    }
    return OK;
}

static Err put_incidents(Cx *cx, const Report *r, Strs ids)
{
    list_each(&ids, i) {
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_incident_put);
        stmt_str(&q, "report", r->id);
        stmt_str(&q, "incident", ids.at[i]);
        stmt_int(&q, "position", (int64_t)i);
        TRY(stmt_exec(&q));
        TRY(incident_report_set(cx, ids.at[i], (RecordRef){ r->id, r->reference, r->title },
                                r->state, r->published_ms, r->audience));
    }
    return OK;
}

Err report_tell_incidents(Cx *cx, const Report *r)
{
    Strs ids = { 0 };
    TRY(report_incident_ids(cx, r->id, &ids));
    list_each(&ids, i)
        TRY(incident_report_set(cx, ids.at[i], (RecordRef){ r->id, r->reference, r->title },
                                r->state, r->published_ms, r->audience));
    return OK;
}

static Err template_of(Cx *cx, const ReportInput *in, const Incident *incident, Template *ret)
{
    if (!in->template_id.len) {
        return template_for(
            cx, incident,
            in->language.len ? in->language : template_language(incident, cx->actor.locale), ret);
    }
    Err e = template_get(cx, in->template_id, ret);
    return err_is(e, ERR_NOT_FOUND) || (!e.info && ret->removed)
               ? fail_field(cx->arena, S("template_id"), "there is no template " STR_FMT,
                            STR_ARG(in->template_id))
               : e;
}

static Err owner_of(Cx *cx, Str given, UserRef *ret)
{
    *ret = (UserRef){ 0 };
    if (given.len) return user_named(cx, S("owner_id"), given, ret);
    if (cx->actor.id.len) *ret = (UserRef){ cx->actor.id, cx->actor.name, cx->actor.avatar_color };
    return OK;
}

/* A person who may not see it cannot own or review it. */
static Err may_see(Cx *cx, const Report *r, Str field, Str user, Str name)
{
    if (!r->audience.len || !user.len) return OK;
    Strs people = { 0 };
    TRY(access_people(cx, r->audience, &people));
    list_each(&people, i) if (str_eq(people.at[i], user)) return OK;
    return fail_field(cx->arena, field, STR_FMT " may not see this private report", STR_ARG(name));
}

Err report_add(Cx *cx, const ReportInput *in, Report *ret)
{
    Strs ids = { 0 };
    Gathered g;
    Template t;
    UserRef owner;
    DocNode *doc;
    Report r = { .id = id_new(cx->arena, cx->now_ms), .state = S("draft"), .overrides = S("{}") };
    TRY(incident_ids_of(cx, &in->incident_ids, &ids));
    TRY(report_gather(cx, ids, &g));
    const Incident *first = &g.incidents.at[0];
    TRY(template_of(cx, in, first, &t));
    TRY(owner_of(cx, in->owner_id, &owner));
    TRY(counter_next(cx, "PM", &r.number));
    r.reference = reference(cx->arena, "PM", r.number);
    r.title = in->title.len ? in->title : first->title;
    r.language = in->language.len ? in->language : t.language;
    r.severity = g.figures.severity;
    r.audience = g.audience;
    r.owner_id = owner.id;
    r.channel_id = first->channel_id;
    r.team_id = first->team_id;
    r.template = (Ref){ t.id, t.name };
    r.figures = report_figures_json(cx->arena, &g.figures);
    r.began_ms = g.began_ms;
    r.created_by.id = cx->actor.id;
    r.due_by_policy = !in->due_ms;
    r.due_ms = in->due_ms ? in->due_ms : report_due_of(cx, &g, r.severity, cx->now_ms);
    TRY(may_see(cx, &r, S("owner_id"), owner.id, owner.name));
    TRY(template_fill(cx, &t, first->id, cx->actor.time_zone, owner.name, &doc));
    for (size_t i = 1; i < ids.len; i++)
        TRY(template_append(cx, ids.at[i], r.language, cx->actor.time_zone, doc));
    TRY(document_create(cx, r.id, doc));
    TRY(report_insert(cx, &r));
    TRY(put_incidents(cx, &r, ids));
    TRY(report_put_kin(cx, r.id, &g));
    TRY(report_text_noted(cx, &r, &doc));
    TRY(report_mentions(cx, &r, doc, false, S("")));         /* whom the template names is told nothing */
    TRY(report_save(cx, &r, 0));
    TRY(report_news(cx, &r, "created",
                    arena_fmt(cx->arena, STR_FMT " created", STR_ARG(r.reference)), S("{}")));
    return report_get(cx, r.id, ret);
}

/* -- editing ----------------------------------------------------------------------------------------------------------- */

Err report_editable(Cx *cx, Str id, Report *ret)
{
    TRY(report_get(cx, id, ret));
    if (in_state(ret, "archived"))
        return fail(cx->arena, ERR_CONFLICT, STR_FMT " is archived: reopen it to change it",
                    STR_ARG(ret->reference));
    return ret->can_edit
               ? OK
               : fail(cx->arena, ERR_FORBIDDEN, "you may read " STR_FMT ", but not change it",
                      STR_ARG(ret->reference));
}

static Err documents_check(Cx *cx, const LinkedDocuments *list)
{
    list_each(list, i) {
        Str url = list->at[i].url;
        bool http = str_starts(url, S("https://")) || str_starts(url, S("http://"));
        if (!http || !doc_link_ok(url))
            return fail_field(cx->arena, arena_fmt(cx->arena, "linked_documents[%zu].url", i),
                              "a link begins with http:// or https://");
    }
    return OK;
}

static Err incidents_change(Cx *cx, Report *r, const Strs *given)
{
    Strs ids = { 0 }, before = { 0 };
    TRY(incident_ids_of(cx, given, &ids));
    TRY(report_incident_ids(cx, r->id, &before));
    list_each(&before, i) {
        bool kept = false;
        list_each(&ids, k) kept = kept || str_eq(ids.at[k], before.at[i]);
        if (!kept) TRY(incident_report_remove(cx, before.at[i], r->id));
    }
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_incident_clear);
    stmt_str(&q, "report", r->id);
    TRY(stmt_exec(&q));
    return put_incidents(cx, r, ids);
}

Err report_edit(Cx *cx, Str id, Present present, const ReportInput *in)
{
    Report r;
    UserRef owner;
    Ref ref = { 0 };
    TRY(report_editable(cx, id, &r));
    TRY(cx_match(cx, r.version));
#define HAS(member) shape_has(&report_edit_shape, present, offsetof(ReportInput, member))
    bool shown = HAS(title) || HAS(linked_documents) || HAS(metric_overrides) || HAS(incident_ids);
    if (HAS(title)) r.title = in->title;
    if (HAS(language)) r.language = in->language;
    if (HAS(due_ms)) { r.due_ms = in->due_ms; r.due_by_policy = false; }
    if (HAS(due_by_policy)) r.due_by_policy = in->due_by_policy;
    if (HAS(comments_by)) r.comments_by = in->comments_by;
    if (HAS(linked_documents)) {
        TRY(documents_check(cx, &in->linked_documents));
        r.linked_documents = in->linked_documents;
    }
    if (HAS(owner_id)) {
        if (in->owner_id.len) TRY(owner_of(cx, in->owner_id, &owner)); else owner = (UserRef){ 0 };
        TRY(may_see(cx, &r, S("owner_id"), owner.id, owner.name));
        r.owner_id = owner.id;
    }
    if (HAS(channel_id)) {
        if (in->channel_id.len) TRY(channel_named(cx, S("channel_id"), in->channel_id, &ref));
        r.channel_id = in->channel_id.len ? ref.id : S("");
    }
    if (HAS(team_id)) {
        if (in->team_id.len) TRY(team_named(cx, S("team_id"), in->team_id, &ref));
        r.team_id = in->team_id.len ? ref.id : S("");
    }
    if (HAS(metric_overrides))
        TRY(report_overrides_merge(cx, r.overrides, in->metric_overrides, &r.overrides));
    if (HAS(incident_ids)) TRY(incidents_change(cx, &r, &in->incident_ids));
#undef HAS
    if (shown && r.published_version) r.meta_changed = true;
    TRY(report_save(cx, &r, 1));
    TRY(report_refresh(cx, &r));
    TRY(report_text_changed(cx, &r));
    TRY(report_tell_incidents(cx, &r));
    return report_touch(cx, &r, "changed");
}

/* -- people ------------------------------------------------------------------------------------------------------------ */

Err report_author_add(Cx *cx, Str id, Str user)
{
    if (str_eq(user, S(ACCOUNT_AI))) return OK;              /* authors are people */
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_author_put);
    stmt_str(&q, "report", id);
    stmt_str(&q, "user", user);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

Err report_author_remove(Cx *cx, Str id, Str user)
{
    Report r;
    TRY(report_editable(cx, id, &r));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_author_remove);
    stmt_str(&q, "report", id);
    stmt_str(&q, "user", user);
    stmt_step(&q);
    bool removed = stmt_changes(&q) > 0;
    TRY(stmt_end(&q));
    if (!removed)
        return fail(cx->arena, ERR_NOT_FOUND, "this person is no author of " STR_FMT,
                    STR_ARG(r.reference));
    TRY(report_save(cx, &r, 1));
    return report_touch(cx, &r, "changed");
}

/* A decision is about the text that is there. */
static Err reviewer_put(Cx *cx, const Report *r, Str user, const char *state, Str note)
{
    bool decided = !str_eq(str_of(state), S("pending"));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_reviewer_put);
    stmt_str(&q, "report", r->id);
    stmt_str(&q, "user", user);
    stmt_str(&q, "state", str_of(state));
    stmt_str(&q, "note", note);
    stmt_int_or_null(&q, "decided_ms", decided ? cx->now_ms : 0);
    stmt_str(&q, "digest", decided ? r->digest : S(""));
    stmt_int(&q, "revision", decided ? r->revision : 0);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

/* -- states ------------------------------------------------------------------------------------------------------------ */

static Err wrong_state(Cx *cx, const Report *r, const char *wanted)
{
    return fail(cx->arena, ERR_CONFLICT, STR_FMT " is %s; it must be %s for that", STR_ARG(r->reference),
                in_state(r, "in_review") ? "in review" : arena_cstr(cx->arena, r->state), wanted);
}

static Err moved(Cx *cx, Report *r, const char *kind, const char *fmt, Str data)
{
    TRY(report_save(cx, r, 1));
    TRY(report_tell_incidents(cx, r));
    return report_news(
        cx, r, kind, arena_fmt(cx->arena, "%s %s", arena_cstr(cx->arena, r->reference), fmt), data);
}

static Str note_data(Cx *cx, Str note)
{
    Buf b = buf_new(cx->arena, 64 << 10);
    buf_add(&b, S("{\"note\":"));
    buf_json(&b, note);
    buf_byte(&b, '}');
    return buf_str(&b);
}

static bool among(const Strs *ids, Str id)
{
    list_each(ids, i) if (str_eq(ids->at[i], id)) return true;
    return false;
}

static Err reviewers_named(Cx *cx, const Report *r, const char *field, Strs given, Strs *ret)
{
    if (given.len > 20) return fail_field(cx->arena, str_of(field), "a report has at most 20 reviewers");
    list_each(&given, i) {
        UserRef user;
        Str one = arena_fmt(cx->arena, "%s[%zu]", field, i);
        TRY(user_named(cx, one, given.at[i], &user));
        TRY(may_see(cx, r, one, user.id, user.name));
        ids_add(cx->arena, ret, user.id);
    }
    return OK;
}

Err report_request_review(Cx *cx, Str id, Strs reviewer_ids, Strs again_ids)
{
    Report r;
    Strs named = { 0 }, again = { 0 }, there = { 0 }, asked = { 0 };
    TRY(report_editable(cx, id, &r));
    if (!in_state(&r, "draft") && !in_state(&r, "in_review")) return wrong_state(cx, &r, "a draft");
    if (!reviewer_ids.len) return fail_field(cx->arena, S("reviewer_ids"), "name at least one reviewer");
    TRY(reviewers_named(cx, &r, "reviewer_ids", reviewer_ids, &named));
    TRY(reviewers_named(cx, &r, "again_ids", again_ids, &again));
    list_each(&again, i)
        if (!among(&named, again.at[i])) return fail_field(cx->arena, arena_fmt(cx->arena, "again_ids[%zu]", i), "only a reviewer can be asked again");
    list_each(&r.reviewers, i) {
        ids_add(cx->arena, &there, r.reviewers.at[i].user.id);
        if (among(&named, r.reviewers.at[i].user.id)) continue;
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_report_reviewer_remove);
        stmt_str(&q, "report", id);
        stmt_str(&q, "user", r.reviewers.at[i].user.id);
        TRY(stmt_exec(&q));
    }
    bool goes_on = in_state(&r, "in_review");                /* a round that goes on keeps what was decided in it, and tells nobody twice */
    list_each(&named, i) {
        if (goes_on && among(&there, named.at[i]) && !among(&again, named.at[i])) continue;
        TRY(reviewer_put(cx, &r, named.at[i], "pending", S("")));
        *list_add(cx->arena, &asked) = named.at[i];
    }
    r.state = S("in_review");
    return moved(cx, &r, "review_requested", "sent to review",
                 arena_fmt(cx->arena, "{\"reviewers\":" STR_FMT "}", STR_ARG(strs_json(cx->arena, asked))));
}

Err report_approve(Cx *cx, Str id, Str note)
{
    Report r;
    TRY(report_editable(cx, id, &r));
    if (!in_state(&r, "in_review")) return wrong_state(cx, &r, "in review");
    if (str_eq(r.owner_id, cx->actor.id))
        return fail(cx->arena, ERR_FORBIDDEN,
                    "the owner of a report cannot approve it: somebody else must");
    TRY(reviewer_put(cx, &r, cx->actor.id, "approved", note));
    return moved(cx, &r, "approved", "approved", note_data(cx, note));
}

Err report_request_changes(Cx *cx, Str id, Str note)
{
    Report r;
    TRY(report_editable(cx, id, &r));
    if (!in_state(&r, "in_review")) return wrong_state(cx, &r, "in review");
    bool reviews = false;
    list_each(&r.reviewers, i) reviews = reviews || str_eq(r.reviewers.at[i].user.id, cx->actor.id);
    if (reviews && !str_trim(note).len) return fail_field(cx->arena, S("note"), "say what should change");
    if (reviews) TRY(reviewer_put(cx, &r, cx->actor.id, "changes_requested", note));
    r.state = S("draft");
    return moved(cx, &r, "changes_requested", "sent back to draft", note_data(cx, note));
}

Err report_archive(Cx *cx, Str id)
{
    Report r;
    TRY(report_editable(cx, id, &r));
    r.state = S("archived");
    TRY(moved(cx, &r, "archived", "archived", S("{}")));
    return report_news(cx, &r, "access_changed", S("Archived: read only"), S("{}"));
}

Err report_reopen(Cx *cx, Str id)
{
    Report r;
    TRY(report_get(cx, id, &r));
    bool writes = access_all(cx) || cx->actor.role >= ROLE_RESPONDER;
    if (!writes)
        return fail(cx->arena, ERR_FORBIDDEN, "you may read " STR_FMT ", but not change it",
                    STR_ARG(r.reference));
    if (in_state(&r, "draft")) return wrong_state(cx, &r, "archived, published or in review");
    r.state = in_state(&r, "archived") && r.published_version ? S("published") : S("draft");
    TRY(moved(cx, &r, "reopened", "reopened", S("{}")));
    return report_news(cx, &r, "access_changed", S("Reopened"), S("{}"));
}
