/** What the kinds of integrations are called, and what they are about in Chinese; English comes from the server. */
import { locale } from 'app/i18n';
import type { IconName } from 'kit';
import { stepsZh } from './kinds-zh';
import { t } from './strings';
import type { Kind } from './types';

const titles: Record<string, string> = {
    github: 'GitHub', gitlab: 'GitLab', argocd: 'Argo CD', kubernetes: 'Kubernetes', terraform_cloud: 'HCP Terraform', launchdarkly: 'LaunchDarkly', cloudwatch: 'Amazon CloudWatch',
    azure_monitor: 'Azure Monitor', better_stack: 'Better Stack', checkmk: 'Checkmk', cloudevents: 'CloudEvents', datadog: 'Datadog', elastalert: 'ElastAlert', google_cloud: 'Google Cloud Monitoring',
    grafana: 'Grafana', graylog: 'Graylog', kapacitor: 'Kapacitor', librenms: 'LibreNMS', nagios: 'Nagios, Icinga', new_relic: 'New Relic', opsgenie: 'Opsgenie',
    pingdom: 'Pingdom', sentry: 'Sentry', splunk: 'Splunk', statuspage: 'Statuspage', uptime_kuma: 'Uptime Kuma',
    uptimerobot: 'UptimeRobot', victorops: 'Splunk On-Call (VictorOps)', zabbix: 'Zabbix',
};

const chinese: Record<string, string> = {
    github: 'GitHub 的部署、发布、工作流运行与推送，作为变更。', gitlab: 'GitLab 的部署、流水线、发布与推送，作为变更。', argocd: 'Argo CD 应用的同步，作为变更，经通知 Webhook 发送。',
    kubernetes: '集群事件中 Deployment 的发布，作为变更。', terraform_cloud: 'Terraform Cloud 与 Enterprise 已应用的运行，作为变更，经工作区通知发送。', launchdarkly: '功能开关与分群的变化，经 Webhook 发送。',
    changes: '任何能发送请求的流水线、脚本或开关服务的变更。', cloudwatch: 'Amazon CloudWatch 的告警，经 SNS 主题发送。', mail: '任何能发邮件的系统：经别名转交，或从邮箱（IMAP）收取。',
    azure_monitor: 'Azure Monitor 通用告警架构的告警，经操作组发送。',
    better_stack: 'Better Stack Uptime 的事件，经外发 Webhook 发送。',
    checkmk: 'Checkmk 的主机与服务通知，经通知脚本发送。',
    cloudevents: 'CloudEvents 1.0 格式的事件：Knative、Argo Events、Azure Event Grid 与自有服务。',
    datadog: 'Datadog 的监控器，经 Webhooks 集成发送。',
    elastalert: 'ElastAlert 2 的规则，经 HTTP POST 告警器发送。',
    google_cloud: 'Google Cloud Monitoring 的事件，经 Webhook 通知渠道发送。',
    grafana: 'Grafana 统一告警，以及 Grafana 8 及更早的旧版告警。',
    graylog: 'Graylog 的事件定义与旧版告警条件，经 HTTP 通知发送。',
    kapacitor: 'Kapacitor（InfluxDB）的告警，经 post 处理器发送。',
    librenms: 'LibreNMS 的告警，经 API 传输发送。',
    nagios: 'Nagios、Icinga 2、Naemon 与 Centreon 的主机与服务通知，经通知命令发送。',
    new_relic: 'New Relic 工作流的问题，以及旧版 Webhook 渠道的事件。',
    opsgenie: 'Opsgenie 与 Jira Service Management 的告警，经外发 Webhook 发送。',
    pagerduty_webhook: 'PagerDuty 中事件的变化，经 Webhook 订阅发送。',
    pingdom: 'Pingdom 的可用性与事务检查，经 Webhook 集成发送。',
    sentry: 'Sentry 的问题告警、指标告警与问题，经内部集成或 Webhooks 插件发送。',
    splunk: 'Splunk 的已保存搜索，经 Webhook 告警动作发送。',
    statuspage: '作为订阅者接收供应商 Atlassian Statuspage 上的事件与组件变化。',
    uptime_kuma: 'Uptime Kuma 的监控项，经 Webhook 通知发送。',
    uptimerobot: 'UptimeRobot 的监控项，经 Webhook 联系方式发送。',
    victorops: '任何能对接 Splunk On-Call（VictorOps）REST 接口的工具。',
    zabbix: 'Zabbix 的问题，经 Webhook 媒介类型发送。',
};

const icons: Record<string, IconName> = { alertmanager: 'bell', generic: 'code', pagerduty: 'broadcast', pagerduty_webhook: 'broadcast' };

export const kindIcon = (kind: string): IconName => icons[kind] ?? 'link';
const ownTitles: Record<string, { en: string; zh: string }> = { changes: { en: 'Changes', zh: '变更' }, mail: { en: 'E-mail', zh: '邮件' }, pagerduty_webhook: { en: 'PagerDuty webhooks (v3)', zh: 'PagerDuty Webhook（v3）' } };
export const kindTitle = (kind: string): string => ownTitles[kind]?.[locale.value === 'zh' ? 'zh' : 'en'] ?? titles[kind] ?? t.any(`kind_${kind}`, kind);
export const kindAbout = (k: Kind): string => (locale.value === 'zh' && chinese[k.kind]) || t.any(`about_${k.kind}`, k.description);

/** What to do on the other side, in the language of the person. */
export function kindSteps(k: Kind): string {
    const told = locale.value === 'zh' ? stepsZh[k.kind] : undefined;
    if (!told) return t.any(`how_${k.kind}`, k.instructions_markdown);
    const blocks = k.instructions_markdown.match(/```\w*\n[\s\S]*?```/g) ?? [];
    return told.replace(/\{code\}/g, () => blocks.shift() ?? '');
}
