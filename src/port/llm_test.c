/* The protocols of models: what is sent, and what is read from answers that come in any pieces. */
#include "app/shape.h"
#include "base/spec.h"
#include "port/integration.h"

typedef struct Heard { const Llm *llm; LlmReading r; } Heard;

static void take(void *arg, Str name, Str data)
{
    Heard *h = arg;
    json_t *v;
    if (!json_parse(h->r.arena, data, &v).info) h->llm->event(&h->r, name, v);
}

/** Reads a stream that arrives `step` bytes at a time. */
static Str read_stream(Arena *a, const char *name, const char *stream, size_t step, LlmAnswer *answer)
{
    Heard h = { llm_find(str_of(name)), { .arena = a, .text = buf_new(a, 1 << 20), .answer = answer } };
    Sse sse = sse_new(a);
    Str rest = str_of(stream);
    for (size_t i = 0; i < rest.len; i += step) sse_feed(&sse, str_sub(rest, i, step), take, &h);
    return h.r.error.len ? h.r.error : buf_str(&h.r.text);
}

static const char openai[] =
    "data: {\"id\":\"c\",\"model\":\"gpt-x\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n"
    ": a comment\r\n\r\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{\\\"claims\\\":\"},\"finish_reason\":null}]}\r\n\r\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"[]} 你好\"},\"finish_reason\":null}]}\n\n"
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":7,\"total_tokens\":127}}\n\n"
    "data: [DONE]\n\n";

static const char anthropic[] =
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"claude-x\",\"usage\":{\"input_tokens\":120,\"output_tokens\":1}}}\n\n"
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"claims\",\"input\":{}}}\n\n"
    "event: ping\ndata: {\"type\":\"ping\"}\n\n"
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"claims\\\":\"}}\n\n"
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"[]} 你好\"}}\n\n"
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":7}}\n\n"
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

SPEC("both protocols of models are read alike, however the bytes are cut")
{
    static const struct { const char *name, *stream, *model; } all[] = { { "openai", openai, "gpt-x" }, { "anthropic", anthropic, "claude-x" } };
    auto_arena a = arena_new(1 << 16);
    for (size_t i = 0; i < 2; i++)
        for (size_t step = 1; step < 80; step += 13) {
            LlmAnswer answer = { 0 };
            expect_str("{\"claims\":[]} 你好", read_stream(a, all[i].name, all[i].stream, step, &answer));
            expect_str("stop", answer.ended);
            expect_str(all[i].model, answer.model);
            expect_int(120, answer.tokens_in);
            expect_int(7, answer.tokens_out);
        }
}

SPEC("an error in the middle of a stream of a model is its own words")
{
    auto_arena a = arena_new(1 << 16);
    LlmAnswer answer = { 0 };
    expect_str("Overloaded", read_stream(a, "anthropic", "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n", 5, &answer));
    expect_str("no such model", read_stream(a, "openai", "data: {\"error\":{\"message\":\"no such model\"}}\n\n", 5, &answer));
}

SPEC("requests to models are JSON that asks for the schema, in the words of each protocol")
{
    auto_arena a = arena_new(1 << 16);
    LlmConfig config = { .model = S("m\"1"), .key = S("k") };
    LlmRequest r = { .system = S("be \"brief\""), .user = S("你好\n"), .schema_name = S("claims"), .schema = S("{\"type\":\"object\"}"), .max_tokens = 99 };
    json_t *v;
    LlmHeaders headers = { 0 };
    expect_ok(json_parse(a, llm_find(S("openai"))->body(a, &config, &r), &v));
    expect_str("m\"1", json_str(v, "model"));
    expect_int(99, json_integer_value(json_object_get(v, "max_completion_tokens")));
    expect_str("json_schema", json_str(json_object_get(v, "response_format"), "type"));
    llm_find(S("openai"))->headers(a, &config, &headers);
    expect_str("Bearer k", headers.at[0].value);
    config.base_url = S("http://127.0.0.1:11434/v1");
    expect_ok(json_parse(a, llm_find(S("openai"))->body(a, &config, &r), &v));
    expect_int(99, json_integer_value(json_object_get(v, "max_tokens")));
    expect_ok(json_parse(a, llm_find(S("anthropic"))->body(a, &config, &r), &v));
    expect_str("claims", json_str(json_object_get(v, "tool_choice"), "name"));
    expect_str("be \"brief\"", json_str(v, "system"));
}

SPEC("how long a model's service asks to wait is understood in seconds, milliseconds and dates")
{
    static const struct { const char *name, *value; int64_t ms; } all[] = {
        { "Retry-After", "3", 3000 }, { "retry-after-ms", "250", 250 }, { "Retry-After", "Thu, 01 Jan 1970 00:01:00 GMT", 50000 }, { "Retry-After", "soon", -1 }, { "X", "1", -1 } };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        HttpHeader h = { str_of(all[i].name), str_of(all[i].value) };
        ClientRes res = { .status = 429, .headers = &h, .n_headers = 1 };
        expect_int(all[i].ms, llm_retry_after(&res, 10000));
    }
}

SPEC("the error of a model's service is shown in its own words")
{
    auto_arena a = arena_new(1 << 12);
    expect_str("Incorrect API key", llm_error_text(a, S("{\"error\":{\"message\":\"Incorrect API key\",\"type\":\"x\"}}")));
    expect_str("model not found", llm_error_text(a, S("{\"error\":\"model not found\"}")));
    expect_str("<html>bad gateway</html>", llm_error_text(a, S("<html>bad gateway</html>")));
    expect_str("", llm_error_text(a, S("")));
}
