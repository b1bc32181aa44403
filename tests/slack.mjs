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

    const first_ = await as('responder', 'POST', `/incidents/${inc.id}/messages`, { body: 'first wording' });
    const there = await until(() => posted('first wording')[0]);
    await as('responder', 'PATCH', `/messages/${first_.id}`, { body: 'second wording' });
    check(`${at}: an edit here corrects the post there`, await until(() => there.text === '*Responder:* second wording') && posted('wording').length === 1, slack.posts.slice(-2));
    const star = encodeURIComponent('⭐'), on = `${room} ${there.ts} star`, onTheirs = `${room} ${first} star`;
    for (const who of ['responder', 'manager']) await as(who, 'PUT', `/messages/${first_.id}/reactions/${star}`);
    await as('manager', 'PUT', `/messages/${one.id}/reactions/${star}`);
    check(`${at}: reactions here show there, on either side's messages`, await until(() => slack.reactions.includes(on) && slack.reactions.includes(onTheirs)), slack.reactions);
    const us = { user: 'UBOT', bot_id: 'B1', app_id: 'A1' };
    await event({ type: 'reaction_added', ...us, reaction: 'star', item: { type: 'message', channel: room, ts: there.ts } });
    await event({ type: 'message', subtype: 'message_changed', channel: room, message: { type: 'message', ...us, text: 'an echo', ts: there.ts } });
    await as('responder', 'DELETE', `/messages/${first_.id}/reactions/${star}`);
    await as('responder', 'PUT', `/messages/${first_.id}/reactions/${encodeURIComponent('🎉')}`);
    await until(() => slack.reactions.includes(`${room} ${there.ts} tada`));
    check(`${at}: one that two people gave stays while one of them does`, slack.reactions.includes(on), slack.reactions);
    await as('manager', 'DELETE', `/messages/${first_.id}/reactions/${star}`);
    const mine = async () => (await messages()).find((m) => m.id === first_.id);
    check(`${at}: and goes with the last; what comes back of ours is nobody's`, await until(() => !slack.reactions.includes(on)) && (await mine()).body === 'second wording' && (await mine()).reactions.length === 1, [slack.reactions, await mine()]);
    await event({ type: 'reaction_added', user: 'URESP', reaction: 'rocket', item: { type: 'message', channel: room, ts: there.ts } });
    check(`${at}: a reaction there to what was said here comes in, and is not sent back`, await until(async () => (await mine()).reactions.some((r) => r.reaction === '🚀')) && !slack.reactions.some((r) => r.endsWith('rocket')), slack.reactions);
    await event({ type: 'message', subtype: 'message_deleted', channel: room, deleted_ts: there.ts, previous_message: us });
    await as('responder', 'POST', `/incidents/${inc.id}/messages`, { body: 'taken back soon' });
    const soon = await until(() => posted('taken back soon')[0]);
    check(`${at}: a post of ours that is deleted there stays here`, (await mine()).body === 'second wording' && !(await mine()).deleted_at, await mine());
    await as('responder', 'DELETE', `/messages/${(await messages()).find((m) => m.body === 'taken back soon').id}`);
    check(`${at}: what is deleted here is deleted there`, await until(() => !slack.posts.includes(soon)), slack.posts.slice(-2));

    const picture = (id, more = {}) => ({ type: 'message', subtype: 'file_share', channel: room, user: 'URESP', text: `look ${id}`, ts: ts(),
        files: [{ id, name: `${id}.png`, title: `graph ${id}`, mimetype: 'image/png', size: 90, url_private: `${slack.url}/files/${id}.png`, permalink: `https://acme.slack.com/files/${id}`, ...more }] });
    const shown = async (id) => (await messages()).find((m) => m.body === `look ${id}`)?.files;
    for (const e of [picture('F1'), picture('F2', { url_private: undefined, file_access: 'check_file_info' }), picture('F3', { url_private: `http://localhost:${new URL(slack.url).port}/files/F3.png`, is_external: true }), picture('F4-broken')]) await event(e);
    const kept = await until(async () => (await shown('F1'))?.find((f) => f.kind === 'image' && f.frozen)), bytes = kept && await fetch(server.url + kept.url, { headers: { Authorization: `Bearer ${tokens.viewer}` } });
    check(`${at}: a picture shown there is kept here, as uploads are`, kept?.width === 40 && kept.name === 'graph F1' && bytes.status === 200 && /^image\//.test(bytes.headers.get('content-type')), [await shown('F1'), slack.fetched, await as('admin', 'GET', '/chat/state')]);
    check(`${at}: so is one that only files.info tells of`, await until(async () => (await shown('F2'))?.some((f) => f.frozen)), await shown('F2'));
    check(`${at}: what is no picture, or stands elsewhere, stays a link, and the state says why`, await until(async () => (await as('admin', 'GET', '/chat/state')).failed >= 2) && (await shown('F3')).length === 1 && (await shown('F4-broken')).length === 1, [await shown('F3'), await as('admin', 'GET', '/chat/state')]);
    check(`${at}: the token goes to Slack alone`, !slack.fetched.some((u) => u.startsWith('localhost')), slack.fetched);
    check(`${at}: a picture is proposed for the timeline`, (await as('responder', 'GET', `/incidents/${inc.id}/proposals`)).items?.some((p) => p.message.body === 'look F1' && p.reasons.some((r) => r.reason === 'image')));

    const people = (await as('admin', 'GET', '/people')).items ?? [];
    await as('responder', 'POST', `/incidents/${inc.id}/roles`, { role: 'incident_commander', user_id: people.find((p) => p.email === 'manager@example.com')?.id });
    await as('responder', 'POST', `/incidents/${inc.id}/follow-ups`, { title: 'Alert on pool use' });
    check(`${at}: who has which role, and what is to follow, is told`, await until(() => posted('Manager is incident commander').length === 1 && posted('added: Alert on pool use').length === 1), slack.posts.slice(-3));

    await set('chat.mattermost_url', `${slack.url}/hook`);
    await set('chat.mattermost_token', 'mm-token');
    await set('chat.teams_secret', teamsKey);
    await set('chat.mattermost_url', `${slack.url}/hook-gone`);
    const gone = await as('admin', 'POST', '/chat/mattermost/test');
    check(`${at}: the test of a wrong webhook shows what the other side says`, gone.http >= 400 && /404: Invalid webhook/.test(gone.detail), gone);
    await set('chat.mattermost_url', `${slack.url}/hook`);
    check(`${at}: that of a right one posts`, (await as('admin', 'POST', '/chat/mattermost/test')).http === 204 && slack.hooked.at(-1).text === 'Hindsight can post here.', slack.hooked);
    await as('responder', 'POST', `/incidents/${inc.id}/rooms`, { source: 'mattermost', channel: 'mc', name: 'town' });
    const teamsRoom = await as('responder', 'POST', `/incidents/${inc.id}/rooms`, { source: 'teams', channel: 'tc', name: 'ops', webhook: `${slack.url}/hook-teams-secretpath` });
    await as('responder', 'POST', `/incidents/${inc.id}/messages`, { body: 'to every room @all <b>' });
    const room_ = await until(() => slack.hooked.filter((h) => /to every room/.test(h.text)).length === 2 && slack.hooked.filter((h) => /to every room/.test(h.text)));
    check(`${at}: what is said here is posted to the channel of the incident in Mattermost and Teams, and calls nobody`, teamsRoom.http === 204 && room_?.some((h) => h.channel === 'town' && h.text === '**Responder:** to every room @\u200ball <b>') && room_.some((h) => h.card && h.at === '/hook-teams-secretpath'), [teamsRoom, slack.hooked]);
    const info = JSON.stringify(await as('admin', 'GET', `/incidents/${inc.id}/war-room`));
    check(`${at}: the address of a webhook is shown nowhere`, info.includes('"ops"') && !info.includes('secretpath') && !JSON.stringify(await as('admin', 'GET', '/chat/state')).includes('secretpath'), info);
    const mm = (t) => send(new URLSearchParams({ token: t, channel_id: 'mc', post_id: 'p1', user_id: 'u', user_name: 'mia', text: 'seen in mattermost' }).toString(), { type: form, path: 'mattermost' });
    const heardBefore = slack.hooked.length;
    check(`${at}: Mattermost comes in with its token, and not with another`, (await mm('other')).status === 401 && (await mm('mm-token')).status === 200 && (await messages()).some((m) => m.body === 'seen in mattermost'), await messages());
    const body = JSON.stringify({ type: 'message', id: 'm1', text: '<at>Hindsight</at> seen in teams', from: { id: 'f', name: 'Tom' }, channelData: { teamsChannelId: 'tc' } });
    const teams = (key) => send(body, { path: 'teams', headers: { Authorization: `HMAC ${createHmac('sha256', Buffer.from(key, 'base64')).update(body).digest('base64')}` } });
    check(`${at}: Teams comes in signed, and not with another key`, (await teams(Buffer.from('other').toString('base64'))).status === 401 && (await teams(teamsKey)).status === 200 && (await messages()).some((m) => m.body === 'Hindsight seen in teams'), await messages());
    check(`${at}: and is told in the other rooms, not in its own`, await until(() => posted('seen in mattermost').length === 1 && slack.hooked.slice(heardBefore).some((h) => h.card && /seen in mattermost/.test(h.text))) && !slack.hooked.some((h) => !h.card && /seen in mattermost/.test(h.text)), slack.hooked);
    await command('status monitoring', room);
    check(`${at}: news go to the webhook of Mattermost`, await until(() => slack.webhook.some((t) => /INC-1/.test(t) && /monitoring/.test(t))), slack.webhook);
    const linked = (await as('admin', 'GET', `/incidents/${inc.id}/war-room`)).rooms.find((r) => r.source === 'teams');
    check(`${at}: a channel is let go`, (await as('responder', 'DELETE', `/incidents/${inc.id}/rooms/${linked.id}`)).http === 204 && !(await as('admin', 'GET', `/incidents/${inc.id}/war-room`)).rooms.some((r) => r.source === 'teams'));

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

/** Nobody outside answers any more: the war room does, and says what waits. */
async function allDown(at, server, tokens, slack) {
    const as = async (who, method, path, body) => {
        const r = await fetch(`${server.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${tokens[who]}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
        return { ...JSON.parse(await r.text() || '{}'), http: r.status };
    };
    const inc = await as('responder', 'POST', '/incidents', { title: 'All is down' });
    for (const source of ['slack', 'mattermost']) await as('responder', 'POST', `/incidents/${inc.id}/rooms`, { source, channel: `${source}-down`, name: 'down' });
    await as('admin', 'PUT', '/settings/chat.slack_app_token', { value: 'xapp-1-test' });
    slack.close();
    const said = await as('responder', 'POST', `/incidents/${inc.id}/messages`, { body: 'we talk here now' });
    const done = await as('responder', 'POST', `/incidents/${inc.id}/messages`, { body: '/sev SEV-1' });
    const reply = await as('manager', 'POST', `/incidents/${inc.id}/messages`, { body: 'I hear you', thread_id: said.id });
    await as('manager', 'PUT', `/messages/${said.id}/reactions/${encodeURIComponent('👀')}`);
    await as('manager', 'PUT', `/messages/${said.id}/pin`);
    const there = (await as('viewer', 'GET', `/incidents/${inc.id}/messages`)).items;
    check(`${at}: with every tool down people talk, react, pin and give commands`, said.http === 201 && done.http === 201 && reply.http === 201 && (await as('viewer', 'GET', `/incidents/${inc.id}`)).severity === 'SEV-1'
        && there.some((m) => m.id === said.id && m.pinned_at && m.reactions.length === 1 && m.replies === 1), there);
    const held = await until(async () => { const s = await as('admin', 'GET', '/chat/state'); return s.held.some((p) => p.channel === 'slack-down' && p.error) && s.connections.every((l) => l.state !== 'connected') && s; });
    check(`${at}: and what could not be sent waits, with the reason`, held && held.held.every((p) => p.waiting > 0), await as('admin', 'GET', '/chat/state'));
}

for (const database of databases) {
    const system = makeSystem(database), slack = await fakeSlack();
    try {
        const tokens = addPeople(system), server = await serve(system);
        await conversation(database, server, tokens, slack);
        await allDown(database, server, tokens, slack);
        check(`${database}: the server stops cleanly`, await server.stop() === 0, server.log());
    } finally {
        system.remove();
        slack.close();
    }
}
console.log(`slack: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
