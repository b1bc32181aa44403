import { dictionary } from 'app/i18n';

/** Words of the sheet of shortcuts. */
export const k = dictionary({
    en: {
        title: 'Writing by keyboard', g_text: 'Text', g_blocks: 'Blocks', g_more: 'Document', g_markdown: 'Typed as Markdown',
        bold: 'Bold', italic: 'Italic', underline: 'Underline', strike: 'Strikethrough', code: 'Code', highlight: 'Highlight', link: 'Link', undo: 'Undo my last edit', redo: 'Redo', plain: 'Paste as plain text',
        slash: 'Insert a block', h: 'Headings', text: 'Text', lists: 'Bullet, numbered, task list', quote: 'Quote', code_block: 'Code block', indent: 'Indent, outdent', break: 'Line break', leave: 'Leave code or a box', move: 'Move the block up or down', duplicate: 'Duplicate the block', menu: 'Menu of the block',
        comment: 'Comment', suggest: 'Suggest instead of editing', decide: 'Accept or reject the suggestion', mention: 'Mention a person, incident, time', toolbar: 'Into the toolbar, or the menu of a table', open: 'Open a link or source', click: 'click', find: 'Find', replace: 'Find and replace', sheet: 'This sheet', ends: 'Start and end of the document',
        bullets: 'Bullet list', numbers: 'Numbered list', tasks: 'Task list', divider: 'Divider', table: 'Table', callout: 'Callout',
    },
    zh: {
        title: '用键盘写作', g_text: '文字', g_blocks: '内容块', g_more: '文档', g_markdown: '按 Markdown 输入',
        bold: '粗体', italic: '斜体', underline: '下划线', strike: '删除线', code: '代码', highlight: '高亮', link: '链接', undo: '撤销我的上一步', redo: '重做', plain: '粘贴为纯文本',
        slash: '插入内容块', h: '标题', text: '正文', lists: '无序、有序、任务列表', quote: '引用', code_block: '代码块', indent: '缩进、减少缩进', break: '换行', leave: '离开代码或提示框', move: '上移或下移内容块', duplicate: '复制一份内容块', menu: '内容块菜单',
        comment: '评论', suggest: '切换建议模式', decide: '采纳或拒绝所在建议', mention: '提及人员、事件、时间', toolbar: '进入工具栏或表格菜单', open: '打开链接或来源', click: '单击', find: '查找', replace: '查找和替换', sheet: '本快捷键表', ends: '文档开头和结尾',
        bullets: '无序列表', numbers: '有序列表', tasks: '任务列表', divider: '分隔线', table: '表格', callout: '提示框',
    },
});
