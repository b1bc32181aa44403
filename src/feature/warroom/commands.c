/* Commands: what responders do without leaving the conversation. Each is a line of the table below. */
#include "app/fold.h"
#include "app/zone.h"
#include "base/time.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/followup/followup.h"
#include "feature/timeline/timeline.h"
#include "feature/warroom/rules.h"
#include "sql.gen.h"

/** A command while it runs. */
typedef struct Run {
    Cx *cx;
    Str incident, rest, message;       /* rest: what stands behind the command */
    CommandDone *done;
} Run;

const CommandKind command_kinds[] = {
    { "status", "/status investigating", "moves the incident: triage, investigating, identified, monitoring, resolved, closed" },
    { "sev", "/sev SEV-2", "sets the severity" },
    { "role", "/role commander @Ann", "gives a role: commander, communications, scribe, responder, observer; nobody named: you" },
    { "decision", "/decision Fail over to the replica", "writes a decision on the timeline" },
    { "hypothesis", "/hypothesis The pool is too small", "writes a hypothesis; /hypothesis confirmed or rejected settles the last one" },
    { "followup", "/followup Alert on pool use @Ann", "adds a follow-up, with an owner when one is named" },
    { "star", "/star Card payments work again", "writes a starred note; alone, it stars the message before it or the thread it stands in" },
    { "time", "/time mitigated 14:03", "records a time: started, detected, acknowledged, mitigated, resolved, ended; now, 14:03, 2026-11-20 14:03" },
    { 0 },
};

typedef struct Word { const char *said, *means; } Word;

static const Word statuses[] = {
    { "研判", "triage" }, { "待研判", "triage" }, { "调查中", "investigating" }, { "调查", "investigating" }, { "已定位", "identified" },
    { "定位", "identified" }, { "观察中", "monitoring" }, { "观察", "monitoring" }, { "已恢复", "resolved" }, { "恢复", "resolved" },
    { "fixed", "resolved" }, { "已关闭", "closed" }, { "关闭", "closed" }, { "cancelled", "canceled" }, { "已取消", "canceled" }, { 0 },
};
static const Word roles[] = {
    { "commander", "incident_commander" }, { "ic", "incident_commander" }, { "lead", "incident_commander" }, { "指挥", "incident_commander" },
    { "指挥官", "incident_commander" }, { "communications", "communications_lead" }, { "comms", "communications_lead" },
    { "沟通", "communications_lead" }, { "scribe", "scribe" }, { "记录", "scribe" }, { "记录员", "scribe" }, { "responder", "responder" },
    { "响应", "responder" }, { "observer", "observer" }, { "观察员", "observer" }, { 0 },
};
static const Word times[] = {
    { "started", "impact_started_at" }, { "start", "impact_started_at" }, { "impact", "impact_started_at" }, { "开始", "impact_started_at" },
    { "ended", "impact_ended_at" }, { "end", "impact_ended_at" }, { "结束", "impact_ended_at" }, { "detected", "detected_at" },
    { "发现", "detected_at" }, { "acknowledged", "acknowledged_at" }, { "确认", "acknowledged_at" }, { "mitigated", "mitigated_at" },
    { "缓解", "mitigated_at" }, { "resolved", "resolved_at" }, { "恢复", "resolved_at" }, { "declared", "declared_at" }, { 0 },
};

/* ---- reading what was written */

static Err usage(const Run *r, const char *command, const char *why)
{
    for (const CommandKind *k = command_kinds; k->name; k++)
        if (str_eq(str_of(k->name), str_of(command)))
            return fail_field(r->cx->arena, S("body"), "%s: write %s (%s)", why, k->usage, k->doc);
    return fail_field(r->cx->arena, S("body"), "%s", why);
}

static Str word_of(Str *rest)
{
    *rest = str_trim(*rest);
    size_t n = 0;
    while (n < rest->len && (unsigned char)rest->at[n] > ' ') n++;
    Str w = str_sub(*rest, 0, n);
    *rest = str_trim(str_sub(*rest, n, rest->len));
    return w;
}

static Str meaning(const Word *words, Str said)
{
    for (; words->said; words++)
        if (str_eq_nocase(said, str_of(words->said))) return str_of(words->means);
    return S("");
}

/** The allowed word that is meant: itself, by another name, or by its first three letters or more. */
static Str one_of(Arena *a, const char *const *allowed, const Word *others, Str said)
{
    Str key = fold_key(a, said);
    for (size_t i = 0; allowed[i]; i++)
        if (str_eq(key, fold_key(a, str_of(allowed[i])))) return str_of(allowed[i]);
    Str other = meaning(others, said);
    if (other.len) return other;
    for (size_t i = 0; key.len >= 3 && allowed[i]; i++)
        if (str_starts(str_of(allowed[i]), key)) return str_of(allowed[i]);
    return S("");
}

/** Somebody named in the text with "@", by name or address: the longest name that fits. What is left is the text without. */
static Err person_in(const Run *r, Str *text, UserRef *ret)
{
    *ret = (UserRef){ 0 };
    ptrdiff_t at = str_index(*text, '@');
    if (at < 0 || (at > 0 && (unsigned char)text->at[at - 1] > ' ')) return OK;
    Users all = { 0 };
    TRY(user_list_all(r->cx, &all));
    Str from = str_sub(*text, (size_t)at + 1, text->len), tail;
    size_t best = 0;
    list_each(&all, i) {
        const User *u = &all.at[i];
        const Str names[] = { u->name, u->email, str_before(u->name, ' ') };
        for (size_t k = 0; k < 3; k++) {
            if (names[k].len <= best || !str_eq_nocase(str_sub(from, 0, names[k].len), names[k])) continue;
            best = names[k].len;
            *ret = (UserRef){ u->id, u->name, u->avatar_color };
        }
    }
    if (!best) return fail_field(r->cx->arena, S("body"), "nobody here is called @" STR_FMT, STR_ARG(str_before(from, ' ')));
    tail = str_trim(str_sub(from, best, from.len));
    Str head = str_trim(str_sub(*text, 0, (size_t)at));
    *text = head.len && tail.len ? arena_fmt(r->cx->arena, STR_FMT " " STR_FMT, STR_ARG(head), STR_ARG(tail)) : head.len ? head : tail;
    return OK;
}

/* ---- saying what was done */

static void done(const Run *r, const char *command, Str text, Str value, UserRef who)
{
    Buf b = buf_new(r->cx->arena, 64 << 10);
    buf_fmt(&b, "{\"command\":\"%s\",\"text\":", command);
    buf_json(&b, text);
    buf_add(&b, S(",\"value\":"));
    buf_json(&b, value);
    if (who.id.len) {
        buf_add(&b, S(",\"person\":"));
        buf_json(&b, who.name);
    }
    buf_byte(&b, '}');
    r->done->command = str_of(command);
    r->done->text = text;
    r->done->data = buf_str(&b);
}

#define SAY(r, ...) arena_fmt((r)->cx->arena, __VA_ARGS__)
#define NOBODY ((UserRef){ 0 })

static Err run_status(Run *r)
{
    Str to = one_of(r->cx->arena, incident_statuses, statuses, word_of(&r->rest));
    if (!to.len || str_eq(to, S("merged"))) return usage(r, "status", "which status?");
    TRY(incident_set_status(r->cx, r->incident, to));
    done(r, "status", SAY(r, "Status is " STR_FMT, STR_ARG(to)), to, NOBODY);
    return OK;
}

static Err run_sev(Run *r)
{
    Str said = word_of(&r->rest), digit = said.len ? str_sub(said, said.len - 1, 1) : said;
    Str to = one_of(r->cx->arena, incident_severities, &(Word){ 0 }, said);
    if (!to.len && digit.len && digit.at[0] >= '1' && digit.at[0] <= '4' && said.len <= 5)
        to = SAY(r, "SEV-" STR_FMT, STR_ARG(digit));                         /* 1, sev1, SEV 1 */
    if (!to.len) return usage(r, "sev", "which severity?");
    TRY(incident_set_severity(r->cx, r->incident, to));
    done(r, "sev", SAY(r, "Severity is " STR_FMT, STR_ARG(to)), to, NOBODY);
    return OK;
}

static Err run_role(Run *r)
{
    UserRef who;
    TRY(person_in(r, &r->rest, &who));
    Str role = one_of(r->cx->arena, incident_roles, roles, word_of(&r->rest));
    if (!role.len) return usage(r, "role", "which role?");
    if (r->rest.len && !str_eq_nocase(r->rest, S("me"))) return usage(r, "role", "name them with @");
    if (!who.id.len) who = (UserRef){ r->cx->actor.id, r->cx->actor.name, r->cx->actor.avatar_color };
    if (!who.id.len) return usage(r, "role", "who?");
    TRY(incident_role_add(r->cx, r->incident, role, who.id));
    Str words = arena_str(r->cx->arena, role);
    for (size_t i = 0; i < words.len; i++) if (words.at[i] == '_') ((char *)(uintptr_t)words.at)[i] = ' ';
    done(r, "role", SAY(r, STR_FMT " is " STR_FMT, STR_ARG(who.name), STR_ARG(words)), role, who);
    return OK;
}

static Err write_down(Run *r, const char *kind, bool star, Str title)
{
    Str line = utf8_clip(str_trim(str_before(title, '\n')), 1000), more = str_trim(str_sub(title, line.len, title.len));
    TimelineEvent e = { .kind = str_of(kind), .title = line, .body = more, .source = S("war_room"), .starred = star, .hand_made = true };
    if (r->message.len) {
        e.evidence = (Evidence){ .kind = S("message"), .id = r->message, .title = utf8_clip(line, 300) };
        TRY(message_path(r->cx, r->incident, r->message, &e.evidence.url));
    }
    TRY(timeline_add(r->cx, r->incident, &e));
    r->done->event_id = e.id;
    return r->message.len ? message_event_set(r->cx, r->message, e.id) : OK;
}

static Err run_decision(Run *r)
{
    if (!r->rest.len) return usage(r, "decision", "what was decided?");
    TRY(write_down(r, "decision", true, r->rest));
    done(r, "decision", SAY(r, "Decision: " STR_FMT, STR_ARG(r->rest)), r->rest, NOBODY);
    return OK;
}

static Err settle(Run *r, Str state)
{
    TimelineEvents all = { 0 };
    Strs kind = { .at = (Str[]){ S("hypothesis") }, .len = 1, .room = 1 };
    TRY(timeline_all(r->cx, r->incident, &(TimelineFilter){ .kind = kind }, &all));
    for (size_t i = all.len; i-- > 0;) {
        if (!str_eq(all.at[i].state, S("open"))) continue;
        TRY(timeline_verdict(r->cx, all.at[i].id, state));
        done(r, "hypothesis", SAY(r, "Hypothesis " STR_FMT ": " STR_FMT, STR_ARG(state), STR_ARG(all.at[i].title)), all.at[i].title, NOBODY);
        r->done->event_id = all.at[i].id;
        return OK;
    }
    return fail_field(r->cx->arena, S("body"), "no hypothesis is open");
}

static Err run_hypothesis(Run *r)
{
    if (!r->rest.len) return usage(r, "hypothesis", "what do you believe?");
    static const Word verdicts[] = { { "confirmed", "confirmed" }, { "confirm", "confirmed" }, { "证实", "confirmed" }, { "已证实", "confirmed" },
                                     { "rejected", "rejected" }, { "reject", "rejected" }, { "排除", "rejected" }, { "已排除", "rejected" }, { 0 } };
    Str verdict = meaning(verdicts, r->rest);
    if (verdict.len) return settle(r, verdict);
    TRY(write_down(r, "hypothesis", false, r->rest));
    done(r, "hypothesis", SAY(r, "Hypothesis: " STR_FMT, STR_ARG(r->rest)), r->rest, NOBODY);
    return OK;
}

static Err run_followup(Run *r)
{
    UserRef who;
    FollowUp made;
    TRY(person_in(r, &r->rest, &who));
    if (!r->rest.len) return usage(r, "followup", "what is to be done?");
    FollowUpInput in = { .title = str_trim(str_before(r->rest, '\n')), .description = str_trim(str_after(r->rest, '\n')), .incident_id = r->incident, .owner_id = who.id };
    Err e = followup_add(r->cx, &in, &made);
    if (err_is(e, ERR_INVALID)) return fail_field(r->cx->arena, S("body"), STR_FMT, STR_ARG(e.info->message));
    TRY(e);
    done(r, "followup", SAY(r, STR_FMT ": " STR_FMT, STR_ARG(made.reference), STR_ARG(made.title)), made.reference, who);
    return OK;
}

/** The message that a bare /star means: the first of its thread, else the one before it in the room. */
static Err starred(Run *r, Message *ret)
{
    Message own;
    if (!r->message.len) return usage(r, "star", "star what?");
    TRY(message_get(r->cx, r->message, &own));
    if (own.thread_id.len) return message_get(r->cx, own.thread_id, ret);
    Str id = S("");
    auto_stmt q = stmt_begin(r->cx->arena, r->cx->store, &sql_message_before);
    stmt_str(&q, "incident", r->incident);
    stmt_str(&q, "id", own.id);
    stmt_int(&q, "at_ms", own.at_ms);
    if (stmt_step(&q)) id = stmt_col_str(&q, 0);
    TRY(stmt_end(&q));
    return id.len ? message_get(r->cx, id, ret) : usage(r, "star", "there is nothing to star yet");
}

static Err run_star(Run *r)
{
    if (r->rest.len) {
        TRY(write_down(r, "note", true, r->rest));
        done(r, "star", SAY(r, "Starred: " STR_FMT, STR_ARG(r->rest)), r->rest, NOBODY);
        return OK;
    }
    Message m;
    TRY(starred(r, &m));
    TRY(message_react(r->cx, m.id, message_actor(r->cx), S("⭐"), true));
    done(r, "star", SAY(r, "Starred what " STR_FMT " said", STR_ARG(m.author.name)), m.id, NOBODY);
    return OK;
}

static Err run_time(Run *r)
{
    int64_t ms;
    Str field = meaning(times, word_of(&r->rest));
    if (!field.len) return usage(r, "time", "which time?");
    if (!r->rest.len) r->rest = S("now");
    if (!zone_parse(r->cx->actor.time_zone, r->rest, r->cx->now_ms, &ms)) return usage(r, "time", "when?");
    Err e = incident_set_time(r->cx, r->incident, field, ms);
    if (err_is(e, ERR_INVALID)) return fail_field(r->cx->arena, S("body"), STR_FMT, STR_ARG(e.info->message));
    TRY(e);
    char at[TIME_TEXT_MAX];
    Str value = arena_str(r->cx->arena, str_of(time_rfc3339(ms, at)));
    done(r, "time", SAY(r, STR_FMT " is " STR_FMT, STR_ARG(field), STR_ARG(value)), SAY(r, STR_FMT " " STR_FMT, STR_ARG(field), STR_ARG(value)), NOBODY);
    return OK;
}

static const struct { const char *name; Err (*run)(Run *r); } runs[] = {
    { "status", run_status }, { "sev", run_sev }, { "severity", run_sev }, { "role", run_role }, { "decision", run_decision },
    { "hypothesis", run_hypothesis }, { "followup", run_followup }, { "follow-up", run_followup }, { "star", run_star }, { "time", run_time },
};

bool command_is(Str line)
{
    line = str_trim(line);
    if (line.len < 2 || line.at[0] != '/') return false;
    for (size_t i = 1; i < line.len && (unsigned char)line.at[i] > ' '; i++) {
        char c = line.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-')) return false;
    }
    return (unsigned char)line.at[1] > ' ';
}

Err command_run(Cx *given, Str incident, Str line, Str message, CommandDone *ret)
{
    Cx cx = *given;
    cx.if_match = MATCH_ANY;
    Str rest = str_trim(line), word = word_of(&rest);
    Run r = { .cx = &cx, .incident = incident, .rest = rest, .message = message, .done = ret };
    *ret = (CommandDone){ 0 };
    if (!incident.len) return fail_field(cx.arena, S("body"), "which incident?");
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        if (str_eq_nocase(str_sub(word, 1, word.len), str_of(runs[i].name))) return runs[i].run(&r);
    return fail_field(cx.arena, S("body"), "there is no command " STR_FMT ": there are /status, /sev, /role, /decision, /hypothesis, "
                      "/followup, /star and /time; to say it as it stands, begin with //", STR_ARG(word));
}
