// A long document in Chromium: 5,000 blocks, 300 pictures, 50 people present, of whom one types and 48 move their cursors. How soon a key
// is on screen, what it costs, and how soon the document can be written; beside TipTap's own collaborative example (y-websocket's server), turn by turn.
//     node bench/editor/run.mjs [--blocks=N] [--people=N] [--keys=N] [--rounds=N] [--only=hindsight]
import { ask, launch } from '../../tests/lib/browser.mjs';
import { png } from '../../tests/lib/png.mjs';
import { addPeople, makeSystem, password, serve } from '../../tests/lib/server.mjs';
import { content, crowd } from './document.mjs';
import { startExample } from './example.mjs';
import { median, openTime, pictures, settle, typing } from './measure.mjs';

const option = (name, otherwise) => Number(process.argv.find((a) => a.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise);
const BLOCKS = option('blocks', 5000), PICTURES = Math.round(BLOCKS * 0.06), PEOPLE = option('people', 50), KEYS = option('keys', 120), ROUNDS = option('rounds', 3);
/* Files are uploaded once and shown in turn: nobody may upload more than sixty a minute. */
const photos = Array.from({ length: Math.min(PICTURES, 50) }, (_, i) => png(640, 400, [(i * 7) % 256, 90 + (i % 100), (i * 31) % 256]));

/** Hindsight with a report of that length. `signIn` readies a browser. */
export async function startHindsight() {
    const system = makeSystem();
    const tokens = addPeople(system);
    const server = await serve(system);
    const api = ask(server.url, tokens.admin);
    const incident = await api('POST', '/api/v1/incidents', { title: 'Checkout fails' });
    const templates = await api('GET', '/api/v1/templates');
    const report = await api('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id });
    const urls = [];
    const upload = async (bytes, i) => {
        const r = await fetch(`${server.url}/api/v1/reports/${report.id}/files?name=p.png`, { method: 'POST', headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'image/png' }, body: bytes });
        if (!r.ok) throw new Error(await r.text());
        urls[i] = (await r.json()).url;
    };
    for (let i = 0; i < photos.length; i += 4) await Promise.all(photos.slice(i, i + 4).map((bytes, k) => upload(bytes, i + k)));
    return {
        name: 'Hindsight', pictures: urls, url: `${server.url}/reports/${report.reference}/edit`, pid: server.child.pid,
        room: () => `ws://127.0.0.1:${server.port}/ws/reports/${report.id}?token=${tokens.responder}`,
        signIn: async (page) => {
            await page.goto(`${server.url}/sign-in`);
            await page.locator('input[type=email]').fill('admin@example.com');
            await page.locator('input[type=password]').fill(password);
            await page.locator('button[type=submit]').click();
            await page.waitForURL(`${server.url}/`);
        },
        exported: async (format) => (await fetch(`${server.url}/api/v1/reports/${report.reference}/export?format=${format}`, { headers: { Authorization: `Bearer ${tokens.admin}` } })).arrayBuffer(),
        stop: async () => { await server.stop(); system.remove(); },
    };
}

let filled = new Set();

const tell = (text) => { if (process.env.VERBOSE) console.error(`${new Date().toISOString().slice(11, 19)} ${text}`); };

async function round(browser, editor) {
    const seed = filled.has(editor) ? undefined : (fragment) => content(fragment, BLOCKS, Array.from({ length: PICTURES }, (_, i) => editor.pictures[i % editor.pictures.length]));
    filled.add(editor);
    const people = await crowd(editor.room, PEOPLE, seed);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    try {
        await editor.signIn?.(page);
        const first = await openTime(page, editor.url, BLOCKS);
        tell(`${editor.name}: open`);
        const again = [];
        for (let i = 0; i < 3; i++) again.push(await openTime(page, editor.url, BLOCKS));
        await page.waitForTimeout(1500);            /* others have been heard, colours loaded */
        const there = await pictures(page);
        if (there.all !== PICTURES || there.there !== there.looked) throw new Error(`${editor.name}: pictures are missing: ${JSON.stringify(there)}`);
        tell('pictures are there');
        await settle(page);
        const keys = await typing(browser, page, KEYS);
        tell('typed');
        return { first, open: median(again), ...keys };
    } finally {
        await context.close();
        people.leave();
    }
}

const f = (x, digits = 1) => x.toFixed(digits);
const FIELDS = [
    ['p50', 'key to screen, median', 'ms', 16], ['p95', 'key to screen, p95', 'ms', 50],
    ['cost', 'a key costs', 'ms'], ['rendering', '  of which style, layout, painting', 'ms'],
    ['first', 'address to editable, first visit', 'ms', 1000], ['open', 'address to editable, again', 'ms', 1000],
];

if (import.meta.url === `file://${process.argv[1]}`) {
    const only = process.argv.find((a) => a.startsWith('--only='))?.split('=')[1];
    const browser = await launch();
    const editors = [];
    try {
        if (only !== 'example') editors.push(await startHindsight());
        if (only !== 'hindsight') editors.push({ name: 'TipTap’s example', ...await startExample(photos) });
        const results = editors.map(() => []);
        for (let i = 0; i < ROUNDS; i++) for (const [k, e] of editors.entries()) results[k].push(await round(browser, e));
        console.log(`${BLOCKS} blocks, ${PICTURES} pictures, ${PEOPLE} people; medians of ${ROUNDS} rounds in turn, ${KEYS} keys each; a frame every 16.7 ms, processor time where it says costs`);
        console.log(`${''.padEnd(40)}${editors.map((e) => e.name.padStart(18)).join('')}${editors.length > 1 ? '     ratio' : ''}`);
        for (const [key, words, unit, aim] of FIELDS) {
            const values = results.map((r) => median(r.map((x) => x[key])));
            const ratio = editors.length > 1 ? `${f(median(results[0].map((r, i) => r[key] / results[1][i][key])), 2)}`.padStart(10) : '';
            console.log(`${`${words} (${unit})`.padEnd(40)}${values.map((v) => f(v, v < 100 ? 1 : 0).padStart(18)).join('')}${ratio}${aim ? `   aim ${aim}: ${values[0] <= aim ? 'met' : 'missed'}` : ''}`);
        }
    } finally {
        await browser.close();
        for (const e of editors) await e.stop();
    }
}
