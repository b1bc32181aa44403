/** Subdocuments: a document inside another, known by its guid. This engine keeps where they are and
 *  with which options; loading and syncing them is for whoever knows where they are stored.
 *  Source: Yjs ContentDoc.js. */
#include "internal.h"

/** Content as Yjs writes it: the guid, then the options as Any. */
static CrdtErr content_subdoc(CrdtDoc *d, CrdtBytes guid, CrdtBytes options, Item *ret)
{
    if (options.len == 0)
        options = CRDT_STR("{}");
    Json j = { options.at, options.at + options.len };
    if (utf8_units(guid.at, guid.len) < 0 || utf8_units(options.at, options.len) < 0 ||
        !json_valid(options) || !json_open(&j, '{'))
        return CRDT_MALFORMED;
    CrdtBuf buf = { .allocator = &d->memory.allocator };
    bool ok = write_text(&buf, guid.at, guid.len) && json_to_any(options, &buf);
    *ret = (Item){ .ref = REF_DOC, .len = 1, .byte_len = (uint32_t)buf.len };
    CrdtErr err = !ok                         ? CRDT_NOMEM
                  : buf.len > CRDT_MAX_BYTES ? CRDT_LIMIT
                  : arena_copy(d, buf.at, buf.len, &ret->bytes) ? CRDT_OK : CRDT_NOMEM;
    crdt_buf_done(&buf);
    return err;
}

CrdtErr crdt_set_subdoc(CrdtDoc *doc, CrdtNode node, CrdtBytes key, CrdtBytes guid,
                        CrdtBytes options)
{
    Item content;
    uint32_t item;
    CrdtErr err = write_check(doc, node);
    if (err == CRDT_OK)
        err = content_subdoc(doc, guid, options, &content);
    return err != CRDT_OK ? err : entry_put(doc, node, key, &content, &item);
}

CrdtErr crdt_insert_subdoc(CrdtDoc *doc, CrdtNode node, uint64_t index, CrdtBytes guid,
                           CrdtBytes options)
{
    Item content;
    CrdtErr err = list_check(doc, node);
    if (err == CRDT_OK)
        err = index_check(doc, node, index);
    if (err == CRDT_OK)
        err = content_subdoc(doc, guid, options, &content);
    return err != CRDT_OK ? err : list_put(doc, node, index, &content);
}

bool crdt_subdoc_options(const CrdtValue *subdoc, CrdtValue *ret)
{
    const uint8_t *guid;
    uint32_t len;
    Reader r = reader(subdoc->raw);
    if (subdoc->kind != CRDT_VALUE_SUBDOC || !read_bytes(&r, &guid, &len) || r.at == r.end)
        return false;
    *ret = value_of_any((CrdtBytes){ r.at, (size_t)(r.end - r.at) });
    return true;
}
