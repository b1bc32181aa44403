// Real Chromium for tests: people with a browser of their own, named expectations, and nothing wrong passed over in silence.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './server.mjs';

export const DEADLINE_MS = 30_000;
export const pictures = join(root, 'build/browser');

export function launch() {
    const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
    if (!executablePath) throw new Error('chromium is not installed (Debian package chromium)');
    mkdirSync(pictures, { recursive: true });
    return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
}

/** Looks until `look` answers something true, which it gives; whatever it throws meanwhile counts as not yet. */
export async function until(look, what = 'condition', ms = DEADLINE_MS) {
    let last = 'nothing true';
    for (const end = Date.now() + ms; Date.now() < end;) {
        try {
            const found = await look();
            if (found) return found;
        } catch (e) { last = e.message; }
        await new Promise((r) => setTimeout(r, 40));
    }
    throw new Error(`${what}: not within ${ms / 1000} s (${last})`);
}

/** Counts expectations. The first that fails ends the walk it stands in, since later steps build on it. */
export class Suite {
    passed = 0;
    failed = [];
    people = [];
    constructor(name) { this.name = name; }

    async step(what, run) {
        try {
            const value = await run();
            this.passed++;
            if (process.env.VERBOSE) console.log(`ok   ${what}`);
            return value;
        } catch (e) {
            await this.fail(what, e.message.split('\n').slice(0, process.env.VERBOSE ? 999 : 6).join('\n        '));
            throw new Stopped();
        }
    }

    check(what, ok, seen = '') {
        if (ok) this.passed++;
        else {
            this.failed.push(what);
            console.log(`FAIL ${what}: ${seen}`);
        }
    }

    async fail(what, why) {
        this.failed.push(what);
        console.log(`FAIL ${what}\n        ${why}`);
        for (const p of this.people) {
            const file = join(pictures, `fail-${this.name}-${p.name}.png`);
            try {
                await p.page.screenshot({ path: file, timeout: 5000 });
                console.log(`        ${p.name} at ${p.page.url()}: ${file}`);
            } catch { /* the page is gone */ }
            for (const t of p.troubles) console.log(`        ${p.name}: ${t}`);
        }
    }

    /** Runs one walk; whatever the browsers complained about fails it. */
    async walk(name, run) {
        try {
            await run();
        } catch (e) {
            if (!(e instanceof Stopped)) await this.fail(name, e.stack);
        }
        for (const p of this.people) this.check(`${name}: ${p.name}'s browser has nothing to complain about`, p.troubles.length === 0, p.troubles.join('\n        '));
        for (const p of this.people) await p.context.close().catch(() => {});
        this.people = [];
    }

    end() {
        console.log(`${this.name}: ${this.passed} passed, ${this.failed.length} failed`);
        process.exitCode = this.failed.length ? 1 : 0;
    }
}

class Stopped extends Error {}

/** Somebody with a browser of their own. `troubles` gathers console errors, page errors, CSP violations and answers of 500 and above. */
export async function person(suite, browser, name, base, options = {}) {
    const context = await browser.newContext({ baseURL: base, viewport: { width: 1440, height: 900 }, locale: 'en-US', timezoneId: 'UTC', acceptDownloads: true, ...options });
    context.setDefaultTimeout(DEADLINE_MS);
    const page = await context.newPage();
    const troubles = [], tolerated = [];
    const trouble = (text) => { if (!tolerated.some((t) => t.test(text))) troubles.push(text); };
    page.on('console', (m) => { if (m.type() === 'error' || /Content Security Policy/.test(m.text())) trouble(`console: ${m.text()} ${m.location().url ?? ''}`); });
    page.on('pageerror', (e) => trouble(`page error: ${e.message}`));
    page.on('response', (r) => { if (r.status() >= 500) trouble(`${r.status()} ${r.request().method()} ${r.url()}`); });
    const p = {
        name, context, page, troubles,
        go: (path) => page.goto(path),
        /** What a step brings about on purpose (a dead network, a session that ended) is no trouble from here on. */
        tolerate: (pattern) => tolerated.push(pattern),
        button: (label, options) => page.getByRole('button', { name: label, ...options }),
        field: (label, options) => page.getByLabel(label, options),
        sees: (text) => (typeof text === 'string' || text instanceof RegExp ? page.getByText(text) : text).first().waitFor(),
        picture: (file) => page.screenshot({ path: join(pictures, `${file}.png`) }),
        /** Opens the menu of a button and chooses an entry. */
        choose: async (button, entry) => {
            const item = page.locator('[role=menu] .it', { hasText: entry }).first();
            for (let tries = 0; tries < 5 && !await item.isVisible(); tries++) {        /* a menu that has just closed does not open at once */
                await button.click();
                await item.waitFor({ timeout: 2000 }).catch(() => {});
            }
            await item.click();
        },
        /** Types into a combobox and takes the first option that fits. */
        pick: async (field, text) => {
            await field.click();
            await field.fill(text);
            await page.getByRole('option', { name: new RegExp(text) }).first().click();
        },
    };
    suite.people.push(p);
    return p;
}

/** Asks the API as somebody with a bearer token. */
export function ask(base, token) {
    return async (method, path, body) => {
        const answer = await fetch(base + path, { method, headers: { Authorization: `Bearer ${token}`, 'If-Match': '*', ...(body ? { 'Content-Type': 'application/json' } : {}) }, body: body && JSON.stringify(body) });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
        return /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
    };
}
