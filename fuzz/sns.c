/* Any bytes as a message of SNS with the file of its certificate: what is before the first NUL is the file, the rest the message. */
#include "integration/cloudwatch/sns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 14);
    const uint8_t *cut = memchr(data, 0, size);
    size_t n = cut ? (size_t)(cut - data) : 0;
    Str pem = { (const char *)data, n }, message = { (const char *)data + n + !!cut, size - n - !!cut };
    const Json *m = NULL;
    if (json_read(a, message, &m).info) return 0;
    Str url = json_str_at(m, S("SigningCertURL")), text = sns_signed_text(a, m);
    bool good = sns_address(url, S("")), named = sns_address(url, S("localhost:8443, sns.example.com"));
    if (good && (!named || !str_starts(url, S("https://sns.")))) __builtin_trap();
    /* No certificate of Amazon's can be made here: whatever is accepted as one is a mistake. */
    if (!sns_verify(a, pem, json_str_at(m, S("SignatureVersion")), json_str_at(m, S("Signature")), text, 1794319650000, true).info) __builtin_trap();
    (void)sns_verify(a, pem, S("2"), json_str_at(m, S("Signature")), text, 1794319650000, false);
    return 0;
}
