// The settings area in a real browser: every page is usable, and what an administrator does there works.
//     node tests/settings.mjs          Needs Chromium; without it everything is skipped.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { addPeople, makeSystem, password, root, serve } from './lib/server.mjs';
import { Tally, expect } from './lib/tally.mjs';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!executablePath) { console.log('settings: 0 passed, 0 failed, 1 skipped'); process.exit(0); }

const tally = new Tally('settings'), { spec } = tally;
const system = makeSystem();
const tokens = addPeople(system);
const server = await serve(system);
const admin = { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json', 'If-Match': '*' };
const call = async (method, path, body) => (await fetch(`${server.url}/api/v1${path}`, { method, headers: admin, body: JSON.stringify(body) })).json();
await call('POST', '/teams', { name: 'Payments' });
await call('POST', '/services', { name: 'payments-api', tier: 1 });

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
const page = await context.newPage();
page.setDefaultTimeout(30_000);
const complaints = [];
page.on('console', (m) => { if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) complaints.push(m.text()); });
page.on('pageerror', (e) => complaints.push(e.message));
const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
const go = async (path) => { await page.goto(server.url + path); await page.locator('.settings-body h1').waitFor(); };
const button = (name) => page.getByRole('button', { name, exact: true });

await page.goto(`${server.url}/settings`);
await page.getByLabel('Email').fill('admin@example.com');
await page.getByLabel('Password').fill(password);
await page.keyboard.press('Enter');
await page.waitForURL('**/settings/profile');

await spec('an administrator adds a person, who is in the list at once', async () => {
    await go('/settings/people');
    await button('Add person').click();
    await page.getByLabel('Name', { exact: true }).fill('林晓雯');
    await page.getByLabel('Email', { exact: true }).fill('lin@example.com');
    await page.getByLabel('Role').selectOption('manager');
    await button('Save').click();
    await page.getByRole('link', { name: '林晓雯' }).waitFor();
});

await spec('an address that is taken is said beside its field, and what was typed stays', async () => {
    await button('Add person').click();
    await page.getByLabel('Name', { exact: true }).fill('Other');
    await page.getByLabel('Email', { exact: true }).fill('LIN@example.com');
    await button('Save').click();
    await page.getByText('somebody has the address lin@example.com already').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue() === 'Other', 'the name is gone');
    await page.keyboard.press('Escape');
});

await spec('an edit on an old version says so, keeps what was written, and can be saved again', async () => {
    await page.getByRole('link', { name: '林晓雯' }).click();
    await page.getByLabel('Name', { exact: true }).fill('林晓雯 (Lin)');
    await call('PATCH', '/people/lin@example.com', { role: 'viewer' });
    await button('Save').click();
    await page.getByText('Somebody changed this while you were editing').waitFor();
    await button('Save').click();
    await page.getByRole('link', { name: '林晓雯 (Lin)' }).waitFor();
});

await spec('what somebody else changes appears by itself', async () => {
    await go('/settings/channels');
    await page.getByText('No channels yet').waitFor();
    await call('POST', '/channels', { name: 'Checkout' });
    await page.getByRole('link', { name: 'Checkout' }).waitFor();
});

await spec('a dialog is a place: the address opens it, and the back button closes it', async () => {
    await page.getByRole('link', { name: 'Checkout' }).click();
    await page.getByRole('dialog').waitFor();
    const address = page.url();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto(address);
    expect(await page.getByLabel('Name', { exact: true }).inputValue() === 'Checkout', 'the address does not open it');
});

await spec('a new token is shown once, and works', async () => {
    await go('/settings/tokens');
    await button('Make a token').first().click();
    await page.getByLabel('What it is for').fill('deploy script');
    await button('Make token').click();
    const token = await page.getByLabel('Token', { exact: true }).textContent();
    expect((await fetch(`${server.url}/api/v1/people`, { headers: { Authorization: `Bearer ${token}` } })).status === 200, 'the token does not work');
    await button('Done').click();
    await page.getByText('deploy script').waitFor();
    expect(!(await page.content()).includes(token), 'the token is still on the page');
});

await spec('the name of the workspace changes in the rail without a reload', async () => {
    await go('/settings/workspace');
    const name = page.getByLabel('Workspace name');
    await name.fill('Tidewater');
    await name.press('Enter');
    await page.locator('.rail .ws', { hasText: 'Tidewater' }).waitFor();
});

await spec('a person in Chinese reads settings in Chinese', async () => {
    await go('/settings/profile');
    await page.getByLabel('Language', { exact: true }).selectOption('zh');
    await button('Save').click();
    await page.getByRole('heading', { name: '个人资料' }).waitFor();
    await page.getByLabel('语言', { exact: true }).selectOption('en');
    await button('保存').click();
    await page.getByRole('heading', { name: 'Your profile' }).waitFor();
});

for (const [name, path] of [['profile', '/settings/profile'], ['people', '/settings/people'], ['person', '/settings/people?edit=new'], ['teams', '/settings/teams'],
    ['channels', '/settings/channels'], ['service', '/settings/services?edit=new'], ['tokens', '/settings/tokens?all=true'], ['workspace', '/settings/workspace'],
    ['audit', '/settings/audit'], ['jobs', '/settings/jobs?state=all']])
    await spec(`the page ${name} passes axe, in light and in dark, and fits a phone`, async () => {
        await go(path);
        await page.locator('.sks').waitFor({ state: 'detached' });
        for (const colorScheme of ['light', 'dark']) {
            await page.emulateMedia({ colorScheme });
            await page.evaluate(axe);
            const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }));
            expect(found.violations.length === 0, `${colorScheme}: ${found.violations.map((v) => `${v.id} ${v.nodes[0].target} ${v.nodes[0].failureSummary.split('\n')[1] ?? ''}`).join('; ')}`);
        }
        await page.setViewportSize({ width: 375, height: 720 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        await page.setViewportSize({ width: 1280, height: 800 });
        expect(wide <= 375, `the page is ${wide} px wide on a phone`);
    });

await spec('nothing complained in the console', () => expect(complaints.length === 0, complaints.join('\n')));

await browser.close();
await server.stop();
system.remove();
tally.end();
