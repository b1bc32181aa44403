/** Many monitors at once: what people have as a list of addresses, a table (CSV), our own JSON, or a backup of Uptime Kuma, read into monitors. */
import type { Assertion, Kind, Step } from './types';

export type Row = { name: string; kind: Kind; target: string | null; record: string | null; steps: Step[]; assertions: Assertion[]; interval_s: number; timeout_ms: number; retries: number;
    severity: string; service_id: string | null; locations: string[]; enabled: boolean };
/** A line that was understood, or why not: the name of a text. */
export type Read = { row: Row; problem: null } | { row: { name: string }; problem: 'kind_unknown' | 'no_target' };

type Json = Record<string, unknown>;
const text = (x: unknown): string => (typeof x === 'string' ? x.trim() : typeof x === 'number' ? String(x) : '');
const whole = (x: unknown, otherwise: number): number => (text(x) !== '' && Number.isFinite(Number(x)) ? Math.round(Number(x)) : otherwise);
const step = (url: string, more: Partial<Step> = {}): Step => ({ method: 'GET', url, headers: null, body: null, follow: false, assertions: [], captures: [], ...more });
const must = (on: string, op: string, value: string, path: string | null = null): Assertion => ({ on, path, op, value });

/** A table with quotes, as spreadsheets write it; separated by commas, semicolons or tabs. */
export function table(source: string): string[][] {
    const first = source.split('\n', 1)[0]!;
    const comma = [',', ';', '\t'].sort((a, b) => first.split(b).length - first.split(a).length)[0]!;
    const rows: string[][] = [[]];
    let cell = '', quoted = false;
    const end = () => { rows[rows.length - 1]!.push(cell.trim()); cell = ''; };
    for (let i = 0; i < source.length; i++) {
        const c = source[i]!;
        if (quoted) {
            if (c !== '"') cell += c;
            else if (source[i + 1] === '"') { cell += c; i++; } else quoted = false;
        } else if (c === '"' && cell.trim() === '') { quoted = true; cell = ''; }
        else if (c === comma) end();
        else if (c === '\n') { end(); rows.push([]); }
        else if (c !== '\r') cell += c;
    }
    end();
    return rows.filter((r) => r.some(Boolean));
}

const kinds: Record<string, Kind> = { http: 'http', https: 'http', keyword: 'http', 'json-query': 'http', api: 'http', tls: 'tls', ssl: 'tls', certificate: 'tls', tcp: 'tcp', port: 'tcp', dns: 'dns', icmp: 'icmp', ping: 'icmp' };

/** One that is described by fields: a line of a table, an object of ours, or a monitor of Uptime Kuma. */
function fromFields(x: Json): Read {
    const own = Array.isArray(x['steps']) ? (x['steps'] as Step[]).map((s) => step(text(s.url), s)) : [];
    const host = text(x['hostname']) || text(x['host']);
    const url = text(x['url']) || own[0]?.url || text(x['target']) || text(x['address']) || '';
    const called = text(x['kind']) || text(x['type']) || (/^https?:/.test(url) ? 'http' : '');
    const kind = kinds[called.toLowerCase()];
    const name = text(x['name']) || text(x['pathName']) || nameOf(url || host);
    const port = text(x['port']);
    const target = kind === 'http' ? url : host ? host + (kind === 'tcp' && port ? `:${port}` : '') : url;
    if (!kind) return { row: { name }, problem: 'kind_unknown' };
    if (!target) return { row: { name }, problem: 'no_target' };
    const locations = Array.isArray(x['locations']) ? (x['locations'] as string[]) : text(x['locations']).split(/[;|\s]+/).filter(Boolean);
    const seconds = whole(x['timeout'], 0);
    return { problem: null, row: {
        name, kind, target: kind === 'http' ? null : target, record: kind === 'dns' ? text(x['record']) || text(x['dns_resolve_type']) || 'A' : null,
        steps: kind !== 'http' ? [] : own.length ? own : [step(target, { method: text(x['method']).toUpperCase() || 'GET', headers: headersOf(x['headers']), body: text(x['body']) || null, follow: whole(x['maxredirects'], 0) > 0, assertions: expected(x) })],
        assertions: kind !== 'http' && Array.isArray(x['assertions']) ? (x['assertions'] as Assertion[]) : [],
        interval_s: Math.min(86_400, Math.max(10, whole(x['interval_s'] ?? x['interval'], 60))), timeout_ms: Math.min(60_000, Math.max(100, whole(x['timeout_ms'], seconds ? seconds * 1000 : 10_000))),
        retries: Math.min(10, Math.max(0, whole(x['retries'] ?? x['maxretries'], 2))), severity: /^SEV-[1-4]$/.test(text(x['severity'])) ? text(x['severity']) : 'SEV-3',
        service_id: text(x['service']) || text((x['service'] as Json | null)?.['name']) || null, locations: locations.length ? locations : ['main'],
        enabled: x['enabled'] !== false && x['enabled'] !== 'false' && x['active'] !== false && x['active'] !== 0,
    } };
}

/** What must hold, as Uptime Kuma says it: status codes, a keyword, a value in JSON. */
function expected(x: Json): Assertion[] {
    const out: Assertion[] = [];
    const codes = Array.isArray(x['accepted_statuscodes']) ? (x['accepted_statuscodes'] as string[]) : [];
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(codes.length === 1 ? codes[0]! : '') ?? [];
    if (from && to) out.push(must('status', 'greater_than', String(Number(from) - 1)), must('status', 'less_than', String(Number(to) + 1)));
    else if (from) out.push(must('status', 'is', from));
    if (text(x['status'])) out.push(must('status', 'is', text(x['status'])));
    if (text(x['keyword'])) out.push(must('body', x['invertKeyword'] ? 'not_contains' : 'contains', text(x['keyword'])));
    if (text(x['jsonPath']) && text(x['expectedValue'])) out.push(must('json', 'is', text(x['expectedValue']), text(x['jsonPath']).replace(/^\$\.?/, '')));
    return out;
}

function headersOf(x: unknown): Record<string, string> | null {
    try {
        const found = typeof x === 'string' && x.trim() ? (JSON.parse(x) as unknown) : x;
        return found && typeof found === 'object' ? Object.fromEntries(Object.entries(found).map(([k, v]) => [k, String(v)])) : null;
    } catch { return null; }
}

function nameOf(address: string): string {
    try {
        const u = new URL(address);
        return u.host + (u.pathname === '/' ? '' : u.pathname);
    } catch { return address; }
}

/** What stands in the text; throws when it is JSON that is none of these. */
export function readMonitors(source: string): Read[] {
    const trimmed = source.trim();
    if (!trimmed) return [];
    if (/^[[{]/.test(trimmed)) {
        const all = JSON.parse(trimmed) as Json | Json[];
        const list = Array.isArray(all) ? all : (all['items'] ?? all['monitorList'] ?? all['monitors'] ?? [all]);
        return (Array.isArray(list) ? list : Object.values(list as Json)).map((x) => fromFields(x as Json));
    }
    const rows = table(trimmed);
    const head = rows[0]!.map((c) => c.toLowerCase());
    if (!head.includes('url') && !head.includes('target') && !head.includes('name')) return rows.map((r) => fromFields({ url: r[0], name: r[1] ?? '' }));
    return rows.slice(1).map((r) => fromFields(Object.fromEntries(head.map((h, k) => [h, r[k] ?? '']))));
}
