/** Pasting, dropping and copying: HTML of other editors is brought into our shape (paste-html.ts), Markdown as text becomes
 *  blocks, an address of ours becomes a mention, evidence from the panel a citation; what is copied is Markdown as text.
 *  Images are handled by nodes/image.ts. */
import { Extension } from '@tiptap/core';
import { DOMParser as PmParser } from '@tiptap/pm/model';
import { Plugin, PluginKey, TextSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import type { EditorContext } from './context';
import { insertEvidence, type Chip } from './evidence';
import { cardOf, targetOf } from './menus/card';
import { hasPending, pastePending } from './nodes/image';
import { pin } from './pin';
import { fragmentToMarkdown } from './to-markdown';

/** Takes out what word processors add around the content. */
export function cleanHtml(html: string): string {
    return html.replace(/<!--[\s\S]*?-->/g, '').replace(/<(style|meta|link|xml|o:p|script|title)\b[^>]*>[\s\S]*?<\/\1>/gi, '').replace(/<\/?(meta|link|o:p|w:[\w]+)\b[^>]*>/gi, '')
        .replace(/\son\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, '')
        .replace(/<b\b[^>]*id="docs-internal-guid[^>]*>([\s\S]*)<\/b>/i, '$1');
}

let shape: typeof import('./paste-html') | null = null;
const loadShape = () => import('./paste-html').then((m) => { shape = m; });

/** The same once more, as an event of its own: the data of one that is over is empty. */
function again(view: EditorView, html: string, text: string): void {
    const data = new DataTransfer();
    if (html) data.setData('text/html', html);
    if (text) data.setData('text/plain', text);
    const e = new ClipboardEvent('paste', { clipboardData: data });
    if (html) view.pasteHTML(html, e);
    else view.pasteText(text, e);
}

export const Paste = (ctx: EditorContext) => Extension.create({
    name: 'pasteAndDrop',
    addProseMirrorPlugins() {
        const { editor } = this;
        /* The address of a record of ours becomes a mention; it stays a link when nobody knows the record. */
        const mention = (text: string): boolean => {
            const target = editor.state.selection.empty && /^\S+$/.test(text) ? targetOf(text, location.origin) : null;
            if (!target || !/^https?:/.test(text)) return false;
            const place = pin(editor, editor.state.selection.from);
            void cardOf(ctx, target).then((c) => ({ type: 'mention', attrs: { kind: target.kind, id: c.ref, label: `${c.ref} ${c.title}` } }), () => ({ type: 'text', text, marks: [{ type: 'link', attrs: { href: text } }] }))
                .then((node) => editor.chain().focus().insertContentAt(place(), [node, { type: 'text', text: ' ' }]).run());
            return true;
        };
        return [new Plugin({
            key: new PluginKey('paste'),
            view: () => {
                const wait = setTimeout(() => void loadShape().catch(() => {}), 1000);
                return { destroy: () => clearTimeout(wait) };
            },
            props: {
                /* Who pastes before that part of the program is here waits for it, and loses no structure; without a server it goes in as it is. */
                handleDOMEvents: {
                    paste: (view, e) => {
                        const data = e.clipboardData;
                        const [html, text] = [data?.getData('text/html') ?? '', data?.getData('text/plain') ?? ''];
                        if (shape || !view.editable || !data || data.files.length || (!html && !text)) return false;
                        e.preventDefault();
                        const paste = () => { if (!view.isDestroyed) again(view, html, text); };
                        void loadShape().then(paste, paste);
                        return true;
                    },
                },
                transformPastedHTML: (html) => (shape ? shape.normalizeHtml(cleanHtml(html), location.origin) : cleanHtml(html)),
                clipboardTextSerializer: (slice) => fragmentToMarkdown(slice.content),
                handleDrop: (view, e, slice, moved) => {
                    const raw = e.dataTransfer?.getData('application/x-hindsight-evidence');
                    const at = raw && view.editable ? view.posAtCoords({ left: e.clientX, top: e.clientY }) : null;
                    if (!raw && !moved && view.editable && hasPending(slice)) {
                        const to = view.posAtCoords({ left: e.clientX, top: e.clientY });
                        e.preventDefault();
                        if (to) view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(to.pos))));
                        pastePending(view, slice, ctx);
                        return true;
                    }
                    if (!raw || !at) return false;
                    e.preventDefault();
                    insertEvidence(editor, JSON.parse(raw) as Chip, at.pos);
                    return true;
                },
                handlePaste: (view, e, slice) => {
                    const data = e.clipboardData;
                    const text = data?.getData('text/plain') ?? '';
                    const html = data?.getData('text/html') ?? '';
                    const inCode = view.state.selection.$from.parent.type.spec.code;
                    if (!view.editable || inCode) return false;
                    if (!html && mention(text.trim())) return true;
                    /* An editor such as VS Code adds HTML that only colours the text: the text is what was meant. */
                    const dressed = html && !/vscode-editor-data|data-vscode/.test(html + data?.types.join(' ')) && !data?.types.includes('vscode-editor-data');
                    if (dressed && hasPending(slice)) {
                        pastePending(view, slice, ctx);
                        return true;
                    }
                    if (!text || dressed || !shape?.looksLikeMarkdown(text)) return false;
                    const dom = new DOMParser().parseFromString(shape.markdownToHtml(text), 'text/html').body;
                    const blocks = PmParser.fromSchema(view.state.schema).parseSlice(dom, { preserveWhitespace: false });
                    if (hasPending(blocks)) pastePending(view, blocks, ctx);
                    else view.dispatch(view.state.tr.replaceSelection(blocks).scrollIntoView());
                    return true;
                },
            },
        })];
    },
});
