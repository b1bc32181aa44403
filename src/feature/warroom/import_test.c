#include <stdio.h>
#include <unistd.h>
#include "base/spec.h"
#include "base/time.h"
#include "document/zip.h"
#include "feature/warroom/import.h"

static Str utc(Arena *a, int64_t ms)
{
    char to[TIME_TEXT_MAX];
    return arena_str(a, str_of(time_rfc3339(ms, to)));
}

typedef struct Entry { const char *name, *text; } Entry;

static Str zipped(Arena *a, const Entry *all)
{
    FILE *f = tmpfile();
    if (!f) bug("no temporary file");
    ZipOut z = zip_begin(a, fileno(f), 1780000000000);
    for (; all->name; all++) zip_add(&z, str_of(all->name), str_of(all->text), ZIP_DEFLATE);
    int64_t n = 0;
    if (zip_end(&z, &n).info) bug("no zip");
    char *to = arena_bytes(a, (size_t)n + 1, 1);
    rewind(f);
    if (fread(to, 1, (size_t)n, f) != (size_t)n) bug("short read");
    fclose(f);
    return (Str){ to, (size_t)n };
}

static const Entry slack[] = {
    { "channels.json", "[{\"id\":\"C1\",\"name\":\"random\"},{\"id\":\"C2\",\"name\":\"inc-7-card-payments\"}]" },
    { "users.json", "[{\"id\":\"U1\",\"name\":\"ana\",\"profile\":{\"real_name\":\"Ana Lindqvist\",\"email\":\"ana@example.com\"}},{\"id\":\"U2\",\"name\":\"bo\",\"real_name\":\"Bo Tanaka\",\"profile\":{}}]" },
    { "random/2026-05-28.json", "[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"lunch?\",\"ts\":\"1780000000.000100\"}]" },
    { "inc-7-card-payments/2026-05-28.json",
      "[{\"type\":\"message\",\"subtype\":\"channel_join\",\"user\":\"U2\",\"text\":\"<@U2> has joined\",\"ts\":\"1780000000.000000\"},"
      "{\"type\":\"message\",\"user\":\"U2\",\"text\":\"yes &amp; <@U1> saw it in <https://grafana.example.com/d/1|the graph>\",\"ts\":\"1780000020.000200\",\"thread_ts\":\"1780000010.000100\"},"
      "{\"type\":\"message\",\"user\":\"U1\",\"text\":\"is it the *pool*? a &lt; b\",\"ts\":\"1780000010.000100\",\"thread_ts\":\"1780000010.000100\",\"edited\":{\"user\":\"U1\",\"ts\":\"1780000015.000000\"},"
      "\"pinned_to\":[\"C2\"],\"reactions\":[{\"name\":\"star\",\"users\":[\"U2\"],\"count\":1}],\"files\":[{\"name\":\"pool.png\",\"mimetype\":\"image/png\",\"size\":99,\"permalink\":\"https://acme.slack.com/files/1\"}]}]" },
    { "inc-7-card-payments/2026-06-30.json", "[{\"type\":\"message\",\"user\":\"U1\",\"text\":\"a month later\",\"ts\":\"1782806400.000100\"}]" },
    { 0 },
};

SPEC("chat import: a Slack export gives the channel of the incident with threads, edits, reactions, files and names")
{
    auto_arena a = arena_new(64 << 10);
    Chat c;
    expect_ok(chat_read(a, zipped(a, slack), &(ChatHow){ .hint = S("inc-7") }, &c));
    expect_str("slack", c.source);
    expect_str("C2", c.channel.id);
    expect_int(2, c.channels.len);
    expect_int(3, c.messages.len);
    expect_int(1, c.skipped);
    const ChatMessage *first = &c.messages.at[0], *reply = &c.messages.at[1];
    expect_str("is it the **pool**? a < b", first->text);
    expect_str("2026-05-28T20:26:50.000Z", utc(a, first->at_ms));
    expect_str("2026-05-28T20:26:55.000Z", utc(a, first->edited_ms));
    expect(first->pinned && !first->thread.len);
    expect_str("star", first->reactions.at[0].emoji);
    expect_str("pool.png", first->files.at[0].name);
    expect_str("1780000010.000100", reply->thread);
    expect_str("yes & @Ana Lindqvist saw it in the graph (https://grafana.example.com/d/1)", reply->text);
    list_each(&c.authors, i) if (str_eq(c.authors.at[i].key, S("U1"))) expect_str("ana@example.com", c.authors.at[i].email);
    expect_ok(chat_read(a, zipped(a, slack), &(ChatHow){ .channel = S("random"), .until_ms = 1779999999999 }, &c));
    expect_int(0, c.messages.len);
    expect_int(1, c.outside);
    expect_err(ERR_INVALID, chat_read(a, zipped(a, slack), &(ChatHow){ .channel = S("nowhere") }, &c));
}

SPEC("chat import: an export that would fill the memory is refused before it does")
{
    auto_arena a = arena_new(64 << 10);
    Chat c;
    Buf b = buf_new(a, 8 << 20);
    buf_byte(&b, '[');
    for (int i = 0; i < 1600000; i++) buf_add(&b, i ? S(",0") : S("0"));
    buf_byte(&b, ']');
    const Entry bomb[] = { { "channels.json", buf_str(&b).at }, { 0 } };
    expect_err(ERR_TOO_LARGE, chat_read(a, zipped(a, bomb), &(ChatHow){ 0 }, &c));
    expect_err(ERR_INVALID, chat_read(a, S("PK\x03\x04 no zip at all, only its first bytes"), &(ChatHow){ 0 }, &c));
    expect_err(ERR_INVALID, chat_read(a, S("{\"messages\":3}"), &(ChatHow){ 0 }, &c));
    expect_err(ERR_INVALID, chat_read(a, S("  \n"), &(ChatHow){ 0 }, &c));
}

SPEC("chat import: Mattermost's lines give posts, replies, reactions and files of one channel")
{
    auto_arena a = arena_new(16 << 10);
    Chat c;
    static const char lines[] =
        "{\"type\":\"version\",\"version\":1}\n"
        "{\"type\":\"channel\",\"channel\":{\"team\":\"acme\",\"name\":\"town-square\",\"display_name\":\"Town Square\"}}\n"
        "{\"type\":\"channel\",\"channel\":{\"team\":\"acme\",\"name\":\"inc-7\",\"display_name\":\"INC 7\"}}\n"
        "{\"type\":\"user\",\"user\":{\"username\":\"ana\",\"email\":\"ana@example.com\",\"first_name\":\"Ana\",\"last_name\":\"Lindqvist\"}}\n"
        "{\"type\":\"post\",\"post\":{\"team\":\"acme\",\"channel\":\"inc-7\",\"user\":\"ana\",\"message\":\"pool is full\",\"create_at\":1780000000000,\"edit_at\":1780000005000,"
        "\"reactions\":[{\"user\":\"bo\",\"emoji_name\":\"+1\",\"create_at\":1780000001000},{\"user\":\"ana\",\"emoji_name\":\"+1\",\"create_at\":1}],"
        "\"replies\":[{\"user\":\"bo\",\"message\":\"on it\",\"create_at\":1780000002000}],\"attachments\":[{\"path\":\"20260528/teams/x/pool.png\"}]}}\n"
        "{\"type\":\"post\",\"post\":{\"team\":\"acme\",\"channel\":\"town-square\",\"user\":\"bo\",\"message\":\"lunch\",\"create_at\":1780000000000}}\n";
    expect_ok(chat_read(a, str_of(lines), &(ChatHow){ .channel = S("inc-7") }, &c));
    expect_str("mattermost", c.source);
    expect_int(2, c.messages.len);
    expect_str("pool is full", c.messages.at[0].text);
    expect_int(2, c.messages.at[0].reactions.at[0].who.len);
    expect_str("pool.png", c.messages.at[0].files.at[0].name);
    expect_str(arena_cstr(a, c.messages.at[0].id), c.messages.at[1].thread);
    expect_str("Ana Lindqvist", c.authors.at[0].name);
    expect_err(ERR_INVALID, chat_read(a, S("{\"type\":\"version\"}\n{broken\n"), &(ChatHow){ 0 }, &c));
}

SPEC("chat import: Discord's JSON gives messages with their offsets, replies, pins and reactions")
{
    auto_arena a = arena_new(16 << 10);
    Chat c;
    static const char json[] =
        "{\"guild\":{\"id\":\"1\",\"name\":\"Acme\"},\"channel\":{\"id\":\"9\",\"name\":\"incidents\"},\"messages\":["
        "{\"id\":\"100\",\"type\":\"Default\",\"timestamp\":\"2026-05-28T22:26:40.123+02:00\",\"timestampEdited\":null,\"isPinned\":true,\"content\":\"is it down?\","
        "\"author\":{\"id\":\"5\",\"name\":\"ana\",\"nickname\":\"Ana\",\"isBot\":false},\"attachments\":[{\"id\":\"7\",\"url\":\"https://cdn.discordapp.com/a.png\",\"fileName\":\"a.png\",\"fileSizeBytes\":12}],"
        "\"reactions\":[{\"emoji\":{\"id\":\"\",\"name\":\"👀\"},\"count\":1,\"users\":[{\"id\":\"6\",\"name\":\"bo\"}]}]},"
        "{\"id\":\"101\",\"type\":\"GuildMemberJoin\",\"timestamp\":\"2026-05-28T22:27:00+02:00\",\"content\":\"joined\",\"author\":{\"id\":\"6\",\"name\":\"bo\"}},"
        "{\"id\":\"102\",\"type\":\"Reply\",\"timestamp\":\"2026-05-28T22:28:00+02:00\",\"content\":\"yes\",\"author\":{\"id\":\"6\",\"name\":\"bo\"},\"reference\":{\"messageId\":\"100\"}}]}";
    expect_ok(chat_read(a, str_of(json), &(ChatHow){ 0 }, &c));
    expect_int(2, c.messages.len);
    expect_str("2026-05-28T20:26:40.123Z", utc(a, c.messages.at[0].at_ms));
    expect(c.messages.at[0].pinned);
    expect_str("100", c.messages.at[1].thread);
    expect_int(1, c.skipped);
}

typedef struct Pasted { const char *text; int n; const char *author, *first, *at; } Pasted;

SPEC("chat import: a transcript is read however the tool wrote it to the clipboard")
{
    auto_arena a = arena_new(64 << 10);
    static const Pasted cases[] = {
        { "[14:03] Ana: it is the pool\n[14:04] Bo: which one?", 2, "Ana", "it is the pool", "2026-07-01T12:03:00.000Z" },
        { "14:03:20 <@ana> it is: the pool\n14:03:25 <bo> ok", 2, "ana", "it is: the pool", "2026-07-01T12:03:20.000Z" },
        { "2026-11-20 14:03 Ana Lindqvist: it is the pool\nand more of it\n", 1, "Ana Lindqvist", "it is the pool\nand more of it", "2026-11-20T13:03:00.000Z" },
        { "Ana Lindqvist  2:03 PM\nit is the pool\nsince 14:00\n\nBo Tanaka  2:05 PM\nok\n", 2, "Ana Lindqvist", "it is the pool\nsince 14:00", "2026-07-01T12:03:00.000Z" },
        { "Ana Lindqvist\n  2:03 PM\nit is the pool\nBo Tanaka\n  2:05 PM\nok\n", 2, "Ana Lindqvist", "it is the pool", "2026-07-01T12:03:00.000Z" },
        { "[14:03] Ana Lindqvist\nit is the pool\n[14:05] Bo Tanaka\nok", 2, "Ana Lindqvist", "it is the pool", "2026-07-01T12:03:00.000Z" },
        { "张三 14:03:20\n是连接池\n\n李四 14:04:00\n好的", 2, "张三", "是连接池", "2026-07-01T12:03:20.000Z" },
        { "[2026-11-20 14:03:20] 张三：是连接池", 1, "张三", "是连接池", "2026-11-20T13:03:20.000Z" },
        { "--- 2026-11-19 ---\n14:03 Ana: x", 1, "Ana", "x", "2026-11-19T13:03:00.000Z" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        Chat c;
        ChatHow how = { .zone = S("Europe/Berlin"), .day = { 2026, 7, 1, 0, 0, 0 } };
        expect_ok(chat_read(a, str_of(cases[k].text), &how, &c));
        expect_int(cases[k].n, c.messages.len);
        expect_str(cases[k].author, c.messages.at[0].author);
        expect_str(cases[k].first, c.messages.at[0].text);
        expect_str(cases[k].at, utc(a, c.messages.at[0].at_ms));
    }
    Chat none;
    expect_err(ERR_INVALID, chat_read(a, S("just some words\nwithout any time"), &(ChatHow){ 0 }, &none));
}

SPEC("chat import: a transcript over midnight and over the end of summer time keeps the order in which things were said")
{
    auto_arena a = arena_new(16 << 10);
    Chat c;
    ChatHow how = { .zone = S("Europe/Berlin"), .day = { 2026, 10, 24, 0, 0, 0 } };
    expect_ok(chat_read(a, S("23:58 Ana: late\n00:10 Bo: past midnight\n03:30 Ana: winter time\n"), &how, &c));
    expect_str("2026-10-24T21:58:00.000Z", utc(a, c.messages.at[0].at_ms));
    expect_str("2026-10-24T22:10:00.000Z", utc(a, c.messages.at[1].at_ms));
    expect_str("2026-10-25T02:30:00.000Z", utc(a, c.messages.at[2].at_ms));
}

SPEC("chat import: the same line five thousand times at one time is five thousand messages of one person, and again the same ones")
{
    auto_arena a = arena_new(16 << 10);
    Buf text = buf_new(a, 1 << 20);
    Chat c, again;
    ChatHow how = { .day = { 2026, 10, 24, 0, 0, 0 } };
    for (int i = 0; i < CHAT_MESSAGES_MOST; i++) buf_add(&text, S("14:03 Ana: retrying\n"));
    expect_ok(chat_read(a, buf_str(&text), &how, &c));
    expect_ok(chat_read(a, buf_str(&text), &how, &again));
    chat_name_pasted(a, S("i"), &c);
    chat_name_pasted(a, S("i"), &again);
    Map *ids = map_new(a);
    list_each(&c.messages, i) {
        map_set(ids, c.messages.at[i].id, &c.messages.at[i]);
        expect(str_eq(again.messages.at[i].id, c.messages.at[i].id));
    }
    expect_int(CHAT_MESSAGES_MOST, (int64_t)map_len(ids));
    expect_int(1, (int64_t)c.authors.len);
    expect_str("Ana", chat_author_get(&c, S("Ana"))->name);
}

SPEC("chat import: one file of a Slack export is read without the rest: threads out of order, who is mentioned, an old file")
{
    auto_arena a = arena_new(16 << 10);
    Chat c;
    Str text = S("[{\"type\":\"message\",\"user\":\"U1\",\"ts\":\"1772112471.400529\",\"text\":\"<@U1> asks <@U2>\",\"user_profile\":{\"real_name\":\"Petra\"}},"
                 "{\"user\":\"U2\",\"ts\":\"1772112400.000100\",\"thread_ts\":\"1772112471.400529\",\"text\":\"answered before\"},"
                 "{\"type\":\"message\",\"subtype\":\"channel_join\",\"user\":\"U2\",\"ts\":\"1772112300.000100\",\"text\":\"has joined\"},"
                 "{\"type\":\"message\",\"subtype\":\"file_share\",\"user\":\"U1\",\"ts\":\"1772112480.000100\",\"text\":\"shared\",\"file\":{\"name\":\"pool.md\",\"permalink\":\"https://x.slack.com/f\",\"size\":5755}}]");
    expect_ok(chat_read(a, text, &(ChatHow){ 0 }, &c));
    expect_str("slack", c.source);
    expect_int(3, (int64_t)c.messages.len);
    expect_int(1, c.skipped);
    expect_str("answered before", c.messages.at[0].text);
    expect_str("1772112471.400529", c.messages.at[0].thread);
    expect_str("@Petra asks @U2", c.messages.at[1].text);
    expect_str("pool.md", c.messages.at[2].files.at[0].name);
    expect_str("Petra", chat_author_get(&c, S("U1"))->name);
    expect(!chat_is_list(S("[14:03] Ana: {")));
}
