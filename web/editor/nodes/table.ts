/** Tables with resizable columns. What stands around them is in menus/table.ts. */
import { Extension, InputRule } from '@tiptap/core';
import { TableKit } from '@tiptap/extension-table';
import type { Piece } from '../context';
import { t } from '../strings';

/** `|||` alone in a line is a table of three columns, as many strokes as columns. */
const Strokes = Extension.create({
    name: 'tableStrokes',
    addInputRules() {
        return [new InputRule({ find: /^(\|{2,8})\s$/, handler: ({ range, match, chain, state }) => {
            if (state.doc.resolve(range.from).parent.type.name !== 'paragraph') return null;
            chain().deleteRange(range).insertTable({ rows: 3, cols: match[1]!.length, withHeaderRow: true }).run();
            return undefined;
        } })];
    },
});

export const table: Piece = {
    extensions: [TableKit.configure({ table: { resizable: true, cellMinWidth: 64, lastColumnResizable: true, HTMLAttributes: { class: 'grid' } } }), Strokes],
    slash: [{ id: 'table', group: 'blocks', label: () => t('table'), words: 'grid rows columns 表格', icon: 'table', hint: '|||',
        run: (e, r) => { e.chain().focus().deleteRange(r).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(); } }],
};
