// A whole workspace goes out as a folder and back identically: exported, imported into an empty database, exported again, the two folders are the
// same to the byte. With PostgreSQL also from one database into the other.
//     [tests/postgres.sh] node tests/workspace.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
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
const as = (method, path, body) => fetch(`${server.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${tokens.manager}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) }).then((a) => a.text()).then((t) => (t ? JSON.parse(t) : null));
const ids = Object.fromEntries((await as('GET', '/people')).items.map((p) => [p.email, p.id]));
const thread = await as('POST', `/reports/${made.report.reference}/threads`, { body: 'Which pool? 哪个池？', mention_ids: [ids['responder@example.com']] });
await as('POST', `/threads/${thread.id}/comments`, { body: 'The one of payments.' });
await as('POST', `/reports/${made.report.reference}/history`, { name: 'Before the review' });
await as('POST', `/reports/${made.report.reference}/publish`, {});
/** What people see of these: threads with their words, one's own notifications, versions with their names. */
async function talk(at) {
    const get = async (who, path) => (await fetch(`${at}/api/v1${path}`, { headers: { Authorization: `Bearer ${tokens[who]}` } })).text();
    return { threads: await get('manager', `/reports/${made.report.reference}/threads`), notifications: await get('responder', '/notifications'), history: await get('manager', `/reports/${made.report.reference}/history`) };
}
const talked = await talk(server.url);
await server.stop();
const out = join(folder, 'first');
first.cli(['export', out]);

await spec('an export holds every table, every report for people, and the pictures', async () => {
    const report = readFileSync(join(out, 'reports', `${made.report.reference}.md`), 'utf8');
    expect(report.includes('title: "支付失败"') && report.includes('A **pool**.'), report);
    expect(readdirSync(join(out, 'media')).length === 1, 'no picture');
    for (const table of ['incident', 'report', 'document_update', 'timeline_entry', 'account_user']) expect(readFileSync(join(out, 'tables', `${table}.jsonl`), 'utf8').includes('{'), `${table} is empty`);
    expect(!existsSync(join(out, 'tables/account_session.jsonl')) && !existsSync(join(out, 'secret.key')), 'sessions or the key are in it');
});

for (const database of databases) {
    await spec(`it comes back identically (${database})`, async () => {
        const second = system(database), again = join(folder, `again-${database}`);
        second.cli(['import', out]);
        second.cli(['export', again]);
        expect(same(out, again) === '', same(out, again));
        const there = await serve(second);
        const read = await fetch(`${there.url}/api/v1/reports/${made.report.reference}/export?format=html`, { headers: { Authorization: `Bearer ${tokens.viewer}` } });
        const page = await read.text();
        const found = await (await fetch(`${there.url}/api/v1/search?q=${encodeURIComponent('支付失败')}`, { headers: { Authorization: `Bearer ${tokens.viewer}` } })).json();
        const again_talk = await talk(there.url);
        await there.stop();
        expect(talked.threads.includes('哪个池') && talked.notifications.includes('哪个池') && talked.history.includes('Before the review'), JSON.stringify(talked).slice(0, 600));
        for (const part of ['threads', 'notifications', 'history']) expect(again_talk[part] === talked[part], `${part}: ${again_talk[part].slice(0, 300)} was ${talked[part].slice(0, 300)}`);
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
