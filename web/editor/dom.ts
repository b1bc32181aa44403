/** Builds DOM by hand: the editor has no framework inside. */
import { iconMarkup, type IconName } from '../kit/icons';

type Props = Record<string, string | number | boolean | null | undefined | ((e: never) => void)>;
export type Child = Node | string | null | undefined | false;

/** `h('button', { class: 'btn', onclick: f, 'aria-label': x }, 'Text')`: `on…` are listeners, false and null are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
    const el = document.createElement(tag);
    for (const [k, v] of Object.entries(props)) {
        if (typeof v === 'function') el.addEventListener(k.slice(2), v as EventListener);
        else if (v === true) el.setAttribute(k, '');
        else if (v !== false && v !== null && v !== undefined) el.setAttribute(k, String(v));
    }
    el.append(...children.filter((c): c is Node | string => !!c));
    return el;
}

/** An icon as an element. */
export function icon(name: IconName, size: '' | 's' = ''): Element {
    const t = document.createElement('template');
    t.innerHTML = iconMarkup(name, size);            /* constants only */
    return t.content.firstElementChild!;
}

/** A button of the editor's floating bars; does not take the focus from the text. */
export function barButton(o: { icon?: IconName; text?: string; label: string; keys?: string; on?: boolean; danger?: boolean; run: () => void }): HTMLButtonElement {
    const b = h('button', { type: 'button', class: `tb ${o.on ? 'on' : ''} ${o.danger ? 'danger' : ''}`, 'aria-label': o.label, 'aria-pressed': o.on === undefined ? null : String(o.on),
        title: o.keys ? `${o.label} ${o.keys}` : o.label, onmousedown: (e: MouseEvent) => e.preventDefault(), onclick: () => o.run() });
    if (o.icon) b.append(icon(o.icon));
    if (o.text) b.append(o.text);
    return b;
}
