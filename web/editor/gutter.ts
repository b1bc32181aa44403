/** The handle beside a block: + inserts below, the grip drags, and its menu moves, copies and deletes. */
import { Extension, type Editor } from '@tiptap/core';
import { NodeSelection, Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { place } from '../kit/popover';
import { h, icon } from './dom';
import { t } from './strings';

/** The block of the first level at a height on screen. */
function blockAt(view: EditorView, y: number): { pos: number; el: HTMLElement } | null {
    let found: { pos: number; el: HTMLElement } | null = null;
    view.state.doc.forEach((_n, pos) => {
        if (found) return;
        const el = view.nodeDOM(pos);
        if (!(el instanceof HTMLElement)) return;
        const r = el.getBoundingClientRect();
        if (y >= r.top - 4 && y <= r.bottom + 4) found = { pos, el };
    });
    return found;
}

class Gutter {
    private readonly el: HTMLElement;
    private readonly host: HTMLElement;
    private at: { pos: number; el: HTMLElement } | null = null;
    private menu: HTMLElement | null = null;

    constructor(private readonly view: EditorView, private readonly editor: Editor) {
        const grip = h('button', { type: 'button', class: 'gut', draggable: 'true', 'aria-label': t('drag'), title: t('drag'), tabindex: '-1',
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
        this.closeMenu();
        this.host.removeEventListener('mousemove', this.move);
        this.host.removeEventListener('mouseleave', this.leave);
        this.view.dom.removeEventListener('keydown', this.leave);
        this.el.remove();
    }

    private leave = (): void => { if (!this.menu) this.el.hidden = true; };

    private move = (e: MouseEvent): void => {
        if (this.menu || this.el.contains(e.target as Node)) return;
        if (!this.view.editable) return this.leave();
        const box = this.view.dom.getBoundingClientRect();
        if (e.clientX < box.left - 64 || e.clientX > box.right + 16) return this.leave();
        const found = blockAt(this.view, e.clientY);
        if (!found) return this.leave();
        this.at = found;
        const r = found.el.getBoundingClientRect();
        const host = this.host.getBoundingClientRect();
        const line = parseFloat(getComputedStyle(found.el).lineHeight) || 26;
        this.el.hidden = false;
        this.el.style.left = `${box.left - host.left - this.el.offsetWidth - 6}px`;
        this.el.style.top = `${r.top - host.top + this.host.scrollTop + Math.min(line, r.height) / 2 - 12}px`;
    };

    private node() {
        const node = this.at && this.view.state.doc.nodeAt(this.at.pos);
        return node && this.at ? { node, pos: this.at.pos, end: this.at.pos + node.nodeSize } : null;
    }

    private insert(): void {
        const n = this.node();
        if (!n) return;
        const { state } = this.view;
        const tr = state.tr.insert(n.end, state.schema.nodes['paragraph']!.create());
        this.view.dispatch(tr.setSelection(TextSelection.create(tr.doc, n.end + 1)).scrollIntoView());
        this.view.focus();
        this.editor.commands.insertContent('/');
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
        (this.view as unknown as { dragging: unknown }).dragging = { slice, move: true };
    }

    private openMenu(anchor: HTMLElement): void {
        if (this.menu) return this.closeMenu();
        const n = this.node();
        if (!n) return;
        const { view } = this;
        const doc = view.state.doc;
        const index = doc.resolve(n.pos).index();
        const item = (name: Parameters<typeof icon>[0], label: string, run: () => void, danger = false) =>
            h('button', { type: 'button', role: 'menuitem', class: `it ${danger ? 'danger' : ''}`, onclick: () => { this.closeMenu(); run(); view.focus(); } }, icon(name), h('span', { class: 'grow' }, label));
        const move = (to: number) => () => {
            const tr = view.state.tr.delete(n.pos, n.end);
            view.dispatch(tr.insert(to, n.node).scrollIntoView());
        };
        const items: HTMLElement[] = [];
        if (index > 0) items.push(item('up', t('move_up'), move(n.pos - doc.child(index - 1).nodeSize)));
        if (index < doc.childCount - 1) items.push(item('down', t('move_down'), move(n.pos + doc.child(index + 1).nodeSize)));
        items.push(item('copy', t('duplicate'), () => view.dispatch(view.state.tr.insert(n.end, n.node.type.create(n.node.attrs, n.node.content, n.node.marks)))));
        items.push(item('trash', t('delete_block'), () => view.dispatch(view.state.tr.delete(n.pos, n.end)), true));
        this.menu = h('div', { class: 'popover menu small-menu', role: 'menu', popover: 'auto', 'data-layer': '' }, ...items);
        document.body.append(this.menu);
        this.menu.showPopover();
        place(this.menu, anchor.getBoundingClientRect());
        this.menu.addEventListener('toggle', (e) => { if ((e as ToggleEvent).newState === 'closed') this.closeMenu(); });
        items[0]?.focus();
    }

    private closeMenu(): void {
        this.menu?.remove();
        this.menu = null;
    }
}

export const Gutters = Extension.create({
    name: 'gutters',
    addProseMirrorPlugins() {
        return [new Plugin({
            key: new PluginKey('gutters'),
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
