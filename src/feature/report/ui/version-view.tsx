/** A version in the place of the text: what it changed, inline or side by side, against any other. */
import { useState } from 'preact/hooks';
import { Button, Failed, Icon, IconButton, Input, MenuButton, Segmented, Select, Skeleton, confirm, toast, toastError } from 'kit';
import { api } from 'app/api';
import { usePages, useResource } from 'app/resource';
import { query, setQuery } from 'app/router';
import { clock, day } from 'app/time';
import type { Compared, DiffBlock, HistoryEntry, Page, Report } from 'app/types';
import { entryAt, namesOf, told, versionTitle } from './history';
import { t } from './history-strings';
import type { ReportHandle } from './use-report';

export const versionAsked = (): boolean => query.value.get('version') !== null;

export function VersionView({ report, handle }: { report: Report; handle: ReportHandle }) {
    const asked = query.value.get('version')!;
    const pages = usePages<HistoryEntry>(`/reports/${report.id}/history`, {}, [`report:${report.id}`]);
    const all = told(pages.items ?? []);
    const here = entryAt(all, Number(asked) || 0);
    const revision = here?.revision ?? (Number(asked) || 0);
    const older = all.filter((v) => v.revision < (revision || Infinity));
    const chosen = Number(query.value.get('base')) || null;
    const before = here?.before_revision || (!revision && older[0]?.before_revision) || older[0]?.revision || revision;
    const base = chosen ?? before;
    const ready = pages.items !== undefined && base > 0;
    const diff = useResource<Compared>(ready ? `compare ${report.id} ${base} ${revision} ${report.updated_at}` : null, () => api.get<Compared>(`/reports/${report.id}/compare`, { from: base, ...(revision ? { to: revision } : {}) }));
    const [side, setSide] = useState(false);
    const bring = async (to: number) => handle.set(await api.post<Report>(`/reports/${report.id}/restore`, { revision: to }));
    const undo = async () => {
        try {
            const last = (await api.get<Page<HistoryEntry>>(`/reports/${report.id}/history`, { limit: 20 })).items.find((v) => v.kind === 'restored');
            if (!last?.before_revision) return;
            await bring(last.before_revision);
            toast(t('did_undo'));
        } catch (e) {
            toastError(e);
        }
    };
    const restore = async () => {
        if (!(await confirm({ title: t('restore_title'), body: t('restore_body'), action: t('restore') }))) return;
        try {
            await bring(revision);
            setQuery({ version: null, base: null });
            toast(t('did_restore'), { undo: () => void undo() });
        } catch (e) {
            toastError(e);
        }
    };
    const named = all.find((v) => v.revision === revision && v.kind === 'named');
    const [naming, setNaming] = useState<string | null>(null);
    const keepName = async (name: string | null) => {
        try {
            const at = `/reports/${report.id}/history`;
            if (name === null) await api.delete(`${at}/${named!.id}`, '*');
            else if (named) await api.patch(`${at}/${named.id}`, { name }, '*');
            else await api.post(at, { name, revision });
            setNaming(null);
            toast(name === null ? t('did_unname') : t('did_name'));
            await pages.reload();
        } catch (e) {
            toastError(e);
        }
    };
    const title = named ? versionTitle(named) : here ? versionTitle(here) : t('now');
    /* What was published last had a title of its own. */
    const since = !revision ? all.find((v) => v.kind === 'published') : undefined;
    const titles = since && since.revision === base && since.name !== report.title ? since.name : null;
    const names = new Map<number, string>();
    for (const v of all) if (v.revision !== revision && !names.has(v.revision)) names.set(v.revision, `${versionTitle(v)}, ${day(v.made_at)} ${clock(v.made_at)}`);
    if (!names.has(before)) names.set(before, t('previous'));
    return (
        <section class="version" aria-label={title}>
            <header class="version-bar">
                <IconButton icon="left" label={t('back')} onClick={() => setQuery({ version: null, base: null })} />
                {naming === null ? <div class="version-name"><b class="clip">{title}</b>{here && <span class="quiet clip">{day(here.made_at)} {clock(here.made_at)}, {namesOf(here.kind === 'session' ? here.authors : here.by ? [here.by] : [])}</span>}</div>
                    : <form class="row version-naming" onSubmit={(e) => { e.preventDefault(); if (naming.trim()) void keepName(naming.trim()); }} onKeyDown={(e) => { if (e.key === 'Escape') { e.stopPropagation(); setNaming(null); } }}>
                        <Input autofocus required maxLength={200} aria-label={t('version_name')} value={naming} onChange={setNaming} /><Button kind="primary" type="submit" disabled={!naming.trim()}>{t('save')}</Button><Button kind="plain" onClick={() => setNaming(null)}>{t('cancel')}</Button>
                    </form>}
                {report.can_edit && revision > 0 && naming === null && (named ? <MenuButton class="btn plain icon" chevron={false} label={`${t('version_name')}: ${named.name}`} items={[
                    { label: t('rename'), icon: 'pen', onSelect: () => setNaming(named.name ?? '') }, { label: t('unname'), icon: 'x', onSelect: () => void keepName(null) },
                ]}><Icon name="more" /></MenuButton> : <IconButton icon="flag" label={t('name_version')} onClick={() => setNaming('')} />)}
                <span class="grow" />
                <Segmented label={t('compare_with')} value={side ? 'side' : 'inline'} options={[{ value: 'inline', label: t('inline') }, { value: 'side', label: t('side') }]} onChange={(v) => setSide(v === 'side')} />
                {report.can_edit && revision > 0 && <Button kind="primary" icon="history" onClick={restore}>{t('restore')}</Button>}
            </header>
            <div class="row version-with">
                <label class="quiet" for="compare-with">{t('compare_with')}</label>
                <Select id="compare-with" value={String(base)} options={[...names].sort((a, b) => b[0] - a[0]).map(([r, label]) => ({ value: String(r), label }))} onChange={(v) => setQuery({ base: v })} />
                {diff.data && <span class="quiet version-count"><ins>{t('changes', { n: diff.data.inserted })}</ins> <del>{t('removed', { n: diff.data.deleted })}</del></span>}
            </div>
            {titles && <p class="version-title"><span class="quiet">{t('title_changed')}</span> <del>{titles}</del> <ins>{report.title}</ins></p>}
            {diff.error ? <Failed error={diff.error} retry={diff.reload} /> : !diff.data ? <Skeleton lines={8} />
                : diff.data.blocks.every((b) => b.op === 'equal') ? <>
                    {base !== revision && <p class="quiet version-none">{titles || (since && report.changed_since_published) ? t('only_facts') : t('nothing')}</p>}
                    <div class="doc version-text">{diff.data.blocks.map((b, i) => <Block key={i} b={b} show="both" />)}</div>
                </> : side ? <Side blocks={diff.data.blocks} /> : <Inline blocks={diff.data.blocks} />}
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
    return <div class="doc version-text">{fold(blocks).map((b, i) => (Array.isArray(b) ? <Folded key={i} blocks={b} draw={draw} /> : draw(b, i)))}</div>;
}

function Side({ blocks }: { blocks: readonly DiffBlock[] }) {
    const draw = (b: DiffBlock, i: number) => (
        <div class="version-pair" key={i}>{b.op === 'insert' ? <span class="version-gap" /> : <Block b={b} show="before" />}{b.op === 'delete' ? <span class="version-gap" /> : <Block b={b} show="after" />}</div>
    );
    return <div class="doc version-text paired"><div class="version-pair heads"><b>{t('before')}</b><b>{t('after')}</b></div>{fold(blocks).map((b, i) => (Array.isArray(b) ? <Folded key={i} blocks={b} draw={draw} /> : draw(b, i)))}</div>;
}

const MARKS: Record<string, string> = { bullet: '•', number: '1.', task: '☐', taskDone: '☑', quote: '❝' };
type Span = DiffBlock['spans'][number];

const shown = (spans: readonly Span[]) => spans.map((s, i) => (s.op === 'insert' ? <ins key={i}>{s.text}</ins> : s.op === 'delete' ? <del key={i}>{s.text}</del> : s.text));

/** A row as its cells: a tab that came or went brings its cell along. */
function Row({ spans, head }: { spans: readonly Span[]; head: boolean }) {
    const cells: { op: Span['op']; spans: Span[] }[] = [{ op: 'equal', spans: [] }];
    for (const s of spans)
        s.text.split('\t').forEach((text, i) => {
            if (i) cells.push({ op: s.op, spans: [] });
            if (text) cells[cells.length - 1]!.spans.push({ ...s, text });
        });
    const Cell = head ? 'th' : 'td';
    return <table class="version-row" role="presentation"><tbody><tr>{cells.map((c, i) => <Cell key={i} class={c.op}>{shown(c.spans)}</Cell>)}</tr></tbody></table>;
}

/** A picture, and the one that stood there before. */
function Picture({ b, show, words }: { b: DiffBlock; show: 'both' | 'before' | 'after'; words: preact.ComponentChildren }) {
    const was = b.before_image && show !== 'after' ? b.before_image : null, is = show === 'before' && b.before_image ? null : b.image;
    const one = (src: string, op: string) => <img class={op} src={/^\/files\//.test(src) ? src : undefined} alt={t('image')} loading="lazy" />;
    return <figure class="version-picture">{was && one(was, show === 'both' ? 'delete' : 'equal')}{is && one(is, b.op === 'insert' || (was && show === 'both') ? 'insert' : b.op === 'delete' ? 'delete' : 'equal')}{words && <figcaption>{words}</figcaption>}</figure>;
}

function Block({ b, show }: { b: DiffBlock; show: 'both' | 'before' | 'after' }) {
    const spans = b.spans.filter((s) => s.op === 'equal' || show === 'both' || (show === 'before' ? s.op === 'delete' : s.op === 'insert'));
    const kind = (show === 'before' && b.before_kind) || b.kind;
    const words = shown(spans), row = kind === 'row' || kind === 'headerRow';
    const ticks = b.kind === 'taskDone' && b.before_kind === 'task' ? t('ticked') : b.kind === 'task' && b.before_kind === 'taskDone' ? t('unticked') : '';
    const who = b.authors.length ? t(b.op === 'delete' ? 'went' : 'wrote', { names: namesOf(b.authors) }) : '';
    const what = ticks || (b.before_image ? t('other_picture') : '') || (b.op === 'format' ? t('format') : b.before_kind ? t('became', { kind: t.any(b.before_kind) }) : '');
    const note = [what, who].filter(Boolean).join(' · ');
    const body = kind === 'heading' ? <h3 class={`vh${b.level}`}>{words}</h3> : kind === 'codeBlock' ? <pre>{words}</pre>
        : row ? <Row spans={spans} head={kind === 'headerRow'} /> : kind === 'image' && b.image ? <Picture b={b} show={show} words={spans.length ? words : null} />
        : kind === 'liveBlock' ? <p class="version-thing">{shown(spans.map((s) => ({ ...s, text: t.any(`live_${s.text}`, s.text) })))}</p>
        : kind === 'horizontalRule' ? <hr />
            : <p data-level={b.level || undefined}>{MARKS[kind] && <span class="version-mark" aria-hidden="true">{MARKS[kind]}</span>}{words}</p>;
    return <div class={`vb ${b.op}`} title={note || undefined}>{body}{note && b.op !== 'equal' && show !== 'before' && <span class="version-who">{note}</span>}</div>;
}
