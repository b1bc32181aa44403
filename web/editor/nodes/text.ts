/** Paragraphs, lists, quotes, dividers and the plain marks, as TipTap has them. */
import StarterKit from '@tiptap/starter-kit';
import { Code as BaseCode } from '@tiptap/extension-code';
import { Highlight } from '@tiptap/extension-highlight';
import { Extension, InputRule, Mark, mergeAttributes } from '@tiptap/core';
import type { Piece } from '../context';
import { t } from '../strings';

/** Code has no other look, but comments and suggestions stand on it as on any text. */
const Code = BaseCode.extend({ excludes: 'code bold italic strike underline highlight link' });

/** The range of a comment thread. Threads are kept beside the document; the mark only holds their place. */
const Comment = Mark.create({
    name: 'comment',
    inclusive: false,
    excludes: '',
    addAttributes() {
        return { id: { default: null, parseHTML: (el) => el.getAttribute('data-comment'), renderHTML: (a) => ({ 'data-comment': a['id'] as string }) } };
    },
    parseHTML() {
        return [{ tag: 'span[data-comment]' }];
    },
    renderHTML({ HTMLAttributes }) {
        return ['span', mergeAttributes({ class: 'cm' }, HTMLAttributes), 0];
    },
});

/** What is only suggested: by whom, since when. Readers and exports see the text as if it were not (document/clean.h). */
const suggestion = (name: 'insertion' | 'deletion', tag: 'ins' | 'del') => Mark.create({
    name,
    inclusive: false,
    addAttributes() {
        return { user: { default: '', rendered: false }, name: { default: '', rendered: false }, at: { default: null, rendered: false } };
    },
    parseHTML() {
        return [];          /* what is pasted is nobody's suggestion */
    },
    renderHTML({ mark }) {
        return [tag, { class: 'sg', title: String(mark.attrs['name']) }, 0];
    },
});

/** Another look that is only suggested: `mark` is to be set (`on`) or taken away. The text itself keeps the look it has. */
const Proposed = Mark.create({
    name: 'proposed',
    inclusive: false,
    excludes: '',
    addAttributes() {
        const hidden = (otherwise: unknown) => ({ default: otherwise, rendered: false });
        return { user: hidden(''), name: hidden(''), at: hidden(null), mark: hidden(''), on: hidden(true), attrs: hidden(null) };
    },
    parseHTML() {
        return [];
    },
    renderHTML({ mark }) {
        return ['span', { class: `sg sg-look ${mark.attrs['on'] ? '' : 'no-'}${mark.attrs['mark']}`, title: String(mark.attrs['name']) }, 0];
    },
});

/** What a model wrote and nothing supports: shown until somebody corrects it, removes it or stands by it. Publishing asks for it (feature/draft). */
const Unsupported = Mark.create({
    name: 'unsupported',
    inclusive: false,
    excludes: '',
    addAttributes() {
        return { why: { default: '', rendered: false } };
    },
    parseHTML() {
        return [];          /* what is pasted is somebody's own */
    },
    renderHTML({ mark }) {
        return ['span', { class: 'unsupported', title: String(mark.attrs['why']) }, 0];
    },
});

/** `[words](address)` as Markdown writes it. */
const MarkdownLink = Extension.create({
    name: 'markdownLink',
    addInputRules() {
        return [new InputRule({ find: /(?<!!)\[([^[\]]+)\]\(((?:https?:\/\/|mailto:|\/(?!\/))[^\s()]+)\)$/, handler: ({ state, range, match }) => {
            const link = state.schema.marks['link']!.create({ href: match[2] });
            state.tr.replaceWith(range.from, range.to, state.schema.text(match[1]!, [link])).removeStoredMark(state.schema.marks['link']!);
        } })];
    },
});

export const text: Piece = {
    extensions: [
        StarterKit.configure({
            undoRedo: false, heading: false, code: false, codeBlock: false, trailingNode: false,
            dropcursor: { class: 'drop-line', color: false, width: 2 },
            link: { openOnClick: false, autolink: true, linkOnPaste: true, defaultProtocol: 'https',
                HTMLAttributes: { rel: 'noopener noreferrer', target: null } },
        }),
        Code,
        Highlight,
        MarkdownLink,
        Comment,
        Unsupported,
        suggestion('insertion', 'ins'),
        suggestion('deletion', 'del'),
        Proposed,
    ],
    slash: [
        { id: 'text', group: 'text', label: () => t('text'), words: 'paragraph plain 正文 段落', icon: 'text', run: (e, r) => { e.chain().focus().deleteRange(r).setParagraph().run(); } },
        { id: 'bullets', group: 'text', label: () => t('bullets'), words: 'list unordered ul 列表', icon: 'list', hint: '-', run: (e, r) => { e.chain().focus().deleteRange(r).toggleBulletList().run(); } },
        { id: 'numbers', group: 'text', label: () => t('numbers'), words: 'list ordered ol 列表 编号', icon: 'olist', hint: '1.', run: (e, r) => { e.chain().focus().deleteRange(r).toggleOrderedList().run(); } },
        { id: 'quote', group: 'blocks', label: () => t('quote'), words: 'blockquote cite 引用', icon: 'quote', hint: '>', run: (e, r) => { e.chain().focus().deleteRange(r).toggleBlockquote().run(); } },
        { id: 'divider', group: 'blocks', label: () => t('divider'), words: 'rule line hr 分隔', icon: 'divider', hint: '---', run: (e, r) => { e.chain().focus().deleteRange(r).setHorizontalRule().run(); } },
    ],
};
