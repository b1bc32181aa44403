import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { href, path, query } from '../src/router';
import { formatNumber } from '../src/i18n';

export type Tab = { key: string; label: ComponentChildren; count?: number | null | undefined; hidden?: boolean };

/** Tabs are places: the chosen one lives in the address under `name`; the first needs no value there. */
export function Tabs({ tabs, name = 'tab', label }: { tabs: Tab[]; name?: string; label: string }) {
    const shown = tabs.filter((x) => !x.hidden);
    const current = currentTab(tabs, name);
    const bar = useRef<HTMLElement>(null);
    /* On a phone the chosen one may stand beyond the edge. */
    useEffect(() => {
        const on = bar.current?.querySelector<HTMLElement>('[aria-current]');
        if (on) bar.current!.scrollLeft = on.offsetLeft - (bar.current!.clientWidth - on.offsetWidth) / 2;
    }, [current]);
    return (
        <nav class="tabs" aria-label={label} ref={bar}>
            {shown.map((x, i) => (
                <a key={x.key} href={href(path.value, { ...Object.fromEntries(query.value), [name]: i === 0 ? null : x.key })}
                    aria-current={x.key === current ? 'page' : undefined}>
                    {x.label}{x.count ? <span class="n">{formatNumber(x.count)}</span> : null}
                </a>
            ))}
        </nav>
    );
}

export function currentTab(tabs: Tab[], name = 'tab'): string {
    const asked = query.value.get(name);
    return tabs.find((x) => x.key === asked && !x.hidden)?.key ?? tabs.find((x) => !x.hidden)?.key ?? '';
}
