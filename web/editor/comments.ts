/** Places of comments: words carry a mark, blocks without text an attribute. The threads themselves stand beside the document. */
import { Extension, type Editor } from '@tiptap/core';
import { Fragment, Slice, type Node as PmNode } from '@tiptap/pm/model';
import { NodeSelection, Plugin, PluginKey, type EditorState, type Transaction } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import { redrawn } from './redrawn';

/** Where something stands, for a server that may have other text by now (document/places.h). */
export type Place = { text?: string; at?: number; node?: string; index?: number };
export type Selected = { quote: string; places: Place[] };

/** Blocks that hold no text of their own and can be commented as a whole. */
const BLOCKS = ['image', 'liveBlock', 'horizontalRule', 'table'];
const LEAF = '\uFFFC';
const key = new PluginKey<DecorationSet>('comments');

function drawn(doc: PmNode, from: number, to: number): Decoration[] {
    const list: Decoration[] = [];
    doc.nodesBetween(from, to, (n, pos) => {
        const ids = n.attrs['comments'] as string | null;
        if (ids) list.push(Decoration.node(pos, pos + n.nodeSize, { 'data-comments': ids }));
        return !n.isTextblock;
    });
    return list;
}

/** Marks that stand somewhere in the document already are not pasted a second time; what was cut keeps its own. */
function withoutCopies(slice: Slice, state: EditorState): Slice {
    const here = new Set<string>();
    state.doc.descendants((n) => { for (const m of n.marks) if (m.type.name === 'comment') here.add(String(m.attrs['id'])); });
    if (!here.size) return slice;
    const clean = (f: Fragment): Fragment => {
        const out: PmNode[] = [];
        f.forEach((n) => {
            if (n.isText) out.push(n.mark(n.marks.filter((m) => m.type.name !== 'comment' || !here.has(String(m.attrs['id'])))));
            else out.push(n.copy(clean(n.content)));
        });
        return Fragment.from(out);
    };
    return new Slice(clean(slice.content), slice.openStart, slice.openEnd);
}

export type Correct = (trs: readonly Transaction[], before: EditorState, after: EditorState) => Transaction | null;

export const Comments = Extension.create({
    name: 'comments',
    addGlobalAttributes() {
        return [{ types: BLOCKS, attributes: { comments: { default: null, rendered: false } } }];
    },
    /** What suggesting makes of an edit; set while somebody suggests. A plugin of its own would restart the binding. */
    addStorage: (): { correct: Correct | null; begin: ((view: EditorView) => void) | null } => ({ correct: null, begin: null }),
    addProseMirrorPlugins() {
        return [new Plugin({ key: new PluginKey('suggesting'), appendTransaction: (trs, before, after) => this.storage.correct?.(trs, before, after) ?? null,
            /* What an input method composes is marked from its first letter on: to mark it afterwards would tear it. */
            props: { handleDOMEvents: { compositionstart: (view) => { this.storage.begin?.(view); return false; } } } }), new Plugin<DecorationSet>({
            key,
            state: {
                init: (_c, state) => DecorationSet.create(state.doc, drawn(state.doc, 0, state.doc.content.size)),
                apply: (tr, old) => redrawn(tr, old, drawn),
            },
            props: {
                decorations: (state) => key.getState(state),
                transformPasted: (slice, view) => withoutCopies(slice, view.state),
            },
        })];
    },
});

/** The range that is selected; in a document that one may only read, the browser knows it. */
function rangeOf(editor: Editor): { from: number; to: number; node: PmNode | null } | null {
    const { state, view } = editor;
    if (editor.isEditable) {
        const s = state.selection;
        return { from: s.from, to: s.to, node: s instanceof NodeSelection ? s.node : null };
    }
    const s = getSelection();
    if (!s?.rangeCount || !view.dom.contains(s.anchorNode) || !view.dom.contains(s.focusNode)) return null;
    const r = s.getRangeAt(0);
    try {
        return { from: view.posAtDOM(r.startContainer, r.startOffset), to: view.posAtDOM(r.endContainer, r.endOffset), node: null };
    } catch {
        return null;
    }
}

/** What is selected, as places that the server can find. A bare cursor means its block. */
export function selectedPlaces(editor: Editor): Selected | null {
    const range = rangeOf(editor);
    if (!range) return null;
    const { doc } = editor.state;
    let { from, to } = range;
    if (from === to) {
        const $at = doc.resolve(from);
        if (!$at.parent.isTextblock) return null;
        from = $at.start();
        to = $at.end();
    }
    const places: Place[] = [];
    const quote: string[] = [];
    const counts = new Map<string, number>();
    let before = 0;
    doc.descendants((n, pos) => {
        const index = counts.get(n.type.name) ?? 0;
        counts.set(n.type.name, index + 1);
        const inside = pos >= from && pos + n.nodeSize <= to;
        if ((range.node && pos === range.from && range.node.type === n.type) || (inside && n.isAtom && n.isBlock)) {
            if (BLOCKS.includes(n.type.name)) places.push({ node: n.type.name, index });
            else if (n.isTextblock && n.content.size) places.push({ text: n.textBetween(0, n.content.size, '', LEAF), at: before });
        } else if (n.isTextblock && pos < to && pos + n.nodeSize > from) {
            const a = Math.max(from - pos - 1, 0), b = Math.min(to - pos - 1, n.content.size);
            const text = a < b ? n.textBetween(a, b, '', LEAF) : '';
            if (text.replaceAll(LEAF, '').trim()) {
                places.push({ text, at: before + n.textBetween(0, a, '', LEAF).length });
                quote.push(n.textBetween(a, b, '', (x) => String(x.attrs['label'] ?? x.attrs['title'] ?? '')));
            }
        }
        if (n.isTextblock) before += n.textBetween(0, n.content.size, '', LEAF).length;
        return !n.isTextblock;
    });
    return places.length && places.length <= 50 ? { quote: quote.join('\n').slice(0, 2000), places } : null;
}

/** Ids of threads in the order in which they stand in the text; of those that begin at one letter the elder first, as ids are given in time. */
export function threadOrder(editor: Editor): string[] {
    const out: string[] = [];
    let here: string[] = [], before: HTMLElement | null = null;
    const begins = (el: HTMLElement) => { for (let n: Element = el; n !== before; n = n.parentElement!) if (!n.parentElement || n.parentElement.firstChild !== n) return false; return true; };
    for (const el of editor.view.dom.querySelectorAll<HTMLElement>('[data-comment], [data-comments]')) {
        if (!before || !before.contains(el) || !begins(el)) {
            out.push(...here.sort());
            here = [];
        }
        here.push(...(el.dataset['comment'] ?? el.dataset['comments'] ?? '').split(' '));
        before = el;
    }
    return [...new Set([...out, ...here.sort()])].filter(Boolean);
}

/** Elements of a thread's place. */
export function threadElements(editor: Editor, id: string): HTMLElement[] {
    const safe = CSS.escape(id);
    return [...editor.view.dom.querySelectorAll<HTMLElement>(`[data-comment="${safe}"], [data-comments~="${safe}"]`)];
}

/** The threads that a click in the text may mean, the innermost first. */
export function threadsAt(target: EventTarget | null): string[] {
    const out: string[] = [];
    for (let el = target as HTMLElement | null; el && !el.classList?.contains('doc-body'); el = el.parentElement)
        out.push(...(el.dataset?.['comment'] ?? el.dataset?.['comments'] ?? '').split(' ').filter(Boolean));
    return out;
}

let sheet: CSSStyleSheet | null = null;
/** Which threads show in the text, and which of them is the one that is read. One rule, however long the document. */
export function showThreads(open: readonly string[], active: string | null): void {
    if (!sheet) document.adoptedStyleSheets = [...document.adoptedStyleSheets, (sheet = new CSSStyleSheet())];
    const of = (ids: readonly string[], kind: 'text' | 'block') => ids.map((id) => (kind === 'text' ? `[data-comment="${CSS.escape(id)}"]` : `[data-comments~="${CSS.escape(id)}"]`)).join(',');
    const rules: string[] = [];
    if (open.length) {
        rules.push(`.doc-body :is(${of(open, 'text')}) { background: var(--mark); box-shadow: inset 0 calc(var(--half) * -1) var(--mark-line); cursor: pointer; }`,
            `.doc-body :is(${of(open, 'block')}) { box-shadow: 0 0 0 var(--half) var(--mark-line); border-radius: var(--r-m); }`);
    }
    if (active) {
        rules.push(`.doc-body ${of([active], 'text')} { background: var(--mark); box-shadow: inset 0 calc(var(--half) * -2) var(--mark-line); }`,
            `.doc-body ${of([active], 'block')} { box-shadow: 0 0 0 calc(var(--half) * 2) var(--mark-line); border-radius: var(--r-m); }`);
    }
    sheet.replaceSync(rules.join('\n'));
}
