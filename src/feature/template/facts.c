#include "app/app.h"
#include "document/words.h"
#include "feature/template/facts.h"

/* A follow-up, or an event about it, may be private by a report that not everybody sees who sees the incident. */
static bool is_for(const Incident *i, Str readers, Str audience)
{
    return str_empty(audience) || str_eq(audience, i->audience) || str_eq(audience, readers);
}

Err facts_gather(Cx *cx, Str incident, Str locale, Str time_zone, Str owner, Str readers, Facts **ret)
{
    Facts *f = arena_make(cx->arena, Facts);
    f->locale = words_zh(locale) ? S("zh") : S("en");
    f->time_zone = str_empty(time_zone) ? S("UTC") : time_zone;
    f->owner = owner;
    f->now_ms = cx->now_ms;
    Cx reader = *cx;
    reader.actor.locale = f->locale;                         /* names of factors are those of the text's language */
    TRY(incident_get(&reader, incident, &f->incident));
    f->url = app_link(cx, arena_fmt(cx->arena, "/incidents/" STR_FMT, STR_ARG(f->incident.reference)));
    TRY(incident_usual(cx, &f->incident, f->usual));
    TimelineEvents events = { 0 };
    FollowUps follow_ups = { 0 };
    TRY(timeline_all(cx, f->incident.id, &(TimelineFilter){ 0 }, &events));
    list_each(&events, i)
        if (is_for(&f->incident, readers, events.at[i].audience)) *list_add(cx->arena, &f->events) = events.at[i];
    TRY(alert_list_of(cx, f->incident.id, 500, &f->alerts));
    FollowUpFilter mine = { .sort = S("due") };
    *list_add(cx->arena, &mine.incident) = f->incident.id;
    TRY(followup_list(cx, &mine, (Cursor){ 0 }, 200, &follow_ups));
    list_each(&follow_ups, i)
        if (is_for(&f->incident, readers, follow_ups.at[i].audience))
            *list_add(cx->arena, &f->follow_ups) = follow_ups.at[i];
    Changes linked = { 0 };
    TRY(change_list_of(cx, f->incident.id, 500, &linked));
    list_each(&linked, i)
        if (!str_eq(linked.at[i].relation, S("dismissed"))) *list_add(cx->arena, &f->changes) = linked.at[i];
    *ret = f;
    return OK;
}

static bool tells_the_story(const TimelineEvent *e)
{
    static const char *const kinds[] = { "created", "status_changed", "severity_changed", "acknowledged", "alert_attached", "alert_resolved", "change",
                                         "decision", "hypothesis", "action_taken", "note", "merged", "reopened", NULL };
    if (e->phase.len) return true;
    for (size_t i = 0; kinds[i]; i++)
        if (str_eq(e->kind, str_of(kinds[i]))) return true;
    return false;
}

/* A block may say that it shows everything, or one phase. */
static bool is_chosen(const Facts *f, const TimelineEvent *e)
{
    return f->phase.len ? str_eq(e->phase, f->phase) : f->all_events || f->by_phase;
}

void facts_key_events(Arena *a, const Facts *f, TimelineEvents *ret)
{
    if (f->phase.len || f->all_events || f->by_phase) {
        list_each (&f->events, i)
            if (ret->len < 200 && is_chosen(f, &f->events.at[i])) *list_add(a, ret) = f->events.at[i];
        return;
    }
    size_t starred = 0;
    list_each(&f->events, i) starred += f->events.at[i].starred;
    list_each(&f->events, i) {
        const TimelineEvent *e = &f->events.at[i];
        if (ret->len >= 200) return;
        if (e->starred || (starred < 3 && tells_the_story(e))) *list_add(a, ret) = *e;
    }
}

/* Rows that wrote themselves carry English titles and the facts behind them; those of people stay as they are. */
static const struct { const char *kind, *zh; } wordings[] = {
    { "created", "宣布事件" }, { "acknowledged", "已响应" }, { "reopened", "重新打开" }, { "report_created", "创建复盘" },
    { "report_published", "发布复盘" }, { "merged", "合并事件" }, { 0 },
};

static Str alerts_in_chinese(Arena *a, const json_t *data, bool fired)
{
    const json_t *list = json_object_get(data, "alerts");
    Str title = json_str(json_array_get(list, 0), "title");
    long long n = (long long)json_integer_value(json_object_get(data, "count"));
    if (!title.len) return S("");
    return n > 1 ? arena_fmt(a, "%s：" STR_FMT "（共 %lld 条）", fired ? "告警触发" : "告警恢复", STR_ARG(title), n)
                 : arena_fmt(a, "%s：" STR_FMT, fired ? "告警触发" : "告警恢复", STR_ARG(title));
}

static Str in_chinese(Arena *a, const TimelineEvent *e, const json_t *data)
{
    Str zh = S("zh"), from = term(json_str(data, "from"), zh), to = term(json_str(data, "to"), zh);
    bool status = str_eq(e->kind, S("status_changed")), fired = str_eq(e->kind, S("alert_attached"));
    if ((status || str_eq(e->kind, S("severity_changed"))) && from.len && to.len)
        return arena_fmt(a, "%s由“" STR_FMT "”变为“" STR_FMT "”", status ? "状态" : "级别", STR_ARG(from), STR_ARG(to));
    if (fired || str_eq(e->kind, S("alert_resolved"))) return alerts_in_chinese(a, data, fired);
    if (str_eq(e->kind, S("change")) && json_str(data, "title").len)
        return arena_fmt(a, "变更（" STR_FMT "）：" STR_FMT, STR_ARG(term(json_str(data, "relation"), zh)), STR_ARG(json_str(data, "title")));
    for (size_t i = 0; wordings[i].kind; i++)
        if (str_eq(e->kind, str_of(wordings[i].kind))) return str_of(wordings[i].zh);
    return S("");
}

Str facts_event_title(Arena *a, const Facts *f, const TimelineEvent *e)
{
    if (!words_zh(f->locale) || e->hand_made) return e->title;
    json_t *data = json_loadb(e->data.at ? e->data.at : "", e->data.len, 0, NULL);
    Str title = in_chinese(a, e, data);
    json_decref(data);
    return title.len ? title : e->title;
}
