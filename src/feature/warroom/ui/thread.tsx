/** A thread beside the room. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { IconButton, Skeleton } from 'kit';
import { api } from 'app/api';
import { subscribe } from 'app/live';
import { setQuery } from 'app/router';
import { Composer } from './composer';
import { MessageRow, type Doing } from './message';
import { onArrived } from './outbox';
import { Waiting } from './waiting';
import { t } from './strings';
import type { Message } from './types';

export function Thread({ id, doing, onTyping }: { id: string; doing: Doing; onTyping: () => void }) {
    const [root, setRoot] = useState<Message | null>(null);
    const [list, setList] = useState<Message[]>([]);
    const end = useRef<HTMLDivElement>(null);
    const load = async () => {
        try {
            const first = await api.get<Message>(`/messages/${id}`);
            if (first.thread_id) return setQuery({ thread: first.thread_id });
            setRoot(first);
            setList(await api.all<Message>(`/messages/${id}/thread`, {}, 1000));
        } catch { setQuery({ thread: null }); }
    };
    const put = (m: Message) => {
        if (m.id === id) { setRoot(m); doing.put(m); }
        else if (m.thread_id === id) setList((l) => (l.some((x) => x.id === m.id) ? l.map((x) => (x.id === m.id && x.version <= m.version ? m : x)) : [...l, m].sort((a, b) => (a.at < b.at ? -1 : 1))));
    };
    useEffect(() => {
        setRoot(null);
        setList([]);
        void load();
        const stopNews = subscribe([`messages:${doing.incident.id}`], (n) => {
            if (n.kind === 'resync') void load();
            else if (n.id && !['presence', 'rooms', 'import'].includes(n.kind)) void api.get<Message>(`/messages/${n.id}`).then(put, () => {});
        });
        const stopArrived = onArrived(put);
        return () => { stopNews(); stopArrived(); };
    }, [id]);
    useEffect(() => end.current?.scrollIntoView({ block: 'nearest' }), [list.length]);
    const mine: Doing = { ...doing, put, inThread: true };
    return (
        <aside class="rm-thread" aria-label={t('thread')} onKeyDown={(e) => { if (e.key === 'Escape' && !e.defaultPrevented) setQuery({ thread: null }); }}>
            <header class="row"><b class="grow">{t('thread')}</b><IconButton small icon="close" label={t('close')} onClick={() => setQuery({ thread: null })} /></header>
            <div class="rm-list">
                {!root ? <Skeleton lines={4} /> : <>
                    <MessageRow m={root} first doing={mine} />
                    {list.length > 0 && <div class="rm-day"><span>{t('replies', { n: list.length })}</span></div>}
                    {list.map((m, i) => <MessageRow key={m.id} m={m} first={i === 0 || list[i - 1]!.author.name !== m.author.name} doing={mine} />)}
                </>}
                <Waiting incident={doing.incident.id} thread={id} />
                <div ref={end} />
            </div>
            {doing.canWrite && root && !root.deleted_at && <Composer incident={doing.incident.id} thread={id} onTyping={onTyping} />}
        </aside>
    );
}
