/** The text that fills itself in: wrong names are underlined as they are typed, each with the right one to take. */
import { useRef } from 'preact/hooks';
import { Button, Icon, MenuButton, type MenuItem } from 'kit';
import { locale } from 'app/i18n';
import { check, pieces, type Name, type Problem } from './check';
import { t } from './strings';

const say = (p: Problem) => t(p.kind, { name: p.name } as never);

export function Prefill({ value, onChange, names, error, disabled, id }: {
    value: string; onChange: (v: string) => void; names: Name[]; error?: string | undefined; disabled?: boolean; id?: string;
}) {
    const area = useRef<HTMLTextAreaElement>(null);
    const under = useRef<HTMLDivElement>(null);
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
    const title = (n: Name) => (locale.value === 'zh' ? n.title_zh : n.title);
    const item = (n: Name): MenuItem => ({ label: <><code>{n.name}</code> <span class="quiet">{title(n)}</span></>,
        onSelect: () => insert(n.type === 'list' ? `{{#each ${n.name}}}\n- {{${names.find((x) => x.list === n.name)?.name ?? 'title'}}}\n{{/each}}\n` : `{{${n.name}}}`) });
    const of = (type: Name['type']) => names.filter((n) => n.list === null && n.type === type).map(item);
    return (
        <div class={`prefill ${error ? 'wrong' : ''}`}>
            <div class="prefill-box">
                <div class="prefill-under" aria-hidden="true" ref={under}>{pieces(value, problems).map((p, i) => (p.wrong ? <u key={i}>{p.text}</u> : <span key={i}>{p.text}</span>))}{'\n'}</div>
                <textarea ref={area} id={id} spellcheck={false} disabled={disabled} rows={Math.min(18, Math.max(3, value.split('\n').length + 1))} value={value}
                    onInput={(e) => onChange(e.currentTarget.value)} onScroll={(e) => { if (under.current) under.current.scrollTop = e.currentTarget.scrollTop; }} />
            </div>
            {!disabled && <MenuButton class="btn plain" items={() => [{ heading: t('blocks') }, ...of('block'), { heading: t('values') }, ...of('text'), { heading: t('lists') }, ...of('list')]}><Icon name="plus" small />{t('insert')}</MenuButton>}
            {error && <p class="err" role="alert">{error}</p>}
            {!error && problems.slice(0, 4).map((p, i) => (
                <p key={i} class="prefill-say" role="status">{say(p)}{p.nearest && !disabled && <Button kind="plain" onClick={() => onChange(value.slice(0, p.from) + value.slice(p.from, p.to).replace(p.name, p.nearest!) + value.slice(p.to))}>{t('fix', { name: p.nearest })}</Button>}</p>
            ))}
        </div>
    );
}
