#pragma once
/** Templates as files that people send each other (file.c says how they look). What is written is read back the same. */
#include "feature/template/internal.h"

typedef struct TemplateFile { Str name, language, description, match; Sections sections; } TemplateFile;
extern const Shape template_file_shape;

Str template_file_json(Arena *a, const Template *t);
Str template_file_markdown(Arena *a, const Template *t);
/** Either of the two, told by its first character; variables are not checked, so that what others wrote can be mended in the editor.
 *  Fails: ERR_INVALID (no text, no heading, JSON of another shape, too many or too large sections). */
Err template_file_read(Arena *a, Str bytes, TemplateFile *ret);
