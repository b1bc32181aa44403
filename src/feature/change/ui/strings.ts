import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        changes: 'Changes', kind: 'Kind', any: 'any', service: 'Service', clear: 'Clear filters', search: 'Search titles', when: 'When', by: 'By', what: 'Change', state: 'State', source: 'Source',
        deploy: 'Deploy', code: 'Code', config: 'Configuration', feature_flag: 'Feature flag', infrastructure: 'Infrastructure', migration: 'Migration',
        in_progress: 'Running', succeeded: 'Done', failed: 'Failed', canceled: 'Canceled', none_told: '',
        none: 'No changes yet', none_body: 'Connect GitHub, GitLab, Argo CD or your pipeline, and deploys, flags and migrations appear here as they happen.', connect: 'Connect a source of changes', none_fit: 'No change fits these filters',
        suspect: 'Suspect', caused: 'Caused it', fixed: 'Fixed it', dismissed: 'Not this',
        proposed: 'What may have caused it', proposed_about: 'Changes shortly before it began, and what may have ended it, most likely first. Say which it was; the timeline keeps it.', nothing_proposed: 'No change near its start is known. Proposals follow its times and services.',
        proposed_fixed: 'May have fixed it', linked: 'Linked', raw: 'Payload as received', open_source: 'Open', undo: 'Take back', taken_back: 'Taken back', marked: '{title}: {relation}', at_service: '{n} more',
        none_of_incident: 'No changes', none_of_incident_body: 'Deploys, flags and migrations from before it began are proposed here.',
        why_minutes_before: 'done {value} before it began', why_under_way: 'was under way when it began', why_minutes_until_over: 'done {value} before it was over', why_service: 'of the service {value}',
        why_dependency: 'of {value}, which it depends on', why_named: 'names {value}', why_failed: 'it failed', why_files: '{value} files', why_commits: '{value} commits', why_first: 'the first of its kind there for 90 days',
        why_words: 'shares the words: {value}', why_risk: 'says “{value}”', why_elsewhere: 'made in {value}', why_kind: '{value}',
    },
    zh: {
        changes: '变更', kind: '类型', any: '全部', service: '服务', clear: '清除筛选', search: '搜索标题', when: '时间', by: '执行者', what: '变更', state: '状态', source: '来源',
        deploy: '部署', code: '代码', config: '配置', feature_flag: '功能开关', infrastructure: '基础设施', migration: '迁移',
        in_progress: '进行中', succeeded: '完成', failed: '失败', canceled: '已取消', none_told: '',
        none: '还没有变更', none_body: '连接 GitHub、GitLab、Argo CD 或你的流水线，部署、开关与迁移会即时出现在这里。', connect: '连接变更来源', none_fit: '没有符合筛选的变更',
        suspect: '可疑', caused: '起因', fixed: '已修复', dismissed: '与此无关',
        proposed: '可能的起因', proposed_about: '开始前不久的变更，以及可能结束它的变更，最可能的在前。请标明是哪一个，时间线会记录。', nothing_proposed: '开始前后没有已知的变更。建议会随时间与服务而变。',
        proposed_fixed: '可能修复了它', linked: '已关联', raw: '收到的原始内容', open_source: '打开', undo: '撤回', taken_back: '已撤回', marked: '{title}：{relation}', at_service: '另有 {n} 个',
        none_of_incident: '没有变更', none_of_incident_body: '开始之前的部署、开关与迁移会在这里作为建议列出。',
        why_minutes_before: '在开始前 {value} 完成', why_under_way: '开始时正在进行', why_minutes_until_over: '在结束前 {value} 完成', why_service: '属于服务 {value}',
        why_dependency: '属于其依赖的 {value}', why_named: '提到了 {value}', why_failed: '执行失败', why_files: '{value} 个文件', why_commits: '{value} 个提交', why_first: '90 天来首次此类变更',
        why_words: '有相同的词：{value}', why_risk: '写有“{value}”', why_elsewhere: '发生在 {value} 环境', why_kind: '{value}',
    },
});
