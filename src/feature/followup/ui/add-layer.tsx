/** Opens *New follow-up* from anywhere: `addFollowUp({ incident })`. The dialog is loaded when it is needed. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export type Adding = { incident?: { id: string; reference: string; title: string } | null; report?: { id: string; reference: string } | null; title?: string; onAdded?: (reference: string) => void };
export const adding = signal<Adding | null>(null);

export function addFollowUp(about: Adding = {}): void {
    adding.value = about;
}

let Loaded: ComponentType | null = null;

export function AddLayer() {
    const [, redraw] = useState(0);
    const open = adding.value !== null;
    useEffect(() => {
        if (!open || Loaded) return;
        void import('./dialog').then((m) => {
            Loaded = m.default;
            redraw((n) => n + 1);
        });
    }, [open]);
    return open && Loaded ? <Loaded /> : null;
}
