/** ⌘K: go anywhere, do anything; and the sheet of shortcuts. */
import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Dialog } from '../kit/dialog';
import { Icon, type IconName } from '../kit/icon';
import { api, session } from './api';
import { shown } from './keys';
import { may, type Command, type NavEntry } from './registry';
import { navigate } from './router';
import { settingsEntries } from './settings-entries';
import { t } from './strings';
import type { Page, SearchHit } from './types';

export const paletteOpen = signal(false);
export const sheetOpen = signal(false);

type Row = { id: string; group: string; label: string; note?: string; icon: IconName; keys?: string; run: () => void };

const hitIcon: Record<SearchHit['kind'], IconName> = { incident: 'incident', report: 'doc', follow_up: 'todo', alert: 'bell', message: 'chat' };

/** Where a search hit lives. A published report opens to read, a draft to write. */
export function hitHref(h: { kind: string; reference: string | null; id: string; state?: string }): string {
    const ref = h.reference || h.id;
    if (h.kind === 'incident') return `/incidents/${ref}`;
    if (h.kind === 'report') return h.state === 'published' || h.state === 'archived' ? `/reports/${ref}` : `/reports/${ref}/edit`;
    if (h.kind === 'message') return `/incidents/${ref}?tab=room&message=${h.id}`;
    if (h.kind === 'follow_up') return `/follow-ups/${ref}`;
    return `/alerts?alert=${h.id}`;
}

/** All words of the query occur in the text, in any order. */
export function fits(text: string, q: string): boolean {
    const hay = text.toLowerCase();
    return q.toLowerCase().split(/\s+/).filter(Boolean).every((w) => hay.includes(w));
}

export function Palette({ nav, commands }: { nav: NavEntry[]; commands: Command[] }) {
    const [q, setQ] = useState('');
    const [at, setAt] = useState(0);
    const [hits, setHits] = useState<SearchHit[]>([]);
    const list = useRef<HTMLDivElement>(null);
    const role = session.value?.user?.role;
    const close = () => { paletteOpen.value = false; };
    useEffect(() => {
        const text = q.trim();
        if (!text) return setHits([]);
        const abort = new AbortController();
        const wait = setTimeout(() => {
            api.get<Page<SearchHit>>('/search', { q: text, limit: 8 }, abort.signal).then((r) => setHits(r.items), () => {});
        }, 120);
        return () => {
            clearTimeout(wait);
            abort.abort();
        };
    }, [q]);
    const rows = useMemo(() => {
        const out: Row[] = [];
        for (const h of hits)
            out.push({ id: `h${h.kind}${h.id}`, group: t('found'), label: h.title, ...(h.reference ? { note: h.reference } : {}), icon: hitIcon[h.kind] ?? 'doc', run: () => navigate(hitHref(h)) });
        for (const c of commands)
            if (may(role, c.role) && fits(`${c.label()} ${c.words ?? ''}`, q))
                out.push({ id: c.id, group: t('actions'), label: c.label(), icon: c.icon ?? 'right', ...(c.keys ? { keys: c.keys } : {}), run: c.run });
        for (const n of nav)
            if (may(role, n.role) && fits(n.label(), q))
                out.push({ id: n.href, group: t('go_to'), label: n.label(), icon: n.icon, ...(n.keys ? { keys: n.keys } : {}), run: () => navigate(n.href) });
        for (const e of q.trim() ? settingsEntries() : [])
            if (may(role, e.role) && fits(`${e.label()} ${t('settings')}`, q))
                out.push({ id: e.href, group: t('settings'), label: e.label(), icon: e.icon, run: () => navigate(e.href) });
        return out;
    }, [q, hits, nav, commands, role]);
    const run = (r: Row | undefined) => {
        if (!r) return;
        close();
        r.run();
    };
    const keys = (e: KeyboardEvent) => {
        const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
        if (step) {
            e.preventDefault();
            const n = rows.length;
            if (!n) return;
            const next = (at + step + n) % n;
            setAt(next);
            list.current?.querySelector(`[data-i="${next}"]`)?.scrollIntoView({ block: 'nearest' });
        } else if (e.key === 'Enter' && !e.isComposing) {
            e.preventDefault();
            run(rows[at]);
        }
    };
    let group = '';
    const body: VNode[] = [];
    rows.forEach((r, i) => {
        if (r.group !== group) body.push(<div class="hd" key={`g${r.group}`}>{(group = r.group)}</div>);
        body.push(
            <div key={r.id} id={`pal-${i}`} data-i={i} role="option" aria-selected={i === at} class={`it ${i === at ? 'on' : ''}`}
                onMouseMove={() => setAt(i)} onClick={() => run(r)}>
                <Icon name={r.icon} />{r.note && <span class="ref">{r.note}</span>}<span class="grow clip">{r.label}</span>{r.keys && <kbd>{shown(r.keys)}</kbd>}
            </div>);
    });
    return (
        <Dialog onClose={close} label={t('palette')}>
            <div class="palette">
                <label class="pal-in"><Icon name="search" />
                    <input autofocus data-autofocus value={q} placeholder={t('palette_hint')} aria-label={t('palette')} role="combobox" aria-expanded="true" aria-controls="pal"
                        aria-activedescendant={`pal-${at}`} onInput={(e) => { setQ(e.currentTarget.value); setAt(0); }} onKeyDown={keys} />
                    <kbd>esc</kbd>
                </label>
                <div class="menu pal-list" id="pal" role="listbox" ref={list}>
                    {rows.length ? body : <div class="hd">{t('palette_none', { q })}</div>}
                </div>
            </div>
        </Dialog>
    );
}

export function ShortcutSheet({ nav, commands }: { nav: NavEntry[]; commands: Command[] }) {
    const Row = ({ k, label }: { k: string; label: string }) => <li><span>{label}</span><span>{k.split(' / ').map((x) => <kbd key={x}>{shown(x)}</kbd>)}</span></li>;
    return (
        <Dialog title={t('shortcuts')} wide onClose={() => { sheetOpen.value = false; }}>
            <div class="sheet">
                <section><h3>{t('keys_anywhere')}</h3><ul>
                    <Row k="mod+k" label={t('key_palette')} /><Row k="/" label={t('key_search')} />
                    {commands.filter((c) => c.keys).map((c) => <Row key={c.id} k={c.keys!} label={c.label()} />)}
                    {nav.filter((n) => n.keys).map((n) => <Row key={n.href} k={n.keys!} label={n.label()} />)}
                </ul></section>
                <section><h3>{t('keys_lists')}</h3><ul>
                    <Row k="j / k" label={t('key_next')} /><Row k="x" label={t('key_select')} /><Row k="enter" label={t('key_open')} />
                </ul>
                <h3>{t('keys_editor')}</h3><ul>
                    <Row k="/" label={t('key_slash')} /><Row k="@" label={t('key_mention')} /><Row k="mod+k" label={t('key_link')} /><Row k="mod+f" label={t('key_find')} />
                    <Row k="mod+b / mod+i / mod+u" label={t('key_bold')} /><Row k="mod+z" label={t('key_undo')} /><Row k="mod+/" label={t('key_all')} />
                </ul><p class="quiet">{t('key_save')}</p></section>
            </div>
        </Dialog>
    );
}
