import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Schema, type Node as PmNode } from '@tiptap/pm/model';
import { EditorState, Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { redrawn } from '../editor/redrawn';

const schema = new Schema({ nodes: { doc: { content: 'block+' }, text: {}, paragraph: { group: 'block', content: 'text*' }, image: { group: 'block', attrs: { comments: { default: null }, width: { default: null } } } } });
const drawn = (doc: PmNode, from: number, to: number): Decoration[] => {
    const list: Decoration[] = [];
    doc.nodesBetween(from, to, (n, pos) => { if (n.attrs['comments']) list.push(Decoration.node(pos, pos + n.nodeSize, { class: String(n.attrs['comments']) })); });
    return list;
};
const key = new PluginKey<DecorationSet>('marks');
const plugin = new Plugin<DecorationSet>({ key, state: { init: (_c, s) => DecorationSet.create(s.doc, drawn(s.doc, 0, s.doc.content.size)), apply: (tr, old) => redrawn(tr, old, drawn) } });
const start = () => EditorState.create({ plugins: [plugin], doc: schema.nodeFromJSON({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'one' }] }, { type: 'image', attrs: { comments: 'a' } }, { type: 'paragraph' }] }) });
const places = (s: EditorState) => key.getState(s)!.find().map((d) => [d.from, d.to]);

describe('what is shown of a node', () => {
    it('stays when the node gets other attributes: a commented picture that is resized is still commented', () => {
        const s = start();
        const after = s.apply(s.tr.setNodeMarkup(5, undefined, { comments: 'a', width: 300 }));
        assert.deepEqual(places(after), [[5, 6]]);
    });
    it('goes with it, comes with it, and moves with what is typed before it', () => {
        const s = start();
        assert.deepEqual(places(s.apply(s.tr.insertText('two ', 1))), [[9, 10]]);
        const without = s.apply(s.tr.delete(5, 6));
        assert.deepEqual(places(without), []);
        assert.deepEqual(places(without.apply(without.tr.insert(0, s.doc.child(1)))), [[0, 1]]);
    });
    it('goes when the attribute goes', () => {
        const s = start();
        assert.deepEqual(places(s.apply(s.tr.setNodeMarkup(5, undefined, { comments: null }))), []);
    });
});
