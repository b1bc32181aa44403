/* CloudEvents 1.0 over HTTP: structured (one event), batched, and binary, where the attributes stand in ce-… headers.
 *
 * An event is no alert by itself: its data says what is wrong, under the usual names. Source and subject make it the same
 * alert; a status or state that means "over" ends it.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md */
#include "base/utf8.h"
#include "port/alert_map.h"
#include "port/integration.h"

/** The word decides; no word means that it fires. */
static Err state_by_word(Arena *a, const Json *root, const Json *alert, AlertIn *in)
{
    in->resolved = alert_word_resolved(alert_text_at(a, root, alert, "data.status|data.state|status"));
    in->ended_ms = 0;
    if (!in->resolved) return OK;
    if (!alert_time(alert_at(root, alert, S("time")), &in->ended_ms)) in->ended_ms = 0;
    in->started_ms = 0;
    return OK;
}

#define PARTS                                                                                        \
    .key = "data.dedup_key|{source}/{subject}|{source}/{data.id}|{source}/{id}",                     \
    .title = "data.title|data.summary|data.name|{type}: {subject}|type",                             \
    .description = "data.description|data.message|data", .severity = "data.severity|severity|data.level", \
    .started = "data.started_at|time",                                                               \
    .labels = "data.labels|type|source|subject|service=data.service|environment=data.environment",   \
    .links = "Link=data.url|Schema=dataschema", .fix = state_by_word

static const AlertMap one = { PARTS };
static const AlertMap many = { .list = "events", PARTS };

static Err decode(Arena *a, const SourceConfig *config, Str content_type, Str payload, AlertsIn *ret)
{
    (void)config, (void)content_type;
    const Json *root, *batch;
    TRY(json_read(a, payload, &root));
    if (json_is(root, JS_OBJECT)) {
        if (!json_is(json_get(root, S("specversion")), JS_TEXT))
            return fail_field(a, S("specversion"), "specversion is missing: this is no CloudEvent");
        return alert_map(a, &one, root, ret);
    }
    TRY(json_read(a, arena_fmt(a, "{\"events\":" STR_FMT "}", STR_ARG(payload)), &batch));
    return alert_map(a, &many, batch, ret);
}

/** In binary mode the attributes move from the headers to where structured mode has them, so that the event is kept whole. */
static Str payload(Arena *a, const HttpReq *req)
{
    static const char *const names[] = { "id", "source", "type", "subject", "time", "dataschema", "severity", NULL };
    Str version = http_header(req, "ce-specversion");
    if (str_empty(version)) return req->body;
    Buf out = buf_new(a, req->body.len * 6 + (64 << 10));
    buf_add(&out, S("{\"specversion\":"));
    buf_json(&out, version);
    for (size_t i = 0; names[i]; i++) {
        Str value = http_header(req, arena_fmt(a, "ce-%s", names[i]).at);
        if (str_empty(value) || !utf8_valid(value)) continue;
        buf_fmt(&out, ",\"%s\":", names[i]);
        buf_json(&out, value);
    }
    const Json *data = NULL;
    bool is_json = !json_read(a, req->body, &data).info;
    buf_add(&out, S(",\"data\":"));
    if (is_json) buf_add(&out, req->body);
    else buf_json(&out, utf8_valid(req->body) ? req->body : S("(bytes that are not text)"));
    buf_byte(&out, '}');
    return buf_str(&out);
}

static const char instructions[] =
    "Send CloudEvents 1.0 with POST to `{{url}}`: structured, batched or binary. Knative: a `SinkBinding` or `Trigger` with this\n"
    "address as `uri` of its sink.\n"
    "\n"
    "`data` may have `title`, `description`, `severity`, `status` (`resolved`, `ok` … end it), `started_at`, `url`, `labels`. What\n"
    "has the same `source` and `subject` is the same alert.\n";

static const char sample[] =
    "{\"specversion\":\"1.0\",\"id\":\"{{id}}\",\"source\":\"/ci/pipelines/42\",\"type\":\"com.example.pipeline.failed\","
    "\"subject\":\"payments-api\",\"time\":\"{{now}}\",\"datacontenttype\":\"application/json\",\"data\":{"
    "\"title\":\"Test event from Hindsight\",\"severity\":\"info\",\"status\":\"failed\",\"service\":\"payments-api\"}}";

static const AlertSource source = {
    .kind = "cloudevents",
    .title = "CloudEvents",
    .description = "Events in the CloudEvents 1.0 format: Knative, Argo Events, Azure Event Grid, own services.",
    .instructions = instructions,
    .sample = sample,
    .decode = decode,
    .payload = payload,
};

const Integration cloudevents_integration = { .name = "cloudevents", .alert_source = &source };
