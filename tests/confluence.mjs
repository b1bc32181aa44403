// Reports become pages of Confluence: against a server that speaks its protocol and holds requests to it (tests/lib/confluence.mjs).
//     [tests/postgres.sh] node tests/confluence.mjs
import { confluence } from './lib/confluence.mjs';
import { addPeople, databases, makeSystem, serve } from './lib/server.mjs';
import { Tally, expect } from './lib/tally.mjs';

const tally = new Tally('confluence'), { spec } = tally;
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg==';

for (const database of databases) {
    const world = await confluence(), elsewhere = await confluence({ token: 'none' });
    const system = makeSystem(database), tokens = addPeople(system);
    let server = await serve(system);
    const call = async (who, method, path, body, headers = {}) => {
        const answer = await fetch(`${server.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${tokens[who]}`, ...(body && typeof body !== 'string' ? { 'Content-Type': 'application/json' } : {}), ...headers },
            body: body && typeof body !== 'string' ? JSON.stringify(body) : body });
        const text = await answer.text();
        return { status: answer.status, json: text ? JSON.parse(text) : null };
    };
    const state = async (report) => (await call('viewer', 'GET', `/reports/${report}/exports`)).json.items[0];
    async function settled(report, wanted = (x) => x?.state === 'done' || x?.state === 'failed') {
        for (const until = Date.now() + 60_000; Date.now() < until;) {
            const x = await state(report);
            if (wanted(x)) return x;
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`never settled: ${JSON.stringify(await state(report))}`);
    }
    const ask = (report, who = 'manager') => call(who, 'POST', `/reports/${report}/exports/confluence`);
    const set = (place, ifMatch = '*') => call('admin', 'PUT', '/export-targets/confluence', { site: world.url, space: 'ENG', account: 'ada@example.com', secret: 'api-token', ...place }, { 'If-Match': ifMatch });
    const text = `# 支付失败: "503" & more\n\n## Summary\n\nA **pool** of \`40\` & [a link](https://example.com/?a=1&b=2).\n\n> [!WARNING]\n> Mind it.\n\n- [x] done\n\n\`\`\`sql\nSELECT 1 -- ]]>\n\`\`\`\n\n<details>\n<summary>More</summary>\n\nInside.\n\n</details>\n\n`
        + `| Time | Event |\n| --- | --- |\n| 14:07 | It begins |\n\n![The pool](data:image/png;base64,${PIXEL})\n`;
    const report = (await call('manager', 'POST', '/report-imports?name=r.md', text)).json.report.reference;
    const named = (title) => `${title} (${database})`;

    await spec(named('a place that is not set up is said, and nothing is sent'), async () => {
        const r = await ask(report);
        expect(r.status === 409 && /administrator/.test(r.json.detail), r);
        expect(world.requests.length === 0, world.requests);
    });

    await spec(named('an address inside the network is refused until an administrator allows it; http needs that, too'), async () => {
        const closed = await set();
        expect(closed.status === 422 && closed.json.errors[0].field === 'site', closed);
        const tls = await set({ site: world.url.replace('http:', 'https:') });
        expect(tls.status === 422 && /not on the public internet/.test(JSON.stringify(tls.json)), tls);
        expect(world.requests.length === 0, world.requests);
        expect((await call('admin', 'PUT', '/settings/export.allow', { value: '127.0.0.1/32' })).status === 200, 'setting');
    });

    await spec(named('a wrong token, space, right and parent are named with what Confluence says; nothing is kept'), async () => {
        const token = await set({ secret: 'wrong' }), space = await set({ space: 'NONE' }), right = await set({ space: 'OPS' }), parent = await set({ parent: '77' });
        expect(token.status === 422 && token.json.errors[0].field === 'secret' && /401.*scope does not match/.test(token.json.errors[0].detail), token);
        expect(space.status === 422 && space.json.errors[0].field === 'space', space);
        expect(right.status === 422 && right.json.errors[0].field === 'space' && /not add pages/.test(right.json.errors[0].detail), right);
        expect(parent.status === 422 && parent.json.errors[0].field === 'parent', parent);
        expect((await call('admin', 'GET', '/export-targets/confluence')).json.configured === false, 'kept');
    });

    const above = world.addPage({ spaceId: '100', title: 'Post-mortems' });
    await spec(named('a test says what the place is called, and the token is never shown again'), async () => {
        const tried = await call('admin', 'POST', '/export-targets/confluence/test', { site: world.url, space: `${world.url}/wiki/spaces/ENG/overview`, parent: above.id, account: 'ada@example.com', secret: 'api-token' });
        expect(tried.status === 200 && tried.json.place === 'Engineering › Post-mortems', tried);
        const kept = await set({ parent: `${world.url}/wiki/spaces/ENG/pages/${above.id}/Post-mortems` }, '"0"');
        expect(kept.status === 200 && kept.json.has_secret && kept.json.parent === above.id && !JSON.stringify(kept.json).includes('api-token'), kept);
        expect((await set({}, '"0"')).status === 412, 'an old version');
        const again = await set({ parent: above.id, secret: null });
        expect(again.status === 200, again);
        expect((await call('viewer', 'GET', '/export-targets')).json.items[0].site === undefined, 'a viewer sees the site');
    });

    await spec(named('a kept token is not sent to another site'), async () => {
        const r = await set({ site: elsewhere.url, secret: null });
        expect(r.status === 422 && r.json.errors[0].field === 'secret', r);
        expect(elsewhere.requests.length === 0, elsewhere.requests);
    });

    await spec(named('a report becomes a page below the parent, in its format, with its picture'), async () => {
        const r = await ask(report);
        expect(r.status === 202, r);
        const done = await settled(report), page = world.pages.at(-1);
        expect(done.state === 'done' && !done.changed_since && done.exported_by.name === 'Manager', done);
        expect(done.url === `${world.url}/wiki/spaces/ENG/pages/${page.id}`, done.url);
        expect(page.title === `${report}: 支付失败: "503" & more` && page.parentId === above.id && page.spaceId === '100', page);
        for (const part of ['<strong>pool</strong>', 'ac:name="note"', '<ac:task-status>complete', 'ac:name="code"', 'ac:name="expand"', '<th><p>Time</p></th>', '<ri:attachment ri:filename="', 'hindsight-'])
            expect(page.storage.includes(part), `${part} is not in ${page.storage}`);
        const name = /ri:filename="([^"]+)"/.exec(page.storage)[1], file = page.attachments.find((a) => a.name === name);
        expect(file?.type === 'image/png' && file.bytes.subarray(1, 4).toString() === 'PNG', page.attachments.map((a) => a.name));
    });

    await spec(named('asking again updates the page; the picture that is there is not sent again'), async () => {
        const page = world.pages.at(-1), count = world.pages.length, uploads = () => world.requests.filter((x) => x === 'PUT attachment').length, before = uploads();
        await call('manager', 'PATCH', `/reports/${report}`, { title: 'Payments fail' }, { 'If-Match': '*' });
        expect((await state(report)).changed_since, 'it does not say that the report changed');
        await ask(report);
        const done = await settled(report);
        expect(done.state === 'done' && !done.changed_since, done);
        expect(page.number === 2 && page.title === `${report}: Payments fail` && world.pages.length === count && uploads() === before, page);
        expect(page.message === `Hindsight: ${report}, draft`, page.message);
    });

    await spec(named('somebody who writes at the same moment keeps their version in the history, ours is on top'), async () => {
        const page = world.pages.at(-1);
        world.faults.push({ on: 'PUT /pages/:id', before: () => { page.history.push(page.storage); page.storage = '<p>theirs</p>'; page.number++; } });
        await ask(report);
        const done = await settled(report);
        expect(done.state === 'done' && page.history.includes('<p>theirs</p>') && page.storage.includes('<strong>pool</strong>'), done);
    });

    await spec(named('who is asked to wait waits as long before the next try'), async () => {
        const page = world.pages.at(-1), was = page.number;
        world.faults.push({ on: 'PUT /pages/:id', status: 429, headers: { 'Retry-After': '3' }, title: 'Rate limit' });
        await ask(report);
        const done = await settled(report, (x) => x.state === 'done');
        const [first, second] = world.times.filter(([what]) => what === 'PUT /pages/:id').slice(-2).map(([, at]) => at);
        expect(done.error === '' && page.number === was + 1 && second - first >= 2900, { done, waited: second - first });
    });

    const second = (await call('manager', 'POST', '/report-imports?name=s.md', '# The cache was cold\n\n## Summary\n\nText.\n')).json.report.reference;
    await spec(named('a page that was made, but whose answer was lost, is found again: there is one page'), async () => {
        world.faults.push({ on: 'POST /pages', drop: true, after: true });
        await ask(second);
        const done = await settled(second, (x) => x.state === 'done');
        expect(world.pages.filter((p) => p.title === `${second}: The cache was cold`).length === 1 && done.state === 'done', done);
    });

    await spec(named('a page that somebody removed is made anew; one of the same name that is not ours is left alone and said'), async () => {
        const page = world.pages.find((p) => p.title.startsWith(`${second}:`));
        page.status = 'trashed';
        await ask(second);
        const anew = await settled(second);
        expect(anew.state === 'done' && world.pages.at(-1).id !== page.id && anew.url.endsWith(world.pages.at(-1).id), anew);
        world.pages.at(-1).status = 'trashed';
        const theirs = world.addPage({ spaceId: '100', title: `${second}: The cache was cold`, storage: '<p>by hand</p>' });
        await ask(second);
        const failedOne = await settled(second);
        expect(failedOne.state === 'failed' && /not of this report/.test(failedOne.error) && theirs.storage === '<p>by hand</p>', failedOne);
        theirs.title = 'Another name';
        await ask(second);
        expect((await settled(second)).state === 'done', await state(second));
    });

    await spec(named('what does not help to repeat is not repeated; the real error is said'), async () => {
        world.token = 'replaced';
        await ask(second);
        const done = await settled(second);
        expect(done.state === 'failed' && /401/.test(done.error), done);
        delete world.token;
    });

    await spec(named('a server that is killed while it writes goes on after it is back, with one page'), async () => {
        const third = (await call('manager', 'POST', '/report-imports?name=t.md', '# Killed\n\n## Summary\n\nText.\n')).json.report.reference;
        const killed = new Promise((resolve) => world.faults.push({ on: 'POST /pages', drop: true, after: true, before: () => { server.child.kill('SIGKILL'); resolve(); } }));
        await ask(third);
        await killed;
        await server.ended;
        server = await serve(system, [], server.port);
        await ask(third);                                    /* its run may hold the lease of the dead one for minutes: what was asked is kept all the same */
        const x = await state(third);
        expect(['waiting', 'running', 'done'].includes(x.state), x);
        expect(world.pages.filter((p) => p.title === `${third}: Killed`).length === 1, 'two pages');
    });

    await spec(named('readers and outsiders cannot export, and a private report does not go where more people read'), async () => {
        expect((await ask(report, 'viewer')).status === 403, 'a viewer');
        const incident = (await call('responder', 'POST', '/incidents', { title: 'Leak', visibility: 'private', severity: 'SEV-1' })).json;
        const template = (await call('responder', 'GET', '/templates')).json.items[0].id;
        const secret = (await call('responder', 'POST', '/reports', { incident_ids: [incident.id], template_id: template })).json;
        const own = await ask(secret.reference, 'responder');
        expect(own.status === 403 && /private/.test(own.json.detail), own);
        expect((await ask(secret.reference, 'manager')).status === 404, 'an outsider');
        expect((await call('manager', 'GET', '/export-targets/confluence')).status === 403, 'a manager reads the settings');
    });

    await spec(named('a site that is taken away is forgotten with its token; pages stay'), async () => {
        const pages = world.pages.length;
        expect((await call('admin', 'DELETE', '/export-targets/confluence', undefined, { 'If-Match': '*' })).status === 204, 'delete');
        expect((await ask(report)).status === 409 && world.pages.length === pages, 'still there');
    });

    await spec(named('Confluence never refused what we sent as not of its form'), async () => {
        const form = world.refused.filter((x) => !/ 409 /.test(x) && !/ 404 Not Found/.test(x) && !/same TITLE/.test(x));
        expect(form.length === 0, form);
    });
    await server.stop();
    system.remove();
    world.close();
    elsewhere.close();
}
tally.end();
