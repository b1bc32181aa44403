// What stands around the text while it is written: counts, the outline, dragging, the toolbar by keyboard.
//     node tests/browser/writing.mjs          VERBOSE=1 names every step
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('writing');
const step = (what, run) => suite.step(what, run);
const system = makeSystem();
const tokens = addPeople(system);
const server = await serve(system);
const browser = await launch();
try {
    await suite.walk('writing', async () => {
        const api = ask(server.url, tokens.admin);
        const incident = await api('POST', '/api/v1/incidents', { title: 'Checkout fails', severity: 'SEV-2' });
        const templates = await api('GET', '/api/v1/templates');
        const report = await api('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id });
        const ana = await person(suite, browser, 'ana', server.url);
        const { page } = ana;
        await ana.go('/sign-in');
        await page.locator('input[type=email]').fill('admin@example.com');
        await page.locator('input[type=password]').fill(password);
        await page.locator('button[type=submit]').click();
        await page.waitForURL(`${server.url}/`);
        await ana.go(`/reports/${report.reference}/edit`);
        ana.tolerate(/status of 404/);            /* the picture that is not there */
        await page.locator('.save-line[data-state=saved]').waitFor();
        const write = (html) => page.evaluate((given) => document.querySelector('.doc-body').editor.commands.setContent(given), html);
        const structure = () => page.evaluate(() => document.querySelector('.doc-body').editor.state.doc.toString());

        await step('the count says how many words are selected', async () => {
            await write('<p>one two three</p><p>four five</p>');
            await page.locator('.keyline-words', { hasText: /^5 words$/ }).waitFor();
            await page.evaluate(() => document.querySelector('.doc-body').editor.chain().focus().setTextSelection({ from: 1, to: 8 }).run());
            await page.locator('.keyline-words', { hasText: '2 of 5 words' }).waitFor();
            await page.evaluate(() => document.querySelector('.doc-body').editor.commands.setTextSelection(3));
            await page.locator('.keyline-words', { hasText: /^5 words$/ }).waitFor();
        });
        await step('the toolbar over a selection is reached by the keyboard, walked by arrows and left by Escape', async () => {
            await page.evaluate(() => document.querySelector('.doc-body').editor.chain().focus().setTextSelection({ from: 1, to: 4 }).run());
            const bar = page.getByRole('toolbar', { name: 'Format text' });
            await bar.waitFor();
            await page.keyboard.press('Alt+F10');
            await until(() => bar.evaluate((el) => el.contains(document.activeElement)), 'the keyboard is in the bar');
            await page.keyboard.press('ArrowRight');
            await page.keyboard.press('Enter');
            await page.locator('.doc-body strong', { hasText: 'one' }).waitFor();
            await page.keyboard.press('Escape');
            await until(() => page.evaluate(() => document.activeElement.classList.contains('doc-body')), 'back in the text');
        });
        await step('a paragraph that is dragged into a list becomes an item, and an item that is dragged out a list', async () => {
            await write('<p>first</p><ul><li><p>one</p></li><li><p>two</p></li></ul><p>last</p>');
            const take = async (words, onto) => {
                const from = page.locator('.doc-body p', { hasText: words }), to = page.locator('.doc-body p', { hasText: onto });
                await from.hover();
                const grip = page.locator('.gutter [draggable]');
                await until(async () => {
                    const [a, b] = [await grip.boundingBox(), await from.boundingBox()];
                    return a && b && Math.abs(a.y + a.height / 2 - b.y - 13) < 8;
                }, 'the grip stands beside the block');
                const box = await to.boundingBox();
                await grip.dragTo(to, { targetPosition: { x: 20, y: box.height - 3 } });
            };
            await take('first', 'one');
            await until(async () => await structure() === 'doc(bulletList(listItem(paragraph("one")), listItem(paragraph("first")), listItem(paragraph("two"))), paragraph("last"))', 'an item', 30_000).catch(async (e) => { throw new Error(`${e.message} ${await structure()}`); });
            await take('two', 'last');
            await until(async () => await structure() === 'doc(bulletList(listItem(paragraph("one")), listItem(paragraph("first"))), paragraph("last"), bulletList(listItem(paragraph("two"))))', 'a list', 30_000).catch(async (e) => { throw new Error(`${e.message} ${await structure()}`); });
        });
        await step('what is written under a picture is saved letter by letter, and its tools stay while it is changed', async () => {
            await write('<p>before</p><p>after</p>');
            await page.evaluate(() => { const { editor } = document.querySelector('.doc-body'); editor.chain().insertContentAt(8, { type: 'image', attrs: { src: '/files/none', alt: '' } }).setNodeSelection(8).run(); });
            const image = () => page.evaluate(() => { let found; document.querySelector('.doc-body').editor.state.doc.descendants((n) => { if (n.type.name === 'image') found = n.attrs; }); return found; });
            await page.locator('figure.image .img-caption').focus();
            await page.keyboard.type('The pool');
            await until(async () => (await image()).caption === 'The pool', 'the caption, with the cursor still in it');
            await page.keyboard.type(' is empty');
            await page.keyboard.press('Enter');
            await page.evaluate(() => document.querySelector('.doc-body').editor.chain().focus().setNodeSelection(8).run());
            await page.locator('.img-bar').getByRole('button', { name: 'Description for people who cannot see it' }).click();
            await page.keyboard.type('A graph');
            await until(async () => (await image()).alt === 'A graph', 'the alt text');
            if ((await image()).caption !== 'The pool is empty') throw new Error(JSON.stringify(await image()));
            await page.locator('figure.image.on').waitFor();
        });
        await step('while suggesting, what is written under a picture is one suggestion, and stays one when the cursor leaves', async () => {
            await page.locator('.doc-body').press('Control+Alt+s');
            await page.waitForFunction(() => !!document.querySelector('.doc-body').editor.storage.comments.correct);
            await page.locator('figure.image .img-caption').fill('Another caption');
            await page.locator('figure.image .img-caption').press('Enter');
            const [node] = await page.evaluate(() => { const all = []; document.querySelector('.doc-body').editor.state.doc.descendants((n) => { if (n.type.name === 'image') all.push(n.attrs); }); return all; });
            const layers = JSON.parse(node.suggested ?? '[]');
            if (node.caption !== 'The pool is empty' || layers.length !== 1 || layers[0].attrs.caption !== 'Another caption') throw new Error(JSON.stringify(node));
            await page.locator('.doc-body').press('Control+Alt+s');
            await page.waitForFunction(() => !document.querySelector('.doc-body').editor.storage.comments.correct);
        });
        await step('the outline follows the scroll, and leads to a heading', async () => {
            await write(['Alpha', 'Beta', 'Gamma'].map((h) => `<h2>${h}</h2>${'<p>text</p>'.repeat(40)}`).join(''));
            const here = (name) => page.locator('.outline button[aria-current=true]', { hasText: name }).waitFor();
            await page.locator('.outline button', { hasText: 'Gamma' }).waitFor();
            await page.evaluate(() => document.querySelector('.doc-body').querySelectorAll('h2')[1].scrollIntoView({ block: 'start' }));
            await here('Beta');
            await page.locator('.outline button', { hasText: 'Gamma' }).click();
            await here('Gamma');
            await page.evaluate(() => document.querySelector('.doc-body').querySelectorAll('h2')[0].scrollIntoView({ block: 'center' }));
            await here('Alpha');
        });
        await step('the sheet of shortcuts opens by keyboard and names how to suggest', async () => {
            await page.locator('.doc-body').press('Control+/');
            const sheet = page.locator('.key-sheet');
            await sheet.getByText('Suggest instead of editing').waitFor();
            await page.keyboard.press('Escape');
            await sheet.waitFor({ state: 'detached' });
        });
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
