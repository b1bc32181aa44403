#include "port/integration.h"

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
