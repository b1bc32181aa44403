import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon';
import { MenuButton, type MenuItem } from './menu';

/** A filter that is set: name, value, × to remove. */
export function FilterChip({ name, value, onRemove, removeLabel }: { name: ComponentChildren; value: ComponentChildren; onRemove: () => void; removeLabel: string }) {
    return (
        <span class="chip on">{name} <b>{value}</b>
            <button type="button" class="chip-x" aria-label={removeLabel} title={removeLabel} onClick={onRemove}><Icon name="x" small /></button>
        </span>
    );
}

/** A dashed chip that adds a filter from a menu. */
export function AddChip({ items, children }: { items: (MenuItem | false)[] | (() => (MenuItem | false)[]); children?: ComponentChildren }) {
    return <MenuButton class="chip add" items={items} chevron={false}><Icon name="plus" small />{children}</MenuButton>;
}

/** A chip that is also the menu of its values: `Status any ▾`. */
export function MenuChip({ name, value, on, items }: { name: ComponentChildren; value: ComponentChildren; on?: boolean; items: (MenuItem | false)[] | (() => (MenuItem | false)[]) }) {
    return <MenuButton class={`chip ${on ? 'on' : ''}`} items={items}>{name} <b>{value}</b></MenuButton>;
}

/** A chip that is on or off. */
export function ToggleChip({ on, icon, onChange, label, children }: { on: boolean; icon?: IconName; onChange: (on: boolean) => void; label?: string; children?: ComponentChildren }) {
    return (
        <button type="button" class={`chip ${on ? 'on' : ''}`} aria-pressed={on} aria-label={label} title={label} onClick={() => onChange(!on)}>
            {icon && <Icon name={icon} small />}{children}
        </button>
    );
}
