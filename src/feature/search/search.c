#include "feature/search/search.h"
#include "feature/alert/alert.h"
#include "feature/followup/followup.h"
#include "feature/incident/incident.h"
#include "feature/report/report.h"
#include "feature/warroom/warroom.h"
#include "store/search.h"

static const char *const kinds[] = { "incident", "report", "follow_up", "alert", "message", NULL };

static SHAPE(found_shape, Found, "Something that was found",
    FIELD(Found, kind, READ_ONLY, "What it is", .values = kinds),
    FIELD(Found, id, READ_ONLY, "Its id"),
    FIELD(Found, reference, READ_ONLY | NULLABLE, "INC-42, PM-7, FU-31; of a message its incident; null for alerts"),
    FIELD(Found, title, READ_ONLY, "Its title"),
    FIELD(Found, snippet, READ_ONLY,
    "Text around what matched; matches stand between U+E000 and U+E001"),
    FIELD(Found, state, READ_ONLY, "Its status or state"),
    FIELD(Found, severity, READ_ONLY | NULLABLE, "Severity, where it has one"),
    { .name = "at", .doc = "When it was", .type = FIELD_TIME, .flags = READ_ONLY,
    .offset = offsetof(Found, at_ms) });

/* ---- what a hit is, read as the actor. `ret->id` stays empty when they may not see it or it
 * is gone. */

static Err find_incident(Cx *cx, Str given, Found *ret)
{
    Incident i;
    Str id;
    TRY(incident_resolve(cx, given, &id));
    TRY(incident_row(cx, id, &i));
    *ret = (Found){ .kind = S("incident"), .id = i.id, .reference = i.reference, .title = i.title,
        .state = i.status, .severity = i.severity,
        .at_ms = i.impact_started_ms ? i.impact_started_ms : i.declared_ms };
    return OK;
}

static Err find_follow_up(Cx *cx, Str given, Found *ret)
{
    FollowUp f;
    Str id;
    TRY(followup_resolve(cx, given, &id));
    TRY(followup_get(cx, id, &f));
    *ret = (Found){ .kind = S("follow_up"), .id = f.id, .reference = f.reference, .title = f.title,
        .state = f.status, .at_ms = f.created_ms };
    return OK;
}

static Err find_report(Cx *cx, Str given, Found *ret)
{
    Report r;
    Str id;
    TRY(report_resolve(cx, given, &id));
    TRY(report_get(cx, id, &r));
    *ret = (Found){ .kind = S("report"), .id = r.id, .reference = r.reference, .title = r.title,
        .state = r.state, .severity = r.severity,
        .at_ms = r.published_ms ? r.published_ms : r.created_ms };
    return OK;
}

static Err find_alert(Cx *cx, Str given, Found *ret)
{
    Alert x;
    bool sees = false;
    TRY(alert_get(cx, given, &x));
    TRY(access_sees(cx, x.audience, &sees));
    if (!sees) return OK;
    *ret = (Found){ .kind = S("alert"), .id = x.id, .title = x.title, .state = x.status,
        .severity = x.severity, .at_ms = x.started_ms };
    return OK;
}

/* What was said: under the incident it was said about. */
static Err find_message(Cx *cx, Str given, Found *ret)
{
    Message m;
    Incident i;
    Str id;
    TRY(message_get(cx, given, &m));
    TRY(incident_resolve(cx, m.incident_id, &id));
    TRY(incident_row(cx, id, &i));
    *ret = (Found){ .kind = S("message"), .id = m.id, .reference = i.reference, .state = S(""), .at_ms = m.at_ms,
        .title = arena_fmt(cx->arena, STR_FMT ", " STR_FMT, STR_ARG(m.author.name), STR_ARG(i.title)) };
    return OK;
}

static const struct { const char *kind, *prefix; Err (*find)(Cx *cx, Str given, Found *ret);
    } finders[] = {
    { "incident", "INC", find_incident },
    { "report", "PM", find_report },
    { "follow_up", "FU", find_follow_up },
    { "alert", NULL, find_alert },
    { "message", NULL, find_message },
};
enum { N_FINDERS = sizeof finders / sizeof *finders };

static bool wants(Strs wanted, const char *kind)
{
    list_each(&wanted, i)
        if (str_eq(wanted.at[i], str_of(kind))) return true;
    return wanted.len == 0;
}

static Err add(Cx *cx, size_t finder, Str given, Str snippet, FoundList *ret)
{
    Found found = { 0 };
    Err e = finders[finder].find(cx, given, &found);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    if (str_empty(found.id)) return OK;
    list_each(ret, i)
        if (str_eq(ret->at[i].id, found.id)) return OK;
    found.snippet = snippet;
    *list_add(cx->arena, ret) = found;
    return OK;
}

Err search_all(Cx *cx, Str query, Strs wanted, int64_t limit, FoundList *ret)
{
    Str audiences = { 0 };
    SearchHits hits = { 0 };
    query = str_trim(query);
    if (str_empty(query)) return OK;
    for (size_t k = 0; k < N_FINDERS; k++)
        if (finders[k].prefix && wants(wanted, finders[k].kind) && reference_number(query,
            finders[k].prefix))
            TRY(add(cx, k, query, S(""), ret));
    TRY(access_audiences(cx, &audiences));
    TRY(search_find(cx->store, cx->arena, query, wanted.len ? strs_json(cx->arena, wanted) : S(""),
        audiences, (int)limit, &hits));
    list_each(&hits, i)
        for (size_t k = 0; k < N_FINDERS && (int64_t)ret->len < limit; k++)
            if (str_eq(hits.at[i].kind, str_of(finders[k].kind)))
                TRY(add(cx, k, hits.at[i].id, hits.at[i].snippet, ret));
    return OK;
}

static Err get_search(Cx *cx, Req *req, Res *res)
{
    Strs wanted = { 0 };
    FoundList found = { 0 };
    Str query = req_query(req, "q");
    if (query.len > 500) return fail_field(cx->arena, S("q"), "q has at most 500 bytes");
    TRY(req_filter(cx, req, "kind", kinds, &wanted));
    TRY(search_all(cx, query, wanted, req_limit(req), &found));
    res_list(cx, res, &found_shape, found.at, sizeof *found.at, found.len, (int64_t)found.len,
        (Cursor){ 0 }, (int64_t)found.len);
    return OK;
}

static const Route routes[] = {
    { GET, "/api/v1/search", ROLE_VIEWER, get_search, .reply = &found_shape, .flags = REPLY_LIST,
        .query = "q kind", .doc = "Looks for words everywhere, best first" },
    { 0 },
};

const Feature search_feature = { .name = "search", .routes = routes };
