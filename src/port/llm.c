#include "port/llm.h"
#include <curl/curl.h>
#include <time.h>
#include "app/shape.h"
#include "base/time.h"
#include "base/utf8.h"
#include "port/integration.h"

enum { ANSWER_BYTES = 8 << 20, TEXT_BYTES = 1 << 20, FIRST_PAUSE_MS = 1000, LONGEST_PAUSE_MS = 60000, TICK_MS = 50 };

const Llm *llm_find(Str name)
{
    for (size_t i = 0; integrations[i]; i++)
        if (integrations[i]->llm && str_eq(name, str_of(integrations[i]->name))) return integrations[i]->llm;
    return NULL;
}

int64_t llm_tokens(Str text)
{
    int64_t latin = 0, other = 0;
    for (size_t i = 0, w; i < text.len; i += w) { if (utf8_next(text, i, &w) < 0x2E80) latin++; else other++; }
    return latin / 4 + other + 1;
}

/* ---- errors */

Str llm_error_text(Arena *a, Str body)
{
    json_t *v, *error;
    if (json_parse(a, body, &v).info) return utf8_clip(str_trim(body), 300);
    if (json_is_array(v)) v = json_array_get(v, 0);
    error = json_object_get(v, "error");
    Str text = json_is_string(error) ? json_str(v, "error") : json_str(error, "message");
    if (!text.len) text = json_str(v, "message");
    if (!text.len) text = json_str(v, "detail");
    return utf8_clip(text.len ? text : str_trim(body), 500);
}

static Str host_of(Arena *a, Str url)
{
    ptrdiff_t i = str_find(url, S("://"));
    Str rest = i < 0 ? url : str_sub(url, (size_t)i + 3, url.len);
    return arena_str(a, str_before(str_before(rest, '/'), '?'));
}

static Err refusal(Arena *a, Str host, const ClientRes *res)
{
    Str says = llm_error_text(a, res->body);
    ErrKind kind = res->status == 401 || res->status == 403 ? ERR_FORBIDDEN : res->status == 429 ? ERR_TOO_MANY : res->status >= 500 ? ERR_UNAVAILABLE : ERR_INVALID;
    return fail(a, kind, STR_FMT " answers %d%s" STR_FMT, STR_ARG(host), res->status, says.len ? ": " : "", STR_ARG(says));
}

/* ---- waiting */

int64_t llm_retry_after(const ClientRes *res, int64_t now_ms)
{
    Str ms = client_header(res, "retry-after-ms"), after = client_header(res, "retry-after");
    int64_t n;
    if (str_int(ms, &n) && n >= 0) return n;
    if (str_int(after, &n) && n >= 0) return n > 86400 ? 86400000 : n * 1000;
    if (!after.len || after.len > 60) return -1;
    char text[64] = "";
    memcpy(text, after.at, after.len);
    time_t at = curl_getdate(text, NULL);
    return at < 0 ? -1 : (int64_t)at * 1000 > now_ms ? (int64_t)at * 1000 - now_ms : 0;
}

static bool stopped(const LlmRequest *r) { return r->stop && atomic_load(r->stop); }

static void wait_ms(const LlmRequest *r, int64_t ms)
{
    for (int64_t until = clock_monotonic_ms() + ms; clock_monotonic_ms() < until && !stopped(r);)
        nanosleep(&(struct timespec){ .tv_nsec = TICK_MS * 1000000L }, NULL);
}

/* ---- one attempt */

typedef struct Attempt {
    const Llm *llm;
    const LlmRequest *request;
    LlmReading reading;
    Sse sse;
    size_t heard;                /* bytes of text that `piece` knows */
    bool events;
} Attempt;

static void take_event(void *arg, Str name, Str data)
{
    Attempt *t = arg;
    json_t *v = NULL;
    t->events = true;
    if (str_eq(data, S("[DONE]"))) return;
    if (json_parse(t->reading.arena, data, &v).info) return;
    t->llm->event(&t->reading, name, v);
    if (!t->request->piece || t->reading.text.len == t->heard) return;
    t->request->piece(t->request->arg, str_sub(buf_str(&t->reading.text), t->heard, t->reading.text.len));
    t->heard = t->reading.text.len;
}

static void take_bytes(void *arg, Str bytes)
{
    Attempt *t = arg;
    sse_feed(&t->sse, bytes, take_event, t);
}

/** The address with the protocol's path before its query. */
static Str address(Arena *a, const Llm *llm, const LlmConfig *config)
{
    Str base = config->base_url.len ? config->base_url : str_of(llm->base_url), path = str_before(base, '?');
    while (path.len && path.at[path.len - 1] == '/') path.len--;
    Str query = str_sub(base, str_before(base, '?').len, base.len), tail = str_of(llm->path);
    bool whole = str_ends(path, tail);
    return arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(path), whole ? "" : llm->path, STR_ARG(query));
}

typedef struct Outcome { ClientRes res; bool again; int64_t pause_ms; } Outcome;

static Err attempt(const Llm *llm, Arena *a, Client *client, const LlmConfig *config, const LlmRequest *r, Str body, int64_t left_ms, LlmAnswer *answer, Outcome *out)
{
    Attempt t = { .llm = llm, .request = r, .reading = { .arena = a, .text = buf_new(a, TEXT_BYTES), .answer = answer }, .sse = sse_new(a) };
    Str url = address(a, llm, config), host = host_of(a, url);
    LlmHeaders headers = { 0 };
    *list_add(a, &headers) = (HttpHeader){ S("Content-Type"), S("application/json") };
    *list_add(a, &headers) = (HttpHeader){ S("Accept"), S("text/event-stream") };
    llm->headers(a, config, &headers);
    ClientReq req = { .method = S("POST"), .url = url, .headers = headers.at, .n_headers = headers.len, .body = body, .deadline_ms = left_ms, .connect_ms = config->connect_ms,
                      .max_bytes = ANSWER_BYTES, .stop = r->stop, .part = take_bytes, .arg = &t };
    if (r->piece) r->piece(r->arg, S(""));
    *answer = (LlmAnswer){ .ended = S(""), .model = config->model };
    Err e = client_call(client, a, &req, &out->res);
    out->again = err_is(e, ERR_UNAVAILABLE) && !stopped(r);
    out->pause_ms = -1;
    if (stopped(r)) return fail(a, ERR_UNAVAILABLE, "%s", "it was cancelled");
    TRY(e);
    if (out->res.status >= 300) {
        int s = out->res.status;
        out->again = s == 408 || s == 409 || s == 429 || s >= 500;
        out->pause_ms = llm_retry_after(&out->res, clock_ms());
        return refusal(a, host, &out->res);
    }
    take_bytes(&t, S("\n\n"));                               /* a last event without its blank line */
    json_t *v;
    if (!t.events && !json_parse(a, out->res.body, &v).info) llm->whole(&t.reading, v);
    if (t.reading.error.len) { out->again = true; return fail(a, ERR_UNAVAILABLE, STR_FMT " broke off: " STR_FMT, STR_ARG(host), STR_ARG(t.reading.error)); }
    answer->text = arena_str(a, buf_str(&t.reading.text));
    if (!answer->text.len && !answer->ended.len) {
        out->again = true;
        return fail(a, ERR_UNAVAILABLE, STR_FMT " sent nothing that can be read as an answer: " STR_FMT, STR_ARG(host), STR_ARG(utf8_clip(str_trim(out->res.body), 120)));
    }
    if (buf_full(&t.reading.text) || t.sse.too_long) return fail(a, ERR_TOO_LARGE, "the answer of " STR_FMT " is too long", STR_ARG(host));
    return OK;
}

static void count(const LlmRequest *r, LlmAnswer *answer)
{
    answer->estimated = !answer->tokens_in || !answer->tokens_out;
    if (!answer->tokens_in) answer->tokens_in = llm_tokens(r->system) + llm_tokens(r->user) + llm_tokens(r->schema);
    if (!answer->tokens_out) answer->tokens_out = llm_tokens(answer->text);
}

Err llm_ask(const Llm *llm, Arena *a, const LlmConfig *config, const LlmRequest *r, LlmAnswer *ret)
{
    Client *client;
    Err e = OK;
    LlmAnswer answer = { 0 };
    ClientOptions options = { .allow = config->allow, .user_agent = S("Hindsight") };
    int64_t begun = clock_monotonic_ms(), until = begun + (config->total_ms > 0 ? config->total_ms : 120000), pause = FIRST_PAUSE_MS;
    Str body = llm->body(a, config, r);
    TRY(client_open(a, &options, &client));
    for (int n = 1;; n++) {
        Outcome out = { 0 };
        int64_t left = until - clock_monotonic_ms();
        e = attempt(llm, a, client, config, r, body, left > 0 ? left : 1, &answer, &out);
        answer.attempts = n;
        if (!e.info || !out.again || n > config->retries) break;
        int64_t wait = out.pause_ms >= 0 ? out.pause_ms : pause;
        if (clock_monotonic_ms() + wait >= until) {
            if (out.pause_ms >= 0) e = err_make(a, e, e.info->kind, S(""), __FILE__, __LINE__, "it asks to wait %lld s, longer than an answer may take here", (long long)(wait + 999) / 1000);
            break;
        }
        wait_ms(r, wait);
        if (stopped(r)) { e = fail(a, ERR_UNAVAILABLE, "%s", "it was cancelled"); break; }
        pause = pause * 2 < LONGEST_PAUSE_MS ? pause * 2 : LONGEST_PAUSE_MS;
    }
    client_close(client);
    count(r, &answer);
    answer.took_ms = clock_monotonic_ms() - begun;
    *ret = answer;
    return e;
}
