/** The text of a message: paragraphs, `code`, **bold**, _italic_, links, quotes, @names. Everything else is text. */
import { Fragment, type ComponentChildren } from 'preact';

const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|(?<![\w/])_([^_\n]+)_(?!\w)|(https?:\/\/[^\s<>"|`]+[^\s<>"|`.,;:!?)'*_])/gu;

function named(text: string, names: readonly string[]): ComponentChildren[] {
    const out: ComponentChildren[] = [];
    let rest = text;
    while (rest) {
        let at = -1, found = '';
        for (const n of names) {
            const i = rest.indexOf(`@${n}`);
            if (i >= 0 && (at < 0 || i < at || (i === at && n.length > found.length))) { at = i; found = n; }
        }
        if (at < 0) break;
        out.push(rest.slice(0, at), <span class="rm-at">@{found}</span>);
        rest = rest.slice(at + found.length + 1);
    }
    return [...out, rest];
}

function inline(text: string, names: readonly string[]): ComponentChildren[] {
    const out: ComponentChildren[] = [];
    let last = 0;
    for (const m of text.matchAll(INLINE)) {
        out.push(...named(text.slice(last, m.index), names));
        if (m[1]) out.push(<code>{m[1]}</code>);
        else if (m[2]) out.push(<b>{named(m[2], names)}</b>);
        else if (m[3]) out.push(<i>{named(m[3], names)}</i>);
        else out.push(<a href={m[4]} target="_blank" rel="noopener noreferrer nofollow">{m[4]!.replace(/^https?:\/\//, '').slice(0, 80)}</a>);
        last = m.index + m[0].length;
    }
    return [...out, ...named(text.slice(last), names)];
}

export function Rich({ text, names }: { text: string; names: readonly string[] }) {
    const parts = text.split(/```(?:\w+\n)?([\s\S]*?)```/u);
    return <>{parts.map((p, i) => {
        if (i % 2) return <pre key={i}><code>{p.replace(/^\n|\n$/g, '')}</code></pre>;
        const lines = p.replace(/^\n|\n$/g, '').split('\n');
        return <Fragment key={i}>{p.trim() !== '' && lines.map((l, k) => (l.startsWith('> ') ? <blockquote key={k}>{inline(l.slice(2), names)}</blockquote> : <Fragment key={k}>{k > 0 && !lines[k - 1]!.startsWith('> ') && <br />}{inline(l, names)}</Fragment>))}</Fragment>;
    })}</>;
}
