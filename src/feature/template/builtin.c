#include "feature/template/builtin_text.h"

const Builtin template_builtins[] = {
    { "standard-en", "Standard", "en", "The full report, for incidents that customers noticed", NULL, NULL, standard_en },
    { "brief-en", "Brief", "en", "Five short sections, for small incidents", "SEV-4", NULL, brief_en },
    { "sre-en", "Google SRE style", "en", "The layout of the Site Reliability Engineering book", NULL, "", sre_en },
    { "near-miss-en", "Near miss", "en", "For what nearly went wrong", NULL, "near_miss", near_miss_en },
    { "standard-zh", "标准", "zh", "完整复盘，适用于客户感受到影响的事件", NULL, NULL, standard_zh },
    { "brief-zh", "简版", "zh", "五个简短小节，适用于小事件", "SEV-4", NULL, brief_zh },
    { "sre-zh", "Google SRE 风格", "zh", "《SRE：Google 运维解密》中的结构", NULL, "", sre_zh },
    { "near-miss-zh", "未遂事件", "zh", "用于差一点出问题的情况", NULL, "near_miss", near_miss_zh },
    { 0 },
};
