// The war room in real browsers: two people talk, pin, react, give commands; one loses the network; a phone.
//     [tests/postgres.sh] node tests/browser/warroom.mjs          VERBOSE=1 names every step, PICTURES=1 keeps pictures
import { createServer } from 'node:http';
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { png } from '../lib/png.mjs';
import { addPeople, databases, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('warroom');
const step = (what, run) => suite.step(what, run);
const picture = (p, name) => (process.env.PICTURES ? p.picture(`warroom-${name}`) : null);

const people = [['ana', 'Ana Lindqvist'], ['bo', 'Bo Tanaka']];
const say = (p) => p.page.getByLabel('Say something, or / for commands');
const row = (p, words) => p.page.locator('.rm-room .rm-msg', { hasText: words });
async function send(p, words) {
    await say(p).fill(words);
    await say(p).press('Enter');
}

async function signIn(p, name) {
    await p.go('/sign-in');
    await p.field('Email').fill(`${name}@example.com`);
    await p.field('Password').fill(password);
    await p.button('Sign in').click();
    await p.button('Search or run').waitFor();
    await p.go('/incidents/INC-1?tab=room');
    await say(p).waitFor();
}

async function talk(ana, bo) {
    await step('what one says, the other reads, and sees that somebody types', async () => {
        await ana.sees('Nothing has been said yet');
        await say(bo).pressSequentially('Looking');
        await ana.sees('Bo Tanaka is typing…');
        await send(bo, 'Looking at the **pool** now');
        await row(ana, 'Looking at the pool now').waitFor();
        await row(ana, 'Looking').locator('b', { hasText: 'pool' }).waitFor();
    });
    await step('a name is completed after @, and who is mentioned is told', async () => {
        await say(ana).pressSequentially('What does it say, @Bo');
        await ana.page.getByRole('option', { name: 'Bo Tanaka' }).waitFor();
        await say(ana).press('Enter');
        await say(ana).press('Enter');
        await row(bo, 'What does it say, @Bo Tanaka').waitFor();
        await until(async () => (await bo.page.evaluate(() => fetch('/api/v1/notifications?unread=true').then((r) => r.json()))).items.some((n) => n.kind === 'mention'), 'a notification');
    });
    await step('a command is completed, obeyed, and shown between the lines', async () => {
        await say(ana).pressSequentially('/se');
        await ana.page.getByRole('option', { name: '/sev' }).waitFor();
        await say(ana).press('Enter');
        await ana.page.getByRole('option', { name: 'SEV-1' }).waitFor();
        await say(ana).press('Enter');
        await say(ana).press('Enter');
        await row(bo, 'set the severity to SEV-1').waitFor();
    });
    await step('a command that is wrong is not said, and told why', async () => {
        await send(bo, '/sev huge');
        await bo.page.locator('[data-unsent]', { hasText: 'write /sev SEV-2' }).waitFor();
        await bo.button('Discard').click();
        await until(async () => (await bo.page.locator('[data-unsent]').count()) === 0, 'it is gone');
    });
    await step('a thread stands beside the room', async () => {
        await row(ana, 'Looking at the pool').hover();
        await row(ana, 'Looking at the pool').getByRole('button', { name: 'Reply in thread' }).click();
        await ana.page.locator('.rm-thread').getByLabel('Reply').fill('It is exhausted since 14:02');
        await ana.page.locator('.rm-thread').getByLabel('Reply').press('Enter');
        await ana.page.locator('.rm-thread .rm-msg', { hasText: 'exhausted since' }).waitFor();
        await row(bo, 'Looking at the pool').getByRole('button', { name: '1 reply' }).waitFor();
        await ana.button('Close').click();
    });
    await step('a picture is pasted and frozen here', async () => {
        await say(ana).click();
        await ana.page.evaluate((bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'pool.png', { type: 'image/png' }));
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }, [...png(40, 20, [30, 120, 200])]);
        await ana.page.locator('.rm-pic img').waitFor();
        await send(ana, 'The pool since two');
        await until(() => row(bo, 'The pool since two').locator('img[src^="/files/"]').evaluate((el) => el.complete && el.naturalWidth > 0), 'Bo sees the picture');
    });
}

async function toTimeline(ana, bo) {
    await step('what is starred is proposed with the reason, and one key puts it on the timeline', async () => {
        await row(bo, 'What does it say').focus();
        await bo.page.keyboard.press('s');
        await row(ana, 'What does it say').getByRole('button', { name: '⭐ 1' }).waitFor();
        await ana.page.getByRole('button', { name: /^Proposals \d/ }).click();
        await ana.page.locator('.rm-proposal', { hasText: 'Marked ⭐' }).waitFor();
        await picture(ana, 'proposals');
        const before = await ana.page.locator('.rm-proposal').count();
        await ana.page.locator('.rm-proposal').first().focus().catch(() => {});
        await ana.page.keyboard.press('j');
        await ana.page.keyboard.press('a');
        await ana.sees('On the timeline');
        await until(async () => (await ana.page.locator('.rm-proposal').count()) === before - 1, 'one proposal less');
        await ana.page.getByRole('button', { name: 'War room', exact: true }).click();
        await ana.page.locator('.rm-msg', { hasText: 'On the timeline' }).first().waitFor();
    });
    await step('own words are edited with the arrow, and deleted with a tombstone', async () => {
        await send(bo, 'a tpyo');
        await row(bo, 'a tpyo').waitFor();
        await until(async () => (await bo.page.locator('[data-unsent]').count()) === 0, 'it is sent');
        await say(bo).press('ArrowUp');
        await bo.page.getByLabel('Edit', { exact: true }).fill('a typo');
        await bo.page.getByLabel('Edit', { exact: true }).press('Enter');
        await row(ana, 'a typo (edited)').waitFor();
        await row(bo, 'a typo').hover();
        await bo.choose(row(bo, 'a typo').getByRole('button', { name: 'More' }), 'Delete');
        await bo.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await row(ana, 'This message was deleted.').waitFor();
    });
}

async function offline(ana, bo, api) {
    await step('what cannot be sent is kept on the device over a reload, and said once when the network is back', async () => {
        bo.tolerate(/ERR_INTERNET_DISCONNECTED|Failed to fetch|WebSocket|Failed to load resource/);
        await bo.context.setOffline(true);
        await send(bo, 'said without a network');
        await bo.page.locator('[data-unsent]', { hasText: 'kept on this device' }).waitFor();
        await send(bo, 'and one more');
        await bo.page.locator('[data-unsent]', { hasText: 'and one more' }).waitFor();
        await picture(bo, 'offline');
        await bo.context.setOffline(false);
        await bo.page.reload();
        await row(ana, 'and one more').waitFor();
        await until(async () => (await bo.page.locator('[data-unsent]').count()) === 0, 'nothing waits');
        const said = (await api('GET', '/api/v1/incidents/INC-1/messages?limit=200')).items.map((m) => m.body);
        for (const words of ['said without a network', 'and one more'])
            if (said.filter((b) => b === words).length !== 1) throw new Error(`“${words}” was said ${said.filter((b) => b === words).length} times`);
        if (said.indexOf('and one more') > said.indexOf('said without a network')) throw new Error('they are in the wrong order');
    });
}

async function drafts(ana, bo) {
    await step('who is in the room is seen, and what is half written is there after a reload', async () => {
        await until(async () => (await ana.page.locator('.rm-top .stack .av').count()) === 2, 'Ana sees both');
        await say(bo).pressSequentially('half a thou');
        await bo.page.reload();
        await until(async () => (await say(bo).inputValue()) === 'half a thou', 'the draft is back');
        await say(bo).fill('');
    });
}

async function channels(ana) {
    await step('a channel of a chat tool is linked to the incident, and let go', async () => {
        await ana.button('Channels outside').click();
        const dialog = ana.page.getByRole('dialog');
        await dialog.getByText('No channel of a chat tool').waitFor();
        await dialog.getByLabel('Tool').selectOption('mattermost');
        await dialog.getByLabel('Channel id').fill('4xp9fdt77pncbef59f4k1qe83o');
        await dialog.getByLabel('Name').fill('#inc-1');
        await dialog.getByLabel('Incoming webhook of the channel').fill('chat.example.com/hooks/x');
        await dialog.getByRole('button', { name: 'Link', exact: true }).click();
        await dialog.getByText('an address begins with https://').waitFor();
        await dialog.getByLabel('Incoming webhook of the channel').fill('');
        await dialog.getByRole('button', { name: 'Link', exact: true }).click();
        await dialog.getByText('Mattermost inc-1').waitFor();
        await picture(ana, 'channels');
        await dialog.getByRole('button', { name: 'Unlink inc-1' }).click();
        await dialog.getByText('No channel of a chat tool').waitFor();
        await dialog.locator('footer').getByRole('button', { name: 'Close' }).click();
    });
}

async function longImport(url, token, api) {
    await step('a long import says how far it is to everybody in the room, one at a time, and nothing when it is done', async () => {
        const lines = Array.from({ length: 5000 }, (_, i) => `[02:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}] Bo Tanaka: long import ${i}`).join('\n');
        const put = () => fetch(`${url}/api/v1/incidents/INC-1/chat-import`, { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain' }, body: lines });
        const first = put(), info = () => api('GET', '/api/v1/incidents/INC-1/war-room');
        const seen = await until(async () => (await info()).import, 'it is under way');
        if (seen.state !== 'running' || seen.total !== 5000 || !(seen.done < 5000) || !seen.by?.name) throw new Error(`it says ${JSON.stringify(seen)}`);
        if ((await put()).status !== 409) throw new Error('a second one was begun beside it');
        const done = await (await first).json();
        if (done.added !== 5000 || (await info()).import) throw new Error(`it ended with ${JSON.stringify([done, await info()])}`);
        const again = await (await put()).json();
        if (again.known !== 5000 || again.added) throw new Error(`again: ${JSON.stringify(again)}`);
    });
}

async function byTap(p, api) {
    await step('on a phone a tap puts a proposal on the timeline', async () => {
        const m = await api('POST', '/api/v1/incidents/INC-1/messages', { body: 'decided to fail over by tap' });
        await p.page.setViewportSize({ width: 375, height: 740 });
        await p.go('/incidents/INC-1?tab=room&view=proposals');
        const one = p.page.locator('.rm-proposal', { hasText: 'fail over by tap' });
        await one.getByRole('button', { name: 'Accept', exact: true }).click();
        await p.sees('On the timeline');
        await until(async () => (await api('GET', `/api/v1/messages/${m.id}`)).event_id, 'it is an event');
        await until(() => p.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider');
        await p.page.setViewportSize({ width: 1440, height: 900 });
        await p.go('/incidents/INC-1?tab=room');
    });
}

async function phone(p, api, other) {
    await step('a long room on a phone: nothing is wider than the screen, the newest is in sight, older ones come with scrolling', async () => {
        for (let i = 0; i < 70; i++) await (i % 2 ? api : other)('POST', '/api/v1/incidents/INC-1/messages', { body: `line ${i} https://example.com/${'a'.repeat(60)}` });
        await p.page.setViewportSize({ width: 375, height: 740 });
        await p.go('/incidents/INC-1?tab=room');
        await row(p, 'line 69').waitFor();
        await until(() => row(p, 'line 69').evaluate((el) => { const r = el.getBoundingClientRect(); return r.top > 0 && r.bottom <= innerHeight; }), 'the newest is in sight');
        await until(() => p.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider');
        await picture(p, 'phone');
        await until(async () => {
            await p.page.locator('.rm-scroll').evaluate((el) => el.scrollTo({ top: 0 }));
            return row(p, 'Looking at the pool').isVisible();
        }, 'the first is there');
        await p.button(/Latest|new message/).click();
        await until(() => row(p, 'line 69').isVisible(), 'and the newest again');
        await p.page.setViewportSize({ width: 1440, height: 900 });
    });
    await step('a link to a message opens it', async () => {
        const first = (await api('GET', '/api/v1/incidents/INC-1/messages?sort=oldest&limit=1')).items[0];
        await p.go(`/incidents/INC-1?tab=room&message=${first.id}`);
        await p.page.locator(`#m-${first.id}.lit`).waitFor();
        await picture(p, 'link');
    });
}

async function frozen(ana, bo, admin) {
    await step('of a graph that is linked, the title and the picture are frozen', async () => {
        const grafana = createServer((req, res) => {
            if (req.url.startsWith('/render/')) return res.writeHead(200, { 'Content-Type': 'image/png' }).end(png(30, 20, [200, 80, 30]));
            res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<html><head><title>Checkout &amp; payments</title></head></html>');
        });
        await new Promise((r) => grafana.listen(0, '127.0.0.1', r));
        const at = `http://127.0.0.1:${grafana.address().port}`;
        try {
            await admin('PUT', '/api/v1/settings/files.fetch_allow', { value: '127.0.0.1' });
            await send(ana, `see ${at}/d/abc/checkout and ${at}/render/d-solo/abc`);
            await row(bo, 'see ').getByText('Checkout & payments').waitFor();
            await until(() => row(bo, 'see ').locator('img[src^="/files/"]').evaluate((el) => el.complete && el.naturalWidth > 0), 'the picture is here');
        } finally { grafana.close(); }
    });
}

async function importing(ana, bo) {
    await step('a pasted transcript is shown with who is who, and imported into the room that others have open', async () => {
        await ana.button('Import chat').click();
        const dialog = ana.page.getByRole('dialog');
        await dialog.getByLabel('Or paste what was said').fill('[01:03] Bo Tanaka: imported from the old channel\n[01:04] Zoe: and answered there');
        await dialog.getByText('2 messages', { exact: true }).waitFor();
        await dialog.locator('.rm-import-sample', { hasText: 'imported from the old channel' }).waitFor();
        await dialog.locator('li', { hasText: 'Zoe' }).waitFor();
        await picture(ana, 'import');
        await dialog.getByRole('button', { name: 'Import 2 messages' }).click();
        await row(ana, 'imported from the old channel').waitFor();
        await row(bo, 'and answered there').waitFor();
    });
}

async function walk(database) {
    const browser = await launch();
    const system = makeSystem(database);
    const tokens = addPeople(system);
    for (const [name, full] of people) system.cli(['user', 'add', '--email', `${name}@example.com`, '--name', full, '--role', 'responder', '--password-stdin'], password);
    const server = await serve(system);
    const api = ask(server.url, tokens.responder);
    try {
        await suite.walk(`warroom (${database})`, async () => {
            await api('POST', '/api/v1/incidents', { title: 'Card payments fail at checkout', severity: 'SEV-2' });
            const ana = await person(suite, browser, 'ana', server.url), bo = await person(suite, browser, 'bo', server.url);
            for (const p of [ana, bo]) p.tolerate(/422|412/);
            await signIn(ana, 'ana');
            await signIn(bo, 'bo');
            await talk(ana, bo);
            await picture(ana, 'room');
            await toTimeline(ana, bo);
            await frozen(ana, bo, ask(server.url, tokens.admin));
            await importing(ana, bo);
            await drafts(ana, bo);
            await channels(ana);
            await offline(ana, bo, api);
            await byTap(ana, api);
            await phone(ana, api, ask(server.url, tokens.manager));
            await longImport(server.url, tokens.responder, ask(server.url, tokens.viewer));
        });
    } finally {
        await browser.close();
        await server.stop();
        system.remove?.();
    }
}

for (const database of databases.slice(0, 1)) await walk(database);
suite.end();
