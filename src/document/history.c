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
