// Open sockets follow the rights of their person: who signs out, is disabled, or loses a team is put out at once.
//     node tests/sockets.mjs
import WebSocket from 'ws';
import { addPeople, databases, makeSystem, password, serve, setCookies } from './lib/server.mjs';

let passed = 0;
const failed = [];
function expect(what, ok, seen = '') { if (ok) passed++; else failed.push(`${what} ${JSON.stringify(seen)}`); }

/** A socket for news. `closed` gives its close code; `news` waits for a notice of a topic. */
function open(server, headers) {
    const ws = new WebSocket(`${server.url.replace('http', 'ws')}/ws/live`, { headers });
    const heard = [];
    ws.on('message', (m) => heard.push(JSON.parse(String(m))));
    ws.on('error', () => undefined);
    const closed = new Promise((resolve) => ws.once('close', resolve));
    const opened = new Promise((resolve) => ws.once('open', resolve));
    return { ws, heard, closed, opened };
}
const within = (promise, ms = 60_000) => Promise.race([promise, new Promise((resolve) => setTimeout(() => resolve('nothing'), ms).unref())]);

/** A socket that is open and stays so. When anybody's rights changed at the moment it opened it is turned away with 1012, and
 *  comes back, as pages do; a pong says that it was not. */
async function join(server, headers) {
    for (;;) {
        const socket = open(server, headers);
        if (await within(Promise.race([socket.opened.then(() => 'open'), socket.closed])) !== 'open') return socket;
        const pong = new Promise((resolve) => socket.ws.once('pong', () => resolve('pong')));
        socket.ws.ping();
        if (await within(Promise.race([pong, socket.closed])) !== 1012) return socket;
    }
}

async function signIn(server) {
    const answer = await fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email: 'admin@example.com', password }) });
    return { Cookie: setCookies(answer)[0].split(';')[0], 'X-CSRF-Token': (await answer.json()).csrf };
}

for (const database of databases) {
    const system = makeSystem(database);
    const tokens = addPeople(system);
    const server = await serve(system, ['--public-url', 'https://hindsight.example.com']);
    const call = (method, path, headers, body) => fetch(`${server.url}/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json', 'If-Match': '*', ...headers },
        body: body && JSON.stringify(body) });
    const admin = { Authorization: `Bearer ${tokens.admin}` };

    const session = await signIn(server);
    const page = await join(server, { Cookie: session.Cookie });
    page.ws.send('{"sub":["channels"]}');
    // Nothing says when the server has read the subscription: channels are added until one is heard of.
    const hears = async (socket, name) => {
        for (let i = 0; i < 20 && !socket.heard.some((n) => n.topic === 'channels'); i++) {
            await call('POST', '/channels', admin, { name: `${name} ${i}` });
            await within(new Promise((resolve) => socket.ws.once('message', resolve)), 2000);
        }
        return socket.heard.some((n) => n.topic === 'channels');
    };
    expect(`${database}: an open page hears of a new channel`, await hears(page, 'Checkout'), page.heard);
    await call('DELETE', '/session', session);
    expect(`${database}: signing out closes the page's socket`, await within(page.closed) === 4401);

    const responder = await join(server, { Authorization: `Bearer ${tokens.responder}` });
    system.cli(['user', 'disable', '--email', 'responder@example.com']);
    expect(`${database}: disabling somebody from the command line closes their sockets`, await within(responder.closed) === 4401);
    const again = open(server, { Authorization: `Bearer ${tokens.responder}` });
    expect(`${database}: and they do not come back`, await within(Promise.race([again.closed, again.opened.then(() => 'open')])) === 1006);

    const viewer = await join(server, { Authorization: `Bearer ${tokens.viewer}` });
    const me = (await (await call('GET', '/people/viewer@example.com', admin)).json()).id;
    await call('PATCH', `/people/${me}`, admin, { role: 'responder' });
    expect(`${database}: a new role ends sockets that know the old one`, await within(viewer.closed) === 4401);

    const member = await join(server, { Authorization: `Bearer ${tokens.viewer}` });
    await call('POST', '/teams', admin, { name: 'Payments', member_ids: [me] });
    expect(`${database}: joining a team ends sockets that know the old rights`, await within(member.closed) === 4401);

    const made = await (await call('POST', '/tokens', admin, { name: 'Board', scopes: ['read'] })).json();
    const board = await join(server, { Authorization: `Bearer ${made.token}` });
    await call('DELETE', `/tokens/${made.id}`, admin);
    expect(`${database}: revoking a token closes what was opened with it`, await within(board.closed) === 4401);

    const soon = await (await call('POST', '/tokens', admin, { name: 'Visitor', scopes: ['read'], expires_at: new Date(Date.now() + 5000).toISOString() })).json();
    const visitor = await join(server, { Authorization: `Bearer ${soon.token}` });
    if (await within(Promise.race([visitor.opened.then(() => 'open'), visitor.closed])) !== 1006)      // on a slow machine it expires at the door
        expect(`${database}: a token that expires takes its sockets along`, await within(visitor.closed) === 4401);

    const flood = await join(server, { Authorization: `Bearer ${tokens.admin}` }), calm = await join(server, { Authorization: `Bearer ${tokens.admin}` });
    for (let i = 0; i < 60_000 && flood.ws.readyState === WebSocket.OPEN; i++) flood.ws.send('{"sub":[]}');
    expect(`${database}: a flood ends its socket`, await within(flood.closed, 60_000) === 1008);
    calm.ws.send('{"sub":["channels"]}');
    expect(`${database}: and leaves others alone`, await hears(calm, 'Search'), calm.heard);

    const browser = await signIn(server);
    const from = (Origin) => { const s = open(server, { Cookie: browser.Cookie, Origin }); return within(Promise.race([s.closed, s.opened.then(() => { s.ws.close(); return 'open'; })])); };
    expect(`${database}: a page of this site opens a socket`, await from(server.url) === 'open');
    expect(`${database}: so does one by the public address, behind a proxy that names another host`, await from('https://hindsight.example.com') === 'open');
    for (const other of ['https://evil.example.com', 'https://hindsight.example.com.evil.example.com', 'https://hindsight.example', 'null'])
        expect(`${database}: a page of ${other} does not`, await from(other) === 1006);

    expect(`${database}: the stop is clean`, await server.stop() === 0, server.log());
    system.remove();
}
for (const f of failed) console.log(`FAIL ${f}`);
console.log(`sockets: ${passed} passed, ${failed.length} failed`);
process.exit(failed.length ? 1 : 0);
