// Two real editors in Chromium, random commands at once, with lost connections and reloads. Afterwards the two screens, the two
// Yjs documents and the server's own reading (JSON, HTML, Markdown, text) must be equal.
//     node tests/browser/random.mjs [--rounds=N] [--commands=N] [--seed=N] [--only=KIND]        thousands: --rounds=400; a KIND of rounds: suggesting
// A seed repeats the commands of every round; what the network does in between is its own.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { play } from '../lib/random-play.mjs';
import { addPeople, makeSystem, password, root, serve } from '../lib/server.mjs';

const option = (name, otherwise) => Number(process.argv.find((a) => a.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise);
const rounds = option('rounds', 6), commands = option('commands', 24);
const only = process.argv.find((a) => a.startsWith('--only='))?.split('=')[1];
let seed = option('seed', (Math.random() * 2 ** 31) | 0);
const suite = new Suite('random');
const tool = join(root, 'build/crdt/crdt-tool');

/** Everything that must be the same for both, and what the page shows of it. */
function look() {
    const editor = document.querySelector('.doc-body').editor;
    const { doc } = editor.state['y-sync$'];
    /* several marks of one type stand in the order in which they came */
    const inOrder = (k, v) => (k === 'marks' ? v.map((m) => JSON.stringify(m)).sort().map((m) => JSON.parse(m)) : v);
    const clean = (o) => (Array.isArray(o) ? o.map(clean) : o && typeof o === 'object' ? Object.fromEntries(Object.keys(o).sort().filter((k) => o[k] !== null && o[k] !== undefined).map((k) => [k, inOrder(k, clean(o[k]))])) : o);
    const shown = (el) => {
        if (el.nodeType === 3) return el.data.replaceAll('\ufeff', '');
        if (el.nodeType !== 1 || el.matches('.ProseMirror-widget, li > label, .cursor, .guide, .code-bar, .img-bar, .img-handle, .column-resize-handle, .ProseMirror-separator, .ProseMirror-trailingBreak, svg, colgroup')) return '';
        const inside = el.matches('input:not([type=checkbox])') ? el.value : [...el.childNodes].map(shown).join('');
        /* marks and wrappers of the same text may be nested either way */
        return el.matches('strong, em, code, s, u, mark, a, span') && !el.matches('pre > code') ? inside : `<${el.tagName.toLowerCase()}${el.matches('td, th') ? ` ${el.colSpan}x${el.rowSpan}` : ''}>${inside}</>`;
    };
    document.activeElement?.blur();
    const body = document.querySelector('.doc-body');
    const suggested = (el) => el.nodeType === 1 && el.matches('ins.sg, .sg-insert, .sg-break');
    const hidden = '.ProseMirror-widget, li > label, .cursor, .guide, .code-bar, .img-bar, .img-handle, svg';
    const read = (el) => (suggested(el) ? '' : el.nodeType === 1 && el.childNodes.length ? (el.matches(hidden) ? '' : [...el.childNodes].map(read).join('')) : shown(el));
    return {
        screen: shown(body), reading: read(body), json: JSON.stringify(clean(editor.state.doc.toJSON())), yjs: doc.getXmlFragment('default').toString(),
        vector: JSON.stringify([...doc.store.clients].map(([c, l]) => [c, l[l.length - 1].id.clock + l[l.length - 1].length]).sort()),
        pending: !!doc.store.pendingStructs, valid: (() => { try { editor.state.doc.check(); return ''; } catch (e) { return e.message; } })(),
    };
}

/* ---- comparing ---------------------------------------------------------------------------------------------------- */

const GREEK = 'αβγδεζηθικλμ', CYRILLIC = 'абвгдежзиклм';
/** Only what was typed here, in order: whatever the markup around it. */
const typed = (text) => text.replace(/[^\u0370-\u04ff]/g, '');
const clean = (o) => (Array.isArray(o) ? o.map(clean) : o && typeof o === 'object' ? Object.fromEntries(Object.keys(o).sort().filter((k) => o[k] !== null).map((k) => [k, clean(o[k])])) : o);

const LISTS = ['bulletList', 'orderedList', 'taskList', 'listItem', 'taskItem', 'table', 'tableRow'];
/** The tree as readers get it: nothing that is only suggested, no places of comments, and no live blocks, whose incident nobody knows here. */
function unsuggested(n) {
    const inserted = (x) => x.type === 'paragraphBreak' || x.type === 'liveBlock' || x.marks?.some((m) => m.type === 'insertion') || !!x.attrs?.inserted;
    const content = n.content?.filter((x) => !inserted(x)).map(unsuggested).filter((x) => !(LISTS.includes(x.type) && x.held && !x.content?.length));
    return { ...n, held: !!n.content?.length, ...(n.content ? { content } : {}), ...(n.marks ? { marks: n.marks.filter((m) => !['insertion', 'deletion', 'proposed', 'comment'].includes(m.type)) } : {}) };
}

/** ProseMirror's JSON with what a renderer leaves out or fills in taken away from both. */
function comparable(json) {
    const walk = (n) => ({
        type: n.type, ...(n.text !== undefined ? { text: n.text } : {}),
        ...(n.marks?.length ? { marks: n.marks.map((m) => m.type).sort() } : {}),
        ...(n.content?.length ? { content: joined(n.content.map(walk)) } : {}),
    });
    /* Two who began in one empty line have a text each: the server tells both. */
    const joined = (list) => list.reduce((out, n) => {
        const last = out[out.length - 1];
        if (n.text !== undefined && last?.text !== undefined && String(last.marks) === String(n.marks)) last.text += n.text;
        else out.push(n);
        return out;
    }, []);
    return JSON.stringify(walk(unsuggested(clean(JSON.parse(json)))));
}

function difference(a, b) {
    let i = 0;
    while (i < Math.min(a.length, b.length) && a[i] === b[i]) i++;
    return `at ${i}: …${a.slice(Math.max(0, i - 60), i + 100)}\n              …${b.slice(Math.max(0, i - 60), i + 100)}`;
}

/** The text as readers get it. */
const reading = async (api, report) => comparable(JSON.stringify(await api('GET', `/api/v1/reports/${report}/content?format=json`)));
/** Cells that only make the rows of a table equally long come by mending, in any round: those that are empty do not count. */
function withoutEmptyCells(json) {
    const says = (n) => n.text !== undefined || !['paragraph', 'tableCell', 'tableHeader', 'tableRow'].includes(n.type) || !!n.content?.some(says);
    const walk = (n) => ({ ...n, ...(n.content ? { content: n.content.map(walk).filter((x) => !/^table(Cell|Header|Row)$/.test(x.type) || says(x)) } : {}) });
    return JSON.stringify(walk(JSON.parse(json)));
}

/** What earlier rounds left invalid is mended once somebody writes: before a round in which nothing may change for readers. */
async function mended(people) {
    for (const p of people) {
        await p.page.evaluate(() => { const { editor } = document.querySelector('.doc-body'); editor.view.dispatch(editor.state.tr.insert(editor.state.doc.content.size, editor.schema.nodes.paragraph.create())); });
    }
    for (const p of people) await p.page.waitForFunction(() => document.querySelector('.doc-body').editor.state['y-sync$'].binding.mended.size === 0);
}

/** Suggesting, or editing. What was done before cannot be undone as a suggestion. */
async function mode(p, name) {
    await p.page.locator('button[aria-label^="Mode: "]').click();
    await p.page.locator('[role=menu] .it', { hasText: name }).click();
    await p.button(`Mode: ${name}`).waitFor();
    await p.page.waitForFunction((on) => !!document.querySelector('.doc-body').editor.storage.comments.correct === on, name === 'Suggesting');
    await p.page.evaluate(() => document.querySelector('.doc-body').editor.state['y-undo$'].undoManager.clear());
}

/** One accepts, the other rejects, both at once, whatever each of them sees. */
async function decide(p, accept) {
    await p.page.locator('[role=tab]', { hasText: 'Comments' }).click();
    const all = p.page.getByRole('button', { name: accept ? 'Accept all' : 'Reject all' });
    if (await all.count()) await all.click({ timeout: 5000 }).catch(() => {});            /* the other one was quicker */
}

/** What the engine in C makes of what the server stored, as Yjs would show it. Tried where the database is a file and crdt-tool is built (make -C crdt). */
function engineReads(data, id) {
    const rows = execFileSync('sqlite3', [join(data, 'hindsight.db'), `SELECT hex(body) FROM document_update WHERE document = '${id}' ORDER BY revision`], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const parts = rows.split('\n').filter(Boolean).flatMap((hex) => { const b = Buffer.from(hex, 'hex'), n = Buffer.alloc(4); n.writeUInt32LE(b.length); return [n, b]; });
    return execFileSync(tool, ['--stream', 'load', '-', 'xml', 'default'], { input: Buffer.concat(parts), encoding: 'utf8', maxBuffer: 1 << 28 }).trimEnd();
}

/** The threads as the panel of a page shows them, in order, with whether each has its place in the text. */
async function threadsOf(p) {
    await p.page.locator('[role=tab]', { hasText: 'Comments' }).click();
    await p.page.locator('.threads-top').getByRole('button', { name: /^Open \d/ }).click();
    return p.page.evaluate(() => [...document.querySelectorAll('.threads .thread[data-thread]')].map((el) => `${el.dataset.thread} ${el.querySelectorAll('.cm-one').length} ${el.querySelector('.thread-gone') ? 'gone' : 'there'}`));
}

/** Both panels and the server tell of the same threads, and the places of those that are there are in the text. */
async function threadsAgree(people, api, report) {
    let last = '';
    await until(async () => {
        const [a, b] = await Promise.all(people.map(threadsOf));
        const all = (await api('GET', `/api/v1/reports/${report}/threads?limit=200`)).items;
        const open = all.filter((x) => x.state === 'open').map((x) => `${x.id} ${x.comments.length}`).sort();
        const seen = a.map((x) => x.split(' ').slice(0, 2).join(' ')).sort();
        last = `ana ${a.join(', ')}\n bo ${b.join(', ')}\n server ${open.join(', ')}`;
        return String(a) === String(b) && String(seen) === String(open);
    }, 'the threads are the same', 15_000).catch((e) => { throw new Error(`${e.message}\n${last}`); });
}

async function round(n, { people, api, report, id, incident, data }) {
    const [ana, bo] = people;
    const start = (seed + n * 7919) >>> 0;
    const how = only ?? ['together', 'apart', 'suggesting', 'reload', 'apart', 'deciding'][n % 6];
    const what = `round ${n} (--seed=${seed}, ${how})`;
    /* what was written before is on the server's disk first */
    if (how === 'suggesting') await mended(people);
    const before = how === 'suggesting' ? await until(async () => { const now = await reading(api, report); return now === comparable((await ana.page.evaluate(look)).json) && now; }, 'the server reads what is on screen') : null;
    if (how === 'suggesting') await Promise.all(people.map((p) => mode(p, 'Suggesting')));
    const done = await suite.step(`${what}: they write`, async () => {
        if (how === 'deciding') await Promise.all(people.map((p, i) => decide(p, i === 0)));
        if (how === 'apart') await Promise.all(people.map((p) => p.context.setOffline(true)));
        const each = await Promise.all(people.map((p, i) => p.page.evaluate(play, { seed: start + i * 31, count: commands, letters: i ? CYRILLIC : GREEK, incident, without: how === 'apart' ? 'comment' : how === 'suggesting' ? 'decide' : '' })));
        if (how === 'reload') {
            await bo.page.reload();
            await bo.page.waitForFunction(() => document.querySelector('.doc-body')?.editor);
        }
        if (how === 'apart') await Promise.all(people.map((p) => p.context.setOffline(false)));
        return each;
    });
    await suite.step(`${what}: both end equal`, async () => {
        let seen;
        try {
            await until(async () => {
                for (const p of people) if (await p.page.locator('.save-line').getAttribute('data-state') !== 'saved') return false;
                seen = await Promise.all(people.map((p) => p.page.evaluate(look)));
                return seen[0].yjs === seen[1].yjs && seen[0].json === seen[1].json && seen[0].screen === seen[1].screen && !seen[0].pending && !seen[1].pending;
            }, 'equal screens and documents', 15_000);
        } catch (e) {
            const part = seen && ['yjs', 'json', 'screen'].find((k) => seen[0][k] !== seen[1][k]);
            throw new Error(`${e.message}\n${part ? `${part} differs (${seen[0].vector === seen[1].vector ? 'same' : 'other'} vectors) ${difference(seen[0][part], seen[1][part])}` : 'not saved'}\n${done.map((d) => d.join(' ')).join('\n')}`);
        }
        for (const x of seen) if (x.valid) throw new Error(`not valid: ${x.valid}\n${done.map((d) => d.join(' ')).join('\n')}`);
        if (how === 'suggesting') {
            await Promise.all(people.map((p) => mode(p, 'Editing')));
            const now = await reading(api, report);
            if (withoutEmptyCells(now) !== withoutEmptyCells(before)) throw new Error(`what is suggested is read: ${difference(withoutEmptyCells(before), withoutEmptyCells(now))}${process.env.VERBOSE ? `\n${seen[0].json}` : ''}\n${done.map((d) => d.join(' ')).join('\n')}`);
        }
        /* Who has just opened the page mends nothing by that alone (web/README.md), only once somebody writes. */
        if (how === 'reload') for (const p of people) await p.page.evaluate(() => { const { editor } = document.querySelector('.doc-body'); editor.view.dispatch(editor.state.tr.insert(editor.state.doc.content.size, editor.schema.nodes.paragraph.create())); });
        /* the server's own reading, once it has written what it was told (mending included) */
        let last = '';
        await until(async () => {
            const [now] = await Promise.all([ana.page.evaluate(look)]);
            const read = async (format) => { const r = await api('GET', `/api/v1/reports/${report}/content?format=${format}`); return typeof r === 'string' ? r : JSON.stringify(r); };
            const json = await read('json');
            const a = comparable(now.json), b = comparable(json);
            if (a !== b) { last = `the server's JSON ${difference(a, b)}`; return false; }
            const want = typed(now.reading);
            const html = (await read('html')).replace(/<[^>]*>/g, '').replace(/&#x([0-9a-f]+);/gi, (_m, x) => String.fromCodePoint(parseInt(x, 16)));
            for (const [name, text] of [['HTML', html], ['Markdown', await read('markdown')], ['text', await read('text')]])
                if (typed(text) !== want) { last = `${name} ${difference(want, typed(text))}${process.env.VERBOSE ? `\n${now.screen}\n${text}\n${json}` : ''}`; return false; }
            if (existsSync(tool)) {
                const stored = engineReads(data, id);
                if (stored !== now.yjs) { last = `what is stored ${difference(now.yjs, stored)}`; return false; }
            }
            return true;
        }, 'the server reads the same', 15_000).catch((e) => { throw new Error(`${e.message}\n${last}\n${done.map((d) => d.join(' ')).join('\n')}`); });
        await threadsAgree(people, api, report);
    });
}

/* ---- the walk -------------------------------------------------------------------------------------------------------- */

console.log(`random: --seed=${seed} --rounds=${rounds} --commands=${commands}`);
const system = makeSystem();
const tokens = addPeople(system);
system.cli(['user', 'add', '--email', 'bo@example.com', '--name', 'Bo Tanaka', '--role', 'responder', '--password-stdin'], password);
const server = await serve(system);
const api = ask(server.url, tokens.admin);
const browser = await launch();
try {
    await suite.walk('two editors', async () => {
        const incident = await api('POST', '/api/v1/incidents', { title: 'Checkout fails', severity: 'SEV-2' });
        const templates = await api('GET', '/api/v1/templates');
        const people = [];
        for (const [name, email] of [['ana', 'admin@example.com'], ['bo', 'bo@example.com']]) {
            const p = await person(suite, browser, name, server.url);
            p.tolerate(/ERR_INTERNET_DISCONNECTED|WebSocket connection to|status of (404|409)|ERR_FAILED/);
            await p.go('/sign-in');
            await p.page.locator('input[type=email]').fill(email);
            await p.page.locator('input[type=password]').fill(password);
            await p.page.locator('button[type=submit]').click();
            await p.page.waitForURL(`${server.url}/`);
            people.push(p);
        }
        let report, id;
        for (let n = 0; n < rounds; n++) {
            /* A new document now and then: an old one only grows. */
            if (n % 10 === 0) {
                ({ reference: report, id } = await api('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id }));
                await Promise.all(people.map(async (p) => {
                    await p.go(`/reports/${report}/edit`);
                    await p.page.locator('.save-line[data-state=saved]').waitFor();
                }));
                await people[0].page.evaluate(() => {
                    const { editor } = document.querySelector('.doc-body');
                    editor.chain().setMeta('addToHistory', false).setContent('<h2>α</h2><p>βγδ εζη</p><ul><li><p>θικ</p></li><li><p>λμ</p></li></ul><pre><code>αβ\nγδ</code></pre><p></p>').run();
                });
            }
            await round(n, { people, api, report, id, incident: 'INC-999', data: system.data });
        }
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
