// Reports that are drafted by policy when an incident is resolved: once, never over what a person wrote, and private ones by their own rules.
//     [tests/postgres.sh] node tests/draft_policy.mjs
import { databases } from './lib/server.mjs';
import { paragraph, peer } from './lib/rooms.mjs';
import { draftWorld, expect, finish, of, spec, until } from './lib/drafting.mjs';

for (const database of databases) {
    const w = await draftWorld(database), { writer, viewer, admin, made, set } = w;
    const template = await made('/templates', { name: 'Three parts', language: 'en', match: { kind: ['standard'] }, sections: [
        { heading: 'Summary', guide: 'What happened', prefill: '{{incident.summary}}', ai: 'on' }, { heading: 'How it ended', guide: 'When', prefill: 'Status: {{incident.status}}.', ai: 'off' },
        { heading: 'Ours', guide: 'People only', prefill: '', ai: 'off' }] });
    const incident = (more = {}) => made('/incidents', { title: 'Payments fail', severity: 'SEV-1', summary: 'Payments failed for a while.', impact_started_at: '2026-11-10T14:07:00.000Z', ...more });
    const move = async (id, status) => { const r = await writer('PATCH', `/incidents/${id}`, { status }); expect(r.status === 200, r); };
    const reports = async (id, who = admin) => (await who('GET', `/reports?incident=${id}`)).body.items;
    const drafted = (id) => until(async () => (await reports(id))[0], 'the report');

    await spec(`nothing is drafted unless the policy says so (${database})`, async () => {
        const i = await incident();
        await move(i.id, 'resolved');
        await w.atRest();
        expect((await reports(i.id)).length === 0, 'a report');
    });
    await spec(`a policy that names no team is refused, and says which (${database})`, async () => {
        const r = await admin('PUT', '/settings/report.automatic_teams', { value: 'Nobody at all' });
        expect(r.status === 422 && /Nobody at all/.test(JSON.stringify(r.body)), r);
    });
    await set({ 'report.automatic': 'every incident' });
    await spec(`a resolved incident gets a report, owned by who led it, filled in from the record, without any model (${database})`, async () => {
        const i = await incident();
        expect((await writer('POST', `/incidents/${i.id}/roles`, { role: 'incident_commander', user_id: 'me' })).status < 300, 'a commander');
        await move(i.id, 'resolved');
        const r = await drafted(i.id);
        expect(r.owner.name === 'Manager', r);
        const said = await w.plain(r.id);
        expect(said.includes('Payments failed for a while.') && /Status: Resolved/.test(said), said);
        expect((await w.drafts(r.id)).sections.every((s) => s.state === 'none'), 'no model wrote');
        expect((await viewer('GET', `/incidents/${i.id}`)).body.reports.length === 1, 'the incident names it');
    });
    await spec(`never twice: reopened and resolved again, and resolved with a report under review, nothing more is made (${database})`, async () => {
        const i = await incident();
        await move(i.id, 'resolved');
        const r = await drafted(i.id);
        const before = await w.plain(r.id);
        await move(i.id, 'investigating');
        await writer('PATCH', `/incidents/${i.id}`, { summary: 'Another summary.' });
        await move(i.id, 'resolved');
        await w.atRest();
        expect((await reports(i.id)).length === 1, 'two reports');
        expect(await w.plain(r.id) === before, 'written again');
    });
    await spec(`a report that was begun earlier gets what is known by now, but not where a person wrote (${database})`, async () => {
        const i = await incident({ summary: 'It is being looked at.' });
        const r = await made('/reports', { incident_ids: [i.id], template_id: template.id });
        const person = peer(w.server, r.id, w.tokens.manager);
        await until(() => person.text().includes('It is being looked at.'), 'the text');
        const at = person.fragment.toArray().findIndex((n) => n.toString().includes('>Ours<') || n.toString().includes('Ours'));
        person.fragment.insert(at + 1, [paragraph('Written by hand.')]);
        await until(async () => (await w.plain(r.id)).includes('Written by hand.'), 'my words');
        await writer('PATCH', `/incidents/${i.id}`, { summary: 'A pool ran dry.' });
        await move(i.id, 'resolved');
        await until(async () => /A pool ran dry\.[^]*Status: Resolved[^]*Ours\s+Written by hand\./.test(await w.plain(r.id)), 'the record');
        expect(!(await w.plain(r.id)).includes('being looked at'), 'what is no longer true');
        expect((await w.drafts(r.id)).sections.filter((s) => s.touched).map((s) => s.heading).join() === 'Ours', 'only one is a person’s');
        expect((await reports(i.id)).length === 1, 'one report');
        person.leave();
    });
    await spec(`only for the severities and teams of the policy, not for tests, nor where no report is required (${database})`, async () => {
        const mine = await admin('POST', '/teams', { name: 'Payments team' }), other = await admin('POST', '/teams', { name: 'Search team' });
        expect(mine.status === 201 && other.status === 201, mine);
        await set({ 'report.automatic': 'reports that are due', 'report.automatic_teams': 'payments team, Nowhere'.replace(', Nowhere', '') });
        const without = [await incident({ team_id: other.body.id }), await incident(), await incident({ team_id: mine.body.id, severity: 'SEV-4' }), await incident({ team_id: mine.body.id, kind: 'test' })];
        const none = await incident({ team_id: mine.body.id });
        expect((await writer('PATCH', `/incidents/${none.id}`, { no_report_reason: 'Known and written about.' })).status === 200, 'no report required');
        const one = await incident({ team_id: mine.body.id, severity: 'SEV-2' });
        for (const i of [...without, none, one]) await move(i.id, 'resolved');
        await drafted(one.id);
        await w.atRest();
        for (const i of [...without, none]) expect((await reports(i.id)).length === 0, i);
        await set({ 'report.automatic': 'every incident', 'report.automatic_teams': '' });
    });
    await w.openai();
    await spec(`with a model its sections are drafted too, in the open document (${database})`, async () => {
        const i = await incident();
        await move(i.id, 'resolved');
        const r = await drafted(i.id), page = await w.settled(r.id);
        const person = peer(w.server, r.id, w.tokens.manager);
        await until(() => person.text().includes('Impact began at 14:07.'), 'people see it');
        expect(of(page, 'Summary').state === 'placed' && of(page, 'Ours').state === 'none', page);
        person.leave();
    });
    await spec(`a private incident's report is seen by its people only, and no word of it goes to the model (${database})`, async () => {
        const i = await incident({ title: 'Secret matter', visibility: 'private' }), before = w.model.seen.length;
        await move(i.id, 'resolved');
        const r = await until(async () => (await reports(i.id, writer))[0], 'the report');
        await w.atRest();
        expect((await viewer('GET', `/reports/${r.id}`)).status === 404, 'others see it');
        expect(w.model.seen.length === before && (await writer('GET', `/reports/${r.id}/drafts`)).body.sections.every((s) => s.state === 'none'), 'it was sent');
    });
    await w.stop();
}
finish('draft_policy');
