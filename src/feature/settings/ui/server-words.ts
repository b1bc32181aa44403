/** What the server says of its settings, in Chinese; where the English is empty, its own words stand. */
import { dictionary } from 'app/i18n';

export const words = dictionary({
    en: {
        'warroom.reactions title': '', 'warroom.reactions help': '', 'warroom.freeze_links title': '', 'warroom.freeze_links help': '',
        'report.required_sections title': '', 'report.required_sections help': '', 'report.approvals_of title': '', 'report.approvals_of help': '', 'any text': '', 'the present text': '', 'report.approvals title': '', 'report.approvals help': '',
        'alerts.flap_count title': '', 'alerts.flap_count help': '', 'alerts.flap_minutes title': '', 'alerts.flap_minutes help': '',
        'alerts.storm_incidents title': '', 'alerts.storm_incidents help': '', 'alerts.sns_hosts title': '', 'alerts.sns_hosts help': '',
        'files.fetch_allow title': '', 'files.fetch_allow help': '', 'export.allow title': '', 'export.allow help': '',
        'monitors.allow title': '', 'monitors.allow help': '', 'monitors.location title': '', 'monitors.location help': '',
        'report.due_sev_1 title': '', 'report.due_sev_1 help': '', 'report.due_sev_2 title': '', 'report.due_sev_2 help': '', 'report.due_sev_3 title': '', 'report.due_sev_3 help': '', 'report.due_sev_4 title': '', 'report.due_sev_4 help': '',
        '1 day': '', '2 days': '', '3 days': '', '5 days': '', '7 days': '', '14 days': '', '30 days': '', '1 business day': '', '2 business days': '', '3 business days': '', '5 business days': '', '10 business days': '',
        'chat.slack_signing_secret title': '', 'chat.slack_signing_secret help': '', 'chat.slack_app_token title': '', 'chat.slack_app_token help': '', 'chat.slack_bot_token title': '', 'chat.slack_bot_token help': '', 'chat.mattermost_url title': '', 'chat.mattermost_url help': '', 'chat.mattermost_token title': '', 'chat.mattermost_token help': '', 'chat.teams_url title': '', 'chat.teams_url help': '', 'chat.teams_secret title': '', 'chat.teams_secret help': '',
        'chat.allow title': '', 'chat.allow help': '', 'chat.slack_api title': '', 'chat.slack_api help': '',
        'should be written': '', 'must be written': '', 'names and addresses': '', addresses: '', 'secrets only': '', mark: 'keep and mark', drop: 'leave out', none: '',
        'group report': 'Post-mortems', 'group alerts': 'Alerts', 'group warroom': 'War room', 'group monitors': 'Monitors', 'group files': 'Pictures', 'group export': 'Export', 'group incident': 'Incidents', 'group chat': 'Chat',
    },
    zh: {
        'warroom.reactions title': '用于提议的表情', 'warroom.reactions help': '消息带有其中任一表情时，会被提议写入时间线。可填表情或 :名称:，以空格分隔。', 'warroom.freeze_links title': '保存链接的图表', 'warroom.freeze_links help': '作战室里贴出图表、仪表盘或变更的链接时，服务器获取一次其标题或图片并保存。只访问公网，以及“从以下地址获取粘贴的图片”允许的地址。',
        'report.required_sections title': '发布前必填的章节', 'report.required_sections help': '必须填写：只要有一个必填章节为空，就不能发布报告', 'report.approvals_of title': '批准针对', 'report.approvals_of help': '现在的正文：批准之后正文有改动的，须重新批准', 'any text': '任何时候的正文', 'the present text': '现在的正文', 'report.approvals title': '发布所需的批准数', 'report.approvals help': '管理者随时可以发布。0：可以撰写的人都可以发布。',
        'alerts.flap_count title': '抖动', 'alerts.flap_count help': '告警在下面的时间内恢复达到这个次数，就一直作为一条抖动的告警保持打开，直到不再有新的告警。0：从不。', 'alerts.flap_minutes title': '抖动：分钟数', 'alerts.flap_minutes help': '在这段时间内统计恢复次数。',
        'alerts.storm_incidents title': '每分钟事件数', 'alerts.storm_incidents help': '单个集成每分钟可宣布的事件数。告警风暴时，更多的告警会并入同一个事件；0 表示不限。', 'alerts.sns_hosts title': '其他使用 SNS 协议的主机', 'alerts.sns_hosts help': '除亚马逊自己的主机（sns.REGION.amazonaws.com）外，可为 CloudWatch 集成的消息签名并确认订阅的主机和端口，以逗号分隔，如 localstack:4566。无论位于何处都会访问。',
        'files.fetch_allow title': '从以下地址获取粘贴的图片', 'files.fetch_allow help': '公网以外的地址、网段和主机名，如 10.0.0.0/8 或 .corp.example。从网页粘贴的图片由服务器获取。', 'export.allow title': '可导出到', 'export.allow help': '公网以外的地址、网段和主机名，如 10.0.0.0/8 或 .corp.example。仅当经由你的网关访问 Confluence 时才需要。',
        'monitors.allow title': '监测可访问', 'monitors.allow help': '公网以外的地址、网段和主机名，如 10.0.0.0/8 或 .corp.example。数秒内生效。', 'monitors.location title': '本服务器的位置', 'monitors.location help': '监测从本服务器发起时，对这个位置的称呼。',
        'report.due_sev_1 title': 'SEV-1：复盘期限', 'report.due_sev_1 help': '从事件结束起计算', 'report.due_sev_2 title': 'SEV-2：复盘期限', 'report.due_sev_2 help': '从事件结束起计算', 'report.due_sev_3 title': 'SEV-3：复盘期限', 'report.due_sev_3 help': '从事件结束起计算', 'report.due_sev_4 title': 'SEV-4：复盘期限', 'report.due_sev_4 help': '从事件结束起计算',
        '1 day': '1 天', '2 days': '2 天', '3 days': '3 天', '5 days': '5 天', '7 days': '7 天', '14 days': '14 天', '30 days': '30 天', '1 business day': '1 个工作日', '2 business days': '2 个工作日', '3 business days': '3 个工作日', '5 business days': '5 个工作日', '10 business days': '10 个工作日',
        'chat.slack_signing_secret title': 'Slack：签名密钥', 'chat.slack_signing_secret help': 'Slack 应用的 Basic Information → App Credentials。用于校验 Slack 发来的内容。',
        'chat.slack_app_token title': 'Slack：应用级令牌', 'chat.slack_app_token help': 'Basic Information → App-Level Tokens（xapp-…，权限 connections:write）。填写后通过 Socket Mode 连接，Slack 无需访问此服务器。',
        'chat.slack_bot_token title': 'Slack：机器人令牌', 'chat.slack_bot_token help': 'OAuth & Permissions → Bot User OAuth Token（xoxb-…）。',
        'chat.mattermost_url title': 'Mattermost：传入 Webhook', 'chat.mattermost_url help': '它的地址。事件动态会发到那里；留空则不发。',
        'chat.mattermost_token title': 'Mattermost：传出 Webhook 的令牌', 'chat.mattermost_token help': '关联频道里说的话凭它传入。',
        'chat.teams_url title': 'Microsoft Teams：传入 Webhook', 'chat.teams_url help': '它的地址。事件动态会发到那里；留空则不发。',
        'chat.teams_secret title': 'Microsoft Teams：传出 Webhook 的安全令牌', 'chat.teams_secret help': '创建 Webhook 时由 Teams 显示。',
        'chat.allow title': '聊天可访问', 'chat.allow help': '公网以外的地址、网段和主机名，如 10.0.0.0/8 或 .corp.example。', 'chat.slack_api title': 'Slack：Web API 地址', 'chat.slack_api help': 'GovSlack 请填 https://slack-gov.com/api。',
        'should be written': '建议填写', 'must be written': '必须填写', 'names and addresses': '姓名和地址', addresses: '仅地址', 'secrets only': '仅机密', mark: '保留并标记', drop: '略去', none: '无',
        'group report': '复盘', 'group alerts': '告警', 'group warroom': '作战室', 'group monitors': '监测', 'group files': '图片', 'group export': '导出', 'group incident': '事件', 'group chat': '聊天',
    },
});
