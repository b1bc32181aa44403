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
