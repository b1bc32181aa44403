// Deciding about several suggestions at once: on a selection, by keyboard and by button, of one author or of all; undone as one step.
//     node tests/browser/deciding.mjs          VERBOSE=1 names every step
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('deciding');
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
    await p.go(`/reports/${report}/edit?panel=comments`);
    await p.page.locator('.save-line[data-state=saved]').waitFor();
    return p;
}

/** The text, with what is suggested in it. */
const shown = (p) => p.page.evaluate(() => [...document.querySelectorAll('.doc-body > p')].map((el) => [...el.childNodes].filter((n) => !n.classList?.contains('cursor') && n.textContent.replaceAll('\ufeff', '')).map((n) => (n.nodeName === 'INS' ? `+${n.textContent}` : n.nodeName === 'DEL' ? `-${n.textContent}` : n.textContent.replaceAll('\ufeff', ''))).join('|')));
const is = (p, ...want) => until(async () => String(await shown(p)) === String(want), `${want}`).catch(async (e) => { throw new Error(`${e.message}: ${await shown(p)}`); });

async function suggest(p, places) {
    await p.choose(p.button(/^Mode: /), 'Suggesting');
    await p.page.waitForFunction(() => !!document.querySelector('.doc-body').editor.storage.comments.correct);
    for (const [line, word] of places)
        await p.page.evaluate(([n, text]) => {
            const { editor } = document.querySelector('.doc-body');
            let at = 0;
            for (let i = 0; i < n; i++) at += editor.state.doc.child(i).nodeSize;
            editor.view.dispatch(editor.state.tr.insertText(text, at + editor.state.doc.child(n).nodeSize - 1));
        }, [line, word]);
}

/** Selects from the first letter of a line to the last of another, as Shift and the arrows do. */
const select = (p, first, last) => p.page.evaluate(([a, b]) => {
    const { editor } = document.querySelector('.doc-body');
    const start = (n) => { let at = 0; for (let i = 0; i < n; i++) at += editor.state.doc.child(i).nodeSize; return at + 1; };
    editor.chain().focus().setTextSelection({ from: start(a), to: start(b + 1) - 2 }).run();
}, [first, last]);

try {
    await suite.walk('deciding', async () => {
        const api = ask(server.url, tokens.admin);
        const incident = await api('POST', '/api/v1/incidents', { title: 'Checkout fails', severity: 'SEV-2' });
        const templates = await api('GET', '/api/v1/templates');
        const report = (await api('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id })).reference;
        const ana = await opened('ana', 'admin@example.com', report), bo = await opened('bo', 'bo@example.com', report);
        await ana.page.evaluate(() => document.querySelector('.doc-body').editor.commands.setContent('<p>one</p><p>two</p><p>three</p><p>four</p>'));
        await is(bo, 'one', 'two', 'three', 'four');

        await step('two people suggest in four lines', async () => {
            await suggest(bo, [[0, ' B'], [1, ' B'], [3, ' B']]);
            await suggest(ana, [[2, ' A']]);
            await is(ana, 'one|+ B', 'two|+ B', 'three|+ A', 'four|+ B');
            await ana.choose(ana.button(/^Mode: /), 'Editing');
            await ana.button('Mode: Editing').waitFor();
        });
        const group = ana.page.getByRole('group', { name: '2 in the selection' });
        await step('what is selected is said, in a group of its own that the keyboard reaches', async () => {
            await select(ana, 0, 1);
            await group.waitFor();
            await group.getByRole('button', { name: 'Accept these' }).focus();
            await ana.page.keyboard.press('Tab');
            await until(() => group.getByRole('button', { name: 'Reject these' }).evaluate((el) => el === document.activeElement), 'Tab goes on to Reject these');
            await ana.page.getByRole('group', { name: 'Bo Tanaka: New: “B”' }).first().waitFor();
        });
        await step('Reject these decides about those alone, says so, and one Undo of the notice brings both back', async () => {
            await ana.page.keyboard.press('Enter');
            await is(bo, 'one', 'two', 'three|+ A', 'four|+ B');
            const notice = ana.page.getByRole('status').filter({ hasText: '2 suggestions rejected' });
            await notice.getByRole('button', { name: 'Undo' }).click();
            await is(bo, 'one|+ B', 'two|+ B', 'three|+ A', 'four|+ B');
        });
        await step('the keys accept what is selected, Control+Z takes it back in one step, and again does it again', async () => {
            await select(ana, 0, 1);
            await ana.page.keyboard.press('Control+Alt+Enter');
            await is(bo, 'one B', 'two B', 'three|+ A', 'four|+ B');
            await ana.page.locator('.doc-body').focus();
            await ana.page.keyboard.press('Control+z');
            await is(bo, 'one|+ B', 'two|+ B', 'three|+ A', 'four|+ B');
            await ana.page.keyboard.press('Control+Shift+z');
            await is(bo, 'one B', 'two B', 'three|+ A', 'four|+ B');
        });
        await step('of one author alone: the others in the selection stay', async () => {
            await ana.choose(ana.page.locator('.suggestions').getByRole('button', { name: 'By' }), 'Bo Tanaka');
            await select(ana, 2, 3);
            await ana.page.getByRole('group', { name: '1 in the selection' }).waitFor();
            await ana.page.keyboard.press('Control+Alt+Backspace');
            await is(bo, 'one B', 'two B', 'three|+ A', 'four');
        });
        await step('the notice does not undo what was written since', async () => {
            await select(ana, 2, 2);
            await ana.page.keyboard.press('Control+Alt+Enter');
            await is(bo, 'one B', 'two B', 'three A', 'four');
            await ana.page.evaluate(() => document.querySelector('.doc-body').editor.commands.focus('end'));
            await ana.page.keyboard.type('!');
            await ana.page.getByRole('status').filter({ hasText: '1 suggestion accepted' }).getByRole('button', { name: 'Undo' }).click();
            await ana.page.getByRole('status').filter({ hasText: 'You have written since' }).waitFor();
            await is(bo, 'one B', 'two B', 'three A', 'four!');
        });
        await step('where nothing is suggested the keys say so', async () => {
            await ana.page.locator('.doc-body').focus();
            await ana.page.keyboard.press('Control+Alt+Enter');
            await ana.page.getByRole('status').filter({ hasText: 'Nothing is suggested here' }).waitFor();
            await is(ana, 'one B', 'two B', 'three A', 'four!');
        });
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
