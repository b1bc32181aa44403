/** Fields that are edited where they stand. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from 'app/api';
import { fromInput, isoDay } from 'app/time';
import { Button, DateTime, Icon, IconButton, Input, Popover, TextArea } from 'kit';
import { Clash } from './save';
import { t } from './strings';

export type TextField = 'title' | 'description' | 'risk_reduction' | 'effectiveness_check' | 'effectiveness_note' | 'wont_do_reason';
/** Throws what went wrong. `over`: also when somebody else changed the same meanwhile. */
type Save = (value: string, over: boolean) => Promise<void>;
type About = { label: string; value: string; field: TextField; lines?: number; save: Save };

/** Text that becomes its own editor when it is clicked. What was typed stays when it could not be saved. */
export function TextInPlace({ canEdit, empty, children, ...about }: About & { canEdit: boolean; empty?: ComponentChildren; children: ComponentChildren }) {
    const [editing, setEditing] = useState(false);
    const shown = about.value ? children : <p class="quiet">{empty ?? t('not_set')}</p>;
    if (!canEdit) return <>{shown}</>;
    if (editing) return <TextEditor {...about} onEnd={() => setEditing(false)} />;
    const click = (e: MouseEvent) => { if (!(e.target as Element).closest('a, button') && !getSelection()?.toString()) setEditing(true); };
    return <div class="in-place" onClick={click}>{shown}<IconButton small icon="pen" label={`${t('edit')}: ${about.label}`} onClick={() => setEditing(true)} /></div>;
}

function TextEditor({ label, value, field, lines, save, onEnd }: About & { onEnd: () => void }) {
    const [text, setText] = useState(value);
    const [theirs, setTheirs] = useState<string | null>(null);
    const [error, setError] = useState('');
    const [busy, setBusy] = useState(false);
    const box = useRef<HTMLDivElement>(null);
    useEffect(() => box.current?.querySelector<HTMLElement>('textarea, input')?.focus(), []);
    const send = async (over = false) => {
        if (busy) return;
        if (text.trim() === value.trim() && !over) return onEnd();
        setBusy(true);
        try {
            await save(text.trim(), over);
            onEnd();
        } catch (e) {
            if (e instanceof Clash) setTheirs(String(e.newest[field] ?? ''));
            else setError(e instanceof ApiError ? e.fields[0]?.detail ?? e.message : String((e as Error).message));
            setBusy(false);
        }
    };
    const keys = (e: KeyboardEvent) => {
        if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); onEnd(); }
        if (e.key === 'Enter' && (!lines || e.metaKey || e.ctrlKey) && !e.isComposing) { e.preventDefault(); void send(); }
    };
    return (
        <div class="in-place-form" ref={box} onKeyDown={keys}>
            {lines ? <TextArea aria-label={label} rows={lines} value={text} onChange={setText} /> : <Input large aria-label={label} maxLength={300} value={text} onChange={setText} />}
            {theirs !== null && <div class="clash" role="alert"><p>{t('clash_text')}</p><blockquote>{theirs || t('h_nothing')}</blockquote></div>}
            {error && <p class="form-error" role="alert">{error}</p>}
            <div class="row">{theirs !== null
                ? <><Button busy={busy} onClick={() => send(true)}>{t('save_mine')}</Button><Button onClick={onEnd}>{t('keep_theirs')}</Button></>
                : <><Button busy={busy} onClick={() => send()}>{t('save')}</Button><Button kind="plain" onClick={onEnd}>{t('cancel')}</Button></>}
            </div>
        </div>
    );
}

/** A value that opens its editor beside it. `edit` gets how to close it. */
export function PickInPlace({ label, canEdit, edit, children }: { label: string; canEdit: boolean; edit: (close: () => void) => ComponentChildren; children: ComponentChildren }) {
    const [open, setOpen] = useState(false);
    const anchor = useRef<HTMLButtonElement>(null);
    if (!canEdit) return <>{children}</>;
    return <>
        <button type="button" ref={anchor} class="in-place-pick" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(true)}><span class="vh">{label}: </span>{children}<Icon name="down" small /></button>
        {open && <Popover anchor={anchor} class="picker" label={label} onClose={() => setOpen(false)}>{edit(() => setOpen(false))}</Popover>}
    </>;
}

/** The end of a day in the reader's zone: what is due on Friday is not late on Friday. */
export function endOfDay(iso: string): string {
    return fromInput(`${iso.slice(0, 10)}T23:59:59`)!;
}

const ahead = (days: number) => endOfDay(isoDay(Date.now() + days * 86_400_000));

/** A day: a few that are often meant, or any other. */
export function DayPicker({ value, onPick }: { value: string | null; onPick: (at: string | null) => void }) {
    const [typed, setTyped] = useState<string | null>(value);
    const choices = [[t('in_1'), 1], [t('in_7'), 7], [t('in_14'), 14], [t('in_30'), 30]] as const;
    return (
        <div class="days">
            <div class="chips">{choices.map(([name, n]) => <button type="button" class="chip" key={n} onClick={() => onPick(ahead(n))}>{name}</button>)}
                {value && <button type="button" class="chip" onClick={() => onPick(null)}>{t('no_date')}</button>}</div>
            <form class="row" onSubmit={(e) => { e.preventDefault(); onPick(typed && endOfDay(isoDay(typed))); }}>
                <DateTime aria-label={t('another_day')} dateOnly value={typed} onChange={setTyped} /><button type="submit" class="btn">{t('set')}</button></form>
        </div>
    );
}
