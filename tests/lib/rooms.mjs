// What the suites of rooms share: a report with a room, peers with real Yjs, and bare sockets that speak the protocol by hand.
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as sync from 'y-protocols/sync';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

let passed = 0;
const failed = [];
export function expect(what, ok, seen = '') {
    if (ok) passed++;
    else failed.push(`${what} ${seen}`);
    return ok;
}

/** Prints the result line and ends the process. */
export function finish(name) {
    for (const f of failed) console.error(`FAIL ${f}`);
    console.log(`${name}: ${passed} passed, ${failed.length} failed`);
    process.exit(failed.length ? 1 : 0);
}

/** Resolves with true as soon as `check` is; gives up after 60 s, which is a failure. */
export function until(what, check, seen = () => '') {
    return new Promise((resolve) => {
        const began = Date.now();
        const look = () => {
            const ok = check();
            if (!ok && Date.now() - began < 60_000) { setTimeout(look, 5); return; }
            expect(what, ok, ok ? '' : JSON.stringify(seen()));
            resolve(ok);
        };
        look();
    });
}

/** A peer with y-websocket's provider, as any Yjs program would write it. */
export function peer(server, report, token, options = {}) {
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(`ws://127.0.0.1:${options.port ?? server.port}/ws/reports`, report, doc, { WebSocketPolyfill: WebSocket, params: { token }, disableBc: true, maxBackoffTime: 200 });
    const fragment = doc.getXmlFragment('default');
    return { doc, provider, fragment, text: () => fragment.toString(), leave: () => { provider.destroy(); doc.destroy(); } };
}

export function paragraph(text) {
    const p = new Y.XmlElement('paragraph');
    const t = new Y.XmlText();
    t.insert(0, text);
    p.insert(0, [t]);
    return p;
}

export const api = (server, token) => async (method, path, body) => {
    const answer = await fetch(server.url + path, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
};

export async function makeReport(server, token) {
    const ask = api(server, token);
    const incident = await ask('POST', '/api/v1/incidents', { title: 'Checkout fails', severity: 'SEV-2' });
    const templates = await ask('GET', '/api/v1/templates');
    return ask('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id });
}

export const markdown = (server, token, id) => api(server, token)('GET', `/api/v1/reports/${id}/content?format=markdown`);

/** What a document is, whoever holds it: equal texts mean equal replicas. */
export const outcome = (doc) => Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64');

/** The bytes of a sync message: step 0, 1 or 2 and its payload. */
export function message(step, payload) {
    const e = encoding.createEncoder();
    encoding.writeVarUint(e, 0);
    encoding.writeVarUint(e, step);
    encoding.writeVarUint8Array(e, payload);
    return encoding.toUint8Array(e);
}

/** A bare socket that speaks the protocol by hand and counts what the server says is saved. */
export function bare(server, report, token, extra = '') {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws/reports/${report}?token=${token}&saved=1${extra}`);
    const doc = new Y.Doc();
    const b = { socket, doc, sent: 0, saved: 0, heard: 0, cursors: 0, states: [], closed: null, synced: false, opened: new Promise((r) => socket.on('open', r)) };
    socket.binaryType = 'arraybuffer';
    socket.on('message', (data) => {
        const d = decoding.createDecoder(new Uint8Array(data));
        const kind = decoding.readVarUint(d);
        b.heard++;
        if (kind === 1) b.cursors++;
        if (kind === 100) b.saved = decoding.readVarUint(d);
        if (kind === 101) b.states.push(decoding.readVarUint(d));
        if (kind === 0 && sync.readSyncMessage(d, encoding.createEncoder(), doc, 'server') === 1) b.synced = true;
    });
    socket.on('close', (code) => { b.closed = code; });
    socket.on('error', () => {});
    b.send = (update) => {
        socket.send(message(2, update));
        b.sent++;
    };
    b.step1 = () => socket.send(message(0, Y.encodeStateVector(doc)));
    return b;
}

/** A bare socket that is in step. Who comes while rights change is turned round once (1012) and comes again, as providers do. */
export async function inStep(server, report, token, extra = '') {
    for (const began = Date.now(); ;) {
        const b = bare(server, report.id, token, extra);
        b.socket.on('open', () => b.step1());
        await new Promise((resolve) => {
            const look = () => (b.synced || b.closed !== null || Date.now() - began > 60_000 ? resolve() : setTimeout(look, 5));
            look();
        });
        if (b.closed === 1012 && Date.now() - began < 60_000) continue;
        expect('the peer is in step', b.synced, b.closed);
        return b;
    }
}
