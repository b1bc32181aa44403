/** Key metrics: the figure, where it comes from, and the way back from an override. */
import { useRef, useState } from 'preact/hooks';
import { Button, DateTime, Field, Icon, Input, Popover, Select, Severity } from 'kit';
import { session } from 'app/api';
import { formatNumber } from 'app/i18n';
import { clock, day, duration, inUtc } from 'app/time';
import type { Report, ReportMetric } from 'app/types';
import { t } from './strings';
import type { ReportHandle } from './use-report';

const ORDER: ReportMetric['key'][] = ['severity', 'started_at', 'ended_at', 'duration', 'responders', 'customers_affected'];
const isTime = (v: string) => /^\d{4}-\d\d-\d\dT/.test(v);

/** How a value reads; '' when it is not known. */
export function figureText(key: ReportMetric['key'], v: ReportMetric['value'] | undefined): string {
    if (v === null || v === undefined || v === '') return '';
    const text = String(v);
    if (isTime(text)) return clock(text);
    if (key === 'duration' && /^\d+$/.test(text)) return duration(Number(text));
    if (/^\d+$/.test(text)) return formatNumber(Number(text));
    return text;
}

export function Figures({ report, handle }: { report: Report; handle: ReportHandle }) {
    const by = new Map(report.metrics.map((m) => [m.key, m]));
    const list = ORDER.map((k) => by.get(k)).filter((m): m is ReportMetric => !!m);
    if (!list.length) return null;
    return <dl class="figures" aria-label={t('metrics')}>{list.map((m) => <Figure key={m.key} m={m} report={report} handle={handle} />)}</dl>;
}

function Figure({ m, report, handle }: { m: ReportMetric; report: Report; handle: ReportHandle }) {
    const [open, setOpen] = useState(false);
    const anchor = useRef<HTMLButtonElement>(null);
    const name = t(`m_${m.key}`);
    const text = figureText(m.key, m.value);
    const overridden = m.source === 'override';
    const was = overridden ? figureText(m.key, m.original) || t('unknown') : '';
    const set = (value: string | null) => handle.save({ metric_overrides: { [m.key]: value } });
    const shownValue = m.key === 'severity' && text ? <Severity value={text} /> : text || <span class="unknown">{m.key === 'ended_at' || m.key === 'duration' ? t('not_yet') : t('unknown')}</span>;
    const at = typeof m.value === 'string' && isTime(m.value) ? m.value : null;
    const incident = report.incidents[0]?.reference ?? '';
    return (
        <div class={overridden ? 'over-ridden' : ''}>
            <dt>{name}</dt>
            <dd title={at ? inUtc(at) : undefined}>
                {report.can_edit
                    ? <button ref={anchor} type="button" class="fig" aria-label={`${t('edit_figure', { name })}: ${text || t('unknown')}`} onClick={() => setOpen(true)}>{shownValue}</button>
                    : shownValue}
            </dd>
            <dd class="from">
                {overridden
                    ? <><span class="edited">{t('edited')}</span><span class="clip">{t('was', { value: was })}</span>
                        {report.can_edit && <button type="button" class="link" aria-label={t('undo_to', { value: was })} onClick={() => void set(null)}><Icon name="undo" small />{t('undo')}</button>}</>
                    : at ? day(at) : incident}
            </dd>
            {open && <Editor m={m} name={name} anchor={anchor} onClose={() => setOpen(false)} onSave={async (v) => { if (await set(v)) setOpen(false); }} />}
        </div>
    );
}

/** Milliseconds of `1 h 13 m`, `50m 40s`, `2 d`; null when it is something else. */
export function parseDuration(text: string): number | null {
    const unit: Record<string, number> = { d: 86400000, 天: 86400000, h: 3600000, 小时: 3600000, m: 60000, min: 60000, 分: 60000, 分钟: 60000, s: 1000, 秒: 1000 };
    const parts = [...text.trim().toLowerCase().matchAll(/(\d+)\s*([a-z\u4e00-\u9fff]+)/g)];
    if (!parts.length || parts.some((p) => !(p[2]! in unit)) || text.replace(/(\d+)\s*([a-z\u4e00-\u9fff]+)/gi, '').trim()) return null;
    return parts.reduce((sum, p) => sum + Number(p[1]) * unit[p[2]!]!, 0);
}

function Editor({ m, name, anchor, onClose, onSave }: { m: ReportMetric; name: string; anchor: { current: HTMLElement | null }; onClose: () => void; onSave: (v: string) => Promise<void> }) {
    const [text, setText] = useState(m.key === 'duration' ? figureText(m.key, m.value) : String(m.value ?? ''));
    const levels = (session.value?.severities ?? []).map((s) => ({ value: s.key, label: s.name === s.key ? s.key : `${s.key} ${s.name}` }));
    const value = m.key === 'duration' ? String(parseDuration(text) ?? text.trim()) : text.trim();
    return (
        <Popover anchor={anchor} onClose={onClose} label={t('edit_figure', { name })} class="fig-edit">
            <form class="form" onSubmit={(e) => {
                e.preventDefault();
                if (value) void onSave(value);
            }}>
                <Field label={name} help={t('figure_help')}>{(p) => (m.key === 'severity' ? <Select {...p} value={text} options={levels} onChange={setText} />
                    : m.key.endsWith('_at') ? <DateTime {...p} value={text || null} onChange={(at) => setText(at ?? '')} />
                        : <Input {...p} value={text} onChange={setText} autofocus maxLength={80} placeholder={m.key === 'duration' ? '1 h 13 m' : ''} />)}</Field>
                <div class="row end"><Button onClick={onClose}>{t('cancel')}</Button><Button kind="primary" type="submit" disabled={!value}>{t('save')}</Button></div>
            </form>
        </Popover>
    );
}
