/** Every IANA time zone that this browser knows, for a <datalist>; the present one first when it is not among them. */
export function timeZones(present: string): string[] {
    const known = (Intl as unknown as { supportedValuesOf?: (what: string) => string[] }).supportedValuesOf?.('timeZone') ?? [];
    const all = ['UTC', ...known.filter((z) => z !== 'UTC')];
    return all.includes(present) ? all : [present, ...all];
}
