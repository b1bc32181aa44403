import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon';
import { Popover, type Align, type PopoverProps } from './popover';

export type MenuItem =
    | { heading: string }
    | 'line'
    | {
        label: ComponentChildren; icon?: IconName; hint?: ComponentChildren; note?: ComponentChildren; checked?: boolean | undefined;
        danger?: boolean; disabled?: boolean; href?: string; download?: boolean; onSelect?: () => void; key?: string;
    };

/** The list of a menu; arrows, Home, End, first letters and Enter work. */
export function MenuList({ anchor, items, onClose, align, label }: {
    anchor: PopoverProps['anchor']; items: (MenuItem | false | null | undefined)[]; onClose: () => void; align?: Align; label?: string;
}) {
    const list = useRef<HTMLDivElement>(null);
    const move = (e: KeyboardEvent) => {
        const all = [...list.current!.querySelectorAll<HTMLElement>('.it:not([disabled])')];
        const i = all.indexOf(document.activeElement as HTMLElement);
        let next: HTMLElement | undefined;
        if (e.key === 'ArrowDown') next = all[(i + 1) % all.length];
        else if (e.key === 'ArrowUp') next = all[(i - 1 + all.length) % all.length];
        else if (e.key === 'Home') next = all[0];
        else if (e.key === 'End') next = all[all.length - 1];
        else if (e.key === 'Tab') return onClose();
        else if (e.key.length === 1 && !e.metaKey && !e.ctrlKey) {
            const rest = [...all.slice(i + 1), ...all.slice(0, i + 1)];
            next = rest.find((el) => el.textContent!.trim().toLowerCase().startsWith(e.key.toLowerCase()));
        }
        if (next) {
            e.preventDefault();
            next.focus();
        }
    };
    const radio = items.some((i) => i && typeof i === 'object' && 'checked' in i && i.checked !== undefined);
    return (
        <Popover anchor={anchor} onClose={onClose} role="menu" class="menu" label={label ?? ''} {...(align ? { align } : {})}>
            <div ref={list} onKeyDown={move}>
                {items.map((it, n) => {
                    if (!it) return null;
                    if (it === 'line') return <div class="ln" role="separator" key={n} />;
                    if ('heading' in it) return <div class="hd" key={n}>{it.heading}</div>;
                    const inside = <>
                        {it.icon && <Icon name={it.icon} />}
                        <span class="grow">{it.label}{it.note && <span class="note">{it.note}</span>}</span>
                        {it.hint && <small>{it.hint}</small>}
                        {it.checked && <Icon name="check" />}
                    </>;
                    const common = {
                        class: `it ${it.danger ? 'danger' : ''}`, role: radio ? 'menuitemradio' as const : 'menuitem' as const,
                        'aria-checked': radio ? !!it.checked : undefined, tabIndex: -1, key: it.key ?? n,
                        'data-focus': it.checked ? '' : undefined,
                        onMouseMove: (e: MouseEvent) => (e.currentTarget as HTMLElement).focus({ preventScroll: true }),
                    };
                    const pick = () => {
                        onClose();
                        it.onSelect?.();
                    };
                    return it.href
                        ? <a {...common} href={it.href} download={it.download} onClick={pick}>{inside}</a>
                        : <button type="button" {...common} disabled={it.disabled} onClick={pick}>{inside}</button>;
                })}
            </div>
        </Popover>
    );
}

/** A button that opens a menu. `class` decides its look: `btn`, `pill ok`, `chip`… */
export function MenuButton({ class: cls = 'btn', items, label, align, chevron, disabled, title, children }: {
    class?: string; items: (MenuItem | false | null | undefined)[] | (() => (MenuItem | false | null | undefined)[]);
    /** Read aloud when the content is only an icon, and as the name of the menu. */
    label?: string; align?: Align; chevron?: boolean; disabled?: boolean; title?: string; children?: ComponentChildren;
}) {
    const [open, setOpen] = useState(false);
    const button = useRef<HTMLButtonElement>(null);
    const closedAt = useRef(0);
    return <>
        <button ref={button} type="button" class={cls} aria-haspopup="menu" aria-expanded={open} aria-label={label} disabled={disabled} title={title ?? undefined}
            onClick={() => { if (Date.now() - closedAt.current > 200) setOpen(true); }}
            onKeyDown={(e) => {
                if (e.key === 'ArrowDown' && !open) {
                    e.preventDefault();
                    setOpen(true);
                }
            }}>
            {children}{chevron !== false && <Icon name="down" small />}
        </button>
        {open && <MenuList anchor={button} items={typeof items === 'function' ? items() : items} label={label ?? ''} {...(align ? { align } : {})}
            onClose={() => {
                closedAt.current = Date.now();
                setOpen(false);
            }} />}
    </>;
}
