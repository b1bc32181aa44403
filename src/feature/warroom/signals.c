/* Which messages matter, by what they say themselves. Tables of phrases: what is found can be looked up here. */
#include "app/fold.h"
#include "base/utf8.h"
#include "feature/warroom/rules.h"

typedef struct Phrase { const char *text, *reason, *kind; } Phrase;

/** Folded; a phrase of letters matches whole words only. */
static const Phrase phrases[] = {
    { "decision:", "decision", "decision" }, { "decided to", "decision", "decision" }, { "we decide", "decision", "decision" },
    { "let's roll back", "decision", "decision" }, { "let us roll back", "decision", "decision" }, { "let's fail over", "decision", "decision" },
    { "let's revert", "decision", "decision" }, { "we will roll back", "decision", "decision" }, { "we are going to", "decision", "decision" },
    { "we're going to", "decision", "decision" }, { "决定", "decision", "decision" }, { "我们先回滚", "decision", "decision" },
    { "rolled back", "state", "action_taken" }, { "rolling back", "state", "action_taken" }, { "rollback done", "state", "action_taken" },
    { "reverted", "state", "action_taken" }, { "failed over", "state", "action_taken" }, { "failing over", "state", "action_taken" },
    { "restarted", "state", "action_taken" }, { "scaled up", "state", "action_taken" }, { "disabled the flag", "state", "action_taken" },
    { "turned off", "state", "action_taken" }, { "deployed the fix", "state", "action_taken" }, { "hotfix is out", "state", "action_taken" },
    { "back to normal", "state", "note" }, { "errors are gone", "state", "note" }, { "recovered", "state", "note" },
    { "is mitigated", "state", "note" }, { "is resolved", "state", "note" }, { "all clear", "state", "note" }, { "is down", "state", "note" },
    { "root cause", "state", "hypothesis" }, { "已回滚", "state", "action_taken" }, { "回滚完成", "state", "action_taken" },
    { "已重启", "state", "action_taken" }, { "已切换", "state", "action_taken" }, { "已扩容", "state", "action_taken" },
    { "已恢复", "state", "note" }, { "恢复正常", "state", "note" }, { "已缓解", "state", "note" }, { "根因", "state", "hypothesis" }, { 0 },
};

static bool is_word(Str s, size_t i)
{
    if (i >= s.len) return false;
    unsigned char c = (unsigned char)s.at[i];
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool says(Str folded, Str phrase)
{
    for (size_t from = 0; from < folded.len;) {
        ptrdiff_t at = str_find(str_sub(folded, from, folded.len), phrase);
        if (at < 0) return false;
        size_t i = from + (size_t)at, end = i + phrase.len;
        bool begins = !is_word(phrase, 0) || i == 0 || !is_word(folded, i - 1);
        bool ends = !is_word(phrase, phrase.len - 1) || !is_word(folded, end);
        if (begins && ends) return true;
        from = i + 1;
    }
    return false;
}

/* ---- links */

static const char *const graph_hosts[] = { "grafana", "datadog", "kibana", "newrelic", "prometheus", "cloudwatch", "sentry", "honeycomb",
    "lightstep", "splunk", "dynatrace", "chronograf", "graphite", "victoriametrics", "opensearch", "signoz", "lookerstudio", NULL };
static const char *const graph_paths[] = { "/d/", "/d-solo/", "/dashboard", "/explore", "/graph", "/metrics", "/app/kibana", "/app/discover",
    "/render/", "/panel", NULL };
static const char *const change_paths[] = { "/pull/", "/commit/", "/merge_requests/", "/compare/", "/releases/", "/deployments/", "/pipelines/", NULL };

static bool any_in(Str text, const char *const *parts)
{
    for (; *parts; parts++)
        if (str_find(text, str_of(*parts)) >= 0) return true;
    return false;
}

static Str host_of(Str url)
{
    Str rest = str_sub(url, (size_t)str_find(url, S("://")) + 3, url.len);
    return str_before(str_before(rest, '/'), '?');
}

bool link_is_graph(Str url)
{
    Str host = host_of(url), path = str_sub(url, (size_t)(host.at - url.at) + host.len, url.len);
    return any_in(host, graph_hosts) || any_in(path, graph_paths);
}

enum { LINKS_MAX = 10, LINK_BYTES = 2000 };

Strs links_of(Arena *a, Str text)
{
    Strs all = { 0 };
    for (size_t i = 0; i + 8 < text.len && all.len < LINKS_MAX; i++) {
        Str here = str_sub(text, i, text.len);
        if (!str_starts(here, S("https://")) && !str_starts(here, S("http://"))) continue;
        size_t n = 0;
        while (n < here.len && (unsigned char)here.at[n] > ' ' && (unsigned char)here.at[n] < 0x80 && !strchr("<>\"|`", here.at[n])) n++;
        while (n && strchr(".,;:!?)'*_", here.at[n - 1])) n--;
        if (n > 10 && n <= LINK_BYTES) *list_add(a, &all) = str_sub(here, 0, n);
        i += n;
    }
    return all;
}

/* ---- all of them */

static void add(Arena *a, ProposalReasons *to, const char *reason, Str detail)
{
    list_each(to, i) if (str_eq(to->at[i].reason, str_of(reason))) return;
    *list_add(a, to) = (ProposalReason){ str_of(reason), utf8_clip(detail, 200) };
}

void signals_of(Arena *a, const Message *m, ProposalReasons *ret, Str *ret_kind)
{
    Str folded = fold_key(a, m->body), kind = S("");
    for (const Phrase *p = phrases; p->text; p++) {
        if (!says(folded, str_of(p->text))) continue;
        add(a, ret, p->reason, str_of(p->text));
        if (!kind.len) kind = str_of(p->kind);
    }
    Strs links = links_of(a, m->body);
    list_each(&links, i) {
        bool graph = link_is_graph(links.at[i]);
        if (!graph && !any_in(links.at[i], change_paths)) continue;
        add(a, ret, graph ? "graph" : "link", links.at[i]);
        if (graph && !kind.len) kind = S("graph");
    }
    list_each(&m->files, i)
        if (str_eq(m->files.at[i].kind, S("image")) || (str_eq(m->files.at[i].kind, S("file")) && str_starts(m->files.at[i].type, S("image/")))) {
            add(a, ret, "image", m->files.at[i].name);
            if (!kind.len) kind = S("graph");
        }
    *ret_kind = kind.len ? kind : S("message");
}

static const char *const empty_words[] = { "this", "that", "with", "from", "have", "were", "when", "then", "than", "they", "them", "there",
    "what", "which", "because", "after", "before", "into", "over", "some", "more", "most", "been", "being", "does", "will", "would", "could",
    "should", "about", "also", "only", "just", "very", "your", "ours", "their", "caused", "cause", "root", NULL };

static void keep_word(Arena *a, Strs *to, Str word)
{
    if (word.len < 4) return;
    for (size_t i = 0; empty_words[i]; i++) if (str_eq(word, str_of(empty_words[i]))) return;
    for (size_t i = 0; i < to->len; i++) if (str_eq(to->at[i], word)) return;
    if (to->len < 40) *list_add(a, to) = word;
}

Strs words_that_matter(Arena *a, Str text)
{
    Strs all = { 0 };
    Str s = fold_key(a, text);
    size_t begin = 0, han = 0;
    for (size_t i = 0, w; i < s.len; i += w) {
        uint32_t c = utf8_next(s, i, &w);
        bool letter = c < 0x80 && is_word(s, i), is_han = c >= 0x4e00 && c <= 0x9fff;
        if (!letter) { keep_word(a, &all, str_sub(s, begin, i - begin)); begin = i + w; }
        if (is_han && han) keep_word(a, &all, str_sub(s, i - han, han + w));
        han = is_han ? w : 0;
    }
    keep_word(a, &all, str_sub(s, begin, s.len - begin));
    return all;
}
