/* Incidents as a table for a spreadsheet. */
#include "base/csv.h"
#include "feature/incident/rules.h"

enum { ROWS_MOST = 10000, ROWS_PAGE = 200, BYTES_MOST = 16 << 20 };

static Str names(Arena *a, const Refs *refs)
{
    Buf b = buf_new(a, 64 * 1024);
    list_each(refs, k) buf_fmt(&b, "%s" STR_FMT, k ? "; " : "", STR_ARG(refs->at[k].name));
    return buf_str(&b);
}

static void put_row(Cx *cx, Buf *b, const Incident *i)
{
    Arena *a = cx->arena;
    const Str fields[] = {
        i->reference,
        i->title,
        i->severity,
        i->status,
        i->kind,
        i->visibility,
        i->channel.name,
        i->team.name,
        names(a, &i->services),
        i->commander.name,
        incident_time(a, i->impact_started_ms),
        incident_time(a, i->detected_ms),
        incident_time(a, i->declared_ms),
        incident_time(a, i->acknowledged_ms),
        incident_time(a, i->mitigated_ms),
        incident_time(a, i->resolved_ms),
        incident_time(a, i->impact_ended_ms),
        incident_time(a, i->closed_ms),
        i->report_state,
        i->no_report_reason,
    };
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) csv_field(b, k == 0, fields[k]);
    csv_end(b);
}

Err incident_csv(Cx *cx, const IncidentFilter *filter, Str *ret)
{
    static const char *const head[] = { "reference", "title", "severity", "status", "kind", "visibility", "channel", "team",
        "services", "commander", "impact_started_at", "detected_at", "declared_at", "acknowledged_at", "mitigated_at",
        "resolved_at", "impact_ended_at", "closed_at", "report_state", "no_report_reason" };
    Buf b = buf_new(cx->arena, BYTES_MOST);
    for (size_t k = 0; k < sizeof head / sizeof *head; k++) csv_field(&b, k == 0, str_of(head[k]));
    csv_end(&b);
    Cursor after = { 0 };
    for (int64_t n = 0; n < ROWS_MOST;) {
        Incidents page = { 0 };
        TRY(incident_list(cx, filter, after, ROWS_PAGE, &page));
        list_each(&page, k) put_row(cx, &b, &page.at[k]);
        n += (int64_t)page.len;
        if (page.len < ROWS_PAGE) break;
        after = (Cursor){ page.at[page.len - 1].rank, page.at[page.len - 1].id };
    }
    if (buf_full(&b)) return fail(cx->arena, ERR_TOO_LARGE, "the table is over 16 MiB: filter it");
    *ret = buf_str(&b);
    return OK;
}
