// The picture of an incident with ten thousand events in a real browser: words stay in view, wheel, two fingers, keys and
// buttons zoom and pan, a mark is moved by keys, and what is drawn at once stays small.
//     node tests/browser/lanes.mjs
import { readFileSync } from 'node:fs';
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { addPeople, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('lanes');
const MINUTE = 60_000;
const EVENTS = 10_000;
const system = makeSystem('sqlite');
const tokens = addPeople(system);
const server = await serve(system);
const browser = await launch();
const api = ask(server.url, tokens.admin);

const began = Math.floor((Date.now() - 8 * 60 * MINUTE) / 1000) * 1000;
const at = (minute) => new Date(began + minute * MINUTE).toISOString();
const incident = await api('POST', '/api/v1/incidents', { title: 'A long night', severity: 'SEV-1', impact_started_at: at(0) });
const path = `/api/v1/incidents/${incident.reference}`;
await api('PATCH', path, { detected_at: at(3), mitigated_at: at(400), resolved_at: at(420), status: 'resolved' });
await api('POST', `${path}/impacts`, { title: 'Checkout answers with errors', kind: 'availability', started_at: at(0), ended_at: at(410) });
const decision = await api('POST', `${path}/timeline`, { kind: 'decision', title: 'Fail over to the second region', occurred_at: at(200) });
const source = await api('POST', '/api/v1/integrations', { kind: 'generic', name: 'Probe' });
await fetch(server.url + new URL(source.url).pathname, { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ title: 'Error rate is above five percent', status: 'firing', key: 'k1', started_at: at(1) }) });
const alert = (await api('GET', '/api/v1/alerts')).items[0];
await api('POST', `/api/v1/alerts/${alert.id}/attach`, { incident: incident.reference });

/** Ten thousand events: what was said, and a thousand decisions and hypotheses. */
async function fill() {
    let next = 0;
    const one = async () => {
        for (let k = next++; k < EVENTS; k = next++) {
            const kind = k % 20 === 0 ? 'decision' : k % 20 === 10 ? 'hypothesis' : 'message';
            await api('POST', `${path}/timeline`, { kind, title: `Event number ${k}`, occurred_at: at((k * 420) / EVENTS) });
        }
    };
    await Promise.all(Array.from({ length: 32 }, one));
}

const drawn = (page) => page.locator('svg.tl').nth(1).evaluate((el) => ({ nodes: el.querySelectorAll('*').length, width: el.width.baseVal.value }));
const signIn = async (p) => {
    await p.go('/sign-in');
    await p.page.locator('input[type=email]').fill('admin@example.com');
    await p.page.locator('input[type=password]').fill(password);
    await p.page.locator('button[type=submit]').click();
    await p.page.waitForURL(`${server.url}/`);
    await p.go(`/incidents/${incident.reference}?tab=timeline`);
    await p.page.locator('.tl .mk', { hasText: 'Fail over' }).waitFor();
};
/** Are the words on screen, between the names of the lanes and the right edge? */
const onScreen = (page, text) => page.locator('.tl text', { hasText: text }).first().evaluate((el) => {
    const box = el.getBoundingClientRect(), pane = el.closest('.tl-scroll').getBoundingClientRect();
    return box.width > 20 && box.left >= pane.left + 80 && box.right <= pane.right + 1;
}).catch(() => false);

try {
    await suite.walk('the picture', async () => {
        const ana = await person(suite, browser, 'ana', server.url);
        const { page } = ana;
        await signIn(ana);
        const pane = page.locator('.tl-scroll');
        const whole = (await drawn(page)).width;
        await suite.step('buttons and keys zoom in and out, Home and End go to the ends, an alert leads to its page', async () => {
            await ana.button('Zoom in').click();
            await until(async () => (await drawn(page)).width > 1.9 * whole, 'it is wider');
            await pane.focus();
            await page.keyboard.press('+');
            await until(async () => (await drawn(page)).width > 3.8 * whole, 'it is wider still');
            await page.keyboard.press('End');
            await until(() => pane.evaluate((el) => el.scrollLeft + el.clientWidth >= el.scrollWidth - 2), 'it is at the end');
            await page.keyboard.press('Home');
            await until(() => pane.evaluate((el) => el.scrollLeft === 0), 'it is at the begin');
            if (await page.locator('.tl a.mk').getAttribute('href') !== `/alerts?alert=${alert.id}`) throw new Error('no link');
        });
        await suite.step('the words of bars stay in view, however far one pans', async () => {
            for (const part of [0.3, 0.5, 0.8]) {
                await pane.evaluate((el, q) => { el.scrollLeft = (el.scrollWidth - el.clientWidth) * q; }, part);
                for (const words of ['Checkout answers', 'Error rate']) await until(() => onScreen(page, words), `${words} at ${part}`);
            }
            await ana.picture('lanes-zoomed');
            await page.keyboard.press('0');
            await until(async () => (await drawn(page)).width === whole, 'it is whole again');
        });
        await suite.step('a mark is moved with Shift and the arrows, kept with Enter, put back with Escape and Undo', async () => {
            const mark = page.locator('.tl .mk', { hasText: 'Fail over' });
            const shown = async () => (await api('GET', `${path}/timeline?kind=decision`)).items.find((e) => e.id === decision.id);
            await mark.focus();
            for (let k = 0; k < 3; k++) await page.keyboard.press('Shift+ArrowRight');
            await page.locator('.tl .moving').waitFor();
            await page.keyboard.press('Escape');
            await page.locator('.tl .moving').waitFor({ state: 'detached' });
            for (let k = 0; k < 3; k++) await page.keyboard.press('Shift+ArrowRight');
            await page.keyboard.press('Enter');
            const moved = await until(async () => { const e = await shown(); return e.corrected_from_at && e; }, 'the time is corrected');
            if (moved.corrected_from_at !== decision.occurred_at || moved.occurred_at <= decision.occurred_at) throw new Error(JSON.stringify(moved));
            await page.locator('.toast', { hasText: 'Moved to' }).getByRole('button', { name: 'Undo' }).click();
            await until(async () => (await shown()).occurred_at === decision.occurred_at, 'it is back');
        });
        await suite.step('ten thousand events are drawn in parts, and zooming answers within a blink', async () => {
            await fill();
            await page.reload();
            await page.locator('.tl .mk', { hasText: 'Fail over' }).waitFor();
            await until(async () => /10,0\d\d/.test(await page.locator('.events-bar').innerText()), 'all are counted');
            await pane.focus();
            for (let k = 0; k < 3; k++) await page.keyboard.press('+');
            const now = await until(async () => { const d = await drawn(page); return d.width > 7 * whole && d; }, 'it is wide');
            suite.check('what is drawn stays small', now.nodes < 4000, `${now.nodes} nodes`);
            const worst = await page.evaluate(async () => {
                const el = document.querySelector('.tl-scroll');
                const took = [];
                for (let k = 0; k < 40; k++) {
                    const from = performance.now();
                    el.scrollLeft += 150;
                    await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
                    took.push(performance.now() - from);
                }
                return took.sort((a, b) => a - b)[20];
            });
            if (process.env.VERBOSE) console.log(`     ${now.nodes} nodes; two frames while panning: median ${Math.round(worst)} ms`);
            suite.check('panning stays smooth', worst < 500, `${worst} ms`);
        });
        await suite.step('the file of the picture has all of it, whatever is on screen', async () => {
            const file = page.waitForEvent('download');
            await ana.choose(page.getByRole('button', { name: 'Export' }), 'PNG');
            const png = readFileSync(await (await file).path());
            if (png.readUInt32BE(16) < 7 * whole) throw new Error(`${png.readUInt32BE(16)} wide`);
            await until(async () => (await drawn(page)).nodes < 4000, 'and the screen is light again');
        });
        await page.keyboard.press('Escape');
    });
    await suite.walk('the picture on a phone', async () => {
        const bo = await person(suite, browser, 'bo', server.url, { viewport: { width: 375, height: 780 }, hasTouch: true, isMobile: true });
        const { page } = bo;
        await signIn(bo);
        await suite.step('two fingers that part zoom in, and one finger that swipes over a mark moves nothing', async () => {
            const before = await drawn(page);
            const box = await page.locator('.tl-scroll').boundingBox();
            const client = await page.context().newCDPSession(page);
            const y = box.y + 40, touch = (type, ...xs) => client.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((x, id) => ({ x, y, id })) });
            await touch('touchStart', 180, 220);
            for (let k = 1; k <= 6; k++) await touch('touchMove', 180 - 15 * k, 220 + 15 * k);
            await touch('touchEnd');
            await until(async () => (await drawn(page)).width > 2 * before.width, 'it is wider');
            await bo.picture('lanes-phone');
            await page.locator('.tl .mk.movable').first().tap();
            await page.locator('.event.lit').waitFor();
            if ((await api('GET', `${path}/timeline?kind=decision&limit=1000`)).items.some((e) => e.corrected_from_at)) throw new Error('something was moved');
        });
    });
} finally {
    await browser.close();
    await server.stop();
    system.remove();
}
suite.end();
