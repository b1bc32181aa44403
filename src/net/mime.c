#include "net/mime.h"

const char *mime_type(Str file_name)
{
    static const struct { Str ending; const char *type; } types[] = {
        { S_INIT(".html"),  "text/html; charset=utf-8" },
        { S_INIT(".css"),   "text/css; charset=utf-8" },
        { S_INIT(".js"),    "text/javascript; charset=utf-8" },
        { S_INIT(".mjs"),   "text/javascript; charset=utf-8" },
        { S_INIT(".json"),  "application/json" },
        { S_INIT(".map"),   "application/json" },
        { S_INIT(".txt"),   "text/plain; charset=utf-8" },
        { S_INIT(".md"),    "text/markdown; charset=utf-8" },
        { S_INIT(".csv"),   "text/csv; charset=utf-8" },
        { S_INIT(".xml"),   "application/xml" },
        { S_INIT(".svg"),   "image/svg+xml" },
        { S_INIT(".png"),   "image/png" },
        { S_INIT(".jpg"),   "image/jpeg" },
        { S_INIT(".jpeg"),  "image/jpeg" },
        { S_INIT(".gif"),   "image/gif" },
        { S_INIT(".webp"),  "image/webp" },
        { S_INIT(".avif"),  "image/avif" },
        { S_INIT(".ico"),   "image/x-icon" },
        { S_INIT(".woff2"), "font/woff2" },
        { S_INIT(".wasm"),  "application/wasm" },
        { S_INIT(".pdf"),   "application/pdf" },
        { S_INIT(".zip"),   "application/zip" },
        { S_INIT(".webmanifest"), "application/manifest+json" },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        Str ending = types[i].ending;
        if (file_name.len > ending.len &&
            str_eq_nocase(str_sub(file_name, file_name.len - ending.len, ending.len), ending))
            return types[i].type;
    }
    return "application/octet-stream";
}
