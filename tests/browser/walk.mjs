// The main job, walked by two people in real browsers on every database: from the first run and a firing alert to a published and archived post-mortem.
//     [tests/postgres.sh] node tests/browser/walk.mjs [sqlite|postgres]          VERBOSE=1 names every step
import { inflateRawSync } from 'node:zlib';
import { ask, launch, person, Suite, until } from '../lib/browser.mjs';
import { png } from '../lib/png.mjs';
import { databases, makeSystem, password, serve } from '../lib/server.mjs';

const suite = new Suite('walk');
const step = (what, run) => suite.step(`${at}: ${what}`, run);
let at = '';

/** What Alertmanager posts (webhook version 4): a group with common and own labels. */
function webhook(name, labels, alerts) {
    const own = (a) => ({
        status: a.status, labels: { alertname: name, ...labels, instance: a.instance }, annotations: { summary: a.summary, runbook_url: 'https://runbooks.example.com/checkout' },
        startsAt: a.startsAt, endsAt: a.endsAt ?? '0001-01-01T00:00:00Z', generatorURL: `http://prometheus.example.com:9090/graph?g0.expr=${name}`, fingerprint: a.fingerprint,
    });
    return {
        receiver: 'hindsight', status: alerts.some((a) => a.status === 'firing') ? 'firing' : 'resolved', alerts: alerts.map(own), groupLabels: { alertname: name }, commonLabels: { alertname: name, ...labels },
        commonAnnotations: {}, externalURL: 'http://alertmanager.example.com:9093', version: '4', groupKey: `{}/{team="shop"}:{alertname="${name}"}`, truncatedAlerts: 0,
    };
}

/** Name → bytes of the files in a zip archive, read from its local headers (PKWARE APPNOTE 4.3.7). */
function unzipped(zip) {
    const files = {};
    for (let at = 0; zip.readUInt32LE(at) === 0x04034b50;) {
        const packed = zip.readUInt32LE(at + 18), names = zip.readUInt16LE(at + 26), from = at + 30 + names + zip.readUInt16LE(at + 28);
        const data = zip.subarray(from, from + packed);
        files[zip.subarray(at + 30, at + 30 + names).toString()] = zip.readUInt16LE(at + 8) === 8 ? inflateRawSync(data) : data;
        at = from + packed;
    }
    return files;
}

async function post(url, body) {
    const answer = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
}

const minutesAgo = (n) => new Date(Math.floor(Date.now() / 1000 - n * 60) * 1000).toISOString();
const dateIn = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
/** For an <input type=datetime-local step=1>, in UTC as the browsers here. */
// At a whole minute the browser drops the seconds of what is typed, and Playwright then takes it for malformed.
const local = (iso) => iso.slice(0, 19).replace(/:00$/, '');

/* ---- 1: first run, the first source, the second person ---------------------------------------------------------- */

async function firstRun(ana) {
    await step('a fresh server leads to the first run', async () => { await ana.go('/'); await ana.page.waitForURL('**/setup'); });
    await step('the first person is made, starting clean', async () => {
        await ana.field('Workspace').fill('Orchard Shop');
        await ana.field('Your name').fill('Ana Lindqvist');
        await ana.field('Email').fill('ana@example.com');
        await ana.field('Password').fill(password);
        await ana.page.getByText('Start clean').click();
        await ana.button('Create workspace').click();
        await ana.sees('Connect your first alert source');
    });
    const url = await step('the first alert source has an address', async () => {
        await ana.button('Make the address').click();
        const code = ana.page.locator('code[aria-label="Address for Alertmanager"]');
        return (await code.textContent()).trim();
    });
    await step('an alert that fires arrives while one looks', async () => {
        await post(url, webhook('DiskFillsUp', { severity: 'warning', service: 'warehouse' }, [{ status: 'firing', instance: 'db-1', summary: 'Disk of db-1 is full in 4 hours', startsAt: minutesAgo(3), fingerprint: 'd15c000000000001' }]));
        await ana.sees('The first alert has arrived.');
    });
    await step('and then there is Hindsight', async () => { await ana.button('Go to Hindsight').click(); await ana.page.getByRole('navigation', { name: 'Main' }).first().waitFor(); });
    return url;
}

async function secondPerson(ana, bo) {
    await step('a second person is added in Settings', async () => {
        await ana.go('/settings/people');
        await ana.button('Add person').first().click();
        const dialog = ana.page.getByRole('dialog');
        await dialog.getByLabel('Name').fill('Bo Tanaka');
        await dialog.getByLabel('Email').fill('bo@example.com');
        await dialog.getByLabel('Role').selectOption('responder');
        await dialog.getByLabel('Password').fill(password);
        await dialog.getByRole('button', { name: 'Save' }).click();
        await ana.page.getByRole('row', { name: /Bo Tanaka/ }).waitFor();
    });
    await step('a wrong password is refused in plain words', async () => {
        bo.tolerate(/status of 401/);
        await bo.go('/incidents');
        await bo.page.waitForURL('**/sign-in?next=*');
        await bo.field('Email').fill('bo@example.com');
        await bo.field('Password').fill('not the password');
        await bo.button('Sign in').click();
        await bo.sees('Email or password is wrong.');
    });
    await step('they sign in in a browser of their own and land where they wanted', async () => {
        await bo.field('Password').fill(password);
        await bo.button('Sign in').click();
        await bo.page.waitForURL('**/incidents');
        await bo.sees('No incidents yet');
    });
}

/* ---- 2: alerts, live; a rule declares ---------------------------------------------------------------------------- */

async function alerts(ana, bo, url) {
    await step('an alert appears on an open page without a reload', async () => {
        await bo.go('/alerts');
        await bo.sees('Disk of db-1 is full in 4 hours');
        await post(url, webhook('QueueGrows', { severity: 'warning', service: 'mail' }, [{ status: 'firing', instance: 'mq-1', summary: 'Mail queue above 10,000', startsAt: minutesAgo(1), fingerprint: 'f00d000000000001' }]));
        await bo.sees('Mail queue above 10,000');
    });
    await step('a repeat changes nothing', async () => {
        const count = await bo.page.locator('tbody tr').count();
        await post(url, webhook('DiskFillsUp', { severity: 'warning', service: 'warehouse' }, [{ status: 'resolved', instance: 'db-1', summary: 'Disk of db-1 is full in 4 hours', startsAt: minutesAgo(3), endsAt: minutesAgo(0), fingerprint: 'd15c000000000001' }]));
        await bo.page.locator('tr', { hasText: 'Disk of db-1' }).getByText('Resolved').waitFor();
        if (await bo.page.locator('tbody tr').count() !== count) throw new Error('another row');
    });
    await step('a routing rule is made in Settings', async () => {
        await ana.go('/settings/routing');
        await ana.button('Add rule').click();
        const dialog = ana.page.getByRole('dialog');
        await dialog.getByLabel('Name').fill('Checkout pages people');
        await dialog.getByLabel('Label').first().fill('service');
        await dialog.getByLabel('Value').first().fill('checkout');
        await dialog.getByLabel('Severity').selectOption('SEV-2');
        await dialog.getByRole('button', { name: 'Save' }).click();
        await dialog.waitFor({ state: 'detached' });
        await ana.sees('Checkout pages people');
    });
    await step('an alert it fits declares an incident, live in the list', async () => {
        await bo.go('/incidents');
        await bo.sees('No incidents yet');
        await post(url, webhook('CheckoutErrors', { severity: 'critical', service: 'checkout' }, [
            { status: 'firing', instance: 'web-1', summary: 'Checkout answers 500 for 12% of requests', startsAt: minutesAgo(6), fingerprint: 'c4ec000000000001' },
            { status: 'firing', instance: 'web-2', summary: 'Checkout answers 500 for 9% of requests', startsAt: minutesAgo(5), fingerprint: 'c4ec000000000002' }]));
        await bo.page.getByRole('link', { name: /Checkout answers 500|CheckoutErrors/ }).first().waitFor();
    });
    await step('both alerts are of one incident', async () => {
        await bo.page.getByRole('link', { name: /Checkout answers 500|CheckoutErrors/ }).first().click();
        await bo.page.waitForURL('**/incidents/INC-1');
        await bo.page.getByRole('link', { name: /^Alerts\s*2/ }).waitFor();
    });
}

/* ---- 3: the incident, live on both screens ----------------------------------------------------------------------- */

async function incident(ana, bo) {
    const pill = (p, name) => p.page.locator('.inc-meta').getByRole('button', { name });
    await step('both are on the incident', async () => { await ana.go('/incidents/INC-1'); await pill(ana, 'Severity: SEV-2').waitFor(); await bo.go('/incidents/INC-1'); await pill(bo, 'Severity: SEV-2').waitFor(); });
    await step('severity changes on the other screen', async () => { await ana.choose(pill(ana, 'Severity: SEV-2'), 'SEV-1'); await pill(bo, 'Severity: SEV-1').waitFor(); });
    await step('status changes on the other screen', async () => { await bo.choose(pill(bo, 'Status: Triage'), 'Investigating'); await pill(ana, 'Status: Investigating').waitFor(); });
    await step('a role is given, and seen', async () => {
        await ana.choose(ana.page.locator('.topbar').getByRole('button', { name: 'More' }), 'Edit people');
        const dialog = ana.page.getByRole('dialog');
        await dialog.getByLabel('Role').selectOption('incident_commander');
        await ana.pick(dialog.getByLabel('Who'), 'Bo Tanaka');
        await dialog.getByRole('button', { name: 'Give role' }).click();
        await dialog.locator('li', { hasText: 'Bo Tanaka' }).waitFor();
        await dialog.getByRole('button', { name: 'Close' }).click();
        await bo.page.locator('.inc-meta').getByText('commander').waitFor();
    });
    await step('an impact is added, and seen', async () => {
        await ana.page.locator('.overview').getByRole('button', { name: 'Add impact' }).click();
        const dialog = ana.page.getByRole('dialog');
        await dialog.getByLabel('What was hurt').fill('Shoppers cannot pay by card');
        await dialog.getByLabel('Started').fill(local(minutesAgo(20)));
        await dialog.getByLabel('Customers affected').fill('1240');
        await dialog.getByRole('button', { name: 'Save' }).last().click();
        await dialog.waitFor({ state: 'detached' });
        await bo.page.locator('.overview').getByText('Shoppers cannot pay by card').waitFor();
        await bo.page.locator('.overview').getByText('1,240 customers').waitFor();
    });
    await step('a decision stands on the timeline of both', async () => {
        await bo.page.getByRole('link', { name: /^Timeline/ }).click();
        await ana.page.getByRole('link', { name: /^Timeline/ }).click();
        await ana.button('Add event').click();
        const dialog = ana.page.getByRole('dialog');
        await dialog.getByText('Decision', { exact: true }).click();
        await dialog.getByLabel('What was decided').fill('Roll back checkout to 412');
        await dialog.getByLabel('Known').first().fill('Errors began with 413');
        await dialog.getByRole('button', { name: 'Add event' }).click();
        await dialog.waitFor({ state: 'detached' });
        await bo.page.locator('.event', { hasText: 'Roll back checkout to 412' }).waitFor();
    });
    await step('hostile text is text', async () => {
        await bo.button('Add event').click();
        const dialog = bo.page.getByRole('dialog');
        await dialog.getByLabel('What happened').fill('<img src=x onerror=alert(1)> **bold** & "quotes"');
        await dialog.getByRole('button', { name: 'Add event' }).click();
        await ana.page.locator('.event', { hasText: '<img src=x onerror=alert(1)>' }).waitFor();
    });
    await step('a star is seen by the other', async () => {
        const row = (p) => p.page.locator('.event', { hasText: 'Roll back checkout to 412' });
        await row(bo).hover();
        await row(bo).getByRole('button', { name: 'Star' }).click();
        await row(ana).getByRole('button', { name: 'Unstar' }).waitFor();
    });
    await step('a corrected time recomputes the figures, on both screens', async () => {
        const figure = (p) => p.page.locator('.metrics div', { hasText: 'Time to detect' }).locator('dd');
        const before = await figure(bo).textContent();
        await ana.button('Edit times').click();
        const dialog = ana.page.getByRole('dialog');
        await dialog.getByLabel('Detected').fill(local(minutesAgo(1)));
        await dialog.getByRole('button', { name: 'Save' }).last().click();
        await dialog.waitFor({ state: 'detached' });
        await until(async () => (await figure(bo).textContent()) !== before && /\d/.test(await figure(bo).textContent()), 'another time to detect');
        if (await figure(ana).textContent() !== await figure(bo).textContent()) throw new Error('the two screens differ');
    });
    await ana.picture(`walk-${at}-incident`);
}

/* ---- 4: resolved; the post-mortem is begun ------------------------------------------------------------------------ */

async function begin(ana, bo, url) {
    await step('the source says it is over', async () => {
        await post(url, webhook('CheckoutErrors', { severity: 'critical', service: 'checkout' }, [
            { status: 'resolved', instance: 'web-1', summary: 'Checkout answers 500 for 12% of requests', startsAt: minutesAgo(6), endsAt: minutesAgo(0), fingerprint: 'c4ec000000000001' },
            { status: 'resolved', instance: 'web-2', summary: 'Checkout answers 500 for 9% of requests', startsAt: minutesAgo(5), endsAt: minutesAgo(0), fingerprint: 'c4ec000000000002' }]));
    });
    await step('it is resolved', async () => {
        await bo.choose(bo.page.locator('.inc-meta').getByRole('button', { name: 'Status: Investigating' }), 'Resolved');
        await ana.page.locator('.inc-meta').getByRole('button', { name: 'Status: Resolved' }).waitFor();
    });
    await step('Write post-mortem shows the template filled in', async () => {
        await ana.button('Write post-mortem').click();
        const preview = ana.page.getByRole('region', { name: /Preview, filled in from INC-1/ });
        await preview.getByText('Shoppers cannot pay by card').first().waitFor();
        const radios = ana.page.getByRole('radio');
        if (await radios.count() < 4) throw new Error(`only ${await radios.count()} templates`);
        await ana.page.locator('.choice', { hasText: 'Brief' }).first().click();
        await preview.locator('h1').waitFor();
        await ana.page.locator('.choice', { hasText: 'Standard' }).first().click();
        await preview.getByText('Roll back checkout to 412').first().waitFor();
    });
    return step('one click creates it, filled in', async () => {
        await ana.button('Create post-mortem').click();
        await ana.page.waitForURL('**/reports/PM-1/edit');
        await ana.page.locator('.doc-body').getByText('Shoppers cannot pay by card').first().waitFor();
        await saved(ana);
    });
}

/* ---- 5: written together ------------------------------------------------------------------------------------------- */

const body = (p) => p.page.locator('.doc-body');
const saved = (p) => p.page.locator('.save-line[data-state=saved]').waitFor();

/** Puts the cursor into a new paragraph at the end of the document. */
async function atEnd(p) {
    await body(p).evaluate((el) => el.focus());
    await p.page.keyboard.press('Control+End');
    await p.page.keyboard.press('Enter');
}

const letters = (name, n) => Array.from({ length: n }, (_, i) => `${name}${i}`).join(' ');

async function together(ana, bo, api) {
    const markdown = () => api('GET', '/api/v1/reports/PM-1/content?format=markdown');
    const everywhere = (text) => until(async () => (await body(ana).textContent()).includes(text) && (await body(bo).textContent()).includes(text) && (await markdown()).includes(text), `“${text}” on both screens and at the server`);
    await step('the other opens it too, and each sees who is there', async () => {
        await bo.go('/reports/PM-1/edit');
        await saved(bo);
        await ana.page.locator('.stack[aria-label*="Bo Tanaka"]').waitFor();
        await bo.page.locator('.stack[aria-label*="Ana Lindqvist"]').waitFor();
    });
    await step('each sees the other’s cursor', async () => {
        await atEnd(ana);
        await ana.page.keyboard.type('From Ana: ');
        await body(bo).getByText('From Ana:').waitFor();
        await atEnd(bo);
        await bo.page.keyboard.type('From Bo: ');
        await body(ana).getByText('From Bo:').waitFor();
        await ana.page.locator('.cursor', { hasText: 'Bo' }).waitFor({ state: 'attached' });
        await bo.page.locator('.cursor', { hasText: 'Ana' }).waitFor({ state: 'attached' });
    });
    await step('two who write at once lose nothing', async () => {
        const a = letters('amber', 40), b = letters('birch', 40);
        await Promise.all([ana.page.keyboard.type(a), bo.page.keyboard.type(b)]);
        await everywhere(`From Ana: ${a}`);
        await everywhere(`From Bo: ${b}`);
        await saved(ana);
        await saved(bo);
    });
    await ana.picture(`walk-${at}-together`);
    return everywhere;
}

async function record(ana, bo, api) {
    const figure = (p) => p.page.locator('.figures > div', { hasText: 'Customers' });
    for (const p of [ana, bo]) p.tolerate(/status of 412/);       /* both change the record at once: the later one is sent again on top */
    await step('a key figure is overridden, and says what it was', async () => {
        await ana.button('Change Customers: 1,240').click();
        const box = ana.page.getByRole('dialog', { name: 'Change Customers' }).or(ana.page.locator('.fig-edit'));
        await box.getByRole('textbox').fill('1312');
        await box.getByRole('button', { name: 'Save' }).click();
        await figure(bo).getByText('1,312').waitFor();
        await figure(bo).getByText('was 1,240').waitFor();
    });
    await step('and the override is undone', async () => {
        await figure(bo).getByRole('button', { name: /^Undo/ }).click();
        await figure(ana).getByText('1,240').waitFor();
    });
    await step('a new title is on the other screen and in the list', async () => {
        const title = ana.page.getByRole('textbox', { name: 'Title' });
        await title.fill('Checkout refused cards after 413');
        await title.press('Enter');
        await until(async () => await bo.page.getByRole('textbox', { name: 'Title' }).inputValue() === 'Checkout refused cards after 413', 'the new title');
        if ((await api('GET', '/api/v1/reports/PM-1')).title !== 'Checkout refused cards after 413') throw new Error('not saved');
    });
    await step('evidence is put into the text as a citation', async () => {
        await atEnd(ana);
        await ana.page.getByRole('textbox', { name: /Search \d+ events/ }).fill('Roll back checkout');
        await ana.page.locator('.ev-row', { hasText: 'Roll back checkout to 412' }).dblclick();
        await body(bo).locator('.ev', { hasText: 'Roll back checkout to 412' }).waitFor();
        await ana.page.locator('.ev-row', { hasText: 'Cited' }).waitFor();
    });
    await step('somebody is mentioned', async () => {
        await atEnd(bo);
        await bo.page.keyboard.type('Thanks @Ana');
        await bo.page.locator('.suggest .it, .suggest [role=option]', { hasText: 'Ana Lindqvist' }).first().waitFor();
        await bo.page.keyboard.press('Enter');
        await body(ana).locator('.mention', { hasText: 'Ana Lindqvist' }).waitFor();
    });
    await step('both stand in the server’s Markdown', () => until(async () => {
        const text = await api('GET', '/api/v1/reports/PM-1/content?format=markdown');
        return /Thanks .*Ana Lindqvist/.test(text) && text.includes('Roll back checkout to 412');
    }, 'citation and mention'));
}

async function shared(ana, browser, base) {
    const link = await step('a read-only link is made', async () => {
        await ana.button('Share', { exact: true }).click();
        await ana.button('Make a read-only link').first().click();
        const code = ana.page.locator('.share-pop code[aria-label="Share link"]');
        await code.waitFor();
        const text = (await code.textContent()).trim();
        await ana.page.keyboard.press('Escape');
        return text;
    });
    await step('a third person reads it without an account', async () => {
        const eve = await person(suite, browser, 'eve', base);
        await eve.go(link);
        await eve.page.getByText('amber39').waitFor();
        if (await eve.page.locator('[contenteditable=true]').count()) throw new Error('it can be edited');
        if ((await eve.page.textContent('body')).includes('onerror') && await eve.page.locator('img[src=x]').count()) throw new Error('hostile text became an element');
    });
}

async function offline(ana, bo, everywhere) {
    await step('who goes offline is told that it is kept on the device', async () => {
        bo.tolerate(/ERR_INTERNET_DISCONNECTED|WebSocket connection to/);
        await atEnd(bo);
        await bo.context.setOffline(true);
        await bo.page.keyboard.type('written on a train');
        await bo.page.locator('.save-line[data-state=offline]').waitFor();
        await bo.page.locator('.save-line', { hasText: 'kept on this device' }).waitFor();
    });
    await step('and writes on, as does the other', async () => {
        await bo.page.keyboard.type(`, ${letters('tunnel', 20)}`);
        await atEnd(ana);
        await ana.page.keyboard.type(letters('office', 20));
        await saved(ana);
        if ((await body(ana).textContent()).includes('tunnel0')) throw new Error('the network was not gone');
    });
    await step('a page that is reloaded when the network is back still has what was written', async () => {
        await bo.context.setOffline(false);
        await bo.page.reload();
        await body(bo).getByText('written on a train').waitFor();
    });
    await step('nothing of it is lost on either screen or at the server', async () => {
        await everywhere(`written on a train, ${letters('tunnel', 20)}`);
        await everywhere(letters('office', 20));
        await saved(bo);
    });
}

/** Gives files to the editor as the browser does on paste or drop. */
const giveFile = (p, kind, name, bytes) => body(p).evaluate((el, [how, fileName, data]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(data)], fileName, { type: 'image/png' }));
    el.querySelector('p').scrollIntoView({ block: 'center' });
    const box = el.querySelector('p').getBoundingClientRect();
    const common = { bubbles: true, cancelable: true };
    el.focus();
    el.dispatchEvent(how === 'paste' ? new ClipboardEvent('paste', { ...common, clipboardData: transfer }) : new DragEvent('drop', { ...common, dataTransfer: transfer, clientX: box.left + 4, clientY: box.top + 4 }));
}, [kind, name, [...bytes]]);

async function images(ana, bo, api) {
    const shown = (p, n) => until(() => body(p).locator('figure.image img').evaluateAll((all, want) => {
        for (const i of all) if (!i.complete) i.scrollIntoView();         /* pictures are fetched as they come into view */
        return all.length === want && all.every((i) => i.complete && i.naturalWidth === 64);
    }, n), `${n} pictures drawn for ${p.name}`);
    await step('a pasted picture appears for the other', async () => { await giveFile(ana, 'paste', 'graph.png', png(64, 40, [200, 60, 40])); await shown(ana, 1); await shown(bo, 1); });
    await step('a dragged picture appears for the other', async () => { await giveFile(bo, 'drop', 'trace.png', png(64, 40, [30, 90, 200])); await shown(bo, 2); await shown(ana, 2); });
    await step('both are in the server’s Markdown', () => until(async () => ((await api('GET', '/api/v1/reports/PM-1/content?format=markdown')).match(/!\[/g) ?? []).length === 2, 'two pictures'));
}

async function signedOut(bo, base, everywhere) {
    await atEnd(bo);
    await bo.page.keyboard.type('Before: ');
    await saved(bo);
    await step('when the session ends while typing, the text is kept', async () => {
        bo.tolerate(/status of 401/);
        const cookie = (await bo.context.cookies()).find((c) => c.name === 'hindsight_session').value;
        const headers = { Cookie: `hindsight_session=${cookie}` };
        const { csrf } = await (await fetch(`${base}/api/v1/session`, { headers })).json();
        const gone = fetch(`${base}/api/v1/session`, { method: 'DELETE', headers: { ...headers, 'X-CSRF-Token': csrf } });
        await bo.page.keyboard.type(letters('kept', 15));
        if (!(await gone).ok) throw new Error(`${(await gone).status}`);
        await bo.page.getByRole('dialog').getByLabel('Password').waitFor();
        await body(bo).getByText(`Before: ${letters('kept', 15)}`).waitFor();
    });
    await step('who signs in again goes on where they were, and it merges', async () => {
        const dialog = bo.page.getByRole('dialog');
        await dialog.getByLabel('Password').fill(password);
        await dialog.getByRole('button', { name: 'Sign in' }).click();
        await dialog.waitFor({ state: 'detached' });
        await saved(bo);
        await everywhere(`Before: ${letters('kept', 15)}`);
    });
}

/* ---- 6: follow-ups -------------------------------------------------------------------------------------------------- */

async function followUps(ana, bo) {
    await step('a follow-up is added from the post-mortem', async () => {
        await ana.go('/reports/PM-1/edit?panel=details');
        await ana.button('Add a follow-up').click();
        const dialog = ana.page.getByRole('dialog');
        await dialog.getByLabel('What must change').fill('Refuse a rollout that raises errors');
        await dialog.getByRole('button', { name: 'Clear' }).first().click();
        await ana.pick(dialog.getByRole('combobox', { name: /Owner/ }), 'Bo Tanaka');
        await dialog.getByLabel('Due', { exact: false }).first().fill(dateIn(-2));
        await dialog.getByLabel('What would show that it worked?').fill('A bad build is stopped in staging');
        await dialog.getByLabel('Look at it by').fill(dateIn(30));
        await dialog.getByRole('button', { name: 'Add follow-up' }).last().click();
        await dialog.waitFor({ state: 'detached' });
        await ana.page.getByRole('link', { name: /Refuse a rollout/ }).first().waitFor();
    });
    await step('its owner has it in the list, overdue', async () => {
        await bo.go('/follow-ups?tab=mine');
        const row = bo.page.locator('tr[data-row]', { hasText: 'Refuse a rollout that raises errors' });
        await row.getByText(/2 d late/).waitFor();
        await bo.sees('1 overdue');
    });
    await step('and on the incident', async () => {
        await bo.go('/incidents/INC-1?tab=follow-ups');
        await bo.sees('Refuse a rollout that raises errors');
    });
    await step('it is done, and found to have worked', async () => {
        await bo.go('/follow-ups/FU-1');
        await bo.choose(bo.button('State: Open'), 'Done');
        await bo.button(/Verify|Say whether it worked/).first().click();
        const item = bo.page.locator('[role=menu] .it', { hasText: 'It worked' });
        if (await item.count()) await item.click();
        const dialog = bo.page.getByRole('dialog');
        await dialog.getByLabel('What was seen?').fill('The drill was refused');
        await dialog.getByRole('button', { name: 'Save' }).click();
        await bo.button('State: Verified').waitFor();
    });
}

/* ---- 7: review, publish, read, export, find, archive ----------------------------------------------------------------- */

async function publish(ana, bo) {
    await step('review is asked for', async () => {
        await ana.go('/reports/PM-1/edit');
        await saved(ana);
        await ana.button('Request review').click();
        const dialog = ana.page.getByRole('dialog');
        await ana.pick(dialog.getByRole('combobox'), 'Bo Tanaka');
        await dialog.getByRole('button', { name: 'Request review' }).click();
        await ana.button('State: In review').first().waitFor();
    });
    await step('the reviewer finds it on the home screen', async () => {
        await bo.go('/');
        await bo.page.locator('a[href*="/reports/PM-1"]').first().click();
        await bo.button('Approve').first().waitFor();
    });
    await step('and approves', async () => {
        await bo.button('Approve').first().click();
        await bo.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
        await bo.page.getByRole('dialog').waitFor({ state: 'detached' });
    });
    await step('it is published', async () => {
        await ana.button('Publish').first().click();
        await ana.page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
        await ana.button('State: Published').first().waitFor();
        await bo.button('State: Published').or(bo.page.locator('.pill', { hasText: 'Published' })).first().waitFor();
    });
}

async function read(ana, browser, base) {
    await step('the published page reads without scripts', async () => {
        const reader = await person(suite, browser, 'reader', base, { javaScriptEnabled: false, storageState: await ana.context.storageState() });
        await reader.go('/reports/PM-1');
        await reader.sees('From Ana: amber0');
        await reader.sees('Refuse a rollout that raises errors');
        if (await reader.page.locator('article img, main img').count() < 2) throw new Error('the pictures are missing');
        await reader.page.screenshot({ path: `build/browser/walk-${at}-published.png`, fullPage: true });
    });
    const download = async (entry) => {
        const [file] = await Promise.all([ana.page.waitForEvent('download'), ana.choose(ana.button('More actions'), entry)]);
        const chunks = [];
        for await (const c of await file.createReadStream()) chunks.push(c);
        return { name: file.suggestedFilename(), bytes: Buffer.concat(chunks), text: Buffer.concat(chunks).toString() };
    };
    await step('it is taken away as Markdown', async () => {
        const { name, bytes } = await download('Markdown');
        const files = unzipped(bytes), text = `${files['PM-1.md']}`.replace(/^---\n[^]*?\n---\n+/, '');
        if (!name.endsWith('.zip') || Object.keys(files).length < 3 || !text.startsWith('# ') || !text.includes('From Bo: birch0') || !/^#+ Summary$/m.test(text)) throw new Error(`${name}: ${text.slice(0, 300)}`);
    });
    await step('and as HTML, with hostile text as text', async () => {
        const { name, text } = await download('HTML');
        if (!name.endsWith('.html') || !text.includes('From Bo: birch0') || /<img src="?x/.test(text)) throw new Error(`${name}: ${text.slice(0, 300)}`);
    });
}

async function wording(ana) {
    await step('wording that blames is underlined, and one key takes what is proposed instead', async () => {
        await ana.go('/reports/PM-1/edit?panel=readiness');
        await ana.page.locator('.doc-body p').first().click();
        await ana.page.keyboard.press('End');
        await ana.page.keyboard.type(' It was human error.');
        await ana.page.locator('.doc-body .wording', { hasText: 'human error' }).waitFor();
        await ana.page.locator('.wordings li').first().focus();
        await ana.page.keyboard.press('Enter');
        await ana.sees('It was an action the system did not guard against.');
        await ana.page.locator('.wordings li').waitFor({ state: 'detached' });
    });
}

async function find(ana) {
    await step('the library shows it', async () => { await ana.go('/reports'); await ana.page.locator('a[href^="/reports/PM-1"]').first().waitFor(); });
    await step('a filter keeps it, another leaves it out', async () => {
        await ana.go('/reports?state=published');
        await ana.page.locator('a[href^="/reports/PM-1"]').first().waitFor();
        await ana.go('/reports?state=draft');
        await ana.button('Clear filters').waitFor();
        if (await ana.page.locator('main a[href^="/reports/PM-1"]').count()) throw new Error('it is there although it is no draft');
    });
    await step('search finds what somebody wrote in it', async () => {
        await ana.go('/search?q=birch7');
        await ana.page.locator('.hits a[href^="/reports/PM-1"]').waitFor();
    });
    await step('it is archived and leaves the library', async () => {
        await ana.go('/reports/PM-1/edit');
        await ana.choose(ana.button('State: Published').first(), 'Archive');
        await ana.page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click();
        await ana.page.locator('.pill', { hasText: 'Archived' }).first().waitFor();
        await ana.go('/reports?state=archived');
        await ana.page.locator('a[href^="/reports/PM-1"]').first().waitFor();
    });
    await step('and can be taken out again', async () => {
        await ana.go('/reports/PM-1/edit');
        await ana.choose(ana.button('State: Archived').first(), 'Reopen');
        await ana.button(/^State: (Published|Draft)/).first().waitFor();
    });
}

async function walk(browser, base, system) {
    const ana = await person(suite, browser, 'ana', base), bo = await person(suite, browser, 'bo', base);
    const url = await firstRun(ana);
    await secondPerson(ana, bo);
    await alerts(ana, bo, url);
    await incident(ana, bo);
    await begin(ana, bo, url);
    const api = ask(base, system.cli(['token', 'create', '--user', 'ana@example.com', '--scope', 'write']));
    const everywhere = await together(ana, bo, api);
    await record(ana, bo, api);
    await shared(ana, browser, base);
    await offline(ana, bo, everywhere);
    await images(ana, bo, api);
    await signedOut(bo, base, everywhere);
    await followUps(ana, bo);
    await publish(ana, bo);
    await read(ana, browser, base);
    await find(ana);
    await wording(ana);
}

const wanted = process.argv[2];
const browser = await launch();
for (const database of databases.filter((d) => !wanted || d === wanted)) {
    at = database;
    const system = makeSystem(database);
    const server = await serve(system);
    await suite.walk(database, () => walk(browser, server.url, system));
    suite.check(`${database}: the server stops cleanly`, await server.stop() === 0, server.log());
    system.remove();
}
await browser.close();
suite.end();
