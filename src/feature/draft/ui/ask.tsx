/** Ask the incident: answers rest on evidence, or are not given. What the record does not say needs no model. */
import { useState } from 'preact/hooks';
import { Button, Input, toastError } from 'kit';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import type { Page } from 'app/types';
import { Claims } from './claims';
import type { Question, Usage } from './types';
import { t } from './strings';

/** `of`: "/incidents/ID" or "/reports/ID"; `topic`: what says that an answer came. */
export function Ask({ of, topic, incident }: { of: string; topic: string; incident: string }) {
    const usage = useResource('ai', () => api.get<Usage>('/ai'));
    const asked = useResource(`questions ${of}`, async () => (await api.get<Page<Question>>(`${of}/questions`)).items, [topic]);
    const [gaps, setGaps] = useState<string[] | null>(null);
    const [q, setQ] = useState('');
    const [busy, setBusy] = useState(false);
    const ask = async () => {
        if (!q.trim() || busy) return;
        setBusy(true);
        try {
            await api.post(`${of}/questions`, { question: q.trim() });
            setQ('');
            await asked.reload();
        } catch (e) { toastError(e); }
        setBusy(false);
    };
    const look = async () => {
        try {
            setGaps((await api.get<Page<{ question: string }>>(`/incidents/${incident}/unknowns`)).items.map((u) => u.question));
        } catch (e) { toastError(e); }
    };
    return (
        <section class="draft-ask">
            <h2>{t('ask')}</h2>
            {usage.data?.enabled && <form class="row" onSubmit={(e) => { e.preventDefault(); void ask(); }}>
                <Input class="grow" aria-label={t('ask')} placeholder={t('ask_hint')} maxLength={500} value={q} onChange={setQ} />
                <Button busy={busy} onClick={() => void ask()}>{t('ask_go')}</Button>
            </form>}
            <Button onClick={() => void look()}>{t('unknowns')}</Button>
            {gaps && (gaps.length ? <ul class="draft-gaps">{gaps.map((g) => <li key={g}>{g}</li>)}</ul> : <p class="quiet">{t('unknowns_none')}</p>)}
            <ol class="draft-answers" aria-live="polite">
                {asked.data?.map((x) => (
                    <li key={x.id}>
                        <p><b>{x.question}</b></p>
                        {x.state === 'failed' ? <p class="draft-why">{x.error}</p>
                            : x.state !== 'answered' ? <p class="quiet">{t('asking')}</p>
                                : x.claims.length ? <Claims claims={x.claims} /> : <p class="quiet">{t('no_answer')}</p>}
                    </li>
                ))}
            </ol>
        </section>
    );
}
