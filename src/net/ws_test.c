#include <stdlib.h>
#include "base/buf.h"
#include "base/spec.h"
#include "net/ws.h"

/** What the reader reported, as text: "text:hello ping:x close:1000:bye ". */
typedef struct Heard { Buf log; bool stop; } Heard;

static bool heard_message(void *arg, FrameKind kind, Str payload)
{
    Heard *h = arg;
    buf_fmt(&h->log, "%s:" STR_FMT " ", kind == FRAME_TEXT ? "text" : "binary",
            STR_ARG(str_sub(payload, 0, 20)));
    if (payload.len > 20) buf_fmt(&h->log, "(%zu) ", payload.len);
    return !h->stop;
}
static bool heard_ping(void *arg, Str p)
{
    buf_fmt(&((Heard *)arg)->log, "ping:" STR_FMT " ", STR_ARG(p));
    return true;
}
static bool heard_pong(void *arg, Str p)
{
    buf_fmt(&((Heard *)arg)->log, "pong:" STR_FMT " ", STR_ARG(p));
    return true;
}
static void heard_close(void *arg, int code, Str why)
{
    buf_fmt(&((Heard *)arg)->log, "close:%d:" STR_FMT " ", code, STR_ARG(why));
}
static const WsSink heard = { heard_message, heard_ping, heard_pong, heard_close };

/** A masked client frame; `first` is its first byte (FIN, reserved bits, opcode). */
static void add_frame(Buf *b, int first, Str payload)
{
    static const char mask[4] = { 'M', 'a', 's', 'k' };
    buf_byte(b, (char)first);
    if (payload.len < 126) buf_byte(b, (char)(0x80 | payload.len));
    else if (payload.len < 65536) {
        buf_byte(b, (char)(0x80 | 126));
        for (int i = 1; i >= 0; i--) buf_byte(b, (char)(payload.len >> 8 * i));
    } else {
        buf_byte(b, (char)(0x80 | 127));
        for (int i = 7; i >= 0; i--) buf_byte(b, (char)((uint64_t)payload.len >> 8 * i));
    }
    buf_add(b, (Str){ mask, 4 });
    for (size_t i = 0; i < payload.len; i++) buf_byte(b, payload.at[i] ^ mask[i % 4]);
}

/** Reads `bytes` in pieces of `step`; what was heard, and the code it ended with if any. */
static Str read_in_steps(Arena *a, Str bytes, size_t step, size_t max_message)
{
    Heard h = { .log = buf_new(a, 1 << 20) };
    WsReader *r = ws_reader_new();
    int bad = 0;
    for (size_t i = 0; i < bytes.len && !bad && str_find(buf_str(&h.log), S("close:")) < 0; i += step)
        bad = ws_read(r, str_sub(bytes, i, step), max_message, &heard, &h);
    if (bad) buf_fmt(&h.log, "bad:%d", bad);
    else if (ws_reader_is_idle(r)) buf_fmt(&h.log, "idle");
    ws_reader_free(r);
    return buf_str(&h.log);
}

SPEC("frames are read alike however their bytes are cut")
{
    auto_arena a = arena_new(4096);
    Buf b = buf_new(a, 1 << 20);
    add_frame(&b, 0x81, S("hello"));
    add_frame(&b, 0x82, S(""));
    add_frame(&b, 0x01, S("first, "));
    add_frame(&b, 0x89, S("still there?"));
    add_frame(&b, 0x00, S(""));
    add_frame(&b, 0x80, S("second"));
    add_frame(&b, 0x8A, S(""));
    char *large = arena_bytes(a, 70000, 1);
    memset(large, 'x', 70000);
    add_frame(&b, 0x82, (Str){ large, 70000 });
    add_frame(&b, 0x81, (Str){ large, 300 });
    const char *want = "text:hello binary: ping:still there? text:first, second pong: "
                       "binary:xxxxxxxxxxxxxxxxxxxx (70000) "
                       "text:xxxxxxxxxxxxxxxxxxxx (300) idle";
    static const size_t steps[] = { 1, 2, 3, 5, 7, 64, 4095, 4096, 4097, 1 << 20 };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        expect_str(want, read_in_steps(a, buf_str(&b), steps[i], 100000));
}

SPEC("a reader is idle between messages only")
{
    auto_arena a = arena_new(4096);
    Buf b = buf_new(a, 1000);
    add_frame(&b, 0x81, S("ab"));
    size_t whole = b.len;
    for (size_t n = 0; n <= whole; n++)
        expect_int(n == 0 || n == whole,
                   str_ends(read_in_steps(a, str_sub(buf_str(&b), 0, n), 1, 100), S("idle"))
                       || n == 0);
    buf_clear(&b);
    add_frame(&b, 0x01, S("half a message"));
    expect_str("", read_in_steps(a, buf_str(&b), 1, 100));
}

SPEC("a client that breaks the rules is told which")
{
    static const struct { Str bytes; const char *want; } broken[] = {
        { S_INIT("\x81\x01" "a"), "bad:1002" },                                   /* not masked */
        { S_INIT("\xC1\x81\0\0\0\0a"), "bad:1002" },                              /* reserved bits */
        { S_INIT("\x83\x80\0\0\0\0"), "bad:1002" },                               /* unknown opcodes */
        { S_INIT("\x8B\x80\0\0\0\0"), "bad:1002" },
        { S_INIT("\x80\x80\0\0\0\0"), "bad:1002" },                               /* continues nothing */
        { S_INIT("\x01\x80\0\0\0\0\x81\x80\0\0\0\0"), "bad:1002" },               /* a second message in the first */
        { S_INIT("\x09\x80\0\0\0\0"), "bad:1002" },                               /* control frame in pieces */
        { S_INIT("\x89\xFE\0\x7E\0\0\0\0"), "bad:1002" },                         /* control frame of 126 bytes */
        { S_INIT("\x82\xFE\0\x01\0\0\0\0a"), "bad:1002" },                        /* length longer than needed */
        { S_INIT("\x82\xFF\x80\0\0\0\0\0\0\0\0\0\0\0"), "bad:1002" },             /* length of 64 bits */
        { S_INIT("\x82\xFF\0\0\0\0\x40\0\0\0\0\0\0\0a"), "bad:1009" },            /* 1 GiB */
        { S_INIT("\x82\xE5\0\0\0\0a"), "bad:1009" },                              /* 101 bytes of 100 */
        { S_INIT("\x81\x81\0\0\0\0\xFF"), "bad:1007" },                           /* not UTF-8 */
        { S_INIT("\x81\x83\0\0\0\0\xED\xA0\x80"), "bad:1007" },                   /* a surrogate */
        { S_INIT("\x81\x81\0\0\0\0\xC3"), "bad:1007" },                           /* cut character */
        { S_INIT("\x88\x81\0\0\0\0\x03"), "bad:1002" },                           /* close with half a code */
        { S_INIT("\x88\x82\0\0\0\0\x03\xED"), "bad:1002" },                       /* 1005 may not be sent */
        { S_INIT("\x88\x82\0\0\0\0\0\0"), "bad:1002" },
        { S_INIT("\x88\x83\0\0\0\0\x03\xE8\xFF"), "bad:1007" },                   /* reason not UTF-8 */
        { S_INIT("\x88\x80\0\0\0\0"), "close:1005: idle" },
        { S_INIT("\x88\x85\0\0\0\0\x03\xE8" "bye\x81\x01"), "close:1000:bye idle" },
        { S_INIT("\x88\x82\0\0\0\0\x0F\xA0"), "close:4000: idle" },
    };
    auto_arena a = arena_new(4096);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        for (size_t step = 1; step < 100; step += 98) {
            Str got = read_in_steps(a, broken[i].bytes, step, 100);
            /* What follows a close in the same piece is left unread: idle or not does not matter then. */
            if (str_find(got, S("close:")) == 0)
                expect(str_starts(got, str_before(str_of(broken[i].want), ' ')));
            else expect_str(broken[i].want, got);
        }
}

SPEC("a message in pieces that grows past the limit is refused at the piece that does it")
{
    auto_arena a = arena_new(4096);
    Buf b = buf_new(a, 1000);
    add_frame(&b, 0x02, S("0123456789"));
    add_frame(&b, 0x00, S("0123456789"));
    add_frame(&b, 0x80, S("0"));
    expect_str("bad:1009", read_in_steps(a, buf_str(&b), 1, 20));
    expect_str("binary:01234567890123456789 (21) idle", read_in_steps(a, buf_str(&b), 1, 21));
}

SPEC("a character cut by a piece of a message is whole again")
{
    auto_arena a = arena_new(4096);
    Buf b = buf_new(a, 1000);
    add_frame(&b, 0x01, S("\xE4"));
    add_frame(&b, 0x80, S("\xBD\xA0"));
    expect_str("text:你 idle", read_in_steps(a, buf_str(&b), 1000, 20));
}

SPEC("nothing is read after a callback stops")
{
    auto_arena a = arena_new(4096);
    Buf b = buf_new(a, 1000);
    add_frame(&b, 0x81, S("one"));
    add_frame(&b, 0x81, S("two"));
    Heard h = { .log = buf_new(a, 1000), .stop = true };
    WsReader *r = ws_reader_new();
    expect_int(0, ws_read(r, buf_str(&b), 100, &heard, &h));
    ws_reader_free(r);
    expect_str("text:one ", buf_str(&h.log));
}

SPEC("headers of frames are as short as they can be")
{
    uint8_t h[WS_MOST_HEADER];
    expect_int(2, ws_header(WS_TEXT, 125, h));
    expect(h[0] == 0x81 && h[1] == 125);
    expect_int(4, ws_header(WS_BINARY, 126, h));
    expect(h[0] == 0x82 && h[1] == 126 && h[2] == 0 && h[3] == 126);
    expect_int(4, ws_header(WS_BINARY, 65535, h));
    expect_int(10, ws_header(WS_BINARY, 65536, h));
    expect(h[1] == 127 && h[2] == 0 && h[7] == 1 && h[8] == 0 && h[9] == 0);
}
