import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        import: 'Import',
        reports: 'Post-mortems', templates: 'Templates', create: 'New post-mortem', search: 'Search post-mortems', all: 'All', draft: 'Draft', in_review: 'In review', published: 'Published', archived: 'Archived',
        count: { one: '{n} post-mortem', other: '{n} post-mortems' }, states: 'States', team: 'Team', channel: 'Channel', severity: 'Severity', service: 'Service', cause: 'Contributing factor', author: 'Author', owner: 'Owner', me: 'me', language: 'Language', en: 'English', zh: 'Chinese',
        reviewer: 'Waits for review by', overdue: 'Overdue', date: 'Date', any_date: 'any', d30: 'last 30 days', d90: 'last 90 days', d365: 'last year', view: 'View', list: 'List', table: 'Table',
        sort: 'Sort', sort_updated: 'last changed', sort_newest: 'newest incident', sort_oldest: 'oldest incident', sort_due: 'due first', sort_published: 'last published', sort_match: 'best match',
        none_title: 'No post-mortems yet', none_body: 'When an incident is over, write down what happened and what will change. Hindsight fills in what it knows: times, timeline, people, alerts and follow-ups.',
        none_found: 'Nothing matches these filters', clear: 'Clear filters', preview: 'Preview', preview_hint: 'Point at a post-mortem to read it here.', read: 'Read', edit: 'Edit', impact: 'Impact', due: 'Due {day}', late: 'Due {day}, overdue', private: 'Private',
        col_title: 'Post-mortem', col_state: 'State', col_incident: 'Incident', col_began: 'Began', col_owner: 'Owner', col_due: 'Due', col_published: 'Published', unknown: 'not known', not_yet: 'not yet', words: { one: '{n} word', other: '{n} words' },
        m_severity: 'Severity', m_duration: 'Impact', m_started_at: 'Started', m_customers_affected: 'Customers', empty_text: 'Nothing is written yet.',
    },
    zh: {
        import: '导入',
        reports: '复盘', templates: '模板', create: '新建复盘', search: '搜索复盘', all: '全部', draft: '草稿', in_review: '审阅中', published: '已发布', archived: '已归档',
        count: '{n} 篇', states: '状态', team: '团队', channel: '频道', severity: '级别', service: '服务', cause: '促成因素', author: '作者', owner: '负责人', me: '我', language: '语言', en: '英文', zh: '中文',
        reviewer: '等待审阅', overdue: '已逾期', date: '日期', any_date: '不限', d30: '近 30 天', d90: '近 90 天', d365: '近一年', view: '视图', list: '列表', table: '表格',
        sort: '排序', sort_updated: '最近修改', sort_newest: '事件最新', sort_oldest: '事件最早', sort_due: '最先截止', sort_published: '最近发布', sort_match: '最匹配',
        none_title: '还没有复盘', none_body: '事件结束后，写下发生了什么、要改变什么。Hindsight 会填好已知内容：时间、时间线、人员、告警和改进项。',
        none_found: '没有符合筛选条件的复盘', clear: '清除筛选', preview: '预览', preview_hint: '把鼠标移到一篇复盘上，就能在这里阅读。', read: '阅读', edit: '编辑', impact: '影响', due: '截止 {day}', late: '截止 {day}，已逾期', private: '私密',
        col_title: '复盘', col_state: '状态', col_incident: '事件', col_began: '发生时间', col_owner: '负责人', col_due: '截止', col_published: '发布时间', unknown: '未知', not_yet: '尚未', words: '{n} 字',
        m_severity: '级别', m_duration: '影响时长', m_started_at: '开始', m_customers_affected: '受影响客户', empty_text: '还没有内容。',
    },
});
