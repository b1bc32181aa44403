/** A version in the place of the text: what it changed, inline or side by side, against any other. */
import { useState } from 'preact/hooks';
import { Button, Failed, IconButton, Segmented, Select, Skeleton, confirm, toast, toastError } from 'kit';
import { api } from 'app/api';
import { usePages, useResource } from 'app/resource';
import { query, setQuery } from 'app/router';
import { clock, day } from 'app/time';
import type { Compared, DiffBlock, HistoryEntry, Report } from 'app/types';
import { namesOf, versionTitle } from './history';
import { t } from './history-strings';
import type { ReportHandle } from './use-report';

export const versionAsked = (): boolean => query.value.get('version') !== null;

export function VersionView({ report, handle }: { report: Report; handle: ReportHandle }) {
    const asked = query.value.get('version')!;
    const revision = asked === 'now' ? 0 : Number(asked) || 0;
    const pages = usePages<HistoryEntry>(`/reports/${report.id}/history`, {}, [`report:${report.id}`]);
    const all = pages.items ?? [];
    const here = all.find((v) => v.revision === revision && v.kind === 'session') ?? all.find((v) => v.revision === revision);
    const older = all.filter((v) => v.revision < (revision || Infinity));
    const chosen = Number(query.value.get('base')) || null;
    const before = here?.before_revision || older[0]?.revision || revision;
    const base = chosen ?? before;
    const ready = pages.items !== undefined && base > 0;
    const diff = useResource<Compared>(ready ? `compare ${report.id} ${base} ${revision} ${report.updated_at}` : null, () => api.get<Compared>(`/reports/${report.id}/compare`, { from: base, ...(revision ? { to: revision } : {}) }));
    const [side, setSide] = useState(false);
    const restore = async () => {
        if (!(await confirm({ title: t('restore_title'), body: t('restore_body'), action: t('restore') }))) return;
        try {
            handle.set(await api.post<Report>(`/reports/${report.id}/restore`, { revision }));
            setQuery({ version: null, base: null });
            toast(t('did_restore'));
        } catch (e) {
            toastError(e);
        }
    };
    const names = new Map<number, string>();
    for (const v of all) if (v.revision !== revision && !names.has(v.revision)) names.set(v.revision, `${versionTitle(v)}, ${day(v.made_at)} ${clock(v.made_at)}`);
    if (!names.has(before)) names.set(before, t('previous'));
    return (
        <section class="version" aria-label={here ? versionTitle(here) : t('now')}>
            <header class="version-bar">
                <IconButton icon="left" label={t('back')} onClick={() => setQuery({ version: null, base: null })} />
                <div class="version-name"><b class="clip">{here ? versionTitle(here) : t('now')}</b>{here && <span class="quiet clip">{day(here.made_at)} {clock(here.made_at)}, {namesOf(here.kind === 'session' ? here.authors : here.by ? [here.by] : [])}</span>}</div>
                <span class="grow" />
                <Segmented label={t('compare_with')} value={side ? 'side' : 'inline'} options={[{ value: 'inline', label: t('inline') }, { value: 'side', label: t('side') }]} onChange={(v) => setSide(v === 'side')} />
                {report.can_edit && revision > 0 && <Button kind="primary" icon="history" onClick={restore}>{t('restore')}</Button>}
            </header>
            <div class="row version-with">
                <label class="quiet" for="compare-with">{t('compare_with')}</label>
                <Select id="compare-with" value={String(base)} options={[...names].sort((a, b) => b[0] - a[0]).map(([r, label]) => ({ value: String(r), label }))} onChange={(v) => setQuery({ base: v })} />
                {diff.data && <span class="quiet version-count"><ins>{t('changes', { n: diff.data.inserted })}</ins> <del>{t('removed', { n: diff.data.deleted })}</del></span>}
            </div>
            {diff.error ? <Failed error={diff.error} retry={diff.reload} /> : !diff.data ? <Skeleton lines={8} /> : side ? <Side blocks={diff.data.blocks} /> : <Inline blocks={diff.data.blocks} />}
        </section>
    );
}

/** Long stretches that did not change are folded. */
function fold(blocks: readonly DiffBlock[]): (DiffBlock | DiffBlock[])[] {
    const out: (DiffBlock | DiffBlock[])[] = [];
    for (let i = 0; i < blocks.length;) {
        let k = i;
        while (k < blocks.length && blocks[k]!.op === 'equal') k++;
        const edge = i === 0 ? 0 : 2, end = k === blocks.length ? 0 : 2;
        if (k - i > edge + end + 3) out.push(...blocks.slice(i, i + edge), [...blocks.slice(i + edge, k - end)], ...blocks.slice(k - end, k));
        else out.push(...blocks.slice(i, k));
        if (k < blocks.length) out.push(blocks[k++]!);
        i = k;
    }
    return out;
}

function Folded({ blocks, draw }: { blocks: DiffBlock[]; draw: (b: DiffBlock, key: number) => preact.JSX.Element }) {
    const [open, setOpen] = useState(false);
    if (open) return <>{blocks.map(draw)}</>;
    return <button type="button" class="version-fold" onClick={() => setOpen(true)}>{t('unchanged', { n: blocks.length })}</button>;
}

function Inline({ blocks }: { blocks: readonly DiffBlock[] }) {
    const draw = (b: DiffBlock, i: number) => <Block key={i} b={b} show="both" />;
    if (blocks.every((b) => b.op === 'equal')) return <p class="quiet version-none">{t('nothing')}</p>;
    return <div class="doc version-text">{fold(blocks).map((b, i) => (Array.isArray(b) ? <Folded key={i} blocks={b} draw={draw} /> : draw(b, i)))}</div>;
}

function Side({ blocks }: { blocks: readonly DiffBlock[] }) {
    const draw = (b: DiffBlock, i: number) => (
        <div class="version-pair" key={i}>{b.op === 'insert' ? <span class="version-gap" /> : <Block b={b} show="before" />}{b.op === 'delete' ? <span class="version-gap" /> : <Block b={b} show="after" />}</div>
    );
    if (blocks.every((b) => b.op === 'equal')) return <p class="quiet version-none">{t('nothing')}</p>;
    return <div class="doc version-text paired"><div class="version-pair heads"><b>{t('before')}</b><b>{t('after')}</b></div>{fold(blocks).map((b, i) => (Array.isArray(b) ? <Folded key={i} blocks={b} draw={draw} /> : draw(b, i)))}</div>;
}

const MARKS: Record<string, string> = { bullet: '•', number: '1.', task: '☐', quote: '❝' };

function Block({ b, show }: { b: DiffBlock; show: 'both' | 'before' | 'after' }) {
    const spans = b.spans.filter((s) => s.op === 'equal' || show === 'both' || (show === 'before' ? s.op === 'delete' : s.op === 'insert'));
    const words = spans.map((s, i) => (s.op === 'insert' ? <ins key={i}>{s.text}</ins> : s.op === 'delete' ? <del key={i}>{s.text}</del> : s.text));
    const who = b.authors.length ? t(b.op === 'delete' ? 'went' : 'wrote', { names: namesOf(b.authors) }) : '';
    const what = b.op === 'format' ? t('format') : b.before_kind ? t('became', { kind: t.any(b.before_kind) }) : '';
    const note = [what, who].filter(Boolean).join(' · ');
    const body = b.kind === 'heading' ? <h3 class={`vh${b.level}`}>{words}</h3> : b.kind === 'codeBlock' ? <pre>{words}</pre>
        : b.kind === 'image' || b.kind === 'liveBlock' || b.kind === 'horizontalRule' ? <p class="version-thing">{t.any(b.kind)}{spans.length ? ': ' : ''}{words}</p>
            : <p data-level={b.level || undefined}>{MARKS[b.kind] && <span class="version-mark" aria-hidden="true">{MARKS[b.kind]}</span>}{words}</p>;
    return <div class={`vb ${b.op}`} title={note || undefined}>{body}{note && b.op !== 'equal' && show !== 'before' && <span class="version-who">{note}</span>}</div>;
}
