// What one member of a room can do to the others: not read, say too much, write without the right to, stay after it was withdrawn.
//     node tests/interop/limits.mjs
import * as awareness from 'y-protocols/awareness';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { api, bare, expect, finish, inStep, makeReport, message, outcome, paragraph, peer, until } from '../lib/rooms.mjs';
import { addPeople, databases, makeSystem, serve } from '../lib/server.mjs';

/** Updates of a writer who replaces a large paragraph again and again: much to send, little to keep. */
function rewrites(doc, times, size) {
    const updates = [];
    const note = (u) => updates.push(u);
    doc.on('update', note);
    const p = paragraph('');
    doc.getXmlFragment('default').push([p]);
    for (let i = 0; i < times; i++) doc.transact(() => {
        p.get(0).delete(0, p.get(0).length);
        p.get(0).insert(0, String.fromCharCode(97 + (i % 26)).repeat(size) + i);
    });
    doc.off('update', note);
    return updates;
}

async function slowReader(server, tokens) {
    const report = await makeReport(server, tokens.responder);
    const writer = await inStep(server, report, tokens.responder), slow = await inStep(server, report, tokens.manager), quick = await inStep(server, report, tokens.viewer);
    slow.socket.pause();
    const before = slow.heard, updates = rewrites(writer.doc, 120, 200_000);
    for (const u of updates) writer.send(u);
    await until('a slow reader holds nobody up', () => outcome(quick.doc) === outcome(writer.doc));
    await until('nor does it keep edits from being saved', () => writer.saved === writer.sent);
    slow.socket.resume();
    await until('when it reads again it gets what it missed', () => outcome(slow.doc) === outcome(writer.doc));
    expect('in few messages instead of all', slow.heard - before < updates.length * 0.8, `${slow.heard - before} of ${updates.length}`);
    expect('on the connection that it had', slow.closed === null);
    writer.doc.on('update', (u) => writer.send(u));
    writer.doc.getXmlFragment('default').push([paragraph('afterwards')]);
    await until('and it hears at once of what comes then', () => slow.doc.getXmlFragment('default').toString().includes('afterwards'));
    for (const b of [writer, slow, quick]) b.socket.close();
}

/** Cursors that move faster than anybody can look: the last place counts. */
async function cursors(server, tokens) {
    const report = await makeReport(server, tokens.responder);
    const mover = peer(server, report.id, tokens.responder), watcher = peer(server, report.id, tokens.manager);
    const counter = await inStep(server, report, tokens.viewer);
    await until('both are there', () => mover.provider.synced && watcher.provider.synced);
    const before = counter.cursors;
    for (let i = 0; i < 400; i++) mover.provider.awareness.setLocalStateField('cursor', { at: i });
    const seen = () => watcher.provider.awareness.getStates().get(mover.doc.clientID)?.cursor?.at;
    await until('others see where the cursor ended', () => seen() === 399, seen);
    expect('400 moves go out in far fewer messages', counter.cursors - before < 200, counter.cursors - before);
    const big = new awareness.Awareness(new Y.Doc());
    big.setLocalState({ user: {}, junk: 'x'.repeat(5000) });
    counter.socket.send(Buffer.concat([Buffer.from([1]), lengthAnd(awareness.encodeAwarenessUpdate(big, [big.clientID]))]));
    mover.provider.awareness.setLocalStateField('cursor', { at: 'end' });
    await until('presence goes on', () => seen() === 'end', seen);
    expect('a state of 5 KB is not passed on', !watcher.provider.awareness.getStates().has(big.clientID));
    big.destroy();
    mover.leave();
    watcher.leave();
    counter.socket.close();
}

function lengthAnd(bytes) {
    const whole = message(0, bytes);                 /* 0, step, length, bytes */
    return whole.subarray(2);
}

/** More than a connection may say is read more slowly; nothing of it is lost. */
async function flood(server, tokens) {
    const report = await makeReport(server, tokens.responder);
    const b = await inStep(server, report, tokens.responder);
    const updates = [];
    b.doc.on('update', (u, origin) => { if (origin !== 'server') updates.push(u); });
    b.doc.getXmlFragment('default').push([paragraph('x'.repeat(1_000_000))]);
    const began = Date.now();
    for (let i = 0; i < 50; i++) b.send(updates[0]);
    await until('a flood is acknowledged to the last message', () => b.saved === b.sent, () => [b.saved, b.closed]);
    expect('but not at once', Date.now() - began > 700, Date.now() - began);
    expect('and the connection is kept', b.closed === null);
    b.socket.close();
}

/** Whoever may only read, writes: by an update, by step 2, by a client id of somebody else. */
async function readOnly(server, tokens) {
    const report = await makeReport(server, tokens.responder);
    const writer = await inStep(server, report, tokens.responder);
    for (const [who, b] of [['a viewer', await inStep(server, report, tokens.viewer)]]) {
        const before = outcome(writer.doc), own = [];
        b.doc.on('update', (u, origin) => { if (origin !== 'server') own.push(u); });
        b.socket.send(message(1, Y.encodeStateAsUpdate(writer.doc)));
        b.socket.send(message(2, Y.encodeStateAsUpdate(writer.doc)));
        b.doc.getXmlFragment('default').delete(0, 1);
        b.doc.getXmlFragment('default').push([paragraph('not mine to write')]);
        for (const u of own) b.socket.send(message(2, u));
        b.socket.send(message(1, Y.encodeStateAsUpdate(b.doc)));
        b.socket.send(message(2, Y.mergeUpdates(own)));
        const round = b.heard;
        b.step1();
        await until(`${who} is told that it is not theirs to write`, () => b.states.includes(2) && b.heard > round, () => b.states);
        const fresh = await inStep(server, report, tokens.manager);
        expect(`what ${who} sends changes nothing`, outcome(fresh.doc) === before && outcome(writer.doc) === before);
        expect(`and ${who} may stay`, b.closed === null);
        fresh.socket.close();
        b.socket.close();
    }
    writer.socket.close();
}

/** Rights that are withdrawn while a socket is open. */
async function withdrawn(system, server, tokens) {
    const ask = api(server, tokens.admin);
    const report = await makeReport(server, tokens.responder);
    const person = async (name, role) => {
        system.cli(['user', 'add', '--email', `${name}@example.com`, '--name', name, '--role', role]);
        return { id: (await ask('GET', `/api/v1/people/${name}@example.com`)).id, token: system.cli(['token', 'create', '--user', `${name}@example.com`, '--scope', 'write']) };
    };
    const watcher = await inStep(server, report, tokens.manager);
    const late = (b, text) => {
        b.doc.on('update', (u, origin) => { if (origin !== 'server' && b.socket.readyState === WebSocket.OPEN) b.socket.send(message(2, u)); });
        b.doc.getXmlFragment('default').push([paragraph(text)]);
    };

    const demoted = await person('demoted', 'responder'), one = await inStep(server, report, demoted.token);
    await ask('PATCH', `/api/v1/people/${demoted.id}`, { role: 'viewer' });
    /* 4401 when it is told of the person, 1012 when rights are looked at for another reason before that. */
    const isOut = (b) => b.closed === 4401 || b.closed === 1012;
    await until('who loses the right to write is put out', () => isOut(one), () => one.closed);
    const back = await inStep(server, report, demoted.token);
    late(back, 'written after the fall');
    await until('and comes back as a reader', () => back.states.includes(2), () => back.states);

    const disabled = await person('disabled', 'responder'), two = await inStep(server, report, disabled.token);
    system.cli(['user', 'disable', '--email', 'disabled@example.com']);
    await until('who is disabled is put out', () => isOut(two), () => two.closed);
    const again = bare(server, report.id, disabled.token);
    await until('and does not get in again', () => again.closed !== null);

    const outsider = await person('outsider', 'responder'), three = await inStep(server, report, outsider.token);
    const incident = report.incidents[0].id;
    await ask('PATCH', `/api/v1/incidents/${incident}`, { visibility: 'private' });
    await until('who may no longer see the report is put out', () => three.closed === 1012, () => three.closed);
    const hidden = bare(server, report.id, outsider.token);
    await until('and finds the door closed', () => hidden.closed !== null);
    expect('nothing was written by those who may not', !watcher.doc.getXmlFragment('default').toString().includes('after the fall'));
    for (const b of [watcher, back]) b.socket.close();
}

for (const database of databases) {
    const system = makeSystem(database);
    const tokens = addPeople(system);
    const server = await serve(system);
    await withdrawn(system, server, tokens);
    await readOnly(server, tokens);
    if (database === 'sqlite') {
        await cursors(server, tokens);
        await slowReader(server, tokens);
        await flood(server, tokens);
    }
    expect(`${database}: the stop is clean`, await server.stop() === 0, server.log());
    system.remove();
}
finish('limits');
