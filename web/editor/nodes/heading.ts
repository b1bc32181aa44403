/**
 * Headings, and with them the sections: a section heading of the template carries `section` (its key) and `guide`, which
 * is shown while the section is empty and never published. `required` says that the report needs the section.
 */
import { Heading as Base } from '@tiptap/extension-heading';
import type { Node as PmNode } from '@tiptap/pm/model';
import { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import type { Piece } from '../context';
import { h } from '../dom';
import { t } from '../strings';

/** Content of a section: from after its heading to the next heading of the same or a higher level. */
export type Section = { pos: number; level: number; title: string; key: string; guide: string; required: boolean; from: number; to: number; empty: boolean; node: PmNode };

const FULL = new Set(['image', 'liveBlock', 'horizontalRule', 'table', 'evidence', 'mention', 'timestamp']);

/** Kept per node: a keystroke makes one new block, all others were asked before. */
const known = new WeakMap<PmNode, boolean>();

function hasContent(node: PmNode): boolean {
    if (node.isText) return /\S/.test(node.text ?? '');
    if (FULL.has(node.type.name)) return true;
    let found = known.get(node);
    if (found === undefined) {
        found = node.content.content.some(hasContent);
        known.set(node, found);
    }
    return found;
}

const listed = new WeakMap<PmNode, Section[]>();

/** The sections of a document in order; `empty` when nothing but blank paragraphs stand in them. */
export function sections(doc: PmNode): Section[] {
    const kept = listed.get(doc);
    if (kept) return kept;
    const out: Section[] = [];
    let open: Section[] = [];
    doc.forEach((node, pos) => {
        if (node.type.name !== 'heading') {
            if (open.some((s) => s.empty) && hasContent(node)) for (const s of open) s.empty = false;
            return;
        }
        const level = Number(node.attrs['level']);
        for (const s of open) if (level <= s.level) s.to = pos;
        open = open.filter((s) => s.to < 0);
        if (hasContent(node)) for (const s of open) s.empty = false;
        const section = { pos, level, title: node.textContent, key: String(node.attrs['section'] ?? ''), guide: String(node.attrs['guide'] ?? ''), required: node.attrs['required'] === true,
            from: pos + node.nodeSize, to: -1, empty: true, node };
        out.push(section);
        open.push(section);
    });
    for (const s of open) s.to = doc.content.size;
    listed.set(doc, out);
    return out;
}

function guides(doc: PmNode, head: number): DecorationSet {
    const list: Decoration[] = [];
    for (const s of sections(doc)) {
        if (!s.empty || !s.guide) continue;
        const first = s.from < doc.content.size ? doc.nodeAt(s.from) : null;
        const blank = first?.type.name === 'paragraph' && s.from < s.to;
        const inside = blank && head > s.from && head < s.from + first.nodeSize;
        list.push(Decoration.widget(s.from, (view, getPos) => h('p', { class: 'guide', contenteditable: 'false', onmousedown: (e: MouseEvent) => {
            const at = getPos();
            if (!view.editable || at === undefined) return;
            e.preventDefault();
            const para = view.state.doc.nodeAt(at);
            let tr = view.state.tr;
            if (para?.type.name !== 'paragraph') tr = tr.insert(at, view.state.schema.nodes['paragraph']!.create());
            view.dispatch(tr.setSelection(near(tr.doc, at + 1)));
            view.focus();
        } }, s.guide), { side: -1, key: `guide ${s.guide}`, ignoreSelection: true }));
        if (blank) list.push(Decoration.node(s.from, s.from + first.nodeSize, { class: inside ? 'guided-here' : 'guided' }));
    }
    return list.length ? DecorationSet.create(doc, list) : DecorationSet.empty;
}

const near = (doc: PmNode, pos: number) => TextSelection.near(doc.resolve(pos));

const guideKey = new PluginKey<DecorationSet>('guides');

const Heading = Base.extend({
    addAttributes() {
        return {
            ...this.parent?.(),
            section: { default: null, parseHTML: (el) => el.getAttribute('data-section'), renderHTML: (a) => (a['section'] ? { 'data-section': a['section'] as string } : {}) },
            required: { default: null, parseHTML: () => null, renderHTML: () => ({}) },
            guide: { default: null, parseHTML: (el) => el.getAttribute('data-guide'), renderHTML: (a) => (a['guide'] ? { 'data-guide': a['guide'] as string } : {}) },
        };
    },
    addProseMirrorPlugins() {
        return [new Plugin({
            key: guideKey,
            state: {
                init: (_c, s) => guides(s.doc, s.selection.head),
                apply: (tr, old, _before, s) => (tr.docChanged || (tr.selectionSet && old !== DecorationSet.empty) ? guides(s.doc, s.selection.head) : old),
            },
            props: { decorations: (state) => guideKey.getState(state) },
        })];
    },
}).configure({ levels: [1, 2, 3, 4] });

export const heading: Piece = {
    extensions: [Heading],
    slash: ([1, 2, 3] as const).map((level) => ({
        id: `h${level}`, group: 'text' as const, label: () => t(`h${level}`), words: `heading title 标题 h${level}`, icon: 'heading' as const, hint: '#'.repeat(level),
        run: (editor, range) => { editor.chain().focus().deleteRange(range).setNode('heading', { level }).run(); },
    })),
};
