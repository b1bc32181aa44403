#include "app/audit.h"
#include "base/id.h"
#include "sql.gen.h"

Err audit_add(Cx *cx, const char *action, const char *kind, Str id, Str details)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_audit_add);
    stmt_str(&q, "id", id_new(cx->arena, cx->now_ms));
    stmt_int(&q, "at_ms", cx->now_ms);
    stmt_str(&q, "user_id", cx->actor.id);
    stmt_str(&q, "user_name", cx->actor.id.len ? cx->actor.name : S("Hindsight"));
    stmt_str(&q, "action", str_of(action));
    stmt_str(&q, "kind", str_of(kind));
    stmt_str(&q, "subject", id);
    stmt_str(&q, "details", details.len ? details : S("{}"));
    return stmt_exec(&q);
}

Str audit_name(Arena *a, Str name)
{
    Buf b = buf_new(a, 8 << 10);
    buf_add(&b, S("{\"name\":"));
    buf_json(&b, name);
    buf_byte(&b, '}');
    return buf_str(&b);
}

Err audit_list(Cx *cx, Str user, Str action, Str after, int64_t limit, AuditEntries *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_audit_list, stmt_if(user.len, "user_id"),
                                stmt_if(action.len, "action"), stmt_if(after.len, "after"), NULL);
    if (user.len) stmt_str(&q, "user_id", user);
    if (action.len) stmt_str(&q, "action", action);
    if (after.len) stmt_str(&q, "after_id", after);
    stmt_int(&q, "limit", limit);
    while (stmt_step(&q))
        *list_add(cx->arena, ret) = (AuditEntry){ .id = stmt_col_str(&q, 0), .at_ms = stmt_col_int(&q, 1),
            .user = { .id = stmt_col_str(&q, 2), .name = stmt_col_str(&q, 3) }, .action = stmt_col_str(&q, 4),
            .kind = stmt_col_str(&q, 5), .subject = stmt_col_str(&q, 6), .details = stmt_col_str(&q, 7) };
    return stmt_end(&q);
}
