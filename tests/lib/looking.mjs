// What is wrong with a page, as far as a program can see it: found by axe, sticking out, cut off, too small to hit.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The document of a report is there and connected. */
export async function opened(page) {
    await page.locator('.save-line[data-state=saved], .save-line[data-state=read_only]').waitFor({ timeout: 15_000 });
}

/** Nothing is being fetched or drawn any more; `busy`: it is the waiting that is to be seen. */
export const settled = (page, busy = false) => page.waitForFunction((waiting) => {
    const main = document.querySelector('main, body > *');
    return document.readyState === 'complete' && main && (waiting ? document.querySelector('.sk') : main.textContent.trim().length > 0 && !document.querySelector('.sk, .page[aria-busy=true]'))
        && [...document.images].every((i) => i.complete || i.loading === 'lazy') && document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity);
}, busy, { timeout: 20_000, polling: 60 });

/** What axe calls serious or critical, one line for each rule. */
export async function examined(page) {
    if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe);
    /* One rule is left out: axe calls it experimental, and it takes initials and keys, hidden from readers, for the label. */
    const found = await page.evaluate(() => window.axe.run(document, {
        resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], rules: { 'label-content-name-mismatch': { enabled: false }, 'target-size': { enabled: true } } }));
    /* What scrolls inside the text being written follows its cursor. */
    for (const v of found.violations) if (v.id === 'scrollable-region-focusable') v.nodes = v.nodes.filter((n) => !/tableWrapper/.test(n.html));
    return found.violations.filter((v) => v.nodes.length > 0).filter((v) => v.impact === 'serious' || v.impact === 'critical')
        .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} (${n.any[0]?.message ?? n.failureSummary ?? ''})`.replace(/\s+/g, ' ')).join('\n            ')}`);
}

/** What sticks out to the right, if the page can be moved sideways. */
export const sideways = (page) => page.evaluate(() => {
    const boxes = [document.scrollingElement, document.querySelector('main')].filter((b) => b && b.scrollWidth > b.clientWidth + 1 && getComputedStyle(b).overflowX !== 'hidden');
    if (!boxes.length) return '';
    const held = (el) => { for (let p = el.parentElement; p && p !== document.body; p = p.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return true; return false; };
    const out = [...document.querySelectorAll('body *')].filter((el) => el.getBoundingClientRect().right > innerWidth + 1 && !held(el));
    return `${boxes[0].scrollWidth} wide: ${out.slice(0, 3).map((el) => el.outerHTML.slice(0, 120)).join(' | ')}`;
});

/** Text that is cut off without saying so, or that leaves the button, badge or cell it stands in. */
export const cut = (page) => page.evaluate(() => {
    const found = [];
    const say = (el, why) => found.push(`${why}: <${el.tagName.toLowerCase()} class="${el.className}"> ${el.textContent.trim().slice(0, 50)}`);
    for (const el of document.querySelectorAll('body *')) {
        if (el.closest('.vh, .skip, svg, .sk, pre, code, [contenteditable=true]') || !el.checkVisibility?.({ visibilityProperty: true, opacityProperty: true })) continue;
        const own = [...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
        if (!own) continue;
        const style = getComputedStyle(el), hides = /hidden|clip/.test(style.overflowX);
        if (hides && style.textOverflow !== 'ellipsis' && el.scrollWidth > el.clientWidth + 1) say(el, 'cut off');
        if (/hidden|clip/.test(style.overflowY) && style.webkitLineClamp === 'none' && el.scrollHeight > el.clientHeight + 4 && style.display !== 'inline') say(el, 'cut off below');
        if (!hides && el.matches('.btn, .pill, .chip, .tag, .tabs a, .seg > *, td, th, .av, .bubble') && el.scrollWidth > el.clientWidth + 2 && el.clientWidth > 0) say(el, 'sticks out of');
    }
    return [...new Set(found)].slice(0, 5).join(' | ');
});
