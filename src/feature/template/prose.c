#include <unicode/uchar.h>
#include "base/utf8.h"
#include "document/words.h"
#include "feature/template/prose.h"

typedef struct Say { Buf b; Arena *a; const Facts *f; bool zh; } Say;

static bool is_han(uint32_t c) { return c != UTF8_BAD && u_hasBinaryProperty((UChar32)c, UCHAR_IDEOGRAPHIC); }
static bool is_latin(uint32_t c) { return c < 0x80 && u_isalnum((UChar32)c); }

/* Chinese is set with a space between its characters and Latin words or figures. */
static Str said(Say *s)
{
    Str text = buf_str(&s->b);
    if (!s->zh) return text;
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

static Say say_new(Arena *a, const Facts *f) { return (Say){ buf_new(a, 64 << 10), a, f, words_zh(f->locale) }; }

static Str day_time(Say *s, int64_t ms)
{
    Str t = words_time(s->a, ms, WORDS_DATE_TIME, s->f->locale, s->f->time_zone), z = words_zone(s->a, ms, s->f->locale, s->f->time_zone);
    return arena_fmt(s->a, STR_FMT " " STR_FMT, STR_ARG(t), STR_ARG(z));
}

/* The time of day alone when it is the day of `near`. */
static Str clock_near(Say *s, int64_t ms, int64_t near)
{
    Str day = words_time(s->a, ms, WORDS_DATE, s->f->locale, s->f->time_zone), other = words_time(s->a, near, WORDS_DATE, s->f->locale, s->f->time_zone);
    return str_eq(day, other) ? words_time(s->a, ms, WORDS_CLOCK, s->f->locale, s->f->time_zone) : day_time(s, ms);
}

static Str lasted(Say *s, int64_t ms) { return words_duration_long(s->a, ms, s->f->locale); }

static Str lower(Arena *a, Str s, bool zh)
{
    if (zh || !s.len || s.at[0] < 'A' || s.at[0] > 'Z' || (s.len > 1 && s.at[1] >= 'A' && s.at[1] <= 'Z')) return s;
    char *copy = (char *)arena_str(a, s).at;
    copy[0] = (char)(copy[0] | 32);
    return (Str){ copy, s.len };
}

/* Begins a sentence. English divides by a space. */
static void next(Say *s) { if (s->b.len && !s->zh) buf_byte(&s->b, ' '); }

Str prose_holders(Arena *a, const Facts *f, const char *role)
{
    Strs names = { 0 };
    list_each(&f->incident.roles, i)
        if (str_eq(f->incident.roles.at[i].role, str_of(role))) ids_add(a, &names, f->incident.roles.at[i].user.name);
    return terms_joined(a, names, f->locale);
}

static void what(Say *s)
{
    const Incident *i = &s->f->incident;
    Strs names = { 0 };
    list_each(&i->services, k) *list_add(s->a, &names) = i->services.at[k].name;
    Str services = terms_joined(s->a, names, s->f->locale), kind = lower(s->a, term(i->kind, s->f->locale), s->zh);
    bool rated = !str_eq(i->severity, S("unknown"));
    if (s->zh) {
        buf_fmt(&s->b, STR_FMT "是一起" STR_FMT STR_FMT, STR_ARG(i->reference), STR_ARG(rated ? i->severity : S("")), STR_ARG(kind));
        if (services.len) buf_fmt(&s->b, "，影响" STR_FMT, STR_ARG(services));
        buf_add(&s->b, S("。"));
        return;
    }
    bool vowel = !rated && kind.len && strchr("aeiou", kind.at[0]);
    buf_fmt(&s->b, STR_FMT " was %s " STR_FMT "%s" STR_FMT, STR_ARG(i->reference), vowel ? "an" : "a", STR_ARG(rated ? i->severity : S("")),
            rated ? " " : "", STR_ARG(kind));
    if (services.len) buf_fmt(&s->b, " that affected " STR_FMT, STR_ARG(services));
    buf_byte(&s->b, '.');
}

static void impact_time(Say *s)
{
    const Incident *i = &s->f->incident;
    int64_t from = i->impact_started_ms, to = i->impact_ended_ms;
    if (!from) return;
    next(s);
    if (to >= from && to) {
        if (s->zh) buf_fmt(&s->b, "影响从 " STR_FMT " 持续到 " STR_FMT "，共 " STR_FMT "。", STR_ARG(day_time(s, from)), STR_ARG(clock_near(s, to, from)), STR_ARG(lasted(s, to - from)));
        else buf_fmt(&s->b, "Impact began on " STR_FMT " and ended at " STR_FMT ", after " STR_FMT ".", STR_ARG(day_time(s, from)), STR_ARG(clock_near(s, to, from)), STR_ARG(lasted(s, to - from)));
    } else if (s->zh) buf_fmt(&s->b, "影响始于 " STR_FMT "。", STR_ARG(day_time(s, from)));
    else buf_fmt(&s->b, "Impact began on " STR_FMT ".", STR_ARG(day_time(s, from)));
}

static void found(Say *s)
{
    const Incident *i = &s->f->incident;
    Str how = lower(s->a, term(i->detection, s->f->locale), s->zh);
    if (!i->detected_ms && !how.len) return;
    bool known = how.len && !str_eq(i->detection, S("other"));
    int64_t after = i->impact_started_ms && i->detected_ms >= i->impact_started_ms ? i->detected_ms - i->impact_started_ms : -1;
    next(s);
    if (s->zh) {
        if (i->detected_ms) buf_fmt(&s->b, "问题于 " STR_FMT " ", STR_ARG(i->impact_started_ms ? clock_near(s, i->detected_ms, i->impact_started_ms) : day_time(s, i->detected_ms)));
        else buf_add(&s->b, S("问题"));
        if (known) buf_fmt(&s->b, "由" STR_FMT, STR_ARG(how));
        buf_add(&s->b, S("发现"));
        if (after > 0) buf_fmt(&s->b, "，距影响开始 " STR_FMT, STR_ARG(lasted(s, after)));
        buf_add(&s->b, S("。"));
        return;
    }
    buf_add(&s->b, S("It was found"));
    if (known) buf_fmt(&s->b, " by %s " STR_FMT, strchr("aeiou", how.at[0]) ? "an" : "a", STR_ARG(how));
    if (i->detected_ms) buf_fmt(&s->b, i->impact_started_ms ? " at " STR_FMT : " on " STR_FMT, STR_ARG(i->impact_started_ms ? clock_near(s, i->detected_ms, i->impact_started_ms) : day_time(s, i->detected_ms)));
    if (after > 0) buf_fmt(&s->b, ", " STR_FMT " after impact began", STR_ARG(lasted(s, after)));
    buf_byte(&s->b, '.');
}

static void mended(Say *s)
{
    const Incident *i = &s->f->incident;
    int64_t near = i->impact_started_ms ? i->impact_started_ms : i->declared_ms;
    if (!i->mitigated_ms && !i->resolved_ms) return;
    Str mitigated = i->mitigated_ms ? clock_near(s, i->mitigated_ms, near) : S(""), resolved = i->resolved_ms ? clock_near(s, i->resolved_ms, near) : S("");
    next(s);
    if (s->zh) {
        if (mitigated.len) buf_fmt(&s->b, "于 " STR_FMT " 得到缓解", STR_ARG(mitigated));
        if (resolved.len) buf_fmt(&s->b, "%s于 " STR_FMT " 恢复", mitigated.len ? "，" : "", STR_ARG(resolved));
        buf_add(&s->b, S("。"));
        return;
    }
    if (mitigated.len) buf_fmt(&s->b, "It was mitigated at " STR_FMT, STR_ARG(mitigated));
    if (resolved.len) buf_fmt(&s->b, "%s resolved at " STR_FMT, mitigated.len ? " and" : "It was", STR_ARG(resolved));
    buf_byte(&s->b, '.');
}

static void people(Say *s)
{
    Str lead = prose_holders(s->a, s->f, "incident_commander");
    Strs all = { 0 };
    list_each(&s->f->incident.roles, i) ids_add(s->a, &all, s->f->incident.roles.at[i].user.id);
    if (!lead.len) return;
    next(s);
    if (s->zh) {
        buf_fmt(&s->b, STR_FMT "担任事件指挥", STR_ARG(lead));
        if (all.len > 1) buf_fmt(&s->b, "，共 %zu 人参与处理", all.len);
        buf_add(&s->b, S("。"));
    } else {
        buf_fmt(&s->b, STR_FMT " led the response", STR_ARG(lead));
        if (all.len > 1) buf_fmt(&s->b, "; %zu people took part", all.len);
        buf_byte(&s->b, '.');
    }
}

static void why(Say *s)
{
    const Incident *i = &s->f->incident;
    Str trigger = str_eq(i->trigger, S("unknown")) ? S("") : lower(s->a, term(i->trigger, s->f->locale), s->zh);
    Strs names = { 0 };
    list_each(&i->causes, k) *list_add(s->a, &names) = lower(s->a, cause_words(i->causes.at[k].name, s->f->locale), s->zh);
    if (trigger.len) {
        next(s);
        buf_fmt(&s->b, s->zh ? "触发原因：" STR_FMT "%s" STR_FMT "。" : "It was set off by: " STR_FMT "%s" STR_FMT ".", STR_ARG(trigger),
                i->trigger_note.len ? s->zh ? "，" : ", " : "", STR_ARG(i->trigger_note));
    }
    if (!names.len) return;
    next(s);
    if (!s->zh) { buf_fmt(&s->b, "Contributing factors: " STR_FMT ".", STR_ARG(terms_joined(s->a, names, s->f->locale))); return; }
    list_each(&names, k) buf_fmt(&s->b, "%s" STR_FMT, k ? "；" : "诱因：", STR_ARG(names.at[k]));
    buf_add(&s->b, S("。"));
}

Str prose_overview(Arena *a, const Facts *f)
{
    Say s = say_new(a, f);
    what(&s);
    impact_time(&s);
    found(&s);
    mended(&s);
    people(&s);
    why(&s);
    return said(&s);
}

Str prose_impact_times(Arena *a, const Facts *f)
{
    Say s = say_new(a, f);
    impact_time(&s);
    return said(&s);
}

Str prose_detection(Arena *a, const Facts *f)
{
    Say s = say_new(a, f);
    found(&s);
    const Alert *first = NULL;
    list_each(&f->alerts, i)
        if (!first || f->alerts.at[i].started_ms < first->started_ms) first = &f->alerts.at[i];
    if (first && first->started_ms) {
        next(&s);
        Str clock = words_time(a, first->started_ms, WORDS_CLOCK_S, f->locale, f->time_zone), zone = words_zone(a, first->started_ms, f->locale, f->time_zone);
        if (s.zh) buf_fmt(&s.b, "首条告警“" STR_FMT "”于 " STR_FMT " " STR_FMT " 触发，共收到 %zu 条告警。", STR_ARG(first->title), STR_ARG(clock), STR_ARG(zone), f->alerts.len);
        else buf_fmt(&s.b, "The first alert, “" STR_FMT "”, fired at " STR_FMT " " STR_FMT "; %zu alert%s came in.", STR_ARG(first->title), STR_ARG(clock), STR_ARG(zone),
                     f->alerts.len, f->alerts.len == 1 ? "" : "s");
    }
    return said(&s);
}

Str prose_impact(Arena *a, const Facts *f, const Impact *x)
{
    Say s = say_new(a, f);
    Buf *b = &s.b;
    buf_fmt(b, s.zh ? "（" STR_FMT "）" : " (" STR_FMT ")", STR_ARG(lower(a, term(x->kind, f->locale), s.zh)));
    const char *gap = s.zh ? "：" : ": ";
    if (x->started_ms && x->ended_ms >= x->started_ms) {
        buf_fmt(b, s.zh ? "%s" STR_FMT " 至 " STR_FMT "，共 " STR_FMT : "%sfrom " STR_FMT " to " STR_FMT ", " STR_FMT, gap, STR_ARG(day_time(&s, x->started_ms)),
                STR_ARG(clock_near(&s, x->ended_ms, x->started_ms)), STR_ARG(lasted(&s, x->ended_ms - x->started_ms)));
        gap = s.zh ? "；" : "; ";
    } else if (x->started_ms) {
        buf_fmt(b, s.zh ? "%s始于 " STR_FMT : "%ssince " STR_FMT, gap, STR_ARG(day_time(&s, x->started_ms)));
        gap = s.zh ? "；" : "; ";
    }
    if (x->customers_affected) {
        Str n = words_number(a, x->customers_affected);
        buf_fmt(b, s.zh ? "%s影响 " STR_FMT " 位客户" : "%s" STR_FMT " customer%s affected", gap, STR_ARG(n), x->customers_affected == 1 ? "" : "s");
        gap = s.zh ? "，" : ", ";
    }
    if (x->requests_affected) {
        Str n = words_number(a, x->requests_affected);
        buf_fmt(b, s.zh ? "%s" STR_FMT " 次请求" : "%s" STR_FMT " requests", gap, STR_ARG(n));
    }
    if (x->description.len) buf_fmt(b, s.zh ? "。" STR_FMT : ". " STR_FMT, STR_ARG(x->description));
    return said(&s);
}
