/** Bars that stand above the selection: marks and links for text, rows and columns for tables. */
import { Extension, isTextSelection, type Editor } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { CellSelection } from '@tiptap/pm/tables';
import { shown } from '../../src/keys';
import type { EditorContext } from '../context';
import { barButton, h, icon } from '../dom';
import { pin } from '../pin';
import { t } from '../strings';
import { BLOCK_KINDS, kindOf, turnInto } from './blocks';
import { openMenu } from './menu';
import { cellEntries } from './table';

const MARKS = [['bold', 'mod+b'], ['italic', 'mod+i'], ['underline', 'mod+u'], ['strike', 'mod+shift+s'], ['code', 'mod+e'], ['highlight', 'mod+shift+h']] as const;

class Bar {
    readonly el: HTMLElement;
    private linking = false;

    constructor(private readonly editor: Editor, private readonly ctx: EditorContext, private readonly kind: 'text' | 'table') {
        this.el = h('div', { class: 'floatbar', role: 'toolbar', 'aria-label': t(kind === 'text' ? 'toolbar_text' : 'toolbar_table'), hidden: true, onkeydown: (e: KeyboardEvent) => this.keys(e) });
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
        if (this.kind === 'table') return selection instanceof CellSelection;
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
        const now = kindOf(e);
        const block: HTMLButtonElement = h('button', { type: 'button', class: 'tb tb-kind', 'aria-haspopup': 'menu', 'aria-label': `${t('turn_into')}: ${t(now)}`, title: t('turn_into'), onmousedown: (m: MouseEvent) => m.preventDefault(),
            onclick: () => openMenu(block, t('turn_into'), BLOCK_KINDS.map((k) => ({ label: t(k), checked: k === now, run: () => turnInto(e, k) })), () => { e.commands.focus(); }) }, t(now), icon('down', 's'));
        return [
            block, h('span', { class: 'sep' }),
            ...MARKS.map(([mark, keys]) => barButton({ icon: mark, label: t(mark), keys: shown(keys), on: e.isActive(mark), run: () => chain().toggleMark(mark).run() })),
            barButton({ icon: 'link', label: t('link'), keys: shown('mod+k'), on: e.isActive('link'), run: () => this.askLink() }),
            h('span', { class: 'sep' }),
            ...(this.ctx.comment ? [barButton({ icon: 'chat', label: t('comment'), keys: shown('mod+alt+m'), run: () => this.ctx.comment!() })] : []),
            barButton({ icon: 'todo', label: t('follow_up_from'), run: () => followUpFrom(e, this.ctx) }),
        ];
    }

    private tableButtons(): Node[] {
        return cellEntries(this.editor).flatMap((m) => (typeof m === 'object' && 'run' in m ? [barButton({ ...(m.icon ? { icon: m.icon } : { text: m.label }), label: m.label, danger: !!m.danger, run: m.run })] : []));
    }

    /** The keyboard comes into the bar: arrows walk it, Escape goes back to the text. */
    enter(): boolean {
        if (this.el.hidden) return false;
        this.el.querySelector<HTMLElement>('button')?.focus();
        return true;
    }

    private keys = (e: KeyboardEvent): void => {
        const all = [...this.el.querySelectorAll<HTMLElement>('button, input')];
        const at = all.indexOf(document.activeElement as HTMLElement);
        if (e.key === 'Escape') {
            e.preventDefault();
            this.editor.commands.focus();
        } else if ((e.key === 'ArrowRight' || e.key === 'ArrowLeft') && all[at]?.tagName === 'BUTTON') {
            e.preventDefault();
            all[(at + (e.key === 'ArrowRight' ? 1 : all.length - 1)) % all.length]!.focus();
        }
    };

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

/** Makes a follow-up of what is selected; its reference is put behind the words it came from. */
export function followUpFrom(e: Editor, ctx: EditorContext): void {
    const { from, to } = e.state.selection;
    const title = e.state.doc.textBetween(from, to, ' ', ' ').replace(/\s+/g, ' ').trim().slice(0, 200);
    const place = pin(e, to);
    ctx.addFollowUp(title, (reference) => {
        e.chain().focus().insertContentAt(place(), [{ type: 'text', text: ' ' }, { type: 'mention', attrs: { kind: 'follow_up', id: reference, label: reference } }, { type: 'text', text: ' ' }]).run();
    });
}

/** Text and table bars; ⌘K sets a link while text is selected, Alt F10 brings the keyboard into the bar. */
export const FloatBars = (ctx: EditorContext) => Extension.create({
    name: 'floatBars',
    addProseMirrorPlugins() {
        const { editor } = this;
        return [new Plugin({
            key: new PluginKey('floatBars'),
            view: () => {
                let bars: Bar[] = [];
                const wait = setTimeout(() => {
                    bars = [new Bar(editor, ctx, 'text'), new Bar(editor, ctx, 'table')];
                    this.storage.link = () => bars[0]!.askLink();
                    this.storage.enter = () => bars.some((b) => b.enter());
                }, 0);
                return { destroy: () => {
                    clearTimeout(wait);
                    bars.forEach((b) => b.destroy());
                } };
            },
        })];
    },
    addStorage: (): { link: () => void; enter: () => boolean } => ({ link: () => {}, enter: () => false }),
    addKeyboardShortcuts() {
        return {
            'Mod-k': () => {
                if (this.editor.state.selection.empty && !this.editor.isActive('link')) return false;
                this.storage.link();
                return true;
            },
            'Alt-F10': ({ editor }) => this.storage.enter() || (editor.storage as unknown as { tableMenus: { open: () => boolean } }).tableMenus.open(),
        };
    },
});
