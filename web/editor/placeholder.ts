/** Ghost words in the empty line one stands in. (Those of empty summaries: nodes/details.ts and the stylesheet.) */
import { Extension } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { t } from './strings';

export const Placeholder = Extension.create({
    name: 'placeholder',
    addProseMirrorPlugins() {
        return [new Plugin({
            key: new PluginKey('placeholder'),
            props: {
                decorations: ({ doc, selection }) => {
                    const list: Decoration[] = [];
                    const ghost = (pos: number, size: number, words: string) => list.push(Decoration.node(pos, pos + size, { class: 'is-empty', 'data-placeholder': words }));
                    const { $from, empty } = selection;
                    const block = $from.parent;
                    if (empty && this.editor.isEditable && block.isTextblock && block.content.size === 0) {
                        if (block.type.name === 'heading') ghost($from.before(), block.nodeSize, t('heading_placeholder'));
                        else if (block.type.name === 'paragraph' && $from.depth === 1) ghost($from.before(), block.nodeSize, t('placeholder'));
                    }
                    return list.length ? DecorationSet.create(doc, list) : DecorationSet.empty;
                },
            },
        })];
    },
});
