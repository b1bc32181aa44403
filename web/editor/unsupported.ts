/** Claims of a model that nothing supports: where they are, and what a person may do about them. */
import type { Editor } from '@tiptap/core';

export type Unsupported = { from: number; to: number; text: string; why: string };

export function unsupportedIn(editor: Editor): Unsupported[] {
    const out: Unsupported[] = [];
    editor.state.doc.descendants((n, pos) => {
        const mark = n.isText ? n.marks.find((m) => m.type.name === 'unsupported') : undefined;
        if (!mark) return;
        const why = String(mark.attrs['why']), last = out.at(-1);
        if (last && last.to === pos && last.why === why) { last.to = pos + n.nodeSize; last.text += n.text ?? ''; }
        else out.push({ from: pos, to: pos + n.nodeSize, text: n.text ?? '', why });
    });
    return out;
}

/** The same claim as it stands now: others may have written before it. */
function now(editor: Editor, claim: Unsupported): Unsupported | undefined {
    const all = unsupportedIn(editor).filter((c) => c.text === claim.text);
    return all.find((c) => c.from === claim.from) ?? all[0];
}

export function showUnsupported(editor: Editor, claim: Unsupported): void {
    const at = now(editor, claim);
    if (at) editor.chain().focus().setTextSelection({ from: at.from, to: at.to }).scrollIntoView().run();
}

/** Somebody says that it is so: the words stay, and the mark goes. */
export function standBy(editor: Editor, claim: Unsupported): void {
    const at = now(editor, claim);
    if (at) editor.view.dispatch(editor.state.tr.removeMark(at.from, at.to, editor.schema.marks['unsupported']));
}

export function removeUnsupported(editor: Editor, claim: Unsupported): void {
    const at = now(editor, claim);
    if (at) editor.view.dispatch(editor.state.tr.delete(at.from, at.to));
}
