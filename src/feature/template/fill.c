/* Template + incident → document; live blocks → what they show. */
#include "base/map.h"
#include "base/time.h"
#include "document/words.h"
#include "feature/template/internal.h"

static void block_of(void *ctx, Arena *a, Str name, BlockMode mode, DocNodes *to) { facts_block(ctx, a, name, mode, to); }

Err template_fill(Cx *cx, const Template *t, Str incident, Str time_zone, Str owner, DocNode **ret_doc)
{
    Arena *a = cx->arena;
    Facts *facts;
    DocNode *doc = doc_node(a, "doc");
    TRY(facts_gather(cx, incident, t->language, time_zone, owner, S(""), &facts));
    ProgramData data = { .values = facts_values(a, facts), .locale = facts->locale, .block = block_of, .ctx = facts };
    list_each(&t->sections, i) {
        const Section *s = &t->sections.at[i];
        const Program *program;
        DocNode *h = doc_add(a, doc, "heading");
        doc_attr_int(a, h, "level", 2);
        doc_attr(a, h, "section", s->key);
        if (s->guide.len) doc_attr(a, h, "guide", s->guide);
        if (s->required) doc_attr_bool(a, h, "required", true);
        doc_text(a, h, s->heading);
        TRY(program_parse(a, arena_fmt(a, "sections[%zu].prefill", i), s->prefill, &program));
        size_t before = doc->children.len;
        TRY_AS(a, program_run(a, program, &data, doc), "the section " STR_FMT " cannot be filled in", STR_ARG(s->heading));
        if (doc->children.len == before) doc_add(a, doc, "paragraph");
    }
    *ret_doc = doc;
    return OK;
}

Err template_append(Cx *cx, Str incident, Str locale, Str time_zone, DocNode *doc)
{
    Facts *facts;
    TRY(facts_gather(cx, incident, locale, time_zone, S(""), S(""), &facts));
    DocNode *h = doc_add(cx->arena, doc, "heading");
    doc_attr_int(cx->arena, h, "level", 2);
    doc_text(cx->arena, h, arena_fmt(cx->arena, STR_FMT " " STR_FMT, STR_ARG(facts->incident.reference), STR_ARG(facts->incident.title)));
    facts_block(facts, cx->arena, S("incident.overview"), BLOCK_SNAPSHOT, &doc->children);
    facts_block(facts, cx->arena, S("incident.timeline"), BLOCK_SNAPSHOT, &doc->children);
    return OK;
}

typedef struct Expand { Cx *cx; Str locale, time_zone, readers; const Strs *own; Map *facts; } Expand;

static bool may_show(const Expand *x, const Facts *f)
{
    if (!x->own || str_empty(f->incident.audience)) return true;
    list_each(x->own, i) if (str_eq(x->own->at[i], f->incident.id)) return true;
    return false;
}

static Err facts_of(Expand *x, Str incident, Facts **ret)
{
    Str id;
    *ret = map_get(x->facts, incident);
    if (*ret) return OK;
    Err e = incident_resolve(x->cx, incident, &id);
    if (err_is(e, ERR_NOT_FOUND)) return OK;
    TRY(e);
    TRY(facts_gather(x->cx, id, x->locale, x->time_zone, S(""), x->readers, ret));
    map_set(x->facts, incident, *ret);
    return OK;
}

/* What of the timeline the block shows; its options are an object. */
static void choose(Facts *f, const DocNode *block)
{
    json_t *given = block->attrs ? json_object_get(block->attrs, "options") : NULL;
    f->all_events = json_is_false(json_object_get(given, "starred"));
    f->by_phase = json_is_true(json_object_get(given, "by_phase"));
    f->phase = json_str(given, "phase");
}

/* "As of 20 Nov 2026, 21:30": a page is read later than it was made. */
static void when_taken(Expand *x, DocNodes *out)
{
    DocNode *p = doc_node(x->cx->arena, "paragraph");
    bool zh = words_zh(x->locale);
    char at[TIME_TEXT_MAX];
    doc_mark(x->cx->arena, doc_text(x->cx->arena, p, zh ? S("截至 ") : S("As of ")), "italic");
    DocNode *stamp = doc_add(x->cx->arena, p, "timestamp");
    doc_attr(x->cx->arena, stamp, "at", arena_str(x->cx->arena, str_of(time_rfc3339(x->cx->now_ms, at))));
    *list_add(x->cx->arena, out) = p;
}

static Err expand(Expand *x, DocNode *n, int depth)
{
    DocNodes out = { 0 };
    bool any = false;
    for (size_t i = 0; i < n->children.len && depth < DOC_MAX_DEPTH; i++) {
        DocNode *child = n->children.at[i];
        if (!doc_is(child, "liveBlock")) {
            TRY(expand(x, child, depth + 1));
            *list_add(x->cx->arena, &out) = child;
            continue;
        }
        Facts *facts = NULL;
        any = true;
        TRY(facts_of(x, doc_get(child, "incident"), &facts));
        size_t before = out.len;
        if (facts) choose(facts, child);
        if (facts && may_show(x, facts)) facts_block(facts, x->cx->arena, facts_block_of_live(doc_get(child, "kind")), BLOCK_SNAPSHOT, &out);
        if (out.len > before) when_taken(x, &out);
    }
    if (any) n->children = out;
    return OK;
}

Err template_expand_live(Cx *cx, Str locale, Str time_zone, const Strs *own, Str readers, DocNode *doc)
{
    Expand x = { cx, locale, time_zone, readers, own, map_new(cx->arena) };
    return expand(&x, doc, 0);
}

void template_figures(const Incident *i, KeyFigures *ret)
{
    *ret = (KeyFigures){ .severity = i->severity, .started_ms = i->impact_started_ms, .ended_ms = i->impact_ended_ms ? i->impact_ended_ms : i->resolved_ms };
    int64_t from = i->impact_started_ms ? i->impact_started_ms : i->declared_ms;
    if (ret->ended_ms > from) ret->duration_ms = ret->ended_ms - from;
    list_each(&i->impacts, k)
        if (i->impacts.at[k].customers_affected > ret->customers) ret->customers = i->impacts.at[k].customers_affected;
    list_each(&i->roles, k) {
        bool seen = str_eq(i->roles.at[k].role, S("observer"));
        for (size_t j = 0; j < k; j++) seen = seen || str_eq(i->roles.at[j].user.id, i->roles.at[k].user.id);
        ret->responders += !seen;
    }
}
