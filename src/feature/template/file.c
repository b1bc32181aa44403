/* Templates as files: JSON, and Markdown that people also read and write by hand.
 *
 *      ---
 *      name: "Brief"
 *      language: "en"
 *      description: "For small incidents"
 *      match: {"severity":["SEV-4"]}
 *      ---
 *
 *      ## What happened
 *
 *      <!-- key: summary; required -->
 *
 *      > The guide: what belongs here.
 *
 *      {{incident.overview}}
 *
 * An H2 is a section, the quote below it the guide, the rest its prefill. Files that others wrote are read by the same rules:
 * without a head the H1 is the name, and files without any H2 have their sections at H3 or H1. */
#include "base/utf8.h"
#include "feature/template/file.h"

#define MOST_SECTIONS 40

static const char *const languages[] = { "en", "zh", NULL };
SHAPE(template_file_shape, TemplateFile, "A template as a file; nothing of it is checked or saved yet",
    FIELD(TemplateFile, name, 0, "Empty when the file names none", .max = 100),
    FIELD(TemplateFile, language, 0, "Of its reports", .values = languages),
    FIELD(TemplateFile, description, MULTILINE, "When to use it", .max = 1000),
    FIELD_RAW(TemplateFile, match, OBJECT | NULLABLE, "When it is suggested", .max = 4000),
    FIELD_OF(TemplateFile, sections, FIELD_MANY, &section_shape, REQUIRED, "In order", .max = MOST_SECTIONS));

static TemplateFile of_template(const Template *t)
{
    return (TemplateFile){ t->name, t->language, t->description, t->match, t->sections };
}

Str template_file_json(Arena *a, const Template *t)
{
    TemplateFile f = of_template(t);
    Buf b = buf_new(a, 4u << 20);
    shape_json(&template_file_shape, &f, &b);
    return buf_str(&b);
}

/* -- writing ----------------------------------------------------------------------------------------------------------- */

/* How many spaces stand before "## " in a line; -1 when it is no such line. */
static int indent_of_h2(Str line)
{
    int n = 0;
    while (n < 4 && (size_t)n < line.len && line.at[n] == ' ') n++;
    Str rest = str_sub(line, (size_t)n, line.len);
    return n <= 3 && (str_starts(rest, S("## ")) || str_eq(rest, S("##"))) ? n : -1;
}

static bool is_fence(Str line)
{
    Str s = str_trim(line);
    return str_starts(s, S("```")) || str_starts(s, S("~~~"));
}

/* A heading of level 2 within a prefill moves right by a space, so that it begins no section; the reader moves it back. */
static void prefill_into(Buf *b, Str prefill)
{
    bool fenced = false;
    Str line;
    for (Str rest = prefill; str_next(&rest, '\n', &line);) {
        if (is_fence(line)) fenced = !fenced;
        int indent = fenced ? -1 : indent_of_h2(line);
        if (indent >= 0 && indent < 3) buf_byte(b, ' ');
        buf_add(b, line);
        buf_byte(b, '\n');
    }
}

static void section_into(Buf *b, const Section *s)
{
    Str line, prefill = s->prefill;
    while (prefill.len && prefill.at[prefill.len - 1] == '\n') prefill.len--;
    buf_fmt(b, "\n## " STR_FMT "\n\n<!-- ", STR_ARG(str_trim(s->heading)));
    if (s->key.len) buf_fmt(b, "key: " STR_FMT "; ", STR_ARG(s->key));
    buf_add(b, s->required ? S("required") : S("optional"));
    if (s->ai.len && !str_eq(s->ai, S("on"))) buf_fmt(b, "; ai: " STR_FMT, STR_ARG(s->ai));
    if (!s->guide.len) buf_add(b, S("; no guide"));
    if (s->ai_instructions.len) { buf_add(b, S("; ai_instructions: ")); buf_json(b, s->ai_instructions); }
    buf_add(b, S(" -->\n"));
    if (s->guide.len) buf_byte(b, '\n');
    for (Str rest = s->guide; str_next(&rest, '\n', &line);) {
        buf_add(b, line.len ? S("> ") : S(">"));
        buf_add(b, line);
        buf_byte(b, '\n');
    }
    if (prefill.len) { buf_byte(b, '\n'); prefill_into(b, prefill); }
}

Str template_file_markdown(Arena *a, const Template *t)
{
    Buf b = buf_new(a, 4u << 20);
    buf_add(&b, S("---\nname: "));
    buf_json(&b, t->name);
    buf_add(&b, S("\nlanguage: "));
    buf_json(&b, t->language);
    if (t->description.len) { buf_add(&b, S("\ndescription: ")); buf_json(&b, t->description); }
    if (t->match.len) { buf_add(&b, S("\nmatch: ")); buf_add(&b, t->match); }
    buf_add(&b, S("\n---\n"));
    list_each(&t->sections, i) section_into(&b, &t->sections.at[i]);
    return buf_str(&b);
}

/* -- reading ----------------------------------------------------------------------------------------------------------- */

/* A value of the head: JSON where it is JSON, else the text as it stands. */
static Str head_text(Arena *a, Str value)
{
    json_t *v = json_loadb(value.at ? value.at : "", value.len, JSON_DECODE_ANY, NULL);
    Str text = json_is_string(v) ? arena_str(a, str_of(json_string_value(v))) : value;
    json_decref(v);
    if (text.len >= 2 && text.at[0] == '\'' && text.at[text.len - 1] == '\'') text = str_sub(text, 1, text.len - 2);
    return text;
}

/* Takes the head between two lines of --- off the front of `*rest`. */
static void head_read(Arena *a, Str *rest, TemplateFile *f)
{
    Str after = *rest, line;
    if (!str_next(&after, '\n', &line) || !str_eq(str_trim(line), S("---"))) return;
    TemplateFile read = *f;
    while (str_next(&after, '\n', &line)) {
        if (str_eq(str_trim(line), S("---"))) { *f = read; *rest = after; return; }
        Str key = str_trim(str_before(line, ':')), value = str_trim(str_after(line, ':'));
        if (str_eq(key, S("name")) || str_eq(key, S("title"))) read.name = head_text(a, value);
        else if (str_eq(key, S("language"))) read.language = head_text(a, value);
        else if (str_eq(key, S("description"))) read.description = head_text(a, value);
        else if (str_eq(key, S("match"))) read.match = value;
    }
}

/* Level of an ATX heading that begins at the line's first column; its text. */
static int heading_of(Str line, Str *ret)
{
    int n = 0;
    while ((size_t)n < line.len && line.at[n] == '#') n++;
    if (!n || n > 6 || ((size_t)n < line.len && line.at[n] != ' ' && line.at[n] != '\t')) return 0;
    Str text = str_trim(str_sub(line, (size_t)n, line.len));
    while (text.len && text.at[text.len - 1] == '#') text.len--;
    *ret = str_trim(text);
    return n;
}

typedef struct Levels { bool has[7]; size_t n[7]; } Levels;

static Levels levels_of(Str text)
{
    Levels l = { 0 };
    bool fenced = false;
    Str line, heading;
    for (Str rest = text; str_next(&rest, '\n', &line);) {
        if (is_fence(line)) fenced = !fenced;
        int level = fenced ? 0 : heading_of(line, &heading);
        l.has[level] = true;
        l.n[level]++;
    }
    return l;
}

static void remark_read(Arena *a, Str remark, Section *s, bool *no_guide)
{
    Str part, rest = remark;
    ptrdiff_t said = str_find(remark, S("ai_instructions: "));
    if (said >= 0) {
        s->ai_instructions = head_text(a, str_trim(str_sub(remark, (size_t)said + 17, remark.len)));
        rest = str_sub(remark, 0, (size_t)said);
    }
    while (str_next(&rest, ';', &part)) {
        part = str_trim(part);
        if (str_eq(part, S("required"))) s->required = true;
        else if (str_eq(part, S("no guide"))) *no_guide = true;
        else if (str_starts(part, S("key:"))) s->key = str_trim(str_sub(part, 4, part.len));
        else if (str_starts(part, S("ai:"))) s->ai = str_trim(str_sub(part, 3, part.len));
    }
}

static Str joined(const Buf *b)
{
    Str s = buf_str(b);
    while (s.len && strchr(" \t\r\n", s.at[s.len - 1])) s.len--;
    while (s.len && strchr("\r\n", s.at[0])) s = str_sub(s, 1, s.len);
    return s;
}

/* What stands below a heading: perhaps our remark, perhaps a quote that is the guide, then the prefill. */
static void section_read(Arena *a, Str body, Section *s)
{
    Buf guide = buf_new(a, body.len + 1), prefill = buf_new(a, body.len + 1);
    enum { BEFORE, GUIDE, PREFILL } at = BEFORE;
    bool fenced = false, no_guide = false;
    Str line;
    for (Str rest = body; str_next(&rest, '\n', &line);) {
        Str bare = str_trim(line);
        if (at == BEFORE && str_starts(bare, S("<!--")) && str_ends(bare, S("-->"))) {
            remark_read(a, str_trim(str_sub(bare, 4, bare.len - 7)), s, &no_guide);
            continue;
        }
        if (at == BEFORE && !no_guide && str_starts(bare, S(">")) && !str_starts(bare, S("> [!"))) at = GUIDE;
        if (at == GUIDE && str_starts(bare, S(">"))) {
            Str text = str_sub(bare, 1, bare.len);
            buf_add(&guide, str_starts(text, S(" ")) ? str_sub(text, 1, text.len) : text);
            buf_byte(&guide, '\n');
            continue;
        }
        if (at == BEFORE && !bare.len) continue;
        at = PREFILL;
        if (is_fence(line)) fenced = !fenced;
        if (!fenced && indent_of_h2(line) > 0) line = str_sub(line, 1, line.len);
        if (line.len && line.at[line.len - 1] == '\r') line.len--;
        buf_add(&prefill, line);
        buf_byte(&prefill, '\n');
    }
    s->guide = joined(&guide);
    s->prefill = joined(&prefill);
    if (!s->ai.len) s->ai = S("on");
}

static Err markdown_read(Arena *a, Str rest, TemplateFile *f)
{
    head_read(a, &rest, f);
    Levels l = levels_of(rest);
    int level = l.has[2] ? 2 : l.has[3] ? 3 : 1;
    bool fenced = false, named = level == 1 && l.n[1] > 1 && f->name.len, any = false;
    Buf body = buf_new(a, rest.len + 1);
    Str line, heading;
    while (str_next(&rest, '\n', &line)) {
        if (is_fence(line)) fenced = !fenced;
        int n = fenced ? 0 : heading_of(line, &heading);
        if (n == 1 && !named && !any && (level > 1 || l.n[1] > 1)) {
            if (!f->name.len) f->name = utf8_clip(heading, 100);
            named = true;
            buf_clear(&body);
            continue;
        }
        bool begins = n == level || (level == 2 && n == 3 && (!f->sections.len || !any)); /* H3s in front of the first H2 are sections too */
        if (!begins) { buf_add(&body, line); buf_byte(&body, '\n'); continue; }
        if (f->sections.len) section_read(a, arena_str(a, buf_str(&body)), &f->sections.at[f->sections.len - 1]);
        buf_clear(&body);
        any = any || n == level;
        if (f->sections.len == MOST_SECTIONS) return fail_field(a, S("body"), "a template has at most %d sections", MOST_SECTIONS);
        *list_add(a, &f->sections) = (Section){ .heading = utf8_clip(heading, 200) };
    }
    if (f->sections.len) section_read(a, arena_str(a, buf_str(&body)), &f->sections.at[f->sections.len - 1]);
    return f->sections.len ? OK : fail_field(a, S("body"), "there is no heading in this file: each section begins with one (## Summary)");
}

Err template_file_read(Arena *a, Str bytes, TemplateFile *ret)
{
    TemplateFile f = { 0 };
    if (str_starts(bytes, S("\xef\xbb\xbf"))) bytes = str_sub(bytes, 3, bytes.len);
    if (!utf8_valid(bytes)) return fail_field(a, S("body"), "this is no text in UTF-8");
    if (str_starts(str_trim(bytes), S("{"))) {
        TRY(shape_decode(a, &template_file_shape, DECODE_CREATE, str_trim(bytes), &f, NULL));
    } else TRY(markdown_read(a, bytes, &f));
    if (!str_eq(f.language, S("zh")) && !str_eq(f.language, S("en"))) f.language = S("");
    json_t *match = f.match.len ? json_loadb(f.match.at, f.match.len, 0, NULL) : NULL;
    if (!json_is_object(match)) f.match = S("");
    json_decref(match);
    list_each(&f.sections, i) {
        Section *s = &f.sections.at[i];
        if (s->guide.len > 2000) s->guide = utf8_clip(s->guide, 2000);
        if (s->prefill.len > 20000)
            return fail_field(a, S("body"), "the section \"" STR_FMT "\" is over 20,000 bytes: this seems to be a report, not a template", STR_ARG(s->heading));
        if (!str_eq(s->ai, S("off")) && !str_eq(s->ai, S("instructions"))) s->ai = S("on");
    }
    *ret = f;
    return OK;
}
