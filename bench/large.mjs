// Memory of a large workspace: node bench/large.mjs FOLDER, filled by build/bench_seed FOLDER 100000 200000 5000 10000000 (some 15 GB).
// Resident memory after the start, after pages were asked for as in an hour of many people, beside 10,000 alerts a second, and after the biggest
// timeline (INC-1) was read page by page, exported as CSV and as its whole log, and verified. Aim: 300 MB at most.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { binary, cleanEnv, root, serve } from '../tests/lib/server.mjs';

const folder = process.argv[2];
if (!folder || !existsSync(join(folder, 'hindsight.db'))) {
    console.error('usage: node bench/large.mjs FOLDER (filled by build/bench_seed)');
    process.exit(2);
}
const where = ['--data', folder], ROUNDS = Number(process.env.ROUNDS ?? 500), SECONDS = Number(process.env.SECONDS ?? 20);
const token = execFileSync(binary, ['token', 'create', '--user', 'bench@example.com', '--scope', 'admin', ...where], { env: cleanEnv(), encoding: 'utf8' }).trim();
const began = performance.now();
const server = await serve({ where });
process.on('exit', () => server.child.kill());
const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
const status = (field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
const say = (what) => console.log(`${what.padEnd(70)} ${status('VmRSS').toFixed(0).padStart(5)} MB now, ${status('VmHWM').toFixed(0)} MB at most`);
async function get(path) {
    const from = performance.now(), r = await fetch(server.url + path, { headers });
    if (!r.ok) throw new Error(`${path}: ${r.status}`);
    let bytes = 0, text = '';
    const keep = /json\b/.test(r.headers.get('content-type') ?? '') && !path.includes('jsonl'), decoder = new TextDecoder();
    for await (const part of r.body) { bytes += part.length; if (keep) text += decoder.decode(part, { stream: true }); }
    return { ms: performance.now() - from, bytes, json: keep && text ? JSON.parse(text) : null };
}
await get('/api/v1/home');
say(`started, home after ${(performance.now() - began).toFixed(0)} ms; database ${(statSync(join(folder, 'hindsight.db')).size / 1e9).toFixed(1)} GB`);

async function browse(rounds) {
    const incidents = (await get('/api/v1/incidents?limit=200')).json.items, reports = (await get('/api/v1/reports?limit=200')).json.items, alerts = (await get('/api/v1/alerts?limit=200')).json.items;
    const times = [];
    await Promise.all([0, 1, 2, 3].map(async (lane) => {
        for (let i = lane; i < rounds; i += 4) {
            const inc = `INC-${1 + (i * 7919) % 100000}`, id = incidents[i % incidents.length].id;
            for (const path of ['/api/v1/home', '/api/v1/incidents', '/api/v1/incidents?q=ledger', `/api/v1/incidents/${inc}`, `/api/v1/incidents/${inc}/timeline`, `/api/v1/incidents/${id}/changes?suggested=true`, '/api/v1/alerts',
                `/api/v1/alerts/${alerts[i % alerts.length].id}`, '/api/v1/reports', `/api/v1/reports/${reports[i % reports.length].id}/content?format=html`, '/api/v1/search?q=checkout'])
                times.push((await get(path)).ms);
        }
    }));
    times.sort((a, b) => a - b);
    return `p50 ${times[times.length >> 1].toFixed(1)} ms, p99 ${times[Math.floor(times.length * 0.99)].toFixed(1)} ms`;
}
say(`${ROUNDS * 11} pages by four people: ${await browse(ROUNDS)}`);

const made = await (await fetch(`${server.url}/api/v1/integrations`, { method: 'POST', headers, body: JSON.stringify({ kind: 'alertmanager', name: `Load ${Date.now()}` }) })).json();
const load = spawn(join(root, 'build/ingest_load'), ['load', '127.0.0.1', server.port, new URL(made.url).pathname, 64, 20, SECONDS, 10000].map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
let said = '';
load.stdout.on('data', (d) => { said += d; });
const over = new Promise((resolve) => load.once('exit', resolve));
let rounds = 0, beside = '';
for (let done = false; !done; rounds += 20) { beside = await browse(20); done = await Promise.race([over.then(() => true), new Promise((r) => setTimeout(() => r(false), 1))]); }
await over;
say(`${Math.round(JSON.parse(said).alerts_per_second)} alerts a second for ${SECONDS} s beside four people: ${beside}`);

let events = 0, pages = 0;
const from = performance.now();
for (let cursor = ''; cursor !== null; pages++) {
    const page = (await get(`/api/v1/incidents/INC-1/timeline?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)).json;
    events += page.items.length;
    cursor = page.next_cursor;
}
say(`a timeline of ${events} events in ${pages} pages: ${(performance.now() - from).toFixed(0)} ms`);
for (const path of ['timeline.csv', 'timeline.jsonl', 'timeline/verify', 'responders']) {
    const r = await get(`/api/v1/incidents/INC-1/${path}`);
    say(`${path}: ${(r.bytes / 1e6).toFixed(1)} MB in ${r.ms.toFixed(0)} ms`);
}
await Promise.all([1, 2, 3].map(() => get('/api/v1/incidents/INC-1/timeline.jsonl')));
say('three of these at once');
await server.stop();
