// Counts what held and what did not. At the end it says `NAME: N passed, N failed[, N skipped]`, the line that tools/test.sh adds up.

export class Tally {
    passed = 0;
    failed = 0;
    skipped = 0;
    constructor(name) { this.name = name; }

    /** One expectation: `got` is shown when it does not hold. */
    check = (says, ok, got) => {
        if (ok) this.passed++;
        else this.failed++;
        console.log(`${ok ? 'ok  ' : 'FAIL'} ${says}${ok || got === undefined ? '' : `: ${(typeof got === 'string' ? got : JSON.stringify(got))?.slice(0, 1200)}`}`);
    };

    /** A sentence and what shows it: fails when `body` throws; a body that cannot run here gives 'skip'. The next one runs all the same. */
    spec = async (says, body) => {
        try {
            if ((await body()) === 'skip') return this.skip(says);
            this.check(says, true);
        } catch (e) { this.check(says, false, `\n    ${String(e.stderr || e.stack).split('\n').slice(0, 6).join('\n    ')}`); }
    };

    skip(says) { this.skipped++; console.log(`skip ${says}`); }

    /** Says how it went. A process that still has something open ends all the same. */
    end() {
        console.log(`${this.name}: ${this.passed} passed, ${this.failed} failed${this.skipped ? `, ${this.skipped} skipped` : ''}`);
        process.exit(this.failed ? 1 : 0);
    }
}

/** Throws `what` when it is not so: for the bodies of `spec`. */
export function expect(fine, what) { if (!fine) throw new Error(typeof what === 'string' ? what : JSON.stringify(what)); }

/** Looks until `look` answers something true, which it gives; whatever it throws meanwhile counts as not yet. Null after a minute. */
export async function until(look) {
    for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((r) => setTimeout(r, 50))) {
        try {
            const found = await look();
            if (found) return found;
        } catch { /* not yet */ }
    }
    return null;
}
