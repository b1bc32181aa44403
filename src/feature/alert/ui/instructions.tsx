/** The few forms of Markdown that instructions use: paragraphs, lists, `code`, **bold**, *emphasis* and fenced code to copy. */
import type { ComponentChildren } from 'preact';
import { Copyable } from 'kit';
import { t } from './strings';

function words(text: string): ComponentChildren[] {
    return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)/).map((part, i) => {
        if (part.startsWith('`')) return <code key={i} class="mono">{part.slice(1, -1)}</code>;
        if (part.startsWith('**')) return <strong key={i}>{part.slice(2, -2)}</strong>;
        return part.startsWith('*') && part.length > 2 ? <em key={i}>{part.slice(1, -1)}</em> : part;
    });
}

function Paragraph({ text }: { text: string }) {
    const lines = text.split('\n');
    if (!lines.every((l) => /^(- |\s{2})/.test(l))) return <p>{words(text)}</p>;
    return <ul class="bullets">{text.split(/\n(?=- )/).map((l, i) => <li key={i}>{words(l.replace(/^- /, ''))}</li>)}</ul>;
}

export function Instructions({ markdown, url }: { markdown: string; url: string }) {
    const parts = markdown.replaceAll('{{url}}', url).split(/```\w*\n([\s\S]*?)```/);
    return (
        <div class="instructions">
            {parts.map((part, i) => (i % 2 ? <Copyable key={i} multiline label={t('setup')} text={part.trimEnd()} />
                : part.trim().split(/\n{2,}/).filter(Boolean).map((p, k) => <Paragraph key={`${i}.${k}`} text={p} />)))}
        </div>
    );
}
