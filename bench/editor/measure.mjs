/**
 * How an editor in Chromium is measured, whichever it is.
 *
 * Key to screen: from the key event as the browser takes it in to the frame that shows it being presented, as Chromium's own Event Timing
 * says in its trace (keydown events, not rounded as for scripts). Frames come 60 times a second, so that a key waits 8.3 ms on
 * average for the next one even when nothing has to be done for it: what it costs is therefore said, too, as processor time that the page's
 * main thread spends between the two. Processor time holds on a busy machine; times on the wall do not.
 */
const median = (list) => part(list, 0.5);
export const part = (list, p) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))];
export { median };

async function traced(browser, page, categories, work) {
    await browser.startTracing(page, { categories });
    await work();
    return JSON.parse((await browser.stopTracing()).toString()).traceEvents;
}

const RENDERING = new Set(['UpdateLayoutTree', 'Layout', 'PrePaint', 'Paint', 'Layerize', 'Commit', 'IntersectionObserverController::computeIntersections']);

/** Of every key of a trace: from keydown to the presented frame, the processor time between, and how much of that is style, layout and painting. */
function shown(events) {
    const { pid, tid } = rendererOf(events);
    const work = events.filter((e) => e.ph === 'X' && e.pid === pid && e.tid === tid && e.tdur);
    const within = (from, to, wanted) => work.filter((e) => wanted(e.name) && e.ts >= from && e.ts <= to).reduce((sum, e) => sum + e.tdur / 1000, 0);
    const begun = new Map(), keys = [];
    for (const e of events.filter((x) => x.name === 'EventTiming').sort((a, b) => a.ts - b.ts)) {
        const id = e.id ?? JSON.stringify(e.id2);
        if (e.ph === 'b') begun.set(id, [...(begun.get(id) ?? []), e]);
        else {
            const b = begun.get(id)?.shift();
            if (b?.args.data?.type !== 'keydown') continue;
            keys.push({ wall: (e.ts - b.ts) / 1000, cost: within(b.ts, e.ts, (n) => n === 'RunTask'), rendering: within(b.ts, e.ts, (n) => RENDERING.has(n)) });
        }
    }
    return keys;
}

/** Puts the cursor into a paragraph a third down the document, and waits until the page rests. */
export async function settle(page) {
    await page.evaluate(() => {
        const all = [...document.querySelectorAll('.ProseMirror > p')];
        all[Math.round(all.length / 3)].scrollIntoView({ block: 'center' });
    });
    await page.waitForTimeout(700);
    const box = await page.evaluate(() => {
        const body = document.querySelector('.ProseMirror').getBoundingClientRect();
        const x = body.left + body.width / 2;
        for (let y = 300; y < innerHeight - 40; y += 8) if (document.elementFromPoint(x, y)?.matches('.ProseMirror > p')) return { x, y };
        throw new Error('no paragraph in view');
    });
    await page.mouse.click(box.x, box.y);
    await page.waitForTimeout(700);
    if (!await page.evaluate(() => document.activeElement === document.querySelector('.ProseMirror'))) throw new Error('the editor has no cursor');
}

/** Types `count` keys, each once the one before is shown and in all phases of a frame alike. */
export async function typing(browser, page, count) {
    const keys = shown(await traced(browser, page, ['-*', 'devtools.timeline', 'disabled-by-default-devtools.timeline'], async () => {
        for (let i = 0; i < count; i++) {
            await page.keyboard.press(i % 7 === 6 ? 'Space' : 'e', { delay: 20 });
            await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => setTimeout(r))));            /* on a busy machine keys would queue up */
            await new Promise((r) => setTimeout(r, 25 + (i * 7) % 17));            /* all phases of a frame alike */
        }
        await page.waitForTimeout(1000);
    }));
    if (keys.length < count * 0.7) throw new Error(`only ${keys.length} of ${count} keys were seen on screen`);
    const of = (what, p) => part(keys.map((k) => k[what]), p);
    return { p50: of('wall', 0.5), p95: of('wall', 0.95), cost: of('cost', 0.5), rendering: of('rendering', 0.5) };
}

/** Milliseconds from the address to a document of so many blocks that can be written. */
export async function openTime(page, url, blocks) {
    await page.goto(url, { waitUntil: 'commit' });
    return page.waitForFunction((least) => {
        const body = document.querySelector('.ProseMirror[contenteditable=true]');
        return body && body.childElementCount >= least && !body.closest('.not-ready') && performance.now();
    }, blocks, { timeout: 120_000, polling: 'raf' }).then((h) => h.jsonValue());
}

/** Brings every tenth picture into view (they load as they come near); how many stand in the document, and how many of those looked at are there. */
export function pictures(page) {
    return page.evaluate(async () => {
        const all = [...document.querySelectorAll('.ProseMirror img[src]:not(.ProseMirror-separator)')];
        const some = all.filter((_, i) => i % 10 === 0);
        let there = 0;
        for (const img of some) {
            img.scrollIntoView({ block: 'center' });
            for (const end = performance.now() + 10_000; !(img.complete && img.naturalWidth > 1) && performance.now() < end;) await new Promise((r) => setTimeout(r, 10));
            there += img.complete && img.naturalWidth > 1 ? 1 : 0;
        }
        return { all: all.length, looked: some.length, there };
    });
}

/** The main thread of the page: the renderer's that did most. */
function rendererOf(events) {
    const by = new Map();
    const mains = new Set(events.filter((e) => e.name === 'thread_name' && e.args.name === 'CrRendererMain').map((e) => `${e.pid}/${e.tid}`));
    for (const e of events) if (e.name === 'RunTask' && mains.has(`${e.pid}/${e.tid}`)) by.set(`${e.pid}/${e.tid}`, (by.get(`${e.pid}/${e.tid}`) ?? 0) + (e.tdur ?? 0));
    const [pid, tid] = [...by].sort((a, b) => b[1] - a[1])[0][0].split('/').map(Number);
    return { pid, tid };
}
