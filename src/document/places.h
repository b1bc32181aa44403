#pragma once
/** Places in a live document that something outside refers to (comments). The place is held by the document itself: a mark on
 *  text, an attribute on what holds no text, so it moves with what is edited around it, is cut and pasted, undone and
 *  restored (docs/decisions/010). */
#include "app/cx.h"
#include "app/shape.h"

/** Where somebody saw something. Text: `text` inside one block (U+FFFC for what is no text) that began about `at` UTF-16
 *  units after the start of the document's text. Otherwise the `index`-th `node` (image, liveBlock, table …) from 0. */
typedef struct Place { Str text, node; int64_t at, index; } Place;
typedef LIST(Place) Places;
extern const Shape place_shape;

/** Marks the places as belonging to `thread` (a UUID): an edit by Hindsight, which open rooms see. Within a write.
 *  Fails: ERR_CONFLICT when a place is not there (the text changed meanwhile); nothing has changed then. */
Err document_mark(Cx *cx, Str id, Str thread, const Places *places);
/** The key of the mark in the document: y-tiptap's for a mark that may overlap others of its type. */
Str document_mark_key(Arena *a, Str thread);
