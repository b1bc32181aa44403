/** Messages that may belong on the timeline: one key accepts, one dismisses. */
import { useRef, useState } from 'preact/hooks';
import { Avatar, Button, Empty, Failed, MenuButton, More, Skeleton, toast, toastError } from 'kit';
import { api } from 'app/api';
import { useKeys, useListKeys } from 'app/keys';
import { usePages } from 'app/resource';
import { setQuery } from 'app/router';
import { dayClock } from 'app/time';
import type { Incident } from '../../incident/ui/types';
import { Author } from './message';
import { Rich } from './rich';
import { t } from './strings';
import type { Message, Proposal } from './types';

const KINDS = ['message', 'decision', 'hypothesis', 'action_taken', 'graph', 'note'] as const;

export function Proposals({ incident, canWrite }: { incident: Incident; canWrite: boolean }) {
    const r = usePages<Proposal>(`/incidents/${incident.id}/proposals`, {}, [`messages:${incident.id}`]);
    const [kinds, setKinds] = useState<Record<string, string>>({});
    const box = useRef<HTMLDivElement>(null);
    const gone = (id: string) => r.update((l) => l.filter((p) => p.message.id !== id));
    const accept = async (p: Proposal) => {
        gone(p.message.id);
        try {
            await api.post<Message>(`/messages/${p.message.id}/timeline`, { kind: kinds[p.message.id] ?? p.kind });
            toast(t('accepted'), { undo: () => void api.delete(`/messages/${p.message.id}/timeline`).then(r.reload, toastError) });
        } catch (e) { toastError(e); void r.reload(); }
    };
    const dismiss = async (p: Proposal) => {
        gone(p.message.id);
        try {
            await api.delete(`/messages/${p.message.id}/proposal`);
            toast(t('dismissed'), { undo: () => void api.put(`/messages/${p.message.id}/proposal`, undefined).then(r.reload, toastError) });
        } catch (e) { toastError(e); void r.reload(); }
    };
    /** The one that has the focus, else the first. */
    const current = () => {
        const row = box.current?.querySelector<HTMLElement>('[data-row][data-at], [data-row]:focus-within, [data-row]:focus') ?? box.current?.querySelector<HTMLElement>('[data-row]');
        return r.items?.find((p) => p.message.id === row?.dataset['id']);
    };
    const onCurrent = (f: (p: Proposal) => Promise<void>) => () => { const p = current(); if (p && canWrite) void f(p); };
    useListKeys(box);
    useKeys({ a: onCurrent(accept), x: onCurrent(dismiss) });
    if (!r.items) return r.error ? <Failed error={r.error} retry={r.reload} /> : <Skeleton lines={6} />;
    if (!r.items.length) return <Empty icon="track" title={t('none_proposed')}>{t('none_proposed_body')}</Empty>;
    const all = async () => {
        for (const p of r.items ?? [])
            try { await api.post(`/messages/${p.message.id}/timeline`, { kind: kinds[p.message.id] ?? p.kind }); } catch (e) { toastError(e); break; }
        void r.reload();
    };
    return (
        <div class="rm-proposals" ref={box}>
            {canWrite && <div class="row"><span class="quiet grow wide-only">{t('proposal_keys')}</span><Button onClick={all}>{t('accept_all')}</Button></div>}
            <ul class="items">{r.items.map((p) => (
                <li key={p.message.id} data-row data-id={p.message.id} class="rm-proposal">
                    <Avatar person={{ name: p.message.author.name, avatar_color: p.message.author.avatar_color || 3 }} />
                    <div class="grow">
                        <header class="row wrap"><Author m={p.message} /><a class="quiet" href={`/incidents/${incident.reference}?tab=room&message=${p.message.id}`} onClick={(e) => { e.preventDefault(); setQuery({ view: null, message: p.message.id }); }}>{dayClock(p.message.at)}</a></header>
                        <div class="rm-text">{p.message.body ? <Rich text={p.message.body} names={[]} /> : p.message.files.map((f) => f.name).join(', ')}</div>
                        {p.message.files.some((f) => f.kind === 'image') && <div class="rm-files">{p.message.files.filter((f) => f.kind === 'image' && f.url).map((f) => <img key={f.url} src={f.url!} alt={f.name} loading="lazy" />)}</div>}
                        <p class="rm-marks">{p.reasons.map((x) => <span key={x.reason}>{t.any(`r_${x.reason}`, x.reason).replace('{what}', x.detail ?? '')}</span>)}</p>
                    </div>
                    {canWrite && <div class="row rm-decide">
                        <MenuButton class="btn plain" label={t('as')} items={KINDS.map((k) => ({ label: t(`k_${k}`), checked: (kinds[p.message.id] ?? p.kind) === k, onSelect: () => setKinds({ ...kinds, [p.message.id]: k }) }))}>{t.any(`k_${kinds[p.message.id] ?? p.kind}`)}</MenuButton>
                        <Button icon="check" onClick={() => accept(p)}>{t('accept')}</Button>
                        <Button kind="plain" onClick={() => dismiss(p)}>{t('dismiss')}</Button>
                    </div>}
                </li>
            ))}</ul>
            <More more={r.more} />
        </div>
    );
}
