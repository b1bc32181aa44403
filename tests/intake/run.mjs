// The intake over HTTP, on every database: keys, limits, retries, quarantine, routing, private incidents, and the Events API v2 of PagerDuty
// checked against PagerDuty's own OpenAPI file (skipped when ../shared/samples is not there).
//     node tests/intake/run.mjs          Prints `intake: N passed, N failed`.
import { createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addPeople, databases, makeSystem, root, serve } from '../lib/server.mjs';
import { Tally } from '../lib/tally.mjs';

const tally = new Tally('intake'), { check } = tally;
const specFile = join(root, '../shared/samples/specs/events-v2/openapiv3.json');

/** Validators of the Events API's request and answers, or null. */
async function eventsApi() {
    if (!existsSync(specFile)) return null;
    const { default: Ajv } = await import('ajv');
    const spec = JSON.parse(readFileSync(specFile, 'utf8'));
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema({ $id: 'spec', components: { schemas: spec.components.schemas } });
    const absolute = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"spec#/components'));
    const json = (x) => ajv.compile(absolute(x.content['application/json'].schema));
    return { request: json(spec.paths['/enqueue'].post.requestBody), success: json(spec.components.responses.Success), error: json(spec.components.responses.Error) };
}

const am = (instance, extra = {}) => JSON.stringify({ version: '4', groupKey: '{}:{}', alerts: [{ status: 'firing', fingerprint: `fp-${instance}`,
    labels: { alertname: 'Down', instance, severity: 'critical', ...extra.labels }, annotations: { summary: `${instance} is down` },
    startsAt: '2026-11-10T14:00:00Z', endsAt: '0001-01-01T00:00:00Z', ...extra.alert }] });

function client(server, tokens) {
    const raw = async (method, path, body, headers = {}) => {
        const r = await fetch(server.url + path, { method, body, headers });
        const text = await r.text();
        return { status: r.status, text, json: /json/.test(r.headers.get('content-type') ?? '') ? JSON.parse(text) : null, headers: r.headers };
    };
    const as = (who) => (method, path, body, headers = {}) => raw(method, path, body === undefined ? undefined : JSON.stringify(body),
        { Authorization: `Bearer ${tokens[who] ?? who}`, 'Content-Type': 'application/json', ...headers });
    const post = (url, body) => raw('POST', new URL(url).pathname, body, { 'Content-Type': 'application/json' });
    return { raw, as, post };
}

async function keysAndLimits(at, { as, post, raw }) {
    const admin = as('admin');
    const made = await admin('POST', '/api/v1/integrations', { kind: 'alertmanager', name: 'Prod' });
    check(`${at}: an integration has an address with a key of its own`, made.status === 201 && /\/in\/alertmanager\/[0-9a-f]{32}$/.test(made.json.url), made);
    check(`${at}: only administrators see integrations`, (await as('manager')('GET', '/api/v1/integrations')).status === 403);
    const { url, id } = made.json;
    const first = await post(url, am('web-1')), again = await post(url, am('web-1'));
    check(`${at}: a payload is accepted with the number of its alerts`, first.status === 202 && first.json.accepted === 1, first);
    const list = await admin('GET', '/api/v1/alerts');
    check(`${at}: the same bytes again are accepted and change nothing`, again.status === 202 && list.json.items.length === 1 && list.json.items[0].count === 1 && list.json.items[0].version === 2, list.json);
    check(`${at}: a wrong key is not found`, (await post(url.slice(0, -4) + '0000', am('x'))).status === 404);
    const keyed = (headers) => raw('POST', '/in/alertmanager', am('web-2'), { 'Content-Type': 'application/json', ...headers });
    const key = (await admin('POST', '/api/v1/integrations', { kind: 'alertmanager', name: 'Keyed' })).json.url.split('/').pop();
    for (const [how, headers] of [['password of basic authentication', { Authorization: `Basic ${Buffer.from(`alertmanager:${key}`).toString('base64')}` }], ['X-Api-Key', { 'X-Api-Key': key }]]) {
        const answer = await keyed(headers);
        check(`${at}: the key may come as ${how} instead of in the address`, answer.status === 202, answer);
    }
    check(`${at}: without a key, or with a wrong one, nothing is taken`, (await keyed({})).status === 401 && (await keyed({ 'X-Api-Key': '0000' })).status === 404 && (await keyed({ Authorization: 'Basic %%' })).status === 401);
    check(`${at}: a key belongs to its kind`, (await post(url.replace('alertmanager', 'generic'), am('x'))).status === 404);
    check(`${at}: more than 2 MiB is refused`, (await post(url, 'x'.repeat((2 << 20) + 1))).status === 413);
    const broken = await post(url, '{"version":"4",');
    check(`${at}: bytes that are no JSON are a 400 that says where`, broken.status === 400 && /line 1/.test(broken.json.detail), broken);
    const wrong = await post(url, '{"version":"4","alerts":[{"status":"on fire","labels":{}}]}');
    check(`${at}: a wrong value is a 422 that names the field`, wrong.status === 422 && wrong.json.errors[0].field === 'alerts[0].status', wrong);
    const labels = Object.fromEntries(Array.from({ length: 10000 }, (_, i) => [`l${i}`, 'x']));
    const crowded = await post(url, am('crowded', { labels }));
    const shown = (await admin('GET', '/api/v1/alerts?q=crowded')).json.items[0];
    check(`${at}: of ten thousand labels 64 are kept, with a note`, crowded.status === 202 && Object.keys(shown.labels).length === 64 && /left out/.test(shown.note) && shown.labels.severity === 'critical', shown);
    const hostile = '<script>alert(1)</script>"\' — \u202e 事故';
    await post(url, am('hostile', { alert: { annotations: { summary: hostile, runbook_url: 'javascript:alert(1)' } } }));
    const there = (await admin('GET', '/api/v1/alerts?q=hostile')).json.items[0];
    check(`${at}: hostile text stays text, and a script is no link`, there.title === hostile && there.links.length === 0, there);
    check(`${at}: the payload is kept as received`, (await admin('GET', `/api/v1/alerts/${there.id}/raw`)).text.includes('javascript:alert(1)'));
    const between = async (q) => (await admin('GET', `/api/v1/alerts?${q}`)).json.items.length;
    const all = await between('limit=200'), hour = (h) => new Date(Date.now() + h * 3_600_000).toISOString();
    check(`${at}: a time leaves the alerts that came then, and no others`, all > 2 && await between(`since=${hour(-1)}&limit=200`) === all && await between(`until=${hour(-1)}`) === 0
        && await between(`since=${hour(1)}`) === 0 && await between(`since=${hour(-1)}&until=${hour(1)}&limit=200`) === all, all);
    const off = await admin('PATCH', `/api/v1/integrations/${id}`, { enabled: false }, { 'If-Match': '*' });
    check(`${at}: switched off, it refuses`, off.json.enabled === false && (await post(url, am('web-2'))).status === 403, off);
    await admin('PATCH', `/api/v1/integrations/${id}`, { enabled: true }, { 'If-Match': '*' });
    const rotated = await admin('POST', `/api/v1/integrations/${id}/rotate`);
    check(`${at}: after a rotation only the new address works`, (await post(url, am('web-2'))).status === 404 && (await post(rotated.json.url, am('web-2'))).status === 202, rotated);
    const test = await admin('POST', `/api/v1/integrations/${id}/test`);
    check(`${at}: a test goes through the intake`, test.json?.accepted === 1 && (await admin('GET', '/api/v1/alerts?q=Test%20alert')).json.items.length === 1, test);
    const counted = (await admin('GET', `/api/v1/integrations/${id}`)).json;
    check(`${at}: alerts received are counted, and the latest error is kept`, counted.received_count === 6 && /on fire|status/.test(counted.error), counted);
}

const hmac = (secret, text) => createHmac('sha256', secret).update(text).digest('hex');
/** Each vendor's signature as its documentation computes it: header, and value of a body. */
const signers = {
    pagerduty_webhook: (secret, body) => ({ 'X-PagerDuty-Signature': `v1=${hmac('old', body)},v1=${hmac(secret, body)}` }),
    sentry: (secret, body) => ({ 'Sentry-Hook-Signature': hmac(secret, body) }),
    grafana: (secret, body) => ({ 'X-Grafana-Alerting-Timestamp': '1794319650', 'X-Grafana-Alerting-Signature': hmac(secret, `1794319650:${body}`) }),
};

async function signatures(at, { as, raw }) {
    const admin = as('admin'), json = { 'Content-Type': 'application/json' };
    const kinds = Object.fromEntries((await admin('GET', '/api/v1/integration-kinds')).json.items.map((k) => [k.kind, k]));
    for (const [kind, sign] of Object.entries(signers)) {
        const made = await admin('POST', '/api/v1/integrations', { kind, name: kind, secret: 'hush' });
        const path = new URL(made.json.url).pathname, body = kinds[kind].sample;
        const signed = await raw('POST', path, body, { ...json, ...sign('hush', body) });
        const wrong = await raw('POST', path, body, { ...json, ...sign('other', body) }), none = await raw('POST', path, body, json);
        check(`${at}: ${kind}: only what is signed right is taken in, and the secret is never shown`, made.json.has_secret && !('secret' in made.json) && signed.status === 202 && signed.json.accepted >= 1
            && wrong.status === 403 && none.status === 403, { made: made.json, signed, wrong, none });
        const kept = (await admin('GET', `/api/v1/quarantine?source=${made.json.id}`)).json.items;
        const open = await admin('PATCH', `/api/v1/integrations/${made.json.id}`, { secret: null }, { 'If-Match': '*' });
        check(`${at}: ${kind}: what is not signed fills no quarantine; without a secret nothing is checked`, kept.length === 0 && open.json.has_secret === false && (await raw('POST', path, body, json)).status === 202, { kept, open });
    }
    const pointless = await admin('POST', '/api/v1/integrations', { kind: 'zabbix', name: 'z', secret: 'hush' });
    check(`${at}: a source that signs nothing takes no secret`, pointless.status === 422 && pointless.json.errors[0].field === 'secret', pointless);
}

async function otherBodies(at, { as, raw }) {
    const admin = as('admin');
    const path = async (kind) => new URL((await admin('POST', '/api/v1/integrations', { kind, name: kind })).json.url).pathname;
    const form = await raw('POST', await path('nagios'), new URLSearchParams({ type: 'PROBLEM', host: 'web-9', state: 'DOWN', output: 'a "quoted" 50 % & more' }));
    const nagios = (await admin('GET', '/api/v1/alerts?q=web-9')).json.items[0];
    check(`${at}: a form is taken in like JSON`, form.status === 202 && nagios?.description === 'a "quoted" 50 % & more', { form, nagios });
    const binary = await raw('POST', await path('cloudevents'), '{"title":"Disk full on db-7","severity":"high"}', { 'Content-Type': 'application/json', 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/disks', 'ce-type': 'disk.full', 'ce-subject': 'db-7' });
    const event = (await admin('GET', '/api/v1/alerts?q=db-7')).json.items[0];
    const whole = event && JSON.parse((await admin('GET', `/api/v1/alerts/${event.id}/raw`)).text);
    check(`${at}: a binary CloudEvent is kept whole, with what its headers say`, binary.status === 202 && event?.dedup_key === '/disks/db-7' && event.severity === 'SEV-2' && whole?.subject === 'db-7' && whole.data.title === event.title, { binary, event, whole });
    const note = await raw('POST', await path('opsgenie'), '{"action":"AddNote","alert":{"alertId":"1"}}', { 'Content-Type': 'application/json' });
    check(`${at}: a notice that changes nothing is accepted, and makes no alert`, note.status === 202 && note.json.accepted === 0, note);
}

/** Last, because the address of the test is slowed afterwards. */
async function guessing(at, { raw }) {
    let guesses = 0;
    for (let i = 0; i < 40 && guesses !== 429; i++) guesses = (await raw('POST', `/in/alertmanager/${'0'.repeat(32)}`, '{}')).status;
    check(`${at}: guessing keys is slowed`, guesses === 429, guesses);
}

async function quarantine(at, { as, post }) {
    const admin = as('admin');
    const { url, id } = (await admin('POST', '/api/v1/integrations', { kind: 'generic', name: 'Legacy' })).json;
    const odd = JSON.stringify({ check: { text: 'queue is long', prio: 'P1' }, state: 'CRIT', id: 7 });
    const refused = await post(url, odd);
    const kept = (await admin('GET', '/api/v1/quarantine?source=' + id)).json.items;
    check(`${at}: what fits nothing is refused and kept with its reason`, refused.status === 422 && kept.length === 1 && kept[0].field === 'title', { refused, kept });
    check(`${at}: with its bytes`, (await as('manager')('GET', `/api/v1/quarantine/${kept[0].id}/raw`)).text === odd);
    check(`${at}: a replay before anything was mended says why it cannot be`, (await admin('POST', `/api/v1/quarantine/${kept[0].id}/replay`)).status === 422);
    const bad = await admin('PATCH', `/api/v1/integrations/${id}`, { mapping: { titel: '/x' } }, { 'If-Match': '*' });
    check(`${at}: a mapping with an unknown field is refused by name`, bad.status === 422 && bad.json.errors[0].field === 'mapping.titel', bad);
    const mapping = { title: '/check/text', severity: { value: '/check/prio', map: { P1: 'SEV-2' } }, dedup_key: 'queue-{/id}' };
    const preview = await admin('POST', '/api/v1/integration-preview', { mapping, payload: odd });
    check(`${at}: a mapping can be tried before it is saved`, preview.json?.items[0].title === 'queue is long' && preview.json.items[0].severity === 'SEV-2' && preview.json.items[0].dedup_key === 'queue-7', preview);
    await admin('PATCH', `/api/v1/integrations/${id}`, { mapping }, { 'If-Match': '*' });
    const replayed = await admin('POST', `/api/v1/quarantine/${kept[0].id}/replay`);
    check(`${at}: after the mapping is mended the replay becomes an alert`, replayed.json?.accepted === 1 && (await admin('GET', '/api/v1/quarantine?source=' + id)).json.items.length === 0
        && (await admin('GET', `/api/v1/alerts?source=${id}`)).json.items[0].dedup_key === 'queue-7', replayed);
}

async function routing(at, { as, post }) {
    const admin = as('admin');
    const team = (await admin('POST', '/api/v1/teams', { name: 'Security' })).json, channel = (await admin('POST', '/api/v1/channels', { name: 'Secrets', team_id: team.id })).json;
    const open = (await admin('POST', '/api/v1/channels', { name: 'Shop' })).json;
    const rule = (body) => admin('POST', '/api/v1/routing-rules', body);
    const nobody = await rule({ name: 'x', match: [], declare: true, private: true, channel_id: open.id });
    check(`${at}: a private rule needs a team that may see it`, nobody.status === 422 && nobody.json.errors[0].field === 'channel_id', nobody);
    const regex = await rule({ name: 'x', match: [{ label: 'a', op: 'is', value: '1' }, { label: 'b', op: 'matches', value: '(' }] });
    check(`${at}: a broken expression is refused by its place`, regex.status === 422 && regex.json.errors[0].field === 'match[1].value', regex);
    await rule({ name: 'Leaks', match: [{ label: 'alertname', op: 'is', value: 'Leak' }], declare: true, private: true, channel_id: channel.id, severity: 'SEV-1' });
    await rule({ name: 'Shop', match: [{ label: 'app', op: 'matches', value: 'shop-.*' }], declare: true, group_by: ['app'], channel_id: open.id });
    const quiet = await rule({ name: 'Staging', match: [{ label: 'env', op: 'is', value: 'staging' }], declare: false, position: 1 });
    check(`${at}: a rule can be put first`, quiet.status === 201 && (await admin('GET', '/api/v1/routing-rules')).json.items.map((r) => r.name).join() === 'Staging,Leaks,Shop', quiet);
    const { url, id } = (await admin('POST', '/api/v1/integrations', { kind: 'generic', name: 'Routed' })).json;
    const fire = (title, labels) => post(url, JSON.stringify({ title, labels, severity: 'warning', dedup_key: title }));
    await fire('one', { app: 'shop-a' });
    await fire('two', { app: 'shop-a' });
    await fire('three', { app: 'shop-b' });
    await fire('quiet', { app: 'shop-a', env: 'staging' });
    await fire('leak', { alertname: 'Leak' });
    const seen = Object.fromEntries((await admin('GET', `/api/v1/alerts?source=${id}`)).json.items.map((x) => [x.title, x]));
    check(`${at}: alerts of a rule's group join one incident, another group its own`, seen.one.incident.id === seen.two.incident.id && seen.one.incident.id !== seen.three.incident.id
        && seen.one.channel.name === 'Shop', seen);
    check(`${at}: the first rule that fits decides`, seen.quiet.incident === null, seen.quiet);
    check(`${at}: a private incident's alert is seen by nobody outside, not even an administrator`, seen.leak === undefined);
    const found = (await admin('GET', '/api/v1/search?q=leak')).json.items;
    check(`${at}: nor found by search`, found.length === 0, found);
    const tried = await admin('POST', '/api/v1/routing-rules/try', { name: 'x', match: [{ label: 'app', op: 'exists' }] });
    check(`${at}: a rule can be tried on what came`, tried.json?.matched === 4, tried.json);
    const attached = await as('responder')('POST', `/api/v1/alerts/${seen.quiet.id}/attach`, { incident: seen.three.incident.reference });
    check(`${at}: an alert is attached by hand, by reference`, attached.json?.incident?.id === seen.three.incident.id, attached);
    const bad = await as('responder')('POST', `/api/v1/alerts/${seen.quiet.id}/attach`, { incident: 'INC-9999' });
    check(`${at}: to an incident that exists`, bad.status === 422 && bad.json.errors[0].field === 'incident', bad);
}

async function ingestToken(at, { as }, system) {
    const token = system.cli(['token', 'create', '--user', 'responder@example.com', '--scope', 'ingest']);
    const told = await as(token)('POST', '/api/v1/alerts', { title: 'Backup is late', severity: 'high', labels: { job: 'backup' } });
    check(`${at}: a token of scope ingest tells alerts`, told.status === 202 && told.json.dedup_key.startsWith('labels:'), told);
    const change = await as(token)('POST', '/api/v1/changes', { kind: 'deploy', title: 'shop 7', dedup_key: 'b7', service_ids: ['shop'] });
    check(`${at}: and changes`, change.status === 201 && change.json.labels.service === 'shop', change);
    check(`${at}: and reads nothing`, (await as(token)('GET', '/api/v1/alerts')).status === 403);
    check(`${at}: a viewer tells nothing`, (await as('viewer')('POST', '/api/v1/alerts', { title: 'x' })).status === 403);
    const unknown = await as('responder')('POST', '/api/v1/alerts', { title: 'x', servrity: 'high' });
    check(`${at}: an unknown field is refused by name`, unknown.status === 422 && unknown.json.errors[0].field === 'servrity', unknown);
}

async function pagerduty(at, { as, post, raw }) {
    const api = await eventsApi();
    const { url, id } = (await as('admin')('POST', '/api/v1/integrations', { kind: 'pagerduty', name: 'Pager' })).json;
    const key = url.split('/').pop(), alerts = async () => (await as('admin')('GET', `/api/v1/alerts?source=${id}`)).json.items;
    const enqueue = (event) => raw('POST', '/v2/enqueue', typeof event === 'string' ? event : JSON.stringify(event), { 'Content-Type': 'application/json' });
    const fixture = (name) => ({ ...JSON.parse(readFileSync(join(root, `src/integration/pagerduty/fixtures/${name}.json`), 'utf8')), routing_key: key });
    const payload = { summary: 'x', source: 'y', severity: 'info' };
    const good = [fixture('trigger'), fixture('acknowledge'), fixture('resolve'), { routing_key: key, event_action: 'trigger', payload }];
    const answers = [];
    for (const event of good) answers.push(await enqueue(event));
    check(`${at}: trigger, acknowledge and resolve are answered as PagerDuty does`, answers.every((x) => x.status === 202 && x.json.status === 'success' && x.json.message === 'Event processed' && x.json.dedup_key), answers);
    const all = await alerts();
    check(`${at}: they are one alert that is over, and one without a key of its own`, all.length === 2 && all[1].status === 'resolved' && all[1].acknowledged_at && all[0].dedup_key.length === 32, all);
    check(`${at}: with the key in the address the routing key may be anything`, (await post(url, JSON.stringify({ ...good[3], routing_key: 'any' }))).status === 202);
    const wrong = ['{', '[]', '{}', { ...good[0], routing_key: 'f'.repeat(32) }, { ...good[0], payload: { source: 'y', severity: 'info' } }, { ...good[0], event_action: 'explode' },
        { routing_key: key, event_action: 'resolve' }, { ...good[0], payload: { ...payload, severity: 'purple' } }];
    const refusals = [];
    for (const event of wrong) refusals.push(await enqueue(event));
    check(`${at}: wrong events are a 400 in PagerDuty's form that says what is wrong`, refusals.every((x) => x.status === 400 && x.json.status && x.json.message && x.json.errors.length === 1), refusals);
    if (!api) return tally.skip(`${at}: PagerDuty's OpenAPI file is not in ../shared/samples`);
    check(`${at}: what we take is what PagerDuty's file allows`, good.every((e) => api.request(e)), api.request.errors);
    check(`${at}: what PagerDuty's file forbids we refuse`, wrong.slice(2).filter((e) => typeof e === 'object' && e.routing_key !== 'f'.repeat(32)).every((e) => !api.request(e) || e.event_action === 'resolve'), wrong);
    check(`${at}: our answers fit PagerDuty's file`, answers.every((x) => api.success(x.json)) && refusals.every((x) => api.error(x.json)), api.error.errors);
    const samples = join(root, '../shared/samples/alerts');
    const event = JSON.parse(readFileSync(join(samples, readdirSync(samples).find((f) => f.startsWith('pagerduty-events-v2'))), 'utf8'));
    check(`${at}: an event that Alertmanager sent to PagerDuty is taken`, (await enqueue({ ...event, routing_key: key })).status === 202);
}

/** Eight senders, and the server killed in the middle of it: what was answered 202 is there afterwards, once. */
async function killed(database, rounds) {
    const system = makeSystem(database), tokens = addPeople(system), told = new Set();
    let server = await serve(system), n = 0;
    const { url, id } = (await client(server, tokens).as('admin')('POST', '/api/v1/integrations', { kind: 'generic', name: 'Storm' })).json;
    const path = new URL(url).pathname;
    for (let round = 0; round < rounds; round++) {
        let acknowledged = 0;
        const most = 20 + Math.floor(Math.random() * 200);
        const send = async () => {
            for (;;) {
                const keys = [`k${++n}`, `k${++n}`], body = JSON.stringify(keys.map((dedup_key) => ({ title: dedup_key, dedup_key })));
                try {
                    if ((await fetch(server.url + path, { method: 'POST', body })).status !== 202) return;
                } catch { return; }                            // killed
                keys.forEach((k) => told.add(k));
                if (++acknowledged === most) server.stop('SIGKILL');
            }
        };
        await Promise.all(Array.from({ length: 8 }, send));
        server = await serve(system);
    }
    const there = [], api = client(server, tokens).as('viewer');
    for (let cursor = ''; cursor !== null;) {
        const page = (await api('GET', `/api/v1/alerts?source=${id}&limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)).json;
        there.push(...page.items.map((x) => x.dedup_key));
        cursor = page.next_cursor;
    }
    const set = new Set(there), lost = [...told].filter((k) => !set.has(k));
    check(`${database}: ${rounds} kills lose none of ${told.size} alerts that were answered 202, and double none`, lost.length === 0 && set.size === there.length && told.size > rounds * 40, lost);
    await server.stop();
    system.remove();
}

for (const database of databases) {
    await killed(database, 10);
    const system = makeSystem(database);
    try {
        const tokens = addPeople(system), server = await serve(system);
        const c = client(server, tokens);
        await keysAndLimits(database, c);
        await quarantine(database, c);
        await signatures(database, c);
        await otherBodies(database, c);
        await routing(database, c);
        await ingestToken(database, c, system);
        await pagerduty(database, c);
        await guessing(database, c);
        const code = await server.stop();
        check(`${database}: the server stops cleanly`, code === 0, server.log());
    } finally {
        system.remove();
    }
}
tally.end();
