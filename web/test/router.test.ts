import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withQuery, ApiError } from '../src/api';
import { href, matchPath } from '../src/router';
import { safeNext } from '../../src/feature/account/ui/safe-next';
import { fits, hitHref } from '../src/palette';

describe('routes', () => {
    it('match segment by segment and give parameters decoded', () => {
        assert.deepEqual(matchPath('/incidents/:id', '/incidents/INC-42'), { id: 'INC-42' });
        assert.deepEqual(matchPath('/reports/:id/edit', '/reports/PM%207/edit/'), { id: 'PM 7' });
        assert.deepEqual(matchPath('/settings/:rest*', '/settings/people/7'), { rest: 'people/7' });
        assert.deepEqual(matchPath('/', '/'), {});
    });
    it('do not match what is longer, shorter or broken', () => {
        for (const p of ['/incidents', '/incidents/a/b', '/incident/a', '/incidents/%E0%A4%A']) assert.equal(matchPath('/incidents/:id', p), null);
    });
});

describe('addresses', () => {
    it('leave out what is empty', () => {
        assert.equal(href('/incidents', { status: 'triage', q: '', tab: null }), '/incidents?status=triage');
        assert.equal(withQuery('/x', { a: ['1', '2'], b: undefined, c: false }), '/x?a=1%2C2&c=false');
    });
    it('after sign-in never lead to another site', () => {
        for (const bad of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/sign-in?next=/', null]) assert.equal(safeNext(bad), '/');
        assert.equal(safeNext('/reports/PM-7?panel=details'), '/reports/PM-7?panel=details');
    });
    it('of search hits open drafts to write and published reports to read', () => {
        const hit = (state: string) => hitHref({ kind: 'report', reference: 'PM-7', id: 'x', state });
        assert.deepEqual([hit('draft'), hit('published')], ['/reports/PM-7/edit', '/reports/PM-7']);
    });
});

describe('the palette', () => {
    it('finds words in any order', () => {
        assert.ok(fits('Write post-mortem report', 'post wri'));
        assert.ok(!fits('Write post-mortem', 'declare'));
    });
});

describe('a refused request', () => {
    it('says what is wrong with a field', () => {
        const e = new ApiError(422, 'Invalid', '', [{ field: 'title', detail: 'must not be empty' }]);
        assert.equal(e.field('title'), 'must not be empty');
        assert.equal(e.field('owner_id'), undefined);
    });
});
