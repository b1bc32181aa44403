import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, pieces, type Name } from '../../src/feature/template/ui/check';

const name = (n: string, list: string | null = null, type: Name['type'] = 'text'): Name => ({ name: n, list, type, title: '', title_zh: '' });
const names = [name('incident.title'), name('incident.severity'), name('incident.timeline', null, 'block'), name('impacts', null, 'list'), name('title', 'impacts'), name('duration', 'impacts')];
const said = (source: string) => check(source, names).map((p) => `${p.kind} ${p.name}${p.nearest ? ` → ${p.nearest}` : ''}`);

test('a right template has no problems', () => {
    assert.deepEqual(said('# {{incident.title}}\n{{#each impacts}}{{number}}. {{this.title}} {{duration}}{{/each}}{{#if impacts}}x{{else}}y{{/if}} {{incident.timeline live}} {{! remark }} \\{{x}}'), []);
});

test('a wrong name is found with the nearest right one', () => {
    assert.deepEqual(said('{{incident.titel}}'), ['no_such incident.titel → incident.title']);
    assert.deepEqual(said('{{title}}'), ['no_such title → incident.title']);
    assert.deepEqual(said('{{#each impacts}}{{durration}}{{/each}}'), ['no_such durration → duration']);
    assert.deepEqual(said('{{zzzzzzzzzzzzzzz}}'), ['no_such zzzzzzzzzzzzzzz']);
});

test('what is opened must be closed, and a list needs a loop', () => {
    assert.deepEqual(said('{{incident.title'), ['unclosed {{incident.title']);
    assert.deepEqual(said('{{#each impacts}}'), ['open_tag {{#each}}']);
    assert.deepEqual(said('{{/if}}'), ['closes_nothing /if']);
    assert.deepEqual(said('{{impacts}}'), ['is_list impacts']);
});

test('only the wrong braces are marked', () => {
    const source = 'a {{incident.titel}} b';
    assert.deepEqual(pieces(source, check(source, names)), [{ text: 'a ', wrong: false }, { text: '{{incident.titel}}', wrong: true }, { text: ' b', wrong: false }]);
});
