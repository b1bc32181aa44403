/**
 * Live blocks: a timeline, follow-ups, alerts… of an incident inside the report, always as the incident has it. A block
 * can be made a snapshot: the same content as a plain table that no longer changes.
 */
import { Node, type Editor, type JSONContent } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import { effect } from '@preact/signals';
import { clock, clockSeconds, day, dayClock, duration, fromInput, inUtc, isoDay, userZone, utc } from '../../src/time';
import { online } from '../../src/api';
import { formatNumber, locale } from '../../src/i18n';
import type { FollowUp, Impact, Incident, Page, TimelineEvent } from '../../src/types';
import type { EditorContext, Piece, SlashItem } from '../context';
import { barButton, h, icon, type Child } from '../dom';
import { openMenu } from '../menus/menu';
import { t } from '../strings';
import { evidenceLook } from './inline';
import type { IconName } from '../../kit/icons';

export const LIVE_KINDS = ['timeline', 'incident_card', 'follow_ups', 'alerts', 'changes', 'impacts', 'metrics'] as const;
export type LiveKind = (typeof LIVE_KINDS)[number];
/** What of a timeline is shown: the starred events (as long as nothing else is said), all, those of one phase, or all by phase. */
type Options = { starred?: boolean; phase?: string; by_phase?: boolean };
export const PHASES = ['detection', 'diagnosis', 'mitigation', 'resolution', 'key_moment'] as const;
/** A table that both the live view and the snapshot are made of. */
type Table = { head: string[]; rows: Cell[][]; note?: string };
type Cell = { text: string; icon?: { name: IconName; tone: string }; href?: string; title?: string;
    /** A heading over the rows that follow. */
    group?: true;
    /** Edited in place: opens beside the cell, or a day that is picked. */
    menu?: (at: HTMLElement) => void; day?: { value: string; set: (day: string) => void } };

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

/** What a follow-up can be made here; verifying it has its own page. */
const STATUSES = ['open', 'in_progress', 'done'] as const;

type Loader = (ctx: EditorContext, incident: string, o: Options, edit: boolean) => Promise<Table>;
const incidentOf = (ctx: EditorContext, ref: string) => ctx.get<Incident>(`/incidents/${encodeURIComponent(ref)}`);

const LOAD: Record<LiveKind, Loader> = {
    async timeline(ctx, ref, o) {
        const all = (await ctx.get<Page<TimelineEvent>>(`/incidents/${encodeURIComponent(ref)}/timeline`, { limit: 200 })).items;
        const starred = all.filter((e) => e.starred);
        const chosen = o.phase ? all.filter((e) => e.phase === o.phase) : o.by_phase || o.starred === false || !starred.length ? all : starred;
        const shown = chosen.slice().sort((a, b) => a.occurred_at.localeCompare(b.occurred_at));
        const days = new Set(shown.map((e) => day(e.occurred_at)));
        const row = (e: TimelineEvent) => {
            const look = evidenceLook(eventKind(e));
            return [cell(days.size > 1 ? dayClock(e.occurred_at) : clockSeconds(e.occurred_at), { title: inUtc(e.occurred_at) }), cell(ctx.eventTitle(e), { icon: { name: look.icon, tone: look.tone } }), cell(e.actor?.name ?? e.source)];
        };
        const rows = !o.by_phase ? shown.map(row) : [...PHASES, null].flatMap((p) => {
            const these = shown.filter((e) => (e.phase ?? null) === p);
            return these.length ? [[cell(t(p ? `ph_${p}` : 'ph_none'), { group: true })], ...these.map(row)] : [];
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
    async follow_ups(ctx, ref, _o, edit) {
        const all = (await ctx.get<Page<FollowUp>>('/follow-ups', { incident: ref, limit: 200 })).items;
        return { head: [t('col_title'), t('col_owner'), t('col_due'), t('col_status')], rows: all.map((f) => {
            const save = (change: Record<string, unknown>) => ctx.change(`/follow-ups/${f.id}`, change, f.version);
            const title = cell(`${f.reference} ${f.title}`, { href: `/follow-ups/${f.reference}` });
            const late = f.overdue ? 'overdue' : '';
            if (!edit) return [title, cell(f.owner?.name ?? t('no_owner')), cell(f.due_at ? day(f.due_at) : t('no_due')), cell(word(f.status))];
            return [title,
                cell(f.owner?.name ?? t('no_owner'), { title: t('change_owner'), menu: (at) => void ctx.people().then((people) => openMenu(at, t('col_owner'), [
                    { label: t('no_owner'), checked: !f.owner, run: () => save({ owner_id: null }) }, 'line',
                    ...people.map((u) => ({ label: u.name, checked: u.id === f.owner?.id, run: () => save({ owner_id: u.id }) }))])) }),
                cell(f.due_at ? day(f.due_at) : t('no_due'), { title: `${t('change_due')} ${late}`.trim(), day: { value: f.due_at ? isoDay(f.due_at) : '', set: (d) => save({ due_at: d ? fromInput(`${d}T18:00:00`) : null }) } }),
                cell(word(f.status), { title: t('change_status'), menu: (at) => openMenu(at, t('col_status'), STATUSES.map((s) => ({ label: word(s), checked: s === f.status, run: () => save({ status: s }) }))) })];
        }) };
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

function renderCell(ctx: EditorContext, c: Cell, columns: number): HTMLElement {
    if (c.group) return h('th', { colspan: columns, class: 'live-group', scope: 'rowgroup' }, c.text);
    const inside: Child[] = [];
    if (c.icon) inside.push(h('span', { class: `k ${c.icon.tone}` }, icon(c.icon.name)));
    if (c.href) inside.push(h('a', { href: c.href, class: 'link', onclick: (e: MouseEvent) => { e.preventDefault(); ctx.open(c.href!); } }, c.text));
    else if (c.menu) {
        const b: HTMLButtonElement = h('button', { type: 'button', class: 'live-edit', 'aria-haspopup': 'menu', 'aria-label': `${c.title ?? ''}: ${c.text}`, onclick: () => c.menu!(b) }, c.text, icon('down', 's'));
        inside.push(b);
    } else if (c.day) {
        const input = h('input', { type: 'date', class: 'live-day', value: c.day.value, 'aria-label': c.title ?? '', tabindex: '-1', onchange: () => c.day!.set(input.value) });
        inside.push(h('button', { type: 'button', class: 'live-edit', 'aria-label': `${c.title ?? ''}: ${c.text}`, onclick: () => { input.showPicker?.(); input.focus(); } }, c.text, icon('cal', 's')), input);
    } else inside.push(h('span', {}, c.text));
    return h('td', { title: c.menu || c.day ? null : c.title ?? null }, h('span', { class: 'lc' }, ...inside));
}

function renderTable(ctx: EditorContext, table: Table): HTMLElement {
    if (!table.rows.length) return h('p', { class: 'live-empty' }, t('live_empty'));
    const el = h('table', { class: `live-table ${table.head.length ? '' : 'pairs'}` });
    if (table.head.length) el.append(h('thead', {}, h('tr', {}, ...table.head.map((x) => h('th', {}, x)))));
    el.append(h('tbody', {}, ...table.rows.map((r) => h('tr', {}, ...r.map((c) => renderCell(ctx, c, table.head.length || r.length))))));
    return h('div', { class: 'live-scroll' }, el);
}

/** The same table as document nodes, under a line that says what it is and when it was taken. */
export function snapshotOf(table: Table, name = '', at = ''): JSONContent[] {
    const para = (c: string) => ({ type: 'paragraph', ...(c ? { content: [{ type: 'text', text: c }] } : {}) });
    const taken: JSONContent[] = name ? [{ type: 'paragraph', content: [{ type: 'text', text: `${t('taken', { what: name })} `, marks: [{ type: 'italic' }] }, { type: 'timestamp', attrs: { at } }] }] : [];
    if (!table.rows.length) return [...taken, para(t('live_empty'))];
    const width = Math.max(table.head.length, ...table.rows.map((r) => r.length));
    const row = (type: string, cells: string[]) => ({ type: 'tableRow', content: cells.map((c) => ({ type, content: [para(c)] })) });
    const rows = table.rows.map((r) => (r[0]?.group ? { type: 'tableRow', content: [{ type: 'tableHeader', attrs: { colspan: width, rowspan: 1 }, content: [para(r[0].text)] }] } : row('tableCell', r.map((c) => c.text))));
    return [...taken, { type: 'table', content: [...(table.head.length ? [row('tableHeader', table.head)] : []), ...rows] }];
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
    let waiting = () => {};
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
            const r = await LOAD[kind()](ctx, incident(), options(), editor.isEditable);
            if (mine !== run) return;
            table = r;
            note.textContent = [r.note, t('live_at', { time: clock(Date.now()) })].filter(Boolean).join(' · ');
            body.replaceChildren(renderTable(ctx, r));
        } catch (e) {
            if (mine !== run) return;
            if (!table) body.replaceChildren(h('p', { class: 'live-empty' }, t('live_failed', { why: (e as Error).message })));
            if (!online.peek()) again();
        }
    };
    /** Put in, or opened, without a server: shown once there is one. */
    const again = () => {
        waiting();
        waiting = online.subscribe((there) => {
            if (!there) return;
            waiting();
            watched = '';
            show();
        });
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
        const edit = editor.isEditable;
        const o = options();
        const view = o.phase ? t.any(`ph_${o.phase}`, o.phase) : o.by_phase ? t('by_phase') : o.starred === false ? t('all_events') : t('starred_only');
        const choose = (next: Options) => () => {
            const pos = getPos();
            if (pos !== undefined) editor.view.dispatch(editor.state.tr.setNodeMarkup(pos, undefined, { ...node.attrs, options: next }));
        };
        const which: HTMLButtonElement = barButton({ text: view, label: `${t('live_show')}: ${view}`, run: () => openMenu(which, t('live_show'), [
            { label: t('starred_only'), icon: 'star', checked: !o.phase && !o.by_phase && o.starred !== false, run: choose({ starred: true }) }, { label: t('all_events'), icon: 'list', checked: o.starred === false && !o.phase && !o.by_phase, run: choose({ starred: false }) },
            { label: t('by_phase'), checked: !!o.by_phase, run: choose({ by_phase: true }) }, 'line',
            ...PHASES.map((p) => ({ label: t(`ph_${p}`), checked: o.phase === p, run: choose({ phase: p }) }))]) });
        tools.replaceChildren(...[
            edit && k === 'timeline' && which,
            edit && barButton({ text: t('snapshot'), label: t('snapshot'), run: () => {
                const pos = getPos();
                if (pos !== undefined && table) editor.chain().insertContentAt({ from: pos, to: pos + node.nodeSize }, snapshotOf(table, title.textContent ?? '', new Date().toISOString())).run();
            } }),
        ].filter((x): x is HTMLButtonElement => !!x));
        if (watched !== incident()) {
            stopWatch();
            watched = incident();
            stopWatch = watched ? watch(ctx, watched, () => void load()) : () => {};
            if (k === 'follow_ups') {
                const both = [stopWatch, ctx.watch(['follow-ups'], () => void load())];
                stopWatch = () => both.forEach((f) => f());
            }
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
        stopEvent: (e: Event) => tools.contains(e.target as globalThis.Node) || !!(e.target as HTMLElement).closest?.('a, button, input'),
        ignoreMutation: () => true,
        destroy: () => {
            run++;
            waiting();
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
