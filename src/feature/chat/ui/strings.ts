import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        slack: 'Slack', about: 'What is said in the Slack channel of an incident becomes part of it; /hindsight declares and runs incidents from there.',
        keys: 'Keys of the app', secret: 'Signing secret', secret_help: 'Basic Information → App Credentials.', token: 'Bot token', token_help: 'OAuth & Permissions → Bot User OAuth Token (xoxb-…). It is sealed and never shown again.', kept: 'There is one. Enter another to replace it.',
        save: 'Save', saved: 'Saved', test: 'Test', found: 'Connected to {team} as {user}',
        how: 'Set it up', how_1: 'At api.slack.com/apps choose Create New App → From a manifest, and paste this:', how_2: 'Install the app to the workspace, then enter its signing secret and bot token above.', how_3: 'Slack must be able to reach this server. People are known by their e-mail address: it must be the same in both.', copy: 'Copy', copied: 'Copied',
    },
    zh: {
        slack: 'Slack', about: '事件的 Slack 频道里说的话会成为事件的一部分；可以用 /hindsight 在那里宣布和处理事件。',
        keys: '应用密钥', secret: '签名密钥', secret_help: 'Basic Information → App Credentials。', token: '机器人令牌', token_help: 'OAuth & Permissions → Bot User OAuth Token（xoxb-…）。加密保存，不再显示。', kept: '已保存。输入新的即可替换。',
        save: '保存', saved: '已保存', test: '测试', found: '已以 {user} 的身份连接到 {team}',
        how: '设置步骤', how_1: '在 api.slack.com/apps 选择 Create New App → From a manifest，粘贴以下内容：', how_2: '将应用安装到工作区，然后在上方填写签名密钥和机器人令牌。', how_3: 'Slack 必须能访问此服务器。人员按电子邮件地址匹配：两边的地址必须相同。', copy: '复制', copied: '已复制',
    },
});
