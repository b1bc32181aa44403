/* A pasted transcript. What a message begins with, as the tools write it to the clipboard:
 *     [14:03] Ana: it is the pool          14:03:20 <ana> it is the pool        2026-11-20 14:03 Ana: it is the pool
 *     Ana Lindqvist  2:03 PM               [14:03] Ana Lindqvist                Ana Lindqvist
 *     it is the pool                       it is the pool                       14:03
 * Lines without such a beginning belong to the message before. A clock that goes back by hours has passed midnight. */
#include <ctype.h>
#include "base/utf8.h"
#include "feature/warroom/import.h"

enum { NAME_MOST = 80, BACK_S = 3 * 3600 };

typedef struct Paste {
    Arena *a;
    const ChatHow *how;
    Chat *to;
    Civil day;
    int last_s;                /* seconds of the day of the last time */
    Str author;
    int64_t at_ms;
    Buf text;
    bool open;                 /* a message is being gathered */
    int64_t n;
} Paste;

/* ---- times */

static size_t digits(Str s, size_t i, int most, int *ret)
{
    size_t n = 0;
    *ret = 0;
    while (i + n < s.len && n < (size_t)most && isdigit((unsigned char)s.at[i + n])) { *ret = *ret * 10 + (s.at[i + n] - '0'); n++; }
    return n;
}

static char at(Str s, size_t i) { return i < s.len ? s.at[i] : 0; }

/** "2026-11-20" or "2026/11/20"; 0 when it is none, else its width. */
static size_t day_at(Str s, size_t i, Civil *c)
{
    int y, m, d;
    if (digits(s, i, 4, &y) != 4 || (at(s, i + 4) != '-' && at(s, i + 4) != '/')) return 0;
    size_t k = i + 5, n = digits(s, k, 2, &m);
    if (!n || at(s, k + n) != at(s, i + 4)) return 0;
    k += n + 1;
    n = digits(s, k, 2, &d);
    if (!n || m < 1 || m > 12 || d < 1 || d > 31 || y < 2000 || y > 2200) return 0;
    c->year = y, c->month = m, c->day = d;
    return k + n - i;
}

/** "14:03", "14:03:20", "2:03 PM". */
static size_t clock_at(Str s, size_t i, Civil *c)
{
    int h, m, sec = 0;
    size_t n = digits(s, i, 2, &h), k = i + n;
    if (!n || at(s, k) != ':' || digits(s, k + 1, 2, &m) != 2) return 0;
    k += 3;
    if (at(s, k) == ':' && digits(s, k + 1, 2, &sec) == 2) k += 3;
    size_t space = at(s, k) == ' ' ? 1 : str_starts(str_sub(s, k, 3), S("\xe2\x80\xaf")) ? 3 : 0;
    char half = (char)toupper((unsigned char)at(s, k + space));
    if ((half == 'A' || half == 'P') && toupper((unsigned char)at(s, k + space + 1)) == 'M' && !isalpha((unsigned char)at(s, k + space + 2))) {
        if (h < 1 || h > 12) return 0;
        h = h % 12 + (half == 'P' ? 12 : 0);
        k += space + 2;
    }
    if (h > 23 || m > 59 || sec > 59 || isdigit((unsigned char)at(s, k))) return 0;
    c->hour = h, c->minute = m, c->second = sec;
    return k - i;
}

/** A time with an optional day before it, in brackets or not. Gives where it ends. */
static size_t when_at(Str s, size_t i, Civil *c, bool *ret_day, bool *ret_brackets)
{
    size_t from = i, n;
    *ret_brackets = at(s, i) == '[' || at(s, i) == '(';
    if (*ret_brackets) i++;
    n = day_at(s, i, c);
    *ret_day = n > 0;
    if (n) { i += n; while (at(s, i) == ' ' || at(s, i) == ',' || at(s, i) == 'T') i++; }
    n = clock_at(s, i, c);
    if (!n) return 0;
    i += n;
    if (*ret_brackets) { if (at(s, i) != ']' && at(s, i) != ')') return 0; i++; }
    return i - from;
}

/* ---- messages */

static void finish(Paste *p)
{
    Str text = str_trim(buf_str(&p->text));
    if (p->open && text.len) {
        chat_author(p->a, p->to, p->author, p->author, S(""));
        chat_add(p->a, p->to, p->how, (ChatMessage){ .author = p->author, .at_ms = p->at_ms, .text = arena_str(p->a, text) });
    }
    buf_clear(&p->text);
    p->open = false;
}

static void begin(Paste *p, Str author, Civil c, bool has_day, Str text)
{
    int s = c.hour * 3600 + c.minute * 60 + c.second;
    finish(p);
    if (has_day) p->day = c;
    else if (p->last_s >= 0 && s + BACK_S < p->last_s) {                      /* midnight has passed */
        int64_t noon = zone_ms(S(""), (Civil){ p->day.year, p->day.month, p->day.day, 12, 0, 0 });
        p->day = zone_civil(S(""), noon + 86400000);
    }
    p->last_s = s;
    p->author = author;
    p->at_ms = zone_ms(p->how->zone, (Civil){ p->day.year, p->day.month, p->day.day, c.hour, c.minute, c.second });
    p->open = true;
    p->n++;
    buf_add(&p->text, text);
}

static bool is_name(Str s)
{
    s = str_trim(s);
    if (!s.len || s.len > NAME_MOST || str_find(s, S("://")) >= 0) return false;
    int spaces = 0;
    for (size_t i = 0; i < s.len; i++) { spaces += s.at[i] == ' '; if (strchr("{}[]=;\"`|<>", s.at[i])) return false; }
    return spaces <= 4 && !strchr(".,!?:", s.at[s.len - 1]);
}

/** "<ana> text" or "Ana: text" behind a time. */
static bool name_then_text(Str rest, Str *name, Str *text)
{
    rest = str_trim(rest);
    if (rest.len && rest.at[0] == '<') {
        ptrdiff_t end = str_index(rest, '>');
        if (end <= 1 || end > NAME_MOST) return false;
        *name = str_trim(str_sub(rest, 1, (size_t)end - 1));
        if (name->len > 1 && strchr("@+%&~ ", name->at[0])) *name = str_sub(*name, 1, name->len);    /* IRC: what they may do */
        *text = str_trim(str_sub(rest, (size_t)end + 1, rest.len));
        return name->len > 0;
    }
    ptrdiff_t colon = str_index(rest, ':'), wide = str_find(rest, S("："));
    bool fullwidth = wide > 0 && (colon < 0 || wide < colon);
    if (fullwidth) colon = wide;
    if (colon <= 0 || !is_name(str_sub(rest, 0, (size_t)colon))) return false;
    *name = str_trim(str_sub(rest, 0, (size_t)colon));
    *text = str_trim(str_sub(rest, (size_t)colon + (fullwidth ? 3 : 1), rest.len));
    return true;
}

/** A time at the beginning of the line. */
static bool time_first(Paste *p, Str line, Str *last_line)
{
    Civil c = p->day;
    bool day, brackets;
    size_t n = when_at(line, 0, &c, &day, &brackets);
    Str name, text, rest = str_trim(str_sub(line, n, line.len));
    if (!n) return false;
    while (rest.len && (rest.at[0] == '-' || rest.at[0] == ',')) rest = str_trim(str_sub(rest, 1, rest.len));
    if (name_then_text(rest, &name, &text)) { begin(p, name, c, day, text); return true; }
    if (brackets && is_name(rest)) { begin(p, rest, c, day, S("")); return true; }
    if (!rest.len && is_name(*last_line)) {                                   /* the name stood on the line before: take it back */
        Str who = str_trim(*last_line);
        p->text.len -= last_line->len + 1 <= p->text.len ? last_line->len + 1 : p->text.len;
        begin(p, who, c, day, S(""));
        return true;
    }
    return false;
}

/** "Ana Lindqvist  2:03 PM", "Ana Lindqvist [2:03 PM]", "张三 14:03:20" with the words on the lines behind. */
static bool name_first(Paste *p, Str line, bool after_blank)
{
    for (size_t i = 1; i + 3 < line.len; i++) {
        Civil c = p->day;
        bool day, brackets, wide = line.at[i - 1] == '\t' || (i > 1 && line.at[i - 1] == ' ' && line.at[i - 2] == ' ');
        if (line.at[i - 1] != ' ' && line.at[i - 1] != '\t') continue;
        size_t n = when_at(line, i, &c, &day, &brackets);
        if (!n || i + n != line.len) continue;
        if (!is_name(str_sub(line, 0, i)) || !(wide || brackets || after_blank)) return false;
        begin(p, str_trim(str_sub(line, 0, i)), c, day, S(""));
        return true;
    }
    return false;
}

/** A line that is only a day. */
static bool day_line(Paste *p, Str line)
{
    Civil c = p->day;
    size_t from = 0;
    while (from < line.len && strchr("-= ", line.at[from])) from++;
    size_t n = day_at(line, from, &c), end = from + n;
    while (n && end < line.len && strchr("-= ", line.at[end])) end++;
    if (!n || end != line.len) return false;
    finish(p);
    p->day = c;
    p->last_s = -1;
    return true;
}

Err chat_pasted(Arena *a, Str text, const ChatHow *how, Chat *ret)
{
    Paste p = { .a = a, .how = how, .to = ret, .day = how->day, .last_s = -1, .text = buf_new(a, 1 << 20) };
    Str rest = text, line, last = S("");
    bool blank = true;
    ret->source = S("import");
    if (!p.day.year) p.day = (Civil){ 2000, 1, 1, 0, 0, 0 };
    ret->channel = (ChatChannel){ .id = S("paste"), .name = S("paste") };
    while (str_next(&rest, '\n', &line)) {
        line = str_trim(line);
        if (!line.len) { blank = true; if (p.open) buf_byte(&p.text, '\n'); last = S(""); continue; }
        bool head = day_line(&p, line) || time_first(&p, line, &last) || name_first(&p, line, blank);
        if (!head) { buf_add(&p.text, line); buf_byte(&p.text, '\n'); }
        else if (p.open && p.text.len) buf_byte(&p.text, '\n');
        last = head ? S("") : line;
        blank = false;
        if (ret->messages.len > 4 * CHAT_MESSAGES_MOST) break;
    }
    finish(&p);
    *list_add(a, &ret->channels) = ret->channel;
    if (!p.n) return fail_field(a, S("body"), "no line begins with a time and a name, such as \"[14:03] Ana: it is the pool\"");
    return OK;
}
