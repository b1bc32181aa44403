#pragma once
/** Inside document/ only: what a room is made of. Everything here belongs to the loop thread, except where said. */
#include <pthread.h>
#include <stdatomic.h>
#include "app/app.h"
#include "document/room.h"
#include "document/storage.h"

enum {
    MAX_UPDATE_BYTES = 4 << 20, MAX_MESSAGE_BYTES = MAX_UPDATE_BYTES + 64,
    MAX_QUEUE_BYTES = 512 << 10,       /* of a member that does not read; from half of it on it is *behind* */
    MAX_UNSAVED_BYTES = 64 << 20,      /* of one room, when the disk refuses */
    MAX_EARLY_BYTES = 8 << 20,         /* of one member, while the room is being loaded */
    MAX_CLIENTS_OF_MEMBER = 16, MAX_CLIENTS = 1000, MAX_STATE_BYTES = 4 << 10,
    /* What one connection may say: a message costs 1 and 1 more for each 4 KiB. Who says more is read more slowly. */
    MESSAGES_PER_SECOND = 1000, MESSAGES_AT_ONCE = 10000, MESSAGE_BYTES = 4096,
    BEAT_MS = 25,                      /* how exactly what is due is done */
    SAVE_MS = 100, SAVE_MS_PER_ROOM = 20, MAX_SAVE_MS = 1000,
    CURSORS_MS_PER_MEMBER = 2,         /* each cursor goes to everybody: a crowd hears of them less often */
    TICK_MS = 2000, IDLE_TICKS = 15,
    SAY_SAVED = 100, SAY_STATE = 101,
};
typedef enum SayState { STATE_OK, STATE_CANNOT_SAVE, STATE_READ_ONLY, STATE_SIGNED_OUT } SayState;

typedef struct Room Room;
typedef struct Rooms Rooms;

typedef struct Member {
    Rooms *rooms;
    Room *room;                        /* NULL before opened */
    int seat;                          /* its place in room->seats */
    Sock *sock;
    Arena *arena;
    Str document;
    UserRef user;
    bool can_write, wants_saved, told_read_only;
    CrdtBuf since;                     /* a state vector: where it was left behind */
    int rights;                        /* rooms->rights when its rights were checked */
    int64_t credit, credit_ms;         /* thousandths of a message */
    uint64_t clients[MAX_CLIENTS_OF_MEMBER];
    size_t n_clients;
    LIST(Str) early;                   /* messages that came while the room was being loaded */
    size_t early_bytes;
    uint64_t seen, saving, saved;      /* update messages: taken · in the save under way · durable */
} Member;

/** What a broadcast looks at. */
typedef struct Seat {
    Sock *sock;
    Member *member;
    bool behind;                       /* does not read: gets what came after `since` in one piece later */
} Seat;

typedef struct Unsaved { Str body, author; } Unsaved;
typedef LIST(Unsaved) UnsavedList;

typedef enum RoomState { ROOM_LOADING, ROOM_READY, ROOM_FAILED } RoomState;
struct Room {
    Rooms *rooms;
    Room *next;                        /* in its bucket */
    Room *next_due;
    Str id;
    Arena *arena;
    RoomState state;
    CrdtDoc *doc;
    CrdtAwareness *presence;
    Seat *seats;
    int n_members, seats_room;
    struct { Frame *frame; CrdtBuf asked; bool used; } answer;     /* the last large step 2, while the document stays the same */
    uint64_t *moved;                   /* clients whose cursor has to be told */
    size_t n_moved, moved_room;
    int64_t cursors_at, cursors_next;  /* when to tell (0: nothing to tell) · not before */
    int64_t save_at;                   /* 0: nothing to save, or a save is under way */
    int64_t told_at;                   /* Unix time at which features were promised to be told */
    bool is_due;                       /* in rooms->due */
    Arena *unsaved_arena;
    UnsavedList unsaved;
    size_t unsaved_bytes;
    bool saving, fetching, compacting, failing;
    int64_t seen;                      /* all updates up to this revision are in doc */
    int64_t wanted;                    /* the highest revision that a notice told of */
    Tail tail;                         /* what opening would replay now */
    int idle_ticks;
};

/** A thread that reads documents, one after the other. */
typedef struct Loader {
    pthread_t thread;
    bool runs, stopping;
    pthread_mutex_t lock;              /* of what stands here */
    pthread_cond_t wake;
    struct Load *loads, **loads_end;
} Loader;

enum { BUCKETS = 1024 };
struct Rooms {
    App *app;
    char node[17];                     /* names this process in notices */
    Room *buckets[BUCKETS];
    Room *due;                         /* with something to do soon */
    CrdtBuf scratch;                   /* for the message that is being built */
    bool beats;                        /* a beat is coming */
    int64_t save_at;                   /* when all rooms save together */
    int saved_rooms;                   /* in the last round */
    _Atomic int rights;                /* grows when somebody's rights changed */
    _Atomic bool closing;
    Loader opener, compactor;
    pthread_mutex_t lock;              /* of what follows */
    pthread_cond_t drained;
    bool is_drained;
};

/* rooms.c: the node's rooms */
void  rooms_check_drained(Rooms *rooms);
/** room_beat soon, and every BEAT_MS as long as it returns true. */
void  room_due(Room *r);
/* room.c: a room and its members */
Room *room_find(Rooms *rooms, Str id);
void  room_ready(Room *r);                              /* its document is loaded: greet members, take what came early */
void  room_fail(Room *r);                               /* it could not be loaded: everybody out, later tries may work */
void  room_free(Room *r);
/* room_talk.c: the protocol */
void  member_greet(Member *m);
void  member_take(Member *m, Str message);
void  member_catch_up(Member *m);
void  member_say(Member *m, uint64_t kind, uint64_t value);
void  room_tell_all(Room *r, const Member *except, Str message);
void  room_tell_update(Room *r, const Member *except, CrdtBytes update);
void  room_forget_answer(Room *r);
/* room_load.c: what happens on the loaders' threads */
void  room_load(Room *r);
void  room_fetch(Room *r);                              /* what other nodes wrote */
void  room_compact(Room *r);                            /* a new snapshot, when it is worth it */
void  room_compact_now(Room *r);
Err   loaders_start(Rooms *rooms, Arena *a);
void  loaders_stop(Rooms *rooms);
/* room_save.c */
void  room_keep(Room *r, CrdtBytes update, Str author); /* to be saved soon */
void  room_save(Room *r);                               /* now, when no save is under way */
/* presence.c */
void  presence_take(Member *m, CrdtBytes update);
void  presence_leave(Member *m);
void  presence_send_all(Member *m);
void  presence_flush(Room *r);
void  presence_tick(Room *r);
