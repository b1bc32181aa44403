#include "app/app.h"
#include "base/spec.h"
#include "feature/account/account.h"
#include "feature/catalog/internal.h"

typedef struct Work { Channel channel; Service service; Str id; } Work;

static Err in_write(App *app, Arena *a, Err (*fn)(Cx *, void *), void *arg)
{
    Cx cx = app_cx(app, a, NULL);
    return cx_write(&cx, fn, arg);
}
static Err add_channel(Cx *cx, void *arg) { Work *w = arg; return channel_add(cx, &w->channel, &w->id); }
static Err add_service(Cx *cx, void *arg) { Work *w = arg; return service_add(cx, &w->service, &w->id); }
static Err drop_channel(Cx *cx, void *arg)
{
    Work *w = arg;
    Service item;
    TRY(item_get(cx, &catalog_channel, w->id, false, &item));
    return item_remove(cx, &catalog_channel, &item);
}

#define SYSTEM() auto_arena a = arena_new(16 << 10); App *app = given_a_system(a, 1780000000000); \
    auto_store store = store_take(app->db); Cx cx = app_cx(app, a, store)

SPEC("a channel is named by its id or its name, in any case and width")
{
    SYSTEM();
    Work w = { .channel = { .name = S("Checkout 支付") } };
    expect_ok(in_write(app, a, add_channel, &w));
    Ref found;
    expect_ok(channel_named(&cx, S("channel_id"), w.id, &found));
    expect_ok(channel_named(&cx, S("channel_id"), S("ｃheckout 支付"), &found));
    expect_str("Checkout 支付", found.name);
    Err e = channel_named(&cx, S("channel_id"), S("nowhere"), &found);
    expect(err_is(e, ERR_INVALID));
    expect_str("channel_id", e.info->field);
}

SPEC("two channels never have one name; a channel and a service may")
{
    SYSTEM();
    (void)cx;
    Work w = { .channel = { .name = S("Search") }, .service = { .name = S("Search") } };
    expect_ok(in_write(app, a, add_channel, &w));
    expect_err(ERR_CONFLICT, in_write(app, a, add_channel, &w));
    expect_ok(in_write(app, a, add_service, &w));
}

SPEC("a removed channel is in no list, but records that mention it still know its name")
{
    SYSTEM();
    Work w = { .channel = { .name = S("Search") } };
    expect_ok(in_write(app, a, add_channel, &w));
    expect_ok(in_write(app, a, drop_channel, &w));
    Services all;
    Channel one;
    Ref ref;
    Map *refs;
    Strs ids = { &w.id, 1, 1 };
    expect_ok(item_list(&cx, &catalog_channel, S(""), S(""), &all));
    expect_int(0, all.len);
    expect_err(ERR_INVALID, channel_named(&cx, S("channel_id"), w.id, &ref));
    expect_ok(channel_get(&cx, w.id, &one));
    expect_ok(channel_refs(&cx, ids, &refs));
    expect_str("Search", ref_of(refs, w.id).name);
}

SPEC("a service has a tier from 1 to 4, and 3 when nobody says")
{
    SYSTEM();
    Work plain = { .service = { .name = S("api") } }, bad = { .service = { .name = S("db"), .tier = 5 } };
    Service s;
    expect_ok(in_write(app, a, add_service, &plain));
    expect_ok(service_get(&cx, plain.id, &s));
    expect_int(3, s.tier);
    Err e = in_write(app, a, add_service, &bad);
    expect(err_is(e, ERR_INVALID));
    expect_str("tier", e.info->field);
}
