/** The same follow-ups as cards in columns of their states; a card is moved by dragging it, or by its menu. */
import { useState } from 'preact/hooks';
import { Avatar, Icon, MenuButton } from 'kit';
import { canMoveTo, moveTo, statusItems, type Asking } from './actions';
import { t } from './strings';
import type { FollowUp } from './types';
import { Due, lookOf, Priority, StatusWord, verifyBy } from './words';

/** What a list shows as columns: a closed one has other states than an open one. */
export function columnsOf(items: readonly FollowUp[], closed: boolean): string[] {
    const always = closed ? ['done', 'verified', 'wont_do'] : ['open', 'in_progress', 'done'];
    return items.some((f) => f.status === 'not_effective') ? [...always, 'not_effective'] : always;
}

export function Board({ items, closed, onChanged, ask }: {
    items: readonly FollowUp[]; closed: boolean; onChanged: () => unknown; ask: (a: Asking) => void;
}) {
    const [dragged, setDragged] = useState<FollowUp | null>(null);
    const [over, setOver] = useState('');
    return (
        <div class="board">
            {columnsOf(items, closed).map((status) => {
                const here = items.filter((f) => f.status === status);
                const takes = !!dragged && dragged.status !== status && canMoveTo(dragged, status);
                return (
                    <section key={status} class={`board-col ${takes && over === status ? 'over' : ''}`} aria-label={t.any(status)}
                        onDragOver={(e) => { if (takes) { e.preventDefault(); setOver(status); } }} onDragLeave={() => setOver('')}
                        onDrop={(e) => { e.preventDefault(); setOver(''); if (takes) moveTo(dragged, status, onChanged, ask); }}>
                        <header><StatusWord status={status} /><span class="quiet">{here.length}</span></header>
                        {here.map((f) => <Card key={f.id} f={f} onDrag={setDragged} onChanged={onChanged} ask={ask} />)}
                        {here.length === 0 && <p class="quiet none">{t('column_empty')}</p>}
                    </section>
                );
            })}
        </div>
    );
}

function Card({ f, onDrag, onChanged, ask }: { f: FollowUp; onDrag: (f: FollowUp | null) => void; onChanged: () => unknown; ask: (a: Asking) => void }) {
    const waits = f.status === 'done' && !f.settled ? verifyBy(f.effectiveness_due_at) : null;
    return (
        <article class="card fu-card" data-row draggable={f.can_edit}
            onDragStart={(e) => { e.dataTransfer?.setData('text/plain', f.reference); onDrag(f); }} onDragEnd={() => onDrag(null)}>
            <div class="row"><span class="ref grow">{f.reference}</span>
                {f.can_edit && <MenuButton class="btn plain icon sm" chevron={false} label={`${t('state')}: ${f.reference}`} items={() => statusItems(f, onChanged, ask)}><Icon name={lookOf(f.status).icon} /></MenuButton>}</div>
            <a class="ttl" href={`/follow-ups/${f.reference}`}>{f.title}</a>
            <div class="row"><Priority value={f.priority} /><span class="grow fu">{waits ? <span class={waits.late ? 'late' : ''}>{waits.text}</span> : <Due f={f} />}</span>{f.owner ? <Avatar person={f.owner} /> : <span class="av" title={t('no_owner')}><Icon name="user" small /></span>}</div>
        </article>
    );
}
