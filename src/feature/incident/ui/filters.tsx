/** The filters of a list as chips that live in the address. Shared by incidents and follow-ups. */
import type { ComponentChildren } from 'preact';
import { AddChip, FilterChip, MenuChip, type MenuItem } from 'kit';
import { query, setQuery } from 'app/router';
import { t } from './strings';

export type Facet = {
    key: string; label: string;
    options: { value: string; label: ComponentChildren; text: string }[];
    /** One value only. */
    single?: boolean;
    /** Always there, not only once it is set. */
    always?: boolean;
};

export const chosen = (key: string): string[] => (query.value.get(key) ?? '').split(',').filter(Boolean);

function toggle(f: Facet, value: string): void {
    const now = chosen(f.key);
    const next = now.includes(value) ? now.filter((v) => v !== value) : f.single ? [value] : [...now, value];
    setQuery({ [f.key]: next.join(',') || null });
}

function items(f: Facet): MenuItem[] {
    return f.options.map((o) => ({ label: o.label, checked: chosen(f.key).includes(o.value), onSelect: () => toggle(f, o.value) }));
}

export function Filters({ facets, children }: { facets: Facet[]; children?: ComponentChildren }) {
    const words = (f: Facet) => chosen(f.key).map((v) => f.options.find((o) => o.value === v)?.text ?? v).join(', ');
    const rest = facets.filter((f) => !f.always && f.options.length > 0 && chosen(f.key).length === 0);
    return (
        <div class="chips bar">
            {facets.filter((f) => f.always && f.options.length > 0).map((f) => (
                chosen(f.key).length
                    ? <FilterChip key={f.key} name={f.label} value={words(f)} removeLabel={t('remove_filter', { name: f.label })} onRemove={() => setQuery({ [f.key]: null })} />
                    : <MenuChip key={f.key} name={f.label} value="" items={() => items(f)} />
            ))}
            {facets.filter((f) => !f.always && chosen(f.key).length > 0).map((f) => (
                <FilterChip key={f.key} name={f.label} value={words(f)} removeLabel={t('remove_filter', { name: f.label })} onRemove={() => setQuery({ [f.key]: null })} />
            ))}
            {rest.length > 0 && <AddChip items={() => rest.flatMap((f) => [{ heading: f.label }, ...items(f)])}>{t('filter')}</AddChip>}
            <span class="grow" />
            {children}
        </div>
    );
}
