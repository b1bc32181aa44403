// Lists and details of a large workspace: node bench/api.mjs FOLDER   (made by build/bench_seed)
// Prints p50 and p99 per request (by LANES clients at a time, 4 without; ONLY=word: those with the word in their name), and beside them nginx with a static file and a bare node server, in the same run.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync, statSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { binary, cleanEnv, freePort, serve } from '../tests/lib/server.mjs';

const folder = process.argv[2];
if (!folder || !existsSync(join(folder, 'hindsight.db'))) {
    console.error('usage: node bench/api.mjs FOLDER (filled by build/bench_seed)');
    process.exit(2);
}
const LANES = Number(process.env.LANES ?? 4), EACH = Math.floor(1000 / LANES);
const agent = new Agent({ keepAlive: true, maxSockets: LANES });

function get(url, headers = {}) {
    return new Promise((resolve, reject) => {
        const began = process.hrtime.bigint();
        request(url, { agent, headers }, (res) => {
            let bytes = 0;
            res.on('data', (d) => { bytes += d.length; });
            res.on('end', () => resolve({ ms: Number(process.hrtime.bigint() - began) / 1e6, status: res.statusCode, bytes }));
        }).on('error', reject).end();
    });
}

/** p50 and p99 of requests made by four lanes, one after the other in each. */
async function measure(what, makeUrl, headers) {
    if (process.env.ONLY && !what.includes(process.env.ONLY) && !what.startsWith('yardstick')) return;
    const all = [];
    let bytes = 0;
    const began = process.hrtime.bigint();
    await Promise.all(Array.from({ length: LANES }, async (_, lane) => {
        for (let i = 0; i < EACH; i++) {
            const r = await get(makeUrl(lane * EACH + i), headers);
            if (r.status !== 200) throw new Error(`${what}: ${r.status}`);
            all.push(r.ms);
            bytes = r.bytes;
        }
    }));
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    all.sort((a, b) => a - b);
    const at = (p) => all[Math.min(all.length - 1, Math.floor(all.length * p))].toFixed(2);
    console.log(`${what.padEnd(46)} p50 ${at(0.5).padStart(7)} ms   p99 ${at(0.99).padStart(7)} ms   ${String(Math.round(all.length / seconds)).padStart(6)}/s   ${bytes} bytes${at(0.99) > 20 ? '   over 20 ms' : ''}`);
}

const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function nginx(body) {
    if (!existsSync('/usr/sbin/nginx')) return console.log('nginx: not installed');
    const dir = mkdtempSync(join(tmpdir(), 'bench-nginx-')), port = await freePort();
    writeFileSync(join(dir, 'page.json'), body);
    execFileSync('chmod', ['-R', 'a+rX', dir]);
    writeFileSync(join(dir, 'nginx.conf'), `daemon off; worker_processes 2; pid ${dir}/pid; error_log ${dir}/error; events {} http { access_log off; server { listen 127.0.0.1:${port}; root ${dir}; } }`);
    const child = spawn('/usr/sbin/nginx', ['-c', join(dir, 'nginx.conf'), '-p', dir], { stdio: 'ignore' });
    for (let i = 0; i < 200; i++) if (await get(`http://127.0.0.1:${port}/page.json`).catch(() => null)) break;
    await measure('yardstick: nginx, a static file', () => `http://127.0.0.1:${port}/page.json`);
    child.kill();
    rmSync(dir, { recursive: true, force: true });
}

async function node(body) {
    const server = createServer((_, res) => { res.setHeader('Content-Type', 'application/json'); res.end(body); });
    await new Promise((r) => server.listen(0, '127.0.0.1', r));
    await measure('yardstick: a bare node server (same process)', () => `http://127.0.0.1:${server.address().port}/`);
    server.closeAllConnections?.();
    server.close();
}

const system = { where: ['--data', folder] };
const token = execFileSync(binary, ['token', 'create', '--user', 'bench@example.com', '--scope', 'read', ...system.where], { env: cleanEnv(), encoding: 'utf8' }).trim();
const began = process.hrtime.bigint();
const server = await serve(system);
const first = await get(`${server.url}/readyz`);
console.log(`start to first answer ${(Number(process.hrtime.bigint() - began) / 1e6).toFixed(0)} ms (${first.status}); idle ${memory(server.child.pid).toFixed(1)} MB; database ${(statSync(join(folder, 'hindsight.db')).size / 1e6).toFixed(0)} MB`);
const headers = { Authorization: `Bearer ${token}` };
const page = async (path) => (await (await fetch(server.url + path, { headers })).json()).items;
const incidents = await page('/api/v1/incidents?limit=200'), alerts = await page('/api/v1/alerts?limit=200');
const follow = await page('/api/v1/follow-ups?limit=200');
const channels = await page('/api/v1/channels');
const pick = (list, i) => list[i % list.length].id;
const words = ['checkout', '支付', 'ledger timeout', 'certif', 'webhook 4242'];
const list = (what, path) => measure(what, (i) => server.url + (typeof path === 'function' ? path(i) : path), headers);
const reports = await page('/api/v1/reports?limit=200');
const service = (await page('/api/v1/services?limit=200'))[0].id;
await list('incidents, newest 50', '/api/v1/incidents');
await list('incidents, active', '/api/v1/incidents?active=true');
await list('incidents, by severity and status: none', '/api/v1/incidents?severity=SEV-1&status=closed');
await list('incidents, the same in another order', '/api/v1/incidents?severity=SEV-1&status=closed&sort=updated');
await list('incidents, of several severities', '/api/v1/incidents?severity=SEV-1,SEV-2');
await list('incidents, of a channel', (i) => `/api/v1/incidents?channel=${pick(channels, i)}`);
await list('incidents, of a service', `/api/v1/incidents?service=${service}`);
await list('incidents, without a report', '/api/v1/incidents?report=none');
await list('incidents, with a report (the oldest)', '/api/v1/incidents?report=any');
await list('incidents, private: none', '/api/v1/incidents?visibility=private');
await list('incidents, of long ago: none', '/api/v1/incidents?until=2020-01-01T00:00:00Z');
await list('incidents, a word', '/api/v1/incidents?q=ledger');
await list('incidents, two words', '/api/v1/incidents?q=ledger%20timeout');
await list('incident, detail', (i) => `/api/v1/incidents/${pick(incidents, i)}`);
await list('incident, timeline', (i) => `/api/v1/incidents/${pick(incidents, i)}/timeline`);
await list('alerts, newest 50', '/api/v1/alerts');
await list('alerts, firing', '/api/v1/alerts?status=firing');
await list('alerts, by severity and status: none', '/api/v1/alerts?status=firing&severity=SEV-2');
await list('alerts, of an incident', (i) => `/api/v1/alerts?incident=${pick(incidents, i)}`);
await list('alerts, of long ago: none', '/api/v1/alerts?until=2020-01-01T00:00:00Z');
await list('alerts, a word', '/api/v1/alerts?q=ledger');
await list('alert, detail', (i) => `/api/v1/alerts/${pick(alerts, i)}`);
await list('follow-ups, open', '/api/v1/follow-ups?status=open');
await list('follow-ups, mine', '/api/v1/follow-ups?owner=me');
await list('follow-ups, done: none', '/api/v1/follow-ups?status=done');
await list('follow-ups, a word', '/api/v1/follow-ups?q=ledger');
await list('follow-up, detail', (i) => `/api/v1/follow-ups/${pick(follow, i)}`);
await list('reports, newest 50', '/api/v1/reports');
await list('reports, published, of a channel', (i) => `/api/v1/reports?state=published&channel=${pick(channels, i)}`);
await list('reports, by severity', '/api/v1/reports?severity=SEV-2');
await list('reports, a word', '/api/v1/reports?q=ledger');
await list('report, detail', (i) => `/api/v1/reports/${pick(reports, i)}`);
await list('report, its text', (i) => `/api/v1/reports/${pick(reports, i)}/content?format=markdown`);
await list('home', '/api/v1/home');
await list('search', (i) => `/api/v1/search?q=${encodeURIComponent(words[i % words.length])}`);
await measure('healthz', () => `${server.url}/healthz`);
const body = await (await fetch(`${server.url}/api/v1/incidents`, { headers })).text();
console.log(`after that ${memory(server.child.pid).toFixed(1)} MB`);
await nginx(body);
await node(body);
agent.destroy();
await server.stop();
