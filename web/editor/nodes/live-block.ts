/**
 * Live blocks: a timeline, follow-ups, alerts… of an incident inside the report, always as the incident has it. A block
 * can be made a snapshot: the same content as a plain table that no longer changes.
 */
import { Node, type Editor, type JSONContent } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import { effect } from '@preact/signals';
import { clockSeconds, day, dayClock, duration, inUtc, userZone, utc } from '../../src/time';
import { formatNumber, locale } from '../../src/i18n';
import type { FollowUp, Impact, Incident, Page, TimelineEvent } from '../../src/types';
import type { EditorContext, Piece, SlashItem } from '../context';
import { barButton, h, icon, type Child } from '../dom';
import { t } from '../strings';
import { evidenceLook } from './inline';
import type { IconName } from '../../kit/icons';

export const LIVE_KINDS = ['timeline', 'incident_card', 'follow_ups', 'alerts', 'changes', 'impacts', 'metrics'] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];
type Options = { starred?: boolean };
/** A table that both the live view and the snapshot are made of. */
type Table = { head: string[]; rows: Cell[][]; note?: string };
type Cell = { text: string; icon?: { name: IconName; tone: string }; href?: string; title?: string };

const ICONS: Record<LiveKind, IconName> = { timeline: 'track', incident_card: 'incident', follow_ups: 'todo', alerts: 'bell', changes: 'change', impacts: 'wave', metrics: 'clock' };
const cell = (text: string, more: Partial<Cell> = {}): Cell => ({ text, ...more });
/** A word of the API in the reader's language. */
const word = (v: unknown) => (typeof v === 'string' && v ? t.any(`v_${v}`, v.replaceAll('_', ' ')) : '');
const time = (at: string | null | undefined): Cell => (at ? cell(dayClock(at), { title: inUtc(at) }) : cell(t('not_yet')));

/** What an event of the timeline is, for its icon. */
export function eventKind(e: { kind: string; evidence?: { kind: string } | null }): string {
    if (['decision', 'hypothesis', 'change', 'message', 'note'].includes(e.kind)) return e.kind;
    if (e.kind.startsWith('alert')) return 'alert';
    if (e.kind.startsWith('notice')) return 'notice';
    return e.evidence?.kind ?? 'event';
}

type Loader = (ctx: EditorContext, incident: string, o: Options) => Promise<Table>;
const incidentOf = (ctx: EditorContext, ref: string) => ctx.get<Incident>(`/incidents/${encodeURIComponent(ref)}`);

const LOAD: Record<LiveKind, Loader> = {
    async timeline(ctx, ref, o) {
        const all = (await ctx.get<Page<TimelineEvent>>(`/incidents/${encodeURIComponent(ref)}/timeline`, { limit: 200 })).items;
        const starred = all.filter((e) => e.starred);
        const shown = (o.starred !== false && starred.length ? starred : all).slice().sort((a, b) => a.occurred_at.localeCompare(b.occurred_at));
        const days = new Set(shown.map((e) => day(e.occurred_at)));
        const rows = shown.map((e) => {
            const look = evidenceLook(eventKind(e));
            return [cell(days.size > 1 ? dayClock(e.occurred_at) : clockSeconds(e.occurred_at), { title: inUtc(e.occurred_at) }), cell(ctx.eventTitle(e), { icon: { name: look.icon, tone: look.tone } }), cell(e.actor?.name ?? e.source)];
        });
        return { head: [t('col_time'), t('col_event'), t('col_source')], rows, note: t('live_count', { n: shown.length }) };
    },
    async incident_card(ctx, ref) {
        const i = await incidentOf(ctx, ref);
        const lead = i.roles.find((r) => /commander/.test(r.role) && !r.left_at);
        return { head: [], rows: [
            [cell(i.reference), cell(i.title, { href: `/incidents/${i.reference}` })], [cell(t('severity')), cell(i.severity)], [cell(t('started')), time(i.impact_started_at)], [cell(t('resolved')), time(i.resolved_at)],
            ...(lead ? [[cell(t('commander')), cell(lead.user.name)]] : []), ...(i.services.length ? [[cell(t('services')), cell(i.services.map((s) => s.name).join(', '))]] : []),
        ] };
    },
    async follow_ups(ctx, ref) {
        const all = (await ctx.get<Page<FollowUp>>('/follow-ups', { incident: ref, limit: 200 })).items;
        return { head: [t('col_title'), t('col_owner'), t('col_due'), t('col_status')], rows: all.map((f) => [
            cell(`${f.reference} ${f.title}`, { href: `/follow-ups/${f.reference}` }), cell(f.owner?.name ?? t('no_owner')), cell(f.due_at ? day(f.due_at) : t('no_due')), cell(word(f.status))]) };
    },
    async alerts(ctx, ref) {
        const all = (await ctx.get<Page<{ title: string; severity: string; status: string; started_at: string; ended_at: string | null; id: string }>>('/alerts', { incident: ref, limit: 200 })).items;
        return { head: [t('col_title'), t('severity'), t('col_start'), t('col_end')], rows: all.map((a) => [cell(a.title, { icon: { name: 'bell', tone: 'alert' }, href: `/alerts?alert=${a.id}` }), cell(a.severity ?? ''), time(a.started_at), time(a.ended_at)]) };
    },
    async changes(ctx, ref) {
        const all = (await ctx.get<Page<Record<string, unknown>>>(`/incidents/${encodeURIComponent(ref)}/changes`)).items;
        return { head: [t('col_time'), t('col_what'), t('col_kind'), t('col_source')], rows: all.map((raw) => {
            const c = (raw['change'] ?? raw) as { title: string; kind: string; occurred_at: string; author?: string };
            return [time(c.occurred_at), cell(c.title, { icon: { name: 'change', tone: 'change' } }), cell([c.kind, raw['relation']].map(word).filter(Boolean).join(', ')), cell(c.author ?? '')];
        }) };
    },
    async impacts(ctx, ref) {
        const i = await incidentOf(ctx, ref);
        const customers = (x: Impact) => (x.customers_affected === null || x.customers_affected === undefined ? t('unknown') : formatNumber(x.customers_affected));
        return { head: [t('col_what'), t('col_kind'), t('col_start'), t('col_end'), t('col_customers')], rows: i.impacts.map((x) => [cell(x.title || x.description), cell(word(x.kind)), time(x.started_at), time(x.ended_at), cell(customers(x))]) };
    },
    async metrics(ctx, ref) {
        const i = await incidentOf(ctx, ref);
        return { head: [], rows: i.metrics.map((m) => [cell(t.any(`m_${m.key}`, m.label), { title: m.definition }), cell(m.status === 'recorded' && m.value_ms !== null ? duration(m.value_ms) : t.any(m.status))]) };
    },
};

function renderCell(ctx: EditorContext, c: Cell): HTMLElement {
    const inside: Child[] = [];
    if (c.icon) inside.push(h('span', { class: `k ${c.icon.tone}` }, icon(c.icon.name)));
    inside.push(c.href ? h('a', { href: c.href, class: 'link', onclick: (e: MouseEvent) => { e.preventDefault(); ctx.open(c.href!); } }, c.text) : h('span', {}, c.text));
    return h('td', { title: c.title ?? null }, h('span', { class: 'lc' }, ...inside));
}

function renderTable(ctx: EditorContext, table: Table): HTMLElement {
    if (!table.rows.length) return h('p', { class: 'live-empty' }, t('live_empty'));
    const el = h('table', { class: `live-table ${table.head.length ? '' : 'pairs'}` });
    if (table.head.length) el.append(h('thead', {}, h('tr', {}, ...table.head.map((x) => h('th', {}, x)))));
    el.append(h('tbody', {}, ...table.rows.map((r) => h('tr', {}, ...r.map((c) => renderCell(ctx, c))))));
    return h('div', { class: 'live-scroll' }, el);
}

/** The same table as document nodes. */
export function snapshotOf(table: Table): JSONContent {
    const para = (c: string) => ({ type: 'paragraph', ...(c ? { content: [{ type: 'text', text: c }] } : {}) });
    const row = (type: string, cells: string[]) => ({ type: 'tableRow', content: cells.map((c) => ({ type, content: [para(c)] })) });
    const rows = table.rows.map((r) => row('tableCell', r.map((c) => c.text)));
    if (!rows.length) return para(t('live_empty'));
    return { type: 'table', content: [...(table.head.length ? [row('tableHeader', table.head)] : []), ...rows] };
}

/** Listens to an incident that is named by reference; topics carry ids. */
function watch(ctx: EditorContext, ref: string, f: () => void): () => void {
    let stop: (() => void) | null = null;
    let gone = false;
    const known = ctx.incidents().find((i) => i.reference === ref || i.id === ref)?.id;
    const start = (id: string) => { if (!gone) stop = ctx.watch([`incident:${id}`], f); };
    if (known) start(known);
    else void incidentOf(ctx, ref).then((i) => start(i.id), () => {});
    return () => {
        gone = true;
        stop?.();
    };
}

const names = new Map<string, string>();

function liveView(ctx: EditorContext, editor: Editor, first: PmNode, getPos: () => number | undefined) {
    let node = first;
    let table: Table | null = null;
    let stopWatch = () => {};
    let watched = '';
    let run = 0;
    const note = h('span', { class: 'quiet grow clip' });
    const title = h('b', {});
    const tools = h('span', { class: 'row' });
    const body = h('div', { class: 'live-body' });
    const dom = h('div', { class: 'liveblock', contenteditable: 'false' }, h('header', {}, icon('refresh', 's'), title, note, tools), body);
    const kind = () => (LIVE_KINDS.includes(node.attrs['kind']) ? (node.attrs['kind'] as LiveKind) : 'timeline');
    const incident = () => String(node.attrs['incident'] || ctx.incidents()[0]?.reference || '');
    const options = (): Options => (node.attrs['options'] && typeof node.attrs['options'] === 'object' ? (node.attrs['options'] as Options) : {});
    const load = async () => {
        const mine = ++run;
        if (!incident()) return body.replaceChildren(h('p', { class: 'live-empty' }, t('live_empty')));
        try {
            const r = await LOAD[kind()](ctx, incident(), options());
            if (mine !== run) return;
            table = r;
            note.textContent = r.note ?? '';
            body.replaceChildren(renderTable(ctx, r));
        } catch (e) {
            if (mine === run && !table) body.replaceChildren(h('p', { class: 'live-empty' }, t('live_failed', { why: (e as Error).message })));
        }
    };
    /* A block names its incident by id or by reference; people read the reference. */
    const reference = (then?: () => void): string => {
        const ref = incident();
        if (/^[A-Z]+-\d+$/.test(ref)) return ref;
        const known = ctx.incidents().find((i) => i.id === ref)?.reference ?? names.get(ref);
        if (!known && ref && then) void incidentOf(ctx, ref).then((i) => { names.set(ref, i.reference); then(); }, () => {});
        return known ?? '';
    };
    const name = () => { title.textContent = t('live_of', { what: t(`live_${kind()}`), incident: reference(name) }).trim(); };
    const show = () => {
        const k = kind();
        name();
        const starred = options().starred !== false;
        const edit = editor.isEditable;
        tools.replaceChildren(...[
            edit && k === 'timeline' && barButton({ text: starred ? t('starred_only') : t('all_events'), label: `${t('starred_only')} / ${t('all_events')}`, run: () => {
                const pos = getPos();
                if (pos !== undefined) editor.view.dispatch(editor.state.tr.setNodeMarkup(pos, undefined, { ...node.attrs, options: { ...options(), starred: !starred } }));
            } }),
            edit && barButton({ text: t('snapshot'), label: t('snapshot'), run: () => {
                const pos = getPos();
                if (pos !== undefined && table) editor.chain().insertContentAt({ from: pos, to: pos + node.nodeSize }, snapshotOf(table)).run();
            } }),
        ].filter((x): x is HTMLButtonElement => !!x));
        if (watched !== incident()) {
            stopWatch();
            watched = incident();
            stopWatch = watched ? watch(ctx, watched, () => void load()) : () => {};
        }
        void load();
    };
    body.append(h('span', { class: 'sk w0' }));
    const stopWords = effect(() => {
        void utc.value, userZone.value, locale.value;
        show();
    });
    return {
        dom,
        update: (n: PmNode) => {
            if (n.type !== node.type) return false;
            const same = JSON.stringify(n.attrs) === JSON.stringify(node.attrs);
            node = n;
            if (!same) show();
            return true;
        },
        selectNode: () => dom.classList.add('on'),
        deselectNode: () => dom.classList.remove('on'),
        stopEvent: (e: Event) => tools.contains(e.target as globalThis.Node) || (e.target as HTMLElement).closest?.('a') !== null,
        ignoreMutation: () => true,
        destroy: () => {
            run++;
            stopWatch();
            stopWords();
        },
    };
}

const LiveBlock = (ctx: EditorContext) => Node.create({
    name: 'liveBlock',
    group: 'block',
    atom: true,
    draggable: true,
    addAttributes() {
        return { kind: { default: 'timeline' }, incident: { default: null }, options: { default: null, rendered: false } };
    },
    parseHTML() {
        return [{ tag: 'div[data-live]', getAttrs: (el) => ({ kind: el.getAttribute('data-live'), incident: el.getAttribute('data-incident') }) }];
    },
    renderHTML({ node }) {
        return ['div', { 'data-live': node.attrs['kind'], 'data-incident': node.attrs['incident'] }];
    },
    addNodeView() {
        return ({ node, editor, getPos }) => liveView(ctx, editor, node, getPos);
    },
});

export const liveBlock = (ctx: EditorContext): Piece => ({
    extensions: [LiveBlock(ctx)],
    slash: LIVE_KINDS.map((kind): SlashItem => ({
        id: `live-${kind}`, group: 'live', label: () => t(`live_${kind}`), words: `live ${kind.replace('_', ' ')} 实时`, icon: ICONS[kind],
        run: (e, r) => { e.chain().focus().deleteRange(r).insertContent({ type: 'liveBlock', attrs: { kind, incident: ctx.incidents()[0]?.reference ?? null, options: null } }).run(); },
    })),
});
