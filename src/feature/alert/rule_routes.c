/* Routing rules over HTTP: ordered, edited, tried on the alerts that came lately. */
#include "app/audit.h"
#include "base/id.h"
#include "feature/alert/internal.h"
#include "feature/catalog/catalog.h"
#include "sql.gen.h"

static const char *const ops[] = { "is", "is_not", "matches", "exists", NULL };
static const char *const severities[] = { "", "SEV-1", "SEV-2", "SEV-3", "SEV-4", "unknown", NULL };

static SHAPE(condition_shape, Condition, "What a label must be",
    FIELD(Condition, label, REQUIRED,
        "Name of a label; also title, description, severity, source, source_kind, dedup_key",
        .max = 200),
    FIELD(Condition, op, REQUIRED,
    "How it is compared; matches: the whole value fits a regular expression", .values = ops),
    FIELD(Condition, value, 0, "With what; not for exists", .max = 500));

SHAPE(routing_rule_shape, RoutingRule, "Where alerts go: the first rule that fits decides",
    FIELD(RoutingRule, id, READ_ONLY, "UUIDv7"),
    FIELD(RoutingRule, position, 0, "Its place, from 1; the last when it is not told"),
    FIELD(RoutingRule, name, REQUIRED, "What it is for", .max = 100),
    FIELD(RoutingRule, enabled, 0, "Does it count? True unless said"),
    FIELD_OF(RoutingRule, match, FIELD_MANY, &condition_shape, 0,
    "All of them must fit; none fits every alert", .max = 20),
    FIELD(RoutingRule, channel_id, NULLABLE, "Channel by id or name; else that of the integration"),
    FIELD(RoutingRule, severity, NULLABLE, "Severity; else what the source says",
    .values = severities),
    FIELD(RoutingRule, service_ids, 0, "Services of the incident", .max = 50),
    FIELD(RoutingRule, declare, 0, "Declare an incident, or join the open one of the group?"),
    FIELD(RoutingRule, group_by, 0, "Labels that make a group; else the group of the source",
    .max = 20),
    { .name = "private", .doc = "Declare it private: only the team of the channel sees it",
    .type = FIELD_BOOL, .offset = offsetof(RoutingRule, is_private) },
    FIELD_AT(RoutingRule, active_from_ms, NULLABLE, "It counts from then on; null: always. With an end and declare false: a maintenance window"),
    FIELD_AT(RoutingRule, active_until_ms, NULLABLE, "It counts until then; null: for ever"),
    FIELD(RoutingRule, version, READ_ONLY, "Grows with each change"));

/* ---- rows */

static Str conditions_json(Arena *a, const RoutingRule *rule)
{
    Buf b = buf_new(a, 64 << 10);
    buf_byte(&b, '[');
    list_each(&rule->match, i) {
        if (i) buf_byte(&b, ',');
        shape_json(&condition_shape, &rule->match.at[i], &b);
    }
    buf_byte(&b, ']');
    return buf_str(&b);
}

static void read_conditions(Arena *a, Str json, Conditions *ret)
{
    json_t *list = NULL, *one;
    size_t i;
    if (json_parse(a, json, &list).info) return;
    json_array_foreach(list, i, one)
        *list_add(a, ret) = (Condition){ json_str(one, "label"), json_str(one, "op"),
            json_str(one, "value") };
}

static Err read_all(Cx *cx, Stmt *q, RoutingRules *ret)
{
    while (stmt_step(q)) {
        RoutingRule *r = list_add(cx->arena, ret);
        *r = (RoutingRule){ .id = stmt_col_str(q, 0), .position = stmt_col_int(q, 1),
            .name = stmt_col_str(q, 2),
            .enabled = stmt_col_int(q, 3) != 0, .channel_id = stmt_col_str(q, 5),
            .severity = stmt_col_str(q, 6),
            .service_ids = strs_parse(cx->arena, stmt_col_str(q, 7)), .declare = stmt_col_int(q,
            8) != 0,
            .group_by = strs_parse(cx->arena, stmt_col_str(q, 9)), .is_private = stmt_col_int(q,
            10) != 0, .version = stmt_col_int(q, 11), .active_from_ms = stmt_col_int(q, 12), .active_until_ms = stmt_col_int(q, 13) };
        read_conditions(cx->arena, stmt_col_str(q, 4), &r->match);
    }
    return stmt_end(q);
}

Err rule_list(Cx *cx, bool enabled_only, RoutingRules *ret)
{
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_routing_rule_select,
        stmt_if(enabled_only, "enabled"), stmt_if(enabled_only, "active"), NULL);
    if (enabled_only) stmt_int(&q, "now_ms", cx->now_ms);
    return read_all(cx, &q, ret);
}

static Err rule_get(Cx *cx, Str id, RoutingRule *ret)
{
    RoutingRules found = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_routing_rule_select, "id", NULL);
    stmt_str(&q, "id", id);
    TRY(read_all(cx, &q, &found));
    if (!found.len)
        return fail(cx->arena, ERR_NOT_FOUND, "there is no routing rule " STR_FMT, STR_ARG(id));
    *ret = found.at[0];
    return OK;
}

Err rule_resolve(Cx *cx, Str given, Str *ret_id)
{
    RoutingRule rule;
    TRY(rule_get(cx, given, &rule));
    *ret_id = rule.id;
    return OK;
}

/* ---- checking */

static Err check_conditions(Cx *cx, const RoutingRule *rule)
{
    Source nobody = { 0 };
    AlertIn nothing = { .labels = S("{}") };
    Err e = OK;
    list_each(&rule->match, i) {
        const Condition *c = &rule->match.at[i];
        RoutingRule one = { .match = { .at = (Condition *)c, .len = 1 } };
        const Json label = { .kind = JS_TEXT, .name = c->label, .text = S("") },
            labels = { .kind = JS_OBJECT, .count = 1, .first = &label };
        bool fits;
        Str field = arena_fmt(cx->arena, "match[%zu].value", i);
        bool needs_value = str_eq(c->op, S("matches"));
        if (needs_value && str_empty(c->value))
            e = fail_field(cx->arena, field, "an expression to match is missing");
        else e = rule_matches(cx->arena, &one, &nobody, &nothing, &labels, &fits);
        if (e.info) return fail_field(cx->arena, field, STR_FMT, STR_ARG(e.info->message));
    }
    return OK;
}

static Err check(Cx *cx, RoutingRule *rule)
{
    Arena *a = cx->arena;
    Ref channel = { 0 }, service;
    Channel full;
    if (str_empty(str_trim(rule->name))) return fail_field(a, S("name"), "a rule needs a name");
    TRY(check_conditions(cx, rule));
    if (rule->active_until_ms && rule->active_until_ms <= rule->active_from_ms)
        return fail_field(a, S("active_until_at"), "active_until_at must be after active_from_at");
    if (!str_empty(rule->channel_id))
        TRY(channel_named(cx, S("channel_id"), rule->channel_id, &channel));
    rule->channel_id = channel.id;
    list_each(&rule->service_ids, i) {
        TRY(service_named(cx, arena_fmt(a, "service_ids[%zu]", i), rule->service_ids.at[i],
            &service));
        rule->service_ids.at[i] = service.id;
    }
    if (!rule->is_private) return OK;
    if (!rule->declare)
        return fail_field(a, S("private"),
            "only a rule that declares an incident can make it private");
    if (str_empty(channel.id))
        return fail_field(a, S("channel_id"),
            "a private incident needs a channel: its team is who may see it");
    TRY(channel_get(cx, channel.id, &full));
    return str_empty(full.team_id) ? fail_field(a, S("channel_id"),
        "the channel of a private incident needs a team: nobody could see it") : OK;
}

/* ---- writing */

static void bind(Cx *cx, Stmt *q, const RoutingRule *rule)
{
    stmt_str(q, "id", rule->id);
    stmt_int(q, "position", rule->position);
    stmt_str(q, "name", str_trim(rule->name));
    stmt_int(q, "enabled", rule->enabled);
    stmt_str(q, "conditions", conditions_json(cx->arena, rule));
    stmt_str_or_null(q, "channel_id", rule->channel_id);
    stmt_str(q, "severity", rule->severity);
    stmt_str(q, "service_ids", strs_json(cx->arena, rule->service_ids));
    stmt_int(q, "declares", rule->declare);
    stmt_str(q, "group_by", strs_json(cx->arena, rule->group_by));
    stmt_int(q, "is_private", rule->is_private);
    stmt_int_or_null(q, "active_from_ms", rule->active_from_ms);
    stmt_int_or_null(q, "active_until_ms", rule->active_until_ms);
    stmt_int(q, "now_ms", cx->now_ms);
}

/** Numbers the rules 1, 2, 3 … with `moved` at its wish. */
static Err renumber(Cx *cx, Str moved, int64_t wish)
{
    RoutingRules all = { 0 };
    TRY(rule_list(cx, false, &all));
    int64_t place = 0, last = (int64_t)all.len;
    if (wish < 1 || wish > last) wish = last;
    for (size_t i = 0; i < all.len; i++) {
        bool is_moved = str_eq(all.at[i].id, moved);
        if (!is_moved && ++place == wish && !str_empty(moved)) place++;
        int64_t to = is_moved ? wish : place;
        auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_routing_rule_place);
        stmt_str(&q, "id", all.at[i].id);
        stmt_int(&q, "position", to);
        TRY(stmt_exec(&q));
    }
    return OK;
}

static Err note(Cx *cx, const char *what, Str id)
{
    TRY(audit_add(cx, arena_fmt(cx->arena, "routing_rule.%s", what).at, "routing_rule", id, S("")));
    return live_touch(cx, S("routing-rules"), what, id, 0, S(""));
}

Err rules_list(Cx *cx, Req *req, Res *res)
{
    (void)req;
    RoutingRules all = { 0 };
    TRY(rule_list(cx, false, &all));
    res_list(cx, res, &routing_rule_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len,
        (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

Err rules_get(Cx *cx, Req *req, Res *res)
{
    RoutingRule rule;
    TRY(rule_get(cx, req_param(req, "routing_rule"), &rule));
    res_record(cx, res, &routing_rule_shape, &rule, rule.version);
    return OK;
}

/** Adds `rule` at its position, or last; `rule` is as stored afterwards. Within a write. */
static Err rule_add(Cx *cx, RoutingRule *rule)
{
    RoutingRules all = { 0 };
    TRY(rule_list(cx, false, &all));
    if (all.len >= RULES_MAX)
        return fail(cx->arena, ERR_CONFLICT, "there are %d rules already: remove one first",
            RULES_MAX);
    TRY(check(cx, rule));
    int64_t wish = rule->position;
    rule->id = id_new(cx->arena, cx->now_ms);
    rule->position = (int64_t)all.len + 1;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_routing_rule_insert);
    bind(cx, &q, rule);
    TRY(stmt_exec(&q));
    TRY(renumber(cx, rule->id, wish));
    TRY(note(cx, "added", rule->id));
    return rule_get(cx, rule->id, rule);
}

Err routing_rule_add(Cx *cx, Str json, Str *ret_id)
{
    RoutingRule rule = { .enabled = true };
    TRY(shape_decode(cx->arena, &routing_rule_shape, DECODE_CREATE, json, &rule, NULL));
    TRY(rule_add(cx, &rule));
    *ret_id = rule.id;
    return OK;
}

Err rules_post(Cx *cx, Req *req, Res *res)
{
    RoutingRule rule = *BODY(req, RoutingRule);
    if (!BODY_HAS(req, RoutingRule, enabled)) rule.enabled = true;
    TRY(rule_add(cx, &rule));
    res_created(cx, res, &routing_rule_shape, &rule, arena_fmt(cx->arena, "/api/v1/routing-rules/"
        STR_FMT, STR_ARG(rule.id)), rule.version);
    return OK;
}

Err rules_patch(Cx *cx, Req *req, Res *res)
{
    const RoutingRule *in = BODY(req, RoutingRule);
    RoutingRule rule;
    TRY(rule_get(cx, req_param(req, "routing_rule"), &rule));
    TRY(cx_match(cx, rule.version));
    if (BODY_HAS(req, RoutingRule, name)) rule.name = in->name;
    if (BODY_HAS(req, RoutingRule, enabled)) rule.enabled = in->enabled;
    if (BODY_HAS(req, RoutingRule, match)) rule.match = in->match;
    if (BODY_HAS(req, RoutingRule, channel_id)) rule.channel_id = in->channel_id;
    if (BODY_HAS(req, RoutingRule, severity)) rule.severity = in->severity;
    if (BODY_HAS(req, RoutingRule, service_ids)) rule.service_ids = in->service_ids;
    if (BODY_HAS(req, RoutingRule, declare)) rule.declare = in->declare;
    if (BODY_HAS(req, RoutingRule, group_by)) rule.group_by = in->group_by;
    if (BODY_HAS(req, RoutingRule, is_private)) rule.is_private = in->is_private;
    if (BODY_HAS(req, RoutingRule, active_from_ms)) rule.active_from_ms = in->active_from_ms;
    if (BODY_HAS(req, RoutingRule, active_until_ms)) rule.active_until_ms = in->active_until_ms;
    TRY(check(cx, &rule));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_routing_rule_update);
    bind(cx, &q, &rule);
    TRY(stmt_exec(&q));
    if (BODY_HAS(req, RoutingRule, position)) TRY(renumber(cx, rule.id, in->position));
    TRY(note(cx, "changed", rule.id));
    return rules_get(cx, req, res);
}

Err rules_delete(Cx *cx, Req *req, Res *res)
{
    RoutingRule rule;
    TRY(rule_get(cx, req_param(req, "routing_rule"), &rule));
    TRY(cx_match(cx, rule.version));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_routing_rule_remove);
    stmt_str(&q, "id", rule.id);
    TRY(stmt_exec(&q));
    TRY(renumber(cx, S(""), 0));
    TRY(note(cx, "removed", rule.id));
    res_none(res);
    return OK;
}

/* ---- trying */

typedef struct Tried { int64_t tried, matched; Alerts alerts; } Tried;
SHAPE(tried_shape, Tried, "What a rule would have caught",
    FIELD(Tried, tried, READ_ONLY, "Alerts it was tried on: the newest"),
    FIELD(Tried, matched, READ_ONLY, "How many of them fit"),
    FIELD_OF(Tried, alerts, FIELD_MANY, &alert_shape, READ_ONLY, "Those"));

Err rules_try(Cx *cx, Req *req, Res *res)
{
    RoutingRule *rule = BODY(req, RoutingRule);
    Alerts newest = { 0 };
    Tried told = { 0 };
    TRY(check(cx, rule));
    TRY(alert_list_newest(cx, 100, &newest));
    list_each(&newest, i) {
        const Alert *x = &newest.at[i];
        Source source = { .id = x->source.id, .name = x->source.name, .kind = x->source.kind };
        AlertIn alert = { .title = x->title, .description = x->description, .severity = x->severity,
            .dedup_key = x->dedup_key };
        const Json *labels = NULL;
        bool fits = false;
        TRY(json_read(cx->arena, x->labels, &labels));
        TRY(rule_matches(cx->arena, rule, &source, &alert, labels, &fits));
        if (fits) *list_add(cx->arena, &told.alerts) = *x;
    }
    told.tried = (int64_t)newest.len;
    told.matched = (int64_t)told.alerts.len;
    res_json(cx, res, &tried_shape, &told);
    return OK;
}
