/* Routing: ordered rules, the first that fits decides. Evaluated on the worker, before the
 * write. */
#include <sodium.h>
#include <unicode/uregex.h>
#include <unicode/ustring.h>
#include "feature/alert/internal.h"

Str hash16(Arena *a, Str one, Str two)
{
    crypto_generichash_state state;
    unsigned char *to = arena_bytes(a, 16, 1);
    uint64_t len = one.len;                    /* so that ("ab","c") and ("a","bc") differ */
    crypto_generichash_init(&state, NULL, 0, 16);
    crypto_generichash_update(&state, (const unsigned char *)&len, sizeof len);
    crypto_generichash_update(&state, (const unsigned char *)one.at, one.len);
    crypto_generichash_update(&state, (const unsigned char *)two.at, two.len);
    crypto_generichash_final(&state, to, 16);
    return (Str){ (char *)to, 16 };
}

static UChar *to_utf16(Arena *a, Str s, int32_t *ret_len)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar *to = arena_array(a, UChar, s.len + 1);
    u_strFromUTF8(to, (int32_t)s.len + 1, ret_len, s.at ? s.at : "", (int32_t)s.len, &status);
    if (U_FAILURE(status)) *ret_len = 0;
    return to;
}

/** The whole value matches, as in Alertmanager. Time and stack are limited, so no expression
 *  can hold a worker. */
static Err regex_matches(Arena *a, Str pattern, Str value, bool *ret)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t pattern_len, value_len;
    UChar *p = to_utf16(a, pattern, &pattern_len), *v = to_utf16(a, value, &value_len);
    URegularExpression *re = uregex_open(p, pattern_len, 0, NULL, &status);
    if (U_FAILURE(status))
        return fail_field(a, S("match"), "\"" STR_FMT "\" is not a regular expression (%s)",
            STR_ARG(pattern), u_errorName(status));
    uregex_setTimeLimit(re, 50, &status);
    uregex_setStackLimit(re, 1 << 20, &status);
    uregex_setText(re, v, value_len, &status);
    *ret = uregex_matches(re, -1, &status) && U_SUCCESS(status);
    uregex_close(re);
    return OK;
}

/** A label, or one of the alert's own fields when it has no such label. */
static Str value_of(const Source *source, const AlertIn *alert, const Json *labels, Str name,
    bool *ret_exists)
{
    const Json *label = json_get(labels, name);
    *ret_exists = true;
    if (json_is(label, JS_TEXT)) return label->text;
    const struct { const char *name; Str value; } own[] = {
        { "severity", alert->severity }, { "title", alert->title },
            { "description", alert->description },
        { "source", source->name }, { "source_kind", source->kind },
        { "dedup_key", alert->dedup_key },
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (str_eq(name, str_of(own[i].name))) return own[i].value;
    *ret_exists = false;
    return S("");
}

Err rule_matches(Arena *a, const RoutingRule *rule, const Source *source, const AlertIn *alert,
    const Json *labels, bool *ret)
{
    *ret = false;
    list_each(&rule->match, i) {
        const Condition *c = &rule->match.at[i];
        bool exists, fits = false;
        Str value = value_of(source, alert, labels, c->label, &exists);
        if (str_eq(c->op, S("exists"))) fits = exists;
        else if (str_eq(c->op, S("is"))) fits = exists && str_eq(value, c->value);
        else if (str_eq(c->op, S("is_not"))) fits = !exists || !str_eq(value, c->value);
        else if (exists) TRY(regex_matches(a, c->value, value, &fits));
        if (!fits) return OK;
    }
    *ret = true;
    return OK;
}

static bool severe_enough(Str standard, Str severity)
{
    if (str_eq(standard, S("all"))) return true;
    if (str_eq(standard, S("never")) || str_eq(severity, S("unknown"))) return false;
    return str_cmp(severity, standard) <= 0;   /* "SEV-1" < "SEV-2" */
}

/** By the rule's labels; without them by the source's own group; without that each alert by
 *  itself. */
static Str group_of(Arena *a, const RoutingRule *rule, const Source *source, const AlertIn *alert,
    const Json *labels)
{
    Buf b = buf_new(a, 1 << 20);
    bool exists;
    if (rule && rule->group_by.len) {
        list_each(&rule->group_by, i) {
            Str value = value_of(source, alert, labels, rule->group_by.at[i], &exists);
            buf_fmt(&b, "%zu:", value.len);
            buf_add(&b, value);
        }
        return hash16(a, rule->id, buf_str(&b));
    }
    buf_add(&b, source->id);
    buf_add(&b, str_empty(alert->group_key) ? S("/key/") : S("/group/"));
    buf_add(&b, str_empty(alert->group_key) ? alert->dedup_key : alert->group_key);
    return hash16(a, rule ? rule->id : S("standard"), buf_str(&b));
}

Err route_alert(Arena *a, const RoutingRules *rules, Str standard, const Source *source,
    const AlertIn *alert, Plan *ret)
{
    const Json *labels = NULL;
    const RoutingRule *rule = NULL;
    bool fits;
    if (rules->len) TRY(json_read(a, alert->labels, &labels));
    list_each(rules, i) {
        /* A damaged expression was refused when it was saved; one that still fails must not
         * stop the intake. */
        if (rule_matches(a, &rules->at[i], source, alert, labels, &fits).info || !fits) continue;
        rule = &rules->at[i];
        break;
    }
    *ret = (Plan){ .severity = alert->severity, .channel_id = source->channel_id };
    if (rule) {
        ret->rule_id = rule->id;
        if (!str_empty(rule->severity)) ret->severity = rule->severity;
        if (!str_empty(rule->channel_id)) ret->channel_id = rule->channel_id;
        ret->service_ids = rule->service_ids;
        ret->is_private = rule->is_private;
    }
    ret->declare = rule ? rule->declare : severe_enough(standard, ret->severity);
    if (ret->declare) ret->group = group_of(a, rule, source, alert, labels);
    return OK;
}
