#include "app/shape.h"
#include "base/spec.h"

typedef struct Part { Str name; int64_t weight; } Part;
typedef LIST(Part) Parts;
typedef struct Thing {
    Str id, title, note, color;
    int64_t count, due_ms;
    bool hot;
    Strs tags;
    Str labels;
    Ref owner;
    Parts parts;
    Str secret;
} Thing;

static const char *const colors[] = { "red", "green", NULL };
static SHAPE(part_shape, Part, "A part", FIELD(Part, name, REQUIRED, "What it is called"),
             FIELD(Part, weight, 0, "Grams"));
static SHAPE(thing_shape, Thing, "A thing",
    FIELD(Thing, id, READ_ONLY, "Id"),
    FIELD(Thing, title, REQUIRED, "One sentence", .max = 20),
    FIELD(Thing, note, MULTILINE | NULLABLE, "Many lines"),
    FIELD(Thing, color, NULLABLE, "Colour", .values = colors),
    FIELD(Thing, count, 0, "How many"),
    FIELD_AT(Thing, due_ms, NULLABLE, "When"),
    FIELD(Thing, hot, 0, "Hot?"),
    FIELD(Thing, tags, 0, "Words", .max = 3),
    FIELD_RAW(Thing, labels, MAP, "Labels"),
    FIELD_OF(Thing, owner, FIELD_ONE, &ref_shape, READ_ONLY, "Owner"),
    FIELD_OF(Thing, parts, FIELD_MANY, &part_shape, 0, "Parts", .max = 2),
    FIELD(Thing, secret, WRITE_ONLY | NULLABLE, "Never shown"));

static Err decode(Arena *a, const char *json, DecodeMode mode, Thing *ret, Present *present)
{
    *ret = (Thing){ 0 };
    return shape_decode(a, &thing_shape, mode, str_of(json), ret, present);
}

SPEC("a body becomes a struct, and the struct the same JSON again")
{
    auto_arena a = arena_new(4096);
    Thing t;
    Present p;
    expect_ok(decode(a,
                     "{\"title\":\" 支付 failed "
                     "\",\"note\":\"a\\nb\",\"color\":\"red\",\"count\":3,\"due_at\":\"2026-11-"
                     "10T15:07:30+01:00\","
                     "\"hot\":true,\"tags\":[\"x\",\"y\"],\"labels\":{\"env\":\"prod\"},\"parts\":["
                     "{\"name\":\"n\",\"weight\":2}]}",
                     DECODE_CREATE, &t, &p));
    expect_str("支付 failed", t.title);
    expect(shape_has(&thing_shape, p, offsetof(Thing, due_ms))
           && !shape_has(&thing_shape, p, offsetof(Thing, secret)));
    Buf b = buf_new(a, 4096);
    shape_json(&thing_shape, &t, &b);
    expect_str("{\"id\":\"\",\"title\":\"支付 "
               "failed\",\"note\":\"a\\nb\",\"color\":\"red\",\"count\":3,\"due_at\":\"2026-11-"
               "10T14:07:30.000Z\","
               "\"hot\":true,\"tags\":[\"x\",\"y\"],\"labels\":{\"env\":\"prod\"},\"owner\":null,"
               "\"parts\":[{\"name\":\"n\",\"weight\":2}]}",
               buf_str(&b));
}

SPEC("an error in a body names the field, wherever it stands")
{
    static const struct { const char *json, *field; } wrong[] = {
        { "{\"title\":\"\"}", "title" }, { "{}", "title" }, { "{\"title\":\"x\",\"titel\":1}", "titel" },
        { "{\"title\":7}", "title" }, { "{\"title\":\"123456789012345678901\"}", "title" }, { "{\"title\":\"a\\nb\"}", "title" },
        { "{\"title\":\"a\\u0000b\"}", "title" }, { "{\"title\":\"x\",\"color\":\"blue\"}", "color" }, { "{\"title\":\"x\",\"id\":\"1\"}", "id" },
        { "{\"title\":\"x\",\"count\":1.5}", "count" }, { "{\"title\":\"x\",\"count\":null}", "count" }, { "{\"title\":\"x\",\"due_at\":\"tomorrow\"}", "due_at" },
        { "{\"title\":\"x\",\"tags\":[\"a\",2]}", "tags[1]" }, { "{\"title\":\"x\",\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", "tags" },
        { "{\"title\":\"x\",\"labels\":{\"a\":1}}", "labels.a" }, { "{\"title\":\"x\",\"labels\":[]}", "labels" },
        { "{\"title\":\"x\",\"parts\":[{\"name\":\"n\"},{\"weight\":1}]}", "parts[1].name" }, { "{\"title\":\"x\",\"parts\":[{\"name\":\"n\",\"x\":1}]}", "parts[0].x" },
    };
    auto_arena a = arena_new(4096);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Thing t;
        Err e = decode(a, wrong[i].json, DECODE_CREATE, &t, NULL);
        if (!e.info) fprintf(stderr, "accepted %s\n", wrong[i].json);
        expect(err_is(e, ERR_INVALID));
        expect_str(wrong[i].field, e.info->field);
    }
}

SPEC("text that is not JSON, doubled keys and deep nesting are refused")
{
    auto_arena a = arena_new(4096);
    Thing t;
    Buf deep = buf_new(a, 1000);
    for (int i = 0; i < 100; i++) buf_byte(&deep, '[');
    expect_err(ERR_INVALID, decode(a, "{\"title\":\"x\"", DECODE_CREATE, &t, NULL));
    expect_err(ERR_INVALID, decode(a, "{\"title\":\"x\"} {}", DECODE_CREATE, &t, NULL));
    expect_err(ERR_INVALID, decode(a, "{\"title\":\"x\",\"title\":\"y\"}", DECODE_CREATE, &t, NULL));
    expect_err(ERR_INVALID, decode(a, "[]", DECODE_CREATE, &t, NULL));
    expect_err(ERR_INVALID, decode(a, buf_str(&deep).at, DECODE_CREATE, &t, NULL));
    expect_err(ERR_INVALID, decode(a, "{\"title\":\"\xff\"}", DECODE_CREATE, &t, NULL));
}

SPEC("a patch names only what changes, and may not empty what is required")
{
    auto_arena a = arena_new(4096);
    Thing t;
    Present p;
    expect_ok(decode(a, "{\"color\":null}", DECODE_PATCH, &t, &p));
    expect(shape_has(&thing_shape, p, offsetof(Thing, color))
           && !shape_has(&thing_shape, p, offsetof(Thing, title)));
    expect_err(ERR_INVALID, decode(a, "{\"title\":\"  \"}", DECODE_PATCH, &t, &p));
}

SPEC("what is write-only never leaves")
{
    auto_arena a = arena_new(4096);
    Thing t = { .title = S("x"), .secret = S("hunter2") };
    Buf b = buf_new(a, 4096);
    shape_json(&thing_shape, &t, &b);
    expect(str_find(buf_str(&b), S("hunter2")) < 0);
}
