import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { figureText, parseDuration } from '../../src/feature/report/ui/figures';
import { actionsFor } from '../../src/feature/report/ui/state';
import { groupOf } from '../../src/feature/report/ui/evidence';
import { locale } from '../src/i18n';
import { userZone } from '../src/time';
import type { Report } from '../src/types';

const report = (over: Partial<Report>) => ({ state: 'draft', reviewers: [], can_edit: true, can_publish: false, changed_since_published: false, published_version: null, ...over }) as Report;
const reviewer = (id: string, state: 'pending' | 'approved', edited_since = false) => ({ user: { id, name: id }, state, note: null, decided_at: null, revision: null, edited_since });

describe('what can be done with a report', () => {
    it('starts with the expected step', () => {
        assert.deepEqual(actionsFor(report({}), 'u1', 'responder'), ['request-review']);
        assert.deepEqual(actionsFor(report({ can_publish: true }), 'u1', 'manager'), ['request-review', 'publish']);
        assert.deepEqual(actionsFor(report({ state: 'in_review', reviewers: [reviewer('u1', 'pending')] }), 'u1', 'responder'), ['approve', 'request-changes', 'reopen']);
        assert.deepEqual(actionsFor(report({ state: 'in_review', can_publish: true, reviewers: [reviewer('u2', 'approved')] }), 'u1', 'responder')[0], 'publish');
        assert.equal(actionsFor(report({ state: 'in_review', reviewers: [reviewer('u1', 'approved', true)] }), 'u1', 'responder')[0], 'approve');
        assert.deepEqual(actionsFor(report({ state: 'published', can_publish: true, changed_since_published: true }), 'u1', 'manager')[0], 'publish');
    });
    it('is nothing for somebody who may only read', () => {
        for (const state of ['draft', 'in_review', 'published', 'archived'] as const) assert.deepEqual(actionsFor(report({ state, can_edit: false }), 'u1', 'viewer'), []);
    });
    it('is reopening when it is archived, though it cannot be edited', () => {
        assert.deepEqual(actionsFor(report({ state: 'archived', can_edit: false }), 'u1', 'responder'), ['reopen']);
    });
});

describe('key figures', () => {
    it('read as people write them', () => {
        locale.value = 'en';
        userZone.value = 'Europe/Berlin';
        assert.equal(figureText('started_at', '2026-11-10T13:07:30.000Z'), '14:07');
        assert.equal(figureText('duration', '3040000'), '50 m 40 s');
        assert.equal(figureText('customers_affected', '11840'), '11,840');
        assert.equal(figureText('customers_affected', 'about 12,000'), 'about 12,000');
        assert.equal(figureText('severity', null), '');
    });
    it('take a duration in words', () => {
        assert.deepEqual(['1 h 13 m', '50m 40s', '2 d', '1 小时 5 分'].map(parseDuration), [4380000, 3040000, 172800000, 3900000]);
        for (const no of ['', 'an hour', '5', '3 fortnights', 'about 5 m']) assert.equal(parseDuration(no), null);
    });
});

describe('evidence', () => {
    it('is grouped by what people look for', () => {
        assert.equal(groupOf({ kind: 'alert_attached', evidence: null }), 'alert');
        assert.equal(groupOf({ kind: 'decision', evidence: null }), 'decision');
        assert.equal(groupOf({ kind: 'status_changed', evidence: null }), 'event');
        assert.equal(groupOf({ kind: 'graph', evidence: { kind: 'image', id: null, url: null, title: null } }), 'event');
    });
});
