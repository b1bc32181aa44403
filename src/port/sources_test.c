/* What holds of every source of alerts, by the table integrations.def. */
#include <dirent.h>
#include "port/given_alerts.h"

#define NOW "2026-11-10T14:07:30.000Z"

static Str replaced(Arena *a, Str in, Str what, Str by)
{
    Buf b = buf_new(a, 4 << 20);
    for (ptrdiff_t at; what.len && (at = str_find(in, what)) >= 0; in = str_sub(in, (size_t)at + what.len, in.len)) {
        buf_add(&b, str_sub(in, 0, (size_t)at));
        buf_add(&b, by);
    }
    buf_add(&b, in);
    return buf_str(&b);
}

static Str sample_of(Arena *a, const AlertSource *source) { return replaced(a, str_of(source->sample), S("{{now}}"), S(NOW)); }
static bool is_json(Str payload) { return str_starts(payload, S("{")); }

static Err decoded(Arena *a, const AlertSource *source, Str payload, AlertsIn *ret)
{
    SourceConfig config = { .name = S("test") };
    *ret = (AlertsIn){ 0 };
    return alerts_decode(a, source, &config, is_json(payload) ? S("application/json") : S("message/rfc822"), payload, ret);
}

/** Ill-formed text, control characters and what turns text around are never handed on. */
static bool is_tame(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F) return false;
    return true;
}

#define EACH_SOURCE(source) \
    for (size_t i_ = 0; integrations[i_]; i_++) \
        for (const AlertSource *source = integrations[i_]->alert_source; source && !source->changes; source = NULL)

SPEC("every source has words, steps that name its address, and a sample that it understands itself")
{
    auto_arena a = arena_new(4096);
    for (size_t i = 0; integrations[i]; i++) {
        const AlertSource *source = integrations[i]->alert_source;
        if (!source) continue;
        AlertsIn list;
        expect_str(integrations[i]->name, str_of(source->kind));
        expect(strlen(source->title) > 3 && strlen(source->description) > 20);
        expect_has("{{url}}", str_of(source->instructions));
        Str sample = sample_of(a, source);
        if (source->changes) {
            ChangesIn changes = { 0 };
            expect_ok(changes_as(a, source->kind, sample, &changes));
            expect(changes.len >= 1 && changes.at[0].started_ms + changes.at[0].ended_ms > 0);
            continue;
        }
        expect(!source->map != !source->decode);
        expect_ok(decoded(a, source, sample, &list));
        expect(list.len >= 1 && !list.at[0].resolved);
    }
}

SPEC("every source gives the same alerts for the same payload, so that a retry is known")
{
    auto_arena a = arena_new(4096);
    EACH_SOURCE(source) {
        AlertsIn first, again;
        expect_ok(decoded(a, source, sample_of(a, source), &first));
        expect_ok(decoded(a, source, sample_of(a, source), &again));
        expect_int(first.len, again.len);
        expect(first.at[0].dedup_key.len > 0 && str_eq(first.at[0].dedup_key, again.at[0].dedup_key));
        expect(str_eq(first.at[0].title, again.at[0].title) && str_eq(first.at[0].labels, again.at[0].labels));
    }
}

SPEC("every source passes over fields that it does not know, whatever stands in them")
{
    auto_arena a = arena_new(4096);
    EACH_SOURCE(source) {
        AlertsIn plain, more;
        Str sample = sample_of(a, source);
        if (!is_json(sample)) continue;
        Str with = arena_fmt(a, "{\"zz_new\":{\"deep\":[1,null,{\"x\":1794319650123456789}]},\"zz_big\":18446744073709551615," STR_FMT, (int)sample.len - 1, sample.at + 1);
        expect_ok(decoded(a, source, sample, &plain));
        expect_ok(decoded(a, source, with, &more));
        expect_int(plain.len, more.len);
        expect_str(arena_fmt(a, STR_FMT, STR_ARG(plain.at[0].dedup_key)).at, more.at[0].dedup_key);
    }
}

SPEC("every source takes hostile words as words: cut, on one line, without control characters, and the alert stays the same one")
{
    auto_arena a = arena_new(4096);
    size_t tried = 0;
    Buf long_text = buf_new(a, 200 << 10);
    for (int k = 0; k < 9000; k++) buf_add(&long_text, S("<b>\\u0007\\u2028\\nZ"));
    EACH_SOURCE(source) {
        AlertsIn plain, hostile;
        Str sample = sample_of(a, source);
        expect_ok(decoded(a, source, sample, &plain));
        Str title = plain.at[0].title;
        if (!is_json(sample) || title.len < 4 || str_find(sample, title) < 0 || str_eq(str_of(source->kind), S("cloudwatch")) || str_find(plain.at[0].dedup_key, title) >= 0) continue;
        expect_ok(decoded(a, source, replaced(a, sample, title, S("<script>alert(1)</script>\\u202e\\\"'; DROP TABLE alert;--\\u0000\\n${{x}}")), &hostile));
        expect_has("<script>alert(1)</script>", hostile.at[0].title);
        expect(is_tame(hostile.at[0].title));
        expect_ok(decoded(a, source, replaced(a, sample, title, buf_str(&long_text)), &hostile));
        expect(hostile.at[0].title.len <= ALERT_TITLE_BYTES && is_tame(hostile.at[0].title));
        expect(hostile.at[0].description.len <= ALERT_TEXT_BYTES);
        tried++;
    }
    expect(tried >= 12);
}

/** The payload without every member whose value is a time. */
static bool drop_times(json_t *v)
{
    json_t *one;
    const char *name;
    void *safe;
    size_t k;
    bool dropped = false;
    json_array_foreach(v, k, one) dropped |= drop_times(one);
    json_object_foreach_safe(v, safe, name, one) {
        int64_t ms;
        Str text = json_is_string(one) ? str_of(json_string_value(one)) : S("");
        bool number = json_is_number(one) && json_number_value(one) > 1.5e9;
        if (number || (text.len > 9 && (time_parse(text, &ms) || (str_int(text, &ms) && ms > 1500000000)))) {
            json_object_del(v, name);
            dropped = true;
        } else dropped |= drop_times(one);
    }
    return dropped;
}

SPEC("every source does without times: the alert fires all the same, and begins when it came")
{
    auto_arena a = arena_new(4096);
    size_t tried = 0;
    EACH_SOURCE(source) {
        json_t *payload;
        AlertsIn list;
        Str sample = sample_of(a, source);
        if (!is_json(sample) || str_eq(str_of(source->kind), S("cloudwatch"))) continue;      /* its alarm is text within text; see its own spec */
        expect_ok(json_parse(a, sample, &payload));
        if (!drop_times(payload)) continue;
        expect_ok(decoded(a, source, json_text(a, payload), &list));
        expect(list.len >= 1 && !list.at[0].resolved && list.at[0].dedup_key.len > 0);
        tried++;
    }
    expect(tried >= 15);
}

SPEC("every source names what is wrong with a payload that is none of its own, or finds nothing to tell in it; a piece of one is refused")
{
    auto_arena a = arena_new(4096);
    static const char *const strange[] = { "{}", "[]", "null", "7", "\"x\"", "{\"alerts\":{}}", "{\"alerts\":[7]}", "{\"event\":null,\"data\":[],\"alert\":\"x\"}", "[[[[[[]]]]]]" };
    EACH_SOURCE(source) {
        AlertsIn list;
        Str sample = sample_of(a, source);
        if (!is_json(sample)) continue;
        for (size_t k = 0; k < sizeof strange / sizeof *strange; k++) {
            Err e = alerts_decode(a, source, &(SourceConfig){ .name = S("test") }, S("application/json"), str_of(strange[k]), &(AlertsIn){ 0 });
            expect(!e.info || (e.info->kind == ERR_INVALID && e.info->message.len > 0));
        }
        if (str_eq(str_of(source->kind), S("cloudwatch"))) continue;                          /* plain text that is published is an alert, too */
        expect(decoded(a, source, str_sub(sample, 0, sample.len / 2), &list).info != NULL);
    }
}

/** Every number of three digits or more that is part of the alert's key, made larger than a double can tell. */
SPEC("every source keeps keys apart that a double would take for the same number")
{
    auto_arena a = arena_new(4096);
    size_t tried = 0;
    EACH_SOURCE(source) {
        AlertsIn plain, one, two;
        Str sample = sample_of(a, source);
        expect_ok(decoded(a, source, sample, &plain));
        Str key = plain.at[0].dedup_key;
        for (size_t i = 1, n; is_json(sample) && i < sample.len; i += n) {
            for (n = 0; i + n < sample.len && sample.at[i + n] >= '0' && sample.at[i + n] <= '9'; n++);
            char before = sample.at[i - 1], after = sample.at[i + n];
            if (!n || (before != ':' && before != ' ') || (after != ',' && after != '}')) { n += !n; continue; }
            Str digits = str_sub(sample, i, n);
            if (str_find(key, digits) < 0) continue;
            Str rest = str_sub(sample, i + n, sample.len);
            expect_ok(decoded(a, source, arena_fmt(a, STR_FMT "9007199254740993" STR_FMT, (int)i, sample.at, STR_ARG(rest)), &one));
            expect_ok(decoded(a, source, arena_fmt(a, STR_FMT "9007199254740992" STR_FMT, (int)i, sample.at, STR_ARG(rest)), &two));
            if (str_find(one.at[0].dedup_key, S("900719925474099")) < 0) continue;
            expect(!str_eq(one.at[0].dedup_key, two.at[0].dedup_key));
            tried++;
        }
    }
    expect(tried >= 2);
}

/** Sources whose notices have no end, by their nature: a saved search or a rule that matched. */
static bool has_no_end(Str kind)
{
    static const char *const all[] = { "splunk", "elastalert", "graylog", "cloudevents", "generic" };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (str_eq(kind, str_of(all[k]))) return true;
    return false;
}

SPEC("of every source that tells ends there are recorded ones, and each has the key of a beginning")
{
    auto_arena a = arena_new(4096);
    EACH_SOURCE(source) {
        Str began = S("\n");
        LIST(Str) ended = { 0 };
        const char *folder = arena_fmt(a, "src/integration/%s/fixtures", source->kind).at;
        DIR *d = opendir(folder);
        expect(d != NULL);
        for (struct dirent *f; (f = readdir(d));) {
            AlertsIn list;
            if (*f->d_name == '.' || strstr(f->d_name, ".mapping.")) continue;
            if (decoded(a, source, given_file(a, arena_fmt(a, "%s/%s", folder, f->d_name).at), &list).info) continue;
            list_each(&list, k) {
                const AlertIn *in = &list.at[k];
                if (in->resolved) *list_add(a, &ended) = in->dedup_key;
                else if (!in->is_remark) began = arena_fmt(a, STR_FMT STR_FMT "\n", STR_ARG(began), STR_ARG(in->dedup_key));
            }
        }
        closedir(d);
        expect(began.len > 1);
        if (!ended.len && !has_no_end(str_of(source->kind))) fprintf(stderr, "no end of %s\n", source->kind);
        expect(ended.len > 0 || has_no_end(str_of(source->kind)));
        size_t met = 0;
        list_each(&ended, k) met += str_find(began, arena_fmt(a, "\n" STR_FMT "\n", STR_ARG(ended.at[k]))) >= 0;
        if (ended.len && !met && !has_no_end(str_of(source->kind))) fprintf(stderr, "ends of %s fit no beginning\n", source->kind);
        expect(!ended.len || met > 0 || has_no_end(str_of(source->kind)));
    }
}
