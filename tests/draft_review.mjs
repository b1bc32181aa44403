// A model as reviewer: a few questions as comments on the words they concern, off until somebody turns it on, and nothing that it says does more.
//     [tests/postgres.sh] node tests/draft_review.mjs
import { databases } from './lib/server.mjs';
import { draftWorld, expect, finish, spec, until } from './lib/drafting.mjs';

for (const database of databases) {
    const w = await draftWorld(database), { writer, viewer, made, set } = w;
    const incident = await made('/incidents', { title: 'Payments fail', severity: 'SEV-1', summary: 'The connection pool ran dry and payments failed for a while.', impact_started_at: '2026-11-10T14:07:00.000Z' });
    const template = await made('/templates', { name: 'Two parts', language: 'en', sections: [
        { heading: 'Summary', guide: 'What happened', prefill: '{{incident.summary}}', ai: 'on' }, { heading: 'Lessons', guide: 'What', prefill: 'Nothing watched how many connections were in use.', ai: 'off' }] });
    const newReport = async () => (await made('/reports', { incident_ids: [incident.id], template_id: template.id, title: 'Payments fail' })).id;
    const threads = async (report) => (await viewer('GET', `/reports/${report}/threads`)).body.items;
    const review = async (report, name) => {
        await set({ 'ai.model': name });
        const begun = await writer('POST', `/reports/${report}/drafts/review`, {});
        expect(begun.status === 200, begun);
        return until(async () => { const r = (await viewer('GET', `/reports/${report}/drafts/review`)).body; return ['done', 'failed'].includes(r.state) && r; }, 'the review');
    };
    await w.openai();

    await spec(`it is off until an administrator turns it on, and the page says so (${database})`, async () => {
        const report = await newReport(), r = await writer('POST', `/reports/${report}/drafts/review`, {});
        expect(r.status === 409 && /review by AI is off/.test(r.body.detail), r);
        expect((await viewer('GET', '/ai')).body.review === false, 'the screen shows it');
        await set({ 'ai.review': true });
        expect((await viewer('POST', `/reports/${report}/drafts/review`, {})).status === 403, 'readers ask nothing');
    });
    await spec(`questions stand as comments of Hindsight (AI) on the words they concern (${database})`, async () => {
        const report = await newReport(), before = await w.plain(report), r = await review(report, 'good');
        expect(r.state === 'done' && r.asked === 2 && r.tokens === 1200, r);
        const all = await threads(report);
        expect(all.length === 2 && all.every((t) => t.comments[0].author.name === 'Hindsight (AI)' && t.comments[0].body.endsWith('?')), all);
        expect(all[0].quote === 'The connection pool ran ' .trim() || all[0].quote.startsWith('The connection pool'), all[0]);
        expect(all.some((t) => t.quote.startsWith('Nothing watched')), all);
        expect(await w.plain(report) === before, 'the text is the same');
        expect((await viewer('GET', `/reports/${report}`)).body.authors.length === 0, 'nobody became an author');
    });
    await spec(`what was asked is not asked again, neither while it waits nor when it was resolved or removed (${database})`, async () => {
        const report = await newReport();
        expect((await review(report, 'good')).asked === 2, 'at first');
        expect((await review(report, 'good')).asked === 0, 'while it waits');
        const [one, two] = await threads(report);
        expect((await writer('POST', `/threads/${one.id}/resolve`, {})).status < 300, 'dismissed');
        expect((await writer('DELETE', `/comments/${two.comments[0].id}`)).status < 300, 'removed');
        const again = await review(report, 'good');
        expect(again.state === 'done' && again.asked === 0, again);
        expect((await threads(report)).filter((t) => t.state === 'open').length === 0, 'nothing new');
    });
    await spec(`hostile answers are bounded: five questions at most, ten that wait, no links, no markup, no text changed (${database})`, async () => {
        const report = await newReport(), before = await w.plain(report);
        const first = await review(report, 'hostile');
        expect(first.state === 'done' && first.asked <= 5, first);
        for (let i = 0; i < 3; i++) await review(report, 'hostile');
        const all = await threads(report);
        expect(all.length <= 10 && all.length > 0, all.length);
        for (const t of all) expect(t.comments[0].body.length <= 300 && !/[<>@]|:\/\//.test(t.comments[0].body), t);
        expect(await w.plain(report) === before, 'the text is the same');
    });
    await spec(`a model that answers otherwise ends in a clear message (${database})`, async () => {
        for (const [name, why] of [['chatty', /form that was asked for/], ['down', /503: The engine is overloaded/], ['refused', /401: Incorrect API key/]]) {
            const report = await newReport(), r = await review(report, name);
            expect(r.state === 'failed' && why.test(r.error), [name, r]);
            expect((await threads(report)).length === 0, 'a comment');
        }
    });
    await spec(`private incidents, the budget and masking hold here too (${database})`, async () => {
        const secret = await made('/incidents', { title: 'Secret matter', summary: 'The secret matter went badly.', visibility: 'private' });
        const { id } = await made('/reports', { incident_ids: [secret.id], template_id: template.id, title: 'Secret' }), before = w.model.seen.length;
        const r = await writer('POST', `/reports/${id}/drafts/review`, {});
        expect(r.status === 409 && /private/.test(r.body.detail) && w.model.seen.length === before, r);
        await set({ 'ai.tokens_per_day': 1 });
        const report = await newReport(), spent = await review(report, 'good');
        expect(spent.state === 'failed' && /used up/.test(spent.error), spent);
        await set({ 'ai.tokens_per_day': 0 });
        await writer('PATCH', `/incidents/${incident.id}`, { summary: 'Somebody wrote password=hunter2secret into the chat of the incident.' });
        expect((await review(await newReport(), 'good')).state === 'done', 'masked');
        expect(!JSON.stringify(w.model.seen).includes('hunter2secret'), 'a secret left');
    });
    await spec(`in Chinese reports it asks in Chinese (${database})`, async () => {
        const zh = await made('/templates', { name: '中文', language: 'zh', sections: [{ heading: '摘要', guide: '发生了什么', prefill: '连接池在十四点零七分耗尽，支付请求因此大量失败。', ai: 'on' }] });
        const { id } = await made('/reports', { incident_ids: [incident.id], template_id: zh.id, title: '支付失败' });
        expect((await review(id, 'good')).asked === 1, 'asked');
        expect((await threads(id))[0].comments[0].body === '怎样才能更早发现这一点？', 'in Chinese');
    });
    expect(w.model.wrong.length === 0, w.model.wrong.slice(0, 3));
    await w.stop();
}
finish('draft_review');
