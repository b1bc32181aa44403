import { icons, type IconName } from './icons';

export type { IconName };

/** A 16 px line icon. Give `label` only when it stands without a word. */
export function Icon({ name, small, label, class: cls = '' }: { name: IconName; small?: boolean; label?: string; class?: string }) {
    return (
        <svg class={`i ${small ? 's' : ''} ${cls}`} viewBox="0 0 16 16" role={label ? 'img' : undefined} aria-label={label}
            aria-hidden={label ? undefined : true} dangerouslySetInnerHTML={{ __html: icons[name] }} />
    );
}
