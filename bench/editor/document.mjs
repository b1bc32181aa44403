// The long document that editors are measured on, and the people who are there meanwhile.
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as awarenessProtocol from 'y-protocols/awareness';
import * as sync from 'y-protocols/sync';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

const WORDS = 'the pool of connections was exhausted after a change that halved its size while traffic grew and nobody watched the queue'.split(' ');

/** Fills a document with `blocks` blocks of the first level, of which as many are pictures as addresses are given. */
export function content(fragment, blocks, pictures) {
    let n = 7, used = 0;
    const next = (max) => (n = (n * 1103515245 + 12345) & 0x7fffffff) % max;
    const words = (count) => Array.from({ length: count }, () => WORDS[next(WORDS.length)]).join(' ');
    const el = (name, attrs, children) => {
        const e = new Y.XmlElement(name);
        for (const [k, v] of Object.entries(attrs)) e.setAttribute(k, v);
        e.insert(0, children.map((c) => { if (typeof c !== 'string') return c; const t = new Y.XmlText(); t.insert(0, c); return t; }));
        return e;
    };
    const p = (count = 14 + next(16)) => el('paragraph', {}, [words(count)]);
    const due = (i) => Math.floor(((i + 1) * pictures.length) / blocks) > used;
    const all = [];
    for (let i = 0; i < blocks; i++) {
        if (i % 25 === 0) all.push(el('heading', { level: 2 }, [words(4)]));
        else if (due(i)) all.push(el('image', { src: pictures[used++], alt: words(3) }, []));
        else if (i % 20 === 5) all.push(el('bulletList', {}, Array.from({ length: 4 }, () => el('listItem', {}, [p(8)]))));
        else if (i % 50 === 9) all.push(el('codeBlock', { language: 'yaml' }, [Array.from({ length: 6 }, () => `${WORDS[next(9)]}: ${next(99)}`).join('\n')]));
        else if (i % 50 === 13) all.push(el('table', {}, Array.from({ length: 4 }, () => el('tableRow', {}, Array.from({ length: 3 }, () => el('tableCell', { colspan: 1, rowspan: 1 }, [p(3)]))))));
        else all.push(p());
    }
    fragment.delete(0, fragment.length);
    fragment.insert(0, all);
}

function connect(url) {
    const doc = new Y.Doc();
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    const send = (type, write) => {
        const e = encoding.createEncoder();
        encoding.writeVarUint(e, type);
        write(e);
        if (socket.readyState === 1) socket.send(encoding.toUint8Array(e));
    };
    return { doc, socket, send, awareness: new awarenessProtocol.Awareness(doc), opened: new Promise((ok, fail) => { socket.on('open', ok); socket.on('error', fail); }) };
}

/** A whole peer: has the document and writes it. */
export async function writer(url) {
    const c = connect(url);
    const synced = new Promise((ok) => c.socket.on('message', (data) => {
        const d = decoding.createDecoder(new Uint8Array(data));
        if (decoding.readVarUint(d) !== 0) return;
        const e = encoding.createEncoder();
        encoding.writeVarUint(e, 0);
        const kind = sync.readSyncMessage(d, e, c.doc, 'server');
        if (encoding.length(e) > 1) c.socket.send(encoding.toUint8Array(e));
        if (kind === 1) ok();
    }));
    c.doc.on('update', (update, origin) => { if (origin !== 'server') c.send(0, (e) => sync.writeUpdate(e, update)); });
    await c.opened;
    c.send(0, (e) => sync.writeSyncStep1(e, c.doc));
    await synced;
    return c;
}

/** Somebody whose cursor wanders to another paragraph every few seconds. */
async function guest(url, i, place) {
    const c = connect(url);
    await c.opened;
    const move = () => {
        const at = place();
        c.awareness.setLocalState({ user: { name: `Guest ${i}`, color: '#0d756c' }, cursor: { anchor: at, head: at } });
        c.send(1, (e) => encoding.writeVarUint8Array(e, awarenessProtocol.encodeAwarenessUpdate(c.awareness, [c.doc.clientID])));
    };
    move();
    const timer = setInterval(move, 2000 + i * 13);
    return () => { clearInterval(timer); c.awareness.destroy(); c.socket.terminate(); };
}

/** Everybody but the one who is measured: one connection writes every half second, all others move their cursors. `seed` fills the document first. */
export async function crowd(url, people, seed) {
    const main = await writer(url('writer'));
    const fragment = main.doc.getXmlFragment('default');
    seed?.(fragment);
    const texts = fragment.toArray().filter((x) => x.nodeName === 'paragraph' && x.length).map((x) => x.get(0));
    const place = () => {
        const t = texts[Math.floor(Math.random() * texts.length)];
        return Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(t, Math.floor(t.length / 2), -1));
    };
    const leave = await Promise.all(Array.from({ length: people - 2 }, (_, i) => guest(url(`guest${i}`), i, place)));
    const typing = setInterval(() => texts[Math.floor(texts.length / 3)].insert(3, 'x'), 500);
    return {
        leave: () => { clearInterval(typing); main.awareness.destroy(); main.socket.terminate(); for (const l of leave) l(); },
    };
}
