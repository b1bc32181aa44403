// Writing Chinese by an input method while somebody else types in the same paragraph: what is composed is not torn, and nothing is lost.
//     node tests/browser/composing.mjs          VERBOSE=1 names every step
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('composing');
const step = (what, run) => suite.step(what, run);
const system = makeSystem();
const tokens = addPeople(system);
system.cli(['user', 'add', '--email', 'bo@example.com', '--name', 'Bo Tanaka', '--role', 'responder', '--password-stdin'], password);
const server = await serve(system);
const browser = await launch();

async function opened(name, email, report) {
    const p = await person(suite, browser, name, server.url);
    await p.go('/sign-in');
    await p.page.locator('input[type=email]').fill(email);
    await p.page.locator('input[type=password]').fill(password);
    await p.page.locator('button[type=submit]').click();
    await p.page.waitForURL(`${server.url}/`);
    await p.go(`/reports/${report}/edit`);
    await p.page.locator('.save-line[data-state=saved]').waitFor();
    return p;
}

const text = (p) => p.page.evaluate(() => document.querySelector('.doc-body').editor.state.doc.textBetween(0, document.querySelector('.doc-body').editor.state.doc.content.size, '|'));
const is = (p, want) => until(async () => await text(p) === want, want).catch(async (e) => { throw new Error(`${e.message}: ${await text(p)}`); });
/** Sets the cursor (negative: from the end), and waits until the browser's own is there: focus comes with the next frame. */
async function cursor(p, at) {
    await p.page.evaluate((pos) => { const { editor } = document.querySelector('.doc-body'); editor.chain().focus().setTextSelection(pos < 0 ? editor.state.doc.content.size + pos : pos).run(); }, at);
    await p.page.waitForFunction((pos) => {
        const { view, state } = document.querySelector('.doc-body').editor, s = getSelection();
        const want = pos < 0 ? state.doc.content.size + pos : pos;
        return view.hasFocus() && s.anchorNode && view.dom.contains(s.anchorNode) && view.posAtDOM(s.anchorNode, s.anchorOffset) === want && state.selection.from === want;
    }, at);
}
/** Somebody types without the keyboard of this test: the page that composes keeps the focus of its own window. */
const types = (p, at, words) => p.page.evaluate(([pos, s]) => { const { editor } = document.querySelector('.doc-body'); for (const [i, c] of [...s].entries()) editor.view.dispatch(editor.state.tr.insertText(c, pos + i)); }, [at, words]);

try {
    await suite.walk('composing', async () => {
        const api = ask(server.url, tokens.admin);
        const incident = await api('POST', '/api/v1/incidents', { title: 'Checkout fails', severity: 'SEV-2' });
        const templates = await api('GET', '/api/v1/templates');
        const report = (await api('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id })).reference;
        const ana = await opened('ana', 'admin@example.com', report), bo = await opened('bo', 'bo@example.com', report);
        const input = await ana.context.newCDPSession(ana.page);
        const compose = async (...steps) => { for (const s of steps) await input.send('Input.imeSetComposition', { text: s, selectionStart: s.length, selectionEnd: s.length }); };
        const commit = (s) => input.send('Input.insertText', { text: s });
        await ana.page.evaluate(() => document.querySelector('.doc-body').editor.commands.setContent('<p>one two</p><p>three</p>'));
        await is(bo, 'one two|three');

        await step('words that are composed at the end stay whole while somebody types before them', async () => {
            await cursor(ana, 8);
            await compose('n', 'ni');
            await types(bo, 1, 'BO ');
            await until(async () => (await text(ana)).startsWith('BO one'), 'the other one is seen meanwhile');
            await compose('nih', 'niha', 'nihao');
            await commit('你好');
            await is(ana, 'BO one two你好|three');
            await is(bo, 'BO one two你好|three');
        });
        await step('and in the middle of a line, while somebody types in another paragraph', async () => {
            await ana.page.evaluate(() => { const um = document.querySelector('.doc-body').editor.state['y-undo$'].undoManager; um.stopCapturing(); um.captureTimeout = 0; });            /* as if each key came after a long pause */
            await cursor(ana, 4);
            await compose('s', 'sh', 'shi');
            await until(async () => /shi/.test(await text(bo)), 'what is composed is seen as it is typed');
            await bo.page.evaluate(() => { const { editor } = document.querySelector('.doc-body'); editor.view.dispatch(editor.state.tr.insertText('!', editor.state.doc.content.size - 1)); });
            await until(async () => /!/.test(await text(ana)), 'the other one is seen meanwhile');
            await compose('shij', 'shijie');
            await commit('世界');
            await is(ana, 'BO 世界one two你好|three!');
            await is(bo, 'BO 世界one two你好|three!');
        });
        await step('undo takes the composed words back in one step, and no letter of the other one', async () => {
            await ana.page.keyboard.press('Control+z');
            await is(bo, 'BO one two你好|three!');
            await ana.page.keyboard.press('Control+Shift+z');
            await is(bo, 'BO 世界one two你好|three!');
        });
        await step('what is composed while suggesting is one suggestion', async () => {
            await ana.choose(ana.button(/^Mode: /), 'Suggesting');
            await ana.page.waitForFunction(() => !!document.querySelector('.doc-body').editor.storage.comments.correct);
            await cursor(ana, -1);
            await compose('b', 'bu', 'buchong');
            await types(bo, 1, 'x');
            await commit('补充');
            await is(bo, 'xBO 世界one two你好|three!补充');
            await bo.page.locator('.doc-body ins', { hasText: /^补充$/ }).waitFor();
        });
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
