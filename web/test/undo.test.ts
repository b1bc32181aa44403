import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '../editor/undo';
import * as Y from 'yjs';

/** Numbers that a seed repeats. */
function numbers(seed: number): (n: number) => number {
    let s = seed >>> 0;
    return (n) => {
        s = (s + 0x6d2b79f5) >>> 0;
        let t = Math.imul(s ^ (s >>> 15), 1 | s);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) % n;
    };
}

describe('undo', () => {
    it('leaves everybody with the same text, however often paragraphs and parts of them go and come back', () => {
        for (let seed = 1; seed <= 400; seed++) {
            const below = numbers(seed);
            const doc = new Y.Doc(), other = new Y.Doc();
            doc.clientID = 1;
            const updates: Uint8Array[] = [];
            doc.on('update', (u: Uint8Array) => updates.push(u));
            const all = doc.getXmlFragment('default');
            const undo = new Y.UndoManager(all, { captureTimeout: 0 });
            const write = (f: () => void) => doc.transact(f, null);
            const text = () => { const ps = all.toArray() as Y.XmlElement[]; return ps.length ? ps[below(ps.length)]!.get(0) as Y.XmlText : null; };
            for (let i = 0; i < 60; i++) {
                const t = text(), what = below(10);
                if (what < 2 || !t) write(() => { const p = new Y.XmlElement('paragraph'); p.insert(0, [new Y.XmlText('abcdef')]); all.insert(below(all.length + 1), [p]); });
                else if (what < 4) write(() => t.insert(below(t.length + 1), 'xyz'));
                else if (what < 6) write(() => { if (t.length > 2) t.delete(below(t.length - 2), 2); });
                else if (what < 7) write(() => all.delete(below(all.length), 1));
                else if (what < 9) undo.undo();
                else undo.redo();
            }
            for (const u of updates) Y.applyUpdate(other, u);
            assert.equal(other.getXmlFragment('default').toString(), all.toString(), `seed ${seed}`);
            const late = new Y.Doc();
            Y.applyUpdate(late, Y.encodeStateAsUpdate(doc));
            assert.equal(late.getXmlFragment('default').toString(), all.toString(), `seed ${seed}, all at once`);
        }
    });
});
