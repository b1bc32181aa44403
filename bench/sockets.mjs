// Memory of a server with idle WebSockets: node bench/sockets.mjs [COUNT]
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { addPeople, makeSystem, serve } from '../tests/lib/server.mjs';

const count = Number(process.argv[2] ?? 1000);
const system = makeSystem();
const tokens = addPeople(system);
const server = await serve(system);
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024;
const idle = memory();
const open = () => new Promise((resolve, reject) => {
    const s = new WebSocket(`ws://127.0.0.1:${server.port}/ws/live?token=${tokens.viewer}`);
    s.on('open', () => { s.send('{"sub":["incidents","home"]}'); resolve(s); });
    s.on('error', reject);
});
const sockets = [];
while (sockets.length < count) sockets.push(...await Promise.all(Array.from({ length: Math.min(20, count - sockets.length) }, open)));
await fetch(`${server.url}/healthz`);
const full = memory();
console.log(`idle ${idle.toFixed(1)} MB; with ${count} idle sockets ${full.toFixed(1)} MB: ${((full - idle) * 1024 / count).toFixed(1)} kB each`);
for (const s of sockets) s.terminate();
await server.stop();
system.remove();
