/** Find in document: marks all matches, walks them, replaces. */
import { Extension, type Editor } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { readyToScroll } from './long';

export type Match = { from: number; to: number };
type Query = { query: string; exact: boolean };
type State = Query & { at: number; matches: Match[]; set: DecorationSet };
const key = new PluginKey<State>('find');

/** All places where the text occurs; unless `exact`, upper and lower case are one. A match does not cross blocks. */
export function findAll(doc: PmNode, query: string, exact = false): Match[] {
    const fold = (s: string) => (exact ? s : s.toLowerCase());
    const q = fold(query);
    const out: Match[] = [];
    if (!q) return out;
    doc.descendants((node, pos) => {
        if (!node.isTextblock) return true;
        let text = '';
        node.forEach((c) => { text += c.isText ? c.text! : '\ufffc'.repeat(c.nodeSize); });
        const hay = fold(text);
        if (hay.length !== text.length) return false;            /* a letter whose lower case is longer: leave it */
        for (let i = hay.indexOf(q); i >= 0; i = hay.indexOf(q, i + q.length)) out.push({ from: pos + 1 + i, to: pos + 1 + i + q.length });
        return false;
    });
    return out;
}

function build(doc: PmNode, { query, exact }: Query, at: number): State {
    const matches = findAll(doc, query, exact);
    const i = matches.length ? ((at % matches.length) + matches.length) % matches.length : 0;
    return { query, exact, at: i, matches, set: DecorationSet.create(doc, matches.map((m, n) => Decoration.inline(m.from, m.to, { class: n === i ? 'found on' : 'found' }))) };
}

export const Find = Extension.create({
    name: 'find',
    addProseMirrorPlugins() {
        return [new Plugin<State>({
            key,
            state: {
                init: () => ({ query: '', exact: false, at: 0, matches: [], set: DecorationSet.empty }),
                apply(tr, old) {
                    const m = tr.getMeta(key) as (Query & { at: number }) | undefined;
                    if (m) return build(tr.doc, m, m.at);
                    return tr.docChanged && old.query ? build(tr.doc, old, old.at) : old;
                },
            },
            props: { decorations: (s) => key.getState(s)!.set },
        })];
    },
});

/** How many there are, and which one is marked (0-based). */
export type Found = { n: number; at: number };

/** Searches, and shows the match. */
export function find(editor: Editor, query: string, at = 0, exact = false): Found {
    editor.view.dispatch(editor.state.tr.setMeta(key, { query, exact, at }));
    const s = key.getState(editor.state)!;
    const m = s.matches[s.at];
    if (m) {
        const dom = editor.view.domAtPos(m.from).node;
        const el = dom instanceof Element ? dom : dom.parentElement;
        const folded = el?.closest('[data-type="detailsContent"][hidden]');
        folded?.closest<HTMLElement>('.details')?.querySelector<HTMLElement>(':scope > button')?.click();
        readyToScroll(dom);
        el?.scrollIntoView({ block: 'center', behavior: 'auto' });
    }
    return { n: s.matches.length, at: s.at };
}

/** Replaces the marked match and goes to the next; what it is replaced by keeps its marks. */
export function replaceOne(editor: Editor, text: string): Found {
    const s = key.getState(editor.state)!;
    const m = s.matches[s.at];
    if (m && editor.isEditable) editor.view.dispatch(replacing(editor, [m], text));
    return find(editor, s.query, s.at, s.exact);
}

/** Replaces every match in one step; answers how many there were. */
export function replaceAll(editor: Editor, text: string): number {
    const s = key.getState(editor.state)!;
    if (!s.matches.length || !editor.isEditable) return 0;
    const n = s.matches.length;
    editor.view.dispatch(replacing(editor, s.matches, text));
    return n;
}

function replacing(editor: Editor, matches: Match[], text: string) {
    const { tr, doc } = editor.state;
    for (const m of [...matches].reverse()) {
        if (text) tr.replaceWith(m.from, m.to, editor.schema.text(text, doc.resolve(m.from).marksAcross(doc.resolve(m.to)) ?? []));
        else tr.delete(m.from, m.to);
    }
    return tr;
}

/** Puts the selection on the marked match and ends the search. */
export function endFind(editor: Editor): void {
    const s = key.getState(editor.state)!;
    const m = s.matches[s.at];
    let tr = editor.state.tr.setMeta(key, { query: '', exact: false, at: 0 });
    if (m) tr = tr.setSelection(TextSelection.create(tr.doc, m.from, m.to));
    editor.view.dispatch(tr);
    editor.view.focus();
}
