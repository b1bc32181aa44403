/** In a document that one may only read, nothing of ours changes it: not even a plugin that mends tables. */
import { Extension } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { ySyncPluginKey } from '@tiptap/y-tiptap';

export const Guard = Extension.create({
    name: 'guard',
    addProseMirrorPlugins() {
        return [new Plugin({
            key: new PluginKey('guard'),
            filterTransaction: (tr) => this.editor.isEditable || !tr.docChanged || tr.getMeta(ySyncPluginKey) !== undefined,
        })];
    },
});
