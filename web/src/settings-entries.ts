/** The pages of the settings area, from every feature; small, because it is in the first page. */
import type { SettingsEntry } from './registry';

let entries: SettingsEntry[] = [];

export function setSettingsEntries(all: SettingsEntry[]): void {
    entries = [...all].sort((a, b) => a.order - b.order);
}

export function settingsEntries(): readonly SettingsEntry[] {
    return entries;
}
