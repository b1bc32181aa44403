/* Importing chat: a preview that writes nothing, and the import. */
#include <stdlib.h>
#include "app/limit.h"
#include "app/app.h"
#include "base/map.h"
#include "base/time.h"
#include "feature/account/account.h"
#include "feature/warroom/import.h"
#include "feature/warroom/rules.h"
#include "sql.gen.h"

enum { SAMPLE = 40, BATCH = 100, HOUR_MS = 3600 * 1000 };

typedef struct ImportPerson { Str key, name, email; UserRef user; int64_t messages; } ImportPerson;
typedef struct ImportSample { Str author, text; int64_t at_ms; bool reply, edited, known; int64_t files; } ImportSample;
typedef struct ImportPreview {
    Str source;
    Ref channel;
    Refs channels;
    int64_t messages, known, outside, skipped, first_ms, last_ms, since_ms, until_ms;
    LIST(ImportPerson) people;
    LIST(ImportSample) sample;
} ImportPreview;

static SHAPE(chat_person_shape, ImportPerson, "Somebody who speaks in it",
    FIELD(ImportPerson, key, READ_ONLY, "Their id there"), FIELD(ImportPerson, name, READ_ONLY, "Their name there"),
    FIELD(ImportPerson, email, READ_ONLY | NULLABLE, "Their address there"),
    FIELD_OF(ImportPerson, user, FIELD_ONE, &user_ref_shape, READ_ONLY | NULLABLE, "Who that is here; null: nobody"),
    FIELD(ImportPerson, messages, READ_ONLY, "How much they say"));
static SHAPE(chat_sample_shape, ImportSample, "A message as it would stand here",
    { .name = "at", .doc = "When it was said", .type = FIELD_TIME, .flags = READ_ONLY, .offset = offsetof(ImportSample, at_ms) },
    FIELD(ImportSample, author, READ_ONLY, "Who"), FIELD(ImportSample, text, READ_ONLY | MULTILINE, "What"),
    FIELD(ImportSample, reply, READ_ONLY, "In a thread"), FIELD(ImportSample, edited, READ_ONLY, ""), FIELD(ImportSample, known, READ_ONLY, "It is here already"),
    FIELD(ImportSample, files, READ_ONLY, "How many files"));
SHAPE(chat_preview_shape, ImportPreview, "What would be imported",
    FIELD(ImportPreview, source, READ_ONLY, "What it is", .values = message_sources),
    FIELD_OF(ImportPreview, channel, FIELD_ONE, &ref_shape, READ_ONLY, "The channel that was read"),
    FIELD_OF(ImportPreview, channels, FIELD_MANY, &ref_shape, READ_ONLY, "All channels in it"),
    FIELD(ImportPreview, messages, READ_ONLY, "How many messages"), FIELD(ImportPreview, known, READ_ONLY, "How many of them are here already"),
    FIELD(ImportPreview, outside, READ_ONLY, "Left out: before or after the chosen time"),
    FIELD(ImportPreview, skipped, READ_ONLY, "Left out: joins, empty ones and the like"),
    FIELD_AT(ImportPreview, first_ms, READ_ONLY | NULLABLE, ""), FIELD_AT(ImportPreview, last_ms, READ_ONLY | NULLABLE, ""),
    FIELD_AT(ImportPreview, since_ms, READ_ONLY | NULLABLE, "From when"), FIELD_AT(ImportPreview, until_ms, READ_ONLY | NULLABLE, "Until when"),
    FIELD_OF(ImportPreview, people, FIELD_MANY, &chat_person_shape, READ_ONLY, "Who speaks, most first"),
    FIELD_OF(ImportPreview, sample, FIELD_MANY, &chat_sample_shape, READ_ONLY, "The first of them"));

typedef struct Imported_ { int64_t added, changed, known, proposals; } Imported_;
SHAPE(chat_imported_shape, Imported_, "What was imported",
    FIELD(Imported_, added, READ_ONLY, "New here"), FIELD(Imported_, changed, READ_ONLY, "Here before, with other words now"),
    FIELD(Imported_, known, READ_ONLY, "Here before, the same"), FIELD(Imported_, proposals, READ_ONLY, "Proposed for the timeline now, in all"));

/* ---- what is asked for */

typedef struct Import { Incident incident; Chat chat; ChatHow how; Str channel; Map *chosen; } Import;

/** {"U1":"id of a user or empty"} */
static Err chosen_people(Cx *cx, Req *req, Map *ret)
{
    json_t *v, *who;
    const char *key;
    Str given = req_query(req, "people");
    if (!given.len) return OK;
    Err e = json_parse(cx->arena, given, &v);
    if (e.info || !json_is_object(v) || json_object_size(v) > 200) return fail_field(cx->arena, S("people"), "people is an object of ids there and ids here, at most 200");
    json_object_foreach(v, key, who) {
        Str *id = arena_make(cx->arena, Str);
        UserRef user = { .id = S("") };
        if (json_is_string(who) && json_string_length(who)) TRY(user_named(cx, S("people"), str_of(json_string_value(who)), &user));
        *id = user.id.len ? user.id : S("");
        map_set(ret, arena_str(cx->arena, str_of(key)), id);
    }
    return OK;
}

/** Nothing chosen: from two hours before it began to a day after it was over, but all of a channel that is called after it. */
static void bounds(Cx *cx, Import *im, bool text)
{
    const Incident *i = &im->incident;
    if (im->how.since_ms || im->how.until_ms || text) return;
    int64_t began_ms = i->impact_started_ms && i->impact_started_ms < i->declared_ms ? i->impact_started_ms : i->declared_ms;
    im->how.since_ms = began_ms - 2 * HOUR_MS;
    im->how.until_ms = (i->resolved_ms ? i->resolved_ms : cx->now_ms) + 24 * HOUR_MS;
}

/** How a channel of an export is called when its tool is connected, too: so that one message is one. */
static Err channel_here(Cx *cx, Import *im)
{
    ChatRooms rooms = { 0 };
    Str tail = arena_fmt(cx->arena, "/" STR_FMT, STR_ARG(im->chat.channel.id));
    im->channel = im->chat.channel.id;
    TRY(room_list(cx, im->incident.id, &rooms));
    list_each(&rooms, k)
        if (str_eq(rooms.at[k].source, im->chat.source) && str_ends(rooms.at[k].channel, tail)) im->channel = rooms.at[k].channel;
    return OK;
}

static bool is_text(Str body)
{
    Str t = str_trim(str_sub(body, 0, 4096));
    return t.len && t.at[0] != '{' && !chat_is_list(t) && !str_starts(t, S("PK\x03\x04"));
}

static Err read_import(Cx *cx, Req *req, Import *im)
{
    Str body = req->http->body, day = req_query(req, "day");
    int64_t noon;
    *im = (Import){ .chosen = map_new(cx->arena) };
    if (!body.len) return fail_field(cx->arena, S("body"), "send the export, or the text, as the body");
    TRY(incident_row(cx, req_param(req, "incident"), &im->incident));
    TRY(req_time(cx, req, "since", &im->how.since_ms));
    TRY(req_time(cx, req, "until", &im->how.until_ms));
    TRY(chosen_people(cx, req, im->chosen));
    im->how.channel = req_query(req, "channel");
    im->how.zone = req_query(req, "zone").len ? req_query(req, "zone") : cx->actor.time_zone;
    if (im->how.zone.len && !zone_known(im->how.zone)) return fail_field(cx->arena, S("zone"), "there is no time zone " STR_FMT, STR_ARG(im->how.zone));
    Str ref = im->incident.reference;
    im->how.hint = arena_fmt(cx->arena, "inc-" STR_FMT, STR_ARG(str_after(ref, '-')));
    bounds(cx, im, is_text(body));
    im->how.day = zone_civil(im->how.zone, im->incident.impact_started_ms ? im->incident.impact_started_ms : im->incident.declared_ms);
    if (day.len) {
        if (!zone_parse(S(""), arena_fmt(cx->arena, STR_FMT " 12:00", STR_ARG(day)), cx->now_ms, &noon)) return fail_field(cx->arena, S("day"), "day is written 2026-11-20");
        im->how.day = zone_civil(S(""), noon);
    }
    TRY(chat_read(cx->arena, body, &im->how, &im->chat));
    chat_name_pasted(cx->arena, im->incident.id, &im->chat);
    return channel_here(cx, im);
}

/* ---- preview */

static int most_first(const void *a, const void *b)
{
    const ImportPerson *x = a, *y = b;
    return (x->messages < y->messages) - (x->messages > y->messages);
}

static Err preview_people(Cx *cx, const Import *im, ImportPreview *p, Map *names)
{
    Map *counts = map_new(cx->arena), *everybody = NULL, *users;
    Strs ids = { 0 };
    list_each(&im->chat.messages, k) {
        int64_t *n = map_get(counts, im->chat.messages.at[k].author);
        if (!n) { n = arena_make(cx->arena, int64_t); map_set(counts, im->chat.messages.at[k].author, n); }
        ++*n;
    }
    list_each(&im->chat.authors, k) {
        const ChatAuthor *x = &im->chat.authors.at[k];
        const int64_t *n = map_get(counts, x->key);
        if (!n) continue;
        ImportPerson *person = list_add(cx->arena, &p->people);
        *person = (ImportPerson){ .key = x->key, .name = x->name, .email = x->email, .messages = *n };
        const Str *choice = map_get(im->chosen, x->key);
        if (choice) person->user.id = *choice;
        else TRY(author_guess(cx, &everybody, im->chat.source, x->key, x->name, x->email, &person->user.id));
        ids_add(cx->arena, &ids, person->user.id);
        map_set(names, x->key, (void *)(uintptr_t)&x->name);
    }
    TRY(user_refs(cx, ids, &users));
    list_each(&p->people, k) p->people.at[k].user = user_ref(users, p->people.at[k].user.id);
    if (p->people.len > 1) qsort(p->people.at, p->people.len, sizeof *p->people.at, most_first);
    return OK;
}

Err import_preview(Cx *cx, Req *req, Res *res)
{
    Import im;
    Map *names = map_new(cx->arena);
    TRY(limit_take(cx, arena_fmt(cx->arena, "import:" STR_FMT, STR_ARG(cx->actor.id)), 30, 30));
    TRY(read_import(cx, req, &im));
    const Chat *c = &im.chat;
    ImportPreview p = { .source = c->source, .channel = { c->channel.id, c->channel.name }, .messages = (int64_t)c->messages.len, .outside = c->outside,
                        .skipped = c->skipped, .since_ms = im.how.since_ms, .until_ms = im.how.until_ms };
    list_each(&c->channels, k) if (p.channels.len < 1000) *list_add(cx->arena, &p.channels) = (Ref){ c->channels.at[k].id, c->channels.at[k].name };
    TRY(preview_people(cx, &im, &p, names));
    list_each(&c->messages, k) {
        const ChatMessage *m = &c->messages.at[k];
        Str id;
        TRY(message_known(cx, c->source, im.channel, m->id, &id));
        p.known += id.len > 0;
        if (k >= SAMPLE) continue;
        const Str *name = map_get(names, m->author);
        *list_add(cx->arena, &p.sample) = (ImportSample){ .author = name ? *name : m->author, .text = m->text, .at_ms = m->at_ms, .reply = m->thread.len > 0,
            .edited = m->edited_ms > 0, .known = id.len > 0, .files = (int64_t)m->files.len };
    }
    if (c->messages.len) p.first_ms = c->messages.at[0].at_ms, p.last_ms = c->messages.at[c->messages.len - 1].at_ms;
    res_json(cx, res, &chat_preview_shape, &p);
    return OK;
}

/* ---- import */

typedef struct Batch { const Import *im; Map *authors, *names; size_t from, to; Imported_ done; } Batch;

/** Who that is here: asked once for all that they say in this batch. */
static Err author_here(Cx *cx, Batch *b, Str key, MessageAuthor *ret)
{
    MessageAuthor *found = map_get(b->authors, key);
    const ChatAuthor *x = chat_author_get(&b->im->chat, key);
    Str source = b->im->chat.source;
    if (!found) {
        const Str *choice = map_get(b->im->chosen, key);
        found = arena_make(cx->arena, MessageAuthor);
        if (choice) TRY(author_set(cx, source, key, *choice));
        TRY(author_of_next(cx, &b->names, source, key, x ? x->name : key, x ? x->email : S(""), found));
        map_set(b->authors, key, found);
    }
    *ret = *found;
    return OK;
}

static Err import_one(Cx *cx, Batch *b, const ChatMessage *m)
{
    const Chat *c = &b->im->chat;
    Message made;
    Str known;
    bool changed = false;
    MessageIn in = { .incident = b->im->incident.id, .source = c->source, .channel = b->im->channel, .source_id = m->id, .thread = m->thread, .body = m->text,
                     .at_ms = m->at_ms, .edited_ms = m->edited_ms, .quiet = true };
    TRY(author_here(cx, b, m->author, &in.author));
    list_each(&m->files, k)
        if (k < MESSAGE_FILES_MAX)
            *list_add(cx->arena, &in.files) = (MessageFile){ .kind = S("file"), .name = m->files.at[k].name, .type = m->files.at[k].type, .url = m->files.at[k].url, .bytes = m->files.at[k].bytes };
    TRY(message_known(cx, c->source, b->im->channel, m->id, &known));
    TRY(message_put(cx, &in, &made, &changed));
    if (!known.len) b->done.added++;
    else if (changed) b->done.changed++;
    else b->done.known++;
    if (made.deleted_ms || (known.len && !changed)) return OK;
    list_each(&m->reactions, k)
        for (size_t w = 0; w < m->reactions.at[k].who.len && w < 50; w++) {
            MessageAuthor who;
            TRY(author_here(cx, b, m->reactions.at[k].who.at[w], &who));
            Err e = message_react_how(cx, made.id, who, emoji_of(cx->arena, m->reactions.at[k].emoji), true, true);
            if (!err_is(e, ERR_INVALID) && !err_is(e, ERR_CONFLICT)) TRY(e);
        }
    return m->pinned ? message_pin_how(cx, made.id, true, true) : OK;
}

static Err begin(Cx *cx, void *arg)
{
    const Import *im = arg;
    return import_begin(cx, &im->incident, (int64_t)im->chat.messages.len);
}

static Err import_batch(Cx *cx, void *arg)
{
    Batch *b = arg;
    const Incident *i = &b->im->incident;
    bool last = b->to == b->im->chat.messages.len;
    b->done = (Imported_){ 0 };                               /* it may run twice */
    b->authors = map_new(cx->arena);
    b->names = NULL;
    for (size_t k = b->from; k < b->to; k++) TRY(import_one(cx, b, &b->im->chat.messages.at[k]));
    TRY(import_step(cx, i, last ? "done" : "running", S(""), (int64_t)b->to));
    return last ? live_touch(cx, arena_fmt(cx->arena, "messages:" STR_FMT, STR_ARG(i->id)), "resync", i->id, 0, i->audience) : OK;
}

typedef struct GaveUp { const Import *im; Err why; size_t at; } GaveUp;

static Err give_up(Cx *cx, void *arg)
{
    const GaveUp *g = arg;
    return import_step(cx, &g->im->incident, "failed", err_text(cx->arena, g->why), (int64_t)g->at);
}

Err import_run(Cx *cx, Req *req, Res *res)
{
    Import im;
    Imported_ all = { 0 };
    TRY(limit_take(cx, arena_fmt(cx->arena, "import:" STR_FMT, STR_ARG(cx->actor.id)), 30, 30));
    TRY(read_import(cx, req, &im));
    if (im.chat.messages.len) TRY(cx_write(cx, begin, &im));
    for (size_t k = 0; k < im.chat.messages.len; k += BATCH) {
        Cx now = *cx;                                         /* of this batch: an import may take long */
        if (!cx->app->options.now_ms) now.now_ms = clock_ms();
        Batch b = { .im = &im, .from = k, .to = k + BATCH < im.chat.messages.len ? k + BATCH : im.chat.messages.len };
        Err e = cx_write(&now, import_batch, &b);
        if (e.info) {
            Err noted = cx_write(&now, give_up, &(GaveUp){ &im, e, k });
            return err_is(noted, ERR_INTERNAL) ? noted : e;
        }
        all.added += b.done.added;
        all.changed += b.done.changed;
        all.known += b.done.known;
    }
    TRY(proposal_count(cx, im.incident.id, &all.proposals));
    res_json(cx, res, &chat_imported_shape, &all);
    return OK;
}
