// What the suites of drafting share: a server, a model that plays, people, and ways to wait for both.
import { playModel } from './model.mjs';
import { addPeople, makeSystem, serve } from './server.mjs';

let passed = 0;
const failed = [];
export async function spec(says, body) {
    try { await body(); passed++; } catch (e) { failed.push(says); console.log(`FAIL ${says}\n    ${e.stack.split('\n').slice(0, 5).join('\n    ')}`); }
}
export function expect(fine, what) { if (!fine) throw new Error(typeof what === 'string' ? what : JSON.stringify(what)); }
/** Prints the result line and ends the process. */
export function finish(name) {
    console.log(`${name}: ${passed} passed, ${failed.length} failed`);
    process.exit(failed.length ? 1 : 0);
}
/** Resolves with what `look` gives as soon as that is something. */
export async function until(look, what) {
    for (const end = Date.now() + 60000; ;) {
        const v = await look();
        if (v) return v;
        if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
        await new Promise((done) => setTimeout(done, 40));
    }
}
export const of = (page, heading) => page.sections.find((s) => s.heading === heading);

export async function draftWorld(database) {
    const system = makeSystem(database), tokens = addPeople(system), server = await serve(system), model = await playModel();
    const as = (role) => async (method, path, body) => {
        const r = await fetch(`${server.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${tokens[role]}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
        const text = await r.text();
        return { status: r.status, body: text ? JSON.parse(text) : null };
    };
    const admin = as('admin'), writer = as('manager'), viewer = as('viewer');
    const made = async (path, body, status = 201) => {
        const r = await writer('POST', path, body);
        expect(r.status === status, [path, r]);
        return r.body;
    };
    const set = async (settings) => { for (const [k, value] of Object.entries(settings)) { const r = await admin('PUT', `/settings/${k}`, { value: String(value) }); expect(r.status === 200, [k, r]); } };
    const drafts = async (report) => (await viewer('GET', `/reports/${report}/drafts`)).body;
    const settled = (report) => until(async () => {
        const d = await drafts(report);
        return d.sections.every((s) => !['waiting', 'writing'].includes(s.state)) && d;
    }, 'the end of a draft');
    const content = async (report, format) => (await fetch(`${server.url}/api/v1/reports/${report}/content?format=${format}`, { headers: { Authorization: `Bearer ${tokens.manager}` } })).text();
    /** No job waits or runs any more, but those that come back by themselves. */
    const atRest = () => until(async () => {
        const all = [...(await admin('GET', '/jobs?state=waiting')).body.items, ...(await admin('GET', '/jobs?state=running')).body.items];
        return all.every((j) => !/^(event\.hear|draft\.(section|review)|document\.late)$/.test(j.kind));
    }, 'the background work to end');
    return { system, tokens, server, model, as, admin, writer, viewer, made, set, drafts, settled, content, atRest,
        plain: (report) => content(report, 'text'),
        openai: (name = 'good') => set({ 'ai.provider': 'openai', 'ai.base_url': `http://127.0.0.1:${model.port}/v1`, 'ai.key': 'key-1', 'ai.allow': '127.0.0.1', 'ai.model': name, 'ai.retries': 1, 'ai.timeout_s': 30 }),
        stop: async () => { model.stop(); await server.stop(); system.remove(); } };
}
