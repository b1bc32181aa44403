import { useEffect, useState } from 'preact/hooks';
import { IconButton, Input } from 'kit';
import type { Editor } from 'editor/editor';
import type { LiveDocument } from './live-document';
import { t } from './strings';

/** Find in document: Enter next, Shift Enter previous, Escape ends on the match. */
export function FindBar({ live, editor, onClose }: { live: LiveDocument; editor: Editor; onClose: () => void }) {
    const [q, setQ] = useState('');
    const [by, setBy] = useState('');
    const [r, setR] = useState({ n: 0, at: 0 });
    const { mod } = live;
    const go = (text: string, at: number) => setR(mod.find(editor, text, at));
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
    const keys = (e: KeyboardEvent) => {
        if (e.key === 'Enter') {
            e.preventDefault();
            go(q, r.at + (e.shiftKey ? -1 : 1));
        } else if (e.key === 'Escape') {
            e.preventDefault();
            close();
        }
    };
    return (
        <div class="find-bar" role="search">
            <Input icon="search" autofocus aria-label={t('find')} placeholder={t('find')} value={q} onKeyDown={keys} onChange={(v) => { setQ(v); go(v, 0); }}
                after={q ? <span class="quiet nowrap" role="status">{r.n ? t('found', { at: r.at + 1, n: r.n }) : t('not_found')}</span> : null} />
            <IconButton small icon="up" label={t('find_prev')} onClick={() => go(q, r.at - 1)} />
            <IconButton small icon="down" label={t('find_next')} onClick={() => go(q, r.at + 1)} />
            {editor.isEditable && <Input class="wide-only" aria-label={t('replace_with')} placeholder={t('replace_with')} value={by} onChange={setBy}
                onKeyDown={(e) => {
                    if (e.key === 'Enter') {
                        e.preventDefault();
                        setR(mod.replaceOne(editor, by));
                    } else keys(e);
                }} />}
            {editor.isEditable && <button type="button" class="btn plain wide-only" disabled={!r.n} onClick={() => setR(mod.replaceOne(editor, by))}>{t('replace')}</button>}
            <IconButton small icon="close" label={t('cancel')} onClick={close} />
        </div>
    );
}
