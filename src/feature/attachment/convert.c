/* hindsight-image: a picture in, a picture that we made ourselves out. */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "feature/attachment/convert.h"
#include "feature/attachment/helper.h"

static Err outcome(Arena *a, int status, Str said, Converted *ret)
{
    if (!WIFEXITED(status))
        return fail_field(a, S("body"), "the picture takes too much time or memory to read");
    switch (WEXITSTATUS(status)) {
    case 0: break;
    case 2: return fail_field(a, S("body"), STR_FMT, STR_ARG(said));
    case 3: return fail(a, ERR_TOO_LARGE, STR_FMT, STR_ARG(said));
    default: return fail(a, ERR_UNAVAILABLE, "the picture could not be converted: " STR_FMT, STR_ARG(said));
    }
    Str rest = said, line, format, width, height;
    while (str_next(&rest, '\n', &line)) {}                  /* the last line; libraries may warn before */
    rest = line;
    if (!str_next(&rest, ' ', &format) || !str_next(&rest, ' ', &width) || !str_next(&rest, ' ', &height)
        || !str_int(width, &ret->width) || !str_int(height, &ret->height))
        return fail(a, ERR_INTERNAL, "hindsight-image said \"" STR_FMT "\"", STR_ARG(said));
    ret->format = format;
    return OK;
}

static Err convert(Arena *a, Str folder, const char *how, Str upload, Converted *ret)
{
    auto_fd in = -1, out = -1;
    int status = 0;
    Str said;
    struct stat s;
    TRY(helper_scratch(a, folder, &in));
    TRY(helper_scratch(a, folder, &out));
    TRY(helper_write(a, in, upload));
    TRY(helper_run(a, "hindsight-image", how, in, out, &status, &said));
    TRY(outcome(a, status, said, ret));
    if (fstat(out, &s) != 0 || s.st_size <= 0 || lseek(out, 0, SEEK_SET) < 0)
        return fail(a, ERR_UNAVAILABLE, "cannot read the converted picture");
    ret->bytes = s.st_size;
    ret->fd = out;
    out = -1;
    return OK;
}

Err image_convert(Arena *a, Str folder, Str upload, Converted *ret) { return convert(a, folder, NULL, upload, ret); }
Err image_convert_plain(Arena *a, Str folder, Str picture, Converted *ret) { return convert(a, folder, "plain", picture, ret); }
