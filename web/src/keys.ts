/**
 * Keyboard. Bindings are `c`, `?`, `mod+k`, `g i` (two keys in a row). Single keys rest while somebody types;
 * combinations with mod work everywhere unless the place they are typed in handles them.
 */
import { useEffect } from 'preact/hooks';

type Binding = { keys: string; run: (e: KeyboardEvent) => void };
const bindings: Binding[] = [];
let pending = '';
let pendingTimer: ReturnType<typeof setTimeout> | undefined;

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** How a binding is written for people: `⌘K`, `Ctrl K`, `G I`. */
export function shown(keys: string): string {
    return keys.split(' ').map((k) => k.replace('mod+', isMac ? '⌘' : 'Ctrl ').replace('alt+', isMac ? '⌥' : 'Alt ').replace('shift+', isMac ? '⇧' : 'Shift ')
        .replace(/\b[a-z]$/, (c) => c.toUpperCase())).join(' ');
}

/** Binds keys until the returned function is called. A later binding of the same keys wins. */
export function bind(keys: string, run: (e: KeyboardEvent) => void): () => void {
    const b = { keys, run };
    bindings.unshift(b);
    return () => {
        const i = bindings.indexOf(b);
        if (i >= 0) bindings.splice(i, 1);
    };
}

/** Binds keys while a component is on screen. */
export function useKeys(map: Record<string, (e: KeyboardEvent) => void>): void {
    useEffect(() => {
        const undo = Object.keys(map).map((k) => bind(k, (e) => map[k]!(e)));
        return () => undo.forEach((u) => u());
    });
}

export function isTyping(target: EventTarget | null): boolean {
    const el = target as HTMLElement | null;
    if (!el || !el.tagName) return false;
    if (el.isContentEditable) return true;
    if (el.tagName === 'TEXTAREA' || el.tagName === 'SELECT') return true;
    return el.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'submit'].includes((el as HTMLInputElement).type);
}

function name(e: KeyboardEvent): string {
    const mod = (e.metaKey && isMac) || (e.ctrlKey && !isMac);
    /* With Alt the key types something else on many keyboards: its place counts. */
    const key = e.altKey && /^Key[A-Z]$/.test(e.code) ? e.code.slice(3).toLowerCase() : e.key.toLowerCase();
    return `${mod ? 'mod+' : ''}${e.altKey ? 'alt+' : ''}${e.shiftKey && (mod || e.key.length > 1) ? 'shift+' : ''}${key}`;
}

function onKey(e: KeyboardEvent): void {
    if (e.defaultPrevented || e.isComposing || e.getModifierState('AltGraph')) return;
    const k = name(e);
    const mod = k.startsWith('mod+');
    if (e.altKey && !mod) return;
    if (!mod && (isTyping(e.target) || e.metaKey || e.ctrlKey)) return;
    if (!mod && document.querySelector('dialog[open], [data-layer]')) return;     /* a dialog or menu has the keys */
    const two = pending ? `${pending} ${k}` : '';
    clearTimeout(pendingTimer);
    pending = '';
    const hit = (two && bindings.find((b) => b.keys === two)) || bindings.find((b) => b.keys === k);
    if (hit) {
        e.preventDefault();
        hit.run(e);
        return;
    }
    if (!mod && bindings.some((b) => b.keys.startsWith(k + ' '))) {
        pending = k;
        pendingTimer = setTimeout(() => { pending = ''; }, 1200);
    }
}

export function startKeys(): void {
    addEventListener('keydown', onKey);
}

/**
 * j/k walk the rows `[data-row]` inside the element, enter opens the first link of the row, x toggles its checkbox.
 * The walked row carries `data-at`.
 */
export function useListKeys(root: { current: HTMLElement | null }): void {
    const rows = () => [...(root.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const at = () => root.current?.querySelector<HTMLElement>('[data-row][data-at]') ?? null;
    const go = (step: number) => {
        const all = rows();
        if (!all.length) return;
        const cur = at();
        const i = cur ? Math.min(all.length - 1, Math.max(0, all.indexOf(cur) + step)) : 0;
        cur?.removeAttribute('data-at');
        const next = all[i]!;
        next.setAttribute('data-at', '');
        next.scrollIntoView({ block: 'nearest' });
        next.querySelector<HTMLElement>('a[href]')?.focus({ preventScroll: true });
    };
    useKeys({
        j: () => go(1),
        k: () => go(-1),
        x: () => at()?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click(),
        enter: (e) => {
            const a = at()?.querySelector<HTMLAnchorElement>('a[href]');
            const focused = (e.target as HTMLElement | null)?.closest?.('a, button, input, summary');
            if (focused) (focused as HTMLElement).click();
            else a?.click();
        },
    });
}
