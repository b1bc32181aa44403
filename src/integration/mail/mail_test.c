#include "integration/mail/mime.h"
#include "port/given_alerts.h"

#define HERE "src/integration/mail/fixtures/"

SPEC("an e-mail in parts, with encoded words and another charset, becomes an alert; its recovery ends the same one")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = { 0 };
    expect_str("firing SEV-1 queue of checkout is long 事故: [CRITICAL] Queue of checkout is long: 事故 [2026-11-10T14:07:30.000Z..] "
               "{\"from\":\"监控 \\u003cmon@example.com>\",\"host\":\"web-1\",\"service\":\"checkout\"}", told_by_file(a, "mail", HERE "problem.eml"));
    expect_str("resolved unknown queue of checkout is long 事故: Re: [RESOLVED] Queue of checkout is long: 事故 [..2026-11-10T14:15:00.000Z] {\"from\":\"mon@example.com\"}",
               told_by_file(a, "mail", HERE "recovery.eml"));
    expect_ok(decode_as(a, "mail", "", given_file(a, HERE "problem.eml"), &list));
    expect_str("Grüße: 4,000 jobs wait in the queue.\nService: checkout\nHost: web-1", list.at[0].description);
    expect_ok(decode_as(a, "mail", "", given_file(a, HERE "recovery.eml"), &list));
    expect_str("已恢复\na & b\nc", list.at[0].description);
}

static Str told(Arena *a, const char *mapping, const char *subject)
{
    AlertsIn list = { 0 };
    Err e = decode_as(a, "mail", mapping, arena_fmt(a, "Subject: %s\n\nthe body says timeout\n", subject), &list);
    if (e.info) return err_text(a, e);
    if (!list.len) return S("ignored");
    const AlertIn *x = &list.at[0];
    return arena_fmt(a, "%s " STR_FMT " " STR_FMT, x->resolved ? "resolved" : "firing", STR_ARG(x->severity), STR_ARG(x->dedup_key));
}

SPEC("words of a subject say how bad it is and whether it is over; short ones only as machines write them")
{
    auto_arena a = arena_new(4096);
    expect_str("firing SEV-3 disk on db-1", told(a, "", "** PROBLEM: WARNING - disk on db-1"));
    expect_str("resolved unknown disk on db-1", told(a, "", "** RECOVERY: OK - disk on db-1"));
    expect_str("firing unknown is it ok to deploy", told(a, "", "Is it ok to deploy?"));
    expect_str("resolved unknown shop", told(a, "", "[ok] Shop"));
    expect_str("firing unknown 磁盘空间不足", told(a, "", "告警: 磁盘空间不足"));
    expect_str("resolved unknown 磁盘空间不足", told(a, "", "已恢复: 磁盘空间不足"));
}

SPEC("rules about subject, body and sender set severity and state, and leave mail out")
{
    auto_arena a = arena_new(4096);
    const char *rules = "{\"rules\":[{\"field\":\"subject\",\"contains\":\"newsletter\",\"status\":\"ignored\"},{\"field\":\"body\",\"contains\":\"TIMEOUT\",\"severity\":\"SEV-1\"},"
        "{\"field\":\"subject\",\"contains\":\"finished\",\"status\":\"resolved\"}],\"resolve_words\":[\"all good\"]}";
    expect_str("ignored", told(a, rules, "Our Newsletter"));
    expect_str("firing SEV-1 backup", told(a, rules, "backup"));
    expect_str("resolved SEV-1 backup finished", told(a, rules, "backup finished"));
    expect_str("resolved SEV-1 backup is all good", told(a, rules, "backup is All Good"));
}

SPEC("a mapping of mail that cannot work is refused, with the field named")
{
    auto_arena a = arena_new(4096);
    const AlertSource *mail = alert_source_find(S("mail"));
    expect_str("mapping.rules[0].field", field_of(mail->check(a, S("{\"rules\":[{\"field\":\"to\",\"contains\":\"x\"}]}"))));
    expect_str("mapping.rules[0].severity", field_of(mail->check(a, S("{\"rules\":[{\"field\":\"body\",\"contains\":\"x\",\"severity\":\"bad\"}]}"))));
    expect_str("mapping.rules[0].contains", field_of(mail->check(a, S("{\"rules\":[{\"field\":\"body\"}]}"))));
    expect_str("mapping.mailbox.url", field_of(mail->check(a, S("{\"mailbox\":{\"url\":\"https://x/\",\"user\":\"u\"}}"))));
    expect_str("mapping.mailbox.url", field_of(mail->check(a, S("{\"mailbox\":{\"url\":\"imaps://u:p@x/INBOX\",\"user\":\"u\"}}"))));
    expect_str("mapping.mailbox.user", field_of(mail->check(a, S("{\"mailbox\":{\"url\":\"imaps://x/INBOX\"}}"))));
    expect_str("mapping.odd", field_of(mail->check(a, S("{\"odd\":1}"))));
    expect_ok(mail->check(a, S("{\"mailbox\":{\"url\":\"imaps://imap.example.com:993/Ops/Alerts\",\"user\":\"u\"},\"rules\":[]}")));
}

SPEC("broken mail is read as far as it goes")
{
    auto_arena a = arena_new(4096);
    AlertsIn list = { 0 };
    int64_t ms;
    expect_str("Subject", field_of(decode_as(a, "mail", "", S("hello\n\nworld"), &list)));
    expect_str("=?utf-8?B?5LqL", mail_words(a, S("=?utf-8?B?5LqL")));
    expect_str("a\xEF\xBF\xBD" "b", mail_words(a, S("=?utf-8?Q?a=FFb?=")));
    expect_str("x", mail_words(a, S("=?no-such-charset?Q?x?=")));
    expect(!mail_date(S("yesterday"), &ms) && !mail_date(S(""), &ms) && !mail_date(S("1 Foo 2026 1:1"), &ms));
    expect(mail_date(S("Tue, 10 Nov 26 09:07 EST"), &ms) && ms == 1794319620000);
    expect_str("1 < 2 &bogus; \xE4\xBA\x8B", mail_html_text(a, S("<html><head><title>t</title></head><body onload=x>1 &lt; 2 &bogus; &#x4e8b;<script>alert(1)</script>")));
    Buf deep = buf_new(a, 1 << 20);
    buf_add(&deep, S("Subject: deep\n"));
    for (int i = 0; i < 500; i++) buf_fmt(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    expect_ok(decode_as(a, "mail", "", buf_str(&deep), &list));
}
