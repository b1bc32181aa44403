import { query, setQuery } from 'app/router';
import { usePages } from 'app/resource';
import { SettingsPage } from 'app/settings';
import type { Person } from 'app/types';
import { Empty, Failed, MenuChip, More, Skeleton, Time } from 'kit';
import { t } from './strings';

type Entry = { id: string; recorded_at: string; user: Person | null; action: string; kind: string; subject: string; details: Record<string, unknown> };

const actions = ['session.started', 'session.refused', 'user.added', 'user.role_changed', 'user.disabled', 'user.enabled', 'user.password_changed',
    'token.added', 'token.revoked', 'setting.changed', 'team.changed', 'integration.changed', 'routing_rule.changed', 'report.published', 'report.shared',
    'report.exported', 'public_version.published', 'timeline.redacted', 'job.retried'];

/** `{"from":"viewer","to":"admin"}` as "viewer → admin"; other details as name: value. */
function worded(d: Record<string, unknown>): string {
    if (typeof d['from'] === 'string' && typeof d['to'] === 'string') return `${d['from']} → ${d['to']}`;
    return Object.entries(d).map(([k, v]) => k === 'name' ? String(v) : `${k}: ${Array.isArray(v) ? v.join(', ') : typeof v === 'string' ? v : JSON.stringify(v)}`).join(', ');
}

export default function Audit() {
    const action = query.value.get('action');
    const rows = usePages<Entry>('/audit', { action });
    const items = [
        { label: t('all_actions'), checked: !action, onSelect: () => setQuery({ action: null }) }, 'line' as const,
        ...actions.map((a) => ({ label: t.any(a), checked: a === action, onSelect: () => setQuery({ action: a }) })),
    ];
    return (
        <SettingsPage title={t('audit')} about={t('audit_about')} wide action={<MenuChip name={t('action')} value={action ? t.any(action) : t('any')} on={!!action} items={items} />}>
            {rows.error && !rows.items ? <Failed error={rows.error} retry={rows.reload} /> : !rows.items ? <Skeleton lines={10} />
                : rows.items.length === 0 ? <Empty icon="history" title={t('audit_empty')}>{t('audit_empty_body')}</Empty> : <>
                    <div class="scroll" tabIndex={0}><table class="table cards">
                        <thead><tr><th>{t('when')}</th><th>{t('who')}</th><th>{t('what')}</th><th>{t('details')}</th></tr></thead>
                        <tbody>{rows.items.map((e) => (
                            <tr key={e.id}>
                                <td><Time at={e.recorded_at} /></td>
                                <td>{e.user?.name ?? t('nobody')}</td>
                                <td>{t.any(e.action)}</td>
                                <td class="wrap quiet">{e.kind === 'setting' ? `${e.subject} ` : ''}{worded(e.details)}</td>
                            </tr>
                        ))}</tbody>
                    </table></div>
                    <More more={rows.more} />
                </>}
        </SettingsPage>
    );
}
