#include "app/secret.h"
#include <sodium.h>
#include "app/app.h"

static const char prefix[] = "sealed1:";

Err secret_seal(Cx *cx, Str plain, Str *ret_sealed)
{
    size_t n = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.len;
    unsigned char *raw = arena_bytes(cx->arena, n, 1);
    randombytes_buf(raw, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(raw + crypto_secretbox_NONCEBYTES, (const unsigned char *)plain.at,
                          plain.len, raw, cx->app->key);
    size_t room = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_bytes(cx->arena, room, 1);
    sodium_bin2base64(text, room, raw, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    *ret_sealed = arena_fmt(cx->arena, "%s%s", prefix, text);
    return OK;
}

Err secret_unseal(Cx *cx, Str sealed, Str *ret_plain)
{
    size_t skip = sizeof prefix - 1, n = 0;
    unsigned char *raw = arena_bytes(cx->arena, sealed.len + 1, 1);
    Str text = str_sub(sealed, skip, sealed.len);
    bool ok = str_starts(sealed, str_of(prefix))
              && sodium_base642bin(raw, sealed.len + 1, text.at, text.len, NULL, &n, NULL,
                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING)
                     == 0
              && n >= crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    size_t plain_len = ok ? n - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES : 0;
    unsigned char *plain = arena_bytes(cx->arena, plain_len + 1, 1);
    if (!ok
        || crypto_secretbox_open_easy(plain, raw + crypto_secretbox_NONCEBYTES,
                                      n - crypto_secretbox_NONCEBYTES, raw, cx->app->key))
        return fail(cx->arena, ERR_UNAVAILABLE,
                    "a stored secret was sealed with another key: put back the secret.key of this "
                    "database, or enter the secret again");
    *ret_plain = (Str){ (const char *)plain, plain_len };
    return OK;
}

Str secret_hash(Arena *a, Str token)
{
    unsigned char raw[32];
    char *hex = arena_bytes(a, sizeof raw * 2 + 1, 1);
    crypto_generichash(raw, sizeof raw, (const unsigned char *)token.at, token.len, NULL, 0);
    sodium_bin2hex(hex, sizeof raw * 2 + 1, raw, sizeof raw);
    return (Str){ hex, sizeof raw * 2 };
}
