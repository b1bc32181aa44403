import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { t as settings } from '../../src/feature/settings/ui/strings';
import { words as server } from '../../src/feature/settings/ui/server-words';
import { t as draft } from '../../src/feature/draft/ui/strings';
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

    it('are the server\'s where the text is empty', () => {
        const own = dictionary({ en: { how_x: '' }, zh: { how_x: '这样做' } });
        assert.equal(own.any('how_x', 'Do this'), 'Do this');
    });

    it('exist for every action of the audit log', async () => {
        const root = process.cwd();
        const rooms = (await readdir(path.join(root, 'src/feature'), { recursive: true })).filter((f) => f.endsWith('.c') && !f.endsWith('_test.c')).map((f) => path.join(root, 'src/feature', f));
        const said = new Set<string>();
        for (const f of [...rooms, path.join(root, 'src/app/settings.c')])
            for (const call of (await readFile(f, 'utf8').catch(() => '')).matchAll(/audit_add\(cx,([^;]*);/g)) for (const name of call[1]!.matchAll(/"([a-z_]+\.[a-z_]+)"/g)) said.add(name[1]!);
        assert.ok(said.size > 25, `only ${said.size} actions were found`);
        for (const action of said) for (const words of [settings.entries.en, settings.entries.zh]) assert.ok(action in words, `${action} has no words`);
    });

    it('exist in Chinese for every setting of the server and what can be chosen for it', async () => {
        const root = process.cwd();
        const files = (await readdir(path.join(root, 'src'), { recursive: true })).filter((f) => f.endsWith('.c') && !f.endsWith('_test.c'));
        const known = { ...settings.entries.zh, ...server.entries.zh, ...draft.entries.zh } as Record<string, unknown>;
        let seen = 0;
        for (const f of files) {
            const text = await readFile(path.join(root, 'src', f), 'utf8');
            for (const [, key, rest] of text.matchAll(/(?:\.key = |\{ )"([a-z]+\.[a-z_0-9]+)"((?:[^}"]|"(?:[^"\\]|\\.)*")*)\}/g)) {
                if (f.startsWith('integration/') || !/\.title = |^, SETTING_/.test(rest!) || ['incident.severities', 'workspace.sample_data'].includes(key!)) continue;
                seen++;
                assert.ok(`${key} title` in known, `${f}: ${key} has no title in Chinese`);
                if (/\.help = /.test(rest!)) assert.ok(`${key} help` in known, `${f}: ${key} has no help in Chinese`);
            }
        }
        assert.ok(seen > 30, `only ${seen} settings were found`);
    });

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
