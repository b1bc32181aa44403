#pragma once
/** Pictures in reports and in what was said about incidents. An upload is never kept: it is decoded and encoded again by hindsight-image (image/), a program of its
 *  own, and only what that made is stored, by the hash of its bytes, under data_dir/files/. The file and its folder are on
 *  disk before the row is. Whoever may read the report (the incident) may read its pictures. */
#include "app/feature.h"

typedef struct Attachment {
    Str id, report_id, incident_id;       /* one of them: whose it is */
    Str name, format;                     /* format: png, jpeg, webp */
    Str url;                              /* "/files/ID" */
    Str hash;
    int64_t width, height, bytes, created_ms;
} Attachment;
typedef LIST(Attachment) Attachments;

/** Stores a picture for a report. Not within a write: it takes its own. `name` is only what people see.
 *  Fails: ERR_INVALID (no picture, damaged), ERR_TOO_LARGE (bytes, megapixels, limits of the report), ERR_UNAVAILABLE (disk). */
Err attachment_add(Cx *cx, Str report, Str name, Str bytes, Attachment *ret);
/** The same for an incident: of a message that is still to be written. One that never is, goes like an unused one. */
Err attachment_add_said(Cx *cx, Str incident, Str name, Str bytes, Attachment *ret);
/** A message with this picture was written: it stays. Within a write. Fails: ERR_INVALID when it is not of this incident. */
Err attachment_use(Cx *cx, Str incident, Str id, Attachment *ret);
/** The message was taken back: so is its picture, at once. Within a write. */
Err attachment_drop(Cx *cx, Str id);
/** Fetches a picture of another site, only from where everybody may look (and what the setting files.fetch_allow names), and stores it
 *  like an upload. Blocks for up to 8 s. Not within a write. Fails: ERR_INVALID naming "url" with the reason, and like attachment_add. */
Err attachment_fetch(Cx *cx, Str report, Str url, Attachment *ret);
/** Fails: ERR_NOT_FOUND. */
Err attachment_get(Cx *cx, Str id, Attachment *ret);
/** Opens the stored bytes for reading. The caller closes it. */
Err attachment_open(Cx *cx, const Attachment *file, int *ret_fd);
/** The pictures of a report. */
Err attachment_list(Cx *cx, Str report, Attachments *ret);
/** What stands beside the text of a report (its public version) shows these pictures: they stay. Within a write. */
Err attachment_keep(Cx *cx, Strs ids);
/** Answers with the bytes of a picture; who may see it was asked before. */
Err attachment_serve(Cx *cx, const Attachment *file, Res *res);
/** The stored bytes. */
Err attachment_bytes(Cx *cx, const Attachment *file, Str *ret);
/** The data folder, "" without one. */
Str attachment_folder(Cx *cx);
/** A file without a name in the data folder, for work in progress. The caller closes it. */
Err attachment_scratch(Cx *cx, int *ret_fd);
