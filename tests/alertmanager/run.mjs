// A real Prometheus and a real Alertmanager (Debian's packages) fire an alert into a running Hindsight and resolve it. The test
// serves what Prometheus scrapes. Nothing sleeps: every step waits for what it expects, until a deadline.
//     node tests/alertmanager/run.mjs          Prints `alertmanager: N passed, N failed`; stops exactly what it started.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addPeople, databases, freePort, makeSystem, serve } from '../lib/server.mjs';
import { Tally, until } from '../lib/tally.mjs';

const prometheus = '/usr/bin/prometheus', alertmanager = '/usr/bin/prometheus-alertmanager';
const tally = new Tally('alertmanager'), { check } = tally;

/** What Prometheus scrapes: one number for each instance, set by the test. */
async function makeTarget() {
    const failing = new Set();
    const server = createServer((_, res) => {
        const lines = ['a', 'b'].map((i) => `shop_failing{shard="${i}"} ${failing.has(i) ? 1 : 0}\n`);
        res.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' }).end(`# TYPE shop_failing gauge\n${lines.join('')}`);
    });
    await new Promise((r) => server.listen(0, '127.0.0.1', r));
    return { failing, port: server.address().port, close: () => server.close() };
}

function start(command, args, dir) {
    const child = spawn(command, args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => { said = (said + text).slice(-4000); });
    const ended = new Promise((r) => child.once('exit', r));
    return { log: () => said, stop: () => { child.kill('SIGTERM'); return ended; } };
}

function writeConfigs(dir, target, managerPort, webhook, pagerduty) {
    writeFileSync(join(dir, 'rules.yml'), `groups:
  - name: shop
    rules:
      - alert: ShopFailing
        expr: shop_failing > 0
        labels: { severity: critical, service: shop }
        annotations:
          summary: 'Shard {{ $labels.shard }} fails'
          description: 'Orders on shard {{ $labels.shard }} fail — 下单失败 <b>&'
          runbook_url: https://runbooks.example.com/ShopFailing
`);
    writeFileSync(join(dir, 'prometheus.yml'), `global: { scrape_interval: 500ms, scrape_timeout: 400ms, evaluation_interval: 500ms }
rule_files: [rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:${managerPort}'] }] }] }
scrape_configs: [{ job_name: shop, static_configs: [{ targets: ['127.0.0.1:${target.port}'] }] }]
`);
    writeFileSync(join(dir, 'alertmanager.yml'), `route:
  receiver: hindsight
  group_by: [alertname]
  group_wait: 100ms
  group_interval: 1s
  repeat_interval: 2s
receivers:
  - name: hindsight
    webhook_configs: [{ url: '${webhook}', send_resolved: true, max_alerts: 1000 }]
    pagerduty_configs: [{ url: '${pagerduty.url}', routing_key: '${pagerduty.key}', send_resolved: true, severity: warning }]
`);
}

async function walk(database) {
    const system = makeSystem(database), dir = mkdtempSync(join(tmpdir(), 'hindsight-am-')), running = [];
    const tokens = addPeople(system);
    const target = await makeTarget();
    let server = await serve(system);
    const api = async (path, body) => {
        const r = await fetch(server.url + path, { method: body ? 'POST' : 'GET', body: body && JSON.stringify(body),
            headers: { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json' } });
        return r.headers.get('content-type')?.includes('json') ? r.json() : r.text();
    };
    const alerts = async (source) => (await api(`/api/v1/alerts?source=${source.id}`)).items;
    try {
        const webhook = await api('/api/v1/integrations', { kind: 'alertmanager', name: 'Prometheus' });
        const pager = await api('/api/v1/integrations', { kind: 'pagerduty', name: 'Pager' });
        const path = new URL(webhook.url).pathname, managerPort = await freePort(), prometheusPort = await freePort();
        writeConfigs(dir, target, managerPort, server.url + path, { url: `${server.url}/v2/enqueue`, key: pager.url.split('/').pop() });
        running.push(start(alertmanager, ['--config.file=alertmanager.yml', '--storage.path=am', `--web.listen-address=127.0.0.1:${managerPort}`, '--cluster.listen-address='], dir));
        running.push(start(prometheus, ['--config.file=prometheus.yml', '--storage.tsdb.path=tsdb', `--web.listen-address=127.0.0.1:${prometheusPort}`], dir));

        target.failing.add('a');
        const first = await until(async () => (await alerts(webhook)).find((x) => x.status === 'firing'));
        check(`${database}: a real alert arrives firing`, first?.title === 'Shard a fails' && first.severity === 'SEV-1', first ?? running.map((p) => p.log()));
        check(`${database}: with labels, text and runbook`, first?.labels.shard === 'a' && first.labels.job === 'shop' && first.description.includes('下单失败 <b>&')
            && first.links.some((l) => l.url === 'https://runbooks.example.com/ShopFailing') && first.dedup_key.length === 16, first);
        const raw = first && await api(`/api/v1/alerts/${first.id}/raw`);
        check(`${database}: its payload is kept as Alertmanager sent it`, JSON.parse(raw ?? '{}').version === '4' && raw.includes('"groupKey"'), raw);
        const incident = first?.incident && await api(`/api/v1/incidents/${first.incident.reference}`);
        check(`${database}: it declared an incident`, incident?.declared_how === 'alert' && incident.severity === 'SEV-1' && incident.status === 'triage' && incident.counts.alerts >= 1, incident);

        target.failing.add('b');
        const second = await until(async () => (await alerts(webhook)).find((x) => x.labels.shard === 'b'));
        check(`${database}: the next alert of the group joins the incident`, second?.incident?.id === incident?.id, second);

        const repeats = await until(async () => (await alerts(pager)).find((x) => x.status === 'firing'));
        check(`${database}: Alertmanager as a client of PagerDuty's API is understood`, repeats?.severity === 'SEV-3' && repeats.title.includes('ShopFailing'), repeats);

        const port = server.port;
        await server.stop('SIGKILL');
        target.failing.delete('a');
        server = await serve(system, [], port);
        const ended = await until(async () => (await alerts(webhook)).find((x) => x.labels.shard === 'a' && x.status === 'resolved'));
        check(`${database}: what ended while Hindsight was killed is resolved after it came back`, ended && ended.id === first?.id && ended.ended_at > ended.started_at, ended);
        target.failing.delete('b');
        const over = await until(async () => {
            const all = [...await alerts(webhook), ...await alerts(pager)];
            return all.every((x) => x.status === 'resolved') && all;
        });
        check(`${database}: all resolve, and repeated notices made no alert twice`, over?.length === 3, over ?? [...await alerts(webhook), ...await alerts(pager)]);
        const told = await until(async () => {
            const events = (await api(`/api/v1/incidents/${incident.reference}/timeline?limit=100`)).items;
            return events.filter((e) => e.kind === 'alert_resolved').length >= 2 && events;
        });
        const count = (kind) => told?.filter((e) => e.kind === kind).length;
        check(`${database}: the timeline tells who came and went`, count('alert_attached') >= 2 && count('created') === 1, told);
        const quarantine = await api('/api/v1/quarantine');
        check(`${database}: nothing had to be put into quarantine`, quarantine.items?.length === 0, quarantine);
    } finally {
        for (const p of running) await p.stop();
        await server.stop();
        target.close();
        rmSync(dir, { recursive: true, force: true });
        system.remove();
    }
}

if (existsSync(prometheus) && existsSync(alertmanager)) for (const database of databases) await walk(database);
else tally.skip('prometheus and prometheus-alertmanager are not installed');
tally.end();
