// Lists and details of a large workspace: node bench/api.mjs FOLDER   (made by build/bench_seed)
// Prints p50 and p99 per request (by LANES clients at a time, 4 without), and beside them nginx with a static file and a bare node server, in the same run.
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
    console.log(`${what.padEnd(46)} p50 ${at(0.5).padStart(7)} ms   p99 ${at(0.99).padStart(7)} ms   ${String(Math.round(all.length / seconds)).padStart(6)}/s   ${bytes} bytes`);
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
await measure('incidents, newest 50', () => `${server.url}/api/v1/incidents`, headers);
await measure('incidents, active', () => `${server.url}/api/v1/incidents?active=true`, headers);
await measure('incidents, by severity and status', () => `${server.url}/api/v1/incidents?severity=SEV-1&status=closed`, headers);
await measure('incidents, of a channel', (i) => `${server.url}/api/v1/incidents?channel=${pick(channels, i)}`, headers);
await measure('incidents, title contains', () => `${server.url}/api/v1/incidents?q=ledger`, headers);
await measure('incident, detail', (i) => `${server.url}/api/v1/incidents/${pick(incidents, i)}`, headers);
await measure('incident, timeline', (i) => `${server.url}/api/v1/incidents/${pick(incidents, i)}/timeline`, headers);
await measure('alerts, newest 50', () => `${server.url}/api/v1/alerts`, headers);
await measure('alerts, firing', () => `${server.url}/api/v1/alerts?status=firing`, headers);
await measure('alerts, of an incident', (i) => `${server.url}/api/v1/alerts?incident=${pick(incidents, i)}`, headers);
await measure('alert, detail', (i) => `${server.url}/api/v1/alerts/${pick(alerts, i)}`, headers);
await measure('follow-ups, open', () => `${server.url}/api/v1/follow-ups?status=open`, headers);
await measure('follow-up, detail', (i) => `${server.url}/api/v1/follow-ups/${pick(follow, i)}`, headers);
const reports = await page('/api/v1/reports?limit=200');
await measure('reports, newest 50', () => `${server.url}/api/v1/reports`, headers);
await measure('reports, published, of a channel', (i) => `${server.url}/api/v1/reports?state=published&channel=${pick(channels, i)}`, headers);
await measure('report, detail', (i) => `${server.url}/api/v1/reports/${pick(reports, i)}`, headers);
await measure('report, its text', (i) => `${server.url}/api/v1/reports/${pick(reports, i)}/content?format=markdown`, headers);
await measure('home', () => `${server.url}/api/v1/home`, headers);
await measure('search', (i) => `${server.url}/api/v1/search?q=${encodeURIComponent(words[i % words.length])}`, headers);
await measure('healthz', () => `${server.url}/healthz`);
const body = await (await fetch(`${server.url}/api/v1/incidents`, { headers })).text();
console.log(`after that ${memory(server.child.pid).toFixed(1)} MB`);
await nginx(body);
await node(body);
agent.destroy();
await server.stop();
