// The program's own English: what must not stand on a screen in Chinese.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './server.mjs';

const filesOf = (folder, ends) => readdirSync(join(root, folder), { recursive: true }).filter((f) => ends.test(f)).map((f) => join(root, folder, f));
const text = (quoted) => quoted.replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))).replace(/\\(.)/g, '$1');

/** Texts of the dictionaries that differ in Chinese, and sentences of three words and more that the server says. Without those that take a value. */
export function english() {
    const words = new Set();
    for (const f of [...filesOf('web', /\.tsx?$/), ...filesOf('src/feature', /\.tsx?$/)].filter((f) => !/test/.test(f)))
        for (const [, en, zh] of readFileSync(f, 'utf8').matchAll(/dictionary\(\{\s*en: \{([\s\S]*?)\n? *\},\s*zh: \{([\s\S]*?)\n? *\},?\s*\}\)/g)) {
            const entries = (s) => new Map([...s.matchAll(/(?:^|[\s,{])('[^']+'|\w+): (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)].map((m) => [m[1], text(m[2] ?? m[3] ?? '')]));
            const chinese = entries(zh);
            for (const [key, said] of entries(en)) if (/[A-Za-z]{3}/.test(said) && /\s/.test(said) && !said.includes('{') && chinese.get(key) !== said) words.add(said);
        }
    for (const f of filesOf('src', /(?<!_test)\.c$/).filter((f) => !/\/(cli|demo|template)\//.test(f)))
        for (const [, said] of readFileSync(f, 'utf8').matchAll(/"((?:[^"\\\n]|\\.)+)"/g)) if (/^[A-Za-z][^%<>{}=\\]*$/.test(said) && said.split(' ').length >= 3 && !/^([A-Z][\w-]* ?)+(\(|v\d|$)/.test(said)) words.add(said);       // but no names: Google Cloud Monitoring
    return [...words];
}

/** Which of them are seen or read aloud; what people wrote does not count. */
export const untranslated = (page, words) => page.evaluate((list) => {
    const known = new Set(list), found = new Set();
    const theirs = '.outline, [contenteditable=true], .doc, article, [lang=en], code, pre, .mono, textarea, kbd';
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
        const said = n.data.trim().replace(/[.:]$/, '');
        if ((known.has(said) || known.has(`${said}.`)) && !n.parentElement.closest(theirs)) found.add(said);
    }
    for (const el of document.querySelectorAll('[aria-label], [title], [placeholder]'))
        for (const name of ['aria-label', 'title', 'placeholder']) if (known.has(el.getAttribute(name)) && !el.closest(theirs)) found.add(`${name}: ${el.getAttribute(name)}`);
    return [...found].slice(0, 6).join(' | ');
}, words);
