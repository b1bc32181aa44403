/** Adds many monitors: what is pasted or chosen as a file is shown before anything is added, and each says what became of it. */
import { useState } from 'preact/hooks';
import { Button, Check, Dialog, Field, Pill, TextArea, toast } from 'kit';
import { api, ApiError } from 'app/api';
import { useResource } from 'app/resource';
import type { Ref } from 'app/types';
import { readMonitors, type Read } from './import';
import { t } from './words';

type Outcome = { ok: boolean; text: string };

export function ImportDialog({ onClose }: { onClose: () => void }) {
    const [text, setText] = useState('');
    const [rows, setRows] = useState<Read[]>([]);
    const [wrong, setWrong] = useState('');
    const [off, setOff] = useState<Set<number>>(new Set());
    const [done, setDone] = useState<Map<number, Outcome>>(new Map());
    const [busy, setBusy] = useState(false);
    const there = useResource('monitors named', () => api.all<Ref>('/monitors', {}, 5000), ['monitors']);
    const names = new Set(there.data?.map((m) => m.name));
    const read = (source: string) => {
        setText(source);
        setDone(new Map());
        setWrong('');
        try {
            const all = readMonitors(source);
            setRows(all);
            setOff(new Set(all.flatMap((r, k) => (r.problem || names.has(r.row.name) ? [k] : []))));
        } catch { setRows([]); setWrong(t('import_unread')); }
    };
    const chosen = rows.flatMap((r, k) => (r.problem || off.has(k) || done.get(k)?.ok ? [] : [k]));
    const add = async () => {
        setBusy(true);
        let added = 0;
        const results = new Map(done);
        for (const k of chosen) {
            try {
                await api.post('/monitors', rows[k]!.row);
                results.set(k, { ok: true, text: t('import_added') });
                added++;
            } catch (e) {
                results.set(k, { ok: false, text: e instanceof ApiError ? e.message : String(e) });
            }
            setDone(new Map(results));
        }
        setBusy(false);
        if (added === chosen.length) {
            toast(t('import_done', { n: added }));
            onClose();
        }
    };
    return (
        <Dialog wide title={t('import')} onClose={onClose} footer={<>
            <span class="grow quiet" role="status">{busy ? t('import_busy', { n: done.size, of: rows.length }) : ''}</span>
            <Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" busy={busy} disabled={!chosen.length} onClick={add}>{t('import_add', { n: chosen.length })}</Button></>}>
            <div class="form">
                <Field label={t('import_text')} help={t('import_help')} error={wrong || undefined}>{(p) => <TextArea {...p} rows={6} class="mono" placeholder={'name,url,interval_s\nShop,https://shop.example.com/health,60'} value={text} onChange={read} />}</Field>
                <p><label class="btn">{t('import_file')}<input class="vh" type="file" accept=".csv,.json,.txt,text/csv,application/json" onChange={(e) => void e.currentTarget.files?.[0]?.text().then(read)} /></label></p>
                {rows.length > 0 && <ul class="items mon-import" aria-label={t('import')}>{rows.map((r, k) => {
                    const outcome = done.get(k);
                    return <li key={k}>
                        <Check checked={!off.has(k)} label={r.row.name} onChange={(on) => { const next = new Set(off); if (on && !r.problem) next.delete(k); else next.add(k); setOff(next); }} />
                        <span class="grow clip"><b>{r.row.name}</b> <span class="quiet">{!r.problem && `${t.any(r.row.kind)} · ${r.row.target ?? r.row.steps[0]?.url ?? ''}`}</span></span>
                        {outcome ? <Pill small tone={outcome.ok ? 'ok' : 'bad'}>{outcome.text}</Pill> : r.problem ? <Pill small tone="warn">{t(r.problem)}</Pill> : names.has(r.row.name) ? <Pill small>{t('import_there')}</Pill> : null}
                    </li>;
                })}</ul>}
            </div>
        </Dialog>
    );
}
