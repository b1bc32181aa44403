/** Tables with resizable columns. Their toolbar stands in menus/table.ts. */
import { TableKit } from '@tiptap/extension-table';
import type { Piece } from '../context';
import { t } from '../strings';

export const table: Piece = {
    extensions: [TableKit.configure({ table: { resizable: true, cellMinWidth: 64, lastColumnResizable: true, HTMLAttributes: { class: 'grid' } } })],
    slash: [{ id: 'table', group: 'blocks', label: () => t('table'), words: 'grid rows columns 表格', icon: 'table', hint: '|||',
        run: (e, r) => { e.chain().focus().deleteRange(r).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(); } }],
};
