import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        room: 'War room', proposals: 'Proposals', pinned: 'Pinned', view: 'View', say: 'Say something, or / for commands', send: 'Send', picture: 'Add a picture', latest: 'Latest', new_below: { one: '{n} new message', other: '{n} new messages' },
        new_line: 'New', edited: 'edited', deleted: 'This message was deleted.', replies: { one: '{n} reply', other: '{n} replies' }, reply: 'Reply in thread', thread: 'Thread', reply_to: 'Reply', close: 'Close',
        react: 'React', pin: 'Pin', unpin: 'Unpin', to_timeline: 'Add to timeline', off_timeline: 'Take off the timeline', on_timeline: 'On the timeline', edit: 'Edit', remove: 'Delete', copy_link: 'Copy link', more: 'More', save: 'Save', cancel: 'Cancel', copied: 'Link copied',
        sending: 'Sending…', kept: 'Not sent yet: kept on this device', failed: 'Not sent: {why}', again: 'Try again', discard: 'Discard', pinned_by: 'Pinned by {who}', older: 'Earlier messages',
        typing: '{who} is typing…', typing_many: 'Several people are typing…', here: 'Here now', empty: 'Nothing has been said yet', empty_body: 'What is said here belongs to the incident: pin or star what matters, and it is proposed for the timeline. Type / for commands, paste a screenshot, mention people with @.', read_only: 'You can read here; responders write.',
        none_pinned: 'Nothing is pinned', none_proposed: 'Nothing is proposed', none_proposed_body: 'Pins, ⭐ and 📌, decisions, changed states, graphs and pictures are proposed here by themselves. Accept them with one key and they stand on the timeline, with the message as their source.',
        accept: 'Accept', dismiss: 'Dismiss', accepted: 'On the timeline', dismissed: 'Dismissed', accept_all: 'Accept all', proposal_keys: 'j and k move, a accepts, x dismisses', as: 'As',
        r_pinned: 'Pinned by {what}', r_reaction: 'Marked {what}', r_decision: 'Says “{what}”', r_state: 'Says “{what}”', r_image: 'Has a picture', r_graph: 'Links a graph', r_link: 'Links a change', r_cause: 'First to name “{what}”', r_hand: 'Proposed by hand',
        k_message: 'Message', k_decision: 'Decision', k_hypothesis: 'Hypothesis', k_action_taken: 'Action taken', k_graph: 'Graph', k_note: 'Note',
        delete_ask: 'Delete this message?', delete_body: 'Its words, files and reactions go; its place stays. What became a timeline event stays there.', uploading: 'Uploading…', also_in: 'Also in {where}', from: 'from {where}', outside: 'Not in this workspace', import: 'Import chat',
        c_status: 'Move the incident', c_sev: 'Set the severity', c_role: 'Give a role', c_decision: 'Write a decision', c_hypothesis: 'Write a hypothesis; confirmed or rejected settles the last', c_followup: 'Add a follow-up', c_star: 'Star a note, or what was said before', c_time: 'Record a time', commands: 'Commands', people: 'People', mention: 'Mention',
        s_slack: 'Slack', s_mattermost: 'Mattermost', s_teams: 'Teams', s_discord: 'Discord', s_import: 'import', s_war_room: 'war room',
        d_status: 'changed the status to {v}', d_sev: 'set the severity to {v}', d_role: 'made {p} {v}', d_followup: 'added {v}', d_star: 'starred it', d_time: 'recorded {v}', d_decision: 'decided', d_hypothesis: 'believes',
    },
    zh: {
        room: '作战室', proposals: '待确认', pinned: '已置顶', view: '视图', say: '输入消息，或用 / 执行命令', send: '发送', picture: '添加图片', latest: '最新', new_below: '{n} 条新消息',
        new_line: '新消息', edited: '已编辑', deleted: '此消息已删除。', replies: '{n} 条回复', reply: '在话题中回复', thread: '话题', reply_to: '回复', close: '关闭',
        react: '回应', pin: '置顶', unpin: '取消置顶', to_timeline: '加入时间线', off_timeline: '从时间线移除', on_timeline: '已在时间线', edit: '编辑', remove: '删除', copy_link: '复制链接', more: '更多', save: '保存', cancel: '取消', copied: '链接已复制',
        sending: '发送中…', kept: '尚未发送：已保存在本设备', failed: '未发送：{why}', again: '重试', discard: '丢弃', pinned_by: '{who} 置顶', older: '更早的消息',
        typing: '{who} 正在输入…', typing_many: '多人正在输入…', here: '正在查看', empty: '还没有消息', empty_body: '这里的讨论属于该事件：置顶或标星的内容会被提议加入时间线。输入 / 使用命令，可粘贴截图，用 @ 提及他人。', read_only: '你可以阅读；响应人员可以发言。',
        none_pinned: '没有置顶消息', none_proposed: '没有待确认的内容', none_proposed_body: '置顶、⭐ 与 📌、决定、状态变化、图表和图片会自动列在这里。一键确认后即进入时间线，并以该消息为来源。',
        accept: '确认', dismiss: '忽略', accepted: '已加入时间线', dismissed: '已忽略', accept_all: '全部确认', proposal_keys: 'j、k 移动，a 确认，x 忽略', as: '作为',
        r_pinned: '{what} 置顶', r_reaction: '标记了 {what}', r_decision: '提到“{what}”', r_state: '提到“{what}”', r_image: '含图片', r_graph: '含图表链接', r_link: '含变更链接', r_cause: '最早提到“{what}”', r_hand: '人工提议',
        k_message: '消息', k_decision: '决定', k_hypothesis: '假设', k_action_taken: '已采取的操作', k_graph: '图表', k_note: '备注',
        delete_ask: '删除此消息？', delete_body: '文字、文件和回应会被移除，位置保留。已成为时间线事件的内容会保留。', uploading: '上传中…', also_in: '同步于 {where}', from: '来自 {where}', outside: '不在此工作区', import: '导入聊天记录',
        c_status: '更改事件状态', c_sev: '设置严重级别', c_role: '分配角色', c_decision: '记录决定', c_hypothesis: '记录假设；confirmed 或 rejected 为最近的假设下结论', c_followup: '添加改进项', c_star: '为备注或上一条消息标星', c_time: '记录时间', commands: '命令', people: '人员', mention: '提及',
        s_slack: 'Slack', s_mattermost: 'Mattermost', s_teams: 'Teams', s_discord: 'Discord', s_import: '导入', s_war_room: '作战室',
        d_status: '将状态改为 {v}', d_sev: '将严重级别设为 {v}', d_role: '任命 {p} 为 {v}', d_followup: '添加了 {v}', d_star: '标了星', d_time: '记录了 {v}', d_decision: '决定', d_hypothesis: '认为',
    },
});
