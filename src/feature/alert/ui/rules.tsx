/** Settings → Routing rules: ordered, each tried on what really came. */
import { useState } from 'preact/hooks';
import { api, session } from 'app/api';
import { may } from 'app/registry';
import { useResource } from 'app/resource';
import { SettingsPage } from 'app/settings';
import { dayClock } from 'app/time';
import type { Page, Ref } from 'app/types';
import { Button, Empty, Failed, IconButton, MenuButton, Pill, Select, Severity, Skeleton, confirm, toast, toastError } from 'kit';
import { RuleDialog } from './rule-form';
import { t } from './strings';
import type { Condition, Rule } from './types';

function When({ match }: { match: Condition[] }) {
    if (match.length === 0) return <span class="quiet">{t('all_alerts')}</span>;
    return <>{match.map((c, i) => <span class="tag" key={i}><span class="mono">{c.label}</span> <span class="quiet">{t(c.op)}</span> {c.op !== 'exists' && <b class="mono">{c.value}</b>}</span>)}</>;
}

/** A rule that counts for a time says whether that is to come, now, or over. */
function Limited({ rule }: { rule: Rule }) {
    const { active_from_at: from, active_until_at: until } = rule;
    if (!from && !until) return null;
    const now = Date.now();
    if (until && Date.parse(until) <= now) return <Pill small icon="clock">{t('limited_over', { time: dayClock(until) })}</Pill>;
    if (from && Date.parse(from) > now) return <Pill small icon="clock">{t('limited_from', { time: dayClock(from) })}{until && ` ${t('limited_until', { time: dayClock(until) })}`}</Pill>;
    return <Pill small icon="clock" tone="warn">{until ? t('limited_now', { time: dayClock(until) }) : t('limited_since', { time: dayClock(from!) })}</Pill>;
}

function Then({ rule, channels }: { rule: Rule; channels: Ref[] }) {
    const channel = channels.find((c) => c.id === rule.channel_id);
    return <>
        <Limited rule={rule} />
        {channel && <span class="tag">{t('to_channel', { name: channel.name })}</span>}
        {rule.severity && <Severity value={rule.severity}>{t.any(rule.severity)}</Severity>}
        <Pill small tone={rule.declare ? 'warn' : 'idle'}>{rule.declare ? t('declares_short') : t('listed_only')}</Pill>
        {rule.declare && rule.group_by.length > 0 && <span class="tag mono">{t('grouped_by', { labels: rule.group_by.join(', ') })}</span>}
        {rule.private && <Pill small icon="lock">{t('private_short')}</Pill>}
    </>;
}

type Setting = { key: string; value: string };

/** What happens to alerts that no rule fits. Only an administrator may change it. */
function Otherwise() {
    const isAdmin = may(session.value?.user?.role, 'admin');
    const all = useResource(isAdmin ? 'settings' : null, () => api.get<Page<Setting>>('/settings'), ['settings']);
    const value = all.data?.items.find((s) => s.key === 'alerts.declare')?.value ?? 'SEV-2';
    const save = async (v: string) => {
        try {
            await api.put('/settings/alerts.declare', { value: v });
            toast(t('saved'));
            await all.reload();
        } catch (e) { toastError(e); }
    };
    const options = [{ value: 'never', label: t('never_declare') }, ...['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'].map((s) => ({ value: s, label: s })), { value: 'all', label: t('always_declare') }];
    return (
        <li class="rule rest">
            <span class="rule-n quiet">∗</span>
            <div class="grow"><strong>{t('otherwise')}</strong><div class="chips quiet">{t('otherwise_declare')}</div></div>
            {isAdmin ? <Select aria-label={t('otherwise_declare')} value={value} options={options} onChange={save} /> : <span>{value}</span>}
        </li>
    );
}

export default function Rules() {
    const rules = useResource('routing rules', () => api.get<Page<Rule>>('/routing-rules'), ['routing-rules']);
    const channels = useResource('channels all', () => api.get<Page<Ref>>('/channels', { limit: 200 }), ['channels']);
    const [editing, setEditing] = useState<Rule | 'new' | null>(null);
    const items = rules.data?.items ?? [];
    const change = async (r: Rule, body: Partial<Rule>, done?: string) => {
        try {
            await api.patch(`/routing-rules/${r.id}`, body, r.version);
            if (done) toast(done);
        } catch (e) { toastError(e); }
        await rules.reload();
    };
    const remove = async (r: Rule) => {
        if (!await confirm({ title: t('remove_rule'), body: t('remove_rule_body'), action: t('remove'), danger: true })) return;
        try {
            await api.delete(`/routing-rules/${r.id}`, r.version);
            toast(t('rule_removed'));
        } catch (e) { toastError(e); }
        await rules.reload();
    };
    return (
        <SettingsPage title={t('routing')} about={t('routing_about')} wide action={<Button kind="primary" icon="plus" onClick={() => setEditing('new')}>{t('add_rule')}</Button>}>
            {rules.error && !rules.data ? <Failed error={rules.error} retry={rules.reload} /> : !rules.data ? <Skeleton /> : <>
                {items.length === 0 && <Empty icon="filter" title={t('no_rules')}>{t('no_rules_body')}</Empty>}
                <ol class="rules">
                    {items.map((r, i) => (
                        <li class={`rule ${r.enabled ? '' : 'off'}`} key={r.id}>
                            <span class="rule-n quiet">{i + 1}</span>
                            <div class="grow">
                                <button type="button" class="strong" onClick={() => setEditing(r)}>{r.name}</button>{!r.enabled && <> <Pill small>{t('off')}</Pill></>}
                                <div class="chips"><When match={r.match} /></div>
                                <div class="chips"><Then rule={r} channels={channels.data?.items ?? []} /></div>
                            </div>
                            <IconButton icon="up" label={t('move_up')} disabled={i === 0} onClick={() => void change(r, { position: i }, t('rule_moved'))} />
                            <IconButton icon="down" label={t('move_down')} disabled={i === items.length - 1} onClick={() => void change(r, { position: i + 2 }, t('rule_moved'))} />
                            <MenuButton class="btn plain icon" align="end" chevron={false} label={r.name} items={[
                                { label: t('edit'), icon: 'pen', onSelect: () => setEditing(r) },
                                { label: r.enabled ? t('disable') : t('enable'), icon: r.enabled ? 'not' : 'check', onSelect: () => void change(r, { enabled: !r.enabled }) }, 'line',
                                { label: t('remove'), icon: 'trash', danger: true, onSelect: () => void remove(r) },
                            ]}>···</MenuButton>
                        </li>
                    ))}
                    <Otherwise />
                </ol>
            </>}
            {editing && <RuleDialog rule={editing === 'new' ? null : editing} channels={channels.data?.items ?? []} onClose={() => setEditing(null)} onSaved={() => void rules.reload()} />}
        </SettingsPage>
    );
}
