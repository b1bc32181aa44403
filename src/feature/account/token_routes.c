#include "feature/account/internal.h"

SHAPE(token_shape, Token, "An API token. `token` itself is in the answer to its creation, and never again",
    FIELD(Token, id, READ_ONLY, "UUIDv7"),
    FIELD(Token, name, REQUIRED, "What it is for", .max = 100),
    FIELD(Token, scopes, REQUIRED, "read: only reads · write: all but administration · ingest: posts alerts and changes · admin: all", .values = scope_names),
    FIELD(Token, prefix, READ_ONLY, "Its first characters, to tell tokens apart"),
    FIELD(Token, token, READ_ONLY | NULLABLE, "The token, once"),
    FIELD_OF(Token, user, FIELD_ONE, &user_ref_shape, READ_ONLY, "Whose it is; it never reaches further than their role"),
    FIELD_AT(Token, created_ms, READ_ONLY, "When it was made"),
    FIELD_AT(Token, expires_ms, NULLABLE, "Stops working then; null: never"),
    FIELD_AT(Token, last_used_ms, READ_ONLY | NULLABLE, "Last use, to the minute"));

Err get_tokens(Cx *cx, Req *req, Res *res)
{
    bool all_people = req_flag(req, "all");
    if (all_people && (cx->actor.role < ROLE_ADMIN || !(cx->actor.scopes & SCOPE_ADMIN)))
        return fail(cx->arena, ERR_FORBIDDEN, "only an administrator sees the tokens of others");
    Tokens all;
    TRY(token_list(cx, all_people ? S("") : cx->actor.id, 1000, &all));
    res_list(cx, res, &token_shape, all.at, sizeof *all.at, all.len, 1000, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

Err post_tokens(Cx *cx, Req *req, Res *res)
{
    const Token *body = BODY(req, Token);
    Str id, secret;
    Token t;
    TRY(token_add(cx, cx->actor.id, body->name, body->scopes, body->expires_ms, &id, &secret));
    TRY(token_get(cx, id, &t));
    t.token = secret;
    res_created(cx, res, &token_shape, &t, S(""), 1);
    return OK;
}

/** The Resolver has seen to it that the token is one's own, or the asker an administrator. */
Err delete_token(Cx *cx, Req *req, Res *res)
{
    res_none(res);
    return token_remove(cx, req_param(req, "token"));
}
