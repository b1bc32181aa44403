/** Bars that stand above the selection: marks and links for text, rows and columns for tables. */
import { Extension, isTextSelection, type Editor } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { CellSelection } from '@tiptap/pm/tables';
import { shown } from '../../src/keys';
import { barButton, h } from '../dom';
import { t } from '../strings';

const MARKS = [['bold', 'mod+b'], ['italic', 'mod+i'], ['underline', 'mod+u'], ['strike', 'mod+shift+s'], ['code', 'mod+e'], ['highlight', 'mod+shift+h']] as const;

class Bar {
    readonly el: HTMLElement;
    private linking = false;

    constructor(private readonly editor: Editor, private readonly kind: 'text' | 'table') {
        this.el = h('div', { class: 'floatbar', role: 'toolbar', hidden: true });
        (editor.view.dom.closest('.paper') ?? document.body).append(this.el);
        editor.on('selectionUpdate', this.update);
        editor.on('update', this.update);
        editor.on('focus', this.update);
        editor.on('blur', this.blurred);
    }

    destroy(): void {
        this.editor.off('selectionUpdate', this.update);
        this.editor.off('update', this.update);
        this.editor.off('focus', this.update);
        this.editor.off('blur', this.blurred);
        this.el.remove();
    }

    private blurred = (): void => {
        setTimeout(() => { if (!this.editor.isFocused && !this.el.contains(document.activeElement)) this.hide(); }, 0);
    };

    private hide(): void {
        this.el.hidden = true;
        this.linking = false;
    }

    private wanted(): boolean {
        const { editor } = this;
        const { selection, doc } = editor.state;
        if (!editor.isEditable || !editor.view.hasFocus()) return false;
        if (this.kind === 'table') return editor.isActive('table') && (selection.empty || selection instanceof CellSelection);
        return isTextSelection(selection) && !selection.empty && !editor.isActive('codeBlock') && doc.textBetween(selection.from, selection.to).length > 0;
    }

    update = (): void => {
        if (this.el.contains(document.activeElement)) return;
        if (!this.wanted()) return this.hide();
        this.linking = false;
        this.draw();
        this.el.hidden = false;
        this.put();
    };

    private put(): void {
        const { view, state } = this.editor;
        const host = this.el.offsetParent as HTMLElement | null;
        if (!host) return;
        const box = host.getBoundingClientRect();
        let left: number, top: number;
        if (this.kind === 'table') {
            const at = view.domAtPos(state.selection.from).node;
            const table = (at instanceof Element ? at : at.parentElement)?.closest('table');
            if (!table) return this.hide();
            const r = table.getBoundingClientRect();
            left = r.left;
            top = r.top;
        } else {
            const a = view.coordsAtPos(state.selection.from);
            const b = view.coordsAtPos(state.selection.to, -1);
            left = Math.abs(a.top - b.top) < 4 ? (a.left + b.right) / 2 - this.el.offsetWidth / 2 : a.left;
            top = a.top;
        }
        const max = box.width - this.el.offsetWidth - 8;
        this.el.style.left = `${Math.max(8, Math.min(left - box.left, max))}px`;
        const y = top - box.top + host.scrollTop - this.el.offsetHeight - 6;
        this.el.style.top = `${Math.max(host.scrollTop + 4, y)}px`;
    }

    private draw(): void {
        if (this.linking) return;
        this.el.replaceChildren(...(this.kind === 'text' ? this.textButtons() : this.tableButtons()));
    }

    private textButtons(): Node[] {
        const e = this.editor;
        const chain = () => e.chain().focus();
        const block = h('select', { 'aria-label': t('turn_into'), class: 'tb-select', onchange: () => {
            const v = block.value;
            const c = chain();
            if (v === 'p') c.setParagraph().run();
            else if (v.startsWith('h')) c.setNode('heading', { level: Number(v[1]) }).run();
            else if (v === 'ul') c.toggleBulletList().run();
            else if (v === 'ol') c.toggleOrderedList().run();
            else if (v === 'task') c.toggleTaskList().run();
            else if (v === 'quote') c.toggleBlockquote().run();
            else if (v === 'code') c.toggleCodeBlock().run();
            e.commands.focus();
        } }, ...([['p', 'text'], ['h1', 'h1'], ['h2', 'h2'], ['h3', 'h3'], ['ul', 'bullets'], ['ol', 'numbers'], ['task', 'tasks'], ['quote', 'quote'], ['code', 'code_block']] as const)
            .map(([v, k]) => h('option', { value: v }, t(k))));
        block.value = e.isActive('heading') ? `h${e.getAttributes('heading')['level']}` : e.isActive('bulletList') ? 'ul' : e.isActive('orderedList') ? 'ol' : e.isActive('taskList') ? 'task' : e.isActive('blockquote') ? 'quote' : 'p';
        return [
            block, h('span', { class: 'sep' }),
            ...MARKS.map(([mark, keys]) => barButton({ icon: mark, label: t(mark), keys: shown(keys), on: e.isActive(mark), run: () => chain().toggleMark(mark).run() })),
            barButton({ icon: 'link', label: t('link'), keys: shown('mod+k'), on: e.isActive('link'), run: () => this.askLink() }),
        ];
    }

    private tableButtons(): Node[] {
        const e = this.editor;
        const b = (text: string, label: string, run: () => void) => barButton({ text, label, run });
        const c = () => e.chain().focus();
        return [
            h('span', { class: 'tb-label' }, t('row')), b('↑+', t('row_above'), () => c().addRowBefore().run()), b('↓+', t('row_below'), () => c().addRowAfter().run()), b('×', t('row_delete'), () => c().deleteRow().run()),
            h('span', { class: 'sep' }), h('span', { class: 'tb-label' }, t('column')), b('←+', t('col_before'), () => c().addColumnBefore().run()), b('→+', t('col_after'), () => c().addColumnAfter().run()), b('×', t('col_delete'), () => c().deleteColumn().run()),
            h('span', { class: 'sep' }), barButton({ icon: 'heading', label: t('header_row'), run: () => c().toggleHeaderRow().run() }),
            ...(e.state.selection instanceof CellSelection ? [barButton({ icon: 'layout', label: t('merge'), run: () => c().mergeOrSplit().run() })] : []),
            barButton({ icon: 'trash', label: t('table_delete'), danger: true, run: () => c().deleteTable().run() }),
        ];
    }

    /** Turns the bar into a field for the address. */
    askLink(): void {
        const e = this.editor;
        const old = String(e.getAttributes('link')['href'] ?? '');
        const input = h('input', { class: 'tb-input', value: old, placeholder: 'https://', 'aria-label': t('link_url'), type: 'url' });
        const apply = () => {
            const url = input.value.trim();
            const full = url && !/^[a-z][a-z0-9+.-]*:|^[/#]/i.test(url) ? `https://${url}` : url;
            this.hide();
            if (full) e.chain().focus().extendMarkRange('link').setLink({ href: full }).run();
            else e.chain().focus().extendMarkRange('link').unsetLink().run();
        };
        input.onkeydown = (k) => {
            if (k.key === 'Enter') {
                k.preventDefault();
                apply();
            } else if (k.key === 'Escape') {
                this.hide();
                e.commands.focus();
            }
        };
        input.onblur = () => setTimeout(() => { if (!this.el.contains(document.activeElement)) this.hide(); }, 100);
        this.linking = true;
        this.el.replaceChildren(input, barButton({ text: t('link_apply'), label: t('link_apply'), run: apply }),
            ...(old ? [barButton({ icon: 'external', label: t('link_open'), run: () => { window.open(old, '_blank', 'noopener'); } }), barButton({ icon: 'trash', label: t('link_remove'), run: () => { input.value = ''; apply(); } })] : []));
        this.el.hidden = false;
        this.put();
        input.focus();
        input.select();
    }
}

/** Text and table bars; ⌘K sets a link while text is selected. */
export const FloatBars = Extension.create({
    name: 'floatBars',
    addProseMirrorPlugins() {
        const { editor } = this;
        return [new Plugin({
            key: new PluginKey('floatBars'),
            view: () => {
                let bars: Bar[] = [];
                const wait = setTimeout(() => { bars = [new Bar(editor, 'text'), new Bar(editor, 'table')]; this.storage.link = () => bars[0]!.askLink(); }, 0);
                return { destroy: () => {
                    clearTimeout(wait);
                    bars.forEach((b) => b.destroy());
                } };
            },
        })];
    },
    addStorage: (): { link: () => void } => ({ link: () => {} }),
    addKeyboardShortcuts() {
        return { 'Mod-k': () => {
            if (this.editor.state.selection.empty && !this.editor.isActive('link')) return false;
            this.storage.link();
            return true;
        } };
    },
});

