import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: {
        welcome: 'Welcome to Hindsight', welcome_body: 'Create the first person. You will be the administrator.', sign_in: 'Sign in to {workspace}',
        workspace: 'Workspace', workspace_help: 'Your company or team, as it stands at the top left.', name: 'Your name', email: 'Email',
        password: 'Password', password_help: 'At least 8 characters. A sentence is good.', time_zone: 'Time zone', language: 'Language',
        how: 'How do you want to start?', sample: 'Explore with sample data', sample_body: 'A year of incidents, alerts and post-mortems of an invented company.',
        clean: 'Start clean', clean_body: 'Empty lists and the built-in templates.', create: 'Create workspace',
        loading: 'Loading sample data', loaded: '{done} of {total}', sample_failed: 'The sample data could not be loaded. Settings, Jobs says why.', connect: 'Connect your first alert source',
        connect_body: 'Hindsight listens at an address with its own key. Point Prometheus Alertmanager, or anything that can send JSON, at it.',
        make_url: 'Make the address', url: 'Address for {kind}', try: 'Try it now: this sends a test alert', config: 'In alertmanager.yml',
        waiting: 'Waiting for the first alert…', arrived: 'The first alert has arrived.', see_alerts: 'See alerts', skip: 'Later', go: 'Go to Hindsight',
        source_kind: 'What sends your alerts?', step: 'Step {n} of {of}', done: 'Already set up', ready: 'Sample data is ready', steps_label: 'Steps',
    },
    zh: {
        welcome: '欢迎使用 Hindsight', welcome_body: '创建第一位成员，你将成为管理员。', sign_in: '登录 {workspace}',
        workspace: '工作区', workspace_help: '你的公司或团队名称，显示在左上角。', name: '姓名', email: '邮箱',
        password: '密码', password_help: '至少 8 个字符，可以是一句话。', time_zone: '时区', language: '语言',
        how: '如何开始？', sample: '使用示例数据体验', sample_body: '一家虚构公司一年的事件、告警和复盘。',
        clean: '从空白开始', clean_body: '空列表和内置模板。', create: '创建工作区',
        loading: '正在加载示例数据', loaded: '{done} / {total}', sample_failed: '示例数据加载失败，原因见“设置 · 任务”。', connect: '连接第一个告警来源',
        connect_body: 'Hindsight 通过带独立密钥的地址接收告警。将 Prometheus Alertmanager 或任何能发送 JSON 的系统指向它即可。',
        make_url: '生成地址', url: '{kind} 的地址', try: '立即试用：发送一条测试告警', config: '写入 alertmanager.yml',
        waiting: '等待第一条告警…', arrived: '第一条告警已到达。', see_alerts: '查看告警', skip: '以后再说', go: '进入 Hindsight',
        source_kind: '告警由什么发送？', step: '第 {n} 步，共 {of} 步', done: '已完成设置', ready: '示例数据已就绪', steps_label: '步骤',
    },
});
