import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { dictionary, locale } from '../src/i18n';

/** All files with dictionaries. */
async function sources(folder: string): Promise<string[]> {
    const out: string[] = [];
    for (const e of await readdir(folder, { withFileTypes: true })) {
        const p = path.join(folder, e.name);
        if (e.isDirectory()) out.push(...(await sources(p)));
        else if (/\.tsx?$/.test(e.name)) out.push(p);
    }
    return out;
}

describe('words', () => {
    const t = dictionary({
        en: { hello: 'Hello {name}', found: { one: '{n} thing', other: '{n} things' } },
        zh: { hello: '你好，{name}', found: '{n} 个' },
    });
    it('are filled and counted in the language on screen', () => {
        locale.value = 'en';
        assert.equal(t('hello', { name: 'Ines' }), 'Hello Ines');
        assert.deepEqual([0, 1, 2, 12345].map((n) => t('found', { n })), ['0 things', '1 thing', '2 things', '12,345 things']);
        locale.value = 'zh';
        assert.equal(t('found', { n: 1 }), '1 个');
        locale.value = 'en';
    });
    it('stand as they are when the value is hostile', () => assert.equal(t('hello', { name: '{n}<b>' }), 'Hello {n}<b>'));
    it('fall back for values of the API that we do not know', () => assert.equal(t.any('no_such_state', 'no such state'), 'no such state'));

    it('exist in Chinese wherever they exist in English, with the same parameters', async () => {
        const root = process.cwd();
        const files = [...(await sources(path.join(root, 'web/src'))), ...(await sources(path.join(root, 'web/kit'))), ...(await sources(path.join(root, 'web/editor'))), ...(await sources(path.join(root, 'src/feature')))];
        const params = (s: string) => [...new Set([...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!))].sort().join();
        let seen = 0;
        for (const f of files) {
            const text = await readFile(f, 'utf8');
            for (const block of text.matchAll(/dictionary\(\{\s*en: \{([\s\S]*?)\n? *\},\s*zh: \{([\s\S]*?)\n? *\},?\s*\}\)/g)) {
                const entries = (s: string) => new Map([...s.matchAll(/(?:^|[\s,{])(\w+): (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\{[^}]*?other: '((?:[^'\\]|\\.)*)' ?\})/g)].map((m) => [m[1]!, m[2] ?? m[3] ?? m[4] ?? '']));
                const [en, zh] = [entries(block[1]!), entries(block[2]!)];
                assert.ok(en.size > 0, f);
                for (const [k, text] of en) {
                    if (k === 'one' || k === 'other') continue;
                    assert.ok(zh.has(k), `${f}: ${k} is missing in Chinese`);
                    /* an empty English text means that the server's words stand */
                    if (text) assert.equal(params(zh.get(k)!), params(text), `${f}: ${k} has other parameters in Chinese`);
                    seen++;
                }
            }
        }
        assert.ok(seen > 200, `only ${seen} words were found`);
    });
});
