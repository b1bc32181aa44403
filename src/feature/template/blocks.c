/* Facts → blocks of a document: tables, the timeline, and sentences that say only what is recorded. */
#include "base/time.h"
#include "document/words.h"
#include "feature/template/facts.h"
#include "feature/template/prose.h"

typedef struct Draw { Arena *a; const Facts *f; DocNodes *to; bool zh; } Draw;

static DocNode *block(Draw *d, const char *type)
{
    DocNode *n = doc_node(d->a, type);
    *list_add(d->a, d->to) = n;
    return n;
}

/* -- tables ------------------------------------------------------------------------------------------------------------ */

static DocNode *row(Draw *d, DocNode *table) { return doc_add(d->a, table, "tableRow"); }

static DocNode *cell(Draw *d, DocNode *row_, const char *type)
{
    return doc_add(d->a, doc_add(d->a, row_, type), "paragraph");
}

static void cell_text(Draw *d, DocNode *row_, Str text) { doc_text(d->a, cell(d, row_, "tableCell"), text); }

static void cell_link(Draw *d, DocNode *row_, Str text, Str href)
{
    DocNode *t = doc_text(d->a, cell(d, row_, "tableCell"), text);
    if (t && doc_link_ok(href)) doc_mark_attr(d->a, doc_mark(d->a, t, "link"), "href", href);
}

typedef struct Head { const char *en, *zh; } Head;

static DocNode *table(Draw *d, const Head *heads)
{
    DocNode *t = block(d, "table"), *r = row(d, t);
    for (size_t i = 0; heads[i].en; i++) doc_text(d->a, cell(d, r, "tableHeader"), str_of(d->zh ? heads[i].zh : heads[i].en));
    return t;
}

static Str at(Draw *d, int64_t ms)
{
    Str unknown = d->zh ? S("未记录") : S("not recorded");
    if (!ms) return unknown;
    Str text = words_time(d->a, ms, WORDS_DATE_TIME, d->f->locale, d->f->time_zone);
    return arena_fmt(d->a, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(words_zone(d->a, ms, d->f->locale, d->f->time_zone)));
}

static Str span(Draw *d, int64_t from, int64_t to)
{
    return from && to && to >= from ? words_duration(d->a, to - from, d->f->locale) : d->zh ? S("未记录") : S("not recorded");
}

static Str or_none(Draw *d, Str text) { return text.len ? text : d->zh ? S("未指定") : S("none"); }

static void fact(Draw *d, DocNode *t, const char *en, const char *zh, Str value)
{
    if (!value.len) return;
    DocNode *r = row(d, t);
    doc_text(d->a, cell(d, r, "tableHeader"), str_of(d->zh ? zh : en));
    cell_text(d, r, value);
}

static Str names_of(Draw *d, const Refs *refs)
{
    Strs names = { 0 };
    list_each(refs, i) *list_add(d->a, &names) = refs->at[i].name;
    return terms_joined(d->a, names, d->f->locale);
}

static void card(Draw *d)
{
    const Incident *i = &d->f->incident;
    DocNode *t = block(d, "table");
    fact(d, t, "Incident", "事件", arena_fmt(d->a, STR_FMT " " STR_FMT, STR_ARG(i->reference), STR_ARG(i->title)));
    fact(d, t, "Severity", "级别", term(i->severity, d->f->locale));
    fact(d, t, "Status", "状态", term(i->status, d->f->locale));
    fact(d, t, "Impact began", "影响开始", at(d, i->impact_started_ms));
    fact(d, t, "Detected", "发现", at(d, i->detected_ms));
    fact(d, t, "Mitigated", "缓解", at(d, i->mitigated_ms));
    fact(d, t, "Resolved", "恢复", at(d, i->resolved_ms));
    fact(d, t, "Impact lasted", "影响时长", span(d, i->impact_started_ms, i->impact_ended_ms));
    fact(d, t, "Services", "服务", names_of(d, &i->services));
    fact(d, t, "Incident commander", "事件指挥", prose_holders(d->a, d->f, "incident_commander"));
    fact(d, t, "Channel", "频道", i->channel.name);
}

static void follow_ups(Draw *d)
{
    static const Head heads[] = { { "Follow-up", "改进项" }, { "What", "内容" }, { "Owner", "负责人" }, { "Due", "截止" }, { "Status", "状态" }, { 0 } };
    if (!d->f->follow_ups.len) return;
    DocNode *t = table(d, heads);
    list_each(&d->f->follow_ups, i) {
        const FollowUp *u = &d->f->follow_ups.at[i];
        DocNode *r = row(d, t), *m = doc_add(d->a, cell(d, r, "tableCell"), "mention");
        doc_attr(d->a, m, "kind", S("follow_up"));
        doc_attr(d->a, m, "id", u->id);
        doc_attr(d->a, m, "label", u->reference);
        cell_text(d, r, u->title);
        cell_text(d, r, or_none(d, u->owner.name));
        cell_text(d, r, or_none(d, words_time(d->a, u->due_ms, WORDS_DATE, d->f->locale, d->f->time_zone)));
        cell_text(d, r, term(u->status, d->f->locale));
    }
}

static void alerts(Draw *d)
{
    static const Head heads[] = { { "Alert", "告警" }, { "Severity", "级别" }, { "Source", "来源" }, { "Fired", "触发" }, { "Resolved", "恢复" }, { 0 } };
    if (!d->f->alerts.len) return;
    DocNode *t = table(d, heads);
    for (size_t i = 0; i < d->f->alerts.len && i < 100; i++) {
        const Alert *x = &d->f->alerts.at[i];
        DocNode *r = row(d, t);
        cell_text(d, r, x->title);
        cell_text(d, r, term(x->severity, d->f->locale));
        cell_text(d, r, x->source.name);
        cell_text(d, r, at(d, x->started_ms));
        cell_text(d, r, x->ended_ms ? at(d, x->ended_ms) : term(x->status, d->f->locale));
    }
}

static void changes(Draw *d)
{
    static const Head heads[] = { { "When", "时间" }, { "Change", "变更" }, { "Kind", "类型" }, { "Author", "作者" }, { "Verdict", "结论" }, { 0 } };
    DocNode *t = NULL;
    list_each(&d->f->changes, i) {
        const Change *c = &d->f->changes.at[i];
        if (!t) t = table(d, heads);
        DocNode *r = row(d, t);
        cell_text(d, r, at(d, c->occurred_ms));
        cell_link(d, r, c->title, c->url);
        cell_text(d, r, term(c->kind, d->f->locale));
        cell_text(d, r, or_none(d, c->author));
        cell_text(d, r, term(c->relation, d->f->locale));
    }
}

static void impacts(Draw *d)
{
    static const Head heads[] = { { "What", "内容" }, { "Kind", "类型" }, { "From", "开始" }, { "To", "结束" }, { "Lasted", "时长" }, { "Customers", "客户" }, { 0 } };
    if (!d->f->incident.impacts.len) return;
    DocNode *t = table(d, heads);
    list_each(&d->f->incident.impacts, i) {
        const Impact *x = &d->f->incident.impacts.at[i];
        DocNode *r = row(d, t);
        cell_text(d, r, x->title.len ? x->title : names_of(d, &x->services));
        cell_text(d, r, term(x->kind, d->f->locale));
        cell_text(d, r, at(d, x->started_ms));
        cell_text(d, r, at(d, x->ended_ms));
        cell_text(d, r, span(d, x->started_ms, x->ended_ms));
        cell_text(d, r, x->customers_affected ? words_number(d->a, x->customers_affected) : d->zh ? S("未记录") : S("not recorded"));
    }
}

/** What the figure usually is here, or "". */
static Str usual_of(Draw *d, Str key)
{
    static const char *const keys[INCIDENT_USUAL] = { "time_to_acknowledge", "time_to_mitigate", "time_to_resolve" };
    for (size_t i = 0; i < INCIDENT_USUAL; i++)
        if (str_eq(key, str_of(keys[i])) && d->f->usual[i]) return words_duration(d->a, d->f->usual[i], d->f->locale);
    return S("");
}

static void metrics(Draw *d)
{
    static const Head heads[] = { { "Metric", "指标" }, { "Value", "数值" }, { 0 } };
    static const Head compared[] = { { "Metric", "指标" }, { "Value", "数值" }, { "Median of a year", "一年中位数" }, { 0 } };
    bool usual = d->f->usual[0] || d->f->usual[1] || d->f->usual[2];
    DocNode *t = NULL;
    list_each(&d->f->incident.metrics, i) {
        const Metric *m = &d->f->incident.metrics.at[i];
        /* the time to report is about this report; what cannot be known needs no row */
        if (str_eq(m->key, S("time_to_report")) || str_eq(m->status, S("not_applicable"))) continue;
        if (!t) t = table(d, usual ? compared : heads);
        DocNode *r = row(d, t);
        cell_text(d, r, term(m->key, d->f->locale));
        cell_text(d, r, str_eq(m->status, S("recorded")) ? words_duration(d->a, m->value_ms, d->f->locale) : term(m->status, d->f->locale));
        if (usual) cell_text(d, r, usual_of(d, m->key));
    }
}

static void responders(Draw *d)
{
    static const Head heads[] = { { "Who", "人员" }, { "Role", "角色" }, { "Joined", "加入" }, { 0 } };
    if (!d->f->incident.roles.len) return;
    DocNode *t = table(d, heads);
    list_each(&d->f->incident.roles, i) {
        const RoleHolder *h = &d->f->incident.roles.at[i];
        DocNode *r = row(d, t);
        cell_text(d, r, h->user.name);
        cell_text(d, r, term(h->role, d->f->locale));
        cell_text(d, r, at(d, h->joined_ms));
    }
}

/* -- timeline ---------------------------------------------------------------------------------------------------------- */

static void evidence(Draw *d, DocNode *p, const TimelineEvent *e)
{
    char text[TIME_TEXT_MAX];
    if (!e->evidence.kind.len || !e->evidence.title.len || str_eq(e->evidence.title, e->title)) return;
    doc_text(d->a, p, S(" "));
    DocNode *n = doc_add(d->a, p, "evidence");
    doc_attr(d->a, n, "kind", e->evidence.kind);
    doc_attr(d->a, n, "id", e->evidence.id);
    doc_attr(d->a, n, "title", e->evidence.title);
    doc_attr(d->a, n, "at", str_of(time_rfc3339(e->occurred_ms, text)));
    if (doc_link_ok(e->evidence.url)) doc_attr(d->a, n, "url", e->evidence.url);
}

static void event_text(Draw *d, DocNode *p, const TimelineEvent *e)
{
    static const char *const said[] = { "decision", "hypothesis", "action_taken", NULL };
    Str title = facts_event_title(d->a, d->f, e);
    for (size_t i = 0; said[i]; i++) {
        if (!str_eq(e->kind, str_of(said[i]))) continue;
        Str what = term(e->kind, d->f->locale), verdict = e->state.len && !str_eq(e->state, S("open")) ? term(e->state, d->f->locale) : S("");
        Str lead = verdict.len ? arena_fmt(d->a, d->zh ? STR_FMT "（" STR_FMT "）：" : STR_FMT ", " STR_FMT ":", STR_ARG(what), STR_ARG(verdict))
                               : arena_fmt(d->a, d->zh ? STR_FMT "：" : STR_FMT ":", STR_ARG(what));
        doc_mark(d->a, doc_text(d->a, p, lead), "bold");
        if (!d->zh) doc_text(d->a, p, S(" "));
    }
    doc_text(d->a, p, title);
    if (e->actor.name.len && e->hand_made) doc_text(d->a, p, arena_fmt(d->a, d->zh ? "（" STR_FMT "）" : " (" STR_FMT ")", STR_ARG(e->actor.name)));
    evidence(d, p, e);
}

typedef struct Rows { DocNode *table; Str day; } Rows;

static void event_row(Draw *d, Rows *rows, const TimelineEvent *e)
{
    DocNode *r = row(d, rows->table);
    Str today = words_time(d->a, e->occurred_ms, WORDS_DATE, d->f->locale, d->f->time_zone);
    bool first = !str_eq(today, rows->day);
    rows->day = today;
    cell_text(d, r, words_time(d->a, e->occurred_ms, first ? WORDS_DATE_TIME : WORDS_CLOCK, d->f->locale, d->f->time_zone));
    event_text(d, cell(d, r, "tableCell"), e);
}

/* The events of one phase under its name; NULL: those of none. */
static void phase_rows(Draw *d, Rows *rows, const TimelineEvents *events, const char *phase)
{
    bool named = false;
    list_each(events, i) {
        const TimelineEvent *e = &events->at[i];
        if (!str_eq(e->phase, str_of(phase))) continue;
        if (!named) {
            DocNode *r = row(d, rows->table), *p = cell(d, r, "tableCell");
            doc_attr_int(d->a, r->children.at[0], "colspan", 2);
            doc_mark(d->a, doc_text(d->a, p, phase ? term(str_of(phase), d->f->locale) : d->zh ? S("其他") : S("Other")), "bold");
            rows->day = S("");
            named = true;
        }
        event_row(d, rows, e);
    }
}

static void timeline(Draw *d)
{
    TimelineEvents events = { 0 };
    facts_key_events(d->a, d->f, &events);
    if (!events.len) return;
    Rows rows = { .table = block(d, "table") };
    DocNode *head = row(d, rows.table);
    Str zone = words_zone(d->a, events.at[0].occurred_ms, d->f->locale, d->f->time_zone);
    doc_text(d->a, cell(d, head, "tableHeader"), arena_fmt(d->a, d->zh ? "时间（" STR_FMT "）" : "Time (" STR_FMT ")", STR_ARG(zone)));
    doc_text(d->a, cell(d, head, "tableHeader"), d->zh ? S("事件") : S("Event"));
    if (!d->f->by_phase || d->f->phase.len) {
        list_each(&events, i) event_row(d, &rows, &events.at[i]);
        return;
    }
    for (size_t k = 0; timeline_phases[k]; k++) phase_rows(d, &rows, &events, timeline_phases[k]);
    phase_rows(d, &rows, &events, NULL);
}

/* -- claims ------------------------------------------------------------------------------------------------------------ */

static void chip(Draw *d, DocNode *p, const Source *source)
{
    char text[TIME_TEXT_MAX];
    doc_text(d->a, p, S(" "));
    DocNode *n = doc_add(d->a, p, "evidence");
    doc_attr(d->a, n, "kind", source->kind);
    doc_attr(d->a, n, "id", source->id);
    doc_attr(d->a, n, "title", source->title);
    if (source->at_ms) doc_attr(d->a, n, "at", str_of(time_rfc3339(source->at_ms, text)));
    if (doc_link_ok(source->url)) doc_attr(d->a, n, "url", source->url);
}

static void claim(Draw *d, DocNode *p, const Claim *c)
{
    if (c->lead.len) doc_mark(d->a, doc_text(d->a, p, c->lead), "bold");
    if (c->asks) {
        doc_mark(d->a, doc_text(d->a, p, d->zh ? S("待回答：") : S("To answer:")), "bold");
        if (!d->zh) doc_text(d->a, p, S(" "));
    }
    DocNode *t = doc_text(d->a, p, c->text);
    if (c->asks) doc_mark(d->a, t, "italic");
    list_each(&c->sources, i) chip(d, p, &c->sources.at[i]);
}

/** Sentences one after the other; questions stand by themselves. */
static void in_prose(Draw *d, const Claims *claims)
{
    DocNode *p = NULL;
    list_each(claims, i) {
        const Claim *c = &claims->at[i];
        bool joins = p && !c->asks && !(claims->at[i - 1].asks);
        if (!joins) p = block(d, "paragraph");
        else if (!d->zh || claims->at[i - 1].sources.len) doc_text(d->a, p, S(" "));
        claim(d, p, c);
    }
}

static void in_list(Draw *d, const Claims *claims)
{
    if (!claims->len) return;
    DocNode *list = block(d, "bulletList");
    list_each(claims, i) claim(d, doc_add(d->a, doc_add(d->a, list, "listItem"), "paragraph"), &claims->at[i]);
}

static void paragraphs(Draw *d, Str text)
{
    Str line;
    while (str_next(&text, '\n', &line))
        if (str_trim(line).len) doc_text(d->a, block(d, "paragraph"), str_trim(line));
}

#define CLAIMS(name, style) \
    static void name(Draw *d) { Claims all = { 0 }; claims_##name(d->a, d->f, &all); style(d, &all); }
CLAIMS(causes, in_list)
CLAIMS(response, in_list)
CLAIMS(communication, in_list)
CLAIMS(went_well, in_list)
CLAIMS(went_poorly, in_list)
CLAIMS(unknowns, in_list)
CLAIMS(impact, in_list)

static void overview(Draw *d)
{
    Claims all = { 0 };
    paragraphs(d, d->f->incident.summary);
    claims_overview(d->a, d->f, &all);
    in_prose(d, &all);
}

static void proposals(Draw *d)
{
    Claims all = { 0 };
    claims_proposals(d->a, d->f, &all);
    if (all.len) paragraphs(d, d->zh ? S("事件期间有人提到、尚未成为改进项的事：") : S("Said during the incident, and no follow-up yet:"));
    in_list(d, &all);
}

static void detection(Draw *d)
{
    Claims all = { 0 };
    claims_detection(d->a, d->f, &all);
    in_prose(d, &all);
    paragraphs(d, d->f->incident.detection_note);
}

typedef struct Kind { const char *name, *live; void (*draw)(Draw *d); } Kind;
static const Kind kinds[] = {
    { "incident.overview", NULL, overview }, { "incident.impact_overview", NULL, impact },
    { "incident.detection_overview", NULL, detection }, { "incident.causes_overview", NULL, causes }, { "incident.response_overview", NULL, response },
    { "incident.communication_overview", NULL, communication }, { "incident.went_well", NULL, went_well }, { "incident.went_poorly", NULL, went_poorly },
    { "incident.proposals", NULL, proposals }, { "incident.unknowns", NULL, unknowns },
    { "incident.card", "incident_card", card }, { "incident.timeline", "timeline", timeline }, { "incident.follow_ups", "follow_ups", follow_ups },
    { "incident.alerts", "alerts", alerts }, { "incident.changes", "changes", changes }, { "incident.impacts", "impacts", impacts },
    { "incident.metrics", "metrics", metrics }, { "incident.responder_table", NULL, responders }, { 0 },
};

void facts_block(const Facts *f, Arena *a, Str name, BlockMode mode, DocNodes *to)
{
    Draw d = { a, f, to, words_zh(f->locale) };
    for (size_t i = 0; kinds[i].name; i++) {
        if (!str_eq(name, str_of(kinds[i].name))) continue;
        if (mode == BLOCK_SNAPSHOT || !kinds[i].live) { kinds[i].draw(&d); return; }
        DocNode *n = block(&d, "liveBlock");
        doc_attr(a, n, "kind", str_of(kinds[i].live));
        doc_attr(a, n, "incident", f->incident.id);
        return;
    }
}

Str facts_block_of_live(Str kind)
{
    for (size_t i = 0; kinds[i].name; i++)
        if (kinds[i].live && str_eq(kind, str_of(kinds[i].live))) return str_of(kinds[i].name);
    return S("");
}
