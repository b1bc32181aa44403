#include "port/mask.h"
#include "base/buf.h"
#include "net/addr.h"

static bool ch_digit(char c) { return c >= '0' && c <= '9'; }
static bool ch_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool ch_word(char c) { return ch_digit(c) || ch_alpha(c) || c == '_'; }
static char low(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static char at(Str s, size_t i) { return i < s.len ? s.at[i] : 0; }

static bool is_here(Str s, size_t i, const char *word)
{
    size_t k = 0;
    while (word[k] && low(at(s, i + k)) == word[k]) k++;
    return !word[k];
}

static Str placeholder(Mask *m, const char *kind, int *n, Str original)
{
    list_each(&m->all, i) if (str_eq(m->all.at[i].original, original)) return m->all.at[i].placeholder;
    Masked *x = list_add(m->arena, &m->all);
    *x = (Masked){ arena_fmt(m->arena, "[%s-%d]", kind, ++*n), arena_str(m->arena, original) };
    return x->placeholder;
}

/* ---- secrets */

static bool is_secret_char(char c) { return ch_word(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '.' || c == '~'; }

static size_t token_end(Str s, size_t i) { while (is_secret_char(at(s, i))) i++; while (i && s.at[i - 1] == '.') i--; return i; }

/** What stands behind "password=", "token: ", "api_key":". The value's end, its start in `ret`. 0: none. */
static size_t assigned(Str s, size_t i, size_t *ret)
{
    static const char *const names[] = { "password", "passwd", "passphrase", "pwd", "secret", "token", "api_key", "api-key", "apikey", "access_key", "access-key", "private_key",
        "client_secret", "credential", "authorization", "密码", "口令", "密钥", NULL };
    for (size_t k = 0; names[k]; k++) {
        if (!is_here(s, i, names[k])) continue;
        size_t j = i + strlen(names[k]);
        while (ch_word(at(s, j)) || at(s, j) == '-') j++;
        while (at(s, j) == '"' || at(s, j) == '\'' || at(s, j) == ' ') j++;
        bool wide = is_here(s, j, "：");
        if (at(s, j) != '=' && at(s, j) != ':' && !wide) continue;
        j += wide ? 3 : 1;
        while (at(s, j) == ' ' || at(s, j) == '"' || at(s, j) == '\'') j++;
        if (is_here(s, j, "bearer ") || is_here(s, j, "basic ")) j += is_here(s, j, "basic ") ? 6 : 7;
        size_t end = j;
        while (end < s.len && !strchr(" \t\n\"',;)}]&", s.at[end])) end++;
        if (end - j < 3) continue;
        *ret = j;
        return end;
    }
    return 0;
}

static size_t prefixed(Str s, size_t i)
{
    static const char *const starts[] = { "akia", "asia", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xapp-", "sk-", "sk_live_", "sk_test_", "rk_live_", "aiza",
        "glpat-", "hvs.", "dop_v1_", "npm_", "pypi-", "eyj", "ya29.", "shpat_", "sg.", NULL };
    if (i && ch_word(s.at[i - 1])) return 0;
    for (size_t k = 0; starts[k]; k++) {
        if (!is_here(s, i, starts[k])) continue;
        size_t end = token_end(s, i);
        if (end - i >= 16) return end;
    }
    return 0;
}

/** Long, of one piece, with letters of both cases or only hex, and digits: nobody writes such words. UUIDs are names of things. */
static size_t random_looking(Str s, size_t i)
{
    if (i && is_secret_char(s.at[i - 1])) return 0;
    size_t end = i, digits = 0, upper = 0, lower = 0, dashes = 0, marks = 0;
    while (is_secret_char(at(s, end))) {
        char c = s.at[end++];
        digits += ch_digit(c);
        upper += c >= 'A' && c <= 'Z';
        lower += c >= 'a' && c <= 'z';
        dashes += c == '-';
        marks += c == '/' || c == '.';
    }
    size_t n = end - i;
    bool uuid = n == 36 && dashes == 4;
    if (n < 32 || uuid || digits < 4 || marks > 2) return 0;
    return (upper > 3 && lower > 3) || (n >= 40 && digits + upper + lower == n) ? end : 0;
}

static size_t pem(Str s, size_t i)
{
    if (!is_here(s, i, "-----begin ")) return 0;
    ptrdiff_t end = str_find(str_sub(s, i + 11, s.len), S("-----END "));
    if (end < 0) return s.len;
    ptrdiff_t last = str_find(str_sub(s, i + 11 + (size_t)end + 9, s.len), S("-----"));
    return last < 0 ? s.len : i + 11 + (size_t)end + 9 + (size_t)last + 5;
}

/** The password of scheme://user:password@host; its start in `ret`. */
static size_t in_address(Str s, size_t i, size_t *ret)
{
    if (!is_here(s, i, "://")) return 0;
    size_t colon = 0, j = i + 3;
    for (; j < s.len && s.at[j] != '/' && s.at[j] != ' ' && s.at[j] != '@'; j++) if (s.at[j] == ':' && !colon) colon = j;
    if (at(s, j) != '@' || !colon || j - colon < 2) return 0;
    *ret = colon + 1;
    return j;
}

/* ---- addresses */

static size_t email(Str s, size_t i)
{
    if (i && (ch_word(s.at[i - 1]) || s.at[i - 1] == '.' || s.at[i - 1] == '@')) return 0;
    size_t j = i;
    while (ch_word(at(s, j)) || (at(s, j) && strchr(".+-%", at(s, j)))) j++;
    if (j == i || at(s, j) != '@') return 0;
    size_t host = ++j, dots = 0;
    while (ch_word(at(s, j)) || at(s, j) == '-' || (at(s, j) == '.' && ch_word(at(s, j + 1)))) dots += s.at[j++] == '.';
    return j > host && dots ? j : 0;
}

static size_t ip(Str s, size_t i)
{
    Addr addr;
    if (i && (ch_word(s.at[i - 1]) || s.at[i - 1] == '.' || s.at[i - 1] == ':')) return 0;
    size_t j = i, dots = 0, colons = 0;
    while (ch_digit(at(s, j)) || at(s, j) == '.' || at(s, j) == ':' || (low(at(s, j)) >= 'a' && low(at(s, j)) <= 'f')) { dots += s.at[j] == '.'; colons += s.at[j] == ':'; j++; }
    if (dots == 3 && colons == 1) j = i + (size_t)str_index(str_sub(s, i, j - i), ':');        /* a port */
    while (j > i && (s.at[j - 1] == '.' || s.at[j - 1] == ':')) j--;
    if (ch_word(at(s, j)) || (dots < 3 && colons < 2)) return 0;
    return addr_parse(str_sub(s, i, j - i), &addr) ? j : 0;
}

/* ---- names */

static bool is_name_at(Str s, size_t i, Str name)
{
    if (i + name.len > s.len || memcmp(s.at + i, name.at, name.len)) return false;
    if (!ch_word(name.at[0])) return true;
    return (!i || !ch_word(s.at[i - 1])) && !ch_word(at(s, i + name.len));
}

/** The whole name, else one of its parts ("Maria" of "Maria Lopez"). */
static size_t person(const Mask *m, Str s, size_t i)
{
    size_t best = 0;
    list_each(&m->people, k) {
        Str name = m->people.at[k], rest = name, part;
        if (name.len < 2 || best >= name.len) continue;
        if (is_name_at(s, i, name)) { best = name.len; continue; }
        while (str_next(&rest, ' ', &part))
            if (part.len >= 3 && part.len > best && is_name_at(s, i, part)) best = part.len;
    }
    return best ? i + best : 0;
}

/** Could a name begin here? Saves looking at all names behind every letter. */
static bool may_be_name(Str s, size_t i)
{
    return ((unsigned char)s.at[i] >= 0x80 || (s.at[i] >= 'A' && s.at[i] <= 'Z') || ch_alpha(s.at[i])) && (!i || !ch_word(s.at[i - 1]));
}

Str mask_text(Mask *m, Str s)
{
    Buf b = buf_new(m->arena, 4 * s.len + 64);
    for (size_t i = 0; i < s.len;) {
        size_t from = i, end;
        const char *kind = "SECRET";
        int *n = &m->secrets;
        if ((end = pem(s, i)) || (end = assigned(s, i, &from)) || (end = in_address(s, i, &from)) || (end = prefixed(s, i)) || (end = random_looking(s, i))) ;
        else if (m->addresses && (end = email(s, i))) { kind = "EMAIL"; n = &m->emails; }
        else if (m->addresses && (end = ip(s, i))) { kind = "IP"; n = &m->ips; }
        else if (m->names && may_be_name(s, i) && (end = person(m, s, i))) { kind = "PERSON"; n = &m->persons; }
        if (!end) { buf_byte(&b, s.at[i++]); continue; }
        buf_add(&b, str_sub(s, i, from - i));
        buf_add(&b, placeholder(m, kind, n, str_sub(s, from, end - from)));
        i = end;
    }
    return arena_str(m->arena, buf_str(&b));
}

Str mask_back(const Mask *m, Str s)
{
    Buf b = buf_new(m->arena, 8 << 20);
    for (size_t i = 0; i < s.len;) {
        const Masked *hit = NULL;
        size_t len = 0;
        for (size_t k = 0; k < m->all.len && (s.at[i] == '[' || (s.at[i] >= 'A' && s.at[i] <= 'Z')); k++) {
            Str whole = m->all.at[k].placeholder, bare = str_sub(whole, 1, whole.len - 2);
            if (str_starts(str_sub(s, i, s.len), whole)) { hit = &m->all.at[k]; len = whole.len; }
            else if (str_starts(str_sub(s, i, s.len), bare) && !ch_word(at(s, i + bare.len)) && (!i || !ch_word(s.at[i - 1]))) { hit = &m->all.at[k]; len = bare.len; }
        }
        if (!hit) { buf_byte(&b, s.at[i++]); continue; }
        buf_add(&b, hit->original);
        i += len;
    }
    return arena_str(m->arena, buf_str(&b));
}
