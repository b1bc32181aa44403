// Built-in monitors against a real page: down, an alert, up again; another location through `hindsight probe`; what may be
// reached; the screens in a browser.
//     [tests/postgres.sh] node tests/monitors.mjs
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { ask, launch, person, Suite, until } from './lib/browser.mjs';
import { addPeople, binary, cleanEnv, databases, makeSystem, password, serve } from './lib/server.mjs';

const suite = new Suite('monitors');
let status = 200;
const seen = [];
const page = createServer((req, res) => {
    seen.push(`${req.url} ${req.headers.authorization ?? ''}`);
    res.writeHead(req.url === '/login' ? 200 : status, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(req.url === '/login' ? { session: { token: 't-1' } } : { ok: status === 200 }));
});
await new Promise((r) => page.listen(0, '127.0.0.1', r));
const target = `http://127.0.0.1:${page.address().port}`;

for (const database of databases) {
    const system = makeSystem(database);
    const tokens = addPeople(system);
    const server = await serve(system);
    const api = ask(server.url, tokens.admin);
    const monitor = (id) => api('GET', `/api/v1/monitors/${id}`);
    const add = (more) => api('POST', '/api/v1/monitors', { name: 'Shop', kind: 'http', steps: [{ url: `${target}/health` }], interval_s: 3600, retries: 0, severity: 'SEV-2', ...more });
    /** Whatever is changed about a monitor makes it look at once. */
    const lookAgain = async (id) => api('PATCH', `/api/v1/monitors/${id}`, { timeout_ms: 10_000 + (await monitor(id)).version });
    let probe;
    try {
        await suite.walk(`monitors on ${database}`, async () => {
            status = 200;
            const shop = await suite.step('a private address is refused until an administrator allows it', async () => {
                const made = await add({});
                await until(async () => /not on the public internet/.test((await monitor(made.id)).error ?? ''), 'it is refused');
                await api('PUT', '/api/v1/settings/monitors.allow', { value: '127.0.0.1' });
                await until(async () => { await lookAgain(made.id); return (await monitor(made.id)).state === 'up'; }, 'it is up');
                return made;
            });
            await suite.step('what answers badly is down, fires an alert, and resolves it when it is well again', async () => {
                status = 503;
                await lookAgain(shop.id);
                await until(async () => (await monitor(shop.id)).state === 'down', 'it is down');
                const firing = (await api('GET', '/api/v1/alerts?status=firing')).items.filter((a) => a.title === 'Shop is down');
                if (firing.length !== 1 || firing[0].severity !== 'SEV-2' || firing[0].source.name !== 'Monitors' || !/503/.test(firing[0].description)) throw new Error(JSON.stringify(firing));
                status = 200;
                await lookAgain(shop.id);
                await until(async () => (await api('GET', `/api/v1/alerts/${firing[0].id}`)).status === 'resolved', 'the alert is resolved');
                const outage = (await api('GET', `/api/v1/monitors/${shop.id}/outages`)).items[0];
                if (!outage.ended_at) throw new Error(JSON.stringify(outage));
                const results = (await api('GET', `/api/v1/monitors/${shop.id}/results`)).items;
                if (!results.some((r) => r.failed) || !results.some((r) => !r.failed)) throw new Error(JSON.stringify(results));
            });
            await suite.step('steps hand values on, and secrets are shown hidden', async () => {
                const steps = [{ method: 'POST', url: `${target}/login`, headers: { 'X-Token': 'mine' }, captures: [{ name: 'token', path: 'session.token' }] },
                    { url: `${target}/account`, headers: { Authorization: 'Bearer {{token}}' }, assertions: [{ on: 'json', path: 'ok', op: 'is', value: 'true' }] }];
                const tried = await api('POST', '/api/v1/monitors/try', { name: 'Flow', kind: 'http', steps });
                if (!tried.ok || !seen.includes('/account Bearer t-1')) throw new Error(`${JSON.stringify(tried)} ${seen.slice(-3)}`);
                const flow = await add({ name: 'Flow', steps });
                if (JSON.stringify(flow).includes('mine')) throw new Error('the secret is shown');
                await until(async () => (await monitor(flow.id)).state === 'up', 'the flow is up');
            });
            await suite.step('another place looks through hindsight probe, and is heard', async () => {
                const made = await add({ name: 'From afar', locations: ['main', 'eu-west'] });
                probe = spawn(binary, ['probe', '--server', server.url, '--location', 'eu-west', '--allow', '127.0.0.1'], { env: { ...cleanEnv(), HINDSIGHT_TOKEN: tokens.admin }, stdio: ['ignore', 'inherit', 'inherit'] });
                const m = await until(async () => { const x = await monitor(made.id); return x.places.length === 2 && x; }, 'both places have looked');
                if (m.places.map((p) => p.location).join() !== 'eu-west,main' || m.state !== 'up') throw new Error(JSON.stringify(m));
                const ended = new Promise((r) => probe.on('exit', r));
                probe.kill('SIGTERM');
                const code = await ended;
                if (code !== 0) throw new Error(`probe ended with ${code}`);
            });
            if (database !== 'sqlite') return;
            await suite.step('the screens show it, and the form tries a monitor out before it is saved', async () => {
                const browser = await launch();
                try {
                    const ana = await person(suite, browser, 'ana', server.url);
                    await ana.go('/sign-in');
                    await ana.page.locator('input[type=email]').fill('admin@example.com');
                    await ana.page.locator('input[type=password]').fill(password);
                    await ana.page.locator('button[type=submit]').click();
                    await ana.page.waitForURL(`${server.url}/`);
                    await ana.go('/monitors');
                    await ana.page.locator('.mon-list li', { hasText: 'From afar' }).waitFor();
                    await ana.picture('monitors');
                    await ana.button('Add monitor').click();
                    await ana.field('Name', { exact: true }).fill('Checkout');
                    await ana.field('Address', { exact: true }).fill(`${target}/health`);
                    await ana.button('Try it').click();
                    await ana.sees(/All is well, after/);
                    await ana.page.locator('footer').getByRole('button', { name: 'Save' }).click();
                    await ana.page.locator('.mon-head h1', { hasText: 'Checkout' }).waitFor();
                    await ana.page.locator('.mon-head').getByText('Up', { exact: true }).waitFor();
                    await ana.picture('monitor');
                    await ana.page.context().close();
                    suite.people = [];
                } finally { await browser.close(); }
            });
        });
    } finally {
        probe?.kill('SIGKILL');
        await server.stop();
        system.remove();
    }
}
page.close();
suite.end();
