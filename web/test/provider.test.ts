import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as sync from 'y-protocols/sync';
import * as Y from 'yjs';
import { Provider, type SaveState, type Socket } from '../editor/provider';

/** The other end of a socket, in the same turn: the protocol's own library over a document of its own. */
class Server {
    doc = new Y.Doc();
    sockets: FakeSocket[] = [];
    received = 0;
    confirm = true;
    signedIn = true;

    constructor() {
        this.doc.on('update', (u: Uint8Array, origin: unknown) => { for (const s of this.sockets) if (s !== origin) s.push(0, (e) => sync.writeUpdate(e, u)); });
    }
    accept = (): Socket => {
        const s = new FakeSocket(this);
        queueMicrotask(() => s.open());
        return s as unknown as Socket;
    };
    take(s: FakeSocket, bytes: Uint8Array): void {
        const d = decoding.createDecoder(bytes);
        if (decoding.readVarUint(d) !== 0) return;
        const answer = encoding.createEncoder();
        encoding.writeVarUint(answer, 0);
        const kind = sync.readSyncMessage(d, answer, this.doc, s);
        if (encoding.length(answer) > 1) s.deliver(encoding.toUint8Array(answer));
        if (kind === sync.messageYjsUpdate) {
            this.received++;
            s.updates++;
            if (this.confirm) this.saved(s);
        }
    }
    saved(s: FakeSocket): void {
        s.push(100, (e) => encoding.writeVarUint(e, s.updates));
    }
    drop(): void {
        for (const s of [...this.sockets]) s.close();
    }
}

class FakeSocket {
    readyState = 0;
    binaryType = '';
    updates = 0;
    onopen: (() => void) | null = null;
    onclose: (() => void) | null = null;
    onmessage: ((e: { data: ArrayBuffer }) => void) | null = null;
    onerror: (() => void) | null = null;
    constructor(private readonly server: Server) {}
    open(): void {
        this.readyState = 1;
        this.server.sockets.push(this);
        this.onopen?.();
        this.push(0, (e) => sync.writeSyncStep1(e, this.server.doc));
    }
    send(b: Uint8Array): void {
        this.server.take(this, b);
    }
    push(type: number, write: (e: encoding.Encoder) => void): void {
        const e = encoding.createEncoder();
        encoding.writeVarUint(e, type);
        write(e);
        this.deliver(encoding.toUint8Array(e));
    }
    deliver(b: Uint8Array): void {
        if (this.readyState === 1) this.onmessage?.({ data: b.slice().buffer });
    }
    close(): void {
        if (this.readyState === 3) return;
        this.readyState = 3;
        this.server.sockets = this.server.sockets.filter((s) => s !== this);
        this.onclose?.();
    }
}

const settle = () => new Promise((ok) => setTimeout(ok, 0));

const until = async (f: () => boolean) => { for (let i = 0; i < 100 && !f(); i++) await settle(); };

function client(server: Server, wait = 0) {
    const doc = new Y.Doc();
    const states: SaveState[] = [];
    const awareness = new Awareness(doc);
    const provider = new Provider({ url: 'ws://x', doc, awareness, open: server.accept, wait: () => wait, stillSignedIn: async () => server.signedIn, onState: (s) => states.push(s) });
    const text = doc.getText('t');
    const stop = provider.destroy.bind(provider);
    provider.destroy = () => {
        stop();
        awareness.destroy();            /* its clock would keep the test running */
    };
    return { doc, provider, states, text, now: () => states[states.length - 1] };
}

describe('the provider', () => {
    it('says saved only after the server confirmed', async () => {
        const server = new Server();
        server.confirm = false;
        const c = client(server);
        await settle();
        assert.equal(c.now(), 'saved');
        c.text.insert(0, 'hello');
        assert.equal(c.now(), 'saving');
        assert.equal(server.doc.getText('t').toString(), 'hello');
        assert.equal(c.now(), 'saving');
        server.saved(server.sockets[0]!);
        assert.equal(c.now(), 'saved');
        c.provider.destroy();
    });

    it('brings what was written offline, counts it and waits for its confirmation', async () => {
        const server = new Server();
        const c = client(server, 60_000);
        await settle();
        server.drop();
        await settle();
        assert.equal(c.now(), 'offline');
        c.text.insert(0, 'away');
        assert.equal(c.now(), 'offline');
        assert.equal(c.provider.hasUnsaved, true);
        server.confirm = false;
        c.provider.connect();
        await settle();
        assert.equal(server.doc.getText('t').toString(), 'away');
        assert.equal(c.now(), 'saving');
        server.saved(server.sockets[0]!);
        assert.equal(c.now(), 'saved');
        c.provider.destroy();
    });

    it('merges two people who wrote while one was away', async () => {
        const server = new Server();
        const [a, b] = [client(server), client(server)];
        await settle();
        server.sockets[0]!.close();
        a.text.insert(0, 'A');
        b.text.insert(0, 'B');
        await until(() => a.now() === 'saved');
        assert.equal(a.text.toString(), b.text.toString());
        assert.equal(a.text.length, 2);
        assert.deepEqual([a.now(), b.now()], ['saved', 'saved']);
        a.provider.destroy();
        b.provider.destroy();
    });

    it('stops trying when the session has ended, keeps the text, and goes on after signing in', async () => {
        const server = new Server();
        const c = client(server);
        await settle();
        server.signedIn = false;
        server.drop();
        await settle();
        c.text.insert(0, 'kept');
        assert.equal(c.now(), 'signed_out');
        assert.equal(server.sockets.length, 0);
        server.signedIn = true;
        c.provider.connect();
        await settle();
        assert.equal(server.doc.getText('t').toString(), 'kept');
        assert.equal(c.now(), 'saved');
        c.provider.destroy();
    });

    it('says when the server cannot store, and when one may only read', async () => {
        const server = new Server();
        const c = client(server);
        await settle();
        server.confirm = false;
        server.sockets[0]!.push(101, (e) => encoding.writeVarUint(e, 1));
        c.text.insert(0, 'x');
        assert.equal(c.now(), 'refused');
        server.sockets[0]!.push(101, (e) => encoding.writeVarUint(e, 0));
        assert.equal(c.now(), 'saving');
        server.saved(server.sockets[0]!);
        assert.equal(c.now(), 'saved');
        server.sockets[0]!.push(101, (e) => encoding.writeVarUint(e, 2));
        assert.equal(c.now(), 'read_only');
        c.provider.destroy();
    });

    it('forgets the cursors of the others when the connection is gone', async () => {
        const server = new Server();
        const c = client(server, 60_000);
        const awareness = (c.provider as unknown as { o: { awareness: Awareness } }).o.awareness;
        await settle();
        const other = new Awareness(new Y.Doc());
        other.setLocalStateField('user', { name: 'Priya' });
        server.sockets[0]!.push(1, (e) => encoding.writeVarUint8Array(e, encodeAwarenessUpdate(other, [other.clientID])));
        assert.equal(awareness.getStates().size, 2);
        server.drop();
        assert.equal(awareness.getStates().size, 1);
        c.provider.destroy();
        other.destroy();
    });

    it('does not send the whole document again when nothing is missing', async () => {
        const server = new Server();
        server.doc.getText('t').insert(0, 'there already');
        server.doc.getText('t').delete(0, 6);
        const c = client(server);
        await settle();
        server.drop();
        await until(() => c.now() === 'saved');
        assert.equal(server.received, 0);
        assert.equal(c.now(), 'saved');
        c.provider.destroy();
    });

    it('takes in together what many write at once, and before it is asked what it lacks', async () => {
        const server = new Server();
        const c = client(server);
        await settle();
        const text = c.doc.getText('t');
        let changes = 0;
        text.observe(() => { changes++; });
        for (const letter of 'abcdef') server.doc.getText('t').insert(server.doc.getText('t').length, letter);
        assert.equal(text.toString(), 'a');            /* the first at once */
        await until(() => text.toString() === 'abcdef');
        assert.equal(changes, 2);
        server.doc.getText('t').insert(6, 'gh');
        server.drop();            /* what had been heard before the connection was lost is kept */
        assert.equal(text.toString(), 'abcdefgh');
        c.provider.destroy();
    });
});
