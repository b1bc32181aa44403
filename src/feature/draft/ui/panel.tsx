/** Drafts beside the text: section by section, with what was found wrong, what it cost, and what still stands. */
import { useState } from 'preact/hooks';
import { Button, Dialog, Failed, Input, LinkButton, Skeleton, toastError } from 'kit';
import { said } from 'app/errors-zh';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import { me } from 'app/session';
import { dayClock } from 'app/time';
import type { Page, Report } from 'app/types';
import type { LiveDocument } from '../../report/ui/live-document';
import { Ask } from './ask';
import { Claims } from './claims';
import { ReviewByAi } from './review';
import type { Draft, DraftPage, Sent } from './types';
import { t } from './strings';

const busy = (d: Draft) => d.state === 'waiting' || d.state === 'writing';
const money = (micro: number) => (micro / 1e6).toFixed(micro < 1e6 ? 3 : 2);

function Row({ d, report, wish, run }: { d: Draft; report: Report; wish: string; run: (what: string, body: object) => void }) {
    const [open, setOpen] = useState(false);
    const begin = () => run('', { sections: [d.section], wish });
    return (
        <li class={`draft-section ${d.state}`}>
            <div class="row"><b class="grow">{d.heading}</b><span class="soft">{d.state === 'none' && d.ai === 'off' ? t('off') : d.state === 'none' && d.touched ? t('touched') : t(d.state)}</span></div>
            {d.error && <p class="draft-why" role="alert">{said(d.error)}</p>}
            {d.state === 'placed' && d.kept >= 0 && <p class="quiet">{t('kept', { n: d.kept })}</p>}
            {d.tokens_in > 0 && <p class="quiet">{t('read', { n: d.pieces_read, all: d.pieces })} · {d.cost_micro ? t('cost', { n: d.tokens_in + d.tokens_out, cost: money(d.cost_micro) }) : t('cost_none', { n: d.tokens_in + d.tokens_out })}</p>}
            {(d.state === 'offered' || open) && d.claims.length > 0 && <Claims claims={d.claims} />}
            {report.can_edit && <div class="row wrap">
                {busy(d) ? <Button onClick={() => run('/cancel', { section: d.section })}>{t('stop')}</Button>
                    : <Button onClick={begin}>{d.state === 'none' ? t('draft') : t('again')}</Button>}
                {d.state === 'offered' && <>
                    <Button onClick={() => run('/accept', { section: d.section, how: 'below' })}>{t('below')}</Button>
                    <Button onClick={() => run('/accept', { section: d.section, how: 'replace' })}>{t('accept')}</Button>
                    <Button onClick={() => run('/discard', { section: d.section })}>{t('discard')}</Button>
                </>}
                {d.state === 'placed' && <>
                    {d.kept === 100 && <Button onClick={() => run('/discard', { section: d.section })}>{t('take_out')}</Button>}
                    {d.claims.length > 0 && <Button onClick={() => setOpen(!open)}>{t('sources')}</Button>}
                </>}
            </div>}
        </li>
    );
}

/** What nothing supports, and what a person may do about it. */
function Unsupported({ live, report }: { live: LiveDocument; report: Report }) {
    const editor = live.editor.value;
    void live.facts.value;                                   /* again after every edit */
    if (!editor) return null;
    const all = live.mod.unsupportedIn(editor);
    if (!all.length) return <p class="quiet">{t('unsupported_none')}</p>;
    return (
        <section>
            <h3>{t('unsupported')}</h3>
            <ul class="draft-claims">{all.map((c) => (
                <li key={`${c.from}`} class="bad">
                    <p>{c.text}</p><p class="draft-why">{c.why}</p>
                    <div class="row wrap">
                        <Button onClick={() => live.mod.showUnsupported(editor, c)}>{t('show')}</Button>
                        {report.can_edit && <Button onClick={() => live.mod.standBy(editor, c)}>{t('stand_by')}</Button>}
                        {report.can_edit && <Button onClick={() => live.mod.removeUnsupported(editor, c)}>{t('remove')}</Button>}
                    </div>
                </li>
            ))}</ul>
        </section>
    );
}

function SentDialog({ report, onClose }: { report: Report; onClose: () => void }) {
    const sent = useResource(`sent ${report.id}`, async () => (await api.get<Page<Sent>>(`/reports/${report.id}/drafts/sent`)).items);
    return (
        <Dialog title={t('sent')} onClose={onClose} footer={<Button onClick={onClose}>{t('close')}</Button>}>
            <p class="quiet">{t('sent_about')}</p>
            {sent.error ? <Failed error={sent.error} retry={sent.reload} /> : !sent.data ? <Skeleton /> : !sent.data.length ? <p>{t('sent_none')}</p>
                : <ul class="draft-sent">{sent.data.map((s) => (
                    <li key={s.id}><details>
                        <summary>{s.sent_at ? dayClock(s.sent_at) : ''} · {t('sent_to', { purpose: s.purpose, host: s.host, model: s.model })} · {t('tokens', { n: s.tokens_in + s.tokens_out })}</summary>
                        {s.error && <p class="draft-why">{s.error}</p>}
                        <pre>{s.sent}</pre><p>{t('received')}</p><pre>{s.received}</pre>
                    </details></li>
                ))}</ul>}
        </Dialog>
    );
}

export function DraftPanel({ report, live }: { report: Report; live: LiveDocument | null }) {
    const page = useResource(`drafts ${report.id}`, () => api.get<DraftPage>(`/reports/${report.id}/drafts`), [`report:${report.id}`]);
    const [wish, setWish] = useState('');
    const [looking, setLooking] = useState(false);
    const admin = me()?.role === 'admin';
    const first = report.incidents[0];
    if (!page.data) return page.error ? <Failed error={page.error} retry={page.reload} /> : <Skeleton lines={6} />;
    const run = async (what: string, body: object) => {
        try {
            if (live) await live.saved();                    /* what was just typed is somebody's: the server must know it first */
            page.set(await api.post<DraftPage>(`/reports/${report.id}/drafts${what}`, body));
        } catch (e) { toastError(e); }
    };
    const p = page.data;
    const free = p.sections.some((d) => d.ai !== 'off' && !d.touched && !busy(d));
    return (
        <div class="drafts">
            {!first ? <p class="quiet">{t('no_incident')}</p> : !p.enabled ? <>
                <p class="quiet">{t('none_configured')}</p>
                {admin && <LinkButton href="/settings/ai">{t('configure')}</LinkButton>}
            </> : <>
                <p class="soft">{t('lead')}</p>
                {report.can_edit && <>
                    <Input aria-label={t('wish')} placeholder={t('wish_hint')} maxLength={500} value={wish} onChange={setWish} />
                    {free && <Button kind="primary" onClick={() => void run('', { wish })}>{t('draft_all')}</Button>}
                </>}
                {p.kept >= 0 && <p class="quiet">{t('kept_all', { n: p.kept })}</p>}
                {p.tokens > 0 && <p class="quiet">{p.cost ? t('cost', { n: p.tokens, cost: p.cost.toFixed(3) }) : t('cost_none', { n: p.tokens })}</p>}
                <ul class="draft-sections">{p.sections.map((d) => <Row key={d.section} d={d} report={report} wish={wish} run={(w, b) => void run(w, b)} />)}</ul>
            </>}
            {live && <Unsupported live={live} report={report} />}
            <ReviewByAi report={report} live={live} />
            {first && <Ask of={`/reports/${report.id}`} topic={`report:${report.id}`} incident={first.id} />}
            {admin && p.tokens > 0 && <Button onClick={() => setLooking(true)}>{t('sent')}</Button>}
            {looking && <SentDialog report={report} onClose={() => setLooking(false)} />}
        </div>
    );
}
