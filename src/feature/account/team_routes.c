#include "feature/account/internal.h"

Err get_teams(Cx *cx, Req *req, Res *res)
{
    Teams all;
    TRY(team_list(cx, req_query(req, "q"), &all));
    res_list(cx, res, &team_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 },
             (int64_t)all.len);
    return OK;
}

Err get_team(Cx *cx, Req *req, Res *res)
{
    Team t;
    TRY(team_get(cx, req_param(req, "team"), &t));
    res_record(cx, res, &team_shape, &t, t.version);
    return OK;
}

Err post_teams(Cx *cx, Req *req, Res *res)
{
    Str id;
    Team t;
    TRY(team_add(cx, BODY(req, Team), &id));
    TRY(team_get(cx, id, &t));
    res_created(cx, res, &team_shape, &t,
                arena_fmt(cx->arena, "/api/v1/teams/" STR_FMT, STR_ARG(id)), t.version);
    return OK;
}

Err patch_team(Cx *cx, Req *req, Res *res)
{
    const Team *body = BODY(req, Team);
    Team t;
    TRY(team_get(cx, req_param(req, "team"), &t));
    TRY(cx_match(cx, t.version));
    if (BODY_HAS(req, Team, name)) t.name = body->name;
    if (BODY_HAS(req, Team, description)) t.description = body->description;
    if (BODY_HAS(req, Team, lead_id)) t.lead_id = body->lead_id;
    if (BODY_HAS(req, Team, member_ids)) t.member_ids = body->member_ids;
    TRY(team_change(cx, &t));
    return get_team(cx, req, res);
}

Err delete_team(Cx *cx, Req *req, Res *res)
{
    Team t;
    TRY(team_get(cx, req_param(req, "team"), &t));
    TRY(cx_match(cx, t.version));
    res_none(res);
    return team_remove(cx, t.id);
}
