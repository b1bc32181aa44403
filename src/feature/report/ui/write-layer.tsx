/** Opens *Write post-mortem* from anywhere: `writePostMortem('INC-42')`. The dialog itself is loaded when it is needed. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** The incident to write about; '' asks for one; null while closed. */
export const writing = signal<string | null>(null);

export function writePostMortem(incident: string | null): void {
    writing.value = incident ?? '';
}

let Loaded: ComponentType | null = null;

export function WriteLayer() {
    const [, redraw] = useState(0);
    const open = writing.value !== null;
    useEffect(() => {
        if (!open || Loaded) return;
        void import('./write').then((m) => {
            Loaded = m.default;
            redraw((n) => n + 1);
        });
    }, [open]);
    return open && Loaded ? <Loaded /> : null;
}
