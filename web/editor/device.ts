/**
 * Edits kept on this device (IndexedDB), one database per person and report. `kept` says whether everything written so
 * far has reached the disk of this device; the state line must not promise it before. Tabs of one person tell each other
 * what is written (origin 'tab'), so that they are equal without a server, too, and either brings it to the server.
 */
import * as Y from 'yjs';

const COMPACT_AT = 300;
const TOGETHER_MS = 30;
const NOTED_MS = 2000;
const AGAIN_MS = 2000;
const PREFIX = 'hindsight-document';

function done<T>(r: IDBRequest<T>): Promise<T> {
    return new Promise((ok, fail) => {
        r.onsuccess = () => ok(r.result);
        r.onerror = () => fail(r.error);
    });
}

function committed(tx: IDBTransaction): Promise<void> {
    return new Promise((ok, fail) => {
        tx.oncomplete = () => ok();
        tx.onerror = tx.onabort = () => fail(tx.error);
    });
}

/** Those that are open in this tab. */
const open = new Set<Device>();

export class Device {
    private db: IDBDatabase | null = null;
    private pending = 0;
    private count = 0;
    private failed = false;
    private dead = false;
    private channel: BroadcastChannel | null = null;
    private waiting: Uint8Array[] = [];
    private unsaved = false;
    private noted = false;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private later: ReturnType<typeof setTimeout> | undefined;

    private constructor(private readonly doc: Y.Doc, private readonly onChange: () => void) {}

    /** Loads what is kept into the document (origin 'device') and keeps every update from then on. */
    static async open(user: string, report: string, doc: Y.Doc, onChange: () => void): Promise<Device> {
        const device = new Device(doc, onChange);
        doc.on('update', device.onUpdate);
        globalThis.addEventListener?.('pagehide', device.flush);
        open.add(device);
        if (typeof BroadcastChannel !== 'undefined') {
            device.channel = new BroadcastChannel(`${PREFIX} ${user} ${report}`);
            device.channel.onmessage = (e: MessageEvent) => {
                if (device.dead) return;
                if (e.data === 'hello') device.channel?.postMessage(Y.encodeStateAsUpdate(doc));
                else if (e.data instanceof Uint8Array) Y.applyUpdate(doc, e.data, 'tab');
            };
        }
        try {
            const r = indexedDB.open(`${PREFIX} ${user} ${report}`, 1);
            r.onupgradeneeded = () => {
                r.result.createObjectStore('updates', { autoIncrement: true });
                r.result.createObjectStore('meta');
            };
            device.db = await done(r);
            device.db.onversionchange = () => device.db?.close();
            const all = await done(device.db.transaction('updates').objectStore('updates').getAll() as IDBRequest<Uint8Array[]>);
            device.count = all.length;
            if (all.length) Y.transact(doc, () => { for (const u of all) Y.applyUpdate(doc, u); }, 'device', false);
            device.channel?.postMessage('hello');
        } catch {
            device.failed = true;            /* private window or full disk: the state line says so */
        }
        return device;
    }

    /** True when every edit is on this device's disk. */
    get kept(): boolean {
        return !this.failed && this.db !== null && this.pending === 0;
    }

    /** Notes whether the server lacks edits, so that the next visit knows before it is connected. */
    setUnsaved(unsaved: boolean): void {
        if (!this.db || this.dead) return;
        this.unsaved = unsaved;
        if (unsaved) this.soon();            /* that the server has all of it may be noted with the next edit, or on leaving */
        else this.later ??= setTimeout(() => { this.later = undefined; void this.flush(); }, NOTED_MS);
    }

    async wasUnsaved(): Promise<boolean> {
        if (!this.db) return false;
        this.unsaved = this.noted = (await done(this.db.transaction('meta').objectStore('meta').get('unsaved'))) === true;
        return this.noted;
    }

    destroy(): void {
        void this.flush();
        open.delete(this);
        clearTimeout(this.later);
        globalThis.removeEventListener?.('pagehide', this.flush);
        this.dead = true;
        this.doc.off('update', this.onUpdate);
        this.channel?.close();
        const db = this.db;
        this.db = null;
        db?.close();            /* waits for what is being written */
    }

    private onUpdate = (update: Uint8Array, origin: unknown): void => {
        if (origin === 'device') return;
        if (origin !== 'tab') this.channel?.postMessage(update);
        if (!this.db || this.dead) return;
        this.pending++;
        this.waiting.push(update);
        this.soon();
    };

    /** Written together, once the letter is on screen: a transaction costs as much as all else that a key does. */
    private soon(): void {
        this.timer ??= setTimeout(() => void this.flush(), TOGETHER_MS);
    }

    /** Writes what waits, and with it whether the server lacks it. */
    readonly flush = async (): Promise<void> => {
        clearTimeout(this.timer);
        this.timer = undefined;
        const { db, waiting, unsaved } = this;
        if (!db || (!waiting.length && unsaved === this.noted)) return;
        this.waiting = [];
        try {
            const tx = db.transaction(['updates', 'meta'], 'readwrite', { durability: 'strict' });
            if (waiting.length) tx.objectStore('updates').add(waiting.length === 1 ? waiting[0] : Y.mergeUpdates(waiting));
            if (unsaved !== this.noted) tx.objectStore('meta').put(unsaved, 'unsaved');
            await committed(tx);
            this.noted = unsaved;
            if (waiting.length) {
                this.failed = false;
                if (++this.count >= COMPACT_AT) await this.compact().catch(() => {});            /* next time */
            }
            this.pending -= waiting.length;
        } catch {
            this.failed ||= waiting.length > 0;
            this.waiting = [...waiting, ...this.waiting];
            if (!this.dead) this.timer ??= setTimeout(() => void this.flush(), AGAIN_MS);
        }
        if (waiting.length) this.onChange();
    };

    /** Replaces many small updates by one, in a single transaction. */
    private async compact(): Promise<void> {
        if (!this.db) return;
        const tx = this.db.transaction('updates', 'readwrite', { durability: 'strict' });
        const store = tx.objectStore('updates');
        const all = (await done(store.getAll())) as Uint8Array[];
        store.clear();
        store.add(Y.mergeUpdates(all));
        await committed(tx);
        this.count = 1;
    }
}

/** Removes what this person kept here and the server has: called when somebody signs out on purpose. */
export async function forgetSaved(user: string): Promise<void> {
    if (!indexedDB.databases) return;
    await Promise.all([...open].map((d) => d.flush()));
    for (const { name } of await indexedDB.databases()) {
        if (!name?.startsWith(`${PREFIX} ${user} `)) continue;
        try {
            const db = await done(indexedDB.open(name));
            const unsaved = await done(db.transaction('meta').objectStore('meta').get('unsaved'));
            db.close();
            if (unsaved !== true) indexedDB.deleteDatabase(name);
        } catch { /* it stays; it can be opened by the same person only */ }
    }
}
