/* Rows and built-ins read as one kind of thing; choosing one for an incident. */
#include <unicode/uchar.h>
#include "app/audit.h"
#include "app/fold.h"
#include "base/id.h"
#include "base/utf8.h"
#include "feature/account/account.h"
#include "feature/catalog/catalog.h"
#include "feature/template/builtin.h"
#include "feature/template/internal.h"
#include "sql.gen.h"

static const char *const ai_modes[] = { "off", "on", "instructions", NULL };
static const char *const languages[] = { "en", "zh", NULL };

SHAPE(section_shape, Section, "A section of a report",
    FIELD(Section, heading, REQUIRED, "What stands above it", .max = 200),
    FIELD(Section, guide, MULTILINE, "Tells the writer what belongs here; never published", .max = 2000),
    FIELD(Section, prefill, MULTILINE, "Markdown with {{variables}}; refused when a variable is not known", .max = 20000),
    FIELD(Section, required, 0, "Whether a report without it is not ready"),
    FIELD(Section, ai, 0, "How AI may draft it", .values = ai_modes),
    FIELD(Section, ai_instructions, MULTILINE, "For ai = instructions", .max = 4000),
    FIELD(Section, key, 0, "Stays the same when the heading is renamed; made from the heading when left out", .max = 60));

SHAPE(template_shape, Template, "The sections that a report begins with",
    FIELD(Template, id, READ_ONLY, "UUIDv7, or a word such as standard-en for a built-in one"),
    FIELD(Template, name, REQUIRED, "Unique in its language", .max = 100),
    FIELD(Template, language, REQUIRED, "Of its reports", .values = languages),
    FIELD(Template, description, MULTILINE, "When to use it", .max = 1000),
    FIELD(Template, team_id, NULLABLE, "The team it belongs to, by id or name; null is everybody's"),
    FIELD_OF(Template, team, FIELD_ONE, &ref_shape, READ_ONLY | NULLABLE, "That team"),
    FIELD(Template, built_in, READ_ONLY, "Comes with Hindsight: can be copied, not changed"),
    FIELD(Template, is_default, READ_ONLY, "Chosen when no rule fits; one for each language"),
    FIELD(Template, suggested, READ_ONLY, "Fits the incident that the list was asked for"),
    FIELD(Template, can_edit, READ_ONLY, "Whether you may change it"),
    FIELD_RAW(Template, match, OBJECT | NULLABLE, "Suggested when all that is given fits: {\"severity\":[],\"kind\":[],\"team_id\",\"channel_id\"}", .max = 4000),
    FIELD_OF(Template, sections, FIELD_MANY, &section_shape, REQUIRED, "In order", .max = 40),
    FIELD(Template, version, READ_ONLY, "Grows with each change"),
    FIELD_AT(Template, created_ms, READ_ONLY | NULLABLE, "When it was added"),
    FIELD_AT(Template, updated_ms, READ_ONLY | NULLABLE, "When it was last changed"));

static SHAPE(match_shape, TemplateMatch, "When a template is suggested",
    FIELD(TemplateMatch, severity, 0, "Any of these", .max = 10),
    FIELD(TemplateMatch, kind, 0, "Any of these", .max = 10),
    FIELD(TemplateMatch, team_id, NULLABLE, "This team"),
    FIELD(TemplateMatch, channel_id, NULLABLE, "This channel"));

typedef struct Stored { Sections sections; } Stored;
static SHAPE(stored_shape, Stored, "Sections as stored", FIELD_OF(Stored, sections, FIELD_MANY, &section_shape, 0, "", .max = 1000));

/* -- reading ----------------------------------------------------------------------------------------------------------- */

static void from_builtin(Arena *a, const Builtin *b, Template *ret)
{
    *ret = (Template){ .id = str_of(b->id), .name = str_of(b->name), .language = str_of(b->language), .description = str_of(b->description),
                       .built_in = true, .version = 1 };
    for (const BuiltinSection *s = b->sections; s->key; s++)
        *list_add(a, &ret->sections) = (Section){ .heading = str_of(s->heading), .guide = str_of(s->guide), .prefill = str_of(s->prefill),
                                                  .required = s->required, .ai = S("on"), .key = str_of(s->key) };
    Buf match = buf_new(a, 200);
    if (b->severity) buf_fmt(&match, "{\"severity\":[\"%s\"]}", b->severity);
    if (b->kind && *b->kind) buf_fmt(&match, "{\"kind\":[\"%s\"]}", b->kind);
    ret->match = buf_str(&match);
}

static Err read_rows(Cx *cx, Stmt *q, Templates *ret)
{
    Strs teams = { 0 };
    Map *refs;
    size_t from = ret->len;
    while (stmt_step(q)) {
        Template t = { .id = stmt_col_str(q, 0), .name = stmt_col_str(q, 1), .language = stmt_col_str(q, 2), .description = stmt_col_str(q, 3),
                       .team_id = stmt_col_str(q, 4), .match = stmt_col_str(q, 5), .version = stmt_col_int(q, 7),
                       .created_ms = stmt_col_int(q, 8), .updated_ms = stmt_col_int(q, 9), .removed = !stmt_col_is_null(q, 10), .can_edit = cx->actor.role >= ROLE_MANAGER };
        Stored stored = { 0 };
        TRY_AS(cx->arena, shape_decode(cx->arena, &stored_shape, DECODE_PATCH, stmt_col_str(q, 6), &stored, NULL), "the template " STR_FMT " cannot be read", STR_ARG(t.id));
        t.sections = stored.sections;
        ids_add(cx->arena, &teams, t.team_id);
        *list_add(cx->arena, ret) = t;
    }
    TRY(stmt_end(q));
    TRY(team_refs(cx, teams, &refs));
    for (size_t i = from; i < ret->len; i++) ret->at[i].team = ref_of(refs, ret->at[i].team_id);
    return OK;
}

static Err defaults_onto(Cx *cx, Templates *all)
{
    Map *chosen = map_new(cx->arena);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_template_defaults);
    while (stmt_step(&q)) {
        Str *id = arena_make(cx->arena, Str);
        *id = stmt_col_str(&q, 1);
        map_set(chosen, stmt_col_str(&q, 0), id);
    }
    TRY(stmt_end(&q));
    list_each(all, i) {
        Template *t = &all->at[i];
        const Str *id = map_get(chosen, t->language);
        t->is_default = id ? str_eq(*id, t->id) : str_starts(t->id, S("standard-"));
    }
    return OK;
}

Err template_get(Cx *cx, Str id, Template *ret)
{
    Templates found = { 0 };
    for (const Builtin *b = template_builtins; b->id; b++)
        if (str_eq(id, str_of(b->id))) from_builtin(cx->arena, b, list_add(cx->arena, &found));
    if (!found.len) {
        auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_template_select, "id", NULL);
        stmt_str(&q, "id", id);
        TRY(read_rows(cx, &q, &found));
    }
    if (!found.len) return fail(cx->arena, ERR_NOT_FOUND, "there is no template " STR_FMT, STR_ARG(id));
    TRY(defaults_onto(cx, &found));
    *ret = found.at[0];
    return OK;
}

/* -- choosing ---------------------------------------------------------------------------------------------------------- */

static bool among(const Strs *list, Str word)
{
    list_each(list, i) if (str_eq(list->at[i], word)) return true;
    return list->len == 0;
}

/* How well a rule fits: 0 not at all, more for each thing that it names. */
static int fit(Arena *a, const Template *t, const Incident *i)
{
    TemplateMatch m = { 0 };
    if (!t->match.len || shape_decode(a, &match_shape, DECODE_PATCH, t->match, &m, NULL).info) return 0;
    bool fits = among(&m.severity, i->severity) && among(&m.kind, i->kind) && (!m.team_id.len || str_eq(m.team_id, i->team_id))
             && (!m.channel_id.len || str_eq(m.channel_id, i->channel_id));
    return fits ? (m.severity.len > 0) + (m.kind.len > 0) * 2 + (m.team_id.len > 0) * 4 + (m.channel_id.len > 0) * 8 : 0;
}

/* Index of the template for an incident: the custom rule that names most, the chosen default, the built-in rule, Standard. */
static size_t choose(Arena *a, const Templates *all, const Incident *incident, Str language)
{
    size_t best = all->len;
    int most = 0;
    list_each(all, i) {
        const Template *t = &all->at[i];
        if (language.len && !str_eq(t->language, language)) continue;
        int points = incident ? fit(a, t, incident) : 0;
        if (points) points = points * 10 + (t->built_in ? 0 : 1000);
        if (t->is_default) points = points > (t->built_in ? 1 : 500) ? points : t->built_in ? 1 : 500;
        if (points > most) { most = points; best = i; }
    }
    return best;
}

Str template_language(const Incident *i, Str locale)
{
    for (size_t k = 0, w; k < i->title.len; k += w) {
        uint32_t c = utf8_next(i->title, k, &w);
        if (c != UTF8_BAD && u_hasBinaryProperty((UChar32)c, UCHAR_IDEOGRAPHIC)) return S("zh");
    }
    return str_starts(locale, S("zh")) ? S("zh") : S("en");
}

static void to_front(Templates *all, size_t i)
{
    Template t = all->at[i];
    memmove(all->at + 1, all->at, i * sizeof t);
    all->at[0] = t;
}

Err template_list(Cx *cx, Str language, const Incident *incident, Templates *ret)
{
    Templates all = { 0 };
    auto_stmt q = stmt_begin_if(cx->arena, cx->store, &sql_template_select, "present", stmt_if(language.len, "language"), NULL);
    if (language.len) stmt_str(&q, "language", language);
    TRY(read_rows(cx, &q, &all));
    for (const Builtin *b = template_builtins; b->id; b++)
        if (!language.len || str_eq(language, str_of(b->language))) from_builtin(cx->arena, b, list_add(cx->arena, &all));
    TRY(defaults_onto(cx, &all));
    for (size_t i = all.len; i-- > 1;)                       /* defaults to the front, once each */
        for (size_t k = i; k > 0 && all.at[k].is_default && !all.at[k - 1].is_default; k--) {
            Template t = all.at[k];
            all.at[k] = all.at[k - 1];
            all.at[k - 1] = t;
        }
    if (incident) {
        size_t chosen = choose(cx->arena, &all, incident, language.len ? language : template_language(incident, cx->actor.locale));
        if (chosen < all.len) { all.at[chosen].suggested = true; to_front(&all, chosen); }
    }
    *ret = all;
    return OK;
}

Err template_for(Cx *cx, const Incident *incident, Str language, Template *ret)
{
    Templates all = { 0 };
    TRY(template_list(cx, language, NULL, &all));
    size_t i = choose(cx->arena, &all, incident, language);
    if (i >= all.len) return fail(cx->arena, ERR_NOT_FOUND, "there is no template for the language " STR_FMT, STR_ARG(language));
    *ret = all.at[i];
    return OK;
}

/* -- checking ---------------------------------------------------------------------------------------------------------- */

/* "Root cause" → "root_cause"; Chinese headings keep their characters. */
static Str key_of(Arena *a, Str heading)
{
    Buf b = buf_new(a, 200);
    for (size_t i = 0, w; i < heading.len && b.len < 56; i += w) {
        uint32_t c = utf8_next(heading, i, &w);
        char utf8[4];
        if (c != UTF8_BAD && u_isalnum((UChar32)c)) buf_add(&b, (Str){ utf8, utf8_put(utf8, (uint32_t)u_tolower((UChar32)c)) });
        else if (b.len && b.at[b.len - 1] != '_') buf_byte(&b, '_');
    }
    while (b.len && b.at[b.len - 1] == '_') b.len--;
    return b.len ? buf_str(&b) : S("section");
}

void template_keys(Arena *a, Template *t)
{
    Map *taken = map_new(a);
    list_each(&t->sections, i) {
        Section *s = &t->sections.at[i];
        Str base = s->key.len ? s->key : key_of(a, s->heading), key = base;
        for (int n = 2; map_get(taken, key); n++) key = arena_fmt(a, STR_FMT "_%d", STR_ARG(base), n);
        map_set(taken, key, s);
        s->key = key;
        if (!s->ai.len) s->ai = S("on");
    }
}

static Err match_check(Cx *cx, Str match)
{
    TemplateMatch m = { 0 };
    json_t *v;
    if (!match.len) return OK;
    TRY(json_parse(cx->arena, match, &v));
    TRY(shape_decode_value(cx->arena, &match_shape, DECODE_PATCH, v, S("match"), &m, NULL));
    list_each(&m.severity, i)
        if (!among(&(Strs){ (Str[]){ S("SEV-1"), S("SEV-2"), S("SEV-3"), S("SEV-4"), S("unknown") }, 5, 5 }, m.severity.at[i]))
            return fail_field(cx->arena, S("match.severity"), "there is no severity \"" STR_FMT "\"", STR_ARG(m.severity.at[i]));
    list_each(&m.kind, i) {
        bool known = false;
        for (size_t k = 0; incident_kinds[k]; k++) known = known || str_eq(m.kind.at[i], str_of(incident_kinds[k]));
        if (!known) return fail_field(cx->arena, S("match.kind"), "there is no kind of incident \"" STR_FMT "\"", STR_ARG(m.kind.at[i]));
    }
    return OK;
}

Err template_match_named(Cx *cx, Str given, Str *ret)
{
    TemplateMatch m = { 0 };
    json_t *v;
    Ref team = { 0 }, channel = { 0 };
    *ret = given;
    if (!given.len) return OK;
    TRY(json_parse(cx->arena, given, &v));
    TRY(shape_decode_value(cx->arena, &match_shape, DECODE_PATCH, v, S("match"), &m, NULL));
    if (!m.team_id.len && !m.channel_id.len) return OK;
    if (m.team_id.len) TRY(team_named(cx, S("match.team_id"), m.team_id, &team));
    if (m.channel_id.len) TRY(channel_named(cx, S("match.channel_id"), m.channel_id, &channel));
    m.team_id = team.id;
    m.channel_id = channel.id;
    Buf b = buf_new(cx->arena, 16 << 10);
    shape_json(&match_shape, &m, &b);
    *ret = buf_str(&b);
    return OK;
}

Err template_check(Cx *cx, const Template *t)
{
    Arena *a = cx->arena;
    if (str_empty(str_trim(t->name))) return fail_field(a, S("name"), "a template needs a name");
    if (!t->sections.len) return fail_field(a, S("sections"), "a template needs at least one section");
    if (t->sections.len > 40) return fail_field(a, S("sections"), "a template has at most 40 sections");
    list_each(&t->sections, i) {
        const Section *s = &t->sections.at[i];
        const Program *program;
        if (str_empty(str_trim(s->heading))) return fail_field(a, arena_fmt(a, "sections[%zu].heading", i), "a section needs a heading");
        TRY(program_parse(a, arena_fmt(a, "sections[%zu].prefill", i), s->prefill, &program));
    }
    return match_check(cx, t->match);
}

/* -- writing ----------------------------------------------------------------------------------------------------------- */

static Err name_free(Cx *cx, const Template *t)
{
    for (const Builtin *b = template_builtins; b->id; b++)
        if (str_eq(t->language, str_of(b->language)) && str_eq(fold_key(cx->arena, str_trim(t->name)), fold_key(cx->arena, str_of(b->name))))
            return err_make(cx->arena, OK, ERR_CONFLICT, S("name"), __FILE__, __LINE__, "\"%s\" is the name of a built-in template", b->name);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_template_name_taken);
    stmt_str(&q, "language", t->language);
    stmt_str(&q, "name_key", fold_key(cx->arena, str_trim(t->name)));
    stmt_str(&q, "id", t->id);
    Str taken = stmt_step(&q) ? stmt_col_str(&q, 0) : S("");
    TRY(stmt_end(&q));
    if (!taken.len) return OK;
    return err_make(cx->arena, OK, ERR_CONFLICT, S("name"), __FILE__, __LINE__, "there is a template named " STR_FMT " already", STR_ARG(taken));
}

static Err bind(Cx *cx, Stmt *q, const Template *t)
{
    Stored stored = { t->sections };
    Buf sections = buf_new(cx->arena, 4u << 20);
    shape_json(&stored_shape, &stored, &sections);
    stmt_str(q, "id", t->id);
    stmt_str(q, "name", str_trim(t->name));
    stmt_str(q, "name_key", fold_key(cx->arena, str_trim(t->name)));
    stmt_str(q, "language", t->language);
    stmt_str(q, "description", t->description);
    stmt_str_or_null(q, "team_id", t->team_id);
    stmt_str(q, "match_rule", t->match);
    stmt_str(q, "sections", buf_str(&sections));
    stmt_int(q, "now_ms", cx->now_ms);
    return stmt_exec(q);
}

static Err prepare(Cx *cx, Template *t)
{
    TRY(template_check(cx, t));
    template_keys(cx->arena, t);
    Ref team = { 0 };
    if (t->team_id.len) TRY(team_named(cx, S("team_id"), t->team_id, &team));
    t->team_id = team.id;
    return name_free(cx, t);
}

static Err news(Cx *cx, const char *action, Str id, int64_t version)
{
    TRY(audit_add(cx, action, "template", id, S("")));
    return live_touch(cx, S("templates"), action, id, version, S(""));
}

Err template_add(Cx *cx, const Template *given, Str *ret_id)
{
    Template t = *given;
    t.id = id_new(cx->arena, cx->now_ms);
    TRY(prepare(cx, &t));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_template_insert);
    TRY(bind(cx, &q, &t));
    *ret_id = t.id;
    return news(cx, "template.added", t.id, 1);
}

Err template_change(Cx *cx, const Template *given)
{
    Template t = *given;
    TRY(prepare(cx, &t));
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_template_update);
    TRY(bind(cx, &q, &t));
    return news(cx, "template.changed", t.id, t.version + 1);
}

Err template_remove(Cx *cx, const Template *t)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_template_remove);
    stmt_str(&q, "id", t->id);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    auto_stmt d = stmt_begin(cx->arena, cx->store, &sql_template_default_clear);
    stmt_str(&d, "template_id", t->id);
    TRY(stmt_exec(&d));
    return news(cx, "template.removed", t->id, t->version + 1);
}

Err template_set_default(Cx *cx, const Template *t)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_template_default_set);
    stmt_str(&q, "language", t->language);
    stmt_str(&q, "template_id", t->id);
    TRY(stmt_exec(&q));
    return news(cx, "template.default", t->id, t->version);
}
