/** The page of a report in Confluence: whether there is one, whether it is up to date, and making it so. */
import { useState } from 'preact/hooks';
import { Button, Dialog, Failed, Skeleton, Status, Time, toastError } from 'kit';
import { api } from 'app/api';
import { may } from 'app/registry';
import { useResource } from 'app/resource';
import { me } from 'app/session';
import type { Page, Person, Report } from 'app/types';
import { openReport } from './target-layer';
import { t } from './strings';

type Target = { kind: string; title: string; configured: boolean; place: string };
type Exported = { target: string; state: 'waiting' | 'running' | 'done' | 'failed'; error: string; url: string | null; title: string; changed_since: boolean; published_version: number | null;
    requested_at: string | null; exported_at: string | null; exported_by: Person | null };
const close = () => { openReport.value = null; };

export default function TargetDialog() {
    const report = openReport.value!;
    const targets = useResource('export targets', () => api.get<Page<Target>>('/export-targets'), ['settings']);
    const made = useResource(`exports ${report.id}`, () => api.get<Page<Exported>>(`/reports/${report.id}/exports`), [`report:${report.id}`]);
    const error = (!targets.data && targets.error) || (!made.data && made.error);
    const target = targets.data?.items.find((x) => x.kind === 'confluence');
    if (error || !target || !made.data) return (
        <Dialog title={t('confluence_title')} onClose={close}>{error ? <Failed error={error} retry={() => Promise.all([targets.reload(), made.reload()])} /> : <Skeleton lines={3} label={t('reading')} />}</Dialog>
    );
    return <State report={report} target={target} one={made.data.items.find((x) => x.target === 'confluence') ?? null} reload={made.reload} />;
}

function State({ report, target, one, reload }: { report: Report; target: Target; one: Exported | null; reload: () => Promise<void> }) {
    const [busy, setBusy] = useState(false);
    const admin = may(me().role, 'admin');
    const secret = report.visibility === 'private';
    const under_way = one?.state === 'waiting' || one?.state === 'running';
    const current = !!one?.exported_at && !one.changed_since && one.state === 'done';
    const go = async () => {
        setBusy(true);
        try {
            await api.post(`/reports/${report.id}/exports/confluence`);
            await reload();
        } catch (e) {
            toastError(e);
        }
        setBusy(false);
    };
    const may_go = target.configured && !secret && report.can_edit;
    return (
        <Dialog title={t('confluence_title')} onClose={close} footer={<>
            <Button onClick={close}>{t('close')}</Button>
            {one?.url && <a class="btn" href={one.url} target="_blank" rel="noopener noreferrer">{t('page_open')}</a>}
            {may_go && <Button kind="primary" data-autofocus busy={busy || under_way} onClick={go}>{one?.exported_at ? (current ? t('page_again') : t('page_update')) : t('page_make')}</Button>}
            {!target.configured && admin && <a class="btn primary" href="/settings/confluence" onClick={close}>{t('page_setup')}</a>}
        </>}>
            <div class="form" aria-live="polite">
                {!target.configured ? <p>{admin ? t('page_unset_admin') : t('page_unset')}</p> : secret ? <p>{t('page_private')}</p> : <>
                    <p>{one?.exported_at ? t('page_is', { place: target.place }) : t('page_will', { place: target.place })}</p>
                    <p class="quiet">{report.published_version ? t('page_published', { n: report.published_version }) : t('page_draft')}</p>
                </>}
                {one?.exported_at && (
                    <dl class="dl">
                        <dt>{t('page_name')}</dt><dd>{one.url ? <a class="link" href={one.url} target="_blank" rel="noopener noreferrer">{one.title}</a> : one.title}</dd>
                        <dt>{t('page_written')}</dt><dd><Time at={one.exported_at} none="" />{one.exported_by && `, ${one.exported_by.name}`}</dd>
                        <dt>{t('page_state')}</dt><dd>{one.changed_since ? <Status tone="warn" icon="refresh">{t('page_changed')}</Status> : <Status tone="ok" icon="done">{t('page_current')}</Status>}</dd>
                    </dl>
                )}
                {under_way && <p role="status"><Status icon="prog">{one.error ? t('page_retry') : t('page_under_way')}</Status></p>}
                {one?.error && <p class="form-error" role="alert">{one.error}</p>}
                {target.configured && !secret && !report.can_edit && !one?.exported_at && <p class="quiet">{t('page_readonly')}</p>}
            </div>
        </Dialog>
    );
}
