/** What a feature gives to the interface: its routes, its places in the rail, its commands. One object per feature. */
import type { ComponentType } from 'preact';
import type { IconName } from '../kit/icons';
import type { Role } from './types';
import type { Route } from './router';

export type NavEntry = {
    href: string;
    icon: IconName;
    /** A function, so that it follows the language. */
    label: () => string;
    /** Where it stands: the upper list in the order of `order`, the lower one, or at the very top as an icon. */
    place?: 'main' | 'end' | 'top';
    order: number;
    /** Left out on a phone, reachable there by More. */
    wideOnly?: boolean;
    /** Paths that also mark it as current, by prefix. */
    also?: string[];
    /** A small component beside the label: a count. */
    badge?: ComponentType;
    role?: Role;
    /** Keys such as `g i`. */
    keys?: string;
};

/** A page of the settings area; it shows itself inside <SettingsPage> (app/settings). */
export type SettingsEntry = {
    href: string;
    icon: IconName;
    label: () => string;
    /** Under which heading of the list it stands. */
    group: 'you' | 'people' | 'alerts' | 'workspace';
    order: number;
    role?: Role;
};

export type Command = {
    id: string;
    label: () => string;
    /** More words that find it. */
    words?: string;
    icon?: IconName;
    keys?: string;
    role?: Role;
    run: () => void;
};

export type Feature = {
    name: string;
    routes?: Route[];
    nav?: NavEntry[];
    commands?: Command[];
    settings?: SettingsEntry[];
    /** Runs once after sign-in is known. */
    start?: () => void;
    /** Always on screen, in the shell: dialogs that commands open. */
    layer?: ComponentType;
};

/** Checks one feature's description; returns it unchanged. */
export function defineFeature(f: Feature): Feature {
    return f;
}

const rank: Record<Role, number> = { viewer: 0, responder: 1, manager: 2, admin: 3 };

/** True when somebody with role `has` may do what needs `needs`. */
export function may(has: Role | undefined, needs: Role | undefined): boolean {
    return !needs || (has !== undefined && rank[has] >= rank[needs]);
}
