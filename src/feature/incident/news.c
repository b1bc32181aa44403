/* What an incident tells the rest of the house. */
#include "base/time.h"
#include "feature/incident/rules.h"

Str incident_data(Arena *a, const Pair *pairs)
{
    Buf b = buf_new(a, 64 * 1024);
    buf_byte(&b, '{');
    for (size_t i = 0; pairs[i].key; i++) {
        if (i) buf_byte(&b, ',');
        buf_json(&b, str_of(pairs[i].key));
        buf_byte(&b, ':');
        if (str_empty(pairs[i].value)) buf_add(&b, S("null"));
        else buf_json(&b, pairs[i].value);
    }
    buf_byte(&b, '}');
    return buf_str(&b);
}

Str incident_time(Arena *a, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    return ms ? arena_str(a, str_of(time_rfc3339(ms, text))) : S("");
}

Err incident_news(Cx *cx, const Incident *i, const char *kind, Str object, Str title, Str data)
{
    const char *full = arena_fmt(cx->arena, "incident.%s", kind).at;
    return event_emit(cx, &(Event){
        .kind = full, .subject = i->id, .object = object, .title = title, .data = data, .version = i->version,
        .source = S("hindsight"), .audience = i->audience,
    });
}
