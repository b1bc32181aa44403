#include "integration/cloudwatch/sns.h"
#include "port/given_alerts.h"

#define HERE "src/integration/cloudwatch/fixtures/"

SPEC("alarms of CloudWatch fire and end, in SNS's envelope, raw, and as events; missing data and confirmations tell of nothing")
{
    auto_arena a = arena_new(4096);
    expect_str("firing unknown arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-5xx: checkout-5xx [2026-11-10T14:07:30.093Z..] "
               "{\"LoadBalancer\":\"web\",\"account\":\"123456789012\",\"metric\":\"5XX\",\"namespace\":\"AWS/ELB\",\"region\":\"EU (Ireland)\"}",
               told_by_file(a, "cloudwatch", HERE "alarm.json"));
    expect_has("resolved unknown arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-5xx: checkout-5xx [..2026-11-10T14:15:00.000Z]",
               told_by_file(a, "cloudwatch", HERE "ok_raw.json"));
    expect_has("firing unknown arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-5xx: checkout-5xx [2026-11-10T14:07:30.000Z..]",
               told_by_file(a, "cloudwatch", HERE "event_raw.json"));
    expect_str("firing unknown arn:aws:sns:eu-west-1:123456789012:alarms/Nightly job: Nightly job [2026-11-10T14:07:31.134Z..] "
               "{\"topic\":\"arn:aws:sns:eu-west-1:123456789012:alarms\"}", told_by_file(a, "cloudwatch", HERE "text.json"));
    expect_str("", told_by_file(a, "cloudwatch", HERE "no_data_raw.json"));
    expect_str("", told_by_file(a, "cloudwatch", HERE "confirmation.json"));
}

SPEC("CloudWatch: what fits nothing is refused, with the field named; the alarm is linked to in Amazon's console")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = { 0 };
    expect_str("NewStateValue", field_of(decode_as(a, "cloudwatch", "", S("{\"AlarmName\":\"x\"}"), &list)));
    expect_str("AlarmArn", field_of(decode_as(a, "cloudwatch", "", S("{\"NewStateValue\":\"OK\"}"), &list)));
    expect_ok(decode_as(a, "cloudwatch", "", given_file(a, HERE "alarm.json"), &list));
    expect_has("https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/checkout-5xx", list.at[0].links);
}

SPEC("only addresses of SNS itself count, however much others look like it")
{
    static const char *const wrong[] = { "http://sns.eu-west-1.amazonaws.com/a", "https://sns.eu-west-1.amazonaws.com.evil.example/a",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a", "https://evil.example/sns.eu-west-1.amazonaws.com/", "https://sns.eu-west-1.amazonaws.com:8080/a",
        "https://sns.a.b.amazonaws.com/a", "https://sns..amazonaws.com/a", "https://s3.eu-west-1.amazonaws.com/a", "https://sns.eu-west-1.amazonaws.com",
        "https://sns.eu-west-1.amazonaws.com\\@evil.example/a", "ftp://sns.eu-west-1.amazonaws.com/", "https://localhost:4566/", "" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) expect(!sns_address(str_of(wrong[i]), S("localhost:4567 other")));
    expect(sns_address(S("https://sns.eu-west-1.amazonaws.com/x.pem"), S("")));
    expect(sns_address(S("https://sns.cn-north-1.amazonaws.com.cn/?Action=x"), S("")));
    expect(sns_address(S("http://localhost:4566/x.pem"), S("a, localhost:4566")));
}

SPEC("CloudWatch: recorded payloads come in right")
{
    auto_arena a = arena_new(4096);
    Str payload = given_file(a, "../shared/samples/alerts/alerta-cloudwatch_notification.json");
    if (str_empty(payload)) { spec_skip("../shared/samples is not here"); return; }
    expect_has("firing unknown 1234567890/EU (Ireland)/bucketbytesAlarm: bucketbytesAlarm [2019-02-15T23:53:45.093Z..]", told_by(a, "cloudwatch", "text/plain", payload));
}
