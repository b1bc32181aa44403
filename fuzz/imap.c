/* Any bytes as what a mailbox says: unread messages are looked for, fetched and marked. The connection is replaced, not the reader. */
#include <curl/curl.h>
#include <stdint.h>
#include <string.h>

static const uint8_t *said;
static size_t said_len;

/** Takes what is sent and forgets it. */
static CURLcode take_sent(CURL *c, const void *bytes, size_t n, size_t *ret)
{
    (void)c; (void)bytes;
    *ret = n;
    return CURLE_OK;
}

/** Says the next bytes, at most 700 at a time, so that lines and literals are cut; then nothing more. */
static CURLcode say(CURL *c, void *to, size_t n, size_t *ret)
{
    (void)c;
    size_t k = said_len < n ? said_len : n;
    if (k > 700) k = 700;
    memcpy(to, said, k);
    said += k;
    said_len -= k;
    *ret = k;
    return CURLE_OK;
}
#define curl_easy_send take_sent
#define curl_easy_recv say
#include "net/imap.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 14);
    Imap *imap = calloc(1, sizeof *imap);
    imap->until_ms = INT64_MAX;
    said = data;
    said_len = size;
    ImapUids unread = { 0 };
    Str message = { 0 };
    if (!imap_unseen(imap, a, 50, &unread).info) {
        if (unread.len > 50) __builtin_trap();
        list_each(&unread, i) {
            if (unread.at[i] <= 0) __builtin_trap();
            if (imap_fetch(imap, a, unread.at[i], 1000, &message).info) break;
            if (message.len > 1000) __builtin_trap();
            if (imap_mark_seen(imap, a, unread.at[i]).info) break;
        }
    }
    free(imap);
    return 0;
}
