/* Words for the keys that records carry. */
#include "document/words.h"
#include "feature/template/facts.h"

static const struct { const char *key, *en, *zh; } terms[] = {
    { "standard", "Incident", "事件" }, { "retrospective", "Retrospective incident", "补录事件" }, { "drill", "Drill", "演练" },
    { "test", "Test", "测试" }, { "near_miss", "Near miss", "未遂事件" },
    { "triage", "Triage", "分诊" }, { "investigating", "Investigating", "排查中" }, { "identified", "Identified", "已定位" },
    { "monitoring", "Monitoring", "观察中" }, { "resolved", "Resolved", "已恢复" }, { "closed", "Closed", "已关闭" },
    { "canceled", "Canceled", "已取消" }, { "merged", "Merged", "已合并" }, { "firing", "Firing", "触发中" },
    { "unknown", "Unknown", "未知" },
    { "incident_commander", "Incident commander", "事件指挥" }, { "communications_lead", "Communications lead", "沟通负责人" },
    { "scribe", "Scribe", "记录员" }, { "responder", "Responder", "响应人员" }, { "observer", "Observer", "观察员" },
    { "monitor", "Monitor", "监控" }, { "alert", "Alert", "告警" }, { "customer_report", "Customer report", "客户反馈" },
    { "support_escalation", "Support escalation", "客服升级" }, { "internal_user", "Internal user", "内部用户" }, { "other", "Other", "其他" },
    { "deploy", "Deploy", "发布" }, { "config_change", "Config change", "配置变更" }, { "config", "Config change", "配置变更" },
    { "feature_flag", "Feature flag", "功能开关" }, { "infrastructure", "Infrastructure", "基础设施" }, { "migration", "Migration", "迁移" },
    { "traffic", "Traffic", "流量" }, { "dependency", "Dependency", "依赖" }, { "hardware", "Hardware", "硬件" },
    { "expiry", "Expiry", "过期" }, { "data", "Data", "数据" },
    { "human_system_interaction", "Human–system interaction", "人机交互" },
    { "availability", "Availability", "可用性" }, { "latency", "Latency", "延迟" }, { "security", "Security", "安全" },
    { "detection", "Detection", "发现" }, { "diagnosis", "Diagnosis", "诊断" }, { "mitigation", "Mitigation", "缓解" },
    { "resolution", "Resolution", "恢复" }, { "key_moment", "Key moment", "关键时刻" },
    { "suspect", "Suspect", "可疑" }, { "caused", "Caused", "导致" }, { "fixed", "Fixed", "修复" }, { "dismissed", "Dismissed", "已排除" },
    { "open", "Open", "待处理" }, { "in_progress", "In progress", "进行中" }, { "done", "Done", "已完成" }, { "verified", "Verified", "已验证" },
    { "not_effective", "Not effective", "未见效" }, { "wont_do", "Won't do", "不做" },
    { "prevent", "Prevent", "预防" }, { "detect", "Detect", "发现" }, { "mitigate", "Mitigate", "缓解" }, { "process", "Process", "流程" },
    { "document", "Document", "文档" }, { "train", "Train", "培训" }, { "investigate", "Investigate", "调查" },
    { "urgent", "Urgent", "紧急" }, { "high", "High", "高" }, { "medium", "Medium", "中" }, { "low", "Low", "低" },
    { "time_to_detect", "Time to detect", "发现用时" }, { "time_to_acknowledge", "Time to acknowledge", "响应用时" },
    { "time_to_mitigate", "Time to mitigate", "缓解用时" }, { "time_to_resolve", "Time to resolve", "恢复用时" },
    { "impact_duration", "Impact duration", "影响时长" }, { "time_to_report", "Time to report", "报告用时" },
    { "pending", "pending", "待定" }, { "not_applicable", "not applicable", "不适用" }, { "invalid", "times contradict each other", "时间互相矛盾" },
    { "note", "Note", "备注" }, { "decision", "Decision", "决策" }, { "hypothesis", "Hypothesis", "假设" }, { "action_taken", "Action", "操作" },
    { "message", "Message", "消息" }, { "change", "Change", "变更" }, { "graph", "Graph", "图表" }, { "created", "Declared", "宣布" },
    { "confirmed", "confirmed", "已证实" }, { "rejected", "rejected", "已否定" }, { 0 },
};

Str term(Str key, Str locale)
{
    for (size_t i = 0; terms[i].key; i++)
        if (str_eq(key, str_of(terms[i].key))) return str_of(words_zh(locale) ? terms[i].zh : terms[i].en);
    return key;
}

Str terms_joined(Arena *a, Strs list, Str locale)
{
    Buf b = buf_new(a, 64 << 10);
    bool zh = words_zh(locale);
    list_each(&list, i) {
        if (i) buf_add(&b, i + 1 == list.len ? zh ? S("和") : S(" and ") : zh ? S("、") : S(", "));
        buf_add(&b, list.at[i]);
    }
    return buf_str(&b);
}
