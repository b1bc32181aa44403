#include "app/openapi.h"
#include "app/router.h"
#include "base/map.h"

/** Every shape that a route names, and the shapes inside it, once. */
typedef struct Shapes { LIST(const Shape *) list; Map *seen; } Shapes;

static void gather(Arena *a, Shapes *to, const Shape *s)
{
    if (!s || map_set(to->seen, str_of(s->name), (void *)s)) return;
    *list_add(a, &to->list) = s;
    for (const Field *f = s->fields; f->name; f++) gather(a, to, f->of);
}

static Shapes all_shapes(Arena *a)
{
    Shapes all = { .seen = map_new(a) };
    for (size_t i = 0; features[i]; i++)
        for (const Route *r = features[i]->routes; r && r->path; r++) { gather(a, &all, r->body); gather(a, &all, r->reply); }
    return all;
}

static void put_values(Buf *b, const Field *f)
{
    buf_add(b, S(",\"enum\":["));
    for (size_t i = 0; f->values[i]; i++) {
        if (i) buf_byte(b, ',');
        buf_json(b, str_of(f->values[i]));
    }
    if (f->flags & NULLABLE) buf_add(b, S(",null"));
    buf_byte(b, ']');
}

static void put_type(Buf *b, Arena *a, const Field *f)
{
    const char *null = f->flags & NULLABLE ? ",\"null\"]" : "]";
    switch (f->type) {
    case FIELD_STR:
        buf_fmt(b, "\"type\":[\"string\"%s", null);
        if (f->values) put_values(b, f);
        else
            buf_fmt(b, ",\"maxLength\":%zu",
                    f->max                 ? f->max
                    : f->flags & MULTILINE ? (size_t)10000
                                           : (size_t)500);
        break;
    case FIELD_INT: buf_fmt(b, "\"type\":[\"integer\"%s,\"format\":\"int64\"", null); break;
    case FIELD_REAL: buf_fmt(b, "\"type\":[\"number\"%s", null); break;
    case FIELD_BOOL: buf_add(b, S("\"type\":\"boolean\"")); break;
    case FIELD_TIME: buf_add(b, S("\"type\":[\"string\",\"null\"],\"format\":\"date-time\"")); break;
    case FIELD_STRS:
        buf_add(b, S("\"type\":\"array\",\"items\":{\"type\":\"string\""));
        if (f->values) put_values(b, f);
        buf_byte(b, '}');
        break;
    case FIELD_JSON:
        if (f->flags & MAP)
            buf_add(b, S("\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}"));
        else if (f->flags & OBJECT) buf_add(b, S("\"type\":\"object\""));
        else buf_add(b, S("\"type\":[\"object\",\"array\",\"string\",\"number\",\"boolean\",\"null\"]"));
        break;
    case FIELD_ONE:
        buf_fmt(b,
                "\"anyOf\":[{\"$ref\":\"#/components/schemas/" STR_FMT "\"},{\"type\":\"null\"}]",
                STR_ARG(shape_title(a, f->of)));
        break;
    case FIELD_MANY:
        buf_fmt(b, "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/" STR_FMT "\"}",
                STR_ARG(shape_title(a, f->of)));
        break;
    }
}

static void put_shape(Buf *b, Arena *a, const Shape *s)
{
    buf_json(b, shape_title(a, s));
    buf_add(b, S(":{\"type\":\"object\",\"description\":"));
    buf_json(b, str_of(s->doc ? s->doc : ""));
    buf_add(b, S(",\"properties\":{"));
    for (const Field *f = s->fields; f->name; f++) {
        if (f != s->fields) buf_byte(b, ',');
        buf_json(b, field_json_name(a, f));
        buf_add(b, S(":{\"description\":"));
        buf_json(b, str_of(f->doc));
        if (f->flags & READ_ONLY) buf_add(b, S(",\"readOnly\":true"));
        if (f->flags & WRITE_ONLY) buf_add(b, S(",\"writeOnly\":true"));
        buf_byte(b, ',');
        put_type(b, a, f);
        buf_byte(b, '}');
    }
    buf_byte(b, '}');
    bool any = false;
    for (const Field *f = s->fields; f->name; f++) {
        if (!(f->flags & REQUIRED)) continue;
        buf_add(b, any ? S(",") : S(",\"required\":["));
        buf_json(b, field_json_name(a, f));
        any = true;
    }
    buf_add(b, any ? S("]}") : S("}"));
}

/** "/api/v1/incidents/:incident" → "/api/v1/incidents/{incident}" */
static Str braces(Arena *a, Str path)
{
    Buf b = buf_new(a, 4096);
    for (Str rest = str_sub(path, 1, SIZE_MAX), part; str_next(&rest, '/', &part);) {
        if (str_starts(part, S(":"))) buf_fmt(&b, "/{" STR_FMT "}", STR_ARG(str_sub(part, 1, part.len)));
        else buf_fmt(&b, "/" STR_FMT, STR_ARG(part));
    }
    return buf_str(&b);
}

static void put_parameter(Buf *b, bool *first, Str name, const char *in, bool required, const char *doc)
{
    buf_add(b, *first ? S(",\"parameters\":[") : S(","));
    *first = false;
    buf_add(b, S("{\"name\":"));
    buf_json(b, name);
    buf_fmt(b, ",\"in\":\"%s\",\"required\":%s,\"description\":", in, required ? "true" : "false");
    buf_json(b, str_of(doc));
    buf_add(b, S(",\"schema\":{\"type\":\"string\"}}"));
}

static void put_parameters(Buf *b, const Route *r)
{
    bool first = true;
    for (Str rest = str_of(r->path), part; str_next(&rest, '/', &part);)
        if (str_starts(part, S(":")))
            put_parameter(b, &first, str_sub(part, 1, part.len), "path", true, "Id or reference");
    for (Str rest = str_of(r->query ? r->query : ""), word; str_next(&rest, ' ', &word);)
        if (word.len) put_parameter(b, &first, word, "query", false, "");
    if (r->flags & REPLY_LIST) {
        put_parameter(b, &first, S("limit"), "query", false, "At most 200 (a timeline 1,000); 50 without");
        put_parameter(b, &first, S("cursor"), "query", false, "next_cursor of the page before");
    }
    if (r->method >= PUT && !(r->flags & NO_MATCH))
        put_parameter(b, &first, S("If-Match"), "header", true, "ETag of the record, or *");
    if (!first) buf_byte(b, ']');
}

static void put_reply(Buf *b, Arena *a, const Route *r)
{
    bool made = r->method == POST && r->reply && !(r->flags & COMPUTES);
    buf_fmt(b, ",\"responses\":{\"%s\":{\"description\":\"Done\"", made ? "2XX" : r->reply ? "200" : "2XX");
    if (r->reply) {
        Str name = shape_title(a, r->reply);
        buf_add(b, S(",\"content\":{\"application/json\":{\"schema\":"));
        if (r->flags & REPLY_LIST)
            buf_fmt(b,
                    "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{"
                    "\"$ref\":\"#/components/schemas/" STR_FMT "\"}},"
                    "\"next_cursor\":{\"type\":[\"string\",\"null\"]},\"total\":{\"type\":["
                    "\"integer\",\"null\"]}},\"required\":[\"items\",\"next_cursor\"]}",
                    STR_ARG(name));
        else buf_fmt(b, "{\"$ref\":\"#/components/schemas/" STR_FMT "\"}", STR_ARG(name));
        buf_add(b, S("}}"));
    }
    buf_add(b, S("},\"default\":{\"$ref\":\"#/components/responses/Problem\"}}"));
}

static void put_operation(Buf *b, Arena *a, const Route *r)
{
    static const char *const verbs[] = { "get", "post", "put", "patch", "delete" };
    buf_fmt(b, "\"%s\":{\"summary\":", verbs[r->method]);
    buf_json(b, str_of(r->doc ? r->doc : ""));
    buf_fmt(b, ",\"x-role\":\"%s\",\"x-flags\":%u", role_names[r->need], r->flags);
    if (r->need == ROLE_PUBLIC) buf_add(b, S(",\"security\":[]"));
    put_parameters(b, r);
    if (r->body)
        buf_fmt(b,
                ",\"requestBody\":{\"required\":true,\"content\":{\"application/"
                "json\":{\"schema\":{\"$ref\":\"#/components/schemas/" STR_FMT "\"}}}}",
                STR_ARG(shape_title(a, r->body)));
    else if (r->flags & RAW_BODY) buf_add(b, S(",\"requestBody\":{\"required\":true,\"content\":{\"*/*\":{\"schema\":{}}}}"));
    put_reply(b, a, r);
    buf_byte(b, '}');
}

/** Routes of one path stand together, whatever feature they are of. */
static void put_paths(Buf *b, Arena *a)
{
    Map *done = map_new(a);
    bool first = true;
    for (size_t i = 0; features[i]; i++)
        for (const Route *r = features[i]->routes; r && r->path; r++) {
            Str path = str_of(r->path);
            if (r->flags & (PAGE | SOCKET) || map_set(done, path, (void *)r)) continue;
            if (!first) buf_byte(b, ',');
            first = false;
            buf_json(b, braces(a, path));
            buf_add(b, S(":{"));
            bool one = true;
            for (size_t k = 0; features[k]; k++)
                for (const Route *o = features[k]->routes; o && o->path; o++) {
                    if (!str_eq(path, str_of(o->path))) continue;
                    if (!one) buf_byte(b, ',');
                    one = false;
                    put_operation(b, a, o);
                }
            buf_byte(b, '}');
        }
}

Str openapi_page(Arena *a, Str server_url)
{
    Buf b = buf_new(a, 4 << 20);
    buf_add(&b, S("{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Hindsight\",\"version\":\"1\","
                  "\"description\":"
                  "\"Incidents, timelines, post-mortems and follow-ups. Errors are RFC 9457 "
                  "problem details; lists page by cursor; edits carry If-Match.\"}"));
    if (server_url.len) {
        buf_add(&b, S(",\"servers\":[{\"url\":"));
        buf_json(&b, server_url);
        buf_add(&b, S("}]"));
    }
    buf_add(&b, S(",\"security\":[{\"token\":[]},{\"session\":[]}],\"paths\":{"));
    put_paths(&b, a);
    buf_add(&b,
            S("},\"components\":{\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":"
              "\"bearer\"},"
              "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"hindsight_session\"}},"
              "\"responses\":{\"Problem\":{\"description\":\"What is "
              "wrong\",\"content\":{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/"
              "components/schemas/Problem\"}}}}},"
              "\"schemas\":{\"Problem\":{\"type\":\"object\",\"properties\":{\"type\":{\"type\":"
              "\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
              "\"detail\":{\"type\":\"string\"},\"errors\":{\"type\":\"array\",\"items\":{\"type\":"
              "\"object\",\"properties\":{\"field\":{\"type\":\"string\"},\"detail\":{\"type\":"
              "\"string\"}}}}}}"));
    Shapes all = all_shapes(a);
    list_each(&all.list, i) {
        buf_byte(&b, ',');
        put_shape(&b, a, all.list.at[i]);
    }
    buf_add(&b, S("}}}"));
    return buf_str(&b);
}

static Str ts_type(Arena *a, const Field *f, bool body)
{
    Str name = f->of ? shape_title(a, f->of) : S("");
    Buf b = buf_new(a, 8192);
    switch (f->type) {
    case FIELD_STR:
        for (size_t i = 0; f->values && f->values[i]; i++)
            buf_fmt(&b, "%s\"%s\"", i ? " | " : "", f->values[i]);
        if (!f->values) buf_add(&b, S("string"));
        break;
    case FIELD_INT: case FIELD_REAL: buf_add(&b, S("number")); break;
    case FIELD_BOOL: buf_add(&b, S("boolean")); break;
    case FIELD_TIME: buf_add(&b, S("string | null")); break;
    case FIELD_STRS: buf_add(&b, S("string[]")); break;
    case FIELD_JSON:
        buf_add(&b, f->flags & MAP      ? S("Record<string, string>")
                    : f->flags & OBJECT ? S("Record<string, unknown>")
                                        : S("unknown"));
        break;
    case FIELD_ONE: buf_fmt(&b, STR_FMT "%s | null", STR_ARG(name), body ? "Body" : ""); break;
    case FIELD_MANY: buf_fmt(&b, STR_FMT "%s[]", STR_ARG(name), body ? "Body" : ""); break;
    }
    if (f->flags & NULLABLE && f->type != FIELD_TIME && f->type != FIELD_ONE) buf_add(&b, S(" | null"));
    return buf_str(&b);
}

static void put_interface(Buf *b, Arena *a, const Shape *s, bool body)
{
    buf_fmt(b, "/** " STR_FMT " */\nexport interface " STR_FMT "%s {\n", STR_ARG(str_of(s->doc ? s->doc : "")), STR_ARG(shape_title(a, s)), body ? "Body" : "");
    for (const Field *f = s->fields; f->name; f++) {
        if (f->flags & (body ? READ_ONLY : WRITE_ONLY)) continue;
        buf_fmt(b, "  /** %s */\n  " STR_FMT "%s: " STR_FMT ";\n", f->doc, STR_ARG(field_json_name(a, f)),
                body && !(f->flags & REQUIRED) ? "?" : "", STR_ARG(ts_type(a, f, body)));
    }
    buf_add(b, S("}\n"));
}

Str openapi_typescript(Arena *a)
{
    Buf b = buf_new(a, 4 << 20);
    buf_add(&b, S("// Made by `hindsight api --typescript` from the shapes of the server. Do not edit.\n"));
    Shapes all = all_shapes(a);
    list_each(&all.list, i) {
        put_interface(&b, a, all.list.at[i], false);
        put_interface(&b, a, all.list.at[i], true);
    }
    return buf_str(&b);
}

Str openapi_routes(Arena *a)
{
    static const char *const flags[] = { "own_writes", "no_csrf", "raw_body", "no_match", "socket", "page", "ingest", "list", "computes" };
    Buf b = buf_new(a, 1 << 20);
    for (size_t i = 0; features[i]; i++)
        for (const Route *r = features[i]->routes; r && r->path; r++) {
            buf_fmt(&b, "%s\t%s\t%s\t", method_names[r->method], r->path,
                    r->need == ROLE_PUBLIC ? "public" : role_names[r->need]);
            for (size_t f = 0; f < sizeof flags / sizeof *flags; f++)
                if (r->flags >> f & 1) buf_fmt(&b, "%s ", flags[f]);
            buf_add(&b, r->body ? S("json\n") : S("\n"));
        }
    return buf_str(&b);
}
