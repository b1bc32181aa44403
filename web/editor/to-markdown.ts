/** What is copied, as Markdown: the plain text beside the HTML on the clipboard. The server's Markdown (render_markdown.c) is the exact one. */
import type { Fragment, Node as PmNode } from '@tiptap/pm/model';
import { inUtc } from '../src/time';

const ALERT: Record<string, string> = { info: 'NOTE', success: 'TIP', warning: 'WARNING', danger: 'CAUTION' };
const TAGS: [mark: string, open: string, close: string][] = [['bold', '**', '**'], ['italic', '*', '*'], ['strike', '~~', '~~'], ['highlight', '==', '=='], ['underline', '<u>', '</u>']];

function inline(n: PmNode): string {
    const a = n.attrs;
    if (n.type.name === 'hardBreak') return '\\\n';
    if (n.type.name === 'mention') return `${a['kind'] === 'person' ? '@' : ''}${a['label']}`;
    if (n.type.name === 'timestamp') return inUtc(String(a['at'] ?? ''));
    if (n.type.name === 'evidence') return a['url'] ? `[${a['title']}](${a['url']})` : `[${a['title']}]`;
    const has = (m: string) => n.marks.some((x) => x.type.name === m);
    const text = n.text ?? '';
    let s = has('code') ? `\`${text}\`` : text.replace(/([\\`*_[\]<>])/g, '\\$1');
    if (!text.trim()) return s;
    for (const [mark, open, close] of TAGS) if (has(mark)) s = s.replace(/^(\s*)([\s\S]*?)(\s*)$/, (_m, a1: string, b: string, c: string) => a1 + open + b + close + c);
    const link = n.marks.find((m) => m.type.name === 'link');
    return link ? `[${s}](${link.attrs['href']})` : s;
}

const line = (n: PmNode): string => {
    let s = '';
    n.forEach((c) => { s += inline(c); });
    return s;
};
const indent = (s: string, by: string) => s.split('\n').map((l, i) => (i && l ? by + l : l)).join('\n');
const inside = (n: PmNode) => fragmentToMarkdown(n.content);

function table(n: PmNode): string {
    const rows: string[][] = [];
    n.forEach((r) => {
        const cells: string[] = [];
        r.forEach((c) => cells.push(fragmentToMarkdown(c.content).trim().replaceAll('|', '\\|').replace(/\\?\n+/g, '<br>')));
        rows.push(cells);
    });
    const width = Math.max(...rows.map((r) => r.length), 1);
    const row = (r: string[]) => `| ${Array.from({ length: width }, (_, i) => r[i] ?? '').join(' | ')} |`;
    const head = n.firstChild?.firstChild?.type.name === 'tableHeader' ? rows.shift()! : [];
    return [row(head), row(Array.from({ length: width }, () => '---')), ...rows.map(row)].join('\n');
}

function block(n: PmNode): string {
    const a = n.attrs;
    switch (n.type.name) {
        case 'text': case 'hardBreak': case 'mention': case 'timestamp': case 'evidence': return inline(n);
        case 'heading': return `${'#'.repeat(Number(a['level']) || 1)} ${line(n)}`;
        case 'codeBlock': return `\`\`\`${a['language'] ?? ''}\n${n.textContent}\n\`\`\``;
        case 'horizontalRule': return '---';
        case 'blockquote': return inside(n).replace(/^/gm, '> ').replace(/ $/gm, '');
        case 'callout': return `> [!${ALERT[String(a['kind'])] ?? 'NOTE'}]\n${inside(n).replace(/^/gm, '> ').replace(/ $/gm, '')}`;
        case 'details': return `<details>\n<summary>${n.firstChild?.textContent ?? ''}</summary>\n\n${n.childCount > 1 ? inside(n.child(1)) : ''}\n\n</details>`;
        case 'image': return `![${a['alt'] ?? ''}](${a['src']})${a['caption'] ? `\n*${a['caption']}*` : ''}`;
        case 'table': return table(n);
        case 'bulletList': case 'orderedList': case 'taskList': {
            const items: string[] = [];
            n.forEach((li, _o, i) => {
                const sign = n.type.name === 'orderedList' ? `${(Number(a['start']) || 1) + i}. ` : n.type.name === 'taskList' ? `- [${li.attrs['checked'] ? 'x' : ' '}] ` : '- ';
                items.push(sign + indent(inside(li).replace(/\n\n(?=[-\d])/g, '\n'), ' '.repeat(n.type.name === 'orderedList' ? sign.length : 2)));
            });
            return items.join('\n');
        }
        default: return n.isTextblock ? line(n) : inside(n);
    }
}

/** Blocks divided by blank lines; inline content as one line. */
export function fragmentToMarkdown(f: Fragment): string {
    const parts: string[] = [];
    let isInline = false;
    f.forEach((n) => {
        isInline ||= n.isInline;
        parts.push(block(n));
    });
    return isInline ? parts.join('') : parts.join('\n\n');
}
