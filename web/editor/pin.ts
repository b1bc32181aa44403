/** A place in the document that stays with its text while others write: for what is inserted later, when a dialog was answered. */
import type { Editor } from '@tiptap/core';
import type { Transaction } from '@tiptap/pm/state';

/** Pins a position; the function answers where it is now, and lets go of it. */
export function pin(editor: Editor, pos: number): () => number {
    let at = pos;
    const follow = ({ transaction }: { transaction: Transaction }) => { at = transaction.mapping.map(at); };
    editor.on('transaction', follow);
    return () => {
        editor.off('transaction', follow);
        return Math.min(at, editor.state.doc.content.size);
    };
}
