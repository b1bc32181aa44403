// Monitors of names and of hosts against real peers: a dnsmasq that answers for a zone of its own, and the kernel's echo. The resolver of the system is
// what is asked, so all of it runs in a network of its own (unshare, as root) whose /etc/resolv.conf names that dnsmasq.
//     node tests/monitor_peers.mjs          Prints `monitor peers: N passed, N failed[, N skipped]`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addPeople, makeSystem, serve } from './lib/server.mjs';

let passed = 0, failed = 0;
function check(says, ok, got) {
    if (ok) passed++; else failed++;
    console.log(`${ok ? 'ok  ' : 'FAIL'} ${says}${ok ? '' : `: ${JSON.stringify(got)?.slice(0, 800)}`}`);
}
async function until(look) {
    for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((r) => setTimeout(r, 50))) {
        const found = await look();
        if (found) return found;
    }
    return null;
}

const zone = `no-resolv
no-hosts
port=53
listen-address=127.0.0.1
bind-interfaces
user=root
local=/test/
host-record=web.test,192.0.2.10,2001:db8::10
host-record=mail.test,192.0.2.25
cname=www.test,web.test
mx-host=test,mail.test,10
txt-record=test,"v=spf1 -all"
txt-record=odd.test,"\u00fc \\" 事故"
`;

async function dnsmasq(dir) {
    writeFileSync(join(dir, 'conf'), zone);
    const child = spawn('/usr/sbin/dnsmasq', ['--keep-in-foreground', `--conf-file=${join(dir, 'conf')}`, '--pid-file=', '--log-facility=-'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await Promise.race([new Promise((resolve) => child.stderr.on('data', (d) => { said += d; if (said.includes('started')) resolve(); })), ended]);
    if (child.exitCode !== null) throw new Error(`dnsmasq: ${said}`);
    return { stop: () => { child.kill(); return ended; } };
}

async function names(api, dir) {
    const peer = await dnsmasq(dir);
    const ask = (target, record, value, op = 'is') => api('POST', '/monitors/try', { name: target, kind: 'dns', target, record, timeout_ms: 5000, assertions: [{ on: 'record', op, value }] });
    for (const [target, record, value] of [['web.test', 'A', '192.0.2.10'], ['web.test', 'AAAA', '2001:db8::10'], ['www.test', 'CNAME', 'web.test'], ['www.test', 'A', '192.0.2.10'], ['test', 'MX', '10 mail.test'], ['test', 'TXT', 'v=spf1 -all']]) {
        const r = await ask(target, record, value);
        check(`dnsmasq says of ${target} ${record}: ${value}`, r.ok === true, r);
    }
    const other = await ask('web.test', 'A', '192.0.2.11'), none = await ask('nobody.test', 'A', 'x', 'exists'), no = await ask('mail.test', 'AAAA', 'x', 'exists');
    check('another answer than the wanted one is told with what it is', other.ok === false && /192\.0\.2\.10/.test(other.error), other);
    check('a name that is not there, and a record that a name does not have, are told apart', /no name nobody\.test/.test(none.error) && /no such record/.test(no.error), [none, no]);
    const made = await api('POST', '/monitors', { name: 'Web', kind: 'dns', target: 'web.test', record: 'A', interval_s: 10, retries: 0, severity: 'SEV-2', assertions: [{ on: 'record', op: 'contains', value: '192.0.2.10' }] });
    check('a monitor of a name is up', await until(async () => (await api('GET', `/monitors/${made.id}`)).state === 'up'));
    await peer.stop();
    const down = await until(async () => { const m = await api('GET', `/monitors/${made.id}`); return m.state === 'down' && m; });
    check('without its name server it is down and says why, and an alert fires', /did not answer/.test(down?.error) && (await api('GET', '/alerts?status=firing')).items.some((a) => a.title === 'Web is down'), down);
    const again = await dnsmasq(dir);
    check('with it, it is up again, and the alert is over', await until(async () => (await api('GET', `/monitors/${made.id}`)).state === 'up')
        && await until(async () => (await api('GET', '/alerts?status=firing')).items.length === 0));
    await again.stop();
}

async function echo(api) {
    const ask = (target) => api('POST', '/monitors/try', { name: target, kind: 'icmp', target, timeout_ms: 2000 });
    const refused = await ask('127.0.0.1');
    check('an echo of an address inside is refused until an administrator allows it', refused.ok === false && /not on the public internet/.test(refused.error), refused);
    await api('PUT', '/settings/monitors.allow', { value: '127.0.0.1, ::1, 192.0.2.0/24' });
    for (const host of ['127.0.0.1', '::1']) {
        const r = await ask(host);
        check(`${host} answers an echo`, r.ok === true && r.latency_ms < 2000, r);
    }
    const away = await ask('192.0.2.99');
    check('a host that is not there is told', away.ok === false && away.error.length > 5, away);
    writeFileSync('/proc/sys/net/ipv4/ping_group_range', '1 0');
    const nobody = await ask('127.0.0.1');
    check('where nobody may send an echo, the setting of the system is named', nobody.ok === false && /ping_group_range/.test(nobody.error), nobody);
}

async function inside(dir) {
    const system = makeSystem(), tokens = addPeople(system), server = await serve(system);
    const api = async (method, path, body) => {
        const r = await fetch(`${server.url}/api/v1${path}`, { method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json', 'If-Match': '*' } });
        const text = await r.text();
        return text && JSON.parse(text);
    };
    await names(api, dir);
    await echo(api);
    check('the server stops cleanly', await server.stop() === 0, server.log());
    system.remove();
}

const own = 'ip link set lo up && echo "0 2147483647" >/proc/sys/net/ipv4/ping_group_range && mount --bind "$1/resolv.conf" /etc/resolv.conf';
if (process.argv[2]) {
    await inside(process.argv[2]);
    console.log(`monitor peers: ${passed} passed, ${failed} failed`);
    process.exitCode = failed ? 1 : 0;
} else {
    const dir = mkdtempSync(join(tmpdir(), 'hindsight-peers-'));
    writeFileSync(join(dir, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
    const may = existsSync('/usr/sbin/dnsmasq') && spawnSync('unshare', ['-n', '-m', 'sh', '-c', own, 'sh', dir], { stdio: 'ignore' }).status === 0;
    if (may) process.exitCode = spawnSync('unshare', ['-n', '-m', 'sh', '-c', `${own} && exec "$2" "$3" "$1"`, 'sh', dir, process.execPath, fileURLToPath(import.meta.url)], { stdio: 'inherit' }).status;
    else console.log('skip a network of its own (unshare, as root) and dnsmasq are needed\nmonitor peers: 0 passed, 0 failed, 1 skipped');
    rmSync(dir, { recursive: true, force: true });
}
