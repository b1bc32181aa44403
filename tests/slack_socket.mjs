// Slack without a way in: Socket Mode. The other side is a server of ours on the library `ws`, which Slack's own client is tried on first: events and
// commands come in once and are acknowledged when kept, connections are renewed, broken off and refused, and of two nodes one holds them.
//     node tests/slack_socket.mjs          Prints `slack_socket: N passed, N failed`.
import { createRequire } from 'node:module';
import { addPeople, databases, makeSystem, serve } from './lib/server.mjs';
import { appToken, botToken, fakeSlack } from './lib/slack.mjs';

const require = createRequire(import.meta.url);
const { SocketModeClient, LogLevel } = createRequire(require.resolve('@slack/bolt'))('@slack/socket-mode');
let passed = 0, failed = 0;
function check(says, ok, got) {
    if (ok) passed++; else failed++;
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${says}${ok ? '' : `: ${JSON.stringify(got, (k, v) => (k === 'ws' ? undefined : v))?.slice(0, 1500)}`}`);
}
async function until(look) {
    for (const end = Date.now() + (+process.env.PATIENCE || 60_000); Date.now() < end; await new Promise((r) => setTimeout(r, 50))) {
        const found = await look();
        if (found) return found;
    }
    return null;
}

/** Slack's own client understands our Slack: it connects, takes an event and acknowledges it. */
async function slacksOwnClient() {
    const slack = await fakeSlack();
    const client = new SocketModeClient({ appToken, logLevel: LogLevel.ERROR, clientOptions: { slackApiUrl: `${slack.url}/api/` } });
    const heard = [];
    client.on('slack_event', async ({ ack, body, type }) => { heard.push([type, body.event_id]); await ack(); });
    await client.start();
    const [ws] = await until(() => slack.sockets.length && slack.sockets);
    const id = slack.envelope(ws, 'events_api', { type: 'event_callback', event_id: 'Ev0', event: { type: 'message' } });
    check("Slack's own client takes our other side for Slack", await until(() => slack.acknowledged.some((a) => a.envelope_id === id)) && heard[0]?.[1] === 'Ev0', [heard, slack.acknowledged]);
    await client.disconnect();
    slack.close();
}

async function conversation(at, system, tokens, slack) {
    let server = await serve(system), other = null;
    const as = async (who, method, path, body) => {
        const r = await fetch(`${server.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${tokens[who]}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
        const text = await r.text();
        return { ...(text ? JSON.parse(text) : {}), http: r.status };
    };
    const set = (key, value) => as('admin', 'PUT', `/settings/chat.${key}`, { value });
    const state = async () => (await as('admin', 'GET', '/chat/state')).connections;
    const connected = () => until(async () => { const s = await state(); return s?.length === 2 && s.every((l) => l.state === 'connected') && slack.sockets.length >= 2 && s; });
    let n = 0;
    const ts = () => `${Math.floor(Date.now() / 1000)}.${String(100000 + ++n)}`;
    const acknowledged = (id) => until(() => slack.acknowledged.find((a) => a.envelope_id === id));

    for (const [key, value] of Object.entries({ slack_bot_token: botToken, slack_api: `${slack.url}/api`, allow: '127.0.0.1' })) await set(key, value);
    check(`${at}: a token of another kind is refused by name`, (await set('slack_app_token', 'xoxb-1')).http === 422, await set('slack_app_token', 'xoxb-1'));
    check(`${at}: without a token nothing is connected`, (await state()).length === 0 && slack.sockets.length === 0);
    await set('slack_app_token', 'xapp-wrong');
    check(`${at}: a wrong token shows what Slack says of it`, await until(async () => (await state()).some((l) => l.state === 'waiting' && /invalid_auth/.test(l.error))), await state());
    await set('slack_app_token', appToken);
    check(`${at}: with the right one two connections are held at once`, await connected(), [await state(), slack.sockets.length]);

    const inc = await as('responder', 'POST', '/incidents', { title: 'Card payments fail' });
    await as('responder', 'POST', `/incidents/${inc.id}/rooms`, { source: 'slack', channel: 'C1', name: 'inc-1' });
    const messages = async () => (await as('admin', 'GET', `/incidents/${inc.id}/messages`)).items ?? [];
    const event = (text, event_id = `Ev${++n}`) => ({ type: 'event_callback', team_id: 'T1', api_app_id: 'A1', event_id, event: { type: 'message', channel: 'C1', user: 'URESP', text, ts: ts() } });
    const heard = (text) => until(async () => (await messages()).some((m) => m.body === text));
    const [one, two] = slack.sockets, first = event('by socket');
    const a = slack.envelope(one, 'events_api', first), ack = await acknowledged(a);
    check(`${at}: an event is acknowledged as text by its envelope, on its connection`, ack && !ack.binary && ack.ws === one && !('payload' in ack), ack);
    check(`${at}: and becomes a message of the war room`, await heard('by socket') && (await messages())[0].author.name === 'Responder', await messages());
    const b = slack.envelope(two, 'events_api', first, { retry_attempt: 1, retry_reason: 'timeout' }), c = slack.envelope(one, 'events_api', first);
    check(`${at}: sent again, on either connection, it is acknowledged and there once`, await acknowledged(b) && await acknowledged(c) && (await messages()).filter((m) => m.source === 'slack').length === 1, await messages());

    const command = (text, more = {}) => ({ command: '/hindsight', text, channel_id: 'C1', channel_name: 'inc-1', user_id: 'URESP', trigger_id: `t${++n}`, response_url: `${slack.url}/answer`, ...more });
    const help = await acknowledged(slack.envelope(one, 'slash_commands', command('help')));
    check(`${at}: help comes back with the acknowledgement`, /declare TITLE/.test(help?.payload?.text), help);
    const sev = command('sev SEV-1');
    await acknowledged(slack.envelope(two, 'slash_commands', sev));
    await acknowledged(slack.envelope(one, 'slash_commands', sev));
    check(`${at}: a command is done once, as the person, and answered`, await until(() => slack.answers.length) && slack.answers.length === 1 && (await as('admin', 'GET', `/incidents/${inc.id}`)).severity === 'SEV-1', slack.answers);
    const said = (await messages()).find((m) => m.body === 'by socket');
    await acknowledged(slack.envelope(one, 'interactive', { type: 'message_action', callback_id: 'add_to_timeline', trigger_id: 'x', user: { id: 'URESP' }, channel: { id: 'C1' }, message: first.event, response_url: `${slack.url}/answer` }));
    check(`${at}: Add to timeline comes by socket too`, await until(async () => (await as('admin', 'GET', `/incidents/${inc.id}/timeline?starred=true`)).items?.some((e) => e.evidence?.id === said?.id)), [slack.answers, await state(), server.log()]);

    one.send('no json'); one.send('[1]'); one.send(JSON.stringify({ type: 'something_new', envelope_id: 'x-1', payload: {} })); one.send(Buffer.from('bytes'));
    check(`${at}: what nobody knows is acknowledged or passed over, and the connection stays`, await acknowledged('x-1') && one.readyState === 1);

    const old = new Set(slack.sockets);
    one.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'fake' } }));
    const fresh = await until(() => slack.sockets.find((s) => !old.has(s)));
    const late = slack.envelope(one, 'events_api', event('on the old one'));
    check(`${at}: asked to renew, it has the next connection while the old one still brings events`, fresh && await acknowledged(late) && await heard('on the old one'), [slack.sockets.length]);
    one.close();
    await acknowledged(slack.envelope(fresh, 'events_api', event('on the new one')));
    check(`${at}: and goes on with the new one`, await heard('on the new one') && await connected(), await state());

    two.terminate();
    check(`${at}: a connection that breaks off is made again, while the other brings events`, await acknowledged(slack.envelope(fresh, 'events_api', event('meanwhile'))) && await connected() && await heard('meanwhile'), await state());

    slack.opens.push('internal_error', 'internal_error', 'too_many_websockets');
    for (const ws of slack.sockets) ws.terminate();
    check(`${at}: when Slack does not let us in, its word is shown, and it is tried again until it does`, await until(async () => (await state()).some((l) => /internal_error/.test(l.error))) && await connected(), await state());

    const answered = slack.acknowledged.length;
    await server.stop();
    check(`${at}: a server that ends says good-bye`, await until(() => slack.sockets.length === 0));
    server = await serve(system);
    check(`${at}: and is back when it starts`, await connected() && slack.acknowledged.length === answered, await state());
    if (at === 'postgres') {
        other = await serve(system);
        await as('responder', 'POST', `/incidents/${inc.id}/messages`, { body: 'two nodes' });
        await server.stop('SIGKILL');
        server = other;
        other = null;
        check(`${at}: of two nodes the second takes the connections over when the first is killed`, await connected() && slack.sockets.length === 2, await state());
    }

    for (const ws of slack.sockets) ws.send(JSON.stringify({ type: 'disconnect', reason: 'link_disabled' }));
    check(`${at}: switched off on the other side, it says so`, await until(async () => (await state()).every((l) => l.state === 'waiting' && /switched off/.test(l.error))), await state());
    await set('slack_app_token', '');
    check(`${at}: without the token it lets go`, await until(async () => (await state()).length === 0 && slack.sockets.length === 0), await state());
    check(`${at}: the server stops cleanly`, await server.stop() === 0, server.log());
}

await slacksOwnClient();
for (const database of databases) {
    const system = makeSystem(database), slack = await fakeSlack();
    try {
        await conversation(database, system, addPeople(system), slack);
    } finally {
        system.remove();
        slack.close();
    }
}
console.log(`slack_socket: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
