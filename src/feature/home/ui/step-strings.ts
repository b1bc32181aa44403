import { dictionary } from 'app/i18n';

/** Words of the first steps. */
export const t = dictionary({
    en: {
        declare: 'Declare incident',
        welcome: 'From a firing alert to a published post-mortem', step_source: 'Connect your first alert source', step_source_body: 'Point Alertmanager, whatever speaks to PagerDuty, or any JSON webhook at Hindsight: one address to copy, and a command that sends a test alert.',
        step_source_ask: 'An administrator connects alert sources under Settings.', step_source_done: 'An alert source is connected; its first alert can declare an incident.', connect: 'Connect a source', manage: 'Integrations',
        step_incident: 'Declare an incident', step_incident_body: 'By hand in ten seconds, or by a routing rule. From then on alerts, changes, decisions and notes write its timeline.',
        step_people: 'Bring your team', step_people_body: 'Two people write a post-mortem better than one. Reviewers and owners of follow-ups need an account.', people: 'People', step_done: 'Done',
    },
    zh: {
        declare: '宣布事件',
        welcome: '从告警响起到复盘发布', step_source: '接入第一个告警来源', step_source_body: '让 Alertmanager、支持 PagerDuty 的工具或任意 JSON Webhook 指向 Hindsight：复制一个地址，用一条命令发送测试告警。',
        step_source_ask: '管理员可在“设置”中接入告警来源。', step_source_done: '已接入告警来源；它的第一条告警即可宣布事件。', connect: '接入来源', manage: '集成',
        step_incident: '宣布一个事件', step_incident_body: '手动只需十秒，也可由路由规则完成。此后告警、变更、决策和笔记会自动写入时间线。',
        step_people: '邀请团队', step_people_body: '两个人写的复盘胜过一个人。评审人和改进项负责人都需要账号。', people: '人员', step_done: '已完成',
    },
});
