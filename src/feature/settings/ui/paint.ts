/** Colours that a workspace chose for its severities; those it did not touch keep the tokens, which know light and dark. */
import type { SeverityDef } from 'app/types';

export const standardColors: Record<string, string> = { 'SEV-1': '#cf2e25', 'SEV-2': '#cc6412', 'SEV-3': '#a17c06', 'SEV-4': '#6885a6', unknown: '#80878f' };

export function paintSeverities(list: readonly SeverityDef[]): void {
    const style = document.documentElement.style;
    for (const s of list) {
        const name = `--sev-${/[1-4]$/.exec(s.key)?.[0] ?? '0'}`;
        const own = s.color && s.color.toLowerCase() !== standardColors[s.key];
        if (own) {
            style.setProperty(name, s.color!);
            style.setProperty(`${name}-text`, `color-mix(in oklab, ${s.color} 55%, var(--text))`);
            style.setProperty(`${name}-bg`, `color-mix(in oklab, ${s.color} 12%, var(--bg-surface))`);
        } else for (const part of ['', '-text', '-bg']) style.removeProperty(name + part);
    }
}
