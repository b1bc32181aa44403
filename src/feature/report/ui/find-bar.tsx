import { useEffect, useRef, useState } from 'preact/hooks';
import { IconButton, Input, toast } from 'kit';
import type { Editor } from 'editor/editor';
import type { LiveDocument } from './live-document';
import { t } from './strings';

/** Find and replace: Enter next, Shift Enter previous, Escape ends on the match. `replacing` opens the second line. */
export function FindBar({ live, editor, replacing, onReplacing, onClose }: { live: LiveDocument; editor: Editor; replacing: boolean; onReplacing: (on: boolean) => void; onClose: () => void }) {
    const [q, setQ] = useState('');
    const [by, setBy] = useState('');
    const [exact, setExact] = useState(false);
    const [r, setR] = useState({ n: 0, at: 0 });
    const box = useRef<HTMLDivElement>(null);
    const { mod } = live;
    const go = (text: string, at: number, e = exact) => setR(mod.find(editor, text, at, e));
    const close = () => {
        mod.endFind(editor);
        onClose();
    };
    useEffect(() => {
        const { from, to } = editor.state.selection;
        const chosen = editor.state.doc.textBetween(from, to, ' ').slice(0, 100);
        if (chosen) {
            setQ(chosen);
            go(chosen, 0);
        }
        return () => { if (!editor.isDestroyed) mod.find(editor, ''); };
    }, []);
    useEffect(() => { box.current?.querySelector<HTMLInputElement>(replacing && q ? '.find-by input' : 'input')?.focus(); }, [replacing]);
    const all = () => {
        const n = mod.replaceAll(editor, by);
        setR(mod.find(editor, q, 0, exact));
        toast(t('replaced', { n }), { undo: () => { editor.commands.undo(); } });
    };
    const keys = (e: KeyboardEvent) => {
        if (e.key === 'Escape') {
            e.preventDefault();
            close();
        } else if (e.key === 'Enter' && !e.isComposing) {
            e.preventDefault();
            if ((e.target as HTMLElement).closest('.find-by')) setR(mod.replaceOne(editor, by));
            else go(q, r.at + (e.shiftKey ? -1 : 1));
        }
    };
    const edit = editor.isEditable;
    return (
        <div class="find-at"><div class="find-bar" role="search" ref={box} onKeyDown={(e) => { if (e.target instanceof HTMLInputElement || e.key === 'Escape') keys(e); }}>
            <div class="find-line">
                {edit && <IconButton small icon={replacing ? 'down' : 'right'} label={t('replace')} onClick={() => onReplacing(!replacing)} />}
                <Input icon="search" autofocus aria-label={t('find')} placeholder={t('find')} value={q} onChange={(v) => { setQ(v); go(v, 0); }}
                    after={q ? <span class="quiet nowrap" role="status">{r.n ? t('found', { at: r.at + 1, n: r.n }) : t('not_found')}</span> : null} />
                <button type="button" class={`btn plain icon sm ${exact ? 'on' : ''}`} aria-pressed={exact} aria-label={t('match_case')} title={t('match_case')} onClick={() => { setExact(!exact); go(q, 0, !exact); }}>Aa</button>
                <IconButton small icon="up" label={t('find_prev')} onClick={() => go(q, r.at - 1)} />
                <IconButton small icon="down" label={t('find_next')} onClick={() => go(q, r.at + 1)} />
                <IconButton small icon="close" label={t('cancel')} onClick={close} />
            </div>
            {edit && replacing && (
                <div class="find-line find-by">
                    <Input icon="pen" aria-label={t('replace_with')} placeholder={t('replace_with')} value={by} onChange={setBy} />
                    <button type="button" class="btn plain sm" disabled={!r.n} onClick={() => setR(mod.replaceOne(editor, by))}>{t('replace')}</button>
                    <button type="button" class="btn plain sm" disabled={!r.n} onClick={all}>{t('replace_all')}</button>
                </div>
            )}
        </div></div>
    );
}
