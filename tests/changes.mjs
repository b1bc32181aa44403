// Changes that vendors tell of, over HTTP, on every database: signed by GitHub's own signer (octokit), in any order, refused and replayed; and
// `hindsight change` as a script would call it.
//     node tests/changes.mjs          Prints `changes: N passed, N failed`.
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { addPeople, binary, cleanEnv, databases, makeSystem, root, serve } from './lib/server.mjs';
import { Tally } from './lib/tally.mjs';

const tally = new Tally('changes'), { check } = tally;
const fixture = (kind, name) => readFileSync(join(root, `src/integration/${kind}/fixtures/${name}.json`), 'utf8');

function client(server, tokens) {
    const raw = async (method, path, body, headers = {}) => {
        const r = await fetch(new URL(path, server.url), { method, body, headers });
        const text = await r.text();
        return { status: r.status, text, json: /json/.test(r.headers.get('content-type') ?? '') ? JSON.parse(text) : null };
    };
    const as = (who) => (method, path, body, headers = {}) => raw(method, path, body === undefined ? undefined : JSON.stringify(body),
        { Authorization: `Bearer ${tokens[who] ?? who}`, 'Content-Type': 'application/json', ...headers });
    const post = (url, body, headers = {}) => raw('POST', new URL(url).pathname, body, { 'Content-Type': 'application/json', ...headers });
    return { as, post };
}

async function connect(admin, kind, secret) {
    const made = await admin('POST', '/api/v1/integrations', { kind, name: kind, ...(secret ? { secret } : {}) });
    return made.json;
}

async function github(at, { as, post }) {
    const admin = as('admin'), { url, id } = await connect(admin, 'github', 'hush 秘密');
    const send = async (name, secret = 'hush 秘密') => {
        const body = fixture('github', name);
        return post(url, body, { 'X-GitHub-Event': name.replace(/_.*/, ''), 'X-Hub-Signature-256': await sign(secret, body) });
    };
    const changes = async () => (await as('viewer')('GET', '/api/v1/changes?source=github')).json.items;
    const ping = await send('ping');
    check(`${at}: a ping signed by octokit is accepted and tells of nothing`, ping.status === 202 && ping.json.accepted === 0, ping);
    const forged = await send('deployment', 'other'), bare = await post(url, fixture('github', 'deployment'));
    check(`${at}: what is signed otherwise, or not at all, is refused and not kept`, forged.status === 403 && bare.status === 403 && (await changes()).length === 0
        && (await admin('GET', `/api/v1/quarantine?source=${id}`)).json.items.length === 0, { forged, bare });
    await send('deployment_success');
    await send('deployment');
    await send('deployment_success');
    await send('deployment_inactive');
    const [one, ...others] = await changes();
    check(`${at}: a deployment told of out of order and twice is one change from its start to its success`, others.length === 0 && one.state === 'succeeded' && one.kind === 'deploy'
        && one.occurred_at === '2026-11-10T14:05:00.000Z' && one.ended_at === '2026-11-10T14:07:30.000Z' && one.author === 'ann' && one.labels.environment === 'production', { one, others });
    await send('deployment_failure');
    check(`${at}: a later status of it counts`, (await changes())[0].state === 'failed' && (await changes()).length === 1, await changes());
    const raw = await as('viewer')('GET', `/api/v1/changes/${one.id}/raw`);
    check(`${at}: the payload that told of it last can be looked at`, raw.text === fixture('github', 'deployment_failure'), raw);
    for (const name of ['push', 'release', 'workflow_run', 'workflow_run_of_review', 'push_topic', 'issue']) await send(name);
    const kinds = (await changes()).map((c) => c.kind).sort().join();
    check(`${at}: pushes, releases and runs of the default branch are changes; reviews, other branches and issues are none`, kinds === 'code,deploy,deploy,deploy', await changes());
    const broken = '{"deployment":{"id":1}}';
    const refused = await post(url, broken, { 'X-Hub-Signature-256': await sign('hush 秘密', broken) });
    const kept = (await admin('GET', `/api/v1/quarantine?source=${id}`)).json.items;
    check(`${at}: what fits nothing is a 422 that names the field, and is kept`, refused.status === 422 && refused.json.errors[0].field === 'repository.full_name' && kept.length === 1, { refused, kept });
    const again = await as('manager')('POST', `/api/v1/quarantine/${kept[0].id}/replay`);
    check(`${at}: a replay that still does not fit stays in quarantine`, again.status === 422 && (await admin('GET', `/api/v1/quarantine?source=${id}`)).json.items.length === 1, again);
    const test = await admin('POST', `/api/v1/integrations/${id}/test`);
    check(`${at}: a test makes a change`, test.json.accepted === 1 && (await changes()).some((c) => c.description === 'Test change from Hindsight'), test);
}

async function others(at, { as, post }) {
    const admin = as('admin');
    const told = async (kind) => (await as('viewer')('GET', `/api/v1/changes?source=${kind}`)).json.items;
    const gitlab = await connect(admin, 'gitlab', 'hush');
    const denied = await post(gitlab.url, fixture('gitlab', 'deployment_running'), { 'X-Gitlab-Token': 'hush!' });
    for (const name of ['deployment_running', 'deployment_success']) await post(gitlab.url, fixture('gitlab', name), { 'X-Gitlab-Token': 'hush' });
    const [deploy, ...more] = await told('gitlab');
    check(`${at}: GitLab: a deployment is one change; another token is refused`, denied.status === 403 && more.length === 0 && deploy.state === 'succeeded' && deploy.occurred_at === '2026-11-10T14:05:00.000Z'
        && deploy.ended_at === '2026-11-10T14:07:30.000Z', { denied, deploy, more });
    const tfe = await connect(admin, 'terraform_cloud', 'hush');
    const signed = (body) => post(tfe.url, body, { 'X-TFE-Notification-Signature': createHmac('sha512', 'hush').update(body).digest('hex') });
    const verification = await signed(fixture('terraform_cloud', 'verification'));
    for (const name of ['applied', 'applying', 'created']) await signed(fixture('terraform_cloud', name));
    const forged = await post(tfe.url, fixture('terraform_cloud', 'applied'), { 'X-TFE-Notification-Signature': 'ff' });
    const runs = await told('terraform_cloud');
    check(`${at}: HCP Terraform: the verification is answered 200, and a run is one change`, verification.status === 200 && forged.status === 403 && runs.length === 1 && runs[0].state === 'succeeded'
        && runs[0].occurred_at === '2026-11-10T14:05:00.000Z' && runs[0].author === 'ann', { verification, forged, runs });
    const ld = await connect(admin, 'launchdarkly', 'hush'), flag = fixture('launchdarkly', 'flag');
    const turned = await post(ld.url, flag, { 'X-LD-Signature': createHmac('sha256', 'hush').update(flag).digest('hex') });
    const flags = await told('launchdarkly');
    check(`${at}: LaunchDarkly: a signed flag is a change`, turned.status === 202 && flags.length === 1 && flags[0].kind === 'feature_flag' && flags[0].labels.environment === 'production', { turned, flags });
    for (const [kind, names, want] of [['argocd', ['running', 'failed'], 'failed'], ['kubernetes', ['rollout', 'scaled', 'pulled'], null]]) {
        const { url } = await connect(admin, kind);
        for (const name of names) await post(url, fixture(kind, name));
        const list = await told(kind);
        check(`${at}: ${kind}: several notices are one change`, list.length === 1 && list[0].state === want, list);
    }
    const any = await connect(admin, 'changes');
    const nameless = JSON.stringify({ title: 'restarted db-1', kind: 'config' });
    for (let i = 0; i < 2; i++) await post(any.url, nameless);
    check(`${at}: the same bytes at once are a retry, also without an id`, (await told('changes')).length === 1, await told('changes'));
}

/** Every kind has its steps in Chinese, with a place for each block of code of the English ones. */
async function steps(at, { as }) {
    const told = readFileSync(join(root, 'src/feature/alert/ui/kinds-zh.ts'), 'utf8'), strings = readFileSync(join(root, 'src/feature/alert/ui/strings.ts'), 'utf8');
    const wrong = [];
    for (const k of (await as('viewer')('GET', '/api/v1/integration-kinds')).json.items) {
        const zh = told.split('\n').find((line) => line.startsWith(`    ${k.kind}: `));
        const blocks = (k.instructions_markdown.match(/```/g) ?? []).length / 2, places = zh?.match(/\{code\}/g)?.length ?? 0;
        if (zh ? blocks !== places : !strings.includes(`how_${k.kind}: '`)) wrong.push(`${k.kind}: ${blocks} blocks, ${places} places`);
    }
    check(`${at}: every kind has its steps in Chinese`, wrong.length === 0, wrong);
}

const run = (args, env) => new Promise((resolve) => {
    execFile(binary, ['change', ...args], { env: { ...cleanEnv(), ...env } }, (e, out, err) => resolve({ code: e ? e.code : 0, out: out.trim(), err }));
});

async function command(at, { as }, server, system) {
    const token = system.cli(['token', 'create', '--user', 'responder@example.com', '--scope', 'ingest']);
    const env = { HINDSIGHT_SERVER: server.url, HINDSIGHT_TOKEN: token };
    await as('admin')('POST', '/api/v1/services', { name: 'Checkout' });
    const begun = await run(['--key', 'build-4711', '--title', 'checkout 4.2', '--service', 'checkout, cart', '--state', 'in_progress', '--author', 'ann', '--environment', 'production'], env);
    const file = join(system.data, 'token');
    writeFileSync(file, `${token}\n`);
    const done = await run(['--key=build-4711', '--title', 'checkout 4.2', '--state', 'succeeded', '--token-file', file], { HINDSIGHT_SERVER: server.url });
    const change = (await as('viewer')('GET', `/api/v1/changes/${begun.out}`)).json;
    check(`${at}: hindsight change tells of a deploy and its end; what the second leaves out stays`, begun.code === 0 && done.code === 0 && begun.out === done.out && change.state === 'succeeded' && change.author === 'ann'
        && change.services[0]?.name === 'Checkout' && change.labels.service === 'cart' && change.labels.environment === 'production' && change.ended_at, { begun, done, change });
    const wrong = await run(['--title', 'x', '--kind', 'odd'], env), nobody = await run(['--title', 'x'], { ...env, HINDSIGHT_TOKEN: 'nope' }), none = await run(['--title', 'x'], { HINDSIGHT_SERVER: server.url });
    check(`${at}: what is wrong is said, with a code`, wrong.code === 1 && /kind/.test(wrong.err) && nobody.code === 1 && /401/.test(nobody.err) && none.code === 2 && /HINDSIGHT_TOKEN/.test(none.err), { wrong, nobody, none });
}

for (const database of databases) {
    const system = makeSystem(database);
    try {
        const tokens = addPeople(system), server = await serve(system);
        const c = client(server, tokens);
        await github(database, c);
        await others(database, c);
        await command(database, c, server, system);
        await steps(database, c);
        check(`${database}: the server stops cleanly`, await server.stop() === 0, server.log());
    } finally {
        system.remove();
    }
}
tally.end();
