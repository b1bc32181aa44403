/** Light, dark, or as the system says. */
import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const STORE = 'hindsight.theme';

function kept(): Theme {
    try {
        const t = localStorage.getItem(STORE);
        return t === 'light' || t === 'dark' ? t : 'system';
    } catch {
        return 'system';
    }
}

export const theme = signal<Theme>(typeof document === 'undefined' ? 'system' : kept());

export function setTheme(t: Theme): void {
    theme.value = t;
    if (t === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = t;
    try {
        if (t === 'system') localStorage.removeItem(STORE);
        else localStorage.setItem(STORE, t);
    } catch { /* storage may be denied */ }
}

/** True when dark is on screen now. */
export function isDark(): boolean {
    return theme.value === 'dark' || (theme.value === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
}
