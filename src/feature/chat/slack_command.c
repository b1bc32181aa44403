/* /hindsight and "Add to timeline": done as the person who has the same e-mail address here, answered where they asked. */
#include "app/app.h"
#include "feature/account/account.h"
#include "feature/chat/rules.h"
#include "feature/timeline/timeline.h"
#include "sql.gen.h"

const char slack_help[] =
    "*/hindsight declare TITLE* declares an incident and makes its channel\n"
    "*/hindsight link INC-42* makes this channel the room of an incident\n"
    "*/hindsight status investigating* moves it: triage, investigating, identified, monitoring, resolved, closed\n"
    "*/hindsight sev SEV-2* sets the severity\n"
    "*/hindsight role commander @Ann* gives a role\n"
    "*/hindsight note TEXT*, *decision TEXT*, *hypothesis TEXT*, *star TEXT* write on the timeline\n"
    "*/hindsight followup TEXT @Ann* adds a follow-up\n"
    "*/hindsight time mitigated 14:03* records a time\n"
    "What is said in the channel of an incident becomes part of it. _Add to timeline_ in the menu of a message puts it on the timeline.";

/** One deed while it is done. */
typedef struct Deed {
    SlackIn in;
    int64_t n;
    SlackPerson who;
    Str channel, channel_name, text, url;
    const Json *message;         /* of an action */
    Str answer;                  /* what the person is told */
    bool all;                    /* everybody in the channel is */
} Deed;

/** The person of the workspace, by e-mail address alone: a name is nothing that proves. */
static Err actor_of(Cx *cx, const SlackPerson *who, Actor *ret)
{
    User u = { 0 };
    Err e = who->email.len ? user_find(cx, who->email, &u) : fail(cx->arena, ERR_NOT_FOUND, "no address");
    if (e.info && !err_is(e, ERR_NOT_FOUND)) return e;
    if (e.info || u.disabled) return fail(cx->arena, ERR_FORBIDDEN, "nobody in Hindsight has your e-mail address of Slack");
    Role role = ROLE_PUBLIC;
    for (int i = ROLE_VIEWER; i <= ROLE_ADMIN; i++)
        if (str_eq(u.role, str_of(role_names[i]))) role = (Role)i;
    if (role < ROLE_RESPONDER) return fail(cx->arena, ERR_FORBIDDEN, "you may read in Hindsight, but not change incidents");
    *ret = (Actor){ .id = u.id, .name = u.name, .email = u.email, .role = role, .scopes = SCOPE_ALL, .locale = u.locale,
                    .time_zone = u.time_zone, .avatar_color = u.avatar_color };
    return OK;
}

static Str escaped(Arena *a, Str text) { return slack_words(a, text); }

static Err declare(Deed *d, Cx *cx, Str title)
{
    Incident made;
    if (!title.len) return fail_field(cx->arena, S("title"), "say what is wrong: /hindsight declare Card payments fail");
    IncidentInput in = { .title = title, .declared_how = S("chat") };
    TRY(incident_add(cx, &in, &made));
    TRY(chat_channel_ask(cx, made.id, d->who.key));
    d->answer = arena_fmt(cx->arena, "<" STR_FMT "|" STR_FMT "> is declared: " STR_FMT ". Its channel is being made.",
                          STR_ARG(app_link(cx, arena_fmt(cx->arena, "/incidents/" STR_FMT, STR_ARG(made.reference)))), STR_ARG(made.reference), STR_ARG(escaped(cx->arena, made.title)));
    return OK;
}

static Err link_to(Deed *d, Cx *cx, Str given)
{
    Str id;
    Incident i;
    if (!given.len) return fail_field(cx->arena, S("incident"), "which incident? /hindsight link INC-42");
    TRY(incident_resolve(cx, given, &id));
    TRY(incident_row(cx, id, &i));
    if (i.audience.len) return fail(cx->arena, ERR_FORBIDDEN, "a private incident has no channel in Slack");
    TRY(room_link(cx, &(ChatRoom){ .source = S("slack"), .channel = d->channel, .name = d->channel_name, .incident_id = id,
                                   .url = arena_fmt(cx->arena, "https://slack.com/archives/" STR_FMT, STR_ARG(d->channel)) }));
    d->answer = arena_fmt(cx->arena, "This channel is the room of " STR_FMT ": " STR_FMT, STR_ARG(i.reference), STR_ARG(escaped(cx->arena, i.title)));
    d->all = true;
    return OK;
}

/** The incident of this channel, unless it turned private: answers are read in Slack. */
static Err here(Deed *d, Cx *cx, Str *ret)
{
    Str id;
    TRY(room_of(cx, S("slack"), d->channel, &id));
    if (id.len) {
        Incident i;
        TRY(incident_row(cx, id, &i));
        *ret = id;
        if (!i.audience.len) return OK;
    }
    return fail_field(cx->arena, S("channel"), "this channel is not the room of an incident: /hindsight link INC-42 makes it one");
}

static Err note(Deed *d, Cx *cx, Str text)
{
    Str incident;
    TRY(here(d, cx, &incident));
    if (!text.len) return fail_field(cx->arena, S("body"), "what is to be noted?");
    TimelineEvent e = { .kind = S("note"), .title = utf8_clip(text, 1000), .source = S("slack"), .hand_made = true };
    TRY(timeline_add(cx, incident, &e));
    d->answer = arena_fmt(cx->arena, "Noted: " STR_FMT, STR_ARG(escaped(cx->arena, e.title)));
    d->all = true;
    return OK;
}

static Err obey(Deed *d, Cx *cx)
{
    Str word = str_before(d->text, ' '), rest = str_trim(str_after(d->text, ' ')), incident;
    if (str_eq_nocase(word, S("declare"))) return declare(d, cx, rest);
    if (str_eq_nocase(word, S("link"))) return link_to(d, cx, rest);
    if (str_eq_nocase(word, S("note"))) return note(d, cx, rest);
    TRY(here(d, cx, &incident));
    CommandDone done = { 0 };
    TRY(command_run(cx, incident, arena_fmt(cx->arena, "/" STR_FMT, STR_ARG(d->text)), S(""), &done));
    d->answer = escaped(cx->arena, done.text);
    d->all = true;
    return OK;
}

static Err add_to_timeline(Deed *d, Cx *cx)
{
    Str id, event, title = S("");
    Message m;
    TRY(here(d, cx, &d->in.incident));
    Err e = message_find(cx, S("slack"), d->channel, json_str_at(d->message, S("ts")), &id);
    if (err_is(e, ERR_NOT_FOUND)) {                          /* said before the channel became its room */
        TRY(slack_message_put(&d->in, cx, d->channel, d->message, &m));
        if (!m.id.len) return fail(cx->arena, ERR_INVALID, "the message has no words");
        id = m.id;
    } else TRY(e);
    TRY(message_to_timeline(cx, id, S(""), title, &event));
    d->answer = S("It is on the timeline.");
    return OK;
}

static Err reply(Cx *cx, const Deed *d)
{
    Str id = arena_fmt(cx->arena, "answer:%lld", (long long)d->n);
    Buf b = buf_new(cx->arena, 64 << 10);
    buf_fmt(&b, "{\"response_type\":\"%s\",\"replace_original\":false,\"text\":", d->all ? "in_channel" : "ephemeral");
    buf_json(&b, utf8_clip(d->answer, 3000));
    buf_byte(&b, '}');
    return post_add(cx, &(Post){ .id = id, .source = S("slack_answer"), .channel = id, .url = d->url, .text = buf_str(&b) });
}

static Err run(Cx *cx, void *arg)
{
    Deed *d = arg;
    bool first;
    Cx as = *cx;
    TRY(inbox_done(cx, d->n, &first));
    if (!first) return OK;
    TRY(actor_of(cx, &d->who, &as.actor));
    as.if_match = MATCH_ANY;
    d->all = false;
    TRY(d->message ? add_to_timeline(d, &as) : obey(d, &as));
    return reply(cx, d);
}

static Err refuse(Cx *cx, void *arg)
{
    bool first;
    Deed *d = arg;
    TRY(inbox_done(cx, d->n, &first));
    return first ? reply(cx, d) : OK;
}

static Err run_or_refuse(Cx *cx, Deed *d)
{
    Err e = cx_write(cx, run, d);
    if (!e.info || err_is(e, ERR_UNAVAILABLE) || err_is(e, ERR_TOO_MANY) || err_is(e, ERR_INTERNAL)) return e;
    d->answer = slack_words(cx->arena, e.info->message);
    d->all = false;
    return cx_write(cx, refuse, d);
}

Err slack_command(Cx *cx, int64_t n, Str form)
{
    Arena *a = cx->arena;
    Deed d = { .in = { .cx = cx, .people = map_new(a) }, .n = n, .channel = form_value(a, form, "channel_id"), .channel_name = form_value(a, form, "channel_name"),
               .text = utf8_clip(str_trim(form_value(a, form, "text")), 4000), .url = form_value(a, form, "response_url") };
    TRY(slack_person(cx, utf8_clip(form_value(a, form, "user_id"), 50), &d.who));
    return run_or_refuse(cx, &d);
}

Err slack_action(Cx *cx, int64_t n, Str body)
{
    const Json *top;
    TRY(json_read(cx->arena, body, &top));
    if (!str_eq(json_str_at(top, S("type")), S("message_action")) || !str_eq(json_str_at(top, S("callback_id")), S("add_to_timeline")))
        return fail(cx->arena, ERR_INVALID, "an action of another kind");
    Deed d = { .in = { .cx = cx, .top = top, .people = map_new(cx->arena) }, .n = n, .channel = json_str_at(json_get(top, S("channel")), S("id")),
               .url = json_str_at(top, S("response_url")), .message = json_get(top, S("message")) };
    if (!d.message) return fail_field(cx->arena, S("message"), "which message?");
    TRY(slack_person(cx, utf8_clip(json_str_at(json_get(top, S("user")), S("id")), 50), &d.who));
    TRY(slack_people(&d.in, d.message));
    return run_or_refuse(cx, &d);
}
