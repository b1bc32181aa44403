/** Where one writes: Enter sends, @ completes people, / completes commands, pictures are pasted, dropped or chosen. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Avatar, Icon, IconButton, Popover, toastError } from 'kit';
import { api } from 'app/api';
import type { Page, User } from 'app/types';
import { severities, statuses } from '../../incident/ui/types';
import { say } from './outbox';
import { t } from './strings';

type Named = { id: string; name: string };
type Choice = { key: string; label: string; note?: string; person?: User; text: string };
type Ask = { kind: 'person' | 'command' | 'word'; from: number; q: string; command?: string };
type Picture = { id: string; name: string; url: string };

const COMMANDS = ['status', 'sev', 'role', 'decision', 'hypothesis', 'followup', 'star', 'time'] as const;
const USAGE: Record<string, string> = { status: 'investigating', sev: 'SEV-2', role: 'commander @Ann', decision: '…', hypothesis: '… | confirmed | rejected', followup: '… @Ann', star: '[…]', time: 'mitigated 14:03' };
const WORDS: Record<string, readonly string[]> = {
    status: statuses, sev: severities.filter((s) => s !== 'unknown'), role: ['commander', 'communications', 'scribe', 'responder', 'observer'],
    time: ['started', 'detected', 'acknowledged', 'mitigated', 'resolved', 'ended'], hypothesis: ['confirmed', 'rejected'],
};

/** What is being completed at the cursor. */
export function asked(text: string, at: number): Ask | null {
    const before = text.slice(0, at);
    const command = /^\/([a-z]*)$/.exec(before);
    if (command) return { kind: 'command', from: 0, q: command[1]! };
    const word = /^\/(status|sev|role|time|hypothesis) ([\w-]*)$/.exec(before);
    if (word) return { kind: 'word', from: before.length - word[2]!.length, q: word[2]!, command: word[1]! };
    const person = /(^|[\s(，。、])@([^\s@][^@\n]{0,30})?$/u.exec(before);
    return person ? { kind: 'person', from: before.length - (person[2]?.length ?? 0) - 1, q: person[2] ?? '' } : null;
}

/** The last text of each place, so that leaving the tab loses nothing. */
const draftKey = (place: string) => `hindsight.draft.${place}`;
const keptDraft = (place: string) => { try { return localStorage.getItem(draftKey(place)) ?? ''; } catch { return ''; } };
function keepDraft(place: string, text: string): void {
    try {
        if (text) localStorage.setItem(draftKey(place), text);
        else localStorage.removeItem(draftKey(place));
    } catch { /* denied */ }
}

/** An answer to what was typed before does not stand under what is typed now. */
const fits = (u: User, q: string) => `${u.name} ${u.email}`.toLowerCase().includes(q.toLowerCase());

function useChoices(ask: Ask | null): Choice[] {
    const [people, setPeople] = useState<User[]>([]);
    const q = ask?.kind === 'person' ? ask.q : null;
    useEffect(() => {
        if (q === null) return setPeople([]);
        let stale = false;
        const wait = setTimeout(() => void api.get<Page<User>>('/people', { q, limit: 7 }).then((r) => { if (!stale) setPeople(r.items.filter((u) => !u.disabled)); }, () => {}), 80);
        return () => { stale = true; clearTimeout(wait); };
    }, [q]);
    if (!ask) return [];
    if (ask.kind === 'person') return people.filter((u) => fits(u, ask.q)).map((u) => ({ key: u.id, label: u.name, person: u, text: `@${u.name} ` }));
    if (ask.kind === 'word') return WORDS[ask.command!]!.filter((w) => w.toLowerCase().startsWith(ask.q.toLowerCase()) && w !== ask.q).map((w) => ({ key: w, label: w, text: `${w} ` }));
    return COMMANDS.filter((c) => c.startsWith(ask.q)).map((c) => ({ key: c, label: `/${c} ${USAGE[c]}`, note: t(`c_${c}`), text: `/${c} ` }));
}

export function Composer({ incident, thread, onTyping, onEditLast }: { incident: string; thread: string | null; onTyping: () => void; onEditLast?: () => void }) {
    const place = `${incident}.${thread ?? ''}`;
    const [text, setText] = useState(() => keptDraft(place));
    const [known, setKnown] = useState<Named[]>([]);
    const [pictures, setPictures] = useState<Picture[]>([]);
    const [busy, setBusy] = useState(0);
    const [over, setOver] = useState(false);
    const [ask, setAsk] = useState<Ask | null>(null);
    const [at, setAt] = useState(0);
    const area = useRef<HTMLTextAreaElement>(null);
    const file = useRef<HTMLInputElement>(null);
    const choices = useChoices(ask);
    const open = ask !== null && choices.length > 0;
    useEffect(() => { setText(keptDraft(place)); setPictures([]); }, [place]);
    useEffect(() => {
        const el = area.current!;
        el.style.height = 'auto';
        el.style.height = `${Math.min(el.scrollHeight + 2, 220)}px`;
    }, [text]);
    useEffect(() => setAt(0), [ask?.q, ask?.kind]);
    const change = (v: string) => { setText(v); keepDraft(place, v); };
    const look = () => setAsk(area.current ? asked(area.current.value, area.current.selectionStart) : null);
    const send = () => {
        const body = text.trim();
        if ((!body && !pictures.length) || busy) return;
        say({ incident, body, thread_id: thread, mention_ids: [...new Set(known.filter((p) => body.includes(`@${p.name}`)).map((p) => p.id))], file_ids: pictures.map((p) => p.id) });
        change('');
        setPictures([]);
        setAsk(null);
        area.current?.focus();
    };
    const take = (c: Choice) => {
        const el = area.current!;
        const next = text.slice(0, ask!.from) + c.text + text.slice(el.selectionStart);
        const cursor = ask!.from + c.text.length;
        if (c.person) setKnown([...known, { id: c.person.id, name: c.person.name }]);
        change(next);
        setAsk(c.person ? null : asked(next, cursor));
        requestAnimationFrame(() => { el.focus(); el.setSelectionRange(cursor, cursor); });
    };
    const add = async (files: Iterable<File>) => {
        for (const f of files) {
            if (!f.type.startsWith('image/')) continue;
            setBusy((n) => n + 1);
            try {
                const up = await api.upload<Picture>(`/incidents/${incident}/messages/files?name=${encodeURIComponent(f.name || 'picture.png')}`, f);
                setPictures((l) => [...l, up]);
            } catch (e) { toastError(e); }
            setBusy((n) => n - 1);
        }
    };
    const keys = (e: KeyboardEvent) => {
        if (e.isComposing) return;
        if (open && ['ArrowDown', 'ArrowUp', 'Enter', 'Tab', 'Escape'].includes(e.key) && !e.shiftKey) {
            e.preventDefault();
            e.stopPropagation();
            if (e.key === 'Escape') setAsk(null);
            else if (e.key.startsWith('Arrow')) setAt((at + (e.key === 'ArrowDown' ? 1 : choices.length - 1)) % choices.length);
            else take(choices[at]!);
        } else if (e.key === 'Enter' && !e.shiftKey && (e.ctrlKey || e.metaKey || matchMedia('(hover: hover)').matches)) {
            e.preventDefault();
            send();
        } else if (e.key === 'ArrowUp' && !text && onEditLast) {
            e.preventDefault();
            onEditLast();
        }
    };
    return (
        <div class={`rm-composer ${over ? 'over' : ''}`} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={(e) => { e.preventDefault(); setOver(false); void add(e.dataTransfer?.files ?? []); }}>
            {(pictures.length > 0 || busy > 0) && (
                <div class="row wrap rm-pics">
                    {pictures.map((p) => <span key={p.id} class="rm-pic"><img src={p.url} alt={p.name} /><IconButton small icon="x" label={t('discard')} onClick={() => setPictures((l) => l.filter((x) => x !== p))} /></span>)}
                    {busy > 0 && <span class="quiet" role="status">{t('uploading')}</span>}
                </div>
            )}
            <div class="rm-write">
                <IconButton small icon="image" label={t('picture')} onClick={() => file.current?.click()} />
                <input ref={file} type="file" accept="image/*" multiple hidden onChange={(e) => { void add([...(e.currentTarget.files ?? [])]); e.currentTarget.value = ''; }} />
                <textarea ref={area} class="area" rows={1} maxLength={40000} aria-label={thread ? t('reply_to') : t('say')} placeholder={thread ? t('reply_to') : t('say')} value={text} onKeyDown={keys} enterkeyhint="send"
                    onInput={(e) => { change(e.currentTarget.value); look(); onTyping(); }} onClick={look} onBlur={() => setAsk(null)}
                    onPaste={(e) => { const f = [...(e.clipboardData?.files ?? [])].filter((x) => x.type.startsWith('image/')); if (f.length) { e.preventDefault(); void add(f); } }} />
                <button type="button" class="btn primary icon" aria-label={t('send')} title={t('send')} disabled={(!text.trim() && !pictures.length) || busy > 0} onClick={send}><Icon name="up" /></button>
            </div>
            {open && (
                <Popover anchor={area} passive match role="listbox" label={ask!.kind === 'person' ? t('people') : t('commands')} class="menu" onClose={() => setAsk(null)}>
                    {choices.map((c, i) => (
                        <button type="button" key={c.key} role="option" aria-selected={i === at} class={`it ${i === at ? 'on' : ''}`} onMouseDown={(e) => { e.preventDefault(); take(c); }}>
                            {c.person && <Avatar person={c.person} />}<span class="grow clip">{c.label}</span>{c.note && <span class="quiet clip">{c.note}</span>}
                        </button>
                    ))}
                </Popover>
            )}
        </div>
    );
}
