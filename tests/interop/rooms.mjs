// Rooms against real Yjs peers: y-websocket's own provider, unchanged, and bare sockets that break the rules.
//     node tests/interop/rooms.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { Schema } from '@tiptap/pm/model';
import { WebSocket } from 'ws';
import * as prosemirror from 'y-prosemirror';
import * as Y from 'yjs';
import { api, bare, expect, finish, inStep, makeReport, markdown, message, outcome, paragraph, peer, until } from '../lib/rooms.mjs';
import { addPeople, binary, cleanEnv, databases, makeSystem, serve } from '../lib/server.mjs';

/* ---- people together ------------------------------------------------------------------------------------------ */

async function together(server, tokens) {
    const report = await makeReport(server, tokens.responder);
    const ann = peer(server, report.id, tokens.responder), ben = peer(server, report.reference, tokens.manager), eve = peer(server, report.id, tokens.viewer);
    const all = [ann, ben, eve];
    await until('everybody gets the first content', () => all.every((p) => p.fragment.length > 0 && p.text() === ann.text()), () => all.map((p) => p.text()));
    ann.fragment.push([paragraph('Ann: pool exhausted 🙂')]);
    ben.fragment.push([paragraph('本：连接池耗尽')]);
    await until('two who write at once end equal', () => ann.text() === ben.text() && ann.text().includes('连接池') && ann.text().includes('🙂'), () => all.map((p) => p.text()));
    await until('a reader sees it', () => eve.text() === ann.text(), () => all.map((p) => p.text()));
    eve.fragment.push([paragraph('not mine to write')]);
    ben.provider.disconnect();
    ben.fragment.push([paragraph('written on a train')]);
    ann.fragment.push([paragraph('meanwhile')]);
    ben.provider.connect();
    await until('what was written offline merges on return', () => ann.text() === ben.text() && ann.text().includes('train') && ann.text().includes('meanwhile'), () => all.map((p) => p.text()));
    expect('what a reader writes reaches nobody', !ann.text().includes('not mine'));
    ann.provider.awareness.setLocalStateField('user', { name: 'Somebody else', color: '#000', id: 'forged' });
    const name = () => [...ben.provider.awareness.getStates()].find(([id]) => id === ann.doc.clientID)?.[1]?.user?.name;
    await until('a forged name is the one of the session', () => name() === 'Responder');
    const late = peer(server, report.id, tokens.manager);
    await until('who joins late sees all', () => late.text() === ann.text(), () => [late, ann].map((p) => p.text()));
    let text = '';                       /* the server reads what is on disk, a moment after the others see it */
    for (const began = Date.now(); !text.includes('written on a train') && Date.now() - began < 60_000;) text = await markdown(server, tokens.viewer, report.id);
    expect('the server reads what people wrote', text.includes('written on a train') && text.includes('连接池耗尽') && !text.includes('not mine'), text);
    ann.leave();
    await until('who leaves is gone from the others', () => ![...ben.provider.awareness.getStates().keys()].includes(ann.doc.clientID));
    for (const p of [ben, eve, late]) p.leave();
}

/** What y-prosemirror writes goes through a room as it is: another binding reads it, and so do the server's own readers. */
async function bindings(server, tokens) {
    const report = await makeReport(server, tokens.responder);
    const schema = new Schema({
        nodes: {
            doc: { content: 'block+' }, text: { group: 'inline' },
            paragraph: { group: 'block', content: 'inline*' },
            heading: { group: 'block', content: 'inline*', attrs: { level: { default: 1 } } },
            bulletList: { group: 'block', content: 'listItem+' }, listItem: { content: 'block+' },
        },
        marks: { bold: {}, italic: {}, link: { attrs: { href: {} } }, comment: { attrs: { id: {} }, excludes: '' } },
    });
    const text = (words, ...marks) => ({ type: 'text', ...(marks.length ? { marks } : {}), text: words });
    const comment = (id) => ({ type: 'comment', attrs: { id } });
    const page = { type: 'doc', content: [
        { type: 'heading', attrs: { level: 2 }, content: [text('概要 🙂')] },
        { type: 'paragraph', content: [text('Checkout', { type: 'bold' }), text(' '), text('failed', { type: 'italic' }, comment('c1'), comment('c2')), text(' for an hour')] },
        { type: 'bulletList', content: [{ type: 'listItem', content: [{ type: 'paragraph', content: [text('see the runbook', { type: 'link', attrs: { href: 'https://example.com/' } })] }] }] },
        { type: 'paragraph' },
    ] };
    const [ann, ben] = [peer(server, report.id, tokens.responder), peer(server, report.id, tokens.manager)];
    await until('both are in step', () => ann.provider.synced && ben.provider.synced);
    ann.doc.transact(() => {
        ann.fragment.delete(0, ann.fragment.length);
        prosemirror.prosemirrorJSONToYXmlFragment(schema, page, ann.fragment);
    });
    const read = (p) => JSON.stringify(prosemirror.yXmlFragmentToProseMirrorRootNode(p.fragment, schema).toJSON());
    const whole = JSON.stringify(schema.nodeFromJSON(page).toJSON());
    await until('a y-prosemirror document arrives at another as it was written', () => ben.text() === ann.text() && read(ben) === whole, () => [read(ben), whole]);
    let said = '';
    for (const began = Date.now(); !said.includes('runbook') && Date.now() - began < 60_000;) said = await markdown(server, tokens.viewer, report.id);
    for (const line of ['## 概要 🙂', '**Checkout** *failed* for an hour', '- [see the runbook](https://example.com/)'])
        expect(`the server reads it: ${line}`, said.includes(line), said);
    const late = await inStep(server, report, tokens.viewer);
    await until('and stores it byte for byte', () => outcome(late.doc) === outcome(ann.doc));
    late.socket.close();
    for (const p of [ann, ben]) p.leave();
}

/* ---- rule breakers --------------------------------------------------------------------------------------------- */

async function breakers(server, tokens) {
    const report = await makeReport(server, tokens.responder);
    const garbage = [Uint8Array.of(0, 2, 5, 1, 2, 3, 4, 255), Uint8Array.of(0, 2, 200), Uint8Array.of(0, 9), Uint8Array.of(1, 3, 9, 9, 9), Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 255)];
    for (const bytes of garbage) {
        const b = bare(server, report.id, tokens.responder);
        await b.opened;
        b.socket.send(bytes);
        await until(`bytes ${[...bytes].join(' ')} end the connection and nothing else`, () => b.closed !== null);
    }
    const large = bare(server, report.id, tokens.responder);
    await large.opened;
    large.socket.send(new Uint8Array(6 << 20));
    await until('a message over the limit ends the connection with 1009', () => large.closed === 1009);
    const refused = bare(server, report.id, 'hs_forged');
    await until('a forged token does not get in', () => refused.closed !== null);
    const well = peer(server, report.id, tokens.responder);
    await until('the room is well', () => well.fragment.length > 0, () => [well].map((p) => p.text()));
    well.leave();
    const none = bare(server, 'PM-999', tokens.responder);
    await until('a report that is not there has no room', () => none.closed !== null);
}

/* ---- rights that change ------------------------------------------------------------------------------------------ */

/** A document says more than a page: suggestions, places of comments, guides. */
async function shared(server, tokens) {
    const report = await makeReport(server, tokens.manager);
    const { url } = await api(server, tokens.manager)('POST', `/api/v1/reports/${report.id}/share`, { allow: ['people', 'services'] });
    const refused = await new Promise((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws/reports/${report.id}?share=${url.split('/').pop()}`);
        socket.on('unexpected-response', (_q, r) => { resolve(r.statusCode); socket.terminate(); });
        socket.on('open', () => { resolve('open'); socket.close(); });
        socket.on('error', () => {});
    });
    expect('a link opens the page and no room', refused === 401, refused);
}

/** A document that could not be read opens for whoever comes once it can. */
async function mended(system, server, tokens) {
    const sql = (text) => execFileSync('sqlite3', [`${system.data}/hindsight.db`, '-cmd', '.timeout 5000', text]);
    const report = await makeReport(server, tokens.responder);
    sql(`UPDATE document_update SET crc = crc + 1 WHERE document = '${report.id}'; DELETE FROM document_snapshot WHERE document = '${report.id}'`);
    let first;
    do {
        first = bare(server, report.id, tokens.responder);
        await until('somebody comes and is turned away', () => first.closed !== null);
    } while (first.closed === 1012);                 /* what was written beside the server makes it look at all rights */
    expect('a damaged document turns people away', first.closed === 4500, first.closed);
    const doctor = () => spawnSync(binary, ['doctor', 'documents', ...system.where], { encoding: 'utf8', env: cleanEnv() });
    const ill = doctor();
    expect('the doctor names it and says how to mend it', ill.status === 1 && ill.stdout.includes(`hindsight document salvage ${report.id}`), ill.stdout + ill.stderr);
    sql(`UPDATE document_update SET crc = crc - 1 WHERE document = '${report.id}'`);
    const next = await inStep(server, report, tokens.responder);
    await until('and lets them in as soon as it is mended', () => next.doc.getXmlFragment('default').length > 0);
    next.socket.close();
    const well = doctor();
    expect('then the doctor finds nothing', well.status === 0 && well.stdout.includes('all sound'), well.stdout + well.stderr);
    sql(`DELETE FROM document_update WHERE document = '${report.id}'; DELETE FROM document_snapshot WHERE document = '${report.id}'`);
    const said = system.cli(['document', 'salvage', report.id]);
    expect('what cannot be mended can be opened again', said.includes('1 update could not be read'), said);
    const empty = await inStep(server, report, tokens.responder);
    empty.socket.send(message(2, Y.encodeStateAsUpdate(next.doc)));
    const reader = peer(server, report.id, tokens.viewer);
    await until('and whoever still has it brings it back', () => reader.text() === next.doc.getXmlFragment('default').toString());
    reader.leave();
    empty.socket.close();
}

/** The same updates again, backwards and doubled: the outcome is one. */
async function disorder(server, tokens) {
    const report = await makeReport(server, tokens.responder);
    const b = await inStep(server, report, tokens.responder), watcher = peer(server, report.id, tokens.manager);
    await until('it has the first content', () => b.doc.getXmlFragment('default').length > 0);
    const updates = [];
    b.doc.on('update', (u, origin) => { if (origin !== 'server') updates.push(u); });
    const p = paragraph('');
    b.doc.getXmlFragment('default').push([p]);
    for (let i = 0; i < 50; i++) p.get(0).insert(i, String.fromCharCode(97 + (i % 26)));
    for (const u of [...updates].reverse()) b.send(u);
    for (const u of updates) b.send(u);
    await until('updates that came backwards and twice are one text', () => watcher.text() === b.doc.getXmlFragment('default').toString(), () => [watcher].map((p) => p.text()));
    await until('and all are acknowledged', () => b.saved === b.sent);
    b.socket.close();
    watcher.leave();
}

for (const database of databases) {
    const system = makeSystem(database);
    const tokens = addPeople(system);
    const server = await serve(system);
    await together(server, tokens);
    await bindings(server, tokens);
    await breakers(server, tokens);
    await disorder(server, tokens);
    await shared(server, tokens);
    if (database === 'sqlite') await mended(system, server, tokens);
    expect(`${database}: the stop is clean`, await server.stop() === 0, server.log());
    system.remove();
}
finish('rooms');
