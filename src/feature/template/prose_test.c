/* Claims are pure: facts in, sentences with their sources out. */
#include "base/spec.h"
#include "base/time.h"
#include "feature/template/prose.h"

#define AT(text) ({ int64_t ms_ = 0; if (!time_parse(S("2026-11-10T" text ":00Z"), &ms_)) bug("time"); ms_; })
#define MINUTES(n) ((n) * 60000LL)

static TimelineEvent event(const char *id, const char *kind, int64_t at, const char *title)
{
    return (TimelineEvent){ .id = str_of(id), .kind = str_of(kind), .occurred_ms = at, .title = str_of(title), .data = S("{}"), .visibility = S("internal") };
}

/** Payments fail from 14:07 to 14:47: an alert at 14:05 that nobody takes until 14:20, a wrong idea, a right one, a rollback. */
static Facts *given_facts(Arena *a, const char *locale)
{
    Facts *f = arena_make(a, Facts);
    f->locale = str_of(locale);
    f->time_zone = S("UTC");
    f->incident = (Incident){ .id = S("i"), .reference = S("INC-7"), .kind = S("standard"), .severity = S("SEV-1"), .status = S("resolved"), .detection = S("customer_report"),
        .trigger = S("unknown"), .declared_ms = AT("14:20"), .impact_started_ms = AT("14:07"), .detected_ms = AT("14:18"), .acknowledged_ms = AT("14:20"),
        .mitigated_ms = AT("14:47"), .resolved_ms = AT("15:20"), .impact_ended_ms = AT("14:47") };
    static const struct { const char *key; int64_t ms; } metrics[] = { { "time_to_detect", MINUTES(11) }, { "time_to_acknowledge", MINUTES(2) }, { "time_to_mitigate", MINUTES(40) }, { "time_to_resolve", MINUTES(73) } };
    for (size_t i = 0; i < 4; i++) *list_add(a, &f->incident.metrics) = (Metric){ str_of(metrics[i].key), S(""), S(""), S("recorded"), metrics[i].ms };
    f->usual[1] = MINUTES(90);
    f->usual[2] = MINUTES(30);
    *list_add(a, &f->alerts) = (Alert){ .id = S("a2"), .title = S("Errors"), .started_ms = AT("14:09") };
    *list_add(a, &f->alerts) = (Alert){ .id = S("a1"), .title = S("Pool wait"), .started_ms = AT("14:05") };
    *list_add(a, &f->changes) = (Change){ .id = S("c1"), .title = S("Pool to 6"), .kind = S("config"), .relation = S("caused"), .occurred_ms = AT("14:03") };
    *list_add(a, &f->changes) = (Change){ .id = S("c2"), .title = S("Pool to 64"), .kind = S("config"), .relation = S("fixed"), .occurred_ms = AT("14:46") };
    TimelineEvent taken = event("e1", "acknowledged", AT("14:20"), "Acknowledged"), wrong = event("e2", "hypothesis", AT("14:21"), "The acquirer times out");
    TimelineEvent wish = event("e3", "note", AT("14:46"), "We should alert on pool wait");
    wrong.state = S("rejected");
    wrong.state_ms = AT("14:40");
    wish.actor = (UserRef){ .id = S("u"), .name = S("Ann") };
    *list_add(a, &f->events) = taken;
    *list_add(a, &f->events) = wrong;
    *list_add(a, &f->events) = wish;
    return f;
}

/** A line a claim: "? " for a question, "Lead| " in front, " [source ids]" behind. */
static Str lines(Arena *a, void (*claims)(Arena *, const Facts *, Claims *), const Facts *f)
{
    Claims all = { 0 };
    Buf b = buf_new(a, 1 << 20);
    claims(a, f, &all);
    list_each(&all, i) {
        const Claim *c = &all.at[i];
        buf_fmt(&b, "%s%s" STR_FMT "%s" STR_FMT, i ? "\n" : "", c->asks ? "? " : "", STR_ARG(c->lead), c->lead.len ? "|" : "", STR_ARG(c->text));
        list_each(&c->sources, k) buf_fmt(&b, "%s" STR_FMT "%s", k ? "," : " [", STR_ARG(c->sources.at[k].id), k + 1 == c->sources.len ? "]" : "");
    }
    return buf_str(&b);
}

SPEC("causes are told from what people marked, with the wrong ideas and their sources")
{
    auto_arena a = arena_new(4096);
    expect_str("“Pool to 6” (config change, 10 Nov 2026, 14:03 UTC) is marked as what caused it. [c1]\n"
               "“Pool to 64” (config change, 10 Nov 2026, 14:46 UTC) is marked as what mended it. [c2]\n"
               "It was first thought that: The acquirer times out (14:21, dropped at 14:40). [e2]", lines(a, claims_causes, given_facts(a, "en")));
    expect_has("曾经认为：The acquirer times out（14:21，14:40 排除）。 [e2]", lines(a, claims_causes, given_facts(a, "zh")));
}

SPEC("where the record is silent the writer is asked, and suspects are named")
{
    auto_arena a = arena_new(4096);
    Facts *f = given_facts(a, "en");
    f->changes.len = 1;
    f->changes.at[0].relation = S("suspect");
    expect_str("It was first thought that: The acquirer times out (14:21, dropped at 14:40). [e2]\n"
               "? “Pool to 6” went out 4 minutes before: did it play a part? [c1]\n"
               "? What made this possible? No cause, change or confirmed hypothesis is recorded.", lines(a, claims_causes, f));
    expect_has("? How many customers or requests were affected, and how is that known?", lines(a, claims_unknowns, f));
    expect_has("? Who led the response?", lines(a, claims_unknowns, f));
    expect_has("? No notice to customers is recorded: was nobody told, and was that right?", lines(a, claims_communication, f));
}

SPEC("detection says what fired before anybody noticed")
{
    auto_arena a = arena_new(4096);
    Str said = lines(a, claims_detection, given_facts(a, "en"));
    expect_has("It was found by a customer report at 14:18, 11 minutes after impact began.\n", said);
    expect_has("The first alert, “Pool wait”, fired at 14:05:00 UTC; 2 alerts came in. [a1]\n", said);
    expect_has("It had been firing for 13 minutes when the problem was noticed. [a1]", said);
    expect_has("It fired 2 minutes before impact began. [a1]", said);
}

SPEC("what went well and poorly follows from measured facts, beside what is usual")
{
    auto_arena a = arena_new(4096);
    Facts *f = given_facts(a, "en");
    Str well = lines(a, claims_went_well, f), poorly = lines(a, claims_went_poorly, f);
    expect_str("Somebody took it on within 2 minutes. [e1]\n“Pool to 64” ended it. [c2]\nImpact was mitigated after 40 minutes, faster than the median of 1 hour 30 minutes.", well);
    expect_has("People outside noticed before our monitoring did.\nIt was found only 11 minutes after impact began. [a1]\n", poorly);
    expect_has("“Pool wait” fired for 15 minutes before somebody took it on. [a1,e1]\n", poorly);
    expect_has("Nothing is recorded between 14:21 and 14:46 (25 minutes), while it went on. [e2,e3]\n", poorly);
    expect_has("It was resolved after 1 hour 13 minutes, slower than the median of 30 minutes.", poorly);
}

SPEC("what somebody said ought to be done is proposed, unless it is a follow-up already")
{
    auto_arena a = arena_new(4096);
    Facts *f = given_facts(a, "en");
    expect_str("We should alert on pool wait (detect, Ann) [e3]", lines(a, claims_proposals, f));
    *list_add(a, &f->follow_ups) = (FollowUp){ .title = S("we should alert on pool wait") };
    expect_str("", lines(a, claims_proposals, f));
}

SPEC("nothing known gives questions, and no sentence that says more than the record")
{
    auto_arena a = arena_new(4096);
    Facts f = { .locale = S("zh"), .time_zone = S("UTC"), .incident = { .reference = S("INC-9"), .kind = S("standard"), .severity = S("unknown"), .status = S("triage"), .trigger = S("unknown") } };
    expect_str("INC-9 是一起事件。", lines(a, claims_overview, &f));
    expect_str("", lines(a, claims_went_well, &f));
    expect_str("", lines(a, claims_went_poorly, &f));
    expect_str("", lines(a, claims_response, &f));
    expect_has("? 影响从什么时候开始？\n? 什么时候被发现？", lines(a, claims_unknowns, &f));
}
