/* Who has the room open. In memory of each node, which all hear the same notices: presence is not worth a row. */
#include <pthread.h>
#include <stdio.h>
#include "base/map.h"
#include "feature/account/account.h"
#include "feature/warroom/rules.h"

enum { MOST = 2048, ID_BYTES = 40, HERE_MS = 75 * 1000, TYPING_MS = 7 * 1000 };

typedef struct Entry { char incident[ID_BYTES], user[ID_BYTES]; int64_t here_ms, typing_ms; } Entry;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Entry entries[MOST];                     /* under the lock; until when each is here */
static size_t n_entries;

static void copy(char to[ID_BYTES], Str from) { snprintf(to, ID_BYTES, STR_FMT, STR_ARG(from)); }

static Entry *entry_of(Str incident, Str user, int64_t now_ms)
{
    Entry *free_one = NULL;
    for (size_t i = 0; i < n_entries; i++) {
        if (str_eq(str_of(entries[i].incident), incident) && str_eq(str_of(entries[i].user), user)) return &entries[i];
        if (entries[i].here_ms < now_ms) free_one = &entries[i];
    }
    if (!free_one && n_entries < MOST) free_one = &entries[n_entries++];
    if (!free_one) return NULL;                 /* a crowd: the rest go unseen */
    copy(free_one->incident, incident);
    copy(free_one->user, user);
    free_one->here_ms = free_one->typing_ms = 0;
    return free_one;
}

Err presence_tell(Cx *cx, Str incident, Str state)
{
    Incident i;
    TRY(incident_row(cx, incident, &i));
    TRY(store_notify(cx->store, cx->arena, S("presence"), arena_fmt(cx->arena, STR_FMT " " STR_FMT " " STR_FMT " %lld", STR_ARG(i.id),
                                                                    STR_ARG(cx->actor.id), STR_ARG(state), (long long)cx->now_ms)));
    return live_touch(cx, arena_fmt(cx->arena, "messages:" STR_FMT, STR_ARG(i.id)), "presence", cx->actor.id, 0, i.audience);
}

void presence_heard(App *app, Str channel, Str payload)
{
    (void)app;
    Str part[4] = { 0 }, rest = payload;
    int64_t now_ms;
    if (!str_eq(channel, S("presence"))) return;
    for (int i = 0; i < 4; i++) if (!str_next(&rest, ' ', &part[i])) return;
    if (!str_int(part[3], &now_ms)) return;
    pthread_mutex_lock(&lock);
    Entry *e = entry_of(part[0], part[1], now_ms);
    if (e) {
        bool gone = str_eq(part[2], S("away"));
        e->here_ms = gone ? 0 : now_ms + HERE_MS;
        e->typing_ms = str_eq(part[2], S("typing")) ? now_ms + TYPING_MS : 0;
    }
    pthread_mutex_unlock(&lock);
}

Err presence_list(Cx *cx, Str incident, Heres *ret)
{
    Strs ids = { 0 };
    Map *users;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n_entries; i++) {
        if (entries[i].here_ms < cx->now_ms || !str_eq(str_of(entries[i].incident), incident)) continue;
        Str id = arena_str(cx->arena, str_of(entries[i].user));
        *list_add(cx->arena, ret) = (Here){ .id = id, .typing = entries[i].typing_ms >= cx->now_ms };
        ids_add(cx->arena, &ids, id);
    }
    pthread_mutex_unlock(&lock);
    TRY(user_refs(cx, ids, &users));
    list_each(ret, i) ret->at[i].user = user_ref(users, ret->at[i].id);
    return OK;
}
