/* Any bytes as chat to import: a Slack zip, Mattermost's lines, Discord's JSON, a transcript. What is read is sound text within its limits. */
#include <stdlib.h>
#include "base/utf8.h"
#include "feature/warroom/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena a = arena_new(1 << 16);
    Chat c;
    ChatHow how = { .hint = S("inc-1"), .zone = S("Europe/Berlin"), .day = { 2026, 10, 25, 0, 0, 0 } };
    if (chat_read(a, (Str){ (const char *)data, size }, &how, &c).info) return 0;
    if (c.messages.len > CHAT_MESSAGES_MOST || !c.source.len) abort();
    list_each(&c.messages, i) {
        const ChatMessage *m = &c.messages.at[i];
        if (!utf8_valid(m->text) || !utf8_valid(m->author) || m->text.len > 40000) abort();
        if (i && m->at_ms < c.messages.at[i - 1].at_ms) abort();
    }
    return 0;
}
