#include "integration/mail/mime.h"
#include <unicode/ucnv.h>
#include "base/buf.h"
#include "base/time.h"
#include "base/utf8.h"

/* ---- bytes and characters */

static int hex(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }

static int base64_digit(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/** What is no digit is passed over, as RFC 2045 §6.8 asks. */
static Str base64(Arena *a, Str text)
{
    char *to = arena_bytes(a, text.len * 3 / 4 + 4, 1);
    size_t n = 0;
    unsigned bits = 0, have = 0;
    for (size_t i = 0; i < text.len && text.at[i] != '='; i++) {
        int d = base64_digit(text.at[i]);
        if (d < 0) continue;
        bits = bits << 6 | (unsigned)d;
        if ((have += 6) >= 8) { have -= 8; to[n++] = (char)(bits >> have & 0xFF); }
    }
    return (Str){ to, n };
}

/** `in_word`: of an encoded word, where "_" is a space. */
static Str quoted_printable(Arena *a, Str text, bool in_word)
{
    char *to = arena_bytes(a, text.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '_' && in_word) { to[n++] = ' '; continue; }
        if (c != '=') { to[n++] = c; continue; }
        if (i + 2 < text.len + 0 && hex(text.at[i + 1]) >= 0 && hex(text.at[i + 2]) >= 0) {
            to[n++] = (char)(hex(text.at[i + 1]) * 16 + hex(text.at[i + 2]));
            i += 2;
            continue;
        }
        size_t k = i + 1;                                               /* "=" at the end of a line joins it with the next */
        while (k < text.len && (text.at[k] == ' ' || text.at[k] == '\t' || text.at[k] == '\r')) k++;
        if (k < text.len && text.at[k] == '\n') i = k;
        else if (k < text.len) to[n++] = c;
    }
    return (Str){ to, n };
}

/** Ill-formed bytes and NUL become U+FFFD. */
static Str mended(Arena *a, Str text)
{
    if (utf8_valid(text) && !(text.len && memchr(text.at, 0, text.len))) return text;
    Buf out = buf_new(a, 3 * text.len + 4);
    for (size_t i = 0, w; i < text.len; i += w) {
        uint32_t c = utf8_next(text, i, &w);
        buf_add(&out, c == UTF8_BAD || !c ? S("\xEF\xBF\xBD") : str_sub(text, i, w));
    }
    return buf_str(&out);
}

static Str to_utf8(Arena *a, Str bytes, Str charset)
{
    char name[64];
    charset = str_trim(charset);
    bool plain = !charset.len || charset.len >= sizeof name || str_eq_nocase(charset, S("utf-8")) || str_eq_nocase(charset, S("us-ascii"));
    if (plain || bytes.len > 8 << 20) return mended(a, bytes);
    memcpy(name, charset.at, charset.len);
    name[charset.len] = 0;
    UErrorCode e = U_ZERO_ERROR;
    int32_t need = ucnv_convert("UTF-8", name, NULL, 0, bytes.at, (int32_t)bytes.len, &e);
    if (U_FAILURE(e) && e != U_BUFFER_OVERFLOW_ERROR) return mended(a, bytes);
    char *to = arena_bytes(a, (size_t)need + 1, 1);
    e = U_ZERO_ERROR;
    need = ucnv_convert("UTF-8", name, to, need + 1, bytes.at, (int32_t)bytes.len, &e);
    return U_FAILURE(e) ? mended(a, bytes) : mended(a, (Str){ to, (size_t)need });
}

/* ---- headers */

/** Takes "?=" ended word apart: charset?encoding?text. */
static bool encoded_word(Arena *a, Str text, size_t *ret_len, Str *ret)
{
    Str rest = str_sub(text, 2, text.len), charset = str_before(rest, '?');
    if (charset.len == rest.len) return false;
    rest = str_sub(rest, charset.len + 1, rest.len);
    Str how = str_before(rest, '?');
    if (how.len != 1 || how.len == rest.len) return false;
    rest = str_sub(rest, 2, rest.len);
    ptrdiff_t end = str_find(rest, S("?="));
    if (end < 0) return false;
    Str body = str_sub(rest, 0, (size_t)end);
    Str bytes = (how.at[0] | 32) == 'b' ? base64(a, body) : (how.at[0] | 32) == 'q' ? quoted_printable(a, body, true) : S("");
    *ret = to_utf8(a, bytes, str_before(charset, '*'));
    *ret_len = 2 + charset.len + 1 + 2 + (size_t)end + 2;
    return true;
}

Str mail_words(Arena *a, Str text)
{
    Buf out = buf_new(a, 64 << 10);
    bool after_word = false;
    for (size_t i = 0, n; i < text.len;) {
        Str word;
        Str rest = str_sub(text, i, text.len);
        if (str_starts(rest, S("=?")) && encoded_word(a, rest, &n, &word)) {
            buf_add(&out, word);
            after_word = true;
            i += n;
            continue;
        }
        size_t space = i;
        while (space < text.len && (text.at[space] == ' ' || text.at[space] == '\t')) space++;
        Str next = str_sub(text, space, text.len);
        if (after_word && space > i && str_starts(next, S("=?")) && encoded_word(a, next, &n, &word)) { i = space; continue; }
        after_word = false;
        buf_byte(&out, text.at[i++]);
    }
    return mended(a, buf_str(&out));
}

/** Up to the empty line; the body is behind it. */
static Str take_head(Str *rest)
{
    Str all = *rest;
    for (size_t i = 0; i < all.len;) {
        const char *end = memchr(all.at + i, '\n', all.len - i);
        size_t n = end ? (size_t)(end - all.at) : all.len;
        if (n == i || (n == i + 1 && all.at[i] == '\r')) {
            *rest = str_sub(all, n + 1, all.len);
            return str_sub(all, 0, i);
        }
        i = n + 1;
    }
    *rest = S("");
    return all;
}

static Str raw_header(Arena *a, Str head, const char *name)
{
    Str want = str_of(name);
    for (Str line; str_next(&head, '\n', &line);) {
        if (line.len <= want.len || line.at[want.len] != ':' || !str_eq_nocase(str_sub(line, 0, want.len), want)) continue;
        Buf out = buf_new(a, 64 << 10);
        buf_add(&out, str_trim(str_sub(line, want.len + 1, line.len)));
        while (head.len && (head.at[0] == ' ' || head.at[0] == '\t') && str_next(&head, '\n', &line)) {
            buf_byte(&out, ' ');
            buf_add(&out, str_trim(line));
        }
        return buf_str(&out);
    }
    return S("");
}

Str mail_header(Arena *a, Str head, const char *name) { return str_trim(mail_words(a, raw_header(a, head, name))); }

/** The parameter of a structured header: charset="utf-8". */
static Str parameter(Str header, const char *name)
{
    Str rest = str_after(header, ';'), one;
    while (str_next(&rest, ';', &one)) {
        Str key = str_trim(str_before(one, '=')), value = str_trim(str_after(one, '='));
        if (!str_eq_nocase(key, str_of(name))) continue;
        if (str_starts(value, S("\""))) value = str_before(str_sub(value, 1, value.len), '"');
        return value;
    }
    return S("");
}

static bool number(Str *s, int64_t *ret)
{
    size_t n = 0;
    while (n < s->len && n < 9 && s->at[n] >= '0' && s->at[n] <= '9') n++;
    bool ok = n && str_int(str_sub(*s, 0, n), ret);
    *s = str_trim(str_sub(*s, n, s->len));
    return ok;
}

static int64_t zone_minutes(Str zone)
{
    static const struct { const char *name; int minutes; } old[] = { { "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 },
        { "MST", -420 }, { "MDT", -360 }, { "PST", -480 }, { "PDT", -420 } };
    int64_t n;
    if (zone.len >= 5 && (zone.at[0] == '+' || zone.at[0] == '-') && str_int(str_sub(zone, 1, 4), &n) && n >= 0)
        return (zone.at[0] == '-' ? -1 : 1) * (n / 100 * 60 + n % 100);
    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        if (str_eq_nocase(str_sub(zone, 0, 3), str_of(old[i].name))) return old[i].minutes;
    return 0;
}

bool mail_date(Str text, int64_t *ret_ms)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    int64_t day, year, h, m, sec = 0;
    unsigned month = 0;
    text = str_trim(text);
    if (str_index(text, ',') >= 0) text = str_trim(str_after(text, ','));
    if (!number(&text, &day) || text.len < 3) return false;
    for (unsigned i = 0; i < 12 && !month; i++)
        if (str_eq_nocase(str_sub(text, 0, 3), (Str){ months + 3 * i, 3 })) month = i + 1;
    text = str_trim(str_sub(text, 3, text.len));
    if (!month || !number(&text, &year)) return false;
    if (year < 100) year += year < 50 ? 2000 : 1900;
    if (!number(&text, &h) || !str_starts(text, S(":"))) return false;
    text = str_trim(str_sub(text, 1, text.len));
    if (!number(&text, &m)) return false;
    if (str_starts(text, S(":"))) { text = str_trim(str_sub(text, 1, text.len)); if (!number(&text, &sec)) return false; }
    if (day < 1 || day > 31 || year < 1970 || year > 9999 || h > 23 || m > 59 || sec > 60) return false;
    *ret_ms = ((time_days(year, month, (unsigned)day) * 24 + h) * 60 + m - zone_minutes(text)) * 60000 + sec * 1000;
    return *ret_ms >= 0;
}

/* ---- HTML */

static bool breaks_line(Str tag)
{
    static const char *const blocks[] = { "br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "pre", "hr", "blockquote" };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (str_eq_nocase(tag, str_of(blocks[i]))) return true;
    return false;
}

static size_t entity(Buf *out, Str text)
{
    static const struct { const char *name, *is; } named[] = { { "amp", "&" }, { "lt", "<" }, { "gt", ">" }, { "quot", "\"" }, { "apos", "'" }, { "nbsp", " " } };
    ptrdiff_t end = str_index(str_sub(text, 0, 12), ';');
    Str name = end > 1 ? str_sub(text, 1, (size_t)end - 1) : S("");
    char bytes[4];
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (str_eq(name, str_of(named[i].name))) { buf_add(out, str_of(named[i].is)); return (size_t)end + 1; }
    if (!str_starts(name, S("#"))) { buf_byte(out, '&'); return 1; }
    bool sixteen = name.len > 1 && (name.at[1] | 32) == 'x';
    uint32_t c = 0;
    for (size_t i = sixteen ? 2 : 1; i < name.len; i++) {
        int d = hex(name.at[i]);
        if (d < 0 || (!sixteen && d > 9)) { buf_byte(out, '&'); return 1; }
        c = c * (sixteen ? 16 : 10) + (uint32_t)d;
    }
    bool fine = c >= 0x20 && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    buf_add(out, fine ? (Str){ bytes, utf8_put(bytes, c) } : S(" "));
    return (size_t)end + 1;
}

/** Past the element whose text nobody reads. */
static size_t skip_element(Str rest, Str tag)
{
    for (size_t i = 1; i + tag.len + 2 < rest.len; i++)
        if (rest.at[i] == '<' && rest.at[i + 1] == '/' && str_eq_nocase(str_sub(rest, i + 2, tag.len), tag)) return i;
    return rest.len;
}

Str mail_html_text(Arena *a, Str html)
{
    Buf out = buf_new(a, MAIL_TEXT_BYTES);
    for (size_t i = 0; i < html.len;) {
        Str rest = str_sub(html, i, html.len);
        char c = html.at[i];
        if (c == '&') { i += entity(&out, rest); continue; }
        if (c != '<') {
            bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
            if (!space) buf_byte(&out, c);
            else if (out.len && out.at[out.len - 1] != ' ' && out.at[out.len - 1] != '\n') buf_byte(&out, ' ');
            i++;
            continue;
        }
        size_t n = 1;
        while (n < rest.len && ((rest.at[n] | 32) >= 'a' || (rest.at[n] >= '0' && rest.at[n] <= '9') || (n == 1 && rest.at[n] == '/')) && rest.at[n] != '>') n++;
        Str tag = str_sub(rest, 1, n - 1);
        bool closes = str_starts(tag, S("/"));
        if (closes) tag = str_sub(tag, 1, tag.len);
        if (breaks_line(tag) && out.len && out.at[out.len - 1] != '\n') buf_byte(&out, '\n');
        bool unread = !closes && (str_eq_nocase(tag, S("style")) || str_eq_nocase(tag, S("script")) || str_eq_nocase(tag, S("head")));
        if (unread) { i += skip_element(rest, tag); continue; }
        ptrdiff_t end = str_index(rest, '>');
        i += end < 0 ? rest.len : (size_t)end + 1;
    }
    return str_trim(buf_str(&out));
}

/* ---- parts */

typedef struct Walk { Arena *arena; int parts; Str plain, html; } Walk;

static Str content(Arena *a, Str head, Str body, Str type)
{
    Str how = str_trim(raw_header(a, head, "Content-Transfer-Encoding"));
    body = str_sub(body, 0, 2 << 20);
    if (str_eq_nocase(how, S("base64"))) body = base64(a, body);
    else if (str_eq_nocase(how, S("quoted-printable"))) body = quoted_printable(a, body, false);
    return to_utf8(a, body, parameter(type, "charset"));
}

static void walk_part(Walk *w, Str part, int depth);

/** A line "--boundary" begins a part, "--boundary--" ends the last. */
static void walk_parts(Walk *w, Str body, Str boundary, int depth)
{
    Str mark = arena_fmt(w->arena, "--" STR_FMT, STR_ARG(boundary));
    size_t begin = 0;
    bool inside = false;
    for (size_t i = 0; i <= body.len;) {
        const char *nl = i < body.len ? memchr(body.at + i, '\n', body.len - i) : NULL;
        size_t end = nl ? (size_t)(nl - body.at) + 1 : body.len;
        Str line = str_sub(body, i, end - i);
        bool is_mark = str_starts(line, mark), is_last = is_mark && str_starts(str_sub(line, mark.len, 2), S("--"));
        if (is_mark || i == body.len) {
            if (inside) walk_part(w, str_sub(body, begin, i - begin), depth + 1);
            inside = !is_last;
            begin = end;
        }
        if (is_last || i == body.len) return;
        i = end;
    }
}

static void walk_part(Walk *w, Str part, int depth)
{
    if (depth > MAIL_DEPTH_MOST || ++w->parts > MAIL_PARTS_MOST) return;
    Str body = part, head = take_head(&body), type = raw_header(w->arena, head, "Content-Type"), kind = str_trim(str_before(type, ';'));
    Str boundary = parameter(type, "boundary");
    if (str_eq_nocase(str_sub(kind, 0, 10), S("multipart/"))) {
        if (boundary.len && boundary.len <= 200) walk_parts(w, body, boundary, depth);
        return;
    }
    bool attached = str_eq_nocase(str_sub(str_trim(raw_header(w->arena, head, "Content-Disposition")), 0, 10), S("attachment"));
    bool html = str_eq_nocase(kind, S("text/html")), plain = !kind.len || str_eq_nocase(kind, S("text/plain"));
    if (attached || (!html && !plain)) return;
    if (html && !w->html.len) w->html = content(w->arena, head, body, type);
    if (plain && !str_trim(w->plain).len) w->plain = content(w->arena, head, body, type);
}

/** Lines end as everywhere else. */
static Str unix_lines(Arena *a, Str text)
{
    char *to = arena_bytes(a, text.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '\r') to[n++] = text.at[i];
    return str_trim((Str){ to, n });
}

void mail_read(Arena *a, Str message, Mail *ret)
{
    *ret = (Mail){ 0 };
    if (str_starts(message, S("From "))) message = str_after(message, '\n');      /* the line that mbox puts in front */
    Walk w = { .arena = a };
    Str body = message;
    ret->head = take_head(&body);
    ret->subject = mail_header(a, ret->head, "Subject");
    ret->from = mail_header(a, ret->head, "From");
    ret->message_id = mail_header(a, ret->head, "Message-ID");
    (void)mail_date(raw_header(a, ret->head, "Date"), &ret->sent_ms);
    walk_part(&w, message, 0);
    Str plain = str_trim(w.plain);
    ret->text = utf8_clip(unix_lines(a, plain.len ? plain : mail_html_text(a, w.html)), MAIL_TEXT_BYTES);
}
