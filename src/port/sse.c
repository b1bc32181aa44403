#include "port/llm.h"

enum { LINE_BYTES = 1 << 20, DATA_BYTES = 4 << 20 };

Sse sse_new(Arena *a) { return (Sse){ .line = buf_new(a, LINE_BYTES), .data = buf_new(a, DATA_BYTES), .name = S("") }; }

static void end_line(Sse *s, void (*take)(void *arg, Str name, Str data), void *arg)
{
    Str line = buf_str(&s->line), field, value;
    s->too_long |= buf_full(&s->line);
    if (!line.len) {
        if (s->data.len) take(arg, s->name, str_sub(buf_str(&s->data), 0, s->data.len - 1));
        buf_clear(&s->data);
        s->name = S("");
    } else if (line.at[0] != ':') {
        field = str_before(line, ':');
        value = str_after(line, ':');
        if (value.len && value.at[0] == ' ') value = str_sub(value, 1, value.len);
        if (str_eq(field, S("data"))) { buf_add(&s->data, value); buf_byte(&s->data, '\n'); }
        else if (str_eq(field, S("event"))) s->name = arena_str(s->line.arena, value);
    }
    buf_clear(&s->line);
}

void sse_feed(Sse *s, Str bytes, void (*take)(void *arg, Str name, Str data), void *arg)
{
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i];
        if (c == '\n' && s->skip_lf) { s->skip_lf = false; continue; }
        s->skip_lf = c == '\r';
        if (c == '\n' || c == '\r') end_line(s, take, arg);
        else buf_byte(&s->line, c);
    }
}
