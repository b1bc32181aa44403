/** A menu of the editor: opens beside something, answers arrows, letters and Escape, and gives the focus back. */
import { place, type Rect } from '../../kit/popover';
import type { IconName } from '../../kit/icons';
import { h, icon } from '../dom';

export type MenuEntry = 'line' | { heading: string } | {
    label: string; icon?: IconName; hint?: string; danger?: boolean; disabled?: boolean;
    /** A choice among others: read as such, with a tick when it is the one. */
    checked?: boolean; run: () => void;
};

/** Opens it; the returned function closes it. `done` is called once it is closed, however that came. */
export function openMenu(anchor: HTMLElement | Rect, label: string, entries: (MenuEntry | false | null)[], done: () => void = () => {}): () => void {
    let open = true;
    const close = () => {
        if (!open) return;
        open = false;
        el.remove();
        done();
    };
    const rows = entries.filter((e): e is MenuEntry => !!e).map((e) => {
        if (e === 'line') return h('div', { class: 'ln', role: 'separator' });
        if ('heading' in e) return h('div', { class: 'hd', role: 'presentation' }, e.heading);
        const choice = e.checked !== undefined;
        return h('button', { type: 'button', role: choice ? 'menuitemradio' : 'menuitem', 'aria-checked': choice ? String(e.checked) : null, class: `it ${e.danger ? 'danger' : ''}`, disabled: !!e.disabled, tabindex: '-1',
            onmousemove: (m: MouseEvent) => (m.currentTarget as HTMLElement).focus({ preventScroll: true }),
            onclick: () => {
                close();
                e.run();
            } }, e.icon ? icon(e.icon) : null, h('span', { class: 'grow' }, e.label), e.hint ? h('small', {}, e.hint) : null, e.checked ? icon('check') : null);
    });
    const el = h('div', { class: 'popover menu small-menu', role: 'menu', 'aria-label': label, popover: 'auto', 'data-layer': '', onkeydown: (e: KeyboardEvent) => {
        const all = [...el.querySelectorAll<HTMLElement>('.it:not([disabled])')];
        const at = all.indexOf(document.activeElement as HTMLElement);
        let next: HTMLElement | undefined;
        if (e.key === 'ArrowDown') next = all[(at + 1) % all.length];
        else if (e.key === 'ArrowUp') next = all[(at - 1 + all.length) % all.length];
        else if (e.key === 'Home') next = all[0];
        else if (e.key === 'End') next = all[all.length - 1];
        else if (e.key === 'Escape' || e.key === 'Tab') {
            e.preventDefault();
            e.stopPropagation();
            return close();
        } else if (e.key.length === 1 && !e.metaKey && !e.ctrlKey && e.key !== ' ')
            next = [...all.slice(at + 1), ...all.slice(0, at + 1)].find((x) => x.textContent!.trim().toLowerCase().startsWith(e.key.toLowerCase()));
        if (next) {
            e.preventDefault();
            next.focus();
        }
    } }, ...rows);
    document.body.append(el);
    el.showPopover();
    place(el, anchor instanceof HTMLElement ? anchor.getBoundingClientRect() : anchor);
    el.addEventListener('toggle', (e) => { if ((e as ToggleEvent).newState === 'closed') close(); });
    (el.querySelector<HTMLElement>('[aria-checked=true]') ?? el.querySelector<HTMLElement>('.it:not([disabled])'))?.focus({ preventScroll: true });
    return close;
}
