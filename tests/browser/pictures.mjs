// Every screen with sample data: pictures into build/browser/, no serious finding of axe, no sideways scrolling on a phone.
//     node tests/browser/pictures.mjs [--all] [--docs] [WORD…]
// By default each screen is seen twice (wide, light, English; phone, dark, Chinese), with --all in every width, theme and language.
// --docs writes the pictures of the README into docs/images/. WORD: only screens whose name contains it.
import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ask, launch, person, pictures, Suite, until } from '../lib/browser.mjs';
import { paletted } from '../lib/png.mjs';
import { makeSystem, password, root, serve } from '../lib/server.mjs';

const args = process.argv.slice(2);
const words = args.filter((a) => !a.startsWith('--'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const suite = new Suite('pictures');
const heights = { 1440: 900, 1024: 768, 375: 812 };

const looks = args.includes('--all')
    ? [1440, 1024, 375].flatMap((width) => ['light', 'dark'].flatMap((theme) => ['en', 'zh'].map((locale) => ({ width, theme, locale }))))
    : [{ width: 1440, theme: 'light', locale: 'en' }, { width: 375, theme: 'dark', locale: 'zh' }];

/** Name, address, and what is done there before the picture is taken. */
function screens(of) {
    const settings = ['profile', 'notifications', 'tokens', 'people', 'teams', 'channels', 'services', 'integrations', 'routing', 'quarantine', 'workspace', 'audit', 'jobs'];
    const key = (name, press) => async (page) => { await page.keyboard.press(press); await page.getByRole('dialog').waitFor(); };
    return [
        ['home', '/'],
        ['incidents', '/incidents'],
        ['incident', `/incidents/${of.incident}`],
        ['incident-timeline', `/incidents/${of.incident}?tab=timeline`],
        ['incident-alerts', `/incidents/${of.incident}?tab=alerts`],
        ['incident-follow-ups', `/incidents/${of.incident}?tab=follow-ups`],
        ['incident-active', `/incidents/${of.active}?tab=timeline`],
        ['incident-declare', '/incidents', key('declare', 'c')],
        ['incident-zh', `/incidents/${of.chinese}?tab=timeline`],
        ['reports', '/reports'],
        ['reports-table', '/reports?view=table'],
        ['reports-nothing', '/reports?q=nothingfitsthis'],
        ['report-write', `/incidents/${of.incident}`, async (page) => { await page.locator('.topbar .btn.primary').click(); await page.locator('.write-preview article').waitFor(); }],
        ['report-edit', `/reports/${of.draft}/edit`, opened],
        ['report-table', `/reports/${of.draft}/edit`, async (page) => { await opened(page); await page.locator('.tableWrapper td').first().click(); await page.locator('.tgrip.row').waitFor(); }],
        ['report-find', `/reports/${of.draft}/edit`, async (page) => { await opened(page); await page.keyboard.press('Control+h'); await page.locator('.find-bar input').first().fill('pool'); await page.locator('.found.on').waitFor(); }],
        ['report-keys', `/reports/${of.draft}/edit`, async (page) => { await opened(page); await page.keyboard.press('Control+/'); await page.getByRole('dialog').waitFor(); }],
        ['report-details', `/reports/${of.draft}/edit?panel=details`, opened],
        ['report-history', `/reports/${of.report}/edit?panel=history`, opened],
        ['report-readiness', `/reports/${of.draft}/edit?panel=readiness`, opened],
        ['report-version', `/reports/${of.draft}/edit?panel=history&version=now`, opened],
        ['report-comments', `/reports/${of.draft}/edit?panel=comments`, opened],
        ['report-published', `/reports/${of.report}`],
        ['report-published-zh', `/reports/${of.chineseReport}`],
        ['templates', '/templates'],
        ['template', `/templates/${of.template}`],
        ['follow-ups', '/follow-ups'],
        ['follow-up', `/follow-ups/${of.followUp}`],
        ['follow-up-new', '/follow-ups', key('new', 'n')],
        ['notifications', '/notifications'],
        ['alerts', '/alerts'],
        ['alert', `/alerts?alert=${of.alert}`],
        ['search', '/search?q=payment'],
        ['palette', '/', key('palette', 'Control+k')],
        ...settings.map((s) => [`settings-${s}`, `/settings/${s}`]),
        ['settings-integration', `/settings/integrations/${of.integration}`],
        ['not-found', '/nowhere'],
        ['sign-in', '/sign-in', null, 'nobody'],
    ].filter(([name]) => !words.length || words.some((w) => name.includes(w)));
}

async function opened(page) {
    await page.locator('.save-line[data-state=saved], .save-line[data-state=read_only]').waitFor({ timeout: 15_000 });
}

/** Nothing is being fetched or drawn any more. */
const settled = (page) => page.waitForFunction(() => {
    const main = document.querySelector('main, body > *');
    return document.readyState === 'complete' && main && main.textContent.trim().length > 0 && !document.querySelector('.sk, .page[aria-busy=true]')
        && [...document.images].every((i) => i.complete || i.loading === 'lazy') && document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity);
}, undefined, { timeout: 20_000, polling: 60 });

async function examine(page) {
    if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
    /* One rule is left out: axe calls it experimental, and it takes initials and keys, hidden from readers, for the label. */
    const found = await page.evaluate(() => window.axe.run(document, {
        resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], rules: { 'label-content-name-mismatch': { enabled: false } } }));
    /* What scrolls inside the text being written follows its cursor. */
    for (const v of found.violations) if (v.id === 'scrollable-region-focusable') v.nodes = v.nodes.filter((n) => !/tableWrapper/.test(n.html));
    return found.violations.filter((v) => v.nodes.length > 0).filter((v) => v.impact === 'serious' || v.impact === 'critical')
        .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} (${n.any[0]?.message ?? n.failureSummary ?? ''})`.replace(/\s+/g, ' ')).join('\n            ')}`);
}

/** What sticks out to the right of a phone, if the page can be moved sideways. */
const sideways = (page) => page.evaluate(() => {
    const boxes = [document.scrollingElement, document.querySelector('main')].filter((b) => b && b.scrollWidth > b.clientWidth + 1 && getComputedStyle(b).overflowX !== 'hidden');
    if (!boxes.length) return '';
    const held = (el) => { for (let p = el.parentElement; p && p !== document.body; p = p.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return true; return false; };
    const out = [...document.querySelectorAll('body *')].filter((el) => el.getBoundingClientRect().right > innerWidth + 1 && !held(el));
    return `${boxes[0].scrollWidth} wide: ${out.slice(0, 3).map((el) => el.outerHTML.slice(0, 120)).join(' | ')}`;
});

async function take(browser, base, look, list) {
    const name = `${look.width}-${look.theme}-${look.locale}`;
    const options = { viewport: { width: look.width, height: heights[look.width] }, colorScheme: look.theme, locale: look.locale === 'zh' ? 'zh-CN' : 'en-GB', timezoneId: 'Europe/Lisbon', ...(look.width < 700 ? { hasTouch: true, isMobile: true } : {}) };
    const p = await person(suite, browser, name, base, options);
    p.tolerate(/status of 404/);            // the page that is not there
    await p.context.addInitScript(([theme, locale]) => { localStorage.setItem('hindsight.theme', theme); localStorage.setItem('hindsight.locale', locale); }, [look.theme, look.locale]);
    const guest = list.filter((s) => s[3] === 'nobody'), inside = list.filter((s) => s[3] !== 'nobody');
    for (const s of guest) await one(p, look, name, s);
    await p.go('/sign-in');
    await p.page.locator('input[type=email]').fill('ines@orrinpay.example');
    await p.page.locator('input[type=password]').fill(password);
    await p.page.locator('button[type=submit]').click();
    await p.page.waitForURL(`${base}/`);
    for (const s of inside) await one(p, look, name, s);
}

async function one(p, look, lookName, [name, path, prepare]) {
    const what = `${name} ${lookName}`;
    try {
        await p.go(path);
        await settled(p.page);
        await prepare?.(p.page);
        await settled(p.page);
        await p.picture(`${name}-${lookName}`);
        const found = await examine(p.page);
        suite.check(`${what}: axe finds nothing serious`, found.length === 0, `\n        ${found.join('\n        ')}`);
        if (look.width < 700) {
            const wide = await sideways(p.page);
            suite.check(`${what}: nothing scrolls sideways`, !wide, wide);
        }
    } catch (e) {
        suite.check(`${what}: it is drawn`, false, e.message.split('\n')[0]);
        await p.picture(`fail-${name}-${lookName}`).catch(() => {});
    }
}

/** The records of the sample data that show most. */
async function records(api) {
    const first = async (path) => (await api('GET', `/api/v1/${path}`)).items;
    const incidents = await first('incidents?limit=200'), reports = await first('reports?limit=200'), templates = await first('templates');
    const titled = (list, part) => list.find((x) => x.title.includes(part))?.reference ?? list[0].reference;
    return {
        incident: titled(incidents, 'Card payments fail'), active: incidents.find((i) => i.active).reference, chinese: titled(incidents, '支付回调'),
        draft: titled(reports, 'Card payments fail'),
        report: (reports.find((r) => r.state === 'published' && r.language === 'en' && r.title.includes('Settlement export')) ?? reports.find((r) => r.state === 'published')).reference,
        chineseReport: (reports.find((r) => r.state === 'published' && r.language === 'zh') ?? reports[0]).reference,
        template: templates[0].id, followUp: (await first('follow-ups?overdue=true'))[0].reference, alert: (await first('alerts'))[0].id, integration: (await first('integrations'))[0].id,
    };
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

const system = makeSystem('sqlite');
system.cli(['demo']);
for (const who of ['ines', 'jonas']) system.cli(['user', 'password', '--email', `${who}@orrinpay.example`, '--password-stdin'], password);
const server = await serve(system);
const api = ask(server.url, system.cli(['token', 'create', '--user', 'ines@orrinpay.example', '--scope', 'admin']));
const browser = await launch();
const of = await until(() => records(api), 'sample data', 5000);
for (const look of args.includes('--docs') && !words.length && !args.includes('--all') ? [] : looks)
    await suite.walk(`${look.width} ${look.theme} ${look.locale}`, () => take(browser, server.url, look, screens(of)));
if (args.includes('--docs')) await suite.walk('docs', () => forDocs(browser, server.url, of));
await browser.close();
suite.check('the server stops cleanly', await server.stop() === 0, server.log());
system.remove();
console.log(`pictures are in ${pictures}`);
suite.end();
