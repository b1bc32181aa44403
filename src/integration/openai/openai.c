/* OpenAI's chat completions, the protocol that vLLM, llama.cpp, Ollama, LM Studio and Azure speak as well. Streamed, without tools; the
 * answer's form is asked for with response_format. Source: OpenAI API reference, "Create chat completion". */
#include "app/shape.h"
#include "port/integration.h"

static void headers(Arena *a, const LlmConfig *config, LlmHeaders *to)
{
    if (!config->key.len) return;
    if (config->key_header.len) *list_add(a, to) = (HttpHeader){ config->key_header, config->key };
    else *list_add(a, to) = (HttpHeader){ S("Authorization"), arena_fmt(a, "Bearer " STR_FMT, STR_ARG(config->key)) };
}

/** Newer models of OpenAI refuse max_tokens, and other servers do not know max_completion_tokens. */
static bool is_openai(const LlmConfig *config)
{
    return !config->base_url.len || str_find(config->base_url, S("api.openai.com")) >= 0 || str_find(config->base_url, S(".azure.com")) >= 0;
}

static void message(Buf *b, const char *role, Str text)
{
    buf_fmt(b, "{\"role\":\"%s\",\"content\":", role);
    buf_json(b, text);
    buf_byte(b, '}');
}

static Str body(Arena *a, const LlmConfig *config, const LlmRequest *r)
{
    Buf b = buf_new(a, 64 << 20);
    buf_add(&b, S("{\"model\":"));
    buf_json(&b, config->model);
    buf_add(&b, S(",\"messages\":["));
    message(&b, "system", r->system);
    buf_byte(&b, ',');
    message(&b, "user", r->user);
    buf_add(&b, S("],\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
    if (r->max_tokens) buf_fmt(&b, ",\"%s\":%lld", is_openai(config) ? "max_completion_tokens" : "max_tokens", (long long)r->max_tokens);
    if (r->schema.len)
        buf_fmt(&b, ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"" STR_FMT "\",\"strict\":true,\"schema\":" STR_FMT "}}", STR_ARG(r->schema_name),
                STR_ARG(r->schema));
    buf_byte(&b, '}');
    return buf_str(&b);
}

static int64_t number(const json_t *o, const char *key) { return (int64_t)json_integer_value(json_object_get(o, key)); }

static void usage(LlmReading *r, const json_t *data)
{
    const json_t *u = json_object_get(data, "usage");
    if (!json_is_object(u)) return;
    r->answer->tokens_in = number(u, "prompt_tokens");
    r->answer->tokens_out = number(u, "completion_tokens");
}

static void ended(LlmReading *r, Str reason)
{
    if (!reason.len) return;
    r->answer->ended = str_eq(reason, S("length")) ? S("length") : str_eq(reason, S("content_filter")) ? S("refused") : S("stop");
}

static void said(LlmReading *r, const json_t *message)
{
    buf_add(&r->text, json_str(message, "content"));
    if (json_str(message, "refusal").len) r->answer->ended = S("refused");
}

static void event(LlmReading *r, Str name, const json_t *data)
{
    (void)name;
    const json_t *choice = json_array_get(json_object_get(data, "choices"), 0), *error = json_object_get(data, "error");
    if (json_is_object(error) || json_is_string(error)) {
        Str says = json_is_string(error) ? json_str(data, "error") : json_str(error, "message");
        r->error = says.len ? says : S("an error");
        return;
    }
    bool refused = str_eq(r->answer->ended, S("refused"));
    said(r, json_object_get(choice, "delta"));
    if (!refused) ended(r, json_str(choice, "finish_reason"));
    if (json_str(data, "model").len) r->answer->model = json_str(data, "model");
    usage(r, data);
}

static void whole(LlmReading *r, const json_t *data)
{
    const json_t *choice = json_array_get(json_object_get(data, "choices"), 0);
    ended(r, json_str(choice, "finish_reason"));
    said(r, json_object_get(choice, "message"));
    if (json_str(data, "model").len) r->answer->model = json_str(data, "model");
    usage(r, data);
}

static const Llm llm = {
    .name = "openai", .title = "OpenAI-compatible", .base_url = "https://api.openai.com/v1", .path = "/chat/completions",
    .help = "OpenAI, Azure OpenAI, vLLM, llama.cpp, Ollama and everything else that offers /chat/completions",
    .headers = headers, .body = body, .event = event, .whole = whole,
};

const Integration openai_integration = { .name = "openai", .llm = &llm };
