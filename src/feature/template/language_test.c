/* The language by examples: source, data, what comes out as Markdown. */
#include "base/spec.h"
#include "feature/template/language.h"

static void given_block(void *ctx, Arena *a, Str name, BlockMode mode, DocNodes *to)
{
    (void)ctx;
    if (str_eq(name, S("incident.changes"))) return;
    DocNode *p = doc_node(a, "paragraph");
    doc_text(a, p, arena_fmt(a, "[" STR_FMT " %s]", STR_ARG(name), mode == BLOCK_LIVE ? "live" : "snapshot"));
    *list_add(a, to) = p;
}

static const char data_text[] =
    "{\"incident\":{\"title\":\"Pool *too* small\",\"summary\":\"\",\"services\":\"a_b, c|d\",\"url\":\"https://x.example/incidents/INC-4\","
    "\"detection_note\":\"# not a heading\\n- not a list\\n\\n<script>\",\"trigger_note\":\"javascript:alert(1)\"},"
    "\"impacts\":[{\"title\":\"Checkout\",\"duration\":\"39 m\"},{\"title\":\"| Ledger |\",\"duration\":\"22 m\"}],"
    "\"responders\":[{\"name\":\"Ines\",\"role\":\"commander\"}],\"alerts\":[],\"events\":[]}";

static Str filled(Arena *a, const char *source)
{
    const Program *program;
    Err e = program_parse(a, S("prefill"), str_of(source), &program);
    if (e.info) return e.info->message;
    json_t *values = json_loads(data_text, 0, NULL);
    DocNode *doc = doc_node(a, "doc");
    Str markdown = S("");
    e = program_run(a, program, &(ProgramData){ .values = values, .locale = S("en"), .block = given_block }, doc);
    if (!e.info) e = render_markdown(a, doc, &markdown);
    json_decref(values);
    return e.info ? e.info->message : str_trim(markdown);
}

typedef struct Example { const char *source, *want; } Example;
static const Example examples[] = {
    { "plain *text*", "plain *text*" },
    { "{{incident.title}}", "Pool \\*too\\* small" },
    { "**{{ incident.title }}**!", "**Pool \\*too\\* small**!" },
    { "`{{incident.title}}`", "`Pool *too* small`" },
    { "```\n{{incident.detection_note}}\n```", "```\n# not a heading\n- not a list\n\n<script>\n```" },
    { "{{incident.detection_note}}", "\\# not a heading\\\n\\- not a list\\\n\\\n\\<script\\>" },
    { "- {{incident.detection_note}}", "- \\# not a heading\\\n  \\- not a list\\\n  \\\n  \\<script\\>" },
    { "# {{incident.detection_note}}", "# \\# not a heading - not a list  \\<script\\>" },
    { "[{{incident.title}}]({{incident.url}})", "[Pool \\*too\\* small](https://x.example/incidents/INC-4)" },
    { "[x]({{incident.trigger_note}})", "x" },
    { "| a |\n| --- |\n| {{incident.services}} |", "| a |\n| --- |\n| a_b, c\\|d |" },
    { "Before\n\n{{incident.summary}}\n\nAfter", "Before\n\nAfter" },
    { "Found {{incident.detected}}.", "Found not recorded." },
    { "{{#each impacts}}\n- {{title}}: {{duration}}\n{{/each}}", "- Checkout: 39 m\n- \\| Ledger \\|: 22 m" },
    { "{{#each impacts}}{{number}}. {{this.title}}\n{{/each}}", "1. Checkout\n2. \\| Ledger \\|" },
    { "| What | How long |\n| --- | --- |\n{{#each impacts}}\n| {{title}} | {{duration}} |\n{{/each}}",
      "| What | How long |\n| --- | --- |\n| Checkout | 39 m |\n| \\| Ledger \\| | 22 m |" },
    { "{{#each impacts}}{{#each responders}}{{name}}/{{title}} {{/each}}{{/each}}", "Ines/Checkout Ines/\\| Ledger \\|" },
    { "{{#each alerts}}x{{/each}}", "" },
    { "{{#if incident.summary}}yes{{else}}no{{/if}}", "no" },
    { "{{#if incident.title}}yes{{else}}no{{/if}}", "yes" },
    { "{{#if impacts}}yes{{/if}}{{#if alerts}}no{{/if}}", "yes" },
    { "{{#unless alerts}}quiet{{else}}loud{{/unless}}", "quiet" },
    { "{{#if incident.changes}}yes{{else}}no changes{{/if}}", "no changes" },
    { "{{#if incident.title}}\nyes\n{{/if}}\n", "yes" },
    { "{{! nobody sees this }}x", "x" },
    { "\\{{incident.title}}", "{{incident.title}}" },
    { "{{incident.timeline}}", "\\[incident.timeline snapshot\\]" },
    { "{{incident.follow_ups live}}", "\\[incident.follow_ups live\\]" },
    { "Text {{incident.card}} more", "Text  more\n\n\\[incident.card snapshot\\]" },
    { "\U000F0000\U000F0001x", "x" },
    /* what is refused, and how */
    { "ok\n  {{incident.titel}}", "line 2, column 3: there is no \"incident.titel\"; did you mean \"incident.title\"?" },
    { "连接池 {{title}}", "line 1, column 5: there is no \"title\"; did you mean \"incident.title\"?" },
    { "{{#each impacts}}{{durration}}{{/each}}", "line 1, column 18: there is no \"durration\"; did you mean \"duration\"?" },
    { "{{#each impact}}{{/each}}", "line 1, column 1: there is no \"impact\"; did you mean \"impacts\"?" },
    { "{{impacts}}", "line 1, column 1: \"impacts\" is a list: write {{#each impacts}} … {{/each}}" },
    { "{{#each incident.title}}{{/each}}", "line 1, column 1: \"incident.title\" is no list: {{#each}} takes impacts, events, alerts, …" },
    { "a {{incident.title", "line 1, column 3: these braces are never closed with }}" },
    { "{{#each impacts}}", "line 1, column 1: this {{#each}} has no {{/each}}" },
    { "{{#if impacts}}{{/each}}", "line 1, column 16: {{/each}} closes nothing that is open here" },
    { "{{else}}", "line 1, column 1: {{else}} closes nothing that is open here" },
    { "{{#with x}}", "line 1, column 1: there is no {{#with}}; there are {{#each}}, {{#if}} and {{#unless}}" },
    { "{{}}", "line 1, column 1: the braces are empty: write a name between them, such as {{incident.title}}" },
    { "{{incident.timeline dead}}", "line 1, column 1: a block is \"live\" or \"snapshot\", not \"dead\"" },
    { "{{incident.title live}}", "line 1, column 1: \"live\" behind incident.title means nothing here" },
    { "{{zzzzzzzzzzzz}}", "line 1, column 1: there is no \"zzzzzzzzzzzz\"" },
    { "{{#if impacts}}{{#if impacts}}{{#if impacts}}{{#if impacts}}{{#if impacts}}{{#if impacts}}",
      "line 1, column 76: loops and conditions are nested more than 5 deep" },
};

SPEC("the template language does what its examples say")
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        auto_arena a = arena_new(8192);
        Str got = filled(a, examples[i].source);
        if (!str_eq(got, str_of(examples[i].want))) fprintf(stderr, "%s\n", examples[i].source);
        expect_str(examples[i].want, got);
    }
}

SPEC("a template that multiplies itself is stopped, also when it makes no text, by tables or by long values")
{
    static const char *const bombs[] = {
        "{{#each impacts}}{{#each impacts}}{{#each impacts}}{{title}}{{/each}}{{/each}}{{/each}}",
        "{{#each impacts}}{{#each impacts}}{{#each impacts}}{{#each impacts}}{{#each impacts}}{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}",
        "{{#each impacts}}{{incident.timeline}}{{/each}}",
        "{{#each impacts}}{{#if incident.timeline}}{{/if}}{{/each}}",
        "{{#each impacts}}\n\n{{incident.summary}}{{incident.summary}}\n\n{{/each}}",
    };
    auto_arena a = arena_new(8192);
    Buf list = buf_new(a, 1 << 20);
    buf_add(&list, S("{\"incident\":{\"summary\":\""));
    for (int i = 0; i < 10000; i++) buf_byte(&list, 'x');
    buf_add(&list, S("\"},\"impacts\":["));
    for (int i = 0; i < 400; i++) buf_fmt(&list, "%s{\"title\":\"x\"}", i ? "," : "");
    buf_add(&list, S("]}"));
    json_t *values = json_loads(buf_str(&list).at, 0, NULL);
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        const Program *program;
        expect_ok(program_parse(a, S(""), str_of(bombs[i]), &program));
        expect_err(ERR_TOO_LARGE, program_run(a, program, &(ProgramData){ .values = values, .locale = S("en"), .block = given_block }, doc_node(a, "doc")));
    }
    json_decref(values);
}
