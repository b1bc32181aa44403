import { Failed, Skeleton, Time } from 'kit';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import type { Page, Report, ReportVersion } from 'app/types';
import type { LiveDocument } from './live-document';
import { t } from './strings';

/** Versions, newest first. */
export function HistoryPanel({ report, live }: { report: Report; live: LiveDocument | null }) {
    const r = useResource(`versions ${report.id}`, async () => (await api.get<Page<ReportVersion>>(`/reports/${report.id}/versions`)).items, [`report:${report.id}`]);
    const names = live?.here.value.map((h) => (h.me ? t('you') : h.name)).join(', ') ?? '';
    if (r.error && !r.data) return <Failed error={r.error} retry={r.reload} />;
    if (!r.data) return <Skeleton lines={4} />;
    return (
        <ul class="vers">
            <li><b>{t('now')}</b>{names && <span class="quiet">{t('now_editing', { names })}</span>}</li>
            {r.data.map((v) => (
                <li key={v.number}><b>{t('version_n', { n: v.number })}</b>
                    <span class="quiet"><Time at={v.published_at} />{v.published_by ? `, ${v.published_by.name}` : ''}</span></li>
            ))}
            {r.data.length === 0 && <li class="quiet">{t('no_versions')}</li>}
        </ul>
    );
}
