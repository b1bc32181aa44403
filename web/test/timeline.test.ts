import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domain } from '../../src/feature/timeline/ui/lanes';
import { clip, heldLabel, pack, textWidth } from '../../src/feature/timeline/ui/plot';
import { bounds, fold, groups, isKey, type Event } from '../../src/feature/timeline/ui/model';
import { grouped } from '../../src/feature/followup/ui/table';
import type { FollowUp } from '../../src/feature/followup/ui/types';
import type { Incident } from '../../src/feature/incident/ui/types';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 10, 14, minute)).toISOString();
const incident = (x: Partial<Incident> = {}) => ({ active: false, impacts: [], impact_started_at: at(7), detected_at: at(12), declared_at: at(12), mitigated_at: at(46),
    impact_ended_at: at(58), resolved_at: at(80), closed_at: null, acknowledged_at: at(14), ...x }) as unknown as Incident;
let n = 0;
const event = (minute: number, kind = 'note', x: Partial<Event> = {}) => ({ id: `e${++n}`, occurred_at: at(minute), kind, data: {}, starred: false, phase: null, actor: null, evidence: null, ...x }) as unknown as Event;

test('bars share a row only when there is room between them', () => {
    assert.deepEqual(pack([[0, 10], [20, 30], [25, 40], [41, 50]], 2), [0, 0, 1, 0]);
});

test('a label is cut by its width, and Chinese is wider', () => {
    assert.ok(textWidth('支付') > textWidth('ab'));
    assert.equal(clip('short', 200), 'short');
    assert.match(clip('a rather long label for a short bar', 80), /^a rather.*…$/);
});

test('the words of a bar stay in view while it does', () => {
    const view = { left: 500, from: 0, to: 2000 };
    assert.deepEqual(heldLabel(view, 600, 900, 'Checkout is down'), { x: 609, text: 'Checkout is down' });
    assert.deepEqual(heldLabel(view, 100, 900, 'Checkout is down'), { x: 509, text: 'Checkout is down' });
    assert.match(heldLabel(view, 100, 580, 'Checkout is down')!.text, /^Check.*…$/);
    assert.equal(heldLabel(view, 100, 520, 'Checkout is down'), null);
});

test('the picture reaches from before the impact to the resolution, and a change of last week does not stretch it', () => {
    const [from, to] = domain(incident(), [], [], [{ id: 'c', kind: 'deploy', title: 'old', occurred_at: '2026-11-03T10:00:00Z', relation: 'suspect' }], Date.parse(at(90)));
    assert.ok(from < Date.parse(at(7)) && from > Date.parse(at(0)));
    assert.ok(to > Date.parse(at(80)) && to < Date.parse(at(90)));
    const [near] = domain(incident(), [], [], [{ id: 'c', kind: 'deploy', title: 'canary', occurred_at: at(2), relation: 'caused' }], Date.parse(at(90)));
    assert.ok(near < Date.parse(at(2)));
});

test('an active incident is drawn up to now', () => {
    const [, to] = domain(incident({ active: true, resolved_at: null, mitigated_at: null }), [], [], [], Date.parse(at(200)));
    assert.ok(to > Date.parse(at(200)));
});

test('events are grouped by the phases that are known, in order', () => {
    const events = [event(2, 'change'), event(13, 'alert_attached'), event(30, 'status_changed', { data: { to: 'identified' } }), event(50), event(90)];
    assert.deepEqual(groups(incident(), events, events).map((g) => [g.key, g.events.length]), [['before', 1], ['diagnosis', 1], ['mitigation', 1], ['monitoring', 1], ['after', 1]]);
    assert.deepEqual(bounds(incident({ mitigated_at: null }), []).map((b) => b.key), ['diagnosis', 'after']);
});

test('a moment that stands before the one it should follow opens no phase', () => {
    assert.deepEqual(bounds(incident({ mitigated_at: at(5) }), []).map((b) => b.key), ['diagnosis', 'after']);
});

test('what is not key is folded into one line between what is', () => {
    const list = [event(13, 'decision'), event(14, 'message'), event(15, 'responder_joined'), event(16, 'hypothesis'), event(17, 'message', { starred: true })];
    const shown = fold(list, isKey).map((x) => ('event' in x ? x.event.kind : x.folded.length));
    assert.deepEqual(shown, ['decision', 2, 'hypothesis', 'message']);
});

test('owners with something overdue come first, those without an owner last', () => {
    const fu = (owner: string | null, overdue: boolean) => ({ id: `${++n}`, owner: owner ? { id: owner, name: owner } : null, overdue }) as unknown as FollowUp;
    assert.deepEqual(grouped([fu('ann', false), fu(null, true), fu('bob', true), fu('ann', false)], 'owner').map((g) => g.key), ['bob', 'ann', '']);
});
