#pragma once
/** Internet addresses as values: IPv4 and IPv6 alike, for limits, trusted proxies and the guard
 *  of the outgoing client. */
#include <sys/socket.h>
#include "base/arena.h"

#define ADDR_TEXT_MAX 48

/** 16 bytes; IPv4 as ::ffff:a.b.c.d, so that one form covers both. All zero: unknown. */
typedef struct Addr { uint8_t byte[16]; } Addr;

/** From "192.0.2.1", "2001:db8::1" or "[2001:db8::1]". False on anything else. */
bool addr_parse(Str text, Addr *ret);
/** From a socket address; unknown for other families. */
Addr addr_of(const struct sockaddr *from);
/** The usual text form into `to`; IPv4 (and v4-mapped) in dots. Returns a view of `to`. */
Str  addr_text(Addr a, char to[ADDR_TEXT_MAX]);
static inline bool addr_eq(Addr a, Addr b) { return !memcmp(a.byte, b.byte, sizeof a.byte); }
/** True when `a` is in a comma- or space-separated list of addresses and CIDR blocks
 *  ("10.0.0.0/8, ::1"). Entries that do not parse match nothing; check a list with
 *  addr_list_valid first. */
bool addr_in_list(Addr a, Str list);
/** True when the name of a host is in such a list, or below a name that begins with a dot. */
bool host_in_list(Str host, Str list);
/** False when an entry does not parse; `*ret_bad` (may be NULL) is then that entry. */
bool addr_list_valid(Str list, Str *ret_bad);
/** True for addresses of the public internet. False for loopback, private, shared (CGNAT),
 *  link-local and cloud metadata, unique-local, multicast, documentation, benchmark and reserved
 *  blocks, the same wrapped in v4-mapped, v4-compatible, NAT64, 6to4 or Teredo form, and
 *  unknown.
 *  Source: IANA special-purpose address registries (RFC 6890). */
bool addr_is_public(Addr a);
