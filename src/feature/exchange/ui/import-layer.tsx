/** Opens the import from anywhere. The dialog itself is loaded when it is needed. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export const importing = signal(false);
export function importReport(): void {
    importing.value = true;
}

let Loaded: ComponentType | null = null;

export function ImportLayer() {
    const [, redraw] = useState(0);
    const open = importing.value;
    useEffect(() => {
        if (!open || Loaded) return;
        void import('./import').then((m) => {
            Loaded = m.default;
            redraw((n) => n + 1);
        });
    }, [open]);
    return open && Loaded ? <Loaded /> : null;
}
