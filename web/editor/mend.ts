/**
 * What two people together made invalid (a row without cells, a list without items) is shown mended by every editor, and
 * written by one: were each to write it, there would be as many new cells as editors, and the next mending would begin.
 * Of those who are here and may write, the one with the smallest number does it, once the text has been quiet for a moment.
 * Opening or reading alone changes nothing.
 */
import { Extension, type Editor } from '@tiptap/core';
import { Plugin, PluginKey, type Transaction } from '@tiptap/pm/state';
import { fixTables, fixTablesKey } from '@tiptap/pm/tables';
import { updateYFragment } from '@tiptap/y-tiptap';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { bindingOf } from './binding';

type AnyType = Y.AbstractType<any>;
const QUIET_MS = 1500;
const key = new PluginKey('mend');

/** Makes the rows of every table equally long. */
export function mendTables(editor: Editor): void {
    let tr: Transaction | undefined;
    try {
        tr = editor.isEditable ? fixTables(editor.state) : undefined;
    } catch { /* a table within an uneven table: until somebody changes it */ }
    if (tr) editor.view.dispatch(tr.setMeta(key, true).setMeta('suggesting-plain', true).setMeta('addToHistory', false));
}

export const Mend = (awareness: Awareness) => Extension.create({
    name: 'mend',
    addProseMirrorPlugins() {
        const { editor } = this;
        let timer: ReturnType<typeof setTimeout> | undefined;
        const mine = () => {
            const writers = [...awareness.getStates()].filter(([, s]) => (s as { reads?: boolean }).reads !== true).map(([id]) => id);
            return editor.isEditable && Math.min(...writers, awareness.clientID) === awareness.clientID;
        };
        const mend = () => {
            if (editor.isDestroyed || !mine()) return;
            const { state } = editor;
            const binding = bindingOf(state);
            if (binding.mended.size) {
                binding.own(() => {
                    for (const el of binding.mended) {
                        const node = binding.mapping.get(el as unknown as AnyType);
                        if (!node || Array.isArray(node) || el._item?.deleted || !el.doc) continue;
                        for (const child of el.toArray()) if (child instanceof Y.XmlText) binding.mapping.delete(child as unknown as AnyType);            /* else it counts as written */
                        updateYFragment(binding.doc, el, node, binding);
                    }
                }, false);
                binding.mended.clear();
            }
            mendTables(editor);
        };
        return [new Plugin({
            key,
            /* The table plugin mends after every transaction, in every editor at once: only the one who does it may. */
            filterTransaction: (tr) => tr.getMeta(fixTablesKey) === undefined || tr.getMeta(key) === true,
            view: (view) => {
                bindingOf(view.state).onPull = () => {
                    clearTimeout(timer);
                    timer = setTimeout(mend, QUIET_MS);
                };
                return { destroy: () => clearTimeout(timer) };
            },
        })];
    },
});
