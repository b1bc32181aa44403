/* Claims that weigh: why it happened, how the response went, what nobody has said yet. From marks that people made
 * (causes, changes, hypotheses), measured times, and gaps in the record. */
#include "document/words.h"
#include "feature/template/prose.h"

#define MINUTE 60000LL
#define QUICK_MS      (5 * MINUTE)       /* taken on, found: quick within this */
#define LATE_MS       (10 * MINUTE)      /* found, taken on, told: late after this */
#define GAP_MS        (20 * MINUTE)      /* without any event while impact lasts */
#define GAPS_MAX      3
#define SUSPECT_MS    (60 * MINUTE)
#define PROPOSALS_MAX 20

static int64_t metric(const Facts *f, const char *key)
{
    list_each(&f->incident.metrics, i) {
        const Metric *m = &f->incident.metrics.at[i];
        if (str_eq(m->key, str_of(key)) && str_eq(m->status, S("recorded"))) return m->value_ms;
    }
    return -1;
}

static bool customers_hurt(const Facts *f)
{
    list_each(&f->incident.impacts, i) if (f->incident.impacts.at[i].customers_affected > 0) return true;
    return str_eq(f->incident.severity, S("SEV-1")) || str_eq(f->incident.severity, S("SEV-2"));
}

/* ---- why */

static void changed(Say *s, const Change *c)
{
    Str kind = say_lower(s, term(c->kind, s->f->locale)), at = say_day(s, c->occurred_ms);
    bool caused = str_eq(c->relation, S("caused")), fixed = str_eq(c->relation, S("fixed"));
    if (!caused && !fixed) return;
    if (s->zh) buf_fmt(&s->b, "%s：“" STR_FMT "”（" STR_FMT "，" STR_FMT "）。", caused ? "被标记为起因的变更" : "使其恢复的变更", STR_ARG(c->title), STR_ARG(kind), STR_ARG(at));
    else buf_fmt(&s->b, "“" STR_FMT "” (" STR_FMT ", " STR_FMT ") is marked as what %s it.", STR_ARG(c->title), STR_ARG(kind), STR_ARG(at), caused ? "caused" : "mended");
    say_change(s, c);
    say_end(s);
}

static void suspected(Say *s)
{
    int64_t start = s->f->incident.impact_started_ms ? s->f->incident.impact_started_ms : s->f->incident.detected_ms;
    list_each(&s->f->changes, i) {
        const Change *c = &s->f->changes.at[i];
        int64_t before = start - c->occurred_ms;
        if (!str_eq(c->relation, S("suspect")) || !start || before < 0 || before > SUSPECT_MS) continue;
        SAY(s, "“" STR_FMT "” went out " STR_FMT " before: did it play a part?", "“" STR_FMT "”在此之前 " STR_FMT " 生效：它有影响吗？", STR_ARG(c->title), STR_ARG(say_lasted(s, before)));
        say_change(s, c);
        say_ask(s);
    }
}

static void thought(Say *s, const TimelineEvent *e)
{
    int64_t near = s->f->incident.impact_started_ms ? s->f->incident.impact_started_ms : s->f->incident.declared_ms;
    Str from = say_clock(s, e->occurred_ms, near), to = e->state_ms ? say_clock(s, e->state_ms, near) : S("");
    if (str_eq(e->state, S("confirmed"))) {
        SAY(s, "Confirmed: " STR_FMT " (thought of at " STR_FMT, "已证实：" STR_FMT "（" STR_FMT " 提出", STR_ARG(e->title), STR_ARG(from));
        if (to.len) SAY(s, ", confirmed at " STR_FMT, "，" STR_FMT " 证实", STR_ARG(to));
        SAY(s, ").", "）。");
    } else if (str_eq(e->state, S("rejected"))) {
        SAY(s, "It was first thought that: " STR_FMT " (" STR_FMT, "曾经认为：" STR_FMT "（" STR_FMT, STR_ARG(e->title), STR_ARG(from));
        if (to.len) SAY(s, ", dropped at " STR_FMT, "，" STR_FMT " 排除", STR_ARG(to));
        SAY(s, ").", "）。");
    } else {
        SAY(s, "“" STR_FMT "” was thought at " STR_FMT " and never settled: was it so?", STR_FMT " 提出的“" STR_FMT "”没有结论：是这样吗？",
            STR_ARG(s->zh ? from : e->title), STR_ARG(s->zh ? e->title : from));
        say_event(s, e);
        say_ask(s);
        return;
    }
    say_event(s, e);
    say_end(s);
}

void claims_causes(Arena *a, const Facts *f, Claims *ret)
{
    const Incident *i = &f->incident;
    Say s = say_new(a, f, ret);
    if (i->trigger_note.len) {
        Str trigger = term(i->trigger, f->locale);
        s.lead = str_eq(i->trigger, S("unknown")) ? S("") : trigger;
        SAY(&s, "%s" STR_FMT, "%s" STR_FMT, !s.lead.len ? "" : s.zh ? "：" : ": ", STR_ARG(i->trigger_note));
        say_end(&s);
    }
    list_each(&f->changes, k) changed(&s, &f->changes.at[k]);
    list_each(&f->events, k)
        if (str_eq(f->events.at[k].kind, S("hypothesis"))) thought(&s, &f->events.at[k]);
    bool caused = i->causes.len || i->trigger_note.len;
    list_each(&f->changes, k) caused = caused || str_eq(f->changes.at[k].relation, S("caused"));
    if (caused) return;
    suspected(&s);
    SAY(&s, "What made this possible? No cause, change or confirmed hypothesis is recorded.", "是什么使它可能发生？没有记录起因、变更或已证实的假设。");
    say_ask(&s);
}

/* ---- the response */

static const struct { const char *key, *en, *zh; } steps[] = {
    { "time_to_acknowledge", "Somebody took it on after", "响应用时" },
    { "time_to_mitigate", "Impact was mitigated after", "缓解用时" },
    { "time_to_resolve", "It was resolved after", "恢复用时" },
};

void claims_response(Arena *a, const Facts *f, Claims *ret)
{
    Say s = say_new(a, f, ret);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int64_t took = metric(f, steps[i].key), usual = f->usual[i];
        if (took < 0) continue;
        if (s.zh) buf_fmt(&s.b, "%s " STR_FMT, steps[i].zh, STR_ARG(say_lasted(&s, took)));
        else buf_fmt(&s.b, "%s " STR_FMT, steps[i].en, STR_ARG(say_lasted(&s, took)));
        if (usual > 0) SAY(&s, "; the median of the last year at this severity is " STR_FMT, "；过去一年同级别事件的中位数为 " STR_FMT, STR_ARG(say_lasted(&s, usual)));
        SAY(&s, ".", "。");
        if (i == 0) say_event(&s, facts_event(f, "acknowledged", NULL));
        say_end(&s);
    }
}

/* ---- what people outside were told */

static const TimelineEvent *first_told(const Facts *f)
{
    list_each(&f->events, i) if (str_eq(f->events.at[i].visibility, S("external"))) return &f->events.at[i];
    return NULL;
}

void claims_communication(Arena *a, const Facts *f, Claims *ret)
{
    Say s = say_new(a, f, ret);
    int64_t start = f->incident.impact_started_ms;
    const TimelineEvent *first = first_told(f);
    list_each(&f->events, i) {
        const TimelineEvent *e = &f->events.at[i];
        if (!str_eq(e->visibility, S("external"))) continue;
        SAY(&s, STR_FMT ": " STR_FMT, STR_FMT "：" STR_FMT, STR_ARG(say_clock(&s, e->occurred_ms, f->incident.declared_ms)), STR_ARG(facts_event_title(a, f, e)));
        if (e == first && start && e->occurred_ms > start) SAY(&s, " (" STR_FMT " after impact began)", "（影响开始后 " STR_FMT "）", STR_ARG(say_lasted(&s, e->occurred_ms - start)));
        SAY(&s, ".", "。");
        say_event(&s, e);
        say_end(&s);
    }
    if (first || !customers_hurt(f)) return;
    SAY(&s, "No notice to customers is recorded: was nobody told, and was that right?", "没有对客户通知的记录：是没有通知吗？这样合适吗？");
    say_ask(&s);
}

/* ---- well, poorly */

static void quick_or_slow(Say *s, bool well)
{
    for (size_t i = 1; i < sizeof steps / sizeof *steps; i++) {
        int64_t took = metric(s->f, steps[i].key), usual = s->f->usual[i];
        if (took < 0 || usual <= 0 || (well ? took * 3 > usual * 2 : took < usual * 2)) continue;
        const char *word = well ? s->zh ? "快" : "faster" : s->zh ? "慢" : "slower";
        if (s->zh) buf_fmt(&s->b, "比通常%s：%s " STR_FMT "，中位数为 " STR_FMT "。", word, steps[i].zh, STR_ARG(say_lasted(s, took)), STR_ARG(say_lasted(s, usual)));
        else buf_fmt(&s->b, "%s " STR_FMT ", %s than the median of " STR_FMT ".", steps[i].en, STR_ARG(say_lasted(s, took)), word, STR_ARG(say_lasted(s, usual)));
        say_end(s);
    }
}

void claims_went_well(Arena *a, const Facts *f, Claims *ret)
{
    Say s = say_new(a, f, ret);
    const Incident *i = &f->incident;
    bool by_machine = str_eq(i->detection, S("alert")) || str_eq(i->detection, S("monitor"));
    int64_t detect = metric(f, "time_to_detect"), acknowledge = metric(f, "time_to_acknowledge");
    if (by_machine && detect >= 0 && detect <= QUICK_MS) {
        SAY(&s, "Monitoring found it " STR_FMT " after impact began.", "监控在影响开始后 " STR_FMT "就发现了问题。", STR_ARG(say_lasted(&s, detect)));
        say_alert(&s, facts_first_alert(f));
        say_end(&s);
    }
    if (acknowledge >= 0 && acknowledge <= QUICK_MS) {
        SAY(&s, "Somebody took it on within " STR_FMT ".", "在 " STR_FMT "内有人响应。", STR_ARG(say_lasted(&s, acknowledge)));
        say_event(&s, facts_event(f, "acknowledged", NULL));
        say_end(&s);
    }
    list_each(&f->changes, k)
        if (str_eq(f->changes.at[k].relation, S("fixed"))) {
            SAY(&s, "“" STR_FMT "” ended it.", "“" STR_FMT "”使其恢复。", STR_ARG(f->changes.at[k].title));
            say_change(&s, &f->changes.at[k]);
            say_end(&s);
        }
    quick_or_slow(&s, true);
}

/** Longest first would jump about; in their order, the first few. */
static void gaps(Say *s)
{
    const Incident *i = &s->f->incident;
    int64_t from = i->detected_ms ? i->detected_ms : i->declared_ms, until = i->mitigated_ms ? i->mitigated_ms : i->resolved_ms;
    const TimelineEvent *before = NULL;
    int told = 0;
    if (!from || until <= from) return;
    for (size_t k = 0; k <= s->f->events.len && told < GAPS_MAX; k++) {
        const TimelineEvent *e = k < s->f->events.len ? &s->f->events.at[k] : NULL;
        int64_t at = e ? e->occurred_ms : until;
        if (at > until) at = until;
        if (at <= from) { before = e; continue; }
        if (at - from >= GAP_MS) {
            SAY(s, "Nothing is recorded between " STR_FMT " and " STR_FMT " (" STR_FMT "), while it went on.", STR_FMT " 至 " STR_FMT " 之间（" STR_FMT "）没有任何记录，而问题仍在持续。",
                STR_ARG(say_clock(s, from, i->declared_ms)), STR_ARG(say_clock(s, at, i->declared_ms)), STR_ARG(say_lasted(s, at - from)));
            say_event(s, before);
            say_event(s, e);
            say_end(s);
            told++;
        }
        from = at;
        before = e;
        if (at == until) break;
    }
}

static void unheard(Say *s)
{
    const Incident *i = &s->f->incident;
    const Alert *first = facts_first_alert(s->f);
    int64_t detect = metric(s->f, "time_to_detect"), acknowledge = metric(s->f, "time_to_acknowledge");
    if (str_eq(i->detection, S("customer_report")) || str_eq(i->detection, S("support_escalation"))) {
        SAY(s, "People outside noticed before our monitoring did.", "外部人员先于我们的监控发现了问题。");
        say_end(s);
    }
    if (detect > LATE_MS) {
        SAY(s, "It was found only " STR_FMT " after impact began.", "影响开始 " STR_FMT "后才发现。", STR_ARG(say_lasted(s, detect)));
        say_alert(s, first);
        say_end(s);
    }
    if (first && i->acknowledged_ms - first->started_ms > LATE_MS) {
        SAY(s, "“" STR_FMT "” fired for " STR_FMT " before somebody took it on.", "“" STR_FMT "”触发 " STR_FMT " 后才有人响应。", STR_ARG(first->title),
            STR_ARG(say_lasted(s, i->acknowledged_ms - first->started_ms)));
        say_alert(s, first);
        say_event(s, facts_event(s->f, "acknowledged", NULL));
        say_end(s);
    } else if (acknowledge > LATE_MS) {
        SAY(s, "Nobody took it on for " STR_FMT ".", STR_FMT " 内无人响应。", STR_ARG(say_lasted(s, acknowledge)));
        say_event(s, facts_event(s->f, "acknowledged", NULL));
        say_end(s);
    }
}

void claims_went_poorly(Arena *a, const Facts *f, Claims *ret)
{
    Say s = say_new(a, f, ret);
    const Incident *i = &f->incident;
    unheard(&s);
    gaps(&s);
    const TimelineEvent *told = first_told(f), *again = facts_event(f, "reopened", NULL), *rated = facts_event(f, "severity_changed", NULL);
    if (told && i->impact_started_ms && told->occurred_ms - i->impact_started_ms > LATE_MS && customers_hurt(f)) {
        SAY(&s, "Customers waited " STR_FMT " for the first word.", "客户等了 " STR_FMT "才得到第一次通知。", STR_ARG(say_lasted(&s, told->occurred_ms - i->impact_started_ms)));
        say_event(&s, told);
        say_end(&s);
    }
    if (again) {
        SAY(&s, "It came back at " STR_FMT ", after it had been taken for over.", "在认为已经结束之后，于 " STR_FMT " 再次出现。", STR_ARG(say_clock(&s, again->occurred_ms, i->declared_ms)));
        say_event(&s, again);
        say_end(&s);
    }
    if (rated && rated->occurred_ms - i->declared_ms > LATE_MS) {
        SAY(&s, "How bad it was became clear only " STR_FMT " after it was declared: " STR_FMT ".", "宣布后 " STR_FMT " 才看清严重程度：" STR_FMT "。",
            STR_ARG(say_lasted(&s, rated->occurred_ms - i->declared_ms)), STR_ARG(facts_event_title(a, f, rated)));
        say_event(&s, rated);
        say_end(&s);
    }
    quick_or_slow(&s, false);
}

/* ---- what was said ought to be done */

static const char *const wishes[] = {
    "we should", "we need to", "we must", "we have to", "let's", "lets ", "todo", "to do:", "action item", "follow up", "follow-up", "should be added", "should alert",
    "needs an alert", "in future", "next time", "需要", "应该", "应当", "后续", "改进", "待办", "下次", "增加告警", "补充监控", NULL,
};

static Str lowered(Arena *a, Str text)
{
    Str low = arena_str(a, text);
    for (size_t i = 0; i < low.len; i++)
        if (low.at[i] >= 'A' && low.at[i] <= 'Z') ((char *)low.at)[i] = (char)(low.at[i] + 32);
    return low;
}

static bool wishes_something(Arena *a, Str text)
{
    Str low = lowered(a, text);
    for (size_t i = 0; wishes[i]; i++)
        if (str_find(low, str_of(wishes[i])) >= 0) return true;
    return false;
}

/** What kind of follow-up it would be: by its words, else to prevent the same. */
static Str kind_of(Arena *a, Str text)
{
    static const struct { const char *word, *kind; } kinds[] = {
        { "alert", "detect" }, { "monitor", "detect" }, { "dashboard", "detect" }, { "notice it", "detect" }, { "告警", "detect" }, { "监控", "detect" }, { "巡检", "detect" },
        { "runbook", "document" }, { "document", "document" }, { "write down", "document" }, { "手册", "document" }, { "文档", "document" }, { "预案", "document" },
        { "train", "train" }, { "drill", "train" }, { "practise", "train" }, { "practice", "train" }, { "演练", "train" }, { "培训", "train" },
        { "roll back", "mitigate" }, { "rollback", "mitigate" }, { "fail over", "mitigate" }, { "failover", "mitigate" }, { "switch off", "mitigate" }, { "回滚", "mitigate" }, { "切换", "mitigate" },
        { "降级", "mitigate" }, { "find out", "investigate" }, { "investigate", "investigate" }, { "understand why", "investigate" }, { "排查", "investigate" }, { "查明", "investigate" },
        { "approval", "process" }, { "checklist", "process" }, { "on call", "process" }, { "on-call", "process" }, { "流程", "process" }, { "审批", "process" }, { "值班", "process" } };
    Str low = lowered(a, text);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) if (str_find(low, str_of(kinds[i].word)) >= 0) return str_of(kinds[i].kind);
    return S("prevent");
}

static bool is_follow_up(const Facts *f, Str title)
{
    list_each(&f->follow_ups, i) if (str_eq_nocase(f->follow_ups.at[i].title, title)) return true;
    return false;
}

void claims_proposals(Arena *a, const Facts *f, Claims *ret)
{
    static const char *const spoken[] = { "note", "decision", "message", "hypothesis", "action_taken", NULL };
    Say s = say_new(a, f, ret);
    list_each(&f->events, i) {
        const TimelineEvent *e = &f->events.at[i];
        bool said = false;
        for (size_t k = 0; spoken[k]; k++) said = said || str_eq(e->kind, str_of(spoken[k]));
        if (!said || ret->len >= PROPOSALS_MAX || is_follow_up(f, e->title)) continue;
        bool in_title = wishes_something(a, e->title);
        if (!in_title && !wishes_something(a, e->body)) continue;
        SAY(&s, STR_FMT, STR_FMT, STR_ARG(in_title ? e->title : e->body));
        SAY(&s, " (" STR_FMT, "（" STR_FMT, STR_ARG(say_lower(&s, term(kind_of(a, in_title ? e->title : e->body), f->locale))));
        if (e->actor.name.len) SAY(&s, ", " STR_FMT, "，" STR_FMT, STR_ARG(e->actor.name));
        SAY(&s, ")", "）");
        say_event(&s, e);
        say_end(&s);
    }
}

/* ---- what is not known */

void claims_unknowns(Arena *a, const Facts *f, Claims *ret)
{
    static const struct { size_t at; const char *en, *zh; } times[] = {
        { offsetof(Incident, impact_started_ms), "When did impact begin?", "影响从什么时候开始？" },
        { offsetof(Incident, detected_ms), "When was it noticed?", "什么时候被发现？" },
        { offsetof(Incident, acknowledged_ms), "When did somebody take it on?", "什么时候有人响应？" },
        { offsetof(Incident, mitigated_ms), "When was impact mitigated?", "影响什么时候得到缓解？" },
        { offsetof(Incident, resolved_ms), "When was it resolved?", "什么时候恢复？" },
    };
    Say s = say_new(a, f, ret);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (*(const int64_t *)(const void *)((const char *)&f->incident + times[i].at)) continue;
        SAY(&s, "%s", "%s", s.zh ? times[i].zh : times[i].en);
        say_ask(&s);
    }
    Claims rest = { 0 };
    claims_impact(a, f, &rest);
    claims_detection(a, f, &rest);
    claims_causes(a, f, &rest);
    claims_communication(a, f, &rest);
    list_each(&rest, i) if (rest.at[i].asks) *list_add(a, ret) = rest.at[i];
    if (!prose_holders(a, f, "incident_commander").len) {
        SAY(&s, "Who led the response?", "谁担任事件指挥？");
        say_ask(&s);
    }
}
