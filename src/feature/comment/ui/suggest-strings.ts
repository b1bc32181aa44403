import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        instead: 'in the name of {name}', mode: 'Mode', editing: 'Editing', suggesting: 'Suggesting', refused: 'This cannot be suggested. It was taken back.', suggestions: 'Suggestions', n_suggestions: { one: '{n} suggestion', other: '{n} suggestions' },
        accept: 'Accept', reject: 'Reject', accept_all: 'Accept all', reject_all: 'Reject all', by: 'By', everybody: 'Everybody', in_selection: { one: '{n} in the selection', other: '{n} in the selection' }, accept_these: 'Accept these', reject_these: 'Reject these',
        n_accepted: { one: '{n} suggestion accepted', other: '{n} suggestions accepted' }, n_rejected: { one: '{n} suggestion rejected', other: '{n} suggestions rejected' }, nothing_here: 'Nothing is suggested here', written_since: 'You have written since. Undo goes back step by step.',
        op_insert: 'New: {what}', op_delete: 'Delete: {what}', op_divide: 'Divide the {what}', op_join: 'Join with what is before: {what}', op_look: 'Format: {what}', op_unlook: 'Remove format: {what}', op_change: '{what} becomes {to}', op_attrs: '{what}: {to}',
        heading_level: 'heading {level}', done: 'done', not_done: 'not done', a_kind: 'kind', a_language: 'language', a_caption: 'caption', a_alt: 'alt text', a_width: 'width', a_align: 'alignment', a_start: 'first number', a_title: 'title', a_src: 'picture',
        n_paragraph: 'paragraph', n_heading: 'heading', n_bulletList: 'bullet list', n_orderedList: 'numbered list', n_taskList: 'task list', n_listItem: 'list item', n_taskItem: 'task', n_blockquote: 'quote', n_codeBlock: 'code', n_horizontalRule: 'divider', n_image: 'image',
        n_table: 'table', n_tableRow: 'table row', n_tableCell: 'cell', n_tableHeader: 'header cell', n_callout: 'callout', n_details: 'collapsible section', n_liveBlock: 'live block', n_hardBreak: 'line break',
        n_bold: 'bold', n_italic: 'italic', n_underline: 'underline', n_strike: 'strikethrough', n_code: 'code', n_highlight: 'highlight', n_link: 'link',
    },
    zh: {
        instead: '以 {name} 的名义', mode: '模式', editing: '编辑', suggesting: '建议', refused: '无法建议此修改，已恢复原状。', suggestions: '修改建议', n_suggestions: '{n} 条修改建议',
        accept: '采纳', reject: '拒绝', accept_all: '全部采纳', reject_all: '全部拒绝', by: '提出者', everybody: '所有人', in_selection: '所选范围内 {n} 条', accept_these: '采纳这些', reject_these: '拒绝这些',
        n_accepted: '已采纳 {n} 条修改建议', n_rejected: '已拒绝 {n} 条修改建议', nothing_here: '此处没有修改建议', written_since: '此后又有改动，请逐步撤销。',
        op_insert: '新增：{what}', op_delete: '删除：{what}', op_divide: '拆分{what}', op_join: '与前一块合并：{what}', op_look: '格式：{what}', op_unlook: '取消格式：{what}', op_change: '{what}改为{to}', op_attrs: '{what}：{to}',
        heading_level: '{level} 级标题', done: '已完成', not_done: '未完成', a_kind: '类型', a_language: '语言', a_caption: '说明', a_alt: '替代文本', a_width: '宽度', a_align: '对齐', a_start: '起始编号', a_title: '标题', a_src: '图片',
        n_paragraph: '段落', n_heading: '标题', n_bulletList: '无序列表', n_orderedList: '有序列表', n_taskList: '任务列表', n_listItem: '列表项', n_taskItem: '任务', n_blockquote: '引用', n_codeBlock: '代码', n_horizontalRule: '分隔线', n_image: '图片',
        n_table: '表格', n_tableRow: '表格行', n_tableCell: '单元格', n_tableHeader: '表头单元格', n_callout: '提示框', n_details: '可折叠内容', n_liveBlock: '实时内容', n_hardBreak: '换行',
        n_bold: '粗体', n_italic: '斜体', n_underline: '下划线', n_strike: '删除线', n_code: '代码', n_highlight: '高亮', n_link: '链接',
    },
});
