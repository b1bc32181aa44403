// A report that is private, tried on every path by those who may not see it: documents and news over sockets, files, exports,
// links, comments, versions, notifications and search; and what leaves a report never carries what stands beside it.
//     [tests/postgres.sh] node tests/privacy.mjs
import { inflateRawSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { bare, expect, finish, until } from './lib/rooms.mjs';
import { addPeople, databases, makeSystem, serve } from './lib/server.mjs';

const SECRET = 'SECRETWORD', COMMENT = 'COMMENTWORD';
/** A picture of one pixel. */
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
let at = '';
const check = (what, ok, seen) => expect(`${at}: ${what}`, ok, typeof seen === 'string' ? seen : JSON.stringify(seen));

function asker(url, token) {
    const headers = { ...(token ? { Authorization: `Bearer ${token}` } : {}), 'If-Match': '*' };
    const raw = (method, path, body, type = 'application/json') => fetch(url + path, { method, redirect: 'manual', headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': type }) }, body: body === undefined || type !== 'application/json' ? body : JSON.stringify(body) });
    const ask = async (method, path, body, type) => {
        const answer = await raw(method, `/api/v1${path}`, body, type);
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
        return text ? JSON.parse(text) : null;
    };
    ask.status = async (method, path, body, type) => { const a = await raw(method, path, body, type); await a.arrayBuffer(); return a.status; };
    ask.bytes = async (path) => { const a = await raw('GET', path); return { status: a.status, bytes: Buffer.from(await a.arrayBuffer()) }; };
    return ask;
}

/** The entries of a zip, unpacked, joined: for a search. */
function unzipped(bytes) {
    const parts = [];
    for (let i = bytes.indexOf('PK\x01\x02', 0, 'latin1'); i >= 0 && i + 46 < bytes.length && bytes.readUInt32LE(i) === 0x02014b50;) {
        const method = bytes.readUInt16LE(i + 10), packed = bytes.readUInt32LE(i + 20), name = bytes.readUInt16LE(i + 28), from = bytes.readUInt32LE(i + 42);
        const data = from + 30 + bytes.readUInt16LE(from + 26) + bytes.readUInt16LE(from + 28);
        const body = bytes.subarray(data, data + packed);
        parts.push(method === 8 ? inflateRawSync(body) : body);
        i += 46 + name + bytes.readUInt16LE(i + 30) + bytes.readUInt16LE(i + 32);
    }
    return Buffer.concat(parts);
}
const textOf = (bytes) => (bytes.subarray(0, 2).toString('latin1') === 'PK' ? unzipped(bytes) : bytes).toString('utf8');

/** A page that listens to everything about these topics, and to one that everybody may hear. */
function listener(server, token, topics) {
    const ws = new WebSocket(`ws://127.0.0.1:${server.port}/ws/live`, { headers: { Authorization: `Bearer ${token}` } });
    const heard = [];
    ws.on('message', (m) => heard.push(JSON.parse(String(m))));
    ws.on('error', () => undefined);
    ws.on('open', () => ws.send(JSON.stringify({ sub: [...topics, 'channels'] })));
    return { heard, close: () => ws.close() };
}

async function makePrivate(member, people) {
    const incident = await member('POST', '/incidents', { title: `${SECRET} acquisition leak`, visibility: 'private', severity: 'SEV-1', status: 'resolved' });
    await member('PUT', `/incidents/${incident.id}/members`, { user_ids: [people.responder.id, people.former.id], team_ids: [] });
    const report = await member('POST', '/reports', { incident_ids: [incident.id], template_id: 'standard-en', title: `${SECRET} report` });
    const file = await member('POST', `/reports/${report.id}/files?name=a.png`, png, 'image/png');
    const thread = await member('POST', `/reports/${report.id}/threads`, { body: `${COMMENT} for @Former`, mention_ids: [people.former.id], quote: 'Summary', places: [{ text: 'Summary', at: 0 }] });
    const mark = await member('POST', `/reports/${report.id}/history`, { name: `${SECRET} draft` });
    const followUp = await member('POST', `/reports/${report.id}/follow-ups`, { title: `${SECRET} keys`, owner_id: people.former.id });
    await member('POST', `/reports/${report.id}/request-review`, { reviewer_ids: [people.former.id] });
    const share = await member('POST', `/reports/${report.id}/share`, { allow: ['people', 'services'] });
    const said = await member('POST', `/incidents/${incident.id}/messages/files?name=b.png`, png, 'image/png');
    const message = await member('POST', `/incidents/${incident.id}/messages`, { body: `${SECRET} in the war room, @Former`, mention_ids: [people.former.id], file_ids: [said.id] });
    /* What hangs between it and what is public: a change that everybody knows, a public incident that names it, an event with the picture that was said. */
    const change = await member('POST', '/changes', { kind: 'deploy', title: 'Release 7' });
    await member('POST', `/incidents/${incident.id}/changes`, { change_id: change.id, relation: 'caused' });
    const beside = await member('POST', '/incidents', { title: 'Beside it', severity: 'SEV-3', status: 'resolved' });
    await member('POST', `/incidents/${beside.id}/links`, { incident: incident.id, relation: 'related' });
    const event = { id: (await member('POST', `/messages/${message.id}/timeline`, { kind: 'graph', title: `${SECRET} graph` })).event_id };
    const gone = await member('POST', '/incidents', { title: 'Merged away', severity: 'SEV-4', status: 'resolved' });
    await member('POST', `/incidents/${gone.id}/merge`, { into: incident.id });
    const both = await member('POST', '/reports', { incident_ids: [beside.id], template_id: 'brief-en', title: 'Beside it' });
    const version = await member('PATCH', `/reports/${report.id}/public-version`, { title: `${SECRET} outside`, summary: `${SECRET}\n\n![graph](${file.url})` });
    return { said, message, incident, report, file, thread, mark, followUp, share, change, beside, gone, both, event, version, comment: thread.comments[0] };
}

/* Requests whose body or query names a record: for who may not see it they are answered as if there were none of that name. */
const asked = (w, incident, report, followUp, thread) => [
    ['POST', '/templates/preview', { incident_id: incident, template: { sections: [{ heading: 'What', prefill: '{{incident.title}} {{incident.timeline}}' }] } }],
    ['POST', '/reports/preview', { incident_id: incident, template_id: 'standard-en' }],
    ['POST', '/reports', { incident_ids: [incident], template_id: 'brief-en' }],
    ['PATCH', `/reports/${w.both.id}`, { incident_ids: [w.beside.id, incident] }],
    ['POST', `/report-imports?name=a.md&incident=${incident}`, '# A\n\n## B\n\nc\n'],
    ['POST', '/follow-ups', { title: 'x', incident_id: incident }], ['POST', '/follow-ups', { title: 'x', report_id: report }],
    ['POST', '/follow-ups/bulk', { ids: [followUp], change: { priority: 'low' } }],
    ['POST', `/incidents/${w.beside.id}/links`, { incident, relation: 'related' }], ['POST', `/incidents/${w.beside.id}/merge`, { into: incident }],
    ['POST', '/notifications-read', { thread_id: thread }],
    ...['/reports', '/report-counts', '/follow-ups', '/alerts', '/changes', '/follow-ups/counts'].map((list) => ['GET', `${list}?incident=${incident}`]),
    ['GET', `/follow-ups?report=${report}`],
    ['PATCH', `/reports/${w.both.id}/public-version`, { happened: `![x](${w.file.url})` }],
];

/* Ids of nothing, of the same form. */
const NOTHING = '00000000-0000-7000-8000-000000000000';

async function notTold(who, token, url, w) {
    const headers = { Authorization: `Bearer ${token}`, 'If-Match': '*' };
    const said = async ([method, path, body]) => {
        const answer = await fetch(`${url}/api/v1${path}`, { method, headers: typeof body === 'object' ? { ...headers, 'Content-Type': 'application/json' } : headers, body: typeof body === 'object' ? JSON.stringify(body) : body });
        const text = await answer.text();
        return `${answer.status} ${[w.incident.id, w.incident.reference, w.report.id, w.followUp.id, w.thread.id].reduce((t, id) => t.replaceAll(id, NOTHING), text)}`.replace(/"(instance|request_id|id)":"[^"]*",?/g, '');
    };
    const real = asked(w, w.incident.id, w.report.id, w.followUp.id, w.thread.id), none = asked(w, NOTHING, NOTHING, NOTHING, NOTHING);
    for (const [i, one] of real.entries()) {
        const [there, nothing] = [await said(one), await said(none[i])], what = `${one[0]} ${one[1].replace(/[0-9a-f-]{36}/g, 'ID')}`;
        check(`${who}: ${what} tells as little of it as of nothing`, !there.includes(SECRET) && !there.startsWith('5') && (one[2] === undefined || one[0] === 'PATCH' || there === nothing), `${there.slice(0, 300)} … ${nothing.slice(0, 300)}`);
    }
    for (const path of [`/changes/${w.change.id}`, '/changes', `/incidents/${w.beside.id}`, `/incidents/${w.beside.id}/timeline`, `/incidents/${w.gone.id}`, `/incidents/${w.gone.id}/timeline`, `/incidents/${w.gone.id}/timeline.json`, `/incidents/${w.beside.id}/changes`, `/reports/${w.both.id}`, `/reports/${w.both.id}/content?format=json`, '/search?q=outside', '/search?q=graph']) {
        const text = await (await fetch(`${url}/api/v1${path}`, { headers })).text();
        check(`${who}: nothing of it beside it, in ${path.replace(/[0-9a-f-]{36}/g, 'ID')}`, !text.includes(SECRET) && !text.includes(w.incident.id) && !text.includes(`"${w.incident.reference}"`) && !text.includes(w.report.id), text.slice(0, 400));
    }
}

/* Everything that names one of its records, as somebody who may not know that it exists. */
const paths = (w) => [
    ['GET', `/api/v1/reports/${w.report.id}`], ['GET', `/api/v1/reports/${w.report.reference}`], ['PATCH', `/api/v1/reports/${w.report.id}`, { title: 'x' }],
    ...['markdown', 'html', 'text', 'json'].map((f) => ['GET', `/api/v1/reports/${w.report.id}/content?format=${f}`]),
    ...['markdown', 'html', 'pdf', 'docx'].map((f) => ['GET', `/api/v1/reports/${w.report.id}/export?format=${f}`]),
    ['GET', `/api/v1/reports/${w.report.id}/versions`], ['GET', `/api/v1/reports/${w.report.id}/history`], ['GET', `/api/v1/reports/${w.report.id}/compare?from=1`],
    ['POST', `/api/v1/reports/${w.report.id}/restore`, { revision: 1 }], ['POST', `/api/v1/reports/${w.report.id}/history`, { name: 'x' }], ['DELETE', `/api/v1/reports/${w.report.id}/history/${w.mark.id}`],
    ['GET', `/api/v1/reports/${w.report.id}/threads`], ['POST', `/api/v1/reports/${w.report.id}/threads`, { body: 'x' }], ['GET', `/api/v1/threads/${w.thread.id}`],
    ['POST', `/api/v1/threads/${w.thread.id}/comments`, { body: 'x' }], ['POST', `/api/v1/threads/${w.thread.id}/resolve`], ['POST', `/api/v1/threads/${w.thread.id}/read`],
    ['PATCH', `/api/v1/comments/${w.comment.id}`, { body: 'x' }], ['DELETE', `/api/v1/comments/${w.comment.id}`], ['PUT', `/api/v1/comments/${w.comment.id}/reactions/eyes`],
    ['GET', `/api/v1/reports/${w.report.id}/share`], ['POST', `/api/v1/reports/${w.report.id}/share`, {}], ['GET', `/api/v1/reports/${w.report.id}/files`], ['GET', w.file.url],
    ['GET', `/reports/${w.report.reference}`], ['GET', `/ws/reports/${w.report.id}`], ['GET', `/api/v1/follow-ups/${w.followUp.id}`], ['GET', `/api/v1/incidents/${w.incident.id}`],
    ['GET', `/api/v1/incidents/${w.incident.id}/messages`], ['POST', `/api/v1/incidents/${w.incident.id}/messages`, { body: 'x' }], ['GET', `/api/v1/incidents/${w.incident.id}/war-room`],
    ['GET', `/api/v1/messages/${w.message.id}`], ['GET', `/api/v1/messages/${w.message.id}/thread`], ['PATCH', `/api/v1/messages/${w.message.id}`, { body: 'x' }],
    ['GET', `/api/v1/reports/${w.report.id}/public-version`], ['POST', `/api/v1/reports/${w.report.id}/public-version/preview`, { title: 'x' }], ['POST', `/api/v1/reports/${w.report.id}/public-version/publish`],
    ['GET', `/api/v1/reports/${w.report.id}/checklist`], ['GET', `/api/v1/reports/${w.report.id}/drafts`], ['GET', `/api/v1/reports/${w.report.id}/drafts/sent`], ['GET', `/api/v1/reports/${w.report.id}/questions`],
    ['GET', `/api/v1/reports/${w.report.id}/wording`], ['GET', `/api/v1/reports/${w.report.id}/suggestion-authors`], ['GET', `/api/v1/reports/${w.report.id}/exports`], ['PATCH', `/api/v1/reports/${w.report.id}/history/${w.mark.id}`, { name: 'x' }],
    ...['csv', 'json', 'jsonl'].map((f) => ['GET', `/api/v1/incidents/${w.incident.id}/timeline.${f}`]), ['GET', `/api/v1/incidents/${w.incident.id}/timeline/${w.event.id}`], ['GET', `/api/v1/incidents/${w.incident.id}/proposals`],
    ['GET', `/api/v1/incidents/${w.incident.id}/questions`], ['GET', `/api/v1/incidents/${w.incident.id}/unknowns`], ['GET', `/api/v1/incidents/${w.incident.id}/responders`], ['POST', `/api/v1/incidents/${w.incident.id}/war-room/presence`, { here: true }],
    ['PUT', `/api/v1/messages/${w.message.id}/reactions/x`], ['PUT', `/api/v1/messages/${w.message.id}/pin`], ['DELETE', `/api/v1/messages/${w.message.id}`], ['GET', w.said.url],
];
const lists = ['/reports', '/report-counts', `/reports?q=${SECRET}`, `/search?q=${SECRET}`, `/search?q=${COMMENT}`, '/notifications', '/home', '/follow-ups', '/incidents', '/alerts'];

async function isOut(who, ask, w) {
    for (const [method, path, body] of paths(w)) {
        const status = await ask.status(method, path, body);
        check(`${who}: ${method} ${path.replace(/[0-9a-f-]{36}/g, 'ID')} is not there`, [401, 403, 404, 302].includes(status) && (status !== 302 || who === 'nobody'), status);
    }
    if (who === 'nobody') return;
    const own = [w.report.id, w.incident.id, w.thread.id, w.comment.id, w.message.id, w.event.id, w.mark.id, w.followUp.id, ...[w.file.url, w.said.url].map((u) => u.slice(7))];
    for (const [, path] of paths(w).filter(([method, path]) => method === 'GET' && own.some((id) => path.includes(id)))) {
        const none = own.reduce((p, id) => p.replaceAll(id, NOTHING), path);
        const [there, nothing] = [(await ask.bytes(path)).bytes.toString(), (await ask.bytes(none)).bytes.toString()];
        check(`${who}: GET ${path.replace(/[0-9a-f-]{36}/g, 'ID')} tells as little of it as of nothing`, own.reduce((t, id) => t.replaceAll(id, NOTHING), there) === nothing, `${there.slice(0, 200)} … ${nothing.slice(0, 200)}`);
    }
    for (const path of lists) {
        const { bytes } = await ask.bytes(`/api/v1${path}`);
        const text = bytes.toString();
        check(`${who}: nothing of it in ${path}`, !text.includes(SECRET) && !text.includes(COMMENT) && !text.includes(w.report.id), text.slice(0, 300));
    }
}

/** Whether the door of the room stays shut: 0 open, else the status. */
const door = (server, report, token, extra = '') => new Promise((resolve) => {
    const ws = new WebSocket(`ws://127.0.0.1:${server.port}/ws/reports/${report}?${token ? `token=${token}` : ''}${extra}`);
    ws.on('unexpected-response', (_q, r) => { resolve(r.statusCode); ws.terminate(); });
    ws.on('open', () => { resolve(0); ws.close(); });
    ws.on('error', () => undefined);
});

async function sockets(server, tokens, w) {
    for (const who of ['viewer', 'manager', 'admin']) check(`${who} does not get into the room`, await door(server, w.report.id, tokens[who]) === 404);
    check('nobody does not get into the room', await door(server, w.report.id, '') === 401);
    check('a link does not get into the room, where suggestions and places of comments are', await door(server, w.report.id, '', `&share=${w.share.url.split('/share/')[1]}`) === 401);
}

/* What is published or taken out: the text, and nothing that stands beside it. */
async function outgoing(server, member, nobody, w) {
    for (const path of ['markdown', 'html', 'text', 'json'].map((f) => `/content?format=${f}`).concat(['markdown', 'html', 'docx'].map((f) => `/export?format=${f}`))) {
        const { status, bytes } = await member.bytes(`/api/v1/reports/${w.report.id}${path}`);
        const text = textOf(bytes);
        check(`${path} carries no comment`, status === 200 && text.includes('Summary') && !text.includes(COMMENT) && !text.includes(w.thread.id) && !text.includes(`${SECRET} draft`), `${status} ${text.slice(0, 200)}`);
    }
    const page = await nobody.bytes(w.share.url.replace(/^https?:\/\/[^/]+/, ''));
    check('the shared page carries no comment', page.status === 200 && !page.bytes.toString().includes(COMMENT) && !page.bytes.toString().includes(w.thread.id), page.bytes.toString().slice(0, 200));
    const found = await member('GET', `/search?q=${COMMENT}`);
    check('comments are in no search', found.items.length === 0, found);
}

async function news(server, tokens, member, admin, w) {
    const topics = [`report:${w.report.id}`, `comments:${w.report.id}`, `incident:${w.incident.id}`, `messages:${w.incident.id}`, 'reports', 'changes', 'home', 'notifications', 'incidents', 'follow-ups'];
    const out = ['viewer', 'manager', 'admin'].map((who) => listener(server, tokens[who], topics)), inside = listener(server, tokens.former, topics);
    const all = [...out, inside];
    for (let i = 0; i < 200 && !all.every((l) => l.heard.some((n) => n.topic === 'channels')); i++) {
        await admin('POST', '/channels', { name: `First ${i}` });
        await new Promise((r) => setTimeout(r, 100));
    }
    const thread = await member('POST', `/threads/${w.thread.id}/comments`, { body: `${COMMENT} again for @Former`, mention_ids: [] });
    await member('PATCH', `/reports/${w.report.id}`, { title: `${SECRET} report, again` });
    await member('POST', `/incidents/${w.incident.id}/messages`, { body: `${SECRET} again` });
    await until(`${at}: those inside hear of a comment at once`, () => inside.heard.some((n) => n.topic === `comments:${w.report.id}`) && inside.heard.some((n) => n.topic === 'notifications'), () => inside.heard);
    const { id } = await admin('POST', '/channels', { name: 'Afterwards' });
    await until(`${at}: outsiders hear of what is public`, () => out.every((l) => l.heard.some((n) => n.topic === 'channels' && n.id === id)), () => out.map((l) => l.heard));
    for (const l of out) check('outsiders hear nothing of it', !JSON.stringify(l.heard).includes(w.report.id) && !JSON.stringify(l.heard).includes(w.thread.id) && !l.heard.some((n) => n.topic === 'notifications'), l.heard);
    for (const l of all) l.close();
    return thread;
}

async function walk(database) {
    at = database;
    const system = makeSystem(database);
    const tokens = addPeople(system);
    system.cli(['user', 'add', '--email', 'former@example.com', '--name', 'Former', '--role', 'responder']);
    tokens.former = system.cli(['token', 'create', '--user', 'former@example.com', '--scope', 'write']);
    const server = await serve(system);
    try {
        const ask = Object.fromEntries(Object.entries(tokens).map(([who, token]) => [who, asker(server.url, token)]));
        const nobody = asker(server.url, ''), member = ask.responder;
        const people = Object.fromEntries((await ask.admin('GET', '/people')).items.map((u) => [u.email.split('@')[0], u]));
        const w = await makePrivate(member, people);
        for (const who of ['viewer', 'manager', 'admin']) await isOut(who, ask[who], w);
        for (const who of ['viewer', 'manager', 'admin']) await notTold(who, tokens[who], server.url, w);
        await isOut('nobody', nobody, w);
        check('an outsider cannot be mentioned', await member.status('POST', `/api/v1/reports/${w.report.id}/threads`, { body: 'x', mention_ids: [people.manager.id] }) === 422);
        check('an outsider cannot be asked to review', await member.status('POST', `/api/v1/reports/${w.report.id}/request-review`, { reviewer_ids: [people.manager.id] }) === 422);
        await sockets(server, tokens, w);
        await outgoing(server, member, nobody, w);
        await news(server, tokens, member, ask.admin, w);

        const told = (await ask.former('GET', '/notifications')).items.map((n) => n.kind).sort();
        check('who is inside is told', ['follow_up_assigned', 'mention', 'review_requested'].every((k) => told.includes(k)), told);
        const inside = bare(server, w.report.id, tokens.former);
        await inside.opened;
        await member('PUT', `/incidents/${w.incident.id}/members`, { user_ids: [people.responder.id], team_ids: [] });
        await until(`${at}: who is put out of the members is put out of the room`, () => inside.closed !== null);
        check('and does not come back', await door(server, w.report.id, tokens.former) === 404);
        await isOut('a former member', ask.former, w);
        check('what a former member was told is gone', (await ask.former('GET', '/notification-counts')).unread === 0);

        const secret = w.share.url.split('/share/')[1];
        await member('DELETE', `/reports/${w.report.id}/share`);
        check('a revoked link opens no page', await nobody.status('GET', `/share/${secret}`) === 404);
    } finally {
        await server.stop();
        system.remove();
    }
}

for (const database of databases) await walk(database);
finish('privacy');
