/** Tables with resizable columns. What stands around them is in menus/table.ts. */
import { Extension, InputRule } from '@tiptap/core';
import { Table as Base, TableCell, TableHeader, TableRow } from '@tiptap/extension-table';
import { fixTables } from '@tiptap/pm/tables';
import type { Plugin } from '@tiptap/pm/state';
import type { EditorState } from '@tiptap/pm/state';
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

type Command = (...args: never[]) => (props: { state: EditorState }) => boolean;

/** Whether the rows of all tables are equally long. What stands in a table within an uneven table, the library cannot even tell. */
function even(state: EditorState): boolean {
    try {
        return !fixTables(state);
    } catch {
        return false;
    }
}

/** After each edit the library looks for uneven tables; where it fails at one the edit stands as it is. */
function unfailing(plugin: Plugin): Plugin {
    const look = plugin.spec.appendTransaction;
    if (look) plugin.spec.appendTransaction = function (...args) {
        try {
            return look.apply(this, args);
        } catch {
            return null;
        }
    };
    return plugin;
}

/** Commands count on rows of equal length. On a table that two people left uneven they do nothing until it is mended (mend.ts). */
const Table = Base.extend({
    renderHTML() {
        return ['table', ['tbody', 0]];            /* widths stand in the cells */
    },
    addProseMirrorPlugins() {
        return (this.parent?.() ?? []).map(unfailing);
    },
    addCommands() {
        const all = (this.parent?.() ?? {}) as Record<string, Command>;
        const safe = Object.entries(all).map(([name, command]): [string, Command] => [name, (...args) => (props) => (name === 'insertTable' || name === 'deleteTable' || even(props.state)) && command(...args)(props)]);
        return Object.fromEntries(safe) as never;
    },
});

export const table: Piece = {
    extensions: [Table.configure({ resizable: true, cellMinWidth: 64, lastColumnResizable: true, HTMLAttributes: { class: 'grid' } }), TableRow, TableHeader, TableCell, Strokes],
    slash: [{ id: 'table', group: 'blocks', label: () => t('table'), words: 'grid rows columns 表格', icon: 'table', hint: '|||',
        run: (e, r) => { e.chain().focus().deleteRange(r).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(); } }],
};
