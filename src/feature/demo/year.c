#include "feature/demo/demo.h"

static const json_t *cell(const json_t *line, size_t i) { return json_array_get(line, i); }
static const char *word(const json_t *line, size_t i) { return json_string_value(cell(line, i)); }

/** Different incidents start at different times of day, but the same each time. */
static Str time_of_day(Cx *cx, int64_t days_ago)
{
    int64_t minute = (days_ago * 397 + 211) % 1440;
    return arena_fmt(cx->arena, "%02d:%02d:%02d", (int)(minute / 60), (int)(minute % 60),
                     (int)(days_ago * 13 % 60));
}

Err year_line_story(Cx *cx, const json_t *line, json_t **ret_story)
{
    int64_t days_ago = json_integer_value(cell(line, 1)), resolve_s = json_integer_value(cell(line, 8)) * 60;
    int64_t detect_s = json_integer_value(cell(line, 9)) * 60, declared_s = detect_s + 90,
            ack_s = declared_s + 45 + days_ago % 200;
    int64_t identified_s = ack_s + (resolve_s > detect_s ? (resolve_s - detect_s) / 2 : 600),
            mitigated_s = identified_s + 300;
    if (resolve_s < mitigated_s + 300) resolve_s = mitigated_s + 300;
    const char *severity = word(line, 2), *summary = word(line, 11);
    json_error_t error;
    json_t *story = json_pack_ex(&error, 0,
        "{s:s, s:s, s:s, s:I, s:s, s:s, s:O, s:s, s:s, s:[{s:s,s:s}], s:s, s:{s:i,s:I,s:I},"
        " s:[[I,s],[I,s],[I,s],[I,s],[I,s]], s:{s:[s]}, s:[{s:s,s:s,s:i,s:I,s:I,s:O,s:s}],"
        " s:[{s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:i}]}",
        "language", word(line, 0), "severity", severity, "title", word(line, 3), "days_ago", (json_int_t)days_ago,
        "at", time_of_day(cx, days_ago).at, "channel", word(line, 4), "services", cell(line, 5),
        "trigger", word(line, 6), "detection", days_ago % 3 ? "alert" : "customer_report",
        "causes", "key", word(line, 7), "note", "", "summary", summary,
        "times", "impact_started", 0, "detected", (json_int_t)detect_s, "declared", (json_int_t)declared_s,
        "statuses", (json_int_t)ack_s, "investigating", (json_int_t)identified_s, "identified", (json_int_t)mitigated_s, "monitoring",
        (json_int_t)resolve_s, "resolved", (json_int_t)(resolve_s + 86400), "closed",
        "roles", "commander", word(line, 10),
        "impacts", "title", word(line, 3), "kind", days_ago % 2 ? "availability" : "latency", "from", 0, "to", (json_int_t)mitigated_s,
        "customers", (json_int_t)(days_ago * 37 % 900 + 12), "services", cell(line, 5), "description", "",
        "follow_ups", "title", word(line, 12), "kind", "prevent", "priority", severity[4] == '1' ? "urgent" : severity[4] == '2' ? "high" : "medium",
        "owner", word(line, 10), "due_days", (int)(14 + days_ago % 20), "status", days_ago > 60 ? "verified" : days_ago > 30 ? "done" : "open",
        "check", "", "check_days", 0);
    const char *state = word(line, 13);
    if (story && strcmp(state, "none"))
        json_object_set_new(story, "report",
                            json_pack("{s:s, s:s, s:s, s:[s]}", "state", state, "owner",
                                      word(line, 10), "template", "Brief", "reviewers",
                                      strcmp(word(line, 10), "ines") ? "ines" : "sana"));
    if (!story) return fail(cx->arena, ERR_INTERNAL, "year.json, %s: %s", word(line, 3), error.text);
    arena_defer(cx->arena, (void (*)(void *))json_decref, story);
    *ret_story = story;
    return OK;
}
