/** Code with language and highlighting. */
import { CodeBlock as Base } from '@tiptap/extension-code-block';
import type { Node as PmNode } from '@tiptap/pm/model';
import { Plugin, PluginKey, type EditorState, type Transaction } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import { touched } from '../binding';
import type { Piece } from '../context';
import { h, icon } from '../dom';
import { t } from '../strings';

const LANGUAGES = ['bash', 'c', 'diff', 'dockerfile', 'go', 'ini', 'java', 'javascript', 'json', 'nginx', 'python', 'rust', 'sql', 'typescript', 'xml', 'yaml'];
const LONG = 40_000;            /* characters; longer code stays plain */
const key = new PluginKey<DecorationSet>('highlight');
let colour: typeof import('../highlight') | null = null;

const spans = new WeakMap<PmNode, { from: number; to: number; classes: string }[]>();

/** The colours of one block. */
function coloursOf(n: PmNode, pos: number): Decoration[] {
    const language = String(n.attrs['language'] ?? '');
    if (!colour || !language || n.content.size >= LONG) return [];
    let found = spans.get(n);
    if (!found) spans.set(n, (found = colour.highlight(n.textContent, language)));
    return found.map((s) => Decoration.inline(pos + 1 + s.from, pos + 1 + s.to, { class: s.classes }, { code: true }));
}

function codeIn(doc: PmNode, from: number, to: number, f: (n: PmNode, pos: number) => void): void {
    doc.nodesBetween(from, to, (n, pos) => {
        if (n.type.name === 'codeBlock') f(n, pos);
        return !n.isTextblock;
    });
}

function all(doc: PmNode): DecorationSet {
    const list: Decoration[] = [];
    if (colour) codeIn(doc, 0, doc.content.size, (n, pos) => list.push(...coloursOf(n, pos)));
    return list.length ? DecorationSet.create(doc, list) : DecorationSet.empty;
}

/** Only code that was touched is looked at again; other colours move along. */
function after(tr: Transaction, old: DecorationSet): DecorationSet {
    if (tr.getMeta(key)) return all(tr.doc);
    if (!tr.docChanged || !colour) return old;
    let set = old.map(tr.mapping, tr.doc);
    for (const [from, to] of touched([tr], tr.doc))
        codeIn(tr.doc, Math.max(0, from - 1), Math.min(tr.doc.content.size, to + 1), (n, pos) => {
            set = set.remove(set.find(pos, pos + n.nodeSize, (s) => s['code'] === true)).add(tr.doc, coloursOf(n, pos));
        });
    return set;
}

const highlighter = () => new Plugin<DecorationSet>({
    key,
    state: { init: (_c, s) => all(s.doc), apply: after },
    props: { decorations: (s) => key.getState(s) },
    view: (view) => {
        let asked = false;
        let gone = false;
        const look = (v: EditorView, before?: EditorState) => {
            if (colour || asked || before?.doc === v.state.doc) return;
            let found = false;
            codeIn(v.state.doc, 0, v.state.doc.content.size, (n) => { found ||= !!n.attrs['language']; });
            if (!found) return;
            asked = true;
            void import('../highlight').then((m) => {
                colour = m;
                if (!gone) view.dispatch(view.state.tr.setMeta(key, true));
            }, () => { asked = false; });
        };
        look(view);
        return { update: look, destroy: () => { gone = true; } };
    },
});

const CodeBlock = Base.extend({
    /* What stands on text but is no part of it. A mark that the schema does not allow would cost the block: the binding deletes it. */
    marks: 'comment insertion deletion proposed unsupported',
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
