/** One message: who, when, what, and what can be done about it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar, Button, confirm, Icon, IconButton, MenuButton, Popover, toast, toastError, type MenuItem } from 'kit';
import { api, ApiError } from 'app/api';
import { query, setQuery } from 'app/router';
import { me } from 'app/session';
import { clock, dayClock, inUtc } from 'app/time';
import type { Incident } from '../../incident/ui/types';
import { Rich } from './rich';
import { t } from './strings';
import type { Message } from './types';

const QUICK = ['⭐', '📌', '👍', '👀', '✅', '❤️', '🎉', '🙏', '🚨', '🔥', '❓', '👎', '💡', '🐛', '📈', '📉', '🛠️', '🚀', '⏳', '🤔', '😅', '👏'] as const;

export type Doing = { put: (m: Message) => void; canWrite: boolean; incident: Incident; inThread?: boolean };

async function run(put: (m: Message) => void, what: () => Promise<Message>): Promise<boolean> {
    try {
        put(await what());
        return true;
    } catch (e) {
        toastError(e);
        return false;
    }
}

export const react = (m: Message, emoji: string, put: (m: Message) => void) => {
    const mine = m.reactions.find((r) => r.reaction === emoji)?.mine;
    const path = `/messages/${m.id}/reactions/${encodeURIComponent(emoji)}`;
    return run(put, () => (mine ? api.delete<Message>(path) : api.put<Message>(path, undefined)));
};

export function toTimeline(m: Message, put: (m: Message) => void): void {
    const off = () => run(put, () => api.delete<Message>(`/messages/${m.id}/timeline`));
    if (m.event_id) void off();
    else void run(put, () => api.post<Message>(`/messages/${m.id}/timeline`, {})).then((ok) => { if (ok) toast(t('accepted'), { undo: () => void off() }); });
}

export function Author({ m }: { m: Pick<Message, 'author' | 'source'> }) {
    return <><b class="rm-who">{m.author.name}</b>{!m.author.id && <span class="quiet" title={t('outside')}>·</span>}{m.source !== 'war_room' && <span class="rm-src quiet">{t.any(`s_${m.source}`, m.source)}</span>}</>;
}

function Faces({ m, doing }: { m: Message; doing: Doing }) {
    if (!m.reactions.length) return null;
    return (
        <div class="rm-faces">{m.reactions.map((r) => (
            <button type="button" key={r.reaction} class="chip" aria-pressed={r.mine} disabled={!doing.canWrite} title={r.people.map((p) => p.name).join(', ')} aria-label={`${r.reaction} ${r.people.length}`}
                onClick={() => void react(m, r.reaction, doing.put)}>{r.reaction} {r.people.length}</button>
        ))}</div>
    );
}

function Files({ m }: { m: Message }) {
    const files = m.files.filter((f) => !(f.kind === 'file' && f.url && m.files.some((o) => o.frozen && o.kind === 'image' && o.type === f.url)));
    if (!files.length) return null;
    return (
        <div class="rm-files">{files.map((f, i) => (f.kind === 'image' && f.url
            ? <a key={i} href={f.url} target="_blank" rel="noopener" class="rm-image"><img src={f.url} alt={f.name} loading="lazy" width={f.width || undefined} height={f.height || undefined} /></a>
            : f.url ? <a key={i} href={f.url} target="_blank" rel="noopener noreferrer" class="chip"><Icon name={f.kind === 'link' ? 'link' : 'doc'} small />{f.name || f.url}</a>
                : <span key={i} class="chip"><Icon name="doc" small />{f.name}</span>))}</div>
    );
}

/** What a command did, in the reader's language; the server's sentence is English. */
function Command({ m }: { m: Message }) {
    const d = m.data, said = m.body.replace(/^\/\S+\s*/, '');
    if (d.command === 'decision' || d.command === 'hypothesis') return <p class={`rm-cmd ${d.command}`}><Icon name={d.command} small /><span><b>{t(`k_${d.command}`)}</b> <Rich text={said} names={m.mentions.map((p) => p.name)} /></span></p>;
    if (d.command === 'star' && said) return <p class="rm-cmd"><Icon name="star" small /><span>{said}</span></p>;
    const words = d.command ? t.any(`d_${d.command}`, d.text) : m.body;
    return <p class="rm-cmd"><Icon name="code" small /><span>{words.replace('{v}', d.value ?? '').replace('{p}', d.person ?? '')} <code class="quiet">{m.body}</code></span></p>;
}

function Editing({ m, doing, close }: { m: Message; doing: Doing; close: () => void }) {
    const [text, setText] = useState(m.body);
    const area = useRef<HTMLTextAreaElement>(null);
    useEffect(() => { area.current?.focus(); area.current?.setSelectionRange(text.length, text.length); }, []);
    const save = async () => {
        try {
            doing.put(await api.patch<Message>(`/messages/${m.id}`, { body: text, mention_ids: m.mentions.filter((p) => text.includes(`@${p.name}`)).map((p) => p.id) }, m.version));
            close();
        } catch (e) {
            if (e instanceof ApiError && e.status === 412) doing.put(await api.get<Message>(`/messages/${m.id}`));
            toastError(e);
        }
    };
    return (
        <div class="rm-edit">
            <textarea ref={area} class="area" rows={3} aria-label={t('edit')} value={text} onInput={(e) => setText(e.currentTarget.value)} onKeyDown={(e) => {
                if (e.isComposing) return;
                e.stopPropagation();
                if (e.key === 'Escape') close();
                else if (e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); void save(); }
            }} />
            <div class="row"><Button kind="primary" onClick={save}>{t('save')}</Button><Button kind="plain" onClick={close}>{t('cancel')}</Button></div>
        </div>
    );
}

function Tools({ m, doing, onEdit }: { m: Message; doing: Doing; onEdit: () => void }) {
    const [picking, setPicking] = useState(false);
    const anchor = useRef<HTMLSpanElement>(null);
    const remove = async () => {
        if (!await confirm({ title: t('delete_ask'), body: t('delete_body'), action: t('remove'), danger: true })) return;
        void run(doing.put, async () => { await api.delete(`/messages/${m.id}`, '*'); return api.get<Message>(`/messages/${m.id}`); });
    };
    const copy = () => void navigator.clipboard?.writeText(`${location.origin}/incidents/${doing.incident.reference}?tab=room&message=${m.id}`).then(() => toast(t('copied')), () => undefined);
    const items = (): (MenuItem | false)[] => [
        doing.canWrite && { label: m.event_id ? t('off_timeline') : t('to_timeline'), icon: 'track', onSelect: () => toTimeline(m, doing.put) },
        doing.canWrite && { label: m.pinned_at ? t('unpin') : t('pin'), icon: 'flag', onSelect: () => void pin(m, doing.put) },
        { label: t('copy_link'), icon: 'link', onSelect: copy },
        m.can_edit && { label: t('edit'), icon: 'pen', onSelect: onEdit },
        m.can_delete && 'line',
        m.can_delete && { label: t('remove'), icon: 'trash', danger: true, onSelect: () => void remove() },
    ];
    return (
        <span class="rm-tools" ref={anchor}>
            {doing.canWrite && <>
                <button type="button" class="btn plain icon" aria-label="⭐" title="⭐" onClick={() => void react(m, '⭐', doing.put)}><Icon name="star" small /></button>
                <IconButton small icon="plus" label={t('react')} onClick={() => setPicking(true)} />
            </>}
            {!doing.inThread && <IconButton small icon="chat" label={t('reply')} onClick={() => setQuery({ thread: m.thread_id ?? m.id })} />}
            <MenuButton class="btn plain icon" chevron={false} align="end" label={t('more')} items={items}><Icon name="more" small /></MenuButton>
            {picking && (
                <Popover anchor={anchor} align="end" label={t('react')} class="menu rm-pick" onClose={() => setPicking(false)}>
                    {QUICK.map((e) => <button type="button" key={e} aria-label={e} onClick={() => { setPicking(false); void react(m, e, doing.put); }}>{e}</button>)}
                </Popover>
            )}
        </span>
    );
}

export const pin = (m: Message, put: (m: Message) => void) => run(put, () => (m.pinned_at ? api.delete<Message>(`/messages/${m.id}/pin`) : api.put<Message>(`/messages/${m.id}/pin`, undefined)));

export function MessageRow({ m, first, doing }: { m: Message; first: boolean; doing: Doing }) {
    const [editing, setEditing] = useState(false);
    const lit = query.value.get('message') === m.id;
    const keys = (e: KeyboardEvent) => {
        if (e.target !== e.currentTarget || e.metaKey || e.ctrlKey || e.altKey) return;
        const does: Record<string, (() => void) | false | undefined> = {
            s: doing.canWrite && (() => void react(m, '⭐', doing.put)), p: doing.canWrite && (() => void pin(m, doing.put)), a: doing.canWrite && (() => toTimeline(m, doing.put)),
            e: m.can_edit && (() => setEditing(true)), r: !doing.inThread && (() => setQuery({ thread: m.id })),
            ArrowUp: () => step(e.currentTarget as HTMLElement, -1), ArrowDown: () => step(e.currentTarget as HTMLElement, 1),
        };
        const f = does[e.key];
        if (!f || m.deleted_at && !e.key.startsWith('Arrow')) return;
        e.preventDefault();
        e.stopPropagation();
        f();
    };
    return (
        <article class={`rm-msg ${first ? 'first' : ''} ${lit ? 'lit' : ''} ${m.pinned_at ? 'pinned' : ''} ${m.author.id === me().id ? 'mine' : ''}`} id={`m-${m.id}`} tabIndex={0} onKeyDown={keys} aria-label={`${m.author.name} ${clock(m.at)}`}>
            {first ? <Avatar person={{ name: m.author.name, avatar_color: m.author.avatar_color || 3 }} /> : <time class="rm-min" dateTime={m.at}>{clock(m.at)}</time>}
            <div class="rm-body">
                {first && <header><Author m={m} /><time class="quiet" dateTime={m.at} title={`${dayClock(m.at)} · ${inUtc(m.at)}`}>{clock(m.at)}</time></header>}
                {m.deleted_at ? <p class="quiet rm-gone">{t('deleted')}</p> : editing ? <Editing m={m} doing={doing} close={() => setEditing(false)} /> : <>
                    {m.kind === 'command' ? <Command m={m} /> : m.body && <div class="rm-text"><Rich text={m.body} names={m.mentions.map((p) => p.name)} />{m.edited_at && <span class="quiet rm-edited" title={dayClock(m.edited_at)}> ({t('edited')})</span>}</div>}
                    <Files m={m} />
                </>}
                {(m.pinned_at || m.event_id) && <p class="rm-marks">{m.pinned_at && <span><Icon name="flag" small /> {t('pinned_by', { who: m.pinned_by?.name ?? '' })}</span>}{m.event_id && <a href={`/incidents/${doing.incident.reference}?tab=timeline#e-${m.event_id}`}><Icon name="track" small /> {t('on_timeline')}</a>}</p>}
                <Faces m={m} doing={doing} />
                {!doing.inThread && Number(m.replies) > 0 && <button type="button" class="rm-replies" onClick={() => setQuery({ thread: m.id })}><Icon name="chat" small /> {t('replies', { n: Number(m.replies) })}{m.last_reply_at && <span class="quiet"> {clock(m.last_reply_at)}</span>}</button>}
            </div>
            {!m.deleted_at && !editing && <Tools m={m} doing={doing} onEdit={() => setEditing(true)} />}
        </article>
    );
}

function step(from: HTMLElement, by: number): void {
    const all = [...(from.closest('.rm-list')?.querySelectorAll<HTMLElement>('.rm-msg') ?? [])];
    all[all.indexOf(from) + by]?.focus();
}
