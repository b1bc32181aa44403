// Every screen in three widths, light and dark, English and Chinese: pictures into build/browser/; axe finds nothing serious, nothing is cut off or sticks out.
//     node tests/browser/pictures.mjs [--zh] [--quick] [--docs] [WORD…]
// --quick: each screen twice (wide, light, English; phone, dark, Chinese). --zh: in Chinese, which is a suite of its own (pictures_zh.mjs). --docs writes the pictures of the README into docs/images/. WORD: only screens whose name contains it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, launch, person, pictures, Suite, until } from '../lib/browser.mjs';
import { cut, examined, opened, settled, sideways } from '../lib/looking.mjs';
import { paletted } from '../lib/png.mjs';
import { screens, seed } from '../lib/screens.mjs';
import { makeSystem, password, root, serve } from '../lib/server.mjs';
import { english, untranslated } from '../lib/words.mjs';

const args = process.argv.slice(2);
const words = args.filter((a) => !a.startsWith('--'));
const suite = new Suite('pictures');
const heights = { 1440: 900, 1024: 768, 375: 812 };
const quick = args.includes('--quick');
const locales = [args.includes('--zh') ? 'zh' : 'en'];
const own = english();

/* axe sees each theme once, and the wide screen and the phone; the other looks are drawn and measured. */
const looks = quick
    ? [{ width: 1440, themes: ['light'], locale: 'en', axe: 'light' }, { width: 375, themes: ['dark'], locale: 'zh', axe: 'dark' }]
    : locales.flatMap((locale) => [1440, 1024, 375].map((width) => ({ width, locale, themes: ['light', 'dark'], axe: width === 1440 && locale === 'en' ? 'light' : width === 375 && locale === 'zh' ? 'dark' : '' })));

/** One person looks at all screens in one width and language. */
async function take(browser, system, look, list) {
    const name = `${look.width}-${look.locale}`;
    const options = { viewport: { width: look.width, height: heights[look.width] }, colorScheme: look.themes[0], reducedMotion: 'reduce', locale: look.locale === 'zh' ? 'zh-CN' : 'en-GB', timezoneId: 'Europe/Lisbon', ...(look.width < 700 ? { hasTouch: true, isMobile: true } : {}) };
    const p = await person(suite, browser, name, system.url, options);
    for (const t of system.tolerate) p.tolerate(t);
    await p.context.addInitScript((locale) => localStorage.setItem('hindsight.locale', locale), look.locale);
    const shown = list.filter((s) => !(look.width < 700 ? s.wide : s.phone));
    for (const s of shown.filter((x) => x.who?.startsWith('nobody'))) await one(p, look, s);
    const inside = shown.filter((s) => !s.who?.startsWith('nobody'));
    if (inside.length) {
        await p.go('/sign-in');
        await p.page.locator('input[type=email]').fill(system.email[look.locale]);
        await p.page.locator('input[type=password]').fill(password);
        await p.page.locator('button[type=submit]').click();
        await p.page.waitForURL(`${system.url}/`);
    }
    for (const s of inside) await one(p, look, s);
    suite.check(`${name}: the browser has nothing to complain about`, p.troubles.length === 0, p.troubles.join('\n        '));
    suite.people = suite.people.filter((x) => x !== p);
    await p.context.close();
}

async function one(p, look, screen) {
    const what = `${screen.name} ${look.width} ${look.locale}`;
    try {
        await p.page.emulateMedia({ colorScheme: look.themes[0] });
        await screen.before?.(p.page);
        await p.go(screen.path);
        await settled(p.page, screen.busy);
        await screen.prepare?.(p.page);
        await settled(p.page, screen.busy);
        for (const theme of look.themes) {
            await p.page.emulateMedia({ colorScheme: theme });
            await p.picture(`${screen.name}-${look.width}-${theme}-${look.locale}`);
            if (look.axe !== theme) continue;
            const found = await examined(p.page);
            suite.check(`${what} ${theme}: axe finds nothing serious`, found.length === 0, `\n        ${found.join('\n        ')}`);
        }
        const wide = await sideways(p.page), off = await cut(p.page);
        suite.check(`${what}: nothing scrolls sideways`, !wide, wide);
        suite.check(`${what}: no text is cut off`, !off, off);
        const left = look.locale === 'zh' ? await untranslated(p.page, own) : '';
        suite.check(`${what}: all is in Chinese`, !left, left);
    } catch (e) {
        suite.check(`${what}: it is drawn`, false, e.message.split('\n')[0]);
        await p.picture(`fail-${screen.name}-${look.width}-${look.locale}`).catch(() => {});
    }
    await p.page.unrouteAll({ behavior: 'ignoreErrors' });
}

/* ---- the pictures of the README ----------------------------------------------------------------------------------- */

async function small(page, file) {
    const bytes = await page.screenshot({ type: 'png' });
    const { width, height, data } = await page.evaluate(async (b64) => {
        const image = new Image();
        image.src = `data:image/png;base64,${b64}`;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const g = canvas.getContext('2d');
        g.drawImage(image, 0, 0);
        const pixels = g.getImageData(0, 0, image.width, image.height).data;
        let text = '';
        for (let i = 0; i < pixels.length; i += 32768) text += String.fromCharCode(...pixels.subarray(i, i + 32768));
        return { width: image.width, height: image.height, data: btoa(text) };
    }, bytes.toString('base64'));
    const out = paletted(width, height, Buffer.from(data, 'base64'));
    mkdirSync(join(root, 'docs/images'), { recursive: true });
    writeFileSync(join(root, 'docs/images', file), out);
    suite.check(`${file} is at most 150 KB`, out.length <= 150_000, `${out.length}`);
}

async function forDocs(browser, base, of) {
    const view = { viewport: { width: 1320, height: 820 }, colorScheme: 'light', timezoneId: 'Europe/Lisbon' };
    const [ines, jonas] = [await person(suite, browser, 'ines', base, view), await person(suite, browser, 'jonas', base, view)];
    for (const p of [ines, jonas]) {
        await p.go('/sign-in');
        await p.field('Email').fill(`${p.name}@orrinpay.example`);
        await p.field('Password').fill(password);
        await p.button('Sign in').click();
        await p.page.waitForURL(`${base}/`);
    }
    await ines.go(`/incidents/${of.incident}?tab=timeline`);
    await settled(ines.page);
    await small(ines.page, 'incident.png');
    for (const p of [ines, jonas]) {
        await p.go(`/reports/${of.draft}/edit`);
        await opened(p.page);
    }
    await jonas.page.locator('.doc-body p').nth(1).click();
    await jonas.page.keyboard.press('End');
    await ines.page.locator('.cursor').first().waitFor({ state: 'attached' });
    await settled(ines.page);
    await small(ines.page, 'report.png');
}

/** A company with a year of sample data. */
async function company() {
    const system = makeSystem('sqlite');
    system.cli(['demo']);
    for (const who of ['ines', 'jonas', 'lin']) system.cli(['user', 'password', '--email', `${who}@orrinpay.example`, '--password-stdin'], password);
    const server = await serve(system);
    const call = ask(server.url, system.cli(['token', 'create', '--user', 'ines@orrinpay.example', '--scope', 'admin']));
    const of = await seed(call, server.url);
    return { server, remove: system.remove, url: server.url, email: { en: 'ines@orrinpay.example', zh: 'lin@orrinpay.example' }, of, tolerate: [/status of (404|403|401|500|422)/, /ERR_FAILED/, /^500 .*\/api\/v1\/(home|incidents|people)/] };
}

/** A workspace in which nothing has happened yet, or one without people. */
async function empty(peopled) {
    const system = makeSystem('sqlite');
    for (const [email, name, locale] of peopled ? [['ana@example.com', 'Ana Lindqvist', 'en'], ['wei@example.com', '王伟', 'zh']] : [])
        system.cli(['user', 'add', '--email', email, '--name', name, '--locale', locale, '--role', 'admin', '--password-stdin'], password);
    const server = await serve(system);
    return { server, remove: system.remove, url: server.url, email: { en: 'ana@example.com', zh: 'wei@example.com' }, of: {}, tolerate: [] };
}

const browser = await launch();
const full = await company();
const wanted = screens(full.of).filter(({ name }) => !words.length || words.some((w) => name === w || name.includes(w)));
const places = [[full, wanted.filter((s) => !s.who || s.who === 'nobody')]];
for (const who of ['new', 'nobody-yet']) {
    const list = wanted.filter((s) => s.who === who);
    if (list.length) places.push([await empty(who === 'new'), list]);
}
const work = args.includes('--docs') && !words.length ? [] : places.flatMap(([system, list]) => looks.map((look) => ({ system, look, list })));
/* Two at a time: one draws while the other waits for the server. */
const hand = async () => { for (let w = work.shift(); w; w = work.shift()) await take(browser, w.system, w.look, w.list); };
await suite.walk('pictures', () => Promise.all([hand(), hand()]));
if (args.includes('--docs')) await suite.walk('docs', () => forDocs(browser, full.url, full.of));
await browser.close();
for (const [system] of places) {
    suite.check('the server stops cleanly', await system.server.stop() === 0, system.server.log());
    system.remove();
}
console.log(`pictures are in ${pictures}`);
suite.end();
