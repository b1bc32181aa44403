#pragma once
/** Documents that other programs wrote → nodes. What comes in is bytes from strangers: sizes, depth and what archives unpack to are
 *  limited, nothing outside is loaded, and what has no place in our schema becomes text. */
#include "document/node.h"
#include "document/zip.h"

#define IMPORT_MOST_BYTES    (40u << 20)      /* of a file */
#define IMPORT_MOST_UNPACKED (200u << 20)     /* of an archive, in all */

/** A document read. Pictures stand in the tree as `image` nodes whose `src` is what the file says; import_picture finds their bytes. */
typedef struct Imported {
    DocNode *doc;
    Str title;                   /* of the document; its heading is then not in the tree */
    Str head;                    /* front matter of Markdown, without its lines of --- */
    Zip archive; bool zipped;    /* where pictures of archives are */
    Str folder;                  /* of the page in the archive: addresses are relative to it */
} Imported;

/** Tells by its bytes what it is: DOCX, a zip with a page (HTML or Markdown) and its pictures, HTML, else Markdown.
 *  Fails: ERR_INVALID (damaged, nothing readable in it), ERR_TOO_LARGE. */
Err import_file(Arena *a, Str bytes, Imported *ret);
/** The bytes of a picture: out of the archive or a data: address. Empty when it is not there (addresses of other sites are not fetched). */
Err import_picture(Arena *a, Imported *from, Str src, Str *ret);

/** Parts of it, for tests and fuzzing. */
Err import_html(Arena *a, Str html, Imported *ret);
Err import_docx(Arena *a, Zip *archive, Imported *ret);
