import type { ComponentChildren } from 'preact';
import type { ApiError } from '../src/api';
import { Button } from './button';
import { Icon, type IconName } from './icon';
import { t } from './strings';

/** Grey lines while the first data arrives. */
export function Skeleton({ lines = 6, label }: { lines?: number; label?: string }) {
    return (
        <div class="sks" role="status" aria-label={label ?? t('loading')}>
            {Array.from({ length: lines }, (_, i) => <span key={i} class={`sk w${(i * 3) % 4}`} />)}
        </div>
    );
}

/** Nothing here yet: what this is, and the one button that starts it. */
export function Empty({ title, icon, children, action }: { title: ComponentChildren; icon?: IconName; children?: ComponentChildren; action?: ComponentChildren }) {
    return (
        <div class="empty">
            {icon && <Icon name={icon} />}
            <strong>{title}</strong>
            {children && <div>{children}</div>}
            {action && <div class="row">{action}</div>}
        </div>
    );
}

/** Loading failed: what happened and how to go on. */
export function Failed({ error, retry }: { error: ApiError; retry?: () => unknown }) {
    const title = error.status === 404 ? t('missing') : error.status === 403 ? t('forbidden') : error.status === 0 ? t('offline') : t('failed');
    const gone = error.status === 404 || error.status === 403;
    const body = error.status === 404 ? t('missing_body') : error.status === 403 ? t('forbidden_body') : error.status === 0 ? '' : error.message;
    return (
        <div class="empty" role="alert">
            <Icon name={error.status === 404 ? 'search' : error.status === 403 ? 'lock' : error.status === 0 ? 'offline' : 'warning'} />
            <strong>{title}</strong>
            {body && <span>{body}</span>}
            {gone ? <a class="btn" href="/">{t('go_home')}</a> : retry && <Button icon="refresh" onClick={() => void retry()}>{t('retry')}</Button>}
        </div>
    );
}

/** Something long that counts. */
export function Progress({ value, max, label }: { value: number; max: number; label: string }) {
    return <progress class="progress" value={value} max={max || 1} aria-label={label} />;
}

/** Fetches the next page of a list. */
export function More({ more }: { more: (() => Promise<void>) | undefined }) {
    return more ? <div class="more-row"><Button onClick={more}>{t('more')}</Button></div> : null;
}
