/** The list that opens while typing `/` or `@`: shared behaviour of both menus. */
import type { SuggestionKeyDownProps, SuggestionProps } from '@tiptap/suggestion';
import { place } from '../../kit/popover';
import { h, type Child } from '../dom';

export type Row<T> = { item: T; group: string; build: () => Child[] };

/** Renders rows, keeps the marked one in view, answers arrows, Enter and Tab. */
export class SuggestList<T> {
    private el: HTMLElement | null = null;
    private at = 0;
    private rows: Row<T>[] = [];
    private props: SuggestionProps<T> | null = null;

    constructor(private readonly o: { label: () => string; rows: (p: SuggestionProps<T>) => Row<T>[]; empty: (p: SuggestionProps<T>) => string }) {}

    start = (p: SuggestionProps<T>): void => {
        this.el = h('div', { class: 'popover menu suggest', role: 'listbox', id: 'suggest', 'aria-label': this.o.label(), popover: 'manual', 'data-layer': '' });
        document.body.append(this.el);
        this.el.showPopover();
        this.at = 0;
        this.update(p);
    };

    update = (p: SuggestionProps<T>): void => {
        if (!this.el) return;
        const query = this.props?.query;
        this.props = p;
        this.rows = this.o.rows(p);
        if (query !== p.query || this.at >= this.rows.length) this.at = 0;
        this.draw();
        const r = p.clientRect?.();
        if (r) place(this.el, r);
    };

    exit = (): void => {
        const dom = this.props?.editor.view.dom;
        for (const a of ['aria-controls', 'aria-activedescendant', 'aria-haspopup']) dom?.removeAttribute(a);
        this.el?.remove();
        this.el = null;
        this.props = null;
    };

    key = ({ event }: SuggestionKeyDownProps): boolean => {
        if (!this.el) return false;
        if (event.key === 'Escape') {
            this.exit();
            return true;
        }
        if (!this.rows.length) return false;
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            this.at = (this.at + (event.key === 'ArrowDown' ? 1 : this.rows.length - 1)) % this.rows.length;
            this.draw();
            this.el.querySelector('.on')?.scrollIntoView({ block: 'nearest' });
            return true;
        }
        if (event.key === 'Enter' || event.key === 'Tab') {
            this.pick(this.at);
            return true;
        }
        return false;
    };

    private pick(i: number): void {
        const row = this.rows[i];
        if (row && this.props) this.props.command(row.item);
    }

    private draw(): void {
        const p = this.props!;
        let group = '';
        const out: Node[] = [];
        this.rows.forEach((r, i) => {
            if (r.group !== group) out.push(h('div', { class: 'hd' }, r.group));
            group = r.group;
            const el = h('button', { type: 'button', role: 'option', id: `suggest-${i}`, tabindex: '-1', 'aria-selected': String(i === this.at), class: `it ${i === this.at ? 'on' : ''}`,
                onmousedown: (e: MouseEvent) => { e.preventDefault(); this.pick(i); },
                onmousemove: () => {
                    if (this.at === i) return;
                    this.at = i;
                    this.el?.querySelectorAll('.it').forEach((x, n) => x.classList.toggle('on', n === i));
                } }, ...r.build());
            out.push(el);
        });
        if (!this.rows.length) out.push(h('div', { class: 'hd' }, this.o.empty(p)));
        this.el!.replaceChildren(...out);
        /* The keyboard stays in the text: the editor says which row is meant. */
        const dom = p.editor.view.dom;
        dom.setAttribute('aria-haspopup', 'listbox');
        dom.setAttribute('aria-controls', 'suggest');
        if (this.rows.length) dom.setAttribute('aria-activedescendant', `suggest-${this.at}`);
        else dom.removeAttribute('aria-activedescendant');
    }
}
