/** The follow-ups of an incident, in its tab. */
import { useState } from 'preact/hooks';
import { Button, Empty, Failed, More, Skeleton } from 'kit';
import { usePages } from 'app/resource';
import type { Incident } from '../../incident/ui/types';
import { AskDialog, type Asking } from './actions';
import { addFollowUp } from './add-layer';
import { t } from './strings';
import { FollowUpTable } from './table';
import type { FollowUp } from './types';

const NONE: ReadonlySet<string> = new Set();

export function IncidentFollowUps({ incident }: { incident: Incident }) {
    const pages = usePages<FollowUp>(`/incidents/${incident.id}/follow-ups`, {}, [`incident:${incident.id}`, 'follow-ups'], 100);
    const [asking, setAsking] = useState<Asking | null>(null);
    const add = () => addFollowUp({ incident, onAdded: () => void pages.reload() });
    if (pages.error && !pages.items) return <Failed error={pages.error} retry={pages.reload} />;
    if (!pages.items) return <Skeleton lines={4} />;
    if (!pages.items.length) return <Empty icon="todo" title={t('none_of_incident')} action={incident.can_edit && <Button icon="plus" onClick={add}>{t('add')}</Button>}>{t('none_of_incident_body')}</Empty>;
    return <>
        <div class="events-bar"><span class="grow quiet">{t('n_items', { n: pages.total ?? pages.items.length })}</span>{incident.can_edit && <Button icon="plus" onClick={add}>{t('add')}</Button>}</div>
        <FollowUpTable items={pages.items} by="none" picked={NONE} onPick={null} onChanged={pages.reload} ask={setAsking} showIncident={false} />
        <More more={pages.more} />
        {asking && <AskDialog asking={asking} onClose={() => setAsking(null)} done={pages.reload} />}
    </>;
}
