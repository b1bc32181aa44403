import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { inChinese, known } from '../src/errors-zh';

/** The arguments of a call in C, as they stand. */
function* args(call: string): Generator<string> {
    let at = '', deep = 0;
    for (const [token] of call.matchAll(/"(?:[^"\\]|\\.)*"|[(){}[\],]|[^"(){}[\],]+/g)) {
        if (token === ',' && deep === 0) {
            yield at.trim();
            at = '';
            continue;
        }
        deep += /[({[]/.test(token) && token.length === 1 ? 1 : /[)}\]]/.test(token) && token.length === 1 ? -1 : 0;
        if (deep < 0) break;
        at += token;
    }
    yield at.trim();
}

/** The sentences that are refused with, `{}` for what is put in. */
function* sentences(source: string): Generator<string> {
    for (const m of source.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/\b(?:fail|fail_field)\((?=([\s\S]{0,1200}))/g)) {
        const said = [...args(m[1]!)].slice(1).find((a) => /^("|STR_FMT)/.test(a) && !a.replace(/"(?:[^"\\]|\\.)*"/g, '').includes('?'));
        if (!said) continue;
        const text = [...said.matchAll(/"((?:[^"\\]|\\.)*)"|\b(?:STR_FMT|PRI[du]64)\b/g)].map((p) => p[1] ?? '%s').join('');
        yield text.replace(/%%s/g, '%s').replace(/%(?:[-0-9.*]*(?:ll|l|z)?[sdiuxXfc])(?<!%)/g, '{}').replace(/\\"/g, '"').replace(/%%/g, '%');
    }
}

describe('what the server says', () => {
    it('is said in Chinese, with what it puts in', () => {
        assert.equal(inChinese('sign in first'), '请先登录');
        assert.equal(inChinese('no incident INC-9'), '没有事件 INC-9');
        assert.equal(inChinese('name must be a string, not a number'), 'name 须为文本，而不是数字');
        assert.equal(inChinese('line 1, column 7: there is no "incident.titel"; did you mean "incident.title"?'), '第 1 行第 7 列：没有“incident.titel”，是否想写“incident.title”？');
    });
    it('stays as it is when it is not known', () => assert.equal(inChinese('(.*) {0} [a'), '(.*) {0} [a'));
    it('is known wherever people read it', async () => {
        const root = path.join(process.cwd(), 'src');
        const files = (await readdir(root, { recursive: true })).filter((f) => /^(app|feature)\//.test(f) && f.endsWith('.c') && !/_test\.c$|\/spec_|\/(demo|chat)\//.test(f));
        const missing: string[] = [];
        let seen = 0;
        for (const f of files) for (const said of sentences(await readFile(path.join(root, f), 'utf8'))) {
            if (!/[a-z]{3}.* |\{\}/.test(said) || said.replace(/\{\}|[^a-z]/g, '').length < 3 || operators.some((o) => said.startsWith(o))) continue;
            seen++;
            if (!known(said)) missing.push(`${f}: ${said}`);
        }
        assert.ok(seen > 300, `only ${seen} sentences were found`);
        assert.deepEqual(missing, []);
    });
});

/** Said to whoever runs the server, or to a machine that speaks PagerDuty's protocol: not on a screen. */
const operators = ['HINDSIGHT_SECRET_KEY', 'cannot write {}: {}', 'cannot read {}: {}', '{} is damaged: put it back', 'the secret key is not 64', 'starting {}', 'the system refuses another thread', "'routing_key'", 'hindsight-image said', 'cannot find where this program lies', 'cannot start {}'];
