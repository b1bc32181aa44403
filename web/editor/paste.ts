/** Pasting and dropping: Markdown as text becomes blocks, office HTML loses its dressing, evidence from the panel becomes
 *  a citation. Images are handled by nodes/image.ts. */
import { Extension } from '@tiptap/core';
import { DOMParser as PmParser } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { insertEvidence, type Chip } from './evidence';
import { looksLikeMarkdown, markdownToHtml } from './markdown';

/** Takes out what word processors add around the content. */
export function cleanHtml(html: string): string {
    return html.replace(/<!--[\s\S]*?-->/g, '').replace(/<(style|meta|link|xml|o:p|script|title)\b[^>]*>[\s\S]*?<\/\1>/gi, '').replace(/<\/?(meta|link|o:p|w:[\w]+)\b[^>]*>/gi, '')
        .replace(/\son\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, '')
        .replace(/<b\b[^>]*id="docs-internal-guid[^>]*>([\s\S]*)<\/b>/i, '$1');
}

export const Paste = Extension.create({
    name: 'pasteAndDrop',
    addProseMirrorPlugins() {
        return [new Plugin({
            key: new PluginKey('paste'),
            props: {
                transformPastedHTML: cleanHtml,
                handleDrop: (view, e) => {
                    const raw = e.dataTransfer?.getData('application/x-hindsight-evidence');
                    const at = raw && view.editable ? view.posAtCoords({ left: e.clientX, top: e.clientY }) : null;
                    if (!raw || !at) return false;
                    e.preventDefault();
                    insertEvidence(this.editor, JSON.parse(raw) as Chip, at.pos);
                    return true;
                },
                handlePaste: (view, e) => {
                    const data = e.clipboardData;
                    const text = data?.getData('text/plain') ?? '';
                    const html = data?.getData('text/html') ?? '';
                    const inCode = view.state.selection.$from.parent.type.spec.code;
                    /* An editor such as VS Code adds HTML that only colours the text: the text is what was meant. */
                    const dressed = html && !/vscode-editor-data|data-vscode/.test(html + data?.types.join(' ')) && !data?.types.includes('vscode-editor-data');
                    if (!text || dressed || inCode || !view.editable || !looksLikeMarkdown(text)) return false;
                    const dom = new DOMParser().parseFromString(markdownToHtml(text), 'text/html').body;
                    const slice = PmParser.fromSchema(view.state.schema).parseSlice(dom, { preserveWhitespace: false });
                    view.dispatch(view.state.tr.replaceSelection(slice).scrollIntoView());
                    return true;
                },
            },
        })];
    },
});
