/* How long things took, from the times: a figure, or why there is none. */
#include "feature/incident/rules.h"

typedef struct Kind { const char *key, *label, *definition; size_t from, to; bool of_impact; } Kind;
#define AT(member) offsetof(Incident, member)

static const Kind kinds[] = {
    { "time_to_detect", "Time to detect", "Impact start to detected", AT(impact_started_ms), AT(detected_ms), true },
    { "time_to_acknowledge", "Time to acknowledge", "Detected to acknowledged", AT(detected_ms), AT(acknowledged_ms), false },
    { "time_to_mitigate", "Time to mitigate", "Impact start to mitigated", AT(impact_started_ms), AT(mitigated_ms), true },
    { "time_to_resolve", "Time to resolve", "Impact start to resolved", AT(impact_started_ms), AT(resolved_ms), true },
    { "impact_duration", "Impact duration", "Impact start to impact end", AT(impact_started_ms), AT(impact_ended_ms), true },
    { "time_to_report", "Time to report", "Resolved to post-mortem published", AT(resolved_ms), AT(published_ms), false },
};

static int64_t time_at(const Incident *i, size_t offset)
{
    return *(const int64_t *)(const void *)((const char *)i + offset);
}

static Str status_of(const Incident *i, const Kind *k, int64_t from, int64_t to)
{
    bool gone = str_eq(i->status, S("canceled")) || str_eq(i->status, S("merged"));
    bool no_impact = k->of_impact && str_eq(i->kind, S("near_miss"));
    bool no_report = k->to == AT(published_ms) && i->no_report_reason.len > 0;
    if (gone || no_impact || (no_report && !to)) return S("not_applicable");
    if (from && to) return to >= from ? S("recorded") : S("invalid");
    /* While people work on it a missing moment may still come; afterwards it was simply never noted. */
    bool may_come = incident_is_active(i->status) || k->to == AT(published_ms);
    return may_come ? S("pending") : S("not_applicable");
}

void incident_metrics(Arena *a, Incident *i)
{
    i->metrics = (Metrics){ 0 };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        int64_t from = time_at(i, kinds[k].from), to = time_at(i, kinds[k].to);
        Metric *m = list_add(a, &i->metrics);
        *m = (Metric){ str_of(kinds[k].key), str_of(kinds[k].label), str_of(kinds[k].definition),
                       status_of(i, &kinds[k], from, to), 0 };
        if (str_eq(m->status, S("recorded"))) m->value_ms = to - from;
    }
}
