// What other systems really send (../shared/samples/alerts) comes in right, over HTTP, as its sender posts it: state, severity, title, times and
// the key that makes it the same alert, by the table below. A file without a row fails, so that none is left unlooked at.
//     node tests/samples.mjs          Prints `samples: N passed, N failed`.     SAMPLES=folder: elsewhere
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addPeople, databases, makeSystem, root, serve } from './lib/server.mjs';

const folder = process.env.SAMPLES ?? join(root, '../shared/samples/alerts'), NOW = 'now';
const alert = (status, severity, dedup_key, title, started_at, ended_at = null) => ({ status, severity, dedup_key, title, started_at, ended_at });
const change = (kind, state, dedup_key, title, occurred_at, ended_at = null) => ({ kind, state, dedup_key, title, occurred_at, ended_at });

// kind of source, what comes of it (NOW: the payload tells no time), and where that is not all: `send` makes the request of the file's text.
const table = {
    'alerta-cloudwatch_notification.json': { kind: 'cloudwatch', send: (text) => ({ body: JSON.parse(text).Message }),     // raw delivery: AWS's certificate is out of reach
        alerts: [alert('firing', 'unknown', '1234567890/EU (Ireland)/bucketbytesAlarm', 'bucketbytesAlarm', '2019-02-15T23:53:45.093Z')] },
    'alerta-grafana_6.json': { kind: 'grafana', alerts: [alert('firing', 'SEV-3', '58', 'Testing -> Battery Voltage alert', NOW)] },
    'alerta-graylog_notification.json': { kind: 'graylog', alerts: [alert('firing', 'unknown', '5e7a9c8d-9bb1-47b6-b8db-4a3a83a25e0c', 'test', '2015-09-10T09:45:54.749Z')] },
    'alerta-new_relic_notification.json': { kind: 'new_relic', alerts: [alert('firing', 'SEV-4', '0', 'New Relic Alert - Test Condition', '2020-09-25T11:23:27.844Z')] },
    'alerta-pingdom_down.json': { kind: 'pingdom', alerts: [alert('firing', 'SEV-2', '803318', 'Alerta API on OpenShift', '2017-06-30T22:25:43.000Z')] },
    'alerta-stackdriver_open.json': { kind: 'google_cloud', alerts: [alert('firing', 'unknown', 'f2e08c333dc64cb09f75eaab355393bz', 'CPU usage', '2017-07-06T19:10:14.000Z')] },
    'alertmanager-firing.json': { kind: 'alertmanager', alerts: [alert('firing', 'SEV-4', 'a5e05dfb2507115c', 'load 1.73', '2026-11-20T14:37:11.136Z')] },
    'alertmanager-grouped-firing.json': { kind: 'alertmanager', alerts: [
        alert('firing', 'SEV-1', '4236c008bcef65f0', 'Instance 127.0.0.1:19183 down', '2026-11-20T14:37:20.136Z'),
        alert('firing', 'SEV-1', '5debaffa71b17151', 'Instance 127.0.0.1:19182 down', '2026-11-20T14:37:20.136Z')] },
    'alertmanager-resolved.json': { kind: 'alertmanager', alerts: [alert('resolved', 'SEV-1', '5debaffa71b17151', 'Instance 127.0.0.1:19182 down', '2026-11-20T14:37:20.136Z', '2026-11-20T14:37:43.136Z')] },
    'azure-common-schema-metric-resolved.json': { kind: 'azure_monitor', alerts: [alert('resolved', 'SEV-4',
        '/subscriptions/<subscription ID>/providers/Microsoft.AlertsManagement/alerts/b9569717-bc32-442f-add5-83a997729330', 'WCUS-R2-Gen2', '2019-03-22T13:58:24.371Z', '2019-03-22T14:03:16.224Z')] },
    'better-stack-incident-acknowledged.json': { kind: 'better_stack', acknowledged: true, alerts: [alert('firing', 'unknown', '1', 'Tesla.com homepage', '2020-10-21T10:51:28.151Z')] },
    'cloudevents-structured.http': { kind: 'cloudevents', send: (text) => ({ body: text.split(/\r?\n\r?\n/).slice(1).join('\n\n'), headers: { 'Content-Type': 'application/cloudevents+json; charset=utf-8' } }),
        alerts: [alert('firing', 'unknown', '/ci/pipelines/42/payments-api', 'com.example.deployment.finished: payments-api', '2026-03-01T10:15:30.123Z')] },
    'datadog-webhook-template-servicenow-doc.json': { kind: 'datadog',                                  // a template: filled in as Datadog does
        send: (text) => ({ body: Object.entries({ $EVENT_MSG: 'p99 over 2 s', $LAST_UPDATED: '1794319651000', $EVENT_TYPE: 'query_alert_monitor', $EVENT_TITLE: '[Triggered] Checkout is slow', $DATE: '1794319650000',
            $ORG_ID: '7', $ORG_NAME: 'Shop', $ID: '4711', $ALERT_ID: '99', $ALERT_METRIC: 'latency', $ALERT_PRIORITY: 'P2', $ALERT_TRANSITION: 'Triggered', $ALERT_STATUS: 'latency > 2', $ALERT_TITLE: 'Checkout is slow',
            $ALERT_TYPE: 'error', $HOSTNAME: 'web-1', $PRIORITY: 'normal', $TAGS: 'env:prod,service:checkout', $ALERT_SCOPE: 'host:web-1' }).reduce((t, [name, value]) => t.replaceAll(`"${name}"`, JSON.stringify(value)), text) }),
        alerts: [alert('firing', 'SEV-2', '99/host:web-1', 'Checkout is slow', '2026-11-10T14:07:30.000Z')] },
    'deployment_status.created-0.json': { kind: 'github', changes: [change('deploy', 'succeeded', 'github:Codertocat/Hello-World/deployment/145988746', 'Deploy Hello-World master to production', '2019-05-15T15:20:53.000Z', '2019-05-15T15:20:55.000Z')] },
    'gitlab-deployment.json': { kind: 'gitlab', changes: [change('deploy', 'succeeded', 'gitlab:root/test-deployment-webhooks/deployment/job-796', 'Deploy test-deployment-webhooks 279484c0 to staging', NOW, NOW)] },
    'grafana-oncall-elastalert.json': { kind: 'elastalert', alerts: [alert('firing', 'unknown', 'This alert was sent by user for demonstration purposes', 'This alert was sent by user for demonstration purposes', NOW)] },
    'grafana-oncall-grafana_alerting.json': { kind: 'grafana', alerts: [
        alert('firing', 'SEV-1', '39f38c0611ee7abd', 'Instance localhost:8083 down', '2023-06-12T08:24:38.326Z'),
        alert('firing', 'SEV-1', 'f8f08d4e32c61a9d', 'Instance localhost:8082 down', '2023-06-12T08:24:38.326Z'),
        alert('firing', 'SEV-1', 'f404ecabc8dd5cd7', 'Instance localhost:8081 down', '2023-06-12T08:24:38.326Z')] },
    'grafana-oncall-kapacitor.json': { kind: 'kapacitor', alerts: [alert('firing', 'unknown', 'TestAlert', 'This alert was sent by user for demonstration purposes', NOW)] },
    'grafana-oncall-zabbix.json': { kind: 'zabbix', alerts: [alert('firing', 'unknown', '08d6891a-835c-e661-39fa-96b6a9e26552', 'TestAlert: The whole system is down', NOW)] },
    // What ends something ends what was told before: the same notice as it would have come first.
    'keep-mocks-checkmk.json': { kind: 'checkmk', first: (p) => ({ ...p, notification_type: 'PROBLEM', status: 'DOWN', event: 'UP -> DOWN' }),
        alerts: [alert('resolved', 'SEV-1', 'server1', 'server1 is DOWN', NOW, NOW)] },
    'keep-mocks-gcpmonitoring-5XX_errors_production.json': { kind: 'google_cloud', alerts: [alert('firing', 'SEV-1', 'prod-5xx-123', '5XX Error Rate > 5%', NOW)] },
    'keep-mocks-libre_nms.json': { kind: 'librenms', first: (p) => ({ ...p, state: '1', severity: 'critical', title: 'Alert for device 10.10.1.147 - Devices up/down', timestamp: '2025-03-04 10:58:34' }),
        alerts: [alert('resolved', 'SEV-1', '2/13', 'Alert for device 10.10.1.147 - Devices up/down', NOW, NOW)] },
    'keep-mocks-sentry-browser_timeout.json': { kind: 'sentry', alerts: [alert('firing', 'SEV-2', '4616132097', 'Failed to fetch user profile', '2024-03-09T13:34:45.873Z')] },
    'pagerduty-events-v2-trigger.json': { kind: 'pagerduty', alerts: [alert('firing', 'SEV-4', 'c9ce56b30992d8d80771820ca95c1d75472cf9183a91ceccdab0d9793421426d', '[FIRING:1] HighLoadForDemo node info (eu-1 127.0.0.1:19100 0.5 a)', NOW)] },
    'workflow_run.completed-0.json': { kind: 'github', changes: [change('code', 'in_progress', 'github:Codertocat/Hello-World/run/1589141559/1', 'Hello-World: Manually triggered workflow', '2021-12-16T19:37:22.000Z')] },
    'workflow_run.completed-1.json': { kind: 'github', changes: [change('code', 'succeeded', 'github:octo-org/octo-repo/run/289782451/1', 'octo-repo: test: ci(action): update actions/setup-node digest to 8c91899', '2020-10-05T16:33:49.000Z', '2020-10-05T16:33:49.000Z')] },
    'workflow_run.completed-2.json': { kind: 'github', changes: [change('code', 'succeeded', 'github:octo-org/octo-repo/run/289782451/1', 'octo-repo: test: ci(action): update actions/setup-node digest to 8c91899', '2020-10-05T16:33:49.000Z', '2020-10-05T16:33:49.000Z')] },
    'zulip-fixtures-grafana-v11-firing.json': { kind: 'grafana', alerts: [alert('firing', 'unknown', 'e6349a25f5ef0e9e', 'High memory usage', '2024-03-01T02:09:00.000Z')] },
    'zulip-fixtures-newrelic-issue_activated.json': { kind: 'new_relic', alerts: [alert('firing', 'SEV-1', 'c5faa7e6-7b54-402d-af79-f99601e0278c', "zulip_app query result is > 1.0 for 1 minutes on 'Zulip Server Low Storage'", '2024-04-22T03:05:31.352Z')] },
    'zulip-fixtures-opsgenie-create.json': { kind: 'opsgenie', alerts: [alert('firing', 'SEV-3', 'ec03dad6-62c8-4c94-b38b-d88f398e900f', 'another alert', '2017-08-14T11:25:56.288Z')] },
    'zulip-fixtures-pagerduty-acknowledged_v3.json': { kind: 'pagerduty_webhook', acknowledged: true, alerts: [alert('firing', 'SEV-2', 'PQ1K5C8', 'Test Incident', NOW)] },
    'zulip-fixtures-pagerduty-status_updated_v3.json': { kind: 'pagerduty_webhook', alerts: [] },        // of an incident that was never told: nothing to put it on
    'zulip-fixtures-pagerduty-triggered_v3.json': { kind: 'pagerduty_webhook', alerts: [alert('firing', 'SEV-2', 'PFQZPSY', 'Test Incident 3', '2021-06-04T13:35:29.781Z')] },
    'zulip-fixtures-statuspage-incident_update.json': { kind: 'statuspage', alerts: [alert('resolved', 'unknown', 'z3lct0r596n4', 'Database query delays', '2017-12-26T07:32:00.507Z', '2017-12-26T07:37:20.785Z')] },
    'zulip-fixtures-uptimerobot_monitor_down.json': { kind: 'uptimerobot', alerts: [alert('firing', 'unknown', 'server1.example.com', 'Web Server', NOW)] },
};

let passed = 0, failed = 0;
function check(says, differences) {
    if (differences.length) failed++; else passed++;
    console.log(`${differences.length ? 'FAIL' : 'ok  '} ${says}${differences.length ? `: ${differences.join('; ')}` : ''}`);
}

/** Where what came differs from what was expected; NOW is any time since `began`. */
function differences(expected, got, began) {
    if (expected.length !== got.length) return [`${got.length} came in, not ${expected.length}: ${JSON.stringify(got).slice(0, 300)}`];
    return expected.flatMap((want, i) => Object.entries(want).filter(([name, value]) => (value === NOW ? !(Date.parse(got[i][name]) >= began && Date.parse(got[i][name]) <= Date.now() + 1000) : got[i][name] !== value))
        .map(([name, value]) => `${name} is ${JSON.stringify(got[i][name])}, not ${JSON.stringify(value)}`));
}

async function run(database) {
    const system = makeSystem(database);
    const tokens = addPeople(system), server = await serve(system);
    const headers = { Authorization: `Bearer ${tokens.admin}`, 'Content-Type': 'application/json' };
    const items = async (path) => (await (await fetch(server.url + path, { headers })).json()).items;
    for (const file of readdirSync(folder)) {
        const row = table[file], text = readFileSync(join(folder, file), 'utf8');
        if (!row) { check(`${database}: ${file}`, ['there is no row of the table for it']); continue; }
        const source = await (await fetch(`${server.url}/api/v1/integrations`, { method: 'POST', headers, body: JSON.stringify({ kind: row.kind, name: file }) })).json();
        const post = (request) => fetch(server.url + new URL(source.url).pathname, { method: 'POST', body: request.body,
            headers: { 'Content-Type': 'application/json', ...(row.kind === 'github' ? { 'X-GitHub-Event': file.split('.')[0] } : {}), ...request.headers } });
        const began = Date.now() - 1000, wrong = [];
        if (row.first) await post({ body: JSON.stringify(row.first(JSON.parse(text))) });
        const answer = await post(row.send ? row.send(text) : { body: text });
        if (answer.status !== 202) wrong.push(`it was answered ${answer.status} ${(await answer.text()).slice(0, 300)}`);
        const alerts = await items(`/api/v1/alerts?source=${source.id}`);
        if (row.alerts) wrong.push(...differences(row.alerts, alerts, began));
        if (row.alerts?.length) { if ((await (await fetch(`${server.url}/api/v1/alerts/${alerts[0]?.id}/raw`, { headers })).text()) !== (row.send?.(text).body ?? text)) wrong.push('the raw payload is another'); }
        if (row.acknowledged && !alerts[0]?.acknowledged_at) wrong.push('it is not acknowledged');
        if (row.changes) wrong.push(...differences(row.changes, (await items('/api/v1/changes')).filter((c) => c.dedup_key === row.changes[0].dedup_key), began));
        check(`${database}: ${file}`, wrong);
    }
    const quarantined = await items('/api/v1/quarantine');
    check(`${database}: nothing of it stands in quarantine`, quarantined.map((q) => `${q.source?.name}: ${q.reason}`));
    await server.stop();
    system.remove();
}

if (existsSync(folder)) for (const database of databases) await run(database);
else console.log('skip ../shared/samples/alerts is not here');
console.log(`samples: ${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
