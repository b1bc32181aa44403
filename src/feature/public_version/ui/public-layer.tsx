/** Opens the public version of a report from anywhere: `openPublic('PM-7')`. The dialog itself is loaded when it is needed. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export const openReport = signal<string | null>(null);
export function openPublic(report: string): void {
    openReport.value = report;
}

let Loaded: ComponentType | null = null;

export function PublicLayer() {
    const [, redraw] = useState(0);
    const open = openReport.value !== null;
    useEffect(() => {
        if (!open || Loaded) return;
        void import('./public').then((m) => {
            Loaded = m.default;
            redraw((n) => n + 1);
        });
    }, [open]);
    return open && Loaded ? <Loaded /> : null;
}
