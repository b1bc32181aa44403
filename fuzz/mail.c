/* Any bytes as an e-mail, with rules and without: headers, encoded words, parts, HTML. */
#include "fuzz/alert_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char rules[] = "{\"rules\":[{\"field\":\"body\",\"contains\":\"a\",\"severity\":\"SEV-1\"},{\"field\":\"subject\",\"contains\":\"x\",\"status\":\"ignored\"}]}";
    if (!size) return 0;
    check_decode_as("mail", data[0] & 1 ? str_of(rules) : S(""), S("message/rfc822"), (Str){ (const char *)data + 1, size - 1 });
    return 0;
}
