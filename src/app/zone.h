#pragma once
/** What clocks on the wall show in a time zone, and when that was: summer time included. Names are those of the IANA data
 *  base ("Europe/Berlin"); unknown and empty ones are UTC. */
#include "base/str.h"

typedef struct Civil { int year, month, day, hour, minute, second; } Civil;      /* month and day from 1 */

/** True when the zone has a name that is known. */
bool    zone_known(Str zone);
/** When clocks in the zone show this: Unix ms. Of a time that comes twice, the first; of one that is left out, what the clock
 *  would have shown before it changed. */
int64_t zone_ms(Str zone, Civil c);
Civil   zone_civil(Str zone, int64_t ms);
/** "14:03", "14:03:20", "2026-11-20 14:03", "now", or RFC 3339, as somebody in the zone means it: a time without a day is the
 *  last one that has passed. False on anything else. */
bool    zone_parse(Str zone, Str text, int64_t now_ms, int64_t *ret_ms);
