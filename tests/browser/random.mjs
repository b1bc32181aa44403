// Two real editors in Chromium, random commands at once, with lost connections and reloads. Afterwards the two screens, the two
// Yjs documents and the server's own reading (JSON, HTML, Markdown, text) must be equal.
//     node tests/browser/random.mjs [--rounds=N] [--commands=N] [--seed=N]         thousands: --rounds=400
// A seed repeats the commands of every round; what the network does in between is its own.
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const option = (name, otherwise) => Number(process.argv.find((a) => a.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise);
const rounds = option('rounds', 6), commands = option('commands', 24);
let seed = option('seed', (Math.random() * 2 ** 31) | 0);
const suite = new Suite('random');

/* ---- what is done, inside the page ---------------------------------------------------------------------------- */

/** Does `count` random commands with the editor of the page, as a person would with mouse and keyboard. Names of what was done. */
async function play({ seed: start, count, letters, undo }) {
    let s = start >>> 0;
    const random = () => {
        s = (s + 0x6d2b79f5) >>> 0;
        let t = Math.imul(s ^ (s >>> 15), 1 | s);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const below = (n) => Math.floor(random() * n);
    const pick = (list) => list[below(list.length)];
    const editor = document.querySelector('.doc-body').editor;
    const word = () => Array.from({ length: 1 + below(6) }, () => pick([...letters])).join('') + (random() < 0.5 ? ' ' : '');
    const texts = () => {
        const all = [];
        editor.state.doc.descendants((n, pos) => { if (n.isTextblock) all.push([pos, n]); });
        return all;
    };
    const nodes = (...names) => {
        const all = [];
        editor.state.doc.descendants((n, pos) => { if (names.includes(n.type.name)) all.push([pos, n]); });
        return all;
    };
    const place = () => {
        const all = texts();
        if (!all.length) return 1;
        const [pos, n] = pick(all);
        return pos + 1 + below(n.content.size + 1);
    };
    const here = () => editor.commands.setTextSelection(place());
    const range = () => {
        const a = place(), b = random() < 0.7 ? Math.min(a + below(12), editor.state.doc.content.size) : place();
        editor.commands.setTextSelection({ from: Math.min(a, b), to: Math.max(a, b) });
    };
    const cell = () => {
        const all = nodes('tableCell', 'tableHeader');
        if (!all.length) return false;
        editor.commands.setTextSelection(pick(all)[0] + 2);
        return true;
    };
    const inTable = (name) => refusable(() => cell() && editor.commands[name]());
    const attrs = (names, change) => () => {
        const all = nodes(...names);
        if (!all.length) return;
        const [pos, n] = pick(all);
        editor.view.dispatch(editor.state.tr.setNodeMarkup(pos, undefined, { ...n.attrs, ...change(n) }));
    };
    /* A table that somebody else just made irregular may refuse a command; it must not change then. */
    const refusable = (run) => () => {
        try {
            run();
        } catch (e) {
            if (!/^(RangeError|TransformError)$/.test(e.name) && !/invalid content/.test(e.message)) throw e;
        }
    };
    const key = (name) => refusable(() => {
        here();
        const parts = name.split('-'), code = parts.pop();
        const event = new KeyboardEvent('keydown', { key: code, ctrlKey: parts.includes('Mod'), shiftKey: parts.includes('Shift'), bubbles: true, cancelable: true });
        editor.view.someProp('handleKeyDown', (f) => f(editor.view, event));
    });
    const type = () => { here(); for (const c of word()) editor.view.dispatch(editor.state.tr.insertText(c)); };
    const actions = {
        type, type2: type, type3: type, type4: type, type5: type,
        replace: () => { range(); editor.view.dispatch(editor.state.tr.insertText(word())); },
        erase: () => { range(); editor.commands.deleteSelection(); },
        enter: key('Enter'), enter2: key('Enter'), backspace: key('Backspace'), delete: key('Delete'), indent: key('Tab'), outdent: key('Shift-Tab'), break: key('Shift-Enter'),
        up: key('Mod-Shift-ArrowUp'), down: key('Mod-Shift-ArrowDown'), double: key('Mod-d'),
        bold: () => { range(); editor.commands.toggleBold(); }, italic: () => { range(); editor.commands.toggleItalic(); }, code: () => { range(); editor.commands.toggleCode(); },
        link: () => { range(); editor.commands.setLink({ href: `https://a.example/${below(9)}` }); },
        heading: () => { here(); editor.commands.toggleHeading({ level: 2 + below(2) }); }, paragraph: () => { range(); editor.commands.setParagraph(); },
        bullets: () => { range(); editor.commands.toggleBulletList(); }, numbers: () => { range(); editor.commands.toggleOrderedList(); }, tasks: () => { range(); editor.commands.toggleTaskList(); },
        quote: () => { here(); editor.commands.toggleBlockquote(); }, codeBlock: () => { here(); editor.commands.toggleCodeBlock(); },
        callout: () => { here(); editor.commands.wrapIn('callout', { kind: pick(['info', 'warning']) }); }, lift: () => { here(); editor.commands.lift('callout'); },
        details: () => { here(); editor.commands.setDetails(); }, unDetails: () => { here(); editor.commands.unsetDetails(); }, rule: () => { here(); editor.commands.setHorizontalRule(); },
        tick: attrs(['taskItem'], (n) => ({ checked: !n.attrs.checked })), kind: attrs(['callout'], () => ({ kind: pick(['danger', 'success', 'info']) })),
        language: attrs(['codeBlock'], () => ({ language: pick(['yaml', 'sql', null]) })), start: attrs(['orderedList'], () => ({ start: 1 + below(4) })),
        image: () => { here(); editor.commands.insertContent({ type: 'image', attrs: { src: '/files/none', alt: '', caption: word() } }); },
        caption: attrs(['image'], () => ({ caption: word() })), caption2: attrs(['image'], (n) => ({ caption: `${n.attrs.caption ?? ''}${word()}` })), width: attrs(['image'], () => ({ width: 100 + below(300) })),
        chip: () => { here(); editor.commands.insertContent({ type: 'evidence', attrs: { kind: 'alert', id: 'x', title: 'Alert' } }); },            /* plain text leaves sources out */
        table: () => { if (nodes('table').length < 4) { here(); editor.commands.insertTable({ rows: 2 + below(2), cols: 2 + below(2), withHeaderRow: random() < 0.5 }); } },
        rowBefore: inTable('addRowBefore'), rowAfter: inTable('addRowAfter'), columnBefore: inTable('addColumnBefore'), columnAfter: inTable('addColumnAfter'),
        deleteRow: inTable('deleteRow'), deleteColumn: inTable('deleteColumn'), headerRow: inTable('toggleHeaderRow'), headerColumn: inTable('toggleHeaderColumn'), split: inTable('splitCell'),
        merge: refusable(() => {
            const all = nodes('table');
            if (!all.length) return;
            const [pos, t] = pick(all);
            const cells = [];
            t.descendants((n, p) => { if (['tableCell', 'tableHeader'].includes(n.type.name)) cells.push(pos + 1 + p); });
            if (cells.length < 2) return;
            const i = below(cells.length - 1);
            editor.commands.setCellSelection({ anchorCell: cells[i], headCell: cells[i + 1 + below(cells.length - i - 1)] });
            editor.commands.mergeCells();
        }),
        cellType: () => { if (cell()) editor.view.dispatch(editor.state.tr.insertText(word())); }, cellType2: () => { if (cell()) editor.view.dispatch(editor.state.tr.insertText(word())); },
        width2: attrs(['tableCell', 'tableHeader'], (n) => ({ colwidth: Array.from({ length: n.attrs.colspan }, () => 80 + below(100)) })),
        copy: () => {
            range();
            const slice = editor.state.selection.content();
            here();
            editor.view.dispatch(editor.state.tr.replaceSelection(slice));
        },
        drag: () => {
            const doc = editor.state.doc;
            if (doc.childCount < 3) return;
            const i = below(doc.childCount);
            let pos = 0;
            for (let k = 0; k < i; k++) pos += doc.child(k).nodeSize;
            const node = doc.child(i);
            const tr = editor.state.tr.delete(pos, pos + node.nodeSize);
            let to = 0;
            for (let k = below(tr.doc.childCount + 1) - 1; k >= 0; k--) to += tr.doc.child(k).nodeSize;
            editor.view.dispatch(tr.insert(to, node));
        },
        undo: () => editor.commands.undo(), undo2: () => editor.commands.undo(), redo: () => editor.commands.redo(),
    };
    const done = [], names = Object.keys(actions).filter((name) => undo || !/^(un|re)do/.test(name));
    for (let i = 0; i < count; i++) {
        const name = pick(names);
        done.push(name);
        try {
            actions[name]();
            editor.state.doc.check();
        } catch (e) {
            throw new Error(`${name} after ${done.join(' ')}: ${e.stack}`);
        }
        if (random() < 0.4) await new Promise((r) => setTimeout(r, 0));
    }
    return done;
}

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
/** The tree as readers get it: nothing that is only suggested. */
function unsuggested(n) {
    const inserted = (x) => x.type === 'paragraphBreak' || x.marks?.some((m) => m.type === 'insertion') || !!x.attrs?.inserted;
    const content = n.content?.filter((x) => !inserted(x)).map(unsuggested).filter((x) => !(LISTS.includes(x.type) && x.held && !x.content?.length));
    return { ...n, held: !!n.content?.length, ...(n.content ? { content } : {}), ...(n.marks ? { marks: n.marks.filter((m) => !['insertion', 'deletion', 'proposed'].includes(m.type)) } : {}) };
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
/** Mending what an earlier round left uneven or empty is no suggestion, and may come in any round: cells and paragraphs without anything do not count. */
const withoutEmptyCells = (json) => json.replace(/{"type":"table(?:Cell|Header)","content":\[{"type":"paragraph"}\]}|{"type":"paragraph"}/g, '').replace(/,{2,}/g, ',').replace(/\[,/g, '[').replace(/,\]/g, ']');

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

async function round(n, people, api, report) {
    const [ana, bo] = people;
    const start = (seed + n * 7919) >>> 0;
    const how = ['together', 'apart', 'suggesting', 'reload', 'apart', 'deciding'][n % 6];
    const what = `round ${n} (--seed=${seed}, ${how})`;
    /* what was written before is on the server's disk first */
    const before = how === 'suggesting' ? await until(async () => { const now = await reading(api, report); return now === comparable((await ana.page.evaluate(look)).json) && now; }, 'the server reads what is on screen') : null;
    if (how === 'suggesting') await Promise.all(people.map((p) => mode(p, 'Suggesting')));
    const done = await suite.step(`${what}: they write`, async () => {
        if (how === 'deciding') await Promise.all(people.map((p, i) => decide(p, i === 0)));
        if (how === 'apart') await Promise.all(people.map((p) => p.context.setOffline(true)));
        const each = await Promise.all(people.map((p, i) => p.page.evaluate(play, { seed: start + i * 31, count: commands, letters: i ? CYRILLIC : GREEK, undo: how !== 'suggesting' })));
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
            if (withoutEmptyCells(now) !== withoutEmptyCells(before)) throw new Error(`what is suggested is read: ${difference(withoutEmptyCells(before), withoutEmptyCells(now))}\n${done.map((d) => d.join(' ')).join('\n')}`);
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
                if (typed(text) !== want) { last = `${name} ${difference(want, typed(text))}${process.env.VERBOSE ? `\n${now.screen}\n${text}` : ''}`; return false; }
            return true;
        }, 'the server reads the same', 15_000).catch((e) => { throw new Error(`${e.message}\n${last}\n${done.map((d) => d.join(' ')).join('\n')}`); });
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
            p.tolerate(/ERR_INTERNET_DISCONNECTED|WebSocket connection to|status of 404|ERR_FAILED/);
            await p.go('/sign-in');
            await p.page.locator('input[type=email]').fill(email);
            await p.page.locator('input[type=password]').fill(password);
            await p.page.locator('button[type=submit]').click();
            await p.page.waitForURL(`${server.url}/`);
            people.push(p);
        }
        let report;
        for (let n = 0; n < rounds; n++) {
            /* A new document now and then: an old one only grows. */
            if (n % 10 === 0) {
                report = (await api('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id })).reference;
                await Promise.all(people.map(async (p) => {
                    await p.go(`/reports/${report}/edit`);
                    await p.page.locator('.save-line[data-state=saved]').waitFor();
                }));
                await people[0].page.evaluate(() => {
                    const { editor } = document.querySelector('.doc-body');
                    editor.chain().setMeta('addToHistory', false).setContent('<h2>α</h2><p>βγδ εζη</p><ul><li><p>θικ</p></li><li><p>λμ</p></li></ul><pre><code>αβ\nγδ</code></pre><p></p>').run();
                });
            }
            await round(n, people, api, report);
        }
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
