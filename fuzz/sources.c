/* Any bytes as a payload of any source: the first byte is the line of integrations.def, the second says how it came (j: JSON, f: a
 * form, s: a structured CloudEvent, b: a binary one, m: a message). Seeds are made of the fixtures of every source (fuzz.mk). */
#include "fuzz/alert_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct { char mark; const char *type; } types[] = {
        { 'f', "application/x-www-form-urlencoded" }, { 's', "application/cloudevents+json" }, { 'm', "message/rfc822" },
        { 'b', "text/plain" }, { 'j', "application/json" },
    };
    size_t n = 0, k = 0;
    while (integrations[n]) n++;
    if (size < 2) return -1;
    const AlertSource *source = integrations[data[0] % n]->alert_source;
    if (!source) return -1;
    while (types[k].mark != 'j' && types[k].mark != data[1]) k++;
    check_decode_as(source->kind, S(""), str_of(types[k].type), (Str){ (const char *)data + 2, size - 2 });
    return 0;
}
