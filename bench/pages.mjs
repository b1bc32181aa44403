// How many pages a second a report of some 200 pages becomes, as PDF and as DOCX: by the API, one at a time; and what memory that takes at most.
import { readFileSync, readdirSync } from 'node:fs';
import { addPeople, makeSystem, serve } from '../tests/lib/server.mjs';

const system = makeSystem();
const tokens = addPeople(system);
const server = await serve(system);
const headers = { Authorization: `Bearer ${tokens.manager}` };
const table = `| Time | Event |\n| --- | --- |\n${Array.from({ length: 14 }, (_, i) => `| 14:${10 + i} | The pool of connections is exhausted again 连接池耗尽 |`).join('\n')}\n\n`;
const section = (k) => `## Section ${k} 第 ${k} 节\n\n${'The pool was **exhausted** and nobody saw it, since the alert looked at the average. 连接池耗尽，没有人看到。 '.repeat(24)}\n\n- one\n- two with [a link](https://example.com/${k})\n\n${table}`;
const body = `# A long report\n\n${Array.from({ length: Number(process.env.BENCH_SECTIONS ?? 170) }, (_, k) => section(k)).join('')}`;
const made = await (await fetch(`${server.url}/api/v1/report-imports?name=long.md`, { method: 'POST', headers, body })).json();
const times = { pdf: [], docx: [] };
/* The most memory of the server and of the programs it starts, in MB, as the system counts it. */
const peak = { server: 0, helper: 0 };
const most = (pid) => { try { return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024; } catch { return 0; /* it has ended */ } };
const children = (pid) => readdirSync(`/proc/${pid}/task`).flatMap((t) => { try { return readFileSync(`/proc/${pid}/task/${t}/children`, 'utf8').split(' ').filter(Boolean); } catch { return []; } });
const look = setInterval(() => {
    peak.server = Math.max(peak.server, most(server.child.pid));
    for (const child of children(server.child.pid)) peak.helper = Math.max(peak.helper, most(child));
}, 10);
let pages = 0;
for (let round = 0; round < 4; round++)
    for (const format of ['pdf', 'docx']) {
        const from = performance.now();
        const answer = await fetch(`${server.url}/api/v1/reports/${made.report.reference}/export?format=${format}`, { headers });
        const bytes = Buffer.from(await answer.arrayBuffer());
        if (!answer.ok) throw new Error(bytes.toString());
        if (round) times[format].push(performance.now() - from);
        if (format === 'pdf') pages = (bytes.toString('latin1').match(/\/Type \/Page\b(?!s)/g) ?? []).length;
    }
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
for (const format of ['pdf', 'docx']) console.log(`${format.padEnd(5)} ${pages} pages in ${Math.round(median(times[format]))} ms: ${Math.round((pages * 1000) / median(times[format]))} pages/s`);
clearInterval(look);
console.log(`memory at most: server ${Math.round(peak.server)} MB, the program that sets pages ${Math.round(peak.helper)} MB`);
await server.stop();
system.remove();
