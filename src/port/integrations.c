#include "port/integration.h"
#include "port/alert_map.h"

#define INTEGRATION(name) extern const Integration name##_integration;
#include "integrations.def"
#undef INTEGRATION
#define INTEGRATION(name) &name##_integration,
const Integration *const integrations[] = {
#include "integrations.def"
    NULL
};

const AlertSource *alert_source_find(Str kind)
{
    for (size_t i = 0; integrations[i]; i++)
        if (integrations[i]->alert_source && str_eq(kind, str_of(integrations[i]->name)))
            return integrations[i]->alert_source;
    return NULL;
}

Err alerts_decode(Arena *a, const AlertSource *source, const SourceConfig *config, Str content_type,
    Str payload, AlertsIn *ret)
{
    return source->map ? alert_map_payload(a, source->map, content_type, payload, ret)
                       : source->decode(a, config, content_type, payload, ret);
}
