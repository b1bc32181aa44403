/* Evidence from the database: the facts of an incident, and what was said in its rooms. */
#include "feature/draft/draft.h"
#include "feature/warroom/warroom.h"

enum { MESSAGES_MOST = 50000, READ_AT_ONCE = 500 };

/** In the order in which they were said, replies too; what was taken back or made an event is not said twice. */
static Err messages(Cx *cx, Str incident, Str thread, EvidenceSet *e, Mask *mask, size_t *left)
{
    Cursor after = { 0 };
    for (size_t got = READ_AT_ONCE; got == READ_AT_ONCE && *left;) {
        Messages all = { 0 };
        MessageFilter filter = { .ascending = true, .thread = thread };
        TRY(message_list(cx, incident, &filter, after, READ_AT_ONCE, &all));
        got = all.len < READ_AT_ONCE ? all.len : READ_AT_ONCE;
        for (size_t i = 0; i < got && *left; i++) {
            const Message *m = &all.at[i];
            after = (Cursor){ m->at_ms, m->id };
            if (m->author.name.len) ids_add(cx->arena, &mask->people, m->author.name);
            if (!m->deleted_ms && !m->event_id.len && str_eq(m->kind, S("text")) && m->body.len) {
                evidence_say(e, m->id, m->author.name, m->body, m->at_ms);
                (*left)--;
            }
            if (m->replies && !thread.len) TRY(messages(cx, incident, m->id, e, mask, left));
        }
    }
    return OK;
}

Err draft_evidence(Cx *cx, const Facts *f, Mask *mask, EvidenceSet **ret)
{
    Users users = { 0 };
    size_t left = MESSAGES_MOST;
    TRY(user_list_all(cx, &users));
    EvidenceSet *e = evidence_of(cx->arena, f);
    TRY(messages(cx, f->incident.id, S(""), e, mask, &left));
    draft_people(cx->arena, f, &users, mask, e);
    evidence_ready(e);
    *ret = e;
    return OK;
}
