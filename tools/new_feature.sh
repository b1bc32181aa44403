#!/bin/sh
# Writes the folder of a new feature and its line in features.def: tools/new_feature.sh NAME
# What it writes compiles, has a table, a route, a spec and a screen; change it into what you want.
set -eu
cd "$(dirname "$0")/.."
name=${1:-}
case $name in ''|*[!a-z0-9_]*|[0-9_]*) echo "usage: tools/new_feature.sh NAME   (lower case letters, digits, _)" >&2; exit 2 ;; esac
dir=src/feature/$name
[ ! -e "$dir" ] || { echo "$dir is there already" >&2; exit 1; }
type=$(printf '%s' "$name" | awk -F_ '{ for (i = 1; i <= NF; i++) printf "%s%s", toupper(substr($i, 1, 1)), substr($i, 2) }')
mkdir -p "$dir/ui"

cat >"$dir/schema.sql" <<END
-- step 1
CREATE TABLE $name (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1
);
END
cat >"$dir/queries.sql" <<END
-- name: ${name}_insert
INSERT INTO $name (id, name, created_ms) VALUES (:id, :name, :now_ms);
-- name: ${name}_list
SELECT id, name, created_ms, version FROM $name ORDER BY created_ms DESC, id DESC LIMIT :limit;
END
cat >"$dir/$name.h" <<END
#pragma once
/** What $name is, in a sentence or two: purpose, invariants, limits. */
#include "app/feature.h"

typedef struct $type { Str id, name; int64_t created_ms, version; } $type;
typedef LIST($type) ${type}s;

/** Adds one. Within a write. Fails: ERR_INVALID naming the field. */
Err ${name}_add(Cx *cx, Str given, Str *ret_id);
/** Newest first. */
Err ${name}_list(Cx *cx, int64_t limit, ${type}s *ret);
END
cat >"$dir/$name.c" <<END
#include "feature/$name/$name.h"
#include "base/id.h"
#include "sql.gen.h"

Err ${name}_add(Cx *cx, Str given, Str *ret_id)
{
    if (str_empty(given)) return fail_field(cx->arena, S("name"), "it needs a name");
    Str id = id_new(cx->arena, cx->now_ms);
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_${name}_insert);
    stmt_str(&q, "id", id);
    stmt_str(&q, "name", given);
    stmt_int(&q, "now_ms", cx->now_ms);
    TRY(stmt_exec(&q));
    *ret_id = id;
    return live_touch(cx, S("$name"), "added", id, 1, S(""));
}

Err ${name}_list(Cx *cx, int64_t limit, ${type}s *ret)
{
    auto_stmt q = stmt_begin(cx->arena, cx->store, &sql_${name}_list);
    stmt_int(&q, "limit", limit);
    ${type}s all = { 0 };
    while (stmt_step(&q))
        *list_add(cx->arena, &all) = ($type){ stmt_col_str(&q, 0), stmt_col_str(&q, 1), stmt_col_int(&q, 2), stmt_col_int(&q, 3) };
    TRY(stmt_end(&q));
    *ret = all;
    return OK;
}
END
cat >"$dir/feature.c" <<END
#include "feature/$name/$name.h"
#include "sql.gen.h"

static SHAPE(shape, $type, "What it is",
    FIELD($type, id, READ_ONLY, "UUIDv7"),
    FIELD($type, name, REQUIRED, "What people call it", .max = 100),
    FIELD_AT($type, created_ms, READ_ONLY, "When it was added"),
    FIELD($type, version, READ_ONLY, "Grows with each change"));

static Err get_all(Cx *cx, Req *req, Res *res)
{
    int64_t limit = req_limit(req);
    ${type}s all;
    TRY(${name}_list(cx, limit, &all));
    res_list(cx, res, &shape, all.at, sizeof *all.at, all.len, limit, (Cursor){ 0 }, (int64_t)all.len);
    return OK;
}

static Err post_one(Cx *cx, Req *req, Res *res)
{
    $type made = { .name = BODY(req, $type)->name, .created_ms = cx->now_ms, .version = 1 };
    TRY(${name}_add(cx, made.name, &made.id));
    res_created(cx, res, &shape, &made, S(""), made.version);
    return OK;
}

static const Route routes[] = {
    { GET, "/api/v1/$name", ROLE_VIEWER, get_all, .reply = &shape, .flags = REPLY_LIST, .doc = "All of them, newest first" },
    { POST, "/api/v1/$name", ROLE_RESPONDER, post_one, &shape, &shape, .doc = "Adds one" },
    { 0 },
};

const Feature ${name}_feature = { .name = "$name", .schema = &${name}_schema, .routes = routes };
END
cat >"$dir/${name}_test.c" <<END
#include "app/app.h"
#include "base/spec.h"
#include "feature/$name/$name.h"

static Err add(Cx *cx, void *arg) { return ${name}_add(cx, *(Str *)arg, &(Str){ 0 }); }

SPEC("$name: what was added is listed, and what has no name is refused")
{
    auto_arena a = arena_new(16 << 10);
    App *app = given_a_system(a, 1780000000000);
    Cx cx = app_cx(app, a, NULL);
    expect_ok(cx_write(&cx, add, &S("the first")));
    expect_err(ERR_INVALID, cx_write(&cx, add, &S("")));
    auto_store s = store_take(app->db);
    cx.store = s;
    ${type}s all;
    expect_ok(${name}_list(&cx, 10, &all));
    expect_int(1, all.len);
    expect_str("the first", all.at[0].name);
}
END
cat >"$dir/ui/strings.ts" <<END
import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: { title: '$type', empty: 'Nothing here yet' },
    zh: { title: '$type', empty: '这里还没有内容' },
});
END
cat >"$dir/ui/index.tsx" <<END
import { defineFeature } from 'app/registry';

export default defineFeature({
    name: '$name',
    routes: [{ path: '/$name', load: () => import('./list') }],
});
END
cat >"$dir/ui/list.tsx" <<END
import { usePages } from 'app/resource';
import { Empty, Failed, More, Skeleton, Topbar } from 'kit';
import { t } from './strings';

interface Row { id: string; name: string }

export default function List() {
    const rows = usePages<Row>('/$name', {}, ['$name']);
    return <>
        <Topbar title={t('title')} />
        <div class="page">
            {rows.error ? <Failed error={rows.error} retry={rows.reload} />
                : !rows.items ? <Skeleton />
                : rows.items.length === 0 ? <Empty title={t('empty')} />
                : <ul class="items">{rows.items.map((row) => <li key={row.id}>{row.name}</li>)}</ul>}
            <More more={rows.more} />
        </div>
    </>;
}
END
echo "FEATURE($name)" >>features.def
echo "Made $dir and the line FEATURE($name) in features.def."
echo "It may include base, store, app, port, document; name the features whose header it needs in src/FLOORS: $name < account …"
