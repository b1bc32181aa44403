#include "net/imap.h"
#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/time.h"

enum { LINE_BYTES = 64 << 10, CHUNK = 16 << 10 };

struct Imap {
    CURL *curl;
    curl_socket_t socket;
    int64_t until_ms;
    int tag;
    char chunk[CHUNK];             /* what was received and not read yet */
    size_t at, len;
};

/* ---- address */

static bool take_apart(Str url, Str *ret_base, Str *ret_host, Str *ret_folder)
{
    bool tls = str_starts(url, S("imaps://"));
    if (!tls && !str_starts(url, S("imap://"))) return false;
    size_t skip = tls ? 8 : 7;
    Str rest = str_sub(url, skip, url.len), host = str_before(rest, '/'), folder = str_after(rest, '/');
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.at[i] <= ' ' || (unsigned char)url.at[i] >= 0x7F || strchr("@?#;\\\"%", url.at[i])) return false;
    if (!host.len || url.len > 500) return false;
    *ret_base = str_sub(url, 0, skip + host.len);
    *ret_host = str_starts(host, S("[")) ? str_before(str_sub(host, 1, host.len), ']') : str_before(host, ':');
    *ret_folder = folder.len ? folder : S("INBOX");
    return (*ret_host).len > 0;
}

bool imap_url_is_good(Str url)
{
    Str base, host, folder;
    return take_apart(url, &base, &host, &folder);
}

static bool is_here(Str host) { return str_eq(host, S("127.0.0.1")) || str_eq(host, S("::1")) || str_eq_nocase(host, S("localhost")); }

/* ---- bytes */

static Err no_answer(Arena *a) { return fail(a, ERR_UNAVAILABLE, "the mailbox does not answer"); }

static Err wait_for(Imap *imap, Arena *a, short what)
{
    struct pollfd p = { .fd = imap->socket, .events = what };
    int64_t left = imap->until_ms - clock_monotonic_ms();
    return left > 0 && poll(&p, 1, (int)left) > 0 ? OK : no_answer(a);
}

static Err send_all(Imap *imap, Arena *a, Str text)
{
    while (text.len) {
        size_t n = 0;
        CURLcode e = curl_easy_send(imap->curl, text.at, text.len, &n);
        if (e == CURLE_AGAIN) { TRY(wait_for(imap, a, POLLOUT)); continue; }
        if (e != CURLE_OK) return no_answer(a);
        text = str_sub(text, n, text.len);
    }
    return OK;
}

static Err fill(Imap *imap, Arena *a)
{
    for (;;) {
        size_t n = 0;
        CURLcode e = curl_easy_recv(imap->curl, imap->chunk, CHUNK, &n);
        if (e == CURLE_AGAIN) { TRY(wait_for(imap, a, POLLIN)); continue; }
        if (e != CURLE_OK || !n) return no_answer(a);
        imap->at = 0;
        imap->len = n;
        return OK;
    }
}

/** A line without its end. */
static Err read_line(Imap *imap, Arena *a, Str *ret)
{
    Buf line = buf_new(a, LINE_BYTES);
    for (;;) {
        if (imap->at == imap->len) TRY(fill(imap, a));
        char c = imap->chunk[imap->at++];
        if (c == '\n') break;
        buf_byte(&line, c);
    }
    if (buf_full(&line)) return fail(a, ERR_UNAVAILABLE, "the mailbox answered a line that is too long");
    *ret = buf_str(&line);
    if (str_ends(*ret, S("\r"))) ret->len--;
    return OK;
}

/** `n` bytes, of which the first `keep` are given. */
static Err read_bytes(Imap *imap, Arena *a, size_t n, size_t keep, Str *ret)
{
    if (keep > n) keep = n;
    char *to = arena_bytes(a, keep + 1, 1);
    for (size_t i = 0; i < n;) {
        if (imap->at == imap->len) TRY(fill(imap, a));
        size_t have = imap->len - imap->at < n - i ? imap->len - imap->at : n - i;
        if (i < keep) memcpy(to + i, imap->chunk + imap->at, have < keep - i ? have : keep - i);
        imap->at += have;
        i += have;
    }
    *ret = (Str){ to, keep };
    return OK;
}

/* ---- commands */

/** "… {1234}" announces bytes behind the line. */
static bool literal(Str line, int64_t *ret)
{
    ptrdiff_t open = -1;
    if (!str_ends(line, S("}"))) return false;
    for (size_t i = line.len - 1; i-- > 0 && open < 0;)
        if (line.at[i] == '{') open = (ptrdiff_t)i;
    if (open < 0) return false;
    Str n = str_sub(line, (size_t)open + 1, line.len - (size_t)open - 2);
    if (str_ends(n, S("+"))) n.len--;
    return str_int(n, ret) && *ret >= 0 && *ret < 1 << 30;
}

/** Sends a command and reads until its own answer. `line`: untagged lines that begin with "* WORD", joined; `bytes`: the first literal. */
static Err command(Imap *imap, Arena *a, Str text, const char *word, size_t keep, Buf *ret_lines, Str *ret_bytes)
{
    Str tag = arena_fmt(a, "h%d ", ++imap->tag), line;
    TRY(send_all(imap, a, arena_fmt(a, STR_FMT STR_FMT "\r\n", STR_ARG(tag), STR_ARG(text))));
    for (;;) {
        int64_t n;
        TRY(read_line(imap, a, &line));
        if (literal(line, &n)) {
            Str bytes;
            TRY(read_bytes(imap, a, (size_t)n, ret_bytes && !ret_bytes->at ? keep : 0, &bytes));
            if (ret_bytes && !ret_bytes->at) *ret_bytes = bytes;
            continue;
        }
        if (ret_lines && str_starts(line, arena_fmt(a, "* %s", word))) { buf_add(ret_lines, str_sub(line, strlen(word) + 2, line.len)); buf_byte(ret_lines, ' '); }
        if (!str_starts(line, tag)) continue;
        Str answer = str_sub(line, tag.len, line.len);
        if (str_eq_nocase(str_sub(answer, 0, 2), S("OK"))) return OK;
        return fail(a, ERR_UNAVAILABLE, "the mailbox refused: %.*s", (int)(answer.len < 200 ? answer.len : 200), answer.at);
    }
}

static Err explain(Arena *a, Str host, CURLcode code)
{
    if (code == CURLE_LOGIN_DENIED) return fail(a, ERR_FORBIDDEN, STR_FMT " refuses this user or password", STR_ARG(host));
    if (code == CURLE_USE_SSL_FAILED) return fail(a, ERR_UNAVAILABLE, STR_FMT " offers no encryption: use imaps://", STR_ARG(host));
    return fail(a, ERR_UNAVAILABLE, "cannot reach the mailbox at " STR_FMT ": %s", STR_ARG(host), curl_easy_strerror(code));
}

static void set_up(CURL *c, const char *url, const char *user, const char *password, bool here)
{
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "imap,imaps");
    curl_easy_setopt(c, CURLOPT_USERNAME, user);
    curl_easy_setopt(c, CURLOPT_PASSWORD, password);
    curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(here ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, 30000L);
}

Err imap_open(Arena *a, Str url, Str user, Str password, Imap **ret)
{
    Str base, host, folder;
    if (!take_apart(url, &base, &host, &folder)) return fail_field(a, S("url"), "the address of a mailbox looks like imaps://imap.example.com/INBOX");
    Imap *imap = calloc(1, sizeof *imap);
    if (!imap) bug("out of memory");
    imap->until_ms = clock_monotonic_ms() + IMAP_DEADLINE_MS;
    imap->curl = curl_easy_init();
    if (!imap->curl) bug("out of memory");
    set_up(imap->curl, arena_cstr(a, base), arena_cstr(a, user), arena_cstr(a, password), is_here(host));
    CURLcode code = curl_easy_perform(imap->curl);
    if (code == CURLE_OK) code = curl_easy_getinfo(imap->curl, CURLINFO_ACTIVESOCKET, &imap->socket);
    Err e = code == CURLE_OK ? command(imap, a, arena_fmt(a, "SELECT \"" STR_FMT "\"", STR_ARG(folder)), "", 0, NULL, NULL) : explain(a, host, code);
    if (e.info) { imap_close(imap); return e; }
    *ret = imap;
    return OK;
}

void imap_close(Imap *imap)
{
    if (!imap) return;
    if (imap->curl) curl_easy_cleanup(imap->curl);
    free(imap);
}

Err imap_unseen(Imap *imap, Arena *a, size_t most, ImapUids *ret)
{
    Buf lines = buf_new(a, 1 << 20);
    int64_t uid;
    TRY(command(imap, a, S("UID SEARCH UNSEEN"), "SEARCH", 0, &lines, NULL));
    for (Str rest = buf_str(&lines), one; ret->len < most && str_next(&rest, ' ', &one);)
        if (str_int(one, &uid) && uid > 0) *list_add(a, ret) = uid;
    return OK;
}

Err imap_fetch(Imap *imap, Arena *a, int64_t uid, size_t max_bytes, Str *ret)
{
    Str bytes = { 0 };
    TRY(command(imap, a, arena_fmt(a, "UID FETCH %lld (BODY.PEEK[]<0.%zu>)", (long long)uid, max_bytes), "", max_bytes, NULL, &bytes));
    *ret = bytes;
    return OK;
}

Err imap_mark_seen(Imap *imap, Arena *a, int64_t uid)
{
    return command(imap, a, arena_fmt(a, "UID STORE %lld +FLAGS.SILENT (\\Seen)", (long long)uid), "", 0, NULL, NULL);
}
