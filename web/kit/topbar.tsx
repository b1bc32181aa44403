import { Fragment, type ComponentChildren } from 'preact';
import { Icon } from './icon';

export type Crumb = { label: ComponentChildren; href?: string };

/** The bar at the top of a screen: where we are on the left, what can be done on the right. */
export function Topbar({ title, crumbs, children }: { title?: ComponentChildren; crumbs?: Crumb[]; children?: ComponentChildren }) {
    return (
        <div class="topbar">
            {crumbs
                ? <nav class="crumbs grow" aria-label="Breadcrumb">
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
