import { dictionary } from '../src/i18n';

export const t = dictionary({
    en: {
        close: 'Close', cancel: 'Cancel', undo: 'Undo', dismiss: 'Dismiss', retry: 'Try again', optional: 'optional',
        failed: 'This could not be loaded', offline: 'The server cannot be reached', nobody: 'Nobody', search_people: 'Search people',
        none_found: 'Nothing found', searching: 'Searching…', clear: 'Clear', more: 'Show more', remove: 'Remove {name}',
        not_yet: 'not yet', now: 'Now', copy: 'Copy', copied: 'Copied', forbidden: 'You may not see this',
        missing: 'There is nothing here that you may see', missing_body: 'It may have been moved or removed, or it is private.', forbidden_body: 'Ask somebody who may, or an administrator.', go_home: 'Go home', loading: 'Loading', kept: 'What you typed is kept.', where: 'Where you are',
    },
    zh: {
        close: '关闭', cancel: '取消', undo: '撤销', dismiss: '知道了', retry: '重试', optional: '可不填',
        failed: '无法加载', offline: '无法连接服务器', nobody: '无', search_people: '搜索人员',
        none_found: '没有结果', searching: '正在搜索…', clear: '清除', more: '显示更多', remove: '移除 {name}',
        not_yet: '尚未', now: '现在', copy: '复制', copied: '已复制', forbidden: '你没有查看权限',
        missing: '这里没有你可以查看的内容', missing_body: '它可能已被移动或移除，或者是私密的。', forbidden_body: '请向有权限的人或管理员申请。', go_home: '回到首页', loading: '正在加载', kept: '已输入的内容会保留。', where: '当前位置',
    },
});
