/** The languages of code blocks; loaded when a document shows the first one. */
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

const lowlight = createLowlight({ bash, c, diff, dockerfile, go, ini, java, javascript, json, nginx, python, rust, sql, typescript, xml, yaml });

/** A coloured stretch of the code, in characters from its start. */
export type Span = { from: number; to: number; classes: string };
type HastNode = { type: string; value?: string; properties?: { className?: string[] }; children?: HastNode[] };

/** What to colour; nothing for a language that we do not know. */
export function highlight(code: string, language: string): Span[] {
    if (!lowlight.registered(language)) return [];
    const out: Span[] = [];
    let at = 0;
    const walk = (n: HastNode, classes: string[]): void => {
        if (n.type === 'text') {
            const to = at + (n.value?.length ?? 0);
            if (classes.length) out.push({ from: at, to, classes: classes.join(' ') });
            at = to;
        } else for (const child of n.children ?? []) walk(child, [...classes, ...(n.properties?.className ?? [])]);
    };
    walk(lowlight.highlight(language, code) as HastNode, []);
    return out;
}
