#include "base/csv.h"

static bool is_formula(Str s)
{
    return s.len > 0 && memchr("=+-@\t\r", s.at[0], 6) != NULL;
}

static bool needs_quotes(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (memchr(",\"\n\r", s.at[i], 4)) return true;
    return s.len > 0 && (s.at[0] == ' ' || s.at[s.len - 1] == ' ');
}

void csv_field(Buf *b, bool first, Str text)
{
    if (!first) buf_byte(b, ',');
    bool quote = needs_quotes(text);
    if (quote) buf_byte(b, '"');
    if (is_formula(text)) buf_byte(b, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"') buf_byte(b, '"');
        buf_byte(b, text.at[i]);
    }
    if (quote) buf_byte(b, '"');
}

void csv_end(Buf *b) { buf_add(b, S("\r\n")); }

void csv_row(Buf *b, const Str *fields)
{
    for (size_t i = 0; fields[i].at; i++) csv_field(b, i == 0, fields[i]);
    csv_end(b);
}
