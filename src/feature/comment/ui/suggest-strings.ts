import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        mode: 'Mode', editing: 'Editing', suggesting: 'Suggesting', words_only: 'Only words can be suggested. Comment on the rest.', suggestions: 'Suggestions', n_suggestions: { one: '{n} suggestion', other: '{n} suggestions' },
        accept: 'Accept', reject: 'Reject', accept_all: 'Accept all', reject_all: 'Reject all', by: 'By', everybody: 'Everybody',
    },
    zh: {
        mode: '模式', editing: '编辑', suggesting: '建议', words_only: '只能建议修改文字，其他内容请评论。', suggestions: '修改建议', n_suggestions: '{n} 条修改建议',
        accept: '采纳', reject: '拒绝', accept_all: '全部采纳', reject_all: '全部拒绝', by: '提出者', everybody: '所有人',
    },
});
