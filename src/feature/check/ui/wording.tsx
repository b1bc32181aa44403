/** Wording that blames, beside the text: why, what could stand there instead, one key to take it, and one to leave it. */
import { useEffect, useState } from 'preact/hooks';
import { Button, toast, toastError } from 'kit';
import { api } from 'app/api';
import type { Page, Report, WordingFound } from 'app/types';
import type { LiveDocument } from '../../report/ui/live-document';
import { t } from './strings';

export type WordingItem = WordingFound & { key: string };
export type Wordings = { items: WordingItem[]; reload: () => void };

const LOOK_MS = 1500;        /* after the last keystroke: nobody is disturbed in a thought */

/** Asks again when the text rests, and underlines what it finds. Only for those who can mend it. */
export function useWording(report: Report, live: LiveDocument | null): Wordings {
    const [items, setItems] = useState<WordingItem[]>([]);
    const [round, setRound] = useState(0);
    const editor = live?.editor.value ?? null;
    const ready = live?.ready.value ?? false;
    const facts = live?.facts.value;
    useEffect(() => {
        if (!live || !editor || !ready || !report.can_edit) return;
        let gone = false;
        const timer = setTimeout(async () => {
            if (!(await live.saved()) || gone) return;
            const found = await api.get<Page<WordingFound>>(`/reports/${report.id}/wording`).catch(() => null);
            if (!found || gone || editor.isDestroyed) return;
            const keyed = found.items.map((f, i) => ({ ...f, key: `${f.block}.${f.from}.${i}` }));
            const placed = live.mod.showWording(editor, keyed);
            setItems(keyed.filter((f) => placed.includes(f.key)));
        }, LOOK_MS);
        return () => { gone = true; clearTimeout(timer); };
    }, [live, editor, ready, facts, report.id, report.can_edit, round]);
    return { items, reload: () => setRound((n) => n + 1) };
}

export function WordingList({ report, live, wording }: { report: Report; live: LiveDocument | null; wording: Wordings }) {
    const editor = live?.editor.value;
    if (!live || !editor || !report.can_edit) return null;
    const moved = (done: boolean) => { if (!done) toast(t('gone')); wording.reload(); };
    const send = (what: 'dismiss' | 'restore', f: WordingItem) => api.post(`/reports/${report.id}/wording/${what}`, { rule: f.rule, words: f.words }).then(wording.reload, toastError);
    const fine = async (f: WordingItem) => {
        await send('dismiss', f);
        toast(t('fine_done'), { action: { label: t('undo'), run: () => void send('restore', f) } });
    };
    const take = (f: WordingItem) => { if (f.proposes) moved(live.mod.replaceWording(editor, f.key, f.suggestion)); };
    const keys = (e: KeyboardEvent, f: WordingItem) => {
        if (e.target !== e.currentTarget) return;
        if (e.key === 'Enter') take(f);
        else if (e.key === 'Delete' || e.key === 'Backspace') void fine(f);
        else return;
        e.preventDefault();
    };
    return (
        <section class="wording-list">
            <h3>{t('title')}</h3>
            <p class="quiet">{wording.items.length ? t('found', { n: wording.items.length }) : t('none')}</p>
            <ul class="wordings">{wording.items.map((f) => (
                <li key={f.key} tabIndex={0} onKeyDown={(e) => keys(e, f)} onFocus={(e) => { if (e.target === e.currentTarget) live.mod.revealWording(editor, f.key); }}>
                    <strong>{t.any(f.rule, f.rule)}</strong>
                    <blockquote><button type="button" class="link" onClick={() => moved(live.mod.selectWording(editor, f.key))}><q>{f.words}</q></button></blockquote>
                    <p class="quiet">{t.any(`${f.rule}_why`, f.reason)}</p>
                    <div class="row">
                        {f.proposes && <Button icon="check" onClick={() => take(f)}>{f.suggestion ? `${t('use')}: ${f.suggestion}` : t('drop')}</Button>}
                        <Button onClick={() => void fine(f)}>{t('fine')}</Button>
                    </div>
                </li>
            ))}</ul>
        </section>
    );
}
