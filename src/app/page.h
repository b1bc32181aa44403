#pragma once
/** What people's browsers get: the UI that travels in the binary, plain pages, and the headers that protect both. */
#include "app/feature.h"

/** Answers a GET for a file of the UI, or the UI's shell for any address that is a place in it. False: not ours (404). */
bool page_asset(HttpReq *req, HttpRes *ret);
/** Security and cache headers by the kind of route. */
void page_headers(HttpRes *res, const Route *route);
/** A small page without scripts: a title and a sentence. */
Str  page_message(Arena *a, Str title, Str text);
/** The address of an asset by the start of its name ("/assets/published" → "/assets/published-AB12CD34.css"), or "". */
Str  page_asset_path(Str start);
/** The text of an asset by the start of its name, unpacked; "" when there is none. */
Str  page_asset_text(Arena *a, Str start);
