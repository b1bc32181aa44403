import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError } from '../src/api';
import { IconButton } from './button';
import { Icon } from './icon';
import { t } from './strings';

type Toast = { id: number; text: string; tone: 'plain' | 'bad'; undo?: (() => void) | undefined; action?: { label: string; run: () => void } | undefined };

const toasts = signal<Toast[]>([]);
let next = 1;

function dismiss(id: number): void {
    toasts.value = toasts.value.filter((x) => x.id !== id);
}

/** Says that something was done; `undo` offers the way back. Goes away after a while unless it is an error. */
export function toast(text: string, more: { undo?: () => void; action?: { label: string; run: () => void } } = {}): void {
    toasts.value = [...toasts.value.slice(-2), { id: next++, text, tone: 'plain', ...more }];
}

/** Says that something failed, in the server's words when it has some. */
export function toastError(e: unknown, context?: string): void {
    const detail = e instanceof ApiError ? (e.status === 0 ? t('offline') : e.fields[0]?.detail ?? e.message) : String((e as Error)?.message ?? e);
    toasts.value = [...toasts.value.slice(-2), { id: next++, text: context ? `${context}: ${detail}` : detail, tone: 'bad' }];
}

function One({ x }: { x: Toast }) {
    useEffect(() => {
        const wait = setTimeout(() => dismiss(x.id), x.tone === 'bad' ? 12_000 : x.undo ? 9_000 : 5_000);
        return () => clearTimeout(wait);
    }, [x.id]);
    return (
        <div class="toast" role={x.tone === 'bad' ? 'alert' : 'status'}>
            {x.tone === 'bad' && <Icon name="warning" />}
            <span class="grow">{x.text}</span>
            {x.undo && <button type="button" onClick={() => { dismiss(x.id); x.undo!(); }}><Icon name="undo" small />{t('undo')}</button>}
            {x.action && <button type="button" onClick={() => { dismiss(x.id); x.action!.run(); }}>{x.action.label}</button>}
            <IconButton icon="close" small label={t('dismiss')} onClick={() => dismiss(x.id)} />
        </div>
    );
}

/** Where toasts stand; once, in the shell. */
export function Toasts() {
    return <div class="dock" aria-live="polite">{toasts.value.map((x) => <One key={x.id} x={x} />)}</div>;
}

/** Shows a change at once and takes it back when the server refuses. */
export async function optimistic<T>(show: () => void, revert: () => void, write: () => Promise<T>): Promise<T | undefined> {
    show();
    try {
        return await write();
    } catch (e) {
        revert();
        toastError(e);
        return undefined;
    }
}
