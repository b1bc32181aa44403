import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMonitors, table } from '../../src/feature/monitor/ui/import';
import { commonName } from '../../src/feature/monitor/ui/types';

const rows = (text: string) => readMonitors(text).map((r) => (r.problem ? `${r.row.name}: ${r.problem}` : `${r.row.name} ${r.row.kind} ${r.row.target ?? r.row.steps[0]!.url} ${r.row.interval_s} s`));

test('a list of addresses becomes monitors that are called after them', () => {
    assert.deepEqual(rows('https://shop.example.com/health\nhttps://api.example.com/'), ['shop.example.com/health http https://shop.example.com/health 60 s', 'api.example.com http https://api.example.com/ 60 s']);
});

test('a table is read with its quotes, whatever separates it', () => {
    assert.deepEqual(table('a;b\n"x; ""y""\nz";2\n\n'), [['a', 'b'], ['x; "y"\nz', '2']]);
    assert.deepEqual(rows('name,kind,target,interval\nDatabase,tcp,db:5432,30\n"Mail, in",dns,example.com,\nOdd,carrier pigeon,x,1'), ['Database tcp db:5432 30 s', 'Mail, in dns example.com 60 s', 'Odd: kind_unknown']);
});

test('a backup of Uptime Kuma keeps intervals, what is expected, and what is paused', () => {
    const [page, port, push] = readMonitors(JSON.stringify({ monitorList: [
        { name: 'Page', type: 'keyword', url: 'https://a.example.com', keyword: 'ok', accepted_statuscodes: ['200-299'], interval: 20, maxretries: 3, active: 0, headers: '{"X-A":"1"}', method: 'GET' },
        { name: 'Port', type: 'port', hostname: 'db', port: 5432, interval: 60 }, { name: 'Push', type: 'push' }] }));
    assert.equal(page!.problem, null);
    const p = (page as { row: { enabled: boolean; retries: number; steps: { assertions: object[]; headers: object }[] } }).row;
    assert.deepEqual([p.enabled, p.retries, p.steps[0]!.headers], [false, 3, { 'X-A': '1' }]);
    assert.deepEqual(p.steps[0]!.assertions, [{ on: 'status', path: null, op: 'greater_than', value: '199' }, { on: 'status', path: null, op: 'less_than', value: '300' }, { on: 'body', path: null, op: 'contains', value: 'ok' }]);
    assert.deepEqual([(port as { row: { target: string } }).row.target, push!.problem], ['db:5432', 'kind_unknown']);
});

test('intervals and retries stay within what is allowed, and JSON that is none is an error', () => {
    assert.deepEqual(rows('[{"name":"x","kind":"icmp","target":"a","interval_s":1}]'), ['x icmp a 10 s']);
    assert.throws(() => readMonitors('{"name":'));
});

test('of a certificate its common name is shown, however it is written', () => {
    assert.deepEqual(["C = US, O = Let's Encrypt, CN = R11", '/O=x/CN=shop.example.com', 'O=Nobody'].map(commonName), ['R11', 'shop.example.com', 'O=Nobody']);
});
