/** The war room of an incident: what was said, by whom, with what happened between the lines. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button, Empty, Failed, Icon, IconButton, Segmented, Skeleton, Stack } from 'kit';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import { query, setQuery } from 'app/router';
import { me } from 'app/session';
import { clock, isoDay, longDay } from 'app/time';
import type { Page } from 'app/types';
import type { Incident } from '../../incident/ui/types';
import { look, type Event } from '../../timeline/ui/model';
import { headline } from '../../timeline/ui/words';
import { Channels } from './channels';
import { t as channels } from './channels-strings';
import { Composer } from './composer';
import { ImportChat } from './import';
import { ImportProgress } from './import-progress';
import { MessageRow, type Doing } from './message';
import { unsent } from './outbox';
import { Proposals } from './proposals';
import { t } from './strings';
import { Thread } from './thread';
import type { Message } from './types';
import { useRoom, type RoomState } from './use-room';
import { Waiting } from './waiting';

const BETWEEN = ['created', 'status_changed', 'severity_changed', 'role_assigned', 'alert_attached', 'alert_resolved', 'change', 'merged', 'reopened'];
const TOGETHER_MS = 5 * 60_000;
const HERE_MS = 30_000, TYPING_MS = 3000;

/** Says that this person has the room open, and, at most every three seconds, that they type. */
function usePresence(incident: string): () => void {
    const typed = useRef(0);
    const tell = (state: string) => void api.post(`/incidents/${incident}/war-room/presence`, { state }).catch(() => {});
    useEffect(() => {
        const here = () => { if (document.visibilityState === 'visible') tell('here'); };
        here();
        const timer = setInterval(here, HERE_MS);
        document.addEventListener('visibilitychange', here);
        return () => {
            clearInterval(timer);
            document.removeEventListener('visibilitychange', here);
            tell('away');
        };
    }, [incident]);
    return () => {
        if (Date.now() - typed.current < TYPING_MS) return;
        typed.current = Date.now();
        tell('typing');
    };
}

export function RoomTab({ incident, children }: { incident: Incident; children: preact.ComponentChildren }) {
    const room = useRoom(incident.id);
    const typing = usePresence(incident.id);
    const doing: Doing = { put: room.put, canWrite: incident.can_edit, incident };
    const view = query.value.get('view') ?? '';
    const thread = query.value.get('thread');
    const [importing, setImporting] = useState(false);
    const [linking, setLinking] = useState(false);
    const box = useRef<HTMLDivElement>(null);
    /* The room takes what the window has left, so that its own list scrolls and the place to write stays. */
    useLayoutEffect(() => {
        const fit = () => {
            const el = box.current;
            if (!el) return;
            const below = matchMedia('(max-width: 720px)').matches ? 64 : 0;
            el.style.height = `${Math.max(320, innerHeight - (el.getBoundingClientRect().top + scrollY) - below)}px`;
        };
        fit();
        addEventListener('resize', fit);
        return () => removeEventListener('resize', fit);
    }, []);
    const n = Number(room.info?.proposals ?? 0);
    return (
        <div class="cols rm-cols">
            <div class="rm-room" ref={box}>
                <div class="rm-top row">
                    <Segmented label={t('view')} value={view} onChange={(v) => setQuery({ view: v || null, message: null })} options={[{ value: '', label: t('room') }, { value: 'proposals', label: n ? `${t('proposals')} ${n}` : t('proposals') }, { value: 'pinned', label: t('pinned') }]} />
                    <span class="grow" />
                    {(room.info?.rooms ?? []).map((r) => <span key={r.id} class="chip wide-only">{r.url ? <a href={r.url} target="_blank" rel="noopener noreferrer">{t.any(`s_${r.source}`, r.source)} {r.name}</a> : `${t.any(`s_${r.source}`, r.source)} ${r.name}`}</span>)}
                    {doing.canWrite && <IconButton small icon="link" label={channels('channels')} onClick={() => setLinking(true)} />}
                    {doing.canWrite && <IconButton small icon="upload" label={t('import')} onClick={() => setImporting(true)} />}
                    <Stack people={(room.info?.here ?? []).flatMap((h) => (h.user ? [h.user] : []))} label={t('here')} />
                </div>
                {!importing && <ImportProgress of={room.info?.import} />}
                {view === 'proposals' ? <div class="rm-scroll"><Proposals incident={incident} canWrite={doing.canWrite} /></div>
                    : view === 'pinned' ? <div class="rm-scroll"><Pinned doing={doing} /></div>
                        : <Talk room={room} doing={doing} onTyping={typing} />}
            </div>
            {linking && <Channels incident={incident.id} rooms={room.info?.rooms ?? []} onClose={() => setLinking(false)} changed={() => void room.loadInfo()} />}
            {importing && <ImportChat incident={incident} progress={room.info?.import} onClose={() => setImporting(false)} onDone={() => { void room.reload(); void room.loadInfo(); }} />}
            {thread ? <Thread key={thread} id={thread} doing={doing} onTyping={typing} /> : children}
        </div>
    );
}

function Pinned({ doing }: { doing: Doing }) {
    const r = useResource(`pinned ${doing.incident.id}`, () => api.get<Page<Message>>(`/incidents/${doing.incident.id}/messages`, { pinned: true, limit: 200 }), [`messages:${doing.incident.id}`]);
    if (!r.data) return r.error ? <Failed error={r.error} retry={r.reload} /> : <Skeleton lines={4} />;
    if (!r.data.items.length) return <Empty icon="flag" title={t('none_pinned')} />;
    return <div class="rm-list">{r.data.items.map((m) => <MessageRow key={m.id} m={m} first doing={{ ...doing, put: () => void r.reload() }} />)}</div>;
}

/** Who types now, besides oneself. */
function Typing({ room }: { room: RoomState }) {
    const who = (room.info?.here ?? []).filter((h) => h.typing && h.id !== me().id);
    useEffect(() => {
        if (!who.length) return;
        const timer = setTimeout(() => void room.loadInfo(), 8000);
        return () => clearTimeout(timer);
    }, [room.info]);
    return <p class="rm-typing quiet" role="status" aria-live="polite">{who.length > 2 ? t('typing_many') : who.length ? t('typing', { who: who.map((h) => h.user?.name ?? '').join(', ') }) : ''}</p>;
}

type Line = { at: string; message?: Message; event?: Event };

function lines(messages: Message[], events: Event[], whole: boolean): Line[] {
    const from = whole ? '' : messages[0]?.at ?? '';
    const all: Line[] = [...messages.map((m) => ({ at: m.at, message: m })), ...events.filter((e) => e.occurred_at >= from).map((e) => ({ at: e.occurred_at, event: e }))];
    return all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function Talk({ room, doing, onTyping }: { room: RoomState; doing: Doing; onTyping: () => void }) {
    const scroll = useRef<HTMLDivElement>(null);
    const atEnd = useRef(true);
    const firstNew = useRef<string | null | undefined>(undefined);
    const [below, setBelow] = useState(0);
    const [loading, setLoading] = useState(false);
    const incident = doing.incident;
    const events = useResource(`room events ${incident.id}`, () => api.get<Page<Event>>(`/incidents/${incident.id}/timeline`, { kind: BETWEEN, limit: 200 }), [`incident:${incident.id}`]);
    const wanted = query.value.get('message');
    const count = room.list?.length ?? 0;
    const newest = room.list?.[count - 1];
    if (firstNew.current === undefined && room.info) firstNew.current = room.info.first_unread_id ?? null;
    const toEnd = () => { scroll.current?.scrollTo({ top: scroll.current.scrollHeight }); setBelow(0); };
    const read = () => { if (newest && document.visibilityState === 'visible' && Number(room.info?.unread ?? 1) > 0) void api.post(`/incidents/${incident.id}/war-room/read`, { at: newest.at }).then(room.loadInfo, () => {}); };
    useLayoutEffect(() => {
        if (!room.list || wanted) return;
        if (atEnd.current || newest?.author.id === me().id) { toEnd(); read(); }
        else setBelow((n) => n + 1);
    }, [newest?.id]);
    useLayoutEffect(() => { if (atEnd.current && !wanted) toEnd(); }, [unsent.value.length, events.data?.items.length, room.info?.here.length]);
    useEffect(() => {
        if (!wanted || !room.list) return;
        void (async () => {
            if (!await room.reach(wanted)) {
                const m = await api.get<Message>(`/messages/${wanted}`).catch(() => null);
                if (m?.thread_id) { setQuery({ thread: m.thread_id }); if (!await room.reach(m.thread_id)) return; }
            }
            const el = document.getElementById(`m-${wanted}`);
            el?.scrollIntoView({ block: 'center' });
            el?.focus({ preventScroll: true });
        })();
    }, [wanted, !room.list]);
    const scrolled = async (e: { currentTarget: HTMLElement }) => {
        const el = e.currentTarget;
        atEnd.current = el.scrollHeight - el.scrollTop - el.clientHeight < 60;
        if (atEnd.current && below) { setBelow(0); read(); }
        if (el.scrollTop > 200 || loading || !room.cursor) return;
        setLoading(true);
        const rest = el.scrollHeight - el.scrollTop;
        try { await room.older(); } catch { /* scrolling again tries again */ }
        requestAnimationFrame(() => { el.scrollTop = el.scrollHeight - rest; setLoading(false); });
    };
    if (!room.list) return <div class="rm-scroll">{room.error ? <Failed error={room.error} retry={room.reload} /> : <Skeleton lines={8} />}</div>;
    const all = lines(room.list, events.data?.items ?? [], !room.cursor);
    const mine = [...room.list].reverse().find((m) => m.can_edit);
    const editLast = () => {
        const el = mine && document.getElementById(`m-${mine.id}`);
        el?.focus();
        el?.dispatchEvent(new KeyboardEvent('keydown', { key: 'e', bubbles: true }));
    };
    return <>
        <div class="rm-scroll" ref={scroll} onScroll={(e) => void scrolled(e)}>
            {count === 0 && unsent.value.length === 0 && <Empty icon="chat" title={t('empty')}>{t('empty_body')}</Empty>}
            <div class="rm-list" role="log" aria-label={t('room')}>
                {room.cursor && <p class="quiet rm-older">{loading ? t('older') : ''}</p>}
                {all.map((l, i) => {
                    const before = all[i - 1];
                    const day = !before || isoDay(before.at) !== isoDay(l.at);
                    const together = !day && l.message && before?.message && before.message.author.name === l.message.author.name && !before.message.deleted_at && before.message.kind === 'text' && Date.parse(l.at) - Date.parse(before.at) < TOGETHER_MS;
                    return <div key={l.message?.id ?? l.event!.id} class="rm-line">
                        {day && <div class="rm-day"><span>{longDay(l.at)}</span></div>}
                        {l.message && l.message.id === firstNew.current && <div class="rm-day new"><span>{t('new_line')}</span></div>}
                        {l.message ? <MessageRow m={l.message} first={!together} doing={doing} />
                            : <p class="rm-event"><Icon name={look[l.event!.kind]?.icon ?? 'info'} small /><time class="quiet" dateTime={l.at}>{clock(l.at)}</time><span>{headline(l.event!)}{l.event!.actor && <span class="quiet"> · {l.event!.actor.name}</span>}</span></p>}
                    </div>;
                })}
                <Waiting incident={incident.id} thread={null} />
            </div>
        </div>
        {(below > 0 || (!atEnd.current && count > 0)) && <Button class="rm-latest" icon="down" onClick={() => { setQuery({ message: null }); toEnd(); read(); }}>{below ? t('new_below', { n: below }) : t('latest')}</Button>}
        <Typing room={room} />
        {doing.canWrite ? <Composer incident={incident.id} thread={null} onTyping={onTyping} onEditLast={editLast} /> : <p class="quiet rm-readonly">{t('read_only')}</p>}
    </>;
}
