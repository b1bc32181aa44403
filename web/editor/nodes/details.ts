/** A section that opens and closes; the open state is everybody's. */
import { Details, DetailsContent, DetailsSummary } from '@tiptap/extension-details';
import type { Piece } from '../context';
import { t } from '../strings';

export const details: Piece = {
    extensions: [
        Details.configure({ persist: true, HTMLAttributes: { class: 'details' }, renderToggleButton: ({ element }) => element.setAttribute('aria-label', t('toggle')) }),
        DetailsSummary.extend({ renderHTML({ HTMLAttributes }) { return ['summary', { ...HTMLAttributes, 'data-placeholder': t('details_summary') }, 0]; } }), DetailsContent,
    ],
    slash: [{ id: 'details', group: 'blocks', label: () => t('details'), words: 'toggle collapse fold spoiler 折叠', icon: 'toggle',
        run: (e, r) => { e.chain().focus().deleteRange(r).setDetails().run(); } }],
};
