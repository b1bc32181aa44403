/** A model as reviewer: asks a few questions, which stand among the comments. */
import { Button, toastError } from 'kit';
import { api } from 'app/api';
import { useResource } from 'app/resource';
import type { Report } from 'app/types';
import type { LiveDocument } from '../../report/ui/live-document';
import type { Review, Usage } from './types';
import { t } from './strings';

export function ReviewByAi({ report, live }: { report: Report; live: LiveDocument | null }) {
    const usage = useResource('ai', () => api.get<Usage>('/ai'));
    const review = useResource(usage.data?.review ? `review ${report.id}` : null, () => api.get<Review>(`/reports/${report.id}/drafts/review`), [`report:${report.id}`]);
    if (!usage.data?.review || !review.data) return null;
    const x = review.data, busy = x.state === 'waiting' || x.state === 'writing';
    const begin = async () => {
        try {
            if (live) await live.saved();                    /* it reads what is stored */
            review.set(await api.post<Review>(`/reports/${report.id}/drafts/review`, {}));
        } catch (e) { toastError(e); }
    };
    return (
        <section class="draft-review">
            <h3>{t('review')}</h3>
            <p class="quiet">{t('review_about')}</p>
            {report.can_edit && <Button busy={busy} onClick={() => void begin()}>{t('review_go')}</Button>}
            <p role="status">{busy ? t('review_busy') : x.state === 'failed' ? <span class="draft-why">{x.error}</span> : x.state !== 'done' ? '' : x.asked ? <>{t('review_done', { n: x.asked })} · <a href="?panel=comments">{t('review_see')}</a></> : t('review_none')}</p>
        </section>
    );
}
