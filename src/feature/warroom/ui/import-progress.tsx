/** How far an import is, wherever one looks; it goes on without whoever began it. */
import { Progress, Status } from 'kit';
import { t } from './import-strings';
import type { WarRoom } from './types';

export function ImportProgress({ of }: { of: WarRoom['import'] | undefined }) {
    if (!of) return null;
    const counts = { done: of.done, total: of.total };
    return (
        <div class="rm-importing row wrap" role="status">
            {of.state === 'running' ? <>
                <Progress value={of.done} max={of.total} label={t('importing', counts)} />
                <span>{t('importing', counts)}{of.by && <span class="quiet"> · {of.by.name}</span>}</span>
            </> : <Status tone="warn">{t(of.state === 'failed' ? 'import_failed' : 'import_stopped', counts)}{of.error && ` ${of.error}`}</Status>}
        </div>
    );
}
