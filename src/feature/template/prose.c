/* How a sentence is made, and those that tell the story: what, when, how found, how ended, who, why. */
#include "feature/template/prose.h"
#include <unicode/uchar.h>
#include "base/utf8.h"
#include "document/words.h"

#define CHIP_BYTES 80            /* a longer name of a source is cut */

/* ---- a sentence in the making */

Say say_new(Arena *a, const Facts *f, Claims *to) { return (Say){ .a = a, .f = f, .zh = words_zh(f->locale), .b = buf_new(a, 64 << 10), .to = to }; }

static bool is_han(uint32_t c) { return c != UTF8_BAD && u_hasBinaryProperty((UChar32)c, UCHAR_IDEOGRAPHIC); }
static bool is_latin(uint32_t c) { return c < 0x80 && u_isalnum((UChar32)c); }

/** Chinese is set with a space between its characters and Latin words or figures. */
static Str spaced(Say *s, Str text)
{
    if (!s->zh) return arena_str(s->a, text);
    Buf b = buf_new(s->a, 2 * text.len + 16);
    uint32_t before = ' ';
    for (size_t i = 0, w; i < text.len; i += w) {
        uint32_t c = utf8_next(text, i, &w);
        if ((is_han(before) && is_latin(c)) || (is_latin(before) && is_han(c))) buf_byte(&b, ' ');
        buf_add(&b, str_sub(text, i, w));
        before = c;
    }
    return buf_str(&b);
}

static void end(Say *s, bool asks)
{
    Str text = buf_str(&s->b);
    if (str_trim(text).len)
        *list_add(s->a, s->to) = (Claim){ .lead = s->lead, .text = spaced(s, text), .sources = s->sources, .asks = asks };
    buf_clear(&s->b);
    s->sources = (Sources){ 0 };
    s->lead = S("");
}

void say_end(Say *s) { end(s, false); }
void say_ask(Say *s) { end(s, true); }

static void add_source(Say *s, Source source)
{
    list_each(&s->sources, i) if (str_eq(s->sources.at[i].id, source.id)) return;
    source.title = utf8_clip(source.title, CHIP_BYTES);
    *list_add(s->a, &s->sources) = source;
}

void say_event(Say *s, const TimelineEvent *e)
{
    if (!e) return;
    json_t *data = json_loadb(e->data.at ? e->data.at : "", e->data.len, 0, NULL);
    Str to = str_eq(e->kind, S("status_changed")) ? term(json_str(data, "to"), s->f->locale) : S("");
    Str title = to.len ? arena_str(s->a, to) : facts_event_title(s->a, s->f, e);
    json_decref(data);
    bool said = str_eq(e->kind, S("decision")) || str_eq(e->kind, S("hypothesis")) || str_eq(e->kind, S("note"));
    add_source(s, (Source){ said ? e->kind : S("event"), e->id, title, S(""), e->occurred_ms });
}

void say_alert(Say *s, const Alert *x)
{
    if (x) add_source(s, (Source){ S("alert"), x->id, x->title, S(""), x->started_ms });
}

void say_change(Say *s, const Change *c)
{
    if (c) add_source(s, (Source){ S("change"), c->id, c->title, c->url, c->occurred_ms });
}

Str say_day(Say *s, int64_t ms)
{
    Str t = words_time(s->a, ms, WORDS_DATE_TIME, s->f->locale, s->f->time_zone), z = words_zone(s->a, ms, s->f->locale, s->f->time_zone);
    return arena_fmt(s->a, STR_FMT " " STR_FMT, STR_ARG(t), STR_ARG(z));
}

Str say_clock(Say *s, int64_t ms, int64_t near)
{
    Str day = words_time(s->a, ms, WORDS_DATE, s->f->locale, s->f->time_zone), other = words_time(s->a, near, WORDS_DATE, s->f->locale, s->f->time_zone);
    return str_eq(day, other) ? words_time(s->a, ms, WORDS_CLOCK, s->f->locale, s->f->time_zone) : say_day(s, ms);
}

Str say_lasted(Say *s, int64_t ms) { return words_duration_long(s->a, ms, s->f->locale); }

Str say_lower(Say *s, Str text)
{
    if (s->zh || !text.len || text.at[0] < 'A' || text.at[0] > 'Z' || (text.len > 1 && text.at[1] >= 'A' && text.at[1] <= 'Z')) return text;
    char *copy = (char *)arena_str(s->a, text).at;
    copy[0] = (char)(copy[0] | 32);
    return (Str){ copy, text.len };
}

const TimelineEvent *facts_event(const Facts *f, const char *kind, const char *to)
{
    list_each(&f->events, i) {
        const TimelineEvent *e = &f->events.at[i];
        if (!str_eq(e->kind, str_of(kind))) continue;
        if (!to) return e;
        json_t *data = json_loadb(e->data.at ? e->data.at : "", e->data.len, 0, NULL);
        bool found = str_eq(json_str(data, "to"), str_of(to));
        json_decref(data);
        if (found) return e;
    }
    return NULL;
}

const Alert *facts_first_alert(const Facts *f)
{
    const Alert *first = NULL;
    list_each(&f->alerts, i)
        if (f->alerts.at[i].started_ms && (!first || f->alerts.at[i].started_ms < first->started_ms)) first = &f->alerts.at[i];
    return first;
}

Str prose_holders(Arena *a, const Facts *f, const char *role)
{
    Strs names = { 0 };
    list_each(&f->incident.roles, i)
        if (str_eq(f->incident.roles.at[i].role, str_of(role))) ids_add(a, &names, f->incident.roles.at[i].user.name);
    return terms_joined(a, names, f->locale);
}

/* ---- the story */

static void what(Say *s)
{
    const Incident *i = &s->f->incident;
    Strs names = { 0 };
    list_each(&i->services, k) *list_add(s->a, &names) = i->services.at[k].name;
    Str services = terms_joined(s->a, names, s->f->locale), kind = say_lower(s, term(i->kind, s->f->locale));
    Str severity = str_eq(i->severity, S("unknown")) ? S("") : i->severity;
    const char *article = !severity.len && kind.len && strchr("aeiou", kind.at[0]) ? "an" : "a";
    if (s->zh) buf_fmt(&s->b, STR_FMT "是一起" STR_FMT STR_FMT, STR_ARG(i->reference), STR_ARG(severity), STR_ARG(kind));
    else buf_fmt(&s->b, STR_FMT " was %s " STR_FMT "%s" STR_FMT, STR_ARG(i->reference), article, STR_ARG(severity), severity.len ? " " : "", STR_ARG(kind));
    if (services.len) SAY(s, " that affected " STR_FMT, "，影响" STR_FMT, STR_ARG(services));
    SAY(s, ".", "。");
    say_end(s);
}

static void impact_time(Say *s)
{
    int64_t from = s->f->incident.impact_started_ms, to = s->f->incident.impact_ended_ms;
    if (!from) return;
    if (to >= from && to)
        SAY(s, "Impact began on " STR_FMT " and ended at " STR_FMT ", after " STR_FMT ".", "影响从 " STR_FMT " 持续到 " STR_FMT "，共 " STR_FMT "。",
            STR_ARG(say_day(s, from)), STR_ARG(say_clock(s, to, from)), STR_ARG(say_lasted(s, to - from)));
    else SAY(s, "Impact began on " STR_FMT ".", "影响始于 " STR_FMT "。", STR_ARG(say_day(s, from)));
    say_end(s);
}

static void found(Say *s)
{
    const Incident *i = &s->f->incident;
    Str how = say_lower(s, term(i->detection, s->f->locale));
    if (!i->detected_ms && !how.len) return;
    bool known = how.len && !str_eq(i->detection, S("other")), by_alert = str_eq(i->detection, S("alert")) || str_eq(i->detection, S("monitor"));
    int64_t after = i->impact_started_ms && i->detected_ms >= i->impact_started_ms ? i->detected_ms - i->impact_started_ms : -1;
    Str at = !i->detected_ms ? S("") : i->impact_started_ms ? say_clock(s, i->detected_ms, i->impact_started_ms) : say_day(s, i->detected_ms);
    if (s->zh) {
        buf_add(&s->b, S("问题"));
        if (at.len) buf_fmt(&s->b, "于 " STR_FMT " ", STR_ARG(at));
        if (known) buf_fmt(&s->b, "由" STR_FMT, STR_ARG(how));
        buf_add(&s->b, S("发现"));
        if (after > 0) buf_fmt(&s->b, "，距影响开始 " STR_FMT, STR_ARG(say_lasted(s, after)));
    } else {
        buf_add(&s->b, S("It was found"));
        if (known) buf_fmt(&s->b, " by %s " STR_FMT, strchr("aeiou", how.at[0]) ? "an" : "a", STR_ARG(how));
        if (at.len) buf_fmt(&s->b, " %s " STR_FMT, i->impact_started_ms ? "at" : "on", STR_ARG(at));
        if (after > 0) buf_fmt(&s->b, ", " STR_FMT " after impact began", STR_ARG(say_lasted(s, after)));
    }
    SAY(s, ".", "。");
    if (by_alert) say_alert(s, facts_first_alert(s->f));
    say_end(s);
}

static void mended(Say *s)
{
    const Incident *i = &s->f->incident;
    int64_t near = i->impact_started_ms ? i->impact_started_ms : i->declared_ms;
    if (!i->mitigated_ms && !i->resolved_ms) return;
    Str mitigated = i->mitigated_ms ? say_clock(s, i->mitigated_ms, near) : S(""), resolved = i->resolved_ms ? say_clock(s, i->resolved_ms, near) : S("");
    if (mitigated.len) SAY(s, "It was mitigated at " STR_FMT, "于 " STR_FMT " 得到缓解", STR_ARG(mitigated));
    if (resolved.len && mitigated.len) SAY(s, " and resolved at " STR_FMT, "，于 " STR_FMT " 恢复", STR_ARG(resolved));
    else if (resolved.len) SAY(s, "It was resolved at " STR_FMT, "于 " STR_FMT " 恢复", STR_ARG(resolved));
    SAY(s, ".", "。");
    if (mitigated.len) say_event(s, facts_event(s->f, "status_changed", "monitoring"));
    if (resolved.len) say_event(s, facts_event(s->f, "status_changed", "resolved"));
    say_end(s);
}

static void people(Say *s)
{
    Str lead = prose_holders(s->a, s->f, "incident_commander");
    Strs all = { 0 };
    list_each(&s->f->incident.roles, i) ids_add(s->a, &all, s->f->incident.roles.at[i].user.id);
    if (!lead.len) return;
    SAY(s, STR_FMT " led the response", STR_FMT "担任事件指挥", STR_ARG(lead));
    if (all.len > 1) SAY(s, "; %zu people took part", "，共 %zu 人参与处理", all.len);
    SAY(s, ".", "。");
    say_end(s);
}

static void why(Say *s)
{
    const Incident *i = &s->f->incident;
    Str trigger = str_eq(i->trigger, S("unknown")) ? S("") : say_lower(s, term(i->trigger, s->f->locale));
    Strs names = { 0 };
    list_each(&i->causes, k) *list_add(s->a, &names) = say_lower(s, i->causes.at[k].name);
    if (trigger.len) {
        SAY(s, "It was set off by: " STR_FMT, "触发原因：" STR_FMT, STR_ARG(trigger));
        if (i->trigger_note.len) SAY(s, ", " STR_FMT, "，" STR_FMT, STR_ARG(i->trigger_note));
        SAY(s, ".", "。");
        list_each(&s->f->changes, k)
            if (str_eq(s->f->changes.at[k].relation, S("caused"))) say_change(s, &s->f->changes.at[k]);
        say_end(s);
    }
    if (!names.len) return;
    if (s->zh) list_each(&names, k) buf_fmt(&s->b, "%s" STR_FMT, k ? "；" : "诱因：", STR_ARG(names.at[k]));
    else buf_fmt(&s->b, "Contributing factors: " STR_FMT, STR_ARG(terms_joined(s->a, names, s->f->locale)));
    SAY(s, ".", "。");
    say_end(s);
}

void claims_overview(Arena *a, const Facts *f, Claims *ret)
{
    Say s = say_new(a, f, ret);
    what(&s);
    impact_time(&s);
    found(&s);
    mended(&s);
    people(&s);
    why(&s);
}

/* ---- impact */

static Str names_of(Say *s, const Refs *refs)
{
    Strs names = { 0 };
    list_each(refs, i) *list_add(s->a, &names) = refs->at[i].name;
    return terms_joined(s->a, names, s->f->locale);
}

static void one_impact(Say *s, const Impact *x)
{
    const char *gap = s->zh ? "：" : ": ";
    SAY(s, " (" STR_FMT ")", "（" STR_FMT "）", STR_ARG(say_lower(s, term(x->kind, s->f->locale))));
    if (x->started_ms && x->ended_ms >= x->started_ms)
        SAY(s, "%sfrom " STR_FMT " to " STR_FMT ", " STR_FMT, "%s" STR_FMT " 至 " STR_FMT "，共 " STR_FMT, gap, STR_ARG(say_day(s, x->started_ms)),
            STR_ARG(say_clock(s, x->ended_ms, x->started_ms)), STR_ARG(say_lasted(s, x->ended_ms - x->started_ms)));
    else if (x->started_ms) SAY(s, "%ssince " STR_FMT, "%s始于 " STR_FMT, gap, STR_ARG(say_day(s, x->started_ms)));
    if (x->started_ms) gap = s->zh ? "；" : "; ";
    if (x->customers_affected) {
        const char *plural = x->customers_affected == 1 ? "" : "s";
        Str n = words_number(s->a, x->customers_affected);
        if (s->zh) buf_fmt(&s->b, "%s影响 " STR_FMT " 位客户", gap, STR_ARG(n));
        else buf_fmt(&s->b, "%s" STR_FMT " customer%s affected", gap, STR_ARG(n), plural);
        gap = s->zh ? "，" : ", ";
    }
    if (x->requests_affected)
    {
        Str n = words_number(s->a, x->requests_affected);
        if (s->zh) buf_fmt(&s->b, "%s" STR_FMT " 次请求受影响", gap, STR_ARG(n));
        else buf_fmt(&s->b, "%s" STR_FMT " request%s affected", gap, STR_ARG(n), x->requests_affected == 1 ? "" : "s");
    }
    if (x->description.len) SAY(s, ". " STR_FMT, "。" STR_FMT, STR_ARG(x->description));
    s->lead = x->title.len ? x->title : names_of(s, &x->services).len ? names_of(s, &x->services) : term(x->kind, s->f->locale);
    say_end(s);
}

void claims_impact(Arena *a, const Facts *f, Claims *ret)
{
    const Incident *i = &f->incident;
    Say s = say_new(a, f, ret);
    if (!i->impacts.len) impact_time(&s);
    list_each(&i->impacts, k) one_impact(&s, &i->impacts.at[k]);
    bool counted = false;
    list_each(&i->impacts, k) counted = counted || i->impacts.at[k].customers_affected || i->impacts.at[k].requests_affected;
    if (counted || str_eq(i->kind, S("near_miss"))) return;
    SAY(&s, "How many customers or requests were affected, and how is that known?", "有多少客户或请求受到影响？依据是什么？");
    say_ask(&s);
}

/* ---- detection */

static void first_alert(Say *s)
{
    const Alert *first = facts_first_alert(s->f);
    if (!first) return;
    Str clock = words_time(s->a, first->started_ms, WORDS_CLOCK_S, s->f->locale, s->f->time_zone), zone = words_zone(s->a, first->started_ms, s->f->locale, s->f->time_zone);
    const char *plural = s->f->alerts.len == 1 ? "" : "s";
    if (s->zh) buf_fmt(&s->b, "首条告警“" STR_FMT "”于 " STR_FMT " " STR_FMT " 触发，共收到 %zu 条告警。", STR_ARG(first->title), STR_ARG(clock), STR_ARG(zone), s->f->alerts.len);
    else buf_fmt(&s->b, "The first alert, “" STR_FMT "”, fired at " STR_FMT " " STR_FMT "; %zu alert%s came in.", STR_ARG(first->title), STR_ARG(clock), STR_ARG(zone), s->f->alerts.len, plural);
    say_alert(s, first);
    say_end(s);
}

void claims_detection(Arena *a, const Facts *f, Claims *ret)
{
    const Incident *i = &f->incident;
    const Alert *first = facts_first_alert(f);
    Say s = say_new(a, f, ret);
    found(&s);
    first_alert(&s);
    int64_t start = i->impact_started_ms;
    if (first && start && i->detected_ms > first->started_ms + 60000) {
        SAY(&s, "It had been firing for " STR_FMT " when the problem was noticed.", "问题被注意到时，它已触发 " STR_FMT "。", STR_ARG(say_lasted(&s, i->detected_ms - first->started_ms)));
        say_alert(&s, first);
        say_end(&s);
    }
    if (first && start && first->started_ms < start) {
        SAY(&s, "It fired " STR_FMT " before impact began.", "它在影响开始前 " STR_FMT " 就已触发。", STR_ARG(say_lasted(&s, start - first->started_ms)));
        say_alert(&s, first);
        say_end(&s);
    }
    if (!first) {
        SAY(&s, "No alert is recorded: which one should have told us?", "没有告警记录：本来哪一条告警应当提醒我们？");
        say_ask(&s);
    }
}
