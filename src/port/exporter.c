#include "port/exporter.h"
#include "port/integration.h"

const Exporter *exporter_find(Str kind)
{
    for (size_t i = 0; integrations[i]; i++)
        if (integrations[i]->exporter && str_eq(kind, str_of(integrations[i]->exporter->kind))) return integrations[i]->exporter;
    return NULL;
}

Err exporter_open(Arena *a, const ExportPlace *place, Str allow, ExportCall *ret)
{
    *ret = (ExportCall){ .arena = a, .place = place };
    return client_open(a, &(ClientOptions){ .allow = allow, .user_agent = S("Hindsight") }, &ret->client);
}

void exporter_close(ExportCall *call)
{
    client_close(call->client);
    call->client = NULL;
}
