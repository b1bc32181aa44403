/**
 * The text on screen and the Yjs document, kept equal: ProseMirror's document ↔ the XmlFragment.
 *
 * y-tiptap's own binding builds every block anew whenever somebody else writes, looks at every block whenever anything
 * happens, and deletes what two people together made invalid. With thousands of blocks and many people that is felt, so
 * this one touches only what changed:
 *   a local change     compares blocks by identity and hands only those that differ to y-tiptap's updateYFragment;
 *   a remote change    builds only the blocks that changed, and becomes one step over the smallest range, so that
 *                      cursors, marks of a search and the selection move as with any other edit;
 *   what is invalid    (two people emptied one list together) is shown mended and kept; see mend.ts for who writes it.
 * The plugin's state stands under y-tiptap's key, so that what is written for y-tiptap finds it.
 */
import { Extension } from '@tiptap/core';
import { Fragment, Mark, type Node as PmNode, type NodeType, type Schema } from '@tiptap/pm/model';
import { Plugin, Selection, TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state';
import { AddMarkStep, RemoveMarkStep, ReplaceStep, StepResult } from '@tiptap/pm/transform';
import type { EditorView } from '@tiptap/pm/view';
import { updateYFragment, ySyncPluginKey, yUndoPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import { OwnUndo } from './undo';

type AnyType = Y.AbstractType<any>;
type Kept = PmNode | PmNode[];
type Ends = { anchor: Y.RelativePosition; head: Y.RelativePosition };
/** As many blocks as are compared one by one; more at once (a paste, a replace) go through y-tiptap's own comparison. */
const FEW = 12;

/** A replacement whose outcome is known already: the nodes of `after` stand in the document as they are. */
class KnownStep extends ReplaceStep {
    constructor(from: number, to: number, slice: ReplaceStep['slice'], private readonly before: PmNode, private readonly after: PmNode) {
        super(from, to, slice);
    }

    override apply(doc: PmNode): StepResult {
        return doc === this.before ? StepResult.ok(this.after) : super.apply(doc);
    }
}

/** The smallest range in which two documents differ. */
export function changedRange(a: PmNode, b: PmNode): { from: number; toA: number; toB: number } | null {
    const from = a.content.findDiffStart(b.content);
    if (from === null) return null;
    const end = a.content.findDiffEnd(b.content)!;
    const overlap = Math.max(0, from - Math.min(end.a, end.b));
    return { from, toA: end.a + overlap, toB: end.b + overlap };
}

/** A node of this type with this content, made valid if it is not: what is missing is added, what does not fit wrapped or opened. */
export function fit(type: NodeType, attrs: Record<string, unknown>, content: Fragment): { node: PmNode; mended: boolean } {
    if (type.validContent(content)) return { node: type.create(attrs, content), mended: false };
    let match = type.contentMatch;
    const out: PmNode[] = [];
    const add = (given: PmNode): void => {
        const n = given.mark(type.allowedMarks(given.marks));
        const direct = match.matchType(n.type);
        if (direct) {
            match = direct;
            out.push(n);
            return;
        }
        const missing = match.fillBefore(Fragment.from(n));
        const then = missing && match.matchFragment(missing)?.matchType(n.type);
        if (missing && then) {
            missing.forEach((m) => out.push(m));
            out.push(n);
            match = then;
            return;
        }
        const wrap = match.findWrapping(n.type);
        if (wrap?.length) {
            const inside = wrap.reduceRight<PmNode>((inner, t) => fit(t, {}, Fragment.from(inner)).node, n);
            match = match.matchType(inside.type) ?? match;
            out.push(inside);
        } else n.forEach(add);
    };
    content.forEach(add);
    match.fillBefore(Fragment.empty, true)?.forEach((m) => out.push(m));
    const node = type.create(attrs, out);
    return { node: type.validContent(node.content) ? node : type.createAndFill(attrs) ?? node, mended: true };
}

export class Binding {
    /** What each Yjs element is on screen; y-tiptap's functions read and write it. */
    readonly mapping = new WeakMap<AnyType, Kept>() as unknown as Map<AnyType, Kept>;
    readonly isOMark = new Map();
    readonly doc: Y.Doc;
    /** Elements that are shown mended. */
    readonly mended = new Set<Y.XmlElement>();
    prosemirrorView: EditorView | null = null;
    /** Called after each change by somebody else. */
    onPull: () => void = () => {};
    private synced: PmNode | null = null;
    private pushing = false;
    private before: Ends | null = null;
    private gone = false;
    private clash = false;

    constructor(readonly type: Y.XmlFragment) {
        this.doc = type.doc!;
    }

    start(view: EditorView): void {
        this.prosemirrorView = view;
        this.synced = view.state.doc;
        this.type.observeDeep(this.changed);
        this.doc.on('beforeTransaction', this.remember);
        if (this.type.length) this.pull(false);
    }

    stop(): void {
        this.gone = true;
        this.type.unobserveDeep(this.changed);
        this.doc.off('beforeTransaction', this.remember);
        this.prosemirrorView = null;
    }

    /* ---- from the screen ------------------------------------------------------------------------------------- */

    /** Writes what changed on screen. `undoable`: undo takes it back. */
    push(state: EditorState, undoable: boolean): void {
        const old = this.synced;
        if (this.gone || !old || state.doc === old) return;
        /* An untouched empty page is not content yet. */
        if (!this.type.length && state.doc.eq(state.doc.type.createAndFill()!)) return;
        this.synced = state.doc;
        this.own(() => { if (!this.patch(old, state.doc)) updateYFragment(this.doc, this.type, state.doc, this); }, undoable);
    }

    /** Runs what writes to Yjs without hearing it as somebody else's change. */
    own(write: () => void, undoable: boolean): void {
        this.pushing = true;
        try {
            this.doc.transact((tr) => {
                tr.meta.set('addToHistory', undoable);
                write();
            }, ySyncPluginKey);
        } finally {
            this.pushing = false;
        }
    }

    /** Writes a few changed blocks; false when more happened than that. */
    private patch(old: PmNode, doc: PmNode): boolean {
        const least = Math.min(old.childCount, doc.childCount);
        let left = 0;
        while (left < least && old.child(left) === doc.child(left)) left++;
        let right = 0;
        while (right < least - left && old.child(old.childCount - right - 1) === doc.child(doc.childCount - right - 1)) right++;
        const was = slice(old, left, old.childCount - right);
        const is = slice(doc, left, doc.childCount - right);
        if (was.length > FEW || is.length > FEW || is.some((n) => was.includes(n))) return false;            /* moved: y-tiptap keeps identities */
        if (this.type.length !== old.childCount) return false;
        const there = was.map((_n, i) => this.type.get(left + i) as Y.XmlElement);            /* slice() would walk there from the beginning */
        if (!there.every((y, i) => y instanceof Y.XmlElement && this.mapping.get(y) === was[i])) return false;
        /* Which of the new blocks is the old one: the first, unless the last is what the last was (Enter before a text). */
        const fromEnd = was.length !== is.length && was.length > 0 && is.length > 0 && was[was.length - 1]!.content.eq(is[is.length - 1]!.content) && !was[0]!.content.eq(is[0]!.content);
        const kept = Math.min(was.length, is.length);
        const w0 = fromEnd ? was.length - kept : 0;
        const i0 = fromEnd ? is.length - kept : 0;
        const make = (at: number, nodes: PmNode[]) => {
            const els = nodes.map((n) => new Y.XmlElement(n.type.name));
            this.type.insert(at, els);
            nodes.forEach((n, i) => updateYFragment(this.doc, els[i]!, n, this));
        };
        for (let k = kept - 1; k >= 0; k--) {
            const y = there[w0 + k]!;
            const n = is[i0 + k]!;
            if (y.nodeName === n.type.name) updateYFragment(this.doc, y, n, this);
            else {
                this.type.delete(left + w0 + k, 1);
                make(left + w0 + k, [n]);
            }
        }
        const at = fromEnd ? left : left + kept;
        if (was.length > kept) this.type.delete(at, was.length - kept);
        if (is.length > kept) make(at, fromEnd ? is.slice(0, i0) : is.slice(kept));
        return true;
    }

    /* ---- from the others --------------------------------------------------------------------------------------- */

    private readonly remember = (): void => {
        const view = this.prosemirrorView;
        if (this.pushing || !view) return;
        const { selection } = view.state;
        const anchor = this.relative(view.state.doc, selection.anchor);
        const head = selection.empty ? anchor : this.relative(view.state.doc, selection.head);
        this.before = anchor && head ? { anchor, head } : null;
    };

    private readonly changed = (_events: unknown, transaction: Y.Transaction): void => {
        if (this.pushing || this.gone) return;
        transaction.changed.forEach((_v, type) => this.mapping.delete(type as AnyType));
        transaction.changedParentTypes.forEach((_v, type) => this.mapping.delete(type));
        this.pull(transaction.origin instanceof Y.UndoManager);
        this.onPull();
    };

    /** Brings the screen to what the Yjs document says. */
    private pull(undoing: boolean): void {
        const view = this.prosemirrorView;
        if (!view) return;
        const { state } = view;
        const blocks: PmNode[] = [];
        for (const y of this.type.toArray()) {
            const n = y instanceof Y.XmlElement ? this.nodeOf(y, state.schema) : null;
            if (n) blocks.push(n);
        }
        const top = state.schema.topNodeType;
        const after = blocks.length ? top.create(state.doc.attrs, blocks) : top.createAndFill()!;
        const range = changedRange(state.doc, after);
        this.synced = after;
        if (!range) return this.adopt(state, after);
        const { tr } = state;
        tr.step(new KnownStep(range.from, range.toA, after.slice(range.from, range.toB), state.doc, after));
        this.select(tr, state, range, undoing);
        tr.setMeta(ySyncPluginKey, { isChangeOrigin: true, isUndoRedoOperation: undoing }).setMeta('addToHistory', false).setMeta('preventAutolink', true);
        view.dispatch(tr);
    }

    /** Equal content in other nodes: the nodes on screen stay, and are what the elements are mapped to from now on. */
    private adopt(state: EditorState, after: PmNode): void {
        this.synced = state.doc;
        if (state.doc.childCount !== after.childCount || this.type.length !== after.childCount) return;
        this.type.toArray().forEach((y, i) => { if (y instanceof Y.XmlElement && this.mapping.get(y) !== state.doc.child(i)) this.mapping.set(y, state.doc.child(i)); });
    }

    /** Where the selection is afterwards: mapped, or found again by its neighbours when the change went through it. */
    private select(tr: Transaction, state: EditorState, range: { from: number; toA: number; toB: number }, undoing: boolean): void {
        const { selection } = state;
        if (undoing) {
            tr.setSelection(Selection.near(tr.doc.resolve(Math.min(range.toB, tr.doc.content.size)), -1)).scrollIntoView();
            return;
        }
        const hit = (p: number) => p >= range.from && p <= range.toA;
        if (!(selection instanceof TextSelection) || !this.before || (!hit(selection.anchor) && !hit(selection.head))) return;
        const anchor = this.absolute(tr.doc, this.before.anchor);
        const head = this.absolute(tr.doc, this.before.head);
        if (anchor === null || head === null) return;
        tr.setSelection(TextSelection.between(tr.doc.resolve(anchor), tr.doc.resolve(head)));
    }

    private nodeOf(el: Y.XmlElement, schema: Schema): PmNode | null {
        const known = this.mapping.get(el);
        if (known && !Array.isArray(known)) return known;
        const type = schema.nodes[el.nodeName];
        if (!type) return null;
        const kids: PmNode[] = [];
        let clash = false;
        for (const child of el.toArray()) {
            if (child instanceof Y.XmlElement) {
                const n = this.nodeOf(child, schema);
                if (n) kids.push(n);
            } else if (child instanceof Y.XmlText) {
                joinOwn(child);
                this.clash = false;
                kids.push(...this.textOf(child, schema));
                clash ||= this.clash;
            }
        }
        const { node, mended } = fit(type, el.getAttributes(), Fragment.fromArray(kids));
        if (mended || clash) this.mended.add(el);
        else this.mended.delete(el);
        this.mapping.set(el, node);
        return node;
    }

    private textOf(text: Y.XmlText, schema: Schema): PmNode[] {
        const nodes: PmNode[] = [];
        for (const d of text.toDelta() as { insert: unknown; attributes?: Record<string, Record<string, unknown>> }[]) {
            if (typeof d.insert !== 'string' || !d.insert) continue;
            const given = Object.entries(d.attributes ?? {}).flatMap(([name, attrs]) => {
                const mark = schema.marks[name.replace(/--[a-zA-Z0-9+/=]{8}$/, '')];
                return mark ? [mark.create(attrs)] : [];
            });
            /* One made it code while another made it bold: marks that exclude each other are not both shown. */
            const marks = Mark.setFrom(given).reduce((set, m) => m.addToSet(set), Mark.none);
            if (marks.length !== given.length) this.clash = true;
            nodes.push(schema.text(d.insert, marks));
        }
        this.mapping.set(text as unknown as AnyType, nodes);
        return nodes;
    }

    /* ---- places -------------------------------------------------------------------------------------------------- */

    /** A place in the document as Yjs remembers it, or null where the screen is ahead of Yjs. */
    relative(doc: PmNode, pos: number): Y.RelativePosition | null {
        const $pos = doc.resolve(Math.min(pos, doc.content.size));
        let y: Y.XmlFragment | Y.XmlElement = this.type;
        for (let d = 0; d < $pos.depth; d++) {
            const next: unknown = elementAt(y, $pos.index(d));
            if (!(next instanceof Y.XmlElement) || next.nodeName !== $pos.node(d + 1).type.name) return null;
            y = next;
        }
        if (!$pos.parent.isTextblock) return Y.createRelativePositionFromTypeIndex(y as unknown as AnyType, Math.min($pos.index(), y.length), -1);
        let rest = $pos.parentOffset;
        let i = 0;
        for (let item = first(y); item; item = item.next, i++) {
            const t = (item.content as Y.ContentType).type as unknown;
            const size = t instanceof Y.XmlText ? t.length : 1;
            if (t instanceof Y.XmlText && rest <= size) return Y.createRelativePositionFromTypeIndex(t as unknown as AnyType, rest, -1);
            if (rest <= 0) break;
            rest -= size;
        }
        return Y.createRelativePositionFromTypeIndex(y as unknown as AnyType, Math.min(i, y.length), -1);
    }

    /** Where a remembered place is now, or null when its text is gone. */
    absolute(doc: PmNode, at: Y.RelativePosition): number | null {
        const found = Y.createAbsolutePositionFromRelativePosition(at, this.doc);
        if (!found) return null;
        const path: number[] = [];
        let type = found.type as AnyType;
        let inner = 0;
        if (type instanceof Y.XmlText) {
            inner = found.index;
            for (let item = first(type._item!.parent as Y.XmlElement); item && (item.content as Y.ContentType).type !== type; item = item.next) {
                const t = (item.content as Y.ContentType).type as unknown;
                inner += t instanceof Y.XmlText ? t.length : 1;
            }
            type = type._item!.parent as AnyType;
        } else inner = -1 - found.index;
        for (; type !== (this.type as unknown); type = type._item.parent as AnyType) {
            if (!type._item || type._item.deleted) return null;
            path.unshift(indexOf(type));
        }
        let node = doc;
        let pos = 0;
        for (const i of path) {
            if (i < 0 || i >= node.childCount) return null;
            for (let k = 0; k < i; k++) pos += node.child(k).nodeSize;
            node = node.child(i);
            pos++;
        }
        if (inner < 0) {
            for (let k = 0; k < -1 - inner && k < node.childCount; k++) pos += node.child(k).nodeSize;
            return pos;
        }
        return node.isTextblock ? pos + Math.min(inner, node.content.size) : null;
    }
}

function slice(doc: PmNode, from: number, to: number): PmNode[] {
    const out: PmNode[] = [];
    for (let i = from; i < to; i++) out.push(doc.child(i));
    return out;
}

type Item = Y.Item & { next: Item | null };

/** The first item of an element that is not deleted. */
function first(y: Y.XmlFragment | Y.XmlElement): Item | null {
    let item = y._start;
    while (item?.deleted) item = item.right;
    return item as Item | null;
}

function elementAt(y: Y.XmlFragment, index: number): unknown {
    let item = first(y);
    for (let i = 0; item && i < index; i++) item = item.next;
    return item ? (item.content as Y.ContentType).type : null;
}

function indexOf(type: AnyType): number {
    let i = 0;
    let item = first(type._item!.parent as Y.XmlFragment);
    for (; item && (item.content as Y.ContentType).type !== (type as unknown); item = item.next) i++;
    return item ? i : -1;
}

/** Two people began to write in one empty block, so that it has two texts: whoever wrote the right one moves it into the left. */
function joinOwn(text: Y.XmlText): void {
    const right = (text._item?.right as Y.Item | null)?.content as Y.ContentType | undefined;
    const next = right?.type as unknown;
    if (!(next instanceof Y.XmlText) || next._item!.deleted || next._item!.id.client !== next.doc!.clientID) return;
    next.doc!.transact((tr) => {
        text.applyDelta([{ retain: text.length }, ...next.toDelta()]);
        next._item!.delete(tr);
    }, 'join');
}

/** Where transactions touched the document, as ranges of what it is afterwards. */
export function touched(trs: readonly Transaction[], doc: PmNode): [from: number, to: number][] {
    const out: [number, number][] = [];
    trs.forEach((tr, n) => tr.steps.forEach((step, i) => {
        const add = (from: number, to: number) => {
            let [a, b] = [tr.mapping.slice(i + 1).map(from, -1), tr.mapping.slice(i + 1).map(to, 1)];
            for (const later of trs.slice(n + 1)) [a, b] = [later.mapping.map(a, -1), later.mapping.map(b, 1)];
            out.push([Math.max(0, Math.min(a, doc.content.size)), Math.max(0, Math.min(b, doc.content.size))]);
        };
        const marks = step as unknown as { from: number; to: number };
        if (step instanceof AddMarkStep || step instanceof RemoveMarkStep) add(marks.from, marks.to);
        else tr.mapping.maps[i]!.forEach((_a, _b, from, to) => add(from, to));
    }));
    return out;
}

/** The editor works on this Yjs document; undo takes back only what was written here. */
export const Together = Extension.create<{ document: Y.Doc }>({
    name: 'collaboration',
    priority: 1000,
    addOptions: () => ({ document: null as unknown as Y.Doc }),
    addCommands() {
        const by = (what: 'undo' | 'redo') => () => ({ tr, state, dispatch }: { tr: Transaction; state: EditorState; dispatch?: ((t: never) => void) | undefined }) => {
            tr.setMeta('preventDispatch', true);
            const um = (yUndoPluginKey.getState(state) as { undoManager: Y.UndoManager }).undoManager;
            if (!(what === 'undo' ? um.canUndo() : um.canRedo())) return false;
            if (dispatch) um[what]();
            return true;
        };
        return { undo: by('undo'), redo: by('redo') } as never;
    },
    addKeyboardShortcuts() {
        return { 'Mod-z': () => this.editor.commands.undo(), 'Mod-y': () => this.editor.commands.redo(), 'Shift-Mod-z': () => this.editor.commands.redo() };
    },
    addProseMirrorPlugins() {
        const type = this.options.document.getXmlFragment('default');
        const binding = new Binding(type);
        const leaves = Object.values(this.editor.schema.nodes).filter((n) => n.isLeaf && !n.isText).map((n) => n.name);
        const undoManager = new OwnUndo(type as unknown as AnyType, new Set([ySyncPluginKey]), new Set(leaves));
        const base = { type, doc: this.options.document, binding, snapshot: null, prevSnapshot: null };
        let undoable = true, within = false;
        return [
            new Plugin({
                key: ySyncPluginKey,
                state: {
                    init: () => ({ ...base, isChangeOrigin: false, isUndoRedoOperation: false, addToHistory: true }),
                    apply: (tr, old) => {
                        const m = tr.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean; isUndoRedoOperation?: boolean } | undefined;
                        if (tr.docChanged && !m?.isChangeOrigin && tr.getMeta('addToHistory') === false) undoable = false;
                        return { ...old, isChangeOrigin: !!m?.isChangeOrigin, isUndoRedoOperation: !!m?.isUndoRedoOperation };
                    },
                },
                /* Yjs keeps marks of text only: a chip or a line break inside bold text is not bold itself. */
                appendTransaction: (trs, _before, state) => {
                    if (!trs.some((tr) => tr.docChanged && !tr.getMeta(ySyncPluginKey))) return null;
                    const { tr } = state;
                    for (const [from, to] of touched(trs, state.doc))
                        state.doc.nodesBetween(from, to, (n, pos) => {
                            if (n.isInline && !n.isText && n.marks.length) tr.setNodeMarkup(pos, undefined, n.attrs, []);
                        });
                    return tr.docChanged ? tr : null;
                },
                view: (view) => {
                    binding.start(view);
                    return {
                        update: (v, before) => {
                            const { lastChange } = undoManager;
                            if (within && lastChange) undoManager.lastChange = Infinity;            /* what an input method composes is one step, however slowly */
                            binding.push(v.state, undoable);
                            if (undoManager.lastChange === Infinity) undoManager.lastChange = lastChange;
                            if (v.state.doc !== before.doc) within = v.composing;
                            undoable = true;
                        },
                        destroy: () => binding.stop(),
                    };
                },
            }),
            new Plugin({ key: yUndoPluginKey, state: { init: () => ({ undoManager }), apply: (_tr, s) => s }, view: () => ({ destroy: () => undoManager.destroy() }) }),
        ];
    },
});

/** The binding of an editor. */
export const bindingOf = (state: EditorState): Binding => (ySyncPluginKey.getState(state) as { binding: Binding }).binding;
