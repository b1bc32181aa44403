// Slack's side for tests: the Web API and Socket Mode, as far as we use them and as they are documented. That it speaks Socket Mode as
// Slack does is checked with Slack's own client (tests/slack_socket.mjs).
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { png } from './png.mjs';

export const botToken = 'xoxb-test', appToken = 'xapp-1-test';

/** The Web API, as far as we use it. `next` says how the next chat.postMessage goes wrong. */
export function fakeSlack() {
    const users = { URESP: ['Rosa Responder', 'responder@example.com'], UVIEW: ['Vic', 'viewer@example.com'], UOUT: ['Zoë', 'zoe@elsewhere.example'] };
    const it = { said: 0, posts: [], answers: [], webhook: [], hooked: [], channels: [], invites: [], asked: {}, next: [], sockets: [], acknowledged: [], opens: [], reactions: [], fetched: [] };
    const post = (f) => it.posts.find((p) => p.channel === f.channel && p.ts === f.ts);
    const reaction = (f) => `${f.channel} ${f.timestamp} ${f.name}`;
    const methods = {
        'auth.test': () => ({ team: 'Acme', user: 'hindsight', user_id: 'UBOT', url: 'https://acme.slack.com/' }),
        'users.info': (f) => users[f.user] ? { user: { id: f.user, name: 'x', profile: { real_name: users[f.user][0], email: users[f.user][1] } } } : { error: 'user_not_found' },
        'conversations.create': (f) => {
            if (!/^[a-z0-9_-]{1,80}$/.test(f.name)) return { error: 'invalid_name_specials' };
            if (it.channels.some((c) => c.name === f.name)) return { error: 'name_taken' };
            it.channels.push({ id: `C${it.channels.length + 100}`, name: f.name, creator: 'UBOT' });
            return { channel: it.channels.at(-1) };
        },
        'conversations.list': () => ({ channels: it.channels, response_metadata: { next_cursor: '' } }),
        'conversations.invite': (f) => { it.invites.push(`${f.channel} ${f.users}`); return {}; },
        'conversations.history': (f) => ({ messages: it.posts.filter((p) => p.channel === f.channel) }),
        'chat.update': (f) => (post(f) ? (post(f).text = f.text, { ts: f.ts }) : { error: 'message_not_found' }),
        'chat.delete': (f) => (post(f) ? (it.posts.splice(it.posts.indexOf(post(f)), 1), { ts: f.ts }) : { error: 'message_not_found' }),
        'reactions.add': (f) => (it.reactions.includes(reaction(f)) ? { error: 'already_reacted' } : (it.reactions.push(reaction(f)), {})),
        'reactions.remove': (f) => (it.reactions.includes(reaction(f)) ? (it.reactions.splice(it.reactions.indexOf(reaction(f)), 1), {}) : { error: 'no_reaction' }),
        'files.info': (f) => ({ file: { id: f.file, mimetype: 'image/png', url_private: `${it.url}/files/${f.file}.png`, permalink: `https://acme.slack.com/files/${f.file}` } }),
        'chat.postMessage': (f) => {
            it.posts.push({ ...f, metadata: JSON.parse(f.metadata), ts: `17${String(++it.said).padStart(8, '0')}.000100` });
            return { ts: it.posts.at(-1).ts, channel: f.channel };
        },
    };
    /** The address of a socket, once for each ticket. `opens` says how the next call goes wrong. */
    const tickets = new Set();
    function open(authorization) {
        const wrong = it.opens.shift();
        if (wrong) return { ok: false, error: wrong };
        if (authorization !== `Bearer ${appToken}`) return { ok: false, error: 'invalid_auth' };
        const ticket = randomUUID();
        tickets.add(ticket);
        return { ok: true, url: `ws://127.0.0.1:${server.address().port}/link/?ticket=${ticket}&app_id=A1` };
    }
    const door = new WebSocketServer({ noServer: true });
    const server = createServer(async (req, res) => {
        let body = '';
        for await (const part of req) body += part;
        const json = (x) => { res.setHeader('Content-Type', 'application/json'); res.end(JSON.stringify(x)); };
        if (req.url === '/answer') { it.answers.push(JSON.parse(body)); return res.end('ok'); }
        if (req.url.startsWith('/hook')) {                                  // of Mattermost or Teams
            const said = JSON.parse(body), card = said.attachments?.[0]?.content;
            if (req.url === '/hook-gone') { res.statusCode = 404; return res.end(JSON.stringify({ id: 'web.incoming_webhook.invalid.app_error', message: 'Invalid webhook.', status_code: 404 })); }
            it.hooked.push({ at: req.url, channel: said.channel, text: card ? card.body[0].text : said.text, card: !!card });
            it.webhook.push(it.hooked.at(-1).text);
            return res.end('ok');
        }
        if (req.url.startsWith('/files/')) {                                // to who is not let in Slack shows its sign-in page
            it.fetched.push(`${req.headers.host}${req.url}`);
            if (req.headers.authorization !== `Bearer ${botToken}`) { res.statusCode = 302; res.setHeader('Location', '/login'); return res.end(); }
            res.setHeader('Content-Type', req.url.endsWith('.txt.png') ? 'text/html' : 'image/png');
            return res.end(req.url.includes('broken') ? 'no picture' : png(40, 30, [200, 30, 30]));
        }
        const method = req.url.slice('/api/'.length), form = Object.fromEntries(new URLSearchParams(body));
        it.asked[method] = (it.asked[method] ?? 0) + 1;
        if (method === 'apps.connections.open') return json(open(req.headers.authorization));
        if (req.headers.authorization !== `Bearer ${botToken}`) return json({ ok: false, error: 'invalid_auth' });
        const wrong = method === 'chat.postMessage' ? it.next.shift() : undefined;
        if (wrong === 'wait') { res.statusCode = 429; res.setHeader('Retry-After', '1'); return res.end(); }
        const out = methods[method]?.(form) ?? { error: 'unknown_method' };
        if (wrong === 'break') return req.socket.destroy();                 // it was taken, and nobody says so
        return json({ ok: !out.error, ...out });
    });
    server.on('upgrade', (req, socket, head) => {
        const url = new URL(req.url, 'http://x');
        if (url.pathname !== '/link/' || !tickets.delete(url.searchParams.get('ticket'))) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        door.handleUpgrade(req, socket, head, (ws) => {
            it.sockets.push(ws);
            ws.on('message', (data, binary) => it.acknowledged.push({ ws, binary, ...JSON.parse(data) }));
            ws.on('close', () => it.sockets.splice(it.sockets.indexOf(ws), 1));
            if (it.greets !== false) ws.send(JSON.stringify({ type: 'hello', num_connections: it.sockets.length, debug_info: { host: 'fake', approximate_connection_time: 18060 }, connection_info: { app_id: 'A1' } }));
        });
    });
    /** Sends an envelope on a socket; what was acknowledged of it. */
    it.envelope = (ws, type, payload, more = {}) => {
        const envelope_id = randomUUID();
        ws.send(JSON.stringify({ envelope_id, type, accepts_response_payload: type === 'slash_commands', payload, ...more }));
        return envelope_id;
    };
    it.close = () => { for (const ws of it.sockets) ws.terminate(); server.closeAllConnections(); server.close(); };
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(Object.assign(it, { server, url: `http://127.0.0.1:${server.address().port}` }))));
}
