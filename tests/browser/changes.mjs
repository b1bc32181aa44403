// Changes in a real browser: what may have caused an incident is proposed with why, marked by a person, told on the timeline; a
// source of changes is connected and tested.
//     node tests/browser/changes.mjs
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('changes_ui');
const MINUTE = 60_000;
const system = makeSystem('sqlite');
const tokens = addPeople(system);
const server = await serve(system);
const browser = await launch();
const api = ask(server.url, tokens.admin);

const began = Math.floor((Date.now() - 60 * MINUTE) / 1000) * 1000;
const at = (minute) => new Date(began + minute * MINUTE).toISOString();
const ledger = await api('POST', '/api/v1/services', { name: 'Ledger' });
await api('POST', '/api/v1/services', { name: 'Checkout', depends_on_ids: [ledger.id] });
const change = (title, minute, more) => api('POST', '/api/v1/changes', { kind: 'deploy', title, occurred_at: at(minute), ended_at: at(minute + 1), state: 'succeeded', author: 'ann', source: 'github', ...more });
await change('checkout 4.2: smaller connection pool', -5, { service_ids: ['checkout'], url: 'https://ci.example.com/1' });
await change('ledger: index on entries', -40, { service_ids: ['ledger'], kind: 'migration' });
await change('checkout 4.1', -600, { service_ids: ['checkout'], state: 'failed' });
const incident = await api('POST', '/api/v1/incidents', { title: 'Payments wait for a connection', severity: 'SEV-2', impact_started_at: at(0), service_ids: ['Checkout'] });
const linked = async () => (await api('GET', `/api/v1/incidents/${incident.id}/changes`)).items.map((c) => `${c.relation} ${c.title}`);

try {
    await suite.walk('changes', async () => {
        const ana = await person(suite, browser, 'ana', server.url);
        const { page } = ana;
        const row = (title) => page.locator('li[data-change]', { hasText: title });
        await ana.go('/sign-in');
        await page.locator('input[type=email]').fill('admin@example.com');
        await page.locator('input[type=password]').fill(password);
        await page.locator('button[type=submit]').click();
        await page.waitForURL(`${server.url}/`);
        await ana.go(`/incidents/${incident.reference}?tab=changes`);
        await suite.step('changes near the start are proposed, most likely first, each with why', async () => {
            await row('smaller connection pool').waitFor();
            const titles = await page.locator('ol.proposed .change-title').allTextContents();
            if (titles.join('|') !== 'checkout 4.2: smaller connection pool|ledger: index on entries|checkout 4.1') throw new Error(titles.join('|'));
            await row('smaller connection pool').getByText(/done 4.*before it began · of the service Checkout/).waitFor();
            await row('ledger').getByText('of Ledger, which it depends on').waitFor();
            await ana.picture('changes');
        });
        await suite.step('one is marked as the cause, another dismissed; the dismissed one is proposed no more', async () => {
            await row('smaller connection pool').getByRole('button', { name: 'Caused it' }).click();
            await until(async () => (await linked()).includes('caused checkout 4.2: smaller connection pool'), 'it is linked');
            await row('ledger').getByRole('button', { name: 'Not this' }).click();
            await until(async () => (await linked()).includes('dismissed ledger: index on entries'), 'it is dismissed');
            await until(async () => (await page.locator('ol.proposed li').count()) === 1, 'one proposal is left');
        });
        await suite.step('other times of the incident give other proposals, while it is looked at', async () => {
            await api('PATCH', `/api/v1/incidents/${incident.id}`, { impact_started_at: at(-620) });
            await until(async () => (await page.locator('ol.proposed li').count()) === 0, 'nothing was before that');
            await api('PATCH', `/api/v1/incidents/${incident.id}`, { impact_started_at: at(0) });
            await until(async () => (await page.locator('ol.proposed li').count()) === 1, 'it is back');
        });
        await suite.step('the timeline tells of the cause, and its picture shows cause and proposals', async () => {
            await ana.go(`/incidents/${incident.reference}?tab=timeline`);
            await page.locator('.event', { hasText: 'smaller connection pool' }).first().waitFor();
            await page.locator('.tl .chc').first().waitFor({ state: 'attached' });
        });
        await suite.step('a source of changes is connected, and its test is a change', async () => {
            await ana.go('/settings/integrations');
            await page.getByRole('searchbox').fill('github');
            await ana.button('Add GitHub').click();
            await ana.field('Name').fill('Our GitHub');
            await ana.button('Create').click();
            await ana.button('Send a test').click();
            await ana.button('See it').click();
            await page.getByText('Deploy checkout main to production').first().waitFor();
            await ana.picture('changes-list');
        });
        await suite.step('a mapping is made by clicking the values of a payload that did not fit, with what it becomes beside it', async () => {
            const made = await api('POST', '/api/v1/integrations', { kind: 'generic', name: 'Legacy' });
            const payload = { source: 'legacy', checks: [{ text: 'queue is long', prio: 'P1', since: 1794319650123456789, where: { host: 'mq-1' } }] };
            await fetch(server.url + new URL(made.url).pathname, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(payload) });
            await ana.go(`/settings/integrations/${made.id}`);
            const node = (path) => page.locator(`[data-path="${path}"]`);
            const choose = async (field, path) => {
                await ana.field(field, { exact: true }).focus();
                await node(path).click();
            };
            await node('checks.0.text').waitFor();
            await choose('List of alerts', 'checks');
            await choose('Title', 'checks.0.text');
            await choose('Severity', 'checks.0.prio');
            await choose('Started at', 'checks.0.since');
            await choose('Labels', 'checks.0.where');
            await page.locator('.preview-list .card', { hasText: 'queue is long' }).getByText('host=mq-1').waitFor();
            await ana.picture('mapping');
            await ana.button('Save', { exact: true }).click();
            const saved = await until(async () => { const m = (await api('GET', `/api/v1/integrations/${made.id}`)).mapping; return m?.alerts && m; }, 'the mapping is saved');
            if (JSON.stringify(saved) !== JSON.stringify({ alerts: '/checks', title: '/text', severity: '/prio', started_at: '/since', labels: '/where' })) throw new Error(JSON.stringify(saved));
        });
        await suite.step('the mailbox and the rules of e-mail are set in a form', async () => {
            const made = await api('POST', '/api/v1/integrations', { kind: 'mail', name: 'Mail' });
            await ana.go(`/settings/integrations/${made.id}`);
            await ana.field('Address of the mailbox').fill('imap://127.0.0.1:9/INBOX');
            await ana.field(/^User/).fill('alerts');
            await ana.button('Add a rule').click();
            await page.getByPlaceholder('contains').fill('newsletter');
            await ana.picture('mail');
            await page.locator('section', { hasText: 'Mailbox and rules' }).getByRole('button', { name: 'Save', exact: true }).click();
            const saved = await until(async () => { const m = (await api('GET', `/api/v1/integrations/${made.id}`)).mapping; return m?.mailbox && m; }, 'it is saved');
            if (saved.mailbox.user !== 'alerts' || saved.rules[0].contains !== 'newsletter') throw new Error(JSON.stringify(saved));
        });
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
