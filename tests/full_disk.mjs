// The disk fills up while a picture is being stored: one clear error, nothing half stored, nothing lost, and it works again once there is room.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addPeople, makeSystem, serve } from './lib/server.mjs';
import { paletted } from './lib/png.mjs';

let passed = 0, failed = 0, skipped = 0;
function expect(fine, what) { if (!fine) throw new Error(typeof what === 'string' ? what : JSON.stringify(what)); }

/** Noise: it does not get smaller when it is encoded anew. */
function noise(side) {
    const pixels = Buffer.alloc(side * side * 4, 255), values = randomBytes(side * side);
    for (let i = 0; i < values.length; i++) pixels[4 * i] = values[i];
    return paletted(side, side, pixels);
}
const filesIn = (data) => readdirSync(join(data, 'files'), { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => f.name).sort().join(' ');

async function fillsUp(system) {
    const tokens = addPeople(system), server = await serve(system);
    const headers = { Authorization: `Bearer ${tokens.admin}` };
    const ask = (path, more = {}) => fetch(server.url + path, { ...more, headers: { ...headers, ...more.headers } });
    const make = async (path, body) => (await ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
    const upload = (report, bytes) => ask(`/api/v1/reports/${report.id}/files?name=noise.png`, { method: 'POST', headers: { 'Content-Type': 'image/png' }, body: bytes });
    const bytesOf = async (url) => Buffer.from(await (await ask(url)).arrayBuffer());
    try {
        const incident = await make('/api/v1/incidents', { title: 'Disk full', severity: 'SEV-2' });
        const template = (await (await ask('/api/v1/templates')).json()).items[0];
        const report = await make('/api/v1/reports', { incident_ids: [incident.id], template_id: template.id });
        const kept = await (await upload(report, noise(64))).json();
        const before = { picture: await bytesOf(kept.url), files: filesIn(system.data), text: await (await ask(`/api/v1/reports/${report.id}/content?format=text`)).text() };

        const { bavail, bsize } = statfsSync(system.data), filler = join(system.data, 'filler');
        writeFileSync(filler, Buffer.alloc(bavail * bsize - (200 << 10)));
        // 200 KB are left: too little for what came, for the picture that is made of it, for its place.
        const large = noise(700), sizes = [large, noise(350), noise(290)];
        for (const bytes of sizes) {
            const answer = await upload(report, bytes), problem = await answer.json();
            expect(answer.status === 503 && /disk is full/.test(problem.detail), { size: bytes.length, status: answer.status, problem });
            expect(filesIn(system.data) === before.files, `left behind: ${filesIn(system.data)}`);
        }
        expect((await bytesOf(kept.url)).equals(before.picture), 'the picture that was there has changed');
        expect(await (await ask(`/api/v1/reports/${report.id}/content?format=text`)).text() === before.text, 'the text has changed');
        expect((await ask('/readyz')).status === 200, 'it is no longer ready');

        rmSync(filler);
        const again = await upload(report, large), stored = await again.json();
        expect(again.status === 201, { status: again.status, stored });
        expect((await bytesOf(stored.url)).length === stored.bytes, 'not all of it was stored');
    } finally { await server.stop(); }
}

const says = 'a full disk while a picture is stored is one clear error and loses nothing';
const system = makeSystem();
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', system.data], { stdio: 'ignore' }).status === 0;
try {
    if (mounted) { await fillsUp(system); passed++; console.log(`ok   ${says}`); }
    else { skipped++; console.log(`skip ${says}: a small disk cannot be mounted here`); }
} catch (e) {
    failed++;
    console.log(`FAIL ${says}\n    ${e.stack}`);
} finally {
    if (mounted) spawnSync('umount', [system.data]);
    system.remove();
}
console.log(`full_disk: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed ? 1 : 0;
