// Slack from outside: requests signed the way @slack/bolt checks them, and a Web API of our own that answers as documented: what is said there comes in
// once, commands are done as the person, a channel is made, and what is said here goes out once, also when Slack asks to wait or breaks off.
//     node tests/slack.mjs          Prints `slack: N passed, N failed`.
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { addPeople, databases, makeSystem, serve } from './lib/server.mjs';
import { botToken as token, fakeSlack } from './lib/slack.mjs';

const { verifySlackRequest } = createRequire(import.meta.url)('@slack/bolt');
let passed = 0, failed = 0;
function check(says, ok, got) {
    if (ok) passed++; else failed++;
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${says}${ok ? '' : `: ${JSON.stringify(got)?.slice(0, 1500)}`}`);
}
async function until(look) {
    for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((r) => setTimeout(r, 50))) {
        const found = await look();
        if (found) return found;
    }
    return null;
}

const secret = '8f742231b10e8888abcd99yyyzzz85a5', teamsKey = Buffer.from('a key of teams that is long enough').toString('base64');

async function conversation(at, server, tokens, slack) {
    const as = async (who, method, path, body) => {
        const r = await fetch(`${server.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${tokens[who]}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
        const text = await r.text();
        return { ...(text ? JSON.parse(text) : {}), http: r.status };
    };
    const set = (key, value) => as('admin', 'PUT', `/settings/${key}`, { value });
    let n = 0;
    const ts = () => `${Math.floor(Date.now() / 1000)}.${String(100000 + ++n)}`;
    async function send(body, { type = 'application/json', at: when = Math.floor(Date.now() / 1000), key = secret, headers = {}, path = 'slack' } = {}) {
        const signature = `v0=${createHmac('sha256', key).update(`v0:${when}:${body}`).digest('hex')}`;
        if (key === secret && Math.abs(when - Date.now() / 1000) < 250)          // what bolt would let through, we send; so a wrong signature of ours cannot pass for one
            verifySlackRequest({ signingSecret: secret, body, headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': when } });
        const r = await fetch(`${server.url}/api/v1/chat/${path}`, { method: 'POST', headers: { 'Content-Type': type, 'X-Slack-Request-Timestamp': String(when), 'X-Slack-Signature': signature, ...headers }, body });
        return { status: r.status, text: await r.text() };
    }
    const event = (inner, id = `Ev${++n}`, how) => send(JSON.stringify({ type: 'event_callback', team_id: 'T1', api_app_id: 'A1', event_id: id, authorizations: [{ user_id: 'UBOT', is_bot: true }], event: inner }), how);
    const form = 'application/x-www-form-urlencoded';
    const command = (text, channel = 'C0', user = 'URESP') => send(new URLSearchParams({ command: '/hindsight', text, channel_id: channel, channel_name: 'x', user_id: user, trigger_id: `t${++n}`, response_url: `${slack.url}/answer` }).toString(), { type: form });
    const answer = async (k) => (await until(() => slack.answers.length > k))  && slack.answers[k];

    check(`${at}: without a signing secret nothing comes in`, (await event({ type: 'message' })).status === 401);
    for (const [key, value] of Object.entries({ slack_signing_secret: secret, slack_bot_token: 'xoxb-wrong', slack_api: `${slack.url}/api`, allow: '127.0.0.1' })) await set(`chat.${key}`, value);
    const wrong = await as('admin', 'POST', '/chat/slack/test');
    check(`${at}: the test of a wrong token shows what Slack says`, wrong.http >= 400 && /invalid_auth/.test(wrong.detail), wrong);
    await set('chat.slack_bot_token', token);
    check(`${at}: the test of the right one names the workspace`, (await as('admin', 'POST', '/chat/slack/test')).team === 'Acme');
    check(`${at}: the address is verified`, (await send(JSON.stringify({ type: 'url_verification', challenge: 'c-1' }))).text === 'c-1');
    const refused = [await send('{"type":"url_verification"}', { key: 'wrong' }), await send('{"type":"url_verification"}', { at: Math.floor(Date.now() / 1000) - 400 }), await send('{"type":"url_verification"}', { headers: { 'X-Slack-Signature': 'v0=zz' } })];
    check(`${at}: another key, an old request and a broken signature are refused`, refused.every((r) => r.status === 401), refused);

    check(`${at}: help is answered at once`, /declare TITLE/.test((await command('help')).text));
    await command('declare Card payments fail', 'C0', 'UVIEW');
    check(`${at}: who may only read may not declare`, /may read/.test((await answer(0))?.text), slack.answers);
    await command('declare Card payments fail', 'C0', 'UOUT');
    check(`${at}: nor who is nobody here`, /e-mail address/.test((await answer(1))?.text), slack.answers);
    await command('declare Card payments fail & <!channel>');
    check(`${at}: declaring is answered, and nothing in a title is a mention`, /INC-1.*declared/.test((await answer(2))?.text) && !slack.answers[2].text.includes('<!channel>'), slack.answers[2]);
    const list = async () => (await as('admin', 'GET', '/incidents')).items;
    const [inc] = await list();
    check(`${at}: the incident is there, declared in chat by that person`, inc.title.startsWith('Card payments fail') && (await as('admin', 'GET', `/incidents/${inc.id}`)).declared_by?.name === 'Responder', inc);
    await until(() => slack.invites.length && slack.posts.length);
    check(`${at}: it has a channel, who declared is invited, and the channel says what it is`, slack.channels[0]?.name === 'inc-1-card-payments-fail-channel' && slack.invites[0] === 'C100 URESP' && /INC-1/.test(slack.posts[0]?.text), [slack.channels, slack.invites, slack.posts]);

    const room = 'C100', first = ts(), reply = ts();
    const messages = async (q = '') => (await as('admin', 'GET', `/incidents/${inc.id}/messages${q}`)).items ?? [];
    const thread = async () => (await as('admin', 'GET', `/messages/${one?.id}/thread`)).items ?? [];
    const said = { type: 'message', channel: room, user: 'UOUT', text: 'it is *the pool* &amp; <@URESP> knows', ts: first };
    await event(said, 'EvA');
    const again = await event(said, 'EvA', { headers: { 'X-Slack-Retry-Num': '1', 'X-Slack-Retry-Reason': 'http_timeout' } });
    await event({ ...said, text: 'yes', thread_ts: first, ts: reply, files: [{ id: 'F1', title: 'graph.png', mimetype: 'image/png', size: 12, permalink: 'https://acme.slack.com/files/F1' }], subtype: 'file_share' });
    await event({ type: 'message', channel: room, user: 'UBOT', bot_id: 'B1', app_id: 'A1', text: 'our own', ts: ts() });
    await event({ ...said, channel: 'CELSEWHERE', text: 'of another channel', ts: ts() });
    await event({ type: 'message', subtype: 'channel_join', channel: room, user: 'UOUT', text: 'has joined', ts: ts() });
    await event({ type: 'reaction_added', user: 'URESP', reaction: 'star', item: { type: 'message', channel: room, ts: first } });
    await event({ type: 'pin_added', user: 'URESP', channel_id: room, item: { type: 'message', channel: room, message: { ts: first } } });
    const one = await until(async () => (await messages()).find((m) => m.pinned_at));
    check(`${at}: a message delivered twice is there once, as people read it, with reaction and pin`, again.status === 200 && (await messages()).filter((m) => m.source === 'slack').length === 1
        && one?.body === 'it is **the pool** & @Rosa Responder knows' && one.author.name === 'Zoë' && one.reactions[0]?.reaction === '⭐' && one.reactions[0]?.people[0]?.name === 'Responder' && one.mentions[0]?.name === 'Responder', await messages());
    const [inThread] = await thread();
    check(`${at}: the reply stands in its thread, with its file`, inThread?.body === 'yes' && inThread.files[0]?.name === 'graph.png', inThread);
    await event({ type: 'message', subtype: 'message_changed', channel: room, message: { type: 'message', user: 'UOUT', text: 'it is the connection pool', ts: first, edited: { user: 'UOUT', ts: ts() } } });
    check(`${at}: an edit corrects it`, await until(async () => (await messages()).find((m) => m.body === 'it is the connection pool' && m.edited_at)), await messages());
    const late = ts();
    await event({ type: 'message', subtype: 'message_deleted', channel: room, deleted_ts: late });
    await event({ ...said, text: 'taken back', ts: late });
    await event({ type: 'message', subtype: 'message_deleted', channel: room, deleted_ts: reply });
    check(`${at}: what was deleted is gone, also when it arrives after its deletion`, await until(async () => (await thread())[0]?.deleted_at) && !JSON.stringify(await messages()).includes('taken back'), await messages());

    await send(new URLSearchParams({ payload: JSON.stringify({ type: 'message_action', callback_id: 'add_to_timeline', trigger_id: 'x', user: { id: 'URESP' }, channel: { id: room, name: 'x' }, message: { ...said, text: 'it is the connection pool' }, response_url: `${slack.url}/answer` }) }).toString(), { type: form });
    check(`${at}: Add to timeline does, and says so`, /on the timeline/.test((await answer(3))?.text) && (await as('admin', 'GET', `/incidents/${inc.id}/timeline?starred=true`)).items.some((e) => e.evidence?.id === one?.id), [slack.answers[3], one?.id]);
    await command('sev SEV-1', room);
    check(`${at}: a command changes the incident and is answered for all`, (await answer(4))?.response_type === 'in_channel' && (await list())[0].severity === 'SEV-1', slack.answers[4]);
    await command('decision Fail over to the replica', room);
    await answer(5);
    await command('status nonsense', room);
    check(`${at}: a wrong one is told how to write it, alone`, /status/.test((await answer(6))?.text) && slack.answers[6].response_type === 'ephemeral', slack.answers[6]);
    const posted = (words) => slack.posts.filter((p) => p.channel === room && p.text.includes(words));
    check(`${at}: news of the incident are posted to its channel once`, await until(() => posted('SEV-1').length === 1), slack.posts);

    slack.next.push('wait', 'break');
    await as('responder', 'POST', `/incidents/${inc.id}/messages`, { body: 'from the war room <!here>' });
    await as('responder', 'POST', `/incidents/${inc.id}/messages`, { body: 'and after it' });
    await until(() => posted('and after it').length);
    check(`${at}: what is said here is posted there once and in order, though Slack asked to wait and broke off`, posted('from the war room').length === 1 && posted('and after it').length === 1 && posted('from the war room')[0].text === '*Responder:* from the war room &lt;!here&gt;'
        && slack.posts.indexOf(posted('from the war room')[0]) < slack.posts.indexOf(posted('and after it')[0]) && slack.asked['conversations.history'] === 1, [slack.posts.slice(2), slack.asked, (await as('admin', 'GET', '/jobs')).items?.filter((j) => j.kind === 'chat.post' || j.error)]);

    await set('chat.mattermost_url', `${slack.url}/hook`);
    await set('chat.mattermost_token', 'mm-token');
    await set('chat.teams_secret', teamsKey);
    await as('responder', 'POST', `/incidents/${inc.id}/rooms`, { source: 'mattermost', channel: 'mc', name: 'town' });
    await as('responder', 'POST', `/incidents/${inc.id}/rooms`, { source: 'teams', channel: 'tc', name: 'ops' });
    const mm = (t) => send(new URLSearchParams({ token: t, channel_id: 'mc', post_id: 'p1', user_id: 'u', user_name: 'mia', text: 'seen in mattermost' }).toString(), { type: form, path: 'mattermost' });
    check(`${at}: Mattermost comes in with its token, and not with another`, (await mm('other')).status === 401 && (await mm('mm-token')).status === 200 && (await messages()).some((m) => m.body === 'seen in mattermost'), await messages());
    const body = JSON.stringify({ type: 'message', id: 'm1', text: '<at>Hindsight</at> seen in teams', from: { id: 'f', name: 'Tom' }, channelData: { teamsChannelId: 'tc' } });
    const teams = (key) => send(body, { path: 'teams', headers: { Authorization: `HMAC ${createHmac('sha256', Buffer.from(key, 'base64')).update(body).digest('base64')}` } });
    check(`${at}: Teams comes in signed, and not with another key`, (await teams(Buffer.from('other').toString('base64'))).status === 401 && (await teams(teamsKey)).status === 200 && (await messages()).some((m) => m.body === 'Hindsight seen in teams'), await messages());
    await command('status monitoring', room);
    check(`${at}: news go to the webhook of Mattermost`, await until(() => slack.webhook.some((t) => /INC-1/.test(t) && /monitoring/.test(t))), slack.webhook);

    const before = slack.posts.length, hooks = slack.webhook.length;
    const closed = await as('responder', 'PATCH', `/incidents/${inc.id}`, { visibility: 'private' });
    await as('responder', 'POST', `/incidents/${inc.id}/messages`, { body: 'SECRETWORD' });
    await as('responder', 'PATCH', `/incidents/${inc.id}`, { status: 'resolved' });
    await command('sev SEV-2', room);
    check(`${at}: commands in the channel of an incident that turned private say nothing of it`, /not the room/.test((await answer(8))?.text), slack.answers[8]);
    const other = await as('responder', 'POST', '/incidents', { title: 'Seen by all' });
    await until(() => slack.webhook.some((t) => t.includes('Seen by all')));
    check(`${at}: nothing of a private incident goes out`, closed.http === 200 && other.http === 201 && !JSON.stringify(slack.posts.slice(before)).includes('SECRETWORD') && slack.posts.length === before && !slack.webhook.slice(hooks).some((t) => t.includes('INC-1:')), [slack.posts.slice(before), slack.webhook.slice(hooks)]);
}

for (const database of databases) {
    const system = makeSystem(database), slack = await fakeSlack();
    try {
        const tokens = addPeople(system), server = await serve(system);
        await conversation(database, server, tokens, slack);
        check(`${database}: the server stops cleanly`, await server.stop() === 0, server.log());
    } finally {
        system.remove();
        slack.close();
    }
}
console.log(`slack: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
