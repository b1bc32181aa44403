/** The pages of the settings area, from every feature; small, because it is in the first page. */
import type { SettingsEntry } from './registry';

export const settingsGroups: readonly SettingsEntry['group'][] = ['you', 'people', 'alerts', 'workspace'];
const place = (e: SettingsEntry) => settingsGroups.indexOf(e.group) * 1000 + e.order;
let entries: SettingsEntry[] = [];

export function setSettingsEntries(all: SettingsEntry[]): void {
    entries = [...all].sort((a, b) => place(a) - place(b));
}

export function settingsEntries(): readonly SettingsEntry[] {
    return entries;
}
