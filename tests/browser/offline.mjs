// Without a server: a report that was opened on this device opens, is written and kept; two tabs are equal; everything merges on return.
//     node tests/browser/offline.mjs
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('offline');
const step = (what, run) => suite.step(what, run);
const body = (page) => page.locator('.doc-body');
const line = (page, state) => page.locator(`.save-line[data-state=${state}]`).waitFor();

async function write(page, text) {
    await body(page).evaluate((el) => el.focus());
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Enter');
    await page.keyboard.type(text);
}

const system = makeSystem();
const tokens = addPeople(system);
let server = await serve(system);
const { port } = server;
const browser = await launch();
try {
    await suite.walk('without a server', async () => {
        const api = ask(server.url, tokens.admin);
        const incident = await api('POST', '/api/v1/incidents', { title: 'Checkout fails', severity: 'SEV-2' });
        const templates = await api('GET', '/api/v1/templates');
        const report = await api('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id });
        const ana = await person(suite, browser, 'ana', server.url);
        ana.tolerate(/ERR_CONNECTION_REFUSED|WebSocket connection to|Failed to fetch|ERR_FAILED|status of 401/);
        const { page, context } = ana;
        await ana.go('/sign-in');
        await page.locator('input[type=email]').fill('admin@example.com');
        await page.locator('input[type=password]').fill(password);
        await page.locator('button[type=submit]').click();
        await page.waitForURL(`${server.url}/`);
        await step('a report is opened once with a server', async () => {
            await ana.go(`/reports/${report.reference}/edit`);
            await line(page, 'saved');
            await write(page, 'Written with a server.');
            await line(page, 'saved');
            await until(() => page.evaluate(async () => {
                if (!navigator.serviceWorker.controller || !(await (await caches.open('hindsight pages')).match('/')) || !(await (await caches.open('hindsight data')).match('/api/v1/session'))) return false;
                const assets = await caches.open('hindsight assets');
                const wanted = [...new Set(performance.getEntriesByType('resource').map((r) => new URL(r.name).pathname).filter((p) => p.startsWith('/assets/')))];
                return wanted.length > 5 && (await Promise.all(wanted.map((p) => assets.match(p)))).every(Boolean);
            }), 'the program is kept on the device');
        });
        await step('the server is gone; the page is loaded again, and the report is there', async () => {
            await page.reload();            /* by now the worker answers for its records */
            await line(page, 'saved');
            await server.stop();
            await page.reload();
            await body(page).getByText('Written with a server.').waitFor();
            await line(page, 'offline');
        });
        await step('what is written is kept on the device, and said to be', async () => {
            await write(page, 'Written without one.');
            await page.locator('.save-line[data-state=offline]', { hasText: 'kept on this device' }).waitFor();
        });
        let second;
        await step('a second tab shows the same, and each shows what the other writes', async () => {
            second = await context.newPage();
            await second.goto(`/reports/${report.reference}/edit`);
            await body(second).getByText('Written without one.').waitFor();
            await second.locator('.save-line[data-state=offline]', { hasText: 'kept on this device' }).waitFor();
            await write(second, 'From the second tab.');
            await body(page).getByText('From the second tab.').waitFor();
            await write(page, 'And back.');
            await body(second).getByText('And back.').waitFor();
        });
        await step('the tab that wrote is closed, and nothing is lost', async () => {
            await page.locator('.save-line[data-state=offline]', { hasText: 'kept on this device' }).waitFor();
            await second.close();
            await page.reload();
            await body(page).getByText('From the second tab.').waitFor();
            await body(page).getByText('And back.').waitFor();
        });
        await step('the server comes back, and everything merges', async () => {
            server = await serve(system, [], port);
            await line(page, 'saved');
            const text = await api('GET', `/api/v1/reports/${report.reference}/content?format=text`);
            for (const part of ['Written with a server.', 'Written without one.', 'From the second tab.', 'And back.'])
                if (text.split(part).length !== 2) throw new Error(`“${part}” ${text.split(part).length - 1} times`);
        });
        await step('who signs out leaves nothing of it on the device', async () => {
            await page.evaluate(() => fetch('/api/v1/session'));
            await ana.choose(page.locator('.rail button.who'), 'Sign out');
            await page.waitForURL('**/sign-in');
            const left = await page.evaluate(async () => ({ data: (await caches.open('hindsight data').then((c) => c.keys())).map((r) => r.url).filter((u) => /reports/.test(u)), documents: (await indexedDB.databases()).filter((d) => d.name.startsWith('hindsight-document')).length }));
            if (left.data.length || left.documents) throw new Error(JSON.stringify(left));
        });
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
