import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { api } from '../src/api';
import type { Page, Person, User } from '../src/types';
import { Icon, type IconName } from './icon';
import { Avatar } from './people';
import { Popover } from './popover';
import { t } from './strings';

export type Option = { value: string; label: string; note?: string; person?: Person };

export type ComboboxProps = {
    /** What is chosen; several when `multiple`. */
    value: Option[];
    onChange: (v: Option[]) => void;
    /** Answers the options for what was typed; '' asks for the first ones. */
    search: (q: string) => Promise<Option[]>;
    multiple?: boolean; placeholder?: string; icon?: IconName; id?: string; label?: string; autofocus?: boolean;
    'aria-describedby'?: string; 'aria-invalid'?: boolean;
};

/** Type to search, arrows and Enter to choose, Backspace to take the last one back. */
export function Combobox({ value, onChange, search, multiple, placeholder, icon, id, label, autofocus, ...aria }: ComboboxProps) {
    const [text, setText] = useState('');
    const [open, setOpen] = useState(false);
    const [found, setFound] = useState<Option[] | null>(null);
    const [at, setAt] = useState(0);
    const box = useRef<HTMLSpanElement>(null);
    const input = useRef<HTMLInputElement>(null);
    const list = useId();
    const run = useRef(0);
    /** False while the list shown is of an older text; Enter then waits for the list of this one. */
    const fresh = useRef(false);
    const takeFirst = useRef(false);
    useEffect(() => {
        fresh.current = takeFirst.current = false;
        if (!open) return;
        const mine = ++run.current;
        const wait = setTimeout(async () => {
            const r = await search(text.trim()).catch(() => []);
            if (run.current !== mine) return;
            const left = r.filter((o) => !multiple || !value.some((v) => v.value === o.value));
            fresh.current = true;
            setFound(left);
            setAt(0);
            if (takeFirst.current && left[0]) choose(left[0]);
        }, text ? 120 : 0);
        return () => clearTimeout(wait);
    }, [text, open, value.length]);
    useEffect(() => { if (autofocus) input.current?.focus(); }, []);
    const choose = (o: Option) => {
        onChange(multiple ? [...value, o] : [o]);
        setText('');
        setOpen(false);
        input.current?.focus();
        setTimeout(() => setOpen(false), 0);            /* the focus above would open it again */
    };
    const keys = (e: KeyboardEvent) => {
        if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
            e.preventDefault();
            setOpen(true);
            const n = found?.length ?? 0;
            if (n) setAt((at + (e.key === 'ArrowDown' ? 1 : n - 1)) % n);
        } else if (e.key === 'Enter' && open && !fresh.current) {
            e.preventDefault();
            takeFirst.current = true;
        } else if (e.key === 'Enter' && open && found?.[at]) {
            e.preventDefault();
            choose(found[at]!);
        } else if (e.key === 'Escape' && open) {
            e.preventDefault();
            e.stopPropagation();
            setOpen(false);
        } else if (e.key === 'Backspace' && !text && value.length) onChange(value.slice(0, -1));
    };
    const single = !multiple && value[0];
    return (
        <span class="combo" ref={box} onFocusOut={(e) => { if (!box.current?.contains(e.relatedTarget as Node | null)) setOpen(false); }}>
            <span class={`input ${multiple ? 'multi' : ''}`} onClick={() => input.current?.focus()}>
                {icon && <Icon name={icon} />}
                {multiple && value.map((v) => (
                    <span class="token" key={v.value}>{v.person && <Avatar person={v.person} />}{v.label}
                        <button type="button" aria-label={t('remove', { name: v.label })} onClick={() => onChange(value.filter((x) => x !== v))}><Icon name="x" small /></button>
                    </span>
                ))}
                {single && single.person && !open && <Avatar person={single.person} />}
                <input ref={input} id={id} {...aria} role="combobox" aria-expanded={open} aria-controls={list} aria-autocomplete="list" aria-label={label} autocomplete="off"
                    aria-activedescendant={open && found?.[at] ? `${list}-${at}` : undefined}
                    placeholder={single ? single.label : value.length ? '' : placeholder} value={open || !single ? text : single.label}
                    onFocus={() => { if (!multiple) setOpen(true); }} onClick={() => setOpen(true)} onInput={(e) => { setText(e.currentTarget.value); setOpen(true); }} onKeyDown={keys} />
                {single && <button type="button" class="chip-x" aria-label={t('clear')} onClick={() => onChange([])}><Icon name="x" small /></button>}
                {!icon && !single && <Icon name="down" small />}
            </span>
            {open && (
                <Popover anchor={box} passive match role="listbox" id={list} class="menu" onClose={() => setOpen(false)}>
                    {found === null ? <div class="hd">{t('searching')}</div> : found.length === 0 ? <div class="hd">{t('none_found')}</div>
                        : found.map((o, i) => (
                            <OptionRow key={o.value} id={`${list}-${i}`} option={o} on={i === at} onPoint={() => setAt(i)} onPick={() => choose(o)} />
                        ))}
                </Popover>
            )}
        </span>
    );
}

function OptionRow({ option, on, id, onPick, onPoint }: { option: Option; on: boolean; id: string; onPick: () => void; onPoint: () => void }) {
    return (
        <div id={id} role="option" aria-selected={on} class={`it ${on ? 'on' : ''}`} onMouseMove={onPoint} onMouseDown={(e) => { e.preventDefault(); onPick(); }}>
            {option.person && <Avatar person={option.person} />}<span class="grow clip">{option.label}</span>{option.note && <small>{option.note}</small>}
        </div>
    );
}

export const personOption = (p: Person & { email?: string }): Option => ({ value: p.id, label: p.name, person: p, ...(p.email ? { note: p.email } : {}) });

/** Choose one person or several. */
export function PeoplePicker({ value, onChange, multiple, ...rest }: {
    value: Person[]; onChange: (people: Person[]) => void; multiple?: boolean; id?: string; label?: string; placeholder?: string; autofocus?: boolean;
}) {
    return (
        <Combobox {...rest} {...(multiple ? { multiple } : {})} placeholder={rest.placeholder ?? t('search_people')} value={value.map(personOption)}
            search={async (q) => (await api.get<Page<User>>('/people', { q, limit: 20 })).items.filter((u) => !u.disabled).map(personOption)}
            onChange={(os) => onChange(os.map((o) => o.person!))} />
    );
}

/** Choose one record of a list route that answers `{items:[{id,name}]}`, such as /teams, /channels, /services. */
export function RefPicker({ path, value, onChange, multiple, ...rest }: {
    path: string; value: { id: string; name: string }[]; onChange: (refs: { id: string; name: string }[]) => void; multiple?: boolean; id?: string; label?: string; placeholder?: string;
}): ComponentChildren {
    return (
        <Combobox {...rest} {...(multiple ? { multiple } : {})} value={value.map((r) => ({ value: r.id, label: r.name }))}
            search={async (q) => (await api.get<Page<{ id: string; name: string }>>(path, { q, limit: 50 })).items
                .filter((r) => r.name.toLowerCase().includes(q.toLowerCase())).map((r) => ({ value: r.id, label: r.name }))}
            onChange={(os) => onChange(os.map((o) => ({ id: o.value, name: o.label })))} />
    );
}
