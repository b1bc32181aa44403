/* Words that a claim may say only if its sources do: that something was not so, how large a part, which step was taken, who did it. */
#include "feature/draft/ground_impl.h"

/** Where one of `words` stands outside of quotes and of what was read as a figure; -1: nowhere. */
static ptrdiff_t said_at(const Check *c, const char *const *words, size_t *ret_len)
{
    Str low = c->claim->low;
    for (size_t i = 0; i < low.len; i++) {
        if (c->quoted[i] || c->claim->used[i]) continue;
        for (size_t k = 0; words[k]; k++)
            if (words[k][0] == low.at[i] && check_says(low, i, str_of(words[k]))) { *ret_len = strlen(words[k]); return (ptrdiff_t)i; }
    }
    return -1;
}

static bool claim_says(const Check *c, const char *const *words)
{
    size_t len;
    return said_at(c, words, &len) >= 0;
}

/** Beginnings of words, in what is cited or in the words by which it may be meant. */
static bool sources_say(const Check *c, const char *const *words)
{
    for (size_t i = 0; i < c->n_cited; i++)
        for (size_t k = 0; words[k]; k++)
            if (check_has_token(c->cited[i]->reading->low, str_of(words[k])) || check_has_token(c->cited[i]->aka, str_of(words[k]))) return true;
    return false;
}

/* ---- denial */

bool check_denial(Check *c)
{
    static const char *const no[] = { "no", "not", "never", "none", "nobody", "nothing", "without", "neither", "unaffected", "didn't", "wasn't", "weren't", "doesn't", "isn't", "hadn't", "don't",
        "hasn't", "haven't", "没有", "没能", "从未", "并未", "尚未", "无人", "未受", "未被", "未影响", "未触发", "未发生", "未造成", "毫无", "并非", "不是", NULL };
    static const char *const unable[] = { "could not", "couldn't", "cannot", "can't", "unable to", "not available", "无法", "不能", "未能", NULL };
    static const char *const failing[] = { "fail", "error", "down", "unavail", "outage", "reject", "refus", "timeout", "time", "unable", "lost", "stop", "deni", "block", "full", "exhaust", "5xx", "50", "no ", "not ",
        "失败", "错误", "不可用", "中断", "超时", "拒绝", "无法", "丢失", "停", "异常", "故障", "耗尽", "满", NULL };
    static const char *const fine[] = { "not only", "no longer", "no later than", "not yet known", "not known", "recorded", "record", "记录", "不再", "不仅", "未知", NULL };
    static const char *const denying[] = { "no", "not", "never", "none", "nobody", "nothing", "without", "neither", "didn", "wasn", "weren", "doesn", "isn", "hadn", "don't", "couldn", "can't", "cannot",
        "没", "未", "无", "不", "非", NULL };
    size_t len;
    ptrdiff_t i = said_at(c, no, &len);
    if (i < 0 || claim_says(c, fine) || check_has_weight(c, WEIGHT_REJECTED)) return true;
    for (size_t k = 0; k < c->n_cited; k++)
        for (size_t n = 0; denying[n]; n++)
            if ((unsigned char)denying[n][0] >= 0x80 ? str_find(c->cited[k]->reading->low, str_of(denying[n])) >= 0 : check_words_in(c->cited[k]->reading->low, str_of(denying[n]))) return true;
    if (claim_says(c, unable) && sources_say(c, failing)) return true;
    return check_fault(c, FAULT_DENIAL, (size_t)i, (size_t)i + len);
}

/* ---- how large a part */

bool check_share(Check *c)
{
    static const char *const shares[] = { "half", "halved", "a third", "two thirds", "a quarter", "three quarters", "majority", "most", "dozens", "hundreds", "thousands", "millions", "doubled", "tripled",
        "quadrupled", "twice", "tenfold", "all customers", "all users", "all requests", "all payments", "all orders", "all traffic", "all calls", "all regions", "all services", "every customer", "every user",
        "every request", "every payment", "every order", "every call", "every service", "everyone", "everybody", "entire", "entirely", "completely", "worldwide", "globally",
        "一半", "半数", "大部分", "大多数", "多数", "绝大", "三分之", "四分之", "所有客户", "所有用户", "所有请求", "所有服务", "所有订单", "全部客户", "全部用户", "全部请求", "全体", "数十", "数百", "数千", "上百",
        "上千", "上万", "数万", "成千上万", "翻倍", "翻番", "翻了", "完全", NULL };
    size_t len;
    ptrdiff_t i = said_at(c, shares, &len);
    if (i < 0 || check_said(c, str_sub(c->claim->low, (size_t)i, len), false)) return true;
    return check_fault(c, FAULT_NUMBER, (size_t)i, (size_t)i + len);
}

/* ---- which step was taken */

bool check_state(Check *c)
{
    static const struct { const char *said[6], *source[10]; } steps[] = {
        { { "resolved", "recovered", "restored", "恢复", "解决" }, { "resol", "recov", "resto", "fixed", "over", "back", "end", "恢复", "解决", "结束" } },
        { { "mitigated", "缓解" }, { "mitig", "end", "缓解", "止损", "结束" } },
        { { "acknowledged", "接手" }, { "ackno", "took", "taken", "respo", "接手", "响应", "确认" } },
        { { "declared", "宣布" }, { "decla", "open", "宣布", "声明", "创建" } },
        { { "rolled back", "reverted", "回滚" }, { "roll", "revert", "back", "undo", "undone", "fix", "回滚", "撤", "恢复" } },
        { { "restarted", "重启" }, { "resta", "reboo", "重启" } },
        { { "deleted", "dropped", "删除" }, { "delet", "drop", "remov", "删", "清" } },
        { { "leaked", "stolen", "exfiltrated", "泄露", "泄漏", "窃取" }, { "leak", "stol", "exfil", "expos", "secur", "泄", "窃", "暴露", "安全" } },
    };
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        const char *said[7] = { 0 }, *source[11] = { 0 };
        memcpy(said, steps[k].said, sizeof steps[k].said);
        memcpy(source, steps[k].source, sizeof steps[k].source);
        size_t len;
        ptrdiff_t i = said_at(c, said, &len);
        if (i >= 0 && !sources_say(c, source)) return check_fault(c, FAULT_STATE, (size_t)i, (size_t)i + len);
    }
    return true;
}

/* ---- who did it: the sources that name somebody must be those that say what the sentence says */

bool check_agent(Check *c)
{
    list_each(&c->e->names, i) {
        Str name = ground_fold(c->a, c->e->names.at[i]);
        ptrdiff_t at = str_find(c->claim->low, name);
        if (at < 0 || c->quoted[at] || !check_words_in(c->claim->low, name)) continue;
        int with = -1, without = -1;
        for (size_t k = 0; k < c->n_cited; k++) {
            const Looked *l = c->cited[k];
            if (!str_eq(l->piece->kind, S("event")) && !str_eq(l->piece->kind, S("message")) && !str_eq(l->piece->kind, S("change"))) return true;     /* roles and records name people at large */
            int n = check_clause_score(c, (size_t)at, name, l);
            int *best = check_words_in(l->reading->low, name) ? &with : &without;
            if (n > *best) *best = n;
        }
        if (with == 0 && without >= 2) return check_fault(c, FAULT_NAME, (size_t)at, (size_t)at + name.len);
    }
    return true;
}
