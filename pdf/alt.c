/* Alternative texts of pictures. cairo 1.16 writes structure elements without them and knows no attribute for them, so they are put behind
 * what it wrote, as the form allows (ISO 32000-1, 7.5.6: incremental updates): each Figure once more with its /Alt, a table of where they
 * stand, and a trailer that leads to the one before. What cairo writes is watched as it passes; should it ever write these objects in
 * another way, nothing is found, and the file stays as it is. */
#include <stdlib.h>
#include <string.h>
#include "pdf/pdf.h"

enum { LINE = 512, BODY = 4096 };

typedef struct Figure { long object; char *body; } Figure;

static struct {
    const char **said; int n_said, room_said;        /* in the order in which figures were begun */
    Figure *found; int n_found, room_found;          /* in the order in which they were written: the same, parents first */
    size_t at;                                       /* bytes so far */
    char line[LINE]; size_t len; bool long_line;
    enum { OUTSIDE, OBJECT, ELEMENT, FIGURE, TRAILER, START } state;
    long object, size, previous;
    GString *body;
    char root[LINE], info[LINE];
    bool lost;
} w;

void alt_noted(const char *alt)
{
    if (w.n_said == w.room_said) {
        w.room_said = w.room_said ? w.room_said * 2 : 64;
        if (!(w.said = realloc(w.said, (size_t)w.room_said * sizeof *w.said))) out_of_memory();
    }
    w.said[w.n_said++] = alt;
}

static void keep_figure(void)
{
    if (w.n_found == w.room_found) {
        w.room_found = w.room_found ? w.room_found * 2 : 64;
        if (!(w.found = realloc(w.found, (size_t)w.room_found * sizeof *w.found))) out_of_memory();
    }
    w.found[w.n_found++] = (Figure){ w.object, g_strdup(w.body->str) };
}

static void begun(const char *line)
{
    int whole = 0;
    long n;
    if (sscanf(line, "%ld 0 obj%n", &n, &whole) == 1 && whole && !line[whole]) { w.object = n; w.state = OBJECT; }
    else if (!strcmp(line, "trailer")) w.state = TRAILER;
    else if (!strcmp(line, "startxref")) w.state = START;
    else w.state = OUTSIDE;
}

static void take_line(const char *line)
{
    switch (w.state) {
    case OBJECT:
        if (strcmp(line, "<< /Type /StructElem") == 0) { w.state = ELEMENT; return; }
        break;
    case ELEMENT:
        if (strcmp(line, "   /S /Figure") == 0) { w.state = FIGURE; w.body = g_string_new(NULL); return; }
        break;
    case FIGURE:
        if (strcmp(line, ">>") == 0) { keep_figure(); w.state = OUTSIDE; return; }
        if (w.body->len + strlen(line) > BODY) { w.lost = true; break; }
        g_string_append_printf(w.body, "%s\n", line);
        return;
    case TRAILER:
        if (sscanf(line, "<< /Size %ld", &w.size) == 1) return;
        if (!strncmp(line, "   /Root ", 9)) { memcpy(w.root, line, strlen(line) + 1); return; }
        if (!strncmp(line, "   /Info ", 9)) { memcpy(w.info, line, strlen(line) + 1); return; }
        break;
    case START: sscanf(line, "%ld", &w.previous); break;
    case OUTSIDE: break;
    }
    begun(line);
}

void alt_watch(const unsigned char *bytes, size_t n)
{
    w.at += n;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != '\n') {
            if (w.len + 1 < LINE) w.line[w.len++] = (char)bytes[i];
            else w.long_line = true;
            continue;
        }
        w.line[w.len] = 0;
        if (w.long_line && w.state == FIGURE) w.lost = true;
        if (!w.long_line) take_line(w.line);
        w.len = 0;
        w.long_line = false;
    }
}

/* As PDF writes text of any language: UTF-16 with its mark, in hexadecimal. */
static char *hex_of(const char *utf8)
{
    glong n = 0;
    gunichar2 *wide = g_utf8_to_utf16(utf8, -1, NULL, &n, NULL);
    if (!wide) return NULL;
    GString *text = g_string_new("<FEFF");
    for (glong i = 0; i < n; i++) g_string_append_printf(text, "%04X", wide[i]);
    g_string_append_c(text, '>');
    g_free(wide);
    return g_string_free(text, FALSE);
}

bool alt_append(bool (*write)(const char *bytes, size_t n))
{
    GString *objects = g_string_new(NULL), *table = g_string_new("xref\n");
    size_t from = w.at;
    int added = 0;
    if (w.lost || w.n_found != w.n_said || !w.size || !w.previous || !*w.root) return true;
    for (int i = 0; i < w.n_found; i++) {
        char *hex = *w.said[i] ? hex_of(w.said[i]) : NULL;
        if (!hex) continue;
        g_string_append_printf(table, "%ld 1\n%010zu 00000 n \n", w.found[i].object, from + objects->len);
        g_string_append_printf(objects, "%ld 0 obj\n<< /Type /StructElem\n   /S /Figure\n%s   /Alt %s\n>>\nendobj\n", w.found[i].object, w.found[i].body, hex);
        g_free(hex);
        added++;
    }
    if (!added) return true;
    g_string_append_printf(table, "trailer\n<< /Size %ld\n%s\n%s\n   /Prev %ld\n>>\nstartxref\n%zu\n%%%%EOF\n", w.size, w.root, w.info, w.previous, from + objects->len);
    return write(objects->str, objects->len) && write(table->str, table->len);
}
