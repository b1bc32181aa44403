// Every screen and every state of it that people meet, with the sample data they are shown with. Words are given in both languages where a button has no other name.
import { opened } from './looking.mjs';

const dialog = (page) => page.getByRole('dialog').last().waitFor();
const tap = (page, name) => page.getByRole('button', { name }).first().click();
const menu = async (page, button) => { await button.click(); await page.locator('[role=menu]').waitFor(); };
const more = (page) => menu(page, page.locator('.topbar .btn.icon[aria-haspopup=menu], .topbar .btn[aria-haspopup=menu]').last());
/** Opens the menu of the top bar and takes an entry. */
const fromMore = (name) => async (page) => { await more(page); await page.locator('[role=menu] .it', { hasText: name }).first().click(); await dialog(page); };
const key = (press) => async (page) => { await page.locator('main .page, main .topbar').first().waitFor(); await page.keyboard.press(press); await dialog(page); };
const clicked = (selector, then) => async (page) => { await page.locator(selector).first().click(); await (then ? page.locator(then).first().waitFor() : dialog(page)); };
const written = (act) => async (page) => { await opened(page); await act(page); };
/** The part of the API that a screen shows does not answer, or answers wrong. */
const api = (part, answer) => (page) => page.route(`**/api/v1/${part}`, answer);
const never = () => new Promise(() => {});
const broken = (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'Something failed here', status: 500, detail: 'The database did not answer in time.' }) });
const forbidden = (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'Forbidden', status: 403, detail: '' }) });

/** A new line at the end of the text. */
async function slash(page) {
    await opened(page);
    await page.locator('.doc-body').focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('/');
    await page.locator('.menu .it, [role=listbox]').first().waitFor();
}

/** name, path; `prepare`: what is done there; `before`: before it is opened; `who`: 'nobody' is signed out, 'nobody-yet' a system without people, 'new' an empty workspace; `wide`: not on a phone. */
export function screens(of) {
    const inc = `/incidents/${of.incident}`, edit = `/reports/${of.draft}/edit`;
    const settings = ['profile', 'notifications', 'tokens', 'people', 'teams', 'channels', 'services', 'integrations', 'routing', 'quarantine', 'workspace', 'ai', 'slack', 'confluence', 'audit', 'jobs'];
    const s = (name, path, prepare, more = {}) => ({ name, path, prepare, ...more });
    return [
        s('home', '/'),
        s('home-loading', '/', null, { before: api('home', never), busy: true }),
        s('home-broken', '/', null, { before: api('home', broken) }),
        s('incidents', '/incidents'),
        s('incidents-filtered', '/incidents?status=resolved&severity=SEV-1,SEV-2'),
        s('incidents-filter', '/incidents', clicked('.chips .chip[aria-haspopup], .chip[aria-haspopup]', '.popover')),
        s('incidents-nothing', '/incidents?q=nothingfitsthis'),
        s('incidents-selected', '/incidents', async (page) => { for (const i of [0, 1, 2]) await page.locator('main tbody .check, main [data-row] .check').nth(i).check(); }, { wide: true }),
        s('incidents-loading', '/incidents', null, { before: api('incidents?*', never), busy: true }),
        s('incidents-broken', '/incidents', null, { before: api('incidents?*', broken) }),
        s('incident', inc),
        s('incident-status-menu', inc, (page) => menu(page, page.locator('.inc-head button.pill[aria-haspopup]').first())),
        s('incident-more', inc, more),
        s('incident-timeline', `${inc}?tab=timeline`),
        s('incident-timeline-all', `${inc}?tab=timeline&view=all`),
        s('incident-timeline-beliefs', `${inc}?tab=timeline&view=beliefs`),
        s('incident-timeline-add', `${inc}?tab=timeline`, async (page) => { await page.locator('.events-bar').waitFor(); await page.keyboard.press('n'); await dialog(page); }),
        s('incident-room', `${inc}?tab=room`),
        s('incident-room-import', `${inc}?tab=room`, async (page) => { await tap(page, /Import chat|导入聊天/); await dialog(page); }),
        s('incident-alerts', `${inc}?tab=alerts`),
        s('incident-changes', `${inc}?tab=changes`),
        s('incident-follow-ups', `${inc}?tab=follow-ups`),
        s('incident-people', inc, fromMore(/Change people|Edit people|人员/)),
        s('incident-cancel', `/incidents/${of.active}`, fromMore(/Cancel|取消/)),
        s('incident-active', `/incidents/${of.active}`),
        s('incident-active-room', `/incidents/${of.active}?tab=room`),
        s('incident-active-timeline', `/incidents/${of.active}?tab=timeline`),
        s('incident-declare', '/incidents', key('c')),
        s('incident-zh', `/incidents/${of.chinese}`),
        s('incident-zh-timeline', `/incidents/${of.chinese}?tab=timeline`),
        s('incident-long', `/incidents/${of.long}`),
        s('incident-long-room', `/incidents/${of.long}?tab=room`),
        s('incident-empty-timeline', `/incidents/${of.fresh}?tab=timeline`),
        s('incident-empty-room', `/incidents/${of.fresh}?tab=room`),
        s('incident-empty-alerts', `/incidents/${of.fresh}?tab=alerts`),
        s('incident-empty-changes', `/incidents/${of.fresh}?tab=changes`),
        s('incident-empty-follow-ups', `/incidents/${of.fresh}?tab=follow-ups`),
        s('incident-missing', '/incidents/INC-99999'),
        s('incident-forbidden', inc, null, { before: api(`incidents/${of.incident}`, forbidden) }),
        s('reports', '/reports'),
        s('reports-table', '/reports?view=table'),
        s('reports-nothing', '/reports?q=nothingfitsthis'),
        s('report-import', '/reports', async (page) => { await page.keyboard.press('Control+k'); await dialog(page); await page.keyboard.type('docx'); await page.keyboard.press('Enter'); await page.locator('.import-help').waitFor(); }),
        s('report-write', inc, async (page) => { await fromMore(/Write another|再写一份/)(page); await page.locator('.write-preview article').waitFor(); }),
        s('report-edit', edit, opened),
        s('report-slash', edit, slash),
        s('report-table', edit, written(async (page) => { await page.locator('.tableWrapper td').first().click(); await page.locator('.tgrip.row').waitFor(); })),
        s('report-find', edit, written(async (page) => { await page.keyboard.press('Control+h'); await page.locator('.find-bar input').first().fill('pool'); await page.locator('.found.on').waitFor(); })),
        s('report-keys', edit, written(async (page) => { await page.keyboard.press('Control+/'); await dialog(page); })),
        ...['details', 'evidence', 'ai', 'comments', 'readiness'].map((p) => s(`report-${p}`, `${edit}?panel=${p}`, opened)),
        s('report-history', `/reports/${of.report}/edit?panel=history`, opened),
        s('report-version', `${edit}?panel=history&version=now`, opened),
        s('report-more', edit, written(more)),
        s('report-share', edit, written(async (page) => { await tap(page, /^(Share|分享)$/); await page.locator('.share-pop').waitFor(); }), { wide: true }),
        s('report-review', edit, written(async (page) => { await page.locator('.topbar .btn.primary').click(); await dialog(page); })),
        s('report-in-review', `/reports/${of.inReview}/edit?panel=readiness`, opened),
        s('report-public', `/reports/${of.report}/edit?panel=details`, written(async (page) => { await page.getByRole('button', { name: /Write it|撰写/ }).first().click(); await dialog(page); })),
        s('report-confluence', `/reports/${of.report}/edit`, written(fromMore('Confluence'))),
        s('report-missing', '/reports/PM-99999/edit'),
        s('report-published', `/reports/${of.report}`),
        s('report-published-zh', `/reports/${of.chineseReport}`),
        s('templates', '/templates'),
        s('template', `/templates/${of.template}`),
        s('template-new', '/templates/new'),
        s('follow-ups', '/follow-ups'),
        s('follow-ups-board', '/follow-ups?view=board'),
        s('follow-ups-queue', '/follow-ups?tab=verify'),
        s('follow-ups-nothing', '/follow-ups?q=nothingfitsthis'),
        s('follow-up', `/follow-ups/${of.followUp}`),
        s('follow-up-new', '/follow-ups', key('n')),
        s('notifications', '/notifications'),
        s('alerts', '/alerts'),
        s('alerts-nothing', '/alerts?q=nothingfitsthis'),
        s('alert', `/alerts?alert=${of.alert}`),
        s('changes', '/changes'),
        s('changes-nothing', '/changes?q=nothingfitsthis'),
        s('monitors', '/monitors'),
        s('monitors-nothing', '/monitors?q=nothingfitsthis'),
        s('monitor', `/monitors/${of.monitor}`),
        s('monitor-edit', `/monitors/${of.monitor}`, async (page) => { await tap(page, /^(Edit|Change|编辑|修改)$/); await dialog(page); }),
        s('monitor-new', '/monitors', key('n')),
        s('search', '/search?q=payment'),
        s('search-nothing', '/search?q=nothingfitsthis'),
        s('search-empty', '/search'),
        s('palette', '/', key('Control+k')),
        s('palette-found', '/', async (page) => { await key('Control+k')(page); await page.keyboard.type('pay'); await page.locator('.palette a, .palette [role=option]').nth(3).waitFor(); }),
        s('shortcuts', '/', key('?')),
        s('appearance', '/', async (page) => menu(page, page.locator('.rail .me .btn').first()), { wide: true }),
        s('phone-more', '/', async (page) => menu(page, page.locator('.more-btn')), { phone: true }),
        ...settings.map((x) => s(`settings-${x}`, `/settings/${x}`)),
        s('settings-first', '/settings'),
        s('settings-person', '/settings/people', clicked('main .items a, main table a, main [data-row] a')),
        s('settings-channel', '/settings/channels', clicked('main .items a, main table a, main [data-row] a')),
        s('settings-rule', '/settings/routing', clicked('.settings-body .btn.primary')),
        s('settings-token', '/settings/tokens', clicked('.settings-body .btn.primary')),
        s('settings-integration', `/settings/integrations/${of.integration}`),
        s('settings-mapping', `/settings/integrations/${of.generic}`),
        s('settings-add-source', '/settings/integrations', clicked('.gallery .btn')),
        s('settings-source-missing', '/settings/integrations/00000000-0000-7000-8000-000000000000'),
        s('settings-broken', '/settings/people', null, { before: api('people*', broken) }),
        s('not-found', '/nowhere'),
        s('offline', '/incidents', async (page) => {
            await page.route('**/api/**', (r) => r.abort());
            await page.evaluate(() => { dispatchEvent(new Event('offline')); });
            await page.locator('.rail li a').nth(3).click();
            await page.locator('.banner').waitFor();
        }),
        s('toast', '/incidents', async (page) => { await page.route('**/api/v1/incidents', (r) => (r.request().method() === 'POST' ? broken(r) : r.continue())); await key('c')(page); await page.locator('dialog input').first().fill('Checkout answers 502'); await page.locator('dialog .btn.primary').click(); await page.locator('dialog .form-error, .toast').first().waitFor(); }),
        s('public', of.publicUrl, null, { who: 'nobody' }),
        s('shared', of.shareUrl, null, { who: 'nobody' }),
        s('shared-password', of.lockedUrl, null, { who: 'nobody' }),
        s('shared-wrong', of.lockedUrl, async (page) => { await page.locator('input[type=password]').fill('not this one'); await page.keyboard.press('Enter'); await page.locator('.share-wrong').waitFor(); }, { who: 'nobody' }),
        s('shared-gone', '/share/not-a-secret', null, { who: 'nobody' }),
        s('sign-in', '/sign-in', null, { who: 'nobody' }),
        s('sign-in-wrong', '/sign-in', async (page) => { await page.locator('input[type=email]').fill('ines@orrinpay.example'); await page.locator('input[type=password]').fill('not this one'); await page.locator('button[type=submit]').click(); await page.locator('.form-error').waitFor(); }, { who: 'nobody' }),
        ...[['home', '/'], ['incidents', '/incidents'], ['reports', '/reports'], ['follow-ups', '/follow-ups'], ['alerts', '/alerts'], ['changes', '/changes'], ['monitors', '/monitors'], ['notifications', '/notifications'], ['teams', '/settings/teams'],
            ['channels', '/settings/channels'], ['services', '/settings/services'], ['routing', '/settings/routing'], ['quarantine', '/settings/quarantine'], ['integrations', '/settings/integrations'], ['tokens', '/settings/tokens']]
            .map(([name, path]) => s(`new-${name}`, path, null, { who: 'new' })),
        s('setup', '/setup', null, { who: 'nobody-yet' }),
    ];
}

const LONG = 'Settlement exports for merchants in the Nordics and the Baltics are delayed by more than six hours because the nightly reconciliation of card-scheme fees waits for a lock that a migration of the ledger holds';
const LONG_ZH = '北欧与波罗的海地区商户的结算导出延迟超过六小时，因为夜间的卡组织费用对账任务一直在等待账本迁移所持有的锁，而迁移本身又在等待对账任务释放连接';

/** What the sample data lacks: long names, links to share, comments, something in quarantine, an incident in which nothing has happened. */
export async function seed(call, base) {
    const all = async (path) => (await call('GET', `/api/v1/${path}`)).items;
    const incidents = await all('incidents?limit=200'), reports = await all('reports?limit=200'), templates = await all('templates'), sources = await all('integrations');
    const titled = (list, part) => list.find((x) => x.title.includes(part)) ?? list[0];
    const published = reports.filter((r) => r.state === 'published');
    const report = titled(published.filter((r) => r.language === 'en'), 'Settlement export'), draft = titled(reports, 'Card payments fail');
    const people = await all('people?limit=50');
    await call('PATCH', `/api/v1/people/${people.find((p) => p.name === '林晓雯').id}`, { role: 'admin' });      // somebody who reads Chinese sees every page of the settings too
    const long = await call('POST', '/api/v1/incidents', { title: LONG, severity: 'SEV-3', summary: `${LONG}. ${LONG_ZH}。`, labels: { 'kubernetes.io/metadata/cluster-and-namespace': 'eu-north-1/settlement-exports-reconciliation', region: '欧洲北部' } });
    await call('POST', `/api/v1/incidents/${long.id}/messages`, { body: `${LONG_ZH}。见 https://grafana.orrinpay.example/d/aa8f7c0e/settlement-exports?orgId=1&from=now-6h&to=now&var-cluster=eu-north-1&viewPanel=42` });
    await call('POST', `/api/v1/incidents/${long.id}/messages`, { body: `\`\`\`\n2026-11-20T02:14:09.811Z ERROR reconciliation waits for lock ledger.entries held by pid 48213 for 21600s, statement: ALTER TABLE ledger.entries ADD COLUMN scheme_fee_minor bigint NOT NULL DEFAULT 0\n\`\`\`` });
    await call('POST', `/api/v1/incidents/${long.id}/follow-ups`, { title: LONG_ZH, owner_id: people[0].id });
    const fresh = await call('POST', '/api/v1/incidents', { title: 'Sign-in is slow for some', severity: 'SEV-4' });
    const thread = await call('POST', `/api/v1/reports/${draft.id}/threads`, { body: 'Is this the same pool that we resized in March?', quote: 'connection pool', places: [{ text: 'Summary', at: 0 }] });
    await call('POST', `/api/v1/threads/${thread.id}/comments`, { body: '是的，三月份从 40 调到了 60，但当时没有加告警。' });
    const inReview = reports.find((r) => r.state === 'in_review') ?? draft;
    const share = await call('POST', `/api/v1/reports/${report.id}/share`, { allow: ['people', 'services'] });
    const locked = await call('POST', `/api/v1/reports/${published.find((r) => r.id !== report.id).id}/share`, { password: 'open sesame' });
    await call('PATCH', `/api/v1/reports/${report.id}/public-version`, {
        title: 'Settlement exports arrived late', summary: 'On Tuesday morning, exports of settlements were up to six hours late. No payment was lost, and all amounts are right.',
        happened: 'A nightly job waited for another one. We noticed at 07:40 when the first exports were missing, stopped the other job, and sent all exports by 13:10.', doing: '- Both jobs no longer wait for each other.\n- We are told within ten minutes when an export is late.' });
    const open = await call('POST', `/api/v1/reports/${report.id}/public-version/publish`, {});
    const generic = sources.find((x) => x.kind === 'generic') ?? await call('POST', '/api/v1/integrations', { kind: 'generic', name: 'Batch scheduler' });
    await fetch(new URL(new URL(generic.url).pathname, base), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ job: { name: 'reconcile', state: 'late' }, at: 'yesterday' }) });
    const alertmanager = sources.find((x) => x.kind === 'alertmanager') ?? sources[0];
    await fetch(new URL(new URL(alertmanager.url).pathname, base), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"alerts": "none"}' });
    const monitors = await all('monitors');
    return {
        incident: titled(incidents, 'Card payments fail').reference, active: incidents.find((i) => i.active).reference, chinese: titled(incidents, '支付回调').reference, long: long.reference, fresh: fresh.reference,
        draft: draft.reference, report: report.reference, inReview: inReview.reference, chineseReport: (published.find((r) => r.language === 'zh') ?? report).reference,
        template: templates[0].id, followUp: (await all('follow-ups?overdue=true'))[0].reference, alert: (await all('alerts'))[0].id, integration: alertmanager.id, generic: generic.id, monitor: (monitors.find((m) => m.state === 'down') ?? monitors[0]).id,
        publicUrl: new URL(open.url).pathname, shareUrl: new URL(share.url).pathname, lockedUrl: new URL(locked.url).pathname,
    };
}
