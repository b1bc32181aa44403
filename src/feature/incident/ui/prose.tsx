/** A little Markdown as nodes: paragraphs, lists, code, bold, italic, links. Text is text: nothing is ever HTML. */
import type { ComponentChildren } from 'preact';

const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|_([^_\n]+)_|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)|(https?:\/\/[^\s<>"')\]]+)/g;

function inline(text: string): ComponentChildren[] {
    const out: ComponentChildren[] = [];
    let from = 0;
    for (const m of text.matchAll(INLINE)) {
        if (m.index > from) out.push(text.slice(from, m.index));
        const key = `${m.index}`;
        if (m[1]) out.push(<code key={key}>{m[1]}</code>);
        else if (m[2]) out.push(<b key={key}>{m[2]}</b>);
        else if (m[3] || m[4]) out.push(<i key={key}>{m[3] ?? m[4]}</i>);
        else out.push(<a key={key} class="link" href={m[6] ?? m[7]} target="_blank" rel="noopener noreferrer">{m[5] ?? m[7]}</a>);
        from = m.index + m[0].length;
    }
    if (from < text.length) out.push(text.slice(from));
    return out;
}

const isItem = (line: string) => /^\s*[-*] /.test(line);

export function Prose({ text, class: cls = '' }: { text: string; class?: string }) {
    const blocks = text.replace(/\r\n?/g, '\n').split(/\n{2,}/).filter((b) => b.trim());
    return (
        <div class={`prose ${cls}`}>
            {blocks.map((b, i) => {
                const lines = b.split('\n').filter((l) => l.trim());
                if (lines.every(isItem)) return <ul key={i}>{lines.map((l, k) => <li key={k}>{inline(l.replace(/^\s*[-*] /, ''))}</li>)}</ul>;
                return <p key={i}>{lines.map((l, k) => <>{k > 0 && <br />}{inline(isItem(l) ? l.replace(/^(\s*)[-*] /, '$1• ') : l.replace(/^#+ /, ''))}</>)}</p>;
            })}
        </div>
    );
}
