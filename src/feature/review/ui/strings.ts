import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        ready: 'Nothing stands in the way.', lead: 'What stands between this text and its publication.', blocks: 'Blocks', open: 'Better first', done: 'Done', show: 'Show',
        sections: { one: '{n} required section is empty', other: '{n} required sections are empty' }, sections_done: 'Required sections are written',
        unsupported: { one: '{n} claim of the AI is supported by nothing', other: '{n} claims of the AI are supported by nothing' }, unsupported_done: 'Every claim of the AI is supported or settled',
        approvals: { one: '{n} approval is missing', other: '{n} approvals are missing' }, approvals_done: 'Approved',
        edited_since: { one: '{n} approval is of an earlier text', other: '{n} approvals are of an earlier text' }, edited_since_done: 'No approval is of an earlier text',
        changes_requested: { one: '{n} reviewer asks for changes', other: '{n} reviewers ask for changes' }, changes_requested_done: 'Nobody asks for changes',
        suggestions: { one: '{n} suggestion is undecided; it is published as if not made', other: '{n} suggestions are undecided; they are published as if not made' }, suggestions_done: 'No undecided suggestions',
        comments: { one: '{n} thread is open', other: '{n} threads are open' }, comments_done: 'All threads are resolved',
        follow_ups: { one: '{n} follow-up has no owner or date', other: '{n} follow-ups have no owner or date' }, follow_ups_done: 'Follow-ups have owners and dates',
    },
    zh: {
        ready: '可以发布了。', lead: '发布前还需要处理的事项。', blocks: '阻止发布', open: '建议先处理', done: '已完成', show: '查看',
        sections: '{n} 个必填章节尚未填写', sections_done: '必填章节已填写',
        unsupported: 'AI 的 {n} 条说法没有依据', unsupported_done: 'AI 的说法都有依据或已处理',
        approvals: '还缺 {n} 个批准', approvals_done: '已获批准',
        edited_since: '{n} 个批准针对的是较早的文本', edited_since_done: '没有针对较早文本的批准',
        changes_requested: '{n} 位审阅人要求修改', changes_requested_done: '没有人要求修改',
        suggestions: '{n} 条建议尚未处理，发布时视为未采纳', suggestions_done: '没有未处理的建议',
        comments: '{n} 个讨论未解决', comments_done: '所有讨论已解决',
        follow_ups: '{n} 个改进项缺少负责人或日期', follow_ups_done: '改进项都有负责人和日期',
    },
});
