/** The report editor: TipTap over a Yjs document. Loaded when the first report is opened. */
import { Editor, Extension } from '@tiptap/core';
import type { Node as PmNode } from '@tiptap/pm/model';
import { TextSelection } from '@tiptap/pm/state';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { Together } from './binding';
import { Carets } from './carets';
import { Cited } from './cited';
import type { EditorContext } from './context';
import { Find } from './find';
import { Guard } from './guard';
import { Gutters } from './gutter';
import { blockAbove, Long, readyToScroll } from './long';
import { FloatBars } from './menus/floatbar';
import { Mend } from './mend';
import { CardsOver } from './menus/card';
import { mentionMenu } from './menus/mention';
import { slashMenu } from './menus/slash';
import { TableMenus } from './menus/table';
import { sections, type Section } from './nodes/heading';
import { Paste } from './paste';
import { Placeholder } from './placeholder';
import { pieces } from './schema';
import { countWords } from './words';

export type EditorOptions = { element: HTMLElement; doc: Y.Doc; awareness: Awareness; editable: boolean; label: string; context: EditorContext };

export function createEditor(o: EditorOptions): Editor {
    const all = pieces(o.context);
    return new Editor({
        element: o.element,
        editable: o.editable,
        injectCSS: false,
        enableCoreExtensions: { delete: false, clipboardTextSerializer: false },
        extensions: [
            ...all.flatMap((p) => p.extensions),
            Together.configure({ document: o.doc }),
            Carets(o.awareness),
            Mend(o.awareness),
            slashMenu(all.flatMap((p) => p.slash ?? []), o.context),
            mentionMenu(o.context),
            FloatBars(o.context), Cited, CardsOver(o.context), TableMenus, Gutters, Find, Guard, Paste(o.context), Placeholder, Ends, Long,
        ],
        editorProps: {
            /* A click in a link sets the cursor; with the modifier it follows the link. */
            handleClick: (view, _pos, e) => {
                const link = (e.target as Element | null)?.closest?.('a[href]');
                if (!link || (view.editable && !e.metaKey && !e.ctrlKey)) return false;
                e.preventDefault();
                o.context.open(link.getAttribute('href')!);
                return true;
            },
            attributes: { class: 'doc-body', role: 'textbox', 'aria-multiline': 'true', 'aria-label': o.label, spellcheck: 'true' },
        },
    });
}

/** What is written about the document beside it. */
export type Facts = { sections: Section[]; words: number; selected: number; cited: Map<string, number> };

/** What one block adds to it, kept per block: a keystroke changes one. */
const counted = new WeakMap<PmNode, { words: number; cited: string[] }>();

function countOf(block: PmNode): { words: number; cited: string[] } {
    let c = counted.get(block);
    if (!c) {
        const cited: string[] = [];
        block.descendants((n) => { if (n.type.name === 'evidence') cited.push(String(n.attrs['id'] ?? '')); });
        counted.set(block, (c = { words: block.isTextblock || block.childCount ? countWords(block.textBetween(0, block.content.size, ' ', ' ')) : 0, cited }));
    }
    return c;
}

export function factsOf(editor: Editor): Facts {
    const doc = editor.state.doc;
    const cited = new Map<string, number>();
    let words = 0;
    doc.forEach((block) => {
        const c = countOf(block);
        words += c.words;
        for (const id of c.cited) cited.set(id, (cited.get(id) ?? 0) + 1);
    });
    const { from, to } = editor.state.selection;
    return { sections: sections(doc), words, selected: from < to ? countWords(doc.textBetween(from, to, ' ', ' ')) : 0, cited };
}

/** Which section stands at a height on screen; -1 above the first. */
export function sectionAt(editor: Editor, list: readonly Section[], y: number): number {
    const { view } = editor;
    const block = blockAbove(view.dom, y);
    if (!block) return -1;
    const at = view.posAtDOM(block, 0);
    return list.findLastIndex((s) => s.pos < at);            /* a heading's own text begins behind its position */
}

/** Goes to a heading. */
export function jumpTo(editor: Editor, pos: number): void {
    const el = editor.view.nodeDOM(pos);
    if (el instanceof HTMLElement) el.scrollIntoView({ block: 'start', behavior: readyToScroll(el) || matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    if (editor.isEditable) {
        const tr = editor.state.tr.setSelection(TextSelection.near(editor.state.doc.resolve(pos + 1)));
        editor.view.dispatch(tr);
        editor.view.focus();
    }
}

/** A click below the last block: go on writing there. */
export function writeAtEnd(editor: Editor): void {
    if (!editor.isEditable) return;
    const last = editor.state.doc.lastChild;
    if (last?.type.name !== 'paragraph' || last.content.size) {
        const tr = editor.state.tr.insert(editor.state.doc.content.size, editor.state.schema.nodes['paragraph']!.create());
        editor.view.dispatch(tr);
    }
    editor.commands.focus('end');
}

/** Control+End and Home: the browser's own lose their way among blocks that cannot be edited. */
const Ends = Extension.create({
    name: 'ends',
    addKeyboardShortcuts() {
        return {
            'Ctrl-End': ({ editor }) => {
                if (editor.state.doc.lastChild?.isTextblock) editor.commands.focus('end');
                else writeAtEnd(editor);
                return true;
            },
            'Ctrl-Home': ({ editor }) => editor.commands.focus('start'),
        };
    },
});

export type { Editor };
export { lightEvidence, showCiting } from './cited';
export { insertEvidence } from './evidence';
export { selectedPlaces, showThreads, threadElements, threadOrder, threadsAt, type Place, type Selected } from './comments';
export { replaceWording, revealWording, selectWording, showWording } from './wording';
export { removeUnsupported, showUnsupported, standBy, unsupportedIn, type Unsupported } from './unsupported';
export { endFind, find, replaceAll, replaceOne } from './find';
export { evidenceLook } from './nodes/inline';
export { eventKind } from './nodes/live-block';
export { readyToScroll } from './long';
export { Provider, type SaveState } from './provider';
export { Device, forgetSaved } from './device';
export { awareUser, HEX, type AwareUser } from './carets';
export { Doc } from 'yjs';
export { Awareness } from 'y-protocols/awareness';
