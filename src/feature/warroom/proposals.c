/* From what was said to the timeline: what is proposed, and what becomes of it. */
#include "base/map.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/timeline/timeline.h"
#include "feature/warroom/rules.h"
#include "sql.gen.h"

const char *const proposal_reasons[] = { "pinned", "reaction", "decision", "state", "image", "graph", "link", "cause", "hand", NULL };
const char *const proposal_states[] = { "proposed", "accepted", "dismissed", NULL };

const Setting warroom_settings[] = {
    { .key = "warroom.reactions", .type = SETTING_TEXT, .standard = "⭐ 🌟 📌 📍 🔖", .max = 500, .title = "Reactions that propose",
      .help = "A message with one of these is proposed for the timeline. Emoji or :names:, with spaces between." },
    { .key = "warroom.freeze_links", .type = SETTING_BOOL, .standard = "true", .title = "Freeze linked graphs",
      .help = "Of a link to a graph, dashboard or change that is posted in a war room, the server fetches the title or the picture once and keeps it. Only from the public internet and what Fetch pasted pictures from allows." },
    { 0 },
};

/* ---- rows */

static Str reasons_json(Arena *a, const ProposalReasons *all)
{
    Buf b = buf_new(a, 16 << 10);
    buf_byte(&b, '[');
    list_each(all, i) {
        if (i) buf_byte(&b, ',');
        buf_add(&b, S("{\"reason\":"));
        buf_json(&b, all->at[i].reason);
        buf_add(&b, S(",\"detail\":"));
        buf_json(&b, all->at[i].detail);
        buf_byte(&b, '}');
    }
    buf_byte(&b, ']');
    return buf_str(&b);
}

static void reasons_parse(Arena *a, Str json, ProposalReasons *ret)
{
    json_t *v;
    if (json_parse(a, json, &v).info) return;
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *one = json_array_get(v, i);
        *list_add(a, ret) = (ProposalReason){ arena_str(a, json_str(one, "reason")), arena_str(a, json_str(one, "detail")) };
    }
}

static Err find(Cx *cx, Str message, Proposal *ret)
{
    *ret = (Proposal){ 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_proposal_get);
    stmt_str(&q, "message", message);
    if (stmt_step(&q)) {
        reasons_parse(cx->arena, stmt_col_str(&q, 0), &ret->reasons);
        ret->kind = stmt_col_str(&q, 1);
        ret->state = stmt_col_str(&q, 2);
    }
    return stmt_end(&q);
}

Err proposal_get(Cx *cx, Str message, Proposal *ret)
{
    TRY(find(cx, message, ret));
    if (!ret->state.len) ret->state = S("dismissed"), ret->kind = S("message");
    return message_get(cx, message, &ret->message);
}

static Err put(Cx *cx, const Message *m, const Proposal *p)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_proposal_put);
    stmt_str(&q, "message", m->id);
    stmt_str(&q, "incident", m->incident_id);
    stmt_str(&q, "reasons", reasons_json(cx->arena, &p->reasons));
    stmt_str(&q, "kind", p->kind);
    stmt_str(&q, "state", p->state);
    stmt_int(&q, "at_ms", m->at_ms);
    stmt_int(&q, "now_ms", cx->now_ms);
    return stmt_exec(&q);
}

Err proposal_remove(Cx *cx, Str message)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_proposal_remove);
    stmt_str(&q, "message", message);
    return stmt_exec(&q);
}

static Err tell(Cx *cx, const Message *m)
{
    Incident i;
    TRY(incident_row(cx, m->incident_id, &i));
    return live_touch(cx, arena_fmt(cx->arena, "messages:" STR_FMT, STR_ARG(i.id)), "proposals", m->id, m->version, i.audience);
}

Err proposal_decide(Cx *cx, Str message, const char *state)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_proposal_decide);
    stmt_str(&q, "message", message);
    stmt_str(&q, "state", str_of(state));
    stmt_str(&q, "by", cx->actor.id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    Message m;
    TRY(message_get(cx, message, &m));
    return tell(cx, &m);
}

Err proposal_count(Cx *cx, Str incident, int64_t *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_proposal_count);
    stmt_str(&q, "incident", incident);
    if (stmt_step(&q)) *ret = stmt_col_int(&q, 0);
    return stmt_end(&q);
}

Err proposal_list(Cx *cx, Str incident, Str state, Cursor after, int64_t limit, Proposals *ret)
{
    Strs ids = { 0 };
    Messages all = { 0 };
    Map *by_id = map_new(cx->arena);
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_message_proposal_list, stmt_if(after.id.len, "after"), NULL);
    stmt_str(&q, "incident", incident);
    stmt_str(&q, "state", state);
    if (after.id.len) stmt_int(&q, "at", after.at), stmt_str(&q, "cursor", after.id);
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q)) {
        Proposal *p = list_add(cx->arena, ret);
        p->message.id = stmt_col_str(&q, 0);
        reasons_parse(cx->arena, stmt_col_str(&q, 1), &p->reasons);
        p->kind = stmt_col_str(&q, 2);
        p->state = stmt_col_str(&q, 3);
        *list_add(cx->arena, &ids) = p->message.id;
    }
    TRY(stmt_end(&q));
    auto_stmt m = stmt_begin(cx->arena, cx->store, &sql_message_page_of);
    stmt_str(&m, "ids", strs_json(cx->arena, ids));
    while (stmt_step(&m)) message_row(cx, &m, list_add(cx->arena, &all));
    TRY(stmt_end(&m));
    TRY(message_fill(cx, &all));
    list_each(&all, i) map_set(by_id, all.at[i].id, &all.at[i]);
    list_each(ret, i) {
        const Message *found = map_get(by_id, ret->at[i].message.id);
        if (found) ret->at[i].message = *found;
    }
    return OK;
}

/* ---- what is proposed */

static bool proposes(Cx *cx, Str reaction)
{
    Str one, rest = setting_str(cx, "warroom.reactions");
    while (str_next(&rest, ' ', &one))
        if (one.len && str_eq(one, reaction)) return true;
    return false;
}

static void reasons_of(Cx *cx, const Message *m, Proposal *p)
{
    if (m->pinned_ms) *list_add(cx->arena, &p->reasons) = (ProposalReason){ S("pinned"), m->pinned_by.name };
    list_each(&m->reactions, i)
        if (proposes(cx, m->reactions.at[i].reaction)) {
            *list_add(cx->arena, &p->reasons) = (ProposalReason){ S("reaction"), m->reactions.at[i].reaction };
            break;
        }
    signals_of(cx->arena, m, &p->reasons, &p->kind);
}

/** Reasons that do not follow from the message itself stay. */
static void carry_over(Cx *cx, const Proposal *was, Proposal *now)
{
    list_each(&was->reasons, i) {
        Str r = was->reasons.at[i].reason;
        if (str_eq(r, S("cause")) || str_eq(r, S("hand"))) *list_add(cx->arena, &now->reasons) = was->reasons.at[i];
    }
}

Err proposal_look(Cx *cx, const Message *m)
{
    Proposal was, now = { .state = S("proposed") };
    if (m->deleted_ms || m->event_id.len || !str_eq(m->kind, S("text"))) return OK;
    TRY(find(cx, m->id, &was));
    if (str_eq(was.state, S("accepted"))) return OK;
    reasons_of(cx, m, &now);
    carry_over(cx, &was, &now);
    if (!now.reasons.len) {
        if (!was.state.len) return OK;
        TRY(proposal_remove(cx, m->id));
        return tell(cx, m);
    }
    bool same = str_eq(reasons_json(cx->arena, &was.reasons), reasons_json(cx->arena, &now.reasons)) && str_eq(was.kind, now.kind);
    if (same) return OK;
    if (str_eq(was.state, S("dismissed")) && now.reasons.len <= was.reasons.len) now.state = was.state;    /* only more brings it back */
    TRY(put(cx, m, &now));
    return tell(cx, m);
}

/* ---- the first mention of what it turned out to be */

static size_t hits(Arena *a, const Strs *wanted, Str body)
{
    Strs there = words_that_matter(a, body);
    size_t n = 0;
    list_each(wanted, i)
        list_each(&there, k)
            if (str_eq(wanted->at[i], there.at[k])) { n++; break; }
    return n;
}

/** The earliest message that says at least half of the words that matter, and two of them; "" when there is none. */
static Err first_to_say(Cx *cx, Str incident, Str what, Str *ret)
{
    Strs wanted = words_that_matter(cx->arena, what);
    size_t need = (wanted.len + 1) / 2 < 2 ? 2 : (wanted.len + 1) / 2;
    *ret = S("");
    if (wanted.len < need) return OK;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_message_words);
    stmt_str(&q, "incident", incident);
    while (!ret->len && stmt_step(&q)) {
        auto_arena a = arena_new(16 << 10);
        Str id = stmt_col_str(&q, 0), body = stmt_col_str(&q, 1);
        if (hits(a, &wanted, body) >= need) *ret = id;
    }
    return stmt_end(&q);
}

typedef struct Naming { Str message, what; } Naming;

static Err name_cause(Cx *cx, void *arg)
{
    const Naming *n = arg;
    Message m;
    Proposal p;
    TRY(message_get(cx, n->message, &m));
    TRY(find(cx, m.id, &p));
    if (m.event_id.len || m.deleted_ms || str_eq(p.state, S("accepted"))) return OK;
    list_each(&p.reasons, i)
        if (str_eq(p.reasons.at[i].reason, S("cause"))) return OK;
    *list_add(cx->arena, &p.reasons) = (ProposalReason){ S("cause"), utf8_clip(n->what, 200) };
    if (!p.kind.len || str_eq(p.kind, S("message"))) p.kind = S("hypothesis");
    p.state = S("proposed");
    TRY(put(cx, &m, &p));
    return tell(cx, &m);
}

static Err look_for(Cx *cx, Str incident, Str what)
{
    Naming n = { .what = what };
    TRY(first_to_say(cx, incident, what, &n.message));
    return n.message.len ? cx_write(cx, name_cause, &n) : OK;
}

Err cause_confirmed(Cx *cx, const Event *event) { return look_for(cx, event->subject, event->title); }

Err causes_changed(Cx *cx, const Event *event)
{
    json_t *data;
    Incident i;
    if (json_parse(cx->arena, event->data, &data).info || !str_eq(json_str(data, "field"), S("causes"))) return OK;
    Cx all = *cx;
    all.actor = (Actor){ .role = ROLE_ADMIN };
    TRY(incident_get(&all, event->subject, &i));
    list_each(&i.causes, k) {
        const Cause *c = &i.causes.at[k];
        Str what = arena_fmt(cx->arena, STR_FMT " " STR_FMT, STR_ARG(c->name), STR_ARG(c->note));
        TRY(look_for(cx, event->subject, c->note.len ? c->note : what));
    }
    return OK;
}

/* ---- onto the timeline */

static Str first_words(Arena *a, const Message *m)
{
    Str line = str_trim(str_before(str_trim(m->body), '\n')), cut = utf8_clip(line, 240);
    if (!line.len) return m->files.len ? m->files.at[0].name : S("");
    return cut.len < line.len ? arena_fmt(a, STR_FMT "…", STR_ARG(cut)) : line;
}

/** Its whole text when the title does not say it, and its pictures, frozen. */
static Str event_body(Arena *a, const Message *m, Str title)
{
    Buf b = buf_new(a, MESSAGE_BODY_MAX + 16384);
    if (!str_eq(str_trim(m->body), title)) buf_add(&b, utf8_clip(m->body, 16000));
    list_each(&m->files, i) {
        const MessageFile *f = &m->files.at[i];
        if (!f->url.len || !f->name.len || message_file_is_pictured(m, f)) continue;
        if (b.len) buf_add(&b, S("\n\n"));
        if (str_eq(f->kind, S("image"))) buf_byte(&b, '!');
        buf_byte(&b, '[');
        for (size_t k = 0; k < f->name.len; k++) { if (strchr("[]\\", f->name.at[k])) buf_byte(&b, '\\'); buf_byte(&b, f->name.at[k]); }
        buf_fmt(&b, "](<" STR_FMT ">)", STR_ARG(f->url));
    }
    return buf_str(&b);
}

Err message_path(Cx *cx, Str incident, Str message, Str *ret)
{
    Incident i;
    TRY(incident_row(cx, incident, &i));
    *ret = arena_fmt(cx->arena, "/incidents/" STR_FMT "?tab=room&message=" STR_FMT, STR_ARG(i.reference), STR_ARG(message));
    return OK;
}

Err message_to_timeline(Cx *cx, Str message, Str kind, Str title, Str *ret_event)
{
    Message m;
    Proposal p;
    Str path;
    TRY(message_get(cx, message, &m));
    if (m.deleted_ms) return fail(cx->arena, ERR_CONFLICT, "the message was deleted");
    *ret_event = m.event_id;
    if (m.event_id.len) return OK;
    TRY(find(cx, message, &p));
    TRY(message_path(cx, m.incident_id, m.id, &path));
    Str words = title.len ? title : first_words(cx->arena, &m);
    TimelineEvent e = { .kind = kind.len ? kind : p.kind.len ? p.kind : S("message"), .title = words, .body = event_body(cx->arena, &m, words),
        .occurred_ms = m.at_ms, .source = m.source, .starred = true, .hand_made = true, .actor = { .id = m.author.id },
        .evidence = { .kind = S("message"), .id = m.id, .title = arena_fmt(cx->arena, STR_FMT ": " STR_FMT, STR_ARG(m.author.name), STR_ARG(utf8_clip(words, 300))),
                      .url = path } };
    if (!m.author.id.len) {
        Buf b = buf_new(cx->arena, 4096);
        buf_add(&b, S("{\"said_by\":"));
        buf_json(&b, m.author.name);
        buf_byte(&b, '}');
        e.data = buf_str(&b);
    }
    TRY(timeline_add(cx, m.incident_id, &e));
    TRY(message_event_set(cx, m.id, e.id));
    *ret_event = e.id;
    p.state = S("accepted");
    p.kind = e.kind;
    TRY(put(cx, &m, &p));
    return proposal_decide(cx, m.id, "accepted");
}

Err message_off_timeline(Cx *cx, Str message)
{
    Message m;
    Cx any = *cx;
    any.if_match = MATCH_ANY;
    TRY(message_get(cx, message, &m));
    if (!m.event_id.len) return OK;
    Err e = timeline_remove(&any, m.event_id);
    if (!err_is(e, ERR_NOT_FOUND)) TRY(e);
    TRY(message_event_set(cx, m.id, S("")));
    return proposal_decide(cx, m.id, "proposed");
}
