/** A few lines of text in which `@` completes people. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar, Popover } from 'kit';
import { api } from 'app/api';
import type { Page, User } from 'app/types';
import { t } from './strings';

export type Named = { id: string; name: string };

/** The people whose @Name stands in the text. */
export const mentioned = (text: string, known: readonly Named[]): string[] => [...new Set(known.filter((p) => text.includes(`@${p.name}`)).map((p) => p.id))];

/** What stands behind the last @ before the cursor, if that is still a name being typed. */
function asked(el: HTMLTextAreaElement): { from: number; q: string } | null {
    const before = el.value.slice(0, el.selectionStart);
    const m = /(^|[\s(，。、])@([^\s@][^@\n]{0,30})?$/u.exec(before);
    return m ? { from: before.length - (m[2]?.length ?? 0) - 1, q: m[2] ?? '' } : null;
}

export function MentionArea({ value, onChange, known, onKnown, label, autofocus, onSubmit, onCancel }: {
    value: string; onChange: (v: string) => void; known: Named[]; onKnown: (k: Named[]) => void; label: string; autofocus?: boolean; onSubmit: () => void; onCancel?: () => void;
}) {
    const area = useRef<HTMLTextAreaElement>(null);
    const [ask, setAsk] = useState<{ from: number; q: string } | null>(null);
    const [people, setPeople] = useState<User[]>([]);
    const [at, setAt] = useState(0);
    useEffect(() => { if (autofocus) area.current?.focus(); }, []);
    useEffect(() => {
        const el = area.current;
        if (!el) return;
        el.style.height = 'auto';
        el.style.height = `${Math.min(el.scrollHeight + 2, 280)}px`;
    }, [value]);
    useEffect(() => {
        if (!ask) return setPeople([]);
        let stale = false;
        const wait = setTimeout(() => void api.get<Page<User>>('/people', { q: ask.q, limit: 6 }).then((r) => {
            if (stale) return;
            setPeople(r.items.filter((u) => !u.disabled));
            setAt(0);
        }, () => {}), 90);
        return () => { stale = true; clearTimeout(wait); };
    }, [ask?.q, ask?.from]);
    const look = () => setAsk(area.current ? asked(area.current) : null);
    const take = (u: User) => {
        const el = area.current!;
        const text = `${value.slice(0, ask!.from)}@${u.name} ${value.slice(el.selectionStart)}`;
        const cursor = ask!.from + u.name.length + 2;
        onKnown([...known, { id: u.id, name: u.name }]);
        onChange(text);
        setAsk(null);
        requestAnimationFrame(() => { el.focus(); el.setSelectionRange(cursor, cursor); });
    };
    const open = ask !== null && people.length > 0;
    const keys = (e: KeyboardEvent) => {
        if (e.isComposing) return;
        if (open && ['ArrowDown', 'ArrowUp', 'Enter', 'Tab', 'Escape'].includes(e.key)) {
            e.preventDefault();
            e.stopPropagation();
            if (e.key === 'Escape') setAsk(null);
            else if (e.key.startsWith('Arrow')) setAt((at + (e.key === 'ArrowDown' ? 1 : people.length - 1)) % people.length);
            else take(people[at]!);
        } else if (e.key === 'Enter' && (e.metaKey || e.ctrlKey)) {
            e.preventDefault();
            onSubmit();
        } else if (e.key === 'Escape' && onCancel) {
            e.preventDefault();
            e.stopPropagation();
            onCancel();
        }
    };
    return <>
        <textarea ref={area} class="area" rows={1} maxLength={10000} aria-label={label} placeholder={label} value={value} onKeyDown={keys}
            onInput={(e) => { onChange(e.currentTarget.value); look(); }} onClick={look} onBlur={() => setAsk(null)} />
        {open && (
            <Popover anchor={area} passive match role="listbox" label={t('people')} class="menu" onClose={() => setAsk(null)}>
                {people.map((u, i) => <button type="button" key={u.id} role="option" aria-selected={i === at} class={`it ${i === at ? 'on' : ''}`} onMouseDown={(e) => { e.preventDefault(); take(u); }}><Avatar person={u} /><span class="grow clip">{u.name}</span></button>)}
            </Popover>
        )}
    </>;
}
