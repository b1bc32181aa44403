// A long document, whose blocks the browser lays out in groups (web/editor/long.ts): everything is shown, in its order, and writing goes on across groups.
//     node tests/browser/long.mjs          VERBOSE=1 names every step
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('long');
const step = (what, run) => suite.step(what, run);
const system = makeSystem();
const tokens = addPeople(system);
const server = await serve(system);
const browser = await launch();
const BLOCKS = 450;

/** What is wrong with what is shown: blocks without a box, or not below the one before. Empty when all is well. */
const wrong = (page) => page.evaluate(() => {
    const all = [...document.querySelector('.doc-body').children].filter((el) => !el.classList.contains('ProseMirror-widget'));
    const hidden = all.filter((el) => !el.checkVisibility()).length;
    const seen = all.map((el) => el.getBoundingClientRect()).filter((r) => r.bottom > 0 && r.top < innerHeight);
    const disorder = seen.filter((r, i) => i && r.top < seen[i - 1].bottom - 1).length;
    return hidden || disorder ? `${hidden} hidden, ${disorder} out of order` : '';
});

async function signedIn(name, path) {
    const p = await person(suite, browser, name, server.url);
    await p.go('/sign-in');
    await p.page.locator('input[type=email]').fill('admin@example.com');
    await p.page.locator('input[type=password]').fill(password);
    await p.page.locator('button[type=submit]').click();
    await p.page.waitForURL(`${server.url}/`);
    await p.go(path);
    await p.page.locator('.save-line[data-state=saved]').waitFor();
    return p;
}

try {
    await suite.walk('long', async () => {
        const api = ask(server.url, tokens.admin);
        const incident = await api('POST', '/api/v1/incidents', { title: 'Checkout fails', severity: 'SEV-2' });
        const templates = await api('GET', '/api/v1/templates');
        const report = await api('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id });
        const ana = await signedIn('ana', `/reports/${report.reference}/edit`);
        const { page } = ana;
        const texts = () => page.evaluate(() => document.querySelector('.doc-body').editor.state.doc.content.content.map((n) => n.textContent));
        const cursor = () => page.evaluate(() => document.querySelector('.doc-body').editor.state.selection.$head.index(0));
        /** The end of a block, found by number. */
        const goTo = (i, end = true) => page.evaluate(({ i, end }) => {
            const { editor } = document.querySelector('.doc-body');
            let pos = 0;
            for (let k = 0; k < i; k++) pos += editor.state.doc.child(k).nodeSize;
            editor.view.focus();            /* at once; the command waits for a frame */
            editor.chain().setTextSelection(end ? pos + editor.state.doc.child(i).nodeSize - 1 : pos + 1).scrollIntoView().run();
        }, { i, end });

        await step('a document that grows long is shown whole', async () => {
            await page.evaluate((count) => document.querySelector('.doc-body').editor.commands.setContent(Array.from({ length: count }, (_, i) => (i % 30 === 0 ? `<h2>Part ${i}</h2>` : `<p>line ${i}</p>`)).join('')), BLOCKS);
            await until(async () => (await texts()).length === BLOCKS, 'all blocks');
            const w = await wrong(page);
            if (w) throw new Error(w);
        });

        await step('the cursor walks down and up through every block', async () => {
            await goTo(0);
            for (let i = 1; i < 120; i++) {
                await page.keyboard.press('ArrowDown');
                await until(async () => await cursor() === i, `block ${i} after as many times down`);
            }
            for (let i = 118; i >= 0; i--) {
                await page.keyboard.press('ArrowUp');
                await until(async () => await cursor() === i, `block ${i} on the way up`);
            }
        });

        await step('Enter divides and Backspace joins, wherever the block stands', async () => {
            const before = await texts();
            for (let i = 44; i < 54; i++) {
                await goTo(i);
                await page.keyboard.press('Enter');
                await page.keyboard.type('new');
                await until(async () => (await texts())[i + 1] === 'new', `a new line after block ${i}`);
                for (let k = 0; k < 4; k++) await page.keyboard.press('Backspace');
                await until(async () => await cursor() === i, `the cursor back in block ${i}`);
            }
            await until(async () => JSON.stringify(await texts()) === JSON.stringify(before), 'the text as it was');
        });

        await step('a selection over many blocks is deleted and comes back', async () => {
            const before = await texts();
            await goTo(40, false);
            for (let i = 0; i < 20; i++) await page.keyboard.press('Shift+ArrowDown');
            await until(async () => await cursor() === 60, 'twenty blocks chosen');
            await page.keyboard.press('Delete');
            await until(async () => (await texts()).length < BLOCKS - 18, 'twenty blocks gone');
            await page.keyboard.press('Control+z');
            await until(async () => JSON.stringify(await texts()) === JSON.stringify(before), 'all of it back');
            const w = await wrong(page);
            if (w) throw new Error(w);
        });

        await step('a mouse drags a selection from one block over many into another', async () => {
            await goTo(45);
            const spot = (text) => page.locator('.doc-body > p', { hasText: new RegExp(`^${text}$`) }).boundingBox();
            const a = await spot('line 42'), b = await spot('line 51');
            await page.mouse.move(a.x + 1, a.y + a.height / 2);
            await page.mouse.down();
            await page.mouse.move(b.x + 30, b.y + b.height / 2, { steps: 4 });
            await page.mouse.up();
            const chosen = () => page.evaluate(() => { const { state } = document.querySelector('.doc-body').editor; return [state.selection.$from.index(0), state.selection.$to.index(0), getSelection().toString().split('\n').filter(Boolean).length]; });
            await until(async () => JSON.stringify(await chosen()) === '[42,51,10]', 'ten lines chosen');
        });

        await step('a block that is moved is shown where it went', async () => {
            await goTo(47);
            for (let i = 0; i < 60; i++) await page.keyboard.press('Control+Shift+ArrowDown');
            await until(async () => (await texts())[107] === 'line 47', 'the block sixty further');
            const w = await wrong(page);
            if (w) throw new Error(w);
        });

        await step('a place that is far away is in view once the cursor is put there', async () => {
            for (const i of [300, 20, 440, 200]) {
                await goTo(i);
                const { y } = await page.locator('.doc-body > *').nth(i).boundingBox();
                if (y < 40 || y > 880) throw new Error(`block ${i} stands at ${y}`);
            }
        });

        await step('the handle stands beside the block under the pointer', async () => {
            await goTo(200);
            const line = page.locator('.doc-body > p', { hasText: /^line 201$/ });
            await until(async () => {
                const box = await line.boundingBox();
                await page.mouse.move(box.x + 40 + Math.random(), box.y + box.height / 2);
                const g = await page.locator('.gutter').boundingBox();
                return g && Math.abs(g.y + g.height / 2 - box.y - box.height / 2) < 12;
            }, 'the handle');
        });

        await step('the outline follows the scroll', async () => {
            await page.locator('.outline button', { hasText: 'Part 330' }).click();
            await page.locator('.outline [aria-current=true]', { hasText: 'Part 330' }).waitFor();
            const { y } = await page.locator('.doc-body > h2', { hasText: 'Part 330' }).boundingBox();
            if (y < 0 || y > 200) throw new Error(`the heading stands at ${y}`);
        });

        await step('a thousand blocks pasted at once are shown, and go with one undo', async () => {
            await goTo(100);
            await page.keyboard.press('Enter');
            await page.evaluate(() => {
                const data = new DataTransfer();
                data.setData('text/html', Array.from({ length: 1000 }, (_, i) => `<p>pasted ${i}</p>`).join(''));
                document.querySelector('.doc-body').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            });
            await until(async () => (await texts()).filter((x) => x.startsWith('pasted')).length === 1000, 'all of it');
            const w = await wrong(page);
            if (w) throw new Error(w);
            await page.keyboard.press('Control+z');
            await until(async () => !(await texts()).some((x) => x.startsWith('pasted')), 'nothing of it');
        });

        await step('two people who write in it at once read the same', async () => {
            const bo = await signedIn('bo', `/reports/${report.reference}/edit`);
            const read = (p) => p.page.evaluate(() => document.querySelector('.doc-body').editor.getText({ blockSeparator: '\n' }));
            await bo.page.evaluate(() => { const { editor } = document.querySelector('.doc-body'); editor.view.focus(); editor.commands.setTextSelection(editor.state.doc.content.size); });
            await goTo(60);
            await Promise.all([page.keyboard.type(' of hers', { delay: 10 }), bo.page.keyboard.type(' of his', { delay: 10 })]);
            for (let i = 0; i < 30; i++) await bo.page.keyboard.press('Enter');
            await bo.page.keyboard.type('the end');
            await until(async () => /of hers[^]*of his\n+the end$/.test(await read(ana)) && await read(ana) === await read(bo), 'the same text');
            for (const p of [ana, bo]) {
                const w = await wrong(p.page);
                if (w) throw new Error(`${p.name}: ${w}`);
            }
        });

        await step('everything deleted leaves an empty page that can be written', async () => {
            await page.keyboard.press('Control+a');
            await page.keyboard.press('Delete');
            await page.keyboard.type('Anew');
            await until(async () => JSON.stringify(await texts()) === '["Anew"]', 'one line');
            const w = await wrong(page);
            if (w) throw new Error(w);
        });
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
