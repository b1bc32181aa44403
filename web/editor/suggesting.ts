/**
 * Suggesting: what is typed becomes an insertion, what is deleted stays and is marked, until somebody accepts or rejects it.
 * Words only: what would change blocks or their looks is undone at once, and `refused` says so.
 */
import type { Editor } from '@tiptap/core';
import { Fragment, type Mark, type Node as PmNode } from '@tiptap/pm/model';
import { TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state';
import { ReplaceStep } from '@tiptap/pm/transform';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import type { Correct } from './comments';

const PLAIN = 'suggesting-plain';

export type Author = { id: string; name: string };
export type Suggestion = { from: number; to: number; user: string; name: string; at: string; inserted: string; deleted: string };

const markOf = (n: PmNode, name: string) => n.marks.find((m) => m.type.name === name);
const isMine = (n: PmNode, me: Author) => markOf(n, 'insertion')?.attrs['user'] === me.id;

/** What was replaced by what: the step itself when there is one, else where the two documents differ. */
function change(trs: readonly Transaction[], before: EditorState, after: EditorState): { from: number; oldTo: number; newTo: number } | null {
    const steps = trs.flatMap((t) => t.steps);
    const one = steps.length === 1 && steps[0] instanceof ReplaceStep ? steps[0] : null;
    if (one) return { from: one.from, oldTo: one.to, newTo: one.from + one.slice.size };
    const start = before.doc.content.findDiffStart(after.doc.content);
    if (start === null) return null;
    const end = before.doc.content.findDiffEnd(after.doc.content)!;
    const short = Math.max(0, start - Math.min(end.a, end.b));
    return { from: start, oldTo: end.a + short, newTo: end.b + short };
}

/** What was deleted, to stay: marked, without what the author had only suggested. */
function kept(content: Fragment, me: Author, mark: Mark): Fragment {
    const out: PmNode[] = [];
    content.forEach((n) => {
        if (!n.isText) out.push(n);
        else if (!isMine(n, me)) out.push(markOf(n, 'deletion') ? n : n.mark(mark.addToSet(n.marks)));
    });
    return Fragment.from(out);
}

/** Marks a stretch of several blocks as deleted. */
function markRange(tr: Transaction, from: number, to: number, me: Author, mark: Mark): void {
    const own: [number, number][] = [];
    tr.doc.nodesBetween(from, to, (n, pos) => {
        if (!n.isText) return;
        const a = Math.max(from, pos), b = Math.min(to, pos + n.nodeSize);
        if (isMine(n, me)) own.push([a, b]);
        else if (!markOf(n, 'deletion')) tr.addMark(a, b, mark);
    });
    for (const [a, b] of own.reverse()) tr.delete(a, b);
}

function correct(trs: readonly Transaction[], before: EditorState, after: EditorState, me: Author, at: string, refused: () => void): Transaction | null {
    const c = change(trs, before, after);
    if (!c) return null;
    const { schema } = after;
    const insertion = schema.marks['insertion']!.create({ user: me.id, name: me.name, at }), deletion = schema.marks['deletion']!.create({ user: me.id, name: me.name, at });
    const tr = after.tr.setMeta(PLAIN, true);
    const $a = before.doc.resolve(c.from), $b = before.doc.resolve(c.oldTo), $n = after.doc.resolve(c.newTo), $m = after.doc.resolve(c.from);
    const inOne = $a.parent.isTextblock && $a.sameParent($b) && $m.sameParent($n) && $m.parent.type === $a.parent.type;
    const old = before.doc.slice(c.from, c.oldTo), said = after.doc.textBetween(c.from, c.newTo, '', '\uFFFC');
    if (inOne && (said || old.size) && before.doc.textBetween(c.from, c.oldTo, '', '\uFFFC') !== said) {
        if (c.newTo > c.from) tr.removeMark(c.from, c.newTo, schema.marks['deletion']).addMark(c.from, c.newTo, insertion);
        const stays = kept(old.content, me, deletion);
        if (stays.size) {
            const back = !said && before.selection.empty && before.selection.head === c.oldTo;
            tr.insert(c.from, stays);
            tr.setSelection(TextSelection.create(tr.doc, back ? c.from : c.from + stays.size + (c.newTo - c.from)));
        }
        return tr;
    }
    tr.replace(c.from, c.newTo, old);
    if (!said && old.size && c.from !== c.oldTo && before.doc.textBetween(c.from, c.oldTo).length) {
        markRange(tr, c.from, c.oldTo, me, deletion);
        return tr.setSelection(TextSelection.near(tr.doc.resolve(c.from)));
    }
    refused();
    return tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(before.selection.head, tr.doc.content.size))));
}

/** Switches suggesting on or off. */
export function setSuggesting(editor: Editor, me: Author | null, refused: () => void): void {
    const at = new Date().toISOString();
    const storage = (editor.storage as unknown as { comments: { correct: Correct | null } }).comments;
    storage.correct = me && ((trs, before, after) => {
        if (trs.some((t) => t.getMeta(ySyncPluginKey) || t.getMeta(PLAIN)) || !trs.some((t) => t.docChanged)) return null;
        return correct(trs, before, after, me, at, refused);
    });
}

/** All that is suggested, in the order of the text; what one person put side by side is one. */
export function suggestions(doc: PmNode): Suggestion[] {
    const out: Suggestion[] = [];
    doc.descendants((block, at) => {
        if (!block.isTextblock) return true;
        let last: Suggestion | null = null;
        block.forEach((n, offset) => {
            const m = markOf(n, 'insertion') ?? markOf(n, 'deletion');
            const from = at + 1 + offset, user = String(m?.attrs['user'] ?? '');
            if (!m) last = null;
            else {
                if (!last || last.user !== user) out.push((last = { from, to: from, user, name: String(m.attrs['name'] ?? ''), at: String(m.attrs['at'] ?? ''), inserted: '', deleted: '' }));
                last.to = from + n.nodeSize;
                last[m.type.name === 'insertion' ? 'inserted' : 'deleted'] += n.text ?? '';
            }
        });
        return false;
    });
    return out;
}

/** Makes suggestions part of the text, or forgets them. */
export function settleSuggestions(editor: Editor, list: readonly Suggestion[], accept: boolean): void {
    const tr = editor.state.tr.setMeta(PLAIN, true);
    const stays = accept ? 'insertion' : 'deletion', goes = accept ? 'deletion' : 'insertion';
    for (const s of [...list].sort((a, b) => b.from - a.from)) {
        const gone: [number, number][] = [];
        tr.doc.nodesBetween(s.from, Math.min(s.to, tr.doc.content.size), (n, pos) => {
            if (n.isText && markOf(n, goes)) gone.push([Math.max(pos, s.from), Math.min(pos + n.nodeSize, s.to)]);
        });
        tr.removeMark(s.from, s.to, editor.schema.marks[stays]);
        for (const [a, b] of gone.reverse()) tr.delete(a, b);
    }
    if (tr.docChanged) editor.view.dispatch(tr);
}
