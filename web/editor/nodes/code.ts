/** Code with language and highlighting. */
import { CodeBlockLowlight } from '@tiptap/extension-code-block-lowlight';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import nginx from 'highlight.js/lib/languages/nginx';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';
import type { Piece } from '../context';
import { h, icon } from '../dom';
import { t } from '../strings';

const languages = { bash, c, diff, dockerfile, go, ini, java, javascript, json, nginx, python, rust, sql, typescript, xml, yaml };
const lowlight = createLowlight(languages);

const CodeBlock = CodeBlockLowlight.extend({
    addNodeView() {
        return ({ node, editor, getPos }) => {
            let current = node;
            const select = h('select', { class: 'code-lang', 'aria-label': t('language'), contenteditable: 'false', onchange: () => {
                const pos = getPos();
                if (pos === undefined) return;
                editor.view.dispatch(editor.state.tr.setNodeMarkup(pos, undefined, { ...current.attrs, language: select.value || null }));
            } });
            select.append(h('option', { value: '' }, t('plain')), ...Object.keys(languages).map((l) => h('option', { value: l }, l)));
            const copy = h('button', { type: 'button', class: 'btn plain icon sm', 'aria-label': t('copy'), title: t('copy'), contenteditable: 'false',
                onclick: () => void navigator.clipboard?.writeText(current.textContent) }, icon('copy'));
            const code = h('code', { spellcheck: 'false' });
            const dom = h('div', { class: 'codeblock' }, h('div', { class: 'code-bar', contenteditable: 'false' }, select, copy), h('pre', {}, code));
            const show = () => {
                const l = String(current.attrs['language'] ?? '');
                if (l && !(l in languages) && ![...select.options].some((o) => o.value === l)) select.append(h('option', { value: l }, l));
                select.value = l;
                select.disabled = !editor.isEditable;
            };
            show();
            return {
                dom, contentDOM: code,
                update: (n) => {
                    if (n.type !== current.type) return false;
                    current = n;
                    show();
                    return true;
                },
                stopEvent: (e) => dom.querySelector('.code-bar')!.contains(e.target as Node),
                ignoreMutation: (m) => !code.contains(m.target as Node),
            };
        };
    },
}).configure({ lowlight, defaultLanguage: null });

export const code: Piece = {
    extensions: [CodeBlock],
    slash: [{ id: 'code', group: 'blocks', label: () => t('code_block'), words: 'code snippet log pre 代码 日志', icon: 'code', hint: '```', run: (e, r) => { e.chain().focus().deleteRange(r).setCodeBlock().run(); } }],
};
