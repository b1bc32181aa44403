import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OwnUndo } from '../editor/undo';
import * as Y from 'yjs';

type Marks = Record<string, unknown>;

/** People in one document: each writes in a copy, and `meet` makes the copies equal. */
class Table {
    readonly docs: Y.Doc[];
    readonly undos: OwnUndo[];
    constructor(names: number, start: (all: Y.XmlFragment) => void) {
        this.docs = Array.from({ length: names }, (_v, i) => { const d = new Y.Doc(); d.clientID = i + 1; return d; });
        const first = new Y.Doc();
        first.clientID = 99;
        start(first.getXmlFragment('default'));
        for (const d of this.docs) Y.applyUpdate(d, Y.encodeStateAsUpdate(first));
        this.undos = this.docs.map((d) => { const u = new OwnUndo(d.getXmlFragment('default') as never, new Set(['own']), new Set(['image'])); u.captureTimeout = 0; return u; });
    }
    all = (who: number) => this.docs[who]!.getXmlFragment('default');
    text = (who: number, block = 0) => (this.all(who).get(block) as Y.XmlElement).get(0) as Y.XmlText;
    write(who: number, f: (t: Y.XmlText, all: Y.XmlFragment) => void, block = 0): void {
        this.docs[who]!.transact(() => f(this.text(who, block), this.all(who)), 'own');
    }
    meet(): void {
        for (let turn = 0; turn < 2; turn++)            /* the second time what was cleaned up after the first */
            for (const a of this.docs) for (const b of this.docs) if (a !== b) Y.applyUpdate(b, Y.encodeStateAsUpdate(a, Y.encodeStateVector(b)), 'net');
        const [one] = this.docs.map((_d, i) => this.all(i).toString());
        this.docs.forEach((_d, i) => assert.equal(this.all(i).toString(), one));
    }
}

const block = (type: string, text = '') => { const el = new Y.XmlElement(type); if (text) el.insert(0, [new Y.XmlText(text)]); return el; };
/** The text with what each part looks like. */
const look = (t: Y.XmlText) => {
    const parts: [string, string][] = [];
    for (const d of t.toDelta() as { insert: string; attributes?: Marks }[]) {
        const marks = d.attributes ? `{${Object.entries(d.attributes).map(([k, v]) => `${k}=${String(v)}`).sort().join(' ')}}` : '';
        const last = parts[parts.length - 1];
        if (last?.[1] === marks) last[0] += d.insert;
        else parts.push([d.insert, marks]);
    }
    return parts.map((p) => p.join('')).join('|');
};
const [ana, bo] = [0, 1];

describe('undo takes back what one did oneself, and nothing else', () => {
    it('words that somebody else typed into the suggested ones, and those behind, are no suggestion afterwards', () => {
        for (const marks of [{ insertion: null }, { insertion: 'bo' }]) {
            const t = new Table(2, (all) => all.insert(0, [block('paragraph', 'before behind')]));
            t.write(ana, (x) => x.insert(7, 'suggested ', { insertion: 'ana' }));
            t.meet();
            t.write(bo, (x) => x.insert(11, 'BO', marks));
            t.meet();
            t.undos[ana]!.undo();
            t.meet();
            assert.equal(look(t.text(bo)), marks.insertion ? 'before |BO{insertion=bo}|behind' : 'before BObehind');
            t.undos[ana]!.redo();
            t.meet();
            assert.equal(look(t.text(bo)), marks.insertion ? 'before |sugg{insertion=ana}|BO{insertion=bo}|ested {insertion=ana}|behind' : 'before |sugg{insertion=ana}|BO|ested {insertion=ana}|behind');
            t.undos[ana]!.undo();
            t.meet();
            assert.equal(look(t.text(bo)), marks.insertion ? 'before |BO{insertion=bo}|behind' : 'before BObehind');
        }
    });
    it('suggested words that come back are suggested, whatever others cleaned up meanwhile', () => {
        const t = new Table(2, (all) => all.insert(0, [block('paragraph', 'before behind')]));
        t.write(ana, (x) => x.insert(7, 'suggested ', { insertion: 'ana' }));
        t.meet();
        t.write(ana, (x) => x.delete(7, 10));
        t.meet();
        t.write(bo, (x) => x.insert(7, 'BO', { insertion: null }));
        t.meet();
        t.undos[ana]!.undo();
        t.meet();
        assert.match(look(t.text(bo)), /^before \|suggested \{insertion=ana\}\|BObehind$|^before BO\|suggested \{insertion=ana\}\|behind$/);
    });
    it('a look that was given is taken back, from the words of others, too, and one that others gave since stays', () => {
        const t = new Table(2, (all) => all.insert(0, [block('paragraph', 'one two three')]));
        t.write(bo, (x) => x.insert(4, 'BO ', { insertion: 'bo' }));
        t.meet();
        t.write(ana, (x) => x.format(0, 16, { bold: true }));
        t.write(ana, (x) => x.format(4, 2, { insertion: null }));
        t.meet();
        t.write(bo, (x) => x.format(7, 3, { bold: null, italic: true }));
        t.meet();
        t.undos[ana]!.undo();
        t.meet();
        assert.equal(look(t.text(bo)), 'one {bold=true}|BO {bold=true insertion=bo}|two{italic=true}| three{bold=true}');
        t.undos[ana]!.undo();
        t.meet();
        assert.equal(look(t.text(bo)), 'one |BO {insertion=bo}|two{italic=true}| three');
        t.undos[ana]!.redo();
        t.undos[ana]!.redo();
        t.meet();
        assert.equal(look(t.text(bo)), 'one BO{bold=true}| {bold=true insertion=bo}|two{italic=true}| three{bold=true}');
    });
    it('a block that one made stays while it holds words of somebody else, with all that says what it is', () => {
        const t = new Table(2, (all) => all.insert(0, [block('paragraph', 'first')]));
        t.write(ana, (_x, all) => {
            const p = block('heading', 'mine');
            p.setAttribute('inserted', 'ana');
            all.insert(1, [p]);
        });
        t.meet();
        t.write(bo, (x) => x.insert(4, ' BO'), 1);
        t.meet();
        t.undos[ana]!.undo();
        t.meet();
        assert.equal(t.all(bo).toString(), '<paragraph>first</paragraph><heading inserted="ana"> BO</heading>');
        t.undos[ana]!.redo();
        t.meet();
        assert.equal(t.all(bo).toString(), '<paragraph>first</paragraph><heading inserted="ana">mine BO</heading>');
    });
    it('and goes when it holds nothing, or only empty blocks of others', () => {
        const t = new Table(2, (all) => all.insert(0, [block('paragraph', 'first')]));
        t.write(ana, (_x, all) => { const c = block('callout'); c.insert(0, [block('paragraph', 'mine')]); all.insert(1, [c]); });
        t.meet();
        t.docs[bo]!.transact(() => (t.all(bo).get(1) as Y.XmlElement).insert(1, [block('paragraph')]), 'own');
        t.meet();
        t.undos[ana]!.undo();
        t.meet();
        assert.equal(t.all(bo).toString(), '<paragraph>first</paragraph>');
    });
    it('a table with words of somebody else in a cell stays a table', () => {
        const t = new Table(2, (all) => all.insert(0, [block('paragraph', 'first')]));
        const cell = (text: string) => { const c = block('tableCell'); c.insert(0, [block('paragraph', text)]); return c; };
        t.write(ana, (_x, all) => {
            const rows = ['a', 'b'].map((n) => { const r = block('tableRow'); r.insert(0, [cell(`${n}1`), cell(`${n}2`)]); return r; });
            const table = block('table');
            table.insert(0, rows);
            all.insert(1, [table]);
        });
        t.meet();
        const words = (who: number) => ((((t.all(who).get(1) as Y.XmlElement).get(1) as Y.XmlElement).get(0) as Y.XmlElement).get(0) as Y.XmlElement).get(0) as Y.XmlText;
        t.docs[bo]!.transact(() => words(bo).insert(2, 'BO'), 'own');
        t.meet();
        t.undos[ana]!.undo();
        t.meet();
        const empty = '<tablecell><paragraph></paragraph></tablecell>';
        assert.equal(t.all(bo).toString().toLowerCase(), `<paragraph>first</paragraph><table><tablerow>${empty}${empty}</tablerow><tablerow><tablecell><paragraph>bo</paragraph></tablecell>${empty}</tablerow></table>`);
    });
    it('at random: no letter is ever part of a suggestion that it was not typed in', () => {
        for (let seed = 1; seed <= 60; seed++) {
            const below = numbers(seed);
            const t = new Table(2, (all) => all.insert(0, [block('paragraph', 'abcdefghij')]));
            const typed = new Map<string, unknown>();
            for (let i = 0; i < 50; i++) {
                const who = below(2), x = t.text(who), at = below(x.length + 1), len = Math.min(below(4), x.length - at);
                const what = below(9);
                if (what < 3) {
                    const letters = String.fromCharCode(0x4e00 + typed.size, 0x4e01 + typed.size), mark = below(2) ? (who ? 'bo' : 'ana') : null;
                    for (const c of letters) typed.set(c, mark);
                    t.write(who, (y) => y.insert(at, letters, { insertion: mark }));
                } else if (what < 4) t.write(who, (y) => y.delete(at, len));
                else if (what < 5) t.write(who, (y) => y.format(at, len, { insertion: null }));
                else if (what < 6) t.write(who, (y) => y.format(at, len, { bold: below(2) ? true : null }));
                else if (what < 8) t.undos[who]!.undo();
                else t.undos[who]!.redo();
                t.meet();            /* what is typed and deleted in one place at the very same time is Yjs's to order */
                for (const d of t.text(who).toDelta() as { insert: string; attributes?: Marks }[])
                    for (const c of d.insert) assert.ok(!d.attributes?.['insertion'] || d.attributes['insertion'] === typed.get(c), `seed ${seed}, ${i}: ${c} ${look(t.text(who))}`);
            }
        }
    });
});

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
            const undo = new OwnUndo(all as never, new Set([null]), new Set());
            undo.captureTimeout = 0;
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
