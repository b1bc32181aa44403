#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/spec.h"
#include "document/zip.h"

static int given_a_file(void)
{
    char name[] = "/tmp/hindsight-zip-XXXXXX";
    int fd = mkstemp(name);
    if (fd < 0) bug("mkstemp");
    unlink(name);
    return fd;
}

static Str read_back(Arena *a, int fd, int64_t n)
{
    char *to = arena_bytes(a, (size_t)n + 1, 1);
    if (pread(fd, to, (size_t)n, 0) != n) bug("pread");
    close(fd);
    return (Str){ to, (size_t)n };
}

static Str given_an_archive(Arena *a)
{
    int64_t n;
    int fd = given_a_file();
    ZipOut z = zip_begin(a, fd, 1794330000000);
    Buf zeros = buf_new(a, 1 << 20);
    for (int i = 0; i < 100000; i++) buf_byte(&zeros, 'a');
    zip_add(&z, S("PM-7.md"), S("# Title\n"), ZIP_DEFLATE);
    zip_add(&z, S("图片/一.png"), S("\x89PNG bytes"), ZIP_STORED);
    zip_add(&z, S("empty"), S(""), ZIP_DEFLATE);
    zip_add(&z, S("large"), buf_str(&zeros), ZIP_DEFLATE);
    if (zip_end(&z, &n).info) bug("zip_end");
    return read_back(a, fd, n);
}

SPEC("what is put into a zip comes out of it, with Chinese names and packed bytes")
{
    auto_arena a = arena_new(4096);
    Str bytes = given_an_archive(a), text;
    Zip z;
    expect(bytes.len < 2000);
    expect_ok(zip_read(a, bytes, 1 << 20, &z));
    expect_int(4, z.entries.len);
    expect_ok(zip_unpack(&z, zip_find(&z, S("PM-7.md")), &text));
    expect_str("# Title\n", text);
    expect_ok(zip_unpack(&z, zip_find(&z, S("图片/一.png")), &text));
    expect_str("\x89PNG bytes", text);
    expect_ok(zip_unpack(&z, zip_find(&z, S("empty")), &text));
    expect_int(0, text.len);
    expect_ok(zip_unpack(&z, zip_find(&z, S("large")), &text));
    expect_int(100000, text.len);
    expect(zip_find(&z, S("none")) == NULL);
    expect(str_eq(bytes, given_an_archive(a)));                     /* the same content, the same bytes */
}

SPEC("a zip that would unpack to more than is allowed is refused before it is unpacked")
{
    auto_arena a = arena_new(4096);
    Zip z;
    Str text;
    expect_ok(zip_read(a, given_an_archive(a), 99999, &z));
    expect_err(ERR_TOO_LARGE, zip_unpack(&z, zip_find(&z, S("large")), &text));
    expect_ok(zip_unpack(&z, zip_find(&z, S("PM-7.md")), &text));
}

SPEC("a zip that is cut short or changed anywhere is refused or read, never more")
{
    auto_arena a = arena_new(4096);
    Str whole = given_an_archive(a), text;
    char *copy = (char *)arena_str(a, whole).at;
    for (size_t cut = 0; cut < whole.len; cut += 7) {
        Zip z;
        if (!zip_read(a, str_sub(whole, 0, cut), 1 << 20, &z).info) list_each(&z.entries, i) (void)zip_unpack(&z, &z.entries.at[i], &text).info;
    }
    for (size_t at = 0; at < whole.len; at++) {
        Zip z;
        copy[at] ^= 0x55;
        if (!zip_read(a, (Str){ copy, whole.len }, 1 << 20, &z).info) list_each(&z.entries, i) (void)zip_unpack(&z, &z.entries.at[i], &text).info;
        copy[at] ^= 0x55;
    }
    Zip z;
    expect_err(ERR_INVALID, zip_read(a, S("no zip at all"), 1 << 20, &z));
}
