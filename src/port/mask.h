#pragma once
/** What must not leave the house stands in for itself by a placeholder, and is put back in what returns. Passwords, tokens and keys
 *  always; e-mail addresses, IP addresses and names of people by policy. Pure. */
#include "base/list.h"
#include "app/shape.h"

typedef struct Masked { Str placeholder, original; } Masked;
typedef struct Mask {
    Arena *arena;
    bool addresses, names;       /* e-mail and IP addresses; names of people */
    Strs people;
    LIST(Masked) all;
    int secrets, emails, ips, persons;
} Mask;

/** The text as it may leave. The same original has the same placeholder throughout. Cost: linear, and once for each name. */
Str mask_text(Mask *m, Str text);
/** Originals for placeholders, also for those that lost their brackets. */
Str mask_back(const Mask *m, Str text);
