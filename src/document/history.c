/* What a document ever said. Strings stand whole in an update (Yjs writes them as UTF-8), and every update stays in the log,
 * so searching its bytes finds what is in the text now, what was in it once, and what undo may bring back. */
#include <string.h>
#include "document/storage.h"
#include "sql.gen.h"

Err document_all(Cx *cx, Strs *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_all);
    while (stmt_step(&q)) *list_add(cx->arena, ret) = stmt_col_str(&q, 0);
    return stmt_end(&q);
}

Err document_ever_said(Cx *cx, Str id, const Strs *words, bool *ret)
{
    StoredUpdates all = { 0 };
    TRY(storage_updates(cx, id, 0, &all));
    list_each(&all, u)
        list_each(words, w)
            ret[w] = ret[w] || memmem(all.at[u].body.at, all.at[u].body.len, words->at[w].at, words->at[w].len);
    return OK;
}

/* Whether both stand in it, at most as far apart as the attributes of one mark are. */
static bool close_together(Str body, Str one, Str other)
{
    enum { REACH = 600 };
    const char *end = body.at + body.len;
    for (const char *at = body.at; (at = memmem(at, (size_t)(end - at), one.at, one.len)); at++) {
        const char *from = at - body.at > REACH ? at - REACH : body.at, *to = end - at > REACH ? at + REACH : end;
        if (memmem(from, (size_t)(to - from), other.at, other.len)) return true;
    }
    return false;
}

Err document_first_said(Cx *cx, Str id, DocumentSaid *said, size_t n)
{
    size_t left = n;
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_document_said);
    stmt_str(&q, "document", id);
    while (left && stmt_step(&q)) {
        auto_arena a = arena_new(64 << 10);                  /* one update in memory at a time */
        q.arena = a;
        Str body = stmt_col_blob(&q, 0);
        for (size_t i = 0; i < n; i++) {
            if (said[i].found || !said[i].one.len || !said[i].other.len || !close_together(body, said[i].one, said[i].other)) continue;
            said[i].found = true;
            for (Str rest = stmt_col_str(&q, 1), one; str_next(&rest, ',', &one);)
                if (one.len) *list_add(cx->arena, &said[i].authors) = arena_str(cx->arena, one);
            left--;
        }
        q.arena = cx->arena;
    }
    return stmt_end(&q);
}
