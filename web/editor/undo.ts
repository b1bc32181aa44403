/**
 * Undo takes back what was written here, and nothing else.
 *
 * Yjs keeps the look of letters as signs in the text ("inserted from here on", "plain from here on") and undoes signs: where somebody else has typed between two
 * of them meanwhile, what one sign is taken from the other reaches too far, and words of others become a suggestion. It also takes away a block that one has
 * made with all that others have written into it. So it is said here what every letter looks like afterwards:
 *   one that stays        keeps its look, but for what the undone change itself had changed of it and nobody has changed since;
 *   one that comes back   looks as it did when it went;
 *   a block that was made here and holds something of others stays, with its attributes, and a table or a fold as a whole.
 *
 * Undo in Yjs (13.6, redoItem) looks for the neighbours of what comes back one by one, through what became of them. After text was split, moved and
 * brought back more than once it finds a right neighbour that stands before the left one. Such an item has no place that all can agree on: each replica
 * puts it where its own order suggests, and two people read different texts with no edit missing. Here the left neighbour counts.
 */
import * as Y from 'yjs';

type AnyType = Y.AbstractType<any>;
type StackItem = Y.UndoManager['undoStack'][number];
type Marks = Record<string, unknown>;
/** Letters of one look in a text, by Yjs's numbers: `was` before a transaction and `is` after it; null: not there. */
type Run = { client: number; clock: number; len: number; was: Marks | null; is: Marks | null };
type Ranges = Map<number, [from: number, to: number][]>;

const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);
const keysOf = (a: Marks, b: Marks) => new Set([...Object.keys(a), ...Object.keys(b)]);
const differ = (a: Marks, b: Marks) => a !== b && [...keysOf(a, b)].some((k) => !same(a[k], b[k]));
/** Nodes that are nothing without all of their parts. */
const WHOLE = new Set(['table', 'details']);
const RUNS = 'runs';

/** What deleted each item within a transaction that still runs, too. */
function deletions(tr: Y.Transaction): (id: Y.ID) => boolean {
    const sorted = new Map([...tr.deleteSet.clients].map(([client, list]) => [client, [...list].sort((a, b) => a.clock - b.clock)]));
    return (id) => {
        const list = sorted.get(id.client);
        let lo = 0, hi = (list?.length ?? 0) - 1;
        while (lo <= hi) {
            const mid = (lo + hi) >> 1, d = list![mid]!;
            if (id.clock < d.clock) hi = mid - 1;
            else if (id.clock >= d.clock + d.len) lo = mid + 1;
            else return true;
        }
        return false;
    };
}

/** The letters of a text before and after a transaction. */
function runsOf(text: Y.XmlText, tr: Y.Transaction, deleted: (id: Y.ID) => boolean): Run[] {
    const out: Run[] = [];
    let was: Marks = {}, is: Marks = {};
    for (let item = text._start; item; item = item.right) {
        const there = !item.deleted;
        const before = item.id.clock < (tr.beforeState.get(item.id.client) ?? 0) && (there || deleted(item.id));
        if (item.content instanceof Y.ContentFormat) {
            const { key, value } = item.content;
            const turn = (m: Marks) => { const n = { ...m }; if (value === null) delete n[key]; else n[key] = value; return n; };
            if (before) was = turn(was);
            if (there) is = turn(is);
        } else if (item.countable && (before || there)) out.push({ client: item.id.client, clock: item.id.clock, len: item.length, was: before ? was : null, is: there ? is : null });
    }
    return out;
}

const textsOf = (tr: Y.Transaction) => ([...tr.changed.keys()] as unknown[]).filter((t): t is Y.XmlText => t instanceof Y.XmlText && !t._item?.deleted);

/** What has become of an item that was undone and brought back: where its letters are now. */
function now(store: Y.Doc['store'], client: number, clock: number): Y.ID | null {
    for (;;) {
        if ((store.clients.get(client)?.length ?? 0) === 0) return null;
        const item = Y.getItem(store, Y.createID(client, clock)) as Y.Item | Y.GC;
        if (!(item instanceof Y.Item)) return null;
        if (!item.redone) return Y.createID(client, clock);
        [client, clock] = [item.redone.client, item.redone.clock + clock - item.id.clock];
    }
}

export class OwnUndo extends Y.UndoManager {
    private transaction: Y.Transaction | null = null;
    private taken: readonly StackItem[] = [];
    private own: Ranges | null = null;
    private readonly kept = new Map<Y.Item, boolean>();

    /** Of what happens in `type` with one of these origins; what says `addToHistory: false` of itself is left out. `leaves`: names of nodes that say something without text. */
    constructor(type: AnyType, origins: Set<unknown>, private readonly leaves: ReadonlySet<string>) {
        super(type, { trackedOrigins: origins });
        this.captureTransaction = (tr) => {
            this.transaction = tr;
            return tr.meta.get('addToHistory') !== false;
        };
        this.deleteFilter = (item) => this.mayGo(item);
        const remember = ({ stackItem }: { stackItem: StackItem }) => {
            const tr = this.transaction!;
            const deleted = deletions(tr);
            const runs = textsOf(tr).flatMap((t) => runsOf(t, tr, deleted)).filter((r) => r.was && (!r.is || differ(r.was, r.is)));
            if (runs.length) stackItem.meta.set(RUNS, [...(stackItem.meta.get(RUNS) as Run[] | undefined ?? []), ...runs]);
        };
        this.on('stack-item-added', remember);
        this.on('stack-item-updated', remember);
    }

    override undo(): StackItem | null {
        return this.back('undo');
    }

    override redo(): StackItem | null {
        return this.back('redo');
    }

    /** Looks are put right in the same transaction, so that they are undone and done again with it. */
    private back(what: 'undo' | 'redo'): StackItem | null {
        const busy = what === 'undo' ? 'undoing' : 'redoing';
        let done: StackItem | null = null;
        try {
            this.doc.transact((tr) => {
                const stack = what === 'undo' ? this.undoStack : this.redoStack;
                this.taken = [...stack];
                done = super[what]();
                this.putRight(tr, this.taken.slice(stack.length).reverse());
                this[busy] = true;            /* until the transaction has been looked at */
            }, this);
        } finally {
            this[busy] = false;
            [this.taken, this.own] = [[], null];
            this.kept.clear();
        }
        return done;
    }

    /* ---- letters ------------------------------------------------------------------------------------------------ */

    private putRight(tr: Y.Transaction, undone: readonly StackItem[]): void {
        const deleted = deletions(tr);
        const texts = textsOf(tr).map((text) => ({ text, runs: runsOf(text, tr, deleted) }));
        const wanted = this.wanted(texts.flatMap((t) => t.runs), undone);
        for (const { text, runs } of texts) {
            const puts: { at: number; len: number; marks: Marks }[] = [];
            let at = 0;
            for (const r of runs) {
                if (!r.is) continue;
                for (let i = 0; i < r.len; i++) {
                    const want = wanted.get(`${r.client} ${r.clock + i}`) ?? r.was ?? r.is;
                    const marks = Object.fromEntries([...keysOf(want, r.is)].filter((k) => !same(want[k], r.is![k])).map((k) => [k, want[k] ?? null]));
                    const last = puts[puts.length - 1];
                    if (last && last.at + last.len === at + i && same(last.marks, marks)) last.len++;
                    else if (Object.keys(marks).length) puts.push({ at: at + i, len: 1, marks });
                }
                at += r.len;
            }
            for (const p of puts) text.format(p.at, p.len, p.marks);
        }
    }

    /** How letters that the undone changes deleted or gave another look are to look, by where they are now. */
    private wanted(runs: readonly Run[], undone: readonly StackItem[]): Map<string, Marks> {
        const out = new Map<string, Marks>(), looks = new Map<string, Marks>();
        const old = undone.flatMap((s) => [...(s.meta.get(RUNS) as Run[] | undefined ?? [])].reverse());
        if (old.length) for (const r of runs) if (r.was && r.is) for (let i = 0; i < r.len; i++) looks.set(`${r.client} ${r.clock + i}`, r.was);
        for (const r of old)
            for (let i = 0; i < r.len; i++) {
                const id = now(this.doc.store, r.client, r.clock + i);
                const key = id && `${id.client} ${id.clock}`;
                if (!key) continue;
                if (!r.is) out.set(key, r.was!);
                const look = out.get(key) ?? looks.get(key);
                if (!r.is || !look) continue;
                const then = { ...look };
                for (const k of keysOf(r.was!, r.is)) {
                    if (same(r.was![k], r.is[k]) || !same(look[k], r.is[k])) continue;
                    if (r.was![k] === undefined) delete then[k];
                    else then[k] = r.was![k];
                }
                out.set(key, then);
            }
        return out;
    }

    /* ---- blocks --------------------------------------------------------------------------------------------------- */

    private mayGo(item: Y.Item): boolean {
        if (item.content instanceof Y.ContentType) return !this.stays(item);
        const block = (item.parent as AnyType)._item;
        return item.parentSub === null || !block || !this.isOwn(block) || !this.stays(block);
    }

    /** Whether a block, or a text, holds something of others. */
    private stays(item: Y.Item): boolean {
        if (this.holdsOthers(item)) return true;
        if (!((item.content as Y.ContentType).type instanceof Y.XmlElement)) return false;
        for (let up = (item.parent as AnyType)._item; up && this.isOwn(up); up = (up.parent as AnyType)._item) {
            const el = (up.content as Y.ContentType).type as unknown;
            if (el instanceof Y.XmlElement && WHOLE.has(el.nodeName) && this.holdsOthers(up)) return true;
        }
        return false;
    }

    private holdsOthers(item: Y.Item): boolean {
        let found = this.kept.get(item);
        if (found !== undefined) return found;
        found = false;
        for (let child = (item.content as Y.ContentType).type._start; child && !found; child = child.right) {
            if (child.deleted || !child.countable) continue;
            const node = child.content instanceof Y.ContentType ? child.content.type as unknown : null;
            const says = !node || (node instanceof Y.XmlElement && this.leaves.has(node.nodeName));
            found = (says && !this.isOwn(child)) || (!!node && this.holdsOthers(child));
        }
        this.kept.set(item, found);
        return found;
    }

    private isOwn(item: Y.Item): boolean {
        const list = (this.own ??= this.made()).get(item.id.client);
        return !!list?.some(([from, to]) => from <= item.id.clock && item.id.clock + item.length <= to);
    }

    /** All that may still be taken back here, and what is taken back now. */
    private made(): Ranges {
        const all: Ranges = new Map();
        const add = (client: number, from: number, to: number) => { if (!all.get(client)?.push([from, to])) all.set(client, [[from, to]]); };
        for (const s of this.taken) s.insertions.clients.forEach((list, client) => list.forEach((d) => {
            add(client, d.clock, d.clock + d.len);
            for (let clock = d.clock; clock < d.clock + d.len;) {
                const item = Y.getItem(this.doc.store, Y.createID(client, clock)) as Y.Item | Y.GC;
                const to = Math.min(item.id.clock + item.length, d.clock + d.len);
                const there = item instanceof Y.Item && item.redone ? now(this.doc.store, client, clock) : null;
                if (there) add(there.client, there.clock, there.clock + to - clock);
                clock = to;
            }
        }));
        all.forEach((list) => {
            list.sort((a, b) => a[0] - b[0]);
            let n = 0;
            for (const r of list) {
                if (n && list[n - 1]![1] >= r[0]) list[n - 1]![1] = Math.max(list[n - 1]![1], r[1]);
                else list[n++] = r;
            }
            list.length = n;
        });
        return all;
    }
}

type Placed = { left: Y.Item | null; right: Y.Item | null; rightOrigin: Y.ID | null };

/** Whether one stands somewhere behind the other. */
function behind(left: Y.Item, right: Y.Item): boolean {
    for (let o = left.right; o; o = o.right) if (o === right) return true;
    return false;
}

const integrate = Y.Item.prototype.integrate;
Y.Item.prototype.integrate = function (this: Y.Item & Placed, transaction: Y.Transaction, offset: number): void {
    const { left, right } = this;
    if (left && right && left.right !== right && transaction.origin instanceof Y.UndoManager && !behind(left, right)) {
        this.right = left.right;
        this.rightOrigin = this.right ? this.right.id : null;
    }
    integrate.call(this, transaction, offset);
};
