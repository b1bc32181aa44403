/** Claims with their sources: what is not supported says why. */
import { Icon } from 'kit';
import { clockSeconds } from 'app/time';
import type { Said } from './types';
import { t } from './strings';

export function Claims({ claims }: { claims: Said[] }) {
    return (
        <ul class="draft-claims">
            {claims.map((c, i) => (
                <li key={i} class={c.fault ? 'bad' : ''}>
                    <p>{c.text}</p>
                    {c.fault && <p class="draft-why"><Icon name="warning" small />{t('not_supported')}: {c.why}</p>}
                    {c.evidence.length > 0 && <details><summary>{t('sources')} ({c.evidence.length})</summary>
                        <ul>{c.evidence.map((e) => <li key={e.number}><span class="quiet">{e.occurred_at ? clockSeconds(e.occurred_at) : ''}</span> {e.title}</li>)}</ul>
                    </details>}
                </li>
            ))}
        </ul>
    );
}
