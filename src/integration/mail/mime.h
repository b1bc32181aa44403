#pragma once
/** E-mail as text: headers and the part that a person reads, whatever it is wrapped in. Pure. What is broken is read as
 *  far as it goes: mail is never refused for its form.
 *  Source: RFC 5322, 2045–2047, 2231 (charset only). */
#include "base/arena.h"
#include "base/str.h"

enum { MAIL_DEPTH_MOST = 8, MAIL_PARTS_MOST = 100, MAIL_TEXT_BYTES = 256 << 10 };

typedef struct Mail {
    Str head;                    /* raw header lines; read with mail_header() */
    Str subject, from, message_id;
    Str text;                    /* text/plain, else what text/html says; UTF-8 */
    int64_t sent_ms;             /* Date; 0 when there is none, or none that can be read */
} Mail;

void mail_read(Arena *a, Str message, Mail *ret);
/** The first header of this name, unfolded and with encoded words decoded (RFC 2047), in UTF-8; "" when there is none. */
Str  mail_header(Arena *a, Str head, const char *name);
/** "Tue, 10 Nov 2026 14:07:30 +0100 (CET)"; false when it is none. Source: RFC 5322 §3.3, §4.3. */
bool mail_date(Str text, int64_t *ret_ms);
/** "=?UTF-8?B?…?= and more" as UTF-8. */
Str  mail_words(Arena *a, Str text);
/** What HTML says: without tags, blocks as lines, entities as characters. */
Str  mail_html_text(Arena *a, Str html);
