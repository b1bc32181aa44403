/** What stands inside a line and points somewhere: mentions, moments in time, evidence chips. */
import { Node, mergeAttributes } from '@tiptap/core';
import { effect } from '@preact/signals';
import { clock, clockSeconds, dayClock, inUtc, userZone, utc } from '../../src/time';
import { locale } from '../../src/i18n';
import type { IconName } from '../../kit/icons';
import type { EditorContext, Piece } from '../context';
import { h, icon } from '../dom';
import { pin } from '../pin';
import { t } from '../strings';

const MENTION_HREF: Record<string, (id: string, label: string) => string> = {
    incident: (id, label) => `/incidents/${ref(label) ?? id}`, follow_up: (id, label) => `/follow-ups/${ref(label) ?? id}`, report: (id, label) => `/reports/${ref(label) ?? id}`,
};
const ref = (label: string) => /^[A-Z]{2,}-\d+/.exec(label)?.[0];

const Mention = (ctx: EditorContext) => Node.create({
    name: 'mention',
    group: 'inline',
    inline: true,
    selectable: true,
    atom: true,
    addAttributes() {
        return { kind: { default: 'person' }, id: { default: null }, label: { default: '' } };
    },
    parseHTML() {
        return [{ tag: 'span[data-mention]', getAttrs: (el) => ({ kind: el.getAttribute('data-mention'), id: el.getAttribute('data-id'), label: el.getAttribute('data-label') }) }];
    },
    renderHTML({ node }) {
        const { kind, id, label } = node.attrs;
        return ['span', { class: `mention ${kind}`, 'data-mention': kind, 'data-id': id, 'data-label': label }, `${kind === 'person' ? '@' : ''}${label}`];
    },
    renderText: ({ node }) => `${node.attrs['kind'] === 'person' ? '@' : ''}${node.attrs['label']}`,
    addNodeView() {
        return ({ node }) => {
            const { kind, id, label } = node.attrs as { kind: string; id: string; label: string };
            const href = MENTION_HREF[kind]?.(id, label);
            const dom = h('span', { class: `mention ${kind}`, 'data-kind': kind, 'data-id': ref(label) ?? id, role: href ? 'link' : null, onclick: (e: MouseEvent) => {
                if (href && (e.metaKey || e.ctrlKey || !dom.isContentEditable)) ctx.open(href);
            }, ondblclick: () => { if (href) ctx.open(href); } }, `${kind === 'person' ? '@' : ''}${label}`);
            return { dom };
        };
    },
});

/** A moment; every reader sees it in the own time zone. */
const Timestamp = Node.create({
    name: 'timestamp',
    group: 'inline',
    inline: true,
    selectable: true,
    atom: true,
    addAttributes() {
        return { at: { default: null } };
    },
    parseHTML() {
        return [{ tag: 'time[data-at]', getAttrs: (el) => ({ at: el.getAttribute('data-at') }) }];
    },
    renderHTML({ node }) {
        return ['time', { class: 'stamp', 'data-at': node.attrs['at'], datetime: node.attrs['at'] }, dayClock(String(node.attrs['at'] ?? ''))];
    },
    renderText: ({ node }) => inUtc(String(node.attrs['at'] ?? '')),
    addNodeView() {
        return ({ node }) => {
            const at = String(node.attrs['at'] ?? '');
            const dom = h('time', { class: 'stamp', datetime: at, title: inUtc(at) });
            const stop = effect(() => {
                void utc.value, userZone.value, locale.value;
                dom.textContent = dayClock(at) || at;
            });
            return { dom, destroy: stop };
        };
    },
});

const EVIDENCE_ICON: Record<string, IconName> = {
    alert: 'bell', change: 'change', message: 'chat', decision: 'decision', hypothesis: 'hypothesis', notice: 'notice', image: 'image', url: 'link', event: 'track', note: 'chat',
};

/** The icon and the colour class of a kind of evidence or timeline event. */
export function evidenceLook(kind: string): { icon: IconName; tone: string } {
    const tone = ['alert', 'change', 'decision', 'hypothesis', 'notice'].includes(kind) ? kind : '';
    return { icon: EVIDENCE_ICON[kind] ?? 'track', tone };
}

/** A citation: what a sentence rests on. */
const Evidence = (ctx: EditorContext) => Node.create({
    name: 'evidence',
    group: 'inline',
    inline: true,
    selectable: true,
    draggable: true,
    atom: true,
    addAttributes() {
        return { kind: { default: 'event' }, id: { default: null }, title: { default: '' }, at: { default: null }, url: { default: null } };
    },
    parseHTML() {
        return [{ tag: 'span[data-evidence]', getAttrs: (el) => ({ kind: el.getAttribute('data-evidence'), id: el.getAttribute('data-id'), title: el.getAttribute('data-title'), at: el.getAttribute('data-at'), url: el.getAttribute('data-url') }) }];
    },
    renderHTML({ node }) {
        const a = node.attrs;
        return ['span', mergeAttributes({ class: `ev ${evidenceLook(a['kind']).tone}`, 'data-evidence': a['kind'], 'data-id': a['id'], 'data-title': a['title'], 'data-at': a['at'], 'data-url': a['url'] }), a['title']];
    },
    renderText: ({ node }) => `[${node.attrs['title']}]`,
    addNodeView() {
        return ({ node, editor }) => {
            const a = node.attrs as { kind: string; id: string | null; title: string; at: string | null; url: string | null };
            const look = evidenceLook(a.kind);
            const words = h('span', { class: 'ev-t' });
            const dom = h('span', { class: `ev ${look.tone}`, role: 'link', tabindex: editor.isEditable ? null : '0', 'data-title': a.title, 'data-at': a.at, 'aria-label': `${t('cited_source', { title: a.title })}${a.at ? `, ${inUtc(a.at)}` : ''}`,
                onclick: (e: MouseEvent) => {
                    if (editor.isEditable && !e.metaKey && !e.ctrlKey) return;
                    open();
                }, ondblclick: () => open(), onkeydown: (e: KeyboardEvent) => { if (e.key === 'Enter' && !editor.isEditable) open(); } }, icon(look.icon), words);
            const open = () => {
                const incident = ctx.incidents()[0]?.reference;
                if (a.url && /^(https?:\/\/|\/(?!\/))/.test(a.url)) ctx.open(a.url);
                else if (a.kind === 'alert' && a.id) ctx.open(`/alerts?alert=${encodeURIComponent(a.id)}`);
                else if (incident) ctx.open(`/incidents/${incident}?tab=timeline${a.id ? `&event=${encodeURIComponent(a.id)}` : ''}`);
            };
            const stop = effect(() => {
                void utc.value, userZone.value, locale.value;
                const time = a.at && !/\d:\d\d/.test(a.title) ? `, ${clock(a.at)}` : '';
                words.textContent = `${a.title}${time}`;
            });
            return { dom, destroy: stop };
        };
    },
});

export const inline = (ctx: EditorContext): Piece => ({
    extensions: [Mention(ctx), Timestamp, Evidence(ctx)],
    slash: [
        { id: 'mention', group: 'blocks', label: () => t('mention'), words: 'at person people @ 提及', icon: 'user', hint: '@', run: (e, r) => { e.chain().focus().deleteRange(r).insertContent('@').run(); } },
        { id: 'follow-up', group: 'blocks', label: () => t('follow_up'), words: 'action item todo task followup 跟进 改进 行动', icon: 'todo', run: (e, r) => {
            e.chain().focus().deleteRange(r).run();
            const line = e.state.selection.$from.parent.textContent.trim();
            const place = pin(e, e.state.selection.from);
            ctx.addFollowUp(line, (reference, title) => e.chain().focus().insertContentAt(place(), [
                ...(line ? [{ type: 'text', text: ' ' }] : []),
                { type: 'mention', attrs: { kind: 'follow_up', id: reference, label: line ? reference : `${reference} ${title}` } }, { type: 'text', text: ' ' }]).run());
        } },
        { id: 'time', group: 'blocks', label: () => t('now'), words: 'time now date 时间 现在', icon: 'clock', hint: clockSeconds(Date.now()),
            run: (e, r) => { e.chain().focus().deleteRange(r).insertContent([{ type: 'timestamp', attrs: { at: new Date().toISOString() } }, { type: 'text', text: ' ' }]).run(); } },
    ],
});
