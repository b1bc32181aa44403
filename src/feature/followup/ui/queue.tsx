/** What was done and waits for somebody to say whether it worked. */
import { Button, Icon, PersonName } from 'kit';
import { t } from './strings';
import type { Asking } from './actions';
import type { FollowUp } from './types';
import { Due, verifyBy } from './words';

/** The first to look at first; without a date last. */
export function inOrder(items: readonly FollowUp[]): FollowUp[] {
    return [...items].sort((a, b) => (a.effectiveness_due_at ?? '9').localeCompare(b.effectiveness_due_at ?? '9'));
}

export function Queue({ items, ask }: { items: readonly FollowUp[]; ask: (a: Asking) => void }) {
    return <ul class="queue">{inOrder(items).map((f) => <Item key={f.id} f={f} ask={ask} />)}</ul>;
}

function Item({ f, ask }: { f: FollowUp; ask: (a: Asking) => void }) {
    const by = verifyBy(f.effectiveness_due_at);
    return (
        <li data-row>
            <div class="grow">
                <div><span class="ref">{f.reference}</span> <a class="ttl" href={`/follow-ups/${f.reference}`}>{f.title}</a></div>
                <p class="shows"><Icon name="verify" small /><span><span class="quiet">{t('shows')}:</span> {f.effectiveness_check}</span></p>
                <div class="meta"><span class={by.late ? 'late' : ''}>{by.text}</span><Due f={f} />{f.owner && <PersonName person={f.owner} />}
                    {f.incident && <a href={`/incidents/${f.incident.reference}`} title={f.incident.title}>{f.incident.reference}</a>}</div>
            </div>
            {f.can_edit && <div class="row"><Button icon="verify" onClick={() => ask({ kind: 'verify', f, effective: true })}>{t('it_worked')}</Button><Button icon="not" onClick={() => ask({ kind: 'verify', f, effective: false })}>{t('it_did_not')}</Button></div>}
        </li>
    );
}
