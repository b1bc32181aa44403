// Reads a conversation. See README.md beside this file for its form.
const requestLine = /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\S.*)$/;

/** → { directives: {empty}, steps: [{ title, as, line, method, path, headers, body, status, expectHeaders, expect }] } */
export function parse(text, file) {
    const steps = [];
    const directives = { empty: false };
    let title = '', as = 'admin', step = null, part = 'none';
    const fail = (number, what) => { throw new Error(`${file}:${number}: ${what}`); };
    text.split('\n').forEach((line, i) => {
        const number = i + 1;
        if (line.startsWith('### ')) { title = line.slice(4).trim(); step = null; part = 'none'; return; }
        if (part !== 'body' && line.startsWith('#')) return;
        if (line.startsWith('@empty')) { directives.empty = true; return; }
        if (line.startsWith('@as ')) { as = line.slice(4).trim(); step = null; part = 'none'; return; }
        const request = requestLine.exec(line);
        if (request && part !== 'headers' && part !== 'body') {
            step = { title, as, line: number, method: request[1], path: request[2], headers: {}, body: [], status: 0, expectHeaders: {}, expect: [] };
            steps.push(step);
            part = 'headers';
            return;
        }
        if (!step) { if (line.trim()) fail(number, `expected a request, ### or @, not "${line}"`); return; }
        const arrow = /^→ (\d{3})\s*(.*)$/.exec(line);
        if (arrow) { step.status = Number(arrow[1]); if (arrow[2]) step.expect.push(arrow[2]); part = arrow[2] ? 'expect' : 'expect-headers'; return; }
        const header = /^([A-Za-z][A-Za-z-]*): (.*)$/.exec(line);
        if (part === 'headers') {
            if (header) { step.headers[header[1]] = header[2]; return; }
            part = 'body';
            if (!line.trim()) return;
        }
        if (part === 'expect-headers' && header) { step.expectHeaders[header[1]] = header[2]; return; }
        if (part === 'expect-headers') part = 'expect';
        if (part === 'body') step.body.push(line);
        else if (part === 'expect') step.expect.push(line);
    });
    for (const s of steps) {
        if (!s.status) fail(s.line, 'a request without an answer: → STATUS');
        s.body = s.body.join('\n').trim();
        s.expect = s.expect.join('\n').trim();
    }
    return { directives, steps };
}

/** Puts {{name}} in; a name that nobody captured is an error. {{name*N}} repeats a value. */
export function fill(text, values) {
    return text.replace(/\{\{([\w-]+)(?:\*(\d+))?\}\}/g, (_, name, times) => {
        if (!(name in values)) throw new Error(`nothing captured as {{${name}}}`);
        return times ? String(values[name]).repeat(Number(times)) : String(values[name]);
    });
}

const isObject = (x) => x !== null && typeof x === 'object' && !Array.isArray(x);

/** Says how `got` differs from the subset `want`; null when it fits. "<name>" captures, "*" is anything but null,
 *  "~text" a regular expression; an array that begins with "…" contains what follows, in any order. */
export function difference(want, got, values, path = '') {
    const here = path || 'the body';
    if (typeof want === 'string') {
        const capture = /^<([\w-]+)>$/.exec(want);
        if (capture) { if (got === undefined || got === null) return `${here} is ${got}, expected something to capture`; values[capture[1]] = got; return null; }
        if (want === '*') return got === undefined || got === null ? `${here} is ${got}, expected anything` : null;
        if (want.startsWith('~')) return new RegExp(want.slice(1), 'su').test(String(got)) ? null : `${here} is ${JSON.stringify(got)}, expected to match ${want.slice(1)}`;
    }
    if (Array.isArray(want)) {
        if (!Array.isArray(got)) return `${here} is ${JSON.stringify(got)}, expected a list`;
        if (want[0] === '…') {
            for (const one of want.slice(1))
                if (!got.some((g) => difference(one, g, values, path) === null)) return `${here} lacks ${JSON.stringify(one)}: ${JSON.stringify(got)}`;
            return null;
        }
        if (want.length !== got.length) return `${here} has ${got.length} items, expected ${want.length}: ${JSON.stringify(got)}`;
        for (let i = 0; i < want.length; i++) { const d = difference(want[i], got[i], values, `${path}[${i}]`); if (d) return d; }
        return null;
    }
    if (isObject(want)) {
        if (!isObject(got)) return `${here} is ${JSON.stringify(got)}, expected an object`;
        for (const key of Object.keys(want)) { const d = difference(want[key], got[key], values, path ? `${path}.${key}` : key); if (d) return d; }
        return null;
    }
    return Object.is(want, got) ? null : `${here} is ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`;
}
