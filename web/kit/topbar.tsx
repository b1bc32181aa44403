import { Fragment, type ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from './icon';
import { t } from './strings';

export type Crumb = { label: ComponentChildren; href?: string };

/** What the tab of the browser says while this stands on screen. */
export function useTitle(name: string): void {
    useEffect(() => {
        document.title = name ? `${name} · Hindsight` : 'Hindsight';
        return () => { document.title = 'Hindsight'; };
    }, [name]);
}

const word = (x: ComponentChildren) => (typeof x === 'string' ? x : '');

/** The bar at the top of a screen: where we are on the left, what can be done on the right. `name` is what the tab of the browser says, where that is not the title. */
export function Topbar({ title, crumbs, name, children }: { title?: ComponentChildren; crumbs?: Crumb[]; name?: string; children?: ComponentChildren }) {
    useTitle(name ?? word(crumbs ? crumbs[crumbs.length - 1]?.label : title));
    return (
        <div class="topbar">
            {crumbs
                ? <nav class="crumbs grow" aria-label={t('where')}>
                    {crumbs.map((c, i) => (
                        <Fragment key={i}>
                            {i > 0 && <Icon name="right" small />}
                            {c.href ? <a href={c.href}>{c.label}</a> : <span aria-current="page" class="clip">{c.label}</span>}
                        </Fragment>
                    ))}
                </nav>
                : <h1 class="grow clip">{title}</h1>}
            {children}
        </div>
    );
}
