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

/* rows.c */
/** Its own row without names: one query. */
Err followup_row(Cx *cx, Str id, FollowUp *ret);
Err followup_services_of(Cx *cx, Strs ids, FollowUps *to, Strs *ret_all);
