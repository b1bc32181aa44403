/* The configured model: its settings, the day's budget, what was sent. */
#include <pthread.h>
#include "app/app.h"
#include "app/audit.h"
#include "base/id.h"
#include "base/time.h"
#include "base/utf8.h"
#include "feature/draft/draft.h"
#include "sql.gen.h"

enum { DAY_MS = 86400000, KEPT_BYTES = 1 << 20, TEST_MS = 20000 };

/* ---- settings */

static Err check_address(Cx *cx, Str v)
{
    bool ok = !v.len || ((str_starts(v, S("https://")) || str_starts(v, S("http://"))) && str_index(v, ' ') < 0);
    return ok ? OK : fail_field(cx->arena, S("ai.base_url"), "this is no address like https://models.example.com/v1");
}

static Err check_header(Cx *cx, Str v)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    for (size_t i = 0; i < v.len; i++)
        if (!memchr(letters, v.at[i], sizeof letters - 1)) return fail_field(cx->arena, S("ai.key_header"), "this is no name of a header");
    return OK;
}

static const char *const providers[] = { "none", "openai", "anthropic", NULL };
static const char *const masks[] = { "names and addresses", "addresses", "secrets only", NULL };
static const char *const policies[] = { "mark", "drop", NULL };
const Setting draft_settings[] = {
    { .key = "ai.provider", .type = SETTING_CHOICE, .standard = "none", .title = "Protocol of the model", .options = providers,
      .help = "openai: OpenAI, Azure, vLLM, llama.cpp, Ollama and others alike; anthropic: the Messages API. none: nothing leaves this server" },
    { .key = "ai.base_url", .type = SETTING_TEXT, .standard = "", .title = "Address", .max = 500, .check = check_address,
      .help = "Requests go to this host only. Empty: the vendor's own. For example http://127.0.0.1:11434/v1" },
    { .key = "ai.model", .type = SETTING_TEXT, .standard = "", .title = "Model", .help = "As the service names it", .max = 200 },
    { .key = "ai.key", .type = SETTING_SECRET, .standard = "", .title = "Key", .help = "Sealed, never shown again", .max = 1000 },
    { .key = "ai.key_header", .type = SETTING_TEXT, .standard = "", .title = "Header that carries the key", .help = "Empty: the usual one. Azure: api-key", .max = 60, .check = check_header },
    { .key = "ai.allow", .type = SETTING_TEXT, .standard = "", .title = "Allowed besides the public internet", .max = 500,
      .help = "Addresses, blocks and host names for models in your own network: 127.0.0.1, 10.0.0.0/8, models.internal" },
    { .key = "ai.timeout_s", .type = SETTING_INT, .standard = "180", .title = "Longest wait for an answer, in seconds", .min = 5, .max = 900 },
    { .key = "ai.retries", .type = SETTING_INT, .standard = "3", .title = "Tries more after 429 and 5xx", .help = "Waits as long as the service asks", .min = 0, .max = 8 },
    { .key = "ai.window", .type = SETTING_INT, .standard = "32000", .title = "Tokens of evidence in one request", .help = "Longer incidents are condensed to it", .min = 2000, .max = 2000000 },
    { .key = "ai.tokens_per_day", .type = SETTING_INT, .standard = "5000000", .title = "Tokens a day", .help = "Then drafting rests until midnight UTC. 0: no limit", .min = 0, .max = 2000000000 },
    { .key = "ai.cents_per_day", .type = SETTING_INT, .standard = "0", .title = "Cents a day", .help = "By the prices below. 0: no limit", .min = 0, .max = 100000000 },
    { .key = "ai.price_in", .type = SETTING_INT, .standard = "0", .title = "Cents per million tokens in", .min = 0, .max = 1000000 },
    { .key = "ai.price_out", .type = SETTING_INT, .standard = "0", .title = "Cents per million tokens out", .min = 0, .max = 1000000 },
    { .key = "ai.mask", .type = SETTING_CHOICE, .standard = "names and addresses", .title = "Masked before anything leaves", .options = masks,
      .help = "Passwords, tokens and keys always; names of people, e-mail and IP addresses by choice. They are put back in what returns" },
    { .key = "ai.private_incidents", .type = SETTING_BOOL, .standard = "false", .title = "Private incidents may be sent to the model" },
    { .key = "ai.review", .type = SETTING_BOOL, .standard = "false", .title = "Review by AI",
      .help = "On request it asks a few questions about a report, as comments on the words they concern" },
    { .key = "ai.unsupported", .type = SETTING_CHOICE, .standard = "mark", .title = "Claims that the evidence does not support", .options = policies,
      .help = "mark: they stay, visibly; drop: they are left out" },
    { .key = "report.automatic", .type = SETTING_CHOICE, .standard = "never", .title = "Draft a report when an incident is resolved", .options = automatic_policies,
      .help = "reports that are due: of severities whose reports are due within some time. What people wrote is never touched" },
    { .key = "report.automatic_teams", .type = SETTING_TEXT, .standard = "", .title = "Drafted for these teams only", .help = "Names of teams, divided by commas. Empty: for all",
      .max = 1000, .check = automatic_check_teams },
    { .key = "report.automatic_ai", .type = SETTING_BOOL, .standard = "true", .title = "The AI drafts too, where one is configured",
      .help = "Sections that their template allows and nobody wrote in, of incidents that may be sent to a model" },
    { .key = "ai.keep_days", .type = SETTING_INT, .standard = "90", .title = "Days that what was sent is kept", .min = 1, .max = 3650 },
    { 0 },
};

Err model_open(Cx *cx, Model *ret)
{
    Str provider = setting_str(cx, "ai.provider"), model = setting_str(cx, "ai.model");
    const Llm *llm = llm_find(provider);
    if (!llm) return fail(cx->arena, ERR_CONFLICT, "%s", "no model is configured: an administrator can do so in Settings → AI");
    if (!model.len) return fail(cx->arena, ERR_CONFLICT, "%s", "no model is named in Settings → AI");
    *ret = (Model){ llm, { .base_url = setting_str(cx, "ai.base_url"), .key = setting_str(cx, "ai.key"), .model = model, .key_header = setting_str(cx, "ai.key_header"),
        .allow = setting_str(cx, "ai.allow"), .connect_ms = 10000, .total_ms = setting_int(cx, "ai.timeout_s") * 1000, .retries = (int)setting_int(cx, "ai.retries") },
        setting_int(cx, "ai.window") };
    return OK;
}

Err model_may_read(Cx *cx, const Incident *i)
{
    if (!i->audience.len || setting_bool(cx, "ai.private_incidents")) return OK;
    return fail(cx->arena, ERR_CONFLICT, STR_FMT " is private, and private incidents are not sent to a model here", STR_ARG(i->reference));
}

/* ---- budget */

Err model_spent_today(Cx *cx, Spent *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_call_spent);
    stmt_int(&q, "since_ms", cx->now_ms / DAY_MS * DAY_MS);
    if (stmt_step(&q)) *ret = (Spent){ .tokens = stmt_col_int(&q, 0), .cost_micro = stmt_col_int(&q, 1) };
    return stmt_end(&q);
}

Err model_spent_on(Cx *cx, Str report, Spent *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_call_spent_on);
    stmt_str(&q, "report", report);
    if (stmt_step(&q)) *ret = (Spent){ stmt_col_int(&q, 0), stmt_col_int(&q, 1), stmt_col_int(&q, 2) };
    return stmt_end(&q);
}

static Err within_budget(Cx *cx)
{
    Spent spent = { 0 };
    int64_t tokens = setting_int(cx, "ai.tokens_per_day"), cents = setting_int(cx, "ai.cents_per_day");
    TRY(model_spent_today(cx, &spent));
    if (tokens && spent.tokens >= tokens) return fail(cx->arena, ERR_TOO_MANY, "the day's %lld tokens are used up; it goes on at midnight UTC", (long long)tokens);
    if (cents && spent.cost_micro >= cents * 10000)
        return fail(cx->arena, ERR_TOO_MANY, "the day's budget of %lld.%02lld is used up; it goes on at midnight UTC", (long long)cents / 100, (long long)cents % 100);
    return OK;
}

/* ---- calls that run, so that they can be stopped */

enum { RUNNING = 64 };
static struct { char id[64]; atomic_bool stop; bool used; } running[RUNNING];
static pthread_mutex_t running_lock = PTHREAD_MUTEX_INITIALIZER;

const atomic_bool *running_begin(Str id)
{
    const atomic_bool *stop = NULL;
    pthread_mutex_lock(&running_lock);
    for (size_t i = 0; i < RUNNING && !stop; i++) {
        if (running[i].used || id.len >= sizeof running[i].id) continue;
        running[i].used = true;
        memcpy(running[i].id, id.at, id.len);
        running[i].id[id.len] = 0;
        atomic_store(&running[i].stop, false);
        stop = &running[i].stop;
    }
    pthread_mutex_unlock(&running_lock);
    return stop;
}

static void running_each(Str id, bool end)
{
    pthread_mutex_lock(&running_lock);
    for (size_t i = 0; i < RUNNING; i++) {
        if (!running[i].used || !str_eq(str_of(running[i].id), id)) continue;
        if (end) running[i].used = false;
        else atomic_store(&running[i].stop, true);
    }
    pthread_mutex_unlock(&running_lock);
}

void running_end(Str id) { running_each(id, true); }
void running_stop(Str id) { running_each(id, false); }

/* ---- a call */

typedef struct Kept { const Model *m; const ModelCall *call; const LlmAnswer *answer; Str sent, received, error, host; } Kept;

int64_t model_cost(Cx *cx, const LlmAnswer *answer)
{
    return (answer->tokens_in * setting_int(cx, "ai.price_in") + answer->tokens_out * setting_int(cx, "ai.price_out")) / 100;
}

static Err keep(Cx *cx, void *arg)
{
    const Kept *k = arg;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_call_add);
    stmt_str(&q, "id", id_new(cx->arena, cx->now_ms));
    stmt_str(&q, "report", k->call->report);
    stmt_str(&q, "incident", k->call->incident);
    stmt_str(&q, "purpose", str_of(k->call->purpose));
    stmt_str(&q, "section", k->call->section);
    stmt_str(&q, "by", k->call->by);
    stmt_int(&q, "at_ms", cx->now_ms);
    stmt_str(&q, "provider", str_of(k->m->llm->name));
    stmt_str(&q, "host", k->host);
    stmt_str(&q, "model", k->answer->model.len ? k->answer->model : k->m->config.model);
    stmt_str(&q, "sent", utf8_clip(k->sent, KEPT_BYTES));
    stmt_str(&q, "received", utf8_clip(k->received, KEPT_BYTES));
    stmt_str(&q, "error", k->error);
    stmt_int(&q, "tokens_in", k->answer->tokens_in);
    stmt_int(&q, "tokens_out", k->answer->tokens_out);
    stmt_int(&q, "cost_micro", model_cost(cx, k->answer));
    stmt_int(&q, "took_ms", k->answer->took_ms);
    return stmt_exec(&q);
}

/** Well-formed text, for a database that takes no other. */
static Str sound(Arena *a, Str s)
{
    Buf b = buf_new(a, s.len + 16);
    for (size_t i = 0, w; i < s.len; i += w)
        if (utf8_next(s, i, &w) != UTF8_BAD && s.at[i]) buf_add(&b, str_sub(s, i, w));
    return buf_str(&b);
}

Err model_call(Cx *cx, const Model *m, ModelCall *call, LlmAnswer *answer)
{
    TRY(within_budget(cx));
    LlmRequest request = call->request;
    request.system = mask_text(call->mask, request.system);
    request.user = mask_text(call->mask, request.user);
    Str base = m->config.base_url.len ? m->config.base_url : str_of(m->llm->base_url);
    ptrdiff_t host = str_find(base, S("://"));
    Kept k = { m, call, answer, .host = str_before(str_sub(base, (size_t)(host < 0 ? 0 : host + 3), base.len), '/') };
    Err e = llm_ask(m->llm, cx->arena, &m->config, &request, answer);
    k.sent = arena_fmt(cx->arena, STR_FMT "\n\n" STR_FMT, STR_ARG(request.system), STR_ARG(request.user));
    k.received = sound(cx->arena, answer->text);
    k.error = e.info ? sound(cx->arena, err_text(cx->arena, e)) : S("");
    if (e.info) answer->tokens_out = 0;
    if (e.info && !err_is(e, ERR_UNAVAILABLE)) answer->tokens_in = 0;      /* refused: nobody counts it */
    err_log(cx_write(cx, keep, &k), "noting what was sent to a model");
    TRY(e);
    answer->text = mask_back(call->mask, k.received);
    return OK;
}

/* ---- routes */

typedef struct Usage { bool enabled, review; Str provider, model, host; int64_t tokens_today, tokens_per_day; double cost_today, cost_per_day; } Usage;
SHAPE(draft_usage_shape, Usage, "Whether a model is configured, and what it used today",
    FIELD(Usage, enabled, READ_ONLY, "A model is configured"),
    FIELD(Usage, review, READ_ONLY, "It may be asked to review reports"),
    FIELD(Usage, model, READ_ONLY, "As the service names it"),
    FIELD(Usage, host, READ_ONLY, "The only host that is asked"),
    FIELD(Usage, tokens_today, READ_ONLY, "Since midnight UTC"),
    FIELD(Usage, tokens_per_day, READ_ONLY, "0: no limit"),
    FIELD(Usage, cost_today, READ_ONLY, "By the prices in the settings, in their currency"),
    FIELD(Usage, cost_per_day, READ_ONLY, "0: no limit"));

Err draft_usage_get(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Model m;
    Spent spent = { 0 };
    Usage u = { .enabled = !model_open(cx, &m).info };
    TRY(model_spent_today(cx, &spent));
    if (u.enabled) {
        Str base = m.config.base_url.len ? m.config.base_url : str_of(m.llm->base_url);
        ptrdiff_t i = str_find(base, S("://"));
        u.model = m.config.model;
        u.host = str_before(str_sub(base, (size_t)(i < 0 ? 0 : i + 3), base.len), '/');
    }
    u.review = u.enabled && setting_bool(cx, "ai.review");
    u.tokens_today = spent.tokens;
    u.tokens_per_day = setting_int(cx, "ai.tokens_per_day");
    u.cost_today = (double)spent.cost_micro / 1e6;
    u.cost_per_day = (double)setting_int(cx, "ai.cents_per_day") / 100;
    res_json(cx, res, &draft_usage_shape, &u);
    return OK;
}

typedef struct TestResult { bool works; Str error, model, said; int64_t took_ms, tokens; } TestResult;
SHAPE(draft_test_shape, TestResult, "What the model answers to a test",
    FIELD(TestResult, works, READ_ONLY, "It answered in the form that was asked for"),
    FIELD(TestResult, error, READ_ONLY, "What is wrong, in the words of the service"),
    FIELD(TestResult, model, READ_ONLY, "As the service names it"),
    FIELD(TestResult, said, READ_ONLY, "What it answered"),
    FIELD(TestResult, took_ms, READ_ONLY, "How long it took"),
    FIELD(TestResult, tokens, READ_ONLY, "How many it counted"));

Err draft_test_post(Cx *cx, Req *req, Res *res)
{
    (void)req;
    Model m;
    LlmAnswer answer = { 0 };
    TestResult r = { 0 };
    Mask mask = { .arena = cx->arena };
    ModelCall call = { .purpose = "test", .by = cx->actor.id, .mask = &mask, .request = { .system = S("You test a connection."),
        .user = S("Give the single claim \"It works.\" with the evidence E1."), .schema_name = S("claims"), .schema = str_of(claims_schema), .max_tokens = 500 } };
    TRY(model_open(cx, &m));
    m.config.retries = 0;
    m.config.total_ms = TEST_MS;
    Err e = model_call(cx, &m, &call, &answer);
    Statements claims = { 0 };
    bool *starts;
    Str form;
    if (!e.info) claims_read(cx->arena, answer.text, &claims, &starts, &form);
    r.works = !e.info && claims.len > 0;
    r.error = e.info ? err_text(cx->arena, e) : r.works ? S("") : S("it answers, but not in the form of the JSON schema that was asked for");
    r.model = answer.model;
    r.said = utf8_clip(answer.text, 500);
    r.took_ms = answer.took_ms;
    r.tokens = answer.tokens_in + answer.tokens_out;
    res_json(cx, res, &draft_test_shape, &r);
    return OK;
}

typedef struct Sent { Str id, purpose, section, by_id, provider, host, model, sent, received, error; int64_t sent_ms, tokens_in, tokens_out, took_ms; double cost; } Sent;
SHAPE(draft_sent_shape, Sent, "What was sent to a model, as it left, and what came back",
    FIELD(Sent, id, READ_ONLY, "UUIDv7"), FIELD(Sent, purpose, READ_ONLY, "section, repair, question, test"), FIELD(Sent, section, READ_ONLY, "Key of the section"),
    FIELD(Sent, by_id, READ_ONLY, "Who asked for it"), FIELD_AT(Sent, sent_ms, READ_ONLY, "When"), FIELD(Sent, provider, READ_ONLY, "The protocol"),
    FIELD(Sent, host, READ_ONLY, "Where to"), FIELD(Sent, model, READ_ONLY, "As the service names it"), FIELD(Sent, sent, READ_ONLY, "Masked, as it left"),
    FIELD(Sent, received, READ_ONLY, "As it came back, masked"), FIELD(Sent, error, READ_ONLY, "What went wrong"), FIELD(Sent, tokens_in, READ_ONLY, "Tokens"),
    FIELD(Sent, tokens_out, READ_ONLY, "Tokens"), FIELD(Sent, cost, READ_ONLY, "By the prices in the settings"), FIELD(Sent, took_ms, READ_ONLY, "How long it took"));

Err draft_sent_get(Cx *cx, Req *req, Res *res)
{
    LIST(Sent) all = { 0 };
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_draft_call_list);
    stmt_str(&q, "report", req_param(req, "report"));
    stmt_int(&q, "limit", req_limit(req));
    while (stmt_step(&q))
        *list_add(cx->arena, &all) = (Sent){ .id = stmt_col_str(&q, 0), .purpose = stmt_col_str(&q, 1), .section = stmt_col_str(&q, 2), .by_id = stmt_col_str(&q, 3),
            .sent_ms = stmt_col_int(&q, 4), .provider = stmt_col_str(&q, 5), .host = stmt_col_str(&q, 6), .model = stmt_col_str(&q, 7), .sent = stmt_col_str(&q, 8),
            .received = stmt_col_str(&q, 9), .error = stmt_col_str(&q, 10), .tokens_in = stmt_col_int(&q, 11), .tokens_out = stmt_col_int(&q, 12),
            .cost = (double)stmt_col_int(&q, 13) / 1e6, .took_ms = stmt_col_int(&q, 14) };
    TRY(stmt_end(&q));
    res_list(cx, res, &draft_sent_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}
