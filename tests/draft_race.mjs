// Somebody types into a paragraph in the moment in which the model exchanges it: not a letter is lost, whoever comes first.
//     [tests/postgres.sh] node tests/draft_race.mjs
import * as Y from 'yjs';
import { databases } from './lib/server.mjs';
import { peer } from './lib/rooms.mjs';
import { draftWorld, expect, finish, of, spec, until } from './lib/drafting.mjs';

/** The text of a paragraph of the document that says this. */
function textOf(fragment, says) {
    const find = (node) => {
        if (node instanceof Y.XmlText) return node.toString().includes(says) ? node : null;
        for (const child of node.toArray()) { const t = find(child); if (t) return t; }
        return null;
    };
    return find(fragment);
}

for (const database of databases) {
    const w = await draftWorld(database);
    await w.openai();
    const incident = await w.made('/incidents', { title: 'Payments fail', severity: 'SEV-1', impact_started_at: '2026-11-10T14:07:00.000Z' });
    await w.made(`/incidents/${incident.id}/timeline`, { kind: 'note', title: 'Pool is empty', occurred_at: '2026-11-10T14:10:00.000Z' });
    const template = await w.made('/templates', { name: 'One part', language: 'en', sections: [{ heading: 'Summary', guide: 'What happened', prefill: '', ai: 'on' }] });
    const drafted = async () => {
        const { id } = await w.made('/reports', { incident_ids: [incident.id], template_id: template.id, title: 'Payments fail' });
        await w.set({ 'ai.model': 'good' });
        const key = of(await w.drafts(id), 'Summary').section;
        expect((await w.writer('POST', `/reports/${id}/drafts`, {})).status === 200, 'begun');
        expect(of(await w.settled(id), 'Summary').state === 'placed', 'placed');
        const person = peer(w.server, id, w.tokens.manager);
        await until(() => person.text().includes('Impact began at 14:07.'), 'the draft');
        return { id, key, person };
    };
    const again = async ({ id, key }) => expect((await w.writer('POST', `/reports/${id}/drafts`, { sections: [key], wish: 'shorter' })).status === 200, 'begun again');

    await spec(`what is typed on a train into a paragraph that is exchanged meanwhile comes back behind it, with its author (${database})`, async () => {
        const d = await drafted();
        await w.set({ 'ai.model': 'reworded' });
        d.person.provider.disconnect();
        textOf(d.person.fragment, 'Impact began').insert(0, 'Ticket 4711 says more. ');
        await again(d);
        expect(of(await w.settled(d.id), 'Summary').state === 'placed', 'placed');
        expect((await w.plain(d.id)).includes('Trouble began at 14:07.'), 'exchanged');
        d.person.provider.connect();
        await until(async () => /Trouble began at 14:07\.[^]*Ticket 4711 says more\./.test(await w.plain(d.id)), 'both');
        await until(() => d.person.text().includes('Ticket 4711 says more.'), 'the person to see it again');
        await until(async () => of(await w.drafts(d.id), 'Summary').touched, 'it counts as written by a person');
        expect((await w.plain(d.id)).split('Ticket 4711').length === 2, 'once');
        d.person.leave();
    });

    await spec(`letter by letter in that very second: every letter stands in the text, in its order, and nothing of it twice (${database})`, async () => {
        for (let round = 0; round < 6; round++) {
            const d = await drafted(), said = `界面 typed by hand ${round}, quite slowly`;      /* begins with what stands nowhere else: perhaps one letter is all */
            await w.set({ 'ai.model': 'reworded' });
            await again(d);
            /* types from the moment on at which the second draft is under way until after it is there, wherever the cursor then is */
            let text = textOf(d.person.fragment, 'Impact began'), at = 0, sent = '';
            const letters = [...said];
            for (const end = Date.now() + 60000; letters.length && Date.now() < end;) {
                const alive = text.doc && !text._item?.deleted && text.parent?._item && !text.parent._item.deleted;
                if (!alive) break;                                   /* the editor would move the cursor: what came before must stand */
                text.insert(at, letters[0]);
                at += letters[0].length;
                sent += letters.shift();
                await new Promise((done) => setTimeout(done, 7));
            }
            await w.settled(d.id);
            expect(sent.length > 0, 'nothing was typed');
            await until(async () => (await w.plain(d.id)).replace(/\s+/g, ' ').includes(sent.trim()), `“${sent}” in ${await w.plain(d.id)}`);
            await w.atRest();
            expect((await w.plain(d.id)).replace(/\s+/g, ' ').split(sent.trim()).length === 2, `“${sent}” twice in ${await w.plain(d.id)}`);
            d.person.leave();
        }
    });

    await spec(`two people in two paragraphs at once, one of them away: both keep their words (${database})`, async () => {
        const d = await drafted(), other = peer(w.server, d.id, w.tokens.responder);
        await until(() => other.text().includes('Impact began'), 'the draft');
        await w.set({ 'ai.model': 'reworded' });
        for (const p of [d.person, other]) p.provider.disconnect();
        textOf(d.person.fragment, 'Impact began').insert(0, 'First. ');
        const t = textOf(other.fragment, 'Impact began');
        t.insert(t.length, ' Second.');
        await again(d);
        await w.settled(d.id);
        d.person.provider.connect();
        await until(async () => (await w.plain(d.id)).includes('First.'), 'the first');
        other.provider.connect();
        await until(async () => (await w.plain(d.id)).includes('Second.'), 'the second');
        expect(/Trouble began[^]*First\./.test(await w.plain(d.id)), await w.plain(d.id));
        d.person.leave();
        other.leave();
    });
    await w.stop();
}
finish('draft_race');
