#pragma once
/** A mailbox over IMAP: what is unread, its bytes without marking it, and the mark. libcurl connects, encrypts and signs in; the
 *  four commands behind that are ours. Blocking, at most IMAP_DEADLINE_MS in all: for jobs.
 *
 *  imaps:// is encrypted from the start; imap:// must offer STARTTLS, except on this machine itself. Source: RFC 9051. */
#include "base/err.h"
#include "base/list.h"

enum { IMAP_DEADLINE_MS = 60000 };

typedef struct Imap Imap;
typedef LIST(int64_t) ImapUids;

/** "imaps://host[:port]/Folder": no user name or password in it. */
bool imap_url_is_good(Str url);
/** Connects, signs in and opens the folder (INBOX when the address has none). Fails: ERR_INVALID (address), ERR_FORBIDDEN (refused
 *  user or password), ERR_UNAVAILABLE. */
Err  imap_open(Arena *a, Str url, Str user, Str password, Imap **ret);
void imap_close(Imap *imap);                       /* NULL is fine */
/** UIDs of unread messages, oldest first, at most `most`. */
Err  imap_unseen(Imap *imap, Arena *a, size_t most, ImapUids *ret);
/** Its first `max_bytes`; it stays unread. */
Err  imap_fetch(Imap *imap, Arena *a, int64_t uid, size_t max_bytes, Str *ret);
Err  imap_mark_seen(Imap *imap, Arena *a, int64_t uid);
static inline void imap_drop(Imap **imap) { imap_close(*imap); }
#define auto_imap [[gnu::cleanup(imap_drop)]] Imap *
