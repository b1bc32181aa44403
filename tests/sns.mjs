// Messages of Amazon SNS: signed by a certificate of a CA of our own, which a host that an administrator named serves; confirmed, forged, expired,
// and from addresses that only look like Amazon's.
//     node tests/sns.mjs          Prints `sns: N passed, N failed`.
import { execFileSync } from 'node:child_process';
import { createSign } from 'node:crypto';
import { readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPeople, databases, makeSystem, root, serve } from './lib/server.mjs';
import { Tally, until } from './lib/tally.mjs';

const tally = new Tally('sns'), { check } = tally;

/** A CA, a certificate that it signed, one that ended long ago, and one of somebody else. */
function authority() {
    const dir = mkdtempSync(join(tmpdir(), 'hindsight-sns-'));
    const run = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
    const ca = (name) => run('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '30', '-subj', `/CN=${name}`);
    ca('ca');
    ca('other');
    writeFileSync(join(dir, 'san'), 'subjectAltName=DNS:sns.amazonaws.com\n');
    const leaf = (name, days) => {
        run('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=sns.amazonaws.com');
        run('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days), '-extfile', 'san', '-out', `${name}.pem`);
    };
    leaf('leaf', 30);
    leaf('old', 0);
    const read = (name) => readFileSync(join(dir, name), 'utf8');
    const files = { leaf: read('leaf.pem') + read('ca.pem'), old: read('old.pem'), 'wrong-chain': read('leaf.pem') + read('other.pem'), alone: read('leaf.pem'), junk: 'no certificate' };
    const keys = { leaf: read('leaf.key'), old: read('old.key') };
    rmSync(dir, { recursive: true });
    return { files, keys };
}

const order = { Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'], SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'] };
function signed(message, key, version, certUrl) {
    const text = order[message.Type].filter((f) => message[f] !== undefined).map((f) => `${f}\n${message[f]}\n`).join('');
    const signature = createSign(version === '1' ? 'RSA-SHA1' : 'RSA-SHA256').update(text).sign(key, 'base64');
    return JSON.stringify({ ...message, SignatureVersion: version, Signature: signature, SigningCertURL: certUrl });
}

const { files, keys } = authority();
const asked = [];
const amazon = createServer((req, res) => {
    asked.push(req.url);
    const name = /^\/cert-(.+)\.pem/.exec(req.url)?.[1];
    res.statusCode = name && !files[name] ? 404 : 200;
    res.end(name ? files[name] : '<ConfirmSubscriptionResponse/>');
});
await new Promise((resolve) => amazon.listen(0, '127.0.0.1', resolve));
const there = `http://127.0.0.1:${amazon.address().port}`;
const alarm = (name, state) => JSON.stringify({ ...JSON.parse(JSON.parse(readFileSync(join(root, 'src/integration/cloudwatch/fixtures/alarm.json'), 'utf8')).Message), AlarmName: name, AlarmArn: `arn:aws:cloudwatch:eu-west-1:1:alarm:${name}`, NewStateValue: state });
const notice = (id, message, more = {}) => ({ Type: 'Notification', MessageId: id, TopicArn: 'arn:aws:sns:eu-west-1:1:alarms', Subject: 'ALARM', Message: message, Timestamp: '2026-11-10T14:07:31.134Z', ...more });
const confirmation = (url) => ({ Type: 'SubscriptionConfirmation', MessageId: 'c', Token: 't0k', TopicArn: 'arn:aws:sns:eu-west-1:1:alarms', Message: 'You have chosen', SubscribeURL: url, Timestamp: '2026-11-10T14:07:31.134Z' });

async function conversation(at, server, tokens) {
    const admin = async (method, path, body) => (await fetch(server.url + path, { method, headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) })).json();
    const { url } = await admin('POST', '/api/v1/integrations', { kind: 'cloudwatch', name: 'AWS' });
    const post = async (body, headers = {}) => (await fetch(server.url + new URL(url).pathname, { method: 'POST', headers: { 'Content-Type': 'text/plain; charset=UTF-8', ...headers }, body })).status;
    const alerts = async () => (await admin('GET', '/api/v1/alerts?limit=200')).items.map((a) => `${a.title} ${a.status}`).sort().join();
    const cert = (name) => `${there}/cert-${name}.pem`;
    asked.length = 0;
    check(`${at}: before an administrator names the host, nothing of it is asked, and its messages are refused`, await post(signed(notice('0', alarm('zero', 'ALARM')), keys.leaf, '1', cert('leaf'))) === 403 && asked.length === 0, asked);
    await admin('PUT', '/api/v1/settings/alerts.sns_hosts', { value: new URL(there).host });
    check(`${at}: a confirmation that is signed is accepted, and its address called`, await post(signed(confirmation(`${there}/?Action=ConfirmSubscription&Token=t0k`), keys.leaf, '1', cert('leaf'))) === 202
        && await until(() => asked.includes('/?Action=ConfirmSubscription&Token=t0k')), asked);
    const first = await post(signed(notice('1', alarm('one', 'ALARM')), keys.leaf, '1', cert('leaf')));
    const second = await post(signed(notice('2', alarm('two', 'ALARM')), keys.leaf, '2', cert('leaf')));
    const end = await post(signed(notice('3', alarm('one', 'OK'), { Subject: undefined }), keys.leaf, '2', cert('leaf')));
    check(`${at}: messages with SignatureVersion 1 and 2, with a subject and without, are taken in`, first === 202 && second === 202 && end === 202 && await alerts() === 'one resolved,two firing', await alerts());
    check(`${at}: the certificate is asked for once`, asked.filter((p) => p === '/cert-leaf.pem').length === 1, asked);
    const changed = signed(notice('4', alarm('four', 'ALARM')), keys.leaf, '2', cert('leaf')).replaceAll('four', 'fore');
    const refusals = { changed, version: signed(notice('5', alarm('five', 'ALARM')), keys.leaf, '2', cert('leaf')).replace('"SignatureVersion":"2"', '"SignatureVersion":"1"'),
        otherKey: signed(notice('6', alarm('six', 'ALARM')), keys.old, '2', cert('leaf')), expired: signed(notice('7', alarm('seven', 'ALARM')), keys.old, '2', cert('old')),
        chain: signed(notice('8', alarm('eight', 'ALARM')), keys.leaf, '2', cert('wrong-chain')), junk: signed(notice('9', alarm('nine', 'ALARM')), keys.leaf, '2', cert('junk')),
        unsigned: JSON.stringify(notice('10', alarm('ten', 'ALARM'))), visit: signed(confirmation('http://127.0.0.1:9/?x'), keys.leaf, '2', cert('leaf')),
        lookalike: signed(notice('11', alarm('eleven', 'ALARM')), keys.leaf, '2', 'https://sns.eu-west-1.amazonaws.com.evil.example/x.pem') };
    for (const [why, body] of Object.entries(refusals)) check(`${at}: refused: ${why}`, await post(body) === 403);
    check(`${at}: a certificate that is not there now is tried again by SNS (503)`, await post(signed(notice('12', alarm('twelve', 'ALARM')), keys.leaf, '2', cert('missing'))) === 503);
    check(`${at}: one without issuers is enough`, await post(signed(notice('13', alarm('thirteen', 'ALARM')), keys.leaf, '2', cert('alone'))) === 202);
    check(`${at}: raw delivery is taken in by the key alone`, await post(alarm('raw', 'ALARM'), { 'x-amz-sns-rawdelivery': 'true' }) === 202);
    check(`${at}: nothing of what was refused was kept`, await alerts() === 'one resolved,raw firing,thirteen firing,two firing', await alerts());
}

for (const database of databases) {
    const system = makeSystem(database);
    try {
        const tokens = addPeople(system), server = await serve(system);
        await conversation(database, server, tokens);
        check(`${database}: the server stops cleanly`, await server.stop() === 0, server.log());
    } finally {
        system.remove();
    }
}
amazon.close();
tally.end();
