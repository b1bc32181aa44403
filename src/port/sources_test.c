/* What holds of every source of alerts, by the table integrations.def. */
#include "port/given_alerts.h"

SPEC("every source has words, steps that name its address, and a sample that it understands itself")
{
    auto_arena a = arena_new(4096);
    for (size_t i = 0; integrations[i]; i++) {
        const AlertSource *source = integrations[i]->alert_source;
        if (!source) continue;
        AlertsIn list = { 0 };
        SourceConfig config = { .name = S("test") };
        expect_str(integrations[i]->name, str_of(source->kind));
        expect(strlen(source->title) > 3 && strlen(source->description) > 20);
        expect_has("{{url}}", str_of(source->instructions));
        Str sample = str_of(source->sample), filled = S("");
        for (ptrdiff_t at; (at = str_find(sample, S("{{now}}"))) >= 0;) {
            filled = arena_fmt(a, STR_FMT STR_FMT "2026-11-10T14:07:30.000Z", STR_ARG(filled), (int)at, sample.at);
            sample = str_sub(sample, (size_t)at + 7, sample.len);
        }
        filled = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(filled), STR_ARG(sample));
        if (source->changes) {
            ChangesIn changes = { 0 };
            expect_ok(changes_as(a, source->kind, filled, &changes));
            expect(changes.len >= 1 && changes.at[0].started_ms + changes.at[0].ended_ms > 0);
            continue;
        }
        expect(!source->map != !source->decode);
        expect_ok(alerts_decode(a, source, &config, S("application/json"), filled, &list));
        expect(list.len >= 1 && !list.at[0].resolved);
    }
}
