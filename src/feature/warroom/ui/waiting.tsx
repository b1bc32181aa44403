/** What was written here and is not confirmed yet. */
import { Avatar, Button } from 'kit';
import { online } from 'app/api';
import { me } from 'app/session';
import { again, discard, unsent } from './outbox';
import { Rich } from './rich';
import { t } from './strings';

export function Waiting({ incident, thread }: { incident: string; thread: string | null }) {
    const list = unsent.value.filter((u) => u.incident === incident && u.thread_id === thread);
    return <>{list.map((u) => (
        <article key={u.client_id} class="rm-msg first rm-waiting" data-unsent>
            <Avatar person={me()} />
            <div class="rm-body">
                <div class="rm-text"><Rich text={u.body} names={[]} /></div>
                <p class={u.error ? 'rm-marks bad' : 'rm-marks'} role="status">
                    <span>{u.error ? t('failed', { why: u.error }) : online.value ? t('sending') : t('kept')}</span>
                    {u.error && <><Button kind="plain" onClick={() => again(u.client_id)}>{t('again')}</Button><Button kind="plain" onClick={() => discard(u.client_id)}>{t('discard')}</Button></>}
                </p>
            </div>
        </article>
    ))}</>;
}
