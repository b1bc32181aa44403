/** The right column: times as a track, figures, impacts, details. */
import { IconButton, PersonName } from 'kit';
import { formatNumber } from 'app/i18n';
import { clockSeconds, day, duration, inUtc, isoDay } from 'app/time';
import type { Editing } from './incident';
import { t } from './strings';
import { roles, timeFields, type Impact, type Incident, type TimeField } from './types';

const KEY: readonly TimeField[] = ['impact_started_at', 'mitigated_at', 'impact_ended_at', 'resolved_at'];
const SHOWN: readonly string[] = ['time_to_detect', 'time_to_acknowledge', 'time_to_mitigate', 'time_to_resolve'];

/** The moments in the order they happened; what is still to come stands at the end. */
export function orderedTimes(i: Incident): TimeField[] {
    const known = timeFields.filter((f) => i[f]).sort((a, b) => Date.parse(i[a]!) - Date.parse(i[b]!) || timeFields.indexOf(a) - timeFields.indexOf(b));
    const open = timeFields.filter((f) => !i[f] && f !== 'closed_at' && (f !== 'resolved_at' || i.active));
    return [...known, ...open];
}

export function Times({ editing }: { editing: Editing }) {
    const i = editing.incident;
    const order = orderedTimes(i);
    const first = order.find((f) => i[f]);
    const firstDay = first ? isoDay(i[first]!) : '';
    return (
        <section class="block"><header><h2>{t('times')}</h2>{i.can_edit && <IconButton icon="pen" small label={t('edit_times')} onClick={() => editing.open('times')} />}</header>
            <ol class="times">
                {order.map((f) => {
                    const at = i[f];
                    return (
                        <li key={f} class={!at ? 'todo' : KEY.includes(f) ? 'key' : ''}><span class="d" />{t.any(f)}
                            {at ? <time dateTime={at} title={`${day(at)} ${inUtc(at)}`}>{isoDay(at) !== firstDay && <span class="quiet">{day(at)} </span>}{clockSeconds(at)}</time> : <span>{t('not_yet')}</span>}</li>
                    );
                })}
            </ol>
            <dl class="metrics">
                {i.metrics.filter((m) => SHOWN.includes(m.key) || (m.status === 'recorded' && !i.active)).map((m) => (
                    <div key={m.key} title={t.any(`def_${m.key}`, m.definition)}><dt>{t.any(m.key, m.label)}</dt>
                        {m.status === 'recorded' ? <dd>{duration(m.value_ms ?? 0)}</dd> : <dd class={m.status === 'invalid' ? 'wrong' : 'none'}>{t.any(m.status)}</dd>}</div>
                ))}
            </dl>
        </section>
    );
}

export function impactFacts(m: Impact): string {
    const facts = [t.any(`impact_${m.kind}`)];
    if (m.customers_affected) facts.push(t('n_customers', { n: m.customers_affected }));
    if (m.requests_affected) facts.push(t('n_requests', { n: m.requests_affected }));
    if (m.cost) facts.push(`${formatNumber(m.cost)} ${m.currency ?? ''}`.trim());
    return facts.join(', ');
}

export function impactLength(m: Impact): string {
    if (!m.started_at) return '';
    return m.ended_at ? duration(Date.parse(m.ended_at) - Date.parse(m.started_at)) : t('lasts');
}

function Impacts({ editing }: { editing: Editing }) {
    const i = editing.incident;
    return (
        <section class="block"><header><h2>{t('impacts')} {i.impacts.length > 0 && <span class="n">{i.impacts.length}</span>}</h2>
            {i.can_edit && <IconButton icon="plus" small label={t('add_impact')} onClick={() => editing.open('impact')} />}</header>
            {i.impacts.length === 0 ? <p class="quiet">{t('impacts_empty')}</p> : (
                <ul class="impacts">{i.impacts.map((m) => (
                    <li key={m.id}><span class="row">
                        {i.can_edit ? <button type="button" class="strong grow clip" title={t('edit_impact')} onClick={() => editing.open('impact', m.id)}>{m.title}</button> : <span class="strong grow">{m.title}</span>}
                        <span class="quiet nowrap">{impactLength(m)}</span></span><span class="soft">{impactFacts(m)}</span></li>
                ))}</ul>
            )}
        </section>
    );
}

function Details({ editing }: { editing: Editing }) {
    const i = editing.incident;
    const edit = (name: 'details' | 'detection' | 'causes' | 'people', text: string) => (i.can_edit ? <button type="button" class="link" onClick={() => editing.open(name)}>{text}</button> : <span class="quiet">{t('not_set')}</span>);
    const holders = (role: string) => i.roles.filter((r) => r.role === role && !r.left_at);
    return (
        <section class="block"><header><h2>{t('details')}</h2>{i.can_edit && <IconButton icon="pen" small label={t('edit_details')} onClick={() => editing.open('details')} />}</header>
            <dl class="dl">
                {roles.filter((r) => holders(r).length > 0 || r === 'incident_commander').map((r) => [
                    <dt key={r}>{t.any(r)}</dt>,
                    <dd key={`${r} who`}>{holders(r).length === 0 ? edit('people', t('edit_people')) : r === 'responder' || r === 'observer'
                        ? holders(r).map((h) => h.user.name).join(', ') : holders(r).map((h) => <PersonName key={h.user.id} person={h.user} />)}</dd>,
                ])}
                <dt>{t('channel')}</dt><dd>{i.channel ? i.channel.name : edit('details', t('not_set'))}</dd>
                <dt>{t('team')}</dt><dd>{i.team ? i.team.name : edit('details', t('not_set'))}</dd>
                <dt>{t('services')}</dt><dd>{i.services.length ? i.services.map((s) => s.name).join(', ') : edit('details', t('not_set'))}</dd>
                <dt>{t('detection')}</dt><dd>{i.detection ? t.any(`detection_${i.detection}`) : edit('detection', t('not_set'))}</dd>
                <dt>{t('trigger')}</dt><dd>{i.trigger ? t.any(`trigger_${i.trigger}`) : edit('detection', t('not_set'))}</dd>
                <dt>{t('causes')}</dt><dd>{i.causes.length ? i.causes.map((c) => c.name).join(', ') : edit('causes', t('add_causes'))}</dd>
                <dt>{t('declared_by')}</dt><dd>{i.declared_by && i.declared_how !== 'alert' ? i.declared_by.name : t.any(`how_${i.declared_how}`)}</dd>
                {i.links.length > 0 && <><dt>{t('linked')}</dt><dd>{i.links.map((l) => <span class="linked" key={l.id}><span class="quiet">{t.any(`relation_${l.relation}`)}</span> <a class="link" href={`/incidents/${l.reference}`} title={l.title}>{l.reference}</a></span>)}</dd></>}
                {i.reports.length > 0 && <><dt>{t('reports')}</dt><dd>{i.reports.map((r) => <a key={r.id} class="link linked" title={r.title} href={`/reports/${r.reference}${r.state === 'published' ? '' : '/edit'}`}>{r.reference} {t.any(r.state)}</a>)}</dd></>}
                {i.no_report_reason && !i.reports.length && <><dt>{t('reports')}</dt><dd>{t('no_report')}<span class="quiet no-report">{i.no_report_reason}</span></dd></>}
            </dl>
        </section>
    );
}

/** `impacts`: false where they stand beside it already. */
export function Side({ editing, impacts = true }: { editing: Editing; impacts?: boolean }) {
    return (
        <aside class="side" aria-label={t('details')}>
            <Times editing={editing} />
            {impacts && <Impacts editing={editing} />}
            <Details editing={editing} />
        </aside>
    );
}

