import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clashes, labelsOf, undoOf, valueOf } from '../../src/feature/followup/ui/merge';
import type { FollowUp } from '../../src/feature/followup/ui/types';
import { grouped } from '../../src/feature/followup/ui/table';
import { readingMinutes } from '../../src/feature/home/ui/words';

const person = (id: string) => ({ id, name: id });
const given = (about: Partial<FollowUp> = {}): FollowUp => ({
    id: 'f1', reference: 'FU-1', title: 'Rotate the key', description: '', status: 'open', kind: 'prevent', priority: 'medium', owner: null, team: null, channel: null,
    due_at: null, labels: [], services: [], incident: null, report: null, risk_reduction: '', effectiveness_check: '', effectiveness_due_at: null, effectiveness_note: '',
    wont_do_reason: null, predecessor: null, successor: null, overdue: false, settled: false, completed_at: null, verified_at: null, verified_by: null, created_by: null,
    version: 1, created_at: '', updated_at: '', can_edit: true, ...about,
});

test('an edit meets no clash when somebody else changed other fields', () => {
    assert.deepEqual(clashes(given(), given({ owner: person('bob'), version: 2 }), { title: 'Rotate all keys' }), []);
});

test('an edit clashes in exactly the fields that somebody else set to something else', () => {
    const newest = given({ title: 'Rotate it', owner: person('bob') });
    assert.deepEqual(clashes(given(), newest, { title: 'Rotate all keys', owner_id: 'cat', priority: 'high' }), ['title', 'owner_id']);
});

test('two people who mean the same do not clash, whatever order services stand in', () => {
    const newest = given({ owner: person('bob'), services: [{ id: 's2', name: 'b' }, { id: 's1', name: 'a' }] });
    assert.deepEqual(clashes(given(), newest, { owner_id: 'bob', service_ids: ['s1', 's2'] }), []);
});

test('a value that is not set is null, as the server has it', () => {
    assert.equal(valueOf(given(), 'owner_id'), null);
    assert.equal(valueOf(given({ owner: person('bob') }), 'owner_id'), 'bob');
});

test('undo of a bulk change puts back what each had, those alike together', () => {
    const items = [given({ id: '1', owner: person('ann') }), given({ id: '2' }), given({ id: '3', owner: person('ann') })];
    assert.deepEqual(undoOf(items, { owner_id: 'bob' }), [{ ids: ['1', '3'], owner_id: 'ann' }, { ids: ['2'], owner_id: null }]);
    assert.deepEqual(undoOf([given({ id: '1', due_at: '2026-11-10T00:00:00.000Z' })], { due_at: null }), [{ ids: ['1'], due_at: '2026-11-10T00:00:00.000Z' }]);
});

test('a bulk change of state is not undone when one of them had a verdict or a reason', () => {
    assert.equal(undoOf([given(), given({ status: 'verified' })], { status: 'open' }), null);
    assert.deepEqual(undoOf([given({ id: '1', status: 'in_progress' })], { status: 'done' }), [{ ids: ['1'], status: 'in_progress' }]);
});

test('labels are parted by commas of either script, each kept once', () => {
    assert.deepEqual(labelsOf(' pool, 连接池，pool、 ,ci'), ['pool', '连接池', 'ci']);
});

test('reading takes a minute at least, and Chinese counts characters', () => {
    assert.equal(readingMinutes(10, 'en'), 1);
    assert.equal(readingMinutes(1840, 'en'), 8);
    assert.equal(readingMinutes(1840, 'zh'), 5);
});

test('grouped by date, what is late stands first and what is done last, whatever order they came in', () => {
    const past = '2020-01-01T00:00:00.000Z';
    const items = [given({ id: '1', due_at: past, completed_at: past, status: 'done' }), given({ id: '2' }), given({ id: '3', due_at: '2099-01-01T00:00:00.000Z' }), given({ id: '4', due_at: past, overdue: true })];
    assert.deepEqual(grouped(items, 'due').map((g) => g.items[0]!.id), ['4', '3', '2', '1']);
});
