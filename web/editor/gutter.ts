/** The handle beside a block or list item: + inserts below, the grip drags, and its menu turns, moves, copies and deletes. */
import { Extension, type Editor } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import { NodeSelection, Plugin, PluginKey, Selection, TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { shown } from '../src/keys';
import { h, icon } from './dom';
import { blocksNear } from './long';
import { turnEntries } from './menus/blocks';
import { openMenu } from './menus/menu';
import { t } from './strings';

type Spot = { pos: number; el: HTMLElement };
const ITEMS = new Set(['listItem', 'taskItem']);

/** The child whose box is at a height, among boxes that stand in order. */
function childAt(all: ArrayLike<Element>, y: number): HTMLElement | null {
    let low = 0;
    let high = all.length - 1;
    while (low <= high) {
        const mid = (low + high) >> 1;
        const r = all[mid]!.getBoundingClientRect();
        if (y < r.top - 4) high = mid - 1;
        else if (y > r.bottom + 4) low = mid + 1;
        else return all[mid] as HTMLElement;
    }
    return null;
}

/** The block at a height on screen; in lists, the item. */
function blockAt(view: EditorView, y: number): Spot | null {
    let el = childAt(blocksNear(view.dom, y), y);
    if (!el || el.classList.contains('ProseMirror-widget')) return null;
    for (let list = el.matches('ul, ol') ? el : null; list;) {
        const item = childAt(list.children, y);
        if (!item) break;
        el = item;
        list = [...(item.querySelector(':scope > div') ?? item).children].find((c): c is HTMLElement => {
            if (!c.matches('ul, ol')) return false;
            const r = c.getBoundingClientRect();
            return y >= r.top && y <= r.bottom;
        }) ?? null;
    }
    const pos = posOf(view, el);
    return pos === null ? null : { pos, el };
}

/** The position before the node that an element shows. */
function posOf(view: EditorView, el: HTMLElement): number | null {
    try {
        const inside = view.posAtDOM(el, 0);
        for (const pos of [inside, inside - 1]) if (pos >= 0 && view.nodeDOM(pos) === el) return pos;
        const $pos = view.state.doc.resolve(inside);
        for (let d = $pos.depth; d > 0; d--) if (view.nodeDOM($pos.before(d)) === el) return $pos.before(d);
    } catch { /* what is no node of the document has no handle */ }
    return null;
}

/** The block of the cursor: the list item it stands in, or the block of the first level. */
export function blockOf(selection: Selection): { pos: number; node: PmNode } | null {
    const { $from } = selection;
    for (let d = $from.depth; d > 0; d--) if (d === 1 || ITEMS.has($from.node(d).type.name)) return { pos: $from.before(d), node: $from.node(d) };
    return selection instanceof NodeSelection ? { pos: selection.from, node: selection.node } : null;
}

/** Moves the block at `pos` past the one before or behind it. False at the edge. */
export function moveBlock(view: EditorView, pos: number, step: -1 | 1): boolean {
    const { doc, selection } = view.state;
    const $pos = doc.resolve(pos);
    const node = $pos.nodeAfter;
    const index = $pos.index();
    if (!node || index + step < 0 || index + step >= $pos.parent.childCount) return false;
    const by = step < 0 ? -$pos.parent.child(index - 1).nodeSize : $pos.parent.child(index + 1).nodeSize;
    const tr = view.state.tr.delete(pos, pos + node.nodeSize).insert(pos + by, node);
    const inside = (p: number) => Math.min(Math.max(p, pos), pos + node.nodeSize) + by;
    if (selection instanceof TextSelection && selection.from > pos && selection.to < pos + node.nodeSize)
        tr.setSelection(TextSelection.create(tr.doc, inside(selection.anchor), inside(selection.head)));
    else if (NodeSelection.isSelectable(node)) tr.setSelection(NodeSelection.create(tr.doc, pos + by));
    view.dispatch(tr.scrollIntoView());
    return true;
}

/** Opens the menu of a block. */
function openBlockMenu(editor: Editor, pos: number, anchor: HTMLElement, done: () => void): void {
    const { view } = editor;
    const doc = view.state.doc;
    const $pos = doc.resolve(pos);
    const node = $pos.nodeAfter;
    if (!node) return done();
    const index = $pos.index();
    const end = pos + node.nodeSize;
    const turn = node.isTextblock || ['bulletList', 'orderedList', 'taskList', 'blockquote', 'callout'].includes($pos.parent.type.name === 'doc' ? node.type.name : $pos.parent.type.name);
    openMenu(anchor, t('block_menu'), [
        ...(turn ? [{ heading: t('turn_into') }, ...turnEntries(editor, () => view.dispatch(view.state.tr.setSelection(wholeOf(view.state.doc, pos)))), 'line' as const] : []),
        ...(index > 0 ? [{ icon: 'up' as const, label: t('move_up'), hint: shown('mod+shift+↑'), run: () => { moveBlock(view, pos, -1); } }] : []),
        ...(index < $pos.parent.childCount - 1 ? [{ icon: 'down' as const, label: t('move_down'), hint: shown('mod+shift+↓'), run: () => { moveBlock(view, pos, 1); } }] : []),
        { icon: 'copy', label: t('duplicate'), hint: shown('mod+d'), run: () => view.dispatch(view.state.tr.insert(end, node.type.create(node.attrs, node.content, node.marks))) },
        { icon: 'trash', label: t('delete_block'), danger: true, run: () => removeBlock(view, pos) },
    ], () => {
        done();
        view.focus();
    });
}

/** Everything in a block, as a selection of its text. */
function wholeOf(doc: PmNode, pos: number): Selection {
    const size = doc.nodeAt(pos)!.nodeSize;
    return TextSelection.between(doc.resolve(pos + 1), doc.resolve(pos + size - 1));
}

/** Deletes a block; a list that would be empty goes with its last item. */
export function removeBlock(view: EditorView, pos: number): void {
    let $pos = view.state.doc.resolve(pos);
    while ($pos.depth > 0 && $pos.parent.childCount === 1) $pos = view.state.doc.resolve($pos.before());
    const node = $pos.nodeAfter;
    if (!node) return;
    const only = $pos.depth === 0 && $pos.parent.childCount === 1;
    const tr = only ? view.state.tr.replaceWith($pos.pos, $pos.pos + node.nodeSize, view.state.schema.nodes['paragraph']!.create()) : view.state.tr.delete($pos.pos, $pos.pos + node.nodeSize);
    view.dispatch(tr.setSelection(Selection.near(tr.doc.resolve(Math.min($pos.pos, tr.doc.content.size)))));
}

/** Moves the block at `from` before or behind the one at `target`. In a list it becomes an item, out of a list a list of its own; null: it cannot stand there. */
export function moveTo(state: EditorState, from: number, target: number, behind: boolean): Transaction | null {
    const { doc, schema } = state;
    const node = doc.nodeAt(from), other = doc.nodeAt(target);
    if (!node || !other || (target >= from && target < from + node.nodeSize)) return null;
    const item = other.type;
    const itemOf = (n: PmNode): PmNode | null => (n.type === item ? n : ITEMS.has(n.type.name) ? item.create(null, n.content)
        : n.type.name === 'paragraph' || n.type.name === 'heading' ? item.create(null, schema.nodes['paragraph']!.create(null, n.content)) : null);
    let what: (PmNode | null)[] = [node];
    if (ITEMS.has(item.name)) what = /List$/.test(node.type.name) ? node.content.content.map(itemOf) : [itemOf(node)];
    else if (ITEMS.has(node.type.name)) {
        const { parent } = doc.resolve(from);
        what = [parent.type.create(parent.attrs, node)];
    }
    if (what.some((n) => !n)) return null;
    const at = behind ? target + other.nodeSize : target;
    const tr = state.tr.insert(at, what as PmNode[]);
    let $old = tr.doc.resolve(tr.mapping.map(from));
    while ($old.depth > 0 && $old.parent.childCount === 1) $old = tr.doc.resolve($old.before());
    tr.delete($old.pos, $old.pos + $old.nodeAfter!.nodeSize);
    return tr.setSelection(Selection.near(tr.doc.resolve(Math.min(tr.mapping.slice(1).map(at) + 1, tr.doc.content.size))));
}

class Gutter {
    private readonly el: HTMLElement;
    private readonly host: HTMLElement;
    private at: Spot | null = null;
    private menu = false;
    private frame = 0;

    constructor(private readonly view: EditorView, private readonly editor: Editor) {
        const grip: HTMLButtonElement = h('button', { type: 'button', class: 'gut', draggable: 'true', 'aria-label': t('drag'), title: t('drag'), 'aria-haspopup': 'menu', tabindex: '-1',
            onclick: () => this.openMenu(grip), ondragstart: (e: DragEvent) => this.drag(e), ondragend: () => { view.dragging = null; } }, icon('grip', 's'));
        const plus = h('button', { type: 'button', class: 'gut', 'aria-label': t('insert_below'), title: t('insert_below'), tabindex: '-1', onclick: () => this.insert() }, icon('plus', 's'));
        this.el = h('div', { class: 'gutter', hidden: true }, plus, grip);
        this.host = (view.dom.closest('.paper') as HTMLElement | null) ?? document.body;
        this.host.append(this.el);
        this.host.addEventListener('mousemove', this.move);
        this.host.addEventListener('mouseleave', this.leave);
        view.dom.addEventListener('keydown', this.leave);
    }

    destroy(): void {
        cancelAnimationFrame(this.frame);
        this.host.removeEventListener('mousemove', this.move);
        this.host.removeEventListener('mouseleave', this.leave);
        this.view.dom.removeEventListener('keydown', this.leave);
        this.el.remove();
    }

    private leave = (): void => {
        cancelAnimationFrame(this.frame);
        if (!this.menu && !this.el.hidden) this.el.hidden = true;
    };

    private move = (e: MouseEvent): void => {
        if (this.menu || this.el.contains(e.target as Node)) return;
        cancelAnimationFrame(this.frame);
        this.frame = requestAnimationFrame(() => this.put(e.clientX, e.clientY));
    };

    private put(x: number, y: number): void {
        if (this.view.isDestroyed || !this.view.editable) return this.leave();
        const box = this.view.dom.getBoundingClientRect();
        const found = x < box.left - 72 || x > box.right + 16 ? null : blockAt(this.view, y);
        if (!found) return this.leave();
        this.at = found;
        const r = found.el.getBoundingClientRect();
        const host = this.host.getBoundingClientRect();
        const line = parseFloat(getComputedStyle(found.el).lineHeight) || 26;
        const left = found.el.matches('li') ? r.left - 20 : box.left;
        this.el.hidden = false;
        this.el.style.left = `${left - host.left - this.el.offsetWidth - 6}px`;
        this.el.style.top = `${r.top - host.top + this.host.scrollTop + Math.min(line, r.height) / 2 - 12}px`;
    }

    private node() {
        const node = this.at && this.view.state.doc.nodeAt(this.at.pos);
        return node && this.at ? { node, pos: this.at.pos, end: this.at.pos + node.nodeSize } : null;
    }

    private insert(): void {
        const n = this.node();
        if (!n) return;
        const { state } = this.view;
        const para = state.schema.nodes['paragraph']!.create();
        const item = ITEMS.has(n.node.type.name);
        const tr = state.tr.insert(n.end, item ? n.node.type.create(null, para) : para);
        this.view.dispatch(tr.setSelection(TextSelection.create(tr.doc, n.end + (item ? 2 : 1))).scrollIntoView());
        this.view.focus();
        if (!item) this.editor.commands.insertContent('/');
    }

    private drag(e: DragEvent): void {
        const n = this.node();
        if (!n || !e.dataTransfer || !this.at) return;
        const selection = NodeSelection.create(this.view.state.doc, n.pos);
        this.view.dispatch(this.view.state.tr.setSelection(selection));
        const slice = selection.content();
        const { dom, text } = this.view.serializeForClipboard(slice);
        e.dataTransfer.clearData();
        e.dataTransfer.setData('text/html', dom.innerHTML);
        e.dataTransfer.setData('text/plain', text);
        e.dataTransfer.effectAllowed = 'copyMove';
        e.dataTransfer.setDragImage(this.at.el, 0, 0);
        (this.view as unknown as { dragging: unknown }).dragging = { slice, move: true, node: selection };
    }

    private openMenu(anchor: HTMLElement): void {
        const n = this.node();
        if (!n || this.menu) return;
        this.menu = true;
        openBlockMenu(this.editor, n.pos, anchor, () => { this.menu = false; });
    }
}

export const Gutters = Extension.create({
    name: 'gutters',
    addKeyboardShortcuts() {
        const by = (step: -1 | 1) => () => {
            const b = this.editor.isEditable ? blockOf(this.editor.state.selection) : null;
            return !!b && moveBlock(this.editor.view, b.pos, step);
        };
        return {
            'Mod-Shift-ArrowUp': by(-1),
            'Mod-Shift-ArrowDown': by(1),
            'Mod-d': ({ editor }) => {
                const b = editor.isEditable ? blockOf(editor.state.selection) : null;
                if (b) editor.view.dispatch(editor.state.tr.insert(b.pos + b.node.nodeSize, b.node.type.create(b.node.attrs, b.node.content, b.node.marks)));
                return true;
            },
            'Mod-Shift-m': ({ editor }) => {
                const b = editor.isEditable ? blockOf(editor.state.selection) : null;
                const el = b && editor.view.nodeDOM(b.pos);
                if (b && el instanceof HTMLElement) openBlockMenu(editor, b.pos, el, () => {});
                return true;
            },
        };
    },
    addProseMirrorPlugins() {
        return [new Plugin({
            key: new PluginKey('gutters'),
            props: {
                /* A block that was taken by its grip lands beside the block under the pointer; within a box or a cell the editor knows better. */
                handleDrop: (view, e, _slice, moved) => {
                    const held = (view.dragging as { node?: NodeSelection } | null)?.node;
                    if (!moved || !held || view.state.doc.nodeAt(held.from) !== held.node || (e.target as Element | null)?.closest('td, th, aside, .details, blockquote')) return false;
                    const spot = blockAt(view, e.clientY);
                    if (!spot) return false;
                    const box = spot.el.getBoundingClientRect();
                    const tr = moveTo(view.state, held.from, spot.pos, e.clientY > box.top + box.height / 2);
                    if (!tr) return spot.pos >= held.from && spot.pos < held.to;
                    e.preventDefault();
                    view.dispatch(tr.setMeta('uiEvent', 'drop'));
                    view.focus();
                    return true;
                },
            },
            view: (view) => {
                let g: Gutter | null = null;
                const wait = setTimeout(() => { g = new Gutter(view, this.editor); }, 0);
                return { destroy: () => {
                    clearTimeout(wait);
                    g?.destroy();
                } };
            },
        })];
    },
});
