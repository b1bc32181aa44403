import { dictionary } from '../src/i18n';

export const t = dictionary({
    en: {
        close: 'Close', cancel: 'Cancel', undo: 'Undo', dismiss: 'Dismiss', retry: 'Try again', optional: 'optional',
        failed: 'This could not be loaded', offline: 'The server cannot be reached', nobody: 'Nobody', search_people: 'Search people',
        none_found: 'Nothing found', searching: 'Searching…', clear: 'Clear', more: 'Show more', remove: 'Remove {name}',
        not_yet: 'not yet', now: 'Now', copy: 'Copy', copied: 'Copied', forbidden: 'You may not see this',
        missing: 'This does not exist, or you may not see it', kept: 'What you typed is kept.',
    },
    zh: {
        close: '关闭', cancel: '取消', undo: '撤销', dismiss: '知道了', retry: '重试', optional: '可不填',
        failed: '无法加载', offline: '无法连接服务器', nobody: '无', search_people: '搜索人员',
        none_found: '没有结果', searching: '正在搜索…', clear: '清除', more: '显示更多', remove: '移除 {name}',
        not_yet: '尚未', now: '现在', copy: '复制', copied: '已复制', forbidden: '你没有查看权限',
        missing: '不存在，或你没有查看权限', kept: '已输入的内容会保留。',
    },
});
