/** The few words that the first page needs; the rest stands in strings.ts and comes with the screens. */
import { dictionary } from 'app/i18n';

export const t = dictionary({
    en: { alerts: 'Alerts', integrations: 'Integrations', routing: 'Routing rules', quarantine: 'Quarantine', connect_source: 'Connect an alert source' },
    zh: { alerts: '告警', integrations: '集成', routing: '路由规则', quarantine: '隔离区', connect_source: '接入告警来源' },
});
