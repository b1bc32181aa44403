/**
 * Keeps a Yjs document in step with the server: the plain y-websocket protocol on /ws/reports/ID, plus `?saved=1`, by
 * which the server says how many of our updates are on disk.
 *
 * The state is what the writer is told, so it never says more than is known:
 *   saved        the server has every edit on disk
 *   saving       edits are on their way
 *   offline      no connection; edits since then exist only here
 *   refused      connected, but the server cannot store now (full disk); edits exist only here
 *   read_only    may look, not write
 *   signed_out   the session ended; edits exist only here until somebody signs in again
 *   connecting   nothing is known yet
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as awarenessProtocol from 'y-protocols/awareness';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';

export type SaveState = 'connecting' | 'saved' | 'saving' | 'offline' | 'refused' | 'read_only' | 'signed_out';

const SYNC = 0, AWARENESS = 1, AUTH = 2, QUERY_AWARENESS = 3, SAVED = 100, STATE = 101;
const SERVER_REFUSES = 1, SERVER_READ_ONLY = 2, SERVER_SIGNED_OUT = 3;
/** When many write at once, what they write is taken in together: at most this often, and for at most a part of the time when it takes longer. */
const TOGETHER_MS = 40;
const TOGETHER_PART = 6;
const TOGETHER_MAX_MS = 500;
/** The update that changes nothing. */
const isEmpty = (u: Uint8Array) => u.length === 2 && u[0] === 0 && u[1] === 0;

export type Socket = Pick<WebSocket, 'send' | 'close' | 'readyState' | 'binaryType'> & {
    onopen: ((e: never) => void) | null; onclose: ((e: never) => void) | null;
    onmessage: ((e: never) => void) | null; onerror: ((e: never) => void) | null;
};

export type ProviderOptions = {
    url: string;
    doc: Y.Doc;
    awareness: awarenessProtocol.Awareness;
    /** Opens a socket; the browser's by default. */
    open?: (url: string) => Socket;
    /** Milliseconds before the n-th try to connect again. */
    wait: (attempt: number) => number;
    /** Asked after a failed try, because a browser hides the status: is the session still good? */
    stillSignedIn: () => Promise<boolean>;
    onState: (state: SaveState) => void;
    /** Called once, when the server's content has arrived for the first time. */
    onSynced?: () => void;
};

export class Provider {
    private socket: Socket | null = null;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private pulse: ReturnType<typeof setInterval> | undefined;
    private attempt = 0;
    private heard = 0;
    private sent = 0;
    private durable = 0;
    private serverState = 0;
    private inStep = false;
    private everInStep = false;
    private unsaved = false;
    private stopped = false;
    private out = false;
    private news: Uint8Array[] = [];
    private resting: ReturnType<typeof setTimeout> | undefined;
    private last: SaveState | undefined;

    constructor(private readonly o: ProviderOptions) {
        o.doc.on('update', this.onUpdate);
        o.awareness.on('update', this.onAwareness);
        this.connect();
    }

    /** True when edits exist that the server has not confirmed. */
    get hasUnsaved(): boolean {
        return this.unsaved;
    }

    /** Says that the store on this device may hold edits the server lacks. */
    markUnsaved(): void {
        this.unsaved = true;
        this.tell();
    }

    /** Tries at once: after signing in, or when the network is back. */
    connect = (): void => {
        clearTimeout(this.timer);
        if (this.stopped || this.socket) return;
        this.out = false;
        const open = this.o.open ?? ((url: string) => new WebSocket(url) as unknown as Socket);
        const s = open(this.o.url);
        s.binaryType = 'arraybuffer';
        this.socket = s;
        this.inStep = false;
        this.sent = this.durable = this.serverState = 0;
        let opened = false;
        s.onopen = () => {
            opened = true;
            this.heard = Date.now();
            this.send(SYNC, (e) => syncProtocol.writeSyncStep1(e, this.o.doc));
            if (this.o.awareness.getLocalState() !== null) this.sendAwareness([this.o.doc.clientID]);
            this.pulse = setInterval(this.check, 15_000);
            this.tell();
        };
        s.onmessage = (e: never) => {
            this.heard = Date.now();
            this.receive(new Uint8Array((e as MessageEvent<ArrayBuffer>).data));
        };
        s.onerror = () => {};
        s.onclose = () => {
            if (this.socket === s) this.closed(opened);
        };
        this.tell();
    };

    /** The network is gone: says so now, since a dead socket is noticed only much later. Tries again as after any loss. */
    lose = (): void => {
        const s = this.socket;
        if (!s) return;
        this.closed(true);
        s.close();
    };

    /** Leaves for good. */
    destroy(): void {
        this.takeIn();
        clearTimeout(this.resting);
        this.stopped = true;
        clearTimeout(this.timer);
        clearInterval(this.pulse);
        this.o.doc.off('update', this.onUpdate);
        this.o.awareness.off('update', this.onAwareness);
        awarenessProtocol.removeAwarenessStates(this.o.awareness, [this.o.doc.clientID], 'leaving');
        const s = this.socket;
        this.socket = null;
        s?.close();
    }

    private closed(opened: boolean): void {
        this.takeIn();
        this.socket = null;
        clearInterval(this.pulse);
        this.inStep = false;
        const others = [...this.o.awareness.getStates().keys()].filter((id) => id !== this.o.doc.clientID);
        awarenessProtocol.removeAwarenessStates(this.o.awareness, others, this);
        if (this.stopped) return;
        if (opened && this.serverState !== SERVER_SIGNED_OUT) this.attempt = 0;
        this.tell();
        void this.tryAgain();
    }

    private async tryAgain(): Promise<void> {
        const wait = this.o.wait(this.attempt++);
        let good = true;
        try {
            good = await this.o.stillSignedIn();
        } catch { /* unreachable: just offline */ }
        if (this.stopped || this.socket) return;
        this.out = !good;
        this.tell();
        if (good) this.timer = setTimeout(this.connect, wait);
    }

    /** A silent socket for long is a dead one: browsers notice only after minutes. */
    private check = (): void => {
        if (Date.now() - this.heard > 45_000) this.socket?.close();
        else if (Date.now() - this.heard > 20_000) this.send(QUERY_AWARENESS, () => {});
    };

    private send(type: number, write: (e: encoding.Encoder) => void): void {
        if (this.socket?.readyState !== 1) return;
        const e = encoding.createEncoder();
        encoding.writeVarUint(e, type);
        write(e);
        this.socket.send(encoding.toUint8Array(e));
    }

    private sendUpdate(update: Uint8Array): void {
        this.sent++;
        this.send(SYNC, (e) => syncProtocol.writeUpdate(e, update));
    }

    private sendAwareness(clients: number[]): void {
        this.send(AWARENESS, (e) => encoding.writeVarUint8Array(e, awarenessProtocol.encodeAwarenessUpdate(this.o.awareness, clients)));
    }

    private onUpdate = (update: Uint8Array, origin: unknown): void => {
        if (origin === this || origin === 'device') return;
        this.unsaved = true;
        if (this.socket?.readyState === 1 && this.inStep) this.sendUpdate(update);
        this.tell();
    };

    private onAwareness = ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }, origin: unknown): void => {
        if (origin === this) return;
        const mine = [...added, ...updated, ...removed].filter((id) => id === this.o.doc.clientID);
        if (mine.length) this.sendAwareness(mine);
    };

    private receive(bytes: Uint8Array): void {
        const d = decoding.createDecoder(bytes);
        const type = decoding.readVarUint(d);
        if (type === SYNC) this.receiveSync(d);
        else if (type === AWARENESS) awarenessProtocol.applyAwarenessUpdate(this.o.awareness, decoding.readVarUint8Array(d), this);
        else if (type === QUERY_AWARENESS) this.sendAwareness([...this.o.awareness.getStates().keys()]);
        else if (type === SAVED) {
            this.durable = decoding.readVarUint(d);
            this.settle();
        } else if (type === STATE) {
            this.serverState = decoding.readVarUint(d);
            this.settle();
        } else if (type === AUTH) this.serverState = SERVER_READ_ONLY;
        this.tell();
    }

    private receiveSync(d: decoding.Decoder): void {
        const kind = decoding.readVarUint(d);
        const body = decoding.readVarUint8Array(d);
        if (kind === syncProtocol.messageYjsUpdate) {
            this.news.push(body);
            if (this.resting === undefined) this.takeIn();
            return;
        }
        this.takeIn();
        if (kind === syncProtocol.messageYjsSyncStep1) {
            /* What the server lacks goes as an update, so that it is counted and confirmed like any other. */
            const missing = Y.encodeStateAsUpdate(this.o.doc, body);
            const news = this.unsaved || Y.decodeUpdate(missing).structs.length > 0;
            this.inStep = true;
            if (isEmpty(missing) || !news) this.send(SYNC, (e) => syncProtocol.writeSyncStep2(e, this.o.doc, body));
            else this.sendUpdate(missing);
            this.settle();
            return;
        }
        Y.applyUpdate(this.o.doc, body, this);
        if (kind === syncProtocol.messageYjsSyncStep2 && !this.everInStep) {
            this.everInStep = true;
            this.o.onSynced?.();
        }
        this.settle();
    }

    /** Writes what the others have sent into the document, in one transaction, and then rests. */
    private takeIn = (): void => {
        clearTimeout(this.resting);
        this.resting = undefined;
        if (!this.news.length) return;
        const from = performance.now(), { news } = this;
        this.news = [];
        Y.transact(this.o.doc, () => { for (const u of news) Y.applyUpdate(this.o.doc, u, this); }, this, false);
        this.resting = setTimeout(this.takeIn, Math.min(TOGETHER_MAX_MS, Math.max(TOGETHER_MS, (performance.now() - from) * TOGETHER_PART)));
    };

    private settle(): void {
        if (this.inStep && this.serverState !== SERVER_REFUSES && this.durable >= this.sent) this.unsaved = false;
    }

    private tell(): void {
        const open = this.socket?.readyState === 1;
        let s: SaveState;
        if (this.out || this.serverState === SERVER_SIGNED_OUT) s = 'signed_out';
        else if (!open) s = this.everInStep || this.attempt > 0 ? 'offline' : 'connecting';
        else if (this.serverState === SERVER_READ_ONLY) s = 'read_only';
        else if (this.serverState === SERVER_REFUSES) s = 'refused';
        else if (!this.inStep) s = this.everInStep ? 'saving' : 'connecting';
        else s = this.unsaved ? 'saving' : 'saved';
        if (s !== this.last) this.o.onState((this.last = s));
    }
}
