/** What is suggested in a document, as a list; and deciding about it. */
import type { Editor } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import type { Transaction } from '@tiptap/pm/state';
import { canJoin, canSplit } from '@tiptap/pm/transform';
import { yUndoPluginKey } from '@tiptap/y-tiptap';
import type { UndoManager } from 'yjs';
import { isSuggested, layerAttrs, layersOf, type Layer } from './suggested';

const PLAIN = 'suggesting-plain';
const PROSE = new Set(['paragraph', 'heading']);
const MARKS = ['insertion', 'deletion', 'proposed'];

/** What is to become of something: `type` is the node or the look it is about. */
export type Note = { op: 'insert' | 'delete' | 'join' | 'divide' | 'change' | 'look' | 'unlook'; type: string; to?: string; attrs?: Record<string, unknown> };
export type Suggestion = { from: number; to: number; user: string; name: string; at: string; inserted: string; deleted: string; notes: Note[]; kind: Kind };
/** What is decided about together: words and blocks that come and go, a look, another type or other attributes of a block. */
export type Kind = 'words' | 'look' | 'change';

type Part = { from: number; to: number; who: { user: string; name: string; at: string }; inserted?: string; deleted?: string; note?: Note; block: boolean };

const kindOf = (p: Part): Kind => (p.note?.op === 'change' ? 'change' : p.note?.op === 'look' || p.note?.op === 'unlook' ? 'look' : 'words');
const words = (n: PmNode) => (n.isTextblock || n.childCount ? n.textBetween(0, n.content.size, ' ', (x) => String(x.attrs['label'] ?? x.attrs['title'] ?? '')) : String(n.attrs['label'] ?? n.attrs['title'] ?? n.attrs['caption'] ?? n.attrs['alt'] ?? ''));

function partsOfText(n: PmNode, pos: number): Part[] {
    return n.marks.filter((m) => MARKS.includes(m.type.name)).map((m): Part => {
        const { user, name, at } = m.attrs as Record<string, string>;
        const part = { from: pos, to: pos + n.nodeSize, who: { user: user!, name: name!, at: at! }, block: false };
        if (m.type.name === 'insertion') return { ...part, inserted: n.text! };
        if (m.type.name === 'deletion') return { ...part, deleted: n.text! };
        return { ...part, note: { op: m.attrs['on'] ? 'look' : 'unlook', type: String(m.attrs['mark']) } };
    });
}

function partsOfNode(n: PmNode, pos: number): Part[] {
    const type = n.type.name;
    return layersOf(n).map((l): Part => {
        const block = n.isBlock, whole = l.do === 'insert' || l.do === 'delete';
        const part = { from: pos, to: pos + (whole ? n.nodeSize : 1), who: l, block };
        if (type === 'paragraphBreak') return { ...part, note: { op: 'divide', type: 'paragraph' }, block: true };
        if (l.do === 'insert') return { ...part, inserted: words(n), ...(block ? { note: { op: 'insert', type } } : {}) };
        if (l.do === 'delete') return { ...part, deleted: words(n), ...(block ? { note: { op: 'delete', type } } : {}) };
        if (l.do === 'join') return { ...part, note: { op: 'join', type } };
        return { ...part, note: { op: 'change', type, ...(l.type ? { to: l.type } : {}), attrs: l.attrs ?? {} } };
    });
}

/** All that is suggested, in the order of the text; what one person put side by side is one. */
export function suggestions(doc: PmNode): Suggestion[] {
    const out: Suggestion[] = [];
    const last = new Map<string, { s: Suggestion; block: boolean }>();            /* of each person and kind */
    const add = (p: Part) => {
        const kind = kindOf(p), of = `${kind} ${p.who.user}`, before = last.get(of);
        const gap = before ? p.from - before.s.to : Infinity;
        const beside = gap <= 0 || (gap <= 4 && (p.block || before!.block) && doc.textBetween(before!.s.to, p.from, '', '\uFFFC') === '');
        let s = before?.s;
        if (!s || !beside || kind === 'change' || (kind === 'look' && !s.notes.some((n) => n.op === p.note!.op && n.type === p.note!.type))) out.push((s = { kind, from: p.from, to: p.to, user: p.who.user, name: p.who.name, at: p.who.at, inserted: '', deleted: '', notes: [] }));
        s.to = Math.max(s.to, p.to);
        const space = (t: string) => (t && p.block ? `${t} ` : t);
        if (p.inserted) s.inserted = space(s.inserted) + p.inserted;
        if (p.deleted) s.deleted = space(s.deleted) + p.deleted;
        if (p.note && !s.notes.some((n) => JSON.stringify(n) === JSON.stringify(p.note))) s.notes.push(p.note);
        last.set(of, { s, block: p.block });
    };
    doc.descendants((n, pos) => {
        for (const p of n.isText ? partsOfText(n, pos) : isSuggested(n) ? partsOfNode(n, pos) : []) {
            const over = last.get(`words ${p.who.user}`);
            if (over && over.block && p.to <= over.s.to && p.from > over.s.from) continue;            /* within what goes or comes as a whole */
            add(p);
        }
    });
    return out;
}

/* ---- deciding ------------------------------------------------------------------------------------------------- */

type Act = { pos: number; order: number; late: boolean; run: (tr: Transaction, pos: number) => void };

/** Takes a node out, and what would be left empty around it. */
function remove(tr: Transaction, pos: number): void {
    let $pos = tr.doc.resolve(pos);
    while ($pos.depth > 0 && $pos.parent.childCount === 1 && $pos.nodeAfter!.isBlock) {
        if (['blockquote', 'callout', 'tableCell', 'tableHeader', 'detailsContent'].includes($pos.parent.type.name)) break;
        $pos = tr.doc.resolve($pos.before());
    }
    const node = $pos.nodeAfter!;
    if (node.isBlock && $pos.parent.childCount === 1) tr.replaceWith($pos.pos, $pos.pos + node.nodeSize, tr.doc.type.schema.nodes['paragraph']!.create());
    else tr.delete($pos.pos, $pos.pos + node.nodeSize);
}

function withoutLayer(tr: Transaction, pos: number, layer: Layer): PmNode | null {
    const n = tr.doc.nodeAt(pos);
    const layers = n ? layersOf(n) : [];
    const rest = layers.filter((l) => l.do !== layer.do || l.user !== layer.user);
    if (!n || rest.length === layers.length) return null;            /* went with something else */
    tr.setNodeMarkup(pos, undefined, { ...n.attrs, ...layerAttrs(rest) });
    return tr.doc.nodeAt(pos);
}

/** One block, or item, and the one before it become one. What is only suggested, or suggested to go, is passed over: nobody's text may be put in there. */
function join(tr: Transaction, pos: number, depth: number): void {
    const $pos = tr.doc.resolve(pos);
    const node = $pos.nodeAfter!;
    let index = $pos.index() - 1, end = pos;
    for (; index >= 0 && layersOf($pos.parent.child(index)).some((l) => l.do === 'insert' || l.do === 'delete'); index--) end -= $pos.parent.child(index).nodeSize;
    let before: PmNode | null = index < 0 ? null : $pos.parent.child(index), after: PmNode | null = node;
    for (let d = 0; d < depth; d++) {
        if (!before || !after || !(before.type === after.type || (PROSE.has(before.type.name) && PROSE.has(after.type.name)))) return;
        if (d === depth - 1) break;
        [before, after] = [before.lastChild, after.firstChild];
    }
    if (end === pos && canJoin(tr.doc, pos)) tr.join(pos, depth);
    else if (end !== pos && depth === 1 && node.isTextblock) tr.delete(pos, pos + node.nodeSize).insert(end - 1, node.content);
}

function settleNode(layer: Layer, type: string, accept: boolean): Act['run'] {
    return (tr, pos) => {
        const n = withoutLayer(tr, pos, layer);
        if (!n) return;
        if (type === 'paragraphBreak') {
            tr.delete(pos, pos + 1);
            if (!accept) return;
            const $at = tr.doc.resolve(pos);
            const depth = $at.depth > 1 && /Item$/.test($at.node(-1).type.name) ? 2 : 1;
            if (canSplit(tr.doc, pos, depth)) tr.split(pos, depth);
        } else if (layer.do === 'insert' || layer.do === 'delete') {
            if (accept === (layer.do === 'delete')) remove(tr, pos);
        } else if (!accept) return;
        else if (layer.do === 'join') join(tr, pos, layer.depth ?? 1);
        else {
            const to = layer.type ? tr.doc.type.schema.nodes[layer.type] : n.type;
            if (!to || n.isText || !to.validContent(n.content)) return;
            tr.setNodeMarkup(pos, to, { ...n.attrs, ...layer.attrs, ...layerAttrs(layersOf(n)) });
        }
    };
}

function settleText(n: PmNode, pos: number, user: string | null, kind: Kind | undefined, accept: boolean): Act[] {
    const end = pos + n.nodeSize;
    return n.marks.filter((m) => MARKS.includes(m.type.name) && (user === null || m.attrs['user'] === user) && (!kind || kind === (m.type.name === 'proposed' ? 'look' : 'words'))).map((m, order): Act => ({ pos, late: false, order: m.type.name === 'proposed' ? order : 99, run: (tr) => {
        const now = tr.doc.nodeAt(pos);
        if (!now?.isText || !m.isInSet(now.marks)) return;
        const goes = m.type.name === (accept ? 'deletion' : 'insertion');
        if (goes) {
            tr.delete(pos, end);
            return;
        }
        tr.removeMark(pos, end, m);
        if (m.type.name !== 'proposed' || !accept) return;
        const type = tr.doc.type.schema.marks[String(m.attrs['mark'])];
        if (!type || !tr.doc.resolve(pos).parent.type.allowsMarkType(type)) return;
        if (m.attrs['on']) tr.addMark(pos, end, type.create(m.attrs['attrs'] ? JSON.parse(String(m.attrs['attrs'])) as object : null));
        else tr.removeMark(pos, end, type);
    } }));
}

/** Decides about all of somebody (null: of everybody) between two places, from the end on, so that places before stay what they are. */
export function settle(tr: Transaction, ranges: readonly { from: number; to: number; user: string | null; kind?: Kind }[], accept: boolean): Transaction {
    const acts = new Map<string, Act>();
    for (const r of ranges) tr.doc.nodesBetween(r.from, Math.min(r.to, tr.doc.content.size), (n, pos) => {
        if (n.isText) {
            if (pos + n.nodeSize > r.from && pos < r.to) for (const a of settleText(n, pos, r.user, r.kind, accept)) acts.set(`${pos} text ${acts.size}`, a);
            return;
        }
        if (pos < r.from || !isSuggested(n)) return;
        for (const l of layersOf(n)) if ((r.user === null || l.user === r.user) && (!r.kind || r.kind === (l.do === 'change' ? 'change' : 'words'))) acts.set(`${pos} ${l.do} ${l.user}`, { pos, late: l.do === 'join', order: l.do === 'change' ? 0 : 1, run: settleNode(l, n.type.name, accept) });
    });
    const inOrder = [...acts.values()].sort((x, y) => y.pos - x.pos || x.order - y.order);
    for (const a of inOrder) if (!a.late) a.run(tr, a.pos);
    const steps = tr.steps.length;            /* what is joined must not go with what was deleted before it */
    for (const a of inOrder) {
        if (a.late) a.run(tr, tr.mapping.slice(0, steps).map(a.pos, -1));
    }
    return tr.setMeta(PLAIN, true);
}

/** Makes suggestions part of the text, or forgets them: one step of undo. Gives what takes it back, and says false when something else was written here since; null: nothing was there. */
export function settleSuggestions(editor: Editor, list: readonly Suggestion[], accept: boolean): (() => boolean) | null {
    const tr = settle(editor.state.tr, list, accept);
    if (!tr.docChanged) return null;
    const { undoManager: undo } = yUndoPluginKey.getState(editor.state) as { undoManager: UndoManager };
    undo.stopCapturing();
    editor.view.dispatch(tr);
    undo.stopCapturing();
    const made = undo.undoStack.at(-1);
    return () => undo.undoStack.at(-1) === made && editor.commands.undo();
}

/** Those that the selection touches; a bare cursor touches the one it stands in. */
export function selectedSuggestions(editor: Editor): Suggestion[] {
    const { from, to } = editor.state.selection;
    return suggestions(editor.state.doc).filter((s) => s.from <= to && s.to >= from);
}
