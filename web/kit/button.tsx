import type { ComponentChildren, HTMLAttributes, TargetedMouseEvent } from 'preact';
import { useState } from 'preact/hooks';
import { Icon, type IconName } from './icon';

type Base = Omit<HTMLAttributes<HTMLButtonElement>, 'icon' | 'label'> & {
    children?: ComponentChildren; class?: string; disabled?: boolean; type?: 'button' | 'submit';
};
export type ButtonProps = Base & {
    icon?: IconName;
    /** One primary button per screen. */
    kind?: 'primary' | 'plain' | 'danger' | undefined;
    large?: boolean;
    kbd?: string | undefined;
    /** Shows that it works and refuses clicks meanwhile. */
    busy?: boolean;
};

/** A button that says the verb and the thing. A click handler that answers a promise keeps it busy until then. */
export function Button({ icon, kind, large, kbd, busy, children, class: cls = '', onClick, disabled, ...rest }: ButtonProps) {
    const [working, setWorking] = useState(false);
    const off = busy || working;
    const click = onClick && ((e: TargetedMouseEvent<HTMLButtonElement>) => {
        if (off) return;
        const r = (onClick as (e: unknown) => unknown)(e);
        if (r instanceof Promise) {
            setWorking(true);
            void r.finally(() => setWorking(false));
        }
    });
    return (
        <button type="button" {...(rest as object)} class={`btn ${kind ?? ''} ${large ? 'lg' : ''} ${cls}`} onClick={click}
            disabled={disabled} aria-busy={off || undefined}>
            {off ? <span class="spin" aria-hidden="true" /> : icon && <Icon name={icon} />}
            {children}
            {kbd && <kbd class={kind === 'primary' ? 'on-accent' : ''}>{kbd}</kbd>}
        </button>
    );
}

/** An icon alone: only for frequent actions everybody knows. `label` is read aloud and shown on hover. */
export function IconButton({ icon, label, small, class: cls = '', ...rest }: Base & { icon: IconName; label: string; small?: boolean }) {
    return (
        <button type="button" title={label} aria-label={label} {...(rest as object)} class={`btn plain icon ${small ? 'sm' : ''} ${cls}`}>
            <Icon name={icon} />
        </button>
    );
}

/** A link that looks like a button. */
export function LinkButton({ href, icon, kind, large, children, class: cls = '', ...rest }: {
    href: string; icon?: IconName; kind?: 'primary' | 'plain'; large?: boolean; children?: ComponentChildren; class?: string;
    download?: boolean | string; target?: string; rel?: string;
}) {
    return (
        <a href={href} class={`btn ${kind ?? ''} ${large ? 'lg' : ''} ${cls}`} {...rest}>
            {icon && <Icon name={icon} />}{children}
        </a>
    );
}

/** One of a few views side by side. */
export function Segmented<T extends string>({ label, value, options, onChange }: {
    label: string; value: T; options: { value: T; label: ComponentChildren; icon?: IconName }[]; onChange: (v: T) => void;
}) {
    return (
        <div class="seg" role="group" aria-label={label}>
            {options.map((o) => (
                <button type="button" key={o.value} aria-pressed={o.value === value} onClick={() => onChange(o.value)}>
                    {o.icon && <Icon name={o.icon} small />}{o.label}
                </button>
            ))}
        </div>
    );
}
