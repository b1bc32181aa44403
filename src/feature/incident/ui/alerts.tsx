/** The alerts of an incident. */
import { Empty, Failed, More, Severity, Skeleton, Status, Time } from 'kit';
import { usePages } from 'app/resource';
import { duration } from 'app/time';
import { t } from './strings';
import type { Incident } from './types';

export type AlertRow = {
    id: string; source: { id: string; name: string; kind: string } | null; status: string; severity: string; title: string; description: string;
    labels: Record<string, string> | null; links: { title: string; url: string }[] | null; started_at: string | null; ended_at: string | null;
    last_received_at: string; count: number;
};

export function AlertsTab({ incident }: { incident: Incident }) {
    const pages = usePages<AlertRow>('/alerts', { incident: incident.id }, [`incident:${incident.id}`, 'alerts'], 100);
    if (pages.error && !pages.items) return <Failed error={pages.error} retry={pages.reload} />;
    if (!pages.items) return <Skeleton lines={4} />;
    if (!pages.items.length) return <Empty icon="bell" title={t('no_alerts')}>{t('no_alerts_body')}</Empty>;
    return <>
        <div class="scroller" tabIndex={0}>
            <table class="table alerts-of">
                <thead><tr><th>{t('alert')}</th><th>{t('severity')}</th><th>{t('status')}</th><th>{t('started')}</th><th>{t('lasted')}</th><th class="wide-only">{t('source')}</th></tr></thead>
                <tbody>{[...pages.items].sort((a, b) => (a.started_at ?? '').localeCompare(b.started_at ?? '')).map((a) => (
                    <tr key={a.id} data-row>
                        <td class="main"><span class="ttl">{a.title}</span>{a.count > 1 && <span class="quiet"> {t('times_received', { n: a.count })}</span>}{a.description && <div class="quiet clip">{a.description}</div>}</td>
                        <td><Severity value={a.severity}>{a.severity === 'unknown' ? t('unknown') : a.severity}</Severity></td>
                        <td><Status tone={a.status === 'firing' ? 'bad' : 'ok'} icon={a.status === 'firing' ? 'bell' : 'done'}>{a.status === 'firing' ? t('firing') : t('resolved')}</Status></td>
                        <td><Time at={a.started_at} /></td>
                        <td class="soft">{a.started_at && a.ended_at ? duration(Date.parse(a.ended_at) - Date.parse(a.started_at)) : t('lasts')}</td>
                        <td class="wide-only soft">{a.source?.name}</td>
                    </tr>
                ))}</tbody>
            </table>
        </div>
        <More more={pages.more} />
    </>;
}
