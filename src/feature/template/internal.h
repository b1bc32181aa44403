#pragma once
/** Inside of templates. */
#include "feature/template/facts.h"
#include "feature/template/template.h"

extern const Shape section_shape;
/** Gives every section a key of its own. */
void template_keys(Arena *a, Template *t);
Err template_change(Cx *cx, const Template *t);
Err template_remove(Cx *cx, const Template *t);
/** Makes it the one for its language. */
Err template_set_default(Cx *cx, const Template *t);
