// Reviewing together in real browsers: comments, history, suggestions and what the others are told.
//     [tests/postgres.sh] node tests/browser/review.mjs          VERBOSE=1 names every step, PICTURES=1 keeps pictures
import { launch, person, Suite, until } from '../lib/browser.mjs';
import { makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('review');
const step = (what, run) => suite.step(what, run);
const picture = (p, name) => (process.env.PICTURES ? p.picture(`review-${name}`) : null);

const people = [['ana', 'Ana Lindqvist', 'manager'], ['bo', 'Bo Tanaka', 'responder'], ['vi', 'Vi Moreau', 'viewer']];

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGP4zwAE/wEHAAH/4iOeWQAAAABJRU5ErkJggg==';

async function api(url, token, method, path, body) {
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
}

async function signIn(p, name) {
    await p.go('/sign-in');
    await p.field('Email').fill(`${name}@example.com`);
    await p.field('Password').fill(password);
    await p.button('Sign in').click();
    await p.button('Search or run').waitFor();
}

const body = (p) => p.page.locator('.doc-body');
const opened = (p) => p.page.locator('.save-line[data-state=saved], .save-line[data-state=read_only]').waitFor();
const saved = (p) => p.page.locator('.save-line[data-state=saved]').waitFor();

/** Selects words of the text as somebody would, by the browser's own selection. */
const select = (p, words) => p.page.evaluate((text) => {
    const dom = document.querySelector('.doc-body');
    const walk = document.createTreeWalker(dom, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
        const at = n.data.indexOf(text);
        if (at < 0) continue;
        dom.focus();
        const r = document.createRange();
        r.setStart(n, at);
        r.setEnd(n, at + text.length);
        getSelection().removeAllRanges();
        getSelection().addRange(r);
        return true;
    }
    return false;
}, words);
const chosen = async (p, words) => { await until(() => select(p, words), `select ${words}`); await heard(p); };

async function comments(ana, bo, vi) {
    const thread = (p, words) => p.page.locator('.thread', { hasText: words });
    await step('somebody writes, and saves', async () => {
        await ana.go('/reports/PM-1/edit');
        await opened(ana);
        await body(ana).click();
        await ana.page.keyboard.press('Control+End');
        await ana.page.keyboard.type('The connection pool ran out of connections.');
        await saved(ana);
    });
    await step('words are commented from the keyboard, with a mention', async () => {
        await bo.go('/');
        await chosen(ana, 'connection pool');
        await ana.page.keyboard.press('Control+Alt+m');
        const field = ana.field('Say something, @ to mention');
        await field.pressSequentially('Which pool, @Bo');
        await ana.page.getByRole('option', { name: 'Bo Tanaka' }).waitFor();
        await ana.page.keyboard.press('Enter');
        await ana.page.keyboard.press('Control+Enter');
        await thread(ana, 'Which pool, @Bo Tanaka').waitFor();
        await ana.page.locator('.doc-body [data-comment]', { hasText: 'connection pool' }).waitFor();
    });
    await step('who is mentioned hears of it at once, and comes straight to the place', async () => {
        await bo.page.getByLabel('1 unread notification').first().waitFor();
        await bo.page.locator('.top-link').click();
        await bo.page.getByRole('link', { name: /Ana Lindqvist mentioned you/ }).click();
        await bo.page.waitForURL('**/reports/PM-1/edit?panel=comments&thread=*');
        await thread(bo, 'Which pool').waitFor();
        await until(async () => await bo.page.getByLabel('1 unread notification').count() === 0, 'it is read');
    });
    await step('the reply appears on the other screen', async () => {
        await opened(bo);
        await bo.field('Reply, @ to mention').fill('The one of payment-api');
        await bo.page.keyboard.press('Control+Enter');
        await thread(ana, 'The one of payment-api').waitFor();
        await picture(ana, 'comments');
    });
    await step('the place follows the text that is written around it', async () => {
        await body(ana).click();
        await ana.page.locator('.doc-body p', { hasText: 'ran out' }).click({ position: { x: 1, y: 10 } });
        await ana.page.keyboard.type('On Tuesday: ');
        await saved(ana);
        await bo.page.locator('.doc-body p', { hasText: 'On Tuesday:' }).waitFor();
        const marked = await bo.page.locator('.doc-body [data-comment]').allTextContents();
        if (marked.join('') !== 'connection pool') throw new Error(marked.join('|'));
    });
    await step('a reader who may not write comments, too', async () => {
        await vi.go('/reports/PM-1/edit');
        await opened(vi);
        await chosen(vi, 'ran out');
        await vi.button('Comment').first().click();
        await vi.field('Say something, @ to mention').fill('When?');
        await vi.page.keyboard.press('Control+Enter');
        await thread(vi, 'When?').waitFor();
        await thread(ana, 'When?').waitFor();
        await ana.page.locator('.doc-body [data-comment]', { hasText: 'ran out' }).waitFor();
    });
    await step('a comment is reacted to, for all to see, and the reaction taken back', async () => {
        await thread(ana, 'When?').click();
        await ana.choose(thread(ana, 'When?').getByRole('button', { name: 'React' }).first(), '👀');
        const face = thread(vi, 'When?').locator('.chip', { hasText: '👀 1' });
        await face.waitFor();
        if (await face.getAttribute('aria-pressed') !== 'false') throw new Error('it is not Vi who reacted');
        await thread(ana, 'When?').locator('.chip', { hasText: '👀 1' }).click();
        await face.waitFor({ state: 'detached' });
    });
    await step('a resolved thread leaves the list, and its words are plain again', async () => {
        await thread(ana, 'When?').click();
        await ana.button('Resolve', { exact: true }).click();
        await thread(ana, 'When?').waitFor({ state: 'detached' });
        await ana.button(/^Resolved 1/).waitFor();
        await vi.button(/^Resolved 1/).waitFor();
    });
    await step('a link to a resolved thread opens it among those that are resolved; reopened, it marks its words again', async () => {
        const id = await ana.page.evaluate(() => fetch('/api/v1/reports/PM-1/threads').then((r) => r.json()).then((t) => t.items.find((x) => x.state === 'resolved').id));
        await bo.go(`/reports/PM-1/edit?panel=comments&thread=${id}`);
        await bo.page.locator('.thread.on', { hasText: 'When?' }).waitFor();
        await bo.page.getByText('Resolved by Ana Lindqvist').waitFor();
        await bo.button('Reopen', { exact: true }).click();
        await bo.page.locator('.doc-body [data-comment]', { hasText: 'ran out' }).waitFor();
        await bo.button('Resolve', { exact: true }).click();
        await bo.button(/^Resolved 1/).waitFor();
    });
    await step('a click on commented words opens their thread', async () => {
        await bo.go('/reports/PM-1/edit');
        await opened(bo);
        await bo.page.locator('.doc-body [data-comment]', { hasText: 'connection pool' }).click();
        await bo.page.locator('.thread.on', { hasText: 'Which pool' }).waitFor();
    });
}

async function history(ana, bo) {
    await step('a version is named', async () => {
        await ana.go('/reports/PM-1/edit?panel=history');
        await opened(ana);
        await ana.button('Name the present version').click();
        await ana.field('Name', { exact: true }).fill('Before the review');
        await ana.button('Save', { exact: true }).click();
        await ana.page.locator('.vers li.named', { hasText: 'Before the review' }).waitFor();
    });
    await step('later edits are shown against it, word by word, with who wrote them', async () => {
        await bo.page.locator('.doc-body p', { hasText: 'ran out' }).click({ position: { x: 1, y: 10 } });
        await bo.page.keyboard.type('At noon, ');
        await saved(bo);
        const entry = ana.page.locator('.vers li.session').first();
        await until(async () => (await entry.textContent()).includes('Bo Tanaka') && await ana.page.locator('.vers li.session').count() > 2, 'the session of Bo');
        await entry.click();
        await ana.page.locator('.version ins', { hasText: 'At noon' }).waitFor();
        await ana.page.locator('.version-who', { hasText: 'Bo Tanaka' }).first().waitFor();
        await picture(ana, 'inline');
        await ana.button('Side by side').click();
        await ana.page.locator('.version-pair ins', { hasText: 'At noon' }).waitFor();
        await picture(ana, 'side');
    });
    await step('an older version is restored as an edit; what came later stays', async () => {
        await ana.page.locator('.vers li.named').click();
        await ana.button('Restore').click();
        await ana.page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
        await ana.page.locator('.vers li.restored').waitFor();
        await until(async () => !(await body(bo).textContent()).includes('At noon'), 'Bo sees it');
        if (await bo.page.locator('.doc-body [data-comment]', { hasText: 'connection pool' }).count() === 0) throw new Error('the comment lost its place');
        await ana.page.locator('.vers li.session', { hasText: 'Bo Tanaka' }).first().waitFor();
    });
}

async function versions(ana, bo, vi, incident) {
    const toast = (p, words) => p.page.locator('.toast', { hasText: words });
    await step('a restored version can be taken back at once', async () => {
        await ana.go('/reports/PM-1/edit?panel=history');
        await opened(ana);
        await ana.page.locator('.vers li.session', { hasText: 'Bo Tanaka' }).first().click();
        await ana.button('Restore', { exact: true }).click();
        await ana.page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
        await until(async () => (await body(bo).textContent()).includes('At noon'), 'Bo sees it');
        await toast(ana, 'Restored').getByRole('button', { name: 'Undo' }).click();
        await until(async () => !(await body(bo).textContent()).includes('At noon'), 'it is taken back');
    });
    await step('an older version is named, renamed, and its name taken back', async () => {
        await ana.page.locator('.vers li.session').last().click();
        await ana.button('Name this version').click();
        await ana.field('Name', { exact: true }).fill('As it began');
        await ana.page.keyboard.press('Enter');
        await ana.page.locator('.vers li.named', { hasText: 'As it began' }).waitFor();
        await ana.choose(ana.button('Name: As it began'), 'Rename');
        await ana.field('Name', { exact: true }).fill('The beginning');
        await ana.page.keyboard.press('Enter');
        await ana.page.locator('.vers li.named', { hasText: 'The beginning' }).waitFor();
        await ana.choose(ana.button('Name: The beginning'), 'Take the name back');
        await ana.page.locator('.vers li.named', { hasText: 'The beginning' }).waitFor({ state: 'detached' });
    });
    await step('tables, tasks, pictures and live blocks are compared as what they are, by a reader, too', async () => {
        const note = (text) => fetch(`${server.url}/api/v1/report-imports?name=a.md&incident=${incident.reference}`, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body: text }).then((r) => r.json());
        const { report } = await note(`# Compared\n\n## Load\n\n| Service | Before |\n| --- | --- |\n| payments | 4 |\n| ledger | 9 |\n\n- [ ] raise the limit\n\n![Load](data:image/png;base64,${PIXEL})\n\n[timeline](/incidents/${incident.id} "live:kind=timeline")\n`);
        await api(server.url, token, 'POST', `/reports/${report.id}/history`, { name: 'Imported' });
        await ana.go(`/reports/${report.reference}/edit`);
        await opened(ana);
        await ana.page.locator('.doc-body').getByRole('cell', { name: '9', exact: true }).locator('p').click();       /* behind the 9 */
        await ana.page.waitForFunction(() => getSelection().anchorNode?.textContent === '9');
        await ana.page.keyboard.type('1 now');
        await ana.page.locator('.doc-body input[type=checkbox]').click();
        await saved(ana);
        await vi.go(`/reports/${report.reference}/edit?panel=history&version=now`);
        await vi.page.locator('.version-row td', { hasText: 'ledger' }).waitFor();
        await vi.page.locator('.vb.change .version-row ins', { hasText: '91 now' }).waitFor();
        await vi.page.locator('.version-row th', { hasText: 'Service' }).waitFor();
        await vi.page.locator('.vb.change', { hasText: '☑' }).locator('.version-who', { hasText: 'Ticked' }).waitFor();
        await until(() => vi.page.locator('.version-picture img').evaluate((i) => i.complete && i.naturalWidth > 0), 'the picture is shown');
        await vi.page.locator('.version-thing', { hasText: 'Timeline' }).waitFor();
        await picture(vi, 'things');
        await vi.button('Side by side').click();
        await vi.page.locator('.version-pair del', { hasText: '9' }).waitFor();
        await vi.page.locator('.version-pair', { hasText: 'raise the limit' }).locator('.vb', { hasText: '☐' }).waitFor();
        await picture(vi, 'things-side');
    });
}

async function reviewing(ana, bo, incident) {
    const row = (p, name) => p.page.locator('.reviewer', { hasText: name });
    await step('review is asked for, and somebody else is asked while it goes on; who was asked already hears nothing new', async () => {
        await bo.go('/reports/PM-2/edit?panel=details');
        await opened(bo);
        await bo.button('Request review').click();
        await bo.pick(bo.field('Who should review it?'), 'Ana Lindqvist');
        await bo.page.getByRole('dialog').getByRole('button', { name: 'Request review' }).click();
        await row(bo, 'Ana Lindqvist').getByText('pending').waitFor();
        await bo.button('Add a reviewer').click();
        await bo.pick(bo.field('Add a reviewer').last(), 'Vi Moreau');
        await row(bo, 'Vi Moreau').getByText('pending').waitFor();
        const told = await ana.page.evaluate(() => fetch('/api/v1/notifications').then((r) => r.json()));
        const asked = told.items.filter((n) => n.kind === 'review_requested' && n.reference === 'PM-2');
        if (asked.length !== 1) throw new Error(JSON.stringify(told.items));
        await bo.choose(bo.button('More actions: Vi Moreau'), 'Remove Vi Moreau');
        await row(bo, 'Vi Moreau').waitFor({ state: 'detached' });
    });
    await step('an approval says that the text was edited after it, and what changed; it can be given again', async () => {
        await ana.go('/reports/PM-2/edit?panel=details');
        await opened(ana);
        await ana.button('Approve').click();
        await ana.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
        await row(bo, 'Ana Lindqvist').getByText('approved', { exact: true }).waitFor();
        await body(bo).click();
        await bo.page.keyboard.press('Control+End');
        await bo.page.keyboard.type('One more thing.');
        await saved(bo);
        await row(bo, 'Ana Lindqvist').getByText('The text was edited after this.').waitFor();
        await picture(bo, 'edited-since');
        await row(ana, 'Ana Lindqvist').getByRole('button', { name: 'What changed' }).click();
        await ana.page.locator('.version ins', { hasText: 'One more thing.' }).waitFor();
        await ana.go('/reports/PM-2/edit?panel=readiness');
        await ana.page.getByText('1 approval is of an earlier text').waitFor();
        await ana.button('Approve').click();
        await ana.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
        await ana.page.getByText('No approval is of an earlier text').waitFor();
    });
    await step('who wrote stands among the authors, and can be taken off', async () => {
        await bo.go('/reports/PM-2/edit?panel=details');
        await opened(bo);
        await bo.button('Take Ana Lindqvist off the authors').click();
        await bo.page.getByRole('dialog').getByRole('button', { name: 'Take off' }).click();
        await bo.button('Take Ana Lindqvist off the authors').waitFor({ state: 'detached' });
        await bo.button('Take Bo Tanaka off the authors').waitFor();
    });
    await step('guides help the writer, and are not printed', async () => {
        const { id } = await api(server.url, token, 'POST', '/reports', { incident_ids: [incident.id], template_id: 'standard-en' });
        await bo.go(`/reports/${id}/edit`);
        await opened(bo);
        await bo.page.locator('.doc-body .guide').first().waitFor();
        await bo.page.emulateMedia({ media: 'print' });
        await until(async () => await bo.page.locator('.doc-body .guide:visible').count() === 0 && await bo.page.locator('.doc-body h2:visible').count() > 3, 'guides are hidden');
        await bo.page.emulateMedia({ media: 'screen' });
        await bo.go('/reports/PM-2/edit?panel=details');
    });
    await step('an incident that needs no post-mortem says why, and it can be taken back', async () => {
        const { reference } = await api(server.url, token, 'POST', '/incidents', { title: 'A drill', severity: 'SEV-4', status: 'resolved', kind: 'drill' });
        await ana.go(`/incidents/${reference}`);
        await ana.choose(ana.button('More', { exact: true }).first(), 'No post-mortem');
        await ana.field('Reason').fill('A drill, nobody was affected');
        await ana.page.getByRole('dialog').locator('.btn.primary').click();
        await ana.page.locator('.no-report', { hasText: 'A drill, nobody was affected' }).waitFor();
        await ana.choose(ana.button('More', { exact: true }).first(), 'A post-mortem is required after all');
        await ana.page.locator('.no-report').waitFor({ state: 'detached' });
    });
    await step('a due date by policy says so; one that was set goes back to it', async () => {
        const value = bo.page.locator('.details-dl dd', { hasText: 'by policy' });
        await value.getByRole('button').click();
        await bo.page.locator('.value-pop input').first().fill('2031-01-02T12:00');
        await bo.page.locator('.value-pop').getByRole('button', { name: 'Save' }).click();
        await value.waitFor({ state: 'detached' });
        await bo.page.locator('.details-dl dd', { hasText: '2031' }).getByRole('button').click();
        await bo.button('Back to the date of the policy').click();
        await value.waitFor();
    });
}

/** The editor hears of a cursor that the browser moved a moment later, but before a person presses the next key. */
const heard = (p) => p.page.waitForFunction(() => {
    const { editor } = document.querySelector('.doc-body'), s = getSelection();
    return editor.view.posAtDOM(s.focusNode, s.focusOffset) === editor.state.selection.head && editor.view.posAtDOM(s.anchorNode, s.anchorOffset) === editor.state.selection.anchor;
});

async function suggesting(ana, bo) {
    const press = async (...keys) => { for (const k of keys) { await bo.page.keyboard.press(k); await heard(bo); } };
    const begin = async () => { await words(bo).click({ position: { x: 1, y: 10 } }); await heard(bo); };
    const words = (p) => p.page.locator('.doc-body :is(p, h3)', { hasText: 'Tuesday' });
    await step('what is typed and deleted while suggesting is marked, on the other screen, too', async () => {
        await bo.go('/reports/PM-1/edit?panel=comments');
        await opened(bo);
        await bo.button('Mode: Editing').click();
        await bo.page.locator('[role=menu] .it', { hasText: 'Suggesting' }).click();
        await bo.button('Mode: Suggesting').waitFor();
        await words(bo).click({ position: { x: 1, y: 10 } });
        await bo.page.keyboard.type('Last');
        await bo.page.locator('.doc-body ins', { hasText: 'Last' }).waitFor();
        await bo.page.keyboard.press('Delete');
        await bo.page.keyboard.press('Delete');
        await bo.page.locator('.doc-body del', { hasText: 'On' }).waitFor();
        await saved(bo);
        await ana.go('/reports/PM-1/edit?panel=comments');
        await opened(ana);
        await ana.page.locator('.doc-body ins', { hasText: 'Last' }).waitFor();
        await ana.page.locator('.doc-body del', { hasText: 'On' }).waitFor();
        await ana.page.locator('.suggestion', { hasText: 'Bo Tanaka' }).first().waitFor();
        await picture(ana, 'suggesting');
    });
    await step('blocks and looks are suggested, too: a new paragraph, one that goes, a heading, bold words', async () => {
        const keys = bo.page.keyboard;
        await begin();
        await press('End', 'Enter');
        await keys.type('A new thought');
        await bo.page.locator('.doc-body p.sg-insert', { hasText: 'A new thought' }).waitFor();
        await keys.press('Control+Alt+2');            /* the own paragraph becomes a heading at once */
        await bo.page.locator('.doc-body h2.sg-insert', { hasText: 'A new thought' }).waitFor();
        await begin();
        await keys.press('Control+Alt+3');
        await bo.page.locator('.doc-body p.sg-change.as-h3', { hasText: 'Tuesday' }).waitFor();
        await press('Home', 'Shift+End');
        await bo.page.evaluate(() => document.querySelector('.doc-body').editor.state['y-undo$'].undoManager.stopCapturing());            /* as after half a second's pause */
        await press('Control+b');
        await bo.page.locator('.doc-body .sg-look.bold').first().waitFor();
        await saved(bo);
        await ana.page.locator('.doc-body h2.sg-insert', { hasText: 'A new thought' }).waitFor();
        for (const what of ['New: heading', 'paragraph becomes heading 3', 'Format: bold']) await ana.page.locator('.suggestion-note', { hasText: what }).first().waitFor();
        await picture(ana, 'suggesting-blocks');
    });
    await step('undo takes back the last suggestion alone', async () => {
        await bo.page.keyboard.press('Control+z');
        await bo.page.locator('.doc-body .sg-look').first().waitFor({ state: 'detached' });
        await bo.page.locator('.doc-body h2.sg-insert').waitFor();
        await saved(bo);
    });
    await step('an export shows the text as if nothing were suggested', async () => {
        const text = await until(() => ana.page.evaluate(() => fetch('/api/v1/reports/PM-1/content?format=text').then((r) => r.text())));
        if (!text.includes('On Tuesday') || text.includes('Last') || text.includes('A new thought')) throw new Error(text);
        const markdown = await ana.page.evaluate(() => fetch('/api/v1/reports/PM-1/content?format=markdown').then((r) => r.text()));
        if (/### .*Tuesday/.test(markdown)) throw new Error(markdown);
    });
    await step('accepting makes it the text, for both; one can be rejected alone', async () => {
        await ana.page.locator('.suggestion', { hasText: 'A new thought' }).getByRole('button', { name: 'Reject' }).click();
        await bo.page.locator('.doc-body h2', { hasText: 'A new thought' }).waitFor({ state: 'detached' });
        await ana.button('Accept all').click();
        await bo.page.locator('.doc-body h3', { hasText: 'Last Tuesday' }).waitFor();
        await until(async () => (await words(bo).textContent()).startsWith('Last Tuesday'), 'Bo sees it');
        if (await bo.page.locator('.doc-body :is(ins, del, .sg-change, .sg-insert, .sg-look)').count()) throw new Error('something is still suggested');
        await words(bo).click({ position: { x: 1, y: 10 } });
        await bo.page.keyboard.type('Perhaps');
        await saved(bo);
        await ana.page.locator('.suggestion ins', { hasText: 'Perhaps' }).waitFor();
        await ana.page.locator('.suggestion').getByRole('button', { name: 'Reject' }).click();
        await until(async () => (await words(bo).textContent()).startsWith('Last Tuesday'), 'it is gone');
    });
}

const system = makeSystem(process.env.TEST_POSTGRES && process.env.REVIEW_ON === 'postgres' ? 'postgres' : 'sqlite');
for (const [name, full, role] of people) system.cli(['user', 'add', '--email', `${name}@example.com`, '--name', full, '--role', role, '--password-stdin'], password);
const token = system.cli(['token', 'create', '--user', 'bo@example.com', '--scope', 'write']);
const server = await serve(system);
const browser = await launch();
await suite.walk('review', async () => {
    const incident = await api(server.url, token, 'POST', '/incidents', { title: 'Card payments fail', severity: 'SEV-2', status: 'resolved' });
    await api(server.url, token, 'POST', '/reports', { incident_ids: [incident.id], template_id: 'brief-en' });
    const [ana, bo, vi] = await Promise.all(people.map(([name]) => person(suite, browser, name, server.url)));
    suite.people = [ana, bo, vi];
    await signIn(ana, 'ana');
    await signIn(bo, 'bo');
    await signIn(vi, 'vi');
    await comments(ana, bo, vi);
    await history(ana, bo);
    await versions(ana, bo, vi, incident);
    await suggesting(ana, bo);
    await reviewing(ana, bo, incident);
});
suite.check('the server stops cleanly', await server.stop() === 0, server.log());
system.remove();
await browser.close();
suite.end();
