import { useEffect, useMemo, useState } from 'preact/hooks';
import type { LiveDocument } from './live-document';
import { t } from './strings';

/** Headings with a dot each: full when something is written, open when the section is empty. Follows the scroll. */
export function Outline({ live }: { live: LiveDocument | null }) {
    const facts = live?.facts.value;
    const editor = live?.editor.value ?? null;
    const [at, setAt] = useState(-1);
    const list = (facts?.sections ?? []).map((s, index) => ({ ...s, index })).filter((s) => s.level <= 3 && s.title.trim());
    const top = Math.min(...list.map((s) => s.level), 4);
    useEffect(() => {
        const paper = document.querySelector('.paper');
        if (!paper || !editor) return;
        let frame = 0;
        const follow = () => {
            cancelAnimationFrame(frame);
            frame = requestAnimationFrame(() => {
                const edge = paper.getBoundingClientRect().top + 80;
                setAt(live!.mod.sectionAt(editor, live!.facts.peek().sections, edge));
            });
        };
        const scroller = getComputedStyle(paper).overflowY === 'auto' ? paper : window;
        scroller.addEventListener('scroll', follow, { passive: true });
        follow();
        return () => {
            cancelAnimationFrame(frame);
            scroller.removeEventListener('scroll', follow);
        };
    }, [editor]);
    const ready = list.filter((s) => s.level === top && !s.empty).length;
    const of = list.filter((s) => s.level === top).length;
    const current = list.some((s) => s.index === at) ? at : list[0]?.index;
    /* Places change with every letter, what is shown does not: a long list is drawn anew only when it looks different. */
    const look = list.map((s) => `${s.index} ${s.level} ${s.empty} ${s.title}`).join('\n') + t('dot_none');
    const entries = useMemo(() => list.map((s) => (
        <li key={s.index}>
            <button type="button" class={`l${s.level - top}`} aria-current={s.index === current ? 'true' : undefined} onClick={() => { if (editor) live!.mod.jumpTo(editor, live!.mod.factsOf(editor).sections[s.index]?.pos ?? 0); }}>
                <span class={`rd ${s.empty ? 'none' : 'ok'}`} title={s.empty ? t('dot_none') : t('dot_ok')} />
                <span class="clip">{s.title}</span>{s.empty && <span class="n">{t('dot_none')}</span>}
            </button>
        </li>
    )), [look, current, top, editor]);
    return (
        <nav class="outline" aria-label={t('outline')}>
            <header><h2>{t('outline')}</h2>{of > 0 && <span class="quiet">{t('ready', { n: ready, of })}</span>}</header>
            {facts && list.length === 0 && live?.ready.value ? <p class="quiet hint">{t('no_sections')}</p> : null}
            <ol>
                {entries}
            </ol>
            <p class="keyline"><span class="rd ok" />{t('dot_ok')} <span class="rd none" />{t('dot_none')}<span class="keyline-words">{!facts ? '' : facts.selected ? t('words_selected', { n: facts.selected, of: facts.words }) : t('words', { n: facts.words })}</span></p>
        </nav>
    );
}
