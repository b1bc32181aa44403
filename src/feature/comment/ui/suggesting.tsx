/** Suggesting instead of editing, and deciding about what was suggested. */
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { Avatar, Button, Icon, IconButton, MenuButton, Time, toast } from 'kit';
import { me } from 'app/session';
import type { Report } from 'app/types';
import type * as Module from 'editor/suggesting';
import type { Suggestion } from 'editor/suggesting';
import type { LiveDocument } from '../../report/ui/live-document';
import { t } from './suggest-strings';

const on = signal(false);
let mod: typeof Module | null = null;
const loaded = signal(false);
const load = () => import('editor/suggesting').then((m) => { mod = m; loaded.value = true; });

/** Between writing and suggesting: in the top bar. */
export function ModeButton({ report, live }: { report: Report; live: LiveDocument | null }) {
    const editor = live?.editor.value ?? null;
    useEffect(() => () => { on.value = false; }, []);
    useEffect(() => {
        if (!editor || !on.value) return;
        const u = me();
        void load().then(() => { if (!editor.isDestroyed && on.peek()) mod!.setSuggesting(editor, { id: u.id, name: u.name }, () => toast(t('words_only'))); });
        return () => { if (!editor.isDestroyed) mod?.setSuggesting(editor, null, () => {}); };
    }, [editor, on.value]);
    if (!report.can_edit || !editor) return null;
    return (
        <MenuButton class={`btn ${on.value ? 'mode-on' : 'plain'}`} label={`${t('mode')}: ${on.value ? t('suggesting') : t('editing')}`} align="end" items={[
            { label: t('editing'), icon: 'pen', checked: !on.value, onSelect: () => { on.value = false; } },
            { label: t('suggesting'), icon: 'ident', checked: on.value, onSelect: () => { on.value = true; } },
        ]}><Icon name={on.value ? 'ident' : 'pen'} /><span class="wide-only">{on.value ? t('suggesting') : t('editing')}</span></MenuButton>
    );
}

/** What is suggested, above the threads. */
export function Suggestions({ report, live }: { report: Report; live: LiveDocument | null }) {
    const editor = live?.editor.value ?? null;
    const [who, setWho] = useState('');
    void live?.facts.value;
    useEffect(() => { if (!mod) void load(); }, []);
    if (!editor || !loaded.value || !mod) return null;
    const all = mod.suggestions(editor.state.doc);
    if (!all.length) return null;
    const people = new Map(all.map((s) => [s.user, s.name]));
    const shown = who && people.has(who) ? all.filter((s) => s.user === who) : all;
    /* Places are looked up again at the moment of the click: others write meanwhile. */
    const settle = (pick: (s: Suggestion, i: number) => boolean, accept: boolean) => mod!.settleSuggestions(editor, mod!.suggestions(editor.state.doc).filter(pick), accept);
    const same = (s: Suggestion) => (x: Suggestion, i: number) => i === all.indexOf(s) && x.user === s.user;
    return (
        <section class="suggestions" aria-label={t('suggestions')}>
            <header class="row wrap">
                <b class="grow">{t('n_suggestions', { n: shown.length })}</b>
                {people.size > 1 && <MenuButton class="btn plain sm" label={t('by')} items={[{ label: t('everybody'), checked: !who, onSelect: () => setWho('') }, ...[...people].map(([id, name]) => ({ label: name, checked: who === id, onSelect: () => setWho(id) }))]}>{who ? people.get(who) : t('everybody')}</MenuButton>}
                {report.can_edit && <><Button onClick={() => settle((s) => !who || s.user === who, true)}>{t('accept_all')}</Button><Button onClick={() => settle((s) => !who || s.user === who, false)}>{t('reject_all')}</Button></>}
            </header>
            {shown.map((s) => (
                <div class="thread suggestion" key={`${s.from} ${s.user}`} tabIndex={0} onClick={() => editor.view.domAtPos(s.from).node.parentElement?.scrollIntoView({ block: 'center' })}>
                    <Avatar person={{ name: s.name || '?', avatar_color: undefined }} />
                    <div class="suggestion-words"><span class="row wrap"><b>{s.name || '?'}</b>{s.at && <span class="quiet"><Time at={s.at} /></span>}</span>
                        <p>{s.deleted && <del class="sg">{clip(s.deleted)}</del>} {s.inserted && <ins class="sg">{clip(s.inserted)}</ins>}</p></div>
                    {report.can_edit && <span class="row"><IconButton small icon="check" label={t('accept')} onClick={() => settle(same(s), true)} /><IconButton small icon="x" label={t('reject')} onClick={() => settle(same(s), false)} /></span>}
                </div>
            ))}
        </section>
    );
}

const clip = (s: string) => (s.length > 160 ? `${s.slice(0, 160)}…` : s);
