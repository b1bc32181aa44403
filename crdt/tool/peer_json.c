/** JSON in and out for the peer, with the engine's own reader. */
#include "tool.h"

CrdtBytes field(CrdtBytes object, const char *name)
{
    Json j = { object.at, object.at + object.len };
    CrdtBytes key;
    if (object.len > 0 && json_open(&j, '{'))
        while (json_field(&j, &key)) {
            CrdtBytes v = json_take(&j);
            if (json_string_is(key, crdt_str(name)))
                return v;
        }
    return (CrdtBytes){ 0 };
}

bool has_field(CrdtBytes object, const char *name)
{
    CrdtBytes v = field(object, name);
    return v.len > 0 && v.at[0] != 'n';
}

uint64_t number_field(CrdtBytes object, const char *name, uint64_t otherwise)
{
    CrdtBytes v = field(object, name);
    if (v.len == 0 || v.at[0] < '0' || v.at[0] > '9')
        return otherwise;
    double n = json_number(v);
    return n < 9e18 ? (uint64_t)n : otherwise;
}

bool true_field(CrdtBytes object, const char *name)
{
    CrdtBytes v = field(object, name);
    return v.len > 0 && v.at[0] == 't';
}

CrdtBuf text_of(CrdtBytes json)
{
    CrdtBuf b = { 0 };
    if (json.len > 0 && json.at[0] == '"')
        json_text_to(json, &b);
    return b;
}

static int digit_of(uint8_t c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+' || c == '-' ? 62
           : c == '/' || c == '_' ? 63
                                  : -1;
}

CrdtBuf base64_of(CrdtBytes json)
{
    CrdtBuf text = text_of(json), b = { 0 };
    uint32_t bits = 0;
    int n = 0;
    for (size_t i = 0; i < text.len; i++) {
        int v = digit_of(text.at[i]);
        if (v < 0)
            continue;
        bits = bits << 6 | (uint32_t)v;
        if (++n % 4 != 1)
            write_u8(&b, (uint8_t)(bits >> (n % 4 == 2 ? 4 : n % 4 == 3 ? 2 : 0)));
    }
    crdt_buf_done(&text);
    return b;
}

void add_text(CrdtBuf *out, const char *text)
{
    write_raw(out, text, strlen(text));
}

void add_base64(CrdtBuf *out, CrdtBytes b)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < b.len; i += 3) {
        size_t left = b.len - i;
        uint32_t v = (uint32_t)b.at[i] << 16;
        v |= left > 1 ? (uint32_t)b.at[i + 1] << 8 : 0;
        v |= left > 2 ? b.at[i + 2] : 0;
        write_u8(out, (uint8_t)set[v >> 18]);
        write_u8(out, (uint8_t)set[v >> 12 & 63]);
        write_u8(out, left > 1 ? (uint8_t)set[v >> 6 & 63] : '=');
        write_u8(out, left > 2 ? (uint8_t)set[v & 63] : '=');
    }
}
