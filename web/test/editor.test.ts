import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getSchema } from '@tiptap/core';
import { EditorState } from '@tiptap/pm/state';
import { awareUser, HEX } from '../editor/carets';
import { citing, sentenceBefore } from '../editor/cited';
import type { EditorContext } from '../editor/context';
import { moveTo } from '../editor/gutter';
import { pieces } from '../editor/schema';
import { inlineHtml, looksLikeMarkdown, markdownToHtml } from '../editor/markdown';
import { parseTime } from '../editor/parse-time';
import { cleanHtml } from '../editor/paste';
import { countWords } from '../editor/words';
import { backoff } from '../src/live';
import { userZone } from '../src/time';
import { initials, colorOf } from '../kit/people';

describe('Markdown that is pasted', () => {
    it('becomes blocks', () => {
        assert.equal(markdownToHtml('# Title\n\ntext **bold**\nmore'), '<h1>Title</h1><p>text <strong>bold</strong><br>more</p>');
        assert.equal(markdownToHtml('- a\n  - b\n- c'), '<ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul>');
        assert.equal(markdownToHtml('- [x] done\n- [ ] open'), '<ul data-type="taskList"><li data-type="taskItem" data-checked="true"><p>done</p></li><li data-type="taskItem" data-checked="false"><p>open</p></li></ul>');
        assert.equal(markdownToHtml('1. one\n2. two'), '<ol><li><p>one</p></li><li><p>two</p></li></ol>');
        assert.equal(markdownToHtml('| a | b |\n|---|:-:|\n| 1 | 2 |'), '<table><tbody><tr><th><p>a</p></th><th><p>b</p></th></tr><tr><td><p>1</p></td><td><p>2</p></td></tr></tbody></table>');
        assert.equal(markdownToHtml('```yaml\na: <b>\n```'), '<pre><code class="language-yaml">a: &lt;b&gt;</code></pre>');
        assert.equal(markdownToHtml('> quoted\n> more\n\n---'), '<blockquote><p>quoted<br>more</p></blockquote><hr>');
    });
    it('cannot bring script', () => {
        assert.ok(!markdownToHtml('<script>alert(1)</script> <img src=x onerror=alert(1)>').includes('<script'));
        assert.ok(!inlineHtml('[x](javascript:alert(1))').includes('href'));
        assert.ok(!inlineHtml('[x](https://a.example/"onmouseover="y)').includes('"onmouseover'));
    });
    it('is told from prose', () => {
        assert.ok(looksLikeMarkdown('## Impact\n- a'));
        assert.ok(looksLikeMarkdown('see [this](https://a.example)'));
        assert.ok(!looksLikeMarkdown('At 14:07 the pool was empty - we restarted it.'));
        assert.ok(!looksLikeMarkdown('snake_case_name and 2 * 3 * 4'));
    });
});

describe('HTML from word processors', () => {
    it('loses its dressing', () => {
        assert.equal(cleanHtml('<meta charset="utf-8"><b style="font-weight:normal" id="docs-internal-guid-1"><p>Hi</p></b>'), '<p>Hi</p>');
        assert.equal(cleanHtml('<style>p{}</style><!--StartFragment--><p>a<o:p></o:p></p>'), '<p>a</p>');
    });
});

describe('times that are mentioned', () => {
    it('mean the day of the incident in the zone of the writer', () => {
        userZone.value = 'Europe/Berlin';
        assert.equal(parseTime('14:07', '2026-11-10T13:00:00.000Z'), '2026-11-10T13:07:00.000Z');
        assert.equal(parseTime('2026-11-09 23:59:01', '2026-11-10T13:00:00.000Z'), '2026-11-09T22:59:01.000Z');
        for (const wrong of ['25:00', '14:60', 'pri', '14']) assert.equal(parseTime(wrong, '2026-11-10T13:00:00.000Z'), null);
    });
});

describe('people', () => {
    it('are believed about nothing but a name', () => {
        assert.equal(awareUser({ name: 'Ines', color: HEX[3], id: 'u1' }).color, 4);
        assert.equal(awareUser({ name: 'Ines', color: 'url(javascript:x)', id: 'u1' }).color, colorOf({ id: 'u1', name: 'Ines' }));
        assert.equal(awareUser(null).name, '?');
        assert.equal(awareUser({ name: 'x'.repeat(500) }).name.length, 80);
    });
    it('have initials in Latin and Chinese', () => assert.deepEqual(['Ines Carvalho', '林晓雯', 'Cher', ''].map(initials), ['IC', '晓雯', 'C', '']));
});

describe('words', () => {
    it('are counted in English and Chinese', () => {
        assert.equal(countWords('Don’t count 2 things twice.'), 5);
        assert.equal(countWords('支付失败 39 minutes'), 6);
        assert.equal(countWords(''), 0);
    });
});

describe('connecting again', () => {
    it('waits longer each time, at most half a minute', () => {
        assert.deepEqual([0, 1, 2, 10].map((n) => backoff(n, 0)), [500, 1000, 2000, 30000]);
        assert.ok(backoff(10, 1) < 30000);
    });
});

describe('a block that is dragged', () => {
    const schema = getSchema(pieces({ incidents: () => [] } as unknown as EditorContext).flatMap((x) => x.extensions));
    const p = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] });
    const item = (text: string) => ({ type: 'listItem', content: [p(text)] });
    const state = EditorState.create({ doc: schema.nodeFromJSON({ type: 'doc', content: [p('a'), { type: 'orderedList', content: [item('b'), item('c')] }, { type: 'taskList', content: [{ type: 'taskItem', content: [p('d')] }] }, { type: 'horizontalRule' }] }) });
    const at = (type: string, nth = 0) => { const all: number[] = []; state.doc.descendants((n, pos) => { if (n.type.name === type) all.push(pos); }); return all[nth]!; };
    const moved = (from: number, to: number, behind: boolean) => {
        const tr = moveTo(state, from, to, behind);
        tr?.doc.check();
        return tr?.doc.toString() ?? null;
    };
    it('becomes an item in a list, and an item of the list it comes into', () => {
        assert.equal(moved(at('paragraph'), at('listItem'), true), 'doc(orderedList(listItem(paragraph("b")), listItem(paragraph("a")), listItem(paragraph("c"))), taskList(taskItem(paragraph("d"))), horizontalRule)');
        assert.equal(moved(at('listItem', 1), at('taskItem'), false), 'doc(paragraph("a"), orderedList(listItem(paragraph("b"))), taskList(taskItem(paragraph("c")), taskItem(paragraph("d"))), horizontalRule)');
        assert.equal(moved(at('taskItem'), at('listItem'), false), 'doc(paragraph("a"), orderedList(listItem(paragraph("d")), listItem(paragraph("b")), listItem(paragraph("c"))), horizontalRule)');
    });
    it('is a list of its own outside, and moves whole otherwise', () => {
        assert.equal(moved(at('listItem', 1), at('paragraph'), false), 'doc(orderedList(listItem(paragraph("c"))), paragraph("a"), orderedList(listItem(paragraph("b"))), taskList(taskItem(paragraph("d"))), horizontalRule)');
        assert.equal(moved(at('horizontalRule'), at('paragraph'), false), 'doc(horizontalRule, paragraph("a"), orderedList(listItem(paragraph("b")), listItem(paragraph("c"))), taskList(taskItem(paragraph("d"))))');
        assert.equal(moved(at('horizontalRule'), at('listItem'), false), null);
        assert.equal(moved(at('orderedList'), at('listItem'), false), null);
    });
});

describe('Sentences and their sources', () => {
    const cut = (text: string, at = text.lastIndexOf('\uFFFC')) => { const s = sentenceBefore(text, at); return text.slice(s.from, s.to); };
    it('are found before the chip, in both languages, however many chips there are', () => {
        assert.equal(cut('It began. The pool v2.14 ran dry at 14:07. \uFFFC'), 'The pool v2.14 ran dry at 14:07.');
        assert.equal(cut('First. \uFFFC Second one. \uFFFC \uFFFC'), 'Second one.');
        assert.equal(cut('它在 14:07 开始。连接池耗尽了。\uFFFC'), '连接池耗尽了。');
        assert.equal(cut('He said “stop.” \uFFFC'), 'He said “stop.”');
        assert.equal(cut('no full stop \uFFFC'), 'no full stop');
        assert.equal(cut('\uFFFC'), '');
    });
    it('are those that cite one of the ids', () => {
        const schema = getSchema(pieces({ incidents: () => [] } as unknown as EditorContext).flatMap((p) => p.extensions));
        const chip = (id: string) => ({ type: 'evidence', attrs: { kind: 'event', id, title: id, at: null } });
        const doc = schema.nodeFromJSON({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'One. ' }, chip('a'), { type: 'text', text: ' Two. ' }, chip('b'), { type: 'text', text: ' ' }, chip('a')] }] });
        assert.deepEqual(citing(doc, ['a']).map((c) => doc.textBetween(c.from, c.to)), ['One.', 'Two.']);
        assert.deepEqual(citing(doc, ['b', 'x']).map((c) => doc.textBetween(c.from, c.to)), ['Two.']);
        assert.deepEqual(citing(doc, []), []);
    });
});
