#pragma once
/** Inside document/ only: what a room is made of. Everything here belongs to the loop thread, except where said. */
#include <pthread.h>
#include <stdatomic.h>
#include "app/app.h"
#include "document/room.h"
#include "document/storage.h"

enum {
    MAX_UPDATE_BYTES = 4 << 20, MAX_MESSAGE_BYTES = MAX_UPDATE_BYTES + 64, MAX_QUEUE_BYTES = 16 << 20,
    MAX_UNSAVED_BYTES = 64 << 20,      /* of one room, when the disk refuses */
    MAX_EARLY_BYTES = 8 << 20,         /* of one member, while the room is being loaded */
    MAX_CLIENTS_OF_MEMBER = 16, MAX_STATE_BYTES = 4 << 10,
    SNAPSHOT_AFTER = 200,              /* updates since the last snapshot */
    TICK_MS = 2000, IDLE_TICKS = 15,
    SAY_SAVED = 100, SAY_STATE = 101,
};
typedef enum SayState { STATE_OK, STATE_CANNOT_SAVE, STATE_READ_ONLY, STATE_SIGNED_OUT } SayState;

typedef struct Room Room;
typedef struct Rooms Rooms;

typedef struct Member {
    Rooms *rooms;
    Room *room;                        /* NULL before opened */
    struct Member *next, *before;
    Sock *sock;
    Arena *arena;
    Str document;
    UserRef user;
    bool can_write, wants_saved, told_read_only;
    int64_t until_ms;                  /* Unix time; 0 = without end */
    uint64_t clients[MAX_CLIENTS_OF_MEMBER];
    size_t n_clients;
    LIST(Str) early;                   /* messages that came while the room was being loaded */
    size_t early_bytes;
    uint64_t seen, saving, saved;      /* update messages: taken · in the save under way · durable */
} Member;

typedef struct Unsaved { Str body, author; } Unsaved;
typedef LIST(Unsaved) UnsavedList;

typedef enum RoomState { ROOM_LOADING, ROOM_READY, ROOM_FAILED } RoomState;
struct Room {
    Rooms *rooms;
    Room *next;                        /* in its bucket */
    Str id;
    Arena *arena;
    RoomState state;
    CrdtDoc *doc;
    CrdtAwareness *presence;
    Member *members;
    Arena *unsaved_arena;
    UnsavedList unsaved;
    size_t unsaved_bytes;
    bool saving, fetching, failing;
    int64_t seen;                      /* all updates up to this revision are in doc */
    int64_t wanted;                    /* the highest revision that a notice told of */
    int64_t tail;                      /* updates since the last snapshot */
    int idle_ticks;
};

enum { BUCKETS = 1024 };
struct Rooms {
    App *app;
    char node[17];                     /* names this process in notices */
    Room *buckets[BUCKETS];
    _Atomic bool closing;
    pthread_t loader;
    bool loader_runs;
    pthread_mutex_t lock;              /* of what follows */
    pthread_cond_t wake, drained;
    struct Load *loads, **loads_end;
    bool stopping, is_drained;
};

/* room.c */
Room *room_find(Rooms *rooms, Str id);
void  room_ready(Room *r);                              /* its document is loaded: greet members, take what came early */
void  room_fail(Room *r);                               /* it could not be loaded: everybody out, later tries may work */
void  room_tell_all(Room *r, const Member *except, Str message);
void  member_say(Member *m, uint64_t kind, uint64_t value);
void  room_free(Room *r);
/* room_save.c */
void  room_load(Room *r);
void  room_fetch(Room *r);                              /* what other nodes wrote */
void  room_keep(Room *r, Str update, Str author);       /* to be saved; starts a save when none is under way */
void  room_save(Room *r);
void  room_snapshot(Room *r);
Err   loader_start(Rooms *rooms, Arena *a);
void  loader_stop(Rooms *rooms);
void  rooms_check_drained(Rooms *rooms);
/* presence.c */
void  presence_take(Member *m, CrdtBytes update);
void  presence_leave(Member *m);
void  presence_send_all(Member *m);
void  presence_tick(Room *r);
