/* Templates over HTTP. */
#include "document/words.h"
#include "feature/account/account.h"
#include "feature/template/file.h"
#include "feature/template/internal.h"
#include "sql.gen.h"

static const char *const languages[] = { "en", "zh", NULL };

static Err list(Cx *cx, Req *req, Res *res)
{
    Strs language = { 0 };
    Incident i;
    Templates all = { 0 };
    TRY(req_filter(cx, req, "language", languages, &language));
    Str given = req_query(req, "incident"), id;
    if (given.len) {
        TRY(incident_resolve(cx, given, &id));
        TRY(incident_row(cx, id, &i));
    }
    TRY(template_list(cx, language.len == 1 ? language.at[0] : S(""), given.len ? &i : NULL, &all));
    res_list(cx, res, &template_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static Err show(Cx *cx, Req *req, Res *res)
{
    Template t;
    TRY(template_get(cx, req_param(req, "template"), &t));
    res_record(cx, res, &template_shape, &t, t.version);
    return OK;
}

static Err answer_new(Cx *cx, Res *res, Str id)
{
    Template t;
    TRY(template_get(cx, id, &t));
    res_created(cx, res, &template_shape, &t, arena_fmt(cx->arena, "/api/v1/templates/" STR_FMT, STR_ARG(id)), t.version);
    return OK;
}

static Err add(Cx *cx, Req *req, Res *res)
{
    Str id;
    Template t = *BODY(req, Template);
    TRY(template_match_named(cx, t.match, &t.match));
    TRY(template_add(cx, &t, &id));
    return answer_new(cx, res, id);
}

static Err own(Cx *cx, Req *req, Template *ret)
{
    TRY(template_get(cx, req_param(req, "template"), ret));
    if (ret->built_in) return fail(cx->arena, ERR_CONFLICT, "\"" STR_FMT "\" is built in: copy it and change the copy", STR_ARG(ret->name));
    return cx_match(cx, ret->version);
}

static Err edit(Cx *cx, Req *req, Res *res)
{
    Template t, *in = BODY(req, Template);
    TRY(own(cx, req, &t));
    if (BODY_HAS(req, Template, name)) t.name = in->name;
    if (BODY_HAS(req, Template, language)) t.language = in->language;
    if (BODY_HAS(req, Template, description)) t.description = in->description;
    if (BODY_HAS(req, Template, team_id)) t.team_id = in->team_id;
    if (BODY_HAS(req, Template, match)) TRY(template_match_named(cx, in->match, &t.match));
    if (BODY_HAS(req, Template, sections)) t.sections = in->sections;
    TRY(template_change(cx, &t));
    return show(cx, req, res);
}

static Err remove_one(Cx *cx, Req *req, Res *res)
{
    Template t;
    TRY(own(cx, req, &t));
    res_none(res);
    return template_remove(cx, &t);
}

typedef struct CopyInput { Str name; } CopyInput;
static SHAPE(copy_shape, CopyInput, "A copy of a template", FIELD(CopyInput, name, 0, "Its name; made from the original's when left out", .max = 100));

static Err copy(Cx *cx, Req *req, Res *res)
{
    Template t;
    TRY(template_get(cx, req_param(req, "template"), &t));
    Str id, base = words_zh(t.language) ? arena_fmt(cx->arena, STR_FMT "（副本）", STR_ARG(t.name)) : arena_fmt(cx->arena, STR_FMT " (copy)", STR_ARG(t.name));
    bool named = BODY(req, CopyInput)->name.len > 0;
    t.name = named ? BODY(req, CopyInput)->name : base;
    t.match = S("");
    Templates all = { 0 };
    TRY(template_list(cx, t.language, NULL, &all));
    for (int n = 2; !named; n++) {
        bool taken = false;
        list_each(&all, i) taken = taken || str_eq_nocase(all.at[i].name, t.name);
        if (!taken) break;
        t.name = arena_fmt(cx->arena, STR_FMT " %d", STR_ARG(base), n);
    }
    TRY(template_add(cx, &t, &id));
    return answer_new(cx, res, id);
}

static Err make_default(Cx *cx, Req *req, Res *res)
{
    Template t;
    TRY(template_get(cx, req_param(req, "template"), &t));
    TRY(template_set_default(cx, &t));
    return show(cx, req, res);
}

/* -- preview ----------------------------------------------------------------------------------------------------------- */

typedef struct PreviewOne { Str name, language; Sections sections; } PreviewOne;
static SHAPE(preview_template_shape, PreviewOne, "A template that may not be saved yet",
    FIELD(PreviewOne, name, 0, "", .max = 100), FIELD(PreviewOne, language, 0, "", .values = languages),
    FIELD_OF(PreviewOne, sections, FIELD_MANY, &section_shape, REQUIRED, "", .max = 40));
typedef struct PreviewInput { Str incident_id, template_id; PreviewOne template; } PreviewInput;
static SHAPE(preview_shape, PreviewInput, "What to show",
    FIELD(PreviewInput, incident_id, REQUIRED, "Id or reference"),
    FIELD(PreviewInput, template_id, NULLABLE, "One that is saved …"),
    FIELD_OF(PreviewInput, template, FIELD_ONE, &preview_template_shape, NULLABLE, "… or one being written"));
typedef struct Preview { Str html, markdown; } Preview;
static SHAPE(preview_reply_shape, Preview, "A template filled in",
    FIELD(Preview, html, READ_ONLY | MULTILINE, "As it will look"), FIELD(Preview, markdown, READ_ONLY | MULTILINE, "As Markdown"));

static Err preview(Cx *cx, Req *req, Res *res)
{
    PreviewInput *in = BODY(req, PreviewInput);
    Template t = { .name = S("preview"), .language = in->template.language.len ? in->template.language : S("en"), .sections = in->template.sections };
    DocNode *doc;
    Preview p;
    Str incident;
    TRY(incident_resolve(cx, in->incident_id, &incident));
    if (in->template_id.len) TRY(template_get(cx, in->template_id, &t));
    else if (!t.sections.len) return fail_field(cx->arena, S("template_id"), "name a template, or give its sections");
    Err e = template_check(cx, &t);
    if (e.info && str_starts(e.info->field, S("sections")))
        return err_make(cx->arena, OK, ERR_INVALID, arena_fmt(cx->arena, "template." STR_FMT, STR_ARG(e.info->field)), __FILE__, __LINE__, STR_FMT, STR_ARG(e.info->message));
    TRY(e);
    template_keys(cx->arena, &t);
    TRY(template_fill(cx, &t, incident, cx->actor.time_zone, cx->actor.name, &doc));
    TRY(template_expand_live(cx, t.language, cx->actor.time_zone, NULL, S(""), doc));
    TRY(render_html(cx->arena, doc, &(RenderHtml){ .locale = t.language, .time_zone = cx->actor.time_zone }, &p.html));
    TRY(render_markdown(cx->arena, doc, &p.markdown));
    res_json(cx, res, &preview_reply_shape, &p);
    return OK;
}

/* -- files ------------------------------------------------------------------------------------------------------------- */

static Err write_file(Cx *cx, Req *req, Res *res)
{
    static const char *const formats[] = { "markdown", "json", NULL };
    Strs format = { 0 };
    Template t;
    TRY(req_filter(cx, req, "format", formats, &format));
    TRY(template_get(cx, req_param(req, "template"), &t));
    bool json = format.len && str_eq(format.at[0], S("json"));
    res_text(res, 200, json ? "application/json" : "text/markdown; charset=utf-8",
             json ? template_file_json(cx->arena, &t) : template_file_markdown(cx->arena, &t));
    http_set(&res->http, "Content-Disposition",
             arena_fmt(cx->arena, "attachment; filename=\"template-" STR_FMT ".%s\"", STR_ARG(t.id), json ? "json" : "md"));
    return OK;
}

static Err read_file(Cx *cx, Req *req, Res *res)
{
    TemplateFile f;
    TRY(template_file_read(cx->arena, req->http->body, &f));
    res_json(cx, res, &template_file_shape, &f);
    return OK;
}

/* -- names ------------------------------------------------------------------------------------------------------------- */

typedef struct NameView { Str name, list, type, title, title_zh; } NameView;
typedef LIST(NameView) NameViews;
static SHAPE(name_shape, NameView, "A name that templates may use",
    FIELD(NameView, name, READ_ONLY, "incident.title"), FIELD(NameView, list, READ_ONLY | NULLABLE, "The loop inside which it is known"),
    FIELD(NameView, type, READ_ONLY, "text, list or block"), FIELD(NameView, title, READ_ONLY, "What it is"), FIELD(NameView, title_zh, READ_ONLY, "The same in Chinese"));

static Err names(Cx *cx, Req *req, Res *res)
{
    NameViews all = { 0 };
    (void)req;
    for (const Name *n = template_names; n->name; n++)
        *list_add(cx->arena, &all) = (NameView){ str_of(n->name), str_of(n->list), n->type == NAME_LIST ? S("list") : n->type == NAME_BLOCK ? S("block") : S("text"),
                                                 str_of(n->en), str_of(n->zh) };
    res_list(cx, res, &name_shape, all.at, sizeof *all.at, all.len, (int64_t)all.len, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static Err resolve(Cx *cx, Str given, Str *ret_id)
{
    Template t;
    TRY(template_get(cx, given, &t));
    if (t.removed) return fail(cx->arena, ERR_NOT_FOUND, "the template " STR_FMT " was removed", STR_ARG(t.name));
    *ret_id = t.id;
    return OK;
}

#define ONE "/api/v1/templates/:template"
static const Route routes[] = {
    { GET, "/api/v1/templates", ROLE_VIEWER, list, .reply = &template_shape, .flags = REPLY_LIST, .query = "language incident",
      .doc = "Templates, the default first; with an incident, the one that fits it" },
    { POST, "/api/v1/templates", ROLE_MANAGER, add, &template_shape, &template_shape, .body_bytes = 2u << 20,
      .doc = "Adds a template; a wrong variable is refused with its line, column and the nearest right name" },
    { POST, "/api/v1/templates/preview", ROLE_VIEWER, preview, &preview_shape, &preview_reply_shape, .flags = COMPUTES, .body_bytes = 2u << 20,
      .doc = "Fills a template in from an incident and keeps nothing" },
    { GET, ONE, ROLE_VIEWER, show, .reply = &template_shape, .doc = "One template" },
    { PATCH, ONE, ROLE_MANAGER, edit, &template_shape, &template_shape, .body_bytes = 2u << 20, .doc = "Changes a custom template" },
    { DELETE, ONE, ROLE_MANAGER, remove_one, .doc = "Removes a custom template; reports made from it stay" },
    { POST, ONE "/copy", ROLE_MANAGER, copy, &copy_shape, &template_shape, .doc = "Copies a template, to be changed" },
    { POST, ONE "/default", ROLE_MANAGER, make_default, .reply = &template_shape, .doc = "Makes it the one that is chosen for its language" },
    { GET, ONE "/file", ROLE_VIEWER, write_file, .query = "format", .doc = "A template as a file, Markdown or JSON" },
    { POST, "/api/v1/templates/read", ROLE_MANAGER, read_file, .reply = &template_file_shape, .flags = COMPUTES | RAW_BODY, .body_bytes = 2u << 20,
      .doc = "Reads a template from Markdown or JSON and keeps nothing; save it as a new one" },
    { GET, "/api/v1/template-variables", ROLE_VIEWER, names, .reply = &name_shape, .flags = REPLY_LIST, .doc = "The names that templates may use" },
    { 0 },
};

static const Resolver resolvers[] = { { "template", resolve }, { 0 } };

const Feature template_feature = { .name = "template", .schema = &template_schema, .routes = routes, .resolvers = resolvers };
