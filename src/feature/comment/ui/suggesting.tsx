/** Suggesting instead of editing, and deciding about what was suggested. */
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar, Button, Icon, IconButton, MenuButton, Time, toast } from 'kit';
import { bind, isMac, shown as keyName } from 'app/keys';
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
/** Whose suggestions are shown and decided about; '': everybody's. */
const by = signal('');
const load = () => import('editor/suggesting').then((m) => { mod = m; loaded.value = true; });

/** Decides, says how many, and offers the way back. */
function decide(editor: Editor, list: readonly Suggestion[], accept: boolean): void {
    const undo = mod!.settleSuggestions(editor, list, accept);
    if (!undo) return toast(t('nothing_here'));
    toast(t(accept ? 'n_accepted' : 'n_rejected', { n: list.length }), { undo: () => { if (!undo()) toast(t('written_since')); } });
}

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
        const selected = (accept: boolean) => () => void load().then(() => decide(editor, mod!.selectedSuggestions(editor).filter((s) => !by.peek() || s.user === by.peek()), accept));
        const undo = [bind('mod+alt+s', () => { on.value = !on.value; }), bind('mod+alt+enter', selected(true)), bind('mod+alt+backspace', selected(false))];
        /* ProseMirror keeps every Enter for itself, whatever is held with it: this comes before it. */
        const first = (e: KeyboardEvent) => {
            if (e.isComposing || !e.altKey || e.shiftKey || !(isMac ? e.metaKey : e.ctrlKey) || (e.key !== 'Enter' && e.key !== 'Backspace')) return;
            e.preventDefault();
            e.stopPropagation();
            selected(e.key === 'Enter')();
        };
        const { dom } = editor.view;
        dom.addEventListener('keydown', first, true);
        return () => {
            undo.forEach((u) => u());
            dom.removeEventListener('keydown', first, true);
        };
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
    const who = by.value;
    const setWho = (id: string) => { by.value = id; };
    useEffect(() => () => { by.value = ''; }, []);
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
    useEffect(() => { if (who && loaded.value && !all.some((s) => author(s).id === who)) by.value = ''; });
    if (!editor || !loaded.value || !mod || !all.length) return null;
    const people = new Map(all.map((s) => [author(s).id, author(s).name]));
    const counts = (s: Suggestion) => !people.has(who) || author(s).id === who;
    const shown = all.filter(counts);
    /* Places are looked up again at the moment of the click: others write meanwhile. */
    const settle = (pick: (s: Suggestion, i: number) => boolean, accept: boolean) => decide(editor, mod!.suggestions(editor.state.doc).filter(pick), accept);
    const inSelection = () => mod!.selectedSuggestions(editor).filter(counts);
    const touched = editor.state.selection.empty ? [] : inSelection();
    touching.current = touched.length > 0;
    const same = (s: Suggestion) => (x: Suggestion, i: number) => i === all.indexOf(s) && x.user === s.user;
    return (
        <section class="suggestions" aria-label={t('suggestions')}>
            <header class="row wrap">
                <b class="grow">{t('n_suggestions', { n: shown.length })}</b>
                {people.size > 1 && <MenuButton class="btn plain sm" label={t('by')} items={[{ label: t('everybody'), checked: !who, onSelect: () => setWho('') }, ...[...people].map(([id, name]) => ({ label: name, checked: who === id, onSelect: () => setWho(id) }))]}>{who ? people.get(who) : t('everybody')}</MenuButton>}
                {report.can_edit && <><Button onClick={() => settle(counts, true)}>{t('accept_all')}</Button><Button onClick={() => settle(counts, false)}>{t('reject_all')}</Button></>}
            </header>
            {report.can_edit && touched.length > 0 && <div class="row wrap in-selection" role="group" aria-label={t('in_selection', { n: touched.length })}><span class="grow quiet">{t('in_selection', { n: touched.length })}</span>
                <Button title={keyName('mod+alt+enter')} onClick={() => decide(editor, inSelection(), true)}>{t('accept_these')}</Button><Button title={keyName('mod+alt+backspace')} onClick={() => decide(editor, inSelection(), false)}>{t('reject_these')}</Button></div>}
            {shown.map((s) => (
                <div class="thread suggestion" role="group" aria-label={inWords(author(s).name || '?', s)} key={`${s.from} ${s.user} ${s.kind} ${JSON.stringify(s.notes)}`} tabIndex={0} onClick={() => reveal(live!, editor, s)} onKeyDown={(e) => { if (e.key === 'Enter' && e.target === e.currentTarget) reveal(live!, editor, s); }}>
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

/** A suggestion as a screen reader names it. */
function inWords(name: string, s: Suggestion): string {
    return `${name}: ${[...s.notes.map(noteWords), s.deleted && t('op_delete', { what: `“${clip(s.deleted.trim())}”` }), s.inserted && t('op_insert', { what: `“${clip(s.inserted.trim())}”` })].filter(Boolean).join('; ')}`;
}

function reveal(live: LiveDocument, editor: Editor, s: Suggestion): void {
    const at = editor.view.nodeDOM(s.from) ?? editor.view.domAtPos(s.from).node;
    live.mod.readyToScroll(at);
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
