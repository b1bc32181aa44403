// Templates, import and what is shown outside, in a real browser.
//     node tests/exchange_ui.mjs          Needs Chromium; without it everything is skipped.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { confluence } from './lib/confluence.mjs';
import { addPeople, makeSystem, password, root, serve } from './lib/server.mjs';
import { Tally, expect } from './lib/tally.mjs';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!executablePath) { console.log('exchange_ui: 0 passed, 0 failed, 1 skipped'); process.exit(0); }

const tally = new Tally('exchange_ui'), { spec } = tally;
const system = makeSystem();
const tokens = addPeople(system);
const server = await serve(system);
await fetch(`${server.url}/api/v1/channels`, { method: 'POST', headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json' }, body: '{"name":"Payments"}' });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
const page = await context.newPage();
page.setDefaultTimeout(30_000);
const complaints = [];
page.on('console', (m) => { if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) complaints.push(m.text()); });
page.on('pageerror', (e) => complaints.push(e.message));
const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
mkdirSync(join(root, 'build/browser'), { recursive: true });
async function fine(name) {
    await page.screenshot({ path: join(root, `build/browser/${name}.png`) });
    await page.evaluate(axe);
    const found = await page.evaluate(async () => (await globalThis.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })).violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => `${v.id}: ${v.nodes[0].html}`));
    expect(found.length === 0, found.join('\n'));
}
await page.goto(`${server.url}/reports`);
await page.getByLabel('Email').fill('admin@example.com');
await page.getByLabel('Password').fill(password);
await page.keyboard.press('Enter');

await spec('a document is looked at before it is imported, and then stands in the editor', async () => {
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.locator('input[type=file]').setInputFiles({ name: '2018-01-18-hug.md', mimeType: 'text/markdown', buffer: Buffer.from('# A hug\n\n## Summary\n\nWe were **loved**.\n') });
    await page.locator('.write-preview strong', { hasText: 'loved' }).waitFor();
    expect(await page.getByLabel('Title').inputValue() === 'A hug', 'the title is not taken over');
    await fine('import');
    await page.getByRole('button', { name: 'Import', exact: true }).last().click();
    await page.waitForURL(/\/reports\/PM-1\/edit/);
    await page.locator('.ProseMirror strong', { hasText: 'loved' }).waitFor();
});

await spec('the public version is seen as it is written, and published', async () => {
    await page.getByRole('button', { name: 'Share' }).first().click();
    await page.getByRole('button', { name: 'Write it' }).click();
    const dialog = page.locator('dialog.full');
    await dialog.getByLabel('Title').fill('Checkout was slow');
    await dialog.getByLabel('Summary').fill('Some of you waited.');
    const chooser = page.waitForEvent('filechooser');
    await dialog.getByRole('button', { name: 'Add a picture' }).nth(1).click();
    await (await chooser).setFiles({ name: 'load [1].png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg==', 'base64') });
    await page.waitForFunction(() => { const i = document.querySelector('.write-preview img'); return i?.complete && i.naturalWidth > 0; });
    await page.locator('.write-preview h1', { hasText: 'Checkout was slow' }).waitFor();
    await fine('public-version');
    await page.getByRole('button', { name: 'Publish', exact: true }).last().click();
    await page.locator('dialog:not(.full)').getByRole('button', { name: 'Publish', exact: true }).click();
    const address = page.locator('code[aria-label="Public address"]');
    await address.waitFor();
    const text = await (await fetch((await address.textContent()).trim().replace(/^https?:\/\/[^/]+/, server.url))).text();
    expect(text.includes('Some of you waited.') && !text.includes('loved'), text);
    expect((await fetch(server.url + /<img src="([^"]+)"/.exec(text)[1])).status === 200, 'the picture is not shown outside');
    await page.keyboard.press('Escape');
});

await spec('names complete behind two braces, wrong ones are mended by a click, and the preview follows', async () => {
    await page.goto(`${server.url}/templates/new`);
    await page.getByLabel('Name').fill('Ours');
    await page.getByLabel('Heading').fill('What');
    const prefill = page.locator('.prefill textarea').first();
    await prefill.click();
    await page.keyboard.type('It was {{incident.tit');
    await page.locator('.prefill-menu [role=option]').first().waitFor();
    await page.keyboard.press('Enter');
    expect(await prefill.inputValue() === 'It was {{incident.title}}', await prefill.inputValue());
    await page.locator('.tpl-preview', { hasText: 'It was A hug' }).waitFor();
    await prefill.fill(`It was {{incident.title}}\n\n| When | What |\n| --- | --- |\n| now | ${'a long row that does not fit '.repeat(12)}|`);
    await page.locator('.tpl-preview td', { hasText: 'a long row' }).waitFor();
    const [cell, box] = [await page.locator('.tpl-preview td', { hasText: 'a long row' }).boundingBox(), await page.locator('.tpl-preview').boundingBox()];
    expect(cell.x + cell.width <= box.x + box.width && cell.height > 60, `a long row does not wrap: ${JSON.stringify([cell, box])}`);
    await prefill.fill('It was {{incident.titel}}');
    await page.getByRole('button', { name: 'Use incident.title' }).click();
    expect(await prefill.inputValue() === 'It was {{incident.title}}', 'not mended');
    await page.getByLabel('Incidents of channel').fill('Pay');
    await page.getByRole('option', { name: 'Payments' }).click();
    await fine('template-editor');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.waitForURL(/\/templates\/(?!new)/);
});

const world = await confluence();
await fetch(`${server.url}/api/v1/settings/export.allow`, { method: 'PUT', headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json' }, body: '{"value":"127.0.0.1/32"}' });
await spec('Confluence is set up in the settings: what it answers stands at the field, and is kept once it works', async () => {
    await page.goto(`${server.url}/settings/confluence`);
    await page.getByLabel('Site').fill(world.url);
    await page.getByLabel('Space', { exact: true }).fill('ENG');
    await page.getByLabel('E-mail of the account').fill('ada@example.com');
    await page.getByLabel('API token').fill('wrong');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Confluence does not accept this account and API token (401)').waitFor();
    await fine('confluence-settings-wrong');
    await page.getByLabel('API token').fill('api-token');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Pages can be written to Engineering').waitFor();
    await page.getByRole('button', { name: 'Test and save' }).click();
    await page.getByRole('heading', { name: 'Engineering' }).waitFor();
    await fine('confluence-settings');
});

await spec('a report becomes a page of Confluence, says whether it is up to date, and is updated', async () => {
    await page.goto(`${server.url}/reports/PM-1/edit`);
    await page.locator('.ProseMirror strong', { hasText: 'loved' }).waitFor();
    const open = async () => { await page.getByRole('button', { name: 'More actions', exact: true }).last().click(); await page.getByRole('menuitem', { name: 'Confluence' }).click(); };
    await open();
    await page.getByRole('button', { name: 'Create the page' }).click();
    await page.getByText('Up to date').waitFor();
    await fine('confluence-export');
    expect(world.pages.length === 1 && world.pages[0].title === 'PM-1: A hug', JSON.stringify(world.pages));
    await page.getByRole('button', { name: 'Close' }).last().click();
    await page.locator('.ProseMirror strong', { hasText: 'loved' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type(' Very much.');
    await open();
    await page.getByText('Changed since').waitFor();
    await page.getByRole('button', { name: 'Update the page' }).click();
    await page.getByText('Up to date').waitFor();
    expect(world.pages[0].number === 2 && world.pages[0].storage.includes('Very much.'), world.pages[0].storage);
    await page.keyboard.press('Escape');
});
world.close();

await spec('the list of templates says for which channel one is suggested, and the form keeps it', async () => {
    await page.goto(`${server.url}/templates`);
    await page.getByText('Suggested for Payments').waitFor();
    await page.getByText('Ours', { exact: true }).click();
    await page.waitForFunction(() => [...document.querySelectorAll('.tpl-match input')].some((i) => i.value === 'Payments'));
});

await spec('nothing complained', async () => expect(complaints.length === 0, complaints.join('\n')));
await browser.close();
await server.stop();
system.remove();
tally.end();
