/**
 * Suggesting: each edit becomes a suggestion about the text as it was, in the same transaction.
 *   words             marks `insertion` and `deletion`              looks      the mark `proposed`
 *   blocks and chips  layers of the attribute `suggested`           Enter      a `paragraphBreak` in the line
 * What changes more (a list is made, a column added) is the old block suggested to go and the new one to come. One's own suggestions are edited as they are.
 */
import type { Editor } from '@tiptap/core';
import { Fragment, Slice, type Mark, type MarkType, type Node as PmNode, type ResolvedPos } from '@tiptap/pm/model';
import { Selection, TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state';
import { ReplaceStep } from '@tiptap/pm/transform';
import type { EditorView } from '@tiptap/pm/view';
import { ySyncPluginKey, yUndoPluginKey } from '@tiptap/y-tiptap';
import { changedRange } from './binding';
import type { Correct } from './comments';
import { isSuggested, layerAttrs, layersOf, type Layer } from './suggested';

export { selectedSuggestions, settleSuggestions, suggestions, type Note, type Suggestion } from './suggestions';

/** Transactions with it are taken as they are. */
export const PLAIN = 'suggesting-plain';
export type Author = { id: string; name: string };

/** Blocks between which one may be made of the other: their text stays. */
const PROSE = new Set(['paragraph', 'heading']);
const CELLS = new Set(['tableCell', 'tableHeader']);
/** Whose children can come and go one by one. */
const OPEN = new Set(['doc', 'bulletList', 'orderedList', 'taskList', 'listItem', 'taskItem', 'blockquote', 'callout', 'tableCell', 'tableHeader', 'detailsContent', 'table']);
/** Attributes that say nothing about the text: how wide a column is, what is folded. They are changed at once. */
const DIRECT = new Set(['colwidth', 'open', 'comments']);
/** More blocks than this are not searched for what was moved. */
const MANY = 60;

const named = (n: PmNode, name: string) => n.marks.find((m) => m.type.name === name);
const sameType = (a: PmNode, b: PmNode) => a.type === b.type || (PROSE.has(a.type.name) && PROSE.has(b.type.name)) || (CELLS.has(a.type.name) && CELLS.has(b.type.name));
const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** What was replaced by what: the step itself when there is one, else where the two documents differ. */
function change(trs: readonly Transaction[], before: EditorState, after: EditorState): { from: number; oldTo: number; newTo: number } | null {
    const steps = trs.flatMap((t) => t.steps);
    const one = steps.length === 1 && steps[0] instanceof ReplaceStep ? steps[0] : null;
    if (one) return { from: one.from, oldTo: one.to, newTo: one.from + one.slice.size };
    const r = changedRange(before.doc, after.doc);
    if (!r) return null;
    /* never within a letter that is two units long */
    const unit = (at: number) => (at > 0 && at < before.doc.content.size ? before.doc.textBetween(at, at + 1).charCodeAt(0) : 0);
    const low = (at: number) => unit(at) >= 0xdc00 && unit(at) < 0xe000;
    const from = low(r.from) || (r.from > 0 && unit(r.from - 1) >= 0xd800 && unit(r.from - 1) < 0xdc00) ? r.from - 1 : r.from;
    const more = low(r.toA) ? 1 : 0;
    return { from, oldTo: r.toA + more, newTo: r.toB + more };
}

/** A letter, or a node in a line. */
type Unit = { ch: string; node: PmNode | null; marks: readonly Mark[] };

function units(f: Fragment): Unit[] {
    const out: Unit[] = [];
    f.forEach((n) => {
        if (n.isText) for (let i = 0; i < n.text!.length; i++) out.push({ ch: n.text![i]!, node: null, marks: n.marks });
        else out.push({ ch: '', node: n, marks: n.marks });
    });
    return out;
}

const alike = (a: Unit, b: Unit) => a.ch === b.ch && (a.node === b.node || (!!a.node && !!b.node && a.node.type === b.node.type && same(a.node.attrs, b.node.attrs)));

class Correction {
    private readonly insertion: MarkType;
    private readonly deletion: MarkType;
    /** Text blocks that the author made, and what they have become here: for the cursor. */
    private readonly became = new Map<PmNode, { node: PmNode; at: (offset: number) => number }>();

    constructor(private readonly before: EditorState, private readonly after: EditorState, private readonly me: Author, private readonly at: string) {
        this.insertion = after.schema.marks['insertion']!;
        this.deletion = after.schema.marks['deletion']!;
    }

    private who = () => ({ user: this.me.id, name: this.me.name, at: this.at });
    private mineIn = (n: PmNode) => (n.isText ? named(n, 'insertion')?.attrs['user'] === this.me.id : this.mine(n, 'insert'));
    private mine = (n: PmNode, what: Layer['do']) => layersOf(n).some((l) => l.do === what && l.user === this.me.id);

    private withLayers(n: PmNode, layers: readonly Layer[], content: Fragment = n.content): PmNode {
        return n.type.create({ ...n.attrs, ...layerAttrs(layers) }, content, n.marks);
    }

    private add(n: PmNode, layer: Pick<Layer, 'do' | 'type' | 'attrs' | 'depth'>, content: Fragment = n.content): PmNode {
        return this.withLayers(n, [...layersOf(n).filter((l) => l.do !== layer.do || (layer.do === 'change' && l.user !== this.me.id)), { ...layer, ...this.who() }], content);
    }

    private remember(was: PmNode, node: PmNode, at: (offset: number) => number = (o) => o): PmNode {
        if (was.isTextblock) this.became.set(was, { node, at });
        return node;
    }

    /* ---- nodes that go and come ------------------------------------------------------------------------------- */

    private deleted(n: PmNode): PmNode[] {
        if (this.mineIn(n)) return [];
        if (n.isText) return [named(n, 'deletion') ? n : n.mark(this.deletion.create(this.who()).addToSet(n.marks))];
        if (n.type.name === 'paragraphBreak') return [n];
        return [layersOf(n).some((l) => l.do === 'delete') ? n : this.add(n, { do: 'delete' })];
    }

    /** New as a whole: nothing inside is suggested once more. */
    private inserted(n: PmNode): PmNode {
        if (n.isText) return n.mark(this.insertion.create(this.who()).addToSet(n.marks.filter((m) => m.type !== this.deletion && m.type.name !== 'proposed')));
        const plain = this.plain(n);
        const node = this.withLayers(plain, [{ do: 'insert', ...this.who() }]);
        return this.remember(plain, this.remember(n, node));
    }

    private plain(n: PmNode): PmNode {
        if (n.isText) return n.mark(n.marks.filter((m) => m.type !== this.insertion && m.type.name !== 'proposed'));
        const kept: PmNode[] = [];
        n.forEach((c) => { if (!named(c, 'deletion') && c.type.name !== 'paragraphBreak') kept.push(this.plain(c)); });
        const content = Fragment.fromArray(kept);
        const node = !isSuggested(n) && content.eq(n.content) ? n : n.type.create({ ...n.attrs, ...('suggested' in n.attrs ? layerAttrs([]) : {}) }, content, n.marks);
        return node === n ? n : this.remember(n, node);
    }

    /* ---- text ----------------------------------------------------------------------------------------------------- */

    private look(o: Unit, n: Unit): Unit {
        if (o.node) return o;            /* Yjs keeps looks of text only */
        if (n.marks === o.marks) return n;
        const own = o.marks.find((m) => m.type === this.insertion && m.attrs['user'] === this.me.id);
        if (own) return { ...n, marks: own.addToSet(n.marks) };
        let { marks } = o;
        const types = new Set([...o.marks, ...n.marks].map((m) => m.type));
        for (const type of types) {
            if (['insertion', 'deletion', 'comment', 'proposed'].includes(type.name)) continue;
            const was = type.isInSet(o.marks), is = type.isInSet(n.marks);
            if (was === is || (was && is && was.eq(is))) continue;
            const mine = marks.find((m) => m.type.name === 'proposed' && m.attrs['user'] === this.me.id && m.attrs['mark'] === type.name);
            const attrs = is && Object.keys(is.attrs).length ? JSON.stringify(is.attrs) : null;
            if (mine) marks = mine.removeFromSet(marks);
            if (mine && mine.attrs['on'] === !!is && mine.attrs['attrs'] === attrs) continue;            /* the same once more takes it back */
            marks = this.after.schema.marks['proposed']!.create({ ...this.who(), mark: type.name, on: !!is, attrs }).addToSet(marks);
        }
        return { ...o, marks };
    }

    /** The content of a text block, and where an offset of the new one is in it. */
    private text(o: PmNode, n: PmNode): { content: Fragment; at: (offset: number) => number } {
        const a = units(o.content), b = units(n.content);
        let left = 0, right = 0;
        while (left < a.length && left < b.length && alike(a[left]!, b[left]!)) left++;
        while (right < a.length - left && right < b.length - left && alike(a[a.length - 1 - right]!, b[b.length - 1 - right]!)) right++;
        if (left && /[\ud800-\udbff]/.test(a[left - 1]!.ch)) left--;            /* a letter of two units stays whole */
        if (right && /[\udc00-\udfff]/.test(a[a.length - right]!.ch)) right--;
        const nodes: PmNode[] = [];
        const put = (u: Unit) => {
            const last = nodes[nodes.length - 1];
            if (u.node) nodes.push(u.node);
            else if (last?.isText && (last.marks === u.marks || last.marks.length === u.marks.length && last.marks.every((m, i) => m.eq(u.marks[i]!)))) nodes[nodes.length - 1] = this.after.schema.text(last.text! + u.ch, last.marks);
            else nodes.push(this.after.schema.text(u.ch, u.marks));
        };
        for (let i = 0; i < left; i++) put(this.look(a[i]!, b[i]!));
        const stays = this.runs(a.slice(left, a.length - right)).flatMap((x) => this.deleted(x));
        const comes = this.runs(b.slice(left, b.length - right)).map((x) => this.inserted(x));
        const size = stays.reduce((s, x) => s + x.nodeSize, 0);
        nodes.push(...stays, ...comes);
        const head = nodes.splice(0);
        for (let i = right; i > 0; i--) put(this.look(a[a.length - i]!, b[b.length - i]!));
        return { content: Fragment.fromArray([...head, ...nodes]), at: (x) => (x < left || (x === left && b.length - right === left && a.length > b.length) ? x : x + size) };
    }

    private runs(list: Unit[]): PmNode[] {
        const out: PmNode[] = [];
        for (const u of list) {
            const last = out[out.length - 1];
            if (u.node) out.push(u.node);
            else if (last?.isText && last.marks === u.marks) out[out.length - 1] = this.after.schema.text(last.text! + u.ch, last.marks);
            else out.push(this.after.schema.text(u.ch, u.marks));
        }
        return out;
    }

    /* ---- blocks ------------------------------------------------------------------------------------------------- */

    /** One block that was changed, as a suggestion about what it was; null when it is another block. */
    merge(o: PmNode, n: PmNode): PmNode | null {
        if (o === n) return o;
        if (o.isText || n.isText || !sameType(o, n)) return null;
        if (this.mine(o, 'insert')) return this.remember(n, this.mine(n, 'insert') ? n : this.inserted(n));
        let { content } = o;
        if (o.isTextblock) {
            const t = this.text(o, n);
            const node = this.propose(o, n, t.content);
            return this.remember(n, node, t.at);
        }
        if (OPEN.has(o.type.name)) {
            if (o.type.name === 'table' && !this.rowsAgree(o, n)) return null;
            content = this.children(o, n);
        } else if (!o.isLeaf) {
            if (o.childCount !== n.childCount) return null;
            const kids: PmNode[] = [];
            for (let i = 0; i < o.childCount; i++) {
                const m = this.merge(o.child(i), n.child(i));
                if (!m) return null;
                kids.push(m);
            }
            content = Fragment.fromArray(kids);
        }
        return this.propose(o, n, content);
    }

    /** Rows may come and go alone only where all are equally long and no cell reaches into another row. */
    private rowsAgree(o: PmNode, n: PmNode): boolean {
        const width = (row: PmNode) => row.content.content.reduce((sum, c) => sum + Number(c.attrs['colspan'] ?? 1), 0);
        const first = o.firstChild ? width(o.firstChild) : 0;
        return [o, n].every((t) => t.content.content.every((row) => width(row) === first && row.content.content.every((c) => Number(c.attrs['rowspan'] ?? 1) === 1)));
    }

    private propose(o: PmNode, n: PmNode, content: Fragment): PmNode {
        const direct: Record<string, unknown> = { ...o.attrs }, attrs: Record<string, unknown> = {};
        for (const [name, value] of Object.entries(n.attrs)) {
            if (name === 'suggested' || name === 'inserted' || (value === null && !(name in o.attrs))) continue;
            if (!(name in o.attrs) || !same(o.attrs[name], value)) (DIRECT.has(name) && name in o.attrs ? direct : attrs)[name] = value;
        }
        const base = o.type.create(direct, content, o.marks);
        const type = o.type === n.type ? undefined : n.type.name;
        if (!type && !Object.keys(attrs).length) return base;
        const own = layersOf(o).find((l) => l.do === 'change' && l.user === this.me.id);
        if (own && own.type === type && same(own.attrs, attrs)) return this.withLayers(base, layersOf(o).filter((l) => l !== own));
        return this.add(base, { do: 'change', ...(type ? { type } : {}), attrs: { ...(own && own.type === type ? own.attrs : {}), ...attrs } });
    }

    children(o: PmNode, n: PmNode): Fragment {
        const a = [...o.content.content], b = [...n.content.content];
        const head: PmNode[] = [], tail: PmNode[] = [];
        while (a.length && b.length && (a[0] === b[0] || a[0]!.eq(b[0]!))) {
            this.remember(b[0]!, a[0]!);
            head.push(a.shift()!);
            b.shift();
        }
        while (a.length && b.length && (a[a.length - 1] === b[b.length - 1] || a[a.length - 1]!.eq(b[b.length - 1]!))) {
            this.remember(b.pop()!, a[a.length - 1]!);
            tail.unshift(a.pop()!);
        }
        return Fragment.fromArray([...head, ...this.between(a, b), ...tail]);
    }

    /** What stands unmoved divides what is left; in each gap blocks are taken for one another from both ends. */
    private between(a: PmNode[], b: PmNode[]): PmNode[] {
        const out: PmNode[] = [];
        let i = 0, k = 0;
        for (const [x, y] of common(a, b)) {
            out.push(...this.gap(a.slice(i, x), b.slice(k, y)), a[x]!);
            [i, k] = [x + 1, y + 1];
        }
        out.push(...this.gap(a.slice(i), b.slice(k)));
        return out;
    }

    private gap(a: PmNode[], b: PmNode[]): PmNode[] {
        const head: PmNode[] = [], tail: PmNode[] = [];
        const pair = (x: PmNode | undefined, y: PmNode | undefined) => (x && y && (a.length === b.length || related(x, y)) ? this.merge(x, y) : null);
        for (let m = pair(a[0], b[0]); m; m = pair(a[0], b[0])) {
            head.push(m);
            a.shift();
            b.shift();
        }
        for (let m = pair(a[a.length - 1], b[b.length - 1]); m; m = pair(a[a.length - 1], b[b.length - 1])) {
            tail.unshift(m);
            a.pop();
            b.pop();
        }
        return [...head, ...a.flatMap((x) => this.deleted(x)), ...b.map((x) => this.inserted(x)), ...tail];
    }

    /** The author's selection in what was made of the document. */
    private selection(doc: PmNode, shown: PmNode): Selection {
        const { selection } = this.after;
        const at = ($p: ResolvedPos) => {
            const b = this.became.get($p.parent);
            const wanted = b?.node ?? $p.parent;
            let found = -1;
            if (wanted.isTextblock) doc.descendants((n, pos) => {
                if (n === wanted) found = pos + 1 + Math.min(b ? b.at($p.parentOffset) : $p.parentOffset, n.content.size);
                return found < 0 && !n.isTextblock;
            });
            return found;
        };
        const head = at(selection.$head), anchor = selection.empty ? head : at(selection.$anchor);
        return head < 0 || anchor < 0 ? Selection.near(shown.resolve(Math.min(selection.head, shown.content.size))) : TextSelection.create(shown, anchor, head);
    }

    /* ---- what is made by one key ------------------------------------------------------------------------------------ */

    /** The text as it was, exactly: fitting it in again might leave wrappers out. */
    asBefore(): Transaction {
        const { before, after } = this;
        const r = changedRange(after.doc, before.doc);
        return r ? after.tr.step(new ReplaceStep(r.from, r.toA, before.doc.slice(r.from, r.toB))) : after.tr;
    }

    /** Words in one text block. */
    inLine(c: { from: number; oldTo: number; newTo: number }, old: Slice): Transaction {
        const { before, after } = this;
        const tr = after.tr;
        const said = after.doc.slice(c.from, c.newTo).content;
        const nodes: PmNode[] = [];
        old.content.forEach((n) => nodes.push(...this.deleted(n)));
        const stays = Fragment.fromArray(nodes);
        const comes = Fragment.fromArray(said.content.map((n) => this.inserted(n)));
        tr.replaceWith(c.from, c.newTo, stays.append(comes));
        const back = !said.size && before.selection.empty && before.selection.head === c.oldTo;
        return tr.setSelection(TextSelection.create(tr.doc, back ? c.from : c.from + stays.size + comes.size));
    }

    /** Enter. At an edge of the text a new block comes; within it the place is marked. */
    split(c: { from: number; oldTo: number; newTo: number }): Transaction | null {
        const { after, before } = this;
        const $a = before.doc.resolve(c.from), $m = after.doc.resolve(c.from), $n = after.doc.resolve(c.newTo);
        if (c.from !== c.oldTo || !$a.parent.isTextblock || !$m.parent.isTextblock || !$n.parent.isTextblock || $m.parent === $n.parent) return null;
        if (after.doc.textBetween(c.from, c.newTo, '', '\uFFFC') || $n.parentOffset || !$m.parent.content.append($n.parent.content).eq($a.parent.content)) return null;
        const depth = $m.sharedDepth(c.newTo) + 1;
        const bare = (n: PmNode): boolean => n.isTextblock ? !n.content.size : n.childCount === 1 && bare(n.firstChild!);
        const asItWas = ($k: typeof $a) => {
            for (let d = depth; d <= $a.depth; d++) if ($k.node(d)?.type !== $a.node(d).type || !same($k.node(d).attrs, $a.node(d).attrs)) return false;
            return $k.depth === $a.depth;
        };
        for (const [$p, $k] of [[$n, $m], [$m, $n]] as const) {
            const n = $p.node(depth);
            if (!bare(n) || !asItWas($k) || !('suggested' in n.attrs)) continue;
            const tr = after.tr.setNodeMarkup($p.before(depth), undefined, { ...n.attrs, ...layerAttrs([{ do: 'insert', ...this.who() }]) });
            return tr.setSelection(TextSelection.create(tr.doc, c.newTo));
        }
        if (!$a.parent.type.contentMatch.matchType(after.schema.nodes['paragraphBreak']!)) return null;
        const tr = this.asBefore();
        tr.insert(c.from, after.schema.nodes['paragraphBreak']!.create(layerAttrs([{ do: 'insert', ...this.who() }])));
        return tr.setSelection(TextSelection.create(tr.doc, c.from + 1));
    }

    /** What reached over several blocks was deleted, or words were typed in its place. */
    across(c: { from: number; oldTo: number; newTo: number }): Transaction | null {
        const { after, before } = this;
        const $a = before.doc.resolve(c.from), $b = before.doc.resolve(c.oldTo), $m = after.doc.resolve(c.from), $n = after.doc.resolve(c.newTo);
        if (!$a.parent.isTextblock || !$b.parent.isTextblock || $a.sameParent($b) || !$m.sameParent($n) || !$m.parent.isTextblock) return null;
        const level = $a.sharedDepth(c.oldTo) + 1;
        const first = $a.node(level), last = $b.node(level);
        if (!OPEN.has($a.node(level - 1).type.name) || this.mine(first, 'insert') || this.mine(last, 'insert') || first.type.name === 'tableRow') return null;
        const said = after.doc.slice(c.from, c.newTo).content;
        const tr = this.asBefore();
        const depth = $b.depth - level + 1;
        if (sameType(first, last) && $a.depth === $b.depth && !layersOf(last).some((l) => l.do === 'join')) tr.setNodeMarkup($b.before(level), undefined, this.add(last, { do: 'join', depth }).attrs);
        const gone: { pos: number; node: PmNode }[] = [];
        before.doc.nodesBetween(c.from, c.oldTo, (n, pos, parent) => {
            if (n.isText) {
                const from = Math.max(pos, c.from), to = Math.min(pos + n.nodeSize, c.oldTo);
                gone.push({ pos: from, node: n.cut(from - pos, to - pos) });
                return false;
            }
            const whole = pos >= c.from && pos + n.nodeSize <= c.oldTo;
            if (!whole || !(n.isInline || (parent && OPEN.has(parent.type.name)))) return true;
            gone.push({ pos, node: n });
            return false;
        });
        for (const { pos, node } of gone.reverse()) {
            const now = tr.doc.nodeAt(pos)!;
            const stays = this.deleted(node.isText ? node : now);
            tr.replaceWith(pos, pos + node.nodeSize, stays);
        }
        let at = c.from;
        if (said.size) {
            const comes = Fragment.fromArray(said.content.map((n) => this.inserted(n)));
            tr.insert(at, comes);
            at += comes.size;
        }
        return tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(at, tr.doc.content.size)), -1));
    }

    run(c: { from: number; oldTo: number; newTo: number }): Transaction | null {
        const { before, after } = this;
        const $a = before.doc.resolve(c.from), $b = before.doc.resolve(c.oldTo), $m = after.doc.resolve(c.from), $n = after.doc.resolve(c.newTo);
        for (let d = Math.min($a.sharedDepth(c.oldTo), $m.sharedDepth(c.newTo)); d > 0; d--) if (this.mine($a.node(d), 'insert') && this.mine($m.node(d), 'insert')) return null;
        if ($a.parent.isTextblock && $a.sameParent($b) && $m.sameParent($n) && $m.parent.type === $a.parent.type && same($m.parent.attrs, $a.parent.attrs)) {
            const was = before.doc.textBetween(c.from, c.oldTo, '', '\uFFFC'), is = after.doc.textBetween(c.from, c.newTo, '', '\uFFFC');
            if (was !== is || was.includes('\uFFFC')) return this.inLine(c, before.doc.slice(c.from, c.oldTo));
        }
        return this.split(c) ?? this.across(c) ?? this.whole();
    }

    /** Everything else: the two documents are compared. */
    private whole(): Transaction | null {
        const { before, after } = this;
        const doc = before.doc.copy(this.children(before.doc, after.doc));
        const r = changedRange(after.doc, doc);
        const tr = after.tr;
        if (!r) return null;
        tr.step(new ReplaceStep(r.from, r.toA, doc.slice(r.from, r.toB)));
        tr.doc.check();
        return tr.setSelection(this.selection(doc, tr.doc));
    }
}

/** Pairs of equal nodes in both lists, in order, as many as there are. */
function common(a: PmNode[], b: PmNode[]): [number, number][] {
    if (a.length > MANY || b.length > MANY) return [];
    const best: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
    const equal = (i: number, k: number) => a[i] === b[k] || (a[i]!.nodeSize === b[k]!.nodeSize && a[i]!.content.size > 0 && a[i]!.eq(b[k]!));
    for (let i = a.length - 1; i >= 0; i--)
        for (let k = b.length - 1; k >= 0; k--) best[i]![k] = equal(i, k) ? best[i + 1]![k + 1]! + 1 : Math.max(best[i + 1]![k]!, best[i]![k + 1]!);
    const out: [number, number][] = [];
    for (let i = 0, k = 0; i < a.length && k < b.length;) {
        if (equal(i, k)) out.push([i++, k++]);
        else if (best[i + 1]![k]! >= best[i]![k + 1]!) i++;
        else k++;
    }
    return out;
}

/** Whether one block may be what became of the other: a third of the shorter text is at the same end. */
function related(a: PmNode, b: PmNode): boolean {
    const x = a.textContent, y = b.textContent;
    const least = Math.min(x.length, y.length);
    if (!least) return !x.length && !y.length && a.type === b.type;
    let left = 0, right = 0;
    while (left < least && x[left] === y[left]) left++;
    while (right < least - left && x[x.length - 1 - right] === y[y.length - 1 - right]) right++;
    return (left + right) * 3 >= least;
}

/** Switches suggesting on or off. `refused`: an edit could not be made a suggestion and was taken back. */
export function setSuggesting(editor: Editor, me: Author | null, refused: () => void): void {
    const at = new Date().toISOString();
    const storage = (editor.storage as unknown as { comments: { correct: Correct | null; begin: ((view: EditorView) => void) | null } }).comments;
    (yUndoPluginKey.getState(editor.state) as { undoManager?: { stopCapturing: () => void } } | undefined)?.undoManager?.stopCapturing();
    storage.begin = me && ((view) => {
        const { state } = view;
        if (!state.selection.empty || !state.selection.$from.parent.isTextblock) return;
        const mark = state.schema.marks['insertion']!.create({ user: me.id, name: me.name, at });
        view.dispatch(state.tr.setStoredMarks(mark.addToSet(state.storedMarks ?? state.selection.$from.marks())));
    });
    storage.correct = me && ((trs, before, after) => {
        if (trs.some((t) => t.getMeta(ySyncPluginKey) || t.getMeta(PLAIN)) || !trs.some((t) => t.docChanged)) return null;
        return correct(trs, before, after, me, at, refused);
    });
}

/** What an edit becomes; null when it may stand as it is. */
export function correct(trs: readonly Transaction[], before: EditorState, after: EditorState, me: Author, at: string, refused: () => void): Transaction | null {
    const c = change(trs, before, after);
    if (!c) return null;
    try {
        return new Correction(before, after, me, at).run(c)?.setMeta(PLAIN, true) ?? null;
    } catch (e) {
        if (!(e instanceof RangeError)) throw e;
        refused();
        const tr = new Correction(before, after, me, at).asBefore().setMeta(PLAIN, true);
        return tr.setSelection(Selection.near(tr.doc.resolve(Math.min(before.selection.head, tr.doc.content.size))));
    }
}
