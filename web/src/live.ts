/**
 * News from the server over one socket. A screen names its topics; whenever something there changed, or the connection
 * came back after a gap, its callback runs and fetches again.
 */
import { signal } from '@preact/signals';
import { signedOut } from './api';

export type News = { topic: string; kind: string; id?: string; version?: number };
type Listener = (news: News) => void;

const topics = new Map<string, Set<Listener>>();
let socket: WebSocket | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let attempt = 0;
let wasOpen = false, asked = 0;
/** What changed before the socket was there is heard of by nobody: a socket that was slow to open makes everything be looked at again. */
const SLOW_MS = 250;

/** True while the socket is open. */
export const connected = signal(false);

function send(message: unknown): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function tell(news: News): void {
    for (const f of [...(topics.get(news.topic) ?? [])]) f(news);
}

/** Milliseconds before the n-th try (0-based): 0.5 s doubling to 30 s, with up to 30 % taken off at random. */
export function backoff(n: number, random = Math.random()): number {
    return Math.min(30_000, 500 * 2 ** n) * (1 - 0.3 * random);
}

function retry(): void {
    clearTimeout(timer);
    if (topics.size === 0 || signedOut.peek()) return;
    timer = setTimeout(connect, backoff(attempt++));
}

function connect(): void {
    if (socket || topics.size === 0) return;
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws/live`;
    const s = new WebSocket(url);
    asked ||= Date.now();
    socket = s;
    s.onopen = () => {
        attempt = 0;
        connected.value = true;
        send({ sub: [...topics.keys()] });
        if (wasOpen || Date.now() - asked > SLOW_MS) for (const topic of [...topics.keys()]) tell({ topic, kind: 'resync' });
        wasOpen = true;
    };
    s.onmessage = (e) => {
        try {
            tell(JSON.parse(String(e.data)) as News);
        } catch { /* a message we cannot read is not ours */ }
    };
    s.onclose = () => {
        if (socket === s) socket = null;
        connected.value = false;
        retry();
    };
}

/** Listens to topics until the returned function is called. */
export function subscribe(names: readonly string[], f: Listener): () => void {
    const fresh = names.filter((n) => !topics.has(n));
    for (const n of names) {
        if (!topics.has(n)) topics.set(n, new Set());
        topics.get(n)!.add(f);
    }
    if (socket) {
        if (fresh.length) send({ sub: fresh });
    } else connect();
    return () => {
        const gone: string[] = [];
        for (const n of names) {
            const set = topics.get(n);
            set?.delete(f);
            if (set?.size === 0) {
                topics.delete(n);
                gone.push(n);
            }
        }
        if (gone.length) send({ unsub: gone });
    };
}

/** Connects at once instead of waiting: after sign-in, or when the browser is online again. */
export function reconnect(): void {
    attempt = 0;
    clearTimeout(timer);
    connect();
}

if (typeof window !== 'undefined') addEventListener('online', reconnect);
