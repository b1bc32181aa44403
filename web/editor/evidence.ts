import type { Editor } from '@tiptap/core';

export type Chip = { kind: string; id: string; title: string; at: string | null; url?: string | null };

/** Puts a citation chip at the cursor, after the sentence it supports. */
export function insertEvidence(editor: Editor, e: Chip, pos?: number): void {
    const at = pos ?? editor.state.selection.to;
    const $at = editor.state.doc.resolve(at);
    const before = $at.parent.isTextblock && $at.parentOffset > 0 && !/\s$/.test($at.parent.textBetween(Math.max(0, $at.parentOffset - 1), $at.parentOffset, ' ', 'x'));
    const chip = { type: 'evidence', attrs: { kind: e.kind, id: e.id, title: e.title, at: e.at, url: e.url ?? null } };
    editor.chain().focus().insertContentAt(at, [...(before ? [{ type: 'text', text: ' ' }] : []), chip, { type: 'text', text: ' ' }]).run();
}
