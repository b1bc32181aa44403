/* An attack: what a model might say about one incident, true and false, by the kind of lie. Every lie must be refused and every truth pass;
 * what does not is named here, so that the table in docs/internals/draft.md stays what was measured. */
#include "base/spec.h"
#include "base/time.h"
#include "feature/draft/ground.h"

#define AT(text) ({ int64_t ms_ = 0; if (!time_parse(S("2026-11-10T" text "Z"), &ms_)) bug("time"); ms_; })

static void piece(EvidenceSet *e, const char *kind, const char *text, const char *aka, int64_t at, int64_t until, Weight weight)
{
    *list_add(e->arena, &e->pieces) = (Piece){ .kind = str_of(kind), .id = str_of(text), .title = str_of(text), .text = str_of(text), .aka = str_of(aka), .at_ms = at, .until_ms = until, .weight = weight };
}

/** Orders fail from 09:12 to 10:02 UTC; people read times in Berlin (an hour later). */
static EvidenceSet *given(Arena *a)
{
    EvidenceSet *e = evidence_new(a, S("en"), S("Europe/Berlin"));
    static const char *const names[] = { "Dana Reyes", "Tom Vogel", "order-api", "李雷" };
    for (size_t i = 0; i < 4; i++) *list_add(a, &e->names) = str_of(names[i]);
    piece(e, "record", "INC-21 Orders fail in the shop. 商城下单失败. Severity SEV-2. Service order-api. Detected by customer report 客户反馈", "incident impact found 事件 影响 发现", 0, 0, 0);       /* E1 */
    piece(e, "record", "Impact began", "impact started began 影响开始 开始", AT("09:12:00"), 0, 0);                                                                                  /* E2 */
    piece(e, "record", "Mitigated", "mitigated mitigation impact stopped 缓解 止损", AT("10:02:00"), 0, 0);                                                                          /* E3 */
    piece(e, "record", "Resolved", "resolved recovered restored fixed over 恢复 解决", AT("11:30:00"), 0, 0);                                                                        /* E4 */
    piece(e, "change", "Schema migration 118 adds an index on orders. migration 数据库迁移 118 为订单表加索引 by Dana Reyes. order-api v5.3.0", "change deploy deployed went out 变更 发布", AT("09:10:00"), 0, WEIGHT_CAUSE); /* E5 */
    piece(e, "alert", "Lock wait over 5 s. Error rate 7.5% on order-api, p95 900 ms", "alert fired 告警 触发", AT("09:20:00"), AT("10:05:00"), 0);                                     /* E6 */
    piece(e, "event", "The load balancer drops connections. 负载均衡丢弃连接. Tom Vogel", "hypothesis thought suspected ruled out 假设 认为 怀疑 排除", AT("09:25:00"), AT("09:40:00"), WEIGHT_REJECTED);     /* E7 */
    piece(e, "event", "Migration 118 is cancelled. 取消迁移. Tom Vogel", "action 操作", AT("10:00:00"), 0, 0);                                                                        /* E8 */
    piece(e, "impact", "Checkout of the shop. 3480 customers affected. 3480 名客户. 910 requests failed. 910 个请求", "impact affected 影响 受影响", AT("09:12:00"), AT("10:02:00"), 0);    /* E9 */
    piece(e, "message", "Dana Reyes: the migration holds “an exclusive lock” since 09:11", "message said 消息 说", AT("09:30:00"), 0, 0);                                              /* E10 */
    piece(e, "notice", "We are looking into failing orders. 我们正在调查下单失败", "notice told customers status page 通知 公告 客户", AT("09:45:00"), 0, 0);                              /* E11 */
    piece(e, "alert", "Queue of emails at 120 messages", "alert fired 告警 触发", AT("09:33:00"), AT("09:50:00"), 0);                                                                 /* E12 */
    evidence_ready(e);
    return e;
}

typedef struct Told { const char *kind, *text, *evidence; } Told;
static const Told lies[] = {
    { "number of something else", "910 customers were affected.", "E9" }, { "number of something else", "3,480 requests failed.", "E9" }, { "number of something else", "118 customers were affected.", "E5 E9" },
    { "number of something else", "The queue held 910 messages.", "E12 E9" }, { "number of something else", "118 名客户受到影响。", "E5 E9" }, { "number of something else", "910 名客户受到影响。", "E9" },
    { "wrong digits", "3,840 customers were affected.", "E9" }, { "wrong digits", "348 customers were affected.", "E9" }, { "wrong digits", "34,800 customers were affected.", "E9" }, { "wrong digits", "Migration 181 added an index.", "E5" },
    { "order", "The alert on lock wait fired before the migration went out.", "E6 E5" }, { "order", "Customers were told before impact began.", "E11 E2" }, { "order", "The migration was cancelled after the incident was resolved.", "E8 E4" },
    { "order", "告警触发之后，数据库迁移发布。", "E6 E5" }, { "order", "缓解之后，告警触发。", "E3 E6" }, { "order", "The email queue alert fired prior to the lock wait alert.", "E12 E6" },
    { "cause", "The load balancer caused orders to fail.", "E7 E1" }, { "cause", "The email queue led to failing orders.", "E12 E1" }, { "cause", "The migration was caused by failing orders.", "E5 E1" }, { "cause", "Failing orders led to the migration.", "E1 E5" },
    { "cause", "邮件队列导致下单失败。", "E12 E1" }, { "cause", "由于负载均衡丢弃连接，下单失败。", "E7 E1" },
    { "swapped names", "Tom Vogel deployed order-api v5.3.0.", "E5" }, { "swapped names", "Dana Reyes cancelled migration 118.", "E8" }, { "swapped names", "Dana Reyes suspected that the load balancer drops connections.", "E7 E10" },
    { "swapped names", "Tom Vogel said that the migration holds an exclusive lock.", "E10" }, { "swapped names", "李雷取消了迁移。", "E8" }, { "swapped names", "Tom Vogel wrote that the migration held an exclusive lock.", "E10 E7" },
    { "invented quote", "Dana Reyes said “I broke it”.", "E10" }, { "invented quote", "Dana Reyes saw “an exclusive table lock”.", "E10" }, { "invented quote", "日志写着“主键冲突”。", "E10" }, { "invented quote", "The alert said \"disk is full\".", "E6" },
    { "other zone", "Impact began at 10:12 UTC.", "E2" }, { "other zone", "Impact began at 09:12 CET.", "E2" }, { "other zone", "Impact began at 09:12 PST.", "E2" }, { "other zone", "Impact began at 11:12.", "E2" },
    { "other zone", "影响始于北京时间 09:12。", "E2" }, { "other zone", "Impact began at 9:12 pm.", "E2" },
    { "rounded duration", "Impact lasted an hour.", "E2 E3" }, { "rounded duration", "Impact lasted about an hour.", "E2 E3" }, { "rounded duration", "Impact lasted 45 minutes.", "E2 E3" }, { "rounded duration", "Orders failed for over an hour.", "E2 E3" },
    { "rounded duration", "影响持续了大约一个小时。", "E2 E3" }, { "rounded duration", "影响持续了半小时。", "E2 E3" },
    { "denial", "No customers were affected.", "E9" }, { "denial", "The lock wait alert never fired.", "E6" }, { "denial", "Orders did not fail in the shop.", "E1" }, { "denial", "Customers were not told about failing orders.", "E11" },
    { "denial", "Migration 118 wasn't cancelled.", "E8" }, { "denial", "没有客户受到影响。", "E9" }, { "denial", "锁等待告警从未触发。", "E6" }, { "denial", "The migration went out without any lock.", "E5" },
    { "share", "Half of the customers were affected.", "E9" }, { "share", "All customers were affected.", "E9" }, { "share", "Most requests failed.", "E9" }, { "share", "Thousands of customers were affected.", "E9" }, { "share", "The error rate doubled to 7.5%.", "E6" },
    { "share", "所有客户都受到影响。", "E9" }, { "share", "大部分请求失败。", "E9" }, { "share", "Every order failed worldwide.", "E1" },
    { "percentage", "The error rate was 75%.", "E6" }, { "percentage", "The error rate was 0.75%.", "E6" }, { "percentage", "5% of orders failed.", "E6" }, { "percentage", "错误率为百分之七十五。", "E6" }, { "percentage", "错误率为 9%。", "E6" },
    { "unit", "p95 rose to 900 s.", "E6" }, { "unit", "p95 rose to 9 seconds.", "E6" }, { "unit", "Lock wait was over 5 ms.", "E6" }, { "unit", "Lock wait was over 5 minutes.", "E6" }, { "unit", "p95 升到 900 秒。", "E6" }, { "unit", "Impact lasted 50 hours.", "E2 E3" },
    { "Chinese numeral", "三万四千八百名客户受到影响。", "E9" }, { "Chinese numeral", "三千八百名客户受到影响。", "E9" }, { "Chinese numeral", "影响持续了五十五分钟。", "E2 E3" }, { "Chinese numeral", "上午九点二十二分影响开始。", "E2" },
    { "Chinese numeral", "三条告警触发。", "E6 E12" }, { "Chinese numeral", "约三百五十名客户受到影响。", "E9" },
    { "other step", "It was resolved at 11:02.", "E3" }, { "other step", "It was mitigated at 12:30.", "E4" }, { "other step", "Migration 118 was rolled back at 10:10.", "E5" }, { "other step", "Customer data was leaked from the shop.", "E9" },
    { "other step", "order-api was restarted.", "E5" }, { "other step", "11:02 故障已解决。", "E3" },
    { "verdict", "It is confirmed that the load balancer drops connections.", "E7" }, { "verdict", "负载均衡丢弃连接的假设得到证实。", "E7" }, { "verdict", "The migration was ruled out.", "E5" },
    { "invented name", "Postgres 14 held an exclusive lock.", "E10" }, { "invented name", "The change order-api v5.3.1 added an index.", "E5" }, { "invented name", "CHG-4711 added an index on orders.", "E5" }, { "invented name", "Kafka 的消息堆积。", "E12" },
};
static const Told truths[] = {
    { "number", "3,480 customers were affected and 910 requests failed.", "E9" }, { "number", "About 3,500 customers were affected.", "E9" }, { "number", "3480 名客户受到影响，910 个请求失败。", "E9" }, { "number", "约 3500 名客户受到影响。", "E9" },
    { "number", "三千四百八十名客户受到影响。", "E9" }, { "number", "Migration 118 added an index on orders.", "E5" }, { "number", "The email queue reached 120 messages.", "E12" }, { "number", "Two alerts fired.", "E6 E12" }, { "number", "两条告警触发。", "E6 E12" },
    { "percentage", "The error rate reached 7.5%.", "E6" }, { "percentage", "错误率达到百分之七点五。", "E6" }, { "unit", "p95 rose to 0.9 s on order-api.", "E6" }, { "unit", "p95 升到 900 毫秒。", "E6" }, { "unit", "Lock wait exceeded 5 seconds.", "E6" },
    { "time", "Impact began at 09:12 UTC.", "E2" }, { "time", "Impact began at 10:12.", "E2" }, { "time", "Impact began at 10:12 CET.", "E2" }, { "time", "Impact began at 10:12 am.", "E2" }, { "time", "影响始于北京时间 17:12。", "E2" }, { "time", "上午十点十二分影响开始。", "E2" },
    { "time", "On 10 November 2026 orders began to fail at 10:12.", "E1 E2" },
    { "duration", "Impact lasted 50 minutes.", "E2 E3" }, { "duration", "影响持续了 50 分钟。", "E2 E3" }, { "duration", "影响持续了五十分钟。", "E2 E3" }, { "duration", "Resolving it took 2 hours 18 minutes from the start of impact.", "E2 E4" },
    { "duration", "The first alert came 8 minutes after impact began.", "E6 E2" },
    { "order", "The migration went out two minutes before impact began.", "E5 E2" }, { "order", "The lock wait alert fired after the migration went out.", "E6 E5" }, { "order", "After migration 118 was cancelled, the impact was mitigated.", "E8 E3" },
    { "order", "数据库迁移发布之后，告警触发。", "E5 E6" }, { "order", "Customers were told after the alert on lock wait fired.", "E11 E6" },
    { "cause", "Orders failed because of migration 118.", "E1 E5" }, { "cause", "The schema migration caused orders to fail.", "E5 E1" }, { "cause", "数据库迁移导致下单失败。", "E5 E1" }, { "cause", "Migration 118, which held an exclusive lock, led to failing orders.", "E5 E10 E1" },
    { "name", "Dana Reyes deployed order-api v5.3.0 with migration 118.", "E5" }, { "name", "Tom Vogel cancelled migration 118 at 11:00.", "E8" }, { "name", "Dana Reyes wrote that the migration holds “an exclusive lock”.", "E10" }, { "name", "Tom Vogel 取消了迁移。", "E8" },
    { "name", "Tom Vogel suspected the load balancer.", "E7" }, { "name", "Dana Reyes found the lock, and Tom Vogel cancelled the migration.", "E10 E8" },
    { "verdict", "It was first thought that the load balancer drops connections; this was ruled out at 10:40.", "E7" }, { "verdict", "起初怀疑负载均衡丢弃连接，后被排除。", "E7" }, { "verdict", "It was not the load balancer.", "E7" },
    { "denial", "Customers could not place orders.", "E1" }, { "denial", "客户无法下单。", "E1" }, { "denial", "Nothing is recorded between 10:12 and 11:02.", "E2 E3" },
    { "step", "It was mitigated at 11:02 and resolved at 12:30.", "E3 E4" }, { "step", "11:02 影响得到缓解，12:30 恢复。", "E3 E4" }, { "step", "The lock wait alert resolved at 11:05.", "E6" }, { "step", "A notice on the status page told customers at 10:45.", "E11" },
    { "plain", "Orders failed in the shop.", "E1" }, { "plain", "A customer report showed it first.", "E1" }, { "plain", "The severity was SEV-2.", "E1" }, { "plain", "商城下单失败。", "E1" }, { "plain", "Checkout of the shop was affected.", "E9" },
};

static Str fault_of_told(Arena *a, const Told *x)
{
    Statement s = { .text = str_of(x->text) };
    for (Str rest = str_of(x->evidence), n; str_next(&rest, ' ', &n);) *list_add(a, &s.evidence) = n;
    return fault_key(ground_check(a, given(a), &s).fault);
}

/** How many of them are not as they should be; each is named. */
static int wrong(const Told *all, size_t n, bool refuse)
{
    auto_arena a = arena_new(1 << 16);
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        Str fault = fault_of_told(a, &all[i]);
        if ((fault.len > 0) == refuse) continue;
        bad++;
        fprintf(stderr, "%s (%s): %s [%s] " STR_FMT "\n", refuse ? "a lie passes" : "a truth is refused", all[i].kind, all[i].text, all[i].evidence, STR_ARG(fault));
    }
    return bad;
}

SPEC("grounding: of what a model might invent about an incident nothing passes")
{
    expect_int(0, wrong(lies, sizeof lies / sizeof *lies, true));
}

SPEC("grounding: of what it might truly say nothing is refused")
{
    expect_int(0, wrong(truths, sizeof truths / sizeof *truths, false));
}
