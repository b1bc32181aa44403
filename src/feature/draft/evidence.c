#include "feature/draft/evidence.h"
#include <unicode/ucal.h>
#include <unicode/ustring.h>
#include "base/utf8.h"
#include "document/words.h"
#include "feature/draft/ground.h"

enum { TITLE_BYTES = 80 };

static void close_calendar(void *calendar) { ucal_close(calendar); }

EvidenceSet *evidence_new(Arena *a, Str locale, Str time_zone)
{
    EvidenceSet *e = arena_make(a, EvidenceSet);
    *e = (EvidenceSet){ .arena = a, .locale = locale, .time_zone = str_empty(time_zone) ? S("UTC") : time_zone };
    UErrorCode status = U_ZERO_ERROR;
    UChar zone[64] = { 'U', 'T', 'C', 0 };
    if (e->time_zone.len < 60) u_strFromUTF8(zone, 64, NULL, e->time_zone.at, (int32_t)e->time_zone.len, &status);
    if (U_FAILURE(status)) return e;
    e->calendar = ucal_open(zone, -1, "en_GB", UCAL_GREGORIAN, &status);
    if (U_FAILURE(status)) e->calendar = NULL;
    else arena_defer(a, close_calendar, e->calendar);
    return e;
}

int64_t evidence_local(EvidenceSet *e, int64_t ms)
{
    UErrorCode status = U_ZERO_ERROR;
    if (!e->calendar) return ms;
    ucal_setMillis(e->calendar, (UDate)ms, &status);
    int32_t offset = ucal_get(e->calendar, UCAL_ZONE_OFFSET, &status) + ucal_get(e->calendar, UCAL_DST_OFFSET, &status);
    return U_FAILURE(status) ? ms : ms + offset;
}

void evidence_ready(EvidenceSet *e) { e->looked = arena_array(e->arena, Looked *, e->pieces.len + 1); }

const Piece *evidence_find(const EvidenceSet *e, Str number, size_t *ret_n)
{
    int64_t n;
    number = str_trim(number);
    if (number.len && (number.at[0] == 'E' || number.at[0] == 'e')) number = str_sub(number, 1, number.len);
    if (!str_int(number, &n) || n < 1 || (uint64_t)n > e->pieces.len) return NULL;
    if (ret_n) *ret_n = (size_t)n - 1;
    return &e->pieces.at[n - 1];
}

Str evidence_number(Arena *a, size_t index) { return arena_fmt(a, "E%zu", index + 1); }

/* ---- from the facts */

typedef struct Gather { Arena *a; const Facts *f; EvidenceSet *e; } Gather;

static Piece *add(Gather *g, const char *kind, Str id, Str title, Str text, const char *aka)
{
    Piece *p = list_add(g->a, &g->e->pieces);
    *p = (Piece){ .kind = str_of(kind), .id = id, .title = title, .text = text, .aka = str_of(aka) };
    if (!id.len) p->url = arena_fmt(g->a, "/incidents/" STR_FMT, STR_ARG(g->f->incident.reference));
    return p;
}

static void name(Gather *g, Str name)
{
    if (name.len >= 3) ids_add(g->a, &g->e->names, name);
}

static void two(Buf *b, const char *label, Str key)
{
    if (key.len) buf_fmt(b, "%s " STR_FMT " " STR_FMT " " STR_FMT ". ", label, STR_ARG(key), STR_ARG(term(key, S("en"))), STR_ARG(term(key, S("zh"))));
}

static void record(Gather *g)
{
    const Incident *i = &g->f->incident;
    Buf b = buf_new(g->a, 256 << 10);
    buf_fmt(&b, STR_FMT " " STR_FMT ". ", STR_ARG(i->reference), STR_ARG(i->title));
    two(&b, "Kind", i->kind);
    two(&b, "Severity", i->severity);
    two(&b, "Status", i->status);
    two(&b, "Detected by", i->detection);
    two(&b, "Declared by", i->declared_how);
    if (!str_eq(i->trigger, S("unknown"))) two(&b, "Set off by", i->trigger);
    list_each(&i->services, k) {
        buf_fmt(&b, "Service " STR_FMT ". ", STR_ARG(i->services.at[k].name));
        name(g, i->services.at[k].name);
    }
    if (i->channel.name.len) buf_fmt(&b, "Channel " STR_FMT ". ", STR_ARG(i->channel.name));
    if (i->team.name.len) buf_fmt(&b, "Team " STR_FMT ". ", STR_ARG(i->team.name));
    if (i->declared_by.name.len) buf_fmt(&b, STR_FMT " declared it. ", STR_ARG(i->declared_by.name));
    buf_add(&b, i->summary);
    buf_fmt(&b, " " STR_FMT, STR_ARG(i->detection_note));
    buf_fmt(&b, " %lld alerts. %zu people took part.", (long long)g->f->alerts.len, i->roles.len);
    add(g, "record", S(""), i->title, buf_str(&b), "incident outage affected impact found 事件 故障 影响 发现 参与");
}

static void moment(Gather *g, int64_t at, const char *title, const char *aka)
{
    if (at) add(g, "record", S(""), str_of(title), str_of(title), aka)->at_ms = at;
}

static void moments(Gather *g)
{
    const Incident *i = &g->f->incident;
    moment(g, i->impact_started_ms, "Impact began", "impact started start begin problem 影响开始 影响始于 开始 出现");
    moment(g, i->detected_ms, "Detected", "found noticed detection discovered 发现 检测到 察觉");
    moment(g, i->declared_ms, "Declared", "declared incident opened 宣布 声明 创建");
    moment(g, i->acknowledged_ms, "Acknowledged", "acknowledged took taken responded response 响应 接手 确认告警");
    moment(g, i->mitigated_ms, "Mitigated", "mitigated mitigation impact stopped 缓解 止损");
    moment(g, i->impact_ended_ms, "Impact ended", "impact ended end over recovered 影响结束 影响 持续 结束");
    moment(g, i->resolved_ms, "Resolved", "resolved recovered restored fixed over 恢复 解决");
    moment(g, i->closed_ms, "Closed", "closed 关闭");
}

static void durations(Gather *g)
{
    static const char *const usual[INCIDENT_USUAL] = { "acknowledge", "mitigate", "resolve" };
    list_each(&g->f->incident.metrics, k) {
        const Metric *m = &g->f->incident.metrics.at[k];
        if (!str_eq(m->status, S("recorded"))) continue;
        Str text = arena_fmt(g->a, STR_FMT ": " STR_FMT, STR_ARG(term(m->key, S("en"))), STR_ARG(words_duration_long(g->a, m->value_ms, S("en"))));
        add(g, "record", S(""), term(m->key, g->f->locale), text, "took lasted after within later 用时 耗时 时间")->aka =
            arena_fmt(g->a, "took lasted after within later acknowledged mitigated resolved detected " STR_FMT " 用时 耗时", STR_ARG(term(m->key, S("zh"))));
    }
    for (size_t k = 0; k < INCIDENT_USUAL; k++)
        if (g->f->usual[k])
            add(g, "record", S(""), arena_fmt(g->a, "Usual time to %s", usual[k]),
                arena_fmt(g->a, "The median time to %s of the last year at this severity: " STR_FMT, usual[k], STR_ARG(words_duration_long(g->a, g->f->usual[k], S("en")))),
                "median usual slower faster than 中位数 通常 过去一年");
}

static void causes(Gather *g)
{
    const Incident *i = &g->f->incident;
    if (i->trigger_note.len)
        add(g, "record", S(""), S("Trigger"), arena_fmt(g->a, STR_FMT ". " STR_FMT " " STR_FMT, STR_ARG(i->trigger_note), STR_ARG(term(i->trigger, S("en"))),
            STR_ARG(term(i->trigger, S("zh")))), "trigger triggered cause 触发 起因 原因")->weight = WEIGHT_CAUSE;
    list_each(&i->causes, k) {
        const Cause *c = &i->causes.at[k];
        add(g, "record", S(""), c->name, arena_fmt(g->a, STR_FMT ". " STR_FMT " " STR_FMT, STR_ARG(c->name), STR_ARG(c->note), STR_ARG(term(c->key, S("en")))),
            "contributing factor cause 因素 原因")->weight = WEIGHT_CAUSE;
    }
}

static void impacts(Gather *g)
{
    list_each(&g->f->incident.impacts, k) {
        const Impact *x = &g->f->incident.impacts.at[k];
        Buf b = buf_new(g->a, 64 << 10);
        buf_fmt(&b, STR_FMT ". " STR_FMT " ", STR_ARG(x->title), STR_ARG(x->description));
        two(&b, "Impact", x->kind);
        list_each(&x->services, j) {
            buf_fmt(&b, STR_FMT ". ", STR_ARG(x->services.at[j].name));
            name(g, x->services.at[j].name);
        }
        long long customers = x->customers_affected, requests = x->requests_affected;
        if (customers) buf_fmt(&b, "%lld customers affected. %lld 名客户. ", customers, customers);
        if (requests) buf_fmt(&b, "%lld requests failed. %lld 个请求. ", requests, requests);
        if (x->cost > 0) buf_fmt(&b, "Cost %.2f " STR_FMT ". ", x->cost, STR_ARG(x->currency));
        Piece *p = add(g, "impact", x->id, x->title, buf_str(&b), "impact affected users customers lasted began ended 影响 用户 受影响 持续 开始 结束");
        p->at_ms = x->started_ms;
        p->until_ms = x->ended_ms;
    }
}

static void roles(Gather *g)
{
    list_each(&g->f->incident.roles, k) {
        const RoleHolder *h = &g->f->incident.roles.at[k];
        name(g, h->user.name);
        Piece *p = add(g, "role", h->user.id, h->user.name, arena_fmt(g->a, STR_FMT ": " STR_FMT " " STR_FMT, STR_ARG(h->user.name), STR_ARG(term(h->role, S("en"))),
                       STR_ARG(term(h->role, S("zh")))), "led lead response took part joined commander 指挥 负责 担任 参与 处理");
        p->at_ms = h->joined_ms;
        p->until_ms = h->left_ms;
    }
}

static Piece alert_piece(Gather *g, const Alert *x)
{
    Piece p = { .kind = S("alert"), .id = x->id, .title = x->title, .at_ms = x->started_ms, .until_ms = x->ended_ms, .also_ms = x->acknowledged_ms,
                .aka = S("alert alarm fired firing monitor monitoring resolved 告警 报警 触发 监控 恢复") };
    Buf b = buf_new(g->a, 64 << 10);
    buf_fmt(&b, STR_FMT ". " STR_FMT " " STR_FMT " " STR_FMT " ", STR_ARG(x->title), STR_ARG(x->description), STR_ARG(x->source.name), STR_ARG(x->severity));
    buf_add(&b, x->labels);
    p.text = buf_str(&b);
    return p;
}

static Piece change_piece(Gather *g, const Change *c)
{
    Piece p = { .kind = S("change"), .id = c->id, .title = c->title, .url = c->url, .at_ms = c->occurred_ms };
    Buf b = buf_new(g->a, 64 << 10);
    bool caused = str_eq(c->relation, S("caused")), fixed = str_eq(c->relation, S("fixed"));
    p.weight = caused ? WEIGHT_CAUSE : str_eq(c->relation, S("suspect")) ? WEIGHT_SUSPECT : WEIGHT_PLAIN;
    buf_fmt(&b, STR_FMT ". " STR_FMT " ", STR_ARG(c->title), STR_ARG(c->description));
    two(&b, "", c->kind);
    if (c->author.len) { buf_fmt(&b, "by " STR_FMT ". ", STR_ARG(c->author)); name(g, c->author); }
    list_each(&c->services, k) { buf_fmt(&b, STR_FMT ". ", STR_ARG(c->services.at[k].name)); name(g, c->services.at[k].name); }
    buf_add(&b, c->labels);
    p.text = buf_str(&b);
    p.aka = caused ? S("change changed caused deploy deployed release rollout marked 变更 发布 部署 上线 修改 起因 标记")
          : fixed ? S("change changed fixed fix mended ended rollback rolled back reverted marked 变更 修复 回滚 恢复 标记")
                  : S("change changed deploy deployed release rollout went out 变更 发布 部署 上线 修改 生效");
    return p;
}

static Piece event_piece(Gather *g, const TimelineEvent *e)
{
    bool external = str_eq(e->visibility, S("external")), thought = str_eq(e->kind, S("hypothesis"));
    Piece p = { .kind = external ? S("notice") : str_eq(e->kind, S("message")) ? S("message") : S("event"), .id = e->id, .title = facts_event_title(g->a, g->f, e),
                .at_ms = e->occurred_ms, .until_ms = e->state_ms };
    Str by = e->actor.name;
    name(g, by);
    p.text = arena_fmt(g->a, STR_FMT ". " STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(e->title), STR_ARG(p.title), STR_ARG(e->body),
                       STR_ARG(e->known), STR_ARG(e->not_known), STR_ARG(by));
    Str state = thought ? e->state : S("");
    if (str_eq(state, S("confirmed"))) p.weight = WEIGHT_CAUSE;
    else if (str_eq(state, S("rejected"))) p.weight = WEIGHT_REJECTED;
    else if (thought) p.weight = WEIGHT_SUSPECT;
    p.aka = arena_fmt(g->a, "%s%s" STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT,
        external ? "notice told customers status page notified 通知 公告 客户 " : "",
        thought ? "hypothesis thought suspected first confirmed dropped ruled out 假设 认为 怀疑 提出 证实 排除 " : "",
        STR_ARG(term(e->kind, S("en"))), STR_ARG(term(e->kind, S("zh"))), STR_ARG(term(state, S("en"))), STR_ARG(term(state, S("zh"))));
    return p;
}

void evidence_say(EvidenceSet *e, Str id, Str by, Str text, int64_t at_ms)
{
    Piece *p = list_add(e->arena, &e->pieces);
    *p = (Piece){ .kind = S("message"), .id = id, .title = utf8_clip(text, TITLE_BYTES), .at_ms = at_ms, .aka = S("message said wrote chat room 消息 说 提到 讨论") };
    p->text = arena_fmt(e->arena, STR_FMT ": " STR_FMT, STR_ARG(by), STR_ARG(text));
    if (by.len >= 3) ids_add(e->arena, &e->names, by);
}

static int64_t when(const Piece *p) { return p->at_ms; }

/* Alerts, changes and events stand in the order of time: three sorted lists merged. */
static void told(Gather *g)
{
    const Facts *f = g->f;
    size_t i = 0, k = 0, j = 0;
    Piece x = { 0 }, c = { 0 }, e = { 0 };
    while (i < f->alerts.len || k < f->changes.len || j < f->events.len) {
        if (i < f->alerts.len && !x.kind.len) x = alert_piece(g, &f->alerts.at[i]);
        if (k < f->changes.len && !c.kind.len) c = change_piece(g, &f->changes.at[k]);
        if (j < f->events.len && !e.kind.len) e = event_piece(g, &f->events.at[j]);
        Piece *first = NULL, *all[] = { &c, &x, &e };
        for (size_t n = 0; n < 3; n++)
            if (all[n]->kind.len && (!first || when(all[n]) < when(first))) first = all[n];
        *list_add(g->a, &g->e->pieces) = *first;
        if (first == &x) i++;
        else if (first == &c) k++;
        else j++;
        first->kind = S("");
    }
}

static void follow_ups(Gather *g)
{
    list_each(&g->f->follow_ups, k) {
        const FollowUp *u = &g->f->follow_ups.at[k];
        name(g, u->owner.name);
        add(g, "follow_up", u->id, u->title, arena_fmt(g->a, STR_FMT " " STR_FMT ". " STR_FMT " " STR_FMT, STR_ARG(u->reference), STR_ARG(u->title),
            STR_ARG(u->description), STR_ARG(u->owner.name)), "follow up action owner due 改进项 行动 负责人 截止")->until_ms = u->due_ms;
    }
}

EvidenceSet *evidence_of(Arena *a, const Facts *f)
{
    Gather g = { a, f, evidence_new(a, f->locale, f->time_zone) };
    record(&g);
    moments(&g);
    durations(&g);
    impacts(&g);
    causes(&g);
    roles(&g);
    told(&g);
    follow_ups(&g);
    return g.e;
}
