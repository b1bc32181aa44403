import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        title: 'Import chat', help: 'A Slack export (zip), a Mattermost bulk export (JSONL or zip), a Discord export (JSON), or text you copied. Nothing is written before you say so; what is here already stays as it is.', choose: 'Choose a file', remove: 'Remove',
        importing: '{done} of {total} messages imported', goes_on: 'You may close this: the import goes on.', close: 'Close', import_failed: 'The import ended after {done} of {total} messages; import again for the rest.', import_stopped: 'The import was cut off after {done} of {total} messages; import again for the rest.',
        paste: 'Or paste what was said', day: 'Day of the first line', zone: 'Time zone of the times', channel: 'Channel', found: { one: '{n} message', other: '{n} messages' }, known: '{n} here already', skipped: '{n} left out (joins and the like)', outside: '{n} at other times',
        take_all: 'Take all times', around: 'Only around the incident', is: '{who} is', nobody: 'Nobody here', cancel: 'Cancel', import: { one: 'Import {n} message', other: 'Import {n} messages' }, done: '{n} messages imported, {proposals} proposed for the timeline', too_large: 'At most 20 MiB: export one channel and a shorter time.',
        s_slack: 'Slack', s_mattermost: 'Mattermost', s_discord: 'Discord', s_import: 'Text',
    },
    zh: {
        importing: '已导入 {done} / {total} 条消息', goes_on: '可以关闭此窗口，导入会继续。', close: '关闭', import_failed: '导入在 {done} / {total} 条后中止；重新导入即可补全。', import_stopped: '导入在 {done} / {total} 条后中断；重新导入即可补全。',
        title: '导入聊天记录', help: 'Slack 导出（zip）、Mattermost 批量导出（JSONL 或 zip）、Discord 导出（JSON），或复制的文字。确认之前不会写入；已有的消息保持不变。', choose: '选择文件', remove: '移除',
        paste: '或粘贴聊天内容', day: '第一行的日期', zone: '时间所属时区', channel: '频道', found: '{n} 条消息', known: '{n} 条已存在', skipped: '忽略 {n} 条（加入等）', outside: '{n} 条在其他时间',
        take_all: '包含全部时间', around: '仅事件前后', is: '{who} 是', nobody: '不在此处', cancel: '取消', import: '导入 {n} 条消息', done: '已导入 {n} 条消息，{proposals} 条待确认', too_large: '最多 20 MiB：请只导出一个频道和较短的时间。',
        s_slack: 'Slack', s_mattermost: 'Mattermost', s_discord: 'Discord', s_import: '文字',
    },
});
