#pragma once
/** Live updates to open pages: one socket per page, which names the topics it shows; after a commit it hears
 *  that something under a topic changed, and asks again by the API. So a notice carries no content, and what is private is only
 *  told to those who may see it. */
#include "app/feature.h"

typedef struct Topics Topics;
Err  topics_start(App *app, Arena *a, Topics **ret);
/** A notice of store_notify on channel "live": JSON of live_touch. Any thread; notices of one 50 ms are told once. */
void topics_heard(Topics *t, Str payload);
/** Closes the pages of a person who was signed out or disabled. Any thread; NULL is fine. */
void topics_put_out(Topics *t, Str user);
void topics_stop(Topics *t);               /* ends the thread; before the live loop stops; NULL is fine */
void topics_free(Topics *t);               /* after the live loop stopped; NULL is fine */
/** GET /ws/live */
Err  topics_join(Cx *cx, Req *req, Res *res);
