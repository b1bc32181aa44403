/* Any bytes as a stream of WebSocket frames: what is heard must not depend on how the bytes were cut, messages keep their
 * limit and text is UTF-8. The first byte says how the second reading is cut. */
#include <stdlib.h>
#include "base/buf.h"
#include "base/utf8.h"
#include "net/ws.h"

#define MOST_MESSAGE 5000

typedef struct Log { Buf text; bool closed; } Log;

static void note(void *arg, const char *what, int code, Str payload)
{
    Log *log = arg;
    buf_fmt(&log->text, "%s %d %zu ", what, code, payload.len);
    buf_add(&log->text, payload);
}

static bool on_message(void *arg, FrameKind kind, Str payload)
{
    if (payload.len > MOST_MESSAGE || (kind == FRAME_TEXT && !utf8_valid(payload))) abort();
    note(arg, "message", kind, payload);
    return true;
}
static bool on_ping(void *arg, Str payload)
{
    if (payload.len > 125) abort();
    note(arg, "ping", 0, payload);
    return true;
}
static bool on_pong(void *arg, Str payload)
{
    if (payload.len > 125) abort();
    note(arg, "pong", 0, payload);
    return true;
}
static void on_close(void *arg, int code, Str reason)
{
    if (!utf8_valid(reason)) abort();
    note(arg, "close", code, reason);
    ((Log *)arg)->closed = true;
}
static const WsSink sink = { on_message, on_ping, on_pong, on_close };

static Str read_in_steps(Arena *a, Str bytes, size_t step)
{
    Log log = { .text = buf_new(a, 1 << 26) };
    WsReader *r = ws_reader_new();
    int bad = 0;
    for (size_t i = 0; i < bytes.len && !bad && !log.closed; i += step)
        bad = ws_read(r, str_sub(bytes, i, step), MOST_MESSAGE, &sink, &log);
    note(&log, "end", bad, S(""));
    ws_reader_free(r);
    return buf_str(&log.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) return 0;
    auto_arena a = arena_new(1 << 16);
    Str bytes = { (const char *)data + 1, size - 1 };
    if (!str_eq(read_in_steps(a, bytes, size), read_in_steps(a, bytes, data[0] % 64 + 1))) abort();
    return 0;
}
