/**
 * What somebody said and the server has not confirmed: kept on this device, in order, and sent when the server is there
 * again. Each carries a name of its own (client_id), so that one that arrived without our knowing is not said twice,
 * and two tabs may send the same one.
 */
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, ApiError, session } from 'app/api';
import { connected } from 'app/live';
import type { Message } from './types';

export type Unsent = { client_id: string; incident: string; body: string; thread_id: string | null; mention_ids: string[]; file_ids: string[]; at: string; error?: string };

const PREFIX = 'hindsight.room.';
const key = () => `${PREFIX}${session.peek()?.user?.id ?? ''}`;

function read(): Unsent[] {
    try {
        const list: unknown = JSON.parse(localStorage.getItem(key()) ?? '[]');
        return Array.isArray(list) ? (list as Unsent[]) : [];
    } catch {
        return [];
    }
}

/** What waits, oldest first. */
export const unsent = signal<Unsent[]>([]);

function write(change: (list: Unsent[]) => Unsent[]): void {
    const next = change(read());
    try {
        if (next.length) localStorage.setItem(key(), JSON.stringify(next));
        else localStorage.removeItem(key());
    } catch { /* storage is full or denied: it stays on screen until the page goes */ }
    unsent.value = next;
}

export const discard = (id: string) => write((l) => l.filter((u) => u.client_id !== id));
export const again = (id: string) => {
    write((l) => l.map((u) => (u.client_id === id ? { ...u, error: '' } : u)));
    void flush();
};

const arrived = new Set<(m: Message) => void>();
/** Hears of each that was sent from here. */
export function onArrived(f: (m: Message) => void): () => void {
    arrived.add(f);
    return () => { arrived.delete(f); };
}

let sending = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sends what waits, one after the other. What the server refuses stays with the reason; what it did not get is tried again. */
export async function flush(): Promise<void> {
    if (sending || !session.peek()?.user) return;
    sending = true;
    clearTimeout(timer);
    unsent.value = read();
    try {
        for (let next = read().find((u) => !u.error); next; next = read().find((u) => !u.error)) {
            const { client_id, incident, body, thread_id, mention_ids, file_ids } = next;
            try {
                const m = await api.post<Message>(`/incidents/${incident}/messages`, { client_id, body, thread_id, mention_ids, file_ids });
                discard(client_id);
                for (const f of arrived) f(m);
            } catch (e) {
                const refused = e instanceof ApiError && e.status >= 400 && e.status < 500 && ![401, 408, 429].includes(e.status);
                if (!refused) {
                    timer = setTimeout(() => void flush(), e instanceof ApiError && e.retryAfter ? e.retryAfter * 1000 : 4000);
                    return;
                }
                write((l) => l.map((u) => (u.client_id === client_id ? { ...u, error: (e as ApiError).message } : u)));
            }
        }
    } finally {
        sending = false;
    }
}

export function say(u: Omit<Unsent, 'client_id' | 'at'>): void {
    const client_id = `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    write((l) => [...l, { ...u, client_id, at: new Date().toISOString() }]);
    void flush();
}

/** Always there: sends what waits as soon as it can. */
export function OutboxLayer() {
    useEffect(() => {
        const go = () => void flush();
        addEventListener('online', go);
        const stop = effect(() => { if (session.value?.user) { void connected.value; void flush(); } });
        return () => { removeEventListener('online', go); stop(); };
    }, []);
    return null;
}
