/** The text that fills itself in: wrong names are underlined as they are typed, each with the right one to take. */
import { useId, useRef, useState } from 'preact/hooks';
import { Button, Icon, MenuButton, Popover, type MenuItem } from 'kit';
import { locale } from 'app/i18n';
import { check, complete, pieces, type Completion, type Name, type Problem } from './check';
import { t } from './strings';

const say = (p: Problem) => t(p.kind, { name: p.name } as never);

export function Prefill({ value, onChange, names, error, disabled, id }: {
    value: string; onChange: (v: string) => void; names: Name[]; error?: string | undefined; disabled?: boolean; id?: string;
}) {
    const area = useRef<HTMLTextAreaElement>(null);
    const under = useRef<HTMLDivElement>(null);
    const listId = useId();
    const [menu, setMenu] = useState<Completion | null>(null);
    const [at, setAt] = useState(0);
    const problems = names.length ? check(value, names) : [];
    const insert = (text: string) => {
        const el = area.current;
        const at = el?.selectionStart ?? value.length;
        onChange(value.slice(0, at) + text + value.slice(el?.selectionEnd ?? at));
        requestAnimationFrame(() => {
            el?.focus();
            el?.setSelectionRange(at + text.length, at + text.length);
        });
    };
    const look = () => {
        const el = area.current;
        const next = el && el.selectionStart === el.selectionEnd ? complete(el.value, el.selectionStart, names) : null;
        setMenu(next);
        setAt(0);
    };
    const take = (name: string) => {
        const m = menu!;
        const closed = value.slice(m.to).startsWith('}}');
        const text = m.loop ? `${name}}}\n- {{${names.find((x) => x.list === name)?.name ?? 'title'}}}\n{{/each}}` : closed ? name : `${name}}}`;
        onChange(value.slice(0, m.from) + text + value.slice(m.loop && closed ? m.to + 2 : m.to));
        setMenu(null);
        const caret = m.from + text.length + (closed && !m.loop ? 2 : 0);
        requestAnimationFrame(() => {
            area.current?.focus();
            area.current?.setSelectionRange(caret, caret);
        });
    };
    const keys = (e: KeyboardEvent) => {
        if (!menu) return;
        const n = menu.names.length;
        if (e.key === 'ArrowDown' || e.key === 'ArrowUp') setAt((at + (e.key === 'ArrowDown' ? 1 : n - 1)) % n);
        else if (e.key === 'Enter' || e.key === 'Tab') take(menu.names[at]!.name);
        else if (e.key === 'Escape') setMenu(null);
        else return;
        e.preventDefault();
        e.stopPropagation();
    };
    /* The text lies a second time under the field, glyph on glyph: there the place of the cursor can be asked for. */
    const caretRect = () => {
        const el = under.current;
        if (!el || !menu) return null;
        let left = menu.from;
        const walk = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
        for (let node = walk.nextNode(); node; node = walk.nextNode()) {
            if (left <= node.textContent!.length) {
                const r = document.createRange();
                r.setStart(node, left);
                r.collapse(true);
                return r.getBoundingClientRect();
            }
            left -= node.textContent!.length;
        }
        return el.getBoundingClientRect();
    };
    const title = (n: Name) => (locale.value === 'zh' ? n.title_zh : n.title);
    const item = (n: Name): MenuItem => ({ label: <><code>{n.name}</code> <span class="quiet">{title(n)}</span></>,
        onSelect: () => insert(n.type === 'list' ? `{{#each ${n.name}}}\n- {{${names.find((x) => x.list === n.name)?.name ?? 'title'}}}\n{{/each}}\n` : `{{${n.name}}}`) });
    const of = (type: Name['type']) => names.filter((n) => n.list === null && n.type === type).map(item);
    return (
        <div class={`prefill ${error ? 'wrong' : ''}`}>
            <div class="prefill-box">
                <div class="prefill-under" aria-hidden="true" ref={under}>{pieces(value, problems).map((p, i) => (p.wrong ? <u key={i}>{p.text}</u> : <span key={i}>{p.text}</span>))}{'\n'}</div>
                <textarea ref={area} id={id} spellcheck={false} disabled={disabled} rows={Math.min(18, Math.max(3, value.split('\n').length + 1))} value={value}
                    aria-autocomplete="list" {...(menu ? { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${at}` } : {})}
                    onInput={(e) => { onChange(e.currentTarget.value); look(); }} onKeyDown={keys} onClick={() => setMenu(null)} onBlur={() => setMenu(null)} onScroll={(e) => { if (under.current) under.current.scrollTop = e.currentTarget.scrollTop; }} />
            </div>
            {menu && <Popover passive role="listbox" id={listId} class="menu prefill-menu" label={t('insert')} anchor={caretRect} onClose={() => setMenu(null)}>
                {menu.names.map((n, i) => (
                    <div key={n.name} id={`${listId}-${i}`} role="option" aria-selected={i === at} class={`it ${i === at ? 'on' : ''}`}
                        ref={i === at ? (el) => el?.scrollIntoView({ block: 'nearest' }) : undefined} onMouseDown={(e) => { e.preventDefault(); take(n.name); }}>
                        <code>{n.name}</code><span class="quiet clip">{title(n)}</span>
                    </div>
                ))}
            </Popover>}
            {!disabled && <MenuButton class="btn plain" items={() => [{ heading: t('blocks') }, ...of('block'), { heading: t('values') }, ...of('text'), { heading: t('lists') }, ...of('list')]}><Icon name="plus" small />{t('insert')}</MenuButton>}
            {error && <p class="err" role="alert">{error}</p>}
            {!error && problems.slice(0, 4).map((p, i) => (
                <p key={i} class="prefill-say" role="status">{say(p)}{p.nearest && !disabled && <Button kind="plain" onClick={() => onChange(value.slice(0, p.from) + value.slice(p.from, p.to).replace(p.name, p.nearest!) + value.slice(p.to))}>{t('fix', { name: p.nearest })}</Button>}</p>
            ))}
        </div>
    );
}
