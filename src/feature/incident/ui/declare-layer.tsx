/** Opens *Declare incident* from anywhere; the dialog is loaded when it is needed. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export const declaring = signal(false);
let Loaded: ComponentType | null = null;

export function DeclareLayer() {
    const [, redraw] = useState(0);
    const open = declaring.value;
    useEffect(() => {
        if (!open || Loaded) return;
        void import('./declare').then((m) => {
            Loaded = m.default;
            redraw((n) => n + 1);
        });
    }, [open]);
    return open && Loaded ? <Loaded /> : null;
}
