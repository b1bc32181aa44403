/** Suggesting instead of editing, and deciding about what was suggested. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar, Button, Icon, IconButton, MenuButton, Time, toast } from 'kit';
import { bind, shown as keyName } from 'app/keys';
import { me } from 'app/session';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import type { Page, Person, Report } from 'app/types';
import type { Editor } from 'editor/editor';
import type * as Module from 'editor/suggesting';
import type { Note, Suggestion } from 'editor/suggesting';
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
        void load().then(() => { if (!editor.isDestroyed && on.peek()) mod!.setSuggesting(editor, { id: u.id, name: u.name }, () => toast(t('refused'))); });
        return () => { if (!editor.isDestroyed) mod?.setSuggesting(editor, null, () => {}); };
    }, [editor, on.value]);
    useEffect(() => {
        if (!report.can_edit || !editor) return;
        const decide = (accept: boolean) => () => void load().then(() => mod!.settleSuggestions(editor, mod!.selectedSuggestions(editor), accept));
        const undo = [bind('mod+alt+s', () => { on.value = !on.value; }), bind('mod+alt+enter', decide(true)), bind('mod+alt+backspace', decide(false))];
        return () => undo.forEach((u) => u());
    }, [editor, report.can_edit]);
    if (!report.can_edit || !editor) return null;
    return (
        <MenuButton class={`btn ${on.value ? 'mode-on' : 'plain'}`} label={`${t('mode')}: ${on.value ? t('suggesting') : t('editing')}`} align="end" items={[
            { label: t('editing'), icon: 'pen', checked: !on.value, onSelect: () => { on.value = false; } },
            { label: t('suggesting'), icon: 'ident', hint: keyName('mod+alt+s'), checked: on.value, onSelect: () => { on.value = true; } },
        ]}><Icon name={on.value ? 'ident' : 'pen'} /><span class="wide-only">{on.value ? t('suggesting') : t('editing')}</span></MenuButton>
    );
}

type Written = { claimed_id: string; at: string; author: Person | null };

/** Who suggested comes from the server, which knows who wrote each edit; what a suggestion says of itself counts until that is saved. */
function useAuthors(report: Report, all: readonly Suggestion[]): (s: Suggestion) => { id: string; name: string; avatar_color?: number | undefined; instead: boolean } {
    const claims = [...new Set(all.map((s) => `${s.user} ${s.at}`))].sort().join();
    const known = useResource(claims ? `suggestion authors ${report.id} ${claims}` : null, () => api.get<Page<Written>>(`/reports/${report.id}/suggestion-authors`), [`report:${report.id}`]).data?.items ?? [];
    return (s) => {
        const author = known.find((x) => x.claimed_id === s.user && x.at === s.at)?.author;
        return author ? { ...author, instead: author.id !== s.user } : { id: s.user, name: s.name, instead: false };
    };
}

/** What is suggested, above the threads. */
export function Suggestions({ report, live }: { report: Report; live: LiveDocument | null }) {
    const editor = live?.editor.value ?? null;
    const [who, setWho] = useState('');
    void live?.facts.value;
    useEffect(() => { if (!mod) void load(); }, []);
    const [, moved] = useState(0);
    useEffect(() => {
        if (!editor) return;
        const look = () => { if (!editor.state.selection.empty || touching.current) moved((n) => n + 1); };
        editor.on('selectionUpdate', look);
        return () => { editor.off('selectionUpdate', look); };
    }, [editor]);
    const touching = useRef(false);
    const all = editor && loaded.value && mod ? mod.suggestions(editor.state.doc) : [];
    const author = useAuthors(report, all);
    if (!editor || !loaded.value || !mod || !all.length) return null;
    const people = new Map(all.map((s) => [author(s).id, author(s).name]));
    const shown = who && people.has(who) ? all.filter((s) => author(s).id === who) : all;
    /* Places are looked up again at the moment of the click: others write meanwhile. */
    const settle = (pick: (s: Suggestion, i: number) => boolean, accept: boolean) => mod!.settleSuggestions(editor, mod!.suggestions(editor.state.doc).filter(pick), accept);
    const touched = editor.state.selection.empty ? [] : mod.selectedSuggestions(editor);
    touching.current = touched.length > 0;
    const same = (s: Suggestion) => (x: Suggestion, i: number) => i === all.indexOf(s) && x.user === s.user;
    return (
        <section class="suggestions" aria-label={t('suggestions')}>
            <header class="row wrap">
                <b class="grow">{t('n_suggestions', { n: shown.length })}</b>
                {people.size > 1 && <MenuButton class="btn plain sm" label={t('by')} items={[{ label: t('everybody'), checked: !who, onSelect: () => setWho('') }, ...[...people].map(([id, name]) => ({ label: name, checked: who === id, onSelect: () => setWho(id) }))]}>{who ? people.get(who) : t('everybody')}</MenuButton>}
                {report.can_edit && <><Button onClick={() => settle((s) => !who || author(s).id === who, true)}>{t('accept_all')}</Button><Button onClick={() => settle((s) => !who || author(s).id === who, false)}>{t('reject_all')}</Button></>}
            </header>
            {report.can_edit && touched.length > 0 && <div class="row wrap in-selection"><span class="grow quiet">{t('in_selection', { n: touched.length })}</span>
                <Button onClick={() => mod!.settleSuggestions(editor, mod!.selectedSuggestions(editor), true)}>{t('accept_these')}</Button><Button onClick={() => mod!.settleSuggestions(editor, mod!.selectedSuggestions(editor), false)}>{t('reject_these')}</Button></div>}
            {shown.map((s) => (
                <div class="thread suggestion" key={`${s.from} ${s.user} ${s.kind} ${JSON.stringify(s.notes)}`} tabIndex={0} onClick={() => reveal(editor, s)} onKeyDown={(e) => { if (e.key === 'Enter' && e.target === e.currentTarget) reveal(editor, s); }}>
                    <Avatar person={{ name: author(s).name || '?', avatar_color: author(s).avatar_color }} />
                    <div class="suggestion-words"><span class="row wrap"><b>{author(s).name || '?'}</b>{author(s).instead && <span class="quiet">{t('instead', { name: s.name || '?' })}</span>}{s.at && <span class="quiet"><Time at={s.at} /></span>}</span>
                        {s.notes.map((n) => <p class="suggestion-note" key={JSON.stringify(n)}>{noteWords(n)}</p>)}
                        <p>{s.deleted && <del class="sg">{clip(s.deleted)}</del>} {s.inserted && <ins class="sg">{clip(s.inserted)}</ins>}</p></div>
                    {report.can_edit && <span class="row"><IconButton small icon="check" label={t('accept')} onClick={() => settle(same(s), true)} /><IconButton small icon="x" label={t('reject')} onClick={() => settle(same(s), false)} /></span>}
                </div>
            ))}
        </section>
    );
}

function reveal(editor: Editor, s: Suggestion): void {
    const at = editor.view.nodeDOM(s.from) ?? editor.view.domAtPos(s.from).node;
    (at instanceof Element ? at : at.parentElement)?.scrollIntoView({ block: 'center' });
}

/** What is to become of a block or a look, in words. */
function noteWords(n: Note): string {
    const what = t.any(`n_${n.type}`);
    if (n.op !== 'change') return t(`op_${n.op}`, { what });
    const level = n.attrs?.['level'];
    const to = (n.to ?? n.type) === 'heading' && level ? t('heading_level', { level: String(level) }) : n.to ? t.any(`n_${n.to}`) : '';
    const rest = Object.entries(n.attrs ?? {}).filter(([name, v]) => name !== 'level' && v !== null && typeof v !== 'object').map(([name, v]) => (name === 'checked' ? t(v ? 'done' : 'not_done') : `${t.any(`a_${name}`)}: ${clip(String(v))}`)).join(', ');
    return to ? t('op_change', { what, to }) : t('op_attrs', { what, to: rest || '…' });
}

const clip = (s: string) => (s.length > 160 ? `${s.slice(0, 160)}…` : s);
