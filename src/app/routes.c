/** The tree of routes: one level per path segment, literal names before parameters. */
#include "app/router.h"
#include "net/url.h"

typedef struct Node Node;
struct Node {
    Str name;                       /* literal segment, or the parameter's name */
    LIST(Node *) literals;
    Node *param;
    const Route *routes[5];         /* by Method */
};
struct RouteTree { Arena *arena; Node root; };

static Node *literal(const Node *n, Str name)
{
    list_each(&n->literals, i)
        if (str_eq(n->literals.at[i]->name, name)) return n->literals.at[i];
    return NULL;
}

static Node *child(Arena *a, Node *n, Str segment)
{
    bool param = str_starts(segment, S(":"));
    Node *found = param ? n->param : literal(n, segment);
    Str name = param ? str_sub(segment, 1, segment.len) : segment;
    if (!found) {
        found = arena_make(a, Node);
        found->name = name;
        if (param) n->param = found; else *list_add(a, &n->literals) = found;
    }
    if (param && !str_eq(found->name, name))
        bug("one place in a path has two names: :" STR_FMT " and :" STR_FMT, STR_ARG(found->name),
            STR_ARG(name));
    return found;
}

static void add(RouteTree *t, const Route *r)
{
    Node *n = &t->root;
    for (Str rest = str_sub(str_of(r->path), 1, SIZE_MAX), segment; str_next(&rest, '/', &segment);)
        n = child(t->arena, n, segment);
    if (n->routes[r->method]) bug("two routes for %s %s", method_names[r->method], r->path);
    n->routes[r->method] = r;
}

RouteTree *router_make(Arena *a)
{
    RouteTree *t = arena_make(a, RouteTree);
    t->arena = a;
    for (size_t i = 0; features[i]; i++)
        for (const Route *r = features[i]->routes; r && r->path; r++) add(t, r);
    return t;
}

static int method_of(Str name)
{
    if (str_eq(name, S("HEAD"))) return GET;
    for (int m = GET; m <= DELETE; m++)
        if (str_eq(name, str_of(method_names[m]))) return m;
    return -1;
}

const Route *router_find(const RouteTree *t, Arena *a, Str method, Str path, HttpHeader *params, size_t *ret_n, bool *ret_other_method)
{
    const Node *n = &t->root;
    *ret_n = 0;
    *ret_other_method = false;
    for (Str rest = str_sub(path, 1, SIZE_MAX), segment; str_next(&rest, '/', &segment);) {
        const Node *next = literal(n, segment);
        if (!next && n->param && *ret_n < 8) {
            Str value;
            if (str_empty(segment) || !url_decode(a, segment, URL_PLUS_IS_PLUS, &value)
                || !url_is_text(value))
                return NULL;
            next = n->param;
            params[(*ret_n)++] = (HttpHeader){ next->name, value };
        }
        if (!next) return NULL;
        n = next;
    }
    int m = method_of(method);
    if (m >= 0 && n->routes[m]) return n->routes[m];
    for (int other = GET; other <= DELETE; other++)
        if (n->routes[other]) *ret_other_method = true;
    return NULL;
}
