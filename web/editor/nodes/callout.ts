/** A boxed remark: information, success, warning, danger. */
import { InputRule, Node, mergeAttributes, wrappingInputRule } from '@tiptap/core';
import type { Piece, SlashItem } from '../context';
import { h, icon } from '../dom';
import { openMenu } from '../menus/menu';
import { t } from '../strings';

export const CALLOUTS = ['info', 'success', 'warning', 'danger'] as const;
type Kind = (typeof CALLOUTS)[number];
const ICON = { info: 'info', success: 'check', warning: 'warning', danger: 'flag' } as const;
const GITHUB: Record<string, Kind> = { note: 'info', tip: 'success', important: 'info', warning: 'warning', caution: 'danger' };
const kindOf = (k: unknown): Kind => (CALLOUTS.includes(k as Kind) ? (k as Kind) : 'info');

const Callout = Node.create({
    name: 'callout',
    group: 'block',
    content: 'block+',
    defining: true,
    addAttributes() {
        return { kind: { default: 'info', parseHTML: (el) => kindOf(el.getAttribute('data-callout')), renderHTML: (a) => ({ 'data-callout': a['kind'] as string }) } };
    },
    parseHTML() {
        return [{ tag: 'aside[data-callout]' }, { tag: 'div[data-callout]' }];
    },
    renderHTML({ HTMLAttributes }) {
        return ['aside', mergeAttributes({ class: 'callout' }, HTMLAttributes), 0];
    },
    addInputRules() {
        return [
            wrappingInputRule({ find: /^!(info|success|warning|danger)?\s$/, type: this.type, getAttributes: (m) => ({ kind: kindOf(m[1]) }) }),
            /* as GitHub writes them: `> [!WARNING] ` (the `> ` has made a quote by then) */
            new InputRule({ find: /^\[!(note|tip|important|warning|caution)\]\s$/i, handler: ({ range, match, chain, state }) => {
                const kind = GITHUB[match[1]!.toLowerCase()] ?? 'info';
                const quoted = state.doc.resolve(range.from).node(-1)?.type.name === 'blockquote';
                const c = chain().deleteRange(range);
                (quoted ? c.lift('blockquote') : c).wrapIn('callout', { kind }).run();
            } }),
        ];
    },
    addKeyboardShortcuts() {
        return {
            /* Enter in an empty last line leaves the box. */
            Enter: ({ editor }) => {
                const { $from, empty } = editor.state.selection;
                if (!empty || $from.depth < 2 || $from.node(-1).type !== this.type || $from.parent.content.size) return false;
                if ($from.index(-1) !== $from.node(-1).childCount - 1 || $from.node(-1).childCount < 2) return false;
                return editor.commands.liftEmptyBlock();
            },
            Backspace: ({ editor }) => {
                const { $from, empty } = editor.state.selection;
                if (!empty || $from.parentOffset > 0 || $from.depth < 2 || $from.node(-1).type !== this.type || $from.index(-1) !== 0) return false;
                return editor.commands.lift(this.name);
            },
        };
    },
    addNodeView() {
        return ({ node, editor, getPos }) => {
            let current = node;
            const pick = (kind: Kind) => {
                const pos = getPos();
                if (pos !== undefined) editor.view.dispatch(editor.state.tr.setNodeMarkup(pos, undefined, { ...current.attrs, kind }));
            };
            const button = h('button', { type: 'button', class: 'callout-kind', contenteditable: 'false', 'aria-haspopup': 'menu', onclick: () => {
                if (!editor.isEditable) return;
                openMenu(button, t('callout_kind'), [
                    ...CALLOUTS.map((k) => ({ label: t(`callout_${k}`), icon: ICON[k], checked: k === kindOf(current.attrs['kind']), run: () => pick(k) })), 'line',
                    { label: t('callout_remove'), run: () => {
                        const pos = getPos();
                        if (pos !== undefined) editor.chain().setTextSelection(pos + 2).lift('callout').run();
                    } }], () => { editor.commands.focus(); });
            } });
            const body = h('div', { class: 'callout-body' });
            const dom = h('aside', { class: 'callout' }, button, body);
            const show = () => {
                const k = kindOf(current.attrs['kind']);
                dom.dataset['callout'] = k;
                button.replaceChildren(icon(ICON[k]));
                button.title = editor.isEditable ? `${t('callout_kind')}: ${t(`callout_${k}`)}` : t(`callout_${k}`);
                button.setAttribute('aria-label', button.title);
            };
            show();
            return {
                dom, contentDOM: body,
                update: (n) => {
                    if (n.type !== current.type) return false;
                    current = n;
                    show();
                    return true;
                },
                stopEvent: (e) => button.contains(e.target as globalThis.Node),
                ignoreMutation: (m) => m.type !== 'selection' && !body.contains(m.target as globalThis.Node),
            };
        };
    },
});

export const callout: Piece = {
    extensions: [Callout],
    slash: CALLOUTS.map((kind): SlashItem => ({
        id: `callout-${kind}`, group: 'blocks', label: () => t(`callout_${kind}`), words: `callout box ${kind} 提示 ${kind === 'info' ? 'note' : ''}`, icon: ICON[kind],
        run: (e, r) => { e.chain().focus().deleteRange(r).wrapIn('callout', { kind }).run(); },
    })),
};
