#pragma once
/** Inside the follow-ups' room. */
#include "feature/followup/followup.h"

extern const Shape followup_edit_shape;
extern const Listener followup_listeners[];

/** Applies what `present` (of followup_edit_shape) names; each difference goes into the history. */
Err followup_edit(Cx *cx, Str id, Present present, const FollowUpInput *in);
/** Did it work? Not effective: opens it again, or adds a new one that follows it (`ret_new`, else empty). */
typedef struct VerifyInput { bool effective; Str note, then, title; } VerifyInput;
Err followup_verify(Cx *cx, Str id, const VerifyInput *in, FollowUp *ret);
Err followup_csv(Cx *cx, const FollowUpFilter *filter, Str *ret);

/* write.c */
extern const int64_t followup_no_due;              /* sorts behind every date; a due time must be earlier */
/** Where the word stands in a NULL-ended list, or -1. */
int followup_place_of(const char *const *words, Str word);
/** Takes the next number and adds the row. */
Err followup_insert(Cx *cx, FollowUp *f);
/** Writes a changed row with its next version and its words for search; tells open pages. */
Err followup_save(Cx *cx, FollowUp *f);
/** One line of the history. */
Err followup_note(Cx *cx, Str id, const char *field, Str was, Str became);
/** Service ids or names. Fails naming the one that there is not. */
Err followup_put_services(Cx *cx, Str id, Strs services);
Err followup_index(Cx *cx, const FollowUp *f);
Err followup_tell_pages(Cx *cx, const FollowUp *f);
/** Emits an event of the incident, or of the follow-up where there is none. `f->version` is the version after the change. */
Err followup_news(Cx *cx, const FollowUp *f, const char *kind, Str title, Str data);
Err followup_tell_status(Cx *cx, const FollowUp *f, Str from);
Err followup_tell_owner(Cx *cx, const FollowUp *f);
/** For those who keep copies of who may see it. */
Err followup_tell_readers(Cx *cx, const FollowUp *f);
/** The incident shows how many there are, of those that all its readers may see. */
Err followup_tell_count(Cx *cx, Str incident);

/* rows.c */
/** Its own row without names: one query. */
Err followup_row(Cx *cx, Str id, FollowUp *ret);
Err followup_services_of(Cx *cx, Strs ids, FollowUps *to, Strs *ret_all);
