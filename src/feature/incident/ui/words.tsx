/** How states of an incident look and read. */
import type { IconName, Tone } from 'kit';
import { Severity, Status } from 'kit';
import { session } from 'app/api';
import { statusLook } from './looks';
import { severities } from './types';
import { t } from './strings';

export { statusLook };

export function StatusWord({ status }: { status: string }) {
    const look = statusLook(status);
    return <Status tone={look.tone} icon={look.icon}>{t.any(status)}</Status>;
}

export function SeverityWord({ value }: { value: string }) {
    return <Severity value={value}>{value === 'unknown' ? t('unknown') : value}</Severity>;
}

const reportTones: Record<string, Tone> = { draft: 'idle', in_review: 'run', published: 'ok', archived: 'idle' };
const reportIcons: Record<string, IconName> = { draft: 'open', in_review: 'prog', published: 'done', archived: 'not' };
export function ReportState({ state, reason }: { state: string | null; reason?: string | null }) {
    if (state) return <Status tone={reportTones[state] ?? 'idle'} icon={reportIcons[state] ?? 'open'}>{t.any(state)}</Status>;
    return reason ? <span class="quiet" title={reason}>{t('no_report')}</span> : null;
}

/** The severities of the workspace with their meanings; the built-in keys when the session has none. */
export function severityChoices(): { key: string; name: string; description: string }[] {
    const own = session.value?.severities ?? [];
    const all = own.length ? own.map((s) => ({ key: s.key, name: s.name, description: s.description })) : severities.map((key) => ({ key: key as string, name: '', description: '' }));
    return all.some((s) => s.key === 'unknown') ? all : [...all, { key: 'unknown', name: t('unknown'), description: '' }];
}
