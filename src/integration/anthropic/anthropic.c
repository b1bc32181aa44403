/* Anthropic's Messages. Streamed; the answer's form is asked for as the input of the only tool, which the model must use: that is how every
 * model of theirs keeps to a schema. Nothing is ever run. Source: Anthropic API reference, "Messages" and "Streaming Messages". */
#include "app/shape.h"
#include "port/integration.h"

enum { STANDARD_TOKENS = 4096 };

static void headers(Arena *a, const LlmConfig *config, LlmHeaders *to)
{
    *list_add(a, to) = (HttpHeader){ S("anthropic-version"), S("2023-06-01") };
    if (config->key.len) *list_add(a, to) = (HttpHeader){ config->key_header.len ? config->key_header : S("x-api-key"), config->key };
}

static Str body(Arena *a, const LlmConfig *config, const LlmRequest *r)
{
    Buf b = buf_new(a, 64 << 20);
    buf_add(&b, S("{\"model\":"));
    buf_json(&b, config->model);
    buf_fmt(&b, ",\"max_tokens\":%lld,\"stream\":true,\"system\":", (long long)(r->max_tokens ? r->max_tokens : STANDARD_TOKENS));
    buf_json(&b, r->system);
    buf_add(&b, S(",\"messages\":[{\"role\":\"user\",\"content\":"));
    buf_json(&b, r->user);
    buf_add(&b, S("}]"));
    if (r->schema.len)
        buf_fmt(&b, ",\"tools\":[{\"name\":\"" STR_FMT "\",\"description\":\"Gives the answer.\",\"input_schema\":" STR_FMT "}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"" STR_FMT "\"}",
                STR_ARG(r->schema_name), STR_ARG(r->schema), STR_ARG(r->schema_name));
    buf_byte(&b, '}');
    return buf_str(&b);
}

static int64_t number(const json_t *o, const char *key) { return (int64_t)json_integer_value(json_object_get(o, key)); }

static void usage(LlmReading *r, const json_t *u)
{
    int64_t in = number(u, "input_tokens") + number(u, "cache_creation_input_tokens") + number(u, "cache_read_input_tokens"), out = number(u, "output_tokens");
    if (in) r->answer->tokens_in = in;
    if (out) r->answer->tokens_out = out;
}

static void ended(LlmReading *r, Str reason)
{
    if (!reason.len) return;
    r->answer->ended = str_eq(reason, S("max_tokens")) || str_eq(reason, S("model_context_window_exceeded")) ? S("length") : str_eq(reason, S("refusal")) ? S("refused") : S("stop");
}

static void event(LlmReading *r, Str name, const json_t *data)
{
    (void)name;                                              /* the data says its type as well */
    Str type = json_str(data, "type");
    const json_t *delta = json_object_get(data, "delta"), *message = json_object_get(data, "message");
    if (str_eq(type, S("error"))) {
        Str says = json_str(json_object_get(data, "error"), "message");
        r->error = says.len ? says : S("an error");
    } else if (str_eq(type, S("message_start"))) {
        if (json_str(message, "model").len) r->answer->model = json_str(message, "model");
        usage(r, json_object_get(message, "usage"));
    } else if (str_eq(type, S("content_block_delta"))) {
        buf_add(&r->text, json_str(delta, "text"));
        buf_add(&r->text, json_str(delta, "partial_json"));
    } else if (str_eq(type, S("message_delta"))) {
        ended(r, json_str(delta, "stop_reason"));
        usage(r, json_object_get(data, "usage"));
    }
}

static void whole(LlmReading *r, const json_t *data)
{
    size_t i;
    json_t *part;
    json_array_foreach(json_object_get(data, "content"), i, part) {
        buf_add(&r->text, json_str(part, "text"));
        if (json_is_object(json_object_get(part, "input"))) buf_add(&r->text, json_text(r->arena, json_object_get(part, "input")));
    }
    if (json_str(data, "model").len) r->answer->model = json_str(data, "model");
    ended(r, json_str(data, "stop_reason"));
    usage(r, json_object_get(data, "usage"));
}

static const Llm llm = {
    .name = "anthropic", .title = "Anthropic", .base_url = "https://api.anthropic.com", .path = "/v1/messages", .help = "Claude, through the Messages API",
    .headers = headers, .body = body, .event = event, .whole = whole,
};

const Integration anthropic_integration = { .name = "anthropic", .llm = &llm };
