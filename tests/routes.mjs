// Reads the route table of the program and tries every route as somebody who must not get through: nobody, a role below, a
// browser without the CSRF token, a token without the scope, and an outsider with the ids of private records.
// So a route that is added without protection fails here without anybody having thought of it.
import { addPeople, binary, cleanEnv, databases, makeSystem, password, serve, setCookies } from './lib/server.mjs';
import { execFileSync } from 'node:child_process';

const ranks = ['public', 'viewer', 'responder', 'manager', 'admin'];
const routes = execFileSync(binary, ['api', '--routes'], { encoding: 'utf8', env: cleanEnv() }).trim().split('\n').map((line) => {
    const [method, path, role, flags] = line.split('\t');
    return { method, path, role, flags: new Set((flags ?? '').trim().split(' ')) };
});

let passed = 0;
const failed = [];
function expect(what, ok, seen) {
    if (ok) passed++;
    else failed.push(`${what}: ${seen}`);
}

/** A request for a route with these path parameters. Sockets are asked without an upgrade: rights come first all the same. */
async function ask(url, route, params, headers) {
    const path = route.path.replace(/:([a-z_]+)/g, (_, name) => encodeURIComponent(params[name] ?? 'none'));
    const all = { ...headers };
    if (route.flags.has('json')) all['Content-Type'] = 'application/json';
    if (['PUT', 'PATCH', 'DELETE'].includes(route.method)) all['If-Match'] = '*';
    const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : route.flags.has('json') ? '{}' : '';
    const answer = await fetch(url + path, { method: route.method, headers: all, body, redirect: 'manual' });
    await answer.arrayBuffer();
    return answer;
}

/** Refused as not signed in: 401, or for pages the way to the sign-in. */
const sentAway = (a) => a.status === 401 || (a.status === 302 && (a.headers.get('location') ?? '').startsWith('/sign-in'));

async function api(url, token, method, path, body) {
    const answer = await fetch(url + path, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
}

/** A private incident of the responder with everything that can hang on one. Gives the path parameters of its records. */
async function makePrivate(url, tokens) {
    const as = (method, path, body) => api(url, tokens.responder, method, path, body);
    const has = (method, path) => routes.some((r) => r.method === method && r.path === path);
    const incident = await as('POST', '/api/v1/incidents', { title: 'SECRETWORD acquisition leak', visibility: 'private', severity: 'SEV-1' });
    const ids = { incident: incident.id };
    const at = `/api/v1/incidents/${incident.id}`;
    ids.impact = (await as('POST', `${at}/impacts`, { title: 'SECRETWORD impact', kind: 'data', started_at: '2026-01-01T00:00:00Z' })).id ?? 'none';
    ids.event = (await as('POST', `${at}/timeline`, { kind: 'note', title: 'SECRETWORD note' })).id;
    ids.message = (await as('POST', `${at}/messages`, { body: 'SECRETWORD in the war room' })).id;
    ids.follow_up = ids.followup = (await as('POST', `${at}/follow-ups`, { title: 'SECRETWORD follow-up' })).id;
    if (has('POST', '/api/v1/reports')) {
        const templates = await as('GET', '/api/v1/templates');
        const report = await as('POST', '/api/v1/reports', { incident_ids: [incident.id], template_id: templates.items[0].id });
        ids.report = ids.room = ids.page = report.id;
        const thread = await as('POST', `/api/v1/reports/${report.id}/threads`, { body: 'SECRETWORD comment' });
        ids.thread = thread.id;
        ids.comment = thread.comments[0].id;
    }
    if (has('POST', '/api/v1/alerts')) {
        await as('POST', '/api/v1/alerts', { title: 'SECRETWORD alert', dedup_key: 'k' });
        ids.alert = (await as('GET', '/api/v1/alerts?q=SECRETWORD')).items[0].id;
        await as('POST', `/api/v1/alerts/${ids.alert}/attach`, { incident: incident.id });
    }
    return ids;
}

async function outsiders(url, tokens) {
    const ids = await makePrivate(url, tokens);
    const reads = routes.filter((r) => r.method === 'GET' && !r.path.includes(':') && r.path.startsWith('/api/v1/'));
    for (const role of ['viewer', 'manager', 'admin']) {
        const headers = { Authorization: `Bearer ${tokens[role]}` };
        for (const route of routes) {
            const names = [...route.path.matchAll(/:([a-z_]+)/g)].map((m) => m[1]);
            if (!names.some((n) => ids[n]) || ranks.indexOf(route.role) > ranks.indexOf(role)) continue;
            const status = (await ask(url, route, ids, headers)).status;
            expect(`${role} on a private record: ${route.method} ${route.path} is not found`, [404, 403].includes(status), status);
        }
        const page = await fetch(`${url}/reports/${ids.page}`, { redirect: 'manual' });
        expect('nobody on the page of a private report is sent to sign in', sentAway(page), page.status);
        for (const route of reads) {
            const extra = route.path.endsWith('/search') ? '?q=SECRETWORD' : '';
            const answer = await fetch(url + route.path + extra, { headers });
            const text = await answer.text();
            /* The audit log names what an administrator must be able to account for, without contents. */
            expect(`${role} reads nothing private in ${route.path}`, !text.includes('SECRETWORD'), text.slice(0, 200));
        }
    }
}

async function browserWithoutToken(url) {
    const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ email: 'admin@example.com', password }) });
    const cookie = (setCookies(answer)[0] ?? '').split(';')[0];
    expect('the administrator can sign in', answer.status === 200 || answer.status === 201, answer.status);
    for (const route of routes) {
        if (route.method !== 'GET' && route.role !== 'public' && !route.flags.has('no_csrf')) {
            const status = (await ask(url, route, {}, { Cookie: cookie })).status;
            expect(`a browser without the CSRF token: ${route.method} ${route.path}`, status === 403, status);
        }
        if (route.flags.has('socket') && route.role !== 'public') {
            const status = (await ask(url, route, {}, { Cookie: cookie, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' })).status;
            expect(`a socket opened by another site: ${route.path}`, status === 403, status);
        }
    }
}

async function walk(database) {
    const system = makeSystem(database);
    const tokens = addPeople(system);
    const reader = system.cli(['token', 'create', '--user', 'admin@example.com', '--scope', 'read']);
    const ingester = system.cli(['token', 'create', '--user', 'admin@example.com', '--scope', 'ingest']);
    const server = await serve(system);
    try {
        for (const route of routes) {
            if (route.role !== 'public') {
                const nobody = await ask(server.url, route, {}, {});
                expect(`nobody: ${route.method} ${route.path}`, sentAway(nobody), nobody.status);
                const forged = await ask(server.url, route, {}, { Authorization: 'Bearer hs_forged' });
                expect(`a forged token: ${route.method} ${route.path}`, sentAway(forged), forged.status);
            }
            const below = ranks[ranks.indexOf(route.role) - 1];
            if (below && below !== 'public') {
                const status = (await ask(server.url, route, {}, { Authorization: `Bearer ${tokens[below]}` })).status;
                expect(`${below}: ${route.method} ${route.path}`, status === 403, status);
            }
            if (route.method !== 'GET' && route.role !== 'public' && !route.flags.has('computes')) {
                const status = (await ask(server.url, route, {}, { Authorization: `Bearer ${reader}` })).status;
                expect(`a reading token: ${route.method} ${route.path}`, status === 403, status);
            }
            if (route.role !== 'public' && !route.flags.has('ingest')) {
                const status = (await ask(server.url, route, {}, { Authorization: `Bearer ${ingester}` })).status;
                expect(`an ingesting token: ${route.method} ${route.path}`, status === 403, status);
            }
        }
        await browserWithoutToken(server.url);
        await outsiders(server.url, tokens);
    } finally {
        await server.stop();
        system.remove();
    }
}

for (const database of databases) await walk(database);
for (const f of failed) console.error(`FAIL ${f}`);
console.log(`routes: ${passed} passed, ${failed.length} failed`);
process.exit(failed.length ? 1 : 0);
