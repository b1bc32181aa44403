/**
 * Markdown that was pasted as plain text, as HTML for the editor's parser. It knows what people paste: headings, lists,
 * task lists, quotes, code, tables, rules, links and the usual marks. Anything else stays text.
 */

const esc = (s: string) => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

/** Marks within a line. */
export function inlineHtml(s: string): string {
    const codes: string[] = [];
    let x = s.replace(/(`+)(.+?)\1/g, (_m, _t, c: string) => `\u0000${codes.push(`<code>${esc(c.trim())}</code>`) - 1}\u0000`);
    x = esc(x)
        .replace(/!\[([^\]]*)\]\((https?:\/\/[^\s)]+)(?:\s+&quot;[^)]*&quot;)?\)/g, (_m, alt: string, src: string) => `<img src="pending:${src}" alt="${alt}">`)
        .replace(/\[([^\]]+)\]\(((?:https?:\/\/|mailto:|\/)[^\s)]+)\)/g, (_m, text: string, href: string) => `<a href="${href}">${text}</a>`)
        .replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, '<strong>$2</strong>')
        .replace(/(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])/g, '<em>$1</em>')
        .replace(/(?<![\w_])_(?=\S)([^_]+?)(?<=\S)_(?![\w_])/g, '<em>$1</em>')
        .replace(/~~(?=\S)(.+?)(?<=\S)~~/g, '<s>$1</s>');
    return x.replace(/\u0000(\d+)\u0000/g, (_m, i: string) => codes[Number(i)]!);
}

const LIST = /^(\s*)([-*+]|\d{1,9}[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const TABLE_LINE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const cells = (line: string) => line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((c) => inlineHtml(c.trim().replaceAll('\\|', '|')));

/** True when a plain text looks as if it was written in Markdown. */
export function looksLikeMarkdown(text: string): boolean {
    const lines = text.split('\n');
    return lines.some((l, i) => /^#{1,6}\s+\S/.test(l) || /^(```|~~~)/.test(l) || /^\s*[-*+]\s+\S/.test(l) || /^\s*\d+\.\s+\S/.test(l) || /^>\s/.test(l) || /!\[[^\]]*\]\(https?:/.test(l)
        || (l.includes('|') && i > 0 && TABLE_LINE.test(l) && l.includes('-'))) || /\*\*\S.*\S\*\*|\[[^\]]+\]\(https?:/.test(text);
}

type Item = { indent: number; ordered: boolean; task: string | undefined; text: string };

function listHtml(items: Item[], from: number, indent: number): { html: string; next: number } {
    const kind = (i: Item) => (i.task !== undefined ? 'task' : i.ordered ? 'ol' : 'ul');
    let html = '';
    let i = from;
    while (i < items.length && items[i]!.indent >= indent) {
        const k = kind(items[i]!);
        html += k === 'task' ? '<ul data-type="taskList">' : `<${k}>`;
        while (i < items.length && items[i]!.indent >= indent && (items[i]!.indent > indent || kind(items[i]!) === k)) {
            const it = items[i++]!;
            html += k === 'task' ? `<li data-type="taskItem" data-checked="${/x/i.test(it.task ?? '') ? 'true' : 'false'}"><p>${inlineHtml(it.text)}</p>` : `<li><p>${inlineHtml(it.text)}</p>`;
            if (i < items.length && items[i]!.indent > it.indent) {
                const inner = listHtml(items, i, items[i]!.indent);
                html += inner.html;
                i = inner.next;
            }
            html += '</li>';
        }
        html += k === 'task' ? '</ul>' : `</${k}>`;
    }
    return { html, next: i };
}

export function markdownToHtml(text: string): string {
    const lines = text.replace(/\r\n?/g, '\n').split('\n');
    const out: string[] = [];
    let para: string[] = [];
    const flush = () => {
        if (para.length) out.push(`<p>${para.map(inlineHtml).join('<br>')}</p>`);
        para = [];
    };
    for (let i = 0; i < lines.length; i++) {
        const line = lines[i]!;
        const fence = /^(```|~~~)\s*([\w+-]*)/.exec(line);
        if (fence) {
            flush();
            const code: string[] = [];
            while (++i < lines.length && !lines[i]!.startsWith(fence[1]!)) code.push(lines[i]!);
            out.push(`<pre><code${fence[2] ? ` class="language-${fence[2]}"` : ''}>${esc(code.join('\n'))}</code></pre>`);
            continue;
        }
        const head = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
        if (head) {
            flush();
            const level = Math.min(4, head[1]!.length);
            out.push(`<h${level}>${inlineHtml(head[2]!)}</h${level}>`);
        } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
            flush();
            out.push('<hr>');
        } else if (line.includes('|') && TABLE_LINE.test(lines[i + 1] ?? '') && (lines[i + 1] ?? '').includes('-')) {
            flush();
            const rows = [`<tr>${cells(line).map((c) => `<th><p>${c}</p></th>`).join('')}</tr>`];
            i++;
            while (lines[i + 1]?.includes('|')) rows.push(`<tr>${cells(lines[++i]!).map((c) => `<td><p>${c}</p></td>`).join('')}</tr>`);
            out.push(`<table><tbody>${rows.join('')}</tbody></table>`);
        } else if (/^>\s?/.test(line)) {
            flush();
            const quoted = [line.replace(/^>\s?/, '')];
            while (lines[i + 1] !== undefined && /^>\s?/.test(lines[i + 1]!)) quoted.push(lines[++i]!.replace(/^>\s?/, ''));
            const alert = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$/i.exec(quoted[0]!)?.[1]?.toLowerCase();
            if (alert) out.push(`<aside data-callout="${{ tip: 'success', warning: 'warning', caution: 'danger' }[alert] ?? 'info'}">${markdownToHtml(quoted.slice(1).join('\n')) || '<p></p>'}</aside>`);
            else out.push(`<blockquote>${markdownToHtml(quoted.join('\n'))}</blockquote>`);
        } else if (LIST.test(line)) {
            flush();
            const items: Item[] = [];
            for (; i < lines.length; i++) {
                const m = LIST.exec(lines[i]!);
                if (m) items.push({ indent: m[1]!.replace(/\t/g, '    ').length, ordered: /\d/.test(m[2]!), task: m[3], text: m[4]! });
                else if (/^\s+\S/.test(lines[i]!) && items.length) items[items.length - 1]!.text += ` ${lines[i]!.trim()}`;
                else break;
            }
            i--;
            let at = 0;
            while (at < items.length) {
                const r = listHtml(items, at, items[at]!.indent);
                out.push(r.html);
                at = r.next;
            }
        } else if (!line.trim()) flush();
        else para.push(line.trim());
    }
    flush();
    return out.join('');
}
