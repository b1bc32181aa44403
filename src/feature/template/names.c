/* The names that templates may use. English and Chinese words are what the editor shows beside them. */
#include "feature/template/language.h"

const Name template_names[] = {
    { "incident.id", NULL, NAME_TEXT, "Reference, such as INC-42", "编号，如 INC-42" },
    { "incident.title", NULL, NAME_TEXT, "Title", "标题" },
    { "incident.kind", NULL, NAME_TEXT, "Kind: incident, drill, near miss", "类型：事件、演练、未遂" },
    { "incident.severity", NULL, NAME_FACT, "Severity, such as SEV-2", "级别，如 SEV-2" },
    { "incident.status", NULL, NAME_TEXT, "Status", "状态" },
    { "incident.summary", NULL, NAME_TEXT, "Summary as written in the incident", "事件中填写的概要" },
    { "incident.url", NULL, NAME_TEXT, "Link to the incident", "事件链接" },
    { "incident.created", NULL, NAME_FACT, "When it was declared", "宣布时间" },
    { "incident.declared", NULL, NAME_FACT, "When it was declared", "宣布时间" },
    { "incident.started", NULL, NAME_FACT, "When impact began", "影响开始时间" },
    { "incident.detected", NULL, NAME_FACT, "When it was detected", "发现时间" },
    { "incident.acknowledged", NULL, NAME_FACT, "When somebody took it", "响应时间" },
    { "incident.mitigated", NULL, NAME_FACT, "When impact was mitigated", "缓解时间" },
    { "incident.resolved", NULL, NAME_FACT, "When it was resolved", "恢复时间" },
    { "incident.ended", NULL, NAME_FACT, "When impact ended", "影响结束时间" },
    { "incident.duration", NULL, NAME_FACT, "From impact start (or declaration) to resolution", "从影响开始（或宣布）到恢复的时长" },
    { "incident.time_to_detect", NULL, NAME_FACT, "Impact start to detection", "发现用时" },
    { "incident.time_to_acknowledge", NULL, NAME_FACT, "Detection to acknowledgement", "响应用时" },
    { "incident.time_to_mitigate", NULL, NAME_FACT, "Impact start to mitigation", "缓解用时" },
    { "incident.time_to_resolve", NULL, NAME_FACT, "Impact start to resolution", "恢复用时" },
    { "incident.commander", NULL, NAME_FACT, "Incident commander", "事件指挥" },
    { "incident.communications_lead", NULL, NAME_FACT, "Communications lead", "沟通负责人" },
    { "incident.scribe", NULL, NAME_FACT, "Scribe", "记录员" },
    { "incident.responders", NULL, NAME_FACT, "Everybody who took part", "所有参与人员" },
    { "incident.services", NULL, NAME_FACT, "Affected services", "受影响的服务" },
    { "incident.channel", NULL, NAME_FACT, "Channel", "频道" },
    { "incident.team", NULL, NAME_FACT, "Team", "团队" },
    { "incident.customer_impact", NULL, NAME_TEXT, "Descriptions of the impacts", "影响说明" },
    { "incident.customer_impact_start", NULL, NAME_FACT, "When impact began", "影响开始时间" },
    { "incident.customer_impact_end", NULL, NAME_FACT, "When impact ended", "影响结束时间" },
    { "incident.customer_impact_duration", NULL, NAME_FACT, "How long impact lasted", "影响时长" },
    { "incident.customers_affected", NULL, NAME_FACT, "Number of customers affected", "受影响客户数" },
    { "incident.detection", NULL, NAME_FACT, "How it was found", "发现方式" },
    { "incident.detection_note", NULL, NAME_TEXT, "Note on detection", "发现说明" },
    { "incident.trigger", NULL, NAME_FACT, "What set it off", "触发原因" },
    { "incident.trigger_note", NULL, NAME_TEXT, "Note on the trigger", "触发说明" },
    { "incident.causes", NULL, NAME_TEXT, "Contributing factors, in one line", "诱因（一行）" },
    { "report.date", NULL, NAME_TEXT, "Today's date", "今天的日期" },
    { "report.owner", NULL, NAME_FACT, "Owner of the report", "复盘负责人" },
    { "incident.overview", NULL, NAME_BLOCK, "What happened in a few sentences, from the facts", "根据事实生成的几句概述" },
    { "incident.impact_overview", NULL, NAME_BLOCK, "Who was affected and for how long, in sentences", "影响范围与时长的叙述" },
    { "incident.detection_overview", NULL, NAME_BLOCK, "How and how quickly it was found, in sentences", "如何发现、多快发现的叙述" },
    { "incident.causes_overview", NULL, NAME_BLOCK, "Causes, marked changes, hypotheses confirmed and dropped", "起因、被标记的变更、已证实与已排除的假设" },
    { "incident.response_overview", NULL, NAME_BLOCK, "How long each step took, beside what is usual; decisions", "各步用时与通常水平的比较；决定" },
    { "incident.communication_overview", NULL, NAME_BLOCK, "What people outside were told, and when", "对外通知的内容与时间" },
    { "incident.went_well", NULL, NAME_BLOCK, "What measured facts speak for", "从数据看做得好的地方" },
    { "incident.went_poorly", NULL, NAME_BLOCK, "What measured facts speak against: late steps, gaps, unheard alerts", "从数据看不足之处：迟缓、空白、无人响应的告警" },
    { "incident.proposals", NULL, NAME_BLOCK, "What somebody said ought to be done", "有人提到应当做的事" },
    { "incident.unknowns", NULL, NAME_BLOCK, "What the record does not say yet", "记录中尚缺的内容" },
    { "incident.card", NULL, NAME_BLOCK, "Severity, status, times and people at a glance", "级别、状态、时间、人员一览" },
    { "incident.timeline", NULL, NAME_BLOCK, "Timeline: starred events, or the key ones", "时间线：加星或关键事件" },
    { "incident.follow_ups", NULL, NAME_BLOCK, "Table of follow-ups", "改进项表格" },
    { "incident.alerts", NULL, NAME_BLOCK, "Table of alerts", "告警表格" },
    { "incident.changes", NULL, NAME_BLOCK, "Table of linked changes", "关联变更表格" },
    { "incident.impacts", NULL, NAME_BLOCK, "Table of impacts", "影响表格" },
    { "incident.metrics", NULL, NAME_BLOCK, "Table of times to detect, mitigate, resolve", "发现、缓解、恢复用时表格" },
    { "incident.responder_table", NULL, NAME_BLOCK, "Table of people and their roles", "人员与角色表格" },

    { "impacts", NULL, NAME_LIST, "Impacts", "影响" },
    { "title", "impacts", NAME_TEXT, "What was affected", "受影响内容" }, { "kind", "impacts", NAME_TEXT, "Kind", "类型" },
    { "start", "impacts", NAME_FACT, "Start", "开始" }, { "end", "impacts", NAME_FACT, "End", "结束" },
    { "duration", "impacts", NAME_FACT, "Duration", "时长" }, { "services", "impacts", NAME_TEXT, "Services", "服务" },
    { "description", "impacts", NAME_TEXT, "Description", "说明" },
    { "customers_affected", "impacts", NAME_FACT, "Customers affected", "受影响客户数" },
    { "requests_affected", "impacts", NAME_FACT, "Requests affected", "受影响请求数" }, { "cost", "impacts", NAME_FACT, "Money", "金额" },
#define EVENT_NAMES(list) \
    { "time", list, NAME_TEXT, "Time of day", "时刻" }, { "date", list, NAME_TEXT, "Date", "日期" }, { "title", list, NAME_TEXT, "What happened", "发生了什么" }, \
    { "body", list, NAME_TEXT, "Text", "正文" }, { "kind", list, NAME_TEXT, "Kind", "类型" }, { "actor", list, NAME_TEXT, "Who", "人员" }, \
    { "phase", list, NAME_TEXT, "Phase", "阶段" }, { "source", list, NAME_TEXT, "Source", "来源" }
    { "events", NULL, NAME_LIST, "All events of the timeline", "时间线全部事件" }, EVENT_NAMES("events"),
    { "starred_events", NULL, NAME_LIST, "Starred events", "加星事件" }, EVENT_NAMES("starred_events"),
    { "follow_ups", NULL, NAME_LIST, "Follow-ups", "改进项" },
    { "id", "follow_ups", NAME_TEXT, "Reference, such as FU-31", "编号，如 FU-31" }, { "title", "follow_ups", NAME_TEXT, "Title", "标题" },
    { "description", "follow_ups", NAME_TEXT, "Description", "说明" }, { "status", "follow_ups", NAME_TEXT, "Status", "状态" },
    { "kind", "follow_ups", NAME_TEXT, "Kind", "类型" }, { "priority", "follow_ups", NAME_TEXT, "Priority", "优先级" },
    { "owner", "follow_ups", NAME_FACT, "Owner", "负责人" }, { "due", "follow_ups", NAME_FACT, "Due date", "截止日期" },
    { "url", "follow_ups", NAME_TEXT, "Link", "链接" },
    { "responders", NULL, NAME_LIST, "People who took part", "参与人员" },
    { "name", "responders", NAME_TEXT, "Name", "姓名" }, { "role", "responders", NAME_TEXT, "Role", "角色" },
    { "joined", "responders", NAME_FACT, "Joined", "加入时间" }, { "left", "responders", NAME_FACT, "Left", "离开时间" },
    { "contributing_factors", NULL, NAME_LIST, "Contributing factors", "诱因" },
    { "name", "contributing_factors", NAME_TEXT, "Name", "名称" }, { "note", "contributing_factors", NAME_TEXT, "Note", "说明" },
    { "changes", NULL, NAME_LIST, "Linked changes", "关联变更" },
    { "time", "changes", NAME_FACT, "Time", "时间" }, { "title", "changes", NAME_TEXT, "Title", "标题" }, { "kind", "changes", NAME_TEXT, "Kind", "类型" },
    { "relation", "changes", NAME_TEXT, "Suspect, caused, fixed", "可疑、导致、修复" }, { "author", "changes", NAME_TEXT, "Author", "作者" },
    { "description", "changes", NAME_TEXT, "Description", "说明" }, { "services", "changes", NAME_TEXT, "Services", "服务" },
    { "url", "changes", NAME_TEXT, "Link", "链接" },
    { "alerts", NULL, NAME_LIST, "Alerts", "告警" },
    { "title", "alerts", NAME_TEXT, "Title", "标题" }, { "description", "alerts", NAME_TEXT, "Description", "说明" },
    { "severity", "alerts", NAME_TEXT, "Severity", "级别" }, { "status", "alerts", NAME_TEXT, "Status", "状态" },
    { "started", "alerts", NAME_FACT, "Started", "开始" }, { "ended", "alerts", NAME_FACT, "Ended", "结束" },
    { "duration", "alerts", NAME_FACT, "Duration", "时长" }, { "source", "alerts", NAME_TEXT, "Source", "来源" },
    { "count", "alerts", NAME_TEXT, "How often it was received", "收到次数" },
    { 0 },
};

static bool known_in(const Name *n, Str list)
{
    return !n->list || str_eq(str_of(n->list), list);
}

/* Levenshtein's distance, rows of at most 64 characters. */
static int distance(Str a, Str b)
{
    int row[65];
    if (a.len > 64 || b.len > 64) return 64;
    for (size_t j = 0; j <= b.len; j++) row[j] = (int)j;
    for (size_t i = 1; i <= a.len; i++) {
        int corner = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= b.len; j++) {
            int above = row[j], best = corner + (a.at[i - 1] != b.at[j - 1]);
            if (above + 1 < best) best = above + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            corner = above;
            row[j] = best;
        }
    }
    return row[b.len];
}

const char *name_nearest(Str list, Str given)
{
    const char *nearest = NULL;
    int best = given.len < 6 ? 3 : (int)given.len / 2;
    for (const Name *n = template_names; n->name; n++) {
        if (!known_in(n, list)) continue;
        Str name = str_of(n->name), tail = str_starts(name, S("incident.")) ? str_sub(name, 9, name.len) : name;
        int d = distance(given, name);
        if (str_eq(given, tail)) d = 1;                      /* {{title}} where {{incident.title}} is meant */
        else if (str_index(given, '.') < 0 && distance(given, tail) + 1 < d) d = distance(given, tail) + 1;
        if (d < best) { best = d; nearest = n->name; }
    }
    return nearest;
}
