// Confluence Cloud as its clients see it: spaces, pages and attachments over REST API v2, uploads over v1. Requests are held to the
// schemas of the vendor's API description (which fields there are, which must be, which words are allowed); the storage format must be
// XML; titles are unique in a space; versions go up by one. What a test sets in `faults` happens to the next request that fits.
import { createServer } from 'node:http';

const PAGE = { spaceId: 'string', status: ['current', 'draft'], title: 'string', parentId: 'string', body: 'body', subtype: ['live'] };
const UPDATE = { id: 'string', status: ['current', 'draft'], title: 'string', spaceId: 'string', parentId: 'string', ownerId: 'string', body: 'body', version: 'version' };
const QUERY = {
    'GET /spaces': ['ids', 'keys', 'type', 'status', 'labels', 'sort', 'description-format', 'include-icon', 'cursor', 'limit'],
    'GET /spaces/:id/operations': [], 'POST /pages': ['embedded', 'private', 'root-level'], 'PUT /pages/:id': [],
    'GET /pages': ['id', 'space-id', 'sort', 'status', 'title', 'body-format', 'subtype', 'cursor', 'limit'],
    'GET /pages/:id': ['body-format', 'get-draft', 'version'], 'GET /pages/:id/attachments': ['sort', 'cursor', 'status', 'mediaType', 'filename', 'limit'],
};

function wrong(body, schema, required) {
    for (const name of required) if (body[name] === undefined) return `${name} must not be null`;
    for (const [name, value] of Object.entries(body)) {
        const kind = schema[name];
        if (!kind) return `unknown field ${name}`;
        if (kind === 'string' && typeof value !== 'string') return `${name} must be a string`;
        if (Array.isArray(kind) && !kind.includes(value)) return `${name} must be one of ${kind}`;
        if (kind === 'body' && !(value.representation === 'storage' && typeof value.value === 'string')) return 'body must be {representation, value}';
        if (kind === 'version' && !(Number.isInteger(value.number) && (value.message === undefined || typeof value.message === 'string'))) return 'version must be {number, message}';
    }
    return null;
}

/** Whether the storage format is well-formed: every element closed in order, every & an entity. */
export function notXml(storage) {
    const open = [], rest = storage.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '');
    if (/&(?!(amp|lt|gt|quot|#\d+|#x[0-9a-f]+|nbsp);)/i.test(rest)) return 'a bare &';
    for (const [, end, name, , closed] of rest.matchAll(/<(\/?)([a-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
        if (end) { if (open.pop() !== name) return `</${name}>`; } else if (!closed) open.push(name);
    }
    if (rest.replace(/<\/?[a-z][\w:-]*(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/g, '').includes('<')) return 'a bare <';
    return open.length ? `<${open.pop()}> stays open` : null;
}

export async function confluence({ account = 'ada@example.com', token = 'api-token' } = {}) {
    const world = { spaces: [{ id: '100', key: 'ENG', name: 'Engineering' }, { id: '101', key: 'OPS', name: 'Operations', readOnly: true }], pages: [], requests: [], times: [], faults: [], refused: [] };
    let next = 5000;
    world.addPage = (p) => { const page = { id: String(++next), status: 'current', number: 1, attachments: [], history: [], ...p }; world.pages.push(page); return page; };
    const shown = (p, withBody) => ({ id: p.id, status: p.status, title: p.title, spaceId: p.spaceId, parentId: p.parentId ?? null, version: { number: p.number, message: p.message ?? '' },
        ...(withBody ? { body: { storage: { representation: 'storage', value: p.storage ?? '' } } } : {}), _links: { webui: `/spaces/ENG/pages/${p.id}`, editui: `/pages/resumedraft.action?draftId=${p.id}`, tinyui: '/x/1' } });
    const routes = {
        'GET /spaces': ({ query }) => ({ results: world.spaces.filter((s) => !query.get('keys') || query.get('keys').split(',').includes(s.key)), _links: { base: `${world.url}/wiki` } }),
        'GET /spaces/:id/operations': ({ id }) => ({ operations: [{ operation: 'read', targetType: 'space' }, ...(world.spaces.find((s) => s.id === id)?.readOnly ? [] : [{ operation: 'create', targetType: 'page' }])] }),
        'GET /pages': ({ query }) => ({ results: world.pages.filter((p) => p.status === (query.get('status') ?? 'current') && p.spaceId === query.get('space-id') && p.title === query.get('title')).map((p) => shown(p, query.get('body-format') === 'storage')) }),
        'GET /pages/:id': ({ id }) => { const p = world.pages.find((x) => x.id === id); return p ? { ...shown(p), _links: { ...shown(p)._links, base: `${world.url}/wiki` } } : [404, 'Not Found']; },
        'POST /pages': ({ body }) => {
            const bad = wrong(body, PAGE, ['spaceId', 'title']) ?? notXml(body.body.value);
            if (bad) return [400, bad];
            if (!world.spaces.some((s) => s.id === body.spaceId)) return [404, 'no such space'];
            if (world.pages.some((p) => p.status === 'current' && p.spaceId === body.spaceId && p.title === body.title)) return [400, 'A page already exists with the same TITLE in this space'];
            return shown(world.addPage({ spaceId: body.spaceId, parentId: body.parentId, title: body.title, storage: body.body.value }));
        },
        'PUT /pages/:id': ({ id, body }) => {
            const p = world.pages.find((x) => x.id === id), bad = wrong(body, UPDATE, ['id', 'status', 'title', 'body', 'version']) ?? notXml(body.body.value);
            if (!p || p.status !== 'current') return [404, 'Not Found'];
            if (bad || body.id !== id) return [400, bad ?? 'ids differ'];
            if (body.version.number !== p.number + 1) return [409, `Version must be incremented on update. Current version is: ${p.number}`];
            p.history.push(p.storage);
            Object.assign(p, { title: body.title, storage: body.body.value, number: body.version.number, message: body.version.message });
            return shown(p);
        },
        'GET /pages/:id/attachments': ({ id }) => ({ results: (world.pages.find((p) => p.id === id)?.attachments ?? []).map((a, i) => ({ id: `att${i}`, status: 'current', title: a.name, mediaType: a.type, fileSize: a.bytes.length, pageId: id })) }),
    };
    const upload = (id, req, bytes) => {
        const p = world.pages.find((x) => x.id === id), boundary = /boundary=(.+)$/.exec(req.headers['content-type'] ?? '')?.[1];
        if (!p || !boundary) return [p ? 400 : 404, 'no page or no form'];
        if (!/^no-?check$/.test(req.headers['x-atlassian-token'] ?? '')) return [403, 'XSRF check failed'];
        for (const part of bytes.toString('latin1').split(`--${boundary}`).slice(1, -1)) {
            const [head, ...rest] = part.split('\r\n\r\n'), name = /name="file"; filename="([^"]+)"/.exec(head)?.[1];
            if (!name) continue;
            const file = { name, type: /Content-Type: (\S+)/i.exec(head)?.[1], bytes: Buffer.from(rest.join('\r\n\r\n').slice(0, -2), 'latin1') };
            p.attachments = [...p.attachments.filter((a) => a.name !== name), file];
        }
        return { results: [], size: 1 };
    };
    const server = createServer((req, res) => {
        const parts = [];
        req.on('data', (b) => parts.push(b));
        req.on('end', () => {
            const url = new URL(req.url, 'http://x'), bytes = Buffer.concat(parts), path = url.pathname.replace(/^\/wiki\/api\/v2/, '');
            const key = `${req.method} ${path.replace(/^\/(pages|spaces)\/[^/]+/, '/$1/:id')}`, id = /^\/(?:pages|spaces)\/([^/]+)/.exec(path)?.[1];
            const v1 = /^\/wiki\/rest\/api\/content\/(\d+)\/child\/attachment$/.exec(url.pathname)?.[1];
            const said = v1 ? `${req.method} attachment` : key;
            world.requests.push(said);
            world.times.push([said, Date.now()]);
            const answer = (status, value, headers = {}) => { res.writeHead(status, { 'Content-Type': 'application/json', ...headers }); res.end(JSON.stringify(value)); };
            const fault = world.faults.findIndex((f) => f.on === said);
            if (fault >= 0) {
                const [f] = world.faults.splice(fault, 1);
                if (f.before) f.before(world, id);
                if (f.drop) { if (f.after) routes[key]({ id, query: url.searchParams, body: JSON.parse(bytes.toString()) }); return req.socket.destroy(); }
                if (f.status) return answer(f.status, f.body ?? { errors: [{ status: f.status, code: 'X', title: f.title ?? 'Trouble', detail: null }] }, f.headers);
            }
            if (req.headers.authorization !== `Basic ${Buffer.from(`${world.account ?? account}:${world.token ?? token}`).toString('base64')}`) return answer(401, { code: 401, message: 'Unauthorized; scope does not match' });
            let out;
            if (v1) out = req.method === 'PUT' ? upload(v1, req, bytes) : [405, 'method'];
            else if (!routes[key]) out = [404, `no such path ${key}`];
            else {
                const strange = [...url.searchParams.keys()].find((k) => !QUERY[key].includes(k));
                const json = req.method !== 'GET';
                if (strange) out = [400, `unknown query ${strange}`];
                else if (json && req.headers['content-type'] !== 'application/json') out = [415, 'content type'];
                else out = routes[key]({ id, query: url.searchParams, body: json ? JSON.parse(bytes.toString()) : null });
            }
            if (Array.isArray(out)) { world.refused.push(`${said}: ${out[0]} ${out[1]}`); return answer(out[0], { errors: [{ status: out[0], code: 'INVALID_REQUEST_PARAMETER', title: out[1], detail: null }] }); }
            return answer(200, out);
        });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    world.url = `http://127.0.0.1:${server.address().port}`;
    world.close = () => server.close();
    return world;
}
