/**
 * What is suggested about whole blocks and about chips in a line: the attributes `inserted` (one layer) and `suggested` (a list), as JSON. The node itself stays
 * what it is until somebody accepts, so the text that readers see never depends on how the edits of several people meet (document/clean.h).
 *   insert   the node is new: readers do not see it       delete   it is to go
 *   join     it is to become one with the one before      change   it is to be of another type, or have other attributes
 * That a node is new is written with the node and never again: were it in the list, somebody's undo of another layer could take it away with Yjs.
 * A paragraph that is to be divided holds a `paragraphBreak` where.
 */
import { Extension, Node } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { redrawn } from './redrawn';

export type Layer = { do: 'insert' | 'delete' | 'join' | 'change'; user: string; name: string; at: string; type?: string; attrs?: Record<string, unknown>; depth?: number };

const TYPES = ['paragraph', 'heading', 'bulletList', 'orderedList', 'taskList', 'listItem', 'taskItem', 'blockquote', 'codeBlock', 'horizontalRule', 'image', 'table', 'tableRow', 'tableCell',
    'tableHeader', 'callout', 'details', 'liveBlock', 'mention', 'timestamp', 'evidence', 'hardBreak', 'paragraphBreak'];
const key = new PluginKey<DecorationSet>('suggested');
const NONE: readonly Layer[] = [];
const read = new Map<string, readonly Layer[]>();

/** Whether anything is suggested about a node. */
export const isSuggested = (n: PmNode): boolean => !!n.attrs['inserted'] || !!n.attrs['suggested'];

/** The attributes that hold these layers. */
export function layerAttrs(layers: readonly Layer[]): { inserted: string | null; suggested: string | null } {
    const rest = layers.filter((l) => l.do !== 'insert'), insert = layers.find((l) => l.do === 'insert');
    return { inserted: insert ? JSON.stringify(insert) : null, suggested: rest.length ? JSON.stringify(rest) : null };
}

/** The layers of a node, oldest first. */
export function layersOf(n: PmNode): readonly Layer[] {
    if (!isSuggested(n)) return NONE;
    const text = `[${(n.attrs['inserted'] as string | null) ?? '{}'},${(n.attrs['suggested'] as string | null) ?? '[]'}]`;
    let found = read.get(text);
    if (!found) {
        try {
            const [insert, rest] = JSON.parse(text) as [unknown, unknown];
            found = [insert, ...(Array.isArray(rest) ? rest : [])].filter((x): x is Layer => !!x && typeof x === 'object' && typeof (x as Layer).do === 'string');
        } catch {
            found = NONE;            /* somebody else's program wrote it */
        }
        if (read.size > 5000) read.clear();
        read.set(text, found);
    }
    return found;
}

/** How a block looks that carries layers. */
function look(n: PmNode): Record<string, string> {
    const layers = layersOf(n);
    const change = layers.findLast((l) => l.do === 'change');
    const as = change && (change.type ?? n.type.name) === 'heading' ? `as-h${change.attrs?.['level'] ?? n.attrs['level']}` : change?.type === 'paragraph' ? 'as-p' : '';
    return { class: `${layers.map((l) => `sg-${l.do}`).join(' ')} ${as}`.trim(), title: [...new Set(layers.map((l) => l.name))].join(', ') };
}

function drawn(doc: PmNode, from: number, to: number): Decoration[] {
    const list: Decoration[] = [];
    doc.nodesBetween(from, to, (n, pos) => {
        if (isSuggested(n)) list.push(Decoration.node(pos, pos + n.nodeSize, look(n)));
    });
    return list;
}

export const Suggested = Extension.create({
    name: 'suggested',
    addGlobalAttributes() {
        return [{ types: TYPES, attributes: { inserted: { default: null, rendered: false, parseHTML: () => null }, suggested: { default: null, rendered: false, parseHTML: () => null } } }];
    },
    addProseMirrorPlugins() {
        return [new Plugin<DecorationSet>({
            key,
            state: { init: (_c, s) => DecorationSet.create(s.doc, drawn(s.doc, 0, s.doc.content.size)), apply: (tr, old) => redrawn(tr, old, drawn) },
            props: { decorations: (s) => key.getState(s) },
        })];
    },
});

/** Where a paragraph is suggested to be divided. */
export const ParagraphBreak = Node.create({
    name: 'paragraphBreak',
    group: 'inline',
    inline: true,
    atom: true,
    selectable: false,
    parseHTML() {
        return [];
    },
    renderHTML() {
        return ['span', { class: 'sg sg-break' }, '¶'];
    },
    renderText: () => '\n',
});
