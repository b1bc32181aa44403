#include "app/setting.h"
#include "app/app.h"
#include "app/audit.h"
#include "app/secret.h"
#include "app/shape.h"
#include "base/utf8.h"
#include "sql.gen.h"

const Setting *setting_find(Str key)
{
    for (size_t i = 0; features[i]; i++)
        for (const Setting *s = features[i]->settings; s && s->key; s++)
            if (str_eq(key, str_of(s->key))) return s;
    return NULL;
}

Str setting_str(Cx *cx, const char *key)
{
    const Setting *s = setting_find(str_of(key));
    if (!s) bug("no setting %s", key);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_setting_get);
    stmt_str(&q, "key", str_of(key));
    bool found = stmt_step(&q);
    Str value = found ? stmt_col_str(&q, 0) : str_of(s->standard);
    Err e = stmt_end(&q);
    if (!e.info && found && s->type == SETTING_SECRET && value.len) e = secret_unseal(cx, value, &value);
    if (e.info) { err_log(e, "reading a setting"); return str_of(s->standard); }
    return value;
}

int64_t setting_int(Cx *cx, const char *key)
{
    int64_t n = 0;
    (void)str_int(setting_str(cx, key), &n);
    return n;
}

bool setting_bool(Cx *cx, const char *key) { return str_eq(setting_str(cx, key), S("true")); }

static Err check(Cx *cx, const Setting *s, Str value)
{
    int64_t n;
    json_t *json;
    Str key = str_of(s->key);
    size_t max = s->type != SETTING_INT && s->max ? (size_t)s->max : 10000;
    if (value.len > max || !utf8_valid(value))
        return fail_field(cx->arena, key, "%s must be text of at most %zu bytes", s->title, max);
    switch (s->type) {
    case SETTING_TEXT:
    case SETTING_SECRET: return OK;
    case SETTING_JSON: return json_parse(cx->arena, value, &json);
    case SETTING_BOOL:
        return str_eq(value, S("true")) || str_eq(value, S("false"))
                   ? OK
                   : fail_field(cx->arena, key, "%s must be true or false", s->title);
    case SETTING_INT:
        if (!str_int(value, &n) || (s->max && (n < s->min || n > s->max)))
            return fail_field(cx->arena, key, "%s must be a number from %lld to %lld", s->title,
                              (long long)s->min, (long long)s->max);
        return OK;
    case SETTING_CHOICE:
        for (const char *const *o = s->options; *o; o++)
            if (str_eq(value, str_of(*o))) return OK;
        return fail_field(cx->arena, key, "%s cannot be " STR_FMT, s->title, STR_ARG(value));
    }
    return OK;
}

Err setting_set(Cx *cx, Str key, Str value)
{
    const Setting *s = setting_find(key);
    if (!s) return fail(cx->arena, ERR_NOT_FOUND, "there is no setting " STR_FMT, STR_ARG(key));
    TRY(check(cx, s, value));
    if (s->check) TRY(s->check(cx, value));
    Str stored = value;
    if (s->type == SETTING_SECRET && value.len) TRY(secret_seal(cx, value, &stored));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_setting_put);
    stmt_str(&q, "key", key);
    stmt_str(&q, "value", stored);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    Buf details = buf_new(cx->arena, 32 << 10);
    buf_add(&details, S("{\"value\":"));
    buf_json(&details, s->type == SETTING_SECRET ? S("(secret)") : value);
    buf_byte(&details, '}');
    return audit_add(cx, "setting.changed", "setting", key, buf_str(&details));
}
