import { Failed, Skeleton } from 'kit';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import { dayClock, inUtc } from 'app/time';
import type { Page, Person, Report } from 'app/types';
import type { LiveDocument } from './live-document';
import { t } from './strings';

type Version = { id?: string; number?: number; version?: number; name?: string | null; created_at?: string; published_at?: string; created_by?: Person | null; published_by?: Person | null };

/** Versions, newest first. */
export function HistoryPanel({ report, live }: { report: Report; live: LiveDocument | null }) {
    const r = useResource(`versions ${report.id}`, async () => {
        const v = await api.get<Page<Version> | Version[]>(`/reports/${report.id}/versions`);
        return Array.isArray(v) ? v : v.items;
    }, [`report:${report.id}`]);
    const names = live?.here.value.map((h) => (h.me ? t('you') : h.name)).join(', ') ?? '';
    if (r.error && !r.data) return <Failed error={r.error} retry={r.reload} />;
    if (!r.data) return <Skeleton lines={4} />;
    return (
        <ul class="vers">
            <li><b>{t('now')}</b>{names && <span class="quiet">{t('now_editing', { names })}</span>}</li>
            {r.data.map((v, i) => {
                const at = v.published_at ?? v.created_at ?? '';
                const who = v.published_by ?? v.created_by;
                return (
                    <li key={v.id ?? i}><b>{v.name || (v.number ?? v.version ? t('version_n', { n: v.number ?? v.version ?? 0 }) : dayClock(at))}</b>
                        <span class="quiet"><time title={inUtc(at)} dateTime={at}>{dayClock(at)}</time>{who ? `, ${who.name}` : ''}</span></li>
                );
            })}
            {r.data.length === 0 && <li class="quiet">{t('no_versions')}</li>}
        </ul>
    );
}
