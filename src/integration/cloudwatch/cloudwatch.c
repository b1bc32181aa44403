/* Amazon CloudWatch: alarms through an SNS topic, in SNS's envelope or as they are (raw delivery); also alarm events of
 * EventBridge, and what else is published there as text. A message that is not signed by Amazon is refused; the subscription is
 * confirmed by itself. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html */
#include "integration/cloudwatch/sns.h"
#include "net/url.h"
#include "port/alert_map.h"
#include "port/integration.h"

static const AlertWord states[] = {
    { "ALARM", "firing" }, { "OK", "resolved" }, { "INSUFFICIENT_DATA", "ignored" }, { 0 } };

/** Where the alarm is in Amazon's console; the region is the fourth part of its ARN. */
static Err link_console(Arena *a, const Json *root, const Json *alert, AlertIn *in)
{
    Str arn = alert_text_at(a, root, alert, "AlarmArn|resources.0"), region = S(""), name = alert_text_at(a, root, alert, "AlarmName|detail.alarmName");
    for (int i = 0; i < 4; i++)
        if (!str_next(&arn, ':', &region)) return OK;
    if (!region.len || !name.len || region.len > 40) return OK;
    for (size_t i = 0; i < region.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", region.at[i])) return OK;
    Buf links = buf_new(a, 8 << 10);
    Str path = url_encode(a, name);
    alert_link_add(&links, S("CloudWatch"), arena_fmt(a, "https://" STR_FMT ".console.aws.amazon.com/cloudwatch/home?region=" STR_FMT
        "#alarmsV2:alarm/" STR_FMT, STR_ARG(region), STR_ARG(region), STR_ARG(path)));
    in->links = alert_links_end(&links);
    return OK;
}

static const AlertMap alarm = {
    .key = "AlarmArn|{AWSAccountId}/{Region}/{AlarmName}|AlarmName", .title = "AlarmName",
    .description = "{AlarmDescription}\n\n{NewStateReason}|NewStateReason|AlarmDescription",
    .state = "NewStateValue", .states = states, .at = "StateChangeTime",
    .labels = "region=Region|account=AWSAccountId|namespace=Trigger.Namespace|metric=Trigger.MetricName|Trigger.Dimensions",
    .fix = link_console };
static const AlertMap event = {
    .key = "resources.0|{account}/{region}/{detail.alarmName}", .title = "detail.alarmName",
    .description = "detail.state.reason", .state = "detail.state.value", .states = states,
    .at = "detail.state.timestamp|time", .labels = "region|account", .fix = link_console };
static const AlertMap words = {
    .key = "{TopicArn}/{Subject}|MessageId", .title = "Subject|Message", .description = "Message", .started = "Timestamp",
    .labels = "topic=TopicArn" };

static Err decode(Arena *a, const SourceConfig *config, Str content_type, Str payload, AlertsIn *ret)
{
    (void)config, (void)content_type;
    const Json *root, *inner = NULL;
    TRY(json_read(a, payload, &root));
    Str type = json_str_at(root, S("Type"));
    bool wrapped = type.len && json_get(root, S("TopicArn"));
    *ret = (AlertsIn){ 0 };
    if (wrapped && !str_eq(type, S("Notification"))) return OK;              /* confirmations tell of no alert */
    Str message = json_str_at(root, S("Message"));
    bool is_text = wrapped && (json_read(a, message, &inner).info || !json_is(inner, JS_OBJECT));
    if (is_text) return alert_map(a, &words, root, ret);
    const Json *body = wrapped ? inner : root;
    if (wrapped && !json_get(body, S("AlarmName")) && !json_get(body, S("detail"))) return alert_map(a, &words, root, ret);
    return alert_map(a, json_get(body, S("detail")) ? &event : &alarm, body, ret);
}

static const char instructions[] =
    "In Amazon SNS: create a topic (*Standard*), or choose one, then **Create subscription**.\n"
    "\n"
    "- Protocol: *HTTPS*; endpoint: `{{url}}`\n"
    "- *Enable raw message delivery*: off, so that what comes is signed by Amazon\n"
    "\n"
    "Hindsight confirms the subscription by itself within seconds; its state in SNS becomes *Confirmed*. In CloudWatch choose the\n"
    "topic in each alarm, for **In alarm** and for **OK**: the latter ends the alert.\n";

static const char sample[] =
    "{\"Type\":\"Notification\",\"MessageId\":\"{{id}}\",\"TopicArn\":\"arn:aws:sns:eu-west-1:123456789012:alarms\","
    "\"Subject\":\"ALARM: test\",\"Message\":\"{\\\"AlarmName\\\":\\\"Test alert from Hindsight\\\",\\\"AlarmDescription\\\":\\\"Checkout answers 500\\\","
    "\\\"AWSAccountId\\\":\\\"123456789012\\\",\\\"NewStateValue\\\":\\\"ALARM\\\",\\\"NewStateReason\\\":\\\"Threshold Crossed\\\","
    "\\\"StateChangeTime\\\":\\\"{{now}}\\\",\\\"Region\\\":\\\"EU (Ireland)\\\",\\\"AlarmArn\\\":\\\"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:test\\\","
    "\\\"OldStateValue\\\":\\\"OK\\\",\\\"Trigger\\\":{\\\"MetricName\\\":\\\"5XX\\\",\\\"Namespace\\\":\\\"AWS/ELB\\\",\\\"Dimensions\\\":[{\\\"value\\\":\\\"web\\\",\\\"name\\\":\\\"LoadBalancer\\\"}]}}\","
    "\"Timestamp\":\"{{now}}\"}";

static const AlertSource source = {
    .kind = "cloudwatch",
    .title = "Amazon CloudWatch",
    .description = "Alarms of Amazon CloudWatch, through an SNS topic.",
    .instructions = instructions,
    .sample = sample,
    .decode = decode,
    .prove = sns_prove,
};

const Integration cloudwatch_integration = { .name = "cloudwatch", .alert_source = &source };
