/* hindsight-image: turns an uploaded picture into one that we made ourselves. A program of its own, so that the server links
 * no decoder and a decoder that is attacked is alone: no network, no other programs, little memory, little time.
 *
 *      hindsight-image [plain] < upload > picture      2> one line: "png 640 480", or why not
 *
 * png, jpeg, webp and gif come in (told by their bytes, never by their name); png, jpeg and webp go out, turned upright,
 * in sRGB, without any metadata; with `plain` only png and jpeg go out, of the first frame, for formats that know no others. At most 50 megapixels over all frames. Exit: 0 done · 2 no such picture · 3 too large · 1 other. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>
#include "image/cage.h"

#define MOST_IN     (20 << 20)
#define MOST_PIXELS 50000000.0
#define MOST_SIDE   20000
#define MOST_FRAMES 200

enum { DONE = CAGE_DONE, OTHER = CAGE_OTHER, NO_PICTURE = CAGE_INVALID, TOO_LARGE = CAGE_TOO_LARGE };

typedef struct Format { const char *name, *magic, *loader; size_t magic_len, magic_at; } Format;
static const Format formats[] = {
    { "png", "\x89PNG\r\n\x1a\n", "pngload_buffer", 8, 0 }, { "jpeg", "\xff\xd8\xff", "jpegload_buffer", 3, 0 },
    { "webp", "WEBP", "webpload_buffer", 4, 8 }, { "gif", "GIF8", "gifload_buffer", 4, 0 }, { 0 },
};

#define stop cage_stop

static unsigned char *read_all(size_t *ret_len)
{
    unsigned char *all = malloc(MOST_IN + 1);
    size_t len = 0;
    if (!all) stop(OTHER, "out of memory");
    for (ssize_t n; (n = read(STDIN_FILENO, all + len, MOST_IN + 1 - len)) != 0; len += (size_t)n) {
        if (n < 0 && errno == EINTR) { n = 0; continue; }
        if (n < 0) stop(OTHER, "cannot read the upload");
        if (len + (size_t)n > MOST_IN) stop(TOO_LARGE, "the picture is over 20 MiB");
    }
    *ret_len = len;
    return all;
}

static const Format *format_of(const unsigned char *in, size_t len)
{
    for (const Format *f = formats; f->name; f++)
        if (len > f->magic_at + f->magic_len && memcmp(in + f->magic_at, f->magic, f->magic_len) == 0) return f;
    stop(NO_PICTURE, "this is no PNG, JPEG, WebP or GIF picture");
}

static int load(const Format *f, void *in, size_t len, int frames, VipsImage **ret)
{
    switch (f->name[0]) {
    case 'p': return vips_pngload_buffer(in, len, ret, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    case 'j': return vips_jpegload_buffer(in, len, ret, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    case 'w': return vips_webpload_buffer(in, len, ret, "n", frames, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    default:  return vips_gifload_buffer(in, len, ret, "n", frames, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    }
}

/* How many frames to keep: all of a short animation, else the first. Sizes come from the header, before anything is decoded. */
static int frames_of(const Format *f, void *in, size_t len)
{
    VipsImage *head = NULL;
    if (load(f, in, len, 1, &head)) stop(NO_PICTURE, "the picture is damaged");
    double w = vips_image_get_width(head), h = vips_image_get_height(head);
    int frames = vips_image_get_n_pages(head);
    g_object_unref(head);
    if (w > MOST_SIDE || h > MOST_SIDE || w * h > MOST_PIXELS) stop(TOO_LARGE, "the picture has over 50 megapixels");
    bool animated = f->name[0] == 'w' || f->name[0] == 'g';
    return animated && frames > 1 && frames <= MOST_FRAMES && w * h * frames <= MOST_PIXELS ? frames : 1;
}

static VipsImage *decode(const Format *f, void *in, size_t len, int frames)
{
    VipsImage *raw = NULL, *upright = NULL, *srgb = NULL;
    if (load(f, in, len, frames, &raw)) stop(NO_PICTURE, "the picture is damaged");
    if (frames > 1) upright = raw;
    else if (vips_autorot(raw, &upright, NULL)) stop(NO_PICTURE, "the picture is damaged");
    if (vips_icc_transform(upright, &srgb, "srgb", "embedded", TRUE, NULL)) {
        vips_error_clear();
        srgb = NULL;
        if (vips_colourspace(upright, &srgb, VIPS_INTERPRETATION_sRGB, NULL)) stop(NO_PICTURE, "the colours of the picture cannot be read");
    }
    return srgb;
}

static int encode(const Format *f, bool plain, VipsImage *image, int frames, void **out, size_t *len, const char **ret_name)
{
    if (!plain && (frames > 1 || f->name[0] == 'w')) {
        *ret_name = "webp";
        return vips_webpsave_buffer(image, out, len, "Q", 88, "strip", TRUE, NULL);
    }
    if (f->name[0] == 'j') {
        *ret_name = "jpeg";
        return vips_jpegsave_buffer(image, out, len, "Q", 88, "strip", TRUE, "optimize_coding", TRUE, NULL);
    }
    *ret_name = "png";
    return vips_pngsave_buffer(image, out, len, "compression", 7, "strip", TRUE, "filter", VIPS_FOREIGN_PNG_FILTER_ALL, NULL);
}

int main(int argc, char **argv)
{
    bool plain = argc == 2 && strcmp(argv[1], "plain") == 0;
    if (argc != 1 && !plain) stop(OTHER, "usage: hindsight-image [plain] < upload > picture");
    cage_limit(RLIMIT_CPU, 30);
    cage_limit(RLIMIT_AS, (rlim_t)2 << 30);
    cage_limit(RLIMIT_FSIZE, 64 << 20);
    cage_limit(RLIMIT_NOFILE, 32);
    cage_limit(RLIMIT_CORE, 0);
    setenv("VIPS_CONCURRENCY", "1", 1);
    setenv("VIPS_WARNING", "0", 1);                          /* what is said here reaches the person who uploads */
    setenv("VIPS_NOVECTOR", "1", 1);                         /* no code made at run time */
    if (VIPS_INIT(argv[0])) stop(OTHER, "libvips does not start");
    vips_block_untrusted_set(TRUE);
    vips_cache_set_max(0);
    cage_close();
    size_t in_len, out_len;
    unsigned char *in = read_all(&in_len);
    const Format *f = format_of(in, in_len);
    int frames = plain ? (frames_of(f, in, in_len), 1) : frames_of(f, in, in_len);
    VipsImage *image = decode(f, in, in_len, frames);
    void *out;
    const char *name;
    if (encode(f, plain, image, frames, &out, &out_len, &name)) stop(NO_PICTURE, "the picture is damaged");
    for (size_t done = 0; done < out_len;) {
        ssize_t n = write(STDOUT_FILENO, (char *)out + done, out_len - done);
        if (n < 0 && errno != EINTR) stop(OTHER, errno == ENOSPC ? "the disk is full" : "cannot write the picture");
        if (n > 0) done += (size_t)n;
    }
    int height = frames > 1 ? vips_image_get_page_height(image) : vips_image_get_height(image);
    fprintf(stderr, "%s %d %d\n", name, vips_image_get_width(image), height);
    fflush(stderr);
    _exit(DONE);
}
