import { api } from 'app/api';
import { query } from 'app/router';
import { usePages } from 'app/resource';
import { SettingsPage } from 'app/settings';
import { Button, Empty, Failed, More, Progress, Skeleton, Status, Tabs, Time, toast, toastError, type Tone } from 'kit';
import { t } from './strings';

type Job = { id: string; kind: string; state: 'waiting' | 'running' | 'dead'; error: string; attempts: number; done: number; total: number; run_at: string; created_at: string };
const tones: Record<Job['state'], Tone> = { waiting: 'idle', running: 'run', dead: 'bad' };

export default function Jobs() {
    const state = query.value.get('state');
    const rows = usePages<Job>('/jobs', { state: state === 'all' ? null : state ?? 'dead' });
    const retry = async (j: Job) => {
        try {
            await api.post(`/jobs/${j.id}/retry`);
            rows.update((items) => items.filter((x) => x.id !== j.id));
            toast(t('retried'));
        } catch (e) { toastError(e); }
    };
    return (
        <SettingsPage title={t('jobs')} about={t('jobs_about')} wide>
            <Tabs label={t('state')} name="state" tabs={[{ key: 'dead', label: t('dead') }, { key: 'waiting', label: t('waiting') }, { key: 'running', label: t('running') }, { key: 'all', label: t('any') }]} />
            {rows.error && !rows.items ? <Failed error={rows.error} retry={rows.reload} /> : !rows.items ? <Skeleton />
                : rows.items.length === 0 ? <Empty icon="done" title={state ? t('jobs_empty') : t('jobs_empty_dead')} /> : <>
                    <div class="scroll" tabIndex={0}><table class="table cards">
                        <thead><tr><th>{t('kind')}</th><th>{t('state')}</th><th class="num">{t('attempts')}</th><th>{t('next')}</th><th>{t('error')}</th><th /></tr></thead>
                        <tbody>{rows.items.map((j) => (
                            <tr key={j.id}>
                                <td class="mono">{j.kind}</td>
                                <td><Status tone={tones[j.state]}>{t(j.state)}</Status>{j.state === 'running' && j.total > 0 && <Progress value={j.done} max={j.total} label={t('progress', { done: j.done, total: j.total })} />}</td>
                                <td class="num">{j.attempts}</td>
                                <td>{j.state === 'waiting' && <Time at={j.run_at} />}</td>
                                <td class="wrap">{j.error}</td>
                                <td>{j.state === 'dead' && <Button icon="refresh" onClick={() => retry(j)}>{t('retry')}</Button>}</td>
                            </tr>
                        ))}</tbody>
                    </table></div>
                    <More more={rows.more} />
                </>}
        </SettingsPage>
    );
}
