import type { ComponentChildren, InputHTMLAttributes, SelectHTMLAttributes, TextareaHTMLAttributes } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ApiError } from '../src/api';
import { fromInput, toInput, utc, zoneName } from '../src/time';
import { Icon, type IconName } from './icon';
import { t } from './strings';

type Ids = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean };

/** Label, control, help and error in one column. The child gets the ids: `<Field label=…>{(p) => <Input {...p} … />}</Field>` */
export function Field({ label, help, error, optional, children }: {
    label: ComponentChildren; help?: ComponentChildren; error?: string | undefined; optional?: boolean; children: (ids: Ids) => ComponentChildren;
}) {
    const id = useId();
    const about = error || help ? { 'aria-describedby': `${id}-a` } : {};
    return (
        <div class={`field ${error ? 'wrong' : ''}`}>
            <label for={id}>{label}{optional && <span class="quiet"> {t('optional')}</span>}</label>
            {children({ id, ...about, ...(error ? { 'aria-invalid': true } : {}) })}
            {error ? <p class="err" id={`${id}-a`}>{error}</p> : help ? <p class="help" id={`${id}-a`}>{help}</p> : null}
        </div>
    );
}

type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'onInput' | 'onChange' | 'icon' | 'value'> & {
    value: string; onChange: (v: string) => void; icon?: IconName; large?: boolean; after?: ComponentChildren; class?: string; 'data-autofocus'?: boolean;
};

/** One line of text. */
export function Input({ value, onChange, icon, large, after, class: cls = '', ...rest }: InputProps) {
    return (
        <span class={`input ${large ? 'big' : ''} ${cls}`}>
            {icon && <Icon name={icon} />}
            <input type="text" autocomplete="off" {...(rest as object)} value={value} onInput={(e) => onChange(e.currentTarget.value)} />
            {after}
        </span>
    );
}

/** Several lines; grows with its text. */
export function TextArea({ value, onChange, rows = 3, class: cls = '', ...rest }: Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onInput' | 'onChange' | 'value'> & {
    value: string; onChange: (v: string) => void; rows?: number; class?: string;
}) {
    return <textarea class={`area ${cls}`} rows={rows} {...(rest as object)} value={value} onInput={(e) => onChange(e.currentTarget.value)} />;
}

/** One of a short list. */
export function Select<T extends string>({ value, options, onChange, ...rest }: Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange' | 'value' | 'onInput'> & {
    value: T; options: readonly { value: T; label: string; disabled?: boolean }[]; onChange: (v: T) => void;
}) {
    return (
        <span class="select">
            <select {...(rest as object)} value={value} onChange={(e) => onChange(e.currentTarget.value as T)}>
                {options.map((o) => <option key={o.value} value={o.value} disabled={o.disabled} selected={o.value === value}>{o.label}</option>)}
            </select>
            <Icon name="down" small />
        </span>
    );
}

export function Check({ checked, onChange, children, label, disabled }: { checked: boolean; onChange: (on: boolean) => void; children?: ComponentChildren; label?: string; disabled?: boolean }) {
    const box = <input type="checkbox" class="check" checked={checked} disabled={disabled} aria-label={label} onChange={(e) => onChange(e.currentTarget.checked)} />;
    return children ? <label class="check-row">{box}<span>{children}</span></label> : box;
}

/** A moment, typed or picked in the shown zone, which stands beside it. `null` is unknown. */
export function DateTime({ value, onChange, dateOnly, ...ids }: Ids & { value: string | null; onChange: (v: string | null) => void; dateOnly?: boolean } | {
    id?: string; value: string | null; onChange: (v: string | null) => void; dateOnly?: boolean; 'aria-label'?: string;
}) {
    void utc.value;
    const text = dateOnly ? toInput(value).slice(0, 10) : toInput(value);
    const [typed, setTyped] = useState(text);
    const last = useRef(value);
    useEffect(() => {
        if (last.current !== value) setTyped(text);
        last.current = value;
    }, [value]);
    const zone = dateOnly ? null : zoneName(value ?? undefined);
    return (
        <span class="input">
            <input {...ids} type={dateOnly ? 'date' : 'datetime-local'} step={dateOnly ? undefined : 1} value={typed}
                onInput={(e) => {
                    const v = e.currentTarget.value;
                    setTyped(v);
                    const at = fromInput(v);
                    if (at !== null || v === '') {
                        last.current = at;
                        onChange(at);
                    }
                }} />
            {zone && <span class="quiet nowrap">{zone}</span>}
        </span>
    );
}

/** Sends a form once at a time and keeps the server's errors beside their fields. */
export function useForm(): {
    busy: boolean; error: ApiError | null; field: (name: string) => string | undefined;
    /** What the server said that belongs to no field of this form. */
    general: (fields: readonly string[]) => string | undefined;
    submit: (send: () => Promise<unknown>) => Promise<boolean>; clear: () => void;
} {
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    return {
        busy, error,
        field: (name) => error?.field(name),
        general: (fields) => {
            if (!error) return undefined;
            if (error.status === 0) return `${t('offline')}. ${t('kept')}`;
            const rest = error.fields.filter((f) => !fields.includes(f.field));
            if (rest.length) return rest.map((f) => `${f.field}: ${f.detail}`).join('; ');
            return error.fields.length ? undefined : error.message;
        },
        clear: () => setError(null),
        submit: async (send) => {
            if (busy) return false;
            setBusy(true);
            setError(null);
            try {
                await send();
                return true;
            } catch (e) {
                setError(e instanceof ApiError ? e : new ApiError(-1, 'unexpected', String((e as Error).message)));
                return false;
            } finally {
                setBusy(false);
            }
        },
    };
}

/** Text to take away: a URL or a command, with Copy. */
export function Copyable({ text, label, multiline }: { text: string; label: string; multiline?: boolean }) {
    const [done, setDone] = useState(false);
    const copy = async () => {
        try {
            await navigator.clipboard.writeText(text);
        } catch {
            const area = document.createElement('textarea');
            area.value = text;
            document.body.append(area);
            area.select();
            document.execCommand('copy');
            area.remove();
        }
        setDone(true);
        setTimeout(() => setDone(false), 1600);
    };
    return (
        <div class={`copyable ${multiline ? 'multi' : ''}`}>
            <code tabIndex={0} aria-label={label}>{text}</code>
            <button type="button" class="btn" onClick={copy}><Icon name={done ? 'check' : 'copy'} />{done ? t('copied') : t('copy')}</button>
        </div>
    );
}
