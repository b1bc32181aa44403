// A room on bad days: cut sockets, disorder, storms, kill -9, a full disk, a clock that jumps, two servers on one database.
// Whatever happens, nothing that was acknowledged is lost, and everybody ends with the same document.
//     node tests/interop/faults.mjs [PART…] [--rounds N] [--clients N] [--seed N]
// Parts: cuts disorder storm disk clock vanish kill, and with PostgreSQL nodes.
// Without options it is short. The whole: --rounds 100 --clients 2000. A seed repeats a run.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as awareness from 'y-protocols/awareness';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { api, expect, finish, inStep, makeReport, markdown, message, outcome, paragraph, peer, until } from '../lib/rooms.mjs';
import { addPeople, databases, makeSystem, serve } from '../lib/server.mjs';

const words = process.argv.slice(2);
const option = (name, otherwise) => { const i = words.indexOf(`--${name}`); return i < 0 ? otherwise : Number(words[i + 1]); };
const parts = words.filter((w, i) => !w.startsWith('--') && !words[i - 1]?.startsWith('--'));
const rounds = option('rounds', 0), seed = option('seed', Math.floor(Math.random() * 2 ** 31));
const times = (short, long) => (rounds ? Math.ceil(long * rounds / 100) : short);
console.log(`seed ${seed}`);

/** Numbers that the seed decides (mulberry32). */
function dice(extra) {
    let a = (seed + extra * 0x9E3779B9) >>> 0;
    return (below) => {
        a = (a + 0x6D2B79F5) >>> 0;
        let t = Math.imul(a ^ (a >>> 15), a | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) % below;
    };
}

/** A letter in, a letter out, a paragraph in: somewhere in the document. */
function edit(doc, roll, word) {
    const root = doc.getXmlFragment('default');
    const texts = root.toArray().filter((n) => n.nodeName === 'paragraph' && n.length && n.get(0) instanceof Y.XmlText);
    const text = texts.length ? texts[roll(texts.length)].get(0) : null;
    if (word) root.insert(roll(root.length + 1), [paragraph(word)]);
    else if (text && text.length && roll(3) === 0) text.delete(roll(text.length), 1);
    else if (text) text.insert(roll(text.length + 1), String.fromCharCode(97 + roll(26)));
}

/** What a client says of its cursor. */
const cursorMessage = (a) => Buffer.concat([Buffer.from([1]), message(0, awareness.encodeAwarenessUpdate(a, [a.clientID])).subarray(2)]);

/** What a newcomer gets. */
async function stored(server, report, token) {
    const b = await inStep(server, report, token);
    b.socket.close();
    return b.doc;
}

/* ---- sockets that are cut ------------------------------------------------------------------------------------------ */

/** What a client says from the first byte on: the handshake, step 1, an update; masked with zeroes. */
function conversation(server, report, token, update) {
    const frame = (m) => Buffer.concat([m.length < 126 ? Buffer.from([0x82, 0x80 | m.length]) : Buffer.from([0x82, 0x80 | 126, m.length >> 8, m.length & 255]), Buffer.alloc(4), m]);
    const head = `GET /ws/reports/${report.id}?token=${token} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`;
    return { head: Buffer.from(head), rest: Buffer.concat([frame(message(0, Uint8Array.of(0))), frame(message(2, update))]) };
}

/** Sends the first bytes of it and hangs up; the handshake is answered before the rest is sent, as a browser would. */
function hangUp(port, { head, rest }, bytes) {
    return new Promise((resolve) => {
        const s = connect(port, '127.0.0.1');
        s.on('error', () => {});
        s.on('close', resolve);
        if (bytes <= head.length) { s.end(head.subarray(0, bytes)); s.on('data', () => {}); return; }
        s.write(head);
        const part = rest.subarray(0, bytes - head.length);
        s.once('data', () => { s.on('data', () => {}); if (part.length < rest.length) s.write(part, () => s.destroy()); else s.end(part); });
    });
}

async function cutAtEveryByte(server, tokens) {
    const report = await makeReport(server, tokens.responder);
    const watcher = await inStep(server, report, tokens.manager), writer = new Y.Doc();
    writer.getXmlFragment('default').push([paragraph('whole or not at all')]);
    const talk = conversation(server, report, tokens.responder, Y.encodeStateAsUpdate(writer));
    const n = talk.head.length + talk.rest.length, step = rounds ? 1 : 7, first = dice(1)(step);
    for (let at = first; at < n; at += 8 * step) await Promise.all(Array.from({ length: 8 }, (_, i) => at + i * step).filter((k) => k < n).map((k) => hangUp(server.port, talk, k)));
    expect('an update that was cut is not there', !watcher.doc.getXmlFragment('default').toString().includes('whole or not'));
    await hangUp(server.port, talk, n);
    await until('one that arrived whole is, though its socket was cut behind it', () => watcher.doc.getXmlFragment('default').toString().includes('whole or not'));
    watcher.socket.close();
}

/** A proxy that cuts each connection after some bytes, in both directions together. */
async function cutter(port, roll) {
    const p = { cuts: 0, calm: false };
    const server = createServer((from) => {
        const to = connect(port, '127.0.0.1');
        let left = p.calm ? Infinity : 200 + roll(3000);
        const end = () => { from.destroy(); to.destroy(); };
        const pass = (other) => (data) => {
            if (data.length < left) { left -= data.length; other.write(data); return; }
            other.write(data.subarray(0, left), end);
            p.cuts++;
        };
        from.on('data', pass(to)).on('close', end).on('error', end);
        to.on('data', pass(from)).on('close', end).on('error', end);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    p.port = server.address().port;
    p.close = () => server.close();
    return p;
}

async function cutWhileWriting(server, tokens) {
    const report = await makeReport(server, tokens.responder), roll = dice(2);
    const proxy = await cutter(server.port, roll);
    const all = Array.from({ length: 4 }, (_, i) => peer(server, report.id, i % 2 ? tokens.responder : tokens.manager, i < 3 ? { port: proxy.port } : {}));
    for (const p of all) p.provider.maxBackoffTime = 20;
    const written = [], enough = times(20, 1000);
    for (let i = 0; proxy.cuts < enough; i++) {
        const p = all[roll(all.length)], word = i % 5 ? '' : `word${i}.`;
        if (word) written.push(word);
        edit(p.doc, roll, word && `${word}`);
        await new Promise((r) => setTimeout(r, i % 4 ? 0 : 5));
    }
    proxy.calm = true;
    await until(`${enough} cuts later everybody has the same`, () => all.every((p) => p.provider.synced && outcome(p.doc) === outcome(all[3].doc)), () => all.map((p) => p.provider.synced));
    const doc = await stored(server, report, tokens.viewer), text = doc.getXmlFragment('default').toString();
    expect('and so has the server', outcome(doc) === outcome(all[0].doc));
    expect('paragraphs are there once', written.length > 5 && doc.getXmlFragment('default').length >= written.length, text.length);
    for (const p of all) p.leave();
    proxy.close();
}

/* ---- disorder ------------------------------------------------------------------------------------------------------- */

/** Every update of three writers arrives two times, in any order, over any connection. */
async function disorder(server, tokens) {
    for (let round = 0; round < times(1, 30); round++) {
        const report = await makeReport(server, tokens.responder), roll = dice(100 + round);
        const carriers = await Promise.all([0, 1, 2].map(() => inStep(server, report, tokens.responder)));
        const writers = [0, 1, 2].map(() => new Y.Doc()), updates = [];
        for (const w of writers) Y.applyUpdate(w, Y.encodeStateAsUpdate(carriers[0].doc));
        for (const w of writers) w.on('update', (u, origin) => { if (origin !== 'other') updates.push(u); });
        for (let i = 0; i < 150; i++) {
            edit(writers[roll(3)], roll, i % 10 ? '' : `p${i}`);
            if (i % 20 === 0) for (const a of writers) for (const b of writers) if (a !== b) Y.applyUpdate(a, Y.encodeStateAsUpdate(b, Y.encodeStateVector(a)), 'other');
        }
        for (const w of writers.slice(1)) Y.applyUpdate(writers[0], Y.encodeStateAsUpdate(w), 'other');
        const deck = [...updates, ...updates];
        for (let i = deck.length - 1; i > 0; i--) { const j = roll(i + 1); [deck[i], deck[j]] = [deck[j], deck[i]]; }
        for (const u of deck) carriers[roll(3)].send(u);
        await until('all that came is acknowledged', () => carriers.every((c) => c.saved === c.sent), () => carriers.map((c) => [c.sent, c.saved, c.closed]));
        for (const c of carriers) c.step1();                 /* nobody is sent their own messages */
        await until('updates in any order, twice, over any connection are one document', () => carriers.every((c) => outcome(c.doc) === outcome(writers[0])));
        expect('for newcomers too', outcome(await stored(server, report, tokens.viewer)) === outcome(writers[0]));
        for (const c of carriers) c.socket.close();
    }
}

/* ---- a storm ---------------------------------------------------------------------------------------------------------- */

/** Everybody comes back at once after the server died. */
async function storm(system, tokens, clients) {
    let server = await serve(system);
    const report = await makeReport(server, tokens.responder), writer = await inStep(server, report, tokens.responder);
    writer.doc.on('update', (u, origin) => { if (origin !== 'server') writer.send(u); });
    writer.doc.getXmlFragment('default').push([paragraph('before the storm '.repeat(3000))]);
    await until('the room is filled and saved', () => writer.saved === writer.sent);
    const vector = Y.encodeStateVector(writer.doc);
    const count = { open: 0, synced: 0, heard: 0, refused: 0 };
    const join = () => {
        const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws/reports/${report.id}?token=${tokens.viewer}`);
        const presence = new awareness.Awareness(new Y.Doc());
        presence.setLocalState({ cursor: 1 });
        let step2 = false;
        socket.on('open', () => {
            count.open++;
            socket.send(message(0, vector));
            socket.send(cursorMessage(presence));
        });
        socket.on('message', (data) => {
            if (data[0] !== 0) return;
            if (data[1] === 1 && !step2) { step2 = true; count.synced++; }
            if (data[1] === 2) count.heard++;
        });
        socket.on('close', () => presence.destroy());
        socket.on('error', () => { count.refused++; });
        return socket;
    };
    let sockets = Array.from({ length: clients }, join);
    await until(`${clients} people come at once`, () => count.synced === clients, () => count);
    for (const s of sockets) s.terminate();
    await server.stop('SIGKILL');
    server = await serve(system, [], server.port);
    Object.assign(count, { open: 0, synced: 0, heard: 0 });
    sockets = Array.from({ length: clients }, join);
    await until('and again after the server died', () => count.synced === clients, () => count);
    const again = await inStep(server, report, tokens.responder);
    again.doc.on('update', (u, origin) => { if (origin !== 'server') again.send(u); });
    again.doc.getXmlFragment('default').push([paragraph('after the storm')]);
    await until('everybody hears what is written then', () => count.heard >= clients, () => count);
    expect('nobody was refused', count.refused === 0, count.refused);
    for (const s of [...sockets, again.socket]) s.terminate();
    expect('the stop is clean', await server.stop() === 0, server.log());
}

/* ---- kill -9 ---------------------------------------------------------------------------------------------------------- */

/** Two write until the server dies under them; a third keeps its replica all the while and writes too. */
async function killed(system, tokens, kills, database) {
    let server = await serve(system);
    const report = await makeReport(server, tokens.responder), roll = dice(3), port = server.port;
    const survivor = peer(server, report.id, tokens.manager), acknowledged = [];
    survivor.provider.maxBackoffTime = 50;
    await until('the survivor is in step', () => survivor.provider.synced);
    for (let round = 0; round < kills; round++) {
        const writers = await Promise.all([inStep(server, report, tokens.responder), inStep(server, report, tokens.admin)]);
        const enough = 2 + roll(60), said = writers.map(() => []);
        const work = writers.map(async (b, lane) => {
            const p = paragraph('');
            b.doc.on('update', (u, origin) => { if (origin !== 'server' && b.socket.readyState === WebSocket.OPEN) b.send(u); });
            b.doc.getXmlFragment('default').push([p]);
            while (writers[0].saved < enough && b.closed === null) {
                const word = `[r${round}l${lane}w${said[lane].length}]`;
                said[lane].push(word);
                p.get(0).insert(p.get(0).length, word);
                await new Promise((r) => setTimeout(r, roll(3)));
            }
        });
        edit(survivor.doc, roll, `s${round}.`);
        await Promise.all(work);
        const saved = writers.map((b) => b.saved);
        await server.stop('SIGKILL');
        writers.forEach((b, lane) => { b.socket.terminate(); acknowledged.push(...said[lane].slice(0, Math.max(0, saved[lane] - 1))); });     /* the first update was the paragraph */
        server = await serve(system, [], port);
    }
    const doc = () => stored(server, report, tokens.viewer);
    await until('the survivor is in step again', () => survivor.provider.synced);
    const before = await inStep(server, report, tokens.responder);
    await until(`${database}: everybody has the same after ${kills} kills`, () => outcome(before.doc) === outcome(survivor.doc));
    before.socket.close();
    const text = (await doc()).getXmlFragment('default').toString(), lost = acknowledged.filter((w) => !text.includes(w));
    expect(`${database}: ${kills} kills lose nothing of ${acknowledged.length} acknowledged edits`, acknowledged.length > 0 && lost.length === 0, `lost ${lost}`);
    survivor.leave();
    expect('the doctor finds nothing', system.cli(['doctor', 'documents']).includes('all sound'));
    await server.stop();
}

/* ---- a full disk ------------------------------------------------------------------------------------------------------ */

async function fullDisk(system, tokens) {
    const server = await serve(system);
    const report = await makeReport(server, tokens.responder);
    const writer = await inStep(server, report, tokens.responder), reader = await inStep(server, report, tokens.manager);
    const disk = (bytes) => execFileSync('prlimit', [`--pid=${server.child.pid}`, `--fsize=${bytes}:unlimited`]);
    writer.doc.on('update', (u, origin) => { if (origin !== 'server') writer.send(u); });
    const root = writer.doc.getXmlFragment('default');
    root.push([paragraph('while there was room')]);
    await until('edits are saved while there is room', () => writer.saved === writer.sent);
    disk(1);
    root.push([paragraph('on a full disk')]);
    await until('people are told that nothing can be saved now', () => writer.states.at(-1) === 1, () => writer.states);
    expect('and not that it was', writer.saved < writer.sent, writer.saved);
    const late = await inStep(server, report, tokens.responder);
    await until('who comes now is told as well, and gets what is not saved', () => late.states.at(-1) === 1 && outcome(late.doc) === outcome(writer.doc), () => late.states);
    root.push([paragraph('they go on writing together')]);
    await until('others see it all the same', () => outcome(reader.doc) === outcome(writer.doc));
    disk('unlimited');
    await until('once there is room it is saved', () => writer.saved === writer.sent && writer.states.at(-1) === 0, () => [writer.saved, writer.sent, writer.states]);
    await server.stop('SIGKILL');
    const again = await serve(system);
    expect('and survives the power cut that follows', outcome(await stored(again, report, tokens.viewer)) === outcome(writer.doc));
    expect('the stop is clean', await again.stop() === 0, again.log());
}

/* ---- a clock that jumps ------------------------------------------------------------------------------------------------- */

/** A server whose clocks can be turned: `turn({ wall, steady })`, in milliseconds from the true time; null when that cannot be built. */
async function serveWithClock(system) {
    const folder = mkdtempSync(join(tmpdir(), 'hindsight-clock-')), library = join(folder, 'clock.so'), file = join(folder, 'offset');
    const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, join(dirname(fileURLToPath(import.meta.url)), '../lib/clock.c'), '-ldl']);
    if (!expect('the clock can be turned', built.status === 0, String(built.stderr))) return null;
    const turn = ({ wall = 0, steady = 0 }) => {
        const b = Buffer.alloc(4096);
        b.writeBigInt64LE(BigInt(wall));
        b.writeBigInt64LE(BigInt(steady), 8);
        writeFileSync(file, b, { flag: 'r+' });
    };
    writeFileSync(file, Buffer.alloc(4096));
    Object.assign(process.env, { LD_PRELOAD: library, TEST_CLOCK: file });
    const server = await serve(system);
    delete process.env.LD_PRELOAD;
    delete process.env.TEST_CLOCK;
    return { ...server, turn, stop: async () => { const code = await server.stop(); rmSync(folder, { recursive: true }); return code; } };
}

async function clockJumps(system, tokens) {
    const server = await serveWithClock(system), day = 24 * 3600 * 1000;
    if (!server) return;
    const report = await makeReport(server, tokens.responder);
    const a = await inStep(server, report, tokens.responder), b = peer(server, report.id, tokens.manager);
    a.doc.on('update', (u, origin) => { if (origin !== 'server') a.send(u); });
    await until('both are there', () => b.provider.synced);
    for (const [what, ms] of [['a day on', day], ['back again', 0], ['a day back', -day], ['a month on', 30 * day]]) {
        server.turn({ wall: ms });
        a.doc.getXmlFragment('default').push([paragraph(`the clock jumps ${what}`)]);
        b.provider.awareness.setLocalStateField('cursor', { at: what });
        await until(`the clock jumps ${what}: edits arrive and are saved`, () => a.saved === a.sent && outcome(b.doc) === outcome(a.doc), () => [a.saved, a.sent, a.closed]);
        let found = 0;
        const asked = Date.now();
        while (!found && Date.now() - asked < 60_000) found = (await api(server, tokens.viewer)('GET', `/api/v1/search?q=${encodeURIComponent(`jumps ${what}`)}&kind=report`)).items.length;
        expect(`the clock jumps ${what}: the edit is found by search`, found > 0);
    }
    expect('nobody was put out', a.closed === null && b.provider.wsconnected);
    a.socket.close();
    b.leave();
    expect('the stop is clean', await server.stop() === 0, server.log());
}

/* ---- a peer that vanishes ------------------------------------------------------------------------------------------------ */

/** Its machine sleeps: the socket stays open and says nothing. After 30 s nobody sees its cursor any more. */
async function vanishes(system, tokens) {
    const server = await serveWithClock(system);
    if (!server) return;
    const report = await makeReport(server, tokens.responder);
    const watcher = peer(server, report.id, tokens.manager), lively = peer(server, report.id, tokens.viewer);
    const quiet = await inStep(server, report, tokens.responder), presence = new awareness.Awareness(quiet.doc);
    presence.setLocalState({ cursor: { at: 'the last words' } });
    quiet.socket.send(cursorMessage(presence));
    const cursor = (p, of) => p.provider.awareness.getStates().get(of.doc.clientID)?.cursor?.at;
    const here = (at) => { for (const p of [watcher, lively]) p.provider.awareness.setLocalStateField('cursor', { at }); };
    const seen = () => [cursor(watcher, quiet), cursor(watcher, lively), cursor(lively, watcher)];
    here('before');
    await until('everybody sees each other', () => seen().join() === 'the last words,before,before', seen);
    quiet.socket.pause();
    server.turn({ steady: 20_000 });
    here('20 s on');
    await until('20 s on the silent one is still there', () => seen().join() === 'the last words,20 s on,20 s on', seen);
    server.turn({ steady: 40_000 });
    await until('40 s on the one that vanished is gone from the others, who are there', () => seen().join() === ',20 s on,20 s on', seen);
    expect('though its socket is open', quiet.closed === null);
    const late = peer(server, report.id, tokens.admin);
    await until('who comes now sees those who are there', () => cursor(late, lively) && cursor(late, watcher));
    expect('and no ghost', !late.provider.awareness.getStates().has(quiet.doc.clientID));
    quiet.socket.resume();
    presence.setLocalState({ cursor: { at: 'awake' } });
    quiet.socket.send(cursorMessage(presence));
    await until('who wakes up is there again', () => cursor(watcher, quiet) === 'awake', seen);
    presence.destroy();
    quiet.socket.close();
    for (const p of [watcher, lively, late]) p.leave();
    expect('the stop is clean', await server.stop() === 0, server.log());
}

/* ---- two servers on one database ---------------------------------------------------------------------------------------- */

async function twoNodes(system, tokens) {
    const one = await serve(system), two = await serve(system), roll = dice(4);
    const report = await makeReport(one, tokens.responder);
    const people = [peer(one, report.id, tokens.responder), peer(two, report.id, tokens.manager), peer(one, report.id, tokens.admin), peer(two, report.id, tokens.responder)];
    const [ann, ben] = people;
    await until('both nodes have the document', () => people.every((p) => p.provider.synced && p.fragment.length > 0));
    for (let i = 0; i < times(200, 4000); i++) {
        edit(people[roll(4)].doc, roll, i % 10 ? '' : `w${i}.`);
        if (i % 8 === 0) await new Promise((r) => setTimeout(r, roll(20)));
    }
    await until('what is written on two nodes meets', () => people.every((p) => outcome(p.doc) === outcome(ann.doc)), () => people.map((p) => p.text().length));
    const other = await makeReport(one, tokens.manager), ask = api(one, tokens.manager);
    const guest = new WebSocket(`ws://127.0.0.1:${two.port}/ws/reports/${other.id}?token=${tokens.viewer}`);
    let out = null;
    guest.on('close', (code) => { out = code; });
    await new Promise((r) => guest.on('open', r));
    await ask('PATCH', `/api/v1/incidents/${(await ask('GET', `/api/v1/reports/${other.id}`)).incidents[0].id}`, { visibility: 'private' });
    await until('what becomes private on one node puts out who may no longer read on the other', () => out === 1012);
    await one.stop('SIGKILL');
    ben.fragment.push([paragraph('after the death of a node')]);
    await until('the node that is left goes on', () => people[3].text().includes('after the death'));
    let read = '';
    for (const began = Date.now(); !read.includes('after the death') && Date.now() - began < 60_000;) read = await markdown(two, tokens.viewer, report.id);
    expect('and saves', read.includes('after the death'), read);
    for (const p of people) p.leave();
    await two.stop();
}

for (const database of databases) {
    const system = makeSystem(database), tokens = addPeople(system), wanted = (part) => !parts.length || parts.includes(part);
    if (database === 'sqlite') {
        const server = await serve(system);
        if (wanted('cuts')) await cutAtEveryByte(server, tokens);
        if (wanted('cuts')) await cutWhileWriting(server, tokens);
        if (wanted('disorder')) await disorder(server, tokens);
        expect('the stop is clean', await server.stop() === 0, server.log());
        if (wanted('storm')) await storm(system, tokens, option('clients', 300));
        if (wanted('disk')) await fullDisk(system, tokens);
        if (wanted('clock')) await clockJumps(system, tokens);
        if (wanted('vanish')) await vanishes(system, tokens);
    } else if (wanted('nodes')) await twoNodes(system, tokens);
    if (wanted('kill')) await killed(system, tokens, rounds || (database === 'sqlite' ? 3 : 2), database);
    system.remove();
}
finish('faults');
