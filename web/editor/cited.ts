/** Which sentences rest on which evidence: pointing at a piece of evidence, here or beside the text, lights the sentences that use it. */
import { Extension, type Editor } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import { NodeSelection, Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';

/** What is pointed at: ids, and for evidence without one (the record of the incident) title and time. */
type Lit = { ids: readonly string[]; from: 'beside' | 'text' } | null;
const key = new PluginKey<{ lit: Lit; set: DecorationSet }>('cited');
const CHIP = '\uFFFC', OTHER = '\uFFFB';

export function idOf(n: PmNode): string {
    return String(n.attrs['id'] || '') || `${String(n.attrs['title'])} ${String(n.attrs['at'])}`;
}

/** Where in the text of a block the sentence stands that ends before `at`; chips are CHIP. */
export function sentenceBefore(text: string, at: number): { from: number; to: number } {
    let to = at;
    while (to > 0 && (text[to - 1] === CHIP || /\s/.test(text[to - 1]!))) to--;
    let from = to;
    while (from > 0 && /[.!?。！？…"”’」』)\]]/.test(text[from - 1]!)) from--;
    while (from > 0) {
        const before = text[from - 1]!;
        if (before === CHIP || /[。！？]/.test(before) || (/[.!?]/.test(before) && /\s/.test(text[from] ?? ''))) break;
        from--;
    }
    while (from < to && /\s/.test(text[from]!)) from++;
    return { from, to };
}

function textOf(block: PmNode): string {
    let s = '';
    block.forEach((n) => { s += n.isText ? n.text ?? '' : (n.type.name === 'evidence' ? CHIP : OTHER).repeat(n.nodeSize); });
    return s;
}

/** The sentences that cite one of these, with their chips. */
export function citing(doc: PmNode, ids: readonly string[]): { from: number; to: number; chip: number }[] {
    const out: { from: number; to: number; chip: number }[] = [], wanted = new Set(ids);
    doc.descendants((block, pos) => {
        if (!block.isTextblock) return true;
        let text: string | null = null;
        block.forEach((n, offset) => {
            if (n.type.name !== 'evidence' || !wanted.has(idOf(n))) return;
            const s = sentenceBefore((text ??= textOf(block)), offset);
            out.push({ from: pos + 1 + s.from, to: pos + 1 + s.to, chip: pos + 1 + offset });
        });
        return false;
    });
    return out;
}

function decorate(doc: PmNode, lit: Lit): DecorationSet {
    if (!lit) return DecorationSet.empty;
    return DecorationSet.create(doc, citing(doc, lit.ids).flatMap((c) => [
        ...(c.from < c.to ? [Decoration.inline(c.from, c.to, { class: 'cites' })] : []), Decoration.node(c.chip, c.chip + 1, { class: 'cited-on' })]));
}

/** Lights the sentences that cite these, or none. */
export function lightEvidence(editor: Editor, ids: readonly string[] | null): void {
    if (!editor.isDestroyed && (ids || key.getState(editor.state)?.lit)) editor.view.dispatch(editor.state.tr.setMeta(key, ids && { ids, from: 'beside' }).setMeta('addToHistory', false));
}

/** Brings the n-th sentence that cites one of these into view, counted around; how many there are. */
export function showCiting(editor: Editor, ids: readonly string[], n: number): number {
    const all = citing(editor.state.doc, ids), at = all.length ? all[n % all.length] : undefined;
    if (at) {
        const dom = editor.view.domAtPos(at.from).node;
        (dom instanceof Element ? dom : dom.parentElement)?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    }
    return all.length;
}

export const Cited = Extension.create({
    name: 'cited',
    addProseMirrorPlugins() {
        const editor = this.editor;
        const light = (lit: Lit) => editor.view.dispatch(editor.state.tr.setMeta(key, lit).setMeta('addToHistory', false));
        const chipAt = (e: Event): PmNode | null => {
            const el = (e.target as Element | null)?.closest?.('.ev');
            if (!el) return null;
            const n = editor.state.doc.nodeAt(editor.view.posAtDOM(el, 0));
            return n?.type.name === 'evidence' ? n : null;
        };
        const enter = (_: unknown, e: Event) => {
            const n = chipAt(e);
            if (n) light({ ids: [idOf(n)], from: 'text' });
            return false;
        };
        const leave = (_: unknown, e: Event) => {
            if ((e.target as Element | null)?.closest?.('.ev') && key.getState(editor.state)?.lit?.from === 'text') light(null);
            return false;
        };
        return [new Plugin<{ lit: Lit; set: DecorationSet }>({
            key,
            state: {
                init: () => ({ lit: null, set: DecorationSet.empty }),
                apply: (tr, old) => {
                    const meta = tr.getMeta(key) as Lit | undefined;
                    let lit = meta === undefined ? old.lit : meta;
                    /* standing on a chip with the keyboard, or after a tap */
                    if (meta === undefined && tr.selectionSet) {
                        const on = tr.selection instanceof NodeSelection && tr.selection.node.type.name === 'evidence' ? tr.selection.node : null;
                        if (on) lit = { ids: [idOf(on)], from: 'text' };
                        else if (lit?.from === 'text') lit = null;
                    }
                    if (lit === old.lit && !tr.docChanged) return old;
                    return lit ? { lit, set: decorate(tr.doc, lit) } : old.lit ? { lit, set: DecorationSet.empty } : old;
                },
            },
            props: {
                /* The arrows stand on a chip before they pass it; Enter opens what it stands for, as a double click does. */
                handleKeyDown: (view, e) => {
                    const { selection } = view.state;
                    if (e.key === 'Enter' && selection instanceof NodeSelection && selection.node.type.name === 'evidence') {
                        view.nodeDOM(selection.from)?.dispatchEvent(new MouseEvent('dblclick'));
                        return true;
                    }
                    const dir = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
                    if (!dir || !selection.empty || e.shiftKey || e.metaKey || e.ctrlKey || e.altKey) return false;
                    const $at = selection.$from, n = $at.textOffset ? null : dir > 0 ? $at.nodeAfter : $at.nodeBefore;
                    if (n?.type.name !== 'evidence') return false;
                    view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, dir > 0 ? $at.pos : $at.pos - n.nodeSize)).scrollIntoView());
                    return true;
                },
                decorations: (state) => key.getState(state)?.set,
                handleDOMEvents: { mouseover: enter, mouseout: leave, focusin: enter, focusout: leave },
            },
        })];
    },
});
