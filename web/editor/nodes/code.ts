/** Code with language and highlighting. */
import { CodeBlock as Base } from '@tiptap/extension-code-block';
import type { Node as PmNode } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import type { Piece } from '../context';
import { h, icon } from '../dom';
import { t } from '../strings';

const LANGUAGES = ['bash', 'c', 'diff', 'dockerfile', 'go', 'ini', 'java', 'javascript', 'json', 'nginx', 'python', 'rust', 'sql', 'typescript', 'xml', 'yaml'];
const LONG = 40_000;            /* characters; longer code stays plain */
const key = new PluginKey<DecorationSet>('highlight');
let colour: typeof import('../highlight') | null = null;

const hasCode = (doc: PmNode) => {
    let found = false;
    doc.descendants((n) => {
        if (n.type.name === 'codeBlock' && n.attrs['language']) found = true;
        return !found && !n.isTextblock;
    });
    return found;
};

function colours(doc: PmNode): DecorationSet {
    if (!colour) return DecorationSet.empty;
    const list: Decoration[] = [];
    doc.descendants((n, pos) => {
        const language = n.type.name === 'codeBlock' ? String(n.attrs['language'] ?? '') : '';
        if (language && n.textContent.length < LONG)
            for (const s of colour!.highlight(n.textContent, language)) list.push(Decoration.inline(pos + 1 + s.from, pos + 1 + s.to, { class: s.classes }));
        return !n.isTextblock;
    });
    return DecorationSet.create(doc, list);
}

/** Did the step touch code? If not, the old colours only move. */
const codeOf = (doc: PmNode) => {
    let text = '';
    doc.descendants((n) => {
        if (n.type.name === 'codeBlock') text += `${n.attrs['language']}\u0000${n.textContent}\u0000`;
        return !n.isTextblock;
    });
    return text;
};

const highlighter = () => new Plugin<DecorationSet>({
    key,
    state: {
        init: (_c, s) => colours(s.doc),
        apply: (tr, set, before) => (tr.getMeta(key) || (tr.docChanged && codeOf(before.doc) !== codeOf(tr.doc)) ? colours(tr.doc) : set.map(tr.mapping, tr.doc)),
    },
    props: { decorations: (s) => key.getState(s) },
    view: (view) => {
        let asked = false;
        let gone = false;
        const look = () => {
            if (colour || asked || !hasCode(view.state.doc)) return;
            asked = true;
            void import('../highlight').then((m) => {
                colour = m;
                if (!gone) view.dispatch(view.state.tr.setMeta(key, true));
            }, () => { asked = false; });
        };
        look();
        return { update: look, destroy: () => { gone = true; } };
    },
});

const CodeBlock = Base.extend({
    addNodeView() {
        return ({ node, editor, getPos }) => {
            let current = node;
            const select = h('select', { class: 'code-lang', 'aria-label': t('language'), contenteditable: 'false', onchange: () => {
                const pos = getPos();
                if (pos === undefined) return;
                editor.view.dispatch(editor.state.tr.setNodeMarkup(pos, undefined, { ...current.attrs, language: select.value || null }));
            } });
            select.append(h('option', { value: '' }, t('plain')), ...LANGUAGES.map((l) => h('option', { value: l }, l)));
            const copy = h('button', { type: 'button', class: 'btn plain icon sm', 'aria-label': t('copy'), title: t('copy'), contenteditable: 'false',
                onclick: () => void navigator.clipboard?.writeText(current.textContent) }, icon('copy'));
            const code = h('code', { spellcheck: 'false' });
            const dom = h('div', { class: 'codeblock' }, h('div', { class: 'code-bar', contenteditable: 'false' }, select, copy), h('pre', {}, code));
            const show = () => {
                const l = String(current.attrs['language'] ?? '');
                if (l && !LANGUAGES.includes(l) && ![...select.options].some((o) => o.value === l)) select.append(h('option', { value: l }, l));
                select.value = l;
                select.disabled = !editor.isEditable;
            };
            show();
            return {
                dom, contentDOM: code,
                update: (n) => {
                    if (n.type !== current.type) return false;
                    current = n;
                    show();
                    return true;
                },
                stopEvent: (e) => dom.querySelector('.code-bar')!.contains(e.target as Node),
                ignoreMutation: (m) => !code.contains(m.target as Node),
            };
        };
    },
    addProseMirrorPlugins() {
        return [...(this.parent?.() ?? []), highlighter()];
    },
}).configure({ defaultLanguage: null, enableTabIndentation: true, tabSize: 4 });

export const code: Piece = {
    extensions: [CodeBlock],
    slash: [{ id: 'code', group: 'blocks', label: () => t('code_block'), words: 'code snippet log pre 代码 日志', icon: 'code', hint: '```', run: (e, r) => { e.chain().focus().deleteRange(r).setCodeBlock().run(); } }],
};
