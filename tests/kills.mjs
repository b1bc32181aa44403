// The server is killed (SIGKILL) again and again while every kind of source sends: alerts (plain, signed by SNS, binary CloudEvents, PagerDuty both ways,
// Grafana, by the pipe of a mail server), changes (GitHub, GitLab, Argo CD, generic, the API) and Slack events. As senders do, each sends what was
// not answered again, the same bytes, once the server is back. In the end each payload is there exactly once.
//     node tests/kills.mjs [KILLS]      (5 without; 50 is the full count)          Prints `kills: N passed, N failed`.
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, createSign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPeople, binary, cleanEnv, databases, makeSystem, serve } from './lib/server.mjs';

const kills = Number(process.argv[2] ?? process.env.KILLS ?? 5);
let passed = 0, failed = 0;
function check(says, ok, got) {
    if (ok) passed++; else failed++;
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${says}${ok ? '' : `: ${JSON.stringify(got)?.slice(0, 1500)}`}`);
}
const sha256 = (secret, text) => createHmac('sha256', secret).update(text).digest('hex');
const secret = 'hush', json = { 'Content-Type': 'application/json' };

/** A key and certificate for SNS, served with Slack's Web API as far as it is asked here. */
async function outside() {
    const dir = mkdtempSync(join(tmpdir(), 'hindsight-kills-'));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key', '-out', 'pem', '-days', '30', '-subj', '/CN=sns'], { cwd: dir, stdio: 'pipe' });
    const key = readFileSync(join(dir, 'key'), 'utf8'), pem = readFileSync(join(dir, 'pem'));
    rmSync(dir, { recursive: true });
    const slack = { 'auth.test': { team: 'Acme', user_id: 'UBOT' }, 'users.info': { user: { id: 'U1', name: 'zoe', profile: { real_name: 'Zoe', email: 'zoe@elsewhere.example' } } } };
    const server = createServer(async (req, res) => {
        for await (const _ of req);
        if (req.url === '/cert.pem') return res.end(pem);
        res.setHeader('Content-Type', 'application/json');
        res.end(JSON.stringify({ ok: true, ...(slack[req.url.slice('/api/'.length).split('?')[0]] ?? { ts: `${Date.now()}.1`, messages: [] }) }));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { key, server, host: `127.0.0.1:${server.address().port}` };
}

function snsMessage(there, id) {
    const m = { Type: 'Notification', MessageId: id, TopicArn: 'arn:aws:sns:eu-west-1:1:alarms', Subject: 'ALARM', Timestamp: '2026-11-10T14:07:31.134Z',
        Message: JSON.stringify({ AlarmName: id, AlarmArn: id, NewStateValue: 'ALARM', NewStateReason: 'x', StateChangeTime: '2026-11-10T14:07:30.000+0000' }) };
    const text = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'].map((f) => `${f}\n${m[f]}\n`).join('');
    return JSON.stringify({ ...m, SignatureVersion: '2', Signature: createSign('RSA-SHA256').update(text).sign(there.key, 'base64'), SigningCertURL: `http://${there.host}/cert.pem` });
}

/** Sources: `kind` of integration, or a `path`; `make` a request of an id that is used once. `found` in: alerts (by dedup key), changes, messages. */
const sources = (there) => ({
    alertmanager: { kind: 'alertmanager', found: 'alerts', make: (id) => ({ body: JSON.stringify({ version: '4', groupKey: 'g', alerts: [{ status: 'firing', fingerprint: id, labels: { alertname: id }, annotations: {}, startsAt: '2026-11-10T14:00:00Z', endsAt: '0001-01-01T00:00:00Z' }] }), headers: json }) },
    generic: { kind: 'generic', found: 'alerts', make: (id) => ({ body: JSON.stringify({ title: id, dedup_key: id }), headers: json }) },
    sns: { kind: 'cloudwatch', found: 'alerts', make: (id) => ({ body: snsMessage(there, id), headers: { 'Content-Type': 'text/plain; charset=UTF-8' } }) },
    cloudevents: { kind: 'cloudevents', found: 'alerts', key: (id) => `/disks/${id}`, make: (id) => ({ body: '{"title":"Disk full","severity":"high"}', headers: { ...json, 'ce-specversion': '1.0', 'ce-id': id, 'ce-source': '/disks', 'ce-type': 'disk.full', 'ce-subject': id } }) },
    events: { kind: 'pagerduty', found: 'alerts', make: (id) => ({ body: JSON.stringify({ routing_key: 'k', event_action: 'trigger', dedup_key: id, payload: { summary: id, source: 's', severity: 'info' } }), headers: json }) },
    webhook: { kind: 'pagerduty_webhook', secret, found: 'alerts', make: (id) => { const body = JSON.stringify({ event: { id, event_type: 'incident.triggered', resource_type: 'incident', occurred_at: '2026-11-10T14:05:00Z', data: { id, type: 'incident', title: id, urgency: 'low', service: { summary: 's' } } } });
        return { body, headers: { ...json, 'X-PagerDuty-Signature': `v1=${sha256(secret, body)}` } }; } },
    grafana: { kind: 'grafana', found: 'alerts', make: (id) => ({ body: JSON.stringify({ alerts: [{ status: 'firing', fingerprint: id, labels: { alertname: id }, startsAt: '2026-11-10T14:00:00Z', endsAt: '0001-01-01T00:00:00Z' }] }), headers: json }) },
    mail: { kind: 'mail', pipe: true, found: 'alerts', make: (id) => ({ body: `From: a@example.com\r\nTo: b@example.com\r\nSubject: PROBLEM ${id}\r\nMessage-ID: <${id}@example.com>\r\nDate: Tue, 10 Nov 2026 14:07:30 +0000\r\n\r\nIt is down.\r\n` }) },
    github: { kind: 'github', secret, found: 'changes', key: (id) => `github:acme/shop/deployment/${id.replace(/\D/g, '')}`, make: (id) => { const body = JSON.stringify({ action: 'created', deployment: { id: Number(id.replace(/\D/g, '')), ref: 'main', sha: 'f95f852b', environment: 'production', task: 'deploy', created_at: '2026-11-10T14:00:00Z' }, repository: { name: 'shop', full_name: 'acme/shop', default_branch: 'main' } });
        return { body, headers: { ...json, 'X-GitHub-Event': 'deployment', 'X-Hub-Signature-256': `sha256=${sha256(secret, body)}` } }; } },
    changes: { kind: 'changes', found: 'changes', key: (id) => `changes:${id}`, make: (id) => ({ body: JSON.stringify({ id, title: id, state: 'success', at: '2026-11-10T14:07:30Z' }), headers: json }) },
    keyless: { kind: 'changes', found: 'titles', make: (id) => ({ body: JSON.stringify({ title: id, state: 'success', at: '2026-11-10T14:07:30Z' }), headers: json }) },
    api: { path: '/api/v1/changes', found: 'changes', make: (id) => ({ body: JSON.stringify({ kind: 'deploy', title: id, dedup_key: id }), headers: json }) },
    slack: { path: '/api/v1/chat/slack', found: 'messages', make: (id) => ({ body: JSON.stringify({ type: 'event_callback', team_id: 'T1', api_app_id: 'A1', event_id: id, event: { type: 'message', channel: 'C7', user: 'U1', text: id, ts: `1794319${id.replace(/\D/g, '').padStart(3, '0').slice(-3)}.${id.replace(/\D/g, '').padStart(6, '0')}` } }), signs: true }) },
});

/** True: accepted. False: no answer, or it says to come again. Throws what is refused. */
async function send(server, source, request, token) {
    if (source.pipe) {
        const child = spawn(binary, ['mail', '--to', source.path.split('/').pop(), '--server', server.url], { env: cleanEnv(), stdio: ['pipe', 'ignore', 'pipe'] });
        child.stdin.on('error', () => {});
        child.stdin.end(request.body);
        const code = await new Promise((resolve) => child.once('exit', resolve));
        if (code !== 0 && code !== 75) throw new Error(`hindsight mail ended with ${code}`);
        return code === 0;
    }
    const when = String(Math.floor(Date.now() / 1000));
    const headers = { ...json, ...request.headers, ...(source.kind ? {} : { Authorization: `Bearer ${token}` }),
        ...(request.signs ? { 'X-Slack-Request-Timestamp': when, 'X-Slack-Signature': `v0=${sha256(secret, `v0:${when}:${request.body}`)}` } : {}) };
    let answer;
    try {
        answer = await fetch(server.url + source.path, { method: 'POST', body: request.body, headers });
        await answer.text();
    } catch { return false; }
    if (answer.status === 503 || answer.status === 429) return false;
    if (!answer.ok) throw new Error(`${source.path} answered ${answer.status}`);
    return true;
}

async function all(as, path) {
    const items = [];
    for (let cursor = ''; cursor !== null;) {
        const page = await as('GET', `${path}${path.includes('?') ? '&' : '?'}limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
        items.push(...page.items);
        cursor = page.next_cursor;
    }
    return items;
}

async function run(database, there) {
    const system = makeSystem(database), tokens = addPeople(system), table = sources(there);
    let server = await serve(system);
    const as = async (method, path, body) => {
        const text = await (await fetch(`${server.url}/api/v1${path}`, { method, headers: { ...json, Authorization: `Bearer ${tokens.admin}`, 'If-Match': '*' }, body: body && JSON.stringify(body) })).text();
        return text && JSON.parse(text);
    };
    for (const [name, source] of Object.entries(table)) {
        if (source.kind) { const made = await as('POST', '/integrations', { kind: source.kind, name, secret: source.secret }); source.id = made.id; source.path = new URL(made.url).pathname; }
        Object.assign(source, { accepted: [], again: [], sent: 0 });
    }
    for (const [key, value] of Object.entries({ 'alerts.sns_hosts': there.host, 'chat.slack_signing_secret': secret, 'chat.slack_bot_token': 'xoxb-1', 'chat.slack_api': `http://${there.host}/api`, 'chat.allow': '127.0.0.1' })) await as('PUT', `/settings/${key}`, { value });
    const incident = await as('POST', '/incidents', { title: 'Killed' });
    await as('POST', `/incidents/${incident.id}/rooms`, { source: 'slack', channel: 'C7' });

    let n = 0;
    const lane = async (source, over) => {
        while (!over()) {
            const id = source.again[0] ?? `k${++n}x`;
            if (id !== source.again[0]) source.again.push(id);               // not answered yet
            source.sent++;
            if (!await send(server, source, source.make(id), tokens.admin)) { if (over()) return; await new Promise(setImmediate); continue; }
            source.again.shift();
            source.accepted.push(id);
        }
    };
    const total = () => Object.values(table).reduce((sum, s) => sum + s.accepted.length, 0);
    for (let round = 0; round < kills; round++) {
        const enough = total() + 30 + Math.floor(Math.random() * 150);
        let dead = false;
        const lanes = Object.values(table).map((source) => lane(source, () => dead));
        while (total() < enough) await Promise.race([...lanes, new Promise(setImmediate)]);
        dead = true;
        await server.stop('SIGKILL');
        await Promise.all(lanes);
        server = await serve(system);
    }
    for (const source of Object.values(table)) await lane(source, () => !source.again.length);      // what was under way at the last kill comes again

    const changes = await all(as, '/changes');
    // Slack's messages are made by a job: they are there once it has done all.
    const slack = table.slack, messages = async () => (await all(as, `/incidents/${incident.id}/messages`)).filter((m) => m.source === 'slack');
    for (const end = Date.now() + 60_000; Date.now() < end && (await messages()).length < slack.accepted.length;) await new Promise((r) => setTimeout(r, 100));
    for (const [name, source] of Object.entries(table)) {
        const key = source.key ?? ((id) => id);
        const there = source.found === 'alerts' ? (await all(as, `/alerts?source=${source.id}`)) : [];
        const keys = source.found === 'alerts' ? there.map((x) => x.dedup_key) : source.found === 'changes' ? changes.map((x) => x.dedup_key) : source.found === 'titles' ? changes.map((x) => x.title) : (await messages()).map((m) => m.body);
        const count = new Map();
        for (const k of keys) count.set(k, (count.get(k) ?? 0) + 1);
        const wrong = source.accepted.filter((id) => count.get(key(id)) !== 1), twice = there.filter((x) => x.count !== 1).map((x) => [x.dedup_key, x.count]);
        check(`${database}: ${name}: after ${kills} kills each of ${source.accepted.length} payloads is there once (${source.sent - source.accepted.length} were sent again)`,
            wrong.length === 0 && twice.length === 0 && source.accepted.length > 0, { wrong, twice, have: keys.slice(0, 3) });
    }
    check(`${database}: nothing of it stands in quarantine`, (await as('GET', '/quarantine')).items.length === 0);
    check(`${database}: the server stops cleanly`, await server.stop() === 0, server.log());
    console.log(`${database}: ${total()} payloads accepted under ${kills} kills`);
    system.remove();
}

const there = await outside();
for (const database of databases) await run(database, there);
there.server.close();
console.log(`kills: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
