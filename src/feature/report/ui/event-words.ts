/** What an event of the timeline says, as plain text in the reader's language. */
import { Fragment, h, render } from 'preact';
import type { TimelineEvent } from 'app/types';
import { headline } from '../../timeline/ui/words';

/** Kinds that document the work itself; they stand in the evidence list only when somebody searches. */
export const BY_THE_WAY = new Set(['role_assigned', 'responder_joined', 'responder_left', 'field_changed', 'notification_sent', 'report_created', 'report_published', 'follow_up_added', 'time_corrected', 'merged']);

export function eventTitle(e: TimelineEvent): string {
    const box = document.createElement('div');
    render(h(Fragment, null, headline(e)), box);
    const text = box.textContent?.replace(/\s+/g, ' ').trim() ?? '';
    render(null, box);
    return text || e.title;
}
