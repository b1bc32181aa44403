// Alerts in a real browser: maintenance by a rule that counts for a time, a rule tried on what really came, alerts that flap, a storm
// that stays readable, what fits nothing kept, looked at, and replayed after a fix.
//     node tests/browser/alerts.mjs
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('alerts_ui');
const system = makeSystem('sqlite');
const tokens = addPeople(system);
const server = await serve(system);
const browser = await launch();
const api = ask(server.url, tokens.admin);

const made = await api('POST', '/api/v1/integrations', { kind: 'generic', name: 'Cluster' });
const send = async (body, to = made) => {
    const answer = await fetch(server.url + new URL(to.url).pathname, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    return answer.status;
};
const fires = (key, more = {}) => send({ title: `${key} is broken`, key, severity: 'critical', status: 'firing', labels: { cluster: 'db' }, n: Math.random(), ...more });
const ends = (key) => fires(key, { status: 'resolved' });
const alert = async (key) => (await api('GET', `/api/v1/alerts?limit=200`)).items.find((a) => a.title === `${key} is broken`);

try {
    await suite.walk('alerts', async () => {
        const ana = await person(suite, browser, 'ana', server.url);
        const { page } = ana;
        const dialog = page.getByRole('dialog');
        const row = (text) => page.locator('tbody tr', { hasText: text });
        await ana.go('/sign-in');
        await page.locator('input[type=email]').fill('admin@example.com');
        await page.locator('input[type=password]').fill(password);
        await page.locator('button[type=submit]').click();
        await page.waitForURL(`${server.url}/`);
        await suite.step('maintenance is a rule that declares nothing and counts for a time; tried on what came, it says what it would have caught', async () => {
            await fires('db-0', { severity: 'warning' });
            await ana.go('/settings/routing');
            await ana.button('Add rule').click();
            await dialog.getByLabel('Name').fill('Database upgrade');
            await dialog.getByLabel('Label').first().fill('cluster');
            await dialog.getByLabel('Value').first().fill('db');
            await dialog.getByLabel(/Declare an incident/).uncheck();
            const local = (ms) => new Date(Date.now() + ms).toISOString().slice(0, 16);
            await dialog.getByLabel(/Counts from|from/i).first().fill(local(-300_000));
            await dialog.getByLabel(/until/i).first().fill(local(3600_000));
            await dialog.getByRole('button', { name: 'Try on the last 100 alerts' }).click();
            await dialog.getByText('1 of the last 1 alerts fit').waitFor();
            await dialog.locator('footer').getByRole('button', { name: 'Save' }).click();
            await dialog.waitFor({ state: 'detached' });
            await page.locator('.rule', { hasText: 'Database upgrade' }).getByText(/now, until/).waitFor();
            await ana.picture('alerts-maintenance');
        });
        await suite.step('during maintenance an alert is listed and declares nothing; what still fires when it is over does', async () => {
            await fires('db-1');
            await ana.go('/alerts');
            await row('db-1 is broken').getByText('Firing').waitFor();
            if ((await alert('db-1')).incident) throw new Error('it declared');
            const rule = (await api('GET', '/api/v1/routing-rules')).items[0];
            await api('PATCH', `/api/v1/routing-rules/${rule.id}`, { active_until_at: new Date(Date.now() - 60_000).toISOString() });
            await fires('db-1');
            await row('db-1 is broken').getByRole('link', { name: /^INC-/ }).waitFor();
            await ana.go('/settings/routing');
            await page.locator('.rule', { hasText: 'Database upgrade' }).getByText(/over since/).waitFor();
        });
        await suite.step('an alert that comes and goes is one that flaps, not one after the other', async () => {
            await api('PUT', '/api/v1/settings/alerts.flap_count', { value: '2' });
            for (let k = 0; k < 3; k++) {
                await fires('switch-7', { severity: 'info' });
                await ends('switch-7');
            }
            await fires('switch-7', { severity: 'info' });
            await ana.go('/alerts');
            await row('switch-7 is broken').first().getByText('Flapping').waitFor();
            const all = (await api('GET', '/api/v1/alerts?limit=200')).items.filter((a) => a.title.startsWith('switch-7'));
            if (all.length > 3) throw new Error(`${all.length} rows`);
        });
        await suite.step('a storm makes a few incidents and one for all the rest, which says so', async () => {
            await api('PUT', '/api/v1/settings/alerts.storm_incidents', { value: '2' });
            const before = (await api('GET', '/api/v1/incidents?limit=200')).items.length;
            for (let k = 0; k < 40; k++) await fires(`web-${k}`, { labels: { cluster: 'web' } });
            await ana.go('/incidents');
            await page.getByRole('link', { name: /Alert storm from Cluster/ }).first().waitFor();
            const more = (await api('GET', '/api/v1/incidents?limit=200')).items.length - before;
            if (more > 3) throw new Error(`${more} incidents`);
        });
        await suite.step('the payload of an alert is shown as it came, numbers beyond a double and unknown fields too', async () => {
            await fires('exact', { severity: 'info', trace: 0, zz_unknown: { deep: [1, null] } });
            const text = '{"title":"nano is broken","key":"nano","status":"firing","severity":"info","ns":1794319650123456789,"id":18446744073709551615,"zz":{"a":[null]}}';
            const answer = await fetch(server.url + new URL(made.url).pathname, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: text });
            if (answer.status !== 202) throw new Error(await answer.text());
            await ana.go('/alerts?q=nano');
            const found = await until(() => alert('nano'), 'it is there');
            await ana.go(`/alerts?alert=${found.id}`);
            await ana.button('Show payload').click().catch(async () => { await page.getByRole('button', { name: /payload/i }).first().click(); });
            await page.locator('pre.payload', { hasText: '18446744073709551615' }).waitFor();
            if (!(await page.locator('pre.payload').innerText()).includes('1794319650123456789')) throw new Error('a number was rounded');
        });
        await suite.step('what fits nothing is kept with the reason and the payload, and replayed once the mapping is mended', async () => {
            const legacy = await api('POST', '/api/v1/integrations', { kind: 'generic', name: 'Legacy', mapping: { title: '/what/went/wrong' } });
            if (await send({ message: 'queue is long' }, legacy) < 400) throw new Error('it fits');
            await ana.go('/settings/quarantine');
            const card = page.locator('.quarantined', { hasText: 'Legacy' });
            await card.getByText(/title/).first().waitFor();
            await card.getByRole('button', { name: /payload/i }).click();
            await card.getByText('queue is long').waitFor();
            await api('PATCH', `/api/v1/integrations/${legacy.id}`, { mapping: { title: '/message' } });
            await card.getByRole('button', { name: 'Replay' }).click();
            await page.locator('.toast', { hasText: '1 alert taken in' }).waitFor();
            await ana.sees('Quarantine is empty');
            await ana.go('/alerts');
            await row('queue is long').waitFor();
        });
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
