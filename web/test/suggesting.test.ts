import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getSchema } from '@tiptap/core';
import { joinBackward, joinForward, lift, setBlockType, splitBlock, toggleMark, wrapIn } from '@tiptap/pm/commands';
import type { Node as PmNode } from '@tiptap/pm/model';
import { liftListItem, sinkListItem, splitListItem, wrapInList } from '@tiptap/pm/schema-list';
import { EditorState, NodeSelection, TextSelection, type Command, type Transaction } from '@tiptap/pm/state';
import { addColumnAfter, addRowAfter, deleteRow, toggleHeaderRow } from '@tiptap/pm/tables';
import type { EditorContext } from '../editor/context';
import { pieces } from '../editor/schema';
import { layersOf } from '../editor/suggested';
import { correct, suggestions } from '../editor/suggesting';
import { settle } from '../editor/suggestions';

const schema = getSchema(pieces({ incidents: () => [] } as unknown as EditorContext).flatMap((p) => p.extensions));
const bo = { id: 'bo', name: 'Bo' }, ana = { id: 'ana', name: 'Ana' };
const AT = '2026-11-10T14:07:30.000Z';

const p = (text: string) => ({ type: 'paragraph', ...(text ? { content: [{ type: 'text', text }] } : {}) });
const item = (...content: object[]) => ({ type: 'listItem', content });
const cell = (text: string) => ({ type: 'tableCell', content: [p(text)] });
const start = () => schema.nodeFromJSON({ type: 'doc', content: [
    { type: 'heading', attrs: { level: 2, section: 'impact', guide: 'Who?' }, content: [{ type: 'text', text: 'Impact' }] }, p('Payments failed for an hour.'), p(''),
    { type: 'bulletList', content: [item(p('one')), item(p('two'), { type: 'bulletList', content: [item(p('nested'))] })] },
    { type: 'image', attrs: { src: '/files/1' } },
    { type: 'table', content: [{ type: 'tableRow', content: [cell('k1'), cell('k2')] }, { type: 'tableRow', content: [cell('k3'), cell('k4')] }] },
    { type: 'callout', attrs: { kind: 'info' }, content: [p('mind this')] }, { type: 'codeBlock', attrs: { language: 'sql' }, content: [{ type: 'text', text: 'SELECT 1' }] },
    { type: 'paragraph', content: [{ type: 'text', text: 'See ' }, { type: 'evidence', attrs: { kind: 'alert', id: 'x', title: 'Alert' } }, { type: 'text', text: ' and the end', marks: [{ type: 'bold' }] }] },
] });

/** An editor in which somebody suggests. */
class Writer {
    state: EditorState;
    refused = 0;
    constructor(doc: PmNode = start(), public me = bo) { this.state = EditorState.create({ doc }); }
    apply(tr: Transaction): void {
        const before = this.state;
        const after = before.apply(tr);
        const fix = correct([tr], before, after, this.me, AT, () => { this.refused++; });
        this.state = fix ? after.apply(fix) : after;
        this.state.doc.check();
    }
    do(command: Command): boolean { return command(this.state, (tr) => this.apply(tr)); }
    type(text: string): void { for (const c of text) this.apply(this.state.tr.insertText(c)); }
    /** Puts the cursor behind these words, or selects them. */
    at(words: string, select = false): this {
        let found = -1;
        this.state.doc.descendants((n, pos) => { const i = n.isText ? n.text!.indexOf(words) : -1; if (found < 0 && i >= 0) found = pos + i; });
        assert.ok(found >= 0, words);
        this.state = this.state.apply(this.state.tr.setSelection(TextSelection.create(this.state.doc, select ? found : found + words.length, found + words.length)));
        return this;
    }
    find(type: string, nth = 0): { node: PmNode; pos: number } {
        const all: { node: PmNode; pos: number }[] = [];
        this.state.doc.descendants((node, pos) => { if (node.type.name === type) all.push({ node, pos }); });
        return all[nth]!;
    }
}

const everything = [{ from: 0, to: Infinity, user: null }];
const settled = (doc: PmNode, accept: boolean, user: string | null = null) => {
    const s = EditorState.create({ doc });
    const after = s.apply(settle(s.tr, [{ ...everything[0]!, user }], accept)).doc;
    after.check();
    return after;
};
const plain = (doc: PmNode) => JSON.stringify(doc.toJSON(), (_k, v: unknown) => (v === null ? undefined : v));
const shape = (doc: PmNode) => doc.toString();

function readsAsBefore(w: Writer, before: PmNode = start()): void {
    assert.equal(w.refused, 0);
    assert.notEqual(plain(w.state.doc), plain(before));
    assert.equal(plain(settled(w.state.doc, false)), plain(before));
}

describe('suggesting blocks', () => {
    it('a new paragraph, list item, row and picture are there only once they are accepted', () => {
        const each: [string, (w: Writer) => void][] = [
            ['paragraph', (w) => { w.at('an hour.').do(splitBlock); w.type('More'); }],
            ['listItem', (w) => { w.at('one').do(splitListItem(schema.nodes['listItem']!)); w.type('half'); }],
            ['tableRow', (w) => { w.at('k3').do(addRowAfter); }],
            ['image', (w) => w.apply(w.state.tr.insert(w.find('paragraph').pos, schema.nodes['image']!.create({ src: '/files/2' })))],
        ];
        for (const [type, edit] of each) {
            const w = new Writer();
            edit(w);
            readsAsBefore(w);
            const list = suggestions(w.state.doc);
            assert.deepEqual(list.map((s) => [s.user, s.at, s.notes[0]]), [['bo', AT, { op: 'insert', type }]]);
            const direct = start();
            let many = 0, was = 0;
            settled(w.state.doc, true).descendants((n) => { if (n.type.name === type) many++; });
            direct.descendants((n) => { if (n.type.name === type) was++; });
            assert.equal(many, was + 1);
        }
    });
    it('a deleted block stays, marked, until that is accepted', () => {
        for (const type of ['paragraph', 'image', 'table', 'tableRow', 'listItem', 'callout']) {
            const w = new Writer();
            const { pos, node } = w.find(type, type === 'paragraph' ? 1 : 0);
            w.apply(w.state.tr.delete(pos, pos + node.nodeSize));
            readsAsBefore(w);
            assert.deepEqual(suggestions(w.state.doc).flatMap((s) => s.notes), [{ op: 'delete', type }]);
            const s = EditorState.create({ doc: start() });
            assert.equal(plain(settled(w.state.doc, true)), plain(s.apply(s.tr.delete(pos, pos + node.nodeSize)).doc));
        }
    });
    it('a paragraph is divided, and two are joined, when it is accepted', () => {
        const w = new Writer();
        w.at('Payments').do(splitBlock);
        readsAsBefore(w);
        assert.deepEqual(suggestions(w.state.doc).map((s) => s.notes[0]!.op), ['divide']);
        assert.match(shape(settled(w.state.doc, true)), /paragraph\("Payments"\), paragraph\(" failed/);
        const k = new Writer(schema.nodeFromJSON({ type: 'doc', content: [p('first'), p('second')] }));
        k.state = k.state.apply(k.state.tr.setSelection(TextSelection.create(k.state.doc, 8)));
        k.do(joinBackward);
        assert.equal(k.state.selection.head, 6);
        assert.deepEqual(suggestions(k.state.doc).map((s) => s.notes[0]!.op), ['join']);
        assert.equal(shape(settled(k.state.doc, true)), 'doc(paragraph("firstsecond"))');
        assert.equal(shape(settled(k.state.doc, false)), 'doc(paragraph("first"), paragraph("second"))');
    });
    it('what reaches over several blocks is deleted as one suggestion', () => {
        const w = new Writer(schema.nodeFromJSON({ type: 'doc', content: [p('first line'), p('middle'), p('last line')] }));
        w.state = w.state.apply(w.state.tr.setSelection(TextSelection.create(w.state.doc, 6, 25)));
        w.apply(w.state.tr.deleteSelection());
        assert.equal(suggestions(w.state.doc).length, 1);
        assert.equal(shape(settled(w.state.doc, false)), 'doc(paragraph("first line"), paragraph("middle"), paragraph("last line"))');
        assert.equal(shape(settled(w.state.doc, true)), 'doc(paragraph("first line"))');
    });
    it('from anywhere to anywhere else: what is deleted stays as it was until that is accepted', () => {
        const ends: number[] = [], doc = schema.nodeFromJSON({ type: 'doc', content: [
            { type: 'details', content: [{ type: 'detailsSummary', content: [{ type: 'text', text: 'sum' }] }, { type: 'detailsContent', content: [p('in'), { type: 'bulletList', content: [item(p('a'))] }] }] },
            p('after'), { type: 'bulletList', content: [item(p('one'), { type: 'codeBlock', content: [{ type: 'text', text: 'x' }] }), item(p('two'), { type: 'bulletList', content: [item(p('nested'))] })] },
            { type: 'blockquote', content: [p('said'), { type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'H' }] }] }, { type: 'callout', attrs: { kind: 'info' }, content: [p('mind')] },
            { type: 'table', content: [{ type: 'tableRow', content: [cell('k1'), cell('')] }] }, { type: 'codeBlock', content: [{ type: 'text', text: 'code' }] }, { type: 'taskList', content: [{ type: 'taskItem', content: [p('do')] }] }, p(''),
        ] });
        doc.descendants((n, pos) => { if (n.isTextblock) ends.push(...new Set([pos + 1, pos + 1 + n.content.size])); });
        for (const from of ends) for (const to of ends) if (from < to) {
            const w = new Writer(doc);
            w.state = w.state.apply(w.state.tr.setSelection(TextSelection.create(doc, from, to)));
            w.apply(w.state.tr.deleteSelection());
            assert.equal(w.refused, 0, `${from} to ${to}`);
            assert.equal(plain(settled(w.state.doc, false)), plain(doc), `${from} to ${to}`);
        }
    });
    it('a heading level, a kind of box and another type are a change of the block that stays', () => {
        const w = new Writer();
        w.at('Payments').do(setBlockType(schema.nodes['heading']!, { level: 3 }));
        readsAsBefore(w);
        assert.deepEqual(suggestions(w.state.doc)[0]!.notes[0], { op: 'change', type: 'paragraph', to: 'heading', attrs: { level: 3 } });
        assert.match(shape(settled(w.state.doc, true)), /heading\("Payments failed/);
        w.at('Payments').do(setBlockType(schema.nodes['heading']!, { level: 3 }));            /* once more takes it back */
        assert.equal(plain(w.state.doc), plain(start()));
        const { pos, node } = w.find('callout');
        w.apply(w.state.tr.setNodeMarkup(pos, undefined, { ...node.attrs, kind: 'danger' }));
        assert.equal(w.find('callout').node.attrs['kind'], 'info');
        const done = settled(w.state.doc, true);
        done.descendants((n) => { if (n.type.name === 'callout') assert.equal(n.attrs['kind'], 'danger'); });
    });
    it('a list that is made of a paragraph is the paragraph going and the list coming', () => {
        const w = new Writer();
        w.at('Payments').do(wrapInList(schema.nodes['bulletList']!));
        readsAsBefore(w);
        assert.equal(suggestions(w.state.doc).length, 1);
        assert.match(shape(settled(w.state.doc, true)), /bulletList\(listItem\(paragraph\("Payments failed for an hour\."\)\)\)/);
    });
    it('a column, which no row can hold alone, is suggested with its table', () => {
        const w = new Writer();
        w.at('k3').do(addColumnAfter);
        readsAsBefore(w);
        assert.deepEqual(suggestions(w.state.doc).map((s) => s.notes), [[{ op: 'delete', type: 'table' }, { op: 'insert', type: 'table' }]]);
    });
    it('another look is suggested beside the text, and the same once more takes it back', () => {
        const w = new Writer();
        w.at('Payments', true).do(toggleMark(schema.marks['bold']!));
        readsAsBefore(w);
        assert.deepEqual(suggestions(w.state.doc)[0]!.notes, [{ op: 'look', type: 'bold' }]);
        assert.ok(settled(w.state.doc, true).child(1).firstChild!.marks.some((m) => m.type.name === 'bold'));
        w.do(toggleMark(schema.marks['bold']!));
        assert.equal(plain(w.state.doc), plain(start()));
        w.at('and the end', true).do(toggleMark(schema.marks['bold']!));
        assert.deepEqual(suggestions(w.state.doc)[0]!.notes, [{ op: 'unlook', type: 'bold' }]);
        assert.equal(settled(w.state.doc, true).lastChild!.lastChild!.marks.length, 0);
    });
    it('what is typed within code is suggested, too', () => {
        const code = { type: 'paragraph', content: [{ type: 'text', text: 'max_size', marks: [{ type: 'code' }] }] };
        const w = new Writer(schema.nodeFromJSON({ type: 'doc', content: [code] }));
        w.at('max').type('imum');
        assert.equal(settled(w.state.doc, false).textContent, 'max_size');
        assert.equal(settled(w.state.doc, true).textContent, 'maximum_size');
        assert.ok(settled(w.state.doc, true).firstChild!.firstChild!.marks.some((m) => m.type.name === 'code'));
    });
    it('a chip comes and goes like words', () => {
        const w = new Writer();
        const { pos } = w.find('evidence');
        w.apply(w.state.tr.delete(pos, pos + 1));
        readsAsBefore(w);
        assert.equal(settled(w.state.doc, true).lastChild!.childCount, 2);
        const k = new Writer();
        k.at('Payments').apply(k.state.tr.insert(k.state.selection.head, schema.nodes['timestamp']!.create({ at: AT })));
        readsAsBefore(k);
    });
    it('what one made oneself is edited as it is', () => {
        const w = new Writer();
        w.at('an hour.').do(splitBlock);
        w.type('abc');
        w.do(splitBlock);
        w.type('def');
        w.do(joinBackward);
        assert.equal(suggestions(w.state.doc)[0]!.inserted, 'abc def');
        w.at('def', true).apply(w.state.tr.deleteSelection());
        readsAsBefore(w);
        const { pos, node } = w.find('paragraph', 1);
        w.apply(w.state.tr.delete(pos, pos + node.nodeSize));
        const e = w.find('paragraph', 1);
        assert.equal(e.node.content.size, 0);
    });
    it('two people: each decides about the own, and one may delete what the other suggests', () => {
        const w = new Writer();
        w.at('an hour.').do(splitBlock);
        w.type('from Bo');
        const k = new Writer(w.state.doc, ana);
        const { pos, node } = k.find('paragraph', 1);
        assert.equal(node.textContent, 'from Bo');
        k.apply(k.state.tr.delete(pos, pos + node.nodeSize));
        assert.deepEqual(layersOf(k.find('paragraph', 1).node).map((l) => [l.do, l.user]), [['insert', 'bo'], ['delete', 'ana']]);
        k.at('Payments').type('!');
        readsAsBefore(k);
        assert.equal(plain(settled(settled(k.state.doc, true, 'bo'), false, 'ana')).includes('from Bo'), true);
        assert.equal(plain(settled(settled(k.state.doc, true, 'ana'), true, 'bo')).includes('from Bo'), false);
    });
});

describe('suggesting at random', () => {
    it('rejecting everything gives the text as it was; accepting one edit gives what the edit made', () => {
        let s = Number(process.env['SEED'] ?? 11);
        const random = () => {
            s = (s + 0x6d2b79f5) >>> 0;
            let t = Math.imul(s ^ (s >>> 15), 1 | s);
            t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
            return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
        };
        const below = (n: number) => Math.floor(random() * n);
        const { nodes, marks } = schema;
        const commands: Command[] = [splitBlock, splitBlock, joinBackward, joinForward, splitListItem(nodes['listItem']!), sinkListItem(nodes['listItem']!), liftListItem(nodes['listItem']!), wrapInList(nodes['orderedList']!),
            wrapIn(nodes['blockquote']!), wrapIn(nodes['callout']!), lift, setBlockType(nodes['paragraph']!), setBlockType(nodes['heading']!, { level: 3 }), toggleMark(marks['bold']!), toggleMark(marks['italic']!), toggleMark(marks['code']!), toggleMark(marks['code']!),
            addRowAfter, deleteRow, addColumnAfter, toggleHeaderRow];
        const edit = (state: EditorState, dispatch: (tr: Transaction) => void): void => {
            const spots: number[] = [];
            state.doc.descendants((n, pos) => { if (n.isTextblock) for (let i = 0; i <= n.content.size; i++) spots.push(pos + 1 + i); });
            const a = spots[below(spots.length)]!, b = random() < 0.6 ? a : random() < 0.6 ? Math.min(a + below(8), state.doc.content.size) : spots[below(spots.length)]!;
            let selection;
            try { selection = TextSelection.create(state.doc, Math.min(a, b), Math.max(a, b)); } catch { return; }
            const placed = state.apply(state.tr.setSelection(TextSelection.between(selection.$anchor, selection.$head)));
            const tr = placed.tr.setSelection(placed.selection);
            const kind = random();
            if (kind < 0.3) return dispatch(tr.insertText('xyz'.slice(below(3))));
            if (kind < 0.4) return dispatch(tr.deleteSelection());
            if (kind < 0.45) {
                const i = below(state.doc.childCount);
                let pos = 0;
                for (let k = 0; k < i; k++) pos += state.doc.child(k).nodeSize;
                return dispatch(NodeSelection.isSelectable(state.doc.child(i)) ? tr.delete(pos, pos + state.doc.child(i).nodeSize) : tr);
            }
            const command = commands[below(commands.length)]!;
            let made: Transaction | null = null;
            try { command(placed, (t) => { made = t; }); } catch { return; }            /* the table commands throw at what a cell does not hold */
            if (made) dispatch(made);
        };
        for (let round = 0; round < 400; round++) {
            const before = start();
            const w = new Writer(before, round % 2 ? ana : bo);
            const many = 1 + below(12);
            const log: string[] = [];
            for (let i = 0; i < many; i++) {
                edit(w.state, (t) => {
                    /* the command ran on a state that has another selection only */
                    const base = w.state;
                    if (t.before !== base.doc) return;
                    log.push(JSON.stringify(t.steps.map((x) => x.toJSON() as unknown)));
                    const after = base.apply(base.tr).doc && t.doc;
                    if (i === 0 && t.docChanged) {
                        const full = base.apply(t);
                        const fix = correct([t], base, full, w.me, AT, () => { w.refused++; });
                        const doc = fix ? full.apply(fix).doc : full.doc;
                        assert.equal(settled(doc, true).textContent, after.textContent, `round ${round}, accepted: ${log.join('\n')}`);
                    }
                    w.apply(t);
                });
                if (i === 5) w.me = w.me === bo ? ana : bo;
            }
            const is = plain(settled(w.state.doc, false)), want = plain(before);
            let i = 0;
            while (i < is.length && is[i] === want[i]) i++;
            assert.ok(is === want, `round ${round}, rejected …${is.slice(Math.max(0, i - 80), i + 120)}\nnot …${want.slice(Math.max(0, i - 80), i + 120)}\n${log.join('\n')}\n${shape(w.state.doc)}`);
        }
    });
});
