#include "net/ws.h"
#include <openssl/evp.h>
#include "net/url.h"

/** SHA-1 is what RFC 6455 asks for, against confused caches, not against attackers. */
static Str accept_of(Arena *a, Str key)
{
    Str text = arena_fmt(a, STR_FMT "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", STR_ARG(key));
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    if (EVP_Digest(text.at, text.len, digest, &bytes, EVP_sha1(), NULL) != 1) bug("libcrypto has no SHA-1");
    char *to = arena_bytes(a, 64, 1);
    int n = EVP_EncodeBlock((unsigned char *)to, digest, (int)bytes);
    return (Str){ to, (size_t)n };
}

/** 16 bytes in base64: 22 characters and "==". */
static bool is_key(Str s)
{
    if (s.len != 24 || s.at[22] != '=' || s.at[23] != '=') return false;
    for (size_t i = 0; i < 22; i++) {
        char c = s.at[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/')) return false;
    }
    return true;
}

int ws_handshake(const HttpReq *req, Str *ret_accept, Str *ret_detail)
{
    *ret_detail = S("this address answers WebSocket handshakes only");
    if (!str_eq(req->method, S("GET")) || !url_has_token(http_header(req, "Upgrade"), S("websocket")) ||
        !url_has_token(http_header(req, "Connection"), S("upgrade"))) return 400;
    *ret_detail = S("only version 13 of WebSocket is spoken");
    if (!str_eq(http_header(req, "Sec-WebSocket-Version"), S("13"))) return 426;
    Str key = http_header(req, "Sec-WebSocket-Key");
    *ret_detail = S("Sec-WebSocket-Key must be 16 bytes in base64");
    if (!is_key(key)) return 400;
    *ret_accept = accept_of(req->arena, key);
    return 101;
}
