#include "feature/check/blameless.h"
#include <glob.h>
#include "base/buf.h"
#include "base/spec.h"

/** "rule: words -> proposal; …" of what is found in a text that knows Maria Lopez and 王小明. */
static Str found_in(Arena *a, const char *text)
{
    Str names[] = { S("Maria Lopez"), S("王小明") };
    Wordings found;
    blameless_find(a, str_of(text), (Strs){ names, 2, 2 }, &found);
    Buf b = buf_new(a, 1 << 16);
    list_each(&found, i) {
        const Wording *w = &found.at[i];
        buf_fmt(&b, "%s%s: " STR_FMT, i ? "; " : "", w->rule, (int)(w->to - w->from), text + w->from);
        if (w->proposes) buf_fmt(&b, " -> " STR_FMT, STR_ARG(w->suggestion));
    }
    return buf_str(&b);
}

typedef struct Example { const char *text, *found; } Example;

static void check_all(const Example *examples)
{
    auto_arena a = arena_new(4096);
    for (const Example *e = examples; e->text; e++) {
        Str got = found_in(a, e->text);
        if (str_eq(got, str_of(e->found))) continue;
        spec_failures++;
        fprintf(stderr, "in \"%s\"\n  found    \"" STR_FMT "\"\n  expected \"%s\"\n", e->text, STR_ARG(got), e->found);
    }
}

SPEC("wording that makes a person the cause is found, with a proposal where one fits")
{
    static const Example examples[] = {
        { "The outage was down to human error.", "human_error: human error -> an action the system did not guard against" },
        { "Human error.", "human_error: Human error -> An action the system did not guard against" },
        { "A fat-fingered command dropped it.", "human_error: fat-fingered" },
        { "The on-call engineer caused the outage.", "person_as_cause: The on-call engineer caused" },
        { "Maria broke the build.", "person_as_cause: Maria broke" },
        { "It was Maria's mistake.", "person_as_cause: mistake" },
        { "A junior developer took down the cluster.", "person_as_cause: A junior developer took down" },
        { "The engineer mistakenly restarted both.", "person_as_cause: mistakenly -> " },
        { "The table was lost due to an oversight.", "person_as_cause: oversight -> a gap in our checks" },
        { "The vendor is to blame.", "person_as_cause: is to blame -> contributed" },
        { "That was careless and sloppy.", "judgement: careless; judgement: sloppy" },
        { "It was a poor decision.", "judgement: poor decision" },
        { "There was a lack of discipline.", "judgement: lack of discipline" },
        { "Who approved this change?", "who_question: Who approved" },
        { "We have to find out who deployed it.", "who_question: who deployed" },
        { 0 },
    };
    check_all(examples);
}

SPEC("what nobody did, and what would have been better, is found")
{
    static const Example examples[] = {
        { "We failed to notice the alert.", "failed_to: We failed to -> It was hard to" },
        { "The operators ignored it.", "failed_to: The operators ignored" },
        { "The on call person missed the page.", "failed_to: The on call person missed the page" },
        { "The team didn't follow the runbook.", "failed_to: The team didn't follow" },
        { "She should have checked the graph.", "counterfactual: She should have checked" },
        { "We should’ve tested it.", "counterfactual: We should’ve tested" },
        { "Maria could have asked.", "counterfactual: Maria could have asked" },
        { "It could have been avoided.", "counterfactual: could have been avoided" },
        { "Had we looked, we would have seen it.", "counterfactual: Had we looked; counterfactual: we would have seen" },
        { "We need to be more careful.", "counterfactual: be more careful" },
        { 0 },
    };
    check_all(examples);
}

SPEC("what systems do, and neutral words about people, are left alone")
{
    static const Example examples[] = {
        { "The proxy failed to start and the pods did not come back.", "" },
        { "Users failed to log in and customers could not pay.", "" },
        { "They failed to schedule because the node was full.", "" },
        { "The alert should have fired after five minutes.", "" },
        { "This could have taken hours.", "" },
        { "We should have alerts for this, and the team could have a rota.", "" },
        { "The engineer who deployed the change noticed the graph and rolled it back.", "" },
        { "A memory leak caused the crash; git blame shows the line.", "" },
        { "The Kubernetes operator failed to reconcile.", "" },
        { "We deployed at 14:07 and Maria rolled back at 14:20.", "" },
        { "The error rate was caused by the cache.", "" },
        { "Our blameless review found an off-by-one error in the parser.", "" },
        { "The team manager service broke.", "" },
        { "We did not get an e-mail about this. Error: failed to start container.", "" },
        { "We identified the person who is on call.", "" },
        { "Alerts were missed by the filter, and the page was ignored by the cache.", "" },
        { "", "" },
        { 0 },
    };
    check_all(examples);
}

SPEC("quotations are left alone: they are what somebody said")
{
    static const Example examples[] = {
        { "One message said \"human error\" and “who did this?”.", "" },
        { "Not «careless», but human error", "human_error: human error -> an action the system did not guard against" },
        { "用户说「这是人为失误」。", "" },
        { "An open \" mark hides nothing: careless", "judgement: careless" },
        { 0 },
    };
    check_all(examples);
}

SPEC("Chinese wording is found, in Chinese and in mixed text")
{
    static const Example examples[] = {
        { "根因是人为失误。", "human_error: 人为失误 -> 系统没有防住的操作" },
        { "值班同学误操作删除了表。", "human_error: 误操作 -> 缺少防护的操作" },
        { "由于粗心大意，配置写错。", "judgement: 粗心大意" },
        { "本应在上线前发现。", "counterfactual: 本应" },
        { "如果当时看了监控就好了。", "counterfactual: 如果当时" },
        { "是谁上线的？", "who_question: 是谁" },
        { "值班工程师没有看告警。", "failed_to: 值班工程师没有" },
        { "王小明忽略了告警。", "failed_to: 王小明忽略" },
        { "发布前忘记检查 pool size。", "failed_to: 忘记" },
        { "运维人员导致了故障。", "person_as_cause: 运维人员导致" },
        { "他擅自重启了 proxy。", "judgement: 擅自 -> " },
        { "要对负责人追责。", "person_as_cause: 追责" },
        { 0 },
    };
    check_all(examples);
}

SPEC("neutral Chinese is left alone")
{
    static const Example examples[] = {
        { "其他服务没有受影响。", "" },
        { "系统没有告警，流量由缓存导致下降。", "" },
        { "增加防误操作的二次确认。", "" },
        { "大意是说连接池不足。", "" },
        { "用户点击“忘记密码”后收不到邮件。", "" },
        { "忘记密码功能不可用。", "" },
        { "错误率升高，处理能力不足。", "" },
        { 0 },
    };
    check_all(examples);
}

SPEC("hostile text is read in one go")
{
    auto_arena a = arena_new(4096);
    Buf b = buf_new(a, 1 << 20);
    for (int i = 0; i < 20000; i++) buf_fmt(&b, "«“\"’'s\xff we ");
    Wordings found;
    blameless_find(a, buf_str(&b), (Strs){ 0 }, &found);
    b = buf_new(a, 1 << 20);
    for (int i = 0; i < 2000; i++) buf_fmt(&b, "careless. ");
    blameless_find(a, buf_str(&b), (Strs){ 0 }, &found);
    expect_int(100, found.len);
}

/** The text of a Markdown file without its code. */
static Str prose(Arena *a, const char *path, int64_t *words)
{
    FILE *file = fopen(path, "r");
    if (!file) return S("");
    Buf b = buf_new(a, 1 << 20);
    char line[8192];
    bool code = false;
    while (fgets(line, sizeof line, file)) {
        if (!strncmp(line, "```", 3)) code = !code;
        if (code || !strncmp(line, "    ", 4)) continue;
        buf_fmt(&b, "%s", line);
        for (const char *at = line; *at; at++) *words += *at == ' ' || *at == '\n';
    }
    fclose(file);
    return buf_str(&b);
}

SPEC("published reports give at most one false alarm in a thousand words")
{
    auto_arena a = arena_new(4096);
    glob_t files;
    if (glob("../shared/samples/reports/*/incident-reports/*.md", 0, NULL, &files)) {
        spec_skip("no published reports here");
        return;
    }
    int64_t words = 0, found_all = 0;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        Str text = prose(a, files.gl_pathv[i], &words);
        Wordings found;
        blameless_find(a, text, (Strs){ 0 }, &found);
        found_all += (int64_t)found.len;
        list_each(&found, k)
            if (getenv("SHOW")) fprintf(stderr, "%s: " STR_FMT "\n", found.at[k].rule, STR_ARG(str_sub(text, found.at[k].from, found.at[k].to - found.at[k].from)));
    }
    globfree(&files);
    if (getenv("SHOW")) fprintf(stderr, "%lld in %lld words\n", (long long)found_all, (long long)words);
    expect(words > 5000);
    expect(found_all * 1000 <= words);
}
