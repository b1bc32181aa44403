import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cut } from '../editor/long';

describe('blocks of a long document are cut into groups', () => {
    const blocks = (text: string) => [...text];
    const heading = (b: string) => b === 'h';

    it('of one size, the last of what is left', () => {
        assert.deepEqual(cut(blocks('abcdefgh'), 3, () => false).map((g) => g.join('')), ['abc', 'def', 'gh']);
    });

    it('none of which ends with a heading, whose margin meets that of what follows', () => {
        assert.deepEqual(cut(blocks('abhcdhhef'), 3, heading).map((g) => g.join('')), ['abhc', 'dhhe', 'f']);
    });

    it('nor begins without a block', () => {
        assert.deepEqual(cut([], 3, heading), []);
        assert.deepEqual(cut(blocks('hhh'), 2, heading).map((g) => g.join('')), ['hhh']);
    });
});
