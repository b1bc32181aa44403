// Drafting with a model as people see it: settings and their test, a draft beside the text, a claim that nothing supports, a question.
//     node tests/browser/draft.mjs          VERBOSE=1 names every step, PICTURES=1 keeps pictures
import { launch, person, Suite, until } from '../lib/browser.mjs';
import { playModel } from '../lib/model.mjs';
import { makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('draft');
const step = (what, run) => suite.step(what, run);
const picture = (p, name) => (process.env.PICTURES ? p.picture(`draft-${name}`) : null);
const system = makeSystem();
system.cli(['user', 'add', '--email', 'ana@example.com', '--name', 'Ana Lindqvist', '--role', 'admin', '--password-stdin'], password);
const token = system.cli(['token', 'create', '--user', 'ana@example.com', '--scope', 'admin']);
const server = await serve(system), model = await playModel(), browser = await launch();
async function api(method, path, body) {
    const answer = await fetch(`${server.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
}
const set = (key, value) => api('PUT', `/settings/${key}`, { value });

await suite.walk('draft', async () => {
    const incident = await api('POST', '/incidents', { title: 'Payments fail', severity: 'SEV-2', impact_started_at: '2026-11-10T14:07:00.000Z' });
    const template = await api('POST', '/templates', { name: 'Short', language: 'en', sections: [{ heading: 'Summary', guide: 'What happened', prefill: '', ai: 'on' }, { heading: 'Impact', guide: 'Who noticed', prefill: '', ai: 'on' }] });
    const report = await api('POST', '/reports', { incident_ids: [incident.id], template_id: template.id, title: 'Payments fail' });
    const ana = await person(suite, browser, 'ana', server.url), { page } = ana;
    await ana.go('/sign-in');
    await ana.field('Email').fill('ana@example.com');
    await ana.field('Password').fill(password);
    await ana.button('Sign in').click();
    await ana.button('Search or run').waitFor();
    await step('without a model the panel says so, and what is not known is listed', async () => {
        await ana.go(`/reports/${report.reference}/edit?panel=ai`);
        await ana.sees('No model is configured');
        await ana.button('What do we not know?').click();
        await ana.sees('When was it noticed?');
    });
    await step('the settings are tested, and the error is the service’s own', async () => {
        for (const [k, v] of [['ai.provider', 'openai'], ['ai.base_url', `http://127.0.0.1:${model.port}/v1`], ['ai.key', 'key-1'], ['ai.allow', '127.0.0.1'], ['ai.model', 'refused']]) await set(k, v);
        await ana.go('/settings/ai');
        await ana.button('Test', { exact: true }).click();
        await ana.sees(/Incorrect API key provided/);
        await picture(ana, 'settings');
        await set('ai.model', 'good');
        await ana.button('Test', { exact: true }).click();
        await ana.sees(/good works: answered/);
    });
    await step('sections nobody wrote in are drafted, with what still stands', async () => {
        await ana.go(`/reports/${report.reference}/edit?panel=ai`);
        await ana.button('Draft what nobody wrote').click();
        await page.locator('.doc-body p', { hasText: 'Impact began at 14:07.' }).first().waitFor();
        await page.locator('.draft-section.placed').nth(1).waitFor();
        await ana.sees('100% of its words still stand');
        await picture(ana, 'panel');
    });
    await step('pointing at a source lights the sentences that rest on it, and shows what it is', async () => {
        const chip = page.locator('.doc-body .ev', { hasText: 'Impact began' }).first();
        await chip.hover();
        await page.locator('.doc-body .cites', { hasText: 'Impact began at 14:07.' }).first().waitFor();
        await page.locator('.card-over', { hasText: 'Impact began' }).waitFor();
        await picture(ana, 'cited');
        await page.mouse.move(2, 2);
        await page.locator('.doc-body .cites').first().waitFor({ state: 'detached' });
    });
    await step('a source is reached by the arrows and opened by Enter', async () => {
        await page.locator('.doc-body p', { hasText: 'Impact began at 14:07.' }).first().click({ position: { x: 3, y: 10 } });
        await until(async () => {
            await page.keyboard.press('ArrowRight');
            return page.locator('.doc-body .ev.cited-on').count();
        }, 'the cursor stands on a source');
        await page.locator('.card-over').waitFor();
        await page.keyboard.press('Enter');
        await page.waitForURL(/\/incidents\/INC-|\/alerts/);
        await page.goBack();
        await page.locator('.doc-body .ev').first().waitFor();
    });
    await step('a claim that nothing supports is shown, and somebody may stand by it', async () => {
        await set('ai.model', 'lying');
        await page.locator('.draft-section', { hasText: 'Summary' }).getByRole('button', { name: 'Draft again' }).click();
        await page.locator('.doc-body .unsupported', { hasText: '48,213 customers' }).waitFor();
        await picture(ana, 'unsupported');
        const claim = page.locator('.draft-claims > li', { hasText: '48,213' }).last();
        await claim.getByRole('button', { name: 'I stand by it' }).click();
        await page.locator('.doc-body .unsupported', { hasText: '48,213 customers' }).waitFor({ state: 'detached' });
        await page.locator('.doc-body p', { hasText: '48,213 customers' }).waitFor();
    });
    await step('a question gets an answer with its sources', async () => {
        await set('ai.model', 'good');
        await ana.go(`/incidents/${incident.reference}`);
        await ana.field('Ask the incident').fill('When did it begin?');
        await ana.button('Ask', { exact: true }).click();
        await page.locator('.draft-answers li', { hasText: 'Impact began at 14:07.' }).first().waitFor();
        await picture(ana, 'question');
    });
});
suite.check('the server stops cleanly', await server.stop() === 0, server.log());
model.stop();
system.remove();
await browser.close();
suite.end();
