// How long pages take while alerts come in: one person browses (home, incidents, an incident with its timeline, alerts, the library, a report,
// search) at human speed turned up: the next page as soon as the last is there, first alone, then beside RATE alerts a second, in payloads of 1 and
// of 20. A page is all the requests that its screen makes, asked at once as a browser does. `healthz` in the same run says what the machine
// itself makes wait: it reads nothing.
//     make bench-browse          node bench/browse.mjs FOLDER    (made by build/bench_seed; what is taken in stays in it)
//     RATE=10000 ROUNDS=100 CONNECTIONS=64
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { binary, cleanEnv, root, serve } from '../tests/lib/server.mjs';

const folder = process.argv[2];
if (!folder || !existsSync(join(folder, 'hindsight.db'))) {
    console.error('usage: node bench/browse.mjs FOLDER (filled by build/bench_seed)');
    process.exit(2);
}
const RATE = Number(process.env.RATE ?? 10000), ROUNDS = Number(process.env.ROUNDS ?? 100), CONNECTIONS = process.env.CONNECTIONS ?? '64';
const where = ['--data', folder];
const token = (scope) => execFileSync(binary, ['token', 'create', '--user', 'bench@example.com', '--scope', scope, ...where], { env: cleanEnv(), encoding: 'utf8' }).trim();
const reader = token('read'), admin = token('admin');
const server = await serve({ where });
process.on('exit', () => server.child.kill());
const agent = new Agent({ keepAlive: true, maxSockets: 6 });           // as many as a browser opens

function get(path) {
    return new Promise((resolve, reject) => {
        request(server.url + path, { agent, headers: { Authorization: `Bearer ${reader}` } }, (res) => {
            let body = '';
            res.setEncoding('utf8');
            res.on('data', (d) => { body += d; });
            res.on('end', () => (res.statusCode === 200 ? resolve(body) : reject(new Error(`${path}: ${res.statusCode}`))));
        }).on('error', reject).end();
    });
}
const items = async (path) => JSON.parse(await get(path)).items;
const incidents = await items('/api/v1/incidents?limit=200'), reports = await items('/api/v1/reports?limit=200');
const pick = (list, i) => list[(i * 7919) % list.length].id;
const words = ['checkout', '支付', 'ledger timeout', 'certif', 'webhook 4242'];
const common = ['/api/v1/alerts-summary', '/api/v1/follow-ups/counts'];
const pages = {
    home: () => ['/api/v1/home', ...common],
    incidents: () => ['/api/v1/incidents', '/api/v1/channels'],
    incident: (i) => [`/api/v1/incidents/${pick(incidents, i)}`, `/api/v1/incidents/${pick(incidents, i)}/timeline`, `/api/v1/incidents/${pick(incidents, i)}/changes?suggested=true`,
        `/api/v1/alerts?incident=${pick(incidents, i)}`],
    alerts: () => ['/api/v1/alerts', '/api/v1/alerts-summary', '/api/v1/channels'],
    library: () => ['/api/v1/reports', '/api/v1/report-counts'],
    report: (i) => [`/api/v1/reports/${pick(reports, i)}`, `/api/v1/reports/${pick(reports, i)}/content?format=html`],
    search: (i) => [`/api/v1/search?q=${encodeURIComponent(words[i % words.length])}`],
    healthz: () => ['/healthz'],
};

const ticks = () => { const f = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(') ')[1].split(' '); return (Number(f[11]) + Number(f[12])) / 100; };
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;

async function browse(rounds) {
    const times = Object.fromEntries(Object.keys(pages).map((name) => [name, []]));
    for (let i = 0; i < rounds; i++)
        for (const [name, paths] of Object.entries(pages)) {
            const began = process.hrtime.bigint();
            await Promise.all(paths(i).map(get));
            times[name].push(Number(process.hrtime.bigint() - began) / 1e6);
        }
    return times;
}

async function measure(what, load) {
    const child = load && spawn(join(root, 'build/ingest_load'), load.map(String), { env: cleanEnv(), stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    child?.stdout.on('data', (d) => { said += d; });
    const over = child && new Promise((resolve) => child.once('exit', resolve));
    if (child) await browse(3);                                            // it is under way
    const cpu = ticks(), began = performance.now();
    const times = await browse(ROUNDS);
    const seconds = (performance.now() - began) / 1000;
    console.log(`\n${what}: ${seconds.toFixed(0)} s, the server took ${((ticks() - cpu) / seconds).toFixed(2)} cores, ${memory().toFixed(0)} MB`);
    child?.stdin.end();
    await over;
    if (child) { const r = JSON.parse(said); console.log(`${Math.round(r.alerts_per_second)} alerts a second were durable${r.refused ? `, ${r.refused} payloads refused` : ''}`); }
    const all = [];
    const line = (name, list) => {
        list.sort((a, b) => a - b);
        const at = (p) => list[Math.min(list.length - 1, Math.floor(list.length * p))].toFixed(1).padStart(8);
        console.log(`  ${name.padEnd(10)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   most ${at(1)} ms`);
    };
    for (const [name, list] of Object.entries(times)) { if (name !== 'healthz') all.push(...list); line(name, list); }
    line('all pages', all);
}

const made = await (await fetch(`${server.url}/api/v1/integrations`, { method: 'POST', body: JSON.stringify({ kind: 'alertmanager', name: `Load ${Date.now()}` }),
    headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' } })).json();
const path = new URL(made.url).pathname;
const load = (alerts) => ['load', '127.0.0.1', server.port, path, CONNECTIONS, alerts, 3600, RATE];
await browse(3);                                                            // warm
await measure('nobody else');
for (const alerts of (process.env.ALERTS ?? '20,1').split(',')) await measure(`beside ${RATE} alerts a second, ${alerts} in a payload`, load(Number(alerts)));
agent.destroy();
await server.stop();
