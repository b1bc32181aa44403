/* What goes out: one row for each piece of news and place, sent in their order. A row is claimed before it is sent; when nobody knows
 * whether Slack took it (the connection broke, the server was killed), Slack is asked for the message with our mark first. Nothing of
 * a private incident goes out, also when it turned private after the row was written. */
#include "app/app.h"
#include "feature/chat/rules.h"
#include "sql.gen.h"

enum { CLAIM_MS = 90 * 1000, TEXT_MOST = 12000 };

Str slack_words(Arena *a, Str text)
{
    Buf b = buf_new(a, text.len * 5 + 16);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '&') buf_add(&b, S("&amp;"));
        else if (c == '<') buf_add(&b, S("&lt;"));
        else if (c == '>') buf_add(&b, S("&gt;"));
        else if (c == '*' && str_starts(str_sub(text, i, 2), S("**"))) { buf_byte(&b, '*'); i++; }
        else buf_byte(&b, c);
    }
    return buf_str(&b);
}

Err post_add(Cx *cx, const Post *p)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_post_add);
    stmt_str(&q, "id", p->id);
    stmt_str(&q, "kind", str_of(p->kind ? p->kind : "say"));
    stmt_str(&q, "source", p->source);
    stmt_str(&q, "channel", p->channel);
    stmt_str(&q, "incident", p->incident);
    stmt_str(&q, "message", p->message);
    stmt_str(&q, "url", p->url);
    stmt_str(&q, "text", p->text);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    Str place = arena_fmt(cx->arena, STR_FMT "/" STR_FMT, STR_ARG(p->source), STR_ARG(p->channel));
    return job_add(cx, "chat.post", place, cx->now_ms, arena_fmt(cx->arena, "chat.post:" STR_FMT, STR_ARG(place)));
}

/* ---- sending one */

static Err next(Cx *cx, PostRow *r)
{
    r->found = false;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_post_next);
    stmt_str(&q, "source", r->source);
    stmt_str(&q, "channel", r->channel);
    if (stmt_step(&q)) {
        r->found = true;
        r->n = stmt_col_int(&q, 0);
        Str *texts[] = { &r->id, &r->kind, &r->incident, &r->message, &r->url, &r->text, &r->state };
        for (int i = 0; i < 7; i++) *texts[i] = stmt_col_str(&q, i + 1);
        r->created_ms = stmt_col_int(&q, 8);
        r->claimed_ms = stmt_col_int(&q, 9);
    }
    return stmt_end(&q);
}

static Err claim(Cx *cx, void *arg)
{
    PostRow *r = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_post_claim);
    stmt_int(&q, "n", r->n);
    stmt_str(&q, "state", r->state);
    stmt_int(&q, "claimed_ms", r->claimed_ms);
    stmt_int(&q, "now_ms", cx->now_ms);
    stmt_step(&q);
    r->mine = stmt_changes(&q) > 0;
    return stmt_end(&q);
}

static Err settle(Cx *cx, void *arg)
{
    const PostRow *r = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_chat_post_end);
    stmt_int(&q, "n", r->n);
    stmt_str(&q, "state", r->end);
    stmt_str(&q, "error", utf8_clip(r->error, 500));
    stmt_str(&q, "posted", r->posted);
    TRY(stmt_exec(&q));
    if (!r->posted.len || !r->message.len || !str_eq(r->kind, S("say"))) return OK;
    return message_ref_put(cx, r->message, r->source, r->channel, r->posted);
}

static Err end(Cx *cx, PostRow *r, Str state, Str error)
{
    r->end = state;
    r->error = error;
    return cx_write(cx, settle, r);
}

/** What to say, and in which thread; empty: nothing (any more). Taking something back is done also of what turned private. */
static Err words(Cx *cx, PostRow *r, Str *ret_text, Str *ret_thread)
{
    bool takes_back = str_eq(r->kind, S("delete"));
    *ret_text = takes_back ? S("(deleted)") : r->text;
    *ret_thread = S("");
    if (r->incident.len && !takes_back) {
        Incident i;
        TRY(incident_row(cx, r->incident, &i));
        if (i.audience.len) { *ret_text = S(""); return OK; }
    }
    if (!r->message.len || takes_back || str_eq(r->kind, S("react"))) return OK;
    Message m;
    TRY(message_get(cx, r->message, &m));
    if (m.thread_id.len) TRY(message_ref_of(cx, m.thread_id, r->source, r->channel, ret_thread));
    const char *bold = str_eq(r->source, S("slack")) ? "*" : "**";
    *ret_text = m.deleted_ms ? S("") : arena_fmt(cx->arena, "%s" STR_FMT ":%s " STR_FMT, bold, STR_ARG(slack_words(cx->arena, m.author.name)), bold, STR_ARG(slack_words(cx->arena, utf8_clip(m.body, TEXT_MOST))));
    return OK;
}

static Err send(Cx *cx, PostRow *r)
{
    Str text, thread;
    r->posted = S("");
    TRY(words(cx, r, &text, &thread));
    if (!text.len) return end(cx, r, S("dropped"), S("private, or deleted"));
    Err e = str_eq(r->source, S("slack")) ? slack_send(cx, r, text, thread)
          : str_eq(r->source, S("slack_answer")) ? hook_post(cx, "Slack", r->url, r->text) : hook_send(cx, r, text);
    if (!e.info) return end(cx, r, S("sent"), S(""));
    if (err_is(e, ERR_NOT_FOUND)) return end(cx, r, S("dropped"), S("private, or deleted"));      /* it was never said there */
    if (err_is(e, ERR_TOO_MANY)) TRY(end(cx, r, str_eq(r->state, S("waiting")) ? S("waiting") : S("unsure"), err_text(cx->arena, e)));
    else if (err_is(e, ERR_UNAVAILABLE) || err_is(e, ERR_INTERNAL)) TRY(end(cx, r, S("unsure"), err_text(cx->arena, e)));
    else return end(cx, r, S("dropped"), err_text(cx->arena, e));
    return e;
}

/** `payload`: "slack/C024BE7LR" */
Err post_run(Cx *cx, Str payload)
{
    for (;;) {
        PostRow r = { .source = str_before(payload, '/'), .channel = str_after(payload, '/') };
        TRY(next(cx, &r));
        if (!r.found) return OK;
        if (str_eq(r.state, S("sending")) && r.claimed_ms > cx->now_ms - CLAIM_MS)
            return fail(cx->arena, ERR_UNAVAILABLE, "another run sends to this channel");      /* it may end before it sees the new row */
        TRY(cx_write(cx, claim, &r));
        if (r.mine) TRY(send(cx, &r));
    }
}
