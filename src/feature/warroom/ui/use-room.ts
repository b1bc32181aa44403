/** The messages of a room on screen: the newest page, older ones on demand, kept right by the live topic. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, ApiError } from 'app/api';
import { subscribe, type News } from 'app/live';
import type { Page } from 'app/types';
import { onArrived } from './outbox';
import type { Message, WarRoom } from './types';

const PAGE = 60;
const GATHER_MS = 60;

const inOrder = (a: Message, b: Message) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1);

export type RoomState = {
    list: Message[] | null; error: ApiError | null; cursor: string | null; info: WarRoom | null;
    older: () => Promise<void>; put: (m: Message) => void; reload: () => Promise<void>; loadInfo: () => Promise<void>;
    /** Loads back to a message, if it is in the room. */
    reach: (id: string) => Promise<boolean>;
};

export function useRoom(incident: string, onNews?: (n: News) => void): RoomState {
    const all = useRef(new Map<string, Message>());
    const cursor = useRef<string | null>(null);
    const [, draw] = useState(0);
    const [error, setError] = useState<ApiError | null>(null);
    const [info, setInfo] = useState<WarRoom | null>(null);
    const loaded = useRef(false);
    const path = `/incidents/${incident}/messages`;
    const put = (m: Message) => {
        const old = all.current.get(m.id);
        if (m.thread_id || (old && old.version > m.version)) return;
        all.current.set(m.id, m);
        draw((n) => n + 1);
    };
    const page = (from: string | null) => api.get<Page<Message>>(path, { limit: PAGE, cursor: from });
    const reload = async () => {
        try {
            const p = await page(null);
            /* Where nothing of the page was known, something between is missing: begin again at this page. */
            if (!loaded.current || (p.next_cursor && !p.items.some((m) => all.current.has(m.id)))) {
                all.current = new Map();
                cursor.current = p.next_cursor;
            }
            loaded.current = true;
            p.items.forEach(put);
            setError(null);
            draw((n) => n + 1);
        } catch (e) {
            if (e instanceof ApiError) setError(e);
        }
    };
    const loadInfo = async () => {
        try { setInfo(await api.get<WarRoom>(`/incidents/${incident}/war-room`)); } catch { /* the next news ask again */ }
    };
    const older = async () => {
        if (!cursor.current) return;
        const p = await page(cursor.current);
        cursor.current = p.next_cursor;
        p.items.forEach(put);
        draw((n) => n + 1);
    };
    const reach = async (id: string) => {
        for (let i = 0; i < 40 && !all.current.has(id) && cursor.current; i++) await older();
        return all.current.has(id);
    };
    useEffect(() => {
        all.current = new Map();
        cursor.current = null;
        loaded.current = false;
        void reload();
        void loadInfo();
        const ids = new Set<string>();
        let timer: ReturnType<typeof setTimeout> | undefined;
        const gathered = async () => {
            timer = undefined;
            const now = [...ids];
            ids.clear();
            void loadInfo();
            if (now.length > 12) return reload();
            await Promise.all(now.map(async (id) => {
                try {
                    const m = await api.get<Message>(`/messages/${id}`);
                    put(m);
                    if (m.thread_id) put(await api.get<Message>(`/messages/${m.thread_id}`));
                } catch { /* gone, or no longer ours to see */ }
            }));
        };
        const stopNews = subscribe([`messages:${incident}`], (n) => {
            onNews?.(n);
            if (n.kind === 'resync') { void reload(); void loadInfo(); return; }
            /* Of what happens to one record within a moment, the last alone is told: so the kind says little. */
            if (n.id && !['presence', 'rooms', 'import'].includes(n.kind)) ids.add(n.id);
            timer ??= setTimeout(() => void gathered(), GATHER_MS);
        });
        const stopArrived = onArrived((m) => { if (m.incident_id === incident) put(m); });
        return () => { stopNews(); stopArrived(); clearTimeout(timer); };
    }, [incident]);
    return { list: loaded.current ? [...all.current.values()].sort(inOrder) : null, error, cursor: cursor.current, info, older, put, reload, loadInfo, reach };
}
