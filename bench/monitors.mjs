// What monitors cost: MONITORS (5,000) pages, each looked at every 60 seconds over a new connection, for a minute of steady state: seconds of
// processor time of the server, its memory, looks that were made. The pages stand in this process; its own time is not counted.
//     make bench-monitors
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { addPeople, makeSystem, serve } from '../tests/lib/server.mjs';

const many = Number(process.env.MONITORS ?? 5000), seconds = Number(process.env.SECONDS ?? 60);
let looks = 0;
const page = createServer((_, res) => { looks++; res.setHeader('Content-Type', 'application/json'); res.end('{"ok":true,"queue":{"depth":3}}'); });
await new Promise((r) => page.listen(0, '127.0.0.1', r));
const system = makeSystem(), tokens = addPeople(system), server = await serve(system);
process.on('exit', () => server.child.kill());
const api = async (method, path, body) => {
    const r = await fetch(`${server.url}/api/v1${path}`, { method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json', 'If-Match': '*' } });
    if (!r.ok) throw new Error(`${path}: ${r.status} ${await r.text()}`);
    return r.status === 204 ? null : r.json();
};
const cpu = () => { const f = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(') ')[1].split(' '); return (Number(f[11]) + Number(f[12])) / 100; };
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
await api('PUT', '/settings/monitors.allow', { value: '127.0.0.1' });
const url = `http://127.0.0.1:${page.address().port}/health`;
let made = 0;
await Promise.all(Array.from({ length: 16 }, async () => {
    while (made < many) {
        const n = ++made;
        await api('POST', '/monitors', { name: `Page ${n}`, kind: 'http', interval_s: 60, retries: 1, severity: 'SEV-3',
            steps: [{ url: `${url}?n=${n}`, assertions: [{ on: 'status', op: 'is', value: '200' }, { on: 'json', path: 'queue.depth', op: 'less_than', value: '100' }] }] });
    }
}));
while (looks < many) await new Promise((r) => setTimeout(r, 200));          // each was looked at once
const from = cpu(), before = looks, began = performance.now();
await new Promise((r) => setTimeout(r, seconds * 1000));
const took = (performance.now() - began) / 1000, used = cpu() - from;
const states = (await api('GET', '/monitors?limit=200')).items.map((m) => m.state);
console.log(`${many} monitors at 60 s: ${Math.round((looks - before) * 60 / took)} looks a minute, ${(used * 60 / took).toFixed(2)} s of processor time a minute (${(used * 100 / took).toFixed(1)} % of a core), ${memory().toFixed(0)} MB`
    + `${states.every((s) => s === 'up') ? '' : `; not all are up: ${[...new Set(states)]}`}`);
await server.stop();
page.closeAllConnections();
page.close();
system.remove();
