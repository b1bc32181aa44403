#include <sodium.h>
#include "base/str.h"
#include "net/client.h"
#include "net/url.h"
#include "port/outgoing.h"

enum { DEADLINE_MS = 15000, ANSWER_MOST = 2 << 20, PAUSE_MOST_S = 3600 };

static Err call(Arena *a, const Outgoing *what, const char *method, size_t max_bytes, OutgoingAnswer *ret)
{
    Client *client;
    ClientRes res = { 0 };
    HttpHeader headers[2];
    size_t n = 0;
    if (what->type.len) headers[n++] = (HttpHeader){ S("Content-Type"), what->type };
    if (what->token.len) headers[n++] = (HttpHeader){ S("Authorization"), arena_fmt(a, "Bearer " STR_FMT, STR_ARG(what->token)) };
    ClientOptions options = { .allow = what->allow, .user_agent = S("Hindsight") };
    TRY(client_open(a, &options, &client));
    ClientReq req = { .method = str_of(method), .url = what->url, .headers = headers, .n_headers = n, .body = what->body,
                      .deadline_ms = DEADLINE_MS, .max_bytes = max_bytes };
    Err e = client_call(client, a, &req, &res);
    client_close(client);
    TRY(e);
    int64_t seconds = 0;
    str_int(str_trim(client_header(&res, "Retry-After")), &seconds);
    if (seconds < 0) seconds = 0;
    *ret = (OutgoingAnswer){ res.status, res.body, str_trim(str_before(client_header(&res, "Content-Type"), ';')), (seconds > PAUSE_MOST_S ? PAUSE_MOST_S : seconds) * 1000 };
    return OK;
}

Err outgoing_post(Arena *a, const Outgoing *what, OutgoingAnswer *ret) { return call(a, what, "POST", ANSWER_MOST, ret); }
Err outgoing_get(Arena *a, const Outgoing *what, size_t max_bytes, OutgoingAnswer *ret) { return call(a, what, "GET", max_bytes, ret); }

Err outgoing_socket(Arena *a, const WsOpen *how, Str allow, WsClient **ret)
{
    Client *client;
    TRY(client_open(a, &(ClientOptions){ .allow = allow }, &client));
    Err e = ws_open(client, a, how, ret);
    client_close(client);
    return e;
}

bool outgoing_signed64(Str given, Str key, Str text)
{
    unsigned char secret[256], sum[crypto_auth_hmacsha256_BYTES], told[crypto_auth_hmacsha256_BYTES];
    size_t n_secret = 0, n = 0;
    if (sodium_base642bin(secret, sizeof secret, key.at, key.len, NULL, &n_secret, NULL, sodium_base64_VARIANT_ORIGINAL) || !n_secret) return false;
    if (sodium_base642bin(told, sizeof told, given.at, given.len, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL)) return false;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, secret, n_secret);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.at, text.len);
    crypto_auth_hmacsha256_final(&state, sum);
    return n == sizeof told && sodium_memcmp(told, sum, sizeof sum) == 0;
}

Str form_value(Arena *a, Str form, const char *name)
{
    Str key, value, text;
    while (url_next_param(&form, &key, &value))
        if (str_eq(key, str_of(name))) return url_decode(a, value, URL_PLUS_IS_SPACE, &text) ? text : S("");
    return S("");
}

void form_add(Buf *to, Arena *a, const char *name, Str value)
{
    buf_fmt(to, "%s%s=", to->len ? "&" : "", name);
    buf_add(to, url_encode(a, value));
}
