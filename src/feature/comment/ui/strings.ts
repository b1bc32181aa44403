import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        comment: 'Comment', comments: 'Comments', open: 'Open {n}', resolved: 'Resolved {n}', whole: 'Whole post-mortem', gone: 'No longer in the text', comment_whole: 'Comment on the whole', write: 'Say something, @ to mention', reply: 'Reply, @ to mention', send: 'Comment', send_reply: 'Reply', cancel: 'Cancel', save: 'Save',
        resolve: 'Resolve', reopen: 'Reopen', resolved_by: 'Resolved by {name}', did_resolve: 'Resolved', edit: 'Edit', remove: 'Remove', remove_title: 'Remove this comment?', remove_body: 'Its words are gone for everybody. Replies stay.', copy_link: 'Copy link', linked: 'Link copied', more: 'More', edited: 'edited', removed: 'Removed', react: 'React', unread: 'New', by: '{name} said', thread: 'Thread: {quote}',
        none: 'No comments yet', none_body: 'Select words in the text and press {keys}, or comment on the whole.', none_body_reader: 'Select words in the text to comment on them.', none_resolved: 'Nothing resolved yet', select_first: 'Select words in the text first', not_saved: 'The text is still being saved. Try again in a moment.', writers_only: 'Only who may write this post-mortem may comment on it.',
        on: 'On', image: 'an image', liveBlock: 'a live block', horizontalRule: 'a divider', table: 'a table', people: 'People', previous: 'Previous', next: 'Next',
        thumbs_up: 'Agreed', eyes: 'Looking', check: 'Done', heart: 'Thanks', party: 'Well done', question: 'Unclear', reacted: '{names}: {word}',
    },
    zh: {
        comment: '评论', comments: '评论', open: '未解决 {n}', resolved: '已解决 {n}', whole: '整份复盘', gone: '原文已删除', comment_whole: '评论整份复盘', write: '写点什么，输入 @ 提及他人', reply: '回复，输入 @ 提及他人', send: '评论', send_reply: '回复', cancel: '取消', save: '保存',
        resolve: '解决', reopen: '重新打开', resolved_by: '由 {name} 解决', did_resolve: '已解决', edit: '编辑', remove: '移除', remove_title: '移除这条评论？', remove_body: '所有人都将看不到它的内容，回复会保留。', copy_link: '复制链接', linked: '已复制链接', more: '更多', edited: '已编辑', removed: '已移除', react: '回应', unread: '新', by: '{name} 说', thread: '讨论：{quote}',
        none: '还没有评论', none_body: '选中文字后按 {keys}，或评论整份复盘。', none_body_reader: '选中文字即可评论。', none_resolved: '还没有已解决的评论', select_first: '请先选中文字', not_saved: '文字仍在保存，请稍后再试。', writers_only: '只有可以编辑这份复盘的人才能评论。',
        on: '关于', image: '一张图片', liveBlock: '一个实时内容块', horizontalRule: '一条分隔线', table: '一个表格', people: '人员', previous: '上一条', next: '下一条',
        thumbs_up: '同意', eyes: '在看', check: '完成', heart: '感谢', party: '做得好', question: '有疑问', reacted: '{names}：{word}',
    },
});
