/** Wording that blames, underlined where it stands. The server finds it (feature check); places move along with the text. */
import { Extension, type Editor } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { readyToScroll } from './long';

/** `block`: which text block of the document; from, to: UTF-16 units in it. */
export type WordingPlace = { key: string; block: number; from: number; to: number; words: string };

const key = new PluginKey<DecorationSet>('wording');

export const Wording = Extension.create({
    name: 'wording',
    addProseMirrorPlugins() {
        return [new Plugin<DecorationSet>({
            key,
            state: {
                init: () => DecorationSet.empty,
                apply: (tr, old) => (tr.getMeta(key) as DecorationSet | undefined) ?? (tr.docChanged ? old.map(tr.mapping, tr.doc) : old),
            },
            props: { decorations: (state) => key.getState(state) },
        })];
    },
});

function textAt(doc: PmNode, from: number, to: number): string {
    return from >= 0 && to <= doc.content.size ? doc.textBetween(from, to, '', '\uFFFC') : '';
}

/** Underlines what is still written as it was found. Returns the keys of those. */
export function showWording(editor: Editor, found: readonly WordingPlace[]): string[] {
    const { doc } = editor.state;
    const starts: number[] = [];
    doc.descendants((n, pos) => {
        if (n.isTextblock) starts.push(pos + 1);
        return !n.isTextblock;
    });
    const list: Decoration[] = [];
    const keys: string[] = [];
    for (const f of found) {
        const start = starts[f.block];
        if (start === undefined || textAt(doc, start + f.from, start + f.to) !== f.words) continue;
        list.push(Decoration.inline(start + f.from, start + f.to, { class: 'wording', 'data-wording': f.key }, { key: f.key, words: f.words }));
        keys.push(f.key);
    }
    editor.view.dispatch(editor.state.tr.setMeta(key, DecorationSet.create(doc, list)).setMeta('addToHistory', false));
    return keys;
}

/** Where something that was found stands now, unless somebody has changed it. */
function placeOf(editor: Editor, id: string): { from: number; to: number } | null {
    const d = key.getState(editor.state)?.find(undefined, undefined, (spec) => (spec as { key: string }).key === id)[0];
    return d && textAt(editor.state.doc, d.from, d.to) === (d.spec as { words: string }).words ? { from: d.from, to: d.to } : null;
}

export function selectWording(editor: Editor, id: string): boolean {
    const at = placeOf(editor, id);
    if (at) editor.chain().focus(undefined, { scrollIntoView: false }).setTextSelection(at).scrollIntoView().run();
    return at !== null;
}

/** Brings it into view and leaves the cursor where it is. */
export function revealWording(editor: Editor, id: string): void {
    const el = editor.view.dom.querySelector(`[data-wording="${CSS.escape(id)}"]`);
    if (!el) return;
    readyToScroll(el);
    el.scrollIntoView({ block: 'center' });
}

/** Puts other words in their place; with none, the space before them goes too. */
export function replaceWording(editor: Editor, id: string, words: string): boolean {
    const at = placeOf(editor, id);
    if (!at) return false;
    const { doc } = editor.state;
    const from = !words && textAt(doc, at.from - 1, at.from) === ' ' ? at.from - 1 : at.from;
    return editor.chain().command(({ tr }) => {
        if (words) tr.insertText(words, from, at.to);
        else tr.delete(from, at.to);
        return true;
    }).run();
}
