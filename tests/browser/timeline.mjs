// The timeline of an incident in a real browser: chosen in bulk, merged and taken apart, a time corrected by dragging, words
// redacted, what was believed when, the hours of responders, and the picture as a file.
//     node tests/browser/timeline.mjs
import { readFileSync } from 'node:fs';
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('timeline');
const MINUTE = 60_000;
const system = makeSystem('sqlite');
const tokens = addPeople(system);
const server = await serve(system);
const browser = await launch();
const api = ask(server.url, tokens.admin);

const began = Math.floor((Date.now() - 3 * 60 * MINUTE) / 1000) * 1000;
const at = (minute) => new Date(began + minute * MINUTE).toISOString();
const incident = await api('POST', '/api/v1/incidents', { title: 'Checkout fails', severity: 'SEV-2', impact_started_at: at(0) });
const path = `/api/v1/incidents/${incident.reference}`;
const add = (kind, minute, title, more = {}) => api('POST', `${path}/timeline`, { kind, title, occurred_at: at(minute), ...more });
await add('note', 4, 'p99 doubles');
await add('note', 5, 'Latency is up, says the dashboard');
await add('note', 6, 'The token is hunter2');
await add('hypothesis', 8, 'The acquirer times out', { state: 'rejected', state_at: at(20) });
await add('hypothesis', 15, 'The pool is exhausted');
const decision = await add('decision', 30, 'Roll back the pool change', { known: 'waits rise', not_known: 'whether pods take it' });
await api('PATCH', path, { detected_at: at(3), mitigated_at: at(60), resolved_at: at(90), status: 'resolved' });
const events = async () => (await api('GET', `${path}/timeline?limit=1000`)).items;
const named = async (title) => (await events()).find((e) => e.title === title);

try {
    await suite.walk('the timeline', async () => {
        const ana = await person(suite, browser, 'ana', server.url);
        const { page } = ana;
        const row = (title) => page.locator('.event', { hasText: title });
        await ana.go('/sign-in');
        await page.locator('input[type=email]').fill('admin@example.com');
        await page.locator('input[type=password]').fill(password);
        await page.locator('button[type=submit]').click();
        await page.waitForURL(`${server.url}/`);
        await ana.go(`/incidents/${incident.reference}?tab=timeline&view=all`);
        await suite.step('several events are starred at once', async () => {
            await row('p99 doubles').waitFor();
            await ana.button('Select', { exact: true }).click();
            for (const title of ['p99 doubles', 'Latency is up']) await row(title).getByRole('checkbox').check();
            await page.locator('.bulk-bar').getByRole('button', { name: 'Star', exact: true }).click();
            await until(async () => (await named('p99 doubles')).starred && (await named('Latency is up, says the dashboard')).starred, 'both are starred');
        });
        await suite.step('duplicates become one event that names the other, and come apart again', async () => {
            await ana.button('Merge', { exact: true }).click();
            await row('p99 doubles').getByText('1 more tells the same').waitFor();
            await until(async () => !await named('Latency is up, says the dashboard'), 'the duplicate has left the view');
            await ana.choose(row('p99 doubles').locator('.dots'), 'Take apart');
            await until(() => named('Latency is up, says the dashboard'), 'it is back');
        });
        await suite.step('a redaction asks why, and leaves a tombstone in the place of the words', async () => {
            await ana.choose(row('The token is hunter2').locator('.dots'), 'Redact');
            await ana.field('Why').fill('a token');
            await ana.button('Redact for good').click();
            await page.locator('.event.redacted', { hasText: 'a token' }).waitFor();
            const log = await (await fetch(`${server.url}${path}/timeline.jsonl`, { headers: { Authorization: `Bearer ${tokens.admin}` } })).text();
            if (!log.includes('p99 doubles') || log.includes('hunter2')) throw new Error('the log still says it');
            if (!(await api('GET', `${path}/timeline/verify`)).intact) throw new Error('the chain is broken');
        });
        await suite.step('a mark that is dragged corrects the time, which can be undone', async () => {
            const mark = page.locator('.tl .mk', { hasText: 'Roll back the pool' });
            const box = await mark.locator('rect').boundingBox();
            await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
            await page.mouse.down();
            await page.mouse.move(box.x + 30, box.y + 4, { steps: 4 });
            await page.mouse.up();
            const moved = await until(async () => { const e = await named(decision.title); return e.corrected_from_at && e; }, 'the time is corrected');
            suite.check('the first time is kept', moved.corrected_from_at === decision.occurred_at && moved.occurred_at > decision.occurred_at, JSON.stringify(moved));
            await page.locator('.toast', { hasText: 'Moved to' }).getByRole('button', { name: 'Undo' }).click();
            await until(async () => (await named(decision.title)).occurred_at === decision.occurred_at, 'it is back');
        });
        await suite.step('the picture zooms and stays where the pointer is', async () => {
            const width = () => page.locator('svg.tl').nth(1).evaluate((el) => el.width.baseVal.value);
            const before = await width();
            await page.locator('.tl-scroll').hover();
            await page.keyboard.down('Control');
            await page.mouse.wheel(0, -200);
            await page.keyboard.up('Control');
            await until(async () => await width() > before * 1.5, 'it is wider');
            await page.locator('.tl-scroll').focus();
            await page.keyboard.press('0');
            await until(async () => await width() === before, 'it is whole again');
        });
        await suite.step('the picture is a PNG file, the events are CSV and JSON', async () => {
            const file = page.waitForEvent('download');
            await ana.choose(page.getByRole('button', { name: 'Export' }), 'PNG');
            const png = readFileSync(await (await file).path());
            if (png.readUInt32BE(0) !== 0x89504e47 || png.readUInt32BE(16) < 1000) throw new Error(`${png.length} bytes`);
            const json = await api('GET', `${path}/timeline.json`);
            if (json.items.length !== (await events()).length) throw new Error('not all');
        });
        await suite.step('what was believed when is told beside what was decided', async () => {
            await page.getByText('Believed when').click();
            const decided = page.locator('.beliefs li.decided');
            await decided.getByText('whether pods take it').waitFor();
            const held = await decided.locator('.held').allTextContents();
            if (held.join() !== 'The pool is exhausted') throw new Error(held.join());
            await page.locator('.beliefs li.rejected', { hasText: 'The acquirer times out' }).waitFor();
        });
        await suite.step('the hours of responders are computed', async () => {
            await page.locator('.hours-line').click();
            await page.getByRole('dialog').getByText('In all').waitFor();
            await page.keyboard.press('Escape');
        });
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
