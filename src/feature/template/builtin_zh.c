/* 内置模板（中文）。 Built-in templates in Chinese: written for Chinese readers, not translated word by word. */
#include "feature/template/builtin_text.h"

const BuiltinSection standard_zh[] = {
    { "summary", "概要",
      "写给只有一分钟的读者，三到五句话：什么坏了、影响了谁、持续多久、为什么、怎么恢复的。最后再写这一节。不点名，不用新同事看不懂的缩写。",
      "{{incident.overview}}", true },
    { "impact", "影响",
      "客户和同事感受到了什么？给出数字并注明来源：请求数、客户数、金额、时长。也写清楚哪些没有受影响，哪些目前还不清楚。",
      "{{incident.impact_overview}}", true },
    { "timeline", "时间线",
      "读者理解经过所需要的事件，每条都有时间和来源。把当时的判断也写进来，即使后来证明是错的：最值得学的往往就在那里。在事件页面给条目加星，就能决定这里显示什么。",
      "{{incident.timeline}}\n\n### 响应情况\n\n{{incident.metrics}}\n\n{{incident.responder_table}}", true },
    { "detection", "发现过程",
      "我们是怎么知道的，花了多久？能不能更早发现，由谁发现？告警响了但没人看到，也算没有发现。",
      "{{incident.detection_overview}}\n\n{{incident.alerts}}", true },
    { "root_cause", "根因",
      "讲清楚机制：每一步是怎样让下一步成为可能的？一直追问“为什么”，直到找到可以改变的东西。“人为失误”不是答案而是问题的开头：当时是什么让这个操作看起来合理？写“脚本接受了空的区域参数”，不写“操作人员忘了填区域”。",
      "{{incident.causes_overview}}\n\n{{#if changes}}\n与本事件关联的变更：\n\n{{incident.changes}}\n{{/if}}", true },
    { "factors", "诱因",
      "还有哪些条件同时成立，才让它发生，或者拖得这么久？想想测试、评审、限额、默认值、归属、负载、文档、疲劳。通常是几件小事，而不是一件大事。",
      "{{#each contributing_factors}}\n- **{{name}}**{{#if note}}：{{note}}{{/if}}\n{{/each}}", false },
    { "communication", "客户沟通",
      "什么时候、告诉了谁、说了什么？客户等了多久才得到第一条消息？附上公告链接。如果没有通知任何人，说明为什么这样做是对的。",
      "{{incident.communication_overview}}", false },
    { "went_well", "做得好的地方", "哪些做法下次还要这样做？让影响更短、更小的工具、习惯和决定。", "{{incident.went_well}}", false },
    { "went_poorly", "做得不好的地方", "什么耽误了时间，或者让情况变糟？写系统和流程，不写人。相信每个人都根据当时掌握的信息尽了力。写“告警里没有服务名”，不写“没有人看告警”。", "{{incident.went_poorly}}", false },
    { "lucky", "侥幸之处", "哪些情况本可能让后果严重得多，只是碰巧没有发生？侥幸是还没有付账的风险。", "", false },
    { "lessons", "经验教训", "我们现在知道了哪些以前不知道的事？下一个遇到类似问题的团队，最需要知道什么？", "", false },
    { "actions", "改进项",
      "做哪些改变，才能让它不再发生、更早被发现，或者影响更小？每一项都有负责人、日期，以及怎样判断真的有效。宁少勿滥，写了就做：“连接池用到九成时告警”可以检查，“以后要更小心”不行。在这里添加改进项，表格会自动更新。",
      "{{incident.follow_ups live}}\n\n{{incident.proposals}}", true },
    { 0 },
};

const BuiltinSection brief_zh[] = {
    { "summary", "发生了什么", "三句话：什么坏了、影响了谁、多久、怎么恢复的。", "{{incident.overview}}", true },
    { "impact", "影响", "谁感受到了，有多严重？一行字加一个数字就够了。", "{{incident.impact_overview}}", true },
    { "root_cause", "原因", "用几句话讲清机制，讲到可以改变的东西为止。",
      "{{#each contributing_factors}}\n- **{{name}}**{{#if note}}：{{note}}{{/if}}\n{{/each}}\n\n{{incident.causes_overview}}", true },
    { "timeline", "时间线", "只写关键时刻。", "{{incident.timeline}}", false },
    { "actions", "改进项", "一两件事，写明负责人和日期。也可以“不做”，但要写原因。", "{{incident.follow_ups live}}", true },
    { 0 },
};

const BuiltinSection sre_zh[] = {
    { "summary", "概要", "一两句话：发生了什么，影响了谁。", "{{incident.overview}}", true },
    { "impact", "影响", "对用户和收入的影响，写明数字和测量方法。", "{{incident.impact_overview}}", true },
    { "root_cause", "根本原因", "让它成为可能的一连串条件，不出现人名。",
      "{{#each contributing_factors}}\n- **{{name}}**{{#if note}}：{{note}}{{/if}}\n{{/each}}", true },
    { "trigger", "触发因素", "隐患也许存在了几个月，是什么在那一刻触发了它？",
      "{{#if incident.trigger_note}}\n{{incident.trigger}}：{{incident.trigger_note}}\n{{/if}}\n\n{{incident.changes}}", true },
    { "resolution", "解决过程", "是什么结束了影响，又是什么让系统恢复健康？往往是两件事。",
      "缓解：{{incident.mitigated}}。恢复：{{incident.resolved}}。\n\n{{incident.metrics}}", true },
    { "detection", "发现过程", "谁或什么最先注意到，该知道的人知道了吗？", "{{incident.detection_overview}}\n\n{{incident.alerts}}", true },
    { "actions", "改进项", "每一项写明类型（预防、发现、缓解、流程）、负责人和日期。", "{{incident.follow_ups live}}", true },
    { "went_well", "经验教训：做得好的", "是什么限制了损失？", "{{incident.went_well}}", false },
    { "went_poorly", "经验教训：出问题的", "什么让它更久、更大？写流程和系统，不写人。", "{{incident.went_poorly}}", false },
    { "lucky", "经验教训：侥幸的", "哪些计划之外的事救了我们？", "", false },
    { "timeline", "时间线", "统一使用一个时区。", "{{incident.timeline}}", true },
    { "supporting", "补充资料", "监控面板、日志、讨论的链接。", "[{{incident.id}}]({{incident.url}})", false },
    { 0 },
};

const BuiltinSection near_miss_zh[] = {
    { "summary", "发生了什么", "差一点出了什么问题？先说明没有造成损失，再说离出事有多近。", "{{incident.overview}}", true },
    { "could_have", "本可能发生什么", "现实中最坏的情况，以及有多严重。这就是值得写这份复盘的原因。", "", true },
    { "caught", "怎样被发现", "一道检查、一个习惯，还是有人多问了一句？这是运气，还是下次也管用？", "{{incident.detection_overview}}\n\n{{incident.timeline}}", true },
    { "factors", "为什么会走到这一步", "和真实事件问同样的问题：是什么让它走到了这里？",
      "{{#each contributing_factors}}\n- **{{name}}**{{#if note}}：{{note}}{{/if}}\n{{/each}}\n\n{{incident.changes}}", true },
    { "actions", "改进项", "让靠运气的那部分变得可靠。感谢站出来说话的人。", "{{incident.follow_ups live}}", true },
    { 0 },
};
