/**
 * A long document: what is not in view is neither laid out nor painted.
 *
 * The blocks are children of the editable element, as ProseMirror needs them, and a browser that has thousands of children to go
 * through for every frame (places, layers, what is in view, what is under the pointer) is felt at every key. So it shows them in groups: the
 * slots of a shadow root, each of which is given some dozens of blocks. The document's own tree stays as it is, styles and selections see siblings;
 * only what the browser lays out is nested. The slots are the boxes themselves: within elements of a shadow root, Chromium selects from one slot
 * to another no further than the first line.
 *
 * Where that cannot be done, each block is left alone while it is out of view (editor.css, `long`).
 */
import { Extension } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';

/** So many blocks make a document long. */
const LONG = 400;
/** Blocks of a new group, and how many one may come to hold. */
const SIZE = 48;
const MOST = 96;
/** So many groups before and behind one reach further than what the browser lays out around the window. */
const AROUND = 2;
/** Margins below these meet the margin of what follows: they end no group, since margins of two groups do not. */
const OPEN = 'h1, h2, h3, h4, hr';
/** Heights of what was not in view yet, as in editor.css. */
const TALL = 'figure, .codeblock, .tableWrapper, .liveblock';
const TALL_PX = 240;
const LINE_PX = 34;

const STYLE = 'slot { display: block; content-visibility: auto; overflow-clip-margin: 64px; }';

type Group = { slot: HTMLSlotElement; blocks: Node[] };

/** Carets and selections that go from slot to slot are tried in Chromium only. */
const able = () => typeof HTMLSlotElement !== 'undefined' && 'assign' in HTMLSlotElement.prototype && CSS.supports('content-visibility', 'auto') && /Chrom(e|ium)\//.test(navigator.userAgent);

const grouped = new WeakMap<Element, Groups>();
const matches = (n: Node | undefined, selector: string) => n instanceof Element && n.matches(selector);
const same = (a: readonly Node[], b: readonly Node[]) => a.length === b.length && a.every((n, i) => n === b[i]);

/** Blocks as groups of so many, none of which ends where margins meet. */
export function cut<T>(blocks: readonly T[], size: number, open: (block: T) => boolean): T[][] {
    const out: T[][] = [];
    for (let from = 0; from < blocks.length;) {
        let to = Math.min(blocks.length, from + size);
        while (to < blocks.length && open(blocks[to - 1]!)) to++;
        out.push(blocks.slice(from, to));
        from = to;
    }
    return out;
}

class Groups {
    list: Group[] = [];
    private readied: Group[] = [];
    private readonly root: ShadowRoot;
    private of = new WeakMap<Node, Group>();
    private readonly watch = new MutationObserver((records) => this.arrange(records));

    constructor(private readonly dom: HTMLElement) {
        this.root = dom.attachShadow({ mode: 'closed', slotAssignment: 'manual' });
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(STYLE);
        this.root.adoptedStyleSheets = [sheet];
        this.watch.observe(dom, { childList: true });
        this.arrange([]);
        grouped.set(dom, this);
    }

    /** Shows blocks that have come, now rather than after this task: who measures them finds them laid out. */
    update(): void {
        const records = this.watch.takeRecords();
        if (records.length) this.arrange(records);
    }

    /** Lays out what stands around a node that is to be scrolled to: done afterwards, it would push the node away. */
    ready(node: Node): void {
        let block: Node | null = node;
        while (block && block.parentNode !== this.dom) block = block.parentNode;
        const group = block && this.of.get(block);
        if (!group) return;
        const at = this.list.indexOf(group), around = this.list.slice(Math.max(0, at - AROUND), at + AROUND + 1);
        for (const g of this.readied) if (!around.includes(g)) g.slot.style.contentVisibility = '';
        for (const g of around) if (!this.readied.includes(g)) g.slot.style.contentVisibility = 'visible';
        this.readied = around;
    }

    /** What came joins the group of the block before it; a group that has become too large is divided. */
    private arrange(records: readonly MutationRecord[]): void {
        for (const r of records) for (const n of r.addedNodes) this.of.delete(n);
        const lists = new Map<Group, Node[]>(this.list.map((g) => [g, []]));
        let into = this.list[0];
        if (!into) lists.set((into = this.make()), []);
        for (let n = this.dom.firstChild; n; n = n.nextSibling) {
            into = this.of.get(n) ?? into;
            lists.get(into)!.push(n);
        }
        this.list = this.balanced([...lists]).filter(({ group, blocks }) => {
            if (!blocks.length) group.slot.remove();
            return blocks.length;
        }).map(({ group, blocks }) => this.fill(group, blocks));
        this.list.forEach(({ slot }, i) => { if (this.root.children[i] !== slot) this.root.insertBefore(slot, this.root.children[i] ?? null); });
    }

    private balanced(all: [Group, Node[]][]): { group: Group; blocks: Node[] }[] {
        const open = (n: Node) => matches(n, OPEN);
        all.forEach(([, blocks], i) => {
            const next = all.slice(i + 1).find(([, b]) => b.length)?.[1];
            while (next && blocks.length > 1 && open(blocks[blocks.length - 1]!)) next.unshift(blocks.pop()!);
        });
        return all.flatMap(([group, blocks]) => (blocks.length <= MOST ? [{ group, blocks }]
            : cut(blocks, SIZE, open).map((part, i) => ({ group: i ? this.make() : group, blocks: part }))));
    }

    private make(): Group {
        return { slot: document.createElement('slot'), blocks: [] };
    }

    private fill(group: Group, blocks: Node[]): Group {
        if (same(group.blocks, blocks)) return group;
        group.blocks = blocks;
        for (const n of blocks) this.of.set(n, group);
        group.slot.style.containIntrinsicBlockSize = `auto ${blocks.reduce((sum, n) => sum + (matches(n, TALL) ? TALL_PX : LINE_PX), 0)}px`;
        group.slot.assign(...(blocks as Element[]));
        return group;
    }
}

/** The last of boxes that stand in order whose top is at a height or above it. */
function lastAbove<T>(all: ArrayLike<T>, top: (x: T) => number, y: number): number {
    let low = 0, high = all.length;
    while (low < high) {
        const mid = (low + high) >> 1;
        if (top(all[mid]!) <= y) low = mid + 1;
        else high = mid;
    }
    return low - 1;
}

/** The blocks among which the one at a height on screen is; those of groups that are out of view are not laid out, and their places mean nothing. */
export function blocksNear(dom: HTMLElement, y: number): ArrayLike<Element> {
    const groups = grouped.get(dom)?.list;
    if (!groups?.length) return dom.children;
    const at = Math.max(0, lastAbove(groups, (g) => g.slot.getBoundingClientRect().top, y));
    return groups[at]!.blocks.filter((n): n is Element => n instanceof Element);
}

/** The last block that begins at a height on screen or above it. */
export function blockAbove(dom: HTMLElement, y: number): Element | null {
    const all = blocksNear(dom, y);
    return all[lastAbove(all, (el) => el.getBoundingClientRect().top, y)] ?? null;
}

/** To be called before a node of the document is scrolled to. True in a long document, where one does better to jump than to glide. */
export function readyToScroll(node: Node): boolean {
    const dom = (node instanceof Element ? node : node.parentElement)?.closest('.ProseMirror');
    const groups = dom && grouped.get(dom);
    groups?.ready(node);
    return !!groups;
}

const isLong = (blocks: number) => blocks > LONG;

export const Long = Extension.create({
    name: 'long',
    priority: 10_000,            /* what comes after it measures */
    addProseMirrorPlugins() {
        return [new Plugin({
            key: new PluginKey('long'),
            props: {
                handleScrollToSelection: (view) => {
                    readyToScroll(view.domAtPos(view.state.selection.head).node);
                    return false;
                },
                attributes: (s): Record<string, string> => (!able() && isLong(s.doc.childCount) ? { class: 'long' } : {}),
            },
            view: (view) => {
                let groups = grouped.get(view.dom) ?? null;            /* plugins may start anew, the element stays */
                const update = () => {
                    if (groups) groups.update();
                    else if (isLong(view.state.doc.childCount) && able()) groups = new Groups(view.dom);
                };
                update();
                return { update };
            },
        })];
    },
});
