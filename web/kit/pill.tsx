import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon';
import { MenuButton, type MenuItem } from './menu';

export type Tone = 'ok' | 'warn' | 'bad' | 'run' | 'idle' | 'outline';

/** What a thing is. With `items` it is also the menu that changes it. */
export function Pill({ tone = 'idle', icon, small, items, label, disabled, children, class: cls = '' }: {
    tone?: Tone; icon?: IconName; small?: boolean; items?: (MenuItem | false)[] | undefined; label?: string; disabled?: boolean; children?: ComponentChildren; class?: string;
}) {
    const c = `pill ${tone} ${small ? 'sm' : ''} ${cls}`;
    const inside = <>{icon && <Icon name={icon} small />}{children}</>;
    if (!items) return <span class={c}>{inside}</span>;
    return <MenuButton class={c} items={items} {...(label ? { label } : {})} {...(disabled ? { disabled } : {})}>{inside}</MenuButton>;
}

/** A state in running text: circle and word. */
export function Status({ tone = 'idle', icon, children }: { tone?: Tone; icon?: IconName; children?: ComponentChildren }) {
    return <span class={`st ${tone}`}>{icon && <Icon name={icon} small />}{children}</span>;
}

/** 1…4 from a severity key such as `SEV-2`; 0 when it is unknown. */
export function severityLevel(key: string | null | undefined): 0 | 1 | 2 | 3 | 4 {
    const n = Number(/([1-4])$/.exec(key ?? '')?.[1] ?? 0);
    return n as 0 | 1 | 2 | 3 | 4;
}

const BARS = [[0, 9, 3], [3.7, 6, 6], [7.4, 3, 9], [11.1, 0, 12]] as const;

function Bars({ level }: { level: number }) {
    const on = level === 0 ? 0 : 5 - level;
    return (
        <svg class="bars" viewBox="0 0 14 12" aria-hidden="true">
            {BARS.map(([x, y, h], i) => <rect key={i} x={x} y={y} width="2.6" height={h} rx=".6" class={i < on ? '' : 'off'} />)}
        </svg>
    );
}

/** Bars and the word. With `items` it is a pill and the menu that changes it. */
export function Severity({ value, items, pill, label, children }: {
    value: string | null | undefined; items?: (MenuItem | false)[]; pill?: boolean; label?: string; children?: ComponentChildren;
}) {
    const level = severityLevel(value);
    const inside = <><Bars level={level} />{children ?? value ?? ''}</>;
    if (items) return <MenuButton class={`pill sev${level}`} items={items} {...(label ? { label } : {})}>{inside}</MenuButton>;
    return <span class={pill ? `pill sev${level}` : `sev sev${level}`}>{inside}</span>;
}

/** A length of time that still runs. */
export function Live({ children }: { children?: ComponentChildren }) {
    return <span class="live">{children}</span>;
}
