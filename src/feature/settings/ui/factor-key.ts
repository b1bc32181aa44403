/** A key that nobody sees: from the name, else a number; never one that is taken, so that incidents keep theirs. */
export function keyFor(name: string, taken: readonly string[]): string {
    const base = name.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 32) || 'factor';
    for (let n = 1; ; n++) {
        const key = n === 1 && base !== 'factor' ? base : `${base}_${n}`;
        if (!taken.includes(key)) return key;
    }
}
