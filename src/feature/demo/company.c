#include "feature/demo/demo.h"
#include "feature/alert/alert.h"
#include "feature/catalog/catalog.h"

static Str *keep(Cx *cx, Str id)
{
    Str *s = arena_make(cx->arena, Str);
    *s = id;
    return s;
}

static Role role_of(Str word)
{
    for (int r = ROLE_VIEWER; r <= ROLE_ADMIN; r++)
        if (str_eq(word, str_of(role_names[r]))) return (Role)r;
    return ROLE_VIEWER;
}

/** A person of the story, added when nobody has that address. */
static Err add_person(Cx *cx, const json_t *p, Company *c)
{
    User u = { .name = json_str(p, "name"), .email = json_str(p, "email"), .role = json_str(p, "role"), .locale = json_str(p, "locale"),
               .time_zone = json_str(p, "time_zone"), .avatar_color = json_integer_value(json_object_get(p, "color")) };
    Err e = user_find(cx, u.email, &u);
    if (err_is(e, ERR_NOT_FOUND)) TRY(user_add(cx, &u, S(""), &u.id));
    else TRY(e);
    Actor *a = arena_make(cx->arena, Actor);
    *a = (Actor){ .id = u.id, .name = u.name, .email = u.email, .role = role_of(u.role), .scopes = SCOPE_ALL, .locale = u.locale,
                  .time_zone = u.time_zone, .avatar_color = u.avatar_color, .session = S("sample") };
    map_set(c->people, json_str(p, "key"), a);
    return OK;
}

static Str person_id(const Company *c, Str key)
{
    const Actor *a = map_get(c->people, key);
    return a ? a->id : S("");
}

static Err add_team(Cx *cx, const json_t *t, Company *c)
{
    Ref found;
    Team team = { .name = json_str(t, "name"), .description = json_str(t, "description"), .lead_id = person_id(c, json_str(t, "lead")) };
    if (!team_named(cx, S("team"), team.name, &found).info) return OK;
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(t, "members"), i, m)
        *list_add(cx->arena, &team.member_ids) = person_id(c, str_of(json_string_value(m)));
    Str id;
    return team_add(cx, &team, &id);
}

static Err team_id(Cx *cx, const json_t *of, Str *ret)
{
    Ref team;
    TRY(team_named(cx, S("team"), json_str(of, "team"), &team));
    *ret = team.id;
    return OK;
}

static Err add_channel(Cx *cx, const json_t *v, Company *c)
{
    Ref found;
    Channel channel = { .name = json_str(v, "name"), .description = json_str(v, "description") };
    if (channel_named(cx, S("channel"), channel.name, &found).info) {
        TRY(team_id(cx, v, &channel.team_id));
        TRY(channel_add(cx, &channel, &found.id));
    }
    map_set(c->channels, channel.name, keep(cx, found.id));
    return OK;
}

static Err add_service(Cx *cx, const json_t *v, Company *c)
{
    Ref found;
    Service service = { .name = json_str(v, "name"), .description = json_str(v, "description"), .tier = json_integer_value(json_object_get(v, "tier")) };
    if (service_named(cx, S("service"), service.name, &found).info) {
        TRY(team_id(cx, v, &service.team_id));
        TRY(service_add(cx, &service, &found.id));
    }
    map_set(c->services, service.name, keep(cx, found.id));
    return OK;
}

static Err add_source(Cx *cx, const json_t *v, Company *c)
{
    Str id, url, name = arena_fmt(cx->arena, "source " STR_FMT, STR_ARG(json_str(v, "name")));
    bool is_new;
    TRY(part_made(cx, name, &id));            /* sources have no name that must be unique */
    if (str_empty(id)) {
        TRY(integration_add(cx, json_str(v, "kind"), json_str(v, "name"), json_str(v, "channel"), &id, &url));
        TRY(part_note(cx, name, id, &is_new));
    }
    map_set(c->sources, json_str(v, "name"), keep(cx, id));
    return OK;
}

static Err add_rule(Cx *cx, const json_t *v, Company *c)
{
    (void)c;
    Str id, name = arena_fmt(cx->arena, "rule " STR_FMT, STR_ARG(json_str(v, "name")));
    bool is_new;
    TRY(part_made(cx, name, &id));
    if (id.len) return OK;
    TRY(routing_rule_add(cx, json_text(cx->arena, v), &id));
    return part_note(cx, name, id, &is_new);
}

typedef Err (*Adder)(Cx *cx, const json_t *one, Company *c);

Err company_load(Cx *cx, Company *ret)
{
    static const struct { const char *list; Adder add; } parts[] = {
        { "people", add_person }, { "teams", add_team }, { "channels", add_channel }, { "services", add_service }, { "sources", add_source }, { "rules", add_rule },
    };
    const DemoFile *f = demo_files;
    while (f->name && strcmp(f->name, "/company.json")) f++;
    if (!f->name) bug("company.json is not in this build");
    json_t *all, *one;
    size_t i;
    TRY(json_parse(cx->arena, (Str){ f->at, f->len }, &all));
    *ret = (Company){ map_new(cx->arena), map_new(cx->arena), map_new(cx->arena), map_new(cx->arena) };
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        json_array_foreach(json_object_get(all, parts[p].list), i, one)
            TRY_AS(cx->arena, parts[p].add(cx, one, ret), "sample data, %s", parts[p].list);
    return OK;
}
