// Everything by keyboard: the focus is seen wherever it is, dialogs and menus hold it and give it back, lists are walked, the palette goes anywhere.
//     node tests/browser/keyboard.mjs          VERBOSE=1 names every step
import { launch, person, Suite, until } from '../lib/browser.mjs';
import { makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('keyboard');
const step = (what, run) => suite.step(what, run);
const system = makeSystem();
system.cli(['demo']);
system.cli(['user', 'password', '--email', 'ines@orrinpay.example', '--password-stdin'], password);
const server = await serve(system), browser = await launch();

const focused = (p) => p.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120));
const inside = (p, selector) => p.page.evaluate((s) => !!document.activeElement?.closest(s), selector);
const quiet = (p) => p.page.waitForFunction(() => document.querySelector('main')?.textContent.trim() && !document.querySelector('.sk, .page[aria-busy=true]'));

/** Everything that Tab reaches looks different while it has the focus: a ring, a line, another border; it or what it stands in. */
const unseen = (page) => page.evaluate(() => {
    const reach = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter((el) => el.tabIndex >= 0 && !el.disabled && el.checkVisibility({ visibilityProperty: true }) && !el.closest('.vh') && !el.matches('.vh, .skip, textarea.title'));       /* a title shows its cursor */
    const around = (el) => { const all = []; for (let p = el, n = 0; p && n < 4; p = p.parentElement, n++) all.push(p); return all; };
    const look = (el) => around(el).map((x) => { const s = getComputedStyle(x); return [s.boxShadow, s.outline, s.borderColor, s.backgroundColor, s.textDecorationLine].join(); }).join('|');
    const found = [];
    for (const el of reach) {
        document.activeElement?.blur?.();
        const before = look(el);
        el.focus({ preventScroll: true, focusVisible: true });
        if (document.activeElement === el && look(el) === before) found.push(el.outerHTML.slice(0, 110));
    }
    return found.slice(0, 4);
});

await suite.walk('keyboard', async () => {
    const p = await person(suite, browser, 'ines', server.url, { reducedMotion: 'reduce' }), { page } = p;
    const press = (...keys) => keys.reduce((before, k) => before.then(() => page.keyboard.press(k)), Promise.resolve());
    await step('signing in needs no mouse', async () => {
        await p.go('/');
        await page.locator('input[type=email]').waitFor();
        await until(() => inside(p, 'input[type=email]'), 'the first field has the focus');
        await page.keyboard.type('ines@orrinpay.example');
        await press('Tab');
        await page.keyboard.type(password);
        await press('Enter');
        await page.waitForURL(`${server.url}/`);
        await page.locator('.rail').waitFor();
    });
    await step('the first Tab offers to skip to the content, and does', async () => {
        await quiet(p);
        await page.evaluate(() => document.activeElement?.blur());
        await press('Tab');
        await until(() => inside(p, '.skip'), 'the link has the focus');
        await press('Enter');
        await until(() => inside(p, 'main'), 'the content has the focus');
        await press('Tab');
        if (!await inside(p, 'main')) throw new Error(await focused(p));
    });
    for (const [keys, path, title] of [[['g', 'i'], '/incidents', /^Incidents/], [['g', 'p'], '/reports', /^Post-mortems/], [['g', 'f'], '/follow-ups', /^Follow-ups/], [['g', 'a'], '/alerts', /^Alerts/], [['g', 'c'], '/changes', /^Changes/], [['g', 'm'], '/monitors', /^Monitors/]])
        await step(`${keys.join(' ')} goes to ${path}, and the tab says so`, async () => {
            await press(...keys);
            await page.waitForURL(`${server.url}${path}`);
            await until(async () => title.test(await page.title()), 'title');
        });
    for (const [name, path] of [['incidents', '/incidents'], ['alerts', '/alerts'], ['changes', '/changes'], ['monitors', '/monitors'], ['follow-ups', '/follow-ups'], ['post-mortems', '/reports'], ['notifications', '/notifications'], ['people', '/settings/people'], ['teams', '/settings/teams']])
        await step(`j and k walk the rows of ${name}`, async () => {
            await p.go(path);
            await page.locator('[data-row]').nth(2).waitFor();
            await press('j', 'j', 'j', 'k');
            if (!await page.locator('[data-row]').nth(1).evaluate((el) => el.hasAttribute('data-at'))) throw new Error('another row');
        });
    await step('enter opens the row', async () => {
        await p.go('/incidents');
        await page.locator('[data-row]').nth(2).waitFor();
        await press('j', 'j', 'Enter');
        await page.waitForURL(/\/incidents\/INC-/);
    });
    await step('/ goes to the search of the list', async () => {
        await p.go('/incidents');
        await quiet(p);
        await press('/');
        await until(() => inside(p, '[data-search], .searchbox'), 'the field has the focus');
    });
    for (const [name, open, layer] of [['the palette', 'Control+k', 'dialog'], ['the shortcuts', '?', 'dialog'], ['declaring', 'c', 'dialog']])
        await step(`${name} holds the focus, Escape closes it and gives the focus back`, async () => {
            await p.go('/incidents');
            await page.locator('[data-row] a').first().waitFor();
            await page.locator('[data-row] a').first().focus();
            const before = await focused(p);
            await press(open);
            await page.locator(`${layer}[open]`).waitFor();
            for (let i = 0; i < 30; i++) {
                await press('Tab');
                if (!await inside(p, layer) && await page.evaluate(() => document.activeElement !== document.body)) throw new Error(`Tab left it for ${await focused(p)}`);
            }
            await press('Escape');
            await page.locator(`${layer}[open]`).waitFor({ state: 'detached' });
            await until(async () => await focused(p) === before, 'the focus is back');
        });
    await step('a menu opens by Enter, its entries are walked, Escape gives the focus back', async () => {
        await p.go('/incidents/INC-38');
        const pill = page.locator('.inc-head button.pill[aria-haspopup]').first();
        await pill.waitFor();
        await pill.focus();
        await press('Enter');
        await page.locator('[role=menu]').waitFor();
        await press('ArrowDown');
        if (!await inside(p, '[role=menu]')) throw new Error(await focused(p));
        await press('Escape');
        await page.locator('[role=menu]').waitFor({ state: 'detached' });
        await until(() => pill.evaluate((el) => el === document.activeElement), 'the focus is back');
    });
    await step('the palette runs what is typed', async () => {
        await p.go('/');
        await quiet(p);
        await press('Control+k');
        await page.locator('dialog[open] input').waitFor();
        await page.keyboard.type('quarantine');
        await page.locator('.pal-list [role=option]', { hasText: 'Quarantine' }).waitFor();
        await press('Enter');
        await page.waitForURL(/\/settings\/quarantine$/);
    });
    for (const path of ['/', '/incidents', '/incidents/INC-38', '/incidents/INC-38?tab=timeline', '/incidents/INC-38?tab=room', '/reports', '/reports/PM-36/edit?panel=details', '/follow-ups', '/follow-ups/FU-28', '/alerts', '/monitors', '/templates', '/search?q=pool', '/notifications', '/settings/profile', '/settings/workspace', '/settings/integrations'])
        await step(`on ${path} the focus is always seen`, async () => {
            await p.go(path);
            await quiet(p);
            await press('Tab');
            const bad = await unseen(page);
            if (bad.length) throw new Error(bad.join('\n'));
        });
});
await browser.close();
await server.stop();
system.remove();
suite.end();
