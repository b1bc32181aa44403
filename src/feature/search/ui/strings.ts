import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        search: 'Search', placeholder: 'Words, or a number such as INC-42', all: 'Everything', incident: 'Incidents', report: 'Post-mortems',
        follow_up: 'Follow-ups', alert: 'Alerts', message: 'Messages', kind: 'Kind', start: 'Search incidents, post-mortems, follow-ups, alerts and what was said',
        start_body: 'In English or Chinese. The last word may be unfinished.', none: 'Nothing found for “{q}”', none_body: 'Try fewer words, or another kind.', found: { one: '{n} result', other: '{n} results' },
        triage: 'Triage', investigating: 'Investigating', identified: 'Identified', monitoring: 'Monitoring', resolved: 'Resolved', closed: 'Closed', canceled: 'Canceled', merged: 'Merged',
        draft: 'Draft', in_review: 'In review', published: 'Published', archived: 'Archived', open: 'Open', in_progress: 'In progress', done: 'Done', verified: 'Verified',
        not_effective: 'Not effective', wont_do: 'Won’t do', firing: 'Firing', one_incident: 'Incident', one_report: 'Post-mortem', one_follow_up: 'Follow-up', one_alert: 'Alert', one_message: 'Message',
    },
    zh: {
        search: '搜索', placeholder: '关键词，或编号如 INC-42', all: '全部', incident: '事件', report: '复盘',
        follow_up: '改进项', alert: '告警', message: '消息', kind: '类型', start: '搜索事件、复盘、改进项、告警和消息',
        start_body: '支持中文与英文，最后一个词可以不完整。', none: '没有找到“{q}”', none_body: '请减少关键词，或换一个类型。', found: '{n} 条结果',
        triage: '待研判', investigating: '调查中', identified: '已定位', monitoring: '观察中', resolved: '已恢复', closed: '已关闭', canceled: '已取消', merged: '已合并',
        draft: '草稿', in_review: '评审中', published: '已发布', archived: '已归档', open: '待处理', in_progress: '进行中', done: '已完成', verified: '已验证',
        not_effective: '未见效', wont_do: '不处理', firing: '触发中', one_incident: '事件', one_report: '复盘', one_follow_up: '改进项', one_alert: '告警', one_message: '消息',
    },
});
