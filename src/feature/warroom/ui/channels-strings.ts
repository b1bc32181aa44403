import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        channels: 'Channels outside', none: 'No channel of a chat tool is the room of this incident.', tool: 'Tool', channel: 'Channel id', name: 'Name', link: 'Link', linked: 'Linked', unlink: 'Unlink {name}', close: 'Close',
        channel_slack: 'At the end of the channel’s details in Slack: C024BE7LR. The app must be a member of it.', channel_mattermost: 'View Info of the channel in Mattermost.', channel_teams: 'In the link to the channel: 19:…@thread.tacv2.',
        webhook: 'Incoming webhook of the channel', webhook_mattermost: 'Without one, the webhook of the settings posts to the channel of that name.', webhook_teams: 'Without one, nothing is posted to this channel.',
    },
    zh: {
        channels: '外部频道', none: '还没有聊天工具的频道作为此事件的作战室。', tool: '工具', channel: '频道 ID', name: '名称', link: '关联', linked: '已关联', unlink: '取消关联 {name}', close: '关闭',
        channel_slack: '在 Slack 频道详情的末尾：C024BE7LR。应用必须是该频道的成员。', channel_mattermost: '在 Mattermost 频道的 View Info 中。', channel_teams: '在频道链接中：19:…@thread.tacv2。',
        webhook: '频道的传入 Webhook', webhook_mattermost: '不填写时，由设置中的 Webhook 发布到同名频道。', webhook_teams: '不填写时，不会向此频道发布内容。',
    },
});
