/** Named cursors of the others, in the person's colour. */
import { Extension } from '@tiptap/core';
import { Plugin, PluginKey, type EditorState } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { colorOf } from '../kit/people';
import { bindingOf } from './binding';
import { h } from './dom';

export type AwareUser = { id: string; name: string; color: number };

/** The colours 1…6 as the protocol wants them, for clients that know no tokens: the light --who-N of tokens.css. */
export const HEX = ['#9141c2', '#0d756c', '#b04f18', '#3763b5', '#b0356f', '#5c7318'];

/** Reads what another client says about itself; a colour that is not one of ours is derived from the id. */
export function awareUser(u: unknown): AwareUser {
    const o = (u && typeof u === 'object' ? u : {}) as Record<string, unknown>;
    const id = typeof o['id'] === 'string' ? o['id'] : '';
    const name = typeof o['name'] === 'string' && o['name'] ? o['name'].slice(0, 80) : '?';
    return { id, name, color: colorOf({ id: id || name, name, avatar_color: Number(o['avatar_color']) || HEX.indexOf(String(o['color']).toLowerCase()) + 1 || undefined }) };
}

const first = (name: string) => (/^[\u3400-\u9fff]/.test(name) ? name : name.split(/\s+/)[0]!);

const key = new PluginKey<DecorationSet>('carets');
/** Pauses between two looks at the others, and between two words about oneself: cursors are seen, not read. In a long document a look takes longer; it gets a small part of the time. */
const LOOK_MS = 60;
const LOOK_PART = 30;
const LOOK_MAX_MS = 1000;
const TELL_MS = 50;

type Cursor = { anchor?: unknown; head?: unknown } | null | undefined;

/** The cursor and the selection of one client, or nothing when it is elsewhere or its place is gone. */
function drawn(state: EditorState, awareness: Awareness, client: number): Decoration[] {
    const s = awareness.getStates().get(client) as { cursor?: Cursor; user?: unknown } | undefined;
    if (!s?.cursor || client === awareness.clientID) return [];
    const binding = bindingOf(state);
    let anchor: number | null, head: number | null;
    try {
        anchor = binding.absolute(state.doc, Y.createRelativePositionFromJSON(s.cursor.anchor));
        head = binding.absolute(state.doc, Y.createRelativePositionFromJSON(s.cursor.head));
    } catch {
        return [];            /* what another client says need not make sense */
    }
    if (anchor === null || head === null) return [];
    const u = awareUser(s.user);
    const max = state.doc.content.size;
    const caret = Decoration.widget(Math.min(head, max), () => h('span', { class: `cursor p${u.color}`, 'aria-hidden': 'true' }, h('b', {}, first(u.name))), { key: `${client} ${u.name} ${u.color}`, side: 10, client, ignoreSelection: true });
    const from = Math.min(anchor, head, max);
    const to = Math.min(Math.max(anchor, head), max);
    return from < to ? [caret, Decoration.inline(from, to, { class: `sel p${u.color}` }, { client })] : [caret];
}

class Watch {
    private readonly news = new Set<number>();
    private looking: ReturnType<typeof setTimeout> | undefined;
    private telling: ReturnType<typeof setTimeout> | undefined;
    private told = '';
    private waiting: number[] = [];
    private pause = LOOK_MS;

    constructor(private readonly view: EditorView, private readonly awareness: Awareness) {
        awareness.on('change', this.hear);
        view.dom.addEventListener('focusin', this.tellSoon);
        view.dom.addEventListener('focusout', this.tellSoon);
        this.hear({ added: [...awareness.getStates().keys()], updated: [], removed: [] });
    }

    destroy(): void {
        clearTimeout(this.looking);
        clearTimeout(this.telling);
        this.awareness.off('change', this.hear);
        this.view.dom.removeEventListener('focusin', this.tellSoon);
        this.view.dom.removeEventListener('focusout', this.tellSoon);
        if (this.awareness.getLocalState()) this.awareness.setLocalStateField('cursor', null);
    }

    update(before: EditorState): void {
        const { state } = this.view;
        if (before.doc !== state.doc || !before.selection.eq(state.selection)) this.tellSoon();
        if (before.doc !== state.doc && this.waiting.length) this.hear({ added: [], updated: this.waiting.splice(0), removed: [] });
    }

    /** Whose cursor stands in letters that have not come yet: they are looked at again when the text changes. */
    private unplaced(clients: readonly number[]): number[] {
        const set = key.getState(this.view.state), states = this.awareness.getStates();
        return clients.filter((c) => (states.get(c) as { cursor?: unknown } | undefined)?.cursor && !set?.find(undefined, undefined, (s) => s['client'] === c).length);
    }

    private readonly hear = ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }): void => {
        for (const id of [...added, ...updated, ...removed]) if (id !== this.awareness.clientID) this.news.add(id);
        if (!this.news.size) return;
        this.looking ??= setTimeout(() => {
            this.looking = undefined;
            const clients = [...this.news];
            this.news.clear();
            if (this.view.isDestroyed) return;
            const from = performance.now();
            this.view.dispatch(this.view.state.tr.setMeta(key, clients));
            this.waiting = this.unplaced(clients);
            this.pause = Math.min(LOOK_MAX_MS, Math.max(LOOK_MS, (performance.now() - from) * LOOK_PART));
        }, this.pause);
    };

    private readonly tellSoon = (): void => {
        this.telling ??= setTimeout(() => {
            this.telling = undefined;
            this.tell();
        }, TELL_MS);
    };

    private tell(): void {
        if (this.view.isDestroyed || !this.awareness.getLocalState()) return;
        const { state } = this.view;
        const binding = bindingOf(state);
        const anchor = binding.relative(state.doc, state.selection.anchor);
        const head = binding.relative(state.doc, state.selection.head);
        if (!anchor || !head) return;
        const cursor = this.view.hasFocus() ? { anchor: Y.relativePositionToJSON(anchor), head: Y.relativePositionToJSON(head) } : null;
        const text = JSON.stringify(cursor);
        if (text === this.told) return;
        this.told = text;
        this.awareness.setLocalStateField('cursor', cursor);
    }
}

export const Carets = (awareness: Awareness) => Extension.create({
    name: 'carets',
    addProseMirrorPlugins() {
        return [new Plugin<DecorationSet>({
            key,
            state: {
                init: () => DecorationSet.empty,
                apply(tr, old, _before, state) {
                    let set = tr.docChanged ? old.map(tr.mapping, tr.doc) : old;
                    const clients = tr.getMeta(key) as number[] | undefined;
                    if (!clients) return set;
                    set = set.remove(set.find(undefined, undefined, (s) => clients.includes(s['client'] as number)));
                    return set.add(tr.doc, clients.flatMap((c) => drawn(state, awareness, c)));
                },
            },
            props: { decorations: (s) => key.getState(s) },
            view: (view) => {
                const c = new Watch(view, awareness);
                return { update: (_v, before) => c.update(before), destroy: () => c.destroy() };
            },
        })];
    },
});
