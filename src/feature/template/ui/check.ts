/** What is wrong in a prefill, found while it is typed. The server has the last word (feature/template/parse.c); this only underlines. */
export type Name = { name: string; list: string | null; type: 'text' | 'list' | 'block'; title: string; title_zh: string };
export type Problem = { from: number; to: number; kind: 'no_such' | 'unclosed' | 'open_tag' | 'closes_nothing' | 'is_list'; name: string; nearest?: string };

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
    let row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
        row = next;
    }
    return row[b.length]!;
}

/** The nearest known name in these loops, as the server finds it. */
export function nearest(names: readonly Name[], loops: readonly string[], given: string): string | undefined {
    let best = given.length < 6 ? 3 : Math.floor(given.length / 2);
    let found: string | undefined;
    for (const n of names) {
        if (n.list !== null && n.list !== loops[loops.length - 1]) continue;
        const tail = n.name.replace(/^incident\./, '');
        let d = distance(given, n.name);
        if (given === tail) d = Math.min(d, 1);
        else if (!given.includes('.')) d = Math.min(d, distance(given, tail) + 1);
        if (d < best) {
            best = d;
            found = n.name;
        }
    }
    return found;
}

function find(names: readonly Name[], loops: readonly string[], given: string): Name | undefined {
    const own = given.startsWith('this.') ? given.slice(5) : given;
    if (loops.length && own === 'number') return { name: 'number', list: null, type: 'text', title: '', title_zh: '' };
    for (const loop of [...loops].reverse()) {
        const hit = names.find((n) => n.list === loop && n.name === own);
        if (hit) return hit;
        if (own !== given) return undefined;
    }
    return own !== given ? undefined : names.find((n) => n.list === null && n.name === own);
}

export function check(source: string, names: readonly Name[]): Problem[] {
    const out: Problem[] = [];
    const open: { tag: string; loop: boolean; from: number; to: number }[] = [];
    const loops: string[] = [];
    const tag = /(\\?)\{\{([\s\S]*?)(\}\}|$)/g;
    for (let m = tag.exec(source); m; m = tag.exec(source)) {
        if (m[1]) {
            tag.lastIndex = m.index + 3;
            continue;
        }
        const span = { from: m.index, to: m.index + m[0].length };
        if (!m[3]) {
            out.push({ ...span, kind: 'unclosed', name: m[0] });
            break;
        }
        const [word = '', given = ''] = m[2]!.trim().split(/\s+/);
        if (word.startsWith('!') || word === 'else') continue;
        if (word.startsWith('/')) {
            const top = open[open.length - 1];
            if (!top || top.tag !== word.slice(1)) out.push({ ...span, kind: 'closes_nothing', name: word });
            else {
                open.pop();
                if (top.loop) loops.pop();
            }
            continue;
        }
        const name = word.startsWith('#') ? given : word;
        const hit = find(names, loops, name);
        if (word.startsWith('#')) open.push({ tag: word.slice(1), loop: word === '#each', ...span });
        if (word === '#each') loops.push(hit?.name ?? name);
        if (!hit) {
            const near = nearest(names, word === '#each' ? loops.slice(0, -1) : loops, name);
            out.push({ ...span, kind: 'no_such', name, ...(near ? { nearest: near } : {}) });
        } else if (hit.type === 'list' && !word.startsWith('#')) out.push({ ...span, kind: 'is_list', name });
    }
    for (const o of open) out.push({ from: o.from, to: o.to, kind: 'open_tag', name: `{{#${o.tag}}}` });
    return out.sort((a, b) => a.from - b.from);
}

/** The text in pieces, wrong ones marked. */
export function pieces(source: string, problems: readonly Problem[]): { text: string; wrong: boolean }[] {
    const out: { text: string; wrong: boolean }[] = [];
    let at = 0;
    for (const p of problems) {
        if (p.from < at) continue;
        out.push({ text: source.slice(at, p.from), wrong: false }, { text: source.slice(p.from, p.to), wrong: true });
        at = p.to;
    }
    return [...out, { text: source.slice(at), wrong: false }].filter((x) => x.text);
}

export type Completion = { from: number; to: number; loop: boolean; names: Name[] };

/** The names that fit where the cursor stands behind "{{", "{{#each " or "{{#if "; null where none is wanted. */
export function complete(source: string, caret: number, names: readonly Name[]): Completion | null {
    const before = source.slice(0, caret);
    const m = /(?<!\\)\{\{(?:(#each|#if|#unless)\s+)?\s*([\w.]*)$/.exec(before);
    if (!m) return null;
    const loops: string[] = [];
    for (const tag of before.slice(0, m.index).matchAll(/\{\{\s*(#each\s+([\w.]+)|\/each)\s*\}\}/g)) {
        if (tag[2]) loops.push(tag[2]);
        else loops.pop();
    }
    const loop = m[1] === '#each';
    const word = m[2]!.toLowerCase();
    const inside = loops[loops.length - 1];
    const fits = names.filter((n) => (n.list === null || n.list === inside) && (loop ? n.type === 'list' : m[1] ? n.type !== 'block' : n.type !== 'list'));
    const rank = (n: Name) => (n.list === inside && inside ? 0 : 4) + (n.name.startsWith(word) ? 0 : n.name.includes(`.${word}`) ? 1 : 2);
    const hits = fits.filter((n) => n.name.includes(word) || n.title.toLowerCase().includes(word) || n.title_zh.includes(word)).sort((a, b) => rank(a) - rank(b));
    if (!hits.length || (hits.length === 1 && hits[0]!.name === word && source.slice(caret).startsWith('}}'))) return null;
    const rest = /^[\w.]*/.exec(source.slice(caret))![0].length;
    return { from: caret - m[2]!.length, to: caret + rest, loop, names: hits.slice(0, 30) };
}
