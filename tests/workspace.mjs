// A whole workspace goes out as a folder and back identically: exported, imported into an empty database, exported again, the two folders are the
// same to the byte. With PostgreSQL also from one database into the other.
//     [tests/postgres.sh] node tests/workspace.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPeople, binary, cleanEnv, databases, makeSystem, serve } from './lib/server.mjs';
import { Tally, expect } from './lib/tally.mjs';

const tally = new Tally('workspace'), { spec } = tally;
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg==';

const folder = mkdtempSync(join(tmpdir(), 'hindsight-workspace-'));
const systems = [];
const system = (database) => { const s = makeSystem(database); systems.push(s); return s; };
const same = (a, b) => { const d = spawnSync('diff', ['-rq', a, b]); return d.status === 0 ? '' : d.stdout.toString(); };

const first = system('sqlite');
const tokens = addPeople(first);
first.cli(['demo']);
const server = await serve(first);
const made = await (await fetch(`${server.url}/api/v1/report-imports?name=r.md`, { method: 'POST', headers: { Authorization: `Bearer ${tokens.manager}` },
    body: `# 支付失败\n\n## Summary\n\nA **pool**.\n\n![pool](data:image/png;base64,${PIXEL})\n` })).json();
async function as(method, path, body) {
    const answer = await fetch(`${server.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${tokens.manager}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
}
const ids = Object.fromEntries((await as('GET', '/people')).items.map((p) => [p.email, p.id]));
const thread = await as('POST', `/reports/${made.report.reference}/threads`, { body: 'Which pool? 哪个池？', mention_ids: [ids['responder@example.com']] });
await as('POST', `/threads/${thread.id}/comments`, { body: 'The one of payments.' });
await as('POST', `/reports/${made.report.reference}/history`, { name: 'Before the review' });
await as('PUT', `/comments/${thread.comments[0].id}/reactions/eyes`);
await as('POST', `/reports/${made.report.reference}/request-review`, { reviewer_ids: ['responder@example.com'] });
await as('POST', `/reports/${made.report.reference}/publish`, {});
/* What came later: what was said with a picture, a change that caused it, a monitor, a public version with its picture, a template of one's own, somebody's suggestion. */
const upload = (to) => fetch(`${server.url}/api/v1${to}?name=graph.png`, { method: 'POST', headers: { Authorization: `Bearer ${tokens.manager}`, 'Content-Type': 'image/png' }, body: Buffer.from(PIXEL, 'base64') }).then((a) => a.json());
const incident = await as('GET', `/incidents/${made.incident.reference}`);
const said = await as('POST', `/incidents/${incident.id}/messages`, { body: 'The graph 图', file_ids: [(await upload(`/incidents/${incident.id}/messages/files`)).id] });
await as('PUT', `/messages/${said.id}/reactions/${encodeURIComponent('👀')}`);
await as('PUT', `/messages/${said.id}/pin`);
const change = await as('POST', '/changes', { kind: 'deploy', title: 'Release 7' });
await as('POST', `/incidents/${incident.id}/changes`, { change_id: change.id, relation: 'caused' });
await as('POST', '/monitors', { name: 'Front page', kind: 'http', steps: [{ url: 'https://example.com/' }], interval_s: 3600, enabled: false });
await as('PATCH', `/reports/${made.report.reference}/public-version`, { title: '支付变慢', summary: `It was slow.\n\n![Load](${(await upload(`/reports/${made.report.id}/files`)).url})` });
const outside = new URL((await as('POST', `/reports/${made.report.reference}/public-version/publish`, {})).url).pathname;
await as('POST', '/templates/brief-en/copy', {});
const shared = (await as('POST', `/reports/${made.report.reference}/share`, {})).url;
/** What people see of these: threads with their words, one's own notifications, versions with their names. */
async function talk(at) {
    const get = async (who, path) => (await fetch(`${at}/api/v1${path}`, { headers: { Authorization: `Bearer ${tokens[who]}` } })).text();
    return { threads: await get('manager', `/reports/${made.report.reference}/threads`), notifications: await get('responder', '/notifications'), history: await get('manager', `/reports/${made.report.reference}/history`),
        room: await get('viewer', `/incidents/${incident.reference}/messages`), changes: await get('viewer', `/incidents/${incident.reference}/changes`), monitors: await get('viewer', '/monitors'),
        outside: await (await fetch(at + outside)).text(), templates: await get('viewer', '/templates'), reviewers: JSON.stringify(JSON.parse(await get('viewer', `/reports/${made.report.reference}`)).reviewers) };
}
/** Addresses and the moment of asking are not part of it. */
const settled = (talk, at) => Object.fromEntries(Object.entries(talk).map(([part, text]) => [part, text.replaceAll(at, 'HERE')]));
const talked = settled(await talk(server.url), server.url);
await server.stop();
const out = join(folder, 'first');
first.cli(['export', out]);

await spec('an export holds every table, every report for people, and the pictures', async () => {
    const report = readFileSync(join(out, 'reports', `${made.report.reference}.md`), 'utf8');
    expect(report.includes('title: "支付失败"') && report.includes('A **pool**.'), report);
    expect(readdirSync(join(out, 'media')).length === 1, 'not one picture (all three are the same bytes)');
    for (const table of ['incident', 'report', 'document_update', 'timeline_entry', 'account_user', 'message', 'message_reaction', 'message_file', 'change', 'incident_change', 'monitor', 'public_version', 'template', 'comment_reaction', 'report_reviewer', 'report_mark', 'report_session', 'attachment', 'notification']) expect(readFileSync(join(out, 'tables', `${table}.jsonl`), 'utf8').includes('{'), `${table} is empty`);
    expect(!existsSync(join(out, 'tables/account_session.jsonl')) && !existsSync(join(out, 'secret.key')), 'sessions or the key are in it');
});

for (const database of databases) {
    await spec(`it comes back identically (${database})`, async () => {
        const second = system(database), again = join(folder, `again-${database}`);
        second.cli(['import', out]);
        cpSync(join(first.data, 'secret.key'), join(second.data, 'secret.key'));         /* as the manual says */
        second.cli(['export', again]);
        expect(same(out, again) === '', same(out, again));
        const there = await serve(second);
        const read = await fetch(`${there.url}/api/v1/reports/${made.report.reference}/export?format=html`, { headers: { Authorization: `Bearer ${tokens.viewer}` } });
        const page = await read.text();
        const found = await (await fetch(`${there.url}/api/v1/search?q=${encodeURIComponent('支付失败')}`, { headers: { Authorization: `Bearer ${tokens.viewer}` } })).json();
        const again_talk = settled(await talk(there.url), there.url);
        await there.stop();
        expect(talked.threads.includes('哪个池') && talked.notifications.includes('哪个池') && talked.history.includes('Before the review'), JSON.stringify(talked).slice(0, 600));
        for (const part of Object.keys(talked)) expect(again_talk[part] === talked[part], `${part}: ${again_talk[part].slice(0, 300)} was ${talked[part].slice(0, 300)}`);
        expect(read.status === 200 && page.includes('src="data:image/png'), 'the report or its picture is not there');
        expect(found.items.some((i) => i.reference === made.report.reference), 'search does not find it');
    });
    await spec(`a database that holds something is left alone (${database})`, async () => {
        const used = system(database);
        addPeople(used);
        const r = spawnSync(binary, ['import', out, ...used.where], { encoding: 'utf8', env: cleanEnv() });
        expect(r.status !== 0 && /not empty/.test(r.stderr), r.stderr);
        expect(used.cli(['user', 'list']).includes('viewer@example.com'), 'people are gone');
    });
}

await spec('without the key of the first, what was sealed with it says so, and every page opens all the same', async () => {
    const third = system('sqlite');
    third.cli(['import', out]);
    const there = await serve(third);
    const get = async (path) => { const a = await fetch(`${there.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${tokens.admin}` } }); return { status: a.status, body: await a.json().catch(() => null) }; };
    for (const path of ['/monitors', '/integrations', '/settings', '/export-targets', '/reports', '/home', '/incidents', `/reports/${made.report.reference}/public-version`]) expect((await get(path)).status === 200, `${path}: ${(await get(path)).status}`);
    const monitor = (await get('/monitors')).body.items.find((m) => m.name === 'Front page'), share = await get(`/reports/${made.report.reference}/share`);
    const opened = await fetch(shared.replace(/^https?:\/\/[^/]+/, there.url));
    await there.stop();
    expect(/another key/.test(monitor.error), JSON.stringify(monitor));
    expect(share.status === 200 && share.body.url === null && share.body.created_at, JSON.stringify(share));
    expect(opened.status === 200, `the shared page: ${opened.status}`);
});

await spec('an export of another version is refused', async () => {
    const other = join(folder, 'other');
    execFileSync('cp', ['-r', out, other]);
    execFileSync('sed', ['-i', 's/"report": [0-9]*/"report": 999/', join(other, 'workspace.json')]);
    const r = spawnSync(binary, ['import', other, ...system('sqlite').where], { encoding: 'utf8', env: cleanEnv() });
    expect(r.status !== 0 && /another version/.test(r.stderr), r.stderr);
});

for (const s of systems) s.remove();
rmSync(folder, { recursive: true, force: true });
tally.end();
