/** Find in document: marks all matches, walks them, replaces. */
import { Extension, type Editor } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

export type Match = { from: number; to: number };
type State = { query: string; at: number; matches: Match[]; set: DecorationSet };
const key = new PluginKey<State>('find');

/** All places where the text occurs, not counting upper and lower case; a match does not cross blocks. */
export function findAll(doc: PmNode, query: string): Match[] {
    const q = query.toLowerCase();
    const out: Match[] = [];
    if (!q) return out;
    doc.descendants((node, pos) => {
        if (!node.isTextblock) return true;
        let text = '';
        node.forEach((c) => { text += c.isText ? c.text! : '\ufffc'.repeat(c.nodeSize); });
        const hay = text.toLowerCase();
        if (hay.length !== text.length) return false;            /* a letter whose lower case is longer: leave it */
        for (let i = hay.indexOf(q); i >= 0; i = hay.indexOf(q, i + q.length)) out.push({ from: pos + 1 + i, to: pos + 1 + i + q.length });
        return false;
    });
    return out;
}

function build(doc: PmNode, query: string, at: number): State {
    const matches = findAll(doc, query);
    const i = matches.length ? ((at % matches.length) + matches.length) % matches.length : 0;
    return { query, at: i, matches, set: DecorationSet.create(doc, matches.map((m, n) => Decoration.inline(m.from, m.to, { class: n === i ? 'found on' : 'found' }))) };
}

export const Find = Extension.create({
    name: 'find',
    addProseMirrorPlugins() {
        return [new Plugin<State>({
            key,
            state: {
                init: () => ({ query: '', at: 0, matches: [], set: DecorationSet.empty }),
                apply(tr, old) {
                    const m = tr.getMeta(key) as { query: string; at: number } | undefined;
                    if (m) return build(tr.doc, m.query, m.at);
                    return tr.docChanged && old.query ? build(tr.doc, old.query, old.at) : old;
                },
            },
            props: { decorations: (s) => key.getState(s)!.set },
        })];
    },
});

/** Searches; answers how many there are and which one is marked (0-based). */
export function find(editor: Editor, query: string, at = 0): { n: number; at: number } {
    editor.view.dispatch(editor.state.tr.setMeta(key, { query, at }));
    const s = key.getState(editor.state)!;
    const m = s.matches[s.at];
    if (m) {
        const dom = editor.view.domAtPos(m.from).node;
        (dom instanceof Element ? dom : dom.parentElement)?.scrollIntoView({ block: 'center', behavior: 'auto' });
    }
    return { n: s.matches.length, at: s.at };
}

/** Replaces the marked match and goes to the next. */
export function replaceOne(editor: Editor, text: string): { n: number; at: number } {
    const s = key.getState(editor.state)!;
    const m = s.matches[s.at];
    if (m && editor.isEditable) editor.view.dispatch(editor.state.tr.insertText(text, m.from, m.to));
    return find(editor, s.query, s.at);
}

/** Puts the selection on the marked match and ends the search. */
export function endFind(editor: Editor): void {
    const s = key.getState(editor.state)!;
    const m = s.matches[s.at];
    let tr = editor.state.tr.setMeta(key, { query: '', at: 0 });
    if (m) tr = tr.setSelection(TextSelection.create(tr.doc, m.from, m.to));
    editor.view.dispatch(tr);
    editor.view.focus();
}
