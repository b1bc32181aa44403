#pragma once
/** Reports in other forms: out as Markdown with its pictures, HTML, PDF and DOCX; in from Markdown, HTML and DOCX.
 *
 *  What goes out is an edition of the report (as it is, as it was published, or a version) as its reader may see it: live blocks
 *  resolved, guides left out. What comes in is read with limits, shown first, and becomes a report whose pictures were decoded and
 *  encoded again like every upload. */
#include "feature/attachment/attachment.h"
#include "feature/report/report.h"

/** A picture on its way out. `name`: inside an archive, such as "images/pool-3.png". */
typedef struct OutPicture { Attachment file; Str name; } OutPicture;
typedef LIST(OutPicture) OutPictures;

typedef struct Export {
    Edition edition;
    OutPictures pictures;        /* those that the text shows and the reader may see */
    Str site, time_zone;         /* for links and times */
    DocNode *flat;               /* the text for forms that know no mentions (doc_flat), without empty sections */
} Export;

/** Gathers an edition. The caller has checked that the actor may read the report. */
Err export_gather(Cx *cx, Str report, int64_t version, Export *ret);
const OutPicture *export_picture(const Export *x, Str src);
/** Each writes to a file from its present place and says how many bytes. */
Err export_markdown(Cx *cx, const Export *x, int fd, int64_t *ret_bytes);      /* a zip: report.md, images/ */
Err export_html(Cx *cx, const Export *x, int fd, int64_t *ret_bytes);
Err export_pdf(Cx *cx, const Export *x, int fd, int64_t *ret_bytes);
Err export_docx(Cx *cx, const Export *x, int fd, int64_t *ret_bytes);
/** The head of a Markdown file: what is known of the report, as YAML (each value also JSON). */
Str export_front_matter(Cx *cx, const Export *x);
