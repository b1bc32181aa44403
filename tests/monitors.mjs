// Built-in monitors against a real page: down, an alert, up again; another location through `hindsight probe`; what may be
// reached; the screens in a browser.
//     [tests/postgres.sh] node tests/monitors.mjs
import { spawn } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** A page with a certificate for localhost that ends in thirty days; its own issuer. */
const folder = mkdtempSync(join(tmpdir(), 'hindsight-tls-'));
const pem = (name) => join(folder, `${name}.pem`);
execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', pem('key'), '-out', pem('cert'), '-days', '30', '-subj', '/O=Shop/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' });
const secure = createSecureServer({ key: readFileSync(pem('key')), cert: readFileSync(pem('cert')) }, (req, res) => res.end('well'));
await new Promise((r) => secure.listen(0, '127.0.0.1', r));

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
            await suite.step('a certificate is looked at through a place that trusts its issuer: shown, and too short a life is a failure', async () => {
                const port = secure.address().port;
                const made = await add({ name: 'Certificate', kind: 'tls', steps: [], target: `localhost:${port}`, locations: ['inside'], assertions: [{ on: 'certificate', op: 'greater_than', value: '60' }] });
                const page = await add({ name: 'Secure page', steps: [{ url: `https://localhost:${port}/`, assertions: [{ on: 'certificate', op: 'greater_than', value: '7' }, { on: 'body', op: 'is', value: 'well' }] }], locations: ['inside'] });
                const inside = spawn(binary, ['probe', '--server', server.url, '--location', 'inside', '--allow', '127.0.0.1 ::1 localhost', '--ca-file', pem('cert')], { env: { ...cleanEnv(), HINDSIGHT_TOKEN: tokens.admin }, stdio: ['ignore', 'inherit', 'inherit'] });
                try {
                    const m = await until(async () => { const x = await monitor(made.id); return x.state === 'down' && x; }, 'it ends too soon');
                    if (!/the certificate ends in (29|30) days/.test(m.error) || m.chain.length !== 1 || !/CN ?= ?localhost/.test(m.chain[0].subject) || !(Date.parse(m.chain[0].ends_at) > Date.now())) throw new Error(JSON.stringify(m));
                    await until(async () => (await monitor(page.id)).state === 'up', 'the page is well');
                } finally { inside.kill('SIGTERM'); }
                const here = await api('POST', '/api/v1/monitors/try', { name: 'x', kind: 'tls', target: `127.0.0.1:${port}` });
                if (here.ok || !/certificate/i.test(here.error)) throw new Error(JSON.stringify(here));
            });
            await suite.step('ports, names and echoes are looked at', async () => {
                const tried = (more) => api('POST', '/api/v1/monitors/try', { name: 'x', ...more });
                const port = page.address().port;
                if (!(await tried({ kind: 'tcp', target: `127.0.0.1:${port}` })).ok) throw new Error('the port is open');
                if ((await tried({ kind: 'tcp', target: '127.0.0.1:1' })).ok) throw new Error('nobody listens there');
                const echo = await tried({ kind: 'icmp', target: '127.0.0.1' });
                if (!echo.ok && !/lets nobody send an echo/.test(echo.error)) throw new Error(JSON.stringify(echo));
                const name = await tried({ kind: 'dns', target: 'nowhere.invalid', record: 'A', timeout_ms: 3000 });
                if (name.ok) throw new Error(JSON.stringify(name));
            });
            await suite.step('hidden secrets are used when a monitor is tried, looked at by hand, and copied', async () => {
                const made = await add({ name: 'Keyed', steps: [{ url: `${target}/keyed`, headers: { Authorization: 'Bearer s3cret' } }] });
                const { steps, name, kind } = await monitor(made.id);
                seen.length = 0;
                await api('POST', `/api/v1/monitors/try?monitor=${made.id}`, { name, kind, steps });
                if (!seen.includes('/keyed Bearer s3cret')) throw new Error(seen.join());
                seen.length = 0;
                const looked = await api('POST', `/api/v1/monitors/${made.id}/look`);
                if (!looked.ok || !seen.includes('/keyed Bearer s3cret') || (await monitor(made.id)).state !== 'up') throw new Error(JSON.stringify(looked));
                const copy = await api('POST', `/api/v1/monitors/${made.id}/clone`);
                if (copy.name !== 'Keyed (copy)' || copy.state !== 'paused') throw new Error(JSON.stringify(copy));
                seen.length = 0;
                await api('POST', `/api/v1/monitors/${copy.id}/look`);
                if (!seen.includes('/keyed Bearer s3cret') || (await monitor(copy.id)).state !== 'paused') throw new Error(seen.join());
            });
            await suite.step('during maintenance nothing fires; when it is called off, what still fails does', async () => {
                const made = await add({ name: 'Upgraded' });
                await until(async () => (await monitor(made.id)).state === 'up', 'it is up');
                const window = await api('POST', '/api/v1/monitor-windows', { title: 'Upgrade', starts_at: new Date(Date.now() - 60_000).toISOString(), ends_at: new Date(Date.now() + 3600_000).toISOString(), monitor_ids: [made.id] });
                if (window.time_zone !== 'UTC' || !window.under_way_until_at) throw new Error(JSON.stringify(window));
                status = 503;
                const looked = await api('POST', `/api/v1/monitors/${made.id}/look`);
                const m = await monitor(made.id);
                if (looked.ok || m.state !== 'up' || !m.maintenance_until_at) throw new Error(JSON.stringify(m));
                await api('DELETE', `/api/v1/monitor-windows/${window.id}`);
                await api('POST', `/api/v1/monitors/${made.id}/look`);
                if ((await monitor(made.id)).state !== 'down') throw new Error('it is down');
                status = 200;
                await api('POST', `/api/v1/monitors/${made.id}/look`);
            });
            if (database !== 'sqlite') return;
            const browser = await launch();
            try {
                const ana = await person(suite, browser, 'ana', server.url);
                const { page } = ana;
                await suite.step('the screens show it, and the form tries a monitor out before it is saved', async () => {
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
                    await ana.button('Look now').click();
                    await page.locator('.toast', { hasText: 'All is well' }).waitFor();
                    await ana.choose(ana.button('More', { exact: true }), 'Duplicate');
                    await ana.page.getByRole('dialog').waitFor();
                    if (await ana.field('Name', { exact: true }).inputValue() !== 'Checkout (copy)') throw new Error('it is the copy that is changed');
                    await ana.page.keyboard.press('Escape');
                    await ana.page.locator('.mon-head').getByText('Paused', { exact: true }).waitFor();
                });
                await suite.step('maintenance is planned on the screen, and shows in the list while it lasts', async () => {
                    await ana.go('/monitors');
                    await ana.choose(ana.button('More', { exact: true }), 'Maintenance');
                    await ana.sees('No maintenance is planned');
                    await ana.button('Plan maintenance').click();
                    await ana.field('What is done').fill('New switch');
                    const local = (ms) => new Date(Date.now() + ms).toISOString().slice(0, 16);
                    await ana.field('From', { exact: true }).fill(local(-120_000));
                    await ana.field('To', { exact: true }).fill(local(1800_000));
                    await ana.page.locator('dialog footer').getByRole('button', { name: 'Save' }).last().click();
                    await ana.page.locator('.mon-windows li', { hasText: 'New switch' }).getByText('now').waitFor();
                    await ana.picture('monitor-maintenance');
                    await ana.button('Done').click();
                    await ana.page.locator('.mon-list li', { hasText: 'Checkout' }).first().getByText('Maintenance').first().waitFor();
                    await ana.choose(ana.button('More', { exact: true }), 'Maintenance');
                    await ana.page.locator('.mon-windows li').getByRole('button', { name: 'Remove' }).click();
                    await ana.page.locator('dialog').last().locator('footer').getByRole('button', { name: 'Remove', exact: true }).click();
                    await ana.sees('No maintenance is planned');
                    await ana.button('Done').click();
                });
                await suite.step('many are imported from a table; what is there already is left out, what is wrong says why', async () => {
                    await ana.choose(ana.button('More', { exact: true }), 'Import');
                    await ana.field('Addresses, a table, or JSON').fill(`name,url,interval_s\nImported page,${target}/imported,30\nCheckout,${target}/health,60\nOdd,gopher://x,60`);
                    const row = (text) => ana.page.locator('.mon-import li', { hasText: text });
                    await row('Checkout').getByText('there already').waitFor();
                    await row('Odd').getByText('no such kind').waitFor();
                    await ana.picture('monitor-import');
                    await ana.button('Add 1 monitor').click();
                    await ana.page.locator('.mon-list li', { hasText: 'Imported page' }).waitFor();
                    const found = (await api('GET', '/api/v1/monitors?q=imported')).items;
                    if (found.length !== 1 || found[0].interval_s !== 30) throw new Error(JSON.stringify(found));
                    await ana.page.locator('body').press('j');
                    await until(() => ana.page.locator('.mon-list [data-at]').count(), 'keys walk the list');
                });
                suite.check('the browser has nothing to complain about', ana.troubles.length === 0, ana.troubles.join());
                await page.context().close();
                suite.people = [];
            } finally { await browser.close(); }
        });
    } finally {
        probe?.kill('SIGKILL');
        await server.stop();
        system.remove();
    }
}
page.close();
secure.close();
rmSync(folder, { recursive: true });
suite.end();
