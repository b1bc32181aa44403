// E-mail as alerts: `hindsight mail` as an alias would call it, and a mailbox on a real Dovecot: taken in, marked as read only then, ended by a later mail,
// kept in quarantine, and a wrong password told.
//     node tests/mail.mjs          Prints `mail: N passed, N failed[, N skipped]`.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { addPeople, binary, cleanEnv, databases, freePort, makeSystem, root, serve } from './lib/server.mjs';
import { Tally, until } from './lib/tally.mjs';

const tally = new Tally('mail'), { check } = tally;
const eml = (name) => readFileSync(join(root, `src/integration/mail/fixtures/${name}.eml`));

/** A Dovecot of our own: one user, a Maildir. */
async function dovecot() {
    const program = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot'].find(existsSync);
    if (!program) return null;
    const dir = mkdtempSync(join(tmpdir(), 'hindsight-dovecot-')), port = await freePort(), me = userInfo();
    const isRoot = me.uid === 0, owner = isRoot ? 'nobody' : me.username;
    const id = (flag, who) => execFileSync('id', [flag, who], { encoding: 'utf8' }).trim();
    const [uid, gid] = [id('-u', owner), id('-g', owner)], group = id('-gn', owner);
    chmodSync(dir, 0o755);
    for (const sub of ['base', 'state', 'mail', 'mail/new', 'mail/cur', 'mail/tmp']) mkdirSync(join(dir, sub), { mode: 0o755 });
    writeFileSync(join(dir, 'users'), `alerts:{PLAIN}pass word:${uid}:${gid}::${dir}::\n`, { mode: 0o644 });
    writeFileSync(join(dir, 'conf'), `protocols = imap
base_dir = ${dir}/base
state_dir = ${dir}/state
log_path = ${dir}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:${dir}/mail
first_valid_uid = 1
default_internal_user = ${owner}
default_internal_group = ${group}
default_login_user = ${owner}
listen = 127.0.0.1
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
passdb {
  driver = passwd-file
  args = ${dir}/users
}
userdb {
  driver = passwd-file
  args = ${dir}/users
}
`);
    if (isRoot) execFileSync('chown', ['-R', `${owner}:${group}`, join(dir, 'mail')]);
    const child = spawn(program, ['-F', '-c', join(dir, 'conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (t) => { said += t; });
    const greets = () => new Promise((resolve, reject) => {
        const s = connect(port, '127.0.0.1');
        s.once('error', reject);
        s.once('data', (b) => { s.destroy(); resolve(/OK/.test(String(b))); });
    });
    const ready = await until(greets);
    let n = 0;
    const deliver = (bytes) => {
        const name = `${Date.now()}.${++n}.test`, tmp = join(dir, 'mail/tmp', name);
        writeFileSync(tmp, bytes);
        if (isRoot) execFileSync('chown', [`${owner}:${group}`, tmp]);
        execFileSync('mv', [tmp, join(dir, 'mail/new', name)]);
    };
    /** Those whose flags (behind ":2,") say that they were read. */
    const seen = () => readdirSync(join(dir, 'mail/cur')).filter((f) => /:2,.*S/.test(f)).length;
    const stop = () => { child.kill('SIGTERM'); return new Promise((resolve) => child.once('exit', () => { rmSync(dir, { recursive: true, force: true }); resolve(); })); };
    const log = () => said + (existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8') : '');
    return { ready, url: `imap://127.0.0.1:${port}/INBOX`, deliver, seen, stop, log };
}

function asker(server, tokens) {
    return async (method, path, body) => {
        const r = await fetch(server.url + path, { method, headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json', 'If-Match': '*' }, body: body && JSON.stringify(body) });
        const text = await r.text();
        return /json/.test(r.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
    };
}

async function command(at, server, ask) {
    const made = await ask('POST', '/api/v1/integrations', { kind: 'mail', name: 'Alias' });
    const key = made.url.split('/').pop();
    const mail = (input, args = ['--to', key], where = server.url) => spawnSync(binary, ['mail', ...args], { input, env: { ...cleanEnv(), HINDSIGHT_SERVER: where }, encoding: 'utf8' });
    const first = mail(eml('problem')), again = mail(eml('problem'), ['--to', made.url]);
    const alerts = async () => (await ask('GET', `/api/v1/alerts?source=${made.id}`)).items;
    const [one] = await alerts();
    check(`${at}: a message from standard input is an alert, and again changes nothing`, first.status === 0 && again.status === 0 && (await alerts()).length === 1 && one.severity === 'SEV-1' && one.labels.service === 'checkout' && one.count === 1, { first, again, one });
    check(`${at}: the message can be looked at as it came`, (await ask('GET', `/api/v1/alerts/${one.id}/raw`)).includes('boundary="outer"'));
    mail(eml('recovery'));
    check(`${at}: its recovery ends it`, (await alerts())[0].status === 'resolved', await alerts());
    const odd = mail('no mail at all'), kept = (await ask('GET', `/api/v1/quarantine?source=${made.id}`)).items;
    check(`${at}: what is no mail is said, and kept in quarantine`, odd.status === 1 && /Subject/.test(odd.stderr) && kept.length === 1, { odd, kept });
    const away = mail(eml('problem'), ['--to', key], 'http://127.0.0.1:9'), wrong = mail(eml('problem'), ['--to', 'f'.repeat(32)]);
    check(`${at}: a server that is away makes the mail server try again (75); a wrong key does not`, away.status === 75 && wrong.status === 1, { away, wrong });
    const test = await ask('POST', `/api/v1/integrations/${made.id}/test`);
    check(`${at}: a test goes through the same decoder`, test.accepted === 1, test);
}

async function mailbox(at, ask, box) {
    const made = await ask('POST', '/api/v1/integrations', { kind: 'mail', name: 'Mailbox', secret: 'wrong', mapping: { mailbox: { url: box.url, user: 'alerts' }, rules: [{ field: 'subject', contains: 'newsletter', status: 'ignored' }] } });
    const alerts = async () => (await ask('GET', `/api/v1/alerts?source=${made.id}`)).items;
    check(`${at}: a wrong password is told at the integration`, await until(async () => /refuses this user or password/.test((await ask('GET', `/api/v1/integrations/${made.id}`)).error)), await ask('GET', `/api/v1/integrations/${made.id}`));
    box.deliver(eml('problem'));
    box.deliver(Buffer.from('From: a@example.com\nSubject: Newsletter\n\nhello\n'));
    box.deliver(Buffer.from(`From: a@example.com\nSubject: big one\n\n${'x'.repeat(200_000)}\n`));
    const look = () => ask('PATCH', `/api/v1/integrations/${made.id}`, { secret: 'pass word' });
    await look();
    const found = await until(async () => (await alerts()).length === 2 && (await alerts()));
    check(`${at}: unread messages of a mailbox become alerts, but for those that a rule leaves out`, found?.map((a) => a.title).sort().join() === '[CRITICAL] Queue of checkout is long: 事故,big one', { found, log: box.log() });
    check(`${at}: they are marked as read`, await until(async () => box.seen() >= 3), box.seen());
    box.deliver(eml('recovery'));
    await look();
    check(`${at}: a later message ends the alert`, await until(async () => (await alerts()).some((a) => a.status === 'resolved')), await alerts());
    check(`${at}: what was read is not taken again`, (await alerts()).length === 2 && (await alerts()).every((a) => a.count <= 2), await alerts());
}

for (const database of databases) {
    const system = makeSystem(database);
    const box = await dovecot();
    try {
        const tokens = addPeople(system), server = await serve(system), ask = asker(server, tokens);
        await command(database, server, ask);
        if (box?.ready) await mailbox(database, ask, box);
        else if (box) check(`${database}: Dovecot starts`, false, box.log());
        else tally.skip('a mailbox: Dovecot is not installed (Debian package dovecot-imapd)');
        check(`${database}: the server stops cleanly`, await server.stop() === 0, server.log());
    } finally {
        await box?.stop();
        system.remove();
    }
}
tally.end();
