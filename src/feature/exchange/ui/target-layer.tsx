/** Opens the page of a report in Confluence from anywhere: `openTarget(report)`. The dialog itself is loaded when it is needed. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Report } from 'app/types';

export const openReport = signal<Report | null>(null);
export function openTarget(report: Report): void {
    openReport.value = report;
}

let Loaded: ComponentType | null = null;

export function TargetLayer() {
    const [, redraw] = useState(0);
    const open = openReport.value !== null;
    useEffect(() => {
        if (!open || Loaded) return;
        void import('./target').then((m) => {
            Loaded = m.default;
            redraw((n) => n + 1);
        });
    }, [open]);
    return open && Loaded ? <Loaded /> : null;
}
