#include "base/spec.h"
#include "port/mask.h"

static Mask given(Arena *a)
{
    Mask m = { .arena = a, .addresses = true, .names = true };
    *list_add(a, &m.people) = S("Maria Lopez");
    *list_add(a, &m.people) = S("王小明");
    return m;
}

SPEC("secrets never leave: assignments, well-known tokens, keys and what looks random")
{
    static const struct { const char *text, *masked; } all[] = {
        { "password=hunter22 ok", "password=[SECRET-1] ok" }, { "\"api_key\": \"abc123\"", "\"api_key\": \"[SECRET-1]\"" }, { "密码：abcd1234。", "密码：[SECRET-1]" },
        { "Authorization: Bearer abcdef12345", "Authorization: Bearer [SECRET-1]" }, { "postgres://app:s3cr3t@db:5432/x", "postgres://app:[SECRET-1]@db:5432/x" },
        { "key AKIAIOSFODNN7EXAMPLE leaked", "key [SECRET-1] leaked" }, { "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[SECRET-1]" },
        { "a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b", "a [SECRET-1] b" }, { "x-token: Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZkdISUpL", "x-token: [SECRET-1]" },
        { "sum 5f2b6c1d9e8a7b3c4d5e6f708192a3b4c5d6e7f8", "sum [SECRET-1]" }, { "deploy 019e7044-8800-7002-a8b3-e84b2cf0b063", "deploy 019e7044-8800-7002-a8b3-e84b2cf0b063" },
        { "the token bucket is full", "the token bucket is full" } };
    auto_arena a = arena_new(1 << 14);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        Mask m = given(a);
        expect_str(all[i].masked, mask_text(&m, str_of(all[i].text)));
        expect_str(all[i].text, mask_back(&m, mask_text(&m, str_of(all[i].text))));
    }
}

SPEC("people and their addresses leave as placeholders, the same for the same, and come back")
{
    auto_arena a = arena_new(1 << 14);
    Mask m = given(a);
    Str text = S("Maria Lopez <maria@example.com> from 10.0.0.7:443 and 2001:db8::1 told 王小明; Maria agrees at 14:07:30, v2.4.1"), left = mask_text(&m, text);
    expect_str("[PERSON-1] <[EMAIL-1]> from [IP-1]:443 and [IP-2] told [PERSON-2]; [PERSON-3] agrees at 14:07:30, v2.4.1", left);
    expect_str("[PERSON-1] again", mask_text(&m, S("Maria Lopez again")));
    expect_str("王小明 said it to Maria Lopez.", mask_back(&m, S("PERSON-2 said it to [PERSON-1].")));
    m = (Mask){ .arena = a };
    expect_str("Maria <maria@example.com>", mask_text(&m, S("Maria <maria@example.com>")));
}
