/**
 * Cards over links, mentions and citations: what the record is, without leaving the text. Hovering opens one; so does
 * standing in a link with the keyboard and pressing Alt Enter, which goes there.
 */
import { Extension, type Editor } from '@tiptap/core';
import { NodeSelection, Plugin, PluginKey } from '@tiptap/pm/state';
import { colorOf, initials } from '../../kit/people';
import { place } from '../../kit/popover';
import type { IconName } from '../../kit/icons';
import { day, dayClock, inUtc } from '../../src/time';
import type { FollowUp, Incident, Report, User } from '../../src/types';
import type { EditorContext } from '../context';
import { barButton, h, icon, type Child } from '../dom';
import { t } from '../strings';

export type Target = { kind: 'incident' | 'report' | 'follow_up' | 'person'; id: string };
const PATHS: [RegExp, Target['kind']][] = [[/^\/incidents\/([^/?#]+)/, 'incident'], [/^\/reports\/([^/?#]+)/, 'report'], [/^\/follow-ups\/([^/?#]+)/, 'follow_up']];

/** The record of ours that an address names, or null. `origin` is where we are. */
export function targetOf(href: string, origin: string): Target | null {
    let u: URL;
    try {
        u = new URL(href, origin);
    } catch {
        return null;
    }
    if (u.origin !== origin) return null;
    for (const [path, kind] of PATHS) {
        const m = path.exec(u.pathname);
        if (m) return { kind, id: decodeURIComponent(m[1]!) };
    }
    return null;
}

type Card = { icon: IconName; ref: string; state: string; title: string; more: string[]; href: string };
const word = (v: string | null | undefined) => (v ? t.any(`v_${v}`, v.replaceAll('_', ' ')) : '');
const kept = new Map<string, { at: number; card: Promise<Card> }>();
const FRESH_MS = 20_000;

/** What a record says about itself; asked once in a while. */
export function cardOf(ctx: EditorContext, target: Target): Promise<Card> {
    const key = `${target.kind} ${target.id}`;
    const old = kept.get(key);
    if (old && Date.now() - old.at < FRESH_MS) return old.card;
    const card = load(ctx, target);
    kept.set(key, { at: Date.now(), card });
    card.catch(() => kept.delete(key));
    return card;
}

async function load(ctx: EditorContext, { kind, id }: Target): Promise<Card> {
    const at = encodeURIComponent(id);
    if (kind === 'incident') {
        const i = await ctx.get<Incident>(`/incidents/${at}`);
        return { icon: 'incident', ref: i.reference, state: word(i.status), title: i.title, href: `/incidents/${i.reference}`,
            more: [i.severity, dayClock(i.impact_started_at ?? i.declared_at), i.services.map((s) => s.name).join(', ')] };
    }
    if (kind === 'report') {
        const r = await ctx.get<Report>(`/reports/${at}`);
        return { icon: 'doc', ref: r.reference, state: word(r.state), title: r.title, href: `/reports/${r.reference}`, more: [r.owner?.name ?? t('no_owner'), r.incidents.map((i) => i.reference).join(', ')] };
    }
    if (kind === 'follow_up') {
        const f = await ctx.get<FollowUp>(`/follow-ups/${at}`);
        return { icon: 'todo', ref: f.reference, state: word(f.status), title: f.title, href: `/follow-ups/${f.reference}`, more: [f.owner?.name ?? t('no_owner'), f.due_at ? day(f.due_at) : t('no_due')] };
    }
    const u = await ctx.get<User>(`/people/${at}`);
    return { icon: 'user', ref: '', state: word(u.role), title: u.name, href: '', more: [u.email, u.time_zone ? t('their_time', { time: new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', timeZone: u.time_zone }).format() }) : ''] };
}

const WAIT_MS = 350;
const LINGER_MS = 180;

class Cards {
    private el: HTMLElement | null = null;
    private over: HTMLElement | null = null;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private stays = false;

    constructor(private readonly editor: Editor, private readonly ctx: EditorContext) {
        const dom = editor.view.dom;
        dom.addEventListener('mouseover', this.enter);
        dom.addEventListener('mouseout', this.leave);
        dom.addEventListener('keydown', this.close);
        dom.addEventListener('mousedown', this.close);
        addEventListener('scroll', this.close, true);
    }

    /** A chip that the cursor stands on, by keyboard, click or tap, shows its card without waiting. */
    selected(): void {
        if (this.editor.isDestroyed) return;
        const { selection } = this.editor.state;
        const on = selection instanceof NodeSelection && selection.node.type.name === 'evidence' ? this.editor.view.nodeDOM(selection.from) : null;
        if (on instanceof HTMLElement) {
            if (on !== this.over) this.open(on);
            this.stays = true;
        } else if (this.stays) this.close();
    }

    destroy(): void {
        const dom = this.editor.view.dom;
        dom.removeEventListener('mouseover', this.enter);
        dom.removeEventListener('mouseout', this.leave);
        dom.removeEventListener('keydown', this.close);
        dom.removeEventListener('mousedown', this.close);
        removeEventListener('scroll', this.close, true);
        this.close();
    }

    private readonly enter = (e: MouseEvent): void => {
        const on = (e.target as Element | null)?.closest?.<HTMLElement>('a[href], .mention, .ev');
        if (!on || on === this.over || e.buttons) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.open(on), WAIT_MS);
    };

    private readonly leave = (e: MouseEvent): void => {
        const to = e.relatedTarget as Element | null;
        if (this.stays || (to && (this.el?.contains(to) || this.over?.contains(to)))) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(this.close, LINGER_MS);
    };

    readonly close = (): void => {
        clearTimeout(this.timer);
        this.el?.remove();
        this.el = this.over = null;
        this.stays = false;
    };

    private open(on: HTMLElement): void {
        this.close();
        if (!on.isConnected || this.editor.isDestroyed) return;
        const href = on.getAttribute('href') ?? '';
        const target = on.matches('a[href]') ? targetOf(href, location.origin) : on.dataset['kind'] ? { kind: on.dataset['kind'] as Target['kind'], id: on.dataset['id'] ?? '' } : null;
        const box = h('div', { class: 'popover card-over', popover: 'manual', role: 'tooltip', onmouseenter: () => clearTimeout(this.timer), onmouseleave: () => { if (!this.stays) this.timer = setTimeout(this.close, LINGER_MS); } });
        if (target) this.fill(box, target, on);
        else if (href) box.append(this.link(href, on));
        else if (on.matches('.ev')) box.append(this.evidence(on));
        else return;
        this.show(box, on);
    }

    private show(box: HTMLElement, on: HTMLElement): void {
        this.over = on;
        this.el = box;
        document.body.append(box);
        box.showPopover();
        place(box, on.getBoundingClientRect(), 'start', 6);
    }

    private fill(box: HTMLElement, target: Target, on: HTMLElement): void {
        box.append(h('span', { class: 'sk w0' }));
        void cardOf(this.ctx, target).then((c) => {
            const person = target.kind === 'person';
            box.replaceChildren(
                h('p', { class: 'card-head' }, person ? h('span', { class: `av w${colorOf({ id: target.id, name: c.title })}`, 'aria-hidden': 'true' }, initials(c.title)) : icon(c.icon, 's'), c.ref ? h('span', { class: 'ref' }, c.ref) : h('b', {}, c.title), h('span', { class: 'quiet' }, c.state)),
                c.ref ? h('p', { class: 'card-title' }, c.href ? h('a', { href: c.href, onclick: (e: MouseEvent) => { e.preventDefault(); this.ctx.open(c.href); } }, c.title) : c.title) : null as never,
                h('p', { class: 'quiet' }, c.more.filter(Boolean).join(' · ')));
            if (on.matches('a[href]') && this.editor.isEditable) box.append(this.tools(on));
        }, () => box.replaceChildren(h('p', { class: 'quiet' }, t('card_missing')))).then(() => { if (this.el === box) place(box, on.getBoundingClientRect(), 'start', 6); });
    }

    private link(href: string, on: HTMLElement): HTMLElement {
        return h('div', { class: 'card-link' }, icon('external', 's'), h('a', { href, target: '_blank', rel: 'noopener noreferrer', class: 'clip grow' }, href.replace(/^https?:\/\//, '')), this.editor.isEditable ? this.tools(on) : null);
    }

    private tools(on: HTMLElement): HTMLElement {
        const select = () => {
            const pos = this.editor.view.posAtDOM(on, 0);
            this.close();
            return this.editor.chain().focus().setTextSelection(pos + 1).extendMarkRange('link');
        };
        return h('span', { class: 'row card-tools' },
            barButton({ icon: 'copy', label: t('link_copy'), run: () => { void navigator.clipboard?.writeText((on as HTMLAnchorElement).href); this.close(); } }),
            barButton({ icon: 'pen', label: t('link_edit'), run: () => {
                select().run();
                (this.editor.storage as unknown as { floatBars: { link: () => void } }).floatBars.link();
            } }),
            barButton({ icon: 'trash', label: t('link_remove'), run: () => select().unsetLink().run() }));
    }

    private evidence(on: HTMLElement): HTMLElement {
        const at = on.dataset['at'];
        const lines: Child[] = [h('p', { class: 'card-head' }, icon('link', 's'), h('span', { class: 'quiet' }, t('source'))), h('p', { class: 'card-title' }, on.dataset['title'] ?? '')];
        if (at) lines.push(h('p', { class: 'quiet', title: inUtc(at) }, dayClock(at)));
        return h('div', {}, ...lines, h('p', {}, h('button', { type: 'button', class: 'link', onclick: () => { this.close(); on.dispatchEvent(new MouseEvent('dblclick')); } }, t('open_source'))));
    }
}

/** Follows the link, mention or citation of the cursor. */
function follow(editor: Editor, ctx: EditorContext): boolean {
    const { selection } = editor.state;
    if (selection instanceof NodeSelection) {
        const dom = editor.view.nodeDOM(selection.from);
        if (!(dom instanceof HTMLElement) || !dom.matches('.mention, .ev')) return false;
        dom.dispatchEvent(new MouseEvent('dblclick'));
        return true;
    }
    const href = editor.getAttributes('link')['href'] as string | undefined;
    if (href) ctx.open(href);
    return !!href;
}

export const CardsOver = (ctx: EditorContext) => Extension.create({
    name: 'cards',
    addKeyboardShortcuts() {
        return { 'Alt-Enter': ({ editor }) => follow(editor, ctx) };
    },
    addProseMirrorPlugins() {
        return [new Plugin({
            key: new PluginKey('cards'),
            view: () => {
                let cards: Cards | null = null;
                const wait = setTimeout(() => { cards = new Cards(this.editor, ctx); }, 0);
                let last = this.editor.state.selection;
                return { update: (view) => {
                    if (view.state.selection !== last) setTimeout(() => cards?.selected(), 0);        /* behind the key that closes cards */
                    last = view.state.selection;
                }, destroy: () => {
                    clearTimeout(wait);
                    cards?.destroy();
                } };
            },
        })];
    },
});
