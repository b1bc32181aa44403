/** An event as JSON, as Yjs shows it: path, delta, keys. */
#include "internal.h"

static bool json_put(CrdtBuf *out, const char *text)
{
    return write_raw(out, text, strlen(text));
}

static bool marks_json(const CrdtDoc *d, const CrdtDelta *step, CrdtBuf *out)
{
    if (step->mark_count == 0)
        return true;
    bool ok = json_put(out, ",\"attributes\":{");
    for (size_t i = 0; ok && i < step->mark_count; i++)
        ok = (i == 0 || write_u8(out, ',')) && json_escape_to(step->marks[i].key, out) &&
             write_u8(out, ':') &&
             crdt_value_json(d, &step->marks[i].value, out) == CRDT_OK;
    return ok && write_u8(out, '}');
}

static CrdtErr insert_json(const CrdtDoc *d, const CrdtDelta *step, bool text, CrdtBuf *out)
{
    if (step->values == NULL)
        return json_escape_to(step->text, out) ? CRDT_OK : CRDT_NOMEM;
    if (text)
        return crdt_value_json(d, &step->values[0], out);
    bool ok = write_u8(out, '[');
    for (uint64_t i = 0; ok && i < step->units; i++) {
        ok = i == 0 || write_u8(out, ',');
        CrdtErr err = ok ? crdt_value_json(d, &step->values[i], out) : CRDT_NOMEM;
        if (err != CRDT_OK)
            return err;
    }
    return ok && write_u8(out, ']') ? CRDT_OK : CRDT_NOMEM;
}

static CrdtErr delta_json(CrdtChanges *changes, CrdtNode node, CrdtBuf *out)
{
    static const char *const names[] = { "{\"retain\":", "{\"insert\":", "{\"delete\":" };
    const CrdtDoc *d = changes->doc;
    const Type *t = &d->types[node.id];
    bool text = t->kind == CRDT_TEXT || t->kind == CRDT_XML_TEXT ||
                (t->kind == CRDT_ROOT && t->has_text);
    const CrdtDelta *steps = NULL;
    size_t count = 0;
    CrdtErr err = crdt_event_delta(changes, node, &steps, &count);
    bool ok = json_put(out, ",\"delta\":[");
    for (size_t i = 0; ok && err == CRDT_OK && i < count; i++) {
        ok = (i == 0 || write_u8(out, ',')) && json_put(out, names[steps[i].kind]);
        if (ok && steps[i].kind == CRDT_INSERT)
            err = insert_json(d, &steps[i], text, out);
        else
            ok = ok && write_digits(out, steps[i].units);
        ok = ok && marks_json(d, &steps[i], out) && write_u8(out, '}');
    }
    ok = ok && write_u8(out, ']');
    return err != CRDT_OK ? err : ok ? CRDT_OK : CRDT_NOMEM;
}

static CrdtErr keys_json(CrdtChanges *changes, CrdtNode node, CrdtBuf *out)
{
    static const char *const names[] = { "add", "update", "delete" };
    const CrdtKeyChange *keys = NULL;
    size_t count = 0;
    CrdtErr err = crdt_event_keys(changes, node, &keys, &count);
    bool ok = json_put(out, ",\"keys\":{");
    for (size_t i = 0; ok && err == CRDT_OK && i < count; i++) {
        ok = (i == 0 || write_u8(out, ',')) && json_escape_to(keys[i].key, out) &&
             json_put(out, ":{\"action\":\"") && json_put(out, names[keys[i].action]) && write_u8(out, '"');
        if (ok && keys[i].has_old) {
            ok = json_put(out, ",\"oldValue\":");
            err = ok ? crdt_value_json(changes->doc, &keys[i].old, out) : CRDT_NOMEM;
        }
        ok = ok && write_u8(out, '}');
    }
    ok = ok && write_u8(out, '}');
    return err != CRDT_OK ? err : ok ? CRDT_OK : CRDT_NOMEM;
}

CrdtErr crdt_event_json(CrdtChanges *changes, const CrdtEvent *event, CrdtBuf *out)
{
    size_t start = out->len;
    CrdtErr err = json_put(out, "{\"path\":") ? crdt_node_path(changes->doc, event->node, out)
                                         : CRDT_NOMEM;
    if (err == CRDT_OK && event->children)
        err = delta_json(changes, event->node, out);
    if (err == CRDT_OK && event->keys)
        err = keys_json(changes, event->node, out);
    if (err == CRDT_OK && !write_u8(out, '}'))
        err = CRDT_NOMEM;
    if (err != CRDT_OK)
        out->len = start;
    return err;
}
