import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

export type Rect = { left: number; top: number; right: number; bottom: number };
export type Align = 'start' | 'end';

/** Puts `el` (position: fixed) under the anchor, above it when there is more room there, always inside the window. */
export function place(el: HTMLElement, anchor: Rect, align: Align = 'start', gap = 4): void {
    const edge = 8;
    el.style.maxHeight = '';
    const w = el.offsetWidth;
    const below = innerHeight - anchor.bottom - gap - edge;
    const above = anchor.top - gap - edge;
    const h = el.scrollHeight + 2;
    const up = h > below && above > below;
    el.style.maxHeight = `${Math.max(120, up ? above : below)}px`;
    const left = align === 'end' ? anchor.right - w : anchor.left;
    el.style.left = `${Math.max(edge, Math.min(left, innerWidth - w - edge))}px`;
    el.style.top = up ? `${Math.max(edge, anchor.top - gap - Math.min(h, above))}px` : `${anchor.bottom + gap}px`;
}

export type PopoverProps = {
    anchor: { current: HTMLElement | null } | (() => Rect | null);
    onClose: () => void;
    align?: Align;
    class?: string;
    label?: string;
    role?: 'dialog' | 'menu' | 'listbox' | undefined;
    /** Keep the focus where it is (completion lists). */
    passive?: boolean;
    /** At least as wide as its anchor. */
    match?: boolean;
    id?: string;
    children?: ComponentChildren;
};

/** Floats beside its anchor, above everything; closes on Escape and on a click elsewhere. Render it only while open. */
export function Popover({ anchor, onClose, align = 'start', class: cls = '', label, role = 'dialog', passive, match, id, children }: PopoverProps) {
    const el = useRef<HTMLDivElement>(null);
    const close = useRef(onClose);
    close.current = onClose;
    const rect = () => (typeof anchor === 'function' ? anchor() : anchor.current?.getBoundingClientRect() ?? null);
    const settle = () => {
        const r = rect();
        if (el.current && r && match) el.current.style.minWidth = `${r.right - r.left}px`;
        if (el.current && r) place(el.current, r, align);
    };
    useLayoutEffect(() => {
        const box = el.current!;
        const before = document.activeElement as HTMLElement | null;
        box.showPopover();
        settle();
        if (!passive) {
            const first = box.querySelector<HTMLElement>('[autofocus], [data-focus]') ?? box.querySelector<HTMLElement>('input, button, a[href], [tabindex="0"]');
            (first ?? box).focus({ preventScroll: true });
        }
        const toggled = (e: Event) => { if ((e as ToggleEvent).newState === 'closed') close.current(); };
        const moved = (e: Event) => { if (!(e.target instanceof Node) || !box.contains(e.target)) settle(); };
        box.addEventListener('toggle', toggled);
        addEventListener('scroll', moved, true);
        addEventListener('resize', moved);
        return () => {
            box.removeEventListener('toggle', toggled);
            removeEventListener('scroll', moved, true);
            removeEventListener('resize', moved);
            if (!passive && before?.isConnected && (box.contains(document.activeElement) || document.activeElement === document.body))
                before.focus({ preventScroll: true });
        };
    }, []);
    useEffect(settle);
    return (
        <div ref={el} id={id} popover={passive ? 'manual' : 'auto'} data-layer class={`popover ${cls}`} role={role} aria-label={label} tabIndex={-1}
            onKeyDown={(e) => {
                if (e.key === 'Escape') {
                    e.preventDefault();
                    e.stopPropagation();
                    close.current();
                }
            }}>
            {children}
        </div>
    );
}
