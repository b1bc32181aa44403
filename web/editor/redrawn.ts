import type { Node as PmNode } from '@tiptap/pm/model';
import type { Transaction } from '@tiptap/pm/state';
import type { Decoration, DecorationSet } from '@tiptap/pm/view';
import { touched } from './binding';

/** Decorations that follow from the nodes themselves, after a transaction: only what it touched is looked at again. A node that got other attributes is a new one. */
export function redrawn(tr: Transaction, old: DecorationSet, drawn: (doc: PmNode, from: number, to: number) => Decoration[]): DecorationSet {
    if (!tr.docChanged) return old;
    let set = old.map(tr.mapping, tr.doc);
    for (const [a, b] of touched([tr], tr.doc)) {
        const from = Math.max(0, a - 1), to = Math.min(tr.doc.content.size, b + 1);
        const now = drawn(tr.doc, from, to);
        const was = set.find(from, to).filter((d) => d.from < to && d.to > from);            /* as nodesBetween counts */
        if (was.length) set = set.remove(was);
        if (now.length) set = set.add(tr.doc, now);
    }
    return set;
}
