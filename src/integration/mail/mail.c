/* E-mail as alerts: by `hindsight mail` from an alias, or out of a mailbox that is looked into every minute. The subject is
 * the alert; words in it say how bad it is and whether it is over, as rules do that somebody wrote. What has the same
 * subject, apart from those words, is the same alert. */
#include "app/fold.h"
#include "base/utf8.h"
#include "integration/mail/mime.h"
#include "net/imap.h"
#include "port/alert_build.h"
#include "port/integration.h"

enum { RULES_MOST = 100, WORDS_MOST = 50, MESSAGES_MOST = 200, MESSAGE_BYTES = 2 << 20, LINES_READ = 60 };

/* ---- words of a subject */

/** Said in a subject these mean that it is over; the short ones only in capitals or in brackets, as machines write. */
static const char *const over[] = { "resolved", "recovered", "recovery", "cleared", "solved", "已恢复", "恢复", "已解决", NULL };
static const char *const over_loud[] = { "ok", "up", "closed", "clear", "normal", "end", "ended", NULL };
/** These say nothing about what it is, so they are no part of its key. */
static const char *const states[] = { "problem", "firing", "alert", "alarm", "triggered", "down", "critical", "crit", "warning", "warn", "error",
    "major", "minor", "fatal", "unknown", "new", "open", "opened", "告警", "警告", "严重", "紧急", NULL };

static bool among(const char *const *list, Str word)
{
    for (size_t i = 0; list[i]; i++)
        if (str_eq_nocase(word, str_of(list[i]))) return true;
    return false;
}

static bool is_mark(char c) { return strchr(" \t[](){}<>:;,|!?*", c) != NULL; }

static bool is_loud(Str word, char before, char after)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] >= 'a' && word.at[i] <= 'z') return before == '[' || before == '(' || after == ':';
    return true;
}

typedef struct Read { Buf key; bool resolved; Str severity; } Read;

/** "Re: [RESOLVED] CPU high on web-1" → key "cpu high on web-1", over. */
static void read_subject(Arena *a, Str subject, Read *ret)
{
    *ret = (Read){ .key = buf_new(a, 4000) };
    ret->severity = S("unknown");
    for (size_t i = 0, end; i < subject.len; i = end) {
        for (end = i; end < subject.len && !is_mark(subject.at[end]); end++) continue;
        if (end == i) { end++; continue; }
        Str word = str_sub(subject, i, end - i);
        char before = i ? subject.at[i - 1] : ' ', after = end < subject.len ? subject.at[end] : ' ';
        bool reply = after == ':' && (str_eq_nocase(word, S("re")) || str_eq_nocase(word, S("fwd")) || str_eq_nocase(word, S("fw")) || str_eq_nocase(word, S("aw")));
        bool ends = among(over, word) || (among(over_loud, word) && is_loud(word, before, after));
        ret->resolved |= ends;
        bool says_state = among(states, word);
        if (says_state && str_eq(ret->severity, S("unknown"))) ret->severity = alert_severity(word);
        if (reply || ends || says_state || str_eq(word, S("-"))) continue;
        if (ret->key.len) buf_byte(&ret->key, ' ');
        buf_add(&ret->key, word);
    }
}

/* ---- rules */

static bool rule_fits(Arena *a, const Json *rule, const Mail *m)
{
    Str field = json_str_at(rule, S("field")), part = json_str_at(rule, S("contains"));
    Str text = str_eq(field, S("body")) ? m->text : str_eq(field, S("from")) ? m->from : m->subject;
    return part.len && str_find(fold_key(a, text), fold_key(a, part)) >= 0;
}

/** Every rule that fits has its say, the first that says something about a thing wins. */
static void apply_rules(Arena *a, const Json *mapping, const Mail *m, AlertIn *in, bool *ret_ignored)
{
    bool has_severity = false, has_status = false;
    json_items(json_get(mapping, S("rules")), rule) {
        Str severity = json_str_at(rule, S("severity")), status = json_str_at(rule, S("status"));
        if (!rule_fits(a, rule, m)) continue;
        if (severity.len && !has_severity) { in->severity = alert_severity(severity); has_severity = true; }
        if (status.len && !has_status) {
            in->resolved = str_eq(status, S("resolved"));
            *ret_ignored = str_eq(status, S("ignored"));
            has_status = true;
        }
    }
    Str subject = fold_key(a, m->subject);
    json_items(json_get(mapping, S("resolve_words")), word)
        if (!has_status && json_str_of(word).len && str_find(subject, fold_key(a, json_str_of(word))) >= 0) in->resolved = true;
}

static Err check_rule(Arena *a, const Json *rule, size_t i)
{
    static const char *const fields[] = { "subject", "body", "from", NULL }, *const stati[] = { "firing", "resolved", "ignored", NULL };
    static const char *const severities[] = { "SEV-1", "SEV-2", "SEV-3", "SEV-4", NULL };
    struct { const char *name; const char *const *words; bool needed; } parts[] = {
        { "field", fields, true }, { "severity", severities, false }, { "status", stati, false } };
    for (size_t k = 0; k < 3; k++) {
        Str word = json_str_at(rule, str_of(parts[k].name)), field = arena_fmt(a, "mapping.rules[%zu].%s", i, parts[k].name);
        if ((word.len || parts[k].needed) && !among(parts[k].words, word)) return fail_field(a, field, STR_FMT " is none of the words that are known", STR_ARG(field));
    }
    Str field = arena_fmt(a, "mapping.rules[%zu].contains", i);
    Str part = json_str_at(rule, S("contains"));
    if (!part.len || part.len > 200) return fail_field(a, field, STR_FMT " must be 1 to 200 bytes of text", STR_ARG(field));
    return OK;
}

static Err check(Arena *a, Str text)
{
    const Json *m;
    size_t i = 0;
    TRY(json_read(a, text, &m));
    if (!json_is(m, JS_OBJECT)) return fail_field(a, S("mapping"), "mapping must be an object");
    json_members(m, x)
        if (!str_eq(x->name, S("rules")) && !str_eq(x->name, S("resolve_words")) && !str_eq(x->name, S("mailbox")))
            return fail_field(a, arena_fmt(a, "mapping." STR_FMT, STR_ARG(x->name)), "a mapping has rules, resolve_words and mailbox");
    if (json_count(json_get(m, S("rules"))) > RULES_MOST || json_count(json_get(m, S("resolve_words"))) > WORDS_MOST)
        return fail_field(a, S("mapping.rules"), "at most %d rules and %d words", RULES_MOST, WORDS_MOST);
    json_items(json_get(m, S("rules")), rule) TRY(check_rule(a, rule, i++));
    const Json *box = json_get(m, S("mailbox"));
    if (json_is_nothing(box)) return OK;
    if (!imap_url_is_good(json_str_at(box, S("url"))))
        return fail_field(a, S("mapping.mailbox.url"), "the address of a mailbox looks like imaps://imap.example.com/INBOX");
    if (!json_str_at(box, S("user")).len) return fail_field(a, S("mapping.mailbox.user"), "a mailbox needs a user name");
    return OK;
}

/* ---- a message as an alert */

/** "service: checkout" on a line of its own, for what people route by. */
static void labels_from_text(AlertLabels *labels, Str text)
{
    static const char *const names[] = { "service", "host", "environment", "env", "team", "region", "cluster", "component", "runbook", NULL };
    Str line;
    for (int n = 0; n < LINES_READ && str_next(&text, '\n', &line); n++) {
        Str name = str_trim(str_before(line, ':')), value = str_trim(str_after(line, ':'));
        if (value.len && among(names, name)) alert_labels_add(labels, fold_key(labels->arena, name), value);
    }
}

static Err decode(Arena *a, const SourceConfig *config, Str content_type, Str payload, AlertsIn *ret)
{
    (void)content_type;
    Mail m;
    Read read;
    AlertIn in = { .links = S("[]") };
    const Json *mapping = NULL;
    bool ignored = false;
    *ret = (AlertsIn){ 0 };
    mail_read(a, payload, &m);
    if (!m.subject.len && !m.from.len) return fail_field(a, S("Subject"), "this is no e-mail: it has neither Subject nor From");
    if (config->mapping.len) TRY(json_read(a, config->mapping, &mapping));
    read_subject(a, m.subject, &read);
    in.resolved = read.resolved;
    in.severity = read.severity;
    Str importance = mail_header(a, m.head, "Importance");
    if (str_eq(in.severity, S("unknown")) && str_eq_nocase(importance, S("high"))) in.severity = S("SEV-2");
    apply_rules(a, mapping, &m, &in, &ignored);
    if (ignored) return OK;
    Str key = fold_key(a, buf_str(&read.key));
    in.dedup_key = alert_key(a, key.len ? key : m.message_id.len ? m.message_id : alert_key_made(a, m.text));
    in.title = alert_line(a, m.subject.len ? m.subject : S("E-mail without a subject"), ALERT_TITLE_BYTES);
    in.description = alert_text(a, m.text);
    *(in.resolved ? &in.ended_ms : &in.started_ms) = m.sent_ms < 86400000 ? 0 : m.sent_ms;
    AlertLabels labels = { .arena = a };
    Buf note = buf_new(a, 1000);
    if (m.from.len) alert_labels_add(&labels, S("from"), m.from);
    Str list = mail_header(a, m.head, "List-Id");
    if (list.len) alert_labels_add(&labels, S("list"), list);
    labels_from_text(&labels, m.text);
    in.labels = alert_labels_end(&labels, &note);
    in.note = buf_str(&note);
    *list_add(a, ret) = in;
    return OK;
}

/* ---- the mailbox */

static Err collect(Cx *cx, const SourceConfig *config, Str secret, Err (*take)(Cx *cx, void *arg, Str payload), void *arg)
{
    const Json *mapping = NULL;
    if (config->mapping.len) TRY(json_read(cx->arena, config->mapping, &mapping));
    const Json *box = json_get(mapping, S("mailbox"));
    if (json_is_nothing(box)) return OK;
    ImapUids uids = { 0 };
    auto_imap imap = NULL;
    TRY(imap_open(cx->arena, json_str_at(box, S("url")), json_str_at(box, S("user")), secret, &imap));
    TRY(imap_unseen(imap, cx->arena, MESSAGES_MOST, &uids));
    list_each(&uids, i) {
        auto_arena own = arena_new(256 << 10);
        Cx each = *cx;
        Str message;
        each.arena = own;
        TRY(imap_fetch(imap, own, uids.at[i], MESSAGE_BYTES, &message));
        if (!message.len) continue;                             /* it was removed meanwhile */
        TRY(take(&each, arg, message));                        /* durable now, so that it may be marked */
        TRY(imap_mark_seen(imap, own, uids.at[i]));
    }
    return OK;
}

static const char instructions[] =
    "E-mail comes in one of two ways. In both the subject becomes the alert's title; what has the same subject is the same alert.\n"
    "\n"
    "**From a mail server.** On a machine that has the program, an alias hands every message over; Hindsight answers when it is stored, and a\n"
    "mail server keeps what it could not hand over. In `/etc/aliases`, with the last part of `{{url}}` as key:\n"
    "\n"
    "```sh\n"
    "alerts: \"|HINDSIGHT_SERVER=https://hindsight.example.com hindsight mail --to KEY\"\n"
    "```\n"
    "\n"
    "**Out of a mailbox.** Give its address (`imaps://imap.example.com/INBOX`), user and password below. Unread messages are taken in every\n"
    "minute, and marked as read once they are stored.\n"
    "\n"
    "Words in the subject say how bad it is (critical, warning …) and when it is over (resolved, recovered, `[OK]` …); rules say more.\n";

static const char sample[] =
    "From: Monitoring <monitoring@example.com>\r\nTo: alerts@example.com\r\nSubject: [CRITICAL] Test alert from Hindsight\r\n"
    "Message-ID: <{{id}}@example.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nCheckout answers 500.\r\nservice: checkout\r\n";

static const AlertSource source = {
    .kind = "mail",
    .title = "E-mail",
    .description = "E-mail from anything that can send it: through an alias, or out of a mailbox (IMAP).",
    .instructions = instructions,
    .sample = sample,
    .decode = decode,
    .secret = "Password of the mailbox.",
    .collect = collect,
    .check = check,
};

const Integration mail_integration = { .name = "mail", .alert_source = &source };
