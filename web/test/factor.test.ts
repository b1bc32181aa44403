import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFor } from '../../src/feature/settings/ui/factor-key';

test('the key of a new factor comes from its name and is never one that is taken', () => {
    assert.equal(keyFor('Feature flag', []), 'feature_flag');
    assert.equal(keyFor('Feature flag!', ['feature_flag']), 'feature_flag_2');
    assert.equal(keyFor('功能开关', []), 'factor_1');
    assert.equal(keyFor('功能开关', ['factor_1']), 'factor_2');
});
