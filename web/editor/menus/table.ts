/**
 * What stands around a table: a grip for the row and one for the column of the cursor, with their menus, and edges that
 * add a row or a column. Alt F10 opens all of it as one menu.
 */
import { Extension, type Editor } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { CellSelection, columnIsHeader, isInTable, moveTableColumn, moveTableRow, rowIsHeader, selectedRect } from '@tiptap/pm/tables';
import { h, icon } from '../dom';
import { mendTables } from '../mend';
import { t } from '../strings';
import { openMenu, type MenuEntry } from './menu';

/** Commands count on rows of equal length: what two people left uneven is evened first. */
function chain(e: Editor) {
    mendTables(e);
    return e.chain().focus();
}

/** Selects whole rows or columns of the selection. */
function selectLine(e: Editor, kind: 'row' | 'column'): void {
    const r = selectedRect(e.state);
    const at = (row: number, col: number) => e.state.doc.resolve(r.tableStart + r.map.map[row * r.map.width + col]!);
    const s = kind === 'row' ? CellSelection.rowSelection(at(r.top, 0), at(r.bottom - 1, r.map.width - 1)) : CellSelection.colSelection(at(0, r.left), at(r.map.height - 1, r.right - 1));
    e.view.dispatch(e.state.tr.setSelection(s));
}

function move(e: Editor, kind: 'row' | 'column', step: number): void {
    const r = selectedRect(e.state);
    const from = kind === 'row' ? r.top : r.left;
    const command = kind === 'row' ? moveTableRow : moveTableColumn;
    command({ from, to: from + step, select: true })(e.state, e.view.dispatch);
    e.commands.focus();
}

/** Empties the chosen cells. */
const clear = (e: Editor) => chain(e).command(({ state, tr }) => {
    const empty = state.schema.nodes['paragraph']!.create();
    if (!(state.selection instanceof CellSelection)) return false;
    const cells: { pos: number; size: number }[] = [];
    state.selection.forEachCell((cell, pos) => cells.push({ pos, size: cell.content.size }));
    for (const c of cells.reverse()) tr.replaceWith(c.pos + 1, c.pos + 1 + c.size, empty);
    return true;
}).run();

function rowEntries(e: Editor): MenuEntry[] {
    const r = selectedRect(e.state);
    return [
        { label: t('row_above'), icon: 'up', run: () => chain(e).addRowBefore().run() },
        { label: t('row_below'), icon: 'down', run: () => chain(e).addRowAfter().run() },
        ...(r.top > 0 ? [{ label: t('row_up'), run: () => move(e, 'row', -1) }] : []),
        ...(r.bottom < r.map.height ? [{ label: t('row_down'), run: () => move(e, 'row', 1) }] : []),
        ...(r.top === 0 ? [{ label: t('header_row'), checked: rowIsHeader(r.map, r.table, 0), run: () => chain(e).toggleHeaderRow().run() }] : []),
        { label: t('clear_cells'), run: () => { selectLine(e, 'row'); clear(e); } },
        { label: t('row_delete'), icon: 'trash', danger: true, run: () => chain(e).deleteRow().run() },
    ];
}

function columnEntries(e: Editor): MenuEntry[] {
    const r = selectedRect(e.state);
    return [
        { label: t('col_before'), icon: 'left', run: () => chain(e).addColumnBefore().run() },
        { label: t('col_after'), icon: 'right', run: () => chain(e).addColumnAfter().run() },
        ...(r.left > 0 ? [{ label: t('col_left'), run: () => move(e, 'column', -1) }] : []),
        ...(r.right < r.map.width ? [{ label: t('col_right'), run: () => move(e, 'column', 1) }] : []),
        ...(r.left === 0 ? [{ label: t('header_col'), checked: columnIsHeader(r.map, r.table, 0), run: () => chain(e).toggleHeaderColumn().run() }] : []),
        { label: t('clear_cells'), run: () => { selectLine(e, 'column'); clear(e); } },
        { label: t('col_delete'), icon: 'trash', danger: true, run: () => chain(e).deleteColumn().run() },
    ];
}

/** Merging, splitting, and the table as a whole. */
export function cellEntries(e: Editor): MenuEntry[] {
    return [
        ...(e.can().mergeCells() ? [{ label: t('merge_cells'), run: () => chain(e).mergeCells().run() }] : []),
        ...(e.can().splitCell() ? [{ label: t('split_cell'), run: () => chain(e).splitCell().run() }] : []),
        { label: t('table_delete'), icon: 'trash', danger: true, run: () => chain(e).deleteTable().run() },
    ];
}

class Grips {
    private readonly row: HTMLButtonElement;
    private readonly column: HTMLButtonElement;
    private readonly addRow: HTMLButtonElement;
    private readonly addColumn: HTMLButtonElement;
    private readonly all: HTMLButtonElement[];
    private readonly host: HTMLElement;
    private menu = false;
    private frame = 0;

    constructor(private readonly editor: Editor) {
        const grip = (kind: 'row' | 'column') => {
            const b: HTMLButtonElement = h('button', { type: 'button', class: `tgrip ${kind}`, hidden: true, 'aria-haspopup': 'menu', 'aria-label': t(`${kind}_menu`), title: t(`${kind}_menu`), tabindex: '-1',
                onmousedown: (e: MouseEvent) => e.preventDefault(), onclick: () => this.open(kind, b) }, icon('more', 's'));
            return b;
        };
        const edge = (kind: 'row' | 'column', run: () => void) => h('button', { type: 'button', class: `tedge ${kind}`, hidden: true, 'aria-label': t(kind === 'row' ? 'row_add' : 'col_add'), title: t(kind === 'row' ? 'row_add' : 'col_add'), tabindex: '-1',
            onmousedown: (e: MouseEvent) => e.preventDefault(), onclick: run }, icon('plus', 's'));
        this.row = grip('row');
        this.column = grip('column');
        this.addRow = edge('row', () => this.grow('row'));
        this.addColumn = edge('column', () => this.grow('column'));
        this.all = [this.row, this.column, this.addRow, this.addColumn];
        this.host = (editor.view.dom.closest('.paper') as HTMLElement | null) ?? document.body;
        this.host.append(...this.all);
        addEventListener('resize', this.update);
        this.host.addEventListener('scroll', this.scrolled, true);
    }

    destroy(): void {
        cancelAnimationFrame(this.frame);
        removeEventListener('resize', this.update);
        this.host.removeEventListener('scroll', this.scrolled, true);
        for (const b of this.all) b.remove();
    }

    private hide(): void {
        for (const b of this.all) b.hidden = true;
    }

    private scrolled = (e: Event): void => { if (e.target !== this.host && !this.row.hidden) this.update(); };

    private grow(kind: 'row' | 'column'): void {
        const { editor } = this;
        const r = selectedRect(editor.state);
        const last = r.map.map[r.map.map.length - 1]!;
        const at = r.tableStart + last + 1;
        const c = chain(editor).setTextSelection(at + 1);
        (kind === 'row' ? c.addRowAfter() : c.addColumnAfter()).run();
    }

    /** Puts the grips beside the cursor's cell, a frame later: measuring waits until the text is on screen. */
    update = (): void => {
        if (this.menu) return;
        const { state, view } = this.editor;
        if (!this.editor.isEditable || !view.hasFocus() || !isInTable(state)) {
            if (!this.row.hidden) this.hide();
            return;
        }
        cancelAnimationFrame(this.frame);
        this.frame = requestAnimationFrame(this.put);
    };

    private put = (): void => {
        const { state, view } = this.editor;
        if (view.isDestroyed || !isInTable(state)) return this.hide();
        const r = selectedRect(state);
        const cellAt = (i: number) => view.nodeDOM(r.tableStart + i) as HTMLElement | null;
        const a = cellAt(r.map.map[r.top * r.map.width + r.left]!)?.getBoundingClientRect();
        const b = cellAt(r.map.map[(r.bottom - 1) * r.map.width + r.right - 1]!)?.getBoundingClientRect();
        const table = cellAt(r.map.map[0]!)?.closest('table');
        if (!a || !b || !table) return this.hide();
        const whole = table.getBoundingClientRect();
        const seen = (table.closest('.tableWrapper') ?? table).getBoundingClientRect();
        const host = this.host.getBoundingClientRect();
        const x = (v: number) => `${v - host.left}px`;
        const y = (v: number) => `${v - host.top + this.host.scrollTop}px`;
        const right = Math.min(whole.right, seen.right);
        const mid = Math.max(seen.left + 12, Math.min((a.left + b.right) / 2, right - 12));
        this.row.hidden = this.addRow.hidden = false;
        this.column.hidden = a.left > seen.right || b.right < seen.left;
        this.addColumn.hidden = whole.right > seen.right + 1;
        this.column.style.left = x(mid - 12);
        this.column.style.top = y(whole.top - 8);
        this.row.style.left = x(seen.left - 8);
        this.row.style.top = y((a.top + b.bottom) / 2 - 12);
        this.addRow.style.left = x(seen.left);
        this.addRow.style.top = y(whole.bottom + 2);
        this.addRow.style.width = `${right - seen.left}px`;
        this.addColumn.style.left = x(right + 2);
        this.addColumn.style.top = y(whole.top);
        this.addColumn.style.height = `${whole.height}px`;
    };

    open(kind: 'row' | 'column' | 'all', anchor: HTMLElement): void {
        const { editor } = this;
        if (!isInTable(editor.state)) return;
        if (kind !== 'all' && !(editor.state.selection instanceof CellSelection)) selectLine(editor, kind);
        this.menu = true;
        openMenu(anchor, t(kind === 'all' ? 'table' : `${kind}_menu`), kind === 'row' ? rowEntries(editor) : kind === 'column' ? columnEntries(editor)
            : [{ heading: t('row') }, ...rowEntries(editor), { heading: t('column') }, ...columnEntries(editor), { heading: t('table') }, ...cellEntries(editor)], () => {
            this.menu = false;
            editor.commands.focus();
        });
    }

    /** The cell of the cursor, as an anchor. */
    get cell(): HTMLElement | null {
        const at = this.editor.view.domAtPos(this.editor.state.selection.from).node;
        return (at instanceof Element ? at : at.parentElement)?.closest('td, th') ?? null;
    }
}

export const TableMenus = Extension.create({
    name: 'tableMenus',
    addStorage: (): { open: () => boolean } => ({ open: () => false }),
    addProseMirrorPlugins() {
        const { editor } = this;
        return [new Plugin({
            key: new PluginKey('tableMenus'),
            view: () => {
                let grips: Grips | null = null;
                const wait = setTimeout(() => {
                    grips = new Grips(editor);
                    editor.on('focus', grips.update);
                    editor.on('blur', grips.update);
                }, 0);
                this.storage.open = () => {
                    const cell = grips?.cell;
                    if (!grips || !cell || !editor.isEditable) return false;
                    grips.open('all', cell);
                    return true;
                };
                return {
                    update: () => grips?.update(),
                    destroy: () => {
                        clearTimeout(wait);
                        if (grips) {
                            editor.off('focus', grips.update);
                            editor.off('blur', grips.update);
                        }
                        grips?.destroy();
                    },
                };
            },
        })];
    },
});
